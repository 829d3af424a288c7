//! The changing requests to AWS, each as a value: what a review shows and what is carried out are the same thing.
//! Code and values of variables are inside and must not be printed.

use crate::fargate::{TASKS_TAG, TaskAction};
use crate::sides::SideAction;
use hearth_cloud::{Alias, FunctionAddress, Settings, UrlAccess};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The name of the policy inside a role that Hearth makes.
pub(crate) const ROLE_POLICY: &str = "write-own-logs";
/// The tag on what Hearth makes, so that deleting a function finds the role that is its alone.
pub(crate) const TAG: &str = "hearth:function";
/// The statement that lets anybody call a public address.
pub(crate) const URL_STATEMENT: &str = "hearth-public-url";

/// What Lambda needs from who makes a function of an image: it lets itself read the repository.
pub(crate) const OF_IMAGES: [&str; 2] = ["ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy"];

/// The role of a new function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is there already: its ARN.
    There(String),
    /// The same, and Hearth made it for this function, perhaps only a moment ago.
    Ours(String),
    /// One that a call before makes: its name.
    Made(String),
}

/// What a role that Hearth makes is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RoleOf {
    /// A function.
    Function,
    /// Tasks of ECS: it pulls images and writes logs.
    Tasks,
}

impl RoleOf {
    /// The tag that says for whom the role was made.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Function => TAG,
            Self::Tasks => TASKS_TAG,
        }
    }
}

/// The code of a function.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Code {
    /// Uploaded with the request.
    Zip { bytes: Arc<[u8]>, sha256: String },
    /// A container image that is in a registry.
    Image(String),
}

/// One changing request.
#[derive(Clone, PartialEq)]
pub(crate) enum Action {
    CreateRole { role: String, trust: String, of: RoleOf },
    PutRolePolicy { role: String, policy: String, allows: &'static str },
    DeleteRolePolicy { role: String },
    DeleteRole { role: String },
    CreateFunction { code: Code, settings: Settings, role: Role },
    UpdateCode { code: Code, settings: Settings },
    UpdateConfiguration { settings: Settings, role: Option<String> },
    DeleteFunction,
    DeleteLogGroup,
    PublishVersion { description: String },
    CreateAlias { alias: String, version: String, weights: BTreeMap<String, f64> },
    DeleteAlias { alias: String },
    UpdateAlias { before: Alias, version: String, weights: BTreeMap<String, f64> },
    PutConcurrency { limit: u32, before: Option<u32> },
    DeleteConcurrency { before: u32 },
    CreateUrl { access: UrlAccess },
    DeleteUrl,
    AllowUrl,
    DisallowUrl,
    Side(SideAction),
    Tasks(TaskAction),
}

/// A request with the function it is about.
#[derive(Clone, PartialEq)]
pub(crate) struct Todo {
    pub(crate) function: FunctionAddress,
    pub(crate) action: Action,
}

impl Action {
    /// Service and operation.
    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Self::CreateRole { .. } => "iam:CreateRole",
            Self::PutRolePolicy { .. } => "iam:PutRolePolicy",
            Self::DeleteRolePolicy { .. } => "iam:DeleteRolePolicy",
            Self::DeleteRole { .. } => "iam:DeleteRole",
            Self::CreateFunction { .. } => "lambda:CreateFunction",
            Self::UpdateCode { .. } => "lambda:UpdateFunctionCode",
            Self::UpdateConfiguration { .. } => "lambda:UpdateFunctionConfiguration",
            Self::DeleteFunction => "lambda:DeleteFunction",
            Self::DeleteLogGroup => "logs:DeleteLogGroup",
            Self::PublishVersion { .. } => "lambda:PublishVersion",
            Self::CreateAlias { .. } => "lambda:CreateAlias",
            Self::DeleteAlias { .. } => "lambda:DeleteAlias",
            Self::UpdateAlias { .. } => "lambda:UpdateAlias",
            Self::PutConcurrency { .. } => "lambda:PutFunctionConcurrency",
            Self::DeleteConcurrency { .. } => "lambda:DeleteFunctionConcurrency",
            Self::CreateUrl { .. } => "lambda:CreateFunctionUrlConfig",
            Self::DeleteUrl => "lambda:DeleteFunctionUrlConfig",
            Self::AllowUrl => "lambda:AddPermission",
            Self::DisallowUrl => "lambda:RemovePermission",
            Self::Side(action) => action.operation(),
            Self::Tasks(action) => action.operation(),
        }
    }

    /// Permissions that it needs.
    pub(crate) fn permissions(&self) -> Vec<&'static str> {
        match self {
            Self::Tasks(action) => return action.permissions(),
            Self::Side(action) => return action.permissions(),
            _ => {}
        }
        let mut all = vec![self.operation()];
        match self {
            Self::CreateRole { .. } => all.push("iam:TagRole"),
            Self::CreateFunction { .. } => {
                all.extend(["iam:PassRole", "lambda:TagResource", "lambda:GetFunctionConfiguration"]);
                if let Self::CreateFunction { code: Code::Image(_), .. } = self {
                    all.extend(OF_IMAGES);
                }
            }
            Self::UpdateConfiguration { role: Some(_), .. } => {
                all.extend(["iam:PassRole", "lambda:GetFunctionConfiguration"]);
            }
            Self::UpdateConfiguration { role: None, .. } | Self::UpdateCode { .. } => {
                all.push("lambda:GetFunctionConfiguration");
            }
            _ => {}
        }
        all
    }

    /// The call that takes it back when a later one fails.
    pub(crate) fn undone_by(&self) -> Option<&'static str> {
        match self {
            Self::CreateRole { .. } => Some("iam:DeleteRole"),
            Self::PutRolePolicy { .. } => Some("iam:DeleteRolePolicy"),
            Self::CreateFunction { .. } => Some("lambda:DeleteFunction"),
            Self::CreateAlias { .. } => Some("lambda:DeleteAlias"),
            Self::UpdateAlias { .. } => Some("lambda:UpdateAlias"),
            Self::PutConcurrency { before: Some(_), .. } | Self::DeleteConcurrency { .. } => {
                Some("lambda:PutFunctionConcurrency")
            }
            Self::PutConcurrency { before: None, .. } => Some("lambda:DeleteFunctionConcurrency"),
            Self::CreateUrl { .. } => Some("lambda:DeleteFunctionUrlConfig"),
            Self::AllowUrl => Some("lambda:RemovePermission"),
            Self::DisallowUrl => Some("lambda:AddPermission"),
            Self::Side(action) => action.undone_by(),
            Self::Tasks(action) => action.undone_by(),
            Self::DeleteRolePolicy { .. }
            | Self::DeleteRole { .. }
            | Self::UpdateCode { .. }
            | Self::UpdateConfiguration { .. }
            | Self::DeleteFunction
            | Self::DeleteLogGroup
            | Self::PublishVersion { .. }
            | Self::DeleteAlias { .. }
            | Self::DeleteUrl => None,
        }
    }
}

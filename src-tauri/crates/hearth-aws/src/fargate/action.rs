//! The changing requests to ECS and the log groups of tasks, each as a value. Values of variables are inside and must
//! not be printed.

use crate::action::Role;
use hearth_cloud::{ImageTask, TaskNetwork};

/// The tag on the task definition and the role that Hearth makes for tasks: its value is the family.
pub(crate) const TASKS_TAG: &str = "hearth:tasks";

/// What tasks are made from.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Definition {
    /// It is there already: `family:revision`.
    There(String),
    /// A call before makes it: its family.
    Made(String),
}

/// Where and on what tasks run.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) network: TaskNetwork,
    pub(crate) spot: bool,
}

/// One changing request.
#[derive(Clone, PartialEq)]
pub(crate) enum TaskAction {
    CreateCluster { cluster: String },
    DeleteCluster { cluster: String },
    CreateLogGroup { group: String },
    DeleteLogGroup { group: String },
    Register { image: ImageTask, role: Option<Role> },
    Deregister { definition: String },
    Run { cluster: String, definition: Definition, count: u32, placed: Placed },
    Stop { cluster: String, id: String, reason: String },
    CreateService { cluster: String, name: String, definition: Definition, count: u32, placed: Placed },
    Scale { cluster: String, name: String, count: u32, before: u32 },
    DeleteService { cluster: String, name: String, tasks: u32 },
}

impl TaskAction {
    /// Service and operation.
    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Self::CreateCluster { .. } => "ecs:CreateCluster",
            Self::DeleteCluster { .. } => "ecs:DeleteCluster",
            Self::CreateLogGroup { .. } => "logs:CreateLogGroup",
            Self::DeleteLogGroup { .. } => "logs:DeleteLogGroup",
            Self::Register { .. } => "ecs:RegisterTaskDefinition",
            Self::Deregister { .. } => "ecs:DeregisterTaskDefinition",
            Self::Run { .. } => "ecs:RunTask",
            Self::Stop { .. } => "ecs:StopTask",
            Self::CreateService { .. } => "ecs:CreateService",
            Self::Scale { .. } => "ecs:UpdateService",
            Self::DeleteService { .. } => "ecs:DeleteService",
        }
    }

    /// Permissions that it needs.
    pub(crate) fn permissions(&self) -> Vec<&'static str> {
        let mut all = vec![self.operation()];
        match self {
            Self::Register { .. } => all.extend(["ecs:TagResource", "iam:PassRole"]),
            Self::Run { .. } | Self::CreateService { .. } => all.push("iam:PassRole"),
            _ => {}
        }
        all
    }

    /// The call that takes it back when a later one fails.
    pub(crate) fn undone_by(&self) -> Option<&'static str> {
        match self {
            Self::CreateCluster { .. } => Some("ecs:DeleteCluster"),
            Self::CreateLogGroup { .. } => Some("logs:DeleteLogGroup"),
            Self::Register { .. } => Some("ecs:DeregisterTaskDefinition"),
            Self::CreateService { .. } => Some("ecs:DeleteService"),
            Self::Scale { .. } => Some("ecs:UpdateService"),
            Self::Run { .. } => Some("ecs:StopTask"),
            Self::DeleteCluster { .. }
            | Self::DeleteLogGroup { .. }
            | Self::Deregister { .. }
            | Self::Stop { .. }
            | Self::DeleteService { .. } => None,
        }
    }
}

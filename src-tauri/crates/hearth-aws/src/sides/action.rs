//! The changing requests about what is set around a function, each as a value, with what is needed to take it back.

use hearth_cloud::StartAt;
use std::collections::BTreeMap;

/// A statement of a function's policy: who may call it on behalf of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) id: String,
    /// A service, for instance `sns.amazonaws.com`.
    pub(crate) principal: String,
    pub(crate) source: String,
    /// The account that must own the source, for sources whose names do not say it.
    pub(crate) account: Option<String>,
}

/// A rule of EventBridge's own bus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) expression: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) on: bool,
}

/// What a rule calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) function: String,
    /// What it sends in the place of the event.
    pub(crate) input: Option<String>,
}

/// One changing request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SideAction {
    /// Lets the role read a source; `policy` is the name of the policy inside the role.
    LetRead {
        role: String,
        policy: String,
        document: String,
        source: String,
    },
    /// Takes that away.
    ForbidRead {
        role: String,
        policy: String,
        /// What it said; none when nobody read it, so that it cannot be put back.
        document: Option<String>,
        /// What it was about, for people.
        source: String,
    },
    /// `fresh`: a call before lets the role read the source, which Lambda learns after some seconds.
    CreateMapping {
        source: String,
        batch_size: Option<u32>,
        start: Option<StartAt>,
        fresh: bool,
    },
    TurnMapping {
        id: String,
        source: String,
        on: bool,
    },
    DeleteMapping {
        id: String,
        source: String,
    },
    PutRule(Rule),
    TurnRule {
        rule: String,
        on: bool,
    },
    DeleteRule(Rule),
    PutTarget {
        rule: String,
        target: Target,
    },
    RemoveTarget {
        rule: String,
        target: Target,
    },
    Allow(Statement),
    Disallow(Statement),
    /// Sends the whole of a bucket's notifications: what was there with one entry more or fewer. `fresh`: a call before
    /// lets S3 call the function, which S3 learns after some seconds.
    PutNotifications {
        bucket: String,
        text: String,
        entry: Entry,
        others: usize,
        fresh: bool,
    },
    Subscribe {
        topic: String,
        function: String,
    },
    Unsubscribe {
        subscription: String,
        topic: String,
        function: String,
    },
    Keep {
        of: String,
        count: u32,
        before: Option<u32>,
    },
    KeepNone {
        of: String,
        before: u32,
    },
    SetLayers {
        layers: Vec<String>,
        before: Vec<String>,
    },
    SetTags {
        function: String,
        tags: BTreeMap<String, String>,
        before: BTreeMap<String, String>,
    },
    RemoveTags {
        function: String,
        before: BTreeMap<String, String>,
    },
}

/// The entry of a bucket's notifications that comes or goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Its id and the XML of it.
    Comes { id: String, xml: String },
    /// The same, as it was there.
    Goes { id: String, xml: String },
}

impl SideAction {
    /// Service and operation.
    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Self::LetRead { .. } => "iam:PutRolePolicy",
            Self::ForbidRead { .. } => "iam:DeleteRolePolicy",
            Self::CreateMapping { .. } => "lambda:CreateEventSourceMapping",
            Self::TurnMapping { .. } => "lambda:UpdateEventSourceMapping",
            Self::DeleteMapping { .. } => "lambda:DeleteEventSourceMapping",
            Self::PutRule(_) => "events:PutRule",
            Self::TurnRule { on: true, .. } => "events:EnableRule",
            Self::TurnRule { on: false, .. } => "events:DisableRule",
            Self::DeleteRule(_) => "events:DeleteRule",
            Self::PutTarget { .. } => "events:PutTargets",
            Self::RemoveTarget { .. } => "events:RemoveTargets",
            Self::Allow(_) => "lambda:AddPermission",
            Self::Disallow(_) => "lambda:RemovePermission",
            Self::PutNotifications { .. } => "s3:PutBucketNotificationConfiguration",
            Self::Subscribe { .. } => "sns:Subscribe",
            Self::Unsubscribe { .. } => "sns:Unsubscribe",
            Self::Keep { .. } => "lambda:PutProvisionedConcurrencyConfig",
            Self::KeepNone { .. } => "lambda:DeleteProvisionedConcurrencyConfig",
            Self::SetLayers { .. } => "lambda:UpdateFunctionConfiguration",
            Self::SetTags { .. } => "lambda:TagResource",
            Self::RemoveTags { .. } => "lambda:UntagResource",
        }
    }

    /// Permissions that it needs.
    pub(crate) fn permissions(&self) -> Vec<&'static str> {
        match self {
            // Its permission has another name than the operation.
            Self::PutNotifications { .. } => vec!["s3:PutBucketNotification"],
            Self::CreateMapping { .. } | Self::TurnMapping { .. } => {
                vec![self.operation(), "lambda:GetEventSourceMapping"]
            }
            Self::SetLayers { .. } => {
                vec![self.operation(), "lambda:GetFunctionConfiguration", "lambda:GetLayerVersion"]
            }
            _ => vec![self.operation()],
        }
    }

    /// The call that takes it back when a later one fails.
    pub(crate) fn undone_by(&self) -> Option<&'static str> {
        Some(match self {
            Self::LetRead { .. } => "iam:DeleteRolePolicy",
            // A new mapping would begin to read somewhere else.
            Self::ForbidRead { document: None, .. } | Self::DeleteMapping { .. } => return None,
            Self::ForbidRead { .. } => "iam:PutRolePolicy",
            Self::CreateMapping { .. } => "lambda:DeleteEventSourceMapping",
            Self::TurnMapping { .. } => "lambda:UpdateEventSourceMapping",
            Self::PutRule(_) => "events:DeleteRule",
            Self::TurnRule { on: true, .. } => "events:DisableRule",
            Self::TurnRule { on: false, .. } => "events:EnableRule",
            Self::DeleteRule(_) => "events:PutRule",
            Self::PutTarget { .. } => "events:RemoveTargets",
            Self::RemoveTarget { .. } => "events:PutTargets",
            Self::Allow(_) => "lambda:RemovePermission",
            Self::Disallow(_) => "lambda:AddPermission",
            Self::PutNotifications { .. } => "s3:PutBucketNotificationConfiguration",
            Self::Subscribe { .. } => "sns:Unsubscribe",
            Self::Unsubscribe { .. } => "sns:Subscribe",
            Self::Keep { before: None, .. } => "lambda:DeleteProvisionedConcurrencyConfig",
            Self::Keep { before: Some(_), .. } | Self::KeepNone { .. } => {
                "lambda:PutProvisionedConcurrencyConfig"
            }
            Self::SetLayers { .. } => "lambda:UpdateFunctionConfiguration",
            Self::SetTags { before, .. } if before.is_empty() => "lambda:UntagResource",
            Self::SetTags { .. } | Self::RemoveTags { .. } => "lambda:TagResource",
        })
    }
}

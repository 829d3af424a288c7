//! Sign-ins to accounts, through the vendor's own flow. What a person must see of one; nothing secret.

use crate::ApiError;
use hearth_cloud::{Confirmation, SignInFlow};
use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far a sign-in is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum SignInStep {
    /// The vendor is asked for a code, or its program is being started.
    Beginning,
    /// A person has something to do: on the vendor's page, or with the vendor's program.
    Waiting {
        /// What to confirm; none while a program of the vendor does it.
        confirmation: Option<Confirmation>,
    },
    /// The account is signed in.
    Done,
    /// It did not come to that.
    Failed {
        /// Why, and what to do.
        error: ApiError,
    },
    /// A person ended it, or Hearth was closed.
    Cancelled,
}

impl SignInStep {
    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Beginning | Self::Waiting { .. } => false,
            Self::Done | Self::Failed { .. } | Self::Cancelled => true,
        }
    }
}

/// A sign-in, under way or the last one of its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SigningIn {
    /// The account's id.
    pub account: String,
    /// What a person calls it.
    pub name: String,
    /// Whose it is: `aws`, `azure`, `google`.
    pub provider: String,
    /// How a person signs in.
    pub flow: SignInFlow,
    /// How far it is.
    pub step: SignInStep,
    /// When it began.
    pub began_us: Micros,
    /// What the vendor's program printed, the last lines of it.
    pub lines: Vec<String>,
}

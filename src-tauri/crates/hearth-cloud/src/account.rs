//! Accounts: where functions live, how the account was found, and how long its sign-in holds. Holds names and places,
//! never keys or tokens.

use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// The id of an account, for instance `aws:default` or `endpoint:emulator`. It names where the sign-in is kept, so
/// that the same sign-in is the same account after a restart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct AccountId(pub String);

impl AccountId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How an account signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// This computer: no sign-in.
    Local,
    /// Long-lived keys in a file.
    Keys,
    /// Keys with an end, in a file or the environment.
    SessionKeys,
    /// Keys in environment variables.
    Environment,
    /// A single-sign-on session of the vendor.
    Sso,
    /// A sign-in through the vendor's web console.
    Login,
    /// A role that another account takes on.
    Role,
    /// A program that answers with keys.
    Process,
    /// A token of a workload.
    WebIdentity,
    /// A token that the vendor's own command line hands out.
    Tool,
    /// An endpoint that takes any keys, such as an emulator.
    AnyKeys,
}

/// Whether the sign-in holds, as far as files tell without asking the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInState {
    /// Something to sign in with is there.
    Present,
    /// It was there and has ended.
    Expired,
    /// It must be made first.
    Missing,
    /// The vendor's files contradict themselves; see the account's problem.
    Broken,
}

/// When a sign-in ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Expiry {
    /// It does not end by itself.
    Never,
    /// At this instant.
    At {
        /// When.
        at_us: Micros,
        /// Whether the vendor's tools renew it by themselves until the session ends.
        renews: bool,
    },
    /// Nothing on this computer tells.
    Unknown,
}

/// An account, as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Stable id.
    pub id: AccountId,
    /// What the vendor's tools call it: the profile, or the endpoint's name.
    pub name: String,
    /// Whose it is: `local`, `aws`, `azure` or `google`.
    pub provider: String,
    /// How it signs in.
    pub sign_in: SignIn,
    /// Whether the sign-in holds.
    pub state: SignInState,
    /// When it ends.
    pub expiry: Expiry,
    /// The files, variables or settings it was found in.
    pub found_in: Vec<String>,
    /// The location it uses when none is named.
    pub location: Option<String>,
    /// The endpoint that is asked in the place of the vendor's own.
    pub endpoint: Option<String>,
    /// The vendor's number or id of it, when a file says so.
    pub number: Option<String>,
    /// How to sign in again, as a command line of the vendor's tool.
    pub sign_in_command: Option<String>,
    /// What is wrong with it, for people.
    pub problem: Option<String>,
}

/// Who the vendor says an account is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The vendor's number or id of the account.
    pub number: String,
    /// Who is signed in, for instance an ARN.
    pub principal: String,
}

//! Accounts: which there are, what a person chose for them, and asking a vendor about one.

use hearth_cloud::{Account, Capabilities, Fault, Identity, Level, LevelPolicy, Permission, SignInFlow};
use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names an account.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountName {
    /// Its id, or its name.
    pub account: String,
}

/// An account with what a person chose for it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountInfo {
    /// As it was found.
    pub account: Account,
    /// What can be done with it.
    pub capabilities: Capabilities,
    /// Whether it is marked as production: by a person, or at first by its name.
    pub is_production: bool,
    /// Until when changes are allowed; none: it is read-only.
    pub unlocked_until_us: Option<Micros>,
    /// Regions that a person chose; empty: its own region.
    pub chosen_locations: Vec<String>,
    /// Regions that there are.
    pub locations: Vec<String>,
    /// How a person signs in to it from here; none where nobody can.
    pub sign_in: Option<SignInFlow>,
}

/// The accounts that were found.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountsList {
    /// The accounts; this computer is the first.
    pub accounts: Vec<AccountInfo>,
    /// Where Hearth looked.
    pub looked_in: Vec<String>,
    /// Hearth's clock now.
    pub now_us: Micros,
}

/// What asking the vendor found.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountTested {
    /// The account's id.
    pub account: String,
    /// Who the vendor says it is.
    pub identity: Option<Identity>,
    /// Why the vendor did not say.
    pub fault: Option<Fault>,
    /// The same for people.
    pub problem: Option<String>,
    /// What can be done.
    pub hint: Option<String>,
    /// How long the answer took.
    pub took_us: Micros,
}

/// What an account may do, and the policies to copy.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountPermissions {
    /// Every permission that Hearth can use.
    pub permissions: Vec<Permission>,
    /// Why it is not known, when the vendor did not answer.
    pub fault: Option<Fault>,
    /// The largest level all of whose permissions are there; none when not even looking is, or nothing is known.
    pub level: Option<Level>,
    /// The smallest policy for each level.
    pub policies: Vec<LevelPolicy>,
}

/// Allows changes for some time.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountUnlock {
    /// The account.
    pub account: String,
    /// For how long, 1 to 1440 minutes; 0 locks it.
    pub minutes: u32,
}

/// What a person chooses for an account; what is left out stays.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountChoose {
    /// The account.
    pub account: String,
    /// Whether it is production.
    #[serde(default)]
    pub is_production: Option<bool>,
    /// The regions to look in; empty: its own region.
    #[serde(default)]
    pub locations: Option<Vec<String>>,
}

/// Adds an endpoint that speaks as a vendor does, or replaces the one of that name.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EndpointAdd {
    /// What to call it.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// The region that requests are signed for.
    #[serde(default)]
    pub region: Option<String>,
    /// The profile whose keys sign; none signs with keys that everybody knows.
    #[serde(default)]
    pub profile: Option<String>,
    /// As whom it speaks: `aws`, `azure` or `google`; none means AWS.
    #[serde(default)]
    #[ts(optional)]
    pub provider: Option<String>,
    /// The project, for one that speaks as Google does.
    #[serde(default)]
    #[ts(optional)]
    pub project: Option<String>,
}

/// Asks the vendor what an account was billed.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountBilled {
    /// The account.
    pub account: String,
    /// The first day, for instance `2026-11-01`.
    pub since: String,
    /// The last day.
    pub until: String,
    /// The table of Google's billing export, `PROJECT.DATASET.TABLE`; none: the one in the account's project.
    #[serde(default)]
    #[ts(optional)]
    pub table: Option<String>,
    /// The person was told what asking costs, where it does, and said yes.
    #[serde(default)]
    pub agreed: bool,
}

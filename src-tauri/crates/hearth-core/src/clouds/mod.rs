//! Accounts and the functions in them: which there are, which may be changed, and asking them. Every vendor is asked
//! through `hearth-cloud`'s traits.
//!
//! Owns the lock of each account and the way from a person's words to an open account. Must not know requests of a
//! vendor, and keeps no secret: an account is opened anew for each thing that is done with it.

pub(crate) mod accounts;
pub(crate) mod actual;
mod bundle;
pub(crate) mod by_use;
pub(crate) mod changes;
mod choices;
pub(crate) mod code;
pub(crate) mod containers;
pub(crate) mod environments;
pub(crate) mod functions;
pub(crate) mod inventory;
mod local;
pub(crate) mod logs;
pub(crate) mod own_requests;
mod pieces;
pub(crate) mod place;
mod services;
pub(crate) mod sides;
pub(crate) mod sign_in;
pub(crate) mod sync;
pub(crate) mod tail;
pub(crate) mod unfinished;

use crate::{ApiError, App, ErrorCode, Result};
use choices::Choices;
use hearth_aws::Aws;
use hearth_azure::{AZURE, Azure};
use hearth_cloud::{
    Account, Fault, FaultKind, Provider, SignIn, SignInFlow, SignInState, Tally, Vendor, quoted,
};
use hearth_google::{GOOGLE, Google};
use hearth_model::{Clock, Micros};
use hearth_store::Store;
use place::Place;
use sign_in::SignIns;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use sync::Syncing;
use tail::Tails;

/// The vendors, and what a person chose for their accounts.
pub(crate) struct Clouds {
    aws: Aws,
    azure: Azure,
    google: Google,
    choices: RwLock<Choices>,
    /// Held while choices are changed and kept.
    choosing: tokio::sync::Mutex<()>,
    pub(crate) syncing: Syncing,
    pub(crate) tails: Tails,
    pub(crate) sign_ins: SignIns,
    tally: Arc<Tally>,
    /// Where each account that was opened is asked.
    hosts: Mutex<BTreeMap<String, String>>,
}

impl Clouds {
    /// As they were left.
    pub(crate) async fn load(store: &Store, place: Place, clock: Arc<dyn Clock>) -> Result<Self> {
        let choices = Choices::load(store).await?;
        let tally = Arc::new(Tally::default());
        let Choices { endpoints, azure_endpoints, google_endpoints, .. } = choices.clone();
        let aws = Aws::new(place.aws, endpoints, Arc::clone(&clock), Arc::clone(&tally));
        let azure = Azure::new(place.azure, azure_endpoints, Arc::clone(&clock), Arc::clone(&tally));
        let google = Google::new(place.google, google_endpoints, clock, Arc::clone(&tally));
        Ok(Self {
            aws,
            azure,
            google,
            choices: RwLock::new(choices),
            choosing: tokio::sync::Mutex::new(()),
            syncing: Syncing::default(),
            tails: Tails::default(),
            sign_ins: SignIns::default(),
            tally,
            hosts: Mutex::default(),
        })
    }

    /// What Hearth asked since it was written down last.
    fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Where vendors were contacted since the start, by the accounts that were asked about.
    pub(crate) fn hosts(&self) -> BTreeSet<String> {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        self.tally.asked().iter().filter_map(|account| hosts.get(account).cloned()).collect()
    }

    /// Remembers where an account is asked, should it be.
    fn place_of(&self, account: &Account) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.insert(account.id.0.clone(), host(account));
    }

    /// A request leaves that is no account's own, for instance one of signing in.
    fn contacted(&self, account: &Account) {
        self.place_of(account);
        self.tally.note(account.id.as_str());
    }

    /// Every vendor, in the order their accounts are shown.
    fn vendors(&self) -> Vec<&dyn Vendor> {
        vec![&self.aws, &self.azure, &self.google]
    }

    /// Whose account it is.
    fn vendor(&self, account: &Account) -> &dyn Vendor {
        match account.provider.as_str() {
            AZURE => &self.azure,
            GOOGLE => &self.google,
            _ => &self.aws,
        }
    }

    /// How a person signs in to an account; none where nobody can.
    pub(crate) fn sign_in_flow(&self, account: &Account) -> Option<SignInFlow> {
        if account.sign_in == SignIn::Local { None } else { self.vendor(account).sign_in_flow(account) }
    }

    /// The files and folders in which accounts are looked for.
    fn looked_in(&self) -> Vec<String> {
        [self.aws.looked_in(), self.azure.looked_in(), self.google.looked_in()].concat()
    }

    fn choices(&self) -> Choices {
        self.choices.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the choices; they are kept before anybody sees them.
    async fn choose(&self, store: &Store, change: impl FnOnce(&mut Choices)) -> Result<()> {
        let _choosing = self.choosing.lock().await;
        let mut choices = self.choices();
        change(&mut choices);
        choices.keep(store).await?;
        self.aws.set_endpoints(choices.endpoints.clone());
        self.azure.set_endpoints(choices.azure_endpoints.clone());
        self.google.set_endpoints(choices.google_endpoints.clone());
        *self.choices.write().unwrap_or_else(PoisonError::into_inner) = choices;
        Ok(())
    }

    /// The accounts that there are now; files are read each time, so that a new sign-in counts at once.
    pub(crate) async fn accounts(app: &App) -> Result<Vec<Account>> {
        let reader = app.clone();
        let found = crate::app::blocking(move || {
            let clouds = reader.clouds();
            Ok(clouds.vendors().into_iter().flat_map(Vendor::discover).collect::<Vec<_>>())
        })
        .await?;
        Ok(std::iter::once(local::account()).chain(found).collect())
    }

    /// The account that a person means.
    pub(crate) async fn account(app: &App, named: &str) -> Result<Account> {
        let accounts = Self::accounts(app).await?;
        if let Some(account) = accounts.iter().find(|account| account.id.as_str() == named) {
            return Ok(account.clone());
        }
        let mut found = accounts.iter().filter(|account| account.name == named);
        match (found.next(), found.next()) {
            (Some(account), None) => Ok(account.clone()),
            (Some(one), Some(other)) => Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("`{named}` can mean more than one account"),
            )
            .with_hint(format!("Name it by its id, for instance {} or {}.", one.id, other.id))),
            (None, _) => Err(no_such_account(named)),
        }
    }

    /// Opens an account with the sign-in that is there now.
    pub(crate) async fn open(app: &App, account: &Account) -> Result<Arc<dyn Provider>> {
        if let Some(problem) = account.problem.as_ref().filter(|_| account.state == SignInState::Broken) {
            return Err(ApiError::new(
                ErrorCode::SignIn,
                format!("the account `{}` cannot be used: {problem}", account.name),
            )
            .with_hint(format!("Correct it in {}.", account.found_in.join(" and "))));
        }
        if account.sign_in == SignIn::Local {
            return Ok(local::Local::open(app.clone()));
        }
        let clouds = app.clouds();
        let vendor = clouds.vendor(account);
        clouds.place_of(account);
        vendor.open(account).await.map_err(|fault| api_error(account, fault))
    }

    /// Until when an account may be changed.
    fn unlocked_until(&self, account: &Account, now: Micros) -> Option<Micros> {
        self.choices().of(&account.id).unlocked_until_us.filter(|until| *until > now)
    }

    /// Refuses while an account is read-only.
    pub(crate) fn check_unlocked(app: &App, account: &Account) -> Result<()> {
        // What runs here is the person's own.
        if account.sign_in == SignIn::Local || app.clouds().unlocked_until(account, app.now()).is_some() {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::Locked, format!("the account `{}` is read-only", account.name))
            .with_hint(format!(
                "Allow changes for 15 minutes: hearth accounts unlock {}",
                quoted(account.id.as_str())
            )))
    }
}

/// Where an account is asked, for people: a vendor has a host for each service and region.
fn host(account: &Account) -> String {
    let vendor = match account.provider.as_str() {
        AZURE => "management.azure.com",
        GOOGLE => "*.googleapis.com",
        _ => "*.amazonaws.com",
    };
    let own = account.endpoint.as_deref().and_then(|url| url.split("://").nth(1)?.split('/').next());
    own.unwrap_or(vendor).to_owned()
}

fn no_such_account(named: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no account `{named}`"))
        .with_hint("`hearth accounts` lists those that were found on this computer.")
}

/// A fault as an error that leaves Hearth.
pub(crate) fn api_error(account: &Account, fault: Fault) -> ApiError {
    let name = &account.name;
    let code = match &fault.kind {
        FaultKind::NotSignedIn | FaultKind::Expired => ErrorCode::SignIn,
        FaultKind::NotAllowed { .. } => ErrorCode::NotAllowed,
        FaultKind::NotFound => ErrorCode::NotFound,
        FaultKind::Conflict => ErrorCode::Conflict,
        FaultKind::PlanChanged => ErrorCode::PlanChanged,
        FaultKind::Cancelled => ErrorCode::Cancelled,
        FaultKind::Invalid | FaultKind::Unable => ErrorCode::InvalidInput,
        FaultKind::Throttled | FaultKind::BrokenOff | FaultKind::TimedOut | FaultKind::Other => {
            ErrorCode::Network
        }
    };
    let hint = match &fault.kind {
        FaultKind::NotSignedIn | FaultKind::Expired => Some(match &account.sign_in_command {
            Some(command) => sign_in::hint(account, command),
            None => "Renew the keys where they are kept; Hearth reads them anew each time.".to_owned(),
        }),
        FaultKind::NotAllowed { permission } => Some(format!(
            "Ask for the permission {permission}; `hearth accounts permissions {}` shows the policy for each level.",
            account.id
        )),
        FaultKind::Throttled => Some("Try again in a moment.".to_owned()),
        FaultKind::PlanChanged => Some("Look at the review again.".to_owned()),
        FaultKind::BrokenOff | FaultKind::TimedOut => {
            Some("Look at what is there now before you do it again.".to_owned())
        }
        FaultKind::NotFound
        | FaultKind::Conflict
        | FaultKind::Cancelled
        | FaultKind::Invalid
        | FaultKind::Unable
        | FaultKind::Other => None,
    };
    let mut error = ApiError::new(code, format!("{name}: {fault}"));
    error.hint = hint;
    if code == ErrorCode::SignIn && account.sign_in_command.is_some() {
        error.sign_in = Some(account.id.0.clone());
    }
    match fault.request_id {
        Some(id) => error.with_detail(format!("request id of the vendor: {id}")),
        None => error,
    }
}

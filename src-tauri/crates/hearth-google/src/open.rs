//! Opens accounts: from where a sign-in is kept to a client. Owns the one HTTP client of this crate. Tokens are asked
//! for when the first request needs one.

use crate::client::Client;
use crate::discover::{Found, discover, found};
use crate::fault::Asked;
use crate::place::{Endpoint, Place};
use crate::regions::{USUAL_REGION, is_project, is_region};
use crate::token::Tokens;
use crate::{GOOGLE, GoogleAccount};
use hearth_cloud::{Account, FaultKind, Provider, Reply, Result, SignInFlow, Tally, Vendor};
use hearth_model::Clock;
use reqwest::redirect;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

/// Longest that connecting may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Google Cloud, with what is on this computer.
pub struct Google {
    place: Place,
    endpoints: RwLock<Vec<Endpoint>>,
    clock: Arc<dyn Clock>,
    http: OnceLock<reqwest::Client>,
    tally: Arc<Tally>,
}

impl Google {
    /// Google as `place` knows it, with the endpoints that a person added; what it is asked is counted in `tally`.
    pub fn new(place: Place, endpoints: Vec<Endpoint>, clock: Arc<dyn Clock>, tally: Arc<Tally>) -> Self {
        Self { place, endpoints: RwLock::new(endpoints), clock, http: OnceLock::new(), tally }
    }

    /// The endpoints that a person added.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.endpoints.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces them.
    pub fn set_endpoints(&self, endpoints: Vec<Endpoint>) {
        *self.endpoints.write().unwrap_or_else(PoisonError::into_inner) = endpoints;
    }

    /// The files and folders in which accounts are looked for, as people write them.
    pub fn looked_in(&self) -> Vec<String> {
        let folder = self.place.folder().map(|folder| folder.join("configurations"));
        [folder, self.place.default_key()].iter().flatten().map(|path| self.place.shown(path)).collect()
    }

    /// Made at the first account that is opened: whoever uses no account of Google loads no certificates for it.
    fn http(&self) -> Result<reqwest::Client> {
        if let Some(http) = self.http.get() {
            return Ok(http.clone());
        }
        // Taken already is fine: whoever came first chose the same one.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder()
            .user_agent(concat!("Hearth/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            // A token goes to nobody that was not asked.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| {
                let asked = Asked { operation: "opening the account", location: "" };
                asked.fault(FaultKind::Other, format!("HTTPS cannot be used on this computer: {error}"))
            })?;
        Ok(self.http.get_or_init(|| http).clone())
    }

    fn opened(&self, account: &Account) -> Result<GoogleAccount> {
        let asked = Asked { operation: "opening the account", location: "" };
        let endpoints = self.endpoints();
        let gone =
            || asked.fault(FaultKind::NotSignedIn, format!("there is no account `{}` any more", account.id));
        let Found { source, bases, project, quota_project, .. } = found(&self.place, &endpoints)
            .into_iter()
            .find(|one| one.account.id == account.id)
            .ok_or_else(gone)?;
        let project = project.unwrap_or_default();
        if !is_project(&project) {
            return Err(asked.fault(FaultKind::Invalid, format!("`{project}` is not a project")));
        }
        let region = account.location.as_deref().unwrap_or(USUAL_REGION);
        if !is_region(region) {
            return Err(asked.fault(FaultKind::Invalid, format!("`{region}` is not a region")));
        }
        let http = self.http()?;
        let tokens = Tokens::new(source.ok_or_else(gone)?, http.clone(), Arc::clone(&self.clock));
        let client = Client { http, bases, tokens, quota_project, own: self.tally.of(&account.id) };
        Ok(GoogleAccount::new(account.clone(), project, client))
    }
}

/// Where the program that signs in is found.
const INSTALL: &str = "https://cloud.google.com/sdk/docs/install";

impl Vendor for Google {
    fn name(&self) -> &'static str {
        GOOGLE
    }

    fn discover(&self) -> Vec<Account> {
        discover(&self.place, &self.endpoints())
    }

    fn open<'a>(&'a self, account: &'a Account) -> Reply<'a, Arc<dyn Provider>> {
        Box::pin(async move {
            let provider: Arc<dyn Provider> = Arc::new(self.opened(account)?);
            Ok(provider)
        })
    }

    fn sign_in_flow(&self, account: &Account) -> Option<SignInFlow> {
        Some(SignInFlow::tool(account.sign_in_command.as_deref()?, INSTALL))
    }
}

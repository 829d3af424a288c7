//! Azure as a vendor: finds accounts and opens them. Owns where an account's tokens come from.

use crate::account::AzureAccount;
use crate::discover::{DEVELOPER, ENVIRONMENT, discover};
use crate::fault::Asked;
use crate::place::{CLIENT_SECRET, Endpoint, Place};
use crate::secret::Secret;
use crate::token::{Source, Tokens};
use crate::wire::Wire;
use crate::{AZURE, account};
use hearth_cloud::{Account, AccountId, FaultKind, Provider, Reply, Result, SignInFlow, Tally, Vendor};
use hearth_model::Clock;
use reqwest::{Client, Url};
use std::sync::{Arc, PoisonError, RwLock};

/// Azure, with what is on this computer.
pub struct Azure {
    place: Place,
    endpoints: RwLock<Vec<Endpoint>>,
    clock: Arc<dyn Clock>,
    client: Option<Client>,
    tally: Arc<Tally>,
}

impl Azure {
    /// Azure as `place` knows it, with the endpoints that a person added; what it is asked is counted in `tally`.
    pub fn new(place: Place, endpoints: Vec<Endpoint>, clock: Arc<dyn Clock>, tally: Arc<Tally>) -> Self {
        Self { place, endpoints: RwLock::new(endpoints), clock, client: Wire::client(), tally }
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
        let place = &self.place;
        let profile = place.cli().map(|folder| folder.join("azureProfile.json"));
        let developer = place.developer_cli().map(|folder| folder.join("auth.json"));
        [profile, developer].iter().flatten().map(|path| place.shown(path)).collect()
    }

    fn endpoint_of(&self, account: &Account) -> Option<Endpoint> {
        let name = account.id.as_str().strip_prefix("endpoint:")?;
        self.endpoints().into_iter().find(|endpoint| endpoint.name == name)
    }

    /// Where the tokens of an account come from.
    fn source(&self, id: &AccountId) -> Result<Source> {
        let kept = id.as_str().strip_prefix("azure:").unwrap_or(id.as_str());
        match kept {
            ENVIRONMENT => {
                let variable = |name: &str| self.place.variable(name).unwrap_or_default().to_owned();
                let secret = std::env::var(CLIENT_SECRET).unwrap_or_default();
                if secret.is_empty() {
                    let words = format!("the environment variable {CLIENT_SECRET} is empty");
                    return Err(ASKED.fault(FaultKind::NotSignedIn, words));
                }
                Ok(Source::Principal {
                    tenant: variable("AZURE_TENANT_ID"),
                    client: variable("AZURE_CLIENT_ID"),
                    secret: Secret::new(secret),
                    authority: self.place.variable("AZURE_AUTHORITY_HOST").map(str::to_owned),
                })
            }
            DEVELOPER => Ok(Source::Developer),
            subscription => {
                // It becomes an argument of a program.
                if account::is_subscription(subscription) {
                    Ok(Source::Cli { subscription: subscription.to_owned() })
                } else {
                    let words = format!("`{subscription}` is not the id of a subscription");
                    Err(ASKED.fault(FaultKind::Invalid, words))
                }
            }
        }
    }

    fn opened(&self, account: &Account) -> Result<AzureAccount> {
        let Some(client) = self.client.clone() else {
            let words = "HTTPS cannot be used on this computer: install the system's certificates";
            return Err(ASKED.fault(FaultKind::Other, words));
        };
        let endpoint = self.endpoint_of(account);
        let source = match &endpoint {
            Some(Endpoint { profile: Some(profile), .. }) => self.source(&AccountId(profile.clone()))?,
            Some(_) => Source::Known,
            None => self.source(&account.id)?,
        };
        let base = match &endpoint {
            Some(endpoint) => Some(Url::parse(&endpoint.url).map_err(|_| {
                ASKED.fault(
                    FaultKind::Invalid,
                    format!("`{}` is not the address of an endpoint", endpoint.url),
                )
            })?),
            None => None,
        };
        let path = self.place.variable("PATH").map(str::to_owned);
        let tokens = Tokens::new(source, path, client.clone(), Arc::clone(&self.clock));
        Ok(AzureAccount::new(
            account.clone(),
            Wire::new(client, base, self.tally.of(&account.id)),
            tokens,
            Arc::clone(&self.clock),
        ))
    }
}

const ASKED: Asked<'static> = Asked { operation: "opening the account", about: "" };

/// Where the programs that sign in are found.
const INSTALL: &str = "https://learn.microsoft.com/cli/azure/install-azure-cli";
const INSTALL_DEVELOPER: &str = "https://learn.microsoft.com/azure/developer/azure-developer-cli/install-azd";

impl Vendor for Azure {
    fn name(&self) -> &'static str {
        AZURE
    }

    fn discover(&self) -> Vec<Account> {
        discover(&self.place, &self.endpoints(), self.clock.now())
    }

    fn open<'a>(&'a self, account: &'a Account) -> Reply<'a, Arc<dyn Provider>> {
        Box::pin(async move {
            let provider: Arc<dyn Provider> = Arc::new(self.opened(account)?);
            Ok(provider)
        })
    }

    fn sign_in_flow(&self, account: &Account) -> Option<SignInFlow> {
        let command = account.sign_in_command.as_deref()?;
        let install = if command.starts_with("azd ") { INSTALL_DEVELOPER } else { INSTALL };
        Some(SignInFlow::tool(command, install))
    }
}

//! Opens accounts: from where a sign-in is kept to a configuration of the SDK. Owns time limits and retries. Keys stay
//! inside the SDK, which reads them when it needs them.

use crate::discover::{ENVIRONMENT, discover};
use crate::fault::Asked;
use crate::place::{Endpoint, Place};
use crate::regions::is_region;
use crate::{AWS, AwsAccount};
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{AppName, BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_runtime::env_config::file::{Builder as EnvConfigFilesBuilder, EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_lambda::config::{Credentials, SharedCredentialsProvider, SharedHttpClient};
use aws_smithy_http_client::tls::{Provider as TlsProvider, rustls_provider::CryptoMode};
use hearth_cloud::{Account, Confirm, FaultKind, Provider, Reply, Result, SignIn, SignInFlow, Tally, Vendor};
use hearth_model::Clock;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// The region of an account that names none, as AWS's own console opens.
pub(crate) const USUAL_REGION: &str = "us-east-1";

/// Longest that connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// Uploading code may take that long on a slow line.
const PATIENCE: Patience =
    Patience { attempt: Duration::from_mins(2), operation: Duration::from_mins(4), tries: 4 };

/// How long requests of a client may take.
pub(crate) struct Patience {
    /// Longest that one try may take.
    pub(crate) attempt: Duration,
    /// Longest that a request with all its tries may take.
    pub(crate) operation: Duration,
    /// Tries of a request that is refused for a moment, with growing pauses by chance between them.
    pub(crate) tries: u32,
}

/// AWS, with what is on this computer.
pub struct Aws {
    pub(crate) place: Place,
    endpoints: RwLock<Vec<Endpoint>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) http: SharedHttpClient,
    tally: Arc<Tally>,
}

impl Aws {
    /// AWS as `place` knows it, with the endpoints that a person added; what it is asked is counted in `tally`.
    pub fn new(place: Place, endpoints: Vec<Endpoint>, clock: Arc<dyn Clock>, tally: Arc<Tally>) -> Self {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(TlsProvider::Rustls(CryptoMode::Ring))
            .build_https();
        Self { place, endpoints: RwLock::new(endpoints), clock, http, tally }
    }

    /// The endpoints that a person added.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.endpoints.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The files and folders in which accounts are looked for, as people write them.
    pub fn looked_in(&self) -> Vec<String> {
        let place = &self.place;
        let all = [place.config_file(), place.credentials_file(), place.sso_cache(), place.login_cache()];
        all.iter().flatten().map(|path| place.shown(path)).collect()
    }

    /// Replaces them.
    pub fn set_endpoints(&self, endpoints: Vec<Endpoint>) {
        *self.endpoints.write().unwrap_or_else(PoisonError::into_inner) = endpoints;
    }

    fn profile_files(&self) -> EnvConfigFiles {
        // The SDK stops at a file that is not there, so an empty one stands for it.
        let add = |files: EnvConfigFilesBuilder, kind: EnvConfigFileKind, path: Option<PathBuf>| match path {
            Some(path) if path.is_file() => files.with_file(kind, path),
            _ => files.with_contents(kind, ""),
        };
        let files = add(EnvConfigFiles::builder(), EnvConfigFileKind::Config, self.place.config_file());
        let files = add(files, EnvConfigFileKind::Credentials, self.place.credentials_file());
        files.build()
    }

    fn of_profile(&self, name: &str, region: &Region) -> SharedCredentialsProvider {
        let config = ProviderConfig::without_region()
            .with_region(Some(region.clone()))
            .with_http_client(self.http.clone());
        SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(&config)
                .profile_files(self.profile_files())
                .profile_name(name)
                .build(),
        )
    }

    fn credentials(&self, account: &Account, region: &Region) -> SharedCredentialsProvider {
        let endpoint = self.endpoint_of(account);
        match (endpoint, account.sign_in) {
            (Some(Endpoint { profile: Some(profile), .. }), _) => self.of_profile(&profile, region),
            // Keys that everybody knows, for endpoints that take any: there is nothing to keep secret.
            (Some(_), _) => {
                SharedCredentialsProvider::new(Credentials::new("hearth", "hearth", None, None, "Hearth"))
            }
            (None, SignIn::Environment) => {
                SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
            }
            (None, SignIn::WebIdentity) if account.name == ENVIRONMENT => {
                let config = ProviderConfig::without_region()
                    .with_region(Some(region.clone()))
                    .with_http_client(self.http.clone());
                let provider = WebIdentityTokenCredentialsProvider::builder().configure(&config).build();
                SharedCredentialsProvider::new(provider)
            }
            (None, _) => self.of_profile(&account.name, region),
        }
    }

    fn endpoint_of(&self, account: &Account) -> Option<Endpoint> {
        let name = account.id.as_str().strip_prefix("endpoint:")?;
        self.endpoints().into_iter().find(|endpoint| endpoint.name == name)
    }

    /// What holds for every client of AWS's SDK: this computer's files, a patience and our name.
    pub(crate) fn loader(&self, region: Region, patience: &Patience) -> ConfigLoader {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(patience.attempt)
            .operation_timeout(patience.operation)
            .build();
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .region(region)
            .http_client(self.http.clone())
            .profile_files(self.profile_files())
            .retry_config(RetryConfig::standard().with_max_attempts(patience.tries))
            .timeout_config(timeouts);
        match AppName::new("Hearth") {
            Ok(name) => loader.app_name(name),
            Err(_) => loader,
        }
    }

    async fn configure(&self, account: &Account) -> Result<SdkConfig> {
        let region = account.location.clone().unwrap_or_else(|| USUAL_REGION.to_owned());
        let asked = Asked { operation: "opening the account", location: "" };
        if !is_region(&region) {
            return Err(asked.fault(FaultKind::Invalid, format!("`{region}` is not a region")));
        }
        let region = Region::new(region);
        let credentials = self.credentials(account, &region);
        let mut loader = self.loader(region, &PATIENCE).credentials_provider(credentials);
        match self.endpoint_of(account) {
            Some(endpoint) => loader = loader.endpoint_url(endpoint.url),
            None if account.name != ENVIRONMENT => loader = loader.profile_name(&account.name),
            None => {}
        }
        Ok(loader.load().await)
    }
}

impl Vendor for Aws {
    fn name(&self) -> &'static str {
        AWS
    }

    fn discover(&self) -> Vec<Account> {
        discover(&self.place, &self.endpoints(), self.clock.now())
    }

    fn open<'a>(&'a self, account: &'a Account) -> Reply<'a, Arc<dyn Provider>> {
        Box::pin(async move {
            let config = self.configure(account).await?;
            let provider: Arc<dyn Provider> = Arc::new(AwsAccount::new(
                account.clone(),
                config,
                Arc::clone(&self.clock),
                self.tally.of(&account.id),
            ));
            Ok(provider)
        })
    }

    fn sign_in_flow(&self, account: &Account) -> Option<SignInFlow> {
        self.flow(account)
    }

    fn sign_in<'a>(&'a self, account: &'a Account, confirm: Confirm) -> Reply<'a, ()> {
        Box::pin(self.signed_in(account, confirm))
    }
}

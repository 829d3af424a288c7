//! Finds accounts: configurations of gcloud, the sign-in that applications use, the file that an environment variable
//! names, and endpoints that a person added. An account is a project together with a sign-in. Reads files and asks
//! nobody. Must not hold a secret.

use crate::GOOGLE;
use crate::client::{Bases, Service};
use crate::key::{About, about};
use crate::place::{Endpoint, Place};
use crate::properties::{Section, sections};
use crate::regions::USUAL_REGION;
use crate::token::Source;
use hearth_cloud::{Account, AccountId, Expiry, SignIn, SignInState};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The account of `gcloud auth application-default login`.
const DEFAULT: &str = "application-default";
/// The account of the file that an environment variable names.
const ENVIRONMENT: &str = "environment";
/// How a person signs in.
const SIGN_IN: &str = "gcloud auth application-default login";

/// An account, and what is needed to open it.
pub(crate) struct Found {
    pub(crate) account: Account,
    pub(crate) source: Option<Source>,
    pub(crate) bases: Bases,
    pub(crate) project: Option<String>,
    pub(crate) quota_project: Option<String>,
}

/// All accounts, in the order a person would look for them.
pub fn discover(place: &Place, endpoints: &[Endpoint]) -> Vec<Account> {
    found(place, endpoints).into_iter().map(|found| found.account).collect()
}

/// The same with what is needed to open them.
pub(crate) fn found(place: &Place, endpoints: &[Endpoint]) -> Vec<Found> {
    let configurations = Configuration::all(place);
    let mut all: Vec<Found> = configurations.iter().map(|one| configured(place, one)).collect();
    let active = configurations.iter().find(|one| one.is_active);
    if let Some(path) = place.named_key() {
        let key = Key { about: about(&path), path, command: None };
        all.push(of_key(
            place,
            ENVIRONMENT,
            key,
            active,
            "environment variable GOOGLE_APPLICATION_CREDENTIALS",
        ));
    }
    if let Some(path) = place.default_key().filter(|path| path.is_file()) {
        // A configuration without a sign-in of its own uses this one already.
        let is_used = all
            .iter()
            .any(|one| matches!(&one.source, Some(Source::File { path: used, .. }) if *used == path));
        if !is_used {
            let key = Key { about: about(&path), path, command: Some(SIGN_IN.to_owned()) };
            all.push(of_key(place, DEFAULT, key, active, ""));
        }
    }
    all.extend(endpoints.iter().map(endpoint));
    all
}

/// A configuration of gcloud.
struct Configuration {
    name: String,
    file: PathBuf,
    settings: BTreeMap<String, Section>,
    is_active: bool,
}

impl Configuration {
    /// All of them, the one in use first.
    fn all(place: &Place) -> Vec<Self> {
        let Some(folder) = place.folder() else { return Vec::new() };
        let active = place.variable("CLOUDSDK_ACTIVE_CONFIG_NAME").map(str::to_owned);
        let active = active.or_else(|| std::fs::read_to_string(folder.join("active_config")).ok());
        let active = active.map_or_else(|| "default".to_owned(), |name| name.trim().to_owned());
        let files = std::fs::read_dir(folder.join("configurations")).ok();
        let mut all: Vec<Self> = files
            .into_iter()
            .flat_map(Iterator::flatten)
            .filter_map(|entry| {
                let name = entry.file_name().to_str()?.strip_prefix("config_")?.to_owned();
                let text = std::fs::read(entry.path()).ok()?;
                Some(Self {
                    is_active: name == active,
                    name,
                    file: entry.path(),
                    settings: sections(&String::from_utf8_lossy(&text)),
                })
            })
            // gcloud makes an empty one for itself, which is nobody's account.
            .filter(|one| !one.settings.is_empty())
            .collect();
        all.sort_by_key(|one| (!one.is_active, one.name.clone()));
        all
    }

    fn get(&self, section: &str, name: &str) -> Option<&str> {
        self.settings.get(section)?.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn region(&self) -> Option<&str> {
        self.get("functions", "region")
            .or_else(|| self.get("run", "region"))
            .or_else(|| self.get("compute", "region"))
    }

    /// Where this configuration sends services instead of to Google.
    fn bases(&self) -> Bases {
        let elsewhere = Service::ALL.into_iter().filter_map(|service| {
            Some((service, self.get("api_endpoint_overrides", service.name())?.to_owned()))
        });
        Bases::Google(elsewhere.collect())
    }

    /// The project that pays for the requests, in gcloud's words: `CURRENT_PROJECT` and `LEGACY` are none of their own.
    fn quota_project(&self) -> Option<String> {
        let named = self.get("billing", "quota_project")?;
        (!matches!(named, "LEGACY" | "CURRENT_PROJECT" | "CURRENT_PROJECT_WITH_FALLBACK"))
            .then(|| named.to_owned())
    }
}

/// A file with a sign-in.
struct Key {
    path: PathBuf,
    about: Option<About>,
    command: Option<String>,
}

fn configured(place: &Place, one: &Configuration) -> Found {
    let account = one.get("core", "account");
    let own = |path: PathBuf, command: String| Key { about: about(&path), path, command: Some(command) };
    let named =
        one.get("auth", "credential_file_override").map(|path| own(PathBuf::from(path), SIGN_IN.to_owned()));
    // gcloud keeps the sign-in of each person in a file of the form that its libraries read.
    let kept = account.zip(place.folder()).map(|(account, folder)| {
        let path = folder.join("legacy_credentials").join(account.replace(['/', '\\'], "_")).join("adc.json");
        own(path, format!("gcloud auth login {account}"))
    });
    let shared = place.default_key().map(|path| own(path, SIGN_IN.to_owned()));
    let key = named.or_else(|| kept.filter(|key| key.path.is_file())).or(shared);
    let mut found = match key {
        Some(key) => of_key(place, &one.name, key, Some(one), ""),
        None => bare(&one.name),
    };
    found.account.found_in.insert(0, place.shown(&one.file));
    found.bases = one.bases();
    found.quota_project = place
        .variable("GOOGLE_CLOUD_QUOTA_PROJECT")
        .map(str::to_owned)
        .or_else(|| one.quota_project())
        .or(found.quota_project);
    if let (Some(acts_as), Some(Source::File { acts_as: slot, .. })) =
        (one.get("auth", "impersonate_service_account"), &mut found.source)
    {
        *slot = Some(acts_as.to_owned());
        found.account.sign_in = SignIn::Role;
    }
    found.account.endpoint = one.get("api_endpoint_overrides", Service::Functions.name()).map(str::to_owned);
    found
}

/// An account of a file with a sign-in; `active` lends it project and region.
fn of_key(place: &Place, name: &str, key: Key, active: Option<&Configuration>, through: &str) -> Found {
    let mut found = bare(name);
    let account = &mut found.account;
    if !through.is_empty() {
        account.found_in.push(through.to_owned());
    }
    account.sign_in_command = key.command;
    let configured = active.and_then(|one| one.get("core", "project")).map(str::to_owned);
    let region = active.and_then(Configuration::region).unwrap_or(USUAL_REGION);
    account.location = Some(region.to_owned());
    let about = key.about;
    let of_key = about.as_ref().and_then(|about| about.project_id.clone());
    let of_quota = about.as_ref().and_then(|about| about.quota_project_id.clone());
    let of_place = place.project().map(str::to_owned);
    // A key of a service account says which project it is of; a person's sign-in is for any.
    let project = match active.filter(|one| one.name == name) {
        Some(_) => configured.or(of_key).or(of_place).or_else(|| of_quota.clone()),
        None => of_key.or(of_place).or(configured).or_else(|| of_quota.clone()),
    };
    account.number.clone_from(&project);
    found.quota_project = place.variable("GOOGLE_CLOUD_QUOTA_PROJECT").map(str::to_owned).or(of_quota);
    match about {
        None if !key.path.is_file() => {
            account.state = SignInState::Missing;
            account.sign_in_command.get_or_insert_with(|| SIGN_IN.to_owned());
            account.problem = Some(format!("there is no sign-in at {}", place.shown(&key.path)));
        }
        None => {
            account.state = SignInState::Broken;
            account.found_in.push(place.shown(&key.path));
            account.problem = Some(format!("{} is no sign-in of Google's tools", place.shown(&key.path)));
        }
        Some(about) => {
            account.found_in.push(place.shown(&key.path));
            (account.sign_in, account.expiry) = match about.kind.as_str() {
                // How long a refresh token holds is the organisation's choice, which no file tells.
                "authorized_user" => (SignIn::Login, Expiry::Unknown),
                "service_account" => (SignIn::Keys, Expiry::Never),
                "impersonated_service_account" => (SignIn::Role, Expiry::Unknown),
                _ => (SignIn::WebIdentity, Expiry::Unknown),
            };
            if account.sign_in == SignIn::WebIdentity {
                account.state = SignInState::Broken;
                account.problem = Some(format!(
                    "Hearth cannot use a sign-in of the kind `{}` yet; use a person's or a service account's",
                    about.kind
                ));
            } else if project.is_none() {
                account.state = SignInState::Broken;
                account.problem = Some("it names no project: gcloud config set project PROJECT".to_owned());
            }
        }
    }
    found.project = project;
    found.source = Some(Source::File { path: key.path, acts_as: None });
    found
}

fn bare(name: &str) -> Found {
    Found {
        account: Account {
            id: AccountId(format!("{GOOGLE}:{name}")),
            name: name.to_owned(),
            provider: GOOGLE.to_owned(),
            sign_in: SignIn::Login,
            state: SignInState::Present,
            expiry: Expiry::Unknown,
            found_in: Vec::new(),
            location: Some(USUAL_REGION.to_owned()),
            endpoint: None,
            number: None,
            sign_in_command: None,
            problem: None,
        },
        source: None,
        bases: Bases::Google(BTreeMap::new()),
        project: None,
        quota_project: None,
    }
}

fn endpoint(endpoint: &Endpoint) -> Found {
    let mut found = bare(&endpoint.name);
    found.account = Account {
        id: AccountId(format!("endpoint:{}", endpoint.name)),
        sign_in: SignIn::AnyKeys,
        expiry: Expiry::Never,
        found_in: vec!["Hearth's settings".to_owned()],
        location: Some(endpoint.region.clone()),
        endpoint: Some(endpoint.url.clone()),
        number: Some(endpoint.project.clone()),
        ..found.account
    };
    found.source = Some(Source::Any);
    found.bases = Bases::One(endpoint.url.clone());
    found.project = Some(endpoint.project.clone());
    found
}

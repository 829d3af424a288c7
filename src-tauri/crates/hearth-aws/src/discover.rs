//! Finds accounts: profiles, single-sign-on sessions, `aws login`, keys in the environment, and endpoints that a person
//! added. Reads files and asks nobody. Must not hold a secret.

use crate::ini::{Section, sections};
use crate::place::{Endpoint, Place};
use crate::{AWS, sessions};
use hearth_cloud::{Account, AccountId, Expiry, SignIn, SignInState, quoted};
use hearth_model::Micros;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The account of keys in environment variables.
pub(crate) const ENVIRONMENT: &str = "environment";

/// All accounts, in the order a person would look for them.
pub fn discover(place: &Place, endpoints: &[Endpoint], now: Micros) -> Vec<Account> {
    let files = Files::read(place);
    let mut accounts: Vec<Account> =
        files.names().iter().map(|name| profile(place, &files, name, now)).collect();
    accounts.extend(environment(place));
    accounts.extend(endpoints.iter().map(endpoint));
    accounts
}

/// The sections of both files.
pub(crate) struct Files {
    config: BTreeMap<String, Section>,
    credentials: BTreeMap<String, Section>,
    config_file: Option<PathBuf>,
    credentials_file: Option<PathBuf>,
}

impl Files {
    pub(crate) fn read(place: &Place) -> Self {
        let read = |path: &Option<PathBuf>| {
            let text = path.as_ref().and_then(|path| std::fs::read(path).ok());
            text.map(|text| sections(&String::from_utf8_lossy(&text))).unwrap_or_default()
        };
        let (config_file, credentials_file) = (place.config_file(), place.credentials_file());
        Self {
            config: read(&config_file),
            credentials: read(&credentials_file),
            config_file,
            credentials_file,
        }
    }

    /// Profiles of both files, `default` first.
    fn names(&self) -> Vec<String> {
        let configured = self.config.keys().filter_map(|heading| match heading.as_str() {
            "default" => Some("default"),
            other => other.strip_prefix("profile "),
        });
        let mut names: Vec<String> =
            configured.chain(self.credentials.keys().map(String::as_str)).map(str::to_owned).collect();
        names.sort_by_key(|name| (name != "default", name.clone()));
        names.dedup();
        names
    }

    /// A section of its own for single sign-on, which several profiles may use.
    pub(crate) fn session(&self, name: &str) -> Option<&Section> {
        self.config.get(&format!("sso-session {name}"))
    }

    fn configured(&self, name: &str) -> Option<&Section> {
        self.config
            .get(&format!("profile {name}"))
            .or_else(|| if name == "default" { self.config.get("default") } else { None })
    }

    /// A setting of a profile, from either file; what `credentials` says counts more, as in AWS's tools.
    pub(crate) fn get(&self, name: &str, key: &str) -> Option<&str> {
        let own = self.credentials.get(name).and_then(|section| section.get(key));
        own.or_else(|| self.configured(name).and_then(|section| section.get(key))).map(String::as_str)
    }

    pub(crate) fn has(&self, name: &str, key: &str) -> bool {
        self.get(name, key).is_some()
    }
}

/// How a profile signs in, and until when.
struct Held {
    sign_in: SignIn,
    state: SignInState,
    expiry: Expiry,
    kept_in: Option<PathBuf>,
    number: Option<String>,
    command: Option<String>,
    problem: Option<String>,
}

impl Held {
    fn new(sign_in: SignIn, expiry: Expiry) -> Self {
        Self {
            sign_in,
            state: SignInState::Present,
            expiry,
            kept_in: None,
            number: None,
            command: None,
            problem: None,
        }
    }

    fn broken(sign_in: SignIn, problem: String) -> Self {
        Self { state: SignInState::Broken, problem: Some(problem), ..Self::new(sign_in, Expiry::Unknown) }
    }

    /// A session that a tool keeps; `renews` says whether the end of its keys is the end of it.
    fn session(sign_in: SignIn, kept: Option<sessions::Kept>, command: String, now: Micros) -> Self {
        let held = Self { command: Some(command), ..Self::new(sign_in, Expiry::Unknown) };
        let Some(kept) = kept else { return Self { state: SignInState::Missing, ..held } };
        let ended = matches!(kept.expiry, Expiry::At { at_us, renews: false } if at_us <= now);
        Self {
            state: if ended { SignInState::Expired } else { SignInState::Present },
            expiry: kept.expiry,
            kept_in: Some(kept.file),
            number: kept.number,
            ..held
        }
    }
}

fn profile(place: &Place, files: &Files, name: &str, now: Micros) -> Account {
    let held = held(place, files, name, now, 0);
    let mut found_in = Vec::new();
    if let (Some(path), Some(_)) = (&files.config_file, files.configured(name)) {
        found_in.push(place.shown(path));
    }
    if let (Some(path), Some(_)) = (&files.credentials_file, files.credentials.get(name)) {
        found_in.push(place.shown(path));
    }
    found_in.extend(held.kept_in.as_deref().map(|path| place.shown(path)));
    let role_number = files.get(name, "role_arn").and_then(|arn| arn.split(':').nth(4)).map(str::to_owned);
    Account {
        id: AccountId(format!("{AWS}:{name}")),
        name: name.to_owned(),
        provider: AWS.to_owned(),
        sign_in: held.sign_in,
        state: held.state,
        expiry: held.expiry,
        found_in,
        location: files.get(name, "region").or_else(|| place.region()).map(str::to_owned),
        endpoint: files.get(name, "endpoint_url").map(str::to_owned),
        number: files.get(name, "sso_account_id").map(str::to_owned).or(role_number).or(held.number),
        sign_in_command: held.command,
        problem: held.problem,
    }
}

/// Most profiles that may take their keys from each other.
pub(crate) const LONGEST_CHAIN: u32 = 8;

fn held(place: &Place, files: &Files, name: &str, now: Micros, depth: u32) -> Held {
    if let Some(role) = files.get(name, "role_arn") {
        return role_of(place, files, name, role, now, depth);
    }
    if let Some(session) = files.get(name, "sso_session") {
        let start = files.session(session).and_then(|section| section.get("sso_start_url"));
        return match start {
            None => Held::broken(
                SignIn::Sso,
                format!("it names the sso-session `{session}`, which has no section with an sso_start_url"),
            ),
            Some(url) => {
                let command = format!("aws sso login --sso-session {}", quoted(session));
                Held::session(SignIn::Sso, sessions::sso(place, url), command, now)
            }
        };
    }
    if let Some(url) = files.get(name, "sso_start_url") {
        let command = format!("aws sso login --profile {}", quoted(name));
        return Held::session(SignIn::Sso, sessions::sso(place, url), command, now);
    }
    if let Some(session) = files.get(name, "login_session") {
        let command = format!("aws login --profile {}", quoted(name));
        return Held::session(SignIn::Login, sessions::login(place, session), command, now);
    }
    if files.has(name, "web_identity_token_file") {
        return Held::new(SignIn::WebIdentity, Expiry::Unknown);
    }
    if files.has(name, "credential_process") {
        return Held::new(SignIn::Process, Expiry::Unknown);
    }
    keys(files, name, now)
}

fn role_of(place: &Place, files: &Files, name: &str, role: &str, now: Micros, depth: u32) -> Held {
    if files.has(name, "web_identity_token_file") {
        return Held::new(SignIn::WebIdentity, Expiry::Unknown);
    }
    let Some(source) = files.get(name, "source_profile") else {
        return if files.has(name, "credential_source") {
            Held::new(SignIn::Role, Expiry::Unknown)
        } else {
            Held::broken(SignIn::Role, format!("it takes on {role}, but names no source_profile"))
        };
    };
    if !files.names().iter().any(|other| other == source) {
        return Held::broken(
            SignIn::Role,
            format!("it names the source_profile `{source}`, which is not there"),
        );
    }
    // A profile may be its own source: its keys take on its role.
    let from = if source == name {
        keys(files, name, now)
    } else if depth < LONGEST_CHAIN {
        held(place, files, source, now, depth + 1)
    } else {
        Held::broken(SignIn::Role, "its source_profiles name each other in a circle".to_owned())
    };
    Held { sign_in: SignIn::Role, number: None, ..from }
}

fn keys(files: &Files, name: &str, now: Micros) -> Held {
    match (files.has(name, "aws_access_key_id"), files.has(name, "aws_secret_access_key")) {
        (true, true) if files.has(name, "aws_session_token") => {
            // Some tools write when the keys end; AWS itself does not.
            let end = ["aws_expiration", "expiration", "x_security_token_expires", "aws_session_expiration"]
                .iter()
                .find_map(|key| sessions::instant(files.get(name, key)?));
            let expiry = end.map_or(Expiry::Unknown, |at_us| Expiry::At { at_us, renews: false });
            let mut held = Held::new(SignIn::SessionKeys, expiry);
            if end.is_some_and(|end| end <= now) {
                held.state = SignInState::Expired;
            }
            held
        }
        (true, true) => Held::new(SignIn::Keys, Expiry::Never),
        (true, false) => Held::broken(SignIn::Keys, "it has a key id but no secret key".to_owned()),
        (false, true) => Held::broken(SignIn::Keys, "it has a secret key but no key id".to_owned()),
        (false, false) => Held {
            state: SignInState::Missing,
            command: Some(format!("aws login --profile {}", quoted(name))),
            problem: Some("it has nothing to sign in with".to_owned()),
            ..Held::new(SignIn::Keys, Expiry::Unknown)
        },
    }
}

fn environment(place: &Place) -> Option<Account> {
    let (sign_in, expiry, found) = if place.has_keys {
        let expiry = if place.has_session_token { Expiry::Unknown } else { Expiry::Never };
        (SignIn::Environment, expiry, "AWS_ACCESS_KEY_ID")
    } else if place.variable("AWS_WEB_IDENTITY_TOKEN_FILE").is_some()
        && place.variable("AWS_ROLE_ARN").is_some()
    {
        (SignIn::WebIdentity, Expiry::Unknown, "AWS_WEB_IDENTITY_TOKEN_FILE")
    } else {
        return None;
    };
    Some(Account {
        id: AccountId(format!("{AWS}:{ENVIRONMENT}")),
        name: ENVIRONMENT.to_owned(),
        provider: AWS.to_owned(),
        sign_in,
        state: SignInState::Present,
        expiry,
        found_in: vec![format!("environment variable {found}")],
        location: place.region().map(str::to_owned),
        endpoint: place.variable("AWS_ENDPOINT_URL").map(str::to_owned),
        number: None,
        sign_in_command: None,
        problem: None,
    })
}

fn endpoint(endpoint: &Endpoint) -> Account {
    Account {
        id: AccountId(format!("endpoint:{}", endpoint.name)),
        name: endpoint.name.clone(),
        provider: AWS.to_owned(),
        sign_in: if endpoint.profile.is_some() { SignIn::Keys } else { SignIn::AnyKeys },
        state: SignInState::Present,
        expiry: if endpoint.profile.is_some() { Expiry::Unknown } else { Expiry::Never },
        found_in: vec!["Hearth's settings".to_owned()],
        location: Some(endpoint.region.clone()),
        endpoint: Some(endpoint.url.clone()),
        number: None,
        sign_in_command: None,
        problem: None,
    }
}

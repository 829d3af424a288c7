//! Finds accounts: subscriptions of the Azure CLI, the Azure Developer CLI, a service principal in the environment, and
//! endpoints that a person added. Reads files and asks nobody. Of the files with tokens it reads only when they end.

use crate::AZURE;
use crate::place::{Endpoint, Place};
use crate::regions::ALL;
use hearth_cloud::{Account, AccountId, Expiry, SignIn, SignInState};
use hearth_model::Micros;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::BTreeMap;
use std::path::Path;

/// The account of a service principal in environment variables.
pub(crate) const ENVIRONMENT: &str = "environment";
/// The account of the Azure Developer CLI.
pub(crate) const DEVELOPER: &str = "azd";

/// `azureProfile.json`.
#[derive(Deserialize)]
struct Profile {
    #[serde(default)]
    subscriptions: Vec<Subscription>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    id: String,
    name: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    tenant_id: String,
    #[serde(default)]
    is_default: bool,
    #[serde(default)]
    environment_name: String,
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    #[serde(rename = "type", default)]
    kind: String,
}

/// What is read of `msal_token_cache.json`: the ends and whether something renews them, never a token.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Cache {
    access_token: BTreeMap<String, Kept>,
    refresh_token: BTreeMap<String, Renewing>,
}

/// A token that renews others: only that it is one is read.
#[derive(Deserialize)]
struct Renewing {
    #[serde(default)]
    credential_type: String,
}

#[derive(Deserialize)]
struct Kept {
    #[serde(default)]
    realm: String,
    #[serde(default)]
    expires_on: String,
}

/// All accounts, in the order a person would look for them.
pub fn discover(place: &Place, endpoints: &[Endpoint], now: Micros) -> Vec<Account> {
    let mut accounts = subscriptions(place, now);
    accounts.extend(developer(place));
    accounts.extend(environment(place));
    let endpoints: Vec<Account> = endpoints.iter().map(|one| endpoint(one, &accounts)).collect();
    accounts.extend(endpoints);
    accounts
}

/// A file of JSON; Azure's tool writes some with a byte order mark.
fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, String> {
    let Ok(bytes) = std::fs::read(path) else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes);
    let parsed = serde_json::from_str(text.trim_start_matches('\u{feff}'));
    parsed.map(Some).map_err(|error| format!("line {}, column {}", error.line(), error.column()))
}

fn subscriptions(place: &Place, now: Micros) -> Vec<Account> {
    let Some(folder) = place.cli() else { return Vec::new() };
    let file = folder.join("azureProfile.json");
    let profile: Profile = match read(&file) {
        Ok(Some(profile)) => profile,
        Ok(None) => return Vec::new(),
        Err(at) => {
            let mut broken = account("cli", "Azure CLI", SignIn::Tool, vec![place.shown(&file)]);
            broken.state = SignInState::Broken;
            broken.problem = Some(format!("its file cannot be read ({at})"));
            broken.sign_in_command = Some("az login".to_owned());
            return vec![broken];
        }
    };
    // Windows keeps the tokens encrypted, so that nothing tells when they end.
    let cache_file = folder.join("msal_token_cache.json");
    let cache: Option<Cache> = read(&cache_file).unwrap_or_default();
    let region = defaults(&folder.join("config"));
    let mut found = profile.subscriptions;
    found.sort_by_key(|one| (!one.is_default, one.name.clone()));
    found
        .into_iter()
        .map(|one| {
            let mut found_in = vec![place.shown(&file)];
            let (mut state, mut expiry) = (SignInState::Present, Expiry::Unknown);
            // A service principal's secret is kept in a file of its own, and its tokens are made when asked for.
            let is_user = one.user.as_ref().is_none_or(|user| user.kind != "servicePrincipal");
            if let Some(cache) = cache.as_ref().filter(|_| is_user) {
                found_in.push(place.shown(&cache_file));
                (state, expiry) = held(cache, &one.tenant_id, now);
            }
            let mut account = account(&one.id, &one.name, SignIn::Tool, found_in);
            let tenant =
                if one.tenant_id.is_empty() { String::new() } else { format!(" --tenant {}", one.tenant_id) };
            account.state = state;
            account.expiry = expiry;
            account.location = Some(region.clone().unwrap_or_else(|| ALL.to_owned()));
            account.number = Some(one.id);
            account.sign_in_command = Some(format!("az login{tenant}"));
            if !one.state.is_empty() && one.state != "Enabled" {
                account.problem = Some(format!("the subscription is {}", one.state.to_lowercase()));
            }
            if !one.environment_name.is_empty() && one.environment_name != "AzureCloud" {
                account.state = SignInState::Broken;
                account.problem = Some(format!(
                    "it is in the cloud `{}`, which Hearth does not know",
                    one.environment_name
                ));
            }
            account
        })
        .collect()
}

/// Whether a sign-in holds, by the tokens that are kept for its tenant.
fn held(cache: &Cache, tenant: &str, now: Micros) -> (SignInState, Expiry) {
    let renews = cache.refresh_token.values().any(|one| one.credential_type == "RefreshToken");
    let ends = cache.access_token.values().filter(|kept| tenant.is_empty() || kept.realm == tenant);
    let end = ends.filter_map(|kept| kept.expires_on.parse::<i64>().ok()).max();
    match end {
        None if renews => (SignInState::Present, Expiry::Unknown),
        None => (SignInState::Missing, Expiry::Unknown),
        Some(seconds) => {
            let at_us = Micros(seconds.saturating_mul(1_000_000));
            let state = if !renews && at_us <= now { SignInState::Expired } else { SignInState::Present };
            (state, Expiry::At { at_us, renews })
        }
    }
}

/// `location` of the section `[defaults]` in the Azure CLI's `config`.
fn defaults(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[defaults]";
        } else if inside
            && let Some((name, value)) = line.split_once('=')
            && name.trim() == "location"
        {
            return Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        }
    }
    None
}

/// `auth.json` and `config.json` of the Azure Developer CLI.
fn developer(place: &Place) -> Option<Account> {
    #[derive(Deserialize)]
    struct Auth {
        auth: Option<AuthAccount>,
    }
    #[derive(Deserialize)]
    struct AuthAccount {
        account: Option<CurrentUser>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct CurrentUser {
        current_user: Option<IgnoredAny>,
    }
    #[derive(Deserialize, Default)]
    struct Config {
        defaults: Option<Defaults>,
    }
    #[derive(Deserialize, Default)]
    struct Defaults {
        location: Option<String>,
        subscription: Option<String>,
    }
    let folder = place.developer_cli()?;
    let file = folder.join("auth.json");
    let auth: Auth = read(&file).ok().flatten()?;
    auth.auth?.account?.current_user?;
    let config_file = folder.join("config.json");
    let config: Config = read(&config_file).ok().flatten().unwrap_or_default();
    let defaults = config.defaults.unwrap_or_default();
    let mut found = account(DEVELOPER, DEVELOPER, SignIn::Tool, vec![place.shown(&file)]);
    if defaults.subscription.is_some() {
        found.found_in.push(place.shown(&config_file));
    }
    found.location = defaults.location.or_else(|| Some(ALL.to_owned()));
    found.number = defaults.subscription;
    found.sign_in_command = Some("azd auth login".to_owned());
    Some(found)
}

fn environment(place: &Place) -> Option<Account> {
    place.variable("AZURE_TENANT_ID")?;
    place.variable("AZURE_CLIENT_ID")?;
    if !place.has_client_secret {
        return None;
    }
    let found_in = vec!["environment variable AZURE_CLIENT_ID".to_owned()];
    let mut found = account(ENVIRONMENT, ENVIRONMENT, SignIn::Environment, found_in);
    found.location = Some(place.variable("AZURE_LOCATION").unwrap_or(ALL).to_owned());
    found.number = place.variable("AZURE_SUBSCRIPTION_ID").map(str::to_owned);
    Some(found)
}

/// An endpoint; one that uses the sign-in of another account is signed in to as that one is.
fn endpoint(endpoint: &Endpoint, others: &[Account]) -> Account {
    let is_open = endpoint.profile.is_none();
    let named = endpoint.profile.as_deref().map(|profile| profile.strip_prefix("azure:").unwrap_or(profile));
    let lender = named
        .and_then(|named| others.iter().find(|one| one.id.as_str().strip_prefix("azure:") == Some(named)));
    Account {
        sign_in_command: lender.and_then(|one| one.sign_in_command.clone()),
        id: AccountId(format!("endpoint:{}", endpoint.name)),
        location: endpoint.region.clone().or_else(|| Some(ALL.to_owned())),
        endpoint: Some(endpoint.url.clone()),
        expiry: if is_open { Expiry::Never } else { Expiry::Unknown },
        ..account(
            "",
            &endpoint.name,
            if is_open { SignIn::AnyKeys } else { SignIn::Tool },
            vec!["Hearth's settings".to_owned()],
        )
    }
}

fn account(id: &str, name: &str, sign_in: SignIn, found_in: Vec<String>) -> Account {
    Account {
        id: AccountId(format!("{AZURE}:{id}")),
        name: name.to_owned(),
        provider: AZURE.to_owned(),
        sign_in,
        state: SignInState::Present,
        expiry: Expiry::Unknown,
        found_in,
        location: None,
        endpoint: None,
        number: None,
        sign_in_command: None,
        problem: None,
    }
}

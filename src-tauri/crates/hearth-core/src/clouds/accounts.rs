//! The Accounts page: what was found and where, asking the vendor who it is and what it may, the lock, and endpoints
//! that a person adds.

use super::{Clouds, api_error, by_use, no_such_account};
use crate::api::{
    AccountBilled, AccountChoose, AccountInfo, AccountName, AccountPermissions, AccountTested, AccountUnlock,
    AccountsList, ByUsePrice, Empty, EndpointAdd,
};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_aws::Endpoint;
use hearth_cloud::{
    Account, AccountId, BilledCost, Capabilities, CostRequest, Grant, Level, Permission, Provider,
};
use hearth_model::{HearthEvent, Micros};
use std::sync::Arc;
use std::time::Instant;

/// Longest that an account can be unlocked.
const LONGEST_MINUTES: u32 = 24 * 60;

pub(crate) async fn list(app: &App, _request: Empty) -> Result<AccountsList> {
    let mut accounts = Vec::new();
    for account in Clouds::accounts(app).await? {
        accounts.push(info(app, account).await);
    }
    Ok(AccountsList { accounts, looked_in: app.clouds().looked_in(), now_us: app.now() })
}

/// An account with what was chosen for it.
pub(crate) async fn info(app: &App, account: Account) -> AccountInfo {
    let choice = app.clouds().choices().of(&account.id);
    let provider = Clouds::open(app, &account).await.ok();
    AccountInfo {
        capabilities: provider
            .as_ref()
            .map_or_else(Capabilities::default, |provider| provider.capabilities()),
        is_production: choice.is_production.unwrap_or_else(|| sounds_like_production(&account.name)),
        unlocked_until_us: app.clouds().unlocked_until(&account, app.now()),
        chosen_locations: choice.locations,
        locations: provider.map(|provider| provider.locations()).unwrap_or_default(),
        sign_in: app.clouds().sign_in_flow(&account),
        account,
    }
}

/// A first guess, on the safe side; a person can say otherwise.
fn sounds_like_production(name: &str) -> bool {
    let name = name.to_lowercase();
    name.split(|letter: char| !letter.is_alphanumeric())
        .any(|word| matches!(word, "prod" | "production" | "prd" | "live"))
}

pub(crate) async fn test(app: &App, request: AccountName) -> Result<AccountTested> {
    let account = Clouds::account(app, &request.account).await?;
    let id = account.id.0.clone();
    let begun = Instant::now();
    let provider = match Clouds::open(app, &account).await {
        Ok(provider) => provider,
        Err(error) => {
            return Ok(AccountTested {
                account: id,
                identity: None,
                fault: None,
                problem: Some(error.message),
                hint: error.hint,
                took_us: Micros::ZERO,
            });
        }
    };
    let answer = provider.identity().await;
    let took_us = Micros(i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX));
    Ok(match answer {
        Ok(identity) => AccountTested {
            account: id,
            identity: Some(identity),
            fault: None,
            problem: None,
            hint: None,
            took_us,
        },
        Err(fault) => {
            let error = api_error(&account, fault.clone());
            AccountTested {
                account: id,
                identity: None,
                fault: Some(fault),
                problem: Some(error.message),
                hint: error.hint,
                took_us,
            }
        }
    })
}

pub(crate) async fn permissions(app: &App, request: AccountName) -> Result<AccountPermissions> {
    let account = Clouds::account(app, &request.account).await?;
    let provider = Clouds::open(app, &account).await?;
    let policies = provider.policies();
    Ok(match provider.permissions().await {
        Ok(permissions) => {
            AccountPermissions { level: level(&permissions), permissions, fault: None, policies }
        }
        Err(fault) => {
            AccountPermissions { permissions: Vec::new(), fault: Some(fault), level: None, policies }
        }
    })
}

/// The largest level all of whose permissions are there; those that functions do well without do not count.
fn level(permissions: &[Permission]) -> Option<Level> {
    let has = |level: Level| {
        let counts = |permission: &&Permission| permission.level <= level && !permission.optional;
        let mut needed = permissions.iter().filter(counts).peekable();
        needed.peek().is_some() && needed.all(|permission| permission.grant == Grant::Allowed)
    };
    Level::ALL.into_iter().rev().find(|level| has(*level))
}

pub(crate) async fn unlock(app: &App, request: AccountUnlock) -> Result<AccountInfo> {
    if request.minutes > LONGEST_MINUTES {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!(
                "an account can be unlocked for 1 to {LONGEST_MINUTES} minutes, not for {}",
                request.minutes
            ),
        ));
    }
    let account = Clouds::account(app, &request.account).await?;
    let until = Micros(app.now().0.saturating_add(i64::from(request.minutes) * 60_000_000));
    let until = (request.minutes > 0).then_some(until);
    app.clouds().choose(app.store(), |choices| choices.of_mut(&account.id).unlocked_until_us = until).await?;
    app.tell(HearthEvent::AccountsChanged);
    if until.is_some() {
        crate::tuning::may_be_changed(app, &account).await;
    }
    Ok(info(app, account).await)
}

pub(crate) async fn choose(app: &App, request: AccountChoose) -> Result<AccountInfo> {
    let account = Clouds::account(app, &request.account).await?;
    if let Some(chosen) = &request.locations {
        let provider = Clouds::open(app, &account).await?;
        let known = provider.locations();
        if let Some(unknown) = chosen.iter().find(|location| !known.contains(location)) {
            return Err(ApiError::new(ErrorCode::InvalidInput, format!("there is no region `{unknown}`"))
                .with_hint(format!("There are {}.", known.join(", "))));
        }
    }
    app.clouds()
        .choose(app.store(), |choices| {
            let choice = choices.of_mut(&account.id);
            if let Some(is_production) = request.is_production {
                choice.is_production = Some(is_production);
            }
            if let Some(locations) = request.locations {
                choice.locations = locations;
            }
        })
        .await?;
    app.tell(HearthEvent::AccountsChanged);
    Ok(info(app, account).await)
}

pub(crate) async fn add_endpoint(app: &App, request: EndpointAdd) -> Result<AccountInfo> {
    let google = google_endpoint(&request)?;
    let (provider, region) = (request.provider.clone(), request.region.clone());
    let endpoint = checked(request)?;
    let id = AccountId(format!("endpoint:{}", endpoint.name));
    app.clouds()
        .choose(app.store(), |choices| {
            choices.forget_endpoint(&endpoint.name);
            match (provider.as_deref(), google) {
                (_, Some(google)) => {
                    choices.google_endpoints.push(hearth_google::Endpoint { url: endpoint.url, ..google });
                }
                (Some(hearth_azure::AZURE), None) => choices.azure_endpoints.push(hearth_azure::Endpoint {
                    name: endpoint.name,
                    url: endpoint.url,
                    region,
                    profile: endpoint.profile,
                }),
                _ => choices.endpoints.push(endpoint),
            }
            choices.endpoints.sort_by(|one, other| one.name.cmp(&other.name));
            choices.azure_endpoints.sort_by(|one, other| one.name.cmp(&other.name));
            choices.google_endpoints.sort_by(|one, other| one.name.cmp(&other.name));
        })
        .await?;
    app.tell(HearthEvent::AccountsChanged);
    let account = Clouds::account(app, id.as_str()).await?;
    Ok(info(app, account).await)
}

pub(crate) async fn remove_endpoint(app: &App, request: AccountName) -> Result<Empty> {
    let account = Clouds::account(app, &request.account).await?;
    let Some(name) = account.id.as_str().strip_prefix("endpoint:") else {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("the account `{}` is not Hearth's to remove", account.name),
        )
        .with_hint(format!("It is kept in {}.", account.found_in.join(" and "))));
    };
    if !app.clouds().choices().has_endpoint(name) {
        return Err(no_such_account(name));
    }
    app.store().forget_inventory(account.id.as_str()).await?;
    app.clouds()
        .choose(app.store(), |choices| {
            choices.forget_endpoint(name);
            choices.accounts.remove(account.id.as_str());
        })
        .await?;
    app.tell(HearthEvent::AccountsChanged);
    Ok(Empty {})
}

/// An endpoint that speaks as Google does: it needs a project, and takes any token.
fn google_endpoint(request: &EndpointAdd) -> Result<Option<hearth_google::Endpoint>> {
    let refuse =
        |message: String, hint: &str| Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint(hint));
    match request.provider.as_deref() {
        None | Some(hearth_aws::AWS | hearth_azure::AZURE) => return Ok(None),
        Some(hearth_google::GOOGLE) => {}
        Some(other) => {
            return refuse(
                format!("no endpoint can speak as `{other}`"),
                "It can speak as aws, azure or google.",
            );
        }
    }
    if request.profile.is_some() {
        return refuse(
            "an endpoint of Google has no profile".to_owned(),
            "It is asked with a token that everybody knows.",
        );
    }
    let Some(project) = request.project.clone().filter(|project| !project.is_empty()) else {
        return refuse(
            "an endpoint of Google needs a project".to_owned(),
            "Name it with --project, for instance --project tea-dev.",
        );
    };
    let region = request.region.clone().filter(|region| !region.is_empty());
    Ok(Some(hearth_google::Endpoint {
        name: request.name.clone(),
        url: request.url.clone(),
        project,
        region: region.unwrap_or_else(|| "us-central1".to_owned()),
    }))
}

/// Asks the vendor what it billed. Some vendors limit how often this may be asked, so only a person asks.
pub(crate) async fn billed(app: &App, request: AccountBilled) -> Result<BilledCost> {
    let (account, provider, days) = question(app, &request).await?;
    if !request.agreed
        && let Some(price) = by_use::bill(&account, provider.as_ref(), &days).await?
    {
        return Err(by_use::not_agreed(&price));
    }
    provider.billed(&days).await.map_err(|fault| api_error(&account, fault))
}

pub(crate) async fn billed_price(app: &App, request: AccountBilled) -> Result<Option<ByUsePrice>> {
    let (account, provider, days) = question(app, &request).await?;
    by_use::bill(&account, provider.as_ref(), &days).await
}

async fn question(app: &App, request: &AccountBilled) -> Result<(Account, Arc<dyn Provider>, CostRequest)> {
    let account = Clouds::account(app, &request.account).await?;
    if request.table.is_some() && account.provider != hearth_google::GOOGLE {
        let message = format!("the bill of `{}` is in no table", account.name);
        return Err(ApiError::new(ErrorCode::InvalidInput, message)
            .with_hint("A table is for accounts of Google; leave it out."));
    }
    let provider = Clouds::open(app, &account).await?;
    let AccountBilled { since, until, table, .. } = request.clone();
    Ok((account, provider, CostRequest { since, until, table }))
}

/// Refuses what cannot be an endpoint, and what would send keys over a line that others can read.
fn checked(request: EndpointAdd) -> Result<Endpoint> {
    let refuse =
        |message: String, hint: &str| Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint(hint));
    let EndpointAdd { name, url, region, profile, provider, .. } = request;
    let speaks_as_azure = provider.as_deref() == Some(hearth_azure::AZURE);
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        return refuse(
            format!("`{name}` cannot be the name of an endpoint"),
            "A name has 1 to 64 letters, digits, hyphens, underscores and dots.",
        );
    }
    let parsed = reqwest::Url::parse(&url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(parsed) = parsed else {
        return refuse(
            format!("`{url}` is not the URL of an endpoint"),
            "Write for instance http://127.0.0.1:4566.",
        );
    };
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return refuse(
            "the URL holds a user or a password".to_owned(),
            "Leave them out: requests are signed.",
        );
    }
    let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback =
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let region = region.filter(|region| !region.is_empty()).unwrap_or_else(|| "us-east-1".to_owned());
    if parsed.scheme() == "http" && profile.is_some() && !is_loopback {
        return refuse(
            format!("`{url}` is not encrypted, and the keys of a profile may not go there"),
            "Use https, or no profile.",
        );
    }
    // AWS's keys only sign; a token is the key itself, for whoever gets it.
    if speaks_as_azure && profile.is_some() && !is_loopback && !host.ends_with(".azure.com") {
        return refuse(
            format!("`{url}` is not Microsoft's, and the token of an account may not go there"),
            "Use no profile: it is asked with a token that everybody knows.",
        );
    }
    Ok(Endpoint { name, url: url.trim_end_matches('/').to_owned(), region, profile })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(name: &str, url: &str, profile: Option<&str>) -> Result<Endpoint> {
        checked(EndpointAdd {
            name: name.into(),
            url: url.into(),
            region: None,
            profile: profile.map(str::to_owned),
            provider: None,
            project: None,
        })
    }

    #[test]
    fn keys_do_not_go_over_an_open_line() {
        assert!(endpoint("a", "http://127.0.0.1:4566/", None).is_ok());
        assert!(endpoint("a", "http://localhost:4566", Some("dev")).is_ok());
        assert!(endpoint("a", "http://[::1]:4566", Some("dev")).is_ok());
        assert!(endpoint("a", "https://lambda.example.com", Some("dev")).is_ok());
        assert!(endpoint("a", "http://lambda.example.com", None).is_ok());
        for (name, url, profile, words) in [
            ("a", "http://lambda.example.com", Some("dev"), "not encrypted"),
            ("a", "http://127.0.0.1.example.com", Some("dev"), "not encrypted"),
            ("a", "ftp://127.0.0.1", None, "not the URL"),
            ("a b", "http://127.0.0.1", None, "`a b`"),
            ("a", "http://me:secret@127.0.0.1", None, "user or a password"),
        ] {
            let error = endpoint(name, url, profile).unwrap_err();
            assert!(error.message.contains(words), "{error:?}");
            assert!(!error.message.contains("secret"), "{error:?}");
        }
    }

    #[test]
    fn a_token_of_azure_goes_to_microsoft_or_stays_here() {
        let add = |url: &str, profile: Option<&str>| {
            checked(EndpointAdd {
                name: "a".into(),
                url: url.into(),
                region: None,
                provider: Some("azure".into()),
                profile: profile.map(str::to_owned),
                project: None,
            })
        };
        assert!(add("https://fake.example.com", None).is_ok());
        assert!(add("http://127.0.0.1:4566", Some("environment")).is_ok());
        assert!(add("https://management.azure.com", Some("environment")).is_ok());
        for url in ["https://fake.example.com", "https://azure.com.example.com", "https://evilazure.com"] {
            let error = add(url, Some("environment")).unwrap_err();
            assert!(error.message.contains("not Microsoft's"), "{error:?}");
        }
    }

    #[test]
    fn production_is_guessed_by_whole_words() {
        for (name, is) in
            [("fernhill-prod", true), ("Production", true), ("product-dev", false), ("live.eu", true)]
        {
            assert_eq!(sounds_like_production(name), is, "{name}");
        }
    }
}

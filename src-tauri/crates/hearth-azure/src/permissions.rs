//! Who an account is and what it may do, as Azure says it for the subscription. An account that may not ask gets
//! "unknown", never a guess.

use crate::AzureAccount;
use crate::account::Subscription;
use crate::arm::{PERMISSIONS as VERSION, SUBSCRIPTIONS};
use crate::fault::Asked;
use crate::policies::PERMISSIONS;
use crate::token::Audience;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hearth_cloud::{Grant, Identity, Permission, Result};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What one role gives.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    not_actions: Vec<String>,
}

pub(crate) async fn identity(account: &AzureAccount) -> Result<Identity> {
    let asked = Asked { operation: "Microsoft.Resources/subscriptions/read", about: "" };
    let scope = account.scope().await?;
    let subscription: Subscription = account.get(&asked, &scope, SUBSCRIPTIONS).await?;
    let token = account.tokens.token(Audience::Management).await?;
    let who = who(token.reveal());
    let name = subscription.display_name;
    Ok(Identity {
        number: subscription.subscription_id,
        principal: who.map_or_else(|| name.clone(), |who| format!("{who} in {name}")),
    })
}

/// Who a token is for, out of the part of it that is no secret.
fn who(token: &str) -> Option<String> {
    let claims: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?).ok()?;
    let names = ["upn", "unique_name", "app_displayname", "appid", "oid"];
    names.iter().find_map(|name| claims.get(name)?.as_str().map(str::to_owned))
}

pub(crate) async fn permissions(account: &AzureAccount) -> Result<Vec<Permission>> {
    let given = given(account).await?;
    Ok(PERMISSIONS
        .iter()
        .map(|(name, level)| Permission {
            name: (*name).to_owned(),
            level: *level,
            grant: grant(&given, name),
            optional: false,
        })
        .collect())
}

/// Whether these are there; nothing where Azure does not tell.
pub(crate) async fn grants(account: &AzureAccount, names: &[&'static str]) -> BTreeMap<&'static str, Grant> {
    match given(account).await {
        Ok(given) => names.iter().map(|name| (*name, grant(&given, name))).collect(),
        Err(fault) => {
            tracing::info!(%fault, "permissions of an account are not known");
            BTreeMap::new()
        }
    }
}

async fn given(account: &AzureAccount) -> Result<Vec<Given>> {
    let asked = Asked { operation: "Microsoft.Authorization/permissions/read", about: "" };
    let path = format!("{}/providers/Microsoft.Authorization/permissions", account.scope().await?);
    account.list(&asked, &path, VERSION).await
}

/// A role gives what its actions name, without what it excepts; one that gives it is enough.
fn grant(given: &[Given], name: &str) -> Grant {
    let gives = |role: &Given| {
        role.actions.iter().any(|pattern| matches(pattern, name))
            && !role.not_actions.iter().any(|pattern| matches(pattern, name))
    };
    if given.iter().any(gives) { Grant::Allowed } else { Grant::Denied }
}

/// Whether a pattern with stars names a permission; letters count the same in both sizes.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_exceptions_are_read_as_azure_means_them() {
        let role = |actions: &[&str], not_actions: &[&str]| Given {
            actions: actions.iter().map(|text| (*text).to_owned()).collect(),
            not_actions: not_actions.iter().map(|text| (*text).to_owned()).collect(),
        };
        let owner = role(&["*"], &[]);
        let reader = role(&["*/read"], &[]);
        let contributor = role(&["*"], &["Microsoft.Authorization/*/Write"]);
        assert_eq!(grant(&[owner], "Microsoft.Web/sites/write"), Grant::Allowed);
        assert_eq!(grant(&[reader], "Microsoft.Web/sites/write"), Grant::Denied);
        let reader = role(&["*/read"], &[]);
        assert_eq!(grant(&[reader], "microsoft.web/sites/READ"), Grant::Allowed);
        assert_eq!(grant(&[contributor], "Microsoft.Authorization/roleAssignments/write"), Grant::Denied);
        assert_eq!(grant(&[], "Microsoft.Web/sites/read"), Grant::Denied);
        assert!(matches("Microsoft.Web/sites/*/action", "Microsoft.Web/sites/start/action"));
        assert!(!matches("Microsoft.Web/sites", "Microsoft.Web/sites/read"));
    }

    #[test]
    fn a_token_says_who_it_is_for() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"upn":"ada@example.com","oid":"1"}"#);
        assert_eq!(who(&format!("x.{claims}.y")).as_deref(), Some("ada@example.com"));
        assert_eq!(who("hearth"), None);
    }
}

//! The device flow of IAM Identity Center (RFC 8628): Hearth registers as a client, gets a code for a person, and asks
//! until they confirmed it. Owns the pace of asking and what AWS's refusals mean. Client secret, device code and token stay
//! in here until the token is kept.

use super::ASKED;
use super::kept::{Token, instant};
use super::session::Session;
use crate::fault::Asked;
use aws_sdk_lambda::error::ProvideErrorMetadata as _;
use aws_sdk_ssooidc::Client;
use aws_sdk_ssooidc::operation::create_token::CreateTokenOutput;
use aws_sdk_ssooidc::operation::register_client::RegisterClientOutput;
use aws_sdk_ssooidc::operation::start_device_authorization::StartDeviceAuthorizationOutput;
use hearth_cloud::{Confirm, Confirmation, Fault, FaultKind, Result};
use hearth_model::{Clock, Micros};
use std::time::Duration;

/// What the person sees as the program that asks.
const CLIENT_NAME: &str = "Hearth";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const REFRESH_GRANT: &str = "refresh_token";
/// The pause between two questions when AWS names none, and how much longer it becomes when they come too fast.
const USUAL_PAUSE_S: u64 = 5;
const SLOWER_BY_S: u64 = 5;
/// How long a code is asked for when AWS does not say how long it holds.
const USUAL_LIFE_S: i32 = 600;

/// A token for the session, once a person confirmed it.
pub(super) async fn token(
    client: &Client,
    session: &Session,
    confirm: &Confirm,
    clock: &dyn Clock,
) -> Result<Token> {
    let registered = register(client, session).await?;
    let secret = registered.client_secret().unwrap_or_default();
    let begun = begin(client, session, &registered).await.map_err(|fault| without(fault, secret))?;
    let life_s = if begun.expires_in() > 0 { begun.expires_in() } else { USUAL_LIFE_S };
    let until_us = Micros(clock.now().0.saturating_add(i64::from(life_s) * 1_000_000));
    confirm(confirmation(&begun, until_us)?);
    let given = ask(client, &registered, &begun, until_us, clock).await;
    let given =
        given.map_err(|fault| without(without(fault, secret), begun.device_code().unwrap_or_default()))?;
    let ends = Micros(clock.now().0.saturating_add(i64::from(given.expires_in()) * 1_000_000));
    let registered_until = Micros(registered.client_secret_expires_at().saturating_mul(1_000_000));
    Ok(Token {
        start_url: session.start_url.clone(),
        region: session.region.clone().unwrap_or_default(),
        access_token: given.access_token.ok_or_else(|| odd("gave no token"))?,
        expires_at: instant(ends).ok_or_else(|| odd("gave a token with an end that no calendar has"))?,
        client_id: registered.client_id.ok_or_else(|| odd("registered no client"))?,
        client_secret: registered.client_secret.unwrap_or_default(),
        registration_expires_at: instant(registered_until).filter(|_| registered_until > Micros::ZERO),
        refresh_token: given.refresh_token,
    })
}

async fn register(client: &Client, session: &Session) -> Result<RegisterClientOutput> {
    let asked = Asked { operation: "sso-oidc:RegisterClient", location: "" };
    let mut request = client.register_client().client_name(CLIENT_NAME).client_type("public");
    // The older kind of session knows neither scopes nor grants.
    if !session.scopes.is_empty() {
        request = request
            .set_scopes(Some(session.scopes.clone()))
            .grant_types(DEVICE_GRANT)
            .grant_types(REFRESH_GRANT);
    }
    request.send().await.map_err(|error| asked.failed(&error))
}

async fn begin(
    client: &Client,
    session: &Session,
    registered: &RegisterClientOutput,
) -> Result<StartDeviceAuthorizationOutput> {
    let asked = Asked { operation: "sso-oidc:StartDeviceAuthorization", location: "" };
    let request = client
        .start_device_authorization()
        .set_client_id(registered.client_id.clone())
        .set_client_secret(registered.client_secret.clone())
        .start_url(&session.start_url);
    request.send().await.map_err(|error| match error.code() {
        Some("InvalidRequestException") => {
            let words =
                format!("AWS does not know {}: look at its sso_start_url and sso_region", session.named());
            asked.fault(FaultKind::Invalid, words)
        }
        _ => asked.failed(&error),
    })
}

/// What a person must see; the device code is not among it.
fn confirmation(begun: &StartDeviceAuthorizationOutput, until_us: Micros) -> Result<Confirmation> {
    let page = begun.verification_uri().filter(|page| is_page(page));
    let (Some(page), Some(code)) = (page, begun.user_code()) else {
        return Err(odd("named no page to confirm a code on"));
    };
    Ok(Confirmation {
        page: page.to_owned(),
        page_with_code: begun.verification_uri_complete().filter(|page| is_page(page)).map(str::to_owned),
        code: code.to_owned(),
        until_us,
    })
}

/// Whether it is an address that a browser may be sent to: encrypted, or on this computer.
fn is_page(address: &str) -> bool {
    reqwest::Url::parse(address).is_ok_and(|url| {
        url.scheme() == "https"
            || (url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")))
    })
}

/// Asks until the person confirmed it, refused it, or the code ended.
async fn ask(
    client: &Client,
    registered: &RegisterClientOutput,
    begun: &StartDeviceAuthorizationOutput,
    until_us: Micros,
    clock: &dyn Clock,
) -> Result<CreateTokenOutput> {
    let asked = Asked { operation: "sso-oidc:CreateToken", location: "" };
    let mut pause_s = u64::try_from(begun.interval()).ok().filter(|s| *s > 0).unwrap_or(USUAL_PAUSE_S);
    loop {
        tokio::time::sleep(Duration::from_secs(pause_s)).await;
        if clock.now() >= until_us {
            return Err(ended());
        }
        let request = client
            .create_token()
            .grant_type(DEVICE_GRANT)
            .set_client_id(registered.client_id.clone())
            .set_client_secret(registered.client_secret.clone())
            .set_device_code(begun.device_code.clone());
        let error = match request.send().await {
            Ok(given) => return Ok(given),
            Err(error) => error,
        };
        match error.code() {
            Some("AuthorizationPendingException") => {}
            Some("SlowDownException") => pause_s += SLOWER_BY_S,
            Some("ExpiredTokenException") => return Err(ended()),
            Some("AccessDeniedException") => {
                return Err(ASKED.fault(FaultKind::Other, "it was refused on AWS's page"));
            }
            _ => {
                let fault = asked.failed(&error);
                // A line that breaks while a person looks for their phone ends nothing.
                if !fault.may_pass() {
                    return Err(fault);
                }
            }
        }
    }
}

fn ended() -> Fault {
    ASKED.fault(FaultKind::TimedOut, "the code ended before it was confirmed on AWS's page")
}

fn odd(what: &str) -> Fault {
    ASKED.fault(FaultKind::Other, format!("AWS {what}"))
}

/// A fault without a secret that the vendor may have quoted.
fn without(mut fault: Fault, secret: &str) -> Fault {
    if !secret.is_empty() {
        fault.message = fault.message.replace(secret, "(hidden)");
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_pages_alone() {
        for (address, is) in [
            ("https://device.sso.us-east-1.amazonaws.com/", true),
            ("http://127.0.0.1:4000/device", true),
            ("http://device.example.com/", false),
            ("javascript:alert(1)", false),
            ("file:///etc/passwd", false),
            ("", false),
        ] {
            assert_eq!(is_page(address), is, "{address}");
        }
    }

    #[test]
    fn a_quoted_secret_is_hidden() {
        let fault = without(odd("says the secret s3cret is wrong"), "s3cret");
        assert!(fault.to_string().contains("(hidden)") && !fault.to_string().contains("s3cret"), "{fault}");
        assert_eq!(without(odd("says nothing"), "").message, "AWS says nothing");
    }
}

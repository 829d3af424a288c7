//! Who may speak to a loopback server: checks on Host, Origin and Sec-Fetch-Site, and secrets. Must not know commands.
//!
//! A page of any web site can send requests to 127.0.0.1. The Host check stops names that were re-bound to it, the
//! Origin and Sec-Fetch-Site checks stop pages, the secret stops other users and programs.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use rand::RngCore as _;

/// The names under which a port of this computer may be asked for.
pub(crate) fn host_is_own(headers: &HeaderMap, port: u16) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(|host| is_own(host, port))
}

/// Whether an Origin, when there is one, is this server itself.
pub(crate) fn origin_is_own(headers: &HeaderMap, port: u16) -> bool {
    headers.get_all(ORIGIN).iter().all(|origin| {
        origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://"))
            .is_some_and(|host| is_own(host, port))
    })
}

fn is_own(host: &str, port: u16) -> bool {
    host.rsplit_once(':')
        .is_some_and(|(name, text)| matches!(name, "127.0.0.1" | "localhost") && text == port.to_string())
}

/// What a browser says about where a request comes from; other clients say nothing.
pub(crate) fn fetch_site(headers: &HeaderMap) -> Option<&str> {
    headers.get("sec-fetch-site").map(|value| value.to_str().unwrap_or("unreadable"))
}

/// Whether a page of this server, a typed address or a program asks.
pub(crate) fn site_is_own(headers: &HeaderMap) -> bool {
    matches!(fetch_site(headers), None | Some("same-origin" | "none"))
}

/// 256 random bits as text.
pub(crate) fn secret() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hexadecimal(&bytes)
}

/// 128 random bits as text, for names that nobody may guess.
pub(crate) fn random_name() -> String {
    let mut name = secret();
    name.truncate(32);
    name
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compares without telling by its time how much was right.
pub(crate) fn same_secret(given: &str, expected: &str) -> bool {
    let (given, expected) = (given.as_bytes(), expected.as_bytes());
    given.len() == expected.len()
        && given.iter().zip(expected).fold(0_u8, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// A cookie's value.
pub(crate) fn cookie<'headers>(headers: &'headers HeaderMap, name: &str) -> Option<&'headers str> {
    headers
        .get_all(axum::http::header::COOKIE)
        .iter()
        .filter_map(|value: &HeaderValue| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_the_own_names_and_port_count_as_the_own_host() {
        for (host, expected) in [
            ("127.0.0.1:4000", true),
            ("localhost:4000", true),
            ("127.0.0.1:4001", false),
            ("127.0.0.1", false),
            ("rebound.example:4000", false),
            ("localhost.example:4000", false),
            ("", false),
        ] {
            assert_eq!(host_is_own(&headers(&[("host", host)]), 4000), expected, "host `{host}`");
        }
        assert!(!host_is_own(&HeaderMap::new(), 4000), "a request without a host");
    }

    #[test]
    fn an_origin_must_be_this_server_and_may_be_absent() {
        assert!(origin_is_own(&HeaderMap::new(), 4000));
        assert!(origin_is_own(&headers(&[("origin", "http://127.0.0.1:4000")]), 4000));
        for origin in ["null", "https://127.0.0.1:4000", "http://evil.example", "http://127.0.0.1:4001"] {
            assert!(!origin_is_own(&headers(&[("origin", origin)]), 4000), "origin `{origin}`");
        }
    }

    #[test]
    fn secrets_compare_and_cookies_are_found_among_others() {
        let one = secret();
        assert_eq!(one.len(), 64);
        assert!(same_secret(&one, &one.clone()));
        assert!(!same_secret(&one, &secret()));
        assert!(!same_secret("", &one));
        let map = headers(&[("cookie", "other=1; hearth_4000=abc; hearth_4001=def")]);
        assert_eq!(cookie(&map, "hearth_4000"), Some("abc"));
        assert_eq!(cookie(&map, "hearth_400"), None);
    }
}

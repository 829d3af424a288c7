//! When kept sign-ins end: the caches of single sign-on and of `aws login`. Reads instants and names from those files;
//! tokens in them are skipped by the parser and never held.

use crate::place::Place;
use hearth_cloud::Expiry;
use hearth_model::Micros;
use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A kept single-sign-on session.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SsoFile {
    start_url: Option<String>,
    expires_at: Option<String>,
    /// Only a session that can be renewed has one.
    refresh_token: Option<IgnoredAny>,
    /// A file without a token is a registration, not a session.
    access_token: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoginFile {
    access_token: Option<LoginToken>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoginToken {
    expires_at: Option<String>,
    account_id: Option<String>,
}

/// A sign-in that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) file: PathBuf,
    pub(crate) expiry: Expiry,
    pub(crate) number: Option<String>,
}

/// The newest session of a start page.
pub(crate) fn sso(place: &Place, start_url: &str) -> Option<Kept> {
    let folder = place.sso_cache()?;
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let found = files.filter_map(|path| {
        let session: SsoFile = read(&path)?;
        let same = session.start_url.as_deref().map(plain) == Some(plain(start_url));
        session.access_token.filter(|_| same)?;
        let at_us = instant(session.expires_at.as_deref()?)?;
        Some(Kept {
            file: path,
            expiry: Expiry::At { at_us, renews: session.refresh_token.is_some() },
            number: None,
        })
    });
    found.max_by_key(|kept| match kept.expiry {
        Expiry::At { at_us, .. } => at_us,
        Expiry::Never | Expiry::Unknown => Micros::ZERO,
    })
}

/// The session that `aws login` keeps for `login_session`.
pub(crate) fn login(place: &Place, login_session: &str) -> Option<Kept> {
    let hash = Sha256::digest(login_session.trim().as_bytes());
    let mut name = String::new();
    for byte in hash {
        write!(name, "{byte:02x}").ok()?;
    }
    let file = place.login_cache()?.join(format!("{name}.json"));
    let token = read::<LoginFile>(&file)?.access_token?;
    let at_us = instant(token.expires_at.as_deref()?)?;
    // Its keys last a quarter of an hour and are renewed until the session itself ends, which no file tells.
    Some(Kept { file, expiry: Expiry::At { at_us, renews: true }, number: token.account_id })
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    // The parser's message could quote a token, so it is dropped.
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn plain(url: &str) -> &str {
    url.trim().trim_end_matches(['#', '/'])
}

/// An instant as AWS's tools write it, `2026-11-28T14:00:00Z` or with `UTC` at its end.
pub(crate) fn instant(text: &str) -> Option<Micros> {
    let text = text.trim().replace("UTC", "Z");
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Micros(at.as_microsecond()))
}

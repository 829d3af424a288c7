//! The files that hold a sign-in: whose they are, without their secrets ([`About`]), and with them for the moment that a
//! token is asked for ([`Key`]). Nothing here can be printed or written.

use serde::Deserialize;
use std::path::Path;

/// What a file says that is no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct About {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) project_id: Option<String>,
    pub(crate) quota_project_id: Option<String>,
    pub(crate) client_email: Option<String>,
    pub(crate) service_account_impersonation_url: Option<String>,
}

/// Reads it; none when the file is not there or is no such file. The parser's message could quote a secret, so it is
/// dropped.
pub(crate) fn about(path: &Path) -> Option<About> {
    let about: About = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    (!about.kind.is_empty()).then_some(about)
}

/// A sign-in with its secrets. It has no `Debug`, on purpose.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Key {
    AuthorizedUser {
        client_id: String,
        client_secret: String,
        refresh_token: String,
        token_uri: Option<String>,
    },
    ServiceAccount {
        client_email: String,
        private_key: String,
        private_key_id: Option<String>,
        token_uri: Option<String>,
    },
    ImpersonatedServiceAccount {
        service_account_impersonation_url: String,
        source_credentials: Box<Key>,
        #[serde(default)]
        delegates: Vec<String>,
    },
    #[serde(other)]
    Other,
}

impl Key {
    /// What must never be in a message.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        match self {
            Self::AuthorizedUser { client_secret, refresh_token, .. } => vec![client_secret, refresh_token],
            Self::ServiceAccount { private_key, .. } => vec![private_key],
            Self::ImpersonatedServiceAccount { source_credentials, .. } => source_credentials.secrets(),
            Self::Other => Vec::new(),
        }
    }
}

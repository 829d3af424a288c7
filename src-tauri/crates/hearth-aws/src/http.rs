//! HTTP beside AWS's SDK: for S3, whose SDK would be the largest of all for two requests. Must not know which.

use crate::fault::Asked;
use hearth_cloud::{Fault, FaultKind, Result};
use reqwest::redirect;
use std::time::Duration;

/// A client whose requests end after so long.
pub(crate) fn client(asked: &Asked<'_>, patience: Duration) -> Result<reqwest::Client> {
    // Taken already is fine: whoever came first chose the same one.
    rustls::crypto::ring::default_provider().install_default().ok();
    let built = reqwest::Client::builder()
        .user_agent(concat!("Hearth/", env!("CARGO_PKG_VERSION")))
        .timeout(patience)
        // A signature goes to nobody that was not asked.
        .redirect(redirect::Policy::none())
        .build();
    built.map_err(|error| {
        asked.fault(FaultKind::Other, format!("HTTPS cannot be used on this computer: {error}"))
    })
}

/// A request that had no answer. Its address may be signed and is left out.
pub(crate) fn broken(asked: &Asked<'_>, error: reqwest::Error) -> Fault {
    let kind = if error.is_timeout() { FaultKind::TimedOut } else { FaultKind::BrokenOff };
    asked.fault(kind, hearth_cloud::causes(&error.without_url()))
}

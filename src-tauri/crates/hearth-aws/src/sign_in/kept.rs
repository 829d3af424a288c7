//! The file in which AWS's tools share the token of a session: its name, its form and its mode are theirs. The one place
//! where Hearth writes a secret, since AWS's command line and SDKs read it there.

use hearth_model::Micros;
use serde::Serialize;
use sha1::{Digest as _, Sha1};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

/// What AWS gave, in the names of the file. Not `Debug`: it holds secrets.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Token {
    pub(super) start_url: String,
    pub(super) region: String,
    pub(super) access_token: String,
    pub(super) expires_at: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) registration_expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
}

/// An instant as AWS's tools write it; none when no calendar has it.
pub(super) fn instant(at: Micros) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(at.0).ok()?;
    Some(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Puts the token into its file at once or not at all; only its owner may read it.
pub(super) fn keep(folder: &Path, key: &str, token: &Token) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let mut name = String::new();
    for byte in Sha1::digest(key.as_bytes()) {
        write!(name, "{byte:02x}").map_err(io::Error::other)?;
    }
    // Such a file has mode 0600 from its first moment, and goes when it is not kept.
    let mut file = tempfile::Builder::new().prefix(".hearth-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(&serde_json::to_vec(token)?)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(format!("{name}.json")))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_the_one_that_awss_tools_read() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".aws/sso/cache");
        let token = |access: &str| Token {
            start_url: "https://corp.awsapps.com/start".into(),
            region: "us-east-1".into(),
            access_token: access.into(),
            expires_at: instant(Micros(1_795_867_200_999_999)).unwrap(),
            client_id: "client".into(),
            client_secret: "secret".into(),
            registration_expires_at: None,
            refresh_token: None,
        };
        keep(&folder, "corp", &token("first")).unwrap();
        keep(&folder, "corp", &token("second")).unwrap();
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        // SHA-1 of `corp`, by `printf corp | sha1sum`.
        let expected = folder.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
        assert_eq!(files, std::slice::from_ref(&expected), "one file, and nothing beside it");
        let text = std::fs::read_to_string(&expected).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["accessToken"], "second");
        assert_eq!(read["expiresAt"], "2026-11-28T12:00:00Z", "whole seconds");
        assert!(read.get("refreshToken").is_none(), "what was not given is not there: {text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&expected), mode(&folder)), (0o600, 0o700));
        }
    }
}

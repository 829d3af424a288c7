//! Which sign-in a profile of AWS's files uses: a session of IAM Identity Center, in a section of its own or in the
//! profile itself, or `aws login`; through the profiles that it takes its keys from. Must not ask anybody.

use crate::discover::{Files, LONGEST_CHAIN};

/// A token with this scope can be renewed, and lists accounts and roles: what AWS's tools ask for by themselves.
const USUAL_SCOPE: &str = "sso:account:access";

/// How a profile signs in, as far as a person has a part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Session(Session),
    /// `aws login` for this profile.
    Login(String),
}

/// A session of IAM Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    /// What AWS's tools name its file by: the session, or the start page when it has no section of its own.
    pub(super) key: String,
    pub(super) start_url: String,
    pub(super) region: Option<String>,
    /// What the token is for; none asks for the older kind, which cannot be renewed.
    pub(super) scopes: Vec<String>,
}

impl Session {
    /// What a person calls it.
    pub(super) fn named(&self) -> String {
        if self.key == self.start_url {
            format!("the sign-in at {}", self.start_url)
        } else {
            format!("the sso-session `{}`", self.key)
        }
    }
}

/// How `profile` signs in; none when no person has a part in it.
pub(super) fn way(files: &Files, profile: &str) -> Option<Way> {
    let mut name = profile;
    for _ in 0..=LONGEST_CHAIN {
        if files.has(name, "role_arn") {
            name = files.get(name, "source_profile").filter(|source| *source != name)?;
            continue;
        }
        return of_profile(files, name);
    }
    None
}

fn of_profile(files: &Files, name: &str) -> Option<Way> {
    if let Some(session) = files.get(name, "sso_session") {
        let section = files.session(session)?;
        let text = |key: &str| section.get(key).filter(|value| !value.is_empty()).cloned();
        let scopes = text("sso_registration_scopes").unwrap_or_else(|| USUAL_SCOPE.to_owned());
        return Some(Way::Session(Session {
            key: session.to_owned(),
            start_url: text("sso_start_url")?,
            region: text("sso_region"),
            scopes: scopes.split(',').map(|scope| scope.trim().to_owned()).collect(),
        }));
    }
    if let Some(url) = files.get(name, "sso_start_url") {
        return Some(Way::Session(Session {
            key: url.to_owned(),
            start_url: url.to_owned(),
            region: files.get(name, "sso_region").map(str::to_owned),
            scopes: Vec::new(),
        }));
    }
    let has_keys = files.has(name, "aws_access_key_id") || files.has(name, "aws_secret_access_key");
    let has_program = files.has(name, "credential_process") || files.has(name, "web_identity_token_file");
    (files.has(name, "login_session") || !(has_keys || has_program)).then(|| Way::Login(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;

    const CONFIG: &str = include_str!("../../tests/files/config");
    const MORE: &str = "\
[profile scoped]
sso_session = scoped
[sso-session scoped]
sso_start_url = https://corp.awsapps.com/start
sso_registration_scopes = sso:account:access, codewhisperer:completions
[profile deploy]
role_arn = arn:aws:iam::1:role/Deploy
source_profile = corp
[profile my console]
login_session = arn:aws:iam::1:user/tea
";

    #[test]
    fn a_profile_leads_to_its_session() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        std::fs::write(home.path().join(".aws/config"), [CONFIG, MORE].concat()).unwrap();
        let files = Files::read(&Place { home: Some(home.path().to_owned()), ..Place::default() });
        let session = |profile: &str| match way(&files, profile) {
            Some(Way::Session(session)) => session,
            other => panic!("{profile} is no session: {other:?}"),
        };
        let corp = session("corp");
        assert_eq!((corp.key.as_str(), corp.region.as_deref()), ("corp", Some("us-east-1")));
        assert_eq!(corp.scopes, [USUAL_SCOPE]);
        assert_eq!(session("deploy"), corp, "a role signs in as the profile that it is taken on from");
        assert_eq!(session("scoped").scopes, ["sso:account:access", "codewhisperer:completions"]);
        assert_eq!(session("scoped").region, None);
        let old = session("old");
        assert_eq!(old.key, "https://old.awsapps.com/start");
        assert_eq!(old.scopes, Vec::<String>::new(), "the older kind has no scopes");
        for (profile, expected) in [
            ("my console", Some(Way::Login("my console".to_owned()))),
            ("empty", Some(Way::Login("empty".to_owned()))),
            ("emulator", None),
            ("prod", Some(Way::Login("default".to_owned()))),
            ("lost", None),
            ("tool", None),
            ("circle", None),
        ] {
            assert_eq!(way(&files, profile), expected, "{profile}");
        }
    }
}

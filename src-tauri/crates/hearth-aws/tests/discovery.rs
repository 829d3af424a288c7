//! Accounts as they are found in a home folder: every way to sign in, its end, and what is wrong with it. Planted
//! secrets must not come out in any form.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use hearth_aws::{Endpoint, Place, discover};
use hearth_cloud::{Account, Expiry, SignIn, SignInState};
use hearth_model::Micros;
use std::path::Path;

/// 2026-11-28T12:00:00Z.
const NOW: Micros = Micros(1_795_867_200_000_000);

const CONFIG: &str = include_str!("files/config");

const CREDENTIALS: &str = "\
[default]
aws_access_key_id = AKIAPLANTED
aws_secret_access_key = PLANTED/secret
[session]
aws_access_key_id = ASIAPLANTED
aws_secret_access_key = PLANTED+secret
aws_session_token = PLANTED-token
aws_expiration = 2026-11-28T11:00:00Z
[half]
aws_access_key_id = AKIAPLANTED
";

fn write(home: &Path, path: &str, text: &str) {
    let path = home.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn sso(url: &str, expires: &str, more: &str) -> String {
    format!(
        "{{\"startUrl\":\"{url}\",\"region\":\"us-east-1\",\"accessToken\":\"PLANTED-sso\",\"expiresAt\":\"{expires}\"{more}}}"
    )
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let path = home.path();
    write(path, ".aws/config", CONFIG);
    write(path, ".aws/credentials", CREDENTIALS);
    let renewing = ",\"refreshToken\":\"PLANTED-refresh\",\"clientSecret\":\"PLANTED-client\"";
    write(
        path,
        ".aws/sso/cache/a.json",
        &sso("https://corp.awsapps.com/start", "2026-11-28T11:30:00Z", renewing),
    );
    write(
        path,
        ".aws/sso/cache/b.json",
        &sso("https://old.awsapps.com/start#/", "2026-11-28T11:30:00UTC", ""),
    );
    write(path, ".aws/sso/cache/c.json", "{ not JSON PLANTED");
    home
}

fn place(home: &Path) -> Place {
    Place { home: Some(home.to_owned()), ..Place::default() }
}

fn named<'a>(accounts: &'a [Account], name: &str) -> &'a Account {
    accounts
        .iter()
        .find(|account| account.name == name)
        .unwrap_or_else(|| panic!("no {name} in {accounts:?}"))
}

#[test]
fn every_way_to_sign_in_is_found_with_its_end() {
    let home = home();
    let accounts = discover(&place(home.path()), &[], NOW);
    let check = |name: &str, sign_in: SignIn, state: SignInState, expiry: Expiry| {
        let account = named(&accounts, name);
        assert_eq!((account.sign_in, account.state, account.expiry), (sign_in, state, expiry), "{account:?}");
    };
    let at = |text_us: i64, renews| Expiry::At { at_us: Micros(text_us), renews };
    let half_past_eleven = 1_795_865_400_000_000;
    check("default", SignIn::Keys, SignInState::Present, Expiry::Never);
    check("corp", SignIn::Sso, SignInState::Present, at(half_past_eleven, true));
    check("old", SignIn::Sso, SignInState::Expired, at(half_past_eleven, false));
    check("lost", SignIn::Sso, SignInState::Broken, Expiry::Unknown);
    check("console", SignIn::Login, SignInState::Missing, Expiry::Unknown);
    check("prod", SignIn::Role, SignInState::Present, Expiry::Never);
    check("orphan", SignIn::Role, SignInState::Broken, Expiry::Unknown);
    check("circle", SignIn::Role, SignInState::Broken, Expiry::Unknown);
    check("tool", SignIn::Process, SignInState::Present, Expiry::Unknown);
    check("empty", SignIn::Keys, SignInState::Missing, Expiry::Unknown);
    check("session", SignIn::SessionKeys, SignInState::Expired, at(1_795_863_600_000_000, false));
    check("half", SignIn::Keys, SignInState::Broken, Expiry::Unknown);

    assert_eq!(accounts[0].name, "default", "the usual account is first");
    let corp = named(&accounts, "corp");
    assert_eq!(corp.number.as_deref(), Some("111122223333"));
    assert_eq!(corp.found_in, ["~/.aws/config", "~/.aws/sso/cache/a.json"]);
    assert_eq!(corp.sign_in_command.as_deref(), Some("aws sso login --sso-session corp"));
    assert_eq!(corp.location.as_deref(), Some("eu-central-1"));
    assert_eq!(named(&accounts, "prod").number.as_deref(), Some("999900001111"));
    let both = ["~/.aws/config".to_owned(), "~/.aws/credentials".to_owned()];
    assert_eq!(named(&accounts, "default").found_in, both);
    assert_eq!(named(&accounts, "emulator").endpoint.as_deref(), Some("http://127.0.0.1:4566"));
}

#[test]
fn no_secret_comes_out() {
    let home = home();
    let accounts = discover(&place(home.path()), &[], NOW);
    let text = format!("{accounts:?}");
    assert!(!text.to_uppercase().contains("PLANTED"), "{text}");
}

#[test]
fn the_environment_and_added_endpoints_are_accounts() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(discover(&place(empty.path()), &[], NOW), [], "nothing is there to be found");
    assert_eq!(discover(&Place::default(), &[], NOW), [], "no home folder is no error");

    let variables = [("AWS_REGION".to_owned(), "eu-north-1".to_owned())].into();
    let place = Place { variables, has_keys: true, has_session_token: true, ..place(empty.path()) };
    let endpoint = Endpoint {
        name: "emulator".into(),
        url: "http://127.0.0.1:4566".into(),
        region: "us-east-1".into(),
        profile: None,
    };
    let accounts = discover(&place, &[endpoint], NOW);
    let environment = named(&accounts, "environment");
    assert_eq!(environment.expiry, Expiry::Unknown, "a session token ends, nobody says when");
    assert_eq!(environment.location.as_deref(), Some("eu-north-1"));
    let emulator = named(&accounts, "emulator");
    assert_eq!((emulator.id.as_str(), emulator.sign_in), ("endpoint:emulator", SignIn::AnyKeys));
}

#[test]
fn a_session_of_aws_login_is_found_by_its_hash() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), ".aws/config", "[default]\nlogin_session = arn:aws:iam::0123456789012:user/Admin\n");
    // The name that AWS's own tools give the file of this session.
    write(
        home.path(),
        ".aws/login/cache/36db1d138ff460920374e4c3d8e01f53f9f73537e89c88d639f68393df0e2726.json",
        "{\"accessToken\":{\"accessKeyId\":\"PLANTED\",\"secretAccessKey\":\"PLANTED\",\"sessionToken\":\"PLANTED\",\
          \"accountId\":\"012345678901\",\"expiresAt\":\"2026-11-28T12:10:00Z\"},\"refreshToken\":\"PLANTED\"}",
    );
    let accounts = discover(&place(home.path()), &[], NOW);
    let account = named(&accounts, "default");
    assert_eq!((account.sign_in, account.state), (SignIn::Login, SignInState::Present));
    assert_eq!(account.number.as_deref(), Some("012345678901"));
    assert_eq!(account.expiry, Expiry::At { at_us: Micros(1_795_867_800_000_000), renews: true });
    assert!(!format!("{account:?}").contains("PLANTED"));
}

//! Accounts as they are found in a home folder: configurations of gcloud, the sign-in of applications, the file of an
//! environment variable, endpoints. Planted secrets must not come out in any form.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use hearth_cloud::{Account, Expiry, SignIn, SignInState};
use hearth_google::{Endpoint, Place, discover};
use std::path::Path;

const PERSON: &str = r#"{"type":"authorized_user","client_id":"x","client_secret":"PLANTED-a","refresh_token":"PLANTED-b","quota_project_id":"tea-billing"}"#;
const ROBOT: &str = r#"{"type":"service_account","project_id":"tea-robots","client_email":"r@x","private_key":"PLANTED-c","token_uri":"https://x"}"#;
const WORKLOAD: &str =
    r#"{"type":"external_account","audience":"x","credential_source":{"file":"PLANTED-d"}}"#;

fn write(home: &Path, path: &str, text: &str) {
    let path = home.join(".config/gcloud").join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn place(home: &Path, variables: &[(&str, &str)]) -> Place {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Place { home: Some(home.to_owned()), variables: variables.collect() }
}

fn find<'a>(accounts: &'a [Account], id: &str) -> &'a Account {
    accounts.iter().find(|one| one.id.as_str() == id).unwrap_or_else(|| panic!("no {id} in {accounts:?}"))
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(discover(&place(home.path(), &[]), &[]), []);
    // gcloud makes an empty configuration for itself.
    write(home.path(), "configurations/config_default", "");
    assert_eq!(discover(&place(home.path(), &[]), &[]), []);
    assert_eq!(discover(&Place::default(), &[]), []);
}

#[test]
fn every_way_to_sign_in_is_found_with_its_project_region_and_end() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    write(home, "active_config", "work\n");
    write(home, "configurations/config_default", "[core]\naccount = old@x.org\n");
    write(
        home,
        "configurations/config_work",
        "[core]\naccount = me@x.org\nproject = tea-prod\n[compute]\nregion = europe-west4\n[run]\nregion = europe-west1\n",
    );
    write(
        home,
        "configurations/config_robot",
        "[core]\nproject = tea-dev\n[auth]\nimpersonate_service_account = r@tea-dev.iam.gserviceaccount.com\n",
    );
    write(home, "legacy_credentials/me@x.org/adc.json", PERSON);
    write(home, "application_default_credentials.json", PERSON);
    write(home, "robot.json", ROBOT);
    let robot = home.join(".config/gcloud/robot.json");
    let variables = [("GOOGLE_APPLICATION_CREDENTIALS", robot.to_str().unwrap())];
    let accounts = discover(&place(home, &variables), &[]);
    let ids: Vec<&str> = accounts.iter().map(|one| one.id.as_str()).collect();
    // The sign-in of applications is used by two configurations already.
    assert_eq!(ids, ["google:work", "google:default", "google:robot", "google:environment"]);

    let work = find(&accounts, "google:work");
    assert_eq!(
        (work.sign_in, work.state, work.expiry),
        (SignIn::Login, SignInState::Present, Expiry::Unknown)
    );
    assert_eq!((work.number.as_deref(), work.location.as_deref()), (Some("tea-prod"), Some("europe-west1")));
    assert_eq!(
        work.found_in,
        [
            "~/.config/gcloud/configurations/config_work",
            "~/.config/gcloud/legacy_credentials/me@x.org/adc.json"
        ]
    );
    assert_eq!(work.sign_in_command.as_deref(), Some("gcloud auth login me@x.org"));
    // A configuration without a project of its own falls back on who pays.
    assert_eq!(find(&accounts, "google:default").number.as_deref(), Some("tea-billing"));
    assert_eq!(find(&accounts, "google:robot").sign_in, SignIn::Role);
    let environment = find(&accounts, "google:environment");
    assert_eq!((environment.sign_in, environment.expiry), (SignIn::Keys, Expiry::Never));
    assert_eq!(environment.number.as_deref(), Some("tea-robots"), "its key says which project it is of");
    assert!(!format!("{accounts:?}").contains("PLANTED"), "{accounts:?}");
}

#[test]
fn what_is_missing_broken_or_of_another_kind_is_said() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    write(home, "configurations/config_default", "[core]\naccount = me@x.org\nproject = tea\n");
    let accounts = discover(&place(home, &[]), &[]);
    assert_eq!(accounts[0].state, SignInState::Missing);
    assert_eq!(accounts[0].sign_in_command.as_deref(), Some("gcloud auth application-default login"));

    for (text, words) in [
        ("{\"type\":\"authorized_user\", PLANTED", "is no sign-in"),
        (WORKLOAD, "of the kind `external_account`"),
        ("", "is no sign-in"),
    ] {
        write(home, "application_default_credentials.json", text);
        let accounts = discover(&place(home, &[]), &[]);
        assert_eq!(accounts[0].state, SignInState::Broken, "{accounts:?}");
        assert!(accounts[0].problem.as_ref().unwrap().contains(words), "{accounts:?}");
        assert!(!format!("{accounts:?}").contains("PLANTED"), "{accounts:?}");
    }
    write(home, "configurations/config_default", "[core]\naccount = me@x.org\n");
    write(home, "application_default_credentials.json", &PERSON.replace("quota_project_id", "other"));
    let accounts = discover(&place(home, &[]), &[]);
    assert!(accounts[0].problem.as_ref().unwrap().contains("names no project"), "{accounts:?}");
    // The environment may name it.
    let accounts = discover(&place(home, &[("GOOGLE_CLOUD_PROJECT", "tea-env")]), &[]);
    assert_eq!(accounts[0].number.as_deref(), Some("tea-env"));
}

#[test]
fn an_endpoint_is_an_account_without_a_sign_in() {
    let endpoint = Endpoint {
        name: "emulator".to_owned(),
        url: "http://127.0.0.1:1".to_owned(),
        project: "tea-dev".to_owned(),
        region: "us-central1".to_owned(),
    };
    let accounts = discover(&Place::default(), &[endpoint]);
    let one = find(&accounts, "endpoint:emulator");
    assert_eq!((one.sign_in, one.expiry, one.provider.as_str()), (SignIn::AnyKeys, Expiry::Never, "google"));
    assert_eq!(
        (one.number.as_deref(), one.endpoint.as_deref()),
        (Some("tea-dev"), Some("http://127.0.0.1:1"))
    );
}

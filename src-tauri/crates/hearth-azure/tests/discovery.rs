//! Accounts out of files as Azure's tools write them, also when those are broken. Secrets planted in the files must not
//! be in what is found.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use hearth_azure::{Endpoint, Place, discover};
use hearth_cloud::{Account, Expiry, SignIn, SignInState};
use hearth_model::Micros;
use serde_json::{Value, json};
use std::path::Path;

const NOW: Micros = Micros(2_000_000_000_000_000);

fn place(home: &Path, variables: &[(&str, &str)]) -> Place {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Place { home: Some(home.to_owned()), variables, has_client_secret: false }
}

fn write(home: &Path, path: &str, text: &str) {
    let path = home.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn subscription(name: &str, more: &Value) -> Value {
    let mut one = json!({ "id": format!("id-of-{name}"), "name": name, "state": "Enabled", "tenantId": "t-1",
        "environmentName": "AzureCloud", "user": { "name": "ada", "type": "user" } });
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one
}

fn found(home: &Path) -> Vec<Account> {
    let found = discover(&place(home, &[]), &[], NOW);
    assert!(!format!("{found:?}").contains("PLANTED"), "{found:?}");
    found
}

#[test]
fn subscriptions_are_accounts_and_the_default_one_is_the_first() {
    let home = tempfile::tempdir().unwrap();
    let robot = json!({ "user": { "name": "r", "type": "servicePrincipal" } });
    let profile = json!({ "subscriptions": [
        subscription("b", &json!({})),
        subscription("a", &json!({ "isDefault": true })),
        subscription("off", &json!({ "state": "Disabled" })),
        subscription("china", &json!({ "environmentName": "AzureChinaCloud" })),
        subscription("robot", &robot),
    ] });
    write(home.path(), ".azure/azureProfile.json", &format!("\u{feff}{profile}"));
    let all = found(home.path());
    let names: Vec<&str> = all.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "china", "off", "robot"]);
    assert_eq!(all[0].id.as_str(), "azure:id-of-a");
    assert_eq!((all[0].sign_in, all[0].expiry), (SignIn::Tool, Expiry::Unknown), "nothing tells: no cache");
    assert_eq!(all[0].location.as_deref(), Some("all"), "no region was chosen: every region");
    assert!(all[2].problem.as_deref().unwrap().contains("AzureChinaCloud"));
    assert_eq!(all[2].state, SignInState::Broken);
    assert!(all[3].problem.as_deref().unwrap().contains("disabled"));
    assert_eq!(all[0].found_in, ["~/.azure/azureProfile.json"]);
}

#[test]
fn a_sign_in_holds_until_its_tokens_end_and_nothing_renews_them() {
    let token =
        |ends: i64| json!({ "k": { "secret": "PLANTED", "realm": "t-1", "expires_on": ends.to_string() } });
    let renewing = json!({ "r": { "secret": "PLANTED", "credential_type": "RefreshToken" } });
    let end = |ends: i64, renews| Expiry::At { at_us: Micros(ends * 1_000_000), renews };
    for (cache, state, expiry) in [
        (json!({}), SignInState::Missing, Expiry::Unknown),
        (json!({ "RefreshToken": renewing }), SignInState::Present, Expiry::Unknown),
        (json!({ "AccessToken": token(1) }), SignInState::Expired, end(1, false)),
        (json!({ "AccessToken": token(1), "RefreshToken": renewing }), SignInState::Present, end(1, true)),
        (json!({ "AccessToken": token(3_000_000_000) }), SignInState::Present, end(3_000_000_000, false)),
    ] {
        let home = tempfile::tempdir().unwrap();
        let profile = json!({ "subscriptions": [subscription("a", &json!({}))] });
        write(home.path(), ".azure/azureProfile.json", &profile.to_string());
        write(home.path(), ".azure/msal_token_cache.json", &cache.to_string());
        let all = found(home.path());
        assert_eq!((all[0].state, all[0].expiry), (state, expiry), "{cache}");
    }
}

#[test]
fn broken_files_are_told_and_nothing_of_them_is_quoted() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), ".azure/azureProfile.json", "{ \"subscriptions\": PLANTED");
    write(home.path(), ".azd/auth.json", "PLANTED");
    let all = found(home.path());
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].state, SignInState::Broken);
    assert!(all[0].problem.as_deref().unwrap().contains("line 1"), "{all:?}");
    assert!(found(tempfile::tempdir().unwrap().path()).is_empty(), "no files, no accounts");
}

#[test]
fn the_environment_and_added_endpoints_are_accounts_too() {
    let home = tempfile::tempdir().unwrap();
    let variables = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_SUBSCRIPTION_ID", "s")];
    let mut place = place(home.path(), &variables);
    assert!(discover(&place, &[], NOW).is_empty(), "without its secret it cannot sign in");
    place.has_client_secret = true;
    let endpoint = |profile: Option<&str>| Endpoint {
        name: "fake".into(),
        url: "http://127.0.0.1:1".into(),
        region: None,
        profile: profile.map(str::to_owned),
    };
    let all = discover(&place, &[endpoint(None), endpoint(Some("environment"))], NOW);
    assert_eq!((all[0].id.as_str(), all[0].number.as_deref()), ("azure:environment", Some("s")));
    assert_eq!((all[1].id.as_str(), all[1].sign_in), ("endpoint:fake", SignIn::AnyKeys));
    assert_eq!((all[2].sign_in, all[2].expiry), (SignIn::Tool, Expiry::Unknown));
}

//! What goes wrong on Azure, through the binary and against the same fake: refusals, cut lines, builds that fail, and
//! sign-ins of Azure's own tools. Secrets are planted in all of it and must not come out.

use crate::azure::{Fake, PYTHON};
use crate::person::Person;
use serde_json::json;

#[test]
fn faults_of_azure_become_words_with_a_way_out() {
    let Some(fake) = Fake::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    let list = ["functions", "--account", "fake"];
    let denied = "The client 'x' with object id 'y' does not have authorization to perform action \
                  'Microsoft.Web/sites/read' over scope '/subscriptions/1'. Bearer PLANTED";
    let error = |code: &str, message: &str| json!({ "error": { "code": code, "message": message } });
    for (fault, code, words) in [
        (
            json!({"status": 401, "body": error("ExpiredAuthenticationToken", "sig=PLANTED")}),
            "sign_in",
            "has ended",
        ),
        (
            json!({"status": 401, "body": error("InvalidAuthenticationToken", "no")}),
            "sign_in",
            "nobody is signed in",
        ),
        (
            json!({"status": 403, "body": error("AuthorizationFailed", denied)}),
            "not_allowed",
            "Microsoft.Web/sites/read",
        ),
        (json!({"status": 404, "body": error("SubscriptionNotFound", "gone")}), "not_found", "gone"),
        (json!({"status": 409, "body": error("Conflict", "being changed")}), "conflict", "being changed"),
        (json!({"status": 429, "headers": {"Retry-After": "77"}}), "network", "Azure asks to wait 77 s"),
        (json!({"kind": "malformed"}), "network", "not the JSON"),
        (json!({"kind": "truncated", "times": 9}), "network", "broke off"),
        (json!({"kind": "cut", "times": 9}), "network", "broke off"),
        (
            json!({"status": 500, "times": 9, "body": error("InternalServerError", "oh")}),
            "network",
            "broke off",
        ),
    ] {
        let mut fault = fault;
        fault["match"] = json!("GET .*/sites$");
        if fault.get("kind").is_none() {
            fault["kind"] = json!("status");
        }
        fake.fault(fault.clone());
        let refused = person.refused(&list);
        assert_eq!(refused["code"], code, "{fault}: {refused}");
        assert!(refused["message"].as_str().unwrap().contains(words), "{fault}: {refused}");
        fake.well();
    }
    // What passes is asked again: once without a word about how long, once with.
    fake.fault(json!({"match": "GET .*/sites$", "kind": "status", "status": 429}));
    fake.fault(
        json!({"match": "GET .*/sites$", "kind": "status", "status": 429, "headers": {"Retry-After": "0"}}),
    );
    fake.fault(json!({"match": "GET .*/sites$", "kind": "status", "status": 503}));
    assert_eq!(person.json(&list)["functions"], json!([]));
    // Cost Management is asked once, and the longest of its headers is told.
    let headers = json!({"x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after": "12",
        "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after": "43"});
    fake.fault(json!({"match": "costmanagement", "kind": "status", "status": 429, "headers": headers}));
    let before = fake.seen("CostManagement");
    let billed = ["accounts", "billed", "fake", "--since", "2026-11-01", "--until", "2026-11-02"];
    let refused = person.refused(&billed);
    assert!(refused["message"].as_str().unwrap().contains("wait 43 s"), "{refused}");
    assert_eq!(fake.seen("CostManagement") - before, 1, "once");
    person.kept_secrets();
}

#[test]
fn a_deploy_that_fails_says_why_and_is_taken_back() {
    let Some(fake) = Fake::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    let folder = person.home.function("kettle", "app.py", PYTHON);
    let deploy = [
        "deploy",
        &folder,
        "--to",
        "fake",
        "--runtime",
        "python3.12",
        "--env",
        "COLOUR=PLANTED-in-build",
        "--yes",
    ];
    let groups = "GET /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/hearth-kettle";

    // An operation that Azure took and then failed.
    let error = json!({"code": "Conflict", "message": "No capacity. AccountKey=PLANTED;"});
    fake.fault(json!({"match": "PUT .*/sites/kettle$", "kind": "operation", "error": error}));
    let refused = person.refused(&deploy);
    let words = refused["message"].as_str().unwrap();
    assert!(words.contains("No capacity") && words.contains("taken back"), "{refused}");
    assert!(fake.seen("DELETE ") > 0 && fake.seen(groups) > 0);

    // A build that fails: the end of its log is told, without the values in it.
    std::fs::write(format!("{folder}/requirements.txt"), "no-such-package\n").unwrap();
    let refused = person.refused(&deploy);
    let words = refused["message"].as_str().unwrap();
    assert!(words.contains("satisfies the requirement no-such-package"), "{refused}");
    assert!(words.contains("taken back"), "{refused}");
    std::fs::remove_file(format!("{folder}/requirements.txt")).unwrap();

    // The connection is cut in the middle: what was made is taken back.
    fake.fault(json!({"match": "PUT .*/serverfarms/", "kind": "cut"}));
    let refused = person.refused(&deploy);
    assert!(refused["message"].as_str().unwrap().contains("broke off"), "{refused}");
    assert_eq!(fake.ask("settings", &json!({})), json!({}), "nothing is left");

    // Names, plans and languages that Azure does not have are refused before anything is asked for.
    let before = fake.seen("PUT ");
    for (more, words) in [
        (&["--name", "a_b"][..], "cannot be the name of an app"),
        (&["--memory", "256"], "512, 2048 or 4096 MB"),
        (&["--env", "WEBSITE_X=1"], "needs for itself"),
        (&["--plan", "consumption", "--timeout", "900"], "at most 600 s"),
    ] {
        let refused = person.refused(&[&deploy[..], more].concat());
        assert!(refused["message"].as_str().unwrap().contains(words), "{more:?}: {refused}");
    }
    assert_eq!(fake.seen("PUT "), before);
    // What is in the way is not touched.
    let made = person.json(&deploy);
    assert_eq!(made["changed"]["function"]["name"], "kettle", "{made}");
    // A call is never sent again, whatever became of it.
    fake.fault(json!({"match": "POST /api/kettle", "kind": "cut", "times": 9}));
    let cut = person.refused(&["invoke", "kettle", "--account", "fake"]);
    assert!(cut["message"].as_str().unwrap().contains("whether it was done is not known"), "{cut}");
    assert_eq!(fake.seen("POST /api/kettle"), 1);
    fake.well();
    let busy = json!({"match": "POST /api/kettle", "kind": "status", "status": 503, "times": 9});
    fake.fault(busy);
    assert_eq!(person.refused(&["invoke", "kettle", "--account", "fake"])["code"], "network");
    assert_eq!(fake.seen("POST /api/kettle"), 2);
    fake.well();
    let consumption = person.refused(&[&deploy[..], &["--plan", "consumption"]].concat());
    assert!(consumption["message"].as_str().unwrap().contains("cannot change its plan"), "{consumption}");
    person.kept_secrets();
}

#[test]
fn accounts_of_azures_tools_are_found_and_no_secret_comes_out() {
    let Some(fake) = Fake::start() else { return };
    let mut person = Person::new();
    let here = person.json(&["accounts"]);
    assert_eq!(here.as_array().map(Vec::len), Some(1), "only this computer: {here}");
    assert!(person.run(&["accounts"]).stdout.contains("~/.azure/azureProfile.json"));

    // The Azure CLI writes its file with a byte order mark.
    let subscription = "11111111-2222-3333-4444-555555555555";
    let profile = json!({ "subscriptions": [{ "id": subscription, "name": "Fernhill prod", "state": "Enabled",
        "tenantId": "t-1", "isDefault": true, "environmentName": "AzureCloud",
        "user": { "name": "ada@example.com", "type": "user" } }] });
    person.write(".azure/azureProfile.json", &format!("\u{feff}{profile}"));
    person.write(".azure/config", "[core]\noutput = json\n[defaults]\nlocation = westeurope\n");
    let cache = json!({
        "AccessToken": { "a": { "secret": "PLANTED", "realm": "t-1", "expires_on": "4000000000" } },
        "RefreshToken": { "r": { "secret": "PLANTED", "credential_type": "RefreshToken" } },
    });
    person.write(".azure/msal_token_cache.json", &cache.to_string());
    let found = person.json(&["accounts"]);
    let account = found[1]["account"].clone();
    assert_eq!(account["id"], format!("azure:{subscription}"), "{found}");
    assert_eq!((&account["signIn"], &account["state"]), (&json!("tool"), &json!("present")));
    assert_eq!((&account["expiry"]["kind"], &account["expiry"]["renews"]), (&json!("at"), &json!(true)));
    assert_eq!(account["signInCommand"], "az login --tenant t-1");
    assert_eq!((&found[1]["isProduction"], &account["location"]), (&json!(true), &json!("westeurope")));

    // A tool that prints a token, one that fails with a token in its words, and none at all.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let tool = |person: &Person, script: &str| {
            let path = person.write("bin/az", &format!("#!/bin/sh\n{script}\n"));
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            path.parent().unwrap().display().to_string()
        };
        let system = std::env::var("PATH").unwrap();
        let folder = tool(&person, "echo 'AADSTS70043: PLANTED refresh token has expired' >&2; exit 1");
        person.variables = vec![("PATH", format!("{folder}:{system}"))];
        let add = ["accounts", "add", "over", &fake.url, "--provider", "azure", "--profile", subscription];
        person.json(&add);
        let tested = person.run(&["--json", "accounts", "test", "over"]);
        assert_eq!(tested.document()["fault"]["kind"], "expired", "{tested:?}");
        tool(
            &person,
            "test \"$2\" = get-access-token && echo '{\"accessToken\":\"hearth\",\"expires_on\":4000000000}'",
        );
        let tested = person.json(&["accounts", "test", "over"]);
        assert_eq!(tested["identity"]["principal"], "Fernhill", "{tested}");
        // The Azure Developer CLI, which writes the end of a token as a date.
        person.write(".azd/auth.json", r#"{"auth":{"account":{"currentUser":{"homeAccountID":"PLANTED"}}}}"#);
        let defaults = json!({ "defaults": { "location": "northeurope", "subscription": subscription } });
        person.write(".azd/config.json", &defaults.to_string());
        let script = "#!/bin/sh\necho '{\"token\":\"hearth\",\"expiresOn\":\"2100-01-01T00:00:00Z\"}'\n";
        let azd = person.write("bin/azd", script);
        std::fs::set_permissions(&azd, std::fs::Permissions::from_mode(0o755)).unwrap();
        let found = person.json(&["accounts"]).to_string();
        assert!(found.contains("azure:azd") && found.contains("northeurope"), "{found}");
        person.json(&["accounts", "add", "dev", &fake.url, "--provider", "azure", "--profile", "azd"]);
        let tested = person.json(&["accounts", "test", "dev"]);
        assert_eq!(tested["identity"]["number"], subscription, "{tested}");
        person.variables = vec![("PATH", "/nowhere".to_owned())];
        let tested = person.run(&["--json", "accounts", "test", "over"]);
        assert!(tested.stdout.contains("`az` is not installed"), "{tested:?}");
    }

    // A service principal of the environment: its secret is exchanged and never shown.
    let principal = |secret: &str| {
        vec![
            ("AZURE_TENANT_ID", "t-1".to_owned()),
            ("AZURE_CLIENT_ID", "c-1".to_owned()),
            ("AZURE_CLIENT_SECRET", secret.to_owned()),
            ("AZURE_AUTHORITY_HOST", fake.url.clone()),
        ]
    };
    person.variables = principal("PLANTED-good");
    let add = ["accounts", "add", "robot", &fake.url, "--provider", "azure", "--profile", "environment"];
    person.json(&add);
    assert!(person.json(&["accounts"]).to_string().contains("azure:environment"));
    assert_eq!(person.json(&["functions", "--account", "robot"])["functions"], json!([]));
    person.variables = principal("PLANTED-bad");
    let refused = person.refused(&["functions", "--account", "robot"]);
    assert_eq!(refused["code"], "sign_in", "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("Invalid client secret"), "{refused}");
    person.kept_secrets();
}

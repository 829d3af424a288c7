//! AWS through the binary, against somebody else's AWS: ministack runs as a process on a free port of 127.0.0.1, and
//! functions live in it; what all runtimes have in common is in `lives_aws`. Accounts are found in a home folder of the
//! test's own; secrets planted there must not come out.

use crate::ministack::Ministack;
use crate::person::{Person, operations};
use crate::support::{skip, until};
use serde_json::{Value, json};
use std::path::Path;

const PYTHON: &str = "import os\ncount = 0\n\ndef handler(event, context):\n    global count\n    count += 1\n    \
    print('boiling', event.get('cups'))\n    if event.get('fail'):\n        raise ValueError('no water')\n    \
    return {'cups': event.get('cups'), 'colour': os.environ.get('COLOUR'), 'count': count}\n";

#[test]
fn a_python_function_lives_its_whole_life_in_an_account() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    let folder = person.home.function("kettle", "app.py", PYTHON);
    person.meet(&ministack);

    let tested = person.json(&["accounts", "test", "emulator"]);
    assert_eq!(tested["identity"]["number"], "000000000000", "{tested}");
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));

    // Nobody said yes: the review is shown, nothing is changed.
    let deploy = ["deploy", &folder, "--to", "emulator", "--env", "COLOUR=s3cret-amber", "--memory", "256"];
    let refused = person.refused(&deploy);
    assert!(refused["message"].as_str().unwrap().contains("nobody said yes"), "{refused}");
    let shown = person.run(&[&deploy[..], &["--dry-run"]].concat());
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.stdout.contains("aws lambda create-function --function-name kettle"), "{shown:?}");
    assert!(!shown.stdout.contains("s3cret"), "values are masked: {shown:?}");
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));

    let made = person.json(&[&deploy[..], &["--yes"]].concat());
    assert_eq!(operations(&made), ["iam:CreateRole", "iam:PutRolePolicy", "lambda:CreateFunction"]);
    let function = &made["changed"]["function"];
    assert_eq!((&function["state"], &function["name"]), (&json!("active"), &json!("kettle")), "{made}");
    assert_eq!(function["configuration"]["memoryMb"], 256);
    assert_eq!(function["configuration"]["environmentNames"], json!(["COLOUR"]));
    assert!(!made.to_string().contains("s3cret"), "{made}");

    let listed = person.json(&["functions", "--account", "emulator"]);
    assert_eq!(listed["functions"][0]["address"].clone(), Value::Null, "an address is flat: {listed}");
    assert_eq!(listed["functions"][0]["name"], "kettle");

    let answer = person.json(&["invoke", "kettle", "--account", "emulator", "--event", "{\"cups\":2}"]);
    assert_eq!(answer["payload"]["cups"], 2, "{answer}");
    assert_eq!(answer["payload"]["colour"], "s3cret-amber", "the function itself has the value: {answer}");
    assert_eq!((&answer["status"], &answer["functionError"]), (&json!(200), &Value::Null));
    let failed =
        person.run(&["--json", "invoke", "kettle", "--account", "emulator", "--event", "{\"fail\":true}"]);
    assert_eq!(failed.code, 4, "the function failed, not Hearth: {failed:?}");
    assert!(failed.document()["functionError"].is_string(), "{failed:?}");
    let given = person.json(&["invoke", "kettle", "--account", "emulator", "--no-wait"]);
    assert_eq!(given["status"], 202);
    let checked = person.json(&["invoke", "kettle", "--account", "emulator", "--check"]);
    assert_eq!(checked["status"], 204);

    let mut lines = Value::Null;
    until("the log has the line", || {
        lines = person.json(&["logs", "kettle", "--account", "emulator"]);
        lines.to_string().contains("boiling 2")
    });
    // Servers are rebuilt from the same lines. (This judge opens a stream for each call and never prints an init.)
    let servers = person.json(&["servers", "kettle", "--account", "emulator"]);
    let calls: Vec<&Value> = servers["environments"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["calls"].as_array().unwrap())
        .collect();
    assert!(calls.iter().any(|call| call["billedMs"].is_u64()), "{servers}");

    // New code is in force at once; the role and the rest stay.
    std::fs::write(Path::new(&folder).join("app.py"), "def handler(event, context):\n    return 'new'\n")
        .unwrap();
    let again = person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let calls = again["review"]["review"]["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 1, "only the code differs: {again}");
    assert_eq!(calls[0]["operation"], "lambda:UpdateFunctionCode");
    assert_eq!(person.json(&["invoke", "kettle", "--account", "emulator"])["payload"], "new");

    let delete = ["delete", "kettle", "--account", "emulator", "--with-logs"];
    assert!(person.refused(&delete)["message"].as_str().unwrap().contains("nobody said yes"));
    let deleted = person.json(&[&delete[..], &["--yes"]].concat());
    assert_eq!(
        operations(&deleted),
        ["lambda:DeleteFunction", "iam:DeleteRolePolicy", "iam:DeleteRole", "logs:DeleteLogGroup"]
    );
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));
    let gone = person.refused(&["invoke", "kettle", "--account", "emulator"]);
    assert_eq!(gone["code"], "not_found", "{gone}");
}

#[test]
fn a_program_built_with_the_official_crate_answers_in_an_account() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let bootstrap = Path::new(env!("CARGO_BIN_EXE_hearth")).with_file_name("lambda-runtime-echo");
    if !bootstrap.exists() {
        return skip("a Rust function in an account: run `cargo build -p lambda-runtime-echo` first");
    }
    let file = person.home.write("echo/bootstrap", std::fs::read(&bootstrap).unwrap());
    let folder = file.parent().unwrap().to_str().unwrap();
    let to = ["deploy", folder, "--to", "endpoint:emulator:us-east-1", "--yes"];
    let made = person.json(&[&to[..], &["--runtime", "provided.al2023", "--handler", "bootstrap"]].concat());
    assert_eq!(made["changed"]["function"]["configuration"]["runtime"], "provided.al2023", "{made}");
    let answer = person.json(&["invoke", "echo", "--account", "emulator", "--event", "{\"cups\":3}"]);
    assert_eq!(answer["payload"]["echo"], json!({ "cups": 3 }), "{answer}");
    person.json(&["delete", "echo", "--account", "emulator", "--yes"]);
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));
}

#[test]
fn an_account_is_read_only_until_a_person_unlocks_it() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    let folder = person.home.function("kettle", "app.py", PYTHON);
    person.meet(&ministack);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let locked = person.json(&["accounts", "lock", "emulator"]);
    assert_eq!(locked["unlockedUntilUs"], Value::Null);
    for arguments in [
        &["invoke", "kettle", "--account", "emulator"][..],
        &["invoke", "kettle", "--account", "emulator", "--no-wait"],
        &["delete", "kettle", "--account", "emulator", "--yes"],
        &["deploy", &folder, "--to", "emulator", "--yes"],
    ] {
        let error = person.refused(arguments);
        assert_eq!(error["code"], "locked", "{arguments:?}: {error}");
        assert!(error["hint"].as_str().unwrap().contains("hearth accounts unlock"), "{error}");
    }
    // Looking is always allowed.
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"][0]["name"], "kettle");
    assert_eq!(person.json(&["invoke", "kettle", "--account", "emulator", "--check"])["status"], 204);
    person.json(&["logs", "kettle", "--account", "emulator"]);
    let seen = person.json(&["delete", "kettle", "--account", "emulator", "--dry-run"]);
    assert_eq!(seen["review"]["locked"], true, "{seen}");
}

#[test]
fn accounts_are_found_and_no_secret_comes_out() {
    let person = Person::new();
    let here = person.json(&["accounts"]);
    assert_eq!(here.as_array().map(Vec::len), Some(1), "only this computer: {here}");
    assert_eq!(here[0]["account"]["id"], "local");
    let empty = person.run(&["accounts"]);
    assert!(empty.stdout.contains("Hearth looked in ~/.aws/config"), "{empty:?}");

    person.write(
        ".aws/config",
        "[profile corp-prod]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Look\n\
         [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n\
         [profile tool]\ncredential_process = /bin/false --token PLANTED\n",
    );
    person.write(
        ".aws/credentials",
        "[default]\naws_access_key_id = AKIAPLANTED\naws_secret_access_key = PLANTED-secret\n",
    );
    let sso = "{\"startUrl\":\"https://corp.awsapps.com/start\",\"accessToken\":\"PLANTED\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}";
    person.write(".aws/sso/cache/corp.json", sso);
    let mut said = String::new();
    for arguments in [&["--json", "accounts"][..], &["accounts"]] {
        let ran = person.run(arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        said.extend([ran.stdout, ran.stderr]);
    }
    let accounts = person.json(&["accounts"]);
    let find = |id: &str| {
        let all = accounts.as_array().unwrap().iter();
        all.clone()
            .find(|info| info["account"]["id"] == id)
            .unwrap_or_else(|| panic!("no {id} in {accounts}"))
    };
    assert_eq!(find("aws:corp-prod")["account"]["state"], "expired");
    assert_eq!(find("aws:corp-prod")["isProduction"], true, "guessed by its name, on the safe side");
    assert_eq!(find("aws:default")["account"]["signIn"], "keys");
    let chosen = person.json(&[
        "accounts",
        "choose",
        "corp-prod",
        "--production",
        "no",
        "--region",
        "eu-west-1,us-east-1",
    ]);
    assert_eq!(
        (&chosen["isProduction"], &chosen["chosenLocations"]),
        (&json!(false), &json!(["eu-west-1", "us-east-1"]))
    );

    // Sign-ins that do not work say so in Hearth's words, with the way out, and quote nothing.
    for account in ["corp-prod", "tool"] {
        let ran = person.run(&["--json", "accounts", "test", account]);
        assert_eq!(ran.code, 1, "{ran:?}");
        let kind = ran.document()["fault"]["kind"].clone();
        assert!(kind == "expired" || kind == "not_signed_in", "{ran:?}");
        said.extend([ran.stdout, ran.stderr]);
    }
    let ran = person.run(&["functions", "--account", "tool"]);
    said.extend([ran.stdout, ran.stderr]);
    assert!(!said.contains("PLANTED"), "{said}");
    for file in std::fs::read_dir(person.home.data()).unwrap().flatten().map(|entry| entry.path()) {
        if file.is_file() {
            let bytes = std::fs::read(&file).unwrap();
            let found = bytes.windows(7).any(|part| part == b"PLANTED");
            assert!(!found, "{} holds a planted secret", file.display());
        }
    }
}

#[test]
fn versions_aliases_limits_and_addresses_can_be_set_and_taken_back() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let folder = person.home.function("cup", "app.py", "def handler(event, context):\n    return 1\n");
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let of = ["--account", "emulator", "--yes"];
    let change = |arguments: &[&str]| person.json(&[arguments, &of[..]].concat());

    let first = change(&["publish", "cup"])["changed"]["results"][0][1].as_str().unwrap().to_owned();
    std::fs::write(Path::new(&folder).join("app.py"), "def handler(event, context):\n    return 2\n")
        .unwrap();
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let second = change(&["publish", "cup"])["changed"]["results"][0][1].as_str().unwrap().to_owned();
    assert_ne!(first, second, "new code is another version");
    change(&["alias", "cup", "live", &first]);
    let call = ["invoke", "cup", "--account", "emulator", "--qualifier", "live"];
    assert_eq!(person.json(&call)["payload"], 1);

    // A part of the traffic goes to the new version, then all of it; the review's undo brings it back in one line.
    change(&["alias", "cup", "live", &first, "--share", &format!("{second}=0.5")]);
    let shown = person.json(&["show", "cup", "--account", "emulator"]);
    assert_eq!(shown["aliases"][0]["weights"], json!({ second.clone(): 0.5 }), "{shown}");
    change(&["alias", "cup", "live", &first]);
    let shifted = change(&["alias", "cup", "live", &second]);
    assert_eq!(person.json(&call)["payload"], 2);
    let undo = shifted["review"]["review"]["undo"]["command"].as_str().unwrap().to_owned();
    let undo: Vec<&str> = undo.split(' ').skip(1).collect();
    person.json(&[&undo[..], &["--yes"]].concat());
    assert_eq!(person.json(&call)["payload"], 1, "rolled back");

    change(&["limit", "cup", "3"]);
    let shown = person.json(&["show", "cup", "--account", "emulator"]);
    assert_eq!(shown["function"]["configuration"]["reservedConcurrency"], 3, "{shown}");
    assert_eq!(shown["tags"]["hearth:function"], "cup");
    assert_eq!(shown["unread"], json!([]), "everything could be read");

    // The brake stops it by the same way, says so, and brings back what was there.
    let elsewhere = || person.json(&["brake", "status"])["heldElsewhere"].clone();
    let refused = person.home.run(&["brake", "pull", "cup", "--account", "emulator"]);
    assert_ne!(refused.code, 0, "nobody said yes: {refused:?}");
    assert_eq!(elsewhere(), json!([]), "nothing is held that was not stopped");
    change(&["brake", "pull", "cup"]);
    let limit = || {
        let shown = person.json(&["show", "cup", "--account", "emulator"]);
        shown["function"]["configuration"]["reservedConcurrency"].clone()
    };
    assert_eq!(limit(), 0);
    let held = elsewhere();
    assert_eq!((&held[0]["function"], &held[0]["formerConcurrency"]), (&json!("cup"), &json!(3)), "{held}");
    let words = person.home.run(&["brake"]);
    assert!(words.stdout.contains("cup in emulator"), "{words:?}");
    let here = person.home.run(&["brake", "release", "cup"]);
    assert!(here.stderr.contains("hearth brake release cup --account"), "{here:?}");
    assert_eq!(limit(), 0, "what is here lets go of nothing there");
    change(&["brake", "release", "cup"]);
    assert_eq!((limit(), elsewhere()), (json!(3), json!([])));
    let log = person.json(&["brake", "log"]).to_string();
    assert!(log.contains("Stopped cup in emulator") && log.contains("Released cup in emulator"), "{log}");
    change(&["limit", "cup", "none"]);

    let addressed = change(&["url", "cup", "--public"]);
    let warnings = addressed["review"]["review"]["warnings"].to_string();
    assert!(warnings.contains("Anybody on the internet"), "{addressed}");
    let shown = person.json(&["show", "cup", "--account", "emulator"]);
    assert_eq!(shown["url"]["public"], true, "{shown}");
    change(&["url", "cup", "--remove"]);
    assert_eq!(person.json(&["show", "cup", "--account", "emulator"])["url"], Value::Null);
}

#[test]
fn accounts_are_read_into_the_ledger_and_a_broken_one_holds_no_other_up() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let folder = person.home.function("cup", "app.py", "def handler(event, context):\n    return 1\n");
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    // A port that nobody listens on, and one sign-in that ended.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    person.json(&["accounts", "add", "broken", &format!("http://{nobody}")]);
    let sso = "{\"startUrl\":\"https://x/start\",\"accessToken\":\"PLANTED\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}";
    person.write(".aws/sso/cache/x.json", sso);
    person.write(
        ".aws/config",
        "[profile ended]\nsso_start_url = https://x/start\nsso_account_id = 1\nsso_role_name = R\n",
    );

    let ran = person.run(&["--json", "sync", "--metrics"]);
    assert_eq!(ran.code, 1, "a part could not be read, which is told: {ran:?}");
    let status = ran.document();
    let part = |account: &str| {
        let parts = status["parts"].as_array().unwrap().iter();
        parts
            .clone()
            .find(|part| part["account"] == account)
            .unwrap_or_else(|| panic!("no {account}: {status}"))
    };
    assert_eq!(
        (&part("endpoint:emulator")["state"], &part("endpoint:emulator")["functions"]),
        (&json!("done"), &json!(1))
    );
    assert_eq!(part("endpoint:broken")["fault"]["kind"], "broken_off", "{status}");
    assert_eq!(status["skipped"][0][0], "aws:ended", "{status}");

    // What was read is there at once, even when nobody answers any more.
    drop(ministack);
    let inventory = person.json(&["functions", "--cached"]);
    assert_eq!(inventory["functions"][0]["function"]["name"], "cup", "{inventory}");
    assert!(inventory["functions"][0]["readUs"].is_u64(), "with its age: {inventory}");
    assert!(!inventory.to_string().contains("PLANTED"));

    // A region that was read a short time ago is left out, so that a reading goes on where it broke off.
    let again = person.json(&["sync", "--account", "emulator", "--fresh", "3600"]);
    assert_eq!(again["parts"][0]["state"], "fresh", "{again}");
}

#[test]
fn this_computer_is_a_provider_like_the_others() {
    let person = Person::new();
    let folder =
        person.home.function("cup", "index.js", "export const handler = async (event) => event.cups + 1;\n");
    let made = person.json(&["deploy", &folder, "--to", "local", "--runtime", "quickjs", "--yes"]);
    assert_eq!(made["review"]["review"]["calls"][0]["operation"], "hearth:Deploy", "{made}");
    let listed = person.json(&["functions", "--account", "local"]);
    assert_eq!(listed["functions"][0]["name"], "cup", "{listed}");
    let answer = person.json(&["invoke", "cup", "--account", "local", "--event", "{\"cups\":2}"]);
    assert_eq!(answer["payload"], 3, "{answer}");
    assert!(answer["billedMs"].is_u64(), "the REPORT line says it: {answer}");
    let lines = person.json(&["logs", "cup", "--account", "local"]);
    assert!(lines.to_string().contains("REPORT RequestId"), "{lines}");
    person.json(&["delete", "cup", "--account", "local", "--yes"]);
    assert_eq!(person.json(&["functions", "--account", "local"])["functions"], json!([]));
}

//! A change in an account whose Hearth is killed with SIGKILL while each of its calls is under way, before it reached the
//! vendor and after: the next Hearth takes it back wholly, or goes on with it. Other people's clients look what is left.

use crate::azure::{Fake as Azure, PYTHON as AZURE_PYTHON};
use crate::clouds_cancel::{Busy, CREATE, inventory, meet, of_aws};
use crate::fake_aws::{Asked, FakeAws, Says};
use crate::google::Fake as Google;
use crate::ministack::Ministack;
use crate::person::Person;
use crate::support::{Home, Started, until};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const HELLO: &str = "def handler(event, context):\n    return 1\n";
const SECRET: &str = "PLANTED-s3cret";

/// The calls of a deploy, in their order.
const CALLS: [&str; 3] = ["iam:CreateRole", "iam:PutRolePolicy", "lambda:CreateFunction"];

/// What becomes of a call during which Hearth is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reached {
    /// It never reaches the vendor.
    Nobody,
    /// The vendor does it, and its answer reaches nobody.
    TheVendor,
}

fn is_call(asked: &Asked, call: &str) -> bool {
    match call.split_once(':').unwrap() {
        ("iam", operation) => String::from_utf8_lossy(&asked.body).contains(&format!("Action={operation}&")),
        _ => asked.line.trim_end_matches('/') == CREATE,
    }
}

/// A person whose deploy was killed while a call was under way.
struct Killed {
    person: Person,
    deploy: Vec<String>,
    _fake: FakeAws,
}

impl Killed {
    fn during(ministack: &Ministack, call: &'static str, reached: Reached, name: &str) -> Self {
        let (port, taken) = (ministack.port(), Arc::<AtomicBool>::default());
        let (held, is_armed) = (Arc::clone(&taken), AtomicBool::new(true));
        let fake = FakeAws::start(move |asked| {
            if is_call(asked, call) && is_armed.swap(false, Ordering::SeqCst) {
                let port = (reached == Reached::TheVendor).then_some(port);
                return Says::Hold { port, taken: Arc::clone(&held) };
            }
            Says::HandOn(port)
        });
        let person = Person::new();
        person.json(&["accounts", "add", "emulator", &fake.url()]);
        person.json(&["accounts", "unlock", "emulator"]);
        let folder = person.home.function(name, "app.py", HELLO);
        let secret = format!("API_KEY={SECRET}");
        let deploy = ["deploy", &folder, "--to", "emulator", "--env", &secret, "--yes"];
        let going = Started::of(&mut person.command(&deploy));
        until("the call is under way", || taken.load(Ordering::SeqCst));
        going.kill();
        person.home.never_kept(SECRET);
        Self { person, deploy: deploy.iter().map(|part| (*part).to_owned()).collect(), _fake: fake }
    }

    fn deploy(&self) -> Vec<&str> {
        self.deploy.iter().map(String::as_str).collect()
    }
}

/// The only unfinished change.
fn left(list: &Value) -> &Value {
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    &list[0]
}

fn begun(left: &Value) -> Vec<&str> {
    let calls = left["calls"].as_array().unwrap().iter();
    calls.map(|call| call["operation"].as_str().unwrap()).collect()
}

fn every_moment() -> impl Iterator<Item = (usize, Reached)> {
    (0..CALLS.len()).flat_map(|index| [(index, Reached::Nobody), (index, Reached::TheVendor)])
}

#[test]
fn a_deploy_that_was_killed_at_any_of_its_calls_is_taken_back_wholly() {
    let Some(ministack) = Ministack::start() else { return };
    let Some(before) = of_aws(&ministack) else { return };
    for (index, reached) in every_moment() {
        let at = format!("{} {reached:?}", CALLS[index]);
        let killed = Killed::during(&ministack, CALLS[index], reached, "kettle");
        let person = &killed.person;
        let list = person.json(&["unfinished"]);
        let one = left(&list);
        assert_eq!(begun(one), &CALLS[..=index], "{at}: {one}");
        assert_eq!((&one["function"], &one["isDeploy"]), (&json!("kettle"), &json!(true)), "{at}: {one}");
        assert_eq!(one["title"], "Deploy kettle to emulator, us-east-1", "{at}: {one}");
        let id = one["id"].as_str().unwrap();

        let seen = person.json(&["unfinished", "take-back", id, "--dry-run"]);
        let calls: Vec<&str> = seen["review"]["review"]["calls"]
            .as_array()
            .unwrap()
            .iter()
            .map(|call| call["operation"].as_str().unwrap())
            .collect();
        let all = ["lambda:DeleteFunction", "iam:DeleteRolePolicy", "iam:DeleteRole"];
        let made = if reached == Reached::TheVendor { index + 1 } else { index };
        assert_eq!(calls, &all[CALLS.len() - made..], "{at}: exactly what is there, the last first");

        let ran = person.run(&["unfinished", "take-back", id, "--yes"]);
        assert_eq!(ran.code, 0, "{at}: {ran:?}");
        assert_eq!(ran.stdout.contains("only forgets the change"), made == 0, "{at}: {ran:?}");
        assert_eq!(
            of_aws(&ministack).as_ref(),
            Some(&before),
            "{at}: boto3 finds nothing that was not there"
        );
        assert_eq!(person.json(&["unfinished"]), json!([]), "{at}");
        person.home.never_kept(SECRET);
    }
}

#[test]
fn a_deploy_that_was_killed_at_any_of_its_calls_is_gone_on_with() {
    let Some(ministack) = Ministack::start() else { return };
    for (index, reached) in every_moment() {
        let at = format!("{} {reached:?}", CALLS[index]);
        let name = format!("kettle-{index}-{reached:?}").to_lowercase();
        let killed = Killed::during(&ministack, CALLS[index], reached, &name);
        let person = &killed.person;
        let ran = person.run(&["accounts"]);
        let words = "1 change in an account is unfinished: `hearth unfinished` shows the ways on.";
        assert_eq!(ran.stderr.trim_end().lines().last(), Some(words), "{at}: {ran:?}");

        let ran = person.run(&killed.deploy());
        assert_eq!(ran.code, 0, "{at}: {ran:?}");
        assert!(!ran.stderr.contains("unfinished"), "{at}: {ran:?}");
        assert_eq!(person.json(&["unfinished"]), json!([]), "{at}");
        assert_eq!(person.json(&["invoke", &name, "--account", "emulator"])["payload"], 1, "{at}");
        // The role is whole, whichever of the two made its parts.
        let role = format!("hearth-us-east-1-{name}");
        let made = person.json(&["delete", &name, "--account", "emulator", "--yes", "--with-logs"]);
        let calls = made["review"]["review"]["calls"].to_string();
        assert!(calls.contains("iam:DeleteRolePolicy") && calls.contains(&role), "{at}: {calls}");
    }
}

#[test]
fn what_is_left_is_listed_with_the_ways_on_and_can_be_kept_as_it_is() {
    let Some(ministack) = Ministack::start() else { return };
    let killed = Killed::during(&ministack, CALLS[1], Reached::Nobody, "kettle");
    let person = &killed.person;
    let ran = person.run(&["unfinished"]);
    let list = person.json(&["unfinished"]);
    let id = left(&list)["id"].as_str().unwrap();
    for words in [
        "Deploy kettle to emulator, us-east-1",
        "had begun: iam:CreateRole, iam:PutRolePolicy",
        &format!("take it back: hearth unfinished take-back {id}"),
        "go on with it: hearth deploy ",
        "--env API_KEY=…",
        &format!("keep it as it is: hearth unfinished forget {id}"),
    ] {
        assert!(ran.stdout.contains(words), "{words}: {ran:?}");
    }
    // Read-only is read-only: also what is half made stays.
    person.json(&["accounts", "lock", "emulator"]);
    assert_eq!(person.refused(&["unfinished", "take-back", id, "--yes"])["code"], "locked");
    let Some(found) = of_aws(&ministack) else { return };
    assert_eq!(found["roles"], json!(["hearth-us-east-1-kettle"]), "{found}");
    person.json(&["unfinished", "forget", id]);
    assert_eq!(person.json(&["unfinished"]), json!([]));
    assert_eq!(of_aws(&ministack), Some(found), "nothing in the account has changed");
    assert_eq!(person.refused(&["unfinished", "forget", id])["code"], "not_found");
    assert_eq!(person.refused(&["unfinished", "take-back", id])["code"], "not_found");
}

#[test]
fn what_hearth_did_not_make_is_never_taken_back() {
    let Some(ministack) = Ministack::start() else { return };
    let killed = Killed::during(&ministack, CALLS[2], Reached::Nobody, "kettle");
    // Somebody else makes a function of that name meanwhile, as that role.
    let headers =
        [("authorization", "AWS4-HMAC-SHA256 Credential=hearth/20261129/us-east-1/lambda/aws4_request")];
    let role = "arn:aws:iam::000000000000:role/hearth-us-east-1-kettle";
    let body = json!({
        "FunctionName": "kettle", "Role": role, "Runtime": "python3.12", "Handler": "app.handler",
        "Code": { "ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" },
    });
    let made = crate::support::http(ministack.port(), CREATE, &headers, body.to_string().as_bytes());
    assert_eq!(made.status, 201, "{made:?}");
    let person = &killed.person;
    let list = person.json(&["unfinished"]);
    let ran = person.run(&["unfinished", "take-back", left(&list)["id"].as_str().unwrap(), "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("kettle stays: it has not the tag hearth:function"), "{ran:?}");
    assert!(ran.stdout.contains("The role hearth-us-east-1-kettle stays: kettle runs as it"), "{ran:?}");
    let Some(found) = of_aws(&ministack) else { return };
    assert_eq!(found["functions"], json!(["kettle"]), "{found}");
}

/// A deploy whose Hearth is killed while AWS still makes the function.
fn killed_while_pending(busy: &Busy, person: &Person) -> Vec<String> {
    let folder = person.home.function("kettle", "app.py", HELLO);
    let deploy = ["deploy", &folder, "--to", "emulator", "--yes"];
    let going = Started::of(&mut person.command(&deploy));
    busy.until_looked();
    going.kill();
    deploy.iter().map(|part| (*part).to_owned()).collect()
}

#[test]
fn what_aws_still_makes_is_taken_back_as_soon_as_that_is_allowed() {
    let Some(ministack) = Ministack::start() else { return };
    let busy = Busy::from(CREATE, &ministack);
    let person = meet(&busy);
    let Some(before) = of_aws(&ministack) else { return };
    killed_while_pending(&busy, &person);
    let list = person.json(&["unfinished"]);
    let take = ["unfinished", "take-back", left(&list)["id"].as_str().unwrap(), "--yes"];
    let going = Started::of(&mut person.command(&take));
    busy.until_refused();
    busy.let_go();
    let ran = going.end();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(of_aws(&ministack), Some(before), "boto3 finds nothing that was not there");
}

#[test]
fn what_aws_still_makes_is_gone_on_with_as_soon_as_that_is_allowed() {
    let Some(ministack) = Ministack::start() else { return };
    let busy = Busy::from(CREATE, &ministack);
    let person = meet(&busy);
    let deploy = killed_while_pending(&busy, &person);
    let deploy: Vec<&str> = deploy.iter().map(String::as_str).collect();
    let going = Started::of(&mut person.command(&deploy));
    busy.until_refused();
    busy.let_go();
    let ran = going.end();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(person.json(&["invoke", "kettle", "--account", "emulator"])["payload"], 1);
    assert_eq!(person.json(&["unfinished"]), json!([]));
}

#[test]
fn a_public_address_that_nobody_may_call_yet_is_taken_back_or_opened() {
    let Some(ministack) = Ministack::start() else { return };
    for takes_back in [true, false] {
        let (port, taken) = (ministack.port(), Arc::<AtomicBool>::default());
        let (held, is_armed) = (Arc::clone(&taken), AtomicBool::new(true));
        let name = if takes_back { "kettle" } else { "teapot" };
        let fake = FakeAws::start(move |asked| {
            let allows = asked.line == format!("POST /2015-03-31/functions/{name}/policy");
            if allows && is_armed.swap(false, Ordering::SeqCst) {
                return Says::Hold { port: None, taken: Arc::clone(&held) };
            }
            Says::HandOn(port)
        });
        let person = Person::new();
        person.json(&["accounts", "add", "emulator", &fake.url()]);
        person.json(&["accounts", "unlock", "emulator"]);
        let folder = person.home.function(name, "app.py", HELLO);
        person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
        let open = ["url", name, "--public", "--account", "emulator", "--yes"];
        let going = Started::of(&mut person.command(&open));
        until("the call is under way", || taken.load(Ordering::SeqCst));
        going.kill();
        let list = person.json(&["unfinished"]);
        let one = left(&list);
        assert_eq!(begun(one), ["lambda:CreateFunctionUrlConfig", "lambda:AddPermission"], "{one}");
        let made = if takes_back {
            person.json(&["unfinished", "take-back", one["id"].as_str().unwrap(), "--yes"])
        } else {
            person.json(&open)
        };
        let calls = made["review"]["review"]["calls"].as_array().unwrap();
        let made = if takes_back { "lambda:DeleteFunctionUrlConfig" } else { "lambda:AddPermission" };
        assert_eq!((calls.len(), &calls[0]["operation"]), (1, &json!(made)), "{calls:?}");
        let shown = person.json(&["show", name, "--account", "emulator"]);
        assert_eq!(shown["url"].is_null(), takes_back, "{shown}");
        assert_eq!(person.json(&["unfinished"]), json!([]));
    }
}

#[test]
fn a_deletion_that_was_killed_is_gone_on_with() {
    let Some(ministack) = Ministack::start() else { return };
    let Some(before) = of_aws(&ministack) else { return };
    let (port, taken) = (ministack.port(), Arc::<AtomicBool>::default());
    let (held, is_armed) = (Arc::clone(&taken), AtomicBool::new(true));
    let fake = FakeAws::start(move |asked| {
        if is_call(asked, "iam:DeleteRole") && is_armed.swap(false, Ordering::SeqCst) {
            return Says::Hold { port: None, taken: Arc::clone(&held) };
        }
        Says::HandOn(port)
    });
    let person = Person::new();
    person.json(&["accounts", "add", "emulator", &fake.url()]);
    person.json(&["accounts", "unlock", "emulator"]);
    let folder = person.home.function("kettle", "app.py", HELLO);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let delete = ["delete", "kettle", "--account", "emulator", "--yes"];
    let going = Started::of(&mut person.command(&delete));
    until("the call is under way", || taken.load(Ordering::SeqCst));
    going.kill();
    let list = person.json(&["unfinished"]);
    let one = left(&list);
    assert_eq!(begun(one), ["lambda:DeleteFunction", "iam:DeleteRolePolicy", "iam:DeleteRole"], "{one}");
    assert!(one["calls"].as_array().unwrap().iter().all(|call| call["canBeTakenBack"] == false), "{one}");
    let again = person.json(&delete);
    let calls = again["review"]["review"]["calls"].as_array().unwrap();
    assert_eq!((calls.len(), &calls[0]["operation"]), (1, &json!("iam:DeleteRole")), "{calls:?}");
    assert_eq!(of_aws(&ministack), Some(before), "boto3 finds nothing that was not there");
    assert_eq!(person.json(&["unfinished"]), json!([]));
}

/// Kills a deploy once something was seen.
fn killed(home: &Home, command: &mut std::process::Command, what: &str, so: impl FnMut() -> bool) {
    let going = Started::of(command);
    until(what, so);
    going.kill();
    home.never_kept(SECRET);
}

#[test]
fn a_build_of_google_whose_hearth_was_killed_is_taken_back_or_gone_on_with() {
    for takes_back in [true, false] {
        let Some(fake) = Google::start(true) else { return };
        let person = Person::new();
        person.meet_google(&fake.url());
        let folder = person.home.function("kettle", "app.py", HELLO);
        let secret = format!("API_KEY={SECRET}");
        let deploy = ["deploy", &folder, "--to", "emulator", "--env", &secret, "--yes"];
        fake.control("hold", json!({ "hold": true }));
        killed(&person.home, &mut person.command(&deploy), "the build is waited for", || {
            fake.seen().iter().any(|one| one.starts_with("GET ") && one.contains("/operations/"))
        });
        fake.control("hold", json!({ "hold": false }));
        let list = person.json(&["unfinished"]);
        let one = left(&list);
        assert_eq!(begun(one).last(), Some(&"cloudfunctions.functions.create"), "{one}");
        let url = fake.url();
        let found = || inventory("HEARTH_JUDGE_GOOGLE_PYTHON", "tests/google/inventory.py", &[&url]);
        if takes_back {
            // Google refuses to delete what it is still making; Hearth asks again until it may.
            person.json(&["unfinished", "take-back", one["id"].as_str().unwrap(), "--yes"]);
            assert_eq!(
                found(),
                Some(json!({ "functions": [], "services": [] })),
                "Google's clients find nothing"
            );
        } else {
            person.json(&deploy);
            assert_eq!(person.json(&["invoke", "kettle", "--account", "emulator"])["payload"], 1);
        }
        assert_eq!(person.json(&["unfinished"]), json!([]));
    }
}

#[test]
fn an_app_of_azure_whose_hearth_was_killed_is_taken_back_with_its_group_or_gone_on_with() {
    // Before the app is there, and while its code is built.
    for (takes_back, seen) in
        [(true, "components/"), (false, "components/"), (true, "builds"), (false, "builds")]
    {
        let Some(fake) = Azure::start() else { return };
        let person = Person::new();
        person.meet_azure(&fake);
        let folder = person.home.function("kettle", "app.py", AZURE_PYTHON);
        let secret = format!("API_KEY={SECRET}");
        let to = ["--to", "fake", "--runtime", "python3.12", "--env", &secret, "--yes"];
        let deploy = [&["deploy", folder.as_str()][..], &to].concat();
        fake.ask("hold", &json!({ "hold": true }));
        let what = if seen == "builds" { "GET /api/deployments/" } else { "PUT " };
        let part = if seen == "builds" { "/api/deployments/" } else { seen };
        killed(&person.home, &mut person.command(&deploy), "it is made", || {
            fake.seen(what) > 0 && fake.seen(part) > 0
        });
        fake.ask("hold", &json!({ "hold": false }));
        let list = person.json(&["unfinished"]);
        let one = left(&list);
        assert_eq!(begun(one)[0], "Microsoft.Resources/subscriptions/resourceGroups/write", "{one}");
        if takes_back {
            person.json(&["unfinished", "take-back", one["id"].as_str().unwrap(), "--yes"]);
            let found = inventory("HEARTH_JUDGE_AZURE_PYTHON", "tests/azure/inventory.py", &[&fake.url]);
            assert_eq!(found, Some(json!({ "groups": [], "sites": [] })), "Microsoft's clients find nothing");
        } else {
            person.json(&deploy);
            let called = person.json(&["invoke", "kettle", "--account", "fake", "--event", "{\"cups\": 2}"]);
            assert_eq!(called["payload"]["cups"], 2, "{called}");
        }
        assert_eq!(person.json(&["unfinished"]), json!([]));
        person.kept_secrets();
    }
}

//! A change in an account that is cancelled while it is made, through the binary and with Ctrl-C: waiting ends at once,
//! what was made is taken back as soon as the vendor allows it, and what cannot be is named. Servers of the tests keep a
//! change going on until they are told to let it end; other people's clients look what was left.

use crate::azure::{Fake as Azure, PYTHON as AZURE_PYTHON};
use crate::fake_aws::{FakeAws, Says};
use crate::google::Fake as Google;
use crate::ministack::Ministack;
use crate::person::Person;
use crate::support::{Ran, Started, finish, judge, program, root, until};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

pub(crate) const CREATE: &str = "POST /2015-03-31/functions";
const HELLO: &str = "def handler(event, context):\n    return 1\n";

/// What somebody else's client finds in an account.
pub(crate) fn inventory(variable: &str, script: &str, arguments: &[&str]) -> Option<Value> {
    let python = judge(variable, "what is left of a cancelled change")?;
    let mut command = program(python);
    command.arg(root().join(script)).args(arguments).env("PYTHONDONTWRITEBYTECODE", "1");
    let ran = finish(&mut command, "");
    assert_eq!(ran.code, 0, "{ran:?}");
    Some(ran.document())
}

/// What a command that was cancelled says.
fn cancelled(ran: &Ran) -> String {
    assert_eq!(ran.code, 1, "{ran:?}");
    let error = ran.error();
    assert_eq!(error["code"], "cancelled", "{error}");
    error["message"].as_str().unwrap().to_owned()
}

/// ministack behind a server that is busy with what it was asked last, until it is let go.
pub(crate) struct Busy {
    fake: FakeAws,
    is_over: Arc<AtomicBool>,
    /// How often it was asked whether something is in place, or could not do it yet.
    looked: Arc<AtomicUsize>,
    /// How often deleting the function, or changing one that is still made, was refused.
    refused: Arc<AtomicUsize>,
}

impl Busy {
    /// One that is busy from the request on that begins with `line`.
    pub(crate) fn from(line: &'static str, ministack: &Ministack) -> Self {
        let port = ministack.port();
        let is_over = Arc::<AtomicBool>::default();
        let (looked, refused) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (over, looks, refuses) = (Arc::clone(&is_over), Arc::clone(&looked), Arc::clone(&refused));
        let is_busy = AtomicBool::new(false);
        let fake = FakeAws::start(move |asked| {
            let action = asked.header("x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
            if asked.is(line) || action == line {
                is_busy.store(true, Ordering::SeqCst);
            }
            if over.load(Ordering::SeqCst) || !is_busy.load(Ordering::SeqCst) {
                return Says::HandOn(port);
            }
            let pending = "The operation cannot be performed at this time. The function is currently in the following \
                           state: Pending";
            if asked.is("GET /2015-03-31/functions/kettle/configuration") {
                looks.fetch_add(1, Ordering::SeqCst);
                let of = json!({
                    "FunctionName": "kettle", "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:kettle",
                    "Runtime": "python3.12", "Handler": "app.handler", "MemorySize": 128, "Timeout": 10,
                    "Role": "arn:aws:iam::000000000000:role/hearth-us-east-1-kettle",
                    "State": "Pending", "LastUpdateStatus": "InProgress",
                });
                Says::json(200, &of)
            } else if asked.is("DELETE /2015-03-31/functions/kettle")
                || (line == CREATE && asked.is("PUT /2015-03-31/functions/kettle/code"))
            {
                refuses.fetch_add(1, Ordering::SeqCst);
                Says::error(409, "ResourceConflictException", pending)
            } else if action == "RunTask" {
                looks.fetch_add(1, Ordering::SeqCst);
                let words = "ECS was unable to assume the role that was provided for this task.";
                Says::error(400, "InvalidParameterException", words)
            } else {
                Says::HandOn(port)
            }
        });
        Self { fake, is_over, looked, refused }
    }

    pub(crate) fn until_looked(&self) {
        until("something is waited for", || self.looked.load(Ordering::SeqCst) > 0);
    }

    pub(crate) fn until_refused(&self) {
        until("it is being taken back", || self.refused.load(Ordering::SeqCst) > 0);
    }

    pub(crate) fn let_go(&self) {
        self.is_over.store(true, Ordering::SeqCst);
    }
}

/// A person whose account is busy.
pub(crate) fn meet(busy: &Busy) -> Person {
    let person = Person::new();
    person.json(&["accounts", "add", "emulator", &busy.fake.url()]);
    person.json(&["accounts", "unlock", "emulator"]);
    person
}

pub(crate) fn of_aws(ministack: &Ministack) -> Option<Value> {
    inventory("HEARTH_JUDGE_PYTHON", "tests/aws/judge.py", &["inventory", &ministack.url()])
}

#[test]
fn a_deploy_that_waits_is_cancelled_with_ctrl_c_and_leaves_nothing() {
    let Some(ministack) = Ministack::start() else { return };
    let busy = Busy::from(CREATE, &ministack);
    let person = meet(&busy);
    let Some(before) = of_aws(&ministack) else { return };
    let folder = person.home.function("kettle", "app.py", HELLO);
    let deploy = ["deploy", &folder, "--to", "emulator", "--yes"];

    let going = Started::of(&mut person.command(&deploy));
    busy.until_looked();
    going.interrupt();
    // AWS refuses to delete what it is still making; Hearth asks again until it may.
    busy.until_refused();
    busy.let_go();
    let ran = going.end();
    assert_eq!(ran.code, 1, "{ran:?}");
    for words in [
        "3/3 lambda:CreateFunction …",
        "Cancelling: no further call is made",
        "3/3 lambda:CreateFunction taken back",
        "1/3 iam:CreateRole taken back",
        "the change was cancelled: 3 of 3 calls had begun; these calls were taken back: lambda:CreateFunction, \
         iam:PutRolePolicy, iam:CreateRole",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    assert_eq!(of_aws(&ministack), Some(before), "boto3 finds nothing that was not there");

    // The same works afterwards: nothing is in the way.
    let made = person.json(&deploy);
    assert_eq!(made["changed"]["function"]["state"], "active", "{made}");
}

#[test]
fn a_second_ctrl_c_ends_at_once_and_says_what_is_left() {
    let Some(ministack) = Ministack::start() else { return };
    let busy = Busy::from(CREATE, &ministack);
    let person = meet(&busy);
    let folder = person.home.function("kettle", "app.py", HELLO);
    let going = Started::of(&mut person.command(&["--json", "deploy", &folder, "--to", "emulator", "--yes"]));
    busy.until_looked();
    going.interrupt();
    busy.until_refused();
    going.interrupt();
    let words = cancelled(&going.end());
    let left = "made and not taken back: iam:CreateRole, iam:PutRolePolicy, lambda:CreateFunction";
    assert!(words.contains(left), "{words}");
    let Some(found) = of_aws(&ministack) else { return };
    assert_eq!(found["functions"], json!(["kettle"]), "it says what is true: {found}");
}

#[test]
fn code_that_was_replaced_stays_and_is_named() {
    let Some(ministack) = Ministack::start() else { return };
    let busy = Busy::from("PUT /2015-03-31/functions/kettle/code", &ministack);
    let person = meet(&busy);
    let folder = person.home.function("kettle", "app.py", HELLO);
    let deploy = ["--json", "deploy", &folder, "--to", "emulator", "--yes"];
    person.json(&deploy[1..]);
    person.home.write("kettle/app.py", "def handler(event, context):\n    return 2\n");
    let going = Started::of(&mut person.command(&deploy));
    busy.until_looked();
    going.interrupt();
    let words = cancelled(&going.end());
    let stays = "these calls stay in force: lambda:UpdateFunctionCode (nothing takes it back)";
    assert!(words.contains(stays) && !words.contains("were taken back"), "{words}");
    busy.let_go();
    assert_eq!(person.json(&["invoke", "kettle", "--account", "emulator"])["payload"], 2, "it is true");
}

#[test]
fn a_task_whose_role_is_not_known_yet_is_cancelled_and_leaves_nothing() {
    let Some(ministack) = Ministack::start() else { return };
    let busy = Busy::from("RunTask", &ministack);
    let person = meet(&busy);
    let Some(before) = of_aws(&ministack) else { return };
    let run = ["--json", "tasks", "run", "--image", "nginx", "--subnet", "subnet-1", "--cluster", "shop"];
    let to = ["--account", "emulator", "--yes"];
    let going = Started::of(&mut person.command(&[&run[..], &to].concat()));
    busy.until_looked();
    going.interrupt();
    let words = cancelled(&going.end());
    assert!(words.contains("ecs:RegisterTaskDefinition") && words.contains("ecs:CreateCluster"), "{words}");
    assert!(!words.contains("stay in force"), "{words}");
    let Some(mut after) = of_aws(&ministack) else { return };
    // AWS keeps a cluster that was deleted for a while and lists it no more; ministack has its own word for it.
    after["clusters"] = before["clusters"].clone();
    assert_eq!(after, before, "boto3 finds nothing that was not there");
    let clusters = person.json(&["clusters", "--account", "emulator", "--region", "us-east-1"]);
    assert_eq!(clusters["clusters"], json!([]), "{clusters}");
}

#[test]
fn a_build_of_google_is_cancelled_and_its_function_deleted_as_soon_as_google_allows_it() {
    let Some(fake) = Google::start(true) else { return };
    let person = Person::new();
    person.meet_google(&fake.url());
    let folder = person.home.function("kettle", "app.py", HELLO);
    let deploy = ["--json", "deploy", &folder, "--to", "emulator", "--yes"];
    fake.control("hold", json!({ "hold": true }));
    let going = Started::of(&mut person.command(&deploy));
    let mut seen = Vec::new();
    let mut until_seen = |begin: &str, part: &str| {
        until("it is asked", || {
            seen.extend(fake.seen());
            seen.iter().any(|one: &String| one.starts_with(begin) && one.contains(part))
        });
    };
    until_seen("GET ", "/operations/");
    going.interrupt();
    until_seen("DELETE ", "/functions/kettle");
    fake.control("hold", json!({ "hold": false }));
    let words = cancelled(&going.end());
    assert!(words.contains("these calls were taken back: cloudfunctions.functions.create"), "{words}");
    let url = fake.url();
    let found = inventory("HEARTH_JUDGE_GOOGLE_PYTHON", "tests/google/inventory.py", &[&url]);
    assert_eq!(found, Some(json!({ "functions": [], "services": [] })), "Google's clients find nothing");
    person.json(&deploy[1..]);
}

#[test]
fn a_build_of_azure_is_cancelled_and_its_group_deleted_with_all_in_it() {
    let Some(fake) = Azure::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    let folder = person.home.function("kettle", "app.py", AZURE_PYTHON);
    let deploy = ["--json", "deploy", &folder, "--to", "fake", "--runtime", "python3.12", "--yes"];
    fake.ask("hold", &json!({ "hold": true }));
    let going = Started::of(&mut person.command(&deploy));
    until("the build is waited for", || fake.seen("GET /api/deployments/") > 0);
    going.interrupt();
    let words = cancelled(&going.end());
    for part in ["Microsoft.Web/sites/write", "Microsoft.Resources/subscriptions/resourceGroups/write"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(!words.contains("stay in force"), "{words}");
    let found = inventory("HEARTH_JUDGE_AZURE_PYTHON", "tests/azure/inventory.py", &[&fake.url]);
    assert_eq!(found, Some(json!({ "groups": [], "sites": [] })), "Microsoft's clients find nothing");
    person.kept_secrets();
}

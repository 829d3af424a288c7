//! Fargate through the binary, against somebody else's AWS: clusters, services and tasks live their whole life in
//! ministack. Without Docker its tasks are records that run nothing: no test here says that an image runs.

use crate::ministack::Ministack;
use crate::person::{Person, operations};
use crate::support::{judge, program, until};
use serde_json::{Value, json};
use std::process::Stdio;

const IN_SHOP: [&str; 4] = ["--cluster", "shop", "--account", "emulator"];

fn with<'a>(first: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [first, &IN_SHOP, more].concat()
}

fn cost(made: &Value) -> &str {
    made["review"]["review"]["cost"]["words"].as_str().unwrap()
}

/// What is in the cluster now.
fn shop(person: &Person) -> Value {
    person.json(&with(&["tasks"], &[]))
}

fn clusters(person: &Person) -> Value {
    person.json(&["clusters", "--account", "emulator"])["clusters"].clone()
}

/// Runs one task of an image, and answers its id.
fn run_one(person: &Person) -> String {
    let run =
        ["tasks", "run", "--image", "public.ecr.aws/docker/library/busybox:1.37", "--subnet", "subnet-1"];
    let made = person.json(&with(&run, &["--yes"]));
    let task = made["changed"]["results"][0].clone();
    assert_eq!(task[0], "task", "{made}");
    task[1].as_str().unwrap().to_owned()
}

#[test]
fn a_task_runs_from_an_image_is_priced_stopped_and_says_why() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    assert_eq!(clusters(&person), json!([]));

    // Nobody said yes: the review is shown, nothing is changed, and values are masked.
    let run = with(
        &["tasks", "run", "--image", "public.ecr.aws/docker/library/busybox:1.37", "--subnet", "subnet-1"],
        &["--command", "sleep", "--command", "60", "--env", "API_KEY=s3cret-amber"],
    );
    let refused = person.refused(&run);
    assert!(refused["message"].as_str().unwrap().contains("nobody said yes"), "{refused}");
    let shown = person.run(&[&run[..], &["--dry-run"]].concat());
    assert_eq!(shown.code, 0, "{shown:?}");
    for words in
        ["aws ecs run-task --cluster shop", "aws ecs register-task-definition --family busybox", "API_KEY"]
    {
        assert!(shown.stdout.contains(words), "{words}: {shown:?}");
    }
    assert!(!shown.stdout.contains("s3cret"), "values are masked: {shown:?}");
    assert_eq!(clusters(&person), json!([]), "nothing was made");

    let made = person.json(&[&run[..], &["--yes"]].concat());
    assert_eq!(
        operations(&made),
        [
            "ecs:CreateCluster",
            "logs:CreateLogGroup",
            "iam:CreateRole",
            "iam:PutRolePolicy",
            "ecs:RegisterTaskDefinition",
            "ecs:RunTask"
        ]
    );
    // A quarter of a processor for $0.04048 and half a GB for $0.004445 an hour.
    assert!(cost(&made).contains("$0.012342 an hour, until it ends"), "{}", cost(&made));
    assert!(!made.to_string().contains("s3cret"), "{made}");
    let id = made["changed"]["results"][0][1].as_str().unwrap();

    let running = shop(&person);
    let task = &running["tasks"][0];
    assert_eq!(
        (&task["id"], &task["state"], &task["stopped"]),
        (&json!(id), &json!("RUNNING"), &json!(false))
    );
    assert_eq!((&task["size"]["cpuUnits"], &task["size"]["memoryMb"]), (&json!(256), &json!(512)), "{task}");
    assert_eq!((&task["launch"], &task["service"]), (&json!("fargate"), &Value::Null));
    assert_eq!(task["cost"]["hourUsd"], "0.0123425");
    assert_eq!(task["cost"]["monthUsd"], "9.010025", "730 hours");
    assert_eq!(task["cost"]["hour"]["unknown"], json!(["ipv4"]), "AWS does not say it with a task: {task}");
    let minute = task["soFar"]["lines"][0]["quantity"].as_str().unwrap();
    assert!(minute.parse::<f64>().unwrap() > 0.0, "it is billed from its first second on: {task}");
    let definition = person.json(&["task-definitions", "busybox", "--account", "emulator"]);
    assert_eq!(definition["containers"][0]["environmentNames"], json!(["API_KEY"]), "{definition}");
    assert_eq!(person.json(&["task-definitions", "--account", "emulator"]), json!(["busybox:1"]));

    let stop = with(&["tasks", "stop", id, "--reason", "seen enough"], &[]);
    assert!(person.refused(&stop)["message"].as_str().unwrap().contains("nobody said yes"));
    let stopped = person.json(&[&stop[..], &["--yes"]].concat());
    assert_eq!(operations(&stopped), ["ecs:StopTask"]);
    let task = person.json(&with(&["tasks", "show", id], &[]));
    assert_eq!((&task["stopped"], &task["stop"]["code"]), (&json!(true), &json!("UserInitiated")), "{task}");
    assert_eq!(task["stop"]["words"], "Somebody stopped it: seen enough");
    assert_eq!(task["stop"]["failed"], false);
    let people = person.run(&with(&["tasks", "show", id], &[]));
    assert!(people.stdout.contains("So far: at least $"), "with its receipt: {people:?}");
    assert!(people.stdout.contains("$0.04048"), "rate times quantity: {people:?}");

    let again = person.json(&[&stop[..], &["--yes"]].concat());
    assert_eq!(operations(&again), Vec::<&str>::new(), "it has stopped already");
    let gone = person.refused(&with(&["tasks", "show", "0123456789abcdef"], &[]));
    assert_eq!(gone["code"], "not_found", "{gone}");
    person.json(&["clusters", "delete", "shop", "--account", "emulator", "--yes"]);
    assert_eq!(clusters(&person), json!([]));
}

#[test]
fn a_service_is_made_scaled_taken_back_and_deleted_with_what_was_made_for_it() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let create = ["services", "create", "web", "--image", "nginx:1.27", "--count", "2", "--port", "80"];
    let network =
        ["--subnet", "subnet-1", "--subnet", "subnet-2", "--security-group", "sg-1", "--public-ip", "--yes"];
    let made = person.json(&with(&create, &network));
    assert_eq!(operations(&made).last(), Some(&"ecs:CreateService"), "{made}");
    // Two tasks and two addresses for $0.005 each.
    assert!(cost(&made).contains("$0.034685 an hour"), "{}", cost(&made));
    let warnings = made["review"]["review"]["warnings"].to_string();
    assert!(warnings.contains("public address"), "{warnings}");

    let shown = shop(&person);
    let service = &shown["services"][0];
    assert_eq!((&service["desired"], &service["running"]), (&json!(2), &json!(2)), "{service}");
    assert_eq!(service["cost"]["hourUsd"], "0.034685");
    assert_eq!(service["network"]["subnets"], json!(["subnet-1", "subnet-2"]));
    assert_eq!(shown["hourUsd"], "0.034685", "the tasks of the service, with its addresses: {shown}");
    assert_eq!(shown["tasks"].as_array().map(Vec::len), Some(2));
    assert!(shown["tasks"].as_array().unwrap().iter().all(|task| task["service"] == "web"), "{shown}");

    // Another number, and the review's undo brings the first one back.
    let scaled = person.json(&with(&["services", "scale", "web", "3"], &["--yes"]));
    assert_eq!(operations(&scaled), ["ecs:UpdateService"]);
    assert!(cost(&scaled).contains("From $0.034685 to $0.052028 an hour"), "{}", cost(&scaled));
    assert_eq!(shop(&person)["services"][0]["running"], 3);
    let undo = scaled["review"]["review"]["undo"]["command"].as_str().unwrap().to_owned();
    let undo: Vec<&str> = undo.split(' ').skip(1).collect();
    person.json(&[&undo[..], &["--yes"]].concat());
    let back = shop(&person);
    assert_eq!((&back["services"][0]["desired"], &back["services"][0]["running"]), (&json!(2), &json!(2)));
    let stopped = back["tasks"].as_array().unwrap().iter().find(|task| task["stopped"] == true);
    assert!(stopped.is_some(), "a task that stopped is shown with the others: {back}");

    // Another service from the same definition takes the network of the first one.
    let api = person.json(&with(&["services", "create", "api", "--definition", "web"], &["--yes"]));
    assert_eq!(operations(&api), ["ecs:CreateService"], "everything else is there");
    let sent = api["review"]["review"]["calls"][0]["parameters"].to_string();
    assert!(sent.contains("subnet-2") && sent.contains("web:1"), "{sent}");
    let kept = person.json(&with(&["services", "delete", "web", "--all"], &["--dry-run"]));
    assert_eq!(operations(&kept), ["ecs:DeleteService"], "its definition is used by another service");
    assert!(kept["review"]["review"]["warnings"].to_string().contains("the service api uses it"), "{kept}");

    let deleted = person.json(&with(&["services", "delete", "api"], &["--yes"]));
    assert_eq!(operations(&deleted), ["ecs:DeleteService"]);
    let still = person.refused(&["clusters", "delete", "shop", "--account", "emulator", "--yes"]);
    assert_eq!(still["code"], "conflict", "{still}");
    let deleted = person.json(&with(&["services", "delete", "web", "--all"], &["--yes"]));
    assert_eq!(
        operations(&deleted),
        [
            "ecs:DeleteService",
            "ecs:DeregisterTaskDefinition",
            "iam:DeleteRolePolicy",
            "iam:DeleteRole",
            "logs:DeleteLogGroup"
        ]
    );
    assert!(cost(&deleted).contains("billed no longer"), "{}", cost(&deleted));
    assert_eq!(shop(&person)["services"], json!([]));
    assert_eq!(person.json(&["task-definitions", "--account", "emulator"]), json!([]));
    person.json(&["clusters", "delete", "shop", "--account", "emulator", "--yes"]);
    assert_eq!(clusters(&person), json!([]));
}

#[test]
fn containers_are_read_only_until_a_person_unlocks_the_account() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let id = run_one(&person);
    person.json(&["accounts", "lock", "emulator"]);
    for arguments in [
        with(&["tasks", "run", "--image", "nginx", "--subnet", "subnet-1"], &["--yes"]),
        with(&["tasks", "stop", &id], &["--yes"]),
        with(&["services", "create", "web", "--image", "nginx", "--subnet", "subnet-1"], &["--yes"]),
    ] {
        let error = person.refused(&arguments);
        assert_eq!(error["code"], "locked", "{arguments:?}: {error}");
        assert!(error["hint"].as_str().unwrap().contains("hearth accounts unlock"), "{error}");
    }
    // Looking is always allowed, and so is seeing what would happen.
    assert_eq!(shop(&person)["tasks"][0]["state"], "RUNNING");
    let seen = person.json(&with(&["tasks", "stop", &id], &["--dry-run"]));
    assert_eq!(seen["review"]["locked"], true, "{seen}");
}

#[test]
fn what_cannot_be_is_refused_and_what_a_failed_change_made_is_taken_back() {
    let Some(ministack) = Ministack::strict() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let run = ["tasks", "run", "--image", "nginx", "--subnet", "subnet-1"];
    for (more, words) in [
        (&["--memory", "2500", "--vcpu", "1"][..], "1 vCPU and 2500 MB"),
        (&["--count", "11"], "not 11"),
        (&["--name", "no spaces"], "`no spaces`"),
        (&["--storage", "10"], "not 10"),
    ] {
        let error = person.refused(&with(&run, more));
        assert_eq!(error["code"], "invalid_input", "{error}");
        assert!(error["message"].as_str().unwrap().contains(words), "{words}: {error}");
    }
    let alone = person.refused(&with(&["tasks", "run", "--image", "nginx"], &[]));
    assert!(alone["message"].as_str().unwrap().contains("subnet"), "{alone}");
    assert!(alone["hint"].as_str().unwrap().contains("--subnet"), "{alone}");
    let local = person.refused(&["clusters", "--account", "local"]);
    assert!(local["message"].as_str().unwrap().contains("no clusters"), "{local}");
    let missing = person.refused(&with(&["tasks"], &[]));
    assert_eq!(missing["code"], "not_found", "{missing}");

    // A role that is no role is refused after the cluster, the log group and Hearth's own role were made.
    let failed = person.refused(&with(&run, &["--task-role", "no-role", "--yes"]));
    assert!(failed["message"].as_str().unwrap().contains("were taken back"), "{failed}");
    assert_eq!(clusters(&person), json!([]), "the cluster is gone again");
    // The same works without it, so the role and the log group are gone as well: they would be in the way.
    let made = person.json(&with(&run, &["--yes"]));
    assert_eq!(operations(&made).len(), 6, "{made}");
}

#[test]
fn the_log_of_a_task_is_the_stream_that_its_definition_names() {
    let Some(ministack) = Ministack::start() else { return };
    let Some(aws) = judge("HEARTH_JUDGE_AWS", "the log of a task, written by AWS's own command line") else {
        return;
    };
    let person = Person::new();
    person.meet(&ministack);
    let id = run_one(&person);
    assert_eq!(person.json(&with(&["tasks", "logs", &id], &[])), json!([]), "it has written nothing yet");
    // Ministack runs no image, so AWS's own client writes what the container would have.
    let stream = format!("task/busybox/{id}");
    let write = |arguments: &[&str]| {
        let status = program(&aws)
            .args(["--endpoint-url", &ministack.url(), "--region", "us-east-1", "logs"])
            .args(arguments)
            .args(["--log-group-name", "/ecs/busybox", "--log-stream-name", &stream])
            .env("AWS_ACCESS_KEY_ID", "hearth")
            .env("AWS_SECRET_ACCESS_KEY", "hearth")
            .env("HOME", person.folder())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{arguments:?}");
    };
    write(&["create-log-stream"]);
    #[expect(clippy::disallowed_methods, reason = "ministack has the computer's clock")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    write(&["put-log-events", "--log-events", &format!("timestamp={now},message=kettle boils")]);
    let lines = person.json(&with(&["tasks", "logs", &id], &[]));
    assert_eq!((&lines[0]["text"], &lines[0]["stream"]), (&json!("kettle boils"), &json!(stream)), "{lines}");
}

#[test]
fn tasks_of_a_service_are_counted_from_reading_to_reading_and_stand_in_the_cost_of_their_account() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let create = ["services", "create", "web", "--image", "nginx:1.27", "--count", "2", "--port", "80"];
    person.json(&with(&create, &["--subnet", "subnet-1", "--yes"]));
    // A function of the same name is another thing.
    let folder = person.home.function("web", "app.py", "def handler(event, context):\n    return 1\n");
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);

    let read = || person.json(&["sync", "--account", "emulator"]);
    read();
    let rows = || {
        let cost = person.json(&["cost", "show", "--account", "endpoint:emulator"]);
        cost["functions"].as_array().cloned().unwrap_or_default()
    };
    // Each reading counts until it: after a second there is something to count.
    until("the service costs something", || {
        read();
        rows()
            .iter()
            .any(|row| row["name"] == "web" && row["plan"] == "AWS Fargate" && row["cost"]["listUsd"] != "0")
    });
    let meters = person.json(&["cost", "show", "--account", "endpoint:emulator"])["meters"].clone();
    let of = |meter: &str| -> f64 {
        let row = meters.as_array().unwrap().iter().find(|row| row["meter"] == meter).unwrap();
        row["quantity"].as_str().unwrap().parse().unwrap()
    };
    // Two tasks of a quarter of a processor and half a GB.
    let (vcpu_hours, gb_hours) = (of("aws/fargate/vcpu"), of("aws/fargate/memory"));
    assert!(vcpu_hours > 0.0 && (gb_hours / vcpu_hours - 2.0).abs() < 1e-6, "{meters}");

    // A service that is gone costs no more, and what it cost stays.
    person.json(&with(&["services", "delete", "web", "--all"], &["--yes"]));
    read();
    let cost = |rows: &[Value]| {
        rows.iter().find(|row| row["name"] == "web").map(|row| row["cost"]["listUsd"].clone())
    };
    let after = cost(&rows());
    assert!(after.is_some(), "{:?}", rows());
    let begun = std::time::Instant::now();
    crate::support::until("a second is over", || begun.elapsed().as_millis() > 1_100);
    read();
    assert_eq!(cost(&rows()), after);
    let listed = person.json(&["functions"]);
    assert_eq!(listed, json!([]), "a service is no function: {listed}");
}

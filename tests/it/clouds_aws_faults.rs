//! What goes wrong with AWS: refusals, waits, broken lines, answers that cannot be read, sign-ins that end while Hearth
//! reads, a wrong clock, a function that is deleted under one's feet. A server of the test's own plants it in front of
//! ministack, which answers the rest. What is said must be true and useful, and nothing is done twice that may have been
//! done.

use crate::fake_aws::{Asked, FakeAws, Says};
use crate::ministack::Ministack;
use crate::person::Person;
use crate::support::{Group, http, judge, program, until};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const HELLO: &str = "def handler(event, context):\n    return 1\n";
const LIST: &str = "GET /2015-03-31/functions";
/// Tries of AWS's SDK for a question that may pass.
const TRIES: usize = 4;

type Plant = Arc<dyn Fn() -> Says + Send + Sync>;

/// ministack with a server before it that plants faults.
struct Before {
    fake: FakeAws,
    planted: Arc<Mutex<Vec<(String, u32, Plant)>>>,
    ministack: Ministack,
}

impl Before {
    /// With a person who has it as an account that may be changed.
    fn start() -> Option<(Self, Person)> {
        let ministack = Ministack::start()?;
        let port = ministack.port();
        let planted: Arc<Mutex<Vec<(String, u32, Plant)>>> = Arc::default();
        let plan = Arc::clone(&planted);
        let fake = FakeAws::start(move |asked| {
            for (line, left, says) in plan.lock().unwrap().iter_mut() {
                if *left > 0 && asked.is(line) {
                    *left -= 1;
                    return says();
                }
            }
            Says::HandOn(port)
        });
        let person = Person::new();
        person.add("emulator", &fake.url(), &[]);
        Some((Self { fake, planted, ministack }, person))
    }

    /// The next requests that begin with `line` are answered so.
    fn plant(&self, line: &str, times: u32, says: impl Fn() -> Says + Send + Sync + 'static) {
        self.fake.seen();
        *self.planted.lock().unwrap() = vec![(line.to_owned(), times, Arc::new(says))];
    }

    /// How often that was asked since the last plant.
    fn count(&self, line: &str) -> usize {
        self.fake.seen().iter().filter(|asked| asked.is(line)).count()
    }
}

fn throttled() -> Says {
    Says::error(429, "TooManyRequestsException", "Rate Exceeded.")
}

#[test]
fn what_aws_refuses_is_said_in_words_and_asked_again_only_when_that_may_help() {
    let Some((before, person)) = Before::start() else { return };
    let skewed = "Signature expired: 20261129T000000Z is now earlier than 20261129T010000Z (20261129T010500Z - 5 min.)";
    type Row = (&'static str, Box<dyn Fn() -> Says + Send + Sync>, &'static str, &'static str, usize);
    let rows: Vec<Row> = vec![
        ("429", Box::new(throttled), "network", "too many requests", TRIES),
        ("500", Box::new(|| Says::error(500, "ServiceException", "oops")), "network", "broke off", TRIES),
        ("503", Box::new(|| Says::error(503, "ServiceUnavailable", "later")), "network", "broke off", TRIES),
        ("cut", Box::new(|| Says::Cut), "network", "broke off", TRIES),
        ("truncated", Box::new(|| Says::Truncated), "network", "broke off", TRIES),
        (
            "malformed",
            Box::new(|| Says::Answer {
                status: 200,
                headers: Vec::new(),
                body: b"<html>tea</html>".to_vec(),
            }),
            "network",
            "cannot be read",
            1,
        ),
        (
            "expired",
            Box::new(|| {
                Says::error(
                    403,
                    "ExpiredTokenException",
                    "The security token included in the request is expired",
                )
            }),
            "sign_in",
            "has ended",
            1,
        ),
        (
            "unknown keys",
            Box::new(|| {
                Says::error(
                    403,
                    "UnrecognizedClientException",
                    "The security token included in the request is invalid.",
                )
            }),
            "sign_in",
            "nobody is signed in",
            1,
        ),
        (
            "not allowed",
            Box::new(|| {
                Says::error(
                    403,
                    "AccessDeniedException",
                    "User: arn:aws:iam::1:user/tea is not authorized to perform: lambda:ListFunctions on resource: *",
                )
            }),
            "not_allowed",
            "lacks the permission lambda:ListFunctions",
            1,
        ),
        (
            "clock",
            Box::new(move || Says::error(403, "InvalidSignatureException", skewed)),
            "network",
            "set the clock of this computer",
            1,
        ),
    ];
    for (what, says, code, words, tries) in rows {
        before.plant(LIST, 100, says);
        let error = person.refused(&["functions", "--account", "emulator"]);
        assert_eq!(error["code"], code, "{what}: {error}");
        assert!(error["message"].as_str().unwrap().contains(words), "{what}: {error}");
        assert_eq!(before.count(LIST), tries, "{what}: {error}");
    }
}

#[test]
fn what_passes_is_asked_again_after_pauses_and_as_long_as_aws_says() {
    let Some((before, person)) = Before::start() else { return };
    let list = || {
        let begun = Instant::now();
        assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));
        begun.elapsed()
    };
    type Passing = (&'static str, fn() -> Says);
    let passing: [Passing; 4] = [
        ("429", throttled),
        ("503", || Says::error(503, "ServiceUnavailable", "later")),
        ("cut", || Says::Cut),
        ("truncated", || Says::Truncated),
    ];
    for (what, says) in passing {
        before.plant(LIST, 2, says);
        list();
        assert_eq!(before.count(LIST), 3, "{what}: two refusals and an answer");
    }
    before.plant(LIST, 1, || throttled().with("Retry-After", "2"));
    assert!(list() >= Duration::from_secs(2), "it waits as long as the server says");
    // Longer than a person waits: the usual pauses.
    before.plant(LIST, 1, || throttled().with("Retry-After", "600"));
    assert!(list() < Duration::from_secs(20), "nobody waits ten minutes");
}

#[test]
fn services_around_a_function_are_waited_for_as_long_as_they_say() {
    let Some(ministack) = Ministack::start() else { return };
    let port = ministack.port();
    let events = |asked: &Asked| asked.header("x-amz-target").starts_with("AWSEvents.");
    let topics = |asked: &Asked| String::from_utf8_lossy(&asked.body).contains("Action=ListSubscriptions");
    let json = br#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#.to_vec();
    let xml =
        b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code></Error></ErrorResponse>".to_vec();
    type Row = (&'static str, fn(&Asked) -> bool, Vec<u8>, &'static [&'static str]);
    const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:tea";
    let rows: [Row; 2] = [
        ("EventBridge", events, json, &["triggers", "kettle", "--account", "emulator"]),
        // A topic is asked for only when the function knows it.
        (
            "SNS",
            topics,
            xml,
            &["triggers", "add", "kettle", "--account", "emulator", "--topic", TOPIC, "--dry-run"],
        ),
    ];
    for (service, is_of_it, body, command) in rows {
        let left = AtomicBool::new(true);
        let fake = FakeAws::start(move |asked| {
            if is_of_it(asked) && left.swap(false, Ordering::Relaxed) {
                Says::Answer {
                    status: 400,
                    headers: vec![("Retry-After", "2".to_owned())],
                    body: body.clone(),
                }
            } else {
                Says::HandOn(port)
            }
        });
        let person = Person::new();
        person.add("emulator", &fake.url(), &[]);
        let folder = person.home.function("kettle", "app.py", HELLO);
        person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
        let begun = Instant::now();
        person.json(command);
        assert!(begun.elapsed() >= Duration::from_secs(2), "{service} said 2 s: {:?}", begun.elapsed());
    }
}

#[test]
fn a_server_that_drips_is_left_and_asked_again() {
    let Some((before, person)) = Before::start() else { return };
    before.plant(LIST, 1, || Says::Pieces {
        kind: "application/json",
        pieces: "{\"Functions\":[]}".bytes().map(|byte| vec![byte]).collect(),
        pause: Duration::from_secs(8),
    });
    let begun = Instant::now();
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));
    assert!(begun.elapsed() < Duration::from_secs(50), "it was left: {:?}", begun.elapsed());
    assert_eq!(before.count(LIST), 2);
}

#[test]
fn a_sign_in_that_ends_while_hearth_reads_keeps_what_was_read() {
    let Some((before, person)) = Before::start() else { return };
    let folder = person.home.function("kettle", "app.py", HELLO);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let first = person.run(&["--json", "sync", "--account", "emulator"]);
    assert_eq!(first.code, 0, "{first:?}");
    before.plant(LIST, 100, || {
        Says::error(403, "ExpiredTokenException", "The security token included in the request is expired")
    });
    let ran = person.run(&["--json", "sync", "--account", "emulator"]);
    assert_ne!(ran.code, 0, "a region that could not be read is told: {ran:?}");
    assert!(ran.stdout.contains("expired"), "{ran:?}");
    assert_eq!(before.count(LIST), 1, "an ended sign-in is not tried again");
    let kept = person.json(&["functions", "--cached"]);
    assert_eq!(kept["functions"][0]["function"]["name"], "kettle", "what was read stays: {kept}");
    assert!(kept["ages"][0]["fault"].to_string().contains("expired"), "with its age and why: {kept}");
}

#[test]
fn nothing_that_may_have_been_done_is_done_twice() {
    let Some((before, person)) = Before::start() else { return };
    let folder = person.home.function("kettle", "app.py", HELLO);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let call = "POST /2015-03-31/functions/kettle/invocations";
    type Broken = (&'static str, fn() -> Says);
    let broken: [Broken; 3] =
        [("cut", || Says::Cut), ("500", || Says::error(500, "ServiceException", "oops")), ("429", throttled)];
    for (what, says) in broken {
        before.plant(call, 100, says);
        let error = person.refused(&["invoke", "kettle", "--account", "emulator"]);
        assert_eq!(error["code"], "network", "{what}: {error}");
        assert_eq!(before.count(call), 1, "{what}: a call is made once");
    }
}

#[test]
fn a_function_that_is_deleted_under_ones_feet_is_told() {
    let Some((before, person)) = Before::start() else { return };
    let folder = person.home.function("kettle", "app.py", HELLO);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    std::fs::write(
        std::path::Path::new(&folder).join("app.py"),
        "def handler(event, context):\n    return 2\n",
    )
    .unwrap();
    // Somebody else deletes it after the review, at the moment when its code is replaced.
    let port = before.ministack.port();
    let update = "PUT /2015-03-31/functions/kettle/code";
    before.plant(update, 1, move || {
        let gone = http(port, "DELETE /2015-03-31/functions/kettle", &[], b"");
        assert_eq!(gone.status, 204, "{gone:?}");
        Says::HandOn(port)
    });
    let error = person.refused(&["deploy", &folder, "--to", "emulator", "--yes"]);
    assert_eq!(error["code"], "not_found", "{error}");
    assert!(error["message"].as_str().unwrap().contains("kettle"), "{error}");
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));
    for command in [
        &["invoke", "kettle", "--account", "emulator"][..],
        &["configure", "kettle", "--account", "emulator", "--memory", "256", "--yes"],
        &["limit", "kettle", "2", "--account", "emulator", "--yes"],
        &["show", "kettle", "--account", "emulator"],
    ] {
        let error = person.refused(command);
        assert_eq!(error["code"], "not_found", "{command:?}: {error}");
    }
    // The role that was made for it alone is left: deleting takes that, and then there is nothing any more.
    let delete = ["delete", "kettle", "--account", "emulator", "--yes"];
    let title = "Delete what is left of kettle in emulator, us-east-1";
    assert_eq!(person.json(&delete)["review"]["review"]["title"], title);
    assert_eq!(person.refused(&delete)["code"], "not_found");
}

/// moto, somebody else's AWS that looks at roles and names.
pub(crate) struct Moto {
    _group: Group,
    pub(crate) port: u16,
}

impl Moto {
    pub(crate) fn start() -> Option<Self> {
        let server = judge("HEARTH_JUDGE_MOTO", "what AWS refuses and lists, beside moto")?;
        let port = crate::ports::free();
        let mut group = Group::start(program(server).args(["-H", "127.0.0.1", "-p", &port.to_string()]));
        until("moto answers", || {
            assert!(group.is_running(), "moto ended by itself");
            crate::ports::listens(port)
        });
        let plain = http(port, "POST /moto-api/config", &[], b"{\"lambda\":{\"use_docker\":false}}");
        assert!(plain.status < 300, "{plain:?}");
        Some(Self { _group: group, port })
    }
}

#[test]
fn moto_refuses_what_is_wrong_and_hearth_says_what_to_do() {
    let Some(moto) = Moto::start() else { return };
    let person = Person::new();
    person.add("moto", &format!("http://127.0.0.1:{}", moto.port), &[]);
    let folder = person.home.function("kettle", "app.py", HELLO);
    let deploy = ["deploy", &folder, "--to", "moto", "--yes"];

    let role = "arn:aws:iam::123456789012:role/nobody";
    let begun = Instant::now();
    let error = person.refused(&[&deploy[..], &["--role", role]].concat());
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(role) && message.contains("Leave --role out"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(30), "no waiting helps: {:?}", begun.elapsed());

    for command in [
        &["configure", "kettle", "--account", "moto", "--memory", "256", "--yes"][..],
        &["publish", "kettle", "--account", "moto", "--yes"],
        &["limit", "kettle", "2", "--account", "moto", "--yes"],
        &["delete", "kettle", "--account", "moto", "--yes"],
        &["show", "kettle", "--account", "moto"],
        &["logs", "kettle", "--account", "moto", "--live", "--yes"],
    ] {
        let error = person.refused(command);
        assert_eq!(error["code"], "not_found", "{command:?}: {error}");
        assert!(error["message"].as_str().unwrap().contains("kettle"), "{command:?} names it: {error}");
    }

    let made = person.json(&deploy);
    assert_eq!(made["changed"]["function"]["name"], "kettle", "{made}");
    let alias = ["alias", "kettle", "live", "99", "--account", "moto", "--yes"];
    let error = person.refused(&alias);
    assert!(error["message"].as_str().unwrap().contains("99"), "a version that is not there: {error}");
    person.json(&["delete", "kettle", "--account", "moto", "--yes"]);
    assert_eq!(person.json(&["functions", "--account", "moto"])["functions"], json!([]));
}

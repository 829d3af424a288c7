//! Reading an account of AWS that goes wrong in its middle: a sign-in that ends between two pages, a region that is
//! broken or never answers, a Hearth that is killed or cancelled while it reads. ministack with many functions answers,
//! and a server of the test's own before it plants the faults. What readings said is looked at here for all vendors.

use crate::fake_aws::{Asked, FakeAws, Says};
use crate::person::Person;
use crate::ports;
use crate::support::{Group, Started, http, judge, program, root, until};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const LIST: &str = "GET /2015-03-31/functions";
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-south-1"];
const BROKEN: &str = "eu-west-1";
/// More than one page of AWS's, which has 50.
const EACH: usize = 60;

/// What a reading says, whether or not all of it could be read.
pub(crate) fn sync(person: &Person, account: &str, more: &[&str]) -> Value {
    let ran = person.run(&[&["--json", "sync", "--account", account], more].concat());
    let status = ran.document();
    let is_broken = status["parts"].as_array().unwrap().iter().any(|part| !part["fault"].is_null());
    assert_eq!(ran.code != 0, is_broken, "what could not be read is told by the exit code: {ran:?}");
    status
}

/// What a reading says of one region.
pub(crate) fn part<'a>(status: &'a Value, location: &str) -> &'a Value {
    let mut parts = status["parts"].as_array().unwrap().iter();
    parts.find(|part| part["location"] == location).unwrap_or_else(|| panic!("no {location} in {status}"))
}

/// What is kept of an account, asking nobody.
pub(crate) fn kept(person: &Person) -> Value {
    person.json(&["functions", "--cached"])
}

/// How many functions of a region are kept.
pub(crate) fn count(kept: &Value, location: &str) -> usize {
    let all = kept["functions"].as_array().unwrap().iter();
    all.filter(|one| one["function"]["location"] == location).count()
}

/// How old what is kept of a region is, and why it could not be read since.
pub(crate) fn age<'a>(kept: &'a Value, location: &str) -> &'a Value {
    let mut ages = kept["ages"].as_array().unwrap().iter();
    ages.find(|age| age["location"] == location).unwrap_or_else(|| panic!("no {location} in {kept}"))
}

/// When that was read, if it ever was.
pub(crate) fn read_us(kept: &Value, location: &str) -> Option<i64> {
    kept["ages"].as_array()?.iter().find(|age| age["location"] == location)?["readUs"].as_i64()
}

type Plan = Box<dyn Fn(&Asked) -> Option<Says> + Send>;

/// ministack with many functions, and a server before it that plants faults.
struct Before {
    fake: FakeAws,
    plan: Arc<Mutex<Option<Plan>>>,
    /// Ended before its folder goes.
    _group: Group,
    _folder: tempfile::TempDir,
}

impl Before {
    /// With a person who looks into all of its regions.
    fn start() -> Option<(Self, Person)> {
        let ministack = judge("HEARTH_JUDGE_MINISTACK", "readings of AWS that break off")?;
        let folder = tempfile::tempdir().unwrap();
        let port = ports::free();
        let mut command = program(ministack.with_file_name("python"));
        command
            .arg(root().join("tests/aws/many.py"))
            .args([REGIONS.join(","), EACH.to_string()])
            .current_dir(folder.path())
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("LAMBDA_EXECUTOR", "local");
        for name in ["AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            command.env_remove(name);
        }
        let mut group = Group::start(&mut command);
        until("ministack answers", || {
            assert!(group.is_running(), "ministack ended by itself");
            ports::listens(port) && http(port, "GET /_ministack/health", &[], b"").status == 200
        });
        let plan: Arc<Mutex<Option<Plan>>> = Arc::default();
        let planned = Arc::clone(&plan);
        let fake = FakeAws::start(move |asked| {
            let planned = planned.lock().unwrap();
            planned.as_ref().and_then(|plan| plan(asked)).unwrap_or(Says::HandOn(port))
        });
        let person = Person::new();
        person.add("many", &fake.url(), &[]);
        person.json(&["accounts", "choose", "many", "--region", &REGIONS.join(",")]);
        Some((Self { fake, plan, _group: group, _folder: folder }, person))
    }

    /// From now on these requests are answered so, and counting begins anew.
    fn plant(&self, plan: impl Fn(&Asked) -> Option<Says> + Send + 'static) {
        *self.plan.lock().unwrap() = Some(Box::new(plan));
        self.fake.seen();
    }

    fn well(&self) {
        self.plant(|_| None);
    }

    /// The regions whose lists were asked for since the last plant, once for each page.
    fn lists(&self) -> Vec<String> {
        let seen = self.fake.seen();
        let mut regions: Vec<String> =
            seen.iter().filter(|asked| asked.is(LIST)).map(|asked| region(asked).to_owned()).collect();
        regions.sort();
        regions
    }
}

/// The region that a request is signed for.
fn region(asked: &Asked) -> &str {
    asked.header("authorization").split('/').nth(2).unwrap_or_default()
}

fn is_list_of(asked: &Asked, location: &str) -> bool {
    asked.is(LIST) && region(asked) == location
}

#[test]
fn a_sign_in_that_ends_between_two_pages_keeps_what_was_read_and_goes_on_afterwards() {
    let Some((before, person)) = Before::start() else { return };
    sync(&person, "many", &[]);
    let first = kept(&person);
    before.plant(|asked| {
        let is_second = is_list_of(asked, BROKEN) && asked.line.contains("Marker=");
        let words = "The security token included in the request is expired";
        is_second.then(|| Says::error(403, "ExpiredTokenException", words))
    });
    let status = sync(&person, "many", &[]);
    let broken = part(&status, BROKEN);
    assert_eq!(
        (&broken["state"], &broken["fault"]["kind"]),
        (&json!("failed"), &json!("expired")),
        "{status}"
    );
    let asked = before.lists().iter().filter(|one| *one == BROKEN).count();
    assert_eq!(asked, 2, "one page, and the one that was refused: an ended sign-in is not tried again");
    let second = kept(&person);
    for location in REGIONS {
        assert_eq!(count(&second, location), EACH, "{location}");
        let is_older = read_us(&second, location) == read_us(&first, location);
        assert_eq!(is_older, location == BROKEN, "what could not be read has its old age: {location}");
        let fault = &age(&second, location)["fault"];
        assert_eq!(fault["kind"] == "expired", location == BROKEN, "{location}: {fault}");
    }
    // Whoever asks for it is told, with the way out.
    let error = person.refused(&["functions", "--account", "many", "--region", BROKEN]);
    assert_eq!(error["code"], "sign_in", "{error}");
    assert!(error["hint"].as_str().unwrap().contains("Renew the keys"), "{error}");

    before.well();
    sync(&person, "many", &[]);
    let third = kept(&person);
    assert_eq!((count(&third, BROKEN), &age(&third, BROKEN)["fault"]), (EACH, &Value::Null));
    assert!(read_us(&third, BROKEN) > read_us(&second, BROKEN), "it is read anew");
}

#[test]
fn a_region_that_is_broken_holds_no_other_up() {
    let Some((before, person)) = Before::start() else { return };
    type Row = (&'static str, fn() -> Says, &'static str);
    let rows: [Row; 3] = [
        ("cut", || Says::Cut, "broken_off"),
        ("unreadable", || Says::json(200, &json!([1])), "other"),
        (
            "not allowed",
            || {
                let words = "User: arn:aws:iam::1:user/tea is not authorized to perform: lambda:ListFunctions on resource: *";
                Says::error(403, "AccessDeniedException", words)
            },
            "not_allowed",
        ),
    ];
    for (what, says, kind) in rows {
        before.plant(move |asked| is_list_of(asked, BROKEN).then(says));
        let status = sync(&person, "many", &[]);
        let kept = kept(&person);
        for location in REGIONS {
            let is_broken = location == BROKEN;
            let shown = part(&status, location);
            assert_eq!(shown["state"] == "failed", is_broken, "{what}: {status}");
            assert_eq!(count(&kept, location), if is_broken { 0 } else { EACH }, "{what}: {location}");
        }
        assert_eq!(part(&status, BROKEN)["fault"]["kind"], kind, "{what}: {status}");
        assert_eq!(read_us(&kept, BROKEN), None, "{what}: it was never read");
    }
}

/// A reading of which one region never answers, once the others are read.
fn stuck(before: &Before, person: &Person) -> Started {
    let first = kept(person);
    let taken = Arc::<AtomicBool>::default();
    let held = Arc::clone(&taken);
    before.plant(move |asked| {
        is_list_of(asked, BROKEN).then(|| Says::Hold { port: None, taken: Arc::clone(&held) })
    });
    let going = Started::of(&mut person.command(&["--json", "sync", "--account", "many"]));
    // Looking before would be a start of Hearth of its own each time, for whose end the reading would wait.
    until("one region never answers", || taken.load(Ordering::SeqCst));
    let begun = Instant::now();
    until("the other regions are read", || {
        let now = kept(person);
        let mut others = REGIONS.iter().filter(|location| **location != BROKEN);
        others.all(|location| read_us(&now, location) > read_us(&first, location))
    });
    assert!(begun.elapsed() < Duration::from_secs(15), "they wait for nobody: {:?}", begun.elapsed());
    assert_eq!(read_us(&kept(person), BROKEN), read_us(&first, BROKEN), "it is still being read");
    going
}

#[test]
fn a_reading_that_was_killed_goes_on_where_it_was() {
    let Some((before, person)) = Before::start() else { return };
    stuck(&before, &person).kill();
    let left = kept(&person);
    assert_eq!(REGIONS.map(|location| count(&left, location)), [EACH, 0, EACH], "what was read stays");
    before.well();
    let status = sync(&person, "many", &["--fresh", "600"]);
    let states = REGIONS.map(|location| part(&status, location)["state"].as_str().unwrap().to_owned());
    assert_eq!(states, ["fresh", "done", "fresh"], "{status}");
    assert_eq!(before.lists(), [BROKEN; 2], "only what was missing is asked for, a page at a time");
    assert_eq!(REGIONS.map(|location| count(&kept(&person), location)), [EACH; 3]);
}

#[test]
fn a_reading_that_is_cancelled_leaves_what_was_there_and_the_next_one_completes() {
    let Some((before, person)) = Before::start() else { return };
    sync(&person, "many", &[]);
    let going = stuck(&before, &person);
    going.interrupt();
    let ended = Instant::now();
    let ran = going.end();
    assert!(ended.elapsed() < Duration::from_secs(10), "nobody waits for what never answers: {ran:?}");
    let left = kept(&person);
    assert_eq!(REGIONS.map(|location| count(&left, location)), [EACH; 3], "what was read earlier stays");
    assert_eq!(age(&left, BROKEN)["fault"], Value::Null, "to be cancelled is no fault of the region: {left}");
    before.well();
    sync(&person, "many", &[]);
    let whole = kept(&person);
    assert!(read_us(&whole, BROKEN) > read_us(&left, BROKEN), "the next reading completes");
    assert_eq!(before.lists().len(), 2 * REGIONS.len(), "with no more lists than pages");
}

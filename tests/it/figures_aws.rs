//! What ministack, somebody else's AWS, measures and refuses by itself: figures that Hearth reads into the ledger are those
//! that boto3 reads, and a function that may not run at all says that it was refused.

use crate::ministack::{Boto, Ministack};
use crate::person::Person;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const OF: [&str; 2] = ["--account", "emulator"];
const CODE: &str = "def handler(event, context):\n    if event.get('fail'):\n        raise ValueError('no water')\n    \
    return event.get('cups')\n";

struct Scene {
    _ministack: Ministack,
    boto: Boto,
    person: Person,
}

impl Scene {
    /// An account with these functions.
    fn with(functions: &[&str]) -> Option<Self> {
        let ministack = Ministack::start()?;
        let boto = Boto::beside(&ministack)?;
        let person = Person::new();
        person.meet(&ministack);
        for name in functions {
            let folder = person.home.function(name, "app.py", CODE);
            person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
        }
        Some(Self { _ministack: ministack, boto, person })
    }

    /// Calls a function so many times, of which so many fail.
    fn call(&self, name: &str, calls: u32, failing: u32) {
        for number in 0..calls {
            let (event, code) = if number < failing { ("{\"fail\":true}", 4) } else { ("{\"cups\":2}", 0) };
            let ran = self.person.run(&[&["invoke", name, "--event", event], &OF[..]].concat());
            assert_eq!(ran.code, code, "{ran:?}");
        }
    }

    /// What boto3 reads of a function for the last day, by the names of Hearth.
    fn theirs(&self, name: &str) -> BTreeMap<String, f64> {
        let named = [
            ("Invocations", "invocations"),
            ("Errors", "errors"),
            ("Throttles", "throttles"),
            ("Duration", "duration_ms"),
        ];
        let queries = named.map(|(theirs, ours)| {
            json!({ "Id": ours, "MetricStat": { "Period": 3600, "Stat": "Sum", "Metric": { "Namespace": "AWS/Lambda",
                "MetricName": theirs, "Dimensions": [{ "Name": "FunctionName", "Value": name }] } } })
        });
        let queries = Value::from(queries.to_vec());
        let sums = self.boto.says(&format!(
            "{{one['Id']: sum(one['Values']) for one in of('cloudwatch').get_metric_data(MetricDataQueries={queries}, \
             StartTime=datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1), \
             EndTime=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5))['MetricDataResults']}}"
        ));
        serde_json::from_value(sums).unwrap()
    }

    /// What Hearth keeps of a function after it read, in its list and in the ledger itself.
    fn ours(&self, name: &str) -> BTreeMap<String, f64> {
        let cached = self.person.json(&["functions", "--cached"]);
        let all = cached["functions"].as_array().unwrap();
        let function = all.iter().find(|one| one["function"]["name"] == name).unwrap();
        let measured = function["measured"].as_array().unwrap().iter();
        let listed: BTreeMap<String, f64> = measured
            .map(|one| (one["metric"].as_str().unwrap().to_owned(), one["value"].as_f64().unwrap()))
            .collect();
        for (part, whole) in [("calls24h", "invocations"), ("errors24h", "errors")] {
            assert_eq!(function[part].as_f64(), listed.get(whole).copied(), "{function}");
        }
        let sum =
            format!("SELECT metric, sum(value) FROM cloud_metrics WHERE name = '{name}' GROUP BY metric");
        let asked = self.person.json(&["db", "query", &sum]);
        let rows = asked["rows"].as_array().unwrap().iter();
        let kept: BTreeMap<String, f64> =
            rows.map(|row| (row[0].as_str().unwrap().to_owned(), row[1].as_f64().unwrap())).collect();
        assert_eq!(kept, listed, "the list is what the ledger holds");
        listed
    }

    fn sync(&self) {
        let read = self.person.json(&["sync", "--account", "emulator", "--metrics"]);
        assert_eq!(read["parts"][0]["state"], "done", "{read}");
    }
}

#[test]
fn figures_of_an_account_are_those_that_aws_measured() {
    let Some(scene) = Scene::with(&["kettle", "cup", "idle"]) else { return };
    scene.call("kettle", 5, 2);
    scene.call("cup", 3, 0);
    // Figures are billed, so that they are read only when a person says so.
    scene.person.json(&["sync", "--account", "emulator"]);
    assert_eq!(scene.ours("kettle"), BTreeMap::new());

    scene.sync();
    for (name, calls, errors) in [("kettle", 5.0, 2.0), ("cup", 3.0, 0.0)] {
        let (ours, theirs) = (scene.ours(name), scene.theirs(name));
        assert_eq!((ours["invocations"], ours["errors"], ours["throttles"]), (calls, errors, 0.0), "{name}");
        assert_eq!(ours, theirs, "{name}");
        assert!(ours["duration_ms"] > 0.0, "{name}: {ours:?}");
    }
    assert!(scene.ours("idle").values().all(|value| *value == 0.0), "nobody called it");

    // What came since is added, and what was read is not counted twice.
    scene.call("kettle", 2, 1);
    for _ in 0..2 {
        scene.sync();
        let ours = scene.ours("kettle");
        assert_eq!((ours["invocations"], ours["errors"]), (7.0, 3.0));
        assert_eq!(ours, scene.theirs("kettle"));
    }
    let shown = scene.person.run(&[&["show", "kettle"], &OF[..]].concat());
    assert!(shown.stdout.contains("7 calls, 3 failed, 0 refused"), "{shown:?}");
}

#[test]
fn a_function_that_may_not_run_is_refused_by_aws_and_runs_again_when_it_may() {
    let Some(scene) = Scene::with(&["kettle", "cup"]) else { return };
    let change = |arguments: &[&str]| scene.person.json(&[arguments, &OF, &["--yes"]].concat());
    let call = ["invoke", "kettle", "--event", "{\"cups\":2}"];
    let call = [&call[..], &OF].concat();
    assert_eq!(scene.person.json(&call)["payload"], 2);

    change(&["limit", "kettle", "0"]);
    let theirs = scene.boto.says("refused(lambda: of('lambda').invoke(FunctionName='kettle'))");
    assert_eq!(theirs, "TooManyRequestsException", "boto3 is refused as well");
    for more in [&[][..], &["--stream"]] {
        let refused = scene.person.refused(&[&call[..], more].concat());
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains("was refused: too many requests at once"), "{more:?}: {refused}");
        assert!(message.contains("the limit of this function is reached, and 0 stops it"), "{refused}");
        assert!(message.contains("AWS says: Rate Exceeded"), "{refused}");
    }
    // Beside one that may run it is the only one that does not answer.
    let on =
        ["--json", "invoke", "kettle", "--event", "{\"cups\":2}", "--on", "emulator", "--on", "emulator/cup"];
    let ran = scene.person.run(&on);
    let sides = ran.document();
    assert_eq!((ran.code, &sides[1]["answer"]["payload"]), (1, &json!(2)), "{sides}");
    assert!(sides[0]["error"]["message"].as_str().unwrap().contains("too many requests at once"), "{sides}");

    // It is told apart from calls that failed, by AWS's own count as by Hearth's.
    scene.sync();
    let (ours, theirs) = (scene.ours("kettle"), scene.theirs("kettle"));
    assert_eq!(ours, theirs);
    assert!(ours["throttles"] >= 3.0, "{ours:?}");
    assert!(scene.ours("cup")["throttles"].abs() < f64::EPSILON);

    change(&["limit", "kettle", "none"]);
    assert_eq!(scene.person.json(&call)["payload"], 2, "it runs again");
}

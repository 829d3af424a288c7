//! One folder, written for Lambda, on all four targets: this computer, AWS (somebody else's: ministack), Azure and Google
//! (our fakes, which run code on Microsoft's and Google's own libraries). The same event has the same answer everywhere,
//! and where one target fails the others answer all the same.

use crate::azure::Fake as Azure;
use crate::google::Fake as Google;
use crate::ministack::Ministack;
use crate::person::Person;
use crate::support::{has_engine, judge, program, skip};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where the folder goes.
const TARGETS: [&str; 4] = ["local", "on-aws", "on-azure", "on-google"];
const PYTHON: &str = "import os\n\ndef handler(event, context):\n    if event.get('fail'):\n        \
    raise ValueError('no water')\n    return {'order': event, 'cups': event['cups'] * 2, 'colour': os.environ['COLOUR'], \
    'has_time': context.get_remaining_time_in_millis() > 0}\n";
const NODE: &str = "export const handler = async (event, context) => {\n  if (event.fail) throw new TypeError('no water');\n  \
    return { order: event, cups: event.cups * 2, colour: process.env.COLOUR,\n    \
    has_time: context.getRemainingTimeInMillis() > 0 };\n};\n";

/// A language with its folder.
struct Language {
    name: &'static str,
    engine: &'static str,
    file: &'static str,
    code: &'static str,
    /// One that all four know.
    runtime: &'static str,
    handler: &'static str,
    /// What Azure and Google need added.
    adapters: [(&'static str, &'static str); 2],
}

const LANGUAGES: [Language; 2] = [
    Language {
        name: "kettle",
        engine: "python",
        file: "app.py",
        code: PYTHON,
        runtime: "python3.11",
        handler: "app.handler",
        adapters: [("on-azure", "function_app.py"), ("on-google", "hearth_google.py")],
    },
    Language {
        name: "cup",
        engine: "node",
        file: "index.mjs",
        code: NODE,
        runtime: "nodejs22.x",
        handler: "index.handler",
        adapters: [("on-azure", "hearth-azure.cjs"), ("on-google", "hearth_google.mjs")],
    },
];

/// All four, as one person has them.
struct Four {
    /// Until it goes away.
    ministack: Option<Ministack>,
    _azure: Azure,
    _google: Google,
    person: Person,
}

impl Four {
    fn start() -> Option<Self> {
        let (ministack, azure, google) = (Ministack::start()?, Azure::start()?, Google::start(true)?);
        let person = Person::new();
        person.add("on-aws", &ministack.url(), &[]);
        person.add("on-azure", &azure.url, &["--provider", "azure", "--region", "westeurope"]);
        person.add("on-google", &google.url(), &["--provider", "google", "--project", "tea-dev"]);
        Some(Self { ministack: Some(ministack), _azure: azure, _google: google, person })
    }

    /// Whether everything is here that runs this language on all four.
    fn runs(&self, language: &Language) -> bool {
        if language.engine == "node" {
            if program("node").arg("--version").output().is_err() {
                skip("one Node folder on four targets: no node on this computer");
                return false;
            }
            for variable in ["HEARTH_JUDGE_AZURE_NODE", "HEARTH_JUDGE_GOOGLE_NODE"] {
                if judge(variable, "one Node folder on four targets").is_none() {
                    return false;
                }
            }
        }
        has_engine(&self.person.home, language.engine)
    }

    /// Brings the folder to all four with the same words, but for where it goes.
    fn deploy(&self, language: &Language) {
        let folder = self.person.home.function(language.name, language.file, language.code);
        for target in TARGETS {
            let words = ["deploy", &folder, "--to", target, "--runtime", language.runtime];
            let more = ["--handler", language.handler, "--env", "COLOUR=amber"];
            let seen = self.person.json(&[&words[..], &more, &["--dry-run"]].concat());
            let added = added(&seen);
            let expected = language.adapters.iter().find(|(of, _)| *of == target).map(|(_, file)| *file);
            assert!(
                expected.map_or_else(|| added.is_empty(), |file| added.contains(file)),
                "{target} needs {expected:?}, and the review shows {added:?}"
            );
            let made = self.person.json(&[&words[..], &more, &["--yes"]].concat());
            assert_eq!(made["changed"]["function"]["name"], language.name, "{target}: {made}");
        }
        let left: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(left, [language.file], "the folder itself stays as it is");
    }

    fn invoke(&self, name: &str, target: &str, event: &Value) -> (i32, Value) {
        let event = event.to_string();
        let ran = self.person.run(&["--json", "invoke", name, "--account", target, "--event", &event]);
        (ran.code, ran.document())
    }

    /// A saved event on all four at once.
    fn everywhere(&self, name: &str, file: &str) -> (i32, Vec<Value>) {
        let ran = self.person.run(&[&["--json"], &everywhere(name, file)[..]].concat());
        (ran.code, ran.document().as_array().unwrap().clone())
    }
}

fn everywhere<'a>(name: &'a str, file: &'a str) -> Vec<&'a str> {
    let on = TARGETS.iter().flat_map(|target| ["--on", target]);
    ["invoke", name, "--saved", file].into_iter().chain(on).collect()
}

/// Files of code that a review shows as added to a package.
fn added(seen: &Value) -> BTreeSet<String> {
    let documents = seen["review"]["review"]["documents"].as_array().unwrap().iter();
    documents
        .map(|document| (document[0].as_str().unwrap(), document[1].as_str().unwrap()))
        .filter(|(name, _)| [".py", ".mjs", ".cjs"].iter().any(|end| name.ends_with(end)))
        .map(|(name, text)| {
            assert!(text.contains("andler"), "the whole file is shown: {text}");
            // Azure's are `added to the package: NAME`.
            name.rsplit(' ').next().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn the_same_folder_answers_the_same_on_all_four_targets() {
    let Some(four) = Four::start() else { return };
    // What JSON can say survives all four ways.
    let event = json!({ "cups": 2, "note": "thé \u{2615} \"quoted\"\n", "parts": [1, 2.5, null, true, { "deep": [] }], "": "" });
    let expected = json!({ "order": event, "cups": 4, "colour": "amber", "has_time": true });
    for language in LANGUAGES.iter().filter(|language| four.runs(language)) {
        four.deploy(language);
        for target in TARGETS {
            let (code, answer) = four.invoke(language.name, target, &event);
            assert_eq!((code, &answer["payload"]), (0, &expected), "{} on {target}: {answer}", language.name);
            let (code, failed) = four.invoke(language.name, target, &json!({ "fail": true }));
            assert_eq!(code, 4, "{} on {target}: the function fails, not Hearth: {failed}", language.name);
            assert_eq!(failed["payload"]["errorMessage"], "no water", "{} on {target}", language.name);
        }
        for target in TARGETS {
            four.person.json(&["delete", language.name, "--account", target, "--yes"]);
            let left = four.person.json(&["functions", "--account", target]);
            assert_eq!(left["functions"], json!([]), "{target}");
        }
    }
}

#[test]
fn a_saved_event_runs_on_all_four_and_one_that_fails_hides_no_other() {
    let Some(mut four) = Four::start() else { return };
    let language = &LANGUAGES[0];
    if !four.runs(language) {
        return;
    }
    four.deploy(language);
    let breakfast = json!({ "cups": 3, "note": "breakfast" });
    let events = four.person.home.write("events/breakfast.json", breakfast.to_string());
    four.person.home.write("events/dry.json", "{\"fail\": true}");
    four.person.json(&["settings", "--events-folder", events.parent().unwrap().to_str().unwrap()]);
    let saved = four.person.json(&["events", "--saved"])["events"].clone();
    let files: Vec<&str> =
        saved.as_array().unwrap().iter().map(|event| event["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["breakfast.json", "dry.json"]);

    let expected = json!({ "order": breakfast, "cups": 6, "colour": "amber", "has_time": true });
    let answered = |side: &Value| {
        let answer = &side["answer"];
        answer["outcome"] == "succeeded" && answer["payload"] == expected && side["sameAsFirst"] == true
    };
    let (code, sides) = four.everywhere("kettle", "breakfast.json");
    assert_eq!(sides.iter().map(|side| side["on"].clone()).collect::<Vec<_>>(), TARGETS);
    assert!(code == 0 && sides.iter().all(answered), "{code} {sides:?}");
    let places: BTreeSet<&str> = sides.iter().map(|side| side["answer"]["place"].as_str().unwrap()).collect();
    assert_eq!(places, BTreeSet::from(["This computer", "on-aws", "on-azure", "on-google"]));

    // A function that fails is an answer of each.
    let (code, sides) = four.everywhere("kettle", "dry.json");
    let outcomes: Vec<&Value> = sides.iter().map(|side| &side["answer"]["outcome"]).collect();
    assert_eq!((code, outcomes), (4, vec![&json!("function_error"); 4]), "{sides:?}");

    // One refuses, then one more is not there at all: each says why, and the rest answer as before.
    four.person.json(&["stop", "kettle", "--account", "on-azure", "--yes"]);
    let (code, sides) = four.everywhere("kettle", "breakfast.json");
    let well: Vec<bool> = sides.iter().map(answered).collect();
    assert_eq!((code, well), (1, vec![true, true, false, true]), "{sides:?}");
    assert!(sides[2]["error"]["message"].as_str().unwrap().contains("is stopped"), "{}", sides[2]);
    four.ministack = None;
    let (code, sides) = four.everywhere("kettle", "breakfast.json");
    let well: Vec<bool> = sides.iter().map(answered).collect();
    assert_eq!((code, well), (1, vec![true, false, false, true]), "{sides:?}");
    assert_eq!(sides[1]["error"]["code"], "network", "{}", sides[1]);
    // For people the same, a line for each.
    let told = four.person.run(&everywhere("kettle", "breakfast.json"));
    let is_called = |target: &str| {
        let line = told.stdout.lines().find(|line| line.trim_start().starts_with(target));
        !line.unwrap_or_else(|| panic!("no {target}: {told:?}")).contains("not called")
    };
    assert_eq!(TARGETS.map(is_called), [true, false, false, true], "{told:?}");
}

//! Power tuning through the binary: what it finds, and that a configuration is put back whatever ends it.

use crate::support::{Home, Ran, is_alive, program, until};
use serde_json::Value;
use std::process::{Child, Stdio};

/// Waits a moment, so that a tuning can be met in its middle; fails when it is told to.
const CODE: &str = "export const handler = async (event) => {\n\
    if (event.fail) throw new RangeError('told to fail');\n\
    await new Promise((resolve) => setTimeout(resolve, event.ms ?? 1));\n\
    return event;\n};\n";

fn deployed() -> Home {
    let home = Home::new();
    let folder = home.function("tea", "index.js", CODE);
    home.json(&[
        "deploy",
        &folder,
        "--runtime",
        "quickjs",
        "--handler",
        "index.handler",
        "--memory",
        "192",
        "--timeout",
        "30",
    ]);
    home
}

fn function(home: &Home) -> Value {
    let list = home.json(&["functions", "tea"]);
    list[0]["function"].clone()
}

fn memory_mb(home: &Home) -> u64 {
    function(home)["configuration"]["memoryMb"].as_u64().unwrap()
}

/// A tuning with calls so slow that it is met while it runs.
fn slow(home: &Home) -> Child {
    let arguments =
        ["--json", "tune", "tea", "--memory", "128,256", "--runs", "500", "--event", "{\"ms\":50}"];
    home.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn newest(home: &Home) -> Value {
    home.json(&["tune", "--history"])[0].clone()
}

#[test]
fn a_tuning_measures_each_size_and_leaves_the_function_as_it_was() {
    let home = deployed();
    let before = function(&home);
    let common = ["tune", "tea", "--memory", "256,128,512", "--runs", "4", "--cold-runs", "2"];
    let preview = home.json(&[&common[..], &["--dry-run"]].concat());
    assert_eq!((&preview["calls"], &preview["hereUsd"]), (&18.into(), &"0".into()), "{preview}");
    assert_eq!(preview["expectedUsd"], Value::Null, "no calls to know a duration from");
    assert!(preview["atMostUsd"].as_str().unwrap().parse::<f64>().unwrap() > 0.0);
    assert_eq!(home.json(&["invocations", "tea"]).as_array().map(Vec::len), Some(0));

    let events = ["--event", "{\"ms\":1}", "--weight", "3", "--event", "{\"ms\":2}"];
    for parallel in [&[][..], &["--parallel"]] {
        let found = home.json(&[&common[..], &events, parallel].concat());
        assert_eq!((&found["status"], &found["restore"]), (&"done".into(), &"verified".into()), "{found}");
        let sizes = found["sizes"].as_array().unwrap();
        let measured: Vec<_> = sizes.iter().map(|size| size["memoryMb"].as_u64().unwrap()).collect();
        assert_eq!(measured, [128, 256, 512]);
        for size in sizes {
            assert!(size["warm"]["calls"].as_u64() >= Some(4), "{size}");
            assert!(size["cold"]["calls"].as_u64() >= Some(2), "{size}");
            assert!(size["cold"]["initP50Us"].as_u64() > Some(0) && size["warm"]["initP50Us"] == 0, "{size}");
            assert!(size["warm"]["durationP50Us"].as_u64() >= Some(1_000), "it waits a millisecond: {size}");
            assert!(size["warm"]["billedP50Ms"].as_u64() >= Some(1), "{size}");
        }
        assert!(measured.contains(&found["cheapestMb"].as_u64().unwrap()), "{found}");
        assert!(
            found["remarks"][0].as_str().unwrap().starts_with("CPU is not scaled with memory"),
            "{found}"
        );
    }
    assert_eq!(function(&home), before, "no version, no other configuration");
    assert_eq!(home.json(&["tune", "tea", "--history"]).as_array().map(Vec::len), Some(2));
    let calls = home.json(&["invocations", "tea"]);
    assert!(calls.as_array().unwrap().iter().all(|call| call["source"] == "tuning"));
}

#[test]
fn a_size_whose_calls_fail_is_skipped_and_says_why() {
    let home = deployed();
    let ran =
        home.run(&["--json", "tune", "tea", "--memory", "128,256", "--runs", "2", "--event", "{\"fail\":1}"]);
    let found = ran.document();
    assert_eq!((ran.code, &found["status"]), (1, &"failed".into()), "nothing could be measured: {found}");
    for size in found["sizes"].as_array().unwrap() {
        assert!(size["skipped"].as_str().unwrap().contains("told to fail"), "{size}");
    }
    assert_eq!((&found["restore"], memory_mb(&home)), (&"verified".into(), 192));
}

#[test]
fn a_killed_hearth_puts_the_size_back_at_its_next_start() {
    let home = deployed();
    let mut tuning = slow(&home);
    until("a size is set", || memory_mb(&home) == 128);
    let serving: Ran = home.run(&["--json", "tune", "tea", "--memory", "512"]);
    assert!(serving.code == 1 && serving.error()["code"] == "conflict", "one at a time: {serving:?}");
    tuning.kill().unwrap();
    tuning.wait().unwrap();

    assert_eq!(memory_mb(&home), 192, "the next start put it back");
    let found = newest(&home);
    assert_eq!((&found["status"], &found["restore"]), (&"interrupted".into(), &"verified".into()), "{found}");
    assert!(found["problem"].as_str().unwrap().contains("192 MB is set again"), "{found}");
    assert_eq!(function(&home)["version"], 1);
    let again = home.json(&["tune", "tea", "--memory", "512", "--runs", "1", "--cold-runs", "0"]);
    assert_eq!(again["status"], "done", "and it can be tuned again");
}

#[test]
fn ctrl_c_cancels_and_puts_the_size_back_before_it_ends() {
    let home = deployed();
    let mut tuning = slow(&home);
    until("a size is set", || memory_mb(&home) == 128);
    let sent = program("kill").args(["-INT", &tuning.id().to_string()]).status().unwrap();
    assert!(sent.success());
    until("it ends", || !is_alive(u64::from(tuning.id())));
    assert_eq!(tuning.wait().unwrap().code(), Some(1));
    let found = newest(&home);
    assert_eq!((&found["status"], &found["restore"]), (&"cancelled".into(), &"verified".into()), "{found}");
    assert_eq!(memory_mb(&home), 192);
}

#[test]
fn a_serving_hearth_that_is_stopped_puts_the_size_back() {
    let home = deployed();
    let serve = home.serve();
    let mut tuning = slow(&home);
    until("a size is set", || memory_mb(&home) == 128);
    serve.stop("-TERM");
    tuning.wait().unwrap();
    assert_eq!(memory_mb(&home), 192);
    assert_eq!(newest(&home)["restore"], "verified");
}

#[test]
fn plans_that_cannot_be_say_what_is_wrong() {
    let home = deployed();
    for (arguments, words) in [
        (&["tune", "tea", "--memory", "64"][..], "64 MB"),
        (&["tune", "tea", "--runs", "0"], "not 0"),
        (&["tune", "tea", "--event", "{"], "not JSON"),
        (&["tune", "tea", "--weight", "1", "--weight", "2"], "2 weights for 1 event"),
        (&["tune", "coffee"], "`coffee`"),
    ] {
        let ran = home.run(&[&["--json"], arguments].concat());
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.error()["message"].as_str().unwrap().contains(words), "{ran:?}");
    }
}

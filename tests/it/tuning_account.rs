//! Power tuning in an account, through the binary and somebody else's AWS: what is shown before, what it finds, and that
//! the memory size is put back and verified whatever ends it. Ministack answers a call with the function's own lines
//! alone, so the function writes the REPORT line that AWS adds.

use crate::azure;
use crate::fake_aws::{FakeAws, Says};
use crate::google;
use crate::ministack::Ministack;
use crate::person::Person;
use crate::support::{Started, until};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const CODE: &str = "import os, time\ncold = True\n\ndef handler(event, context):\n    \
    global cold\n    \
    memory = int(os.environ['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'])\n    \
    if memory in event.get('fails', []):\n        raise MemoryError('too little')\n    \
    ms = 20_000 / memory\n    time.sleep(ms / 1000)\n    \
    init = '\\tInit Duration: 50.00 ms' if cold else ''\n    billed = int(ms) + (51 if cold else 1)\n    cold = False\n    \
    print(f'REPORT RequestId: {context.aws_request_id}\\tDuration: {ms:.2f} ms\\tBilled Duration: {billed} ms'\n        \
        f'\\tMemory Size: {memory} MB\\tMax Memory Used: 40 MB{init}', flush=True)\n    return memory\n";

fn deployed(person: &Person) {
    let folder = person.home.function("cup", "app.py", CODE);
    person.json(&["deploy", &folder, "--to", "emulator", "--memory", "320", "--timeout", "30", "--yes"]);
}

fn memory_mb(person: &Person) -> Value {
    let shown = person.json(&["show", "cup", "--account", "emulator"]);
    shown["function"]["configuration"]["memoryMb"].clone()
}

fn newest(person: &Person) -> Value {
    person.json(&["tune", "--history"])[0].clone()
}

const TUNE: [&str; 10] =
    ["tune", "cup", "--account", "emulator", "--memory", "128,256,512", "--runs", "4", "--cold-runs", "1"];

#[test]
fn a_tuning_in_an_account_measures_each_size_and_leaves_the_function_as_it_was() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    deployed(&person);

    let preview = person.json(&[&TUNE[..], &["--dry-run"]].concat());
    assert_eq!((&preview["calls"], &preview["hereUsd"]), (&json!(15), &Value::Null), "{preview}");
    let calls = preview["review"]["calls"].as_array().unwrap();
    let made: Vec<&str> = calls.iter().map(|call| call["makes"].as_str().unwrap()).collect();
    assert_eq!(made.len(), 4, "each size, and the one of now: {made:?}");
    for (said, size) in made.iter().zip(["128 MB", "256 MB", "512 MB", "320 MB"]) {
        assert!(said.contains(size), "{made:?}");
    }
    let words = person.run(&TUNE);
    assert_eq!(words.code, 1, "{words:?}");
    for part in ["lambda:UpdateFunctionConfiguration", "--memory-size 128", "at most $", "nobody said yes"] {
        assert!(words.stderr.contains(part), "{part} in {words:?}");
    }
    assert_eq!(memory_mb(&person), 320, "nobody said yes");

    let tune = [&TUNE[..], &["--yes", "--event", "{\"fails\":[128]}"]].concat();
    person.json(&["accounts", "lock", "emulator"]);
    assert_eq!(person.refused(&tune)["code"], "locked");
    person.json(&["accounts", "unlock", "emulator"]);
    let found = person.json(&tune);
    assert_eq!((&found["status"], &found["restore"]), (&json!("done"), &json!("verified")), "{found}");
    assert_eq!(found["account"], "endpoint:emulator");
    let sizes = found["sizes"].as_array().unwrap();
    assert!(sizes[0]["skipped"].as_str().unwrap().contains("too little"), "{found}");
    for (size, memory) in sizes[1..].iter().zip([256, 512]) {
        assert_eq!(size["memoryMb"], memory, "{found}");
        assert_eq!((&size["warm"]["calls"], &size["cold"]["calls"]), (&json!(4), &json!(1)), "{size}");
        assert_eq!(size["cold"]["initP50Us"], 50_000, "{size}");
        assert_eq!(
            size["warm"]["durationP50Us"],
            json!(20_000_000 / memory / 10 * 10),
            "as the line says: {size}"
        );
    }
    assert_eq!(found["fastestMb"], 512, "{found}");
    assert_eq!(memory_mb(&person), 320);
    let listed = person.json(&["tune", "cup", "--account", "emulator", "--history"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
}

#[test]
fn the_size_that_a_killed_hearth_left_in_an_account_is_put_back_by_the_next_one_once_it_may() {
    let Some(ministack) = Ministack::start() else { return };
    let (port, taken) = (ministack.port(), Arc::<AtomicBool>::default());
    let (held, is_armed) = (Arc::clone(&taken), Arc::<AtomicBool>::default());
    let armed = Arc::clone(&is_armed);
    let fake = FakeAws::start(move |asked| {
        // A call during the tuning never comes back.
        if asked.line.ends_with("/invocations") && armed.swap(false, Ordering::SeqCst) {
            return Says::Hold { port: None, taken: Arc::clone(&held) };
        }
        Says::HandOn(port)
    });
    let person = Person::new();
    person.add("emulator", &fake.url(), &[]);
    deployed(&person);
    let killed_in_the_middle = || {
        taken.store(false, Ordering::SeqCst);
        is_armed.store(true, Ordering::SeqCst);
        let going = Started::of(&mut person.command(&[&TUNE[..], &["--yes"]].concat()));
        until("a call is under way", || taken.load(Ordering::SeqCst));
        going.kill();
    };
    killed_in_the_middle();
    // The account may be changed still: the next Hearth puts it back by itself.
    until("the next start put it back", || newest(&person)["restore"] == "verified");
    let found = newest(&person);
    assert_eq!(found["status"], "interrupted", "{found}");
    assert!(found["problem"].as_str().unwrap().contains("320 MB is set again"), "{found}");
    assert_eq!(memory_mb(&person), 320);

    // The start that locks the account may put it back before: then once more.
    let mut is_told = false;
    for _ in 0..5 {
        killed_in_the_middle();
        person.json(&["accounts", "lock", "emulator"]);
        until("it is told, or put back", || {
            let found = newest(&person);
            is_told = found["problem"].to_string().contains("hearth accounts unlock");
            is_told || found["restore"] == "verified"
        });
        if is_told {
            break;
        }
        person.json(&["accounts", "unlock", "emulator"]);
    }
    assert!(is_told, "a locked account is told");
    assert_eq!(newest(&person)["restore"], "pending");
    let seen = memory_mb(&person);
    if seen != 320 {
        assert_eq!(seen, 128, "a locked account is left as it is");
    }
    let refused = person.refused(&[&TUNE[..], &["--yes"]].concat());
    assert!(["locked", "conflict"].contains(&refused["code"].as_str().unwrap()), "{refused}");
    person.json(&["accounts", "unlock", "emulator"]);
    let found = newest(&person);
    assert_eq!((&found["restore"], memory_mb(&person)), (&json!("verified"), json!(320)), "{found}");
}

/// It tells nobody how large its server is, so every size is as fast: what counts is who measured, and what is billed.
const NAPS: &str = "import time\n\ndef handler(event, context):\n    time.sleep(0.03)\n    return 1\n";

fn naps(person: &Person, account: &str, size: &str) -> Vec<String> {
    let folder = person.home.function("cup", "app.py", NAPS);
    person.json(&["deploy", &folder, "--to", account, "--runtime", "python3.12", "--memory", size, "--yes"]);
    let words = ["tune", "cup", "--account", account, "--runs", "3", "--cold-runs", "1"];
    words.map(str::to_owned).to_vec()
}

fn tuned(person: &Person, words: &[String], sizes: &str) -> Value {
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["--memory", sizes, "--yes"]).collect();
    person.json(&words)
}

/// Of each size its memory, and that a million calls cost what `usd_of_ms` says of the mean that was billed. The step is
/// that of the plan, and every call is at least `least_ms` long there.
fn billed(found: &Value, step_ms: u64, least_ms: u64, usd_of_ms: impl Fn(u64, f64) -> f64) -> Vec<u64> {
    assert_eq!((&found["status"], &found["restore"]), (&json!("done"), &json!("verified")), "{found}");
    let sizes = found["sizes"].as_array().unwrap();
    let of_size = |size: &Value| {
        let (warm, memory_mb) = (&size["warm"], size["memoryMb"].as_u64().unwrap());
        assert!(warm["durationP50Us"].as_u64().unwrap() >= 30_000, "it naps for 30 ms: {size}");
        let (all, calls) = (warm["billedMs"].as_u64().unwrap(), warm["calls"].as_u64().unwrap());
        assert!(all >= calls * least_ms && all % step_ms == 0, "{size}");
        let usd: f64 = warm["usdPerMillion"].as_str().unwrap().parse().unwrap();
        let expected = usd_of_ms(memory_mb, all as f64 / calls as f64);
        assert!((usd - expected).abs() < 1e-6, "{usd} against {expected}: {size}");
        memory_mb
    };
    sizes.iter().map(of_size).collect()
}

#[test]
fn a_function_on_google_is_tuned_by_what_its_adapter_tells_and_priced_as_google_bills() {
    let Some(fake) = google::Fake::start(true) else { return };
    let Some(prism) = google::Prism::before(&fake) else { return };
    let person = Person::new();
    person.meet_google(&prism.url());
    let words = naps(&person, "emulator", "256");
    fake.seen();
    let found = tuned(&person, &words, "512,1024");
    // GiB-seconds at $0.0000025, seconds of one vCPU at $0.000024, and $0.4 for a million requests.
    let usd = |memory_mb: u64, ms: f64| ms * (memory_mb as f64 / 1_024.0 * 0.0025 + 0.024) + 0.4;
    assert_eq!(billed(&found, 100, 100, usd), [512, 1_024], "{found}");
    for size in found["sizes"].as_array().unwrap() {
        let calls = (&size["cold"]["calls"], &size["warm"]["calls"]);
        assert_eq!(
            calls,
            (&json!(1), &json!(3)),
            "another size is another revision, which has a new server: {size}"
        );
    }
    let patches = fake.seen().iter().filter(|one| one.starts_with("PATCH")).count();
    assert_eq!(patches, 3, "each size, and the one before");
    let shown = person.json(&["show", "cup", "--account", "emulator"]);
    assert_eq!(shown["function"]["configuration"]["memoryMb"], 256);
    assert!(found["remarks"].to_string().contains("Google"), "{found}");
}

#[test]
fn an_app_on_azure_flex_is_tuned_among_its_sizes_and_priced_as_azure_bills() {
    let Some(fake) = azure::Fake::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    let words = naps(&person, "fake", "512");
    let refused = person.refused(&["tune", "cup", "--account", "fake", "--memory", "256", "--yes"]);
    assert!(refused["message"].as_str().unwrap().contains("512, 2048 or 4096 MB"), "{refused}");
    let before = fake.seen("PUT ");
    let found = tuned(&person, &words, "512,2048");
    // GB-seconds at $0.000026, at least a second each, and $0.4 for a million executions.
    let usd = |memory_mb: u64, ms: f64| ms * memory_mb as f64 / 1_024.0 * 0.026 + 0.4;
    assert_eq!(billed(&found, 100, 1_000, usd), [512, 2_048], "{found}");
    assert_eq!(
        found["priceRegion"], "eastus",
        "the book has no prices of Flex for westeurope, which is said: {found}"
    );
    assert_eq!(fake.seen("PUT ") - before, 2, "one size was there already; the other, and back");
    let shown = person.json(&["show", "cup", "--account", "fake"]);
    assert_eq!(shown["function"]["configuration"]["memoryMb"], 512);
    assert!(found["remarks"].to_string().contains("Azure"), "{found}");
    person.kept_secrets();
}

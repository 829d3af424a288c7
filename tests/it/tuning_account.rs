//! Power tuning in an account, through the binary and somebody else's AWS: what is shown before, what it finds, and that
//! the memory size is put back and verified whatever ends it. Ministack answers a call with the function's own lines
//! alone, so the function writes the REPORT line that AWS adds.

use crate::fake_aws::{FakeAws, Says};
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

    killed_in_the_middle();
    person.json(&["accounts", "lock", "emulator"]);
    until("it is told", || newest(&person)["problem"].to_string().contains("hearth accounts unlock"));
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

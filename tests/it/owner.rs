//! Who owns a data folder, and who is a client.

use crate::support::{Home, is_alive, until};
use std::collections::BTreeSet;

#[test]
fn servers_stay_warm_between_the_commands_of_a_running_owner() {
    let home = Home::new();
    let serve = home.serve();
    home.json(&["deploy", "--sample", "kettle"]);
    let first = home.json(&["invoke", "kettle"]);
    let second = home.json(&["invoke", "kettle"]);
    assert_eq!(first["coldStart"], true);
    assert_eq!(second["coldStart"], false, "{second}");
    assert_eq!(second["environmentId"], first["environmentId"]);
    assert_eq!(second["payload"]["cups"], 2, "memory is kept");
    let cold = home.json(&["invoke", "kettle", "--cold"]);
    assert_eq!(cold["coldStart"], true, "--cold has a new server born");

    let pids: Vec<u64> = home
        .json(&["environments"])
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["pid"].as_u64())
        .collect();
    assert!(!pids.is_empty() && pids.iter().all(|pid| is_alive(*pid)), "{pids:?} run");
    assert!(serve.stop("-TERM").success(), "SIGTERM ends serve in order");
    assert!(pids.iter().all(|pid| !is_alive(*pid)), "servers end with their owner");
    assert!(!home.data().join("owner.sock").exists(), "the socket goes with its owner");
}

#[test]
fn a_command_without_an_owner_owns_the_folder_for_its_own_duration() {
    let home = Home::new();
    home.json(&["deploy", "--sample", "kettle"]);
    let first = home.json(&["invoke", "kettle"]);
    let second = home.json(&["invoke", "kettle"]);
    assert_eq!((&first["coldStart"], &second["coldStart"]), (&true.into(), &true.into()));
    let ids: BTreeSet<String> = home
        .json(&["invocations"])
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["requestId"].as_str().unwrap().to_owned())
        .collect();
    for answer in [&first, &second] {
        assert!(ids.contains(answer["requestId"].as_str().unwrap()), "{answer} is in the ledger");
    }
}

#[test]
fn commands_that_start_at_once_share_one_owner_and_all_succeed() {
    let home = Home::new();
    home.json(&["deploy", "--sample", "kettle"]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let answer = home.json(&["invoke", "kettle"]);
                assert_eq!(answer["payload"]["poured"], 1);
            });
        }
    });
    assert_eq!(home.json(&["invocations"]).as_array().unwrap().len(), 4, "no call is lost");
}

#[test]
fn a_second_serve_ends_with_1_and_names_the_owner() {
    let home = Home::new();
    let serve = home.serve();
    let second = home.run(&["serve", "--port", "0", "--lambda-port", "0"]);
    assert_eq!(second.code, 1, "{second:?}");
    assert!(second.stderr.contains(&serve.pid().to_string()), "{}", second.stderr);
    assert!(second.stderr.contains(&format!("127.0.0.1:{}", serve.ui_port())), "{}", second.stderr);
    assert!(second.stderr.contains(&serve.lambda), "{}", second.stderr);
    assert!(!second.stderr.contains(serve.token()), "the token stays secret");
    assert_eq!(home.run(&["--json", "serve"]).error()["code"], "owned");
}

#[cfg(unix)]
#[test]
fn the_owners_socket_is_private_and_outlives_no_killed_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let serve = home.serve();
    let mode = std::fs::metadata(home.data().join("owner.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    serve.kill();
    // The socket of the killed owner is still there; the next command must not wait for it.
    until("a command works after the owner was killed", || home.run(&["functions"]).code == 0);
}

#[test]
fn a_data_folder_with_a_long_path_works_too() {
    let home = Home::new();
    let long = home.path().join("a".repeat(90)).join("b".repeat(90));
    let folder = long.to_str().unwrap();
    let mut command = home.command(&["--json", "functions", "--data-dir", folder]);
    // The first --data-dir comes from the harness: clap takes one only, so build the command anew.
    command = {
        let mut fresh = crate::support::program(command.get_program());
        fresh.args(["--json", "--data-dir", folder, "functions"]);
        fresh
    };
    let ran = crate::support::finish(&mut command, "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.document(), serde_json::json!([]));
}

#[test]
fn commands_of_several_steps_outlive_the_passing_owners_beside_them() {
    let home = Home::new();
    home.json(&["deploy", "--sample", "kettle"]);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                home.json(&["functions"]);
            }
        });
        let ran = std::panic::catch_unwind(|| {
            for _ in 0..4 {
                let arguments = ["tune", "kettle", "--memory", "128", "--runs", "20", "--cold-runs", "0"];
                assert_eq!(home.json(&arguments)["status"], "done");
                home.json(&["deploy", "--sample", "kettle"]);
            }
        });
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        ran.unwrap();
    });
}

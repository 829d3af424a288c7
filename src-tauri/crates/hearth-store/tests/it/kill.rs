//! SIGKILL at many moments: what was acknowledged is there exactly once, and rollups equal the raw rows.

use crate::fixture::{NOON, every_invocation, finished, invocation, line, open, payloads};
use crate::rollups::assert_rollups_equal_raw;
use hearth_model::{LogLevel, Micros, Outcome};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const FOLDER: &str = "HEARTH_STORE_KILL_FOLDER";
const ROUND: &str = "HEARTH_STORE_KILL_ROUND";
const ROUNDS: u64 = 24;

/// The process that is killed. As a test of its own it has nothing to do.
#[test]
fn child_acknowledges_until_it_is_killed() {
    let (Ok(folder), Ok(round)) = (std::env::var(FOLDER), std::env::var(ROUND)) else { return };
    let round: i64 = round.parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = open(&PathBuf::from(folder)).await;
        let mut output = std::io::stdout();
        for index in 0..i64::MAX {
            let at = NOON + Micros(round * 3_600_000_000 + index * 1_000);
            let id = format!("{round}-{index}");
            let mut running = invocation(&id, at);
            running.outcome = Outcome::Running;
            store.started(&running);
            let outcome = if index % 7 == 0 { Outcome::FunctionError } else { Outcome::Succeeded };
            let ended = finished(&id, at, outcome, (index % 5) * 1_000, 1_000 + index % 997);
            store.acknowledge(&ended, payloads(&[b'x'; 300], b"\xff\x00 not text")).unwrap();
            writeln!(output, "\nACK {id}").unwrap();
            output.flush().unwrap();
            store.log(vec![line("working", LogLevel::Info, Some(&id))]).await;
        }
    });
}

#[expect(clippy::disallowed_methods, reason = "the child is this test, not a function")]
fn start_child(folder: &Path, round: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "kill::child_acknowledges_until_it_is_killed",
            "--nocapture",
            "--test-threads",
            "1",
        ])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets a child acknowledge so many answers, kills it, and returns every id it could still tell.
fn run_and_kill(folder: &Path, round: u64, answers: usize) -> Vec<String> {
    let mut child = start_child(folder, round);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told = Vec::new();
    for line in lines {
        if let Some(id) = line.unwrap().strip_prefix("ACK ") {
            told.push(id.to_owned());
        }
        if told.len() == answers {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(told.len() >= answers, "the child ended on its own after {} answers", told.len());
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_invocation_survives_sigkill_exactly_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = BTreeSet::new();
    let mut dice: u64 = 0x9e37_79b9_7f4a_7c15;
    for round in 0..ROUNDS {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // A third of the rounds dies within the first batch, the others anywhere up to a few segments.
        let answers = 1 + (dice >> 33) as usize % if round % 3 == 0 { 20 } else { 1_500 };
        let path = folder.path().to_owned();
        let fresh = tokio::task::spawn_blocking(move || run_and_kill(&path, round, answers)).await.unwrap();
        told.extend(fresh);

        if round % 4 == 3 {
            check(folder.path(), &told).await;
        }
    }
    check(folder.path(), &told).await;
}

async fn check(folder: &Path, told: &BTreeSet<String>) {
    let store = open(folder).await;
    let rows = every_invocation(&store, 1_000).await;
    let ids: BTreeSet<String> = rows.iter().map(|row| row.request_id.0.clone()).collect();
    assert_eq!(ids.len(), rows.len(), "no id is there twice");
    for row in &rows {
        let acknowledged = told.contains(row.request_id.as_str());
        assert!(
            !acknowledged || matches!(row.outcome, Outcome::Succeeded | Outcome::FunctionError),
            "{} was acknowledged and is {:?}",
            row.request_id,
            row.outcome
        );
        assert_ne!(row.outcome, Outcome::Running, "nothing runs after a kill");
    }
    let missing: Vec<&String> = told.difference(&ids).collect();
    assert!(
        missing.is_empty(),
        "{} of {} acknowledged ids are gone, the first is {:?}",
        missing.len(),
        told.len(),
        missing.first()
    );
    assert_rollups_equal_raw(&store, &rows).await;
    let last = store.payloads(&rows[0].request_id).await.unwrap();
    if rows[0].outcome != Outcome::Lost {
        assert_eq!(last.unwrap().response, b"\xff\x00 not text", "answers that are no text survive too");
    }
    store.close().await;
    let left = std::fs::read_dir(folder.join("journal")).unwrap().count();
    assert_eq!(left, 0, "a journal whose records are committed is removed");
}

//! What a SIGKILL of Hearth may not lose, and what it may not leave behind.

use crate::support::{Home, http, is_alive, try_http, until};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

const SIGNED: (&str, &str) = (
    "Authorization",
    "AWS4-HMAC-SHA256 Credential=a/b/c/lambda/aws4_request, SignedHeaders=host, Signature=0",
);
const CODE: &str = "export const handler = async (event) => {\n\
    if (event.hang) await new Promise((resolve) => setTimeout(resolve, 60000));\n\
    return event;\n};\n";

#[test]
fn every_answered_invocation_outlives_a_kill_at_any_moment() {
    let home = Home::new();
    let folder = home.function("tea", "index.js", CODE);
    home.json(&["deploy", &folder, "--runtime", "quickjs", "--handler", "index.handler", "--timeout", "60"]);
    let mut answered: Vec<String> = Vec::new();
    let mut lost = 0;
    for answers in [0, 1, 5, 17, 60, 140] {
        let serve = home.serve();
        let port = serve.lambda_port();
        let count = AtomicUsize::new(0);
        let ids = std::thread::scope(|scope| {
            let hanging = scope.spawn(move || try_http(port, INVOKE, &[SIGNED], b"{\"hang\":true}").is_err());
            let callers: Vec<_> = (0..3).map(|_| scope.spawn(|| call_until_killed(port, &count))).collect();
            until("enough answers, and a call that hangs", || {
                count.load(Ordering::SeqCst) >= answers && running(&home) >= 1
            });
            let pids = server_pids(&home);
            assert!(!pids.is_empty(), "servers run before the kill");
            serve.kill();
            until("no server outlives the killed Hearth", || pids.iter().all(|pid| !is_alive(*pid)));
            assert!(hanging.join().unwrap(), "the call that hung got no answer");
            callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(ids.len() >= answers, "{} of {answers} answers", ids.len());
        answered.extend(ids);
        lost += 1;

        let outcomes = outcomes(&home);
        for id in &answered {
            assert_eq!(outcomes.get(id).map(String::as_str), Some("succeeded"), "{id} was answered");
        }
        let count_of = |word: &str| outcomes.values().filter(|outcome| *outcome == word).count();
        assert_eq!(count_of("running"), 0, "nothing runs after a restart");
        assert!(count_of("lost") >= lost, "what ran is marked lost: {} of {lost}", count_of("lost"));
    }
}

#[test]
fn every_accepted_event_is_known_after_a_kill() {
    let home = Home::new();
    let folder = home.function("tea", "index.js", CODE);
    home.json(&["deploy", &folder, "--runtime", "quickjs", "--handler", "index.handler", "--timeout", "60"]);
    let mut accepted: Vec<String> = Vec::new();
    // Pauses of no particular length: the kill meets another moment of a call each time.
    for pause_us in [0, 137, 911, 2_300, 7_919, 20_011] {
        let serve = home.serve();
        let port = serve.lambda_port();
        let ids = std::thread::scope(|scope| {
            let senders: Vec<_> = (0..3).map(|_| scope.spawn(|| send_until_killed(port))).collect();
            until("a server works", || !server_pids(&home).is_empty());
            std::thread::park_timeout(std::time::Duration::from_micros(pause_us));
            serve.kill();
            senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect::<Vec<_>>()
        });
        accepted.extend(ids);
        let outcomes = outcomes(&home);
        let unknown: Vec<_> = accepted.iter().filter(|id| !outcomes.contains_key(*id)).collect();
        assert!(unknown.is_empty(), "{} of {} were accepted and are unknown", unknown.len(), accepted.len());
    }
    assert!(!accepted.is_empty(), "some were accepted");
}

#[test]
fn the_next_hearth_works_after_a_kill() {
    let home = Home::new();
    let serve = home.serve();
    home.json(&["deploy", "--sample", "kettle"]);
    home.json(&["invoke", "kettle"]);
    serve.kill();
    let serve = home.serve();
    let answer = home.json(&["invoke", "kettle"]);
    assert_eq!(answer["coldStart"], true);
    let listed = http(serve.lambda_port(), "GET /2015-03-31/functions", &[SIGNED], b"").json();
    assert_eq!(listed["Functions"][0]["FunctionName"], "kettle");
}

const INVOKE: &str = "POST /2015-03-31/functions/tea/invocations";

/// Calls until nobody answers, and tells the ids of the answers that came whole.
fn call_until_killed(port: u16, count: &AtomicUsize) -> Vec<String> {
    let mut ids = Vec::new();
    while let Ok(reply) = try_http(port, INVOKE, &[SIGNED], b"{\"n\":1}") {
        if reply.status == 200 {
            ids.push(reply.header("x-amzn-requestid").expect("an answer has an id").to_owned());
            count.fetch_add(1, Ordering::SeqCst);
        }
    }
    ids
}

/// Hands events over until nobody takes them, and tells the ids of those that were accepted.
fn send_until_killed(port: u16) -> Vec<String> {
    let headers = [SIGNED, ("X-Amz-Invocation-Type", "Event")];
    let mut ids = Vec::new();
    while let Ok(reply) = try_http(port, INVOKE, &headers, b"{\"n\":1}") {
        if reply.status == 202 {
            ids.push(reply.header("x-amzn-requestid").expect("an answer has an id").to_owned());
        }
    }
    ids
}

fn running(home: &Home) -> usize {
    let environments = home.json(&["environments", "tea"]);
    environments.as_array().unwrap().iter().filter(|one| one["state"] == "busy").count()
}

fn server_pids(home: &Home) -> Vec<u64> {
    let environments = home.json(&["environments", "tea"]);
    environments.as_array().unwrap().iter().filter_map(|one| one["pid"].as_u64()).collect()
}

fn outcomes(home: &Home) -> BTreeMap<String, String> {
    let rows: Value = home.json(&["invocations", "tea"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.as_array().unwrap().iter().map(|row| (text(&row["requestId"]), text(&row["outcome"]))).collect()
}

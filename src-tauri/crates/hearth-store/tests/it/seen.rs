//! Calls that logs of accounts told of: stored once, with their servers and figures, however often they are read.

use crate::fixture::{NOON, environment, function, invocation, open, open_at, transition};
use hearth_model::{
    EnvironmentId, EnvironmentState, FunctionId, FunctionRecord, Invocation, InvocationSource, Micros,
    RequestId, ServerStart,
};
use hearth_store::{InvocationFilter, LogCursor, Scope, Seen, SeenInvocation, Store};

const S: i64 = 1_000_000;

async fn met(store: &Store) -> FunctionRecord {
    store.put_account("aws:dev", "dev", "aws").await.unwrap();
    let record = FunctionRecord {
        id: FunctionId::in_account("aws:dev", "eu-west-1", "kettle"),
        account: "aws:dev".into(),
        region: "eu-west-1".into(),
        ..function("F1", "kettle", 1, "account:x")
    };
    store.put_function(&record, "read from the account").await.unwrap();
    record
}

fn call(id: &str, at: Micros, cold: bool) -> Invocation {
    let init = if cold { 300_000 } else { 0 };
    Invocation {
        function_id: FunctionId::in_account("aws:dev", "eu-west-1", "kettle"),
        environment_id: Some(EnvironmentId::from("aws:dev/s1")),
        environment_number: None,
        start: if cold { ServerStart::Cold } else { ServerStart::Warm },
        phases: hearth_model::Phases {
            init_us: Micros(init),
            invoke_us: Micros(40_000),
            ..hearth_model::Phases::default()
        },
        billed_ms: 340,
        source: InvocationSource::Logs,
        // Its arrival; the handler begins after init.
        started_us: Micros(at.0 - init),
        ..invocation(id, at)
    }
}

fn seen(calls: Vec<Invocation>, read_to: Micros) -> Seen {
    let function_id = FunctionId::in_account("aws:dev", "eu-west-1", "kettle");
    let id = EnvironmentId::from("aws:dev/s1");
    let last = calls.iter().map(|call| call.started_us).max().unwrap_or(NOON);
    let mut server = environment("aws:dev/s1", 0, EnvironmentState::Warm, last);
    server.function_id = function_id.clone();
    server.born_us = calls.iter().map(|call| call.started_us).min().unwrap_or(NOON);
    server.ended_us = Some(last);
    let calls = calls.into_iter().map(|invocation| {
        let mut busy = transition("aws:dev/s1", EnvironmentState::Busy, invocation.started_us);
        busy.function_id = function_id.clone();
        busy.environment_id = id.clone();
        busy.request_id = Some(invocation.request_id.clone());
        SeenInvocation { invocation, transitions: vec![busy] }
    });
    Seen {
        calls: calls.collect(),
        environments: vec![server],
        same_within: Micros(2 * S),
        cursor: LogCursor {
            account: "aws:dev".into(),
            location: "eu-west-1".into(),
            name: "kettle".into(),
            read_to_us: read_to,
            read_us: NOON,
        },
    }
}

async fn all(store: &Store) -> Vec<Invocation> {
    store.invocations(&InvocationFilter::default(), None, 100).await.unwrap().0
}

#[tokio::test]
async fn the_same_lines_read_twice_are_the_same_calls() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let record = met(&store).await;
    let first = call("r1", Micros(NOON.0 - 60 * S), true);
    let stored = store.ingest_seen(&seen(vec![first.clone()], Micros(NOON.0 - 30 * S))).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].environment_number, Some(1), "servers are counted for each function");

    // Whether it was cold may be told by a line that is not in the second reading: it is the same call.
    let again = call("r1", Micros(NOON.0 - 60 * S), false);
    let second = call("r2", Micros(NOON.0 - 10 * S), false);
    let stored = store.ingest_seen(&seen(vec![again, second], NOON)).await.unwrap();
    assert_eq!(stored.iter().map(|one| one.request_id.as_str()).collect::<Vec<_>>(), ["r2"]);
    assert_eq!(all(&store).await.len(), 2);

    let scope = Scope::Function(record.id.clone());
    let totals = store.totals(&scope, Micros(NOON.0 - 3_600 * S), Micros(NOON.0 + S)).await.unwrap();
    assert_eq!((totals.invocations, totals.cold_starts), (2, 1));
    let account = Scope::Account("aws:dev".into());
    let totals = store.totals(&account, Micros(NOON.0 - 3_600 * S), Micros(NOON.0 + S)).await.unwrap();
    assert_eq!(totals.invocations, 2, "and so has the account");
    let report = store.check().await.unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    let cursor = store.log_cursor("aws:dev", "eu-west-1", "kettle").await.unwrap().unwrap();
    assert_eq!(cursor.read_to_us, NOON);

    let servers = store.environments_since(Some(&record.id), Micros::ZERO).await.unwrap();
    assert_eq!((servers.len(), servers[0].invocations, servers[0].number), (1, 2, 1));
    assert_eq!(servers[0].born_us, first.started_us, "the earliest that was ever seen of it");
    assert_eq!(store.transitions(Some(&record.id), Micros::ZERO).await.unwrap().len(), 2);
    store.close().await;
    // A new start ends servers of this computer, and knows nothing of those elsewhere.
    let store = open_at(folder.path(), Micros(NOON.0 + 60 * S)).await;
    let servers = store.environments_since(Some(&record.id), Micros::ZERO).await.unwrap();
    assert_eq!(servers[0].state, EnvironmentState::Warm);
    assert_eq!(all(&store).await.len(), 2);
}

#[tokio::test]
async fn a_retry_and_a_shared_trace_are_calls_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    met(&store).await;
    // A minute later under the same id, over midnight: the index of ids begins with the day.
    let midnight = Micros(NOON.0 - NOON.0.rem_euclid(86_400 * S));
    let tries = [-1, 59, 119].map(|s| call("r1", Micros(midnight.0 + s * S), false));
    assert_eq!(store.ingest_seen(&seen(tries.to_vec(), NOON)).await.unwrap().len(), 3);
    assert_eq!(store.ingest_seen(&seen(tries.to_vec(), NOON)).await.unwrap().len(), 0);
    let ids: Vec<String> = all(&store).await.into_iter().map(|call| call.request_id.0).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| id.starts_with("r1")), "{ids:?}");
    // An id that another one begins with is another call.
    let longer = call("r10", tries[0].started_us, false);
    assert_eq!(store.ingest_seen(&seen(vec![longer], NOON)).await.unwrap().len(), 1);
    assert!(store.invocation(&RequestId::from("r10")).await.unwrap().is_some());
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
}

#[tokio::test]
async fn a_function_of_the_same_name_here_is_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.put_function(&function("F1", "kettle", 1, "x"), "deploy").await.unwrap();
    let record = met(&store).await;
    store.ingest_seen(&seen(vec![call("r1", Micros(NOON.0 - S), false)], NOON)).await.unwrap();
    let local = store.function("kettle").await.unwrap().unwrap();
    assert_eq!(local.id.as_str(), "F1");
    assert_eq!(store.functions().await.unwrap().len(), 1);
    let there = store.functions_of_accounts(None).await.unwrap();
    assert_eq!(there.iter().map(|one| &one.id).collect::<Vec<_>>(), [&record.id]);
    assert_eq!(store.functions_of_accounts(Some(&local.id)).await.unwrap(), []);
}

//! Invocations: pages are complete and stable, filters find what they say.

use crate::fixture::{NOON, every_invocation, finished, invocation, open, payloads};
use hearth_model::{FunctionId, InvocationPayloads, Micros, Outcome, RequestId};
use hearth_store::{Error, InvocationFilter};
use std::collections::BTreeSet;

#[tokio::test]
async fn pages_are_complete_and_do_not_move_while_rows_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    // Many share an instant, so that the id must decide.
    for index in 0..101 {
        let call = invocation(&format!("r{index:03}"), NOON + Micros::from_seconds(index / 10));
        store.acknowledge(&call, InvocationPayloads::default()).unwrap();
    }
    store.flush().await.unwrap();
    let filter = InvocationFilter::default();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let (page, next) = store.invocations(&filter, cursor.as_deref(), 10).await.unwrap();
        seen.extend(page.into_iter().map(|row| row.request_id.0));
        let newer = invocation(&format!("new{}", seen.len()), NOON + Micros::from_seconds(500));
        store.acknowledge(&newer, InvocationPayloads::default()).unwrap();
        store.flush().await.unwrap();
        match next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.len(), 101);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 101, "no row twice");
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first");
    assert_eq!(store.count_invocations(&filter).await.unwrap().rows, 112);
}

#[tokio::test]
async fn an_invocation_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let call = finished("r1", NOON, Outcome::TimedOut, 123_456, 3_000_000);
    store.acknowledge(&call, payloads(b"{\"a\":1}", b"\x00\xff")).unwrap();
    store.flush().await.unwrap();
    assert_eq!(store.invocation(&call.request_id).await.unwrap(), Some(call.clone()));
    assert_eq!(store.payloads(&call.request_id).await.unwrap(), Some(payloads(b"{\"a\":1}", b"\x00\xff")));
    assert_eq!(store.invocation(&RequestId::from("none")).await.unwrap(), None);
}

#[tokio::test]
async fn large_payloads_are_cut_between_characters() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let text = format!("x{}", "é".repeat(40_000));
    let call = invocation("r1", NOON);
    store.acknowledge(&call, payloads(text.as_bytes(), b"short")).unwrap();
    store.flush().await.unwrap();
    let kept = store.payloads(&call.request_id).await.unwrap().unwrap();
    assert!(kept.truncated);
    assert_eq!(kept.event.len(), 65_535, "65,536 would split the last é");
    assert!(String::from_utf8(kept.event).is_ok());
    assert_eq!(kept.response, b"short");
}

#[tokio::test]
async fn filters_find_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let mut other = finished("r4", NOON + Micros(4), Outcome::Throttled, 0, 0);
    other.function_id = FunctionId::from("F2");
    for call in [
        finished("r1", NOON + Micros(1), Outcome::Succeeded, 0, 10),
        finished("r2", NOON + Micros(2), Outcome::FunctionError, 500, 10),
        finished("r3", NOON + Micros(3), Outcome::TimedOut, 0, 10),
        other,
    ] {
        store.acknowledge(&call, InvocationPayloads::default()).unwrap();
    }
    store.flush().await.unwrap();
    assert_eq!(every_invocation(&store, 2).await.len(), 4);
    let all = InvocationFilter::default();
    for (filter, expected) in [
        (
            InvocationFilter { function_id: Some(FunctionId::from("F1")), ..all.clone() },
            vec!["r3", "r2", "r1"],
        ),
        (
            InvocationFilter { outcomes: vec![Outcome::TimedOut, Outcome::Throttled], ..all.clone() },
            vec!["r4", "r3"],
        ),
        (InvocationFilter { cold_only: true, ..all.clone() }, vec!["r2"]),
        (InvocationFilter { search: "valueERROR".to_owned(), ..all.clone() }, vec!["r3", "r2"]),
        (InvocationFilter { search: "100%".to_owned(), ..all.clone() }, vec!["r3", "r2"]),
        (InvocationFilter { search: "1%0".to_owned(), ..all.clone() }, vec![]),
        (InvocationFilter { from_us: Some(NOON + Micros(3)), ..all.clone() }, vec!["r4", "r3"]),
    ] {
        let (page, next) = store.invocations(&filter, None, 10).await.unwrap();
        let ids: Vec<&str> = page.iter().map(|row| row.request_id.as_str()).collect();
        assert_eq!(ids, expected, "{filter:?}");
        assert_eq!(next, None);
        assert_eq!(store.count_invocations(&filter).await.unwrap().rows, expected.len() as u64);
    }
    let since = store.invocations_since(None, NOON + Micros(2), 2).await.unwrap();
    let ids: Vec<&str> = since.iter().map(|row| row.request_id.as_str()).collect();
    assert_eq!(ids, ["r3", "r4"], "the newest, oldest first");
    assert!(matches!(store.invocations(&all, Some("nonsense"), 1).await, Err(Error::Cursor(_))));
}

#[tokio::test]
async fn a_search_finds_request_ids_names_and_errors_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for index in 0..60_i64 {
        let day = Micros::from_seconds(index % 3 * 86_400);
        let failed = index % 2 == 0;
        let outcome = if failed { Outcome::FunctionError } else { Outcome::Succeeded };
        let mut call =
            finished(&format!("abc{index:02}-{index}"), NOON + day + Micros(index), outcome, 0, 10);
        if index % 5 == 0 {
            call.function_id = FunctionId::from("F2");
            call.function_name = "teapot".to_owned();
        }
        call.error_message = failed.then(|| format!("pot {index} is too hot"));
        store.acknowledge(&call, InvocationPayloads::default()).unwrap();
    }
    store.flush().await.unwrap();
    for (search, expected) in [
        ("abc", 60),
        ("abc1", 10),
        ("bc1", 0),
        ("teap", 12),
        ("TOO HOT", 30),
        ("pot 4", 6),
        ("is", 30),
        ("zz", 0),
    ] {
        let filter = InvocationFilter { search: search.to_owned(), ..InvocationFilter::default() };
        let counted = store.count_invocations(&filter).await.unwrap();
        assert_eq!((counted.rows, counted.at_least), (expected, false), "{search}");
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let (page, next) = store.invocations(&filter, cursor.as_deref(), 7).await.unwrap();
            seen.extend(page);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen.len() as u64, expected, "{search}");
        assert!(seen.is_sorted_by(|newer, older| newer.started_us > older.started_us), "{search}");
    }
    let of_one = InvocationFilter {
        search: "too hot".to_owned(),
        function_id: Some(FunctionId::from("F2")),
        outcomes: vec![Outcome::FunctionError],
        ..InvocationFilter::default()
    };
    assert_eq!(store.invocations(&of_one, None, 100).await.unwrap().0.len(), 6);
    store.close().await;
}

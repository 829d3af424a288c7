//! Log lines: nothing is dropped, pages meet, followers miss nothing.

use crate::fixture::{line, open};
use hearth_model::{FunctionId, LogLevel, RequestId};
use hearth_store::{Batch, LogFilter};

fn filter() -> LogFilter {
    LogFilter { limit: 10, ..LogFilter::default() }
}

#[tokio::test]
async fn a_flood_of_lines_is_stored_whole_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let lines = (0..25_000).map(|index| line(&format!("line {index}"), LogLevel::Info, Some("r1"))).collect();
    store.log(lines).await;
    store.flush().await.unwrap();
    assert_eq!(store.count_logs(&RequestId::from("r1")).await.unwrap(), 25_000);
    let page = store.logs(&filter()).await.unwrap();
    assert_eq!(page.lines.first().unwrap().text, "line 24990");
    assert_eq!(page.lines.last().unwrap().text, "line 24999");
    store.close().await;
}

#[tokio::test]
async fn older_pages_meet_and_a_follower_misses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    assert_eq!(store.logs(&filter()).await.unwrap().newest, None, "an empty ledger has no cursor");
    store.log((0..35).map(|index| line(&index.to_string(), LogLevel::Info, None)).collect()).await;
    store.flush().await.unwrap();

    let mut texts = Vec::new();
    let mut asked = filter();
    let newest = store.logs(&asked).await.unwrap().newest;
    loop {
        let page = store.logs(&asked).await.unwrap();
        texts.splice(0..0, page.lines.into_iter().map(|line| line.text));
        match page.older {
            Some(older) => asked.cursor = Some(older),
            None => break,
        }
    }
    assert_eq!(texts, (0..35).map(|index| index.to_string()).collect::<Vec<_>>());

    store.log((35..60).map(|index| line(&index.to_string(), LogLevel::Info, None)).collect()).await;
    store.flush().await.unwrap();
    let mut followed = Vec::new();
    let mut after = newest;
    loop {
        let page = store.logs(&LogFilter { after: after.clone(), ..filter() }).await.unwrap();
        if page.lines.is_empty() {
            assert_eq!(page.newest, after, "a follower keeps its place while nothing happens");
            break;
        }
        followed.extend(page.lines.into_iter().map(|line| line.text));
        after = page.newest;
    }
    assert_eq!(followed, (35..60).map(|index| index.to_string()).collect::<Vec<_>>());
    store.close().await;
}

#[tokio::test]
async fn filters_find_level_request_text_and_function() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let lines = vec![
        line("boiling", LogLevel::Debug, Some("r1")),
        line("50% done", LogLevel::Warn, Some("r1")),
        line("broken", LogLevel::Error, Some("r2")),
    ];
    store.log(lines.clone()).await;
    store.flush().await.unwrap();
    for (asked, expected) in [
        (LogFilter { min_level: Some(LogLevel::Warn), ..filter() }, vec![1, 2]),
        (LogFilter { request_id: Some(RequestId::from("r1")), ..filter() }, vec![0, 1]),
        (LogFilter { search: "0% D".to_owned(), ..filter() }, vec![1]),
        (LogFilter { search: "o".to_owned(), ..filter() }, vec![0, 1, 2]),
        (LogFilter { search: "DONE".to_owned(), min_level: Some(LogLevel::Error), ..filter() }, vec![]),
        (LogFilter { function_id: Some(FunctionId::from("F2")), ..filter() }, vec![]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|index: usize| lines[index].clone()).collect();
        assert_eq!(store.logs(&asked).await.unwrap().lines, expected, "{asked:?}");
    }
    store.close().await;
}

async fn until_findable(store: &hearth_store::Store) {
    while store.storage().await.unwrap().unindexed_lines > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_search_finds_lines_before_and_after_they_are_indexed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let write = async |from: i64, to: i64| {
        let lines = (from..to).map(|index| {
            let mut line = line(&format!("\u{e9}tape {index} \"of\" many"), LogLevel::Info, Some("r1"));
            if index % 4 == 0 {
                line.function_id = FunctionId::from("F2");
            }
            line
        });
        store.log(lines.collect()).await;
        store.flush().await.unwrap();
    };
    write(0, 3_000).await;
    until_findable(&store).await;
    write(3_000, 3_100).await;
    let find = async |search: &str, function: Option<&str>| {
        let filter = LogFilter {
            search: search.to_owned(),
            function_id: function.map(FunctionId::from),
            limit: 5_000,
            ..filter()
        };
        store.logs(&filter).await.unwrap().lines
    };
    for (search, function, expected) in [
        ("tape 30", None, 111),
        ("tape 3099 ", None, 1),
        ("\u{e9}tape 1 ", None, 1),
        ("\"OF\" many", None, 3_100),
        ("\"of\" many", Some("F2"), 775),
        ("tape 2996", Some("F2"), 1),
        ("tape 2997", Some("F2"), 0),
        ("nowhere", None, 0),
        ("e \" ", None, 0),
    ] {
        let lines = find(search, function).await;
        assert_eq!(lines.len(), expected, "{search} of {function:?}");
    }
    let mut asked = LogFilter { search: "tape 30".to_owned(), ..filter() };
    let mut texts = Vec::new();
    loop {
        let page = store.logs(&asked).await.unwrap();
        texts.splice(0..0, page.lines.into_iter().map(|line| line.text));
        match page.older {
            Some(older) => asked.cursor = Some(older),
            None => break,
        }
    }
    let all: Vec<String> = find("tape 30", None).await.into_iter().map(|line| line.text).collect();
    assert_eq!(texts, all, "pages go from what is not indexed to what is");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_come_without_pause_never_leave_much_to_look_at() {
    const BATCH: i64 = 10_000;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for batch in 0..7 {
        let lines =
            (0..BATCH).map(|index| line(&format!("line {batch} {index}"), LogLevel::Info, None)).collect();
        store.ingest(&Batch { invocations: Vec::new(), lines }).await.unwrap();
        let waiting = store.storage().await.unwrap().unindexed_lines;
        assert!(waiting <= 20_000 + 2 * BATCH as u64, "{waiting} lines wait after batch {batch}");
        let found =
            store.logs(&LogFilter { search: format!("line {batch} 9999"), ..filter() }).await.unwrap();
        assert_eq!(found.lines.len(), 1, "a line is found at once");
    }
    until_findable(&store).await;
    let found =
        store.logs(&LogFilter { search: "line 3 77".to_owned(), limit: 500, ..filter() }).await.unwrap();
    assert_eq!(found.lines.len(), 111);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_lines_wait_for_a_quiet_moment_and_are_found_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for index in 0..15 {
        store.log(vec![line(&format!("busy {index}"), LogLevel::Info, None)]).await;
        store.flush().await.unwrap();
        let found = store.logs(&LogFilter { search: format!("busy {index}"), ..filter() }).await.unwrap();
        assert_eq!(found.lines.last().unwrap().text, format!("busy {index}"));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(store.storage().await.unwrap().unindexed_lines, 15, "none is indexed while lines keep coming");
    until_findable(&store).await;
    store.close().await;
}

//! Demo data beside real data: never mixed, and removed without a trace.

use crate::fixture::{NOON, function, invocation, open};
use hearth_model::{FunctionId, Invocation, LogLevel, LogLine, LogOrigin, Micros, Outcome, RequestId};
use hearth_store::{Batch, InvocationFilter, LogFilter, Scope, Store, Value};

async fn with_both(folder: &std::path::Path) -> Store {
    let store = open(folder).await;
    store.put_function(&function("F1", "kettle", 3, "a"), "deploy").await.unwrap();
    store.put_account("demo-prod", "fernhill-prod", "aws").await.unwrap();
    let mut made = function("D1", "kettle", 1, "b");
    "demo-prod".clone_into(&mut made.account);
    "eu-west-1".clone_into(&mut made.region);
    store.put_function(&made, "deploy").await.unwrap();
    let mut batch = Batch::default();
    for number in 0..3_000_i64 {
        let mut call = invocation(&format!("d{number}"), NOON - Micros(number * 1_000_000));
        call.function_id = FunctionId::from("D1");
        if number % 10 == 0 {
            call.outcome = Outcome::FunctionError;
            call.error_type = Some("KeyError".to_owned());
            call.error_message = Some("no such order".to_owned());
        }
        batch.lines.push(line(&call, "made up"));
        batch.invocations.push((call, None));
    }
    for number in 0..5_i64 {
        let call = invocation(&format!("r{number}"), NOON - Micros(number * 1_000_000 + 1));
        batch.lines.push(line(&call, "really happened"));
        batch.invocations.push((call, None));
    }
    batch.invocations.sort_by_key(|(call, _)| call.started_us);
    assert_eq!(store.ingest(&batch).await.unwrap(), 3_005);
    store
}

fn line(call: &Invocation, text: &str) -> LogLine {
    LogLine {
        at_us: call.started_us,
        function_id: call.function_id.clone(),
        environment_id: "E1".into(),
        request_id: Some(call.request_id.clone()),
        origin: LogOrigin::Function,
        level: LogLevel::Warn,
        text: text.to_owned(),
    }
}

fn calls(scope: Scope, search: &str) -> InvocationFilter {
    InvocationFilter { scope, search: search.to_owned(), ..InvocationFilter::default() }
}

async fn found(store: &Store, filter: &InvocationFilter) -> (usize, u64) {
    let (page, _) = store.invocations(filter, None, 10_000).await.unwrap();
    let of_demo = page.iter().filter(|call| call.function_id.as_str() == "D1").count();
    assert!(of_demo == 0 || of_demo == page.len(), "{filter:?} mixes");
    (page.len(), store.count_invocations(filter).await.unwrap().rows)
}

#[tokio::test]
async fn real_and_demo_calls_and_lines_are_never_on_one_page() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_both(folder.path()).await;
    assert_eq!(found(&store, &calls(Scope::All, "")).await, (5, 5));
    assert_eq!(found(&store, &calls(Scope::Demo, "")).await, (3_000, 3_000));
    assert_eq!(found(&store, &calls(Scope::Account("demo-prod".to_owned()), "")).await, (3_000, 3_000));
    assert_eq!(found(&store, &calls(Scope::All, "kettle")).await, (5, 5));
    assert_eq!(found(&store, &calls(Scope::All, "no such order")).await, (0, 0));
    assert_eq!(found(&store, &calls(Scope::Demo, "no such order")).await, (300, 300));
    let since = InvocationFilter { from_us: Some(NOON - Micros(90_500_000)), ..calls(Scope::Demo, "") };
    assert_eq!(found(&store, &since).await, (91, 91));
    for (scope, text, lines) in [
        (Scope::All, "", 5),
        (Scope::Demo, "", 3_000),
        (Scope::All, "happened", 5),
        (Scope::Demo, "happened", 0),
        (Scope::All, "up", 0),
    ] {
        for min_level in [None, Some(LogLevel::Warn)] {
            let filter = LogFilter {
                scope: scope.clone(),
                search: text.into(),
                min_level,
                limit: 4_000,
                ..LogFilter::default()
            };
            assert_eq!(store.logs(&filter).await.unwrap().lines.len(), lines, "{filter:?}");
        }
    }
    assert_eq!(store.functions().await.unwrap().len(), 1);
    assert_eq!(store.demo_functions(None).await.unwrap().len(), 1);
    assert_eq!(store.demo_functions(Some("kettle")).await.unwrap()[0].id.as_str(), "D1");
    assert!(store.check().await.unwrap().problems.is_empty());
}

#[tokio::test]
async fn removing_the_demo_leaves_nothing_of_it_and_all_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_both(folder.path()).await;
    let before = store.storage().await.unwrap();
    let real = store.totals(&Scope::All, Micros(0), NOON + Micros(1)).await.unwrap();
    let removed = store.remove_demo().await.unwrap();
    assert_eq!((removed.functions, removed.invocations, removed.log_lines), (1, 3_000, 3_000));
    let everything = [
        "SELECT COUNT(*) FROM accounts WHERE id LIKE 'demo%'",
        "SELECT COUNT(*) FROM functions WHERE account LIKE 'demo%'",
        "SELECT COUNT(*) FROM versions WHERE function_id = 'D1'",
        "SELECT COUNT(*) FROM scopes WHERE account LIKE 'demo%'",
        "SELECT COUNT(*) - 5 FROM invocations",
        "SELECT COUNT(*) - 5 FROM log_lines",
        "SELECT COUNT(*) FROM invocation_search WHERE invocation_search MATCH '\"ord\"'",
        "SELECT COUNT(*) FROM log_search WHERE log_search MATCH '\"mad\"'",
        "SELECT COUNT(*) FROM rollups WHERE scope NOT IN (SELECT key FROM scopes) OR scope = 2",
        "SELECT COUNT(*) FROM rollup_sketches WHERE scope NOT IN (SELECT key FROM scopes) OR scope = 2",
        "SELECT COUNT(*) FROM usage WHERE scope NOT IN (SELECT key FROM scopes) OR scope = 2",
    ];
    for question in everything {
        let answer = store.ask(question, 1, std::time::Duration::from_secs(5), false).await.unwrap();
        assert_eq!(answer.rows[0][0], hearth_store::Value::Integer(0), "{question}");
    }
    assert_eq!(store.totals(&Scope::All, Micros(0), NOON + Micros(1)).await.unwrap(), real);
    assert!(store.invocation(&RequestId::from("r0")).await.unwrap().is_some());
    let after = store.storage().await.unwrap();
    let used = |storage: &hearth_store::Storage| storage.file_bytes - storage.free_bytes;
    assert!(used(&after) < used(&before) / 3, "{before:?} {after:?}");
    assert!(store.check().await.unwrap().problems.is_empty());
    // It can be made again, under other keys.
    assert_eq!(store.remove_demo().await.unwrap().functions, 0);
}

#[tokio::test]
async fn questions_see_either_real_rows_or_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_both(folder.path()).await;
    for (demo, account, rows) in [(false, "local", 5), (true, "demo-prod", 3_000)] {
        for view in ["calls", "logs"] {
            let question = format!("SELECT account, COUNT(*) FROM {view} GROUP BY 1");
            let answer = store.ask(&question, 10, std::time::Duration::from_secs(5), demo).await.unwrap();
            let row = vec![Value::Text(account.to_owned()), Value::Integer(rows)];
            assert_eq!(answer.rows, [row], "{view} with the demo on: {demo}");
        }
    }
    store.close().await;
}

#[tokio::test]
async fn the_demo_neither_leaves_with_an_export_nor_comes_with_an_import() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_both(&folder.path().join("one")).await;
    store.set_setting("demo", "{\"state\":\"on\"}").await.unwrap();
    let file = folder.path().join("export.db");
    store.export(&file).await.unwrap();
    assert_eq!(store.demo_functions(None).await.unwrap().len(), 1, "the ledger itself keeps it");
    store.close().await;
    // As an older Hearth exported it, with the demo inside.
    let whole = folder.path().join("one/ledger.db");
    for from in [&file, &whole] {
        let other = open(&folder.path().join("two")).await;
        other.import(from).await.unwrap();
        assert_eq!(other.count_invocations(&InvocationFilter::default()).await.unwrap().rows, 5);
        assert_eq!(other.demo_functions(None).await.unwrap(), []);
        let question = "SELECT (SELECT COUNT(*) FROM invocations), (SELECT COUNT(*) FROM log_lines),
            (SELECT COUNT(*) FROM scopes WHERE account GLOB 'demo*'), (SELECT COUNT(*) FROM accounts WHERE id GLOB 'demo*')";
        let answer = other.ask(question, 1, std::time::Duration::from_secs(5), false).await.unwrap();
        assert_eq!(answer.rows[0], [5, 5, 0, 0].map(Value::Integer), "{}", from.display());
        other.close().await;
        std::fs::remove_dir_all(folder.path().join("two")).unwrap();
    }
    // The file is a ledger that knows of no demo.
    let third = folder.path().join("three");
    std::fs::create_dir_all(&third).unwrap();
    std::fs::copy(&file, third.join("ledger.db")).unwrap();
    let third = open(&third).await;
    assert_eq!(third.setting("demo").await.unwrap(), None);
    assert_eq!(third.demo_functions(None).await.unwrap(), []);
    assert_eq!(third.check().await.unwrap().problems, [""; 0]);
    third.close().await;
}

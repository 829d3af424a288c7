//! What functions print, and the platform's lines.

use crate::kit::{Kit, tail};
use hearth_model::{LogLevel, LogOrigin, Outcome, RequestId};
use std::sync::Arc;

#[tokio::test]
async fn lines_carry_their_request_and_the_tail_reads_as_lambdas() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(
        "import sys\nprint('loading')\ndef handler(event, context):\n    print('hello')\n    print('[ERROR] oh', file=sys.stderr)\n",
    ));
    let done = kit.call(&spec, "{}").await;
    let request = &done.invocation.request_id;
    let tail = tail(&done);
    let lines: Vec<&str> = tail.lines().collect();
    assert!(lines[0].starts_with("INIT_START Runtime Version: python:3."), "{lines:?}");
    assert_eq!(lines[1], "loading");
    assert_eq!(lines[2], format!("START RequestId: {request} Version: $LATEST"));
    assert_eq!(lines[3..5], ["hello", "[ERROR] oh"]);
    assert_eq!(lines[5], format!("END RequestId: {request}"));
    let figures: Vec<&str> = lines[6].split('\t').collect();
    assert_eq!(figures[0], format!("REPORT RequestId: {request}"));
    assert_eq!(figures[2], format!("Billed Duration: {} ms", done.invocation.billed_ms));
    assert_eq!(figures[3], "Memory Size: 256 MB");
    assert_eq!(figures[4], format!("Max Memory Used: {} MB", done.invocation.max_memory_mb));
    assert!(figures[5].starts_with("Init Duration: "), "init comes last: {figures:?}");
    kit.until("all lines", || kit.lines().len() == 7).await;
    let seen = kit.lines();
    assert_eq!(seen[1].request_id, None, "init belongs to no request");
    assert!(seen[2..].iter().all(|line| line.request_id.as_ref() == Some(request)));
    assert_eq!((seen[4].level, seen[4].origin), (LogLevel::Error, LogOrigin::Function));
    assert_eq!(seen[5].origin, LogOrigin::Platform);
}

#[tokio::test]
async fn every_line_of_a_traceback_is_an_error() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(
        "def handler(event, context):\n    print('before')\n    print(' indented')\n    raise ValueError('no')\n",
    ));
    kit.call(&spec, "{}").await;
    let said = |text: &str| kit.lines().iter().find(|line| line.text.contains(text)).map(|line| line.level);
    kit.until("the last line", || said("REPORT").is_some()).await;
    assert_eq!(said(" indented"), Some(LogLevel::Info), "it goes on with a quiet line");
    assert_eq!(said("raise ValueError"), Some(LogLevel::Error));
    assert_eq!(said("File \""), Some(LogLevel::Error));
}

#[tokio::test]
async fn a_warm_call_has_a_tail_of_its_own() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python("def handler(event, context):\n    print(event)\n"));
    kit.call(&spec, "\"first\"").await;
    let second = tail(&kit.call(&spec, "\"second\"").await);
    assert!(second.starts_with("START ") && second.contains("second"), "{second}");
    assert!(!second.contains("first") && !second.contains("Init Duration"), "{second}");
}

#[tokio::test]
async fn fifty_megabytes_of_output_arrive_whole() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(
        "import sys\ndef handler(event, context):\n    line = 'x' * 1023 + '\\n'\n    for _ in range(51200):\n        sys.stdout.write(line)\n    print('last')\n    return 'printed'\n",
    ));
    let done = kit.call(&spec, "{}").await;
    assert_eq!(done.invocation.outcome, Outcome::Succeeded, "{:?}", done.response);
    assert_eq!(done.log_tail.len(), 4096, "the tail is the last 4 KB");
    assert!(
        tail(&done).contains("\nlast\n") && tail(&done).trim_end().contains("REPORT"),
        "it ends with the end"
    );
    kit.until("every line", || kit.lines().iter().filter(|line| line.text.len() == 1023).count() == 51_200)
        .await;
}

#[tokio::test]
async fn nothing_is_lost_while_nobody_takes_events() {
    let folder = tempfile::tempdir().expect("scratch folder");
    let runtime = hearth_runtime::Runtime::start(crate::kit::options(folder.path())).await.expect("starts");
    let mut events = runtime.events();
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(
        "def handler(event, context):\n    for number in range(200000):\n        print(number, 'x' * 60)\n",
    ));
    let call = tokio::spawn({
        let (runtime, spec) = (runtime.clone(), spec.clone());
        async move { runtime.invoke(crate::kit::job(&spec, "{}")).await }
    });
    // A slow listener: the function waits for it, and no line is dropped.
    let mut numbers = Vec::new();
    while numbers.len() < 200_000 {
        let Some(event) = events.recv().await else { break };
        tokio::task::yield_now().await;
        if let hearth_model::HearthEvent::Logged { lines } = event {
            numbers
                .extend(lines.iter().filter_map(|line| line.text.split(' ').next()?.parse::<usize>().ok()));
        }
    }
    drop(events);
    assert!(numbers.iter().copied().eq(0..200_000), "every line once, in order");
    assert_eq!(call.await.expect("call").invocation.outcome, Outcome::Succeeded);
}

#[tokio::test]
async fn secrets_are_not_printed_with_the_specification() {
    let kit = Kit::new().await;
    let mut spec = kit.python("");
    let secret = RequestId::generate();
    spec.environment.insert("TOKEN".to_owned(), secret.to_string());
    let printed = format!("{spec:?}");
    assert!(printed.contains("TOKEN") && !printed.contains(secret.as_str()), "{printed}");
}

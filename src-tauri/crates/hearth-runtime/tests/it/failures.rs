//! Functions that fail, and the call after that.

use crate::kit::{Kit, json, tail};
use hearth_model::{EnvironmentState as State, Micros, Outcome, ServerStart};
use hearth_runtime::FunctionSpec;
use std::sync::Arc;

const MOODS: &str = "
import os, sys, time
def handler(event, context):
    mood = event.get('mood')
    if mood == 'raise':
        raise ValueError('no')
    if mood == 'exit':
        os._exit(7)
    if mood == 'quiet':
        os._exit(0)
    if mood == 'hang':
        time.sleep(60)
    if mood == 'eat':
        hoard = []
        for _ in range(1024):
            hoard.append(bytearray(os.urandom(4096) * 256))
    if mood == 'set':
        return {1, 2}
    if mood == 'large':
        return 'x' * 6291556
    return 'fine'
";

#[tokio::test]
async fn an_exception_is_an_unhandled_error_and_keeps_the_environment() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(MOODS));
    let done = kit.call(&spec, "{\"mood\":\"raise\"}").await;
    assert_eq!(done.invocation.outcome, Outcome::FunctionError);
    assert_eq!(done.function_error.as_deref(), Some("Unhandled"));
    assert_eq!(json(&done)["errorType"], "ValueError");
    assert_eq!(json(&done)["errorMessage"], "no");
    assert_eq!(done.invocation.error_type.as_deref(), Some("ValueError"));
    let next = kit.call(&spec, "{}").await;
    assert_eq!(next.invocation.environment_id, done.invocation.environment_id);
}

#[tokio::test]
async fn a_process_that_exits_is_a_crash_and_the_next_call_starts_anew() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(MOODS));
    for (mood, words) in [
        ("exit", "Runtime exited with error: exit status 7"),
        ("quiet", "Runtime exited without providing a reason"),
    ] {
        let done = kit.call(&spec, &format!("{{\"mood\":\"{mood}\"}}")).await;
        assert_eq!(done.invocation.outcome, Outcome::Crashed);
        assert_eq!(json(&done)["errorType"], "Runtime.ExitError");
        assert!(
            !cfg!(target_os = "linux") || done.invocation.max_memory_mb > 0,
            "what it had is not nothing"
        );
        let message = format!("RequestId: {} Error: {words}", done.invocation.request_id);
        assert_eq!(json(&done)["errorMessage"], message.as_str());
        let next = kit.call(&spec, "{}").await;
        assert_eq!(json(&next), "fine");
        assert_eq!(next.invocation.start, ServerStart::Cold);
    }
}

#[tokio::test]
async fn a_timeout_ends_the_environment_and_the_next_call_starts_anew() {
    let kit = Kit::new().await;
    let spec = Arc::new(FunctionSpec { timeout: Micros::from_seconds(1), ..kit.python(MOODS) });
    let done = kit.call(&spec, "{\"mood\":\"hang\"}").await;
    assert_eq!(done.invocation.outcome, Outcome::TimedOut);
    let request = &done.invocation.request_id;
    assert_eq!(
        String::from_utf8_lossy(&done.response),
        format!(
            "{{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: {request} Error: Task timed out after 1.00 seconds\"}}"
        )
    );
    assert!(tail(&done).contains("Task timed out after 1.00 seconds"), "{}", tail(&done));
    assert!(tail(&done).contains("Duration: 1000.00 ms"), "billed for its timeout: {}", tail(&done));
    assert!(kit.runtime.environments().is_empty());
    kit.until("a failed environment", || kit.states().contains(&State::Failed)).await;
    assert_eq!(kit.call(&spec, "{}").await.invocation.start, ServerStart::Cold);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_function_that_outgrows_its_memory_is_ended() {
    let kit = Kit::new().await;
    let spec = Arc::new(FunctionSpec { memory_mb: 128, ..kit.python(MOODS) });
    let done = kit.call(&spec, "{\"mood\":\"eat\"}").await;
    assert_eq!(done.invocation.outcome, Outcome::OutOfMemory, "{:?}", done.response);
    assert_eq!(json(&done)["errorType"], "Runtime.ExitError");
    assert!(done.invocation.error_message.as_deref().is_some_and(|text| text.ends_with("signal: killed")));
    assert!(done.invocation.max_memory_mb > 128, "the figure is the true one");
    assert!(tail(&done).contains("Runtime.OutOfMemory"), "{}", tail(&done));
    assert_eq!(json(&kit.call(&spec, "{}").await), "fine");
}

#[tokio::test]
async fn code_that_cannot_be_loaded_says_so() {
    let kit = Kit::new().await;
    for (text, kind) in [
        ("def handler(:\n", "Runtime.UserCodeSyntaxError"),
        ("import not_there\n", "Runtime.ImportModuleError"),
        ("x = 1\n", "Runtime.HandlerNotFound"),
        ("1 / 0\n", "ZeroDivisionError"),
    ] {
        let done = kit.call(&Arc::new(kit.python(text)), "{}").await;
        assert_eq!(done.invocation.outcome, Outcome::InitFailed, "{text:?}");
        assert_eq!(json(&done)["errorType"], kind, "{text:?}");
        assert_eq!(done.function_error.as_deref(), Some("Unhandled"));
    }
    let done = kit.call(&Arc::new(kit.node("export const handler = ;")), "{}").await;
    assert_eq!(json(&done)["errorType"], "Runtime.UserCodeSyntaxError");
    kit.until("no environment is left", || kit.runtime.environments().is_empty()).await;
}

#[tokio::test]
async fn a_process_that_exits_while_loading_fails_init() {
    let kit = Kit::new().await;
    let done = kit.call(&Arc::new(kit.python("import os\nos._exit(3)\n")), "{}").await;
    assert_eq!(done.invocation.outcome, Outcome::InitFailed);
    assert_eq!(json(&done)["errorType"], "Runtime.ExitError");
    assert!(json(&done)["errorMessage"].as_str().is_some_and(|text| text.ends_with("exit status 3")));
}

#[tokio::test]
async fn an_init_that_hangs_is_begun_again_and_then_times_out() {
    let kit = Kit::new().await;
    kit.runtime.set_init_limit(Micros(300_000));
    let spec =
        FunctionSpec { timeout: Micros::from_seconds(1), ..kit.python("import time\ntime.sleep(60)\n") };
    let done = kit.call(&Arc::new(spec), "{}").await;
    assert_eq!(done.invocation.outcome, Outcome::TimedOut);
    assert_eq!(done.invocation.environment_number, Some(2), "the second environment");
    kit.until("INIT_REPORT", || kit.lines().iter().any(|line| line.text.starts_with("INIT_REPORT"))).await;
}

#[tokio::test]
async fn answers_that_are_not_json_or_too_long_are_errors() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(MOODS));
    let done = kit.call(&spec, "{\"mood\":\"set\"}").await;
    assert_eq!(json(&done)["errorType"], "Runtime.MarshalError");
    let done = kit.call(&spec, "{\"mood\":\"large\"}").await;
    assert_eq!(json(&done)["errorType"], "Function.ResponseSizeTooLarge");
    assert_eq!(done.invocation.outcome, Outcome::FunctionError);
    assert_eq!(json(&kit.call(&spec, "{}").await), "fine", "the next call works");
}

#[tokio::test]
async fn an_event_of_seven_megabytes_is_refused_before_a_server_is_touched() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(MOODS));
    let done = kit.call(&spec, &format!("\"{}\"", "x".repeat(7_000_000))).await;
    assert_eq!(done.invocation.error_type.as_deref(), Some("RequestEntityTooLargeException"));
    assert_eq!(done.invocation.start, ServerStart::None);
    assert!(kit.runtime.environments().is_empty());
}

#[tokio::test]
async fn a_missing_interpreter_is_named() {
    let kit = Kit::with(|options| options.search_path = Some("/nowhere".into())).await;
    let done = kit.call(&Arc::new(kit.python(MOODS)), "{}").await;
    assert_eq!(done.invocation.outcome, Outcome::InitFailed);
    assert!(
        done.invocation.error_message.as_deref().is_some_and(|text| text.contains("no Python was found"))
    );
}

#[tokio::test]
async fn a_missing_or_broken_bootstrap_is_named() {
    let kit = Kit::new().await;
    let spec = kit.provided("\x7fnot a program");
    let done = kit.call(&Arc::new(spec), "{}").await;
    assert_eq!(done.invocation.outcome, Outcome::InitFailed);
    let mut spec = kit.provided("");
    spec.code_dir = kit.folder.path().to_owned();
    let done = kit.call(&Arc::new(spec), "{}").await;
    assert_eq!(json(&done)["errorType"], "Runtime.InvalidEntrypoint");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_process_that_dies_while_idle_is_noticed() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python("import os\ndef handler(event, context):\n    return os.getpid()\n"));
    let done = kit.call(&spec, "{}").await;
    kit.until_state(State::Frozen).await;
    let pid = i32::try_from(json(&done).as_u64().expect("pid")).expect("pid");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).expect("kill");
    kit.until("a failed environment", || kit.states().last() == Some(&State::Failed)).await;
    assert_eq!(kit.call(&spec, "{}").await.invocation.start, ServerStart::Cold);
}

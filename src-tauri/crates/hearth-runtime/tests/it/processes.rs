//! Process groups, inherited environments and what a crashed run leaves behind.

use crate::kit::{Kit, json, options, process_state};
use hearth_model::{Micros, Outcome};
use hearth_runtime::{FunctionSpec, ParkedCounts, Runtime};
use std::sync::Arc;

#[tokio::test]
async fn a_function_sees_lambdas_variables_and_nothing_of_the_host() {
    let kit = Kit::new().await;
    let mut spec =
        kit.python("import os\ndef handler(event, context):\n    return dict(os.environ, cwd=os.getcwd())\n");
    for (name, value) in [("STAGE", "test"), ("AWS_REGION", "moon-1"), ("_HANDLER", "other.one")] {
        spec.environment.insert(name.to_owned(), value.to_owned());
    }
    let code = spec.code_dir.canonicalize().expect("code folder");
    let seen = json(&kit.call(&Arc::new(spec), "{}").await);
    for (name, value) in [
        ("STAGE", "test"),
        ("AWS_REGION", "us-east-1"),
        ("_HANDLER", "app.handler"),
        ("AWS_LAMBDA_FUNCTION_NAME", "tested"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_python3.11"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("TZ", ":UTC"),
        ("LANG", "en_US.UTF-8"),
        ("cwd", &code.to_string_lossy()),
    ] {
        assert_eq!(seen[name], value, "{name}");
    }
    for name in ["CARGO_MANIFEST_DIR", "USER", "SHELL", "PYTHONHOME"] {
        assert!(seen.get(name).is_none(), "{name} is the host's");
    }
    assert!(seen["HOME"].as_str().is_some_and(|home| home.contains("/tmp/")), "a scratch folder of its own");
}

/// The host's PYTHONHOME and NODE_OPTIONS would break every start. Set by running this test again in a process
/// that has them.
#[tokio::test]
async fn a_broken_pythonhome_of_the_host_does_no_harm() {
    if std::env::var_os("HEARTH_TEST_INNER").is_none() {
        let test = std::env::current_exe().expect("this test");
        #[expect(clippy::disallowed_methods, reason = "the test runs itself, not a function")]
        let status = std::process::Command::new(test)
            .args(["--exact", "processes::a_broken_pythonhome_of_the_host_does_no_harm"])
            .env("HEARTH_TEST_INNER", "1")
            .env("PYTHONHOME", "/nowhere")
            .env("NODE_OPTIONS", "--require=/nowhere.js")
            .env("NODE_EXTRA_CA_CERTS", "/nowhere.pem")
            .stdout(std::process::Stdio::null())
            .status()
            .expect("runs");
        assert!(status.success(), "the runtime works in a host with a broken PYTHONHOME");
        return;
    }
    let kit = Kit::with(|options| options.parked = ParkedCounts { python: 1, node: 0, quickjs: 0 }).await;
    kit.until("a parked Python", || kit.runtime.engines()[0].parked == 1).await;
    for spec in [
        kit.python("def handler(event, context):\n    return 1\n"),
        kit.node("export const handler = async () => 1;"),
    ] {
        assert_eq!(json(&kit.call(&Arc::new(spec), "{}").await), 1);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn grandchildren_end_with_their_group() {
    let kit = Kit::new().await;
    let spec = kit.python(
        "import subprocess, time\nchild = subprocess.Popen(['sleep', '600'])\nprint('child', child.pid)\ndef handler(event, context):\n    time.sleep(60)\n",
    );
    let spec = Arc::new(FunctionSpec { timeout: Micros::from_seconds(1), ..spec });
    let done = kit.call(&spec, "{}").await;
    assert_eq!(done.invocation.outcome, Outcome::TimedOut);
    let text = String::from_utf8_lossy(&done.log_tail).into_owned();
    let pid =
        text.lines().find_map(|line| line.strip_prefix("child ")).expect("it printed").parse().expect("pid");
    kit.until("the grandchild ended", || process_state(pid).is_none()).await;
}

/// A process that leaves its session and its group, as a daemon does.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_left_its_group_ends_with_its_server() {
    const CODE: &str = "import os, subprocess\ndef handler(event, context):\n    child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n    print('child', child.pid)\n    if event.get('exit'):\n        os._exit(3)\n";
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(CODE));
    let child = |tail: &[u8]| -> u32 {
        let text = String::from_utf8_lossy(tail).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix("child ").map(str::to_owned));
        line.expect("it printed").trim().parse().expect("pid")
    };
    let crashed = child(&kit.call(&spec, "{\"exit\": true}").await.log_tail);
    kit.until("it ended after the crash of its server", || process_state(crashed).is_none()).await;
    let left = child(&kit.call(&spec, "{}").await.log_tail);
    assert!(process_state(left).is_some(), "it goes on for as long as its server is there");
    kit.runtime.shutdown().await;
    kit.until("it ended with Hearth", || process_state(left).is_none()).await;
}

/// A group whose Hearth is gone: a stopped process, as a crash leaves frozen environments.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn orphans_of_a_crashed_run_are_swept_and_strangers_are_left_alone() {
    use std::os::unix::process::CommandExt;
    let folder = tempfile::tempdir().expect("scratch folder");
    let records = folder.path().join("processes");
    std::fs::create_dir_all(&records).expect("records");
    let start = || {
        #[expect(clippy::disallowed_methods, reason = "the test plays the crashed run")]
        std::process::Command::new("sleep").arg("600").process_group(0).spawn().expect("sleep")
    };
    let (mut orphan, mut stranger) = (start(), start());
    let started = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("stat");
        stat.rsplit_once(") ")
            .expect("stat")
            .1
            .split(' ')
            .nth(19)
            .expect("start")
            .parse::<u64>()
            .expect("number")
    };
    let note = |pid: u32, start: u64| std::fs::write(records.join(pid.to_string()), start.to_string());
    note(orphan.id(), started(orphan.id())).expect("record");
    // Its number was used again since: the start time differs.
    note(stranger.id(), started(stranger.id()) - 1).expect("record");
    let runtime = Runtime::start(options(folder.path())).await.expect("starts");
    assert!(!orphan.wait().expect("wait").success(), "the orphan was ended");
    assert!(stranger.try_wait().expect("wait").is_none(), "the stranger lives");
    assert_eq!(std::fs::read_dir(&records).expect("records").count(), 0, "the records are gone");
    stranger.kill().expect("kill");
    stranger.wait().expect("wait");
    runtime.shutdown().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn nothing_is_left_after_closing() {
    let kit = Kit::with(|options| options.parked = ParkedCounts { python: 1, node: 1, quickjs: 0 }).await;
    kit.until("parked processes", || {
        kit.runtime.engines().iter().map(|engine| engine.parked).sum::<usize>() == 2
    })
    .await;
    let spec = Arc::new(kit.python("def handler(event, context):\n    return 1\n"));
    kit.call(&spec, "{}").await;
    let records = kit.folder.path().join("run/processes");
    let pids = || -> Vec<u32> {
        std::fs::read_dir(&records)
            .expect("records")
            .filter_map(|entry| entry.expect("record").file_name().to_str()?.parse().ok())
            .collect()
    };
    let before = pids();
    assert!(before.len() >= 3, "zygote, parked and busy ones are on record: {before:?}");
    kit.runtime.shutdown().await;
    kit.until("every process ended", || before.iter().all(|pid| process_state(*pid).is_none())).await;
    kit.until("no record is left", || pids().is_empty()).await;
}

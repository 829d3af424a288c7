//! Memory limits held by the kernel. Where this computer allows no control groups, these say why and pass; the limit by
//! sampling is tested with the other failures.
#![cfg(target_os = "linux")]

use crate::kit::{Kit, cold, json, tail};
use hearth_model::{EnvironmentState as State, Outcome};
use hearth_runtime::{FunctionSpec, ParkedCounts};
use std::io::Write as _;
use std::sync::Arc;

/// Eats in a process that left the process group, where no sampling of the group can see it.
const GLUTTON: &str = "
import subprocess, sys, os
EAT = 'hoard = [bytearray(1 << 20) for _ in range(600)]; print(len(hoard))'
def handler(event, context):
    if event == 'eat':
        hoard = [bytearray(1 << 20) for _ in range(600)]
    if event == 'child':
        return subprocess.run([sys.executable, '-c', EAT], start_new_session=True, capture_output=True).stdout.decode()
    if event == 'leave':
        return subprocess.Popen(['sleep', '600'], start_new_session=True).pid
    return [os.getpid(), open('/proc/self/cgroup').read()]
";

fn held_by_the_kernel(kit: &Kit) -> bool {
    match kit.runtime.memory_limit() {
        Ok(()) => true,
        Err(reason) => {
            // Straight to the terminal: what a passing test prints is hidden.
            writeln!(std::io::stderr(), "SKIPPED memory limits by the kernel: {reason}").ok();
            false
        }
    }
}

#[tokio::test]
async fn the_kernel_ends_what_outgrows_its_memory_and_the_next_call_works() {
    for parked in [0, 1] {
        let kit =
            Kit::with(|options| options.parked = ParkedCounts { python: parked, node: 0, quickjs: 0 }).await;
        if !held_by_the_kernel(&kit) {
            return;
        }
        kit.until("parked processes", || kit.runtime.engines()[0].parked == parked).await;
        let spec = Arc::new(FunctionSpec { memory_mb: 128, ..kit.python(GLUTTON) });
        let seen = json(&kit.call(&spec, "\"look\"").await);
        assert!(
            seen[1].as_str().is_some_and(|group| group.contains("/hearth-")),
            "a group of its own: {seen}"
        );
        let second = json(&kit.runtime.invoke(cold(&spec, "\"look\"")).await);
        assert_ne!(seen[1], second[1], "each environment its own");
        for event in ["\"eat\"", "\"child\""] {
            let done = kit.call(&spec, event).await;
            assert_eq!(done.invocation.outcome, Outcome::OutOfMemory, "{event}: {:?}", done.response);
            assert!(tail(&done).contains("Runtime.OutOfMemory"), "{event}: {}", tail(&done));
            assert_eq!(json(&done)["errorType"], "Runtime.ExitError");
            let next = kit.call(&spec, "\"look\"").await;
            assert_eq!(next.invocation.outcome, Outcome::Succeeded, "{:?}", next.response);
        }
    }
}

#[tokio::test]
async fn what_left_the_process_group_ends_with_its_control_group() {
    let kit = Kit::new().await;
    if !held_by_the_kernel(&kit) {
        return;
    }
    let spec = Arc::new(kit.python(GLUTTON));
    let pid = json(&kit.call(&spec, "\"leave\"").await).as_u64().expect("pid");
    let group = json(&kit.call(&spec, "\"look\"").await)[1].as_str().expect("group").trim().to_owned();
    kit.until_state(State::Frozen).await;
    kit.runtime.reap_function(&spec.id, "test").await;
    kit.until("the one that left has ended", || {
        crate::kit::process_state(u32::try_from(pid).expect("pid")).is_none()
    })
    .await;
    let folder = format!("/sys/fs/cgroup{}", group.strip_prefix("0::").expect("version 2"));
    kit.until("the group is gone", || !std::path::Path::new(&folder).exists()).await;
}

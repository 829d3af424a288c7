//! What differs between operating systems: group signals, the process table and control groups. Must not know environments.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as table;
#[cfg(not(target_os = "linux"))]
mod portable;
#[cfg(not(target_os = "linux"))]
use portable as table;

#[cfg(target_os = "linux")]
mod cgroup;
#[cfg(not(target_os = "linux"))]
#[path = "no_cgroup.rs"]
mod cgroup;

pub(crate) use cgroup::{Cgroups, Group};
pub(crate) use table::{end_processes_with, group_memory, is_group_since, peak_memory, start_time};

/// Whether idle processes can be stopped here.
#[cfg(unix)]
pub(crate) fn stop_group(group: u32) -> bool {
    signal(group, nix::sys::signal::Signal::SIGSTOP)
}

#[cfg(unix)]
pub(crate) fn continue_group(group: u32) {
    signal(group, nix::sys::signal::Signal::SIGCONT);
}

#[cfg(unix)]
pub(crate) fn kill_group(group: u32) {
    signal(group, nix::sys::signal::Signal::SIGKILL);
}

/// A group that is gone is not an error: its members may end at any moment.
#[cfg(unix)]
fn signal(group: u32, signal: nix::sys::signal::Signal) -> bool {
    i32::try_from(group).is_ok_and(|group| {
        group > 1 && nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), signal).is_ok()
    })
}

/// Ends one process; false when it is gone or somebody else's.
#[cfg(target_os = "linux")]
fn kill(pid: u32) -> bool {
    use nix::sys::signal::{Signal, kill};
    i32::try_from(pid)
        .is_ok_and(|pid| pid > 1 && kill(nix::unistd::Pid::from_raw(pid), Signal::SIGKILL).is_ok())
}

/// Windows has no stop signal; environments stay warm there.
#[cfg(not(unix))]
pub(crate) fn stop_group(_group: u32) -> bool {
    false
}

#[cfg(not(unix))]
pub(crate) fn continue_group(_group: u32) {}

/// Without process groups the leader is ended through its own handle, by whoever waits for it.
#[cfg(not(unix))]
pub(crate) fn kill_group(_group: u32) {}

//! The process table of Linux, read from `/proc`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Clock ticks from boot until `pid` started: with the pid, a name that is never used twice.
pub(crate) fn start_time(pid: u32) -> Option<u64> {
    stat(pid).map(|stat| stat.start)
}

/// Whether `group` is still the process group whose leader started at `start`, also when that leader is gone.
pub(crate) fn is_group_since(group: u32, start: u64) -> bool {
    match stat(group) {
        Some(leader) => leader.start == start && leader.group == group,
        // A pid is not used again while a group of that number has members.
        None => {
            processes().any(|pid| stat(pid).is_some_and(|stat| stat.group == group && stat.start >= start))
        }
    }
}

/// Resident bytes of the process group. `whole` looks at every process; otherwise only at the leader's
/// descendants, which costs microseconds.
pub(crate) fn group_memory(leader: u32, whole: bool) -> u64 {
    if whole {
        return processes()
            .filter(|pid| *pid == leader || stat(*pid).is_some_and(|stat| stat.group == leader))
            .map(resident)
            .sum();
    }
    let mut sum = 0;
    let mut left = vec![leader];
    while let Some(pid) = left.pop() {
        sum += resident(pid);
        if let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) {
            for task in tasks.flatten() {
                if let Ok(children) = fs::read_to_string(task.path().join("children")) {
                    left.extend(
                        children.split_ascii_whitespace().filter_map(|child| child.parse::<u32>().ok()),
                    );
                }
            }
        }
    }
    sum
}

/// The most resident bytes that `pid` itself ever had.
pub(crate) fn peak_memory(pid: u32) -> u64 {
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { return 0 };
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes * 1024)
}

/// Ends processes whose variable `name` holds a path that is `meant`, and returns how many there were. Those of other
/// people cannot be read, and stay.
pub(crate) fn end_processes_with(name: &str, meant: impl Fn(&Path) -> bool) -> usize {
    let own = std::process::id();
    let prefix = format!("{name}=");
    let is_meant = |pid: &u32| {
        fs::read(format!("/proc/{pid}/environ")).is_ok_and(|variables| {
            variables.split(|byte| *byte == 0).any(|variable| {
                variable
                    .strip_prefix(prefix.as_bytes())
                    .is_some_and(|path| meant(Path::new(OsStr::from_bytes(path))))
            })
        })
    };
    let strays = processes().filter(|pid| *pid != own && stat(*pid).is_some()).filter(is_meant);
    strays.filter(|pid| super::kill(*pid)).count()
}

fn processes() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok()))
}

fn resident(pid: u32) -> u64 {
    fs::read_to_string(format!("/proc/{pid}/statm"))
        .ok()
        .and_then(|text| text.split_ascii_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()))
        .map_or(0, |pages| pages * page_size())
}

fn page_size() -> u64 {
    static SIZE: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *SIZE.get_or_init(|| {
        nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE)
            .ok()
            .flatten()
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or(4096)
    })
}

struct Stat {
    group: u32,
    start: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything, also brackets and spaces.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    // A zombie has ended; only its parent has not noticed.
    if *fields.first()? == "Z" {
        return None;
    }
    Some(Stat { group: fields.get(2)?.parse().ok()?, start: fields.get(19)?.parse().ok()? })
}

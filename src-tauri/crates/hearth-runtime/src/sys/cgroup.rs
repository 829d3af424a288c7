//! Control groups of Linux, version 2: a group for each environment, whose memory the kernel holds down. Owns where
//! such groups may be made, and how one is limited, read and removed. Must not know environments.
//!
//! A group may be made where the person may write: in Hearth's own group when nothing but Hearth is in it (a service
//! or `systemd-run --user --scope -p Delegate=yes`), else in a group further up that belongs to the person, as those
//! of a desktop session do. Root climbs nowhere: everything would be writable for it, and nothing meant for it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Name of the folder of one run, followed by Hearth's process id and a number.
const RUN: &str = "hearth-";
/// Runs that this process began; more than one in tests only.
static RUNS: AtomicU32 = AtomicU32::new(0);
/// Where Hearth's own processes go when its own group becomes a parent, which may hold no processes itself.
const MAIN: &str = "main";
/// Tries to move every process of a group, some of which may fork meanwhile.
const TRIES: u32 = 5;
/// Tries to remove a group whose last processes are still ending, and the time between them.
const REMOVALS: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(10);

/// The folder in which groups of this run are made.
#[derive(Debug)]
pub(crate) struct Cgroups {
    folder: PathBuf,
}

/// The group of one environment.
#[derive(Debug)]
pub(crate) struct Group {
    path: PathBuf,
}

impl Cgroups {
    /// Finds a place for groups, or says why there is none.
    pub(crate) fn find() -> Result<Self, String> {
        let read = |path: &str| fs::read_to_string(path).map_err(|error| format!("{path}: {error}"));
        let mounts = read("/proc/self/mountinfo")?;
        let groups = read("/proc/self/cgroup")?;
        let (mount, own) = own_group(&mounts, &groups)?;
        Self::find_in(&mount, &own)
    }

    /// Looks from the group `own` upwards to `mount`.
    fn find_in(mount: &Path, own: &Path) -> Result<Self, String> {
        if !has_memory(&own.join("cgroup.controllers")) && !has_memory(&mount.join("cgroup.controllers")) {
            return Err("the kernel offers no memory controller for control groups of version 2".to_owned());
        }
        let mut refusals = Vec::new();
        for candidate in own.ancestors().take_while(|path| path.starts_with(mount)) {
            match Self::make_in(candidate, candidate == own) {
                Ok(folder) => return Ok(Self { folder }),
                Err(error) => refusals.push(format!("{}: {error}", candidate.display())),
            }
        }
        Err(format!("no control group here may be used: {}", refusals.join("; ")))
    }

    fn make_in(candidate: &Path, is_own: bool) -> io::Result<PathBuf> {
        if !has_memory(&candidate.join("cgroup.controllers")) {
            return Err(io::Error::other("its memory is not controlled"));
        }
        if !is_own && !belongs_to_a_person(candidate)? {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        // Moving a process wants the right to write here, in the group above both places.
        nix::unistd::access(&candidate.join("cgroup.procs"), nix::unistd::AccessFlags::W_OK)?;
        sweep(candidate);
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        let folder = candidate.join(format!("{RUN}{}-{number}", std::process::id()));
        make(&folder)?;
        let made = Self::enable(candidate, &folder, is_own);
        if made.is_err() {
            remove_all(&folder);
        }
        made.map(|()| folder)
    }

    /// Gives `folder`, and what will be made in it, the memory controller.
    fn enable(candidate: &Path, folder: &Path, is_own: bool) -> io::Result<()> {
        let control = candidate.join("cgroup.subtree_control");
        if !has_memory(&control) {
            if is_own {
                step_aside(candidate, &folder.join(MAIN))?;
            }
            fs::write(&control, "+memory")?;
        }
        fs::write(folder.join("cgroup.subtree_control"), "+memory")?;
        let probe = folder.join("probe");
        make(&probe)?;
        let limited = fs::write(probe.join("memory.max"), "max");
        fs::remove_dir(&probe)?;
        limited
    }

    /// A new group, without a limit yet.
    pub(crate) fn group(&self, name: &str) -> io::Result<Group> {
        let group = Group { path: self.folder.join(name) };
        make(&group.path)?;
        // Older kernels lack these: then one process of the group is ended first, and swap counts as room.
        for (file, value) in [("memory.oom.group", "1"), ("memory.swap.max", "0")] {
            if let Err(error) = fs::write(group.path.join(file), value) {
                tracing::debug!(%error, file, "a control group lacks a setting");
            }
        }
        Ok(group)
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        remove_all(&self.folder);
    }
}

impl Group {
    /// Takes `pid` in. What the process held before stays where it was; what it takes from now on counts here.
    pub(crate) fn join(&self, pid: u32) -> io::Result<()> {
        fs::write(self.path.join("cgroup.procs"), pid.to_string())
    }

    /// Lets the group have at most so many bytes.
    pub(crate) fn limit(&self, bytes: u64) -> io::Result<()> {
        fs::write(self.path.join("memory.max"), bytes.to_string())
    }

    /// Whether the kernel ended a process of the group for want of memory.
    pub(crate) fn ran_out(&self) -> bool {
        figure(&self.path.join("memory.events"), "oom_kill").is_some_and(|kills| kills > 0)
    }

    /// The most bytes the group ever had; none on kernels before 5.19.
    pub(crate) fn peak(&self) -> Option<u64> {
        fs::read_to_string(self.path.join("memory.peak")).ok()?.trim().parse().ok()
    }

    /// Ends whatever is left in the group, also what left the process group, and removes it. Blocking.
    pub(crate) fn remove(&self) {
        // Before kernel 5.14 there is no such file; then only the process group was ended.
        if let Err(error) = fs::write(self.path.join("cgroup.kill"), "1") {
            tracing::debug!(%error, "a control group could not be ended as a whole");
        }
        for _ in 0..REMOVALS {
            match fs::remove_dir(&self.path) {
                Ok(()) => return,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return,
                #[expect(
                    clippy::disallowed_methods,
                    reason = "a thread of its own waits for processes to end"
                )]
                Err(_) => std::thread::sleep(BETWEEN),
            }
        }
        tracing::debug!(group = %self.path.display(), "a control group stays: processes are left in it");
    }
}

/// Where version 2 is mounted, and the folder of this process's group in it.
fn own_group(mounts: &str, groups: &str) -> Result<(PathBuf, PathBuf), String> {
    let (root, mount) = mounts
        .lines()
        .find_map(|line| {
            let (place, kind) = line.split_once(" - ")?;
            let fields: Vec<&str> = place.split(' ').collect();
            kind.starts_with("cgroup2 ").then(|| Some((*fields.get(3)?, *fields.get(4)?)))?
        })
        .ok_or("control groups of version 2 are not mounted")?;
    let own = groups
        .lines()
        .find_map(|line| line.strip_prefix("0::"))
        .ok_or("this process is in no control group of version 2")?;
    let inside = Path::new(own)
        .strip_prefix(root)
        .ok()
        .filter(|path| path.components().all(|part| matches!(part, std::path::Component::Normal(_))))
        .ok_or_else(|| format!("the control group {own} is not visible here"))?;
    let mount = PathBuf::from(mount);
    let own = if inside.as_os_str().is_empty() { mount.clone() } else { mount.join(inside) };
    Ok((mount, own))
}

fn has_memory(file: &Path) -> bool {
    fs::read_to_string(file).is_ok_and(|text| text.split_ascii_whitespace().any(|word| word == "memory"))
}

fn belongs_to_a_person(folder: &Path) -> io::Result<bool> {
    let owner = std::os::unix::fs::MetadataExt::uid(&fs::metadata(folder)?);
    Ok(owner != 0 && owner == nix::unistd::geteuid().as_raw())
}

/// Moves Hearth out of `own`, which can then be a parent, if nobody else is in it.
fn step_aside(own: &Path, main: &Path) -> io::Result<()> {
    make(main)?;
    for _ in 0..TRIES {
        let inside = fs::read_to_string(own.join("cgroup.procs"))?;
        let pids: Vec<u32> = inside.lines().filter_map(|line| line.parse().ok()).collect();
        if pids.is_empty() {
            return Ok(());
        }
        if !pids.iter().all(|pid| is_ours(*pid)) {
            return Err(io::Error::other("processes that are not Hearth's are in it"));
        }
        for pid in pids {
            match fs::write(main.join("cgroup.procs"), pid.to_string()) {
                // It has ended since.
                Err(error) if error.raw_os_error() == Some(nix::errno::Errno::ESRCH as i32) => {}
                moved => moved?,
            }
        }
    }
    Err(io::Error::other("processes go on appearing in it"))
}

/// Whether `pid` is Hearth or descends from it.
fn is_ours(mut pid: u32) -> bool {
    while pid > 1 {
        if pid == std::process::id() {
            return true;
        }
        let Some(parent) = figure(Path::new(&format!("/proc/{pid}/status")), "PPid:") else { return false };
        pid = u32::try_from(parent).unwrap_or(0);
    }
    false
}

/// The number after `name` at the beginning of a line.
fn figure(file: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(char::is_whitespace)?;
        (key == name).then(|| value.trim().parse().ok())?
    })
}

/// Removes what runs that did not close left behind. Only empty groups can be removed, so nothing is ended here.
fn sweep(candidate: &Path) {
    for entry in fs::read_dir(candidate).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let run = name.strip_prefix(RUN).and_then(|rest| rest.split_once('-'));
        let pid = run.and_then(|(pid, _)| pid.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            remove_all(&entry.path());
        }
    }
}

/// Removes a folder of groups as far as it is empty.
fn remove_all(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            // One that still has processes stays.
            drop(fs::remove_dir(entry.path()));
        }
    }
    if let Err(error) = fs::remove_dir(folder) {
        tracing::debug!(%error, folder = %folder.display(), "a folder of control groups stays");
    }
}

fn make(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "24 1 0:22 / /proc rw - proc proc rw\n\
        30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

    #[test]
    fn the_own_group_is_found_below_the_mount() {
        let own = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-hearth-1.scope\n";
        let (mount, path) = own_group(MOUNTS, own).unwrap();
        assert_eq!(mount, Path::new("/sys/fs/cgroup"));
        assert!(path.starts_with("/sys/fs/cgroup/user.slice") && path.ends_with("app-hearth-1.scope"));
        assert_eq!(own_group(MOUNTS, "0::/\n").unwrap().1, Path::new("/sys/fs/cgroup"));
    }

    #[test]
    fn a_computer_without_version_2_says_why() {
        for (mounts, groups, words) in [
            ("24 1 0:22 / /proc rw - proc proc rw\n", "0::/\n", "not mounted"),
            (MOUNTS, "4:memory:/a\n", "in no control group"),
            (MOUNTS, "0::/../elsewhere\n", "not visible"),
        ] {
            let error = own_group(mounts, groups).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_place_without_the_memory_controller_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("app.slice");
        fs::create_dir(&own).unwrap();
        for place in [folder.path(), &own] {
            fs::write(place.join("cgroup.controllers"), "cpu pids\n").unwrap();
        }
        let error = Cgroups::find_in(folder.path(), &own).unwrap_err();
        assert!(error.contains("no memory controller"), "{error}");
    }

    #[test]
    fn figures_are_read_by_their_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "low 0\nmax 12\noom 2\noom_kill 3\noom_group_kill 1\n").unwrap();
        assert_eq!(figure(file.path(), "oom_kill"), Some(3));
        assert_eq!(figure(file.path(), "oom"), Some(2));
        assert_eq!(figure(file.path(), "high"), None);
    }

    #[test]
    fn only_hearth_and_what_it_started_are_its_own() {
        assert!(is_ours(std::process::id()));
        assert!(!is_ours(1));
    }
}

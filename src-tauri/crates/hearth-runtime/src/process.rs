//! One process group that runs a function: its signals and its end. Owns process records, from which a later
//! start finds what a crashed run left behind. Must not know the Runtime API.

use crate::error::{Error, Result};
use crate::sys;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::process::Child;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// By itself.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// By the kernel, for it had used up its memory; the most bytes it had, where the kernel says.
    OutOfMemory { bytes: Option<u64> },
    /// Nobody can tell.
    Unknown,
}

impl Exit {
    pub(crate) fn of(status: std::process::ExitStatus) -> Self {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            return Self::Signal(signal);
        }
        status.code().map_or(Self::Unknown, Self::Code)
    }

    /// The end as Lambda words it.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Code(0) | Self::Unknown => "Runtime exited without providing a reason".to_owned(),
            Self::Code(code) => format!("Runtime exited with error: exit status {code}"),
            Self::OutOfMemory { .. } => Self::Signal(9).words(),
            Self::Signal(signal) => format!("Runtime exited with error: signal: {}", signal_words(signal)),
        }
    }
}

/// Names of signals as Go, and so Lambda, prints them.
fn signal_words(signal: i32) -> String {
    match signal {
        1 => "hangup".to_owned(),
        2 => "interrupt".to_owned(),
        4 => "illegal instruction".to_owned(),
        6 => "aborted".to_owned(),
        8 => "floating point exception".to_owned(),
        9 => "killed".to_owned(),
        11 => "segmentation fault".to_owned(),
        13 => "broken pipe".to_owned(),
        15 => "terminated".to_owned(),
        other => format!("signal {other}"),
    }
}

/// A handle on a process group, whoever its parent is.
pub(crate) struct Process {
    pid: u32,
    exit: watch::Receiver<Option<Exit>>,
    record: Option<PathBuf>,
    /// Tells whoever holds the child where there are no signals to groups.
    ender: Arc<Notify>,
}

impl Process {
    /// A process that was just started; `exit` is set once, when it ended.
    pub(crate) fn new(pid: u32, exit: watch::Receiver<Option<Exit>>, records: &Path) -> Self {
        Self { pid, exit, record: write_record(records, pid), ender: Arc::default() }
    }

    /// Waits for `child`, which is this process, and ends it when it is told to.
    pub(crate) fn hold(&self, mut child: Child, report: watch::Sender<Option<Exit>>) -> JoinHandle<()> {
        let ender = self.ender.clone();
        tokio::spawn(async move {
            let exit = loop {
                tokio::select! {
                    exit = child.wait() => break exit.map_or(Exit::Unknown, Exit::of),
                    () = ender.notified() => if let Err(error) = child.start_kill() {
                        tracing::warn!(%error, "a process could not be ended");
                    },
                }
            };
            report.send_replace(Some(exit));
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.exit.borrow().is_some() || self.exit.has_changed().is_err()
    }

    /// Waits for its end.
    pub(crate) async fn ended(&self) -> Exit {
        let mut exit = self.exit.clone();
        // A reporter that went away without a word (the zygote died) leaves the reason unknown.
        exit.wait_for(Option::is_some).await.ok().and_then(|exit| *exit).unwrap_or(Exit::Unknown)
    }

    /// Stops the whole group; false where the system cannot.
    pub(crate) fn freeze(&self) -> bool {
        !self.has_ended() && sys::stop_group(self.pid)
    }

    /// Continues the whole group.
    pub(crate) fn thaw(&self) {
        if !self.has_ended() {
            sys::continue_group(self.pid);
        }
    }

    /// Ends the whole group at once.
    pub(crate) fn kill(&self) {
        if self.has_ended() {
            return;
        }
        if cfg!(unix) {
            sys::kill_group(self.pid);
        } else {
            self.ender.notify_one();
        }
    }

    /// After the leader ended: ends what it left in its group and forgets the record.
    pub(crate) fn bury(&self) {
        sys::kill_group(self.pid);
        if let Some(record) = &self.record
            && let Err(error) = std::fs::remove_file(record)
        {
            tracing::debug!(%error, "could not remove a process record");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Notes pid and start time, which together name a process for ever. A record that cannot be written costs only
/// the sweep after a crash, so it does not fail the start.
fn write_record(records: &Path, pid: u32) -> Option<PathBuf> {
    let start = sys::start_time(pid)?;
    let path = records.join(pid.to_string());
    match std::fs::write(&path, start.to_string()) {
        Ok(()) => Some(path),
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "could not write a process record");
            None
        }
    }
}

/// Ends the process groups that a crashed run left behind, and returns how many there were.
pub(crate) fn sweep_orphans(records: &Path) -> Result<usize> {
    std::fs::create_dir_all(records).map_err(Error::files("create", records))?;
    let mut swept = 0;
    for entry in std::fs::read_dir(records).map_err(Error::files("read", records))? {
        let path = entry.map_err(Error::files("read", records))?.path();
        let pid = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u32>().ok());
        let start = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse::<u64>().ok());
        if let (Some(pid), Some(start)) = (pid, start)
            && sys::is_group_since(pid, start)
        {
            sys::kill_group(pid);
            swept += 1;
        }
        match std::fs::remove_file(&path) {
            // The run before, still closing, was quicker.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            removed => removed.map_err(Error::files("remove", &path))?,
        }
    }
    Ok(swept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_worded_as_lambda_words_it() {
        assert_eq!(Exit::Code(1).words(), "Runtime exited with error: exit status 1");
        assert_eq!(Exit::Code(0).words(), "Runtime exited without providing a reason");
        assert_eq!(Exit::Signal(9).words(), "Runtime exited with error: signal: killed");
    }
}

//! The reading end of an environment's standard output and error on Unix: a pipe, or a FIFO that a forked process
//! opens by name. Must not know lines.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::Stdio;
use tokio::net::unix::pipe::{OpenOptions, Receiver, Sender};

/// Reads what a process group prints, without ever waiting.
pub(crate) struct Pipe(Receiver);

/// Keeps a pipe open for writing until the process has it.
pub(crate) enum Writer {
    Handle(OwnedFd),
    Named(#[expect(dead_code, reason = "held only so that the FIFO has a writer")] Sender),
}

impl Writer {
    /// The same writing end for standard output and standard error.
    pub(crate) fn outputs(self) -> io::Result<(Stdio, Stdio)> {
        match self {
            Self::Handle(handle) => Ok((File::from(handle.try_clone()?).into(), File::from(handle).into())),
            Self::Named(_) => Err(io::Error::other("a named pipe is opened by its process")),
        }
    }
}

impl Pipe {
    /// A pipe to give to a process that we start.
    pub(crate) fn anonymous() -> io::Result<(Self, Writer)> {
        let (reader, writer) = io::pipe()?;
        Ok((Self(Receiver::from_owned_fd(reader.into())?), Writer::Handle(writer.into())))
    }

    /// A FIFO that another process opens by its path.
    pub(crate) fn named(path: &Path) -> io::Result<(Self, Writer)> {
        nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR)?;
        let reader = OpenOptions::new().open_receiver(path)?;
        let writer = OpenOptions::new().open_sender(path)?;
        Ok((Self(reader), Writer::Named(writer)))
    }

    /// Waits until there is something to read, or the end.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        self.0.readable().await
    }

    /// Reads what is there; `WouldBlock` when nothing is, 0 at the end.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(buffer)
    }

    /// Like [`Self::read`], but asks the system even when tokio has not heard of new data yet.
    pub(crate) fn read_now(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(nix::unistd::read(self.0.as_fd(), buffer)?)
    }
}

//! The reading end of an environment's output where pipes cannot be polled: a thread reads and hands over.

use crate::outbox::lock;
use std::io::{self, Read};
use std::process::Stdio;
use std::sync::Mutex;
use tokio::sync::{Notify, mpsc};

/// Pieces that may wait between the thread and the log book.
const PIECES: usize = 16;
const PIECE: usize = 64 * 1024;

/// Reads what a process prints.
pub(crate) struct Pipe {
    pieces: Mutex<(mpsc::Receiver<Vec<u8>>, Vec<u8>)>,
    arrived: std::sync::Arc<Notify>,
}

/// The writing end.
pub(crate) struct Writer(io::PipeWriter);

impl Writer {
    /// The same writing end for standard output and standard error.
    pub(crate) fn outputs(self) -> io::Result<(Stdio, Stdio)> {
        Ok((self.0.try_clone()?.into(), self.0.into()))
    }
}

impl Pipe {
    /// A pipe to give to a process that we start.
    pub(crate) fn anonymous() -> io::Result<(Self, Writer)> {
        let (mut reader, writer) = io::pipe()?;
        let (sender, receiver) = mpsc::channel(PIECES);
        let arrived = std::sync::Arc::new(Notify::new());
        let notify = arrived.clone();
        std::thread::Builder::new().name("hearth-log".to_owned()).spawn(move || {
            let mut buffer = vec![0; PIECE];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.blocking_send(buffer[..count].to_vec()).is_err() {
                    break;
                }
                notify.notify_one();
            }
            drop(sender);
            notify.notify_one();
        })?;
        Ok((Self { pieces: Mutex::new((receiver, Vec::new())), arrived }, Writer(writer)))
    }

    /// Waits until there is something to read, or the end.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        self.arrived.notified().await;
        Ok(())
    }

    /// Reads what is there; `WouldBlock` when nothing is, 0 at the end.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut pieces = lock(&self.pieces);
        if pieces.1.is_empty() {
            match pieces.0.try_recv() {
                Ok(piece) => pieces.1 = piece,
                Err(mpsc::error::TryRecvError::Empty) => return Err(io::ErrorKind::WouldBlock.into()),
                Err(mpsc::error::TryRecvError::Disconnected) => return Ok(0),
            }
        }
        let count = pieces.1.len().min(buffer.len());
        buffer[..count].copy_from_slice(&pieces.1[..count]);
        pieces.1.drain(..count);
        // There may be more: a spurious wake-up is cheaper than a forgotten piece.
        self.arrived.notify_one();
        Ok(count)
    }

    /// The same as [`Self::read`].
    pub(crate) fn read_now(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read(buffer)
    }
}

//! The Python zygote: one warmed interpreter that forks parked processes in a millisecond. Owns its line protocol
//! and learns from it how forked processes end, since they are not our children. Must not know assignments.

use crate::error::{Error, Result};
use crate::outbox::lock;
use crate::process::{Exit, Process};
use crate::site::Site;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::{oneshot, watch};

const PATIENCE: Duration = Duration::from_secs(10);

type Forked = (u32, watch::Receiver<Option<Exit>>);

pub(crate) struct Zygote {
    orders: tokio::sync::Mutex<ChildStdin>,
    book: Arc<Mutex<Book>>,
    process: Arc<Process>,
}

#[derive(Default)]
struct Book {
    asked: HashMap<u16, oneshot::Sender<Result<Forked>>>,
    children: HashMap<u32, watch::Sender<Option<Exit>>>,
    ended: bool,
}

#[derive(Serialize)]
struct Order<'a> {
    fork: Fork<'a>,
}

#[derive(Serialize)]
struct Fork<'a> {
    port: u16,
    output: &'a Path,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Forked { pid: u32, port: u16 },
    Refused { port: u16, error: String },
    Exited { exited: u32, code: Option<i32>, signal: Option<i32> },
}

impl Zygote {
    pub(crate) async fn start(site: &Site) -> Result<Self> {
        let launch = site.launch_zygote()?;
        let program = launch.program.display().to_string();
        let mut child =
            site.spawner.spawn(launch).await.map_err(|source| Error::Start { program, source })?;
        let (Some(orders), Some(words), Some(complaints)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Error::Parked("the zygote has no pipes".to_owned()));
        };
        let (report, exit) = watch::channel(None);
        let process = Arc::new(Process::new(child.id().unwrap_or_default(), exit, &site.records));
        let (buried, held) = (process.clone(), process.hold(child, report));
        tokio::spawn(async move {
            if let Err(error) = held.await {
                tracing::error!(%error, "nobody waits for the zygote any more");
            }
            buried.bury();
        });
        let book = Arc::new(Mutex::new(Book::default()));
        tokio::spawn(listen(words, book.clone()));
        tokio::spawn(complain(complaints));
        Ok(Self { orders: tokio::sync::Mutex::new(orders), book, process })
    }

    pub(crate) fn is_alive(&self) -> bool {
        !lock(&self.book).ended && !self.process.has_ended()
    }

    /// Forks a process that serves `port` and prints to the FIFO `output`.
    pub(crate) async fn fork(&self, port: u16, output: &Path) -> Result<Forked> {
        let (sender, forked) = oneshot::channel();
        {
            let mut book = lock(&self.book);
            if book.ended {
                return Err(Error::Parked("the zygote has ended".to_owned()));
            }
            book.asked.insert(port, sender);
        }
        let mut line = serde_json::to_vec(&Order { fork: Fork { port, output } })
            .map_err(|error| Error::Parked(error.to_string()))?;
        line.push(b'\n');
        self.orders
            .lock()
            .await
            .write_all(&line)
            .await
            .map_err(|error| Error::Parked(format!("the zygote does not listen: {error}")))?;
        match tokio::time::timeout(PATIENCE, forked).await {
            Ok(Ok(forked)) => forked,
            Ok(Err(_)) => Err(Error::Parked("the zygote has ended".to_owned())),
            Err(_) => {
                lock(&self.book).asked.remove(&port);
                Err(Error::Parked("the zygote does not answer".to_owned()))
            }
        }
    }

    /// Ends it, and with it every process it forked.
    pub(crate) fn kill(&self) {
        self.process.kill();
    }
}

async fn listen(words: ChildStdout, book: Arc<Mutex<Book>>) {
    let mut lines = BufReader::new(words).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let word = match serde_json::from_str::<Word>(&line) {
            Ok(word) => word,
            Err(error) => {
                tracing::warn!(%error, line, "the zygote said something unknown");
                continue;
            }
        };
        let mut book = lock(&book);
        match word {
            Word::Forked { pid, port } => {
                let (report, exit) = watch::channel(None);
                book.children.insert(pid, report);
                if let Some(asked) = book.asked.remove(&port) {
                    // Whoever gave up waiting never sees it; it ends with the port it cannot reach.
                    let _ = asked.send(Ok((pid, exit)));
                }
            }
            Word::Refused { port, error } => {
                if let Some(asked) = book.asked.remove(&port) {
                    let _ = asked.send(Err(Error::Parked(error)));
                }
            }
            Word::Exited { exited, code, signal } => {
                if let Some(report) = book.children.remove(&exited) {
                    let exit = match (code, signal) {
                        (_, Some(signal)) => Exit::Signal(signal),
                        (Some(code), None) => Exit::Code(code),
                        (None, None) => Exit::Unknown,
                    };
                    report.send_replace(Some(exit));
                }
            }
        }
    }
    let mut book = lock(&book);
    book.ended = true;
    book.asked.clear();
    // Its children die with it; dropping their senders says so.
    book.children.clear();
}

async fn complain(complaints: ChildStderr) {
    let mut lines = BufReader::new(complaints).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        tracing::warn!(line, "the zygote complains");
    }
}

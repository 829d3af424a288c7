//! The handle of the ledger: opening, queueing facts, acknowledging answers, closing. Must not know tables.

use crate::backlog::Backlog;
use crate::database::{self, Database};
use crate::error::{Error, Result};
use crate::freezes::Freezes;
use crate::journal::Journal;
use crate::past::Past;
use crate::record::Recording;
use crate::scopes::Scopes;
use crate::soundness::Damage;
use crate::types::StoreOptions;
use crate::upkeep::Upkeep;
use crate::writer::{Item, LOG_ROOM, Problem, Writer, damaged, line_room};
use crate::{rebuild, recovery, soundness};
use hearth_model::{
    Clock, Environment, EnvironmentTransition, Invocation, InvocationPayloads, LogLine, Micros,
};
use sqlx::SqlitePool;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Bytes of an event or an answer that are kept.
const PAYLOAD_BYTES: usize = 64 * 1024;
/// Room of the lines that are queued at once.
const LOG_CHUNK: usize = 500;

/// The ledger. Cheap to clone; the last clone that goes away ends the task that writes.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    clock: Arc<dyn Clock>,
    queue: mpsc::UnboundedSender<Item>,
    urgent: Arc<Notify>,
    journal: Arc<Mutex<Journal>>,
    log_room: Arc<Semaphore>,
    problem: Problem,
    writer: Mutex<Option<JoinHandle<()>>>,
    scopes: Scopes,
    past: Past,
    upkeep: Upkeep,
    data_dir: PathBuf,
    damage: Damage,
    looking: CancellationToken,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens or makes the ledger in a data folder: migrates it, replays the journal, marks what was running as
    /// lost and what lived as ended. Only the owner of the data folder may do this.
    pub async fn open(options: StoreOptions) -> Result<Self> {
        let clock = options.clock;
        let database = Database::open(&options.data_dir, clock.as_ref(), &database::migrations()).await?;
        let folder = options.data_dir.join("journal");
        let mut journal = Journal::open(folder.clone())?;
        let scopes = Scopes::default();
        let past = Past::default();
        let recording = Recording { scopes: &scopes, past: &past, now: clock.now() };
        rebuild::rebuild_if_stale(&database, recording).await?;
        recovery::recover(&database, &mut journal, &folder, recording).await?;

        let (queue, inbox) = mpsc::unbounded_channel();
        let journal = Arc::new(Mutex::new(journal));
        let log_room = Arc::new(Semaphore::new(LOG_ROOM));
        let problem = Problem::default();
        let damage = Damage::default();
        let urgent = Arc::new(Notify::new());
        let backlog = Arc::new(Backlog::new());
        let upkeep = Upkeep::start(&database, Arc::clone(&clock), Arc::clone(&backlog));
        let writer = Writer {
            pool: database.write.clone(),
            queue: inbox,
            urgent: Arc::clone(&urgent),
            journal: Arc::clone(&journal),
            journal_folder: folder,
            log_room: Arc::clone(&log_room),
            problem: Arc::clone(&problem),
            damage: Arc::clone(&damage),
            stopped: None,
            freezes: Freezes::default(),
            scopes: scopes.clone(),
            past: past.clone(),
            clock: Arc::clone(&clock),
            backlog,
        };
        let writer = Mutex::new(Some(tokio::spawn(writer.run())));
        let looking = CancellationToken::new();
        if !database.is_known_sound {
            let (write, damage) = (database.write.clone(), Arc::clone(&damage));
            tokio::spawn(soundness::watch(options.data_dir.clone(), write, damage, looking.clone()));
        }
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                clock,
                queue,
                urgent,
                journal,
                log_room,
                problem,
                writer,
                scopes,
                past,
                upkeep,
                data_dir: options.data_dir,
                damage,
                looking,
            }),
        })
    }

    /// Writes what is queued and closes the file. Later calls find the ledger closed.
    pub async fn close(&self) {
        self.send(Item::Close);
        self.inner.urgent.notify_one();
        let writer = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(%error, "the task that writes the ledger ended badly");
        }
        self.inner.log_room.close();
        self.inner.upkeep.end().await;
        self.inner.looking.cancel();
        self.inner.database.close().await;
        if self.inner.damage.get().is_none() {
            soundness::leave(&self.inner.data_dir);
        }
    }

    /// An invocation arrived. Journaled, so that it is known to be lost when Hearth is killed before the answer,
    /// and queued. A journal that cannot be written tells so when the answer is acknowledged.
    pub fn started(&self, invocation: &Invocation) {
        let mut journal = self.inner.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let segment = journal.append(invocation, &InvocationPayloads::default()).ok();
        self.send(Item::Started(Box::new(invocation.clone()), segment));
    }

    /// An invocation is about to be answered: when this returns `Ok`, it survives a kill. Takes microseconds.
    /// Event and answer are cut to 64 KiB each.
    pub fn acknowledge(&self, invocation: &Invocation, mut payloads: InvocationPayloads) -> Result<()> {
        payloads.truncated |= cut(&mut payloads.event);
        payloads.truncated |= cut(&mut payloads.response);
        // The lock is held until the record is queued, so that a segment is never thought done too early.
        let mut journal = self.inner.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let appended = journal.append(invocation, &payloads);
        let segment = appended.as_ref().ok().copied();
        self.send(Item::Ended(Box::new((invocation.clone(), payloads)), segment));
        drop(journal);
        appended.map(drop)
    }

    /// An environment changed its state; `environment` is how it is afterwards. Queued.
    pub fn environment(&self, environment: &Environment, transition: &EnvironmentTransition) {
        self.send(Item::Environment(Box::new((environment.clone(), transition.clone()))));
    }

    /// Lines were logged. Waits while many lines are queued, so that a loud function slows down instead of
    /// filling memory; no line is dropped unless recording has stopped.
    pub async fn log(&self, lines: Vec<LogLine>) {
        let mut lines = lines.into_iter().peekable();
        while lines.peek().is_some() {
            let mut chunk = Vec::new();
            let mut room = 0;
            while room < LOG_CHUNK
                && let Some(line) = lines.next()
            {
                room += line_room(&line);
                chunk.push(line);
            }
            if self.inner.log_room.available_permits() < room {
                self.inner.urgent.notify_one();
            }
            // Closed: nobody writes any more, and `send` says so.
            if let Ok(permit) = self.inner.log_room.acquire_many(room as u32).await {
                permit.forget();
            }
            self.send(Item::Log(chunk));
        }
    }

    /// Returns once everything that was queued before is committed.
    pub async fn flush(&self) -> Result<()> {
        let (answer, wait) = oneshot::channel();
        self.inner.queue.send(Item::Flush(answer)).map_err(|_| Error::Closed)?;
        self.inner.urgent.notify_one();
        wait.await.map_err(|_| Error::Closed)?
    }

    /// As [`Store::flush`], for whoever only reads: while recording has stopped, what was recorded can still be read.
    pub async fn settled(&self) -> Result<()> {
        match self.flush().await {
            Err(Error::Stopped(_)) => Ok(()),
            other => other,
        }
    }

    /// Why recording has stopped, in words for people; none while all is well.
    pub fn problem(&self) -> Option<String> {
        if let Some(what) = self.inner.damage.get() {
            return Some(damaged(what));
        }
        let stopped = self.inner.problem.lock().unwrap_or_else(PoisonError::into_inner).clone();
        stopped.or_else(|| {
            let journal = self.inner.journal.lock().unwrap_or_else(PoisonError::into_inner);
            journal.failure().map(|why| format!("Answers are not safe from a crash: {why}"))
        })
    }

    fn send(&self, item: Item) {
        if self.inner.queue.send(item).is_err() {
            tracing::warn!("something was to be recorded after the ledger was closed");
        }
    }

    pub(crate) fn now(&self) -> Micros {
        self.inner.clock.now()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    pub(crate) fn reader(&self) -> &SqlitePool {
        &self.inner.database.read
    }

    pub(crate) fn scopes(&self) -> &Scopes {
        &self.inner.scopes
    }

    pub(crate) fn upkeep(&self) -> &Upkeep {
        &self.inner.upkeep
    }

    pub(crate) fn recording(&self) -> Recording<'_> {
        Recording { scopes: &self.inner.scopes, past: &self.inner.past, now: self.now() }
    }

    pub(crate) fn past(&self) -> &Past {
        &self.inner.past
    }

    /// The data folder.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    pub(crate) fn writer(&self) -> &SqlitePool {
        &self.inner.database.write
    }
}

/// Cuts bytes to what is kept, not through the middle of a character. Tells whether anything was cut.
fn cut(bytes: &mut Vec<u8>) -> bool {
    if bytes.len() <= PAYLOAD_BYTES {
        return false;
    }
    let mut end = PAYLOAD_BYTES;
    while end > PAYLOAD_BYTES - 4 && bytes[end] & 0b1100_0000 == 0b1000_0000 {
        end -= 1;
    }
    bytes.truncate(end);
    true
}

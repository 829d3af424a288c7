//! The one task that writes facts: it takes what is queued and commits it in batches. When SQLite refuses, it
//! says so, keeps what it can and tries again; answers are safe in the journal meanwhile.
//!
//! Owns the order of writes and the state "recording has stopped". Must not know queries.

use crate::backlog::Backlog;
use crate::error::{Error, Result};
use crate::freezes::{self, Freezes, Late};
use crate::journal::Journal;
use crate::past::Past;
use crate::record::{self, Fact, Facts, Recording};
use crate::scopes::Scopes;
use crate::soundness::{self, Damage};
use crate::{database, environments, recovery};
use hearth_model::{
    Clock, Environment, EnvironmentId, EnvironmentTransition, Invocation, InvocationPayloads, LogLine,
    Outcome, RequestId,
};
use sqlx::{SqliteConnection, SqlitePool};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};

/// How much one transaction takes at most.
const BATCH_ITEMS: usize = 20_000;
/// How long things gather before they are written: each wake-up would cost the calls that go on meanwhile.
const BATCH_TIME: Duration = Duration::from_millis(40);
const RETRY: Duration = Duration::from_secs(1);
/// Room for log lines that wait to be written; more wait at the function that logs them.
pub(crate) const LOG_ROOM: usize = 20_000;
/// Things that are kept in memory while recording has stopped.
const KEPT: usize = 50_000;

/// What a line takes of the room: long ones take more, or a few could fill the memory.
pub(crate) fn line_room(line: &LogLine) -> usize {
    1 + (line.text.len() / 1_024).min(1_023)
}

/// Something to write.
pub(crate) enum Item {
    /// With the journal's segment that holds it, as below.
    Started(Box<Invocation>, Option<u64>),
    /// With the journal's segment that holds it; none when the journal could not be written.
    Ended(Box<(Invocation, InvocationPayloads)>, Option<u64>),
    Environment(Box<(Environment, EnvironmentTransition)>),
    Log(Vec<LogLine>),
    Flush(oneshot::Sender<Result<()>>),
    Close,
}

impl Item {
    fn ends_batch(&self) -> bool {
        matches!(self, Self::Flush(_) | Self::Close)
    }

    fn count(&self) -> usize {
        match self {
            Self::Log(lines) => lines.len(),
            Self::Started(..) | Self::Ended(..) | Self::Environment(_) | Self::Flush(_) | Self::Close => 1,
        }
    }

    fn weight(&self) -> usize {
        match self {
            Self::Log(lines) => lines.iter().map(line_room).sum(),
            Self::Started(..) | Self::Ended(..) | Self::Environment(_) | Self::Flush(_) | Self::Close => 1,
        }
    }
}

/// Why recording has stopped, shared with whoever asks.
pub(crate) type Problem = Arc<Mutex<Option<String>>>;

pub(crate) struct Writer {
    pub(crate) pool: SqlitePool,
    pub(crate) queue: mpsc::UnboundedReceiver<Item>,
    /// Told when somebody waits for what is queued.
    pub(crate) urgent: Arc<Notify>,
    pub(crate) journal: Arc<Mutex<Journal>>,
    pub(crate) journal_folder: PathBuf,
    pub(crate) log_room: Arc<Semaphore>,
    pub(crate) problem: Problem,
    /// Set once the file is known to be damaged, here or by whoever reads it.
    pub(crate) damage: Damage,
    pub(crate) stopped: Option<Stopped>,
    pub(crate) freezes: Freezes,
    pub(crate) scopes: Scopes,
    pub(crate) past: Past,
    pub(crate) clock: Arc<dyn Clock>,
    /// Told what was stored, so that log lines are made findable once it is quiet.
    pub(crate) backlog: Arc<Backlog>,
}

/// What waits for SQLite to accept writes again.
#[derive(Default)]
pub(crate) struct Stopped {
    kept: Vec<Item>,
    kept_weight: usize,
    dropped: usize,
    /// Records that only the journal holds, by segment.
    in_journal: BTreeMap<u64, u64>,
}

impl Stopped {
    fn keep(&mut self, item: Item) {
        match item {
            Item::Started(_, Some(segment)) | Item::Ended(_, Some(segment)) => {
                *self.in_journal.entry(segment).or_default() += 1;
            }
            item if self.kept_weight + item.weight() > KEPT => self.dropped += item.count(),
            item => {
                self.kept_weight += item.weight();
                self.kept.push(item);
            }
        }
    }
}

impl Writer {
    /// Runs until it is closed or every handle is gone.
    pub(crate) async fn run(mut self) {
        loop {
            let mut batch = Vec::new();
            let mut waiting = Vec::new();
            let open = self.collect(&mut batch, &mut waiting).await;
            let late = self.freezes.note(&mut batch);
            let outcome = self.write(batch, &late).await;
            for flush in waiting {
                let answer = match &outcome {
                    Ok(()) => Ok(()),
                    Err(message) => Err(Error::Stopped(message.clone())),
                };
                // Nobody waits for the answer any more: nothing to do.
                drop(flush.send(answer));
            }
            if !open {
                break;
            }
        }
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).close();
    }

    /// Takes one batch; false when it was the last.
    async fn collect(
        &mut self,
        batch: &mut Vec<Item>,
        waiting: &mut Vec<oneshot::Sender<Result<()>>>,
    ) -> bool {
        let pause = if self.stopped.is_some() { RETRY } else { BATCH_TIME };
        let mut next = if self.stopped.is_some() {
            match tokio::time::timeout(pause, self.queue.recv()).await {
                Ok(next) => next,
                Err(_) => return true,
            }
        } else {
            self.queue.recv().await
        };
        if next.as_ref().is_some_and(|item| !item.ends_batch()) {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.urgent.notified() => {}
            }
        }
        let mut weight = 0;
        loop {
            let Some(item) = next else { return false };
            weight += item.weight();
            match item {
                Item::Flush(answer) => {
                    waiting.push(answer);
                    return true;
                }
                Item::Close => return false,
                item => batch.push(item),
            }
            next = match self.queue.try_recv() {
                Ok(item) if weight < BATCH_ITEMS || item.ends_batch() => Some(item),
                Ok(item) => {
                    batch.push(item);
                    return true;
                }
                Err(mpsc::error::TryRecvError::Empty) => return true,
                Err(mpsc::error::TryRecvError::Disconnected) => None,
            };
        }
    }

    async fn write(&mut self, batch: Vec<Item>, late: &[Late]) -> std::result::Result<(), String> {
        let lines: usize = batch.iter().filter(|item| matches!(item, Item::Log(_))).map(Item::weight).sum();
        if let Some(what) = self.damage.get() {
            // Kept as on a full disk: the journal has the answers, for whoever mends the file.
            let stopped = self.stopped.get_or_insert_default();
            for item in batch {
                stopped.keep(item);
            }
            self.log_room.add_permits(lines);
            return Err(damaged(what));
        }
        if let Some(stopped) = &mut self.stopped {
            for item in batch {
                stopped.keep(item);
            }
            self.log_room.add_permits(lines);
            return self.resume().await;
        }
        if batch.is_empty() {
            return Ok(());
        }
        let written = self.commit(&batch, late).await;
        self.log_room.add_permits(lines);
        match written {
            Ok(()) => {
                self.backlog.stored(lines_of(&batch));
                self.note_committed(segments_of(&batch));
                Ok(())
            }
            Err(error) => {
                if let Error::Corrupt(what) = &error {
                    soundness::stop(&self.pool, &self.damage, what.clone()).await;
                }
                let mut stopped = Stopped::default();
                for item in batch {
                    stopped.keep(item);
                }
                self.stopped = Some(stopped);
                Err(self.tell(&error, 0))
            }
        }
    }

    /// Tries to write what has waited: first the journal, then the rest.
    async fn resume(&mut self) -> std::result::Result<(), String> {
        let Some(stopped) = self.stopped.take() else { return Ok(()) };
        let written = async {
            recovery::replay(&self.pool, &self.journal_folder, self.recording()).await?;
            self.commit(&stopped.kept, &[]).await
        };
        match written.await {
            Ok(()) => {
                if stopped.dropped > 0 {
                    tracing::warn!(
                        stopped.dropped,
                        "log lines and server changes were lost while recording had stopped"
                    );
                }
                self.backlog.stored(lines_of(&stopped.kept));
                self.note_committed(stopped.in_journal);
                self.note_committed(segments_of(&stopped.kept));
                *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Ok(())
            }
            Err(error) => {
                let dropped = stopped.dropped;
                self.stopped = Some(stopped);
                Err(self.tell(&error, dropped))
            }
        }
    }

    fn recording(&self) -> Recording<'_> {
        Recording { scopes: &self.scopes, past: &self.past, now: self.clock.now() }
    }

    /// Facts and their rollups in one transaction: both or neither.
    async fn commit(&self, items: &[Item], late: &[Late]) -> Result<()> {
        let facts = facts_of(items);
        let recording = self.recording();
        let mut connection = self.pool.acquire().await?;
        let scopes = recording.scopes_of(&mut connection, &facts).await?;
        database::begin(&mut connection).await?;
        let written = async {
            write_environments(&mut connection, items).await?;
            record::store(&mut connection, &facts, &scopes, recording.now).await?;
            freezes::store(&mut connection, late).await
        };
        let written = written.await;
        database::end(&mut connection, written).await?;
        recording.stored(&facts);
        Ok(())
    }

    fn tell(&self, error: &Error, dropped: usize) -> String {
        const FULL: &str = "13";
        let full = matches!(error, Error::Database(sqlx::Error::Database(inner)) if inner.code().as_deref() == Some(FULL));
        let mut message = if full {
            "Recording has stopped: the disk is full. Answers are kept in the journal; free some space"
                .to_owned()
        } else {
            format!("Recording has stopped: {error}. Answers are kept in the journal")
        };
        if dropped > 0 {
            let _ = write!(message, "; {dropped} log lines or server changes could not be kept");
        }
        let mut problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        if problem.is_none() {
            tracing::error!(%error, "recording has stopped");
        }
        *problem = Some(message.clone());
        message
    }

    fn note_committed(&self, segments: BTreeMap<u64, u64>) {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        for (segment, count) in segments {
            journal.committed(segment, count);
        }
    }
}

/// For people, when the file is damaged.
pub(crate) fn damaged(what: &str) -> String {
    format!(
        "Recording has stopped: the ledger is damaged ({what}). Nothing more is written to it; answers are kept in the journal"
    )
}

fn lines_of(items: &[Item]) -> usize {
    items.iter().map(|item| if let Item::Log(lines) = item { lines.len() } else { 0 }).sum()
}

fn segments_of(items: &[Item]) -> BTreeMap<u64, u64> {
    let mut segments = BTreeMap::new();
    for item in items {
        if let Item::Started(_, Some(segment)) | Item::Ended(_, Some(segment)) = item {
            *segments.entry(*segment).or_default() += 1;
        }
    }
    segments
}

/// What is queued as facts. A call that began and ended within the batch is stored once, and one that ended only
/// is likely to be there.
fn facts_of(items: &[Item]) -> Facts<'_> {
    let mut begun: HashSet<&RequestId> = HashSet::new();
    let mut ended: HashSet<&RequestId> = HashSet::new();
    for item in items {
        match item {
            Item::Started(invocation, _) => drop(begun.insert(&invocation.request_id)),
            Item::Ended(record, _) => drop(ended.insert(&record.0.request_id)),
            Item::Environment(_) | Item::Log(_) | Item::Flush(_) | Item::Close => {}
        }
    }
    let mut facts = Facts::default();
    for item in items {
        match item {
            Item::Started(invocation, _) if !ended.contains(&invocation.request_id) => {
                facts.calls.push(Fact { invocation, payloads: None, may_be_there: false });
            }
            Item::Ended(record, _) => {
                let (invocation, payloads) = record.as_ref();
                let may_be_there =
                    invocation.outcome != Outcome::Throttled && !begun.contains(&invocation.request_id);
                facts.calls.push(Fact { invocation, payloads: Some(payloads), may_be_there });
            }
            Item::Log(lines) => facts.lines.extend(lines),
            Item::Started(..) | Item::Environment(_) | Item::Flush(_) | Item::Close => {}
        }
    }
    facts
}

/// Environments as they are after the batch, and every change on the way.
async fn write_environments(connection: &mut SqliteConnection, items: &[Item]) -> Result<()> {
    let mut latest: HashMap<&EnvironmentId, &Environment> = HashMap::new();
    let mut transitions = Vec::new();
    for item in items {
        if let Item::Environment(change) = item {
            let (environment, transition) = change.as_ref();
            latest.insert(&environment.id, environment);
            transitions.push(transition);
        }
    }
    for environment in latest.into_values() {
        environments::put(connection, environment).await?;
    }
    environments::insert_transitions(connection, &transitions).await
}

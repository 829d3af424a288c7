//! Processes that are started, connected and rehearsed before anyone asks. Owns how many there are and how they
//! are refilled; must not know functions or states.

use crate::ParkedCounts;
use crate::error::{Error, Result};
#[cfg(unix)]
use crate::logs::Pipe;
use crate::outbox::lock;
#[cfg(unix)]
use crate::process::Process;
use crate::site::Site;
#[cfg(unix)]
use crate::slot::hold;
use crate::slot::{Door, Slot};
use crate::zygote::Zygote;
use bytes::Bytes;
use hearth_model::Engine;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// No-op calls that a process runs before it counts as ready. They touch the pages that a real call needs, and what an
/// interpreter makes faster once it has run some times, in the background too, it has made before somebody waits.
const REHEARSALS: usize = 16;
/// A process that starts takes the processor from the first call of the environment that made room for it.
const REFILL_DELAY: Duration = Duration::from_millis(25);
const PATIENCE: Duration = Duration::from_secs(10);
/// After so many failures in a row an engine is no longer parked; functions are spawned instead.
const FAILURES: u32 = 3;
const ENGINES: [Engine; 3] = [Engine::Python, Engine::Node, Engine::Quickjs];

#[derive(Default)]
struct Shelf {
    ready: Vec<Arc<Slot>>,
    filling: usize,
    failures: u32,
}

pub(crate) struct Parked {
    site: Arc<Site>,
    counts: ParkedCounts,
    shelves: Mutex<[Shelf; 3]>,
    zygote: tokio::sync::Mutex<()>,
    forks: Mutex<Option<Arc<Zygote>>>,
    closed: std::sync::atomic::AtomicBool,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Message<'a> {
    Rehearse { event: &'a str },
    Assign { environment: &'a BTreeMap<String, String>, handler: &'a str, task_root: &'a Path },
}

/// What turns a parked process into a function's environment. Holds secrets: never logged.
pub(crate) fn assignment(
    environment: &BTreeMap<String, String>,
    handler: &str,
    task_root: &Path,
) -> Result<Bytes> {
    message(&Message::Assign { environment, handler, task_root })
}

fn message(message: &Message<'_>) -> Result<Bytes> {
    serde_json::to_vec(message).map(Bytes::from).map_err(|error| Error::Parked(error.to_string()))
}

fn index(engine: Engine) -> Option<usize> {
    ENGINES.iter().position(|known| *known == engine)
}

impl Parked {
    pub(crate) fn new(site: Arc<Site>, counts: ParkedCounts) -> Arc<Self> {
        Arc::new(Self {
            site,
            counts,
            shelves: Mutex::default(),
            zygote: tokio::sync::Mutex::new(()),
            forks: Mutex::new(None),
            closed: std::sync::atomic::AtomicBool::new(false),
        })
    }

    /// Begins to fill every shelf, in the background.
    pub(crate) fn fill(self: &Arc<Self>) {
        for engine in ENGINES {
            self.begin_to_add(engine, Duration::ZERO);
        }
    }

    /// Takes a ready process, the newest first.
    pub(crate) fn take(&self, engine: Engine) -> Option<Arc<Slot>> {
        let mut shelves = lock(&self.shelves);
        let shelf = &mut shelves[index(engine)?];
        while let Some(slot) = shelf.ready.pop() {
            if !slot.process.has_ended() {
                return Some(slot);
            }
        }
        None
    }

    /// How many are ready.
    pub(crate) fn count(&self, engine: Engine) -> usize {
        index(engine).map_or(0, |index| {
            lock(&self.shelves)[index].ready.iter().filter(|slot| !slot.process.has_ended()).count()
        })
    }

    /// A process that is not rehearsed but needs no interpreter start, when there is a zygote.
    pub(crate) async fn fork_now(&self, engine: Engine) -> Option<Arc<Slot>> {
        let zygote = (engine == Engine::Python)
            .then(|| lock(&self.forks).clone())
            .flatten()
            .filter(|zygote| zygote.is_alive())?;
        match self.fork(&zygote).await {
            Ok(slot) => Some(slot),
            Err(error) => {
                tracing::warn!(%error, "could not fork an environment; it is spawned instead");
                None
            }
        }
    }

    /// Starts what is missing, in the background, once the call that took a process had a moment for itself.
    pub(crate) fn refill(self: &Arc<Self>, engine: Engine) {
        self.begin_to_add(engine, REFILL_DELAY);
    }

    fn begin_to_add(self: &Arc<Self>, engine: Engine, delay: Duration) {
        let Some(index) = index(engine) else { return };
        let target = self.counts.of(engine);
        if target == 0 || self.is_closed() || !self.site.has(engine) {
            return;
        }
        let missing = {
            let mut shelves = lock(&self.shelves);
            let shelf = &mut shelves[index];
            shelf.ready.retain(|slot| !slot.process.has_ended());
            if shelf.failures >= FAILURES {
                return;
            }
            let missing = target.saturating_sub(shelf.ready.len() + shelf.filling);
            shelf.filling += missing;
            missing
        };
        if missing > 0 {
            let parked = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                parked.add(engine, index, missing).await;
            });
        }
    }

    /// One after the other: a burst of starts would take the processor from running functions.
    async fn add(self: Arc<Self>, engine: Engine, index: usize, missing: usize) {
        for _ in 0..missing {
            let made = self.make(engine).await;
            let mut shelves = lock(&self.shelves);
            let shelf = &mut shelves[index];
            shelf.filling -= 1;
            match made {
                Ok(slot) if self.is_closed() => slot.process.kill(),
                Ok(slot) => {
                    shelf.failures = 0;
                    shelf.ready.push(slot);
                }
                Err(error) => {
                    shelf.failures += 1;
                    tracing::warn!(%error, ?engine, failures = shelf.failures, "could not prepare a process");
                }
            }
        }
    }

    async fn make(&self, engine: Engine) -> Result<Arc<Slot>> {
        let slot = if engine == Engine::Python && cfg!(unix) {
            let zygote = self.zygote().await?;
            self.fork(&zygote).await?
        } else {
            let door = Door::open(&self.site).await?;
            let launch = self.site.launch_parked(engine, door.port)?;
            Slot::spawn(&self.site, door, launch).await?
        };
        slot.entered().await;
        for number in 0..REHEARSALS {
            let done = slot.desk.rehearsed();
            slot.desk.assign(message(&Message::Rehearse { event: "{\"rehearsal\":true}" })?);
            let rehearsed = tokio::select! {
                rehearsed = tokio::time::timeout(PATIENCE, done) => matches!(rehearsed, Ok(Ok(()))),
                _ = slot.process.ended() => false,
            };
            if !rehearsed {
                slot.process.kill();
                return Err(Error::Parked(format!("rehearsal {} was not answered", number + 1)));
            }
        }
        Ok(slot)
    }

    async fn zygote(&self) -> Result<Arc<Zygote>> {
        let _one_at_a_time = self.zygote.lock().await;
        if let Some(zygote) = lock(&self.forks).clone().filter(|zygote| zygote.is_alive()) {
            return Ok(zygote);
        }
        let zygote = Arc::new(Zygote::start(&self.site).await?);
        *lock(&self.forks) = Some(zygote.clone());
        if self.is_closed() {
            zygote.kill();
        }
        Ok(zygote)
    }

    #[cfg(unix)]
    async fn fork(&self, zygote: &Zygote) -> Result<Arc<Slot>> {
        let door = Door::open(&self.site).await?;
        let path = self.site.pipe_path();
        let (pipe, writer) = Pipe::named(&path).map_err(Error::files("create", &path))?;
        let (pid, exit) = zygote.fork(door.port, &path).await?;
        let process = Process::new(pid, exit, &self.site.records);
        let slot = Slot::open(&self.site, door, pipe, process);
        let (desk, ending) = (slot.desk.clone(), slot.clone());
        hold(writer, async move {
            // The child opens the FIFO before it connects.
            tokio::select! {
                () = desk.spoken() => {}
                _ = ending.process.ended() => {}
            }
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::debug!(%error, "could not remove a log pipe");
            }
        });
        Ok(slot)
    }

    #[cfg(not(unix))]
    async fn fork(&self, _zygote: &Zygote) -> Result<Arc<Slot>> {
        Err(Error::Parked("this system cannot fork".to_owned()))
    }

    fn is_closed(&self) -> bool {
        self.closed.load(std::sync::atomic::Ordering::Acquire)
    }

    /// Ends every parked process, and prepares none any more. The zygote stays: environments that still work
    /// were forked from it and would end with it.
    pub(crate) fn close(&self) {
        self.closed.store(true, std::sync::atomic::Ordering::Release);
        for shelf in lock(&self.shelves).iter_mut() {
            for slot in shelf.ready.drain(..) {
                slot.process.kill();
            }
        }
    }

    /// Ends the zygote, and with it whatever it forked.
    pub(crate) fn end(&self) {
        if let Some(zygote) = lock(&self.forks).take() {
            zygote.kill();
        }
    }
}

//! A process with its port, its desk and its log, before and after it belongs to a function. Must not know pools
//! or states.

use crate::api::{self, Desk};
use crate::error::{Error, Result};
#[cfg(unix)]
use crate::logs::Writer;
use crate::logs::{LogBook, Pipe};
use crate::outbox::lock;
use crate::process::{Exit, Process};
use crate::site::Site;
use crate::spawn::Launch;
use crate::strays::Strays;
use crate::sys::Group;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

type EndHook = Box<dyn Fn(Exit) + Send + Sync>;

pub(crate) struct Slot {
    pub(crate) desk: Arc<Desk>,
    pub(crate) log: Arc<LogBook>,
    pub(crate) process: Process,
    pub(crate) port: u16,
    /// Its `/tmp`.
    pub(crate) scratch: PathBuf,
    /// Where the kernel holds its memory limit.
    group: Option<Arc<Group>>,
    entering: Mutex<Option<JoinHandle<()>>>,
    closed: CancellationToken,
    ended: OnceLock<EndHook>,
}

/// What a process finds when it starts: an open port and a folder of its own. Making the folder takes the file system
/// longer than a warm call, so a parked process has it before it has a function.
pub(crate) struct Door {
    listener: TcpListener,
    pub(crate) port: u16,
    pub(crate) scratch: PathBuf,
}

impl Door {
    pub(crate) async fn open(site: &Site) -> Result<Self> {
        let scratch = site.scratch_folder()?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(Error::Port)?;
        let port = listener.local_addr().map_err(Error::Port)?.port();
        Ok(Self { listener, port, scratch })
    }
}

impl Slot {
    /// Starts `launch` behind `door`.
    pub(crate) async fn spawn(site: &Site, door: Door, mut launch: Launch) -> Result<Arc<Self>> {
        let program = launch.program.display().to_string();
        let start = |source| Error::Start { program: program.clone(), source };
        let (pipe, writer) = Pipe::anonymous().map_err(start)?;
        (launch.stdout, launch.stderr) = writer.outputs().map_err(start)?;
        let child = site.spawner.spawn(launch).await.map_err(start)?;
        let (report, exit) = watch::channel(None);
        let process = Process::new(child.id().unwrap_or_default(), exit, &site.records);
        process.hold(child, report);
        Ok(Self::open(site, door, pipe, process))
    }

    /// Takes a process that somebody else started.
    pub(crate) fn open(site: &Site, door: Door, pipe: Pipe, process: Process) -> Arc<Self> {
        let desk = Arc::new(Desk::default());
        let closed = CancellationToken::new();
        let Door { listener, port, scratch } = door;
        tokio::spawn(api::serve(listener, Arc::downgrade(&desk), closed.clone()));
        let group = site.group().map(Arc::new);
        let entering = group.clone().map(|group| enter(group, process.pid()));
        let slot = Arc::new(Self {
            desk,
            log: Arc::new(LogBook::new(pipe, site.outbox.clone(), site.clock.clone())),
            process,
            port,
            scratch,
            group,
            entering: Mutex::new(entering),
            closed,
            ended: OnceLock::new(),
        });
        tokio::spawn(watch_over(slot.clone(), Arc::clone(&site.strays)));
        slot
    }

    /// Waits until it is in its control group. The kernel may take milliseconds for it, so only processes that nobody
    /// waits for do.
    pub(crate) async fn entered(&self) {
        let entering = lock(&self.entering).take();
        if let Some(Err(error)) = match entering {
            Some(entering) => Some(entering.await),
            None => None,
        } {
            tracing::debug!(%error, "entering a control group broke off");
        }
    }

    /// Has the kernel hold it to `megabytes`, where it can; else the memory watch does.
    pub(crate) fn limit_memory(&self, megabytes: u32) {
        if let Some(group) = &self.group
            && let Err(error) = group.limit(u64::from(megabytes) * 1024 * 1024)
        {
            tracing::warn!(%error, "an environment's memory is not limited by the kernel");
        }
    }

    /// Whether the kernel holds its memory limit.
    pub(crate) fn is_limited_by_the_kernel(&self) -> bool {
        self.group.is_some()
    }

    /// Registers what happens when the process has ended.
    pub(crate) fn on_end(&self, hook: impl Fn(Exit) + Send + Sync + 'static) {
        // A slot serves one environment only.
        drop(self.ended.set(Box::new(hook)));
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Slot")
            .field("port", &self.port)
            .field("pid", &self.process.pid())
            .finish_non_exhaustive()
    }
}

/// Follows a process to its end: first its last words, then the news.
async fn watch_over(slot: Arc<Slot>, strays: Arc<Strays>) {
    let log = slot.log.clone();
    let ended = async {
        slot.process.ended().await;
    };
    log.read(ended).await;
    let mut exit = slot.process.ended().await;
    if let Some(group) = slot.group.clone() {
        if group.ran_out() {
            exit = Exit::OutOfMemory { bytes: group.peak() };
        }
        tokio::task::spawn_blocking(move || group.remove());
    }
    slot.process.bury();
    if slot.group.is_none() {
        strays.end(slot.scratch.clone());
    }
    log.close();
    slot.closed.cancel();
    slot.desk.ended(exit);
    if let Some(hook) = slot.ended.get() {
        hook(exit);
    }
}

/// Keeps a FIFO's writing end until the process behind it has spoken.
#[cfg(unix)]
pub(crate) fn hold(writer: Writer, until: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(async move {
        until.await;
        drop(writer);
    });
}

/// Puts a process that was just started into its control group.
fn enter(group: Arc<Group>, pid: u32) -> JoinHandle<()> {
    tokio::task::spawn_blocking(move || {
        if let Err(error) = group.join(pid) {
            // A process that ended at once is the usual reason.
            tracing::debug!(%error, pid, "a process could not enter its control group");
        }
    })
}

//! The App: everything that is open while Hearth runs, behind one cheap handle. Owns the order of opening and
//! closing. Must not know who calls it.

use crate::Place;
use crate::api::{EngineInfo, Settings};
use crate::budgets::Watch;
use crate::calls::Calls;
use crate::clouds::Clouds;
use crate::demo::Demo;
use crate::lane::Lane;
use crate::ledger::care::retention;
use crate::owner::{OwnerInfo, OwnerLock, make_data_dir};
use crate::pace::Pacing;
use crate::package::Packages;
use crate::prices::PriceShelf;
use crate::specs::Specs;
use crate::stage::Stage;
use crate::system::engine_info;
use crate::tuning::Tunings;
use crate::variables::VariablesStore;
use crate::waits::Waits;
use crate::{ApiError, ErrorCode, Result, budgets, bus, settings};
use futures_util::future::BoxFuture;
use hearth_cost::{Books, PriceBook};
use hearth_model::{Clock, HearthEvent, Micros};
use hearth_runtime::{ParkedCounts, Runtime, RuntimeOptions};
use hearth_store::{Scope, Store, StoreOptions};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;
use tokio::sync::{Mutex, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Events that a slow listener may be behind before it loses some.
const EVENTS_KEPT: usize = 4_096;
/// Longest that closing waits for what the runtime, which has its own limit of 3 s, has let go of already.
const LEFT_OVER: Duration = Duration::from_millis(200);
/// Longest that closing waits for tunings to put back what they changed. What they do not, the next start does.
const TUNINGS: Duration = Duration::from_secs(1);
/// Longest that closing waits for the ledger. What it does not write by then is in the journal.
const LAST_WRITES: Duration = Duration::from_secs(1);
/// Tries to take the lock, 50 ms apart: somebody who only looks who the owner is holds it for a moment.
const LOCK_TRIES: u32 = 4;

/// What an [`App`] is opened with.
#[derive(Clone)]
pub struct AppOptions {
    /// The data folder; made when it is not there.
    pub data_dir: PathBuf,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// The `hearth` binary that `QuickJS` workers are started from; none switches QuickJS off.
    pub worker_exe: Option<PathBuf>,
    /// Where the tools of cloud vendors keep their sign-ins.
    pub place: Place,
}

/// The running Hearth: a cheap handle that every use case is given.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

/// A handle for tasks that must not keep the App open.
pub(crate) struct WeakApp(Weak<Inner>);

impl WeakApp {
    pub(crate) fn upgrade(&self) -> Option<App> {
        self.0.upgrade().map(|inner| App { inner })
    }
}

struct Inner {
    options: AppOptions,
    lock: OwnerLock,
    lane: Lane,
    events: broadcast::Sender<HearthEvent>,
    store: Store,
    runtime: Runtime,
    packages: Packages,
    variables: VariablesStore,
    settings: RwLock<Settings>,
    prices: PriceShelf,
    demo: Demo,
    clouds: Clouds,
    specs: Specs,
    calls: Calls,
    waits: Waits,
    pace: Pacing,
    tunings: Tunings,
    budgets: Arc<Watch>,
    /// Held while a version is made, so that two deploys do not take the same number.
    publishing: Mutex<()>,
    tasks: TaskTracker,
    bus_end: CancellationToken,
    bus: TaskTracker,
}

impl App {
    /// Opens a data folder and becomes its owner: takes the lock, opens the ledger, starts the runtime.
    pub fn open(options: AppOptions) -> BoxFuture<'static, Result<Self>> {
        Box::pin(Self::opened(options))
    }

    async fn opened(options: AppOptions) -> Result<Self> {
        make_data_dir(&options.data_dir).map_err(|error| {
            ApiError::new(
                ErrorCode::Internal,
                format!("the data folder `{}` cannot be made", options.data_dir.display()),
            )
            .with_hint("Choose a folder that you may write to with --data-dir.")
            .with_detail(error.to_string())
        })?;
        let lock = take_lock(&options).await?;
        let prices = PriceShelf::open(&options.data_dir)?;
        let packages = Packages::open(&options.data_dir)?;
        let variables = VariablesStore::open(&options.data_dir);
        let store = Store::open(StoreOptions {
            data_dir: options.data_dir.clone(),
            clock: Arc::clone(&options.clock),
        })
        .await?;
        let settings = settings::load(&store, prices.books().current()).await?;
        let demo = Demo::load(&store).await?;
        let clouds = Clouds::load(&store, options.place.clone(), Arc::clone(&options.clock)).await?;
        store.set_retention(retention(&settings));
        let budgets = Arc::new(Watch::load(&store).await?);
        let lane = Lane::start().map_err(|error| {
            ApiError::new(ErrorCode::Internal, "the system gives Hearth no threads")
                .with_detail(error.to_string())
        })?;
        let starting = lane.handle().spawn(Runtime::start(RuntimeOptions {
            run_dir: options.data_dir.join("run"),
            bytecode_dir: Some(packages.bytecode().to_owned()),
            worker_exe: options.worker_exe.clone(),
            clock: Arc::clone(&options.clock),
            keep_alive: settings.keep_alive_us,
            freeze_after: settings.freeze_after_us,
            parked: ParkedCounts::default(),
            price_region: settings.price_region.clone(),
            search_path: None,
        }));
        let started = match starting.await {
            Ok(started) => started.map_err(ApiError::from),
            Err(error) => Err(ApiError::internal(format!("the local runtime could not be started: {error}"))),
        };
        let runtime = match started {
            Ok(runtime) => runtime,
            Err(error) => {
                store.close().await;
                return Err(error);
            }
        };
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let app = Self {
            inner: Arc::new(Inner {
                options,
                lock,
                lane,
                events,
                store,
                runtime,
                packages,
                variables,
                settings: RwLock::new(settings),
                prices,
                demo,
                clouds,
                specs: Specs::default(),
                calls: Calls::default(),
                waits: Waits::default(),
                pace: Pacing::default(),
                tunings: Tunings::default(),
                budgets,
                publishing: Mutex::new(()),
                tasks: TaskTracker::new(),
                bus_end: CancellationToken::new(),
                bus: TaskTracker::new(),
            }),
        };
        let inner = &app.inner;
        let carrying = bus::carry(
            inner.runtime.events(),
            inner.store.clone(),
            inner.events.clone(),
            inner.bus_end.clone(),
        );
        // Beside the calls: another thread would be woken several times a call.
        inner.bus.spawn_on(carrying, inner.lane.handle());
        budgets::start(&app);
        crate::clouds::own_requests::start(&app);
        app.sweep().await;
        crate::tuning::recover(&app).await;
        // Before anybody can ask for a new one.
        Box::pin(crate::demo::tidy(&app)).await;
        Ok(app)
    }

    /// Everything that happens from now on; see [`crate::batch::Batches`].
    pub fn subscribe(&self) -> broadcast::Receiver<HearthEvent> {
        self.inner.events.subscribe()
    }

    /// Tells other processes that this one goes on until a person ends it, and where it listens. Tokens are not
    /// written down.
    pub fn stay(&self, ui: Option<String>, lambda: Option<String>) {
        self.inner.lock.write_note(OwnerInfo { ui, lambda, stays: true, ..OwnerInfo::default() });
    }

    /// Where calls run. What serves calls belongs here too, so that a call is not handed from thread to thread.
    pub fn lane(&self) -> &tokio::runtime::Handle {
        self.inner.lane.handle()
    }

    /// The region whose prices are used and that ARNs of local functions name.
    pub fn price_region(&self) -> String {
        self.settings().price_region
    }

    /// Where the browser host writes uploaded zips, each as `<id>.zip`.
    pub fn uploads_dir(&self) -> PathBuf {
        self.inner.options.data_dir.join("uploads")
    }

    /// Ends servers, writes what is left and gives the data folder free. What runs is given a moment to finish.
    pub fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.closed())
    }

    async fn closed(&self) {
        let inner = &self.inner;
        inner.clouds.syncing.cancel();
        inner.clouds.tails.end();
        inner.clouds.sign_ins.end();
        wait("tunings", TUNINGS, inner.tunings.end()).await;
        inner.tasks.close();
        inner.runtime.shutdown().await;
        wait("calls", LEFT_OVER, inner.tasks.wait()).await;
        inner.bus_end.cancel();
        inner.bus.close();
        wait("events", LEFT_OVER, inner.bus.wait()).await;
        wait("the count of requests", LEFT_OVER, crate::clouds::own_requests::settle(self)).await;
        wait("the ledger", LAST_WRITES, inner.store.close()).await;
        inner.lock.release();
    }

    /// Removes packages that no version needs, and uploads that nobody deployed.
    async fn sweep(&self) {
        let needed = match self.inner.store.referenced_packages().await {
            Ok(needed) => needed.into_iter().collect(),
            Err(error) => {
                tracing::warn!(%error, "packages are not swept: the ledger does not say which are needed");
                return;
            }
        };
        let packages = self.inner.packages.clone();
        let uploads = self.uploads_dir();
        let swept = tokio::task::spawn_blocking(move || {
            if uploads.is_dir()
                && let Err(error) = std::fs::remove_dir_all(&uploads)
            {
                tracing::warn!(%error, "old uploads stay");
            }
            std::fs::create_dir_all(&uploads).ok();
            packages.sweep(&needed)
        });
        match swept.await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "packages that no version needs were removed"),
            Err(error) => tracing::warn!(%error, "sweeping packages failed"),
        }
    }

    pub(crate) fn now(&self) -> Micros {
        self.inner.options.clock.now()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.inner.runtime
    }

    pub(crate) fn packages(&self) -> &Packages {
        &self.inner.packages
    }

    pub(crate) fn variables(&self) -> &VariablesStore {
        &self.inner.variables
    }

    /// The newest price book.
    pub(crate) fn prices(&self) -> PriceBook {
        self.inner.prices.books().current().clone()
    }

    /// The price book of the day of `instant`.
    pub(crate) fn prices_on(&self, instant: Micros) -> PriceBook {
        let books = self.inner.prices.books();
        crate::prices::day(instant).map_or_else(|| books.current(), |day| books.for_day(day)).clone()
    }

    /// Every price book: usage is priced with the one of its day.
    pub fn price_books(&self) -> Arc<Books> {
        self.inner.prices.books()
    }

    /// Where price lists are fetched from, for tests and mirrors.
    pub fn set_price_sources(&self, sources: crate::prices::PriceSources) {
        self.inner.prices.set_sources(sources);
    }

    pub(crate) fn price_shelf(&self) -> &PriceShelf {
        &self.inner.prices
    }

    pub(crate) fn demo(&self) -> &Demo {
        &self.inner.demo
    }

    pub(crate) fn clouds(&self) -> &Clouds {
        &self.inner.clouds
    }

    /// Whose data is shown: all real functions, or the demo's while it is on. Never both.
    pub(crate) fn view(&self) -> Scope {
        self.inner.demo.view()
    }

    pub(crate) fn specs(&self) -> &Specs {
        &self.inner.specs
    }

    pub(crate) fn calls(&self) -> &Calls {
        &self.inner.calls
    }

    pub(crate) fn waits(&self) -> &Waits {
        &self.inner.waits
    }

    pub(crate) fn pace(&self) -> &Pacing {
        &self.inner.pace
    }

    pub(crate) fn tunings(&self) -> &Tunings {
        &self.inner.tunings
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.inner.options.clock)
    }

    /// Where listeners are told what happens, for what goes on by itself.
    pub(crate) fn events(&self) -> broadcast::Sender<HearthEvent> {
        self.inner.events.clone()
    }

    pub(crate) fn budgets(&self) -> &Arc<Watch> {
        &self.inner.budgets
    }

    /// A handle that does not keep the App open.
    pub(crate) fn weak(&self) -> WeakApp {
        WeakApp(Arc::downgrade(&self.inner))
    }

    /// Cancelled when the App closes.
    pub(crate) fn ending(&self) -> &CancellationToken {
        &self.inner.bus_end
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.inner.tasks
    }

    pub(crate) fn publishing(&self) -> &Mutex<()> {
        &self.inner.publishing
    }

    pub(crate) fn data_dir(&self) -> &PathBuf {
        &self.inner.options.data_dir
    }

    pub(crate) fn settings(&self) -> Settings {
        self.inner.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn replace_settings(&self, settings: Settings) {
        *self.inner.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Tells every listener; nobody listening is fine.
    pub(crate) fn tell(&self, event: HearthEvent) {
        self.inner.events.send(event).ok();
    }

    pub(crate) fn engines(&self) -> Vec<EngineInfo> {
        self.inner.runtime.engines().into_iter().map(engine_info).collect()
    }

    pub(crate) fn stage(&self) -> Stage {
        Stage {
            packages: self.inner.packages.clone(),
            data_dir: self.inner.options.data_dir.clone(),
            uploads_dir: self.uploads_dir(),
            engines: self.engines(),
        }
    }
}

async fn take_lock(options: &AppOptions) -> Result<OwnerLock> {
    for _ in 1..LOCK_TRIES {
        match OwnerLock::take(&options.data_dir) {
            Err(error) if error.code == ErrorCode::Owned => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            other => return other,
        }
    }
    OwnerLock::take(&options.data_dir)
}

async fn wait(what: &str, limit: Duration, end: impl Future<Output = ()>) {
    if tokio::time::timeout(limit, end).await.is_err() {
        tracing::warn!(what, "closing did not wait any longer");
    }
}

/// Runs blocking work off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "blocking work panicked");
        Err(ApiError::internal("a part of Hearth stopped unexpectedly"))
    })
}

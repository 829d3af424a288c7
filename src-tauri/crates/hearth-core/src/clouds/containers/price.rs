//! What services and tasks cost, by the price book of today. Owns that what nobody knows is said, never taken as
//! nothing. Must not ask a vendor.

use crate::App;
use crate::api::{ClusterDetail, PricedService, PricedTask, RunningCost};
use crate::spending::{day_of, plain};
use hearth_cloud::{ClusterStanding, ContainerService, Launch, Task, TaskSize};
use hearth_cost::{Breakdown, Decimal, FargatePlatform, MonthLength, PriceBook, TaskTime, Terms, task_time};
use hearth_model::{Architecture, Micros};
use std::collections::HashMap;

const HOUR_S: u64 = 3_600;

/// Tasks of one kind.
#[derive(Clone, Debug)]
pub(super) struct Priced<'a> {
    pub(super) size: Option<&'a TaskSize>,
    pub(super) launch: Launch,
    /// Whether each has a public address; none when nobody knows.
    pub(super) public_ip: Option<bool>,
}

/// Prices of today.
pub(super) struct Prices {
    book: PriceBook,
    now: Micros,
}

impl Prices {
    pub(super) fn of(app: &App) -> Self {
        Self { book: app.prices(), now: app.now() }
    }

    pub(super) fn date(&self) -> &str {
        self.book.date()
    }

    /// What tasks cost in so many seconds, or why nobody knows.
    pub(super) fn cost(
        &self,
        location: &str,
        one: &Priced<'_>,
        tasks: u32,
        seconds: u64,
    ) -> Result<Breakdown, String> {
        let Some(size) = one.size else {
            return Err("its size could not be read".to_owned());
        };
        let spot = match one.launch {
            Launch::Fargate => false,
            Launch::FargateSpot => true,
            Launch::Mixed => return Err("a part runs on spare capacity: see its tasks".to_owned()),
            Launch::Other => {
                return Err("it runs on machines of the account, which are billed by themselves".to_owned());
            }
        };
        let platform = match (size.windows, size.architecture, spot) {
            (true, ..) => FargatePlatform::Windows,
            (false, Architecture::X86_64, false) => FargatePlatform::LinuxX86,
            (false, Architecture::Arm64, false) => FargatePlatform::LinuxArm,
            (false, Architecture::X86_64, true) => FargatePlatform::SpotX86,
            (false, Architecture::Arm64, true) => FargatePlatform::SpotArm,
        };
        let time = TaskTime {
            tasks,
            seconds,
            cpu_units: size.cpu_units,
            memory_mb: size.memory_mb,
            storage_gb: size.storage_gb,
            platform,
            public_ipv4: one.public_ip,
        };
        let terms = Terms::list(location, day_of(self.now));
        task_time(&self.book, &terms, &time).map_err(|error| error.to_string())
    }

    /// What tasks cost while they run.
    pub(super) fn running(
        &self,
        location: &str,
        one: &Priced<'_>,
        tasks: u32,
    ) -> Result<RunningCost, String> {
        let hour = self.cost(location, one, tasks, HOUR_S)?;
        Ok(RunningCost {
            hour_usd: plain(hour.total),
            month_usd: plain(hour.total * MonthLength::default().hours()),
            hour,
        })
    }

    fn service(&self, service: ContainerService) -> PricedService {
        let one = of_service(&service);
        let (cost, cost_unknown) = split(self.running(&service.at.location, &one, service.desired));
        PricedService { service, cost, cost_unknown }
    }

    fn task(&self, task: Task, public_ip: Option<bool>) -> PricedTask {
        let one = Priced { size: task.size.as_ref(), launch: task.launch, public_ip };
        let location = task.at.location.clone();
        let (cost, cost_unknown) = split(self.running(&location, &one, 1));
        let so_far = task.billed_from_us.and_then(|from| {
            let until = task.stopped_us.unwrap_or(self.now);
            let micros = (until - from).0.max(0).unsigned_abs();
            self.cost(&location, &one, 1, micros.div_ceil(1_000_000)).ok()
        });
        PricedTask { task, cost, so_far, cost_unknown }
    }
}

/// A service's tasks.
pub(super) fn of_service(service: &ContainerService) -> Priced<'_> {
    Priced {
        size: service.size.as_ref(),
        launch: service.launch,
        public_ip: service.network.as_ref().map(|network| network.public_ip),
    }
}

fn split(cost: Result<RunningCost, String>) -> (Option<RunningCost>, Option<String>) {
    match cost {
        Ok(cost) => (Some(cost), None),
        Err(why) => (None, Some(why)),
    }
}

/// A cluster with its prices.
pub(super) fn detail(app: &App, account: String, standing: ClusterStanding) -> ClusterDetail {
    let prices = Prices::of(app);
    let addresses: HashMap<String, bool> = standing
        .services
        .iter()
        .filter_map(|service| Some((service.name.clone(), service.network.as_ref()?.public_ip)))
        .collect();
    let tasks: Vec<PricedTask> = standing
        .tasks
        .into_iter()
        .map(|task| {
            let public_ip = task.service.as_ref().and_then(|service| addresses.get(service)).copied();
            prices.task(task, public_ip)
        })
        .collect();
    let running = || tasks.iter().filter(|task| !task.task.stopped);
    let hour: Decimal =
        running().filter_map(|task| task.cost.as_ref()).map(|cost| cost.hour.total).sum::<Decimal>();
    ClusterDetail {
        account,
        hour_usd: plain(hour),
        month_usd: plain(hour * MonthLength::default().hours()),
        unpriced: running().filter(|task| task.cost.is_none()).count() as u32,
        cluster: standing.cluster,
        services: standing.services.into_iter().map(|service| prices.service(service)).collect(),
        tasks,
        unread: standing.unread,
        price_date: prices.date().to_owned(),
        now_us: prices.now,
    }
}

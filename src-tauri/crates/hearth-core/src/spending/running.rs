//! Time that tasks of services ran: from the versions of a service, each with its size and count, to task time in any
//! window. Owns that a version runs until the next one, or until the service is deleted. Must not know prices.

use super::period::Asked;
use crate::{App, Result};
use hearth_model::{Architecture, FunctionId, Grain, Micros};
use hearth_store::PlacedFunction;
use std::collections::HashMap;

/// Tasks of one size, all the time that they ran in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Running {
    pub(crate) memory_mb: u32,
    /// Processors of a task, in hundredths.
    pub(crate) vcpu_hundredths: u32,
    pub(crate) architecture: Architecture,
    /// Seconds, added up over tasks.
    pub(crate) task_seconds: u64,
}

impl Running {
    /// What its price depends on.
    pub(crate) fn size(&self) -> (u32, u32, Architecture) {
        (self.memory_mb, self.vcpu_hundredths, self.architecture)
    }
}

/// A version of a service while it ran.
#[derive(Clone, Debug)]
struct Version {
    from: Micros,
    /// Until when it is counted.
    until: Micros,
    /// Whether it is the newest of a service that is there, as far as anybody knows.
    goes_on: bool,
    count: u32,
    one: Running,
}

/// Every service of a scope with its versions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Services(HashMap<FunctionId, Vec<Version>>);

/// Whether a function is a service: billed for tasks, not for calls.
pub(crate) fn is_service(function: &PlacedFunction) -> bool {
    function.configuration.as_ref().is_some_and(|configuration| configuration.tasks.is_some())
}

/// Reads the services of a scope. Costs nothing where there are none.
pub(crate) async fn services(app: &App, asked: &Asked) -> Result<Services> {
    if !asked.functions.iter().any(is_service) {
        return Ok(Services::default());
    }
    let mut all: HashMap<FunctionId, Vec<Version>> = HashMap::new();
    for change in app.store().version_changes(&asked.billed, Micros(i64::MIN), Micros(i64::MAX)).await? {
        let Some(tasks) = change.after.tasks else { continue };
        let versions = all.entry(change.function_id).or_default();
        if let Some(before) = versions.last_mut() {
            before.until = change.at_us;
            before.goes_on = false;
        }
        versions.push(Version {
            from: change.at_us,
            until: Micros(i64::MAX),
            goes_on: true,
            count: tasks.count,
            one: Running {
                memory_mb: change.after.memory_mb,
                vcpu_hundredths: tasks.vcpu_hundredths,
                architecture: change.after.architecture,
                task_seconds: 0,
            },
        });
    }
    let reads = app.store().tasks_reads().await?;
    for function in &asked.functions {
        let Some(version) = all.get_mut(&function.id).and_then(|versions| versions.last_mut()) else {
            continue;
        };
        if let Some(deleted) = function.deleted_us {
            version.until = deleted;
            version.goes_on = false;
        }
        // What runs in an account is known as far as it was read.
        let read = reads
            .iter()
            .find(|(account, region, _)| *account == function.account && *region == function.region);
        if function.id.place().is_some() {
            version.until = version.until.min(read.map_or(version.from, |(.., at)| *at));
        }
    }
    Ok(Services(all))
}

impl Services {
    /// Task time of every service in a window, by size.
    pub(crate) fn between(&self, from: Micros, to: Micros) -> HashMap<FunctionId, Vec<Running>> {
        let mut all = HashMap::new();
        for (id, versions) in &self.0 {
            let running = sized(versions, from, to);
            if !running.is_empty() {
                all.insert(id.clone(), running);
            }
        }
        all
    }

    /// What runs at an instant, as task time of the minute before it, also where the last reading is older.
    pub(crate) fn at(&self, instant: Micros) -> HashMap<FunctionId, Vec<Running>> {
        let minute = Micros(60_000_000);
        let mut all = HashMap::new();
        for (id, versions) in &self.0 {
            let now = versions.iter().map(|version| {
                let until = if version.goes_on { Micros(i64::MAX) } else { version.until };
                Version { until, ..version.clone() }
            });
            let running = sized(&now.collect::<Vec<_>>(), instant - minute, instant);
            if !running.is_empty() {
                all.insert(id.clone(), running);
            }
        }
        all
    }

    /// Task time of one service, day by day from `from`; the last day ends at `until`.
    pub(crate) fn days(
        &self,
        id: &FunctionId,
        from: Micros,
        until: Micros,
        days: usize,
    ) -> Vec<Vec<Running>> {
        self.steps(id, from, until, days, Grain::Day)
    }

    /// The same step by step.
    pub(crate) fn steps(
        &self,
        id: &FunctionId,
        from: Micros,
        until: Micros,
        count: usize,
        grain: Grain,
    ) -> Vec<Vec<Running>> {
        let length = grain.length().0;
        let versions = self.0.get(id).map_or(&[][..], Vec::as_slice);
        (0..count as i64)
            .map(|step| {
                let begin = from + Micros(step * length);
                sized(versions, begin, until.min(begin + Micros(length)))
            })
            .collect()
    }

    /// When the first of them began; none where there are none.
    pub(crate) fn first(&self) -> Option<Micros> {
        self.0.values().filter_map(|versions| Some(versions.first()?.from)).min()
    }
}

/// Whole seconds of each size within a window.
fn sized(versions: &[Version], from: Micros, to: Micros) -> Vec<Running> {
    let mut all: Vec<Running> = Vec::new();
    for version in versions {
        let (begin, end) = (version.from.max(from), version.until.min(to));
        if begin >= end || version.count == 0 {
            continue;
        }
        let seconds = (end - begin).0.unsigned_abs() / 1_000_000 * u64::from(version.count);
        match all.iter_mut().find(|one| one.size() == version.one.size()) {
            Some(same) => same.task_seconds += seconds,
            None => all.push(Running { task_seconds: seconds, ..version.one.clone() }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn version(from: i64, until: i64, count: u32, vcpu_hundredths: u32) -> Version {
        let one =
            Running { memory_mb: 1_024, vcpu_hundredths, architecture: Architecture::Arm64, task_seconds: 0 };
        Version { from: Micros(from * HOUR), until: Micros(until * HOUR), goes_on: false, count, one }
    }

    #[test]
    fn a_version_runs_until_the_next_and_tasks_of_one_size_add_up() {
        let versions = [version(0, 10, 1, 25), version(10, 20, 3, 25), version(20, 30, 0, 25)];
        let at = |from: i64, to: i64| {
            let all = sized(&versions, Micros(from * HOUR), Micros(to * HOUR));
            all.iter().map(|one| one.task_seconds / 3_600).collect::<Vec<_>>()
        };
        assert_eq!(at(0, 40), [10 + 30]);
        assert_eq!(at(9, 12), [1 + 6]);
        assert_eq!(at(20, 40), Vec::<u64>::new(), "no task, no time");
        let grown = [version(0, 10, 1, 25), version(10, 20, 1, 50)];
        assert_eq!(sized(&grown, Micros(0), Micros(20 * HOUR)).len(), 2, "two sizes, two prices");
        let services = Services([(FunctionId::from("s"), versions.to_vec())].into());
        let days = services.days(&FunctionId::from("s"), Micros(0), Micros(26 * HOUR), 2);
        assert_eq!((days[0][0].task_seconds, days[1].len()), (40 * 3_600, 0));
        // What was read an hour ago is not counted since then, and is still taken to run.
        let read = Version { goes_on: true, ..version(0, 10, 2, 25) };
        let services = Services([(FunctionId::from("s"), vec![read])].into());
        let seconds =
            |all: HashMap<FunctionId, Vec<Running>>| all.values().map(|all| all[0].task_seconds).sum::<u64>();
        assert_eq!(seconds(services.between(Micros(0), Micros(11 * HOUR))), 20 * 3_600);
        assert_eq!(seconds(services.at(Micros(11 * HOUR))), 120);
    }
}

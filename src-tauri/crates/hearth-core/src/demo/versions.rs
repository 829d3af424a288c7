//! Deploys of the demo: which version of a function, and how much memory, is there at an instant. Must not know calls.

use super::functions::{DAYS, Made};
use hearth_model::{CodePackage, FunctionConfiguration, FunctionId, FunctionRecord, Grain, Micros};
use hearth_trace::Random;

/// Number, begin, memory and cause of each version, oldest first; never empty.
#[derive(Clone, Debug)]
pub(super) struct Versions(Vec<(u32, Micros, u32, &'static str)>);

impl Versions {
    /// The versions of a function: one from before, a deploy every few weeks, and what the table says.
    pub(super) fn of(made: &Made, start: Micros, end: Micros, random: &mut Random) -> Self {
        let day = Grain::Day.length().0;
        let mut changes = Vec::new();
        let mut at = start.0;
        loop {
            // In working hours.
            at += (random.between(9.0, 45.0) as i64) * day;
            let deployed = Grain::Day.floor(Micros(at)).0 + (random.between(8.0, 16.0) * 3.6e9) as i64;
            if deployed >= end.0 {
                break;
            }
            changes.push((Micros(deployed), "code"));
        }
        if let Some((days, _)) = made.resized {
            changes.push((end - Micros(days * day), "configuration"));
        }
        if let Some(days) = made.broken {
            let broken = end - Micros(days * day);
            changes.push((broken, "code"));
            changes.push((broken + Micros(2 * Grain::Hour.length().0), "rollback"));
        }
        changes.sort();
        let mut memory = made.memory_before();
        let mut versions = vec![(made.versions, start - Micros(DAYS * day / 10), memory, "deploy")];
        for (number, (at, cause)) in (made.versions + 1..).zip(changes) {
            if let (Some((_, to)), "configuration") = (made.resized, cause) {
                memory = to;
            }
            versions.push((number, at, memory, cause));
        }
        Self(versions)
    }

    /// Version and memory at an instant.
    pub(super) fn at(&self, at: Micros) -> (u32, u32) {
        let index = self.0.partition_point(|(_, begin, ..)| *begin <= at).max(1) - 1;
        (self.0[index].0, self.0[index].2)
    }

    /// One record a version, oldest first, with its cause.
    pub(super) fn records(&self, id: &FunctionId, made: &Made) -> Vec<(FunctionRecord, String)> {
        let created_us = self.0[0].1;
        self.0
            .iter()
            .map(|(version, deployed_us, memory_mb, cause)| {
                let record = FunctionRecord {
                    id: id.clone(),
                    account: made.account.to_owned(),
                    region: made.region.to_owned(),
                    name: made.name.clone(),
                    version: *version,
                    configuration: FunctionConfiguration {
                        runtime: made.runtime.to_owned(),
                        handler: "app.handler".to_owned(),
                        memory_mb: *memory_mb,
                        timeout_s: 900,
                        environment_names: Vec::new(),
                        reserved_concurrency: None,
                        architecture: made.architecture,
                        description: made.description.to_owned(),
                        tasks: None,
                        billed_as: made.billed_as(),
                    },
                    code: CodePackage {
                        sha256: format!("demo-{}-{version}", made.name),
                        size_bytes: 2_400_000,
                        files: 31,
                    },
                    created_us,
                    deployed_us: *deployed_us,
                    deleted_us: None,
                };
                let cause = if *cause == "rollback" {
                    format!("rollback to {}", version - 2)
                } else {
                    (*cause).to_owned()
                };
                (record, cause)
            })
            .collect()
    }
}

//! Services of the demo: containers on Fargate that run day and night, whatever is called. Must not know calls or
//! prices.

use super::functions::DAYS;
use hearth_model::{
    Architecture, CodePackage, FunctionConfiguration, FunctionId, FunctionRecord, Grain, Micros, ServiceTasks,
};

/// A version: days before now from which it runs, what made it, memory, hundredths of a processor, tasks.
type Version = (i64, &'static str, u32, u32, u32);

/// One service.
pub(super) struct Service {
    name: &'static str,
    account: &'static str,
    region: &'static str,
    architecture: Architecture,
    description: &'static str,
    versions: &'static [Version],
}

/// Everybody: one steady, one that was scaled out for the shop's busy weeks.
pub(super) const SERVICES: [Service; 2] = [
    Service {
        name: "ml-scoring",
        account: "demo-prod",
        region: "eu-west-1",
        architecture: Architecture::X86_64,
        description: "A model that takes too long to load for a function",
        versions: &[(DAYS + 30, "deploy", 1_024, 25, 1)],
    },
    Service {
        name: "orders-web",
        account: "demo-prod",
        region: "eu-west-1",
        architecture: Architecture::Arm64,
        description: "Pages for the people in the warehouse",
        versions: &[(DAYS + 12, "deploy", 512, 25, 1), (12, "configuration", 512, 25, 2)],
    },
];

impl Service {
    /// One record a version, oldest first, with its cause.
    pub(super) fn records(&self, id: &FunctionId, end: Micros) -> Vec<(FunctionRecord, String)> {
        let before = |days: i64| end - Micros(days * Grain::Day.length().0);
        let created_us = self.versions.first().map_or(end, |first| before(first.0));
        let mut all = Vec::new();
        for (number, (days, cause, memory_mb, vcpu_hundredths, count)) in (1..).zip(self.versions) {
            let record = FunctionRecord {
                id: id.clone(),
                account: self.account.to_owned(),
                region: self.region.to_owned(),
                name: self.name.to_owned(),
                version: number,
                configuration: FunctionConfiguration {
                    runtime: "container".to_owned(),
                    handler: "service".to_owned(),
                    memory_mb: *memory_mb,
                    timeout_s: 900,
                    environment_names: Vec::new(),
                    reserved_concurrency: None,
                    architecture: self.architecture,
                    description: self.description.to_owned(),
                    tasks: Some(ServiceTasks { count: *count, vcpu_hundredths: *vcpu_hundredths }),
                    billed_as: None,
                },
                code: CodePackage {
                    sha256: format!("demo-{}-{number}", self.name),
                    size_bytes: 48_000_000,
                    files: 1,
                },
                created_us,
                deployed_us: before(*days),
                deleted_us: None,
            };
            all.push((record, (*cause).to_owned()));
        }
        all
    }
}

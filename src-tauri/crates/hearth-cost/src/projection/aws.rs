//! Projections on AWS: Lambda, its Edge and Managed Instances, Fargate, each with its hidden lines.

use super::Work;
use super::target::{ProvisionedTarget, TargetPlan};
use crate::billing::Plan;
use crate::charge::Quantity;
use crate::error::{Result, usage};
use crate::line::{Line, LineKind};
use crate::services::fargate::{FargatePlatform, Tasks, fits_task_size};
use crate::services::lambda::{OnDemand, Provisioned};
use crate::services::{aws_extras, fargate, gb, lambda, lambda_extras};
use hearth_model::Architecture;
use rust_decimal::Decimal;

impl Work<'_> {
    pub(super) fn aws_lines(&mut self) -> Result<Vec<Line>> {
        let mut lines = match &self.target.plan {
            TargetPlan::Lambda { memory_mb, architecture, ephemeral_mb, provisioned } => {
                self.lambda(*memory_mb, *architecture, *ephemeral_mb, provisioned.as_ref())?
            }
            TargetPlan::LambdaEdge { memory_mb } => {
                self.assume("Lambda@Edge has no free tier");
                let (requests, billed) = (self.requests()?, self.billed_ms(Plan::LambdaEdge)?);
                lambda_extras::edge(self.desk, requests, billed, *memory_mb)?
            }
            TargetPlan::ManagedInstances { hours, on_demand_hour, paid_hour } => {
                self.assume("hours and prices of instances as entered");
                let requests = self.requests()?;
                let hours = Decimal::from(*hours);
                lambda_extras::managed_instances(self.desk, requests, hours, *on_demand_hour, *paid_hour)?
            }
            TargetPlan::Fargate {
                vcpu,
                memory_mb,
                tasks,
                concurrency,
                platform,
                storage_gb,
                public_ipv4,
            } => {
                let count = match tasks {
                    Some(0) => return usage("Fargate needs at least one task"),
                    Some(count) => *count,
                    None => self.needed(*concurrency, "task")?,
                };
                self.fargate(count, *vcpu, *memory_mb, *platform, *storage_gb, *public_ipv4)?
            }
            TargetPlan::MicroVms { used } => {
                self.assume("processors and memory of MicroVMs as entered");
                lambda_extras::microvms(self.desk, used)?
            }
            _ => Vec::new(),
        };
        lines.extend(self.around_aws()?);
        Ok(lines)
    }

    fn lambda(
        &mut self,
        memory_mb: u32,
        architecture: Architecture,
        ephemeral_mb: u32,
        provisioned: Option<&ProvisionedTarget>,
    ) -> Result<Vec<Line>> {
        let (requests, billed) = (self.requests()?, self.billed_ms(Plan::LambdaOnDemand)?);
        let Some(kept) = provisioned.filter(|kept| kept.concurrency > 0) else {
            let used = OnDemand { requests, billed_ms: billed, memory_mb, ephemeral_mb, architecture };
            let mut lines = lambda::on_demand(self.desk, &used)?;
            lines.extend(lambda_extras::extras(self.desk, &self.usage.extras, memory_mb, architecture)?);
            return Ok(lines);
        };
        if kept.share_percent > 100 {
            return usage(format!(
                "environments kept ready answer at most 100 %, not {} %",
                kept.share_percent
            ));
        }
        self.assume(format!("{} % of the requests meet an environment kept ready", kept.share_percent));
        let share = Decimal::from(kept.share_percent) / Decimal::ONE_HUNDRED;
        let answered = (requests * share).round();
        let spilled = requests - answered;
        let seconds = match kept.hours {
            Some(hours) => Decimal::from(hours) * Decimal::from(3_600),
            None => self.desk.terms.month.seconds(),
        };
        let mut lines = lambda::provisioned(
            self.desk,
            &Provisioned {
                concurrency: Decimal::from(kept.concurrency),
                seconds,
                requests: answered,
                billed_ms: billed.times(share)?,
                memory_mb,
                architecture,
            },
        )?;
        let used = OnDemand {
            requests: spilled,
            billed_ms: billed.times(Decimal::ONE - share)?,
            memory_mb,
            ephemeral_mb: lambda::FREE_EPHEMERAL_MB,
            architecture,
        };
        for mut line in lambda::on_demand(self.desk, &used)? {
            line.name = format!("spilled_{}", line.name);
            line.label = format!("{}, spilled over", line.label);
            lines.push(line);
        }
        lines.extend(lambda::ephemeral(self.desk, billed, ephemeral_mb)?);
        lines.extend(lambda_extras::extras(self.desk, &self.usage.extras, memory_mb, architecture)?);
        Ok(lines)
    }

    fn fargate(
        &mut self,
        tasks: u32,
        vcpu: Decimal,
        memory_mb: u32,
        platform: FargatePlatform,
        storage_gb: u32,
        public_ipv4: bool,
    ) -> Result<Vec<Line>> {
        if !fits_task_size(vcpu, memory_mb) {
            let nearest = fargate::task_size(vcpu, memory_mb)
                .map(|(vcpu, memory)| {
                    format!("; the next larger has {} vCPU and {memory} MB", vcpu.normalize())
                })
                .unwrap_or_default();
            return usage(format!(
                "Fargate has no task of {} vCPU and {memory_mb} MB{nearest}",
                vcpu.normalize()
            ));
        }
        if matches!(platform, FargatePlatform::SpotX86 | FargatePlatform::SpotArm) {
            self.assume("Spot prices move all the time, and AWS may take tasks back");
        }
        self.assume("tasks run all month, whether or not requests come");
        let mut lines = fargate::tasks(
            self.desk,
            &Tasks {
                runs: Decimal::from(tasks),
                seconds: self.desk.terms.month.seconds(),
                vcpu,
                memory_gb: Decimal::from(memory_mb) / Decimal::from(1_024),
                storage_gb: Decimal::from(storage_gb),
                platform,
                rates: None,
            },
        )?;
        let addresses = if public_ipv4 { tasks } else { 0 };
        lines.push(aws_extras::ipv4(self.desk, addresses, self.desk.terms.month.hours())?);
        lines.push(Line::unknown(
            "load_balancer",
            "Load balancer",
            LineKind::Hidden,
            "hour",
            "requests need one, and no price of it is in the price book",
        ));
        Ok(lines)
    }

    /// What comes with every function on AWS.
    fn around_aws(&self) -> Result<Vec<Line>> {
        let traffic = self.target.traffic;
        let gigabytes = |bytes: Option<u64>| -> Result<Option<Decimal>> {
            bytes.map(|bytes| Ok(Quantity::exact(gb(bytes)).times(traffic)?.value)).transpose()
        };
        let out = gigabytes(self.usage.bytes_out)?;
        Ok(vec![
            aws_extras::logs(self.desk, gigabytes(self.usage.log_bytes)?)?,
            aws_extras::log_storage(self.desk, gigabytes(self.usage.kept_log_bytes)?)?,
            aws_extras::data_out(self.desk, out)?,
            aws_extras::nat(self.desk, self.usage.nat_gateways, out)?,
            aws_extras::nat_ipv4(self.desk, self.usage.nat_gateways)?,
            aws_extras::polling(self.desk, self.usage.polled_metrics)?,
        ])
    }
}

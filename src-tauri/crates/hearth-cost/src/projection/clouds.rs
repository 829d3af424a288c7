//! Projections on Azure, Google, Cloudflare and smaller offers, each with its hidden lines.

use super::Work;
use super::target::TargetPlan;
use crate::billing::{Plan, billed_memory_mb, gen1_ghz};
use crate::charge::Quantity;
use crate::error::{Result, usage};
use crate::line::{Line, LineKind};
use crate::services::{azure, cloudflare, gb, gb_seconds, google, others};
use rust_decimal::Decimal;

impl Work<'_> {
    pub(super) fn cloud_lines(&mut self) -> Result<Vec<Line>> {
        match &self.target.plan {
            TargetPlan::AzureConsumption => self.azure_consumption(),
            TargetPlan::AzureFlex { instance_mb, concurrency, always_ready } => {
                self.azure_flex(*instance_mb, *concurrency, *always_ready)
            }
            TargetPlan::AzurePremium { sku, instances, concurrency } => {
                let count = self.count(*instances, *concurrency, "instance")?;
                let mut lines = azure::premium(self.desk, *sku, Decimal::from(count))?;
                lines.extend(azure::neighbours());
                Ok(lines)
            }
            TargetPlan::GoogleGen1 { memory_mb, min_instances } => {
                self.google_gen1(*memory_mb, *min_instances)
            }
            TargetPlan::CloudRunRequest { vcpu, memory_mb, concurrency, min_instances } => {
                self.cloud_run_request(*vcpu, *memory_mb, *concurrency, *min_instances)
            }
            TargetPlan::CloudRunInstance { vcpu, memory_mb, concurrency, instances } => {
                let count = self.count(*instances, *concurrency, "instance")?;
                let seconds = Quantity::exact(self.desk.terms.month.seconds()).times(Decimal::from(count))?;
                self.cloud_run(google::RunMode::Instance, seconds, *vcpu, *memory_mb, "")
            }
            TargetPlan::CloudflareWorkers => self.workers(),
            TargetPlan::Other { offer } => {
                self.assume("a comparison at second-hand prices, billed by the millisecond");
                let (requests, billed) = (self.requests()?, self.billed_ms(Plan::LambdaOnDemand)?);
                let memory = gb_seconds(billed, Decimal::from(self.usage.memory_mb))?;
                let cpu = billed.per(Decimal::ONE_THOUSAND)?;
                self.assume("one processor as long as a request runs");
                others::lines(self.desk, *offer, requests, memory, cpu)
            }
            _ => Ok(Vec::new()),
        }
    }

    fn count(&mut self, entered: Option<u32>, concurrency: u32, what: &str) -> Result<u32> {
        match entered {
            Some(0) => usage(format!("at least one {what} is needed, not 0")),
            Some(count) => Ok(count),
            None => self.needed(concurrency, what),
        }
    }

    fn azure_consumption(&mut self) -> Result<Vec<Line>> {
        let (requests, billed) = (self.requests()?, self.billed_ms(Plan::AzureConsumption)?);
        let used = if let Some(used) = self.usage.used_memory_mb {
            let memory = billed_memory_mb(Plan::AzureConsumption, used)?;
            gb_seconds(billed, Decimal::from(memory))?
        } else {
            self.assume(
                "Azure bills observed memory, which is not known: from 128 MB to the memory configured",
            );
            let memory = billed_memory_mb(Plan::AzureConsumption, self.usage.memory_mb)?;
            let most = gb_seconds(billed, Decimal::from(memory))?;
            let least = gb_seconds(billed, Decimal::from(128))?;
            Quantity { value: most.value, low: least.low, high: most.high }
        };
        let mut lines = azure::consumption(self.desk, requests, used)?;
        lines.extend(azure::neighbours());
        Ok(lines)
    }

    fn azure_flex(&mut self, instance_mb: u32, concurrency: u32, always_ready: u32) -> Result<Vec<Line>> {
        if billed_memory_mb(Plan::AzureFlex, instance_mb)? != instance_mb {
            return usage(format!("Azure Flex has instances of 512, 2048 and 4096 MB, not {instance_mb} MB"));
        }
        let (requests, billed) = (self.requests()?, self.billed_ms(Plan::AzureFlex)?);
        let billed = self.shared(billed, concurrency)?;
        let memory = Decimal::from(instance_mb);
        let active = gb_seconds(billed, memory)?;
        let used = if always_ready == 0 {
            azure::Flex { executions: requests, active, ready: None }
        } else {
            self.assume("instances that are always ready answer every request");
            let baseline =
                azure::instance_time(Decimal::from(always_ready), memory, self.desk.terms.month.seconds())?;
            azure::Flex {
                executions: Decimal::ZERO,
                active: Quantity::exact(0),
                ready: Some(azure::Ready { baseline: baseline.value, active, executions: requests }),
            }
        };
        let mut lines = azure::flex(self.desk, &used)?;
        lines.extend(azure::neighbours());
        Ok(lines)
    }

    /// The time of instances that run several requests at once: as short as if they always did, as long as if never.
    fn shared(&mut self, billed: Quantity, concurrency: u32) -> Result<Quantity> {
        if concurrency == 0 {
            return usage("an instance runs at least one request at a time, not 0");
        }
        if concurrency == 1 {
            return Ok(billed);
        }
        self.assume(format!("an instance runs from one to {concurrency} requests at once"));
        let least = billed.per(Decimal::from(concurrency))?;
        Ok(Quantity { value: billed.value, low: least.low, high: billed.high })
    }

    fn google_gen1(&mut self, memory_mb: u32, min_instances: u32) -> Result<Vec<Line>> {
        let (requests, billed) = (self.requests()?, self.billed_ms(Plan::GoogleGen1)?);
        let memory = billed_memory_mb(Plan::GoogleGen1, memory_mb)?;
        let ghz = gen1_ghz(memory)?;
        let used = google::Gen1 {
            invocations: requests,
            ghz_seconds: billed.per(Decimal::ONE_THOUSAND)?.times(ghz)?,
            gb_seconds: gb_seconds(billed, Decimal::from(memory))?,
            idle: false,
        };
        let mut lines = google::gen1(self.desk, &used)?;
        if min_instances > 0 {
            self.assume("the grants are used up by requests before idle instances");
            let seconds =
                Quantity::exact(self.desk.terms.month.seconds()).times(Decimal::from(min_instances))?;
            let idle = google::Gen1 {
                invocations: Decimal::ZERO,
                ghz_seconds: seconds.times(ghz)?,
                gb_seconds: gb_seconds(seconds.times(Decimal::ONE_THOUSAND)?, Decimal::from(memory))?,
                idle: true,
            };
            lines.extend(named("idle_", self.without_grants(|desk| google::gen1(desk, &idle))?));
        }
        let data_out = |bytes| google::gen1_data_out(self.desk, gb(bytes));
        lines.push(self.usage.bytes_out.map_or_else(|| Ok(unknown_data_out()), data_out)?.hidden());
        lines.extend(google::neighbours());
        Ok(lines)
    }

    fn cloud_run_request(
        &mut self,
        vcpu: Decimal,
        memory_mb: u32,
        concurrency: u32,
        min_instances: u32,
    ) -> Result<Vec<Line>> {
        let billed = self.billed_ms(Plan::CloudRunRequest)?;
        let seconds = self.shared(billed, concurrency)?.per(Decimal::ONE_THOUSAND)?;
        let mut lines = self.cloud_run(google::RunMode::Request, seconds, vcpu, memory_mb, "")?;
        if min_instances > 0 {
            self.assume("the grants are used up by requests before idle instances");
            let all = Quantity::exact(self.desk.terms.month.seconds()).times(Decimal::from(min_instances))?;
            lines.extend(self.cloud_run(google::RunMode::Idle, all, vcpu, memory_mb, "idle_")?);
        }
        Ok(lines)
    }

    fn cloud_run(
        &mut self,
        mode: google::RunMode,
        seconds: Quantity,
        vcpu: Decimal,
        memory_mb: u32,
        prefix: &str,
    ) -> Result<Vec<Line>> {
        if vcpu.is_sign_negative() || vcpu.is_zero() || vcpu > Decimal::from(8) {
            return usage(format!("Cloud Run has up to 8 processors, not {vcpu}"));
        }
        let memory_mb = billed_memory_mb(Plan::CloudRunRequest, memory_mb)?;
        let used = google::Run {
            mode,
            vcpu_seconds: seconds.times(vcpu)?,
            gib_seconds: seconds.times(Decimal::from(memory_mb))?.per(Decimal::from(1_024))?,
            requests: self.requests()?,
        };
        if mode == google::RunMode::Idle {
            return Ok(named(prefix, self.without_grants(|desk| google::run(desk, &used))?));
        }
        let mut lines = google::run(self.desk, &used)?;
        let data_out = |bytes| google::run_data_out(self.desk, gb(bytes));
        lines.push(self.usage.bytes_out.map_or_else(|| Ok(unknown_data_out()), data_out)?.hidden());
        lines.extend(google::neighbours());
        Ok(lines)
    }

    /// Lines of what comes after the grants are used up.
    fn without_grants(
        &self,
        lines: impl FnOnce(crate::services::Desk<'_>) -> Result<Vec<Line>>,
    ) -> Result<Vec<Line>> {
        let terms =
            crate::services::Terms { grants: crate::services::Grants::default(), ..self.desk.terms.clone() };
        lines(crate::services::Desk::new(self.desk.book, &terms)?)
    }

    fn workers(&mut self) -> Result<Vec<Line>> {
        let requests = self.requests()?;
        let cpu = if let Some(cpu_ms) = self.usage.cpu_ms {
            Quantity::exact(cpu_ms).times(self.target.traffic)?
        } else {
            self.assume("processor time is not known: from none to all of the duration");
            let billed = self.billed_ms(Plan::CloudflareWorkers)?;
            Quantity { low: Decimal::ZERO, ..billed }
        };
        let mut lines = cloudflare::workers(self.desk, requests, cpu)?;
        lines.extend(cloudflare::neighbours());
        Ok(lines)
    }
}

fn named(prefix: &str, lines: Vec<Line>) -> Vec<Line> {
    lines
        .into_iter()
        .map(|mut line| {
            line.name = format!("{prefix}{}", line.name);
            line.label = format!("{}, idle instances", line.label);
            line
        })
        .collect()
}

fn unknown_data_out() -> Line {
    let why = "how much leaves to the internet is not known";
    Line::unknown("egress", "Data out", LineKind::Hidden, "GB", why)
}

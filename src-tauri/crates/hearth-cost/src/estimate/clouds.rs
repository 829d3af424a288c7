//! Cases of Azure, Google and Cloudflare. Owns their inputs.

use super::aws::{all_alike, grants, savings, terms};
use super::inputs::Inputs;
use crate::Day;
use crate::billing::{Package, Plan, billed_memory_mb, gen1_ghz, rule};
use crate::book::PriceBook;
use crate::charge::Quantity;
use crate::error::{Result, usage};
use crate::line::Line;
use crate::month::MonthLength;
use crate::savings::Committed;
use crate::services::{Desk, Grants, Terms, azure, cloudflare, gb_seconds, google};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value;

pub(super) fn azure_consumption(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let known = ["executions", "duration_ms", "memory_mb", "free", "free_requests", "free_gbs", "region"];
    let inputs = Inputs::new("azure_consumption", value, &known)?;
    let mut terms = terms(&inputs, "eastus", book.day())?;
    terms.grants = grants(&inputs)?;
    let executions = inputs.whole("executions")?;
    let (duration, memory) = (inputs.number("duration_ms")?, inputs.whole_as::<u32>("memory_mb")?);
    let used = if duration.is_zero() && memory == 0 {
        // Executions alone were asked for: no time is known that a minimum could be applied to.
        Quantity::exact(0)
    } else {
        let rule = rule(Plan::AzureConsumption, Package::Zip, book.day());
        let memory = billed_memory_mb(Plan::AzureConsumption, memory)?;
        gb_seconds(all_alike(&rule, executions, duration)?, Decimal::from(memory))?
    };
    azure::consumption(Desk::new(book, &terms)?, executions, used)
}

pub(super) fn azure_units(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let inputs = Inputs::new("azure_units", value, &["units", "free", "region"])?;
    let mut terms = terms(&inputs, "eastus", book.day())?;
    terms.grants = grants(&inputs)?;
    let lines =
        azure::consumption(Desk::new(book, &terms)?, Decimal::ZERO, azure::units(inputs.number("units")?)?)?;
    Ok(lines.into_iter().filter(|line| line.name == "duration").collect())
}

pub(super) fn azure_flex(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let known =
        ["instances", "memory_gb", "active_s", "executions", "free", "free_requests", "free_gbs", "region"];
    let inputs = Inputs::new("azure_flex", value, &known)?;
    let mut terms = terms(&inputs, "eastus", book.day())?;
    terms.grants = grants(&inputs)?;
    let memory_mb = inputs.number("memory_gb")? * Decimal::from(1_024);
    if !matches!(memory_mb.to_u32(), Some(512 | 2_048 | 4_096)) {
        return usage(format!(
            "Azure Flex has instances of 0.5, 2 and 4 GB, not {} GB",
            inputs.number("memory_gb")?
        ));
    }
    azure::flex(
        Desk::new(book, &terms)?,
        &azure::Flex {
            executions: inputs.whole("executions")?,
            active: azure::instance_time(inputs.whole("instances")?, memory_mb, inputs.number("active_s")?)?,
            ready: None,
        },
    )
}

pub(super) fn azure_premium(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let inputs = Inputs::new("azure_premium", value, &["sku", "instances", "savings_plan", "region"])?;
    let mut terms = terms(&inputs, "eastus", book.day())?;
    terms.savings_plan = savings(&inputs, Committed::AzurePremium, &terms)?;
    let Some(sku) = inputs.text("sku")? else { return usage("`azure_premium` needs the input `sku`") };
    azure::premium(Desk::new(book, &terms)?, azure::PremiumSku::parse(sku)?, inputs.whole("instances")?)
}

/// The region of a Google case: by name, or by its price tier.
pub(super) fn google_terms(inputs: &Inputs<'_>, day: Day) -> Result<Terms> {
    let usual = match inputs.optional("tier")?.map(|tier| tier.to_string()).as_deref() {
        None | Some("1") => "us-central1",
        Some("2") => "tier2",
        Some(other) => return usage(format!("`tier` must be 1 or 2, not {other}")),
    };
    terms(inputs, usual, day)
}

pub(super) fn cloud_run(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let known = ["vcpu", "gib", "seconds", "mode", "tier", "requests", "free", "egress_gib", "region"];
    let inputs = Inputs::new("cloud_run", value, &known)?;
    let mut terms = google_terms(&inputs, book.day())?;
    terms.grants = grants(&inputs)?;
    let desk = Desk::new(book, &terms)?;
    let mode = match inputs.text("mode")? {
        None | Some("request") => google::RunMode::Request,
        Some("instance") => google::RunMode::Instance,
        Some(other) => return usage(format!("`mode` must be request or instance, not `{other}`")),
    };
    let seconds = Quantity::exact(inputs.number("seconds")?);
    let mut lines = google::run(
        desk,
        &google::Run {
            mode,
            vcpu_seconds: seconds.times(inputs.number("vcpu")?)?,
            gib_seconds: seconds.times(inputs.number("gib")?)?,
            requests: inputs.number_or("requests", 0)?,
        },
    )?;
    if let Some(gib) = inputs.optional("egress_gib")? {
        lines.push(google::run_data_out(desk, gib)?);
    }
    Ok(lines)
}

pub(super) fn gcf1(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let known = ["invocations", "duration_ms", "memory_mb", "egress_gb", "tier", "free", "region"];
    let inputs = Inputs::new("gcf1", value, &known)?;
    let mut terms = google_terms(&inputs, book.day())?;
    terms.grants = grants(&inputs)?;
    let desk = Desk::new(book, &terms)?;
    let invocations = inputs.whole("invocations")?;
    let memory = billed_memory_mb(Plan::GoogleGen1, inputs.whole_as("memory_mb")?)?;
    let rule = rule(Plan::GoogleGen1, Package::Zip, book.day());
    let billed = all_alike(&rule, invocations, inputs.number("duration_ms")?)?;
    let mut lines = google::gen1(
        desk,
        &google::Gen1 {
            invocations,
            ghz_seconds: billed.per(Decimal::ONE_THOUSAND)?.times(gen1_ghz(memory)?)?,
            gb_seconds: gb_seconds(billed, Decimal::from(memory))?,
            idle: false,
        },
    )?;
    if let Some(gb) = inputs.optional("egress_gb")? {
        lines.push(google::gen1_data_out(desk, gb)?);
    }
    Ok(lines)
}

/// One instance that is kept for a month of 30 days, as the Firebase tools estimate it.
pub(super) fn firebase_min(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let inputs = Inputs::new("firebase_min", value, &["platform", "tier", "mb", "cpu", "region"])?;
    let mut terms = google_terms(&inputs, book.day())?;
    terms.grants = Grants::whole();
    terms.month = MonthLength::Days30;
    let desk = Desk::new(book, &terms)?;
    let memory_mb: u32 = inputs.whole_as("mb")?;
    let seconds = Quantity::exact(terms.month.seconds());
    let gb_seconds = gb_seconds(seconds.times(Decimal::ONE_THOUSAND)?, Decimal::from(memory_mb))?;
    match inputs.text("platform")? {
        Some("gcfv1") => {
            let ghz_seconds = seconds.times(gen1_ghz(memory_mb)?)?;
            let used = google::Gen1 { invocations: Decimal::ZERO, ghz_seconds, gb_seconds, idle: true };
            google::gen1(desk, &used)
        }
        Some("gcfv2") => {
            let vcpu_seconds = seconds.times(inputs.number("cpu")?)?;
            let mode = google::RunMode::Idle;
            google::run(
                desk,
                &google::Run { mode, vcpu_seconds, gib_seconds: gb_seconds, requests: Decimal::ZERO },
            )
        }
        other => usage(format!("`platform` must be gcfv1 or gcfv2, not `{}`", other.unwrap_or_default())),
    }
}

pub(super) fn workers(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let inputs = Inputs::new("cloudflare", value, &["requests", "cpu_ms"])?;
    let terms = Terms::list("global", book.day());
    let requests = inputs.whole("requests")?;
    let cpu = Quantity::exact(requests).times(inputs.number("cpu_ms")?)?;
    cloudflare::workers(Desk::new(book, &terms)?, requests, cpu)
}

//! Cases of AWS: Lambda on demand and provisioned, Fargate, CloudWatch Logs. Owns their inputs.

use super::inputs::Inputs;
use crate::Day;
use crate::billing::{Package, Plan, Rule, rule};
use crate::book::PriceBook;
use crate::charge::Quantity;
use crate::error::{Error, Result, usage};
use crate::line::Line;
use crate::savings::{Committed, SavingsPlan};
use crate::services::fargate::{FargatePlatform, Tasks};
use crate::services::lambda::{OnDemand, Provisioned};
use crate::services::{Desk, Grant, Grants, Terms, aws_extras, fargate, lambda};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value;

/// How long Lambda lets a call last: docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html, read 2026-11.
const LONGEST_MS: u32 = 900_000;

pub(super) fn terms(inputs: &Inputs<'_>, usual: &str, day: Day) -> Result<Terms> {
    Ok(Terms::list(inputs.text("region")?.unwrap_or(usual), day))
}

/// `free`, or `free_requests` and `free_gbs` apart: true for all of a grant, a number for what is left of it.
pub(super) fn grants(inputs: &Inputs<'_>) -> Result<Grants> {
    let all = inputs.flag("free")?;
    let one = |name: &str| -> Result<Grant> {
        Ok(match inputs.value(name) {
            None if all => Grant::Whole,
            None | Some(Value::Bool(false)) => Grant::None,
            Some(Value::Bool(true)) => Grant::Whole,
            Some(_) => Grant::Left(inputs.number(name)?),
        })
    };
    Ok(Grants { requests: one("free_requests")?, compute: one("free_gbs")?, others: all })
}

/// Refuses calls that each last longer than Lambda lets them. One call alone may be the sum of many, as published
/// estimates of a whole rendering are.
fn check_length(requests: Decimal, duration_ms: Decimal) -> Result<()> {
    if requests > Decimal::ONE && duration_ms > Decimal::from(LONGEST_MS) {
        return usage(format!(
            "`duration_ms` cannot be {duration_ms}: a call of Lambda lasts at most 15 minutes, {LONGEST_MS} ms"
        ));
    }
    Ok(())
}

/// A savings plan that a case has, in the form that `committed` takes it.
pub(super) fn savings(
    inputs: &Inputs<'_>,
    committed: Committed,
    terms: &Terms,
) -> Result<Option<SavingsPlan>> {
    let text = match inputs.value("savings_plan") {
        None => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(_) => inputs.number("savings_plan")?.to_string(),
    };
    SavingsPlan::read(&text, committed, &terms.region).map(Some)
}

/// Milliseconds billed for `requests` that each take `duration_ms`: one ceiling each, then the sum.
pub(super) fn all_alike(rule: &Rule, requests: Decimal, duration_ms: Decimal) -> Result<Quantity> {
    let microseconds = (duration_ms * Decimal::ONE_THOUSAND).ceil();
    let microseconds = microseconds
        .to_u64()
        .ok_or_else(|| Error::Usage(format!("`duration_ms` cannot be {duration_ms}")))?;
    Quantity::exact(requests).times(Decimal::from(rule.billed_ms(microseconds, 0)))
}

pub(super) fn aws_lambda(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let inputs = Inputs::new(
        "aws_lambda",
        value,
        &[
            "requests",
            "duration_ms",
            "memory_mb",
            "arch",
            "storage_mb",
            "free",
            "free_requests",
            "free_gbs",
            "step_ms",
            "savings_plan",
            "region",
        ],
    )?;
    let mut terms = terms(&inputs, "us-east-1", book.day())?;
    terms.grants = grants(&inputs)?;
    terms.savings_plan = savings(&inputs, Committed::Lambda, &terms)?;
    let mut rule = rule(Plan::LambdaOnDemand, Package::Zip, book.day());
    if inputs.value("step_ms").is_some() {
        rule.step_ms = inputs.whole_as("step_ms")?;
        if rule.step_ms == 0 {
            return usage("`step_ms` must be at least 1");
        }
    }
    let requests = inputs.whole("requests")?;
    check_length(requests, inputs.number("duration_ms")?)?;
    lambda::on_demand(
        Desk::new(book, &terms)?,
        &OnDemand {
            requests,
            billed_ms: all_alike(&rule, requests, inputs.number("duration_ms")?)?,
            memory_mb: inputs.whole_as("memory_mb")?,
            ephemeral_mb: if inputs.value("storage_mb").is_some() {
                inputs.whole_as("storage_mb")?
            } else {
                512
            },
            architecture: inputs.architecture()?,
        },
    )
}

pub(super) fn lambda_pc(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let inputs = Inputs::new(
        "lambda_pc",
        value,
        &["concurrency", "memory_mb", "hours", "requests", "duration_ms", "arch", "savings_plan", "region"],
    )?;
    let mut terms = terms(&inputs, "us-east-1", book.day())?;
    terms.savings_plan = savings(&inputs, Committed::Lambda, &terms)?;
    let rule = rule(Plan::LambdaProvisioned, Package::Zip, book.day());
    let requests = inputs.whole("requests")?;
    check_length(requests, inputs.number("duration_ms")?)?;
    lambda::provisioned(
        Desk::new(book, &terms)?,
        &Provisioned {
            concurrency: inputs.whole("concurrency")?,
            seconds: inputs.number("hours")? * Decimal::from(3_600),
            requests,
            billed_ms: all_alike(&rule, requests, inputs.number("duration_ms")?)?,
            memory_mb: inputs.whole_as("memory_mb")?,
            architecture: inputs.architecture()?,
        },
    )
}

pub(super) fn fargate_tasks(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let inputs = Inputs::new(
        "fargate",
        value,
        &[
            "tasks",
            "vcpu",
            "gb",
            "seconds_per_run",
            "runs",
            "storage_gb",
            "arch",
            "os",
            "spot",
            "rates",
            "savings_plan",
            "region",
        ],
    )?;
    let mut terms = terms(&inputs, "us-east-1", book.day())?;
    fargate::check_size(inputs.number("vcpu")?, inputs.number("gb")?)?;
    let arm = inputs.architecture()? == hearth_model::Architecture::Arm64;
    let platform = match (inputs.text("os")?, arm, inputs.flag("spot")?) {
        (None | Some("linux"), false, false) => FargatePlatform::LinuxX86,
        (None | Some("linux"), true, false) => FargatePlatform::LinuxArm,
        (None | Some("linux"), false, true) => FargatePlatform::SpotX86,
        (None | Some("linux"), true, true) => FargatePlatform::SpotArm,
        (Some("windows"), false, false) => FargatePlatform::Windows,
        (Some("windows"), ..) => return usage("Windows tasks run on x86 and not on Spot"),
        (Some(other), ..) => return usage(format!("`os` must be linux or windows, not `{other}`")),
    };
    terms.savings_plan = savings(&inputs, Committed::Fargate, &terms)?;
    if terms.savings_plan.is_some() && (inputs.flag("spot")? || inputs.value("rates").is_some()) {
        return usage(
            "a savings plan does not cover Spot, nor `rates` of one's own: leave out `savings_plan`",
        );
    }
    let rates = match inputs.value("rates") {
        None => None,
        Some(Value::Array(rates)) if rates.len() == 3 => Some([
            super::inputs::quantity("rates", &rates[0])?,
            super::inputs::quantity("rates", &rates[1])?,
            super::inputs::quantity("rates", &rates[2])?,
        ]),
        Some(_) => return usage("`rates` must be three rates per second: vCPU, GB, GB of storage"),
    };
    fargate::tasks(
        Desk::new(book, &terms)?,
        &Tasks {
            runs: inputs.whole("tasks")? * inputs.number_or("runs", 1)?,
            seconds: inputs.number("seconds_per_run")?,
            vcpu: inputs.number("vcpu")?,
            memory_gb: inputs.number("gb")?,
            storage_gb: inputs.number_or("storage_gb", 20)?,
            platform,
            rates,
        },
    )
}

pub(super) fn cloudwatch_logs(book: &PriceBook, value: &Value) -> Result<Vec<Line>> {
    let inputs = Inputs::new("cwlogs", value, &["ingest_gb", "storage_gb", "scan_gb", "free", "region"])?;
    let mut terms = terms(&inputs, "us-east-1", book.day())?;
    terms.grants.others = inputs.flag("free")?;
    aws_extras::log_bill(
        Desk::new(book, &terms)?,
        inputs.number_or("ingest_gb", 0)?,
        inputs.number_or("storage_gb", 0)?,
        inputs.number_or("scan_gb", 0)?,
    )
}

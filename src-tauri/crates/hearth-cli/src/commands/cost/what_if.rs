//! `cost what-if`: what a month would cost if something were different.

use super::month::notes;
use crate::arguments::{Plan, WhatIf};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words::{counted, money, paid_in};
use clap::ValueEnum as _;
use hearth_core::api::{CostScope, WhatIfAnswer, WhatIfDuration, WhatIfMonth, WhatIfPlan, WhatIfRequest};
use hearth_core::cost::{Decimal, OwnServer};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::Architecture;

pub(super) async fn what_if(
    caller: &Caller,
    arguments: &WhatIf,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let answer: WhatIfAnswer = caller.ask("cost_what_if", request(arguments)?).await?;
    if output.is_json() {
        output.document(&answer)?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("A month", Side::Left),
        ("Best guess", Side::Right),
        ("From", Side::Right),
        ("To", Side::Right),
        ("How", Side::Left),
    ]);
    let mut row = |name: &str, month: &WhatIfMonth| {
        table.row(vec![
            cell(name, Tone::Strong),
            paid_in(month.currency, &money(&month.usd)).into(),
            paid_in(month.currency, &money(&month.low_usd)).into(),
            paid_in(month.currency, &money(&month.high_usd)).into(),
            month.words.as_str().into(),
        ]);
    };
    row("as it is", &answer.before);
    row("what if", &answer.after);
    table.print(output)?;
    let history = format!("{} in {} days of history", counted(answer.requests, "call"), answer.days);
    let told = |amount: &str| paid_in(answer.after.currency, &money(amount));
    let change = if answer.same {
        "Nothing is changed".to_owned()
    } else if answer.before.currency != answer.after.currency {
        format!(
            "Change: unknown, since {} and {} have no difference",
            answer.before.currency.code(),
            answer.after.currency.code()
        )
    } else {
        format!(
            "Change: {}, from {} to {}",
            told(&answer.change_usd),
            told(&answer.change_low_usd),
            told(&answer.change_high_usd)
        )
    };
    output.line(&format!("{change}; {history}"))?;
    if let Some(even) = &answer.break_even {
        output.line(&format!(
            "Pays from {} calls a month on, {} a second, {} times the traffic of now",
            even.requests_per_month, even.requests_per_second, even.times_traffic
        ))?;
    } else if !answer.curve.requests.is_empty() {
        output.line("It never pays, whatever the traffic.")?;
    }
    if !answer.after.unknown.is_empty() {
        output.line(&format!("At least that: unknown are {}", answer.after.unknown.join(", ")))?;
    }
    notes(&answer.assumptions, &answer.price_date, output);
    Ok(Ended::Well)
}

fn request(arguments: &WhatIf) -> Result<WhatIfRequest, ApiError> {
    check(arguments)?;
    Ok(WhatIfRequest {
        scope: CostScope::Function { name: arguments.name.clone() },
        days: Some(arguments.days),
        memory_mb: arguments.memory,
        architecture: arguments
            .arch
            .as_deref()
            .map(|arch| if arch == "arm64" { Architecture::Arm64 } else { Architecture::X86_64 }),
        traffic: arguments.traffic.clone(),
        provisioned: arguments.provisioned,
        ephemeral_mb: arguments.ephemeral,
        region: arguments.region.clone(),
        savings_plan: arguments.savings_plan.clone(),
        plan: arguments.plan.map(|plan| target(plan, arguments)).transpose()?,
        duration: match (&arguments.measured, arguments.unchanged) {
            (Some(factor), _) => WhatIfDuration::Measured { factor: factor.clone() },
            (None, true) => WhatIfDuration::Unchanged,
            (None, false) => WhatIfDuration::Range,
        },
        ..WhatIfRequest::default()
    })
}

/// Refuses what the plan does not have: an option without effect would look like an answer.
fn check(arguments: &WhatIf) -> Result<(), ApiError> {
    let has: &[&str] = match arguments.plan {
        None | Some(Plan::Lambda | Plan::AzureConsumption | Plan::Cloudflare) => &[],
        Some(Plan::GoogleGen1) => &["instances"],
        Some(
            Plan::Fargate | Plan::AzureFlex | Plan::AzurePremium | Plan::CloudRun | Plan::CloudRunInstance,
        ) => &["concurrency", "instances"],
        Some(Plan::OwnServer) => &["concurrency", "instances", "monthly"],
    };
    let asked = [
        ("concurrency", arguments.concurrency.is_some()),
        ("instances", arguments.instances.is_some()),
        ("monthly", arguments.monthly.is_some()),
    ];
    let Some((name, _)) = asked.into_iter().find(|(name, asked)| *asked && !has.contains(name)) else {
        return Ok(());
    };
    let (message, hint) = match arguments.plan {
        None => (
            format!("`--{name}` belongs to another plan, and none is named"),
            "Name the plan with --plan.".to_owned(),
        ),
        Some(plan) => {
            let plan = plan.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
            let hint = match has {
                [] => "It has none of --concurrency, --instances and --monthly.".to_owned(),
                has => format!("It has --{}.", has.join(" and --")),
            };
            (format!("the plan `{plan}` has no `--{name}`"), hint)
        }
    };
    Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint(hint))
}

fn target(plan: Plan, arguments: &WhatIf) -> Result<WhatIfPlan, ApiError> {
    let (concurrency, instances) = (arguments.concurrency, arguments.instances);
    Ok(match plan {
        Plan::Lambda => WhatIfPlan::Lambda,
        Plan::Fargate => {
            WhatIfPlan::Fargate { vcpu: None, tasks: instances, concurrency, spot: false, public_ipv4: false }
        }
        Plan::AzureConsumption => WhatIfPlan::AzureConsumption,
        Plan::AzureFlex => WhatIfPlan::AzureFlex { concurrency, always_ready: instances.unwrap_or(0) },
        Plan::AzurePremium => WhatIfPlan::AzurePremium { instances, concurrency },
        Plan::GoogleGen1 => WhatIfPlan::GoogleGen1 { min_instances: instances.unwrap_or(0) },
        Plan::CloudRun => WhatIfPlan::CloudRunRequest { concurrency, min_instances: instances.unwrap_or(0) },
        Plan::CloudRunInstance => WhatIfPlan::CloudRunInstance { concurrency, instances },
        Plan::Cloudflare => WhatIfPlan::Cloudflare,
        Plan::OwnServer => {
            let text = arguments.monthly.as_deref().unwrap_or_default();
            let monthly = text.parse::<Decimal>().map_err(|_| {
                ApiError::new(ErrorCode::InvalidInput, format!("`{text}` is no amount of dollars"))
                    .with_hint("Write it as 24 or 24.90.")
            })?;
            WhatIfPlan::OwnServer {
                server: OwnServer {
                    monthly,
                    count: instances.unwrap_or(0),
                    concurrency,
                    ..OwnServer::default()
                },
            }
        }
    })
}

//! What a plan counts of one call: its request, and its time with memory and processors. Quantities are those of
//! [`metered`], which bills are made of. Must not know prices.

use super::BilledAt;
use crate::billing::{AZURE_CONSUMPTION_MB, Package, Plan, Time, billed_memory_mb, gen1_ghz, rule};
use crate::book::PriceBook;
use crate::error::Result;
use crate::meter::{Meter, Unit};
use crate::projection::FunctionUsage;
use crate::scope::metered;
use crate::usage::gb_seconds;
use crate::words;
use hearth_model::{Architecture, Invocation, Micros};
use rust_decimal::Decimal;

/// One thing that was counted.
pub(super) struct Counted {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) meter: Meter,
    pub(super) architecture: Option<Architecture>,
    pub(super) quantity: Decimal,
}

pub(super) fn counted(book: &PriceBook, at: &BilledAt, invocation: &Invocation) -> Result<Vec<Counted>> {
    if at.plan == Plan::LambdaOnDemand {
        return lambda(invocation);
    }
    let memory_mb = match (at.plan, invocation.max_memory_mb) {
        (Plan::AzureConsumption, 0) => invocation.memory_mb.min(AZURE_CONSUMPTION_MB),
        (Plan::AzureConsumption, used) => used.min(AZURE_CONSUMPTION_MB),
        _ => invocation.memory_mb,
    };
    let took = took(at.plan, invocation);
    let time = Time::Runs { runs: vec![(took, 1)], init_ms: 0 };
    let used =
        FunctionUsage { vcpu: at.vcpu, ..FunctionUsage::new(1, time, memory_mb, invocation.architecture) };
    let milliseconds = rule(at.plan, Package::Zip, book.day()).billed_ms(took, 0);
    let size = billed_memory_mb(at.plan, memory_mb)?;
    let during = |what: String| format!("{} ms × {what}", words::grouped(milliseconds));
    // Where processors have a price of their own, memory is a line beside them.
    let apart = matches!(at.plan, Plan::GoogleGen1 | Plan::CloudRunRequest);
    metered("", at.plan, &at.region, book.day(), &used)?
        .into_iter()
        .map(|item| {
            let (name, label) = match item.meter.unit() {
                Unit::Request => ("request", format!("1 {}", request(at.plan))),
                Unit::GhzSecond => {
                    ("processors", during(format!("{} GHz", gen1_ghz(memory_mb)?.normalize())))
                }
                Unit::VcpuSecond => {
                    ("processors", during(format!("{} vCPU", at.vcpu.unwrap_or(Decimal::ONE).normalize())))
                }
                _ => (if apart { "memory" } else { "compute" }, during(words::memory(size))),
            };
            let (meter, architecture, quantity) = (item.meter, item.architecture, item.quantity.normalize());
            Ok(Counted { name, label, meter, architecture, quantity })
        })
        .collect()
}

/// Microseconds that a plan counts, before it rounds them: start-up is a part of them on Cloud Run, which counts from the
/// begin of a server that was started for the request.
pub(super) fn took(plan: Plan, invocation: &Invocation) -> u64 {
    let phases = &invocation.phases;
    let init = if plan == Plan::CloudRunRequest { phases.init_us } else { Micros::ZERO };
    phases.invoke_us.0.max(0).unsigned_abs() + init.0.max(0).unsigned_abs()
}

/// The request, and its handler and its start as they were reported: the sum was rounded up once.
fn lambda(invocation: &Invocation) -> Result<Vec<Counted>> {
    let (compute_ms, init_ms) = invocation.billed_split();
    let memory_mb = invocation.memory_mb;
    let mut all = vec![Counted {
        name: "request",
        label: "1 request".to_owned(),
        meter: Meter::LambdaRequests,
        architecture: None,
        quantity: Decimal::ONE,
    }];
    for (name, milliseconds) in [("compute", compute_ms), ("init", init_ms)] {
        if milliseconds > 0 {
            all.push(Counted {
                name,
                label: format!("{} ms × {}", words::grouped(milliseconds), words::memory(memory_mb)),
                meter: Meter::LambdaDuration,
                architecture: Some(invocation.architecture),
                quantity: gb_seconds(u128::from(milliseconds) * u128::from(memory_mb))?,
            });
        }
    }
    Ok(all)
}

/// What a plan calls a call.
fn request(plan: Plan) -> &'static str {
    match plan {
        Plan::AzureConsumption | Plan::AzureFlex => "execution",
        Plan::GoogleGen1 => "invocation",
        _ => "request",
    }
}

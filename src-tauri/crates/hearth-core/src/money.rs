//! From quantities to dollars, through hearth-cost. Must not know SQL; holds no price itself.

use crate::{App, Result};
use hearth_cost::{Cost, MemoryTime, Receipt, Usage};
use hearth_model::{
    FunctionRecord, Invocation, InvocationSource, Micros, Outcome, Phases, RequestId, ServerStart,
    billed_milliseconds,
};
use hearth_store::Figures;

/// What the calls behind `figures` would cost on AWS at list price.
pub(crate) fn cost(app: &App, figures: &Figures) -> Result<Cost> {
    let used = &figures.used;
    let usage = Usage {
        requests: used.requests,
        x86_64: MemoryTime { compute_mb_ms: used.x86_compute_mb_ms, init_mb_ms: used.x86_init_mb_ms },
        arm64: MemoryTime { compute_mb_ms: used.arm_compute_mb_ms, init_mb_ms: used.arm_init_mb_ms },
    };
    Ok(hearth_cost::cost_of(&app.prices(), &app.settings().price_region, &usage)?)
}

/// The price of a warm call that takes the median time; none without calls.
pub(crate) fn typical_receipt(
    app: &App,
    function: &FunctionRecord,
    figures: &Figures,
) -> Result<Option<Receipt>> {
    let Some(median) = figures.p50 else { return Ok(None) };
    let invoke_us = Micros(median.round() as i64);
    let typical = Invocation {
        request_id: RequestId::from("typical"),
        function_id: function.id.clone(),
        function_name: function.name.clone(),
        version: function.version,
        environment_id: None,
        environment_number: None,
        started_us: app.now(),
        outcome: Outcome::Succeeded,
        start: ServerStart::Warm,
        phases: Phases { invoke_us, ..Phases::default() },
        billed_ms: billed_milliseconds(Micros::ZERO, invoke_us),
        memory_mb: function.configuration.memory_mb,
        max_memory_mb: 0,
        architecture: function.configuration.architecture,
        event_bytes: 0,
        response_bytes: 0,
        error_type: None,
        error_message: None,
        source: InvocationSource::Test,
    };
    Ok(Some(hearth_cost::receipt(&app.prices(), &app.settings().price_region, &typical)?))
}

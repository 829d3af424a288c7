//! One event on several functions: a call here and a call in an account answer in the same words, so that they can stand
//! side by side. Owns cancelling such a call. Calls go the ways that single ones go, with their locks. Must not know
//! requests of a vendor.

use crate::api::{
    CloudFunctionName, CloudInvoke, Empty, EventAnswer, EventRun, InvocationName, InvokeRequest,
};
use crate::clouds::functions::{Called, call};
use crate::{ApiError, App, ErrorCode, Result, invoke};
use hearth_cloud::CallMode;
use hearth_cost::Reported;
use hearth_model::{
    Architecture, FunctionId, Invocation, LOCAL_ACCOUNT, Micros, Outcome, Phases, RequestId, ServerStart,
};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

pub(crate) async fn run(app: &App, request: EventRun) -> Result<EventAnswer> {
    match request.target.account.as_deref() {
        None | Some(LOCAL_ACCOUNT) => here(app, request).await,
        Some(_) => in_account(app, request).await,
    }
}

/// Ends the waiting. A call on this computer is ended itself; what runs in an account runs on there.
pub(crate) async fn cancel(app: &App, request: InvocationName) -> Result<Empty> {
    if app.waits().cancel(&request.request_id) {
        return Ok(Empty {});
    }
    invoke::cancel(app, request).await
}

async fn here(app: &App, request: EventRun) -> Result<EventAnswer> {
    let name = request.target.name;
    let answer = invoke::invoke(
        app,
        InvokeRequest {
            name: name.clone(),
            event: request.event,
            cold: false,
            source: request.source,
            request_id: Some(request.run_id),
        },
    )
    .await?;
    let call = &answer.invocation;
    Ok(EventAnswer {
        place: "This computer".to_owned(),
        region: None,
        name,
        request_id: Some(answer.request_id.0.clone()),
        outcome: call.outcome,
        payload: serde_json::from_str(answer.payload.get()).unwrap_or_default(),
        function_error: answer.function_error,
        explanation: answer.explanation,
        log_tail: Some(answer.log_tail).filter(|tail| !tail.is_empty()),
        took_us: call.phases.queue_us + call.phases.init_us + call.phases.invoke_us,
        handler_us: Some(answer.phases.invoke_us),
        init_us: Some(answer.phases.init_us).filter(|init| *init > Micros::ZERO),
        cold_start: Some(answer.cold_start),
        start: Some(call.start),
        billed_ms: Some(answer.billed_ms),
        max_memory_mb: Some(call.max_memory_mb).filter(|most| *most > 0),
        memory_mb: Some(call.memory_mb),
        cost_usd: Some(answer.receipt.total_usd.clone()),
        cost_words: format!(
            "It cost nothing here. On AWS Lambda, list prices of {}, {}",
            answer.receipt.price_date, answer.receipt.price_region
        ),
    })
}

async fn in_account(app: &App, request: EventRun) -> Result<EventAnswer> {
    let target = request.target;
    let wait = app.waits().begin(&request.run_id);
    let order = CloudInvoke {
        function: CloudFunctionName {
            account: target.account.unwrap_or_default(),
            region: target.region,
            name: target.name.clone(),
        },
        event: request.event,
        mode: CallMode::Wait,
        qualifier: None,
        stream: None,
    };
    let called = tokio::select! {
        () = wait.token.cancelled() => return Err(ApiError::new(
            ErrorCode::Conflict,
            format!("the call of `{}` is not waited for any more", target.name),
        ).with_hint("It was sent, and may run to its end there.")),
        called = call(app, order) => called?,
    };
    let Called { account, address, answer, report } = called;
    let (cost_usd, cost_words) = match &report {
        Some(report) => cost(app, &account, &address, report).await?,
        None => (
            None,
            "The answer does not say what was billed; after reading its log, Invocations does".to_owned(),
        ),
    };
    let failed = answer.function_error.is_some();
    let timed_out = answer.log_tail.as_deref().is_some_and(|tail| tail.contains(" Task timed out after "));
    Ok(EventAnswer {
        place: account.name.clone(),
        region: Some(address.location),
        name: address.name,
        request_id: answer.request_id,
        outcome: match (failed, timed_out) {
            (false, _) => Outcome::Succeeded,
            (true, true) => Outcome::TimedOut,
            (true, false) => Outcome::FunctionError,
        },
        payload: answer.payload,
        function_error: answer.function_error,
        explanation: None,
        log_tail: answer.log_tail,
        took_us: answer.round_trip_us,
        handler_us: report.as_ref().map(|report| micros(report.duration_ms)),
        init_us: report.as_ref().and_then(|report| report.init_ms.or(report.restore_ms)).map(micros),
        cold_start: answer.cold_start,
        start: None,
        billed_ms: answer.billed_ms.map(u64::from),
        max_memory_mb: report.as_ref().and_then(|report| report.max_memory_mb),
        memory_mb: report.as_ref().and_then(|report| report.memory_mb),
        cost_usd,
        cost_words,
    })
}

/// The price of what a REPORT line says, and what it stands on.
async fn cost(
    app: &App,
    account: &hearth_cloud::Account,
    address: &hearth_cloud::FunctionAddress,
    report: &Reported,
) -> Result<(Option<String>, String)> {
    let (Some(billed_ms), Some(memory_mb)) = (report.printed_billed_ms, report.memory_mb) else {
        return Ok((None, "Its log does not say what was billed".to_owned()));
    };
    // The line does not say the processor; what was read of the function last does.
    let read = app
        .store()
        .inventory(Some(account.id.as_str()))
        .await?
        .into_iter()
        .find(|row| row.location == address.location && row.name == address.name);
    let known = read.and_then(|row| serde_json::from_str::<hearth_cloud::CloudFunction>(&row.document).ok());
    let architecture = known.map(|function| function.configuration.architecture);
    let now = app.now();
    let init_us = report.init_ms.or(report.restore_ms).map_or(Micros::ZERO, micros);
    let billed = Invocation {
        request_id: RequestId::from("priced"),
        function_id: FunctionId::in_account(account.id.as_str(), &address.location, &address.name),
        function_name: address.name.clone(),
        version: 1,
        environment_id: None,
        environment_number: None,
        started_us: now,
        outcome: Outcome::Succeeded,
        start: ServerStart::Warm,
        phases: Phases { init_us, invoke_us: micros(report.duration_ms), ..Phases::default() },
        billed_ms,
        memory_mb,
        max_memory_mb: report.max_memory_mb.unwrap_or(0),
        architecture: architecture.unwrap_or(Architecture::X86_64),
        event_bytes: 0,
        response_bytes: 0,
        error_type: None,
        error_message: None,
        source: hearth_model::InvocationSource::Logs,
    };
    let Ok(receipt) = hearth_cost::receipt(&app.prices_on(now), &address.location, &billed) else {
        return Ok((None, format!("Hearth has no prices for {}", address.location)));
    };
    let assumed =
        if architecture.is_some() { "" } else { "; x86 is assumed, since the account was not read yet" };
    Ok((
        Some(receipt.total_usd),
        format!(
            "What its log says was billed × list prices of {}, {}{assumed}",
            receipt.price_date, receipt.price_region
        ),
    ))
}

fn micros(milliseconds: Decimal) -> Micros {
    Micros((milliseconds * Decimal::ONE_THOUSAND).to_i64().unwrap_or(i64::MAX))
}

//! From quantities to dollars, through hearth-cost, each with the prices of its day. Must not know SQL; holds no price
//! itself.

use crate::spending::receipt;
use crate::{ApiError, App, Result};
use hearth_cost::{Cost, Decimal, MemoryTime, PriceBook, Receipt, Usage};
use hearth_model::{
    FunctionRecord, Grain, Invocation, InvocationSource, Micros, Outcome, Phases, RequestId, ServerStart,
    billed_milliseconds,
};
use hearth_store::{Figures, PlacedFunction, Scope, UsedQuantities};

/// What was used at one time would cost on AWS at list price, at the first tier.
pub(crate) fn cost(book: &PriceBook, region: &str, used: &UsedQuantities) -> Result<Cost> {
    let usage = Usage {
        requests: used.requests,
        x86_64: MemoryTime { compute_mb_ms: used.x86_compute_mb_ms, init_mb_ms: used.x86_init_mb_ms },
        arm64: MemoryTime { compute_mb_ms: used.arm_compute_mb_ms, init_mb_ms: used.arm_init_mb_ms },
    };
    Ok(hearth_cost::cost_of(book, region, &usage)?)
}

/// An error of a price book that names the book, by its file where it is a kept one, and says what to do.
fn of_book(book: &PriceBook, error: ApiError) -> ApiError {
    let date = book.date();
    let is_bundled = PriceBook::bundled().is_ok_and(|bundled| bundled.date() == date);
    let (name, hint) = if is_bundled {
        (format!("the bundled price book of {date}"), "Fetch newer prices: hearth prices refresh".to_owned())
    } else {
        let file = format!("prices/{date}.json");
        let hint =
            format!("Take {file} out of the data folder, or fetch whole prices: hearth prices refresh");
        (format!("the price book {file}"), hint)
    };
    ApiError { message: format!("{} ({name})", error.message), ..error }.with_hint(hint)
}

/// What a scope used would cost on AWS at list price and the first tier, hour by hour.
pub(crate) async fn cost_between(app: &App, scope: &Scope, from: Micros, to: Micros) -> Result<Decimal> {
    let (books, region) = (app.price_books(), app.price_region());
    let mut sum = Decimal::ZERO;
    for (at, used) in app.store().used_by_step(scope, from, to, Grain::Hour).await? {
        let book = books.for_day(crate::spending::day_of(at));
        sum += cost(book, &region, &used).map_err(|error| of_book(book, error))?.total();
    }
    Ok(sum)
}

/// The price of a warm call that takes the median time, where the function is billed; none without calls, or where
/// calls have no price.
pub(crate) fn typical_receipt(
    app: &App,
    function: &FunctionRecord,
    placed: Option<&PlacedFunction>,
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
    Ok(receipt(app, placed, &typical)?.receipt())
}

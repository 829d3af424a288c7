//! What Hearth itself asks of accounts: from the count in memory to the ledger, and a month of it with what vendors bill.
//! Owns which operations are billed and how; must not know what was asked.

use super::by_use::{BILL_REQUEST, READ_TIB, TAIL_MINUTE, TIB};
use crate::api::{OwnBilling, OwnRequestsMonth, OwnRequestsRow, OwnRequestsTable};
use crate::app::WeakApp;
use crate::spending::{Month, asking, day_of, plain};
use crate::{App, Result};
use hearth_cloud::Counted;
use hearth_cost::{Decimal, PriceBook, Provider};
use hearth_model::Micros;
use hearth_store::OwnRequests;
use std::collections::BTreeMap;
use std::time::Duration;

/// Service and operation of what has a price of its own.
pub(crate) const METRICS: (&str, &str) = ("CloudWatch", "GetMetricData");
pub(super) const LIVE_TAIL: (&str, &str) = ("CloudWatch Logs", "StartLiveTail");

/// How often the count is written down; what is killed in between is not in the table.
const EVERY: Duration = Duration::from_secs(10);

/// Writes the count down now and then for as long as Hearth runs.
pub(crate) fn start(app: &App) {
    let (weak, ending) = (app.weak(), app.ending().clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = ending.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            if !again(&weak).await {
                return;
            }
        }
    });
}

async fn again(weak: &WeakApp) -> bool {
    let Some(app) = weak.upgrade() else { return false };
    settle(&app).await;
    true
}

/// Writes down what was counted since the last time.
pub(crate) async fn settle(app: &App) {
    let tally = app.clouds().tally();
    let counted = tally.take();
    if counted.is_empty() {
        return;
    }
    let rows: Vec<OwnRequests> = counted
        .iter()
        .map(|(asked, count)| OwnRequests {
            account: asked.account.clone(),
            location: asked.location.clone(),
            service: asked.service.clone(),
            operation: asked.operation.clone(),
            requests: count.requests,
            units: count.units,
        })
        .collect();
    if let Err(error) = app.store().count_own_requests(app.now(), &rows).await {
        tracing::warn!(%error, "what Hearth asked of accounts is not written down yet");
        for (asked, count) in counted {
            tally.add(asked, count);
        }
    }
}

/// A month with its prices.
pub(crate) async fn table(app: &App, request: OwnRequestsMonth) -> Result<OwnRequestsTable> {
    settle(app).await;
    let month = request.month.as_deref().map(Month::parse).transpose()?;
    let month = month.unwrap_or_else(|| Month::holding(app.now()));
    let (from, to) = month.span(Provider::Aws)?;
    // The last instant of the month: the next one begins with prices of its own.
    let last = (to - Micros(1)).min(app.now());
    let book = app.prices_on(last);
    let mut kinds: BTreeMap<(String, String, String), (Counted, Vec<String>)> = BTreeMap::new();
    for one in app.store().own_requests(from, to).await? {
        let (count, locations) = kinds.entry((one.account, one.service, one.operation)).or_default();
        count.requests += one.requests;
        count.units += one.units;
        if !one.location.is_empty() {
            locations.push(one.location);
        }
    }
    let (mut rows, mut sum, mut requests) = (Vec::new(), Decimal::ZERO, 0);
    for ((account, service, operation), (count, mut locations)) in kinds {
        let price = price(&book, day_of(last), (&service, &operation), count)?;
        sum += price.usd.unwrap_or_default();
        requests += count.requests;
        locations.sort();
        rows.push((
            price.usd,
            OwnRequestsRow {
                account,
                service,
                operation,
                locations,
                requests: (count.requests > 0).then_some(count.requests),
                quantity: price.unit.map(|_| count.units),
                unit: price.unit.map(str::to_owned),
                billing: price.billing,
                usd: price.usd.map(plain),
                price: price.words,
                source: price.source,
            },
        ));
    }
    rows.sort_by_key(|(other, _)| std::cmp::Reverse(other.unwrap_or_default()));
    Ok(OwnRequestsTable {
        month: month.name(),
        since_us: app.store().own_requests_since().await?,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        requests,
        usd: plain(sum),
    })
}

/// What is known of the price of a kind of request.
struct Price {
    billing: OwnBilling,
    unit: Option<&'static str>,
    usd: Option<Decimal>,
    words: String,
    source: Option<String>,
}

impl Price {
    fn billed(usd: Decimal, unit: Option<&'static str>, words: &str, source: &str) -> Self {
        let (words, source) = (words.to_owned(), Some(source.to_owned()));
        Self { billing: OwnBilling::Billed, unit, usd: Some(usd), words, source }
    }

    fn none(billing: OwnBilling, words: &str) -> Self {
        Self { billing, unit: None, usd: None, words: words.to_owned(), source: None }
    }
}

fn price(
    book: &PriceBook,
    day: hearth_cost::Day,
    (service, operation): (&str, &str),
    count: Counted,
) -> Result<Price> {
    let units = Decimal::from(count.units);
    Ok(match (service, operation) {
        METRICS => {
            let line = asking(book, day, count.units)?;
            let (Some(usd), Some(price)) = (line.amount, line.price) else {
                return Ok(Price::none(OwnBilling::Unknown, "the price book has no price for metrics"));
            };
            Price::billed(usd, Some("metrics"), "$0.01 for 1,000 metrics, none of them free", &price.source)
        }
        LIVE_TAIL => Price::billed(
            units * TAIL_MINUTE,
            Some("minutes"),
            "$0.01 a minute in us-east-1, other regions may differ; the first 1,800 minutes a month in the whole \
             account are free, which is not deducted here",
            "https://aws.amazon.com/cloudwatch/pricing/",
        ),
        ("Cost Explorer", _) => Price::billed(
            Decimal::from(count.requests) * BILL_REQUEST,
            None,
            "$0.01 a request",
            "https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/",
        ),
        ("bigquery", "bigquery.jobs.create") => Price::billed(
            READ_TIB * units / Decimal::from(TIB),
            Some("bytes"),
            "$6.25 a TiB in the US, other places differ; the first TiB a month is free, which is not deducted here",
            "https://cloud.google.com/bigquery/pricing",
        ),
        ("Lambda", "Invoke" | "InvokeWithResponseStream")
        | ("run", "run.routes.invoke")
        | ("the app itself", _) => {
            Price::none(OwnBilling::Call, "a call of a function: its cost is with the function")
        }
        ("monitoring", _) => Price::none(
            OwnBilling::Unknown,
            "Google bills what is read of Cloud Monitoring beyond a free amount a month; how much of that is left is \
             not known here",
        ),
        ("Microsoft.Insights", "Microsoft.Insights/metrics/read") => Price::none(
            OwnBilling::Unknown,
            "Azure bills reading metrics beyond a free amount a month; how much of that is left is not known here",
        ),
        ("Microsoft.OperationalInsights", _) => Price::none(
            OwnBilling::Unknown,
            "free for tables of the Analytics plan; of other plans Azure bills what is read, which is not known here",
        ),
        ("S3", _) => Price::none(
            OwnBilling::Unknown,
            "AWS bills requests to a bucket by the thousand, from $0.0004; the price book has no price for them",
        ),
        _ => Price::none(OwnBilling::Free, "no price in the vendor's list"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: (&str, &str), requests: u64, units: u64) -> Price {
        let book = PriceBook::bundled().unwrap();
        price(&book, book.day(), kind, Counted { requests, units }).unwrap()
    }

    #[test]
    fn each_kind_is_priced_by_what_the_vendor_bills() {
        let usd = |kind, requests, units| of(kind, requests, units).usd.map(plain);
        assert_eq!(usd(METRICS, 3, 1_500).as_deref(), Some("0.015"), "by metrics, not by requests");
        assert_eq!(usd(LIVE_TAIL, 1, 12).as_deref(), Some("0.12"), "by minutes");
        assert_eq!(usd(("Cost Explorer", "GetCostAndUsage"), 2, 0).as_deref(), Some("0.02"));
        assert_eq!(usd(("bigquery", "bigquery.jobs.create"), 2, 1 << 40).as_deref(), Some("6.25"));
        for (kind, billing) in [
            (("Lambda", "ListFunctions"), OwnBilling::Free),
            (("Lambda", "Invoke"), OwnBilling::Call),
            (("the app itself", "calling a function"), OwnBilling::Call),
            (("monitoring", "monitoring.timeSeries.list"), OwnBilling::Unknown),
            (("Microsoft.Insights", "Microsoft.Insights/metrics/read"), OwnBilling::Unknown),
        ] {
            let price = of(kind, 7, 0);
            assert_eq!(
                (price.billing, price.usd),
                (billing, None),
                "{kind:?}: what is not known is not zero"
            );
        }
    }
}

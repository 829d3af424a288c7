//! What vendors bill each time they are asked, and the yes that it needs. Owns these prices; they are told before.

use super::api_error;
use crate::api::{ByUse, ByUsePrice, Empty};
use crate::spending::plain;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cloud::{Account, BilledQuestion, CostRequest, Provider};
use hearth_cost::Decimal;

/// Dollars for a request to Cost Explorer.
pub(super) const BILL_REQUEST: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// Dollars for a minute of Live Tail beyond the free ones.
pub(super) const TAIL_MINUTE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// Dollars for a TiB that BigQuery reads on demand in the US, beyond the free one of a month.
pub(super) const READ_TIB: Decimal = Decimal::from_parts(625, 0, 0, false, 2);
pub(super) const TIB: u64 = 1 << 40;
const MIB: u64 = 1 << 20;

pub(crate) async fn prices(_app: &App, _request: Empty) -> Result<Vec<ByUsePrice>> {
    Ok(vec![price(ByUse::Bill), price(ByUse::LiveTail)])
}

fn price(what: ByUse) -> ByUsePrice {
    let (usd, each, words, source) = match what {
        ByUse::Bill => (
            BILL_REQUEST,
            "request",
            "AWS bills $0.01 for each request to Cost Explorer; a month is one request, more only when it has very many lines.",
            "https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/",
        ),
        ByUse::LiveTail => (
            TAIL_MINUTE,
            "minute",
            "AWS bills $0.01 for each minute of Live Tail in us-east-1, after 1,800 free minutes a month in the whole account; other regions may differ.",
            "https://aws.amazon.com/cloudwatch/pricing/",
        ),
    };
    ByUsePrice {
        what,
        usd: usd.to_string(),
        each: each.to_owned(),
        words: words.to_owned(),
        source: source.to_owned(),
    }
}

/// What the vendor bills for saying what it billed; none where that is free. Asks nothing that is billed.
pub(super) async fn bill(
    account: &Account,
    provider: &dyn Provider,
    days: &CostRequest,
) -> Result<Option<ByUsePrice>> {
    if account.provider == hearth_aws::AWS {
        return Ok(Some(price(ByUse::Bill)));
    }
    let question = provider.billed_question(days).await.map_err(|fault| api_error(account, fault))?;
    Ok(question.map(|question| reading(&question)))
}

fn reading(question: &BilledQuestion) -> ByUsePrice {
    let usd = READ_TIB * Decimal::from(question.billed_bytes) / Decimal::from(TIB);
    let words = format!(
        "Google reads {} MiB of {} for this question and bills {} MiB: ${}, unless they are within the first TiB of \
         the month, which is free; $6.25 a TiB in the US, other places differ.",
        question.reads_bytes.div_ceil(MIB),
        question.table,
        question.billed_bytes.div_ceil(MIB),
        plain(usd.round_sf(2).unwrap_or(usd)),
    );
    ByUsePrice {
        what: ByUse::Bill,
        usd: plain(usd),
        each: "question".to_owned(),
        words,
        source: "https://cloud.google.com/bigquery/pricing".to_owned(),
    }
}

/// Refuses what was not agreed to.
pub(super) fn check(what: ByUse, agreed: bool) -> Result<()> {
    if agreed { Ok(()) } else { Err(not_agreed(&price(what))) }
}

/// Nothing was asked, since nobody said yes to its price.
pub(super) fn not_agreed(price: &ByUsePrice) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, format!("nothing was asked: {}", price.words))
        .with_hint("Say yes to it; on the command line with --yes.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_to_bigquery_costs_what_it_reads() {
        let question = |reads_bytes, billed_bytes| BilledQuestion {
            table: "tea-dev.billing.t".to_owned(),
            reads_bytes,
            billed_bytes,
        };
        let least = reading(&question(5_000, 10 * MIB));
        assert_eq!(least.usd, "0.000059604644775390625");
        assert!(least.words.contains("reads 1 MiB of tea-dev.billing.t"), "{}", least.words);
        assert!(least.words.contains("bills 10 MiB: $0.00006,"), "{}", least.words);
        assert_eq!(reading(&question(TIB, TIB)).usd, "6.25");
    }
}

//! What vendors bill each time they are asked, and the yes that it needs. Owns these prices; they are told before.

use crate::api::{ByUse, ByUsePrice, Empty};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cost::Decimal;

/// Dollars for a request to Cost Explorer.
pub(super) const BILL_REQUEST: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// Dollars for a minute of Live Tail beyond the free ones.
pub(super) const TAIL_MINUTE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

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

/// Refuses what was not agreed to.
pub(super) fn check(what: ByUse, agreed: bool) -> Result<()> {
    if agreed {
        return Ok(());
    }
    let price = price(what);
    Err(ApiError::new(ErrorCode::InvalidInput, format!("nothing was asked: {}", price.words))
        .with_hint("Say yes to it; on the command line with --yes."))
}

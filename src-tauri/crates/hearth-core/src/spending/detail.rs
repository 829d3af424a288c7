//! One function's bill: its share of every meter, tier by tier, and what it was run with.

use super::assumptions::assumptions;
use super::bounds;
use super::flags::flags;
use super::hidden::hidden;
use super::ledger;
use super::overview::rows;
use super::period::{asked, month};
use super::plans;
use super::prices::when;
use super::sums::plain;
use crate::api::{CostFunctionDetail, CostFunctionQuery, CostHidden, CostLine, CostScope, CostSize};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cost::Decimal;

pub(crate) async fn function(app: &App, request: CostFunctionQuery) -> Result<CostFunctionDetail> {
    app.store().settled().await?;
    let scope = CostScope::Function { name: request.name.clone() };
    let asked = asked(app, &scope).await?;
    let (month, period) = month(app, &asked, request.month.as_deref()).await?;
    let ledger = ledger::read(app, &asked, month, &period).await?;
    let (_, daily) = ledger.daily(app, &asked.scope, &period).await?;
    let nothing = || {
        ApiError::new(
            ErrorCode::NotFound,
            format!("`{}` did nothing in {} that has a price", request.name, period.name),
        )
        .with_hint("Run it once, or choose another month.")
    };
    let row =
        rows(app, &ledger, &asked, month, &period, &daily).await?.into_iter().next().ok_or_else(nothing)?;
    let account = ledger.accounts.iter().find(|account| account.id == row.account).ok_or_else(nothing)?;
    let used = account.used.iter().find(|used| used.id == row.function_id).ok_or_else(nothing)?;
    let lines = account
        .bill
        .groups
        .iter()
        .filter_map(|group| {
            let share = group.shares.get(&row.function_id)?;
            Some(CostLine {
                meter: group.meter.to_string(),
                label: plans::meter_words(group.meter, group.architecture) + &when(&ledger.days, group.place),
                region: group.region.clone(),
                quantity: plain(share.quantity),
                account_quantity: plain(group.quantity),
                unit: group.meter.unit().name().to_owned(),
                basis: share.basis(),
                cost: bounds::amount(share.list, share.after_grants, &share.bounds()),
                list_steps: share.list_steps.clone(),
                steps: share.steps.clone(),
                price: group.price.clone(),
            })
        })
        .collect();
    let mut sizes: Vec<CostSize> = used
        .sizes
        .iter()
        .map(|sized| CostSize {
            memory_mb: sized.memory_mb,
            architecture: sized.architecture,
            requests: sized.requests,
            compute_ms: sized.compute_ms,
            start_up_ms: sized.init_ms,
        })
        .collect();
    sizes.sort_by_key(|size| std::cmp::Reverse(size.requests));
    let configuration = ledger.placed.get(&row.function_id).and_then(|placed| placed.configuration.as_ref());
    let list = ledger.sums.get(&row.function_id).map(|sums| sums.list).unwrap_or_default();
    let thousand = (row.requests > 0)
        .then(|| plain((list * Decimal::ONE_THOUSAND / Decimal::from(row.requests)).round_dp(12)));
    let hidden = hidden(&ledger, Some(&row.function_id))?.into_iter().next();
    Ok(CostFunctionDetail {
        lines,
        hidden: hidden.unwrap_or_else(|| CostHidden {
            account: row.account.clone(),
            region: row.region.clone(),
            lines: Vec::new(),
            known_usd: "0".to_owned(),
        }),
        sizes,
        memory_mb: configuration.map(|configuration| configuration.memory_mb),
        architecture: configuration.map(|configuration| configuration.architecture),
        thousand_calls_usd: thousand,
        flags: flags(app.store().version_changes(&asked.scope, period.from_us, period.until_us).await?),
        assumptions: assumptions(&[&ledger], Some(&row.function_id)),
        price_date: ledger.book.date().to_owned(),
        function: row,
        month: period,
    })
}

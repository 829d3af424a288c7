//! Which month and whose: from the words of a request to instants and a scope of the ledger. Must not know prices.

use crate::api::{CostAccountName, CostMonth, CostScope};
use crate::functions::existing_or_deleted;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cost::{BillingMonth, Day, Provider};
use hearth_model::{FunctionId, Micros};
use hearth_store::{PlacedFunction, Scope};
use jiff::{Timestamp, tz::TimeZone};

/// Whose cost, as the ledger knows it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// What is shown.
    pub(crate) scope: Scope,
    /// What is billed together: the whole account when one function is asked for.
    pub(crate) billed: Scope,
    /// The one function that is asked for.
    pub(crate) only: Option<FunctionId>,
    /// Whether it is made-up data.
    pub(crate) demo: bool,
    /// Every function that is billed.
    pub(crate) functions: Vec<PlacedFunction>,
}

/// Finds out whose cost is asked for.
pub(crate) async fn asked(app: &App, scope: &CostScope) -> Result<Asked> {
    let asked = match scope {
        // What is shown: real data, or the demo in its place.
        CostScope::All => asked_of(app, &app.view()).await?,
        CostScope::Demo => asked_of(app, &Scope::Demo).await?,
        CostScope::Account { id } => asked_of(app, &Scope::Account(id.clone())).await?,
        CostScope::Function { name } => one(app, find(app, name).await?).await?,
    };
    if let (Scope::Account(id), None, true) = (&asked.billed, &asked.only, asked.functions.is_empty())
        && id != hearth_model::LOCAL_ACCOUNT
    {
        let message = format!("there is no account `{id}` with functions");
        return Err(ApiError::new(ErrorCode::NotFound, message)
            .with_hint("Leave the account out to see all of them."));
    }
    Ok(asked)
}

/// The same for a scope of the ledger; what is not there has no functions.
pub(crate) async fn asked_of(app: &App, scope: &Scope) -> Result<Asked> {
    if let Scope::Function(_) = scope
        && let Some(function) = app.store().placed_functions(scope).await?.into_iter().next()
    {
        return one(app, function).await;
    }
    let functions = app.store().placed_functions(scope).await?;
    let only = if let Scope::Function(id) = scope { Some(id.clone()) } else { None };
    let (scope, demo) = (scope.clone(), scope.is_demo());
    Ok(Asked { billed: scope.clone(), scope, only, demo, functions })
}

async fn one(app: &App, function: PlacedFunction) -> Result<Asked> {
    let billed = Scope::Account(function.account);
    let (functions, demo) = (app.store().placed_functions(&billed).await?, billed.is_demo());
    Ok(Asked {
        scope: Scope::Function(function.id.clone()),
        billed,
        only: Some(function.id),
        demo,
        functions,
    })
}

/// The accounts that have functions in what is shown, real or demo, by name.
pub(crate) async fn account_names(app: &App) -> Result<Vec<CostAccountName>> {
    let mut names: Vec<CostAccountName> = app
        .store()
        .placed_functions(&app.view())
        .await?
        .into_iter()
        .map(|function| CostAccountName {
            id: function.account,
            name: function.account_name,
            provider: function.provider,
        })
        .collect();
    names.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    names.dedup();
    Ok(names)
}

/// A function by its id, else by its name on this computer.
async fn find(app: &App, name: &str) -> Result<PlacedFunction> {
    let by_id = Scope::Function(FunctionId::from(name));
    if let Some(function) = app.store().placed_functions(&by_id).await?.into_iter().next() {
        return Ok(function);
    }
    let record = existing_or_deleted(app, name).await?;
    let placed = app.store().placed_functions(&Scope::Function(record.id.clone())).await?.into_iter().next();
    // A function that was never called has no place in the figures yet.
    Ok(placed.unwrap_or_else(|| PlacedFunction {
        id: record.id,
        name: record.name,
        account_name: "This computer".to_owned(),
        provider: record.account.clone(),
        account: record.account,
        region: record.region,
        configuration: Some(record.configuration),
        deleted_us: record.deleted_us,
    }))
}

/// A month of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    pub(crate) year: i16,
    pub(crate) month: i8,
}

impl Month {
    /// The month that holds `at`, UTC.
    pub(crate) fn holding(at: Micros) -> Self {
        let day = day_of(at);
        Self { year: day.year(), month: day.month() }
    }

    /// Reads `2026-11`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            ApiError::new(ErrorCode::InvalidInput, format!("`{text}` is no month"))
                .with_hint("Write it as 2026-11.")
        };
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(wrong());
        }
        let (year, month) = (year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?);
        let found = Self { year, month };
        found.first_day().ok_or_else(wrong)?;
        Ok(found)
    }

    /// The month before.
    pub(crate) fn before(self) -> Self {
        match self.month {
            1 => Self { year: self.year - 1, month: 12 },
            month => Self { year: self.year, month: month - 1 },
        }
    }

    /// The month after.
    pub(crate) fn after(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { year: self.year, month: month + 1 },
        }
    }

    /// `2026-11`.
    pub(crate) fn name(self) -> String {
        format!("{:04}-{:02}", self.year, self.month)
    }

    /// The part of it from `from` on, as far as it is over at `now`.
    pub(crate) fn from(self, from_us: Micros, now: Micros) -> Result<CostMonth> {
        let (_, to_us) = self.span(Provider::Aws)?;
        let (until_us, current) = (to_us.min(now), now < to_us);
        Ok(CostMonth { name: self.name(), from_us, to_us, until_us, current, months: Vec::new() })
    }

    fn first_day(self) -> Option<Day> {
        Day::new(self.year, self.month, 1).ok()
    }

    /// Its last day.
    pub(crate) fn last_day(self) -> Day {
        self.first_day().map_or(Day::MAX, Day::last_of_month)
    }

    /// First instant and first instant of the next one, as `provider` counts the month.
    pub(crate) fn span(self, provider: Provider) -> Result<(Micros, Micros)> {
        let month = BillingMonth::of(provider, self.year, self.month)?;
        Ok((Micros::from_seconds(month.begin_s), Micros::from_seconds(month.end_s)))
    }
}

/// The month that was asked for, with the instants of UTC.
pub(crate) async fn month(app: &App, asked: &Asked, name: Option<&str>) -> Result<(Month, CostMonth)> {
    let now = app.now();
    let this = Month::holding(now);
    let month = name.map(Month::parse).transpose()?.unwrap_or(this);
    if month > this {
        return Err(ApiError::new(ErrorCode::InvalidInput, format!("{} has not begun yet", month.name()))
            .with_hint("The forecast of the current month says where it will end."));
    }
    let (from_us, to_us) = month.span(Provider::Aws)?;
    let mut months = vec![this.name()];
    if let Some(first) = app.store().first_usage(&asked.scope).await? {
        let first = Month::holding(first);
        let mut at = this;
        while at > first {
            at = at.before();
            months.push(at.name());
        }
    }
    let current = month == this;
    let until_us = if current { now } else { to_us };
    Ok((month, CostMonth { name: month.name(), from_us, to_us, until_us, current, months }))
}

/// The day of an instant, UTC.
pub(crate) fn day_of(at: Micros) -> Day {
    Timestamp::from_microsecond(at.0).unwrap_or_default().to_zoned_datetime(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_counted_and_named() {
        let month = Month::parse("2026-01").unwrap();
        assert_eq!(month.before().name(), "2025-12");
        assert_eq!((month.before().after(), month.after().name()), (month, "2026-02".to_owned()));
        assert_eq!(Month::parse("2028-02").unwrap().last_day(), Day::constant(2028, 2, 29));
        assert_eq!(Month::holding(Micros(1_795_428_930_123_000)).name(), "2026-11");
        for wrong in ["2026", "2026-13", "2026-1", "26-01", "next", ""] {
            let error = Month::parse(wrong).unwrap_err();
            assert!(error.message.contains(&format!("`{wrong}`")), "{error:?}");
        }
    }
}

//! The figures of a report: the bills of the months that it touches, as the Cost screen has them, put together. Must not
//! price anything itself, or know how it is shown.

use crate::api::{
    CostQuery, CostReport, CostReportQuery, CostScope, ReportAccount, ReportAmount, ReportDay,
    ReportFunction, ReportHidden,
};
use crate::spending::{self, Asked, Piece, Sums, plain};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cost::{Day, Decimal, Line};
use hearth_model::{FunctionId, Grain, LOCAL_ACCOUNT, Micros};
use hearth_store::Scope;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, HashMap};

/// Most days of a report.
const MOST_DAYS: i64 = 800;

/// Money and counts that add up.
#[derive(Clone, Copy, Default)]
struct Row {
    sums: Sums,
    requests: u64,
    errors: u64,
    cold_starts: u64,
}

impl Row {
    fn add(&mut self, other: &Self) {
        self.sums.add(&other.sums);
        self.requests += other.requests;
        self.errors += other.errors;
        self.cold_starts += other.cold_starts;
    }

    fn amount(&self) -> ReportAmount {
        ReportAmount {
            list_usd: plain(self.sums.list),
            after_grants_usd: plain(self.sums.after_grants),
            bounds: self.sums.amount().bounds,
            requests: self.requests,
            errors: self.errors,
            cold_starts: self.cold_starts,
        }
    }
}

pub(super) async fn figures(app: &App, request: &CostReportQuery) -> Result<CostReport> {
    app.store().settled().await?;
    let (first, last) = (day("from", &request.from)?, day("to", &request.to)?);
    if first > last {
        return Err(invalid(format!("a report from {first} to {last} ends before it begins")));
    }
    let after = last.tomorrow().map_err(|_| invalid(format!("{last} has no day after it")))?;
    let (from, to) = (start(first)?, start(after)?);
    if (to - from).0 / Grain::Day.length().0 > MOST_DAYS {
        return Err(invalid(format!("a report has at most {MOST_DAYS} days")));
    }
    let now = app.now();
    if from >= now {
        return Err(invalid(format!("nothing can have happened yet from {first} on")));
    }
    let scope = scope(app, request.scope.as_deref()).await?;
    let asked = spending::asked(app, &scope).await?;
    let pieces = spending::stretch(app, &asked, from, to).await?;
    let newest = pieces.last().ok_or_else(|| invalid(format!("{first} to {last} holds no day")))?;
    let (mut functions, mut accounts, mut total) =
        (Vec::new(), BTreeMap::<String, Row>::new(), Row::default());
    for (id, row) in rows(&pieces, asked.only.as_ref()) {
        let Some((name, account, plan, region)) = placed(&pieces, &id) else { continue };
        total.add(&row);
        accounts.entry(account.clone()).or_default().add(&row);
        let amount = row.amount();
        functions.push((row.sums.list, ReportFunction { id, name, account, plan, region, amount }));
    }
    functions.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.name.cmp(&other.1.name)));
    let forecast = if to > now {
        let month = CostQuery { scope, month: None };
        Some(Box::pin(spending::overview(app, month)).await?.forecast)
    } else {
        None
    };
    let accounts = account_rows(&pieces, accounts, asked.only.as_ref())?;
    Ok(CostReport {
        demo: asked.demo,
        scope: shown(&asked, request.scope.as_deref()),
        from: first.to_string(),
        to: last.to_string(),
        until_us: to.min(now),
        total: total.amount(),
        price_source: spending::price_source(
            &newest.ledger.book,
            accounts.iter().map(|account| account.provider.as_str()),
        ),
        accounts,
        functions: functions.into_iter().map(|(_, function)| function).collect(),
        days: days(&pieces, asked.only.as_ref()),
        forecast,
        assumptions: assumptions(&pieces, asked.only.as_ref()),
        price_date: newest.ledger.book.date().to_owned(),
    })
}

fn invalid(message: String) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, message)
}

fn day(what: &str, text: &str) -> Result<Day> {
    text.trim()
        .parse()
        .map_err(|_| invalid(format!("`{what}` is a day, not `{text}`")).with_hint("Write it as 2026-11-01."))
}

fn start(day: Day) -> Result<Micros> {
    let start = day.to_zoned_datetime(TimeZone::UTC).map_err(|_| invalid(format!("no clock shows {day}")))?;
    Ok(Micros(start.timestamp().as_microsecond()))
}

/// Everything that is shown, an account of it, or a function.
async fn scope(app: &App, asked: Option<&str>) -> Result<CostScope> {
    let name = match asked {
        None | Some("all" | "") => return Ok(CostScope::All),
        Some(name) => name.to_owned(),
    };
    // This computer has an account before anything ran on it.
    let is_account = name == LOCAL_ACCOUNT && app.view() != Scope::Demo
        || spending::account_names(app).await?.iter().any(|account| account.id == name);
    Ok(if is_account { CostScope::Account { id: name } } else { CostScope::Function { name } })
}

/// The scope for people.
fn shown(asked: &Asked, words: Option<&str>) -> String {
    if let Some(only) = &asked.only {
        let known = asked.functions.iter().find(|function| function.id == *only);
        let name = known.map_or_else(|| words.unwrap_or_default(), |function| &function.name);
        return format!("function {name}");
    }
    match &asked.billed {
        Scope::Account(id) if id == LOCAL_ACCOUNT => "this computer".to_owned(),
        Scope::Account(id) => {
            let known = asked.functions.iter().find(|function| function.account == *id);
            format!("account {}", known.map_or(id, |function| &function.account_name))
        }
        Scope::Demo => "all accounts of the demo".to_owned(),
        Scope::All | Scope::Function(_) => "all accounts".to_owned(),
    }
}

/// Every function that is shown, over all months.
fn rows(pieces: &[Piece], only: Option<&FunctionId>) -> HashMap<FunctionId, Row> {
    let mut rows: HashMap<FunctionId, Row> = HashMap::new();
    for piece in pieces {
        let used = piece.ledger.accounts.iter().flat_map(|account| &account.used);
        for used in used.filter(|used| only.is_none_or(|only| *only == used.id)) {
            let counts = piece.ledger.counts.get(&used.id);
            rows.entry(used.id.clone()).or_default().add(&Row {
                sums: piece.ledger.sums.get(&used.id).copied().unwrap_or_default(),
                requests: used.sizes.iter().map(|sized| sized.requests).sum(),
                errors: counts.map_or(0, |counts| counts.errors),
                cold_starts: counts.map_or(0, |counts| counts.cold_starts),
            });
        }
    }
    rows
}

/// A function's name, account, plan and region.
fn placed(pieces: &[Piece], id: &FunctionId) -> Option<(String, String, String, String)> {
    let ledger = &pieces.iter().rev().find(|piece| piece.ledger.sums.contains_key(id))?.ledger;
    let account = ledger.accounts.iter().find(|account| account.used.iter().any(|used| used.id == *id))?;
    let used = account.used.iter().find(|used| used.id == *id)?;
    let name = ledger.placed.get(id).map_or_else(|| id.to_string(), |function| function.name.clone());
    let plan = used.pricing.plan.words().to_owned();
    Some((name, account.id.clone(), plan, used.pricing.region.clone()))
}

/// Accounts, dearest first, with what is easily forgotten in each of their regions.
fn account_rows(
    pieces: &[Piece],
    sums: BTreeMap<String, Row>,
    only: Option<&FunctionId>,
) -> Result<Vec<ReportAccount>> {
    let mut forgotten: BTreeMap<(String, String), Vec<Line>> = BTreeMap::new();
    for piece in pieces {
        for hidden in spending::hidden(&piece.ledger, only)? {
            let lines = forgotten.entry((hidden.account, hidden.region)).or_default();
            add_lines(lines, hidden.lines);
        }
    }
    let mut rows: Vec<(Decimal, ReportAccount)> = Vec::new();
    for (id, row) in sums {
        let mut known = pieces.iter().flat_map(|piece| &piece.ledger.accounts);
        let Some(account) = known.find(|account| account.id == id) else { continue };
        let hidden = forgotten.iter().filter(|((account, _), _)| *account == id);
        let account = ReportAccount {
            name: account.name.clone(),
            provider: account.provider.clone(),
            amount: row.amount(),
            hidden: hidden
                .map(|((_, region), lines)| ReportHidden { region: region.clone(), lines: lines.clone() })
                .collect(),
            id,
        };
        rows.push((row.sums.list, account));
    }
    rows.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.id.cmp(&other.1.id)));
    Ok(rows.into_iter().map(|(_, account)| account).collect())
}

/// Adds a month to the lines of those before; what is unknown in one month is unknown altogether.
fn add_lines(lines: &mut Vec<Line>, month: Vec<Line>) {
    for line in month {
        let Some(there) = lines.iter_mut().find(|there| there.name == line.name) else {
            lines.push(line);
            continue;
        };
        let both = |one: Option<Decimal>, other: Option<Decimal>| Some(one? + other?);
        there.quantity = both(there.quantity, line.quantity);
        there.list = both(there.list, line.list);
        there.amount = both(there.amount, line.amount);
        there.low = both(there.low, line.low);
        there.high = both(there.high, line.high);
        there.steps.extend(line.steps);
    }
}

/// Every day until now, those without calls too.
fn days(pieces: &[Piece], only: Option<&FunctionId>) -> Vec<ReportDay> {
    let mut all = Vec::new();
    for piece in pieces {
        let shown = || piece.daily.iter().filter(|(id, _)| only.is_none_or(|only| only == *id));
        for at in 0..piece.days {
            let begins = piece.period.from_us + Micros(Grain::Day.length().0 * at as i64);
            let day = crate::prices::day(begins).map_or_else(String::new, |day| day.to_string());
            all.push(ReportDay {
                day,
                requests_usd: shown().map(|(_, daily)| daily.requests[at]).sum(),
                compute_usd: shown().map(|(_, daily)| daily.compute[at]).sum(),
                start_up_usd: shown().map(|(_, daily)| daily.start_up[at]).sum(),
                storage_usd: shown().map(|(_, daily)| daily.storage[at]).sum(),
                always_on_usd: shown().map(|(_, daily)| daily.always_on[at]).sum(),
            });
        }
    }
    all
}

fn assumptions(pieces: &[Piece], only: Option<&FunctionId>) -> Vec<String> {
    let ledgers: Vec<_> = pieces.iter().map(|piece| &piece.ledger).collect();
    let mut all = spending::assumptions(&ledgers, only);
    if only.is_some() {
        all.push("tiers and grants are those of the function's whole account".to_owned());
    }
    all
}

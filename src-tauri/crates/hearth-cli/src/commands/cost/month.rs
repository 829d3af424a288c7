//! `cost show`, `cost function` and `cost forecast`: a month as the ledger has it.

use crate::arguments::{By, Scoped};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words::{UNKNOWN, counted, dollars, money};
use hearth_core::api::{
    CostAmount, CostForecast, CostFunctionDetail, CostFunctionQuery, CostHidden, CostOverview, CostQuery,
    CostScope,
};
use hearth_core::cost::{Decimal, Step};
use hearth_host::Caller;

impl Scoped {
    fn scope(&self) -> CostScope {
        match (&self.function, &self.account, self.demo) {
            (Some(name), ..) => CostScope::Function { name: name.clone() },
            (None, Some(id), _) => CostScope::Account { id: id.clone() },
            (None, None, true) => CostScope::Demo,
            (None, None, false) => CostScope::All,
        }
    }
}

pub(super) async fn show(
    caller: &Caller,
    month: Option<String>,
    by: By,
    scope: &Scoped,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let query = CostQuery { scope: scope.scope(), month };
    let month: CostOverview = caller.ask("cost_overview", query).await?;
    if output.is_json() {
        output.document(&month)?;
        return Ok(Ended::Well);
    }
    let demo = if month.demo { " (DEMO)" } else { "" };
    let total = output.tone(&about(&month.cost, &month.cost.list_usd), Tone::Strong);
    output.line(&format!(
        "{}{demo}: {total} at list price, {} after grants, {}",
        month.month.name,
        about(&month.cost, &month.cost.after_grants_usd),
        counted(month.requests, "call")
    ))?;
    output.line(&forecast_words(&month.forecast))?;
    if let Some(mover) = month.movers.first() {
        let change = mover.percent.map_or_else(String::new, |percent| format!(" {percent:+.0} %"));
        output.line(&format!("Moved most: {}{change} {}", mover.name, mover.words))?;
    }
    match by {
        By::Function => functions(&month, output)?,
        By::Account => accounts(&month, output)?,
        By::Meter => meters(&month, output)?,
    }
    notes(&month.assumptions, &month.price_date, output);
    Ok(Ended::Well)
}

fn functions(month: &CostOverview, output: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("Function", Side::Left),
        ("Account", Side::Left),
        ("Calls", Side::Right),
        ("GB-s", Side::Right),
        ("Start-up", Side::Right),
        ("List", Side::Right),
        ("After grants", Side::Right),
        ("Change", Side::Right),
    ]);
    for row in &month.functions {
        let change =
            row.change_percent.map_or_else(|| "new".to_owned(), |percent| format!("{percent:+.0} %"));
        table.row(vec![
            cell(row.name.as_str(), Tone::Strong),
            row.account.as_str().into(),
            row.requests.to_string().into(),
            decimal(&row.gb_seconds).round_dp(3).to_string().into(),
            money(&row.parts.start_up_usd).into(),
            about(&row.cost, &row.cost.list_usd).into(),
            about(&row.cost, &row.cost.after_grants_usd).into(),
            change.into(),
        ]);
    }
    table.print(output)
}

/// An amount with `≈` before it when it is estimated; `--json` has its bounds.
fn about(cost: &CostAmount, usd: &str) -> String {
    format!("{}{}", sign(cost), money(usd))
}

fn sign(cost: &CostAmount) -> &'static str {
    if cost.bounds.is_some() { "≈ " } else { "" }
}

fn accounts(month: &CostOverview, output: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("Account", Side::Left),
        ("Provider", Side::Left),
        ("Calls", Side::Right),
        ("List", Side::Right),
        ("After grants", Side::Right),
        ("Paid", Side::Left),
    ]);
    for row in &month.accounts {
        table.row(vec![
            cell(row.name.as_str(), Tone::Strong),
            row.provider.as_str().into(),
            row.requests.to_string().into(),
            about(&row.cost, &row.cost.list_usd).into(),
            about(&row.cost, &row.cost.after_grants_usd).into(),
            if row.paid { "yes" } else { "no, it ran here" }.into(),
        ]);
    }
    table.print(output)
}

fn meters(month: &CostOverview, output: &mut Output) -> Result<(), Failure> {
    let mut table = steps_table();
    for row in &month.meters {
        let place = place(month, &row.account, &row.region);
        let sign = sign(&row.cost);
        steps(&mut table, &format!("{sign}{}, {place}", row.label), &row.unit, &row.steps);
    }
    table.print(output)?;
    for hidden in &month.hidden {
        if month.hidden.len() > 1 {
            let place = place(month, &hidden.account, &hidden.region);
            let heading = output.tone(&format!("In {place}"), Tone::Strong);
            output.line(&heading)?;
        }
        hidden_lines(hidden, output)?;
    }
    Ok(())
}

/// Where a line of a month is: its region, with the account where there is more than one.
fn place(month: &CostOverview, account: &str, region: &str) -> String {
    let named = month.accounts.iter().find(|row| row.id == account).map_or(account, |row| row.name.as_str());
    if month.accounts.len() > 1 { format!("{region}, {named}") } else { region.to_owned() }
}

pub(super) async fn function(
    caller: &Caller,
    name: &str,
    month: Option<String>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let query = CostFunctionQuery { name: name.to_owned(), month };
    let bill: CostFunctionDetail = caller.ask("cost_function", query).await?;
    if output.is_json() {
        output.document(&bill)?;
        return Ok(Ended::Well);
    }
    let row = &bill.function;
    output.line(&format!(
        "{} in {}: {} at list price, {} after grants; the bill would be {} less without it",
        output.tone(&row.name, Tone::Strong),
        bill.month.name,
        about(&row.cost, &row.cost.list_usd),
        about(&row.cost, &row.cost.after_grants_usd),
        money(&row.marginal_usd),
    ))?;
    let mut table = steps_table();
    for line in &bill.lines {
        steps(&mut table, &line.label, &line.unit, &line.list_steps);
    }
    table.print(output)?;
    hidden_lines(&bill.hidden, output)?;
    for line in &bill.lines {
        output.aside(
            &format!("{}: {}, read on {}", line.meter, line.price.source, line.price.retrieved),
            Tone::Quiet,
        );
    }
    notes(&bill.assumptions, &bill.price_date, output);
    Ok(Ended::Well)
}

pub(super) async fn forecast(caller: &Caller, scope: &Scoped, output: &mut Output) -> Result<Ended, Failure> {
    let query = CostQuery { scope: scope.scope(), month: None };
    let month: CostOverview = caller.ask("cost_overview", query).await?;
    if output.is_json() {
        output.document(&month.forecast)?;
        return Ok(Ended::Well);
    }
    output.line(&format!("{} stands at {}.", month.month.name, about(&month.cost, &month.cost.list_usd)))?;
    output.line(&forecast_words(&month.forecast))?;
    Ok(Ended::Well)
}

fn forecast_words(forecast: &CostForecast) -> String {
    match forecast {
        CostForecast::Yes { expected_usd, low_usd, high_usd, reason, .. } => format!(
            "Forecast: {} to {}, most likely {}; {reason}.",
            money(low_usd),
            money(high_usd),
            money(expected_usd)
        ),
        CostForecast::No { reason } => format!("No forecast: {reason}."),
    }
}

fn steps_table() -> Table {
    Table::new(&[
        ("Line", Side::Left),
        ("Step", Side::Left),
        ("Quantity", Side::Right),
        ("Unit", Side::Left),
        ("Rate", Side::Right),
        ("Amount", Side::Right),
    ])
}

fn steps(table: &mut Table, label: &str, unit: &str, steps: &[Step]) {
    for (place, step) in steps.iter().enumerate() {
        let name = cell(if place == 0 { label } else { "" }, Tone::Strong);
        let amount = dollars(&step.amount.to_string()).into();
        // A grant of money is no quantity of anything.
        let is_money = step.rate.is_sign_negative() && step.rate == step.amount;
        let [quantity, unit, rate] = if is_money {
            [String::new(), String::new(), String::new()]
        } else {
            let quantity = step.quantity.normalize().to_string();
            [quantity, unit.to_owned(), dollars(&step.rate.to_string())]
        };
        table.row(vec![name, step.label.as_str().into(), quantity.into(), unit.into(), rate.into(), amount]);
    }
}

fn hidden_lines(hidden: &CostHidden, output: &mut Output) -> Result<(), Failure> {
    let mut table =
        Table::new(&[("Easily forgotten", Side::Left), ("Amount", Side::Right), ("Why", Side::Left)]);
    for line in &hidden.lines {
        let amount = line.amount.map_or_else(|| "unknown".to_owned(), |amount| money(&amount.to_string()));
        let why = line.note.as_deref().unwrap_or(UNKNOWN);
        table.row(vec![line.label.as_str().into(), amount.into(), cell(why, Tone::Quiet)]);
    }
    table.print(output)
}

pub(super) fn notes(assumptions: &[String], price_date: &str, output: &mut Output) {
    for words in assumptions {
        output.aside(&format!("Assumed: {words}."), Tone::Quiet);
    }
    output.aside(&format!("Prices of {price_date}; all digits with --json."), Tone::Quiet);
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

//! The Cost screen as files: its tables as CSV, its chart as a picture. Owns which figures are in them: those of the
//! window. Must not know drawing.

use super::overview::overview;
use crate::api::{CostExport, CostForecast, CostOverview, CostQuery, CostTable, ImageFormat};
use crate::commands::Raw;
use crate::export::Table;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_chart::{ChartLine, ChartPicture, Format, LineStyle, Role, Theme, Unit};
use hearth_model::Grain;

/// Size of the picture.
const SIZE: (u32, u32) = (1_200, 560);

pub(crate) async fn export(app: &App, request: CostExport) -> Result<Raw> {
    match request {
        CostExport::Csv { query, table } => csv(app, &overview(app, query).await?, table),
        CostExport::Picture { query, format, theme } => {
            let month = overview(app, query.clone()).await?;
            let picture = picture(&month, &query, format, &theme)?;
            let drawn = tokio::task::spawn_blocking(move || hearth_chart::draw(&picture)).await;
            Ok(Raw(drawn.map_err(|_| ApiError::internal("the chart could not be drawn"))??))
        }
    }
}

fn csv(app: &App, month: &CostOverview, table: CostTable) -> Result<Raw> {
    match table {
        CostTable::Functions => functions(app, month),
        CostTable::Accounts => accounts(app, month),
        CostTable::Meters => meters(app, month),
        CostTable::Days => days(app, month),
    }
}

fn functions(app: &App, month: &CostOverview) -> Result<Raw> {
    let mut table = Table::new(
        app,
        &[
            "month",
            "function",
            "account",
            "plan",
            "region",
            "calls",
            "cold_starts",
            "gb_seconds",
            "list_usd",
            "after_grants_usd",
            "marginal_usd",
            "requests_usd",
            "compute_usd",
            "start_up_usd",
            "storage_usd",
            "always_on_usd",
            "change_percent",
            "price_book",
        ],
    )?;
    for row in &month.functions {
        table.texts(&[
            &month.month.name,
            &row.name,
            &row.account,
            &row.plan,
            &row.region,
            &row.requests.to_string(),
            &row.cold_starts.to_string(),
            &row.gb_seconds,
            &row.cost.list_usd,
            &row.cost.after_grants_usd,
            &row.marginal_usd,
            &row.parts.requests_usd,
            &row.parts.compute_usd,
            &row.parts.start_up_usd,
            &row.parts.storage_usd,
            &row.parts.always_on_usd,
            &row.change_percent.map(|percent| format!("{percent:.1}")).unwrap_or_default(),
            &month.price_date,
        ])?;
    }
    table.finish()
}

fn accounts(app: &App, month: &CostOverview) -> Result<Raw> {
    let mut table = Table::new(
        app,
        &[
            "month",
            "account",
            "provider",
            "paid",
            "calls",
            "list_usd",
            "after_grants_usd",
            "requests_usd",
            "compute_usd",
            "start_up_usd",
            "storage_usd",
            "always_on_usd",
            "price_book",
        ],
    )?;
    for row in &month.accounts {
        table.texts(&[
            &month.month.name,
            &row.name,
            &row.provider,
            if row.paid { "yes" } else { "no" },
            &row.requests.to_string(),
            &row.cost.list_usd,
            &row.cost.after_grants_usd,
            &row.parts.requests_usd,
            &row.parts.compute_usd,
            &row.parts.start_up_usd,
            &row.parts.storage_usd,
            &row.parts.always_on_usd,
            &month.price_date,
        ])?;
    }
    table.finish()
}

/// One row a step, so that each amount is rate × quantity; hidden lines as well.
fn meters(app: &App, month: &CostOverview) -> Result<Raw> {
    let mut table = Table::new(
        app,
        &[
            "month",
            "account",
            "meter",
            "region",
            "unit",
            "step",
            "quantity",
            "rate_usd",
            "amount_usd",
            "source",
            "retrieved",
            "price_book",
        ],
    )?;
    for row in &month.meters {
        for step in &row.steps {
            table.texts(&[
                &month.month.name,
                &row.account,
                &row.meter,
                &row.region,
                &row.unit,
                &step.label,
                &step.quantity.to_string(),
                &step.rate.to_string(),
                &step.amount.to_string(),
                &row.price.source,
                &row.price.retrieved,
                &row.price.book,
            ])?;
        }
    }
    for hidden in &month.hidden {
        for line in &hidden.lines {
            let or_unknown = |value: Option<hearth_cost::Decimal>| {
                value.map_or_else(|| "unknown".to_owned(), |value| value.to_string())
            };
            let source = line.price.as_ref();
            table.texts(&[
                &month.month.name,
                &hidden.account,
                &line.name,
                &hidden.region,
                &line.unit,
                line.note.as_deref().unwrap_or_default(),
                &or_unknown(line.quantity),
                "",
                &or_unknown(line.amount),
                source.map_or("", |price| &price.source),
                source.map_or("", |price| &price.retrieved),
                &month.price_date,
            ])?;
        }
    }
    table.finish()
}

fn days(app: &App, month: &CostOverview) -> Result<Raw> {
    let head =
        ["day", "requests_usd", "compute_usd", "start_up_usd", "storage_usd", "always_on_usd", "total_usd"];
    let mut table = Table::new(app, &head)?;
    let days = &month.days;
    for (place, at) in days.time.iter().enumerate() {
        let day =
            jiff::Timestamp::from_second(*at as i64).unwrap_or_default().strftime("%Y-%m-%d").to_string();
        let parts = [&days.requests, &days.compute, &days.start_up, &days.storage, &days.always_on];
        let parts = parts.map(|part| part[place]);
        let [requests, compute, start_up, storage, always_on] = parts.map(|dollars| format!("{dollars:.12}"));
        let total = format!("{:.12}", parts.iter().sum::<f64>());
        table.texts(&[&day, &requests, &compute, &start_up, &storage, &always_on, &total])?;
    }
    table.finish()
}

/// The month added up day by day, with its forecast.
fn picture(
    month: &CostOverview,
    query: &CostQuery,
    format: ImageFormat,
    theme: &str,
) -> Result<ChartPicture> {
    let theme = match theme {
        "dark" => Theme::Dark,
        "light" => Theme::Light,
        other => {
            let message = format!("there is no picture theme `{other}`; choose dark or light");
            return Err(ApiError::new(ErrorCode::InvalidInput, message));
        }
    };
    let length = Grain::Day.length().0;
    let whole = ((month.month.to_us - month.month.from_us).0 / length) as usize;
    let times: Vec<f64> =
        (0..=whole).map(|day| (month.month.from_us.0 + day as i64 * length) as f64 / 1e6).collect();
    // The value at the start of a day is what was spent before it.
    let added = |days: &[f64]| -> Vec<f64> {
        let mut sum = 0.0;
        let mut values = vec![0.0];
        values.extend(days.iter().map(|day| {
            sum += day;
            sum
        }));
        values.resize(whole + 1, f64::NAN);
        values
    };
    let days = &month.days;
    let stacked = |label: &str, role, days: &[f64]| ChartLine {
        label: label.to_owned(),
        role,
        values: added(days),
        style: LineStyle::Stacked,
    };
    let mut series = Vec::new();
    if days.always_on.iter().any(|day| *day > 0.0) {
        series.push(stacked("always on", Role::AlwaysOn, &days.always_on));
    }
    series.extend([
        stacked("start-up", Role::Startup, &days.start_up),
        stacked("requests", Role::Requests, &days.requests),
        stacked("compute", Role::Compute, &days.compute),
    ]);
    if days.storage.iter().any(|day| *day > 0.0) {
        series.push(stacked("storage", Role::Other, &days.storage));
    }
    let mut subtitle = format!("{} · {} to date", scope_words(query), month.month.name);
    if let CostForecast::Yes { expected_usd, low_usd, high_usd, days_usd, .. } = &month.forecast {
        let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
        let mut line = |label: &str, end: f64| {
            let total: f64 = days_usd.iter().sum();
            let spent = number(&month.cost.list_usd);
            let scale = if total > 0.0 { (end - spent) / total } else { 0.0 };
            let mut values = vec![f64::NAN; days.time.len()];
            let mut sum = spent;
            for day in days_usd {
                sum += day * scale;
                values.push(sum);
            }
            values.resize(whole + 1, f64::NAN);
            let label = label.to_owned();
            series.push(ChartLine { label, role: Role::Percentile95, values, style: LineStyle::Line });
        };
        line("forecast", number(expected_usd));
        line("low", number(low_usd));
        line("high", number(high_usd));
        subtitle = format!("{subtitle}, forecast ${:.2} to ${:.2}", number(low_usd), number(high_usd));
    }
    let demo = if month.demo { "DEMO data, " } else { "" };
    Ok(ChartPicture {
        title: "Cost at list price".to_owned(),
        subtitle,
        source: format!("{demo}priced with the book of {}", month.price_date),
        series,
        times,
        unit: Unit::Dollars,
        beside: None,
        theme,
        format: match format {
            ImageFormat::Svg => Format::Svg,
            ImageFormat::Png => Format::Png,
        },
        size: SIZE,
    })
}

fn scope_words(query: &CostQuery) -> String {
    use crate::api::CostScope;
    match &query.scope {
        CostScope::All => "all functions".to_owned(),
        CostScope::Demo => "DEMO".to_owned(),
        CostScope::Account { id } => format!("account {id}"),
        CostScope::Function { name } => name.clone(),
    }
}

//! Charts: columns of numbers for the window, and the same numbers as a picture. Must not know SQL or drawing.

use crate::api::{ChartExport, ChartKind, ImageFormat};
use crate::commands::Raw;
use crate::functions::existing_or_deleted;
use crate::spending::{Dollars, chart};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_chart::{Beside, ChartLine, ChartPicture, Format, LineStyle, Role, Theme, Unit};
use hearth_model::{Grain, Micros, SERIES_COLUMNS, Series, SeriesQuery};
use hearth_store::{Figures, Scope, SeriesPoint};
use jiff::Timestamp;
use std::collections::HashMap;

/// Most steps of a chart: a window has no more pixels, and a wrong query must not fill the memory.
const MOST_STEPS: i64 = 100_000;
/// Size of an exported picture.
const SIZE: (u32, u32) = (1_200, 500);

pub(crate) async fn series(app: &App, request: SeriesQuery) -> Result<Raw> {
    Ok(Raw(columns(app, &request).await?.to_bytes()))
}

pub(crate) async fn export(app: &App, request: ChartExport) -> Result<Raw> {
    let series = columns(app, &request.query).await?;
    let picture = picture(&request, &series, app)?;
    let bytes = tokio::task::spawn_blocking(move || hearth_chart::draw(&picture)).await;
    Ok(Raw(bytes.map_err(|_| ApiError::internal("the chart could not be drawn"))??))
}

/// The columns of [`SERIES_COLUMNS`], one row a step, empty steps included.
pub(crate) async fn columns(app: &App, query: &SeriesQuery) -> Result<Series> {
    let first = query.grain.floor(query.from_us);
    let length = query.grain.length();
    let steps = (query.to_us - first).0.max(0).saturating_add(length.0 - 1) / length.0;
    if steps > MOST_STEPS {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("the stretch has {steps} steps of a {}; the most is {MOST_STEPS}", query.grain.as_str()),
        )
        .with_hint("Choose a shorter stretch or a longer step."));
    }
    let scope = match &query.function {
        Some(name) => Scope::Function(existing_or_deleted(app, name).await?.id),
        None => app.view(),
    };
    app.store().settled().await?;
    let points = app.store().series(&scope, first, query.to_us, query.grain).await?;
    let by_start: HashMap<Micros, SeriesPoint> =
        points.into_iter().map(|point| (point.at_us, point)).collect();
    let costs = chart(app, &scope, first, query.to_us, query.grain).await?;
    let mut columns = vec![Vec::with_capacity(steps as usize); SERIES_COLUMNS.len()];
    for (step, cost) in (0..steps).zip(costs) {
        let at = first + Micros(step * length.0);
        let figures = by_start.get(&at).map(|point| point.figures).unwrap_or_default();
        let row = row(at, &figures, &cost);
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    Ok(Series { columns })
}

fn row(at: Micros, figures: &Figures, cost: &Dollars) -> [f64; SERIES_COLUMNS.len()] {
    let milliseconds = |micros: Option<f64>| micros.map_or(f64::NAN, |micros| micros / 1_000.0);
    [
        at.0 as f64 / 1e6,
        figures.invocations as f64,
        figures.errors as f64,
        figures.throttles as f64,
        figures.cold_starts as f64,
        milliseconds(figures.p50),
        milliseconds(figures.p95),
        milliseconds(figures.p99),
        milliseconds(figures.init_p50),
        milliseconds(figures.init_p95),
        cost.requests,
        cost.compute,
        cost.start_up,
        cost.storage,
        cost.always_on,
    ]
}

fn picture(request: &ChartExport, series: &Series, app: &App) -> Result<ChartPicture> {
    let theme = match request.theme.as_str() {
        "dark" => Theme::Dark,
        "light" => Theme::Light,
        "hc" => Theme::HighContrast,
        other => {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("there is no picture theme `{other}`; choose dark, light or hc"),
            ));
        }
    };
    let line = |name: &str, label: &str, role, style| ChartLine {
        label: label.to_owned(),
        role,
        values: column(series, name),
        style,
    };
    let (title, unit, lines) = match request.chart {
        ChartKind::Invocations => (
            "Calls",
            Unit::Count,
            vec![
                line("invocations", "calls", Role::Requests, LineStyle::Area),
                line("errors", "errors", Role::Failed, LineStyle::Line),
                line("throttles", "refused", Role::Throttled, LineStyle::Line),
            ],
        ),
        ChartKind::ColdStarts => (
            "Cold starts",
            Unit::Count,
            vec![line("coldStarts", "cold starts", Role::Startup, LineStyle::Bars)],
        ),
        ChartKind::Durations => (
            "Duration",
            Unit::Milliseconds,
            vec![
                line("p50Ms", "p50", Role::Median, LineStyle::Line),
                line("p95Ms", "p95", Role::Percentile95, LineStyle::Line),
                line("p99Ms", "p99", Role::Percentile99, LineStyle::Line),
            ],
        ),
        ChartKind::Cost => (
            "Cost at list price",
            Unit::Dollars,
            [
                line("initCostUsd", "start-up", Role::Startup, LineStyle::Stacked),
                line("requestCostUsd", "requests", Role::Requests, LineStyle::Stacked),
                line("computeCostUsd", "compute", Role::Compute, LineStyle::Stacked),
                line("storageCostUsd", "storage", Role::Other, LineStyle::Stacked),
                line("alwaysOnCostUsd", "always on", Role::AlwaysOn, LineStyle::Stacked),
            ]
            .into_iter()
            // Most people have neither storage beyond the free part nor tasks.
            .filter(|line| {
                let rare = line.role == Role::Other || line.role == Role::AlwaysOn;
                !rare || line.values.iter().any(|value| *value > 0.0)
            })
            .collect(),
        ),
    };
    let demo = app.view() == Scope::Demo;
    let measured = if demo { "DEMO: made-up data" } else { "measured on this computer" };
    let source = match request.chart {
        ChartKind::Cost => {
            let region = app.price_region();
            format!(
                "{measured}, each function at the prices of its own plan, this computer's as AWS Lambda in {region}; \
                 last as of {}",
                app.prices_on(request.query.to_us).date()
            )
        }
        ChartKind::Invocations | ChartKind::ColdStarts | ChartKind::Durations => measured.to_owned(),
    };
    // How long start-ups took, over how many there were: as on the screen.
    let beside = (request.chart == ChartKind::ColdStarts).then(|| Beside {
        unit: Unit::Milliseconds,
        series: vec![
            line("initP95Ms", "start-up p95", Role::Percentile95, LineStyle::Line),
            line("initP50Ms", "start-up p50", Role::Median, LineStyle::Line),
        ],
    });
    Ok(ChartPicture {
        title: if demo { format!("DEMO · {title}") } else { title.to_owned() },
        subtitle: subtitle(&request.query),
        source,
        series: lines,
        times: column(series, "time"),
        unit,
        beside,
        theme,
        format: match request.format {
            ImageFormat::Svg => Format::Svg,
            ImageFormat::Png => Format::Png,
        },
        size: SIZE,
    })
}

fn column(series: &Series, name: &str) -> Vec<f64> {
    let index = SERIES_COLUMNS.iter().position(|column| *column == name);
    index.and_then(|index| series.columns.get(index)).cloned().unwrap_or_default()
}

/// Of what, and from when to when.
fn subtitle(query: &SeriesQuery) -> String {
    let time = |at: Micros| {
        Timestamp::from_microsecond(at.0)
            .map_or_else(|_| "?".to_owned(), |at| at.strftime("%-d %b %Y %H:%M").to_string())
    };
    let function = query.function.as_deref().unwrap_or("all functions");
    let step = match query.grain {
        Grain::Minute => "minute",
        Grain::Hour => "hour",
        Grain::Day => "day",
    };
    format!("{function} · {} to {}, UTC, by {step}", time(query.from_us), time(query.to_us))
}

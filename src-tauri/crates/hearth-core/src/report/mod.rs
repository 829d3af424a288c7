//! The cost report: figures once, then as a page, a table or JSON, so that every kind of file tells the same. Must not
//! know SQL.

mod figures;
mod html;
mod page;
mod words;

use crate::api::{CostReport, CostReportQuery, ReportFormat};
use crate::commands::Raw;
use crate::{ApiError, App, Result, export};
use hearth_chart::PageFormat;

/// Writes a report.
pub(crate) async fn report(app: &App, request: CostReportQuery) -> Result<Raw> {
    let report = figures::figures(app, &request).await?;
    crate::app::blocking(move || write(&report, request.format)).await.map(Raw)
}

fn write(report: &CostReport, format: ReportFormat) -> Result<Vec<u8>> {
    let page = |format| Ok(hearth_chart::draw_page(&page::page(report), format)?);
    match format {
        ReportFormat::Html => html::html(report),
        ReportFormat::Pdf => page(PageFormat::Pdf),
        ReportFormat::Svg => page(PageFormat::Svg),
        ReportFormat::Png => page(PageFormat::Png),
        ReportFormat::Csv => csv(report),
        ReportFormat::Json => serde_json::to_vec_pretty(report).map_err(|error| {
            ApiError::internal("the report could not be written").with_detail(error.to_string())
        }),
    }
}

fn csv(report: &CostReport) -> Result<Vec<u8>> {
    let broken = |error: csv::Error| {
        ApiError::internal("the table could not be written").with_detail(error.to_string())
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    let source = if report.demo { "demo" } else { "measured" };
    let head = [
        "kind",
        "name",
        "account",
        "plan",
        "region",
        "requests",
        "errors",
        "coldStarts",
        "listUsd",
        "afterGrantsUsd",
        "listLowUsd",
        "listHighUsd",
        "priceDate",
        "source",
    ];
    writer.write_record(head).map_err(broken)?;
    let mut row = |[kind, name, account, plan, region]: [&str; 5], amount: &crate::api::ReportAmount| {
        let counts = [amount.requests, amount.errors, amount.cold_starts].map(|count| count.to_string());
        let texts = [kind, name, account, plan, region].map(|text| export::text_cell(text).into_owned());
        let (low, high) = match &amount.bounds {
            Some(bounds) => (&bounds.list_low_usd, &bounds.list_high_usd),
            None => (&amount.list_usd, &amount.list_usd),
        };
        let money = [&amount.list_usd, &amount.after_grants_usd, low, high].map(String::clone);
        let end = [report.price_date.clone(), source.to_owned()];
        writer.write_record(texts.into_iter().chain(counts).chain(money).chain(end)).map_err(broken)
    };
    row(["total", &report.scope, "", "", ""], &report.total)?;
    for account in &report.accounts {
        row(["account", &account.name, &account.id, "", ""], &account.amount)?;
    }
    for function in &report.functions {
        let words = ["function", &function.name, &function.account, &function.plan, &function.region];
        row(words, &function.amount)?;
    }
    writer
        .into_inner()
        .map_err(|error| ApiError::internal("the table could not be written").with_detail(error.to_string()))
}

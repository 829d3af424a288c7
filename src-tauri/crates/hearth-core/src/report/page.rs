//! The report as a page of A4: where each word and the chart stand. Must not know file formats.

use super::words::{amount_of, calls, count, dollars, share};
use crate::api::{CostForecast, CostReport};
use hearth_chart::{
    ChartLine, ChartPicture, Format, Ink, LineStyle, Page, PageItem, PageText, Role, Theme, Unit,
};
use jiff::tz::TimeZone;

/// A4 at 96 pixels an inch.
const SIZE: (u32, u32) = (794, 1_123);
const LEFT: f64 = 40.0;
const RIGHT: f64 = 754.0;
/// Functions that have a line of their own.
const FUNCTIONS: usize = 12;
const LINE: f64 = 17.0;

/// The chart: dollars a day by part.
pub(super) fn chart(report: &CostReport, size: (u32, u32)) -> ChartPicture {
    let line = |label: &str, role, values: Vec<f64>| ChartLine {
        label: label.to_owned(),
        role,
        values,
        style: LineStyle::Bars,
    };
    let days = &report.days;
    let second = |day: &str| {
        let day: Option<jiff::civil::Date> = day.parse().ok();
        day.and_then(|day| day.to_zoned_datetime(TimeZone::UTC).ok())
            .map_or(f64::NAN, |start| start.timestamp().as_second() as f64)
    };
    let demo = if report.demo { "DEMO · " } else { "" };
    ChartPicture {
        title: format!("{demo}Cost a day at list price"),
        subtitle: format!("{} · {} to {}, UTC", report.scope, report.from, report.to),
        source: source(report),
        series: vec![
            line("always on", Role::AlwaysOn, days.iter().map(|day| day.always_on_usd).collect()),
            line("start-up", Role::Startup, days.iter().map(|day| day.start_up_usd).collect()),
            line("storage", Role::Other, days.iter().map(|day| day.storage_usd).collect()),
            line("requests", Role::Requests, days.iter().map(|day| day.requests_usd).collect()),
            line("compute", Role::Compute, days.iter().map(|day| day.compute_usd).collect()),
        ],
        times: days.iter().map(|day| second(&day.day)).collect(),
        unit: Unit::Dollars,
        theme: Theme::Light,
        format: Format::Svg,
        size,
    }
}

/// Where the numbers come from.
pub(super) fn source(report: &CostReport) -> String {
    let data = if report.demo { "DEMO: made-up data" } else { "measured" };
    format!("{data}, prices as read on {}", report.price_date)
}

/// The whole title.
pub(super) fn title(report: &CostReport) -> String {
    let demo = if report.demo { "DEMO · " } else { "" };
    format!("{demo}Cost report, {} to {}", report.from, report.to)
}

/// The head figures: name, value.
pub(super) fn heads(report: &CostReport) -> Vec<(&'static str, String)> {
    let total = &report.total;
    vec![
        ("At list price", dollars(&total.list_usd)),
        ("After free grants", dollars(&total.after_grants_usd)),
        ("Calls", count(total.requests)),
        ("Failed", share(total.errors, total.requests)),
        ("Cold starts", share(total.cold_starts, total.requests)),
    ]
}

/// The look ahead, in a sentence.
pub(super) fn forecast(report: &CostReport) -> String {
    match &report.forecast {
        None => "No forecast: what this tells of is over.".to_owned(),
        Some(CostForecast::No { reason }) => format!("No forecast: {reason}."),
        Some(CostForecast::Yes { expected_usd, low_usd, high_usd, reason, .. }) => format!(
            "This month ends at about {}, between {} and {} at list price: {reason}.",
            dollars(expected_usd),
            dollars(low_usd),
            dollars(high_usd)
        ),
    }
}

/// Hidden lines, one sentence an account and region.
pub(super) fn hidden(report: &CostReport) -> Vec<String> {
    let of = |account: &crate::api::ReportAccount| -> Vec<String> {
        account
            .hidden
            .iter()
            .map(|hidden| {
                let lines: Vec<String> =
                    hidden.lines.iter().map(|line| format!("{} {}", line.label, amount_of(line))).collect();
                format!("{}, {}: {}", account.name, hidden.region, lines.join("; "))
            })
            .collect()
    };
    report.accounts.iter().flat_map(of).collect()
}

struct Sheet {
    items: Vec<PageItem>,
    y: f64,
}

impl Sheet {
    fn text(&mut self, text: impl Into<String>, x: f64, size: f64, strong: bool, ink: Ink, room: f64) {
        let (text, at) = (text.into(), (x, self.y));
        self.items.push(PageItem::Text(PageText { text, at, size, strong, right: false, ink, room }));
    }

    fn right(&mut self, text: impl Into<String>, x: f64, strong: bool, ink: Ink) {
        let (text, at) = (text.into(), (x, self.y));
        self.items.push(PageItem::Text(PageText {
            text,
            at,
            size: 11.0,
            strong,
            right: true,
            ink,
            room: 120.0,
        }));
    }

    fn rule(&mut self) {
        self.items.push(PageItem::Rule { from: (LEFT, self.y), to: (RIGHT, self.y) });
    }

    fn heading(&mut self, words: &str, columns: &[(&str, f64)]) {
        self.y += 26.0;
        self.text(words, LEFT, 12.0, true, Ink::Usual, 300.0);
        for (name, x) in columns {
            self.right(*name, *x, false, Ink::Quiet);
        }
        self.y += 6.0;
        self.rule();
    }

    fn row(&mut self, name: &str, quiet: &str, cells: &[(String, f64)]) {
        self.y += LINE;
        self.text(name, LEFT, 11.0, false, Ink::Usual, 170.0);
        self.text(quiet, LEFT + 180.0, 11.0, false, Ink::Quiet, 225.0);
        for (cell, x) in cells {
            self.right(cell.clone(), *x, false, Ink::Usual);
        }
    }

    fn small(&mut self, text: &str) {
        self.y += 14.0;
        self.text(text, LEFT, 9.5, false, Ink::Quiet, RIGHT - LEFT);
    }
}

const COLUMNS: [(&str, f64); 3] = [("calls", 540.0), ("after grants", 650.0), ("list price", RIGHT)];

fn cells(amount: &crate::api::ReportAmount) -> [(String, f64); 3] {
    [
        (calls(amount), COLUMNS[0].1),
        (dollars(&amount.after_grants_usd), COLUMNS[1].1),
        (dollars(&amount.list_usd), COLUMNS[2].1),
    ]
}

/// The page.
pub(super) fn page(report: &CostReport) -> Page {
    let mut sheet = Sheet { items: Vec::new(), y: 56.0 };
    let ink = if report.demo { Ink::Warning } else { Ink::Usual };
    sheet.text(title(report), LEFT, 20.0, true, ink, RIGHT - LEFT);
    sheet.y += 20.0;
    sheet.text(format!("{} · {}", report.scope, source(report)), LEFT, 11.0, false, Ink::Quiet, RIGHT - LEFT);
    sheet.y += 26.0;
    for (index, (name, value)) in heads(report).into_iter().enumerate() {
        let x = LEFT + 145.0 * index as f64;
        sheet.text(name, x, 11.0, false, Ink::Quiet, 135.0);
        sheet.y += 24.0;
        sheet.text(value, x, 19.0, true, Ink::Usual, 135.0);
        sheet.y -= 24.0;
    }
    sheet.y += 48.0;
    sheet.text(forecast(report), LEFT, 11.0, false, Ink::Usual, RIGHT - LEFT);
    sheet.y += 12.0;
    let size = ((RIGHT - LEFT) as u32, 250);
    sheet.items.push(PageItem::Chart { at: (LEFT, sheet.y), chart: Box::new(chart(report, size)) });
    sheet.y += f64::from(size.1);

    sheet.heading("By account", &COLUMNS);
    for account in &report.accounts {
        sheet.row(&account.name, &account.provider, &cells(&account.amount));
    }
    sheet.heading("By function", &COLUMNS);
    for function in report.functions.iter().take(FUNCTIONS) {
        let place = format!("{}, {}", function.plan, function.region);
        sheet.row(&function.name, &place, &cells(&function.amount));
    }
    let left_out = report.functions.len().saturating_sub(FUNCTIONS);
    if left_out > 0 {
        sheet.y += LINE;
        let words = format!("and {left_out} that cost less; the CSV and JSON files have all of them");
        sheet.text(words, LEFT, 11.0, false, Ink::Quiet, RIGHT - LEFT);
    }
    sheet.heading("Easily forgotten, not part of the amounts above", &[]);
    for line in hidden(report) {
        sheet.small(&line);
    }
    sheet.y += 6.0;
    for words in &report.assumptions {
        sheet.small(words);
    }
    sheet.small(&format!("Prices: {}, as of {}. Made by Hearth.", report.price_source, report.price_date));
    Page { title: title(report), size: SIZE, theme: Theme::Light, items: sheet.items }
}

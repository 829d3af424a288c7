//! The report as a page of A4: where each word and the chart stand. Must not know file formats.

use super::words::{calls, count, dollars, hidden_lines, money, share};
use crate::api::{CostForecast, CostReport};
use hearth_chart::{
    ChartLine, ChartPicture, Format, Ink, LineStyle, Page, PageItem, PageText, Role, Theme, Unit, lines_of,
};
use jiff::tz::TimeZone;

/// A4 at 96 pixels an inch.
const SIZE: (u32, u32) = (794, 1_123);
const LEFT: f64 = 40.0;
const RIGHT: f64 = 754.0;
/// Where the smallest print ends.
const BOTTOM: f64 = 1_095.0;
/// Accounts that have a line of their own.
const ACCOUNTS: usize = 8;
/// Functions that have a line of their own.
const FUNCTIONS: usize = 16;
const LINE: f64 = 17.0;
const SMALL: f64 = 9.5;
const SMALL_LINE: f64 = 14.0;

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
        beside: None,
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
    let [after_grants, list] = money(total);
    vec![
        ("At list price", list),
        ("After free grants", after_grants),
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
            .map(|hidden| format!("{}, {}: {}", account.name, hidden.region, hidden_lines(&hidden.lines)))
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

    /// What has no line of its own.
    fn left_out(&mut self, all: usize, shown: usize) {
        if let Some(count) = all.checked_sub(shown).filter(|count| *count > 0) {
            self.y += LINE;
            let words = format!("and {count} that cost less; the HTML, CSV and JSON files have all of them");
            self.text(words, LEFT, 11.0, false, Ink::Quiet, RIGHT - LEFT);
        }
    }

    fn small(&mut self, text: &str) {
        for line in lines_of(text, SMALL, RIGHT - LEFT) {
            self.y += SMALL_LINE;
            self.text(line, LEFT, SMALL, false, Ink::Quiet, RIGHT - LEFT);
        }
    }
}

const COLUMNS: [(&str, f64); 3] = [("calls", 540.0), ("after grants", 650.0), ("list price", RIGHT)];

fn cells(amount: &crate::api::ReportAmount) -> [(String, f64); 3] {
    let [after_grants, list] = money(amount);
    [(calls(amount), COLUMNS[0].1), (after_grants, COLUMNS[1].1), (list, COLUMNS[2].1)]
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
    for (index, line) in lines_of(&forecast(report), 11.0, RIGHT - LEFT).into_iter().enumerate() {
        sheet.y += if index > 0 { LINE } else { 0.0 };
        sheet.text(line, LEFT, 11.0, false, Ink::Usual, RIGHT - LEFT);
    }
    sheet.y += 12.0;
    let size = ((RIGHT - LEFT) as u32, 250);
    sheet.items.push(PageItem::Chart { at: (LEFT, sheet.y), chart: Box::new(chart(report, size)) });
    sheet.y += f64::from(size.1);

    sheet.heading("By account", &COLUMNS);
    for account in report.accounts.iter().take(ACCOUNTS) {
        sheet.row(&account.name, &account.provider, &cells(&account.amount));
    }
    sheet.left_out(report.accounts.len(), ACCOUNTS);
    sheet.heading("By function", &COLUMNS);
    for function in report.functions.iter().take(FUNCTIONS) {
        let place = format!("{}, {}", function.plan, function.region);
        sheet.row(&function.name, &place, &cells(&function.amount));
    }
    sheet.left_out(report.functions.len(), FUNCTIONS);
    sheet.heading("Easily forgotten, not part of the amounts above", &[]);
    let prices = format!("Prices: {}, as of {}. Made by Hearth.", report.price_source, report.price_date);
    let rest: Vec<&str> =
        report.assumptions.iter().map(String::as_str).chain(std::iter::once(prices.as_str())).collect();
    let height = |text: &str| lines_of(text, SMALL, RIGHT - LEFT).len() as f64 * SMALL_LINE;
    // Two lines are kept free, for a gap and for how many are left out.
    let end = BOTTOM - rest.iter().map(|words| height(words)).sum::<f64>() - 2.0 * SMALL_LINE;
    let hidden = hidden(report);
    let shown = hidden.iter().take_while(|line| {
        let fits = sheet.y + height(line) <= end;
        if fits {
            sheet.small(line);
        }
        fits
    });
    let left_out = hidden.len() - shown.count();
    let regions = if left_out == 1 { "region" } else { "regions" };
    if left_out > 0 {
        sheet.small(&format!(
            "and those of {left_out} more {regions}; the HTML and JSON files have all of them"
        ));
    }
    sheet.y += 6.0;
    for words in rest {
        sheet.small(words);
    }
    Page { title: title(report), size: SIZE, theme: Theme::Light, items: sheet.items }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_of_a_large_house_stays_on_the_page_and_is_told_whole() {
        let amount =
            json!({ "listUsd": "12", "afterGrantsUsd": "2", "requests": 9, "errors": 1, "coldStarts": 2 });
        let line = |label: &str| {
            json!({
                "name": "x", "label": label, "kind": "hidden", "basis": "unknown", "unit": "GB", "steps": [], "note": null
            })
        };
        let lines: Vec<_> =
            ["Logs taken in", "Logs kept", "Data out", "Public IPv4 address of the NAT gateway"]
                .iter()
                .map(|label| line(label))
                .collect();
        let accounts: Vec<_> = (0..30)
            .map(|number| {
                let hidden: Vec<_> =
                    (0..5).map(|place| json!({ "region": format!("eu-west-{place}"), "lines": lines })).collect();
                json!({
                    "id": "a", "name": format!("account {number}"), "provider": "aws", "amount": amount, "hidden": hidden
                })
            })
            .collect();
        let report: CostReport = serde_json::from_value(json!({
            "demo": false, "scope": "all", "from": "2026-10-01", "to": "2026-10-31", "untilUs": 0, "total": amount,
            "accounts": accounts, "functions": [], "days": [], "forecast": null,
            "assumptions": ["a long one ".repeat(30)], "priceDate": "2026-11-23", "priceSource": "AWS"
        }))
        .unwrap();
        let texts: Vec<PageText> = page(&report)
            .items
            .into_iter()
            .filter_map(|item| if let PageItem::Text(text) = item { Some(text) } else { None })
            .collect();
        assert!(texts.iter().all(|text| text.at.1 < f64::from(SIZE.1) - 20.0), "{texts:#?}");
        assert!(texts.iter().all(|text| lines_of(&text.text, text.size, text.room).len() == 1), "{texts:#?}");
        let has = |words: &str| texts.iter().any(|text| text.text.contains(words));
        assert!(has("and 22 that cost less") && has("more regions; the HTML and JSON files"), "{texts:#?}");
        assert!(has("unknown: Logs taken in, Logs kept, Data out, Public IPv4"), "{texts:#?}");
        assert!(has("Made by Hearth."), "{texts:#?}");
    }
}

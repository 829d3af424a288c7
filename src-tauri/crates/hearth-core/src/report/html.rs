//! The report as one HTML file that needs nothing else: the same figures and the same chart. Must not work anything
//! out.

use super::page::{chart, forecast, heads, hidden, source, title};
use super::words::{calls, money};
use crate::Result;
use crate::api::{CostReport, ReportAmount};
use std::fmt::Write as _;

const STYLE: &str = "body{font:14px/1.5 Inter,system-ui,sans-serif;color:#1c1a17;background:#fff;max-width:60rem;\
margin:2rem auto;padding:0 1rem}h1{font-size:1.5rem;margin:0}h2{font-size:1rem;margin:2rem 0 .25rem}\
dl{display:flex;flex-wrap:wrap;gap:.5rem 2.5rem}dt{color:#5d574f}dd{margin:0;font-size:1.4rem;font-weight:bold}\
table{border-collapse:collapse;width:100%}th,td{padding:.2rem .5rem .2rem 0;border-bottom:1px solid #ddd;text-align:left}\
.n{text-align:right;font-variant-numeric:tabular-nums}.q{color:#5d574f}.demo{color:#b3261e}svg{max-width:100%;height:auto}";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn amounts(amount: &ReportAmount) -> String {
    let [after_grants, list] = money(amount);
    [calls(amount), after_grants, list].map(|cell| format!("<td class=n>{}</td>", escaped(&cell))).concat()
}

pub(super) fn html(report: &CostReport) -> Result<Vec<u8>> {
    let picture = hearth_chart::draw(&chart(report, (960, 300)))?;
    let picture = String::from_utf8_lossy(&picture);
    let title = escaped(&title(report));
    let class = if report.demo { " class=demo" } else { "" };
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title><style>{}{STYLE}</style>\n<h1{class}>{title}</h1>\n<p class=q>{} · {}</p>\n<dl>",
        hearth_chart::font_faces(),
        escaped(&report.scope),
        escaped(&source(report))
    );
    for (name, value) in heads(report) {
        let _ = write!(page, "<div><dt>{name}</dt><dd>{}</dd></div>", escaped(&value));
    }
    let _ = write!(page, "</dl>\n<p>{}</p>\n<figure>{picture}</figure>\n", escaped(&forecast(report)));
    let head = "<th class=n>Calls</th><th class=n>After grants</th><th class=n>List price</th>";
    let _ = write!(page, "<h2>By account</h2>\n<table><tr><th>Account</th><th>Provider</th>{head}</tr>\n");
    for account in &report.accounts {
        let words =
            [&account.name, &account.provider].map(|text| format!("<td>{}</td>", escaped(text))).concat();
        let _ = writeln!(page, "<tr>{words}{}</tr>", amounts(&account.amount));
    }
    let _ = write!(
        page,
        "</table>\n<h2>By function</h2>\n<table><tr><th>Function</th><th>Plan</th><th>Region</th>{head}</tr>\n"
    );
    for function in &report.functions {
        let words = [&function.name, &function.plan, &function.region];
        let words = words.map(|text| format!("<td>{}</td>", escaped(text))).concat();
        let _ = writeln!(page, "<tr>{words}{}</tr>", amounts(&function.amount));
    }
    page.push_str("</table>\n<h2>Easily forgotten, not part of the amounts above</h2>\n<ul>");
    for line in hidden(report) {
        let _ = write!(page, "<li>{}</li>", escaped(&line));
    }
    page.push_str("</ul>\n<h2>What this is based on</h2>\n<ul>");
    for words in &report.assumptions {
        let _ = write!(page, "<li>{}</li>", escaped(words));
    }
    let _ = write!(
        page,
        "<li>Prices: {}, as of {}.</li></ul>\n<p class=q>Made by Hearth.</p>\n</html>\n",
        escaped(&report.price_source),
        escaped(&report.price_date)
    );
    Ok(page.into_bytes())
}

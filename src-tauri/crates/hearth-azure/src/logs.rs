//! Logs of an app: its traces, requests and exceptions in Application Insights, read from the workspace behind it. Azure
//! has no line for a cold start: the host's own lines about starting are here, and who reads them infers.

use crate::AzureAccount;
use crate::account::check;
use crate::arm::COMPONENTS;
use crate::fault::Asked;
use crate::metrics;
use crate::names::INSIGHTS_TAG;
use crate::sites::{Site, existing, instant, parts};
use crate::wire::{Ask, Body, Host};
use hearth_cloud::{FaultKind, FunctionAddress, LogRow, LogsRequest, Page, Result};
use hearth_model::Micros;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;

/// Azure's host for questions to logs.
pub(crate) const HOST: &str = "api.loganalytics.io";
const READ: &str = "Microsoft.OperationalInsights/workspaces/query/read";
/// How far back is looked when nobody says it.
const USUAL_DAY_US: i64 = 86_400_000_000;

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    tables: Vec<Table>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

pub(crate) async fn logs(
    account: &AzureAccount,
    address: &FunctionAddress,
    request: &LogsRequest,
) -> Result<Page<LogRow>> {
    check(&address.location)?;
    let asked = Asked { operation: READ, about: &address.location };
    let site = existing(account, address, READ).await?;
    let workspace = workspace(account, &site).await?;
    let limit = request.limit.clamp(1, 10_000);
    let cursor = request.cursor.as_deref().map(|text| read_cursor(&asked, text)).transpose()?;
    let until = request.until_us.unwrap_or_else(|| account.clock.now());
    let since = cursor.map(|(at, _)| at).or(request.since_us).unwrap_or(Micros(until.0 - USUAL_DAY_US));
    let seen = cursor.map_or(0, |(_, seen)| seen);
    let query = query(&site.name, parts(address).1, request.filter.as_deref(), since, seen, limit);
    let mut ask = Ask::new(Method::POST, Host::Named(HOST.to_owned()), format!("/v1{workspace}/query"));
    // One second more: what is after the end is not there.
    let end = Micros(until.0.saturating_add(1_000_000));
    let start = Micros(since.0.saturating_sub(1_000_000));
    ask.body = Body::Json(json!({
        "query": query,
        "timespan": format!("{}/{}", metrics::text(start), metrics::text(end)),
    }));
    ask.reads = true;
    ask.limit = Duration::from_mins(3);
    let answered: Answered = account.ask(&asked, ask).await?.json(&asked)?;
    if let Some(error) = answered.error {
        let (_, message) = crate::fault::said(&json!({ "error": error }));
        return Err(asked.fault(FaultKind::Other, format!("a part of the logs could not be read: {message}")));
    }
    let Some(table) = answered.tables.into_iter().next() else { return Ok(Page::last(Vec::new())) };
    let items = rows(&asked, &table)?;
    let next = (items.len() >= limit as usize).then(|| next_cursor(&items, since, seen)).flatten();
    Ok(Page { items, next })
}

/// The workspace that an app's Application Insights writes to.
async fn workspace(account: &AzureAccount, site: &Site) -> Result<String> {
    #[derive(Deserialize)]
    struct Component {
        properties: Properties,
    }
    #[derive(Deserialize)]
    struct Properties {
        #[serde(rename = "WorkspaceResourceId")]
        workspace: Option<String>,
    }
    let asked = Asked { operation: "Microsoft.Insights/components/read", about: &site.name };
    let Some(component) = site.tags().remove(INSIGHTS_TAG) else {
        return Err(
            asked.fault(FaultKind::Unable, "the app has no Application Insights, so nothing keeps its logs")
        );
    };
    let path_is_one = component.starts_with("/subscriptions/") && !component.contains(['?', '#', ' ']);
    if !path_is_one {
        return Err(asked.fault(FaultKind::Other, "the tag that leads to Application Insights is not an id"));
    }
    let found: Component = account.get(&asked, &component, COMPONENTS).await?;
    match found.properties.workspace.filter(|id| id.starts_with("/subscriptions/")) {
        Some(id) => Ok(id),
        None => {
            Err(asked.fault(FaultKind::Unable, "its Application Insights is an old one without a workspace"))
        }
    }
}

/// The question, in Azure's language for logs. What a person typed is only ever inside quotes.
fn query(
    app: &str,
    function: Option<&str>,
    filter: Option<&str>,
    since: Micros,
    seen: u32,
    limit: u32,
) -> String {
    let from = jiff::Timestamp::from_microsecond(since.0).unwrap_or_default();
    let mut query = format!(
        "union isfuzzy=true \
         (AppTraces | project TimeGenerated, AppRoleName, OperationName, OperationId, AppRoleInstance, Text = Message), \
         (AppRequests | project TimeGenerated, AppRoleName, OperationName, OperationId, AppRoleInstance, \
         Text = strcat('REQUEST ', OperationId, ' ', Name, ' ', tostring(DurationMs), ' ms result ', ResultCode)), \
         (AppExceptions | project TimeGenerated, AppRoleName, OperationName, OperationId, AppRoleInstance, \
         Text = strcat('EXCEPTION ', ExceptionType, ': ', OuterMessage)) \
         | where AppRoleName =~ {} and TimeGenerated >= datetime({from})",
        quoted(app)
    );
    if let Some(function) = function {
        write!(query, " and OperationName =~ {}", quoted(function)).ok();
    }
    if let Some(filter) = filter.filter(|filter| !filter.is_empty()) {
        write!(query, " | where Text contains {}", quoted(filter)).ok();
    }
    // A page begins at the instant where the last one ended, of which some rows were given already.
    let rows = u64::from(limit) + u64::from(seen);
    write!(
        query,
        " | order by TimeGenerated asc, AppRoleInstance asc, Text asc | take {rows} \
         | serialize Row = row_number() | where Row > {seen} \
         | project TimeGenerated, AppRoleInstance, OperationId, Text"
    )
    .ok();
    query
}

/// Text as the language quotes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if other.is_control() => {}
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn rows(asked: &Asked<'_>, table: &Table) -> Result<Vec<LogRow>> {
    let place = |name: &str| {
        let found = table.columns.iter().position(|column| column.name == name);
        found.ok_or_else(|| asked.fault(FaultKind::Other, format!("the answer has no column {name}")))
    };
    let (at, stream, text) = (place("TimeGenerated")?, place("AppRoleInstance")?, place("Text")?);
    let word =
        |row: &[Value], place: usize| row.get(place).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut rows = Vec::with_capacity(table.rows.len());
    for (number, row) in table.rows.iter().enumerate() {
        let when = word(row, at);
        let at_us = instant(&when).ok_or_else(|| {
            asked.fault(FaultKind::Other, format!("`{}` is not an instant", crate::fault::cut(&when)))
        })?;
        rows.push(LogRow {
            at_us,
            stream: word(row, stream),
            id: format!("{}-{number}", at_us.0),
            text: word(row, text).trim_end().to_owned(),
        });
    }
    Ok(rows)
}

/// Where the next page begins: an instant, and how many rows of it were given.
fn next_cursor(items: &[LogRow], since: Micros, seen: u32) -> Option<String> {
    let last = items.last()?.at_us;
    let of_it = items.iter().rev().take_while(|row| row.at_us == last).count();
    let before = if last == since { seen } else { 0 };
    Some(format!("{}+{}", last.0, u32::try_from(of_it).ok()?.saturating_add(before)))
}

fn read_cursor(asked: &Asked<'_>, text: &str) -> Result<(Micros, u32)> {
    let read =
        text.split_once('+').and_then(|(at, seen)| Some((Micros(at.parse().ok()?), seen.parse().ok()?)));
    read.ok_or_else(|| asked.fault(FaultKind::Invalid, "this is not where a page of Azure's logs ended"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_typed_stays_inside_quotes() {
        let query = query("kettle", Some("tea"), Some("a\" | drop \\ x"), Micros(1_000_000), 0, 10);
        assert!(query.contains(r#"contains "a\" | drop \\ x""#), "{query}");
        assert!(query.contains(r#"AppRoleName =~ "kettle""#) && query.contains("take 10"), "{query}");
        assert!(query.contains("datetime(1970-01-01T00:00:01Z)"), "{query}");
    }

    #[test]
    fn a_page_goes_on_inside_one_instant() {
        let row = |at: i64| LogRow {
            at_us: Micros(at),
            stream: String::new(),
            id: String::new(),
            text: String::new(),
        };
        assert_eq!(next_cursor(&[row(1), row(2), row(2)], Micros(0), 0).as_deref(), Some("2+2"));
        assert_eq!(next_cursor(&[row(2), row(2)], Micros(2), 3).as_deref(), Some("2+5"));
        let asked = Asked { operation: READ, about: "" };
        assert_eq!(read_cursor(&asked, "2+5").unwrap(), (Micros(2), 5));
        assert!(read_cursor(&asked, "x").is_err());
    }
}

//! Logs of a function, pages of Cloud Logging by polling, which is not billed. A line knows the instance that wrote it,
//! so that servers can be told apart; requests are lines of their own and become a line in one form: see [`request`].

use crate::GoogleAccount;
use crate::client::{Ask, Service};
use crate::fault::Asked;
use crate::functions::instant;
use crate::wire::{Entries, Entry, HttpRequest};
use hearth_cloud::{FunctionAddress, LogRow, LogsRequest, Page, Result};
use hearth_model::Micros;
use serde_json::{Value, json};

pub(crate) async fn logs(
    account: &GoogleAccount,
    function: &FunctionAddress,
    request: &LogsRequest,
) -> Result<Page<LogRow>> {
    // The name becomes part of a filter, so it is checked first.
    account.name_of(function, "functions")?;
    let asked = Asked { operation: "logging.logEntries.list", location: &function.location };
    let body = json!({
        "resourceNames": [format!("projects/{}", account.project)],
        "filter": filter(function, request),
        "orderBy": "timestamp asc",
        "pageSize": request.limit.clamp(1, 1_000),
        "pageToken": request.cursor.clone().unwrap_or_default(),
    });
    let entries: Entries =
        account.client.send(&Ask::post(asked, Service::Logging, "v2/entries:list", body)).await?;
    Ok(Page {
        items: entries.entries.iter().map(row).collect(),
        next: Some(entries.next_page_token).filter(|token| !token.is_empty()),
    })
}

fn filter(function: &FunctionAddress, request: &LogsRequest) -> String {
    let FunctionAddress { location, name } = function;
    let mut parts = vec![format!(
        "((resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"{name}\" AND \
         resource.labels.location=\"{location}\") OR (resource.type=\"cloud_function\" AND \
         resource.labels.function_name=\"{name}\" AND resource.labels.region=\"{location}\"))"
    )];
    // Who changed the function is another log.
    parts.push("NOT logName:\"cloudaudit.googleapis.com\"".to_owned());
    parts.extend(request.since_us.and_then(stamp).map(|at| format!("timestamp>=\"{at}\"")));
    parts.extend(request.until_us.and_then(stamp).map(|at| format!("timestamp<\"{at}\"")));
    if let Some(wanted) = request.filter.as_deref().map(str::trim).filter(|wanted| !wanted.is_empty()) {
        // Google's language when it looks like it, else a text that must be in the line.
        let is_language = wanted.contains(['=', ':', '<', '>', '"']);
        parts.push(if is_language { format!("({wanted})") } else { json!(wanted).to_string() });
    }
    parts.join(" AND ")
}

fn stamp(at: Micros) -> Option<String> {
    Some(jiff::Timestamp::from_microsecond(at.0).ok()?.to_string())
}

fn row(entry: &Entry) -> LogRow {
    let label = |name: &str| entry.labels.get(name).cloned();
    let revision = entry.resource.labels.get("revision_name").cloned();
    let text = match (&entry.text_payload, &entry.json_payload, &entry.http_request) {
        (Some(text), _, _) => text.trim_end().to_owned(),
        (None, Some(json), _) => message(json),
        (None, None, Some(http)) => request(http, &entry.trace),
        (None, None, None) => entry.proto_payload.as_ref().map(message).unwrap_or_default(),
    };
    let text = match entry.severity.as_str() {
        "ERROR" | "CRITICAL" | "ALERT" | "EMERGENCY" | "WARNING" if entry.http_request.is_none() => {
            format!("{} {text}", entry.severity)
        }
        _ => text,
    };
    LogRow {
        at_us: instant(&entry.timestamp)
            .or_else(|| instant(&entry.receive_timestamp))
            .unwrap_or(Micros::ZERO),
        // The first generation has no instance in its lines, but each call has a name.
        stream: label("instanceId").or_else(|| label("execution_id")).or(revision).unwrap_or_default(),
        id: entry.insert_id.clone(),
        text,
    }
}

fn message(json: &Value) -> String {
    json["message"].as_str().map_or_else(|| json.to_string(), |text| text.trim_end().to_owned())
}

/// A request in one line: `REQUEST id=TRACE POST / 200 in 12.345 ms`. Query strings may hold secrets and stay out.
fn request(http: &HttpRequest, trace: &str) -> String {
    let path =
        reqwest::Url::parse(&http.request_url).map_or_else(|_| "/".to_owned(), |url| url.path().to_owned());
    let id = trace.rsplit('/').next().unwrap_or_default();
    let took = http
        .latency
        .strip_suffix('s')
        .and_then(|text| text.parse::<f64>().ok())
        .map_or_else(String::new, |seconds| format!(" in {:.3} ms", seconds * 1e3));
    format!("REQUEST id={id} {} {path} {}{took}", http.request_method, http.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_line_without_its_query_and_an_instance_is_a_stream() {
        let entry: Entry = serde_json::from_value(json!({
            "timestamp": "2026-11-28T14:00:00.250Z",
            "insertId": "i",
            "severity": "ERROR",
            "httpRequest": { "requestMethod": "POST", "requestUrl": "https://tea.run.app/a?token=PLANTED", "status": 500, "latency": "0.012345s" },
            "labels": { "instanceId": "abc" },
            "trace": "projects/p/traces/t1",
        }))
        .unwrap();
        let row = row(&entry);
        assert_eq!(row.text, "REQUEST id=t1 POST /a 500 in 12.345 ms");
        assert_eq!((row.stream.as_str(), row.at_us), ("abc", Micros(1_795_874_400_250_000)));
    }

    #[test]
    fn words_are_searched_and_googles_language_is_passed_on() {
        let filter = |wanted: &str| {
            let request = LogsRequest { filter: Some(wanted.to_owned()), ..LogsRequest::default() };
            super::filter(&FunctionAddress::new("us-central1", "tea"), &request)
        };
        assert!(filter("no water").ends_with("AND \"no water\""), "{}", filter("no water"));
        assert!(filter("severity>=ERROR").ends_with("AND (severity>=ERROR)"));
    }
}

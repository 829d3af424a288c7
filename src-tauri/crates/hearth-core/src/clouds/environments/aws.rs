//! Lines of AWS's platform, as text and as JSON: INIT_START, START, END, REPORT, what a runtime prints when the code
//! raised, and the records of the JSON log format. Must not know other vendors.

use super::{begun, call, is_id, micros, one_line};
use crate::api::{SeenCall, SeenEnvironment};
use hearth_cloud::LogRow;
use hearth_cost::{Decimal, Reported, parse_report};
use hearth_model::Micros;
use serde_json::Value;

const TIMED_OUT: &str = " Task timed out after ";
/// What Node's runtime prints between the id of a call and its error.
const NODE_ERRORS: [&str; 2] = ["\tERROR\tInvoke Error", "\tERROR\tUncaught Exception"];

/// Whether a line may say something.
pub(super) fn may_tell(text: &str) -> bool {
    ["INIT_START ", "RESTORE_START ", "START RequestId: ", "RequestId: ", "[ERROR] "]
        .iter()
        .any(|prefix| text.starts_with(prefix))
        || text.contains("REPORT RequestId:")
        || text.contains(TIMED_OUT)
        || NODE_ERRORS.iter().any(|error| text.contains(error))
        || (text.starts_with('{') && (text.contains("\"platform.") || text.contains("errorType")))
}

/// Reads a line; false when it is none of AWS's.
pub(super) fn read(seen: &mut SeenEnvironment, row: &LogRow, text: &str) -> bool {
    if text.starts_with('{') {
        return read_json(seen, row, text);
    }
    if text.starts_with("INIT_START ") || text.starts_with("RESTORE_START ") {
        seen.init_started_us = Some(row.at_us);
    } else if let Some(id) = word_after(text, "START RequestId: ") {
        start(seen, id, row.at_us);
    } else if text.contains("REPORT RequestId:") {
        let Ok(report) = parse_report(text) else { return true };
        let status = labelled(text, "Status: ").unwrap_or_default();
        reported(seen, row.at_us, &report, status, labelled(text, "Error Type: "));
    } else if let Some((before, after)) = text.split_once(TIMED_OUT) {
        // "2026-… ID Task timed out after 3.00 seconds"
        if let Some(id) = before.split(' ').next_back().filter(|id| is_id(id)) {
            let call = call(seen, id.to_owned());
            call.timed_out = true;
            let seconds = after.split(' ').next().and_then(|number| number.parse::<Decimal>().ok());
            call.duration_us = call.duration_us.or(seconds.map(|s| micros(s * Decimal::ONE_THOUSAND)));
        }
    } else if let Some(id) = word_after(text, "RequestId: ")
        && let Some((_, message)) = text.split_once(" Error: ")
    {
        // "RequestId: ID Error: Runtime exited with error: signal: killed", and its type in the next line.
        let kind = text.lines().nth(1).map(str::trim).filter(|kind| kind.starts_with("Runtime."));
        fail(call(seen, id), kind.unwrap_or("Runtime.ExitError"), message);
    } else if let Some(error) = text.strip_prefix("[ERROR] ").filter(|rest| !rest.starts_with('\t')) {
        // Python's runtime names no id: the call that goes on in this stream.
        let (kind, message) = error.split_once(": ").unwrap_or((error, ""));
        let is_type = !kind.is_empty() && !kind.contains(char::is_whitespace);
        if let Some(call) = seen.calls.last_mut().filter(|call| is_type && call.reported_us.is_none()) {
            fail(call, kind.trim_end_matches(':'), message);
        }
    } else if let Some((before, after)) = NODE_ERRORS.iter().find_map(|error| text.split_once(error)) {
        let id = before.rsplit('\t').next().filter(|id| is_id(id));
        let Some(id) = id.map(str::to_owned) else { return true };
        let error = serde_json::from_str::<Value>(after.trim()).unwrap_or_default();
        fail(
            call(seen, id),
            said(&error, "errorType").unwrap_or("Error"),
            said(&error, "errorMessage").unwrap_or_default(),
        );
    } else {
        return false;
    }
    true
}

/// A record of the platform, or one of the function's in which its runtime says what was raised.
fn read_json(seen: &mut SeenEnvironment, row: &LogRow, text: &str) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return false };
    let record = &value["record"];
    let id = || said(record, "requestId").filter(|id| is_id(id)).map(str::to_owned);
    match value["type"].as_str() {
        Some("platform.initStart" | "platform.restoreStart") => seen.init_started_us = Some(row.at_us),
        Some("platform.start") => {
            if let Some(id) = id() {
                start(seen, id, row.at_us);
            }
        }
        Some("platform.runtimeDone") => {
            if let Some(id) = id() {
                state(call(seen, id), said(record, "status").unwrap_or_default(), said(record, "errorType"));
            }
        }
        Some("platform.report") => {
            if let Ok(report) = parse_report(text) {
                let status = said(record, "status").unwrap_or_default();
                reported(seen, row.at_us, &report, status, said(record, "errorType"));
            }
        }
        Some(kind) if kind.starts_with("platform.") => {}
        _ => return raised(seen, &value),
    }
    true
}

/// `{"errorType":…, "errorMessage":…, "requestId":…, "stackTrace":…}`, in which Node puts the error under `message`.
fn raised(seen: &mut SeenEnvironment, value: &Value) -> bool {
    let error = if value["message"].is_object() { &value["message"] } else { value };
    let (Some(kind), Some(id)) = (said(error, "errorType"), said(value, "requestId")) else { return false };
    // A line that the function wrote of an error it caught has no trace of the stack from the runtime.
    let has_trace = error.get("stackTrace").is_some() || error.get("stack").is_some();
    if !has_trace || !is_id(id) {
        return false;
    }
    let message = said(error, "errorMessage").or_else(|| said(error, "message")).unwrap_or_default();
    fail(call(seen, id.to_owned()), kind, message);
    true
}

fn start(seen: &mut SeenEnvironment, id: String, at: Micros) {
    let known = seen.calls.iter_mut().rfind(|call| call.request_id == id);
    match known {
        // The same line again.
        Some(call) if call.started_us == Some(at) => {}
        // A line without its START came before it within one millisecond.
        Some(call) if call.started_us.is_none() && call.reported_us.is_none_or(|end| end == at) => {
            call.started_us = Some(at);
        }
        // AWS tries an event again under the same id.
        _ => seen.calls.push(begun(id, Some(at))),
    }
}

fn reported(seen: &mut SeenEnvironment, at: Micros, report: &Reported, status: &str, kind: Option<&str>) {
    let Some(id) = report.request_id.clone().filter(|id| is_id(id)) else { return };
    let known = seen.calls.iter().rposition(|call| call.request_id == id);
    let place = match known {
        Some(place) if seen.calls[place].reported_us.is_none_or(|end| end == at) => place,
        _ => {
            seen.calls.push(begun(id, None));
            seen.calls.len() - 1
        }
    };
    let init = report.init_ms.or(report.restore_ms).map(micros);
    seen.init_us = init.or(seen.init_us);
    let call = &mut seen.calls[place];
    call.reported_us = Some(at);
    call.duration_us = Some(micros(report.duration_ms));
    call.billed_ms = report.printed_billed_ms.and_then(|billed| u32::try_from(billed).ok());
    call.memory_mb = report.memory_mb;
    call.max_memory_mb = report.max_memory_mb;
    call.cold = init.is_some();
    call.init_us = init;
    call.restored = report.restore_ms.is_some();
    state(call, status, kind);
}

/// Takes the word in which the platform says how a call ended.
fn state(call: &mut SeenCall, status: &str, kind: Option<&str>) {
    match status {
        "timeout" => call.timed_out = true,
        "error" | "failure" => fail(call, kind.unwrap_or_default(), ""),
        _ => {}
    }
}

fn fail(call: &mut SeenCall, kind: &str, message: &str) {
    call.failed = true;
    // What the code raised says more than that the runtime ended.
    if call.error_type.is_none() && !kind.is_empty() {
        call.error_type = Some(one_line(kind));
    }
    if call.error_message.is_none() && !message.is_empty() {
        call.error_message = Some(one_line(message));
    }
}

fn said<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn word_after(text: &str, prefix: &str) -> Option<String> {
    let id = text.strip_prefix(prefix)?.split(char::is_whitespace).next()?;
    is_id(id).then(|| id.to_owned())
}

/// What stands after a label of a REPORT line, up to the next tab.
fn labelled<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(label)?;
    rest.split(['\t', '\n']).next().map(str::trim).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::{may_tell, rebuild};
    use super::*;
    use proptest::prelude::*;

    fn rows(lines: &[(i64, &str)]) -> Vec<LogRow> {
        lines
            .iter()
            .enumerate()
            .map(|(number, (at, text))| LogRow {
                at_us: Micros(*at),
                stream: "s".into(),
                id: number.to_string(),
                text: (*text).to_owned(),
            })
            .collect()
    }

    fn calls(lines: &[(i64, &str)]) -> Vec<SeenCall> {
        assert!(lines.iter().all(|(_, text)| may_tell(text)), "every line of these is kept: {lines:?}");
        rebuild(rows(lines)).into_iter().flat_map(|seen| seen.calls).collect()
    }

    const REPORT: &str = "REPORT RequestId: r1\tDuration: 3.00 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t";

    #[test]
    fn how_a_call_ended_is_told_by_the_platform_or_by_the_runtime() {
        let start = "START RequestId: r1 Version: $LATEST";
        /// A line, the report, whether it ran out of time, the type of the error and its message.
        type Row<'a> = (&'a str, &'a str, bool, Option<&'a str>, Option<&'a str>);
        let table: [Row<'_>; 7] = [
            (
                "[ERROR] ValueError: no water\nTraceback (most recent call last):",
                REPORT,
                false,
                Some("ValueError"),
                Some("no water"),
            ),
            (
                "2026-11-28T12:00:00.000Z\tr1\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"no cup\",\"stack\":[]}",
                REPORT,
                false,
                Some("TypeError"),
                Some("no cup"),
            ),
            (
                "RequestId: r1 Error: Runtime exited with error: signal: killed\nRuntime.ExitError",
                REPORT,
                false,
                Some("Runtime.ExitError"),
                Some("Runtime exited with error: signal: killed"),
            ),
            ("2026-11-28T12:00:00.000Z r1 Task timed out after 3.00 seconds", REPORT, true, None, None),
            ("RequestId: r1", &format!("{REPORT}Status: timeout"), true, None, None),
            (
                "RequestId: r1",
                &format!("{REPORT}Status: error\tError Type: Runtime.Unknown"),
                false,
                Some("Runtime.Unknown"),
                None,
            ),
            (
                "{\"errorType\":\"KeyError\",\"errorMessage\":\"'cups'\",\"requestId\":\"r1\",\"stackTrace\":[]}",
                REPORT,
                false,
                Some("KeyError"),
                Some("'cups'"),
            ),
        ];
        for (line, report, timed_out, kind, message) in table {
            let seen = calls(&[(1, start), (2, line), (3, report)]);
            assert_eq!(seen.len(), 1, "{line}");
            let call = &seen[0];
            assert_eq!(call.timed_out, timed_out, "{line}");
            assert_eq!(call.failed, kind.is_some(), "{line}");
            assert_eq!(
                (call.error_type.as_deref(), call.error_message.as_deref()),
                (kind, message),
                "{line}"
            );
        }
        // A line in the style of the runtime that the logger of the function wrote is no failure.
        let logged = calls(&[(1, start), (2, "[ERROR] \t2026-11-28T12:00:00.000Z\tr1\tcaught"), (3, REPORT)]);
        assert!(!logged[0].failed);
    }

    #[test]
    fn the_json_format_tells_the_same_as_text() {
        let seen = calls(&[
            (
                0,
                "{\"time\":\"2026-11-28T12:00:00.000Z\",\"type\":\"platform.initStart\",\"record\":{\"initializationType\":\"on-demand\"}}",
            ),
            (
                1_000,
                "{\"type\":\"platform.start\",\"record\":{\"requestId\":\"r1\",\"version\":\"$LATEST\"}}",
            ),
            (
                2_000,
                "{\"type\":\"platform.runtimeDone\",\"record\":{\"requestId\":\"r1\",\"status\":\"error\",\"errorType\":\"ValueError\"}}",
            ),
            (
                3_000,
                "{\"type\":\"platform.report\",\"record\":{\"requestId\":\"r1\",\"status\":\"error\",\"metrics\":{\"durationMs\":12.5,\"billedDurationMs\":113,\"memorySizeMB\":256,\"maxMemoryUsedMB\":61,\"initDurationMs\":100.25}}}",
            ),
        ]);
        let call = &seen[0];
        assert_eq!((call.started_us, call.reported_us), (Some(Micros(1_000)), Some(Micros(3_000))));
        assert_eq!((call.duration_us, call.init_us), (Some(Micros(12_500)), Some(Micros(100_250))));
        assert_eq!((call.billed_ms, call.memory_mb, call.max_memory_mb), (Some(113), Some(256), Some(61)));
        assert!(call.cold && call.failed);
        assert_eq!(call.error_type.as_deref(), Some("ValueError"));
    }

    #[test]
    fn a_restored_server_is_cold_and_a_retry_is_a_call_of_its_own() {
        let again = REPORT.replace("Duration: 3.00 ms\tBilled", "Duration: 5.00 ms\tBilled");
        let restored = format!("{REPORT}Restore Duration: 410.50 ms\tBilled Restore Duration: 200 ms\t");
        let seen = calls(&[
            (1, "RESTORE_START Runtime Version: java:21.v1"),
            (2, "START RequestId: r1 Version: 3"),
            (9, &restored),
            (60_000_000, "START RequestId: r1 Version: 3"),
            (60_000_009, &again),
        ]);
        assert_eq!(seen.len(), 2);
        assert_eq!((seen[0].cold, seen[0].init_us), (true, Some(Micros(410_500))));
        assert_eq!((seen[1].cold, seen[1].duration_us), (false, Some(Micros(5_000))));
        // The same lines twice are the same two calls.
        let once = rows(&[(1, "START RequestId: r1 Version: 3"), (9, &restored)]);
        let twice: Vec<LogRow> = [once.clone(), once].concat();
        assert_eq!(rebuild(twice)[0].calls.len(), 1);
    }

    proptest! {
        /// Whatever stands in a log, reading it ends, and lines of no platform make no call.
        #[test]
        fn no_line_breaks_the_reading(lines in prop::collection::vec("(START RequestId: |REPORT RequestId: |\\{\"type\":\"platform.report\",|RequestId: |\\[ERROR\\] |)[ -~\t]{0,40}", 0..20)) {
            let rows: Vec<LogRow> = lines.iter().enumerate().map(|(at, text)| LogRow {
                at_us: Micros(at as i64), stream: "s".into(), id: at.to_string(), text: text.clone(),
            }).collect();
            let seen = rebuild(rows);
            for call in seen.iter().flat_map(|one| &one.calls) {
                prop_assert!(is_id(&call.request_id));
            }
        }

        /// A log that is cut anywhere and read on tells the same calls as one that is read whole, and each once.
        #[test]
        fn a_log_that_is_read_in_two_parts_tells_the_same(count in 1_usize..12, cut in 0_usize..24) {
            let mut lines = Vec::new();
            for number in 0..count as i64 {
                lines.push((number * 10, format!("START RequestId: r{number} Version: $LATEST")));
                lines.push((number * 10 + 5, REPORT.replace("r1", &format!("r{number}"))));
            }
            let all: Vec<(i64, &str)> = lines.iter().map(|(at, text)| (*at, text.as_str())).collect();
            let whole = rebuild(rows(&all));
            let first = &all[..cut.min(all.len())];
            // The second reading begins before the first one ended, and so has its last lines again.
            let overlapping = rows(first).into_iter().chain(rows(&all)).collect();
            prop_assert_eq!(&rebuild(overlapping)[0].calls, &whole[0].calls);
            prop_assert_eq!(whole[0].calls.len(), count);
        }
    }
}

//! Servers of a cloud's function, rebuilt from its log: on AWS each environment writes a stream of its own, with
//! INIT_START, START and REPORT lines; on Google each line has the id of its instance, and there are lines for its start,
//! for the probe that it answered, and for each request. On Azure an instance has the host's own lines about starting
//! and a REQUEST line a call; that the first call after them was cold is inferred, since Azure has no word for it. What
//! is between two lines is inferred and said to be so. Pure but for [`list`].

use super::functions::logs;
use crate::api::{CloudLogsQuery, SeenCall, SeenEnvironment, SeenEnvironments};
use crate::{App, Result};
use hearth_cloud::LogRow;
use hearth_cost::{Decimal, parse_report};
use hearth_model::Micros;
use rust_decimal::prelude::ToPrimitive as _;
use std::collections::{BTreeMap, BTreeSet};

/// Pages of a log that are read; what is left is said.
const MOST_PAGES: u32 = 20;

pub(crate) async fn list(app: &App, request: CloudLogsQuery) -> Result<SeenEnvironments> {
    let mut rows = Vec::new();
    let mut cursor = request.cursor.clone();
    let mut pages = 0;
    loop {
        let page = logs(app, CloudLogsQuery { cursor: cursor.take(), ..request.clone() }).await?;
        rows.extend(page.lines);
        pages += 1;
        cursor = page.next;
        if cursor.is_none() || pages >= MOST_PAGES {
            break;
        }
    }
    Ok(SeenEnvironments { environments: rebuild(rows), complete: cursor.is_none() })
}

/// How the line begins with which Google starts an instance.
const STARTS_ON_GOOGLE: &str = "Starting new instance. ";

/// What the lines tell, oldest environment first. Lines of a stream are put into the order of time first.
pub(crate) fn rebuild(mut rows: Vec<LogRow>) -> Vec<SeenEnvironment> {
    rows.sort_by_key(|row| row.at_us);
    let mut streams: BTreeMap<String, SeenEnvironment> = BTreeMap::new();
    let mut of_google: BTreeSet<String> = BTreeSet::new();
    for row in rows {
        if row.text.starts_with(STARTS_ON_GOOGLE) {
            of_google.insert(row.stream.clone());
        }
        let seen = streams.entry(row.stream.clone()).or_insert_with(|| SeenEnvironment {
            stream: row.stream.clone(),
            first_us: row.at_us,
            last_us: row.at_us,
            init_started_us: None,
            init_us: None,
            calls: Vec::new(),
        });
        seen.last_us = row.at_us;
        read(seen, &row);
    }
    let mut all: Vec<SeenEnvironment> = streams.into_values().collect();
    for seen in &mut all {
        if of_google.contains(&seen.stream) {
            wait_for_init(seen);
        }
    }
    all.sort_by(|one, other| (one.first_us, &one.stream).cmp(&(other.first_us, &other.stream)));
    all
}

fn read(seen: &mut SeenEnvironment, row: &LogRow) {
    let text = row.text.trim();
    if text.starts_with("INIT_START ") {
        seen.init_started_us = Some(row.at_us);
    } else if let Some(id) = id_after(text, "START RequestId: ") {
        seen.calls.push(begun(id, Some(row.at_us)));
    } else if text.contains("REPORT RequestId:")
        && let Ok(report) = parse_report(text)
    {
        let Some(id) = report.request_id.clone() else { return };
        let call = call(seen, id);
        call.reported_us = Some(row.at_us);
        call.duration_us = Some(micros(report.duration_ms));
        call.billed_ms = report.printed_billed_ms.and_then(|billed| billed.to_u32());
        call.memory_mb = report.memory_mb;
        call.max_memory_mb = report.max_memory_mb;
        call.cold = report.init_ms.is_some() || report.restore_ms.is_some();
        call.timed_out = call.timed_out || text.contains("Status: timeout");
        if let Some(init) = report.init_ms.or(report.restore_ms) {
            seen.init_us = Some(micros(init));
        }
    } else if let Some((id, _)) = text.split_once(" Task timed out after ") {
        // "2026-… ID Task timed out after 3.00 seconds"
        if let Some(id) = id.split(' ').next_back() {
            call(seen, id.to_owned()).timed_out = true;
        }
    } else {
        read_google(seen, row, text);
        read_azure(seen, row.at_us, text);
    }
}

/// `Initializing Host…`, `Host started (412ms)`, `REQUEST ID NAME 12.5 ms result 200`.
fn read_azure(seen: &mut SeenEnvironment, at: Micros, text: &str) {
    if text.starts_with("Initializing Host") {
        seen.init_started_us = Some(at);
    } else if let Some(rest) = text.strip_prefix("Host started (") {
        let milliseconds = rest.split_once("ms)").and_then(|(number, _)| number.trim().parse().ok());
        seen.init_us = milliseconds.map(micros);
    } else if let Some((before, _)) =
        text.strip_prefix("REQUEST ").and_then(|rest| rest.rsplit_once(" ms result "))
        && let Some((id, rest)) = before.split_once(' ')
        && let Some(duration) = rest.rsplit(' ').next().and_then(|number| number.parse().ok())
    {
        let duration_us = micros(duration);
        let cold = seen.calls.is_empty() && seen.init_us.is_some();
        seen.calls.push(SeenCall {
            duration_us: Some(duration_us),
            reported_us: Some(Micros(at.0.saturating_add(duration_us.0))),
            cold,
            ..begun(id.to_owned(), Some(at))
        });
    }
}

/// A line of Cloud Run, or a request as `hearth-google` writes it: `REQUEST id=T POST / 200 in 12.345 ms`, at its
/// beginning.
fn read_google(seen: &mut SeenEnvironment, row: &LogRow, text: &str) {
    if text.starts_with(STARTS_ON_GOOGLE) {
        seen.init_started_us = Some(row.at_us);
    } else if text.contains(" STARTUP ") && text.contains(" probe succeeded after ") {
        let started = seen.init_started_us.filter(|_| seen.init_us.is_none());
        seen.init_us = seen.init_us.or(started.map(|started| Micros(row.at_us.0 - started.0)));
    } else if let Some((head, took)) =
        text.strip_prefix("REQUEST id=").and_then(|rest| rest.rsplit_once(" in "))
        && let (Some(id), Some(status), Some(took)) = (
            head.split(' ').next(),
            head.rsplit(' ').next(),
            took.strip_suffix(" ms").and_then(|took| took.parse::<Decimal>().ok()),
        )
    {
        // A request that nobody named is still a call.
        let id = if id.is_empty() { row.id.clone() } else { id.to_owned() };
        let took = micros(took);
        let call = call(seen, id);
        call.started_us = Some(row.at_us);
        call.reported_us = Some(Micros(row.at_us.0.saturating_add(took.0)));
        call.duration_us = Some(took);
        call.timed_out = status == "504";
    }
}

/// On Google a request that came before its server was ready waited for it.
fn wait_for_init(seen: &mut SeenEnvironment) {
    let (Some(started), Some(init)) = (seen.init_started_us, seen.init_us) else { return };
    let ready = started.0.saturating_add(init.0);
    for call in &mut seen.calls {
        call.cold |= call.started_us.is_some_and(|at| at.0 < ready);
    }
}

/// A call of which nothing is known but its beginning.
fn begun(request_id: String, started_us: Option<Micros>) -> SeenCall {
    SeenCall {
        request_id,
        started_us,
        reported_us: None,
        duration_us: None,
        billed_ms: None,
        memory_mb: None,
        max_memory_mb: None,
        cold: false,
        timed_out: false,
    }
}

/// The call with this id; one whose START was not in the lines begins here.
fn call(seen: &mut SeenEnvironment, id: String) -> &mut SeenCall {
    let at = seen.calls.iter().position(|call| call.request_id == id).unwrap_or_else(|| {
        seen.calls.push(begun(id, None));
        seen.calls.len() - 1
    });
    &mut seen.calls[at]
}

fn id_after(text: &str, prefix: &str) -> Option<String> {
    let id = text.strip_prefix(prefix)?.split([' ', '\t']).next()?;
    (!id.is_empty()).then(|| id.to_owned())
}

fn micros(milliseconds: Decimal) -> Micros {
    Micros((milliseconds * Decimal::ONE_THOUSAND).to_i64().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at: i64, stream: &str, text: &str) -> LogRow {
        LogRow { at_us: Micros(at), stream: stream.into(), id: at.to_string(), text: text.into() }
    }

    #[test]
    fn a_stream_is_an_environment_and_its_lines_are_its_life() {
        let cold = "REPORT RequestId: r1\tDuration: 12.30 ms\tBilled Duration: 113 ms\tMemory Size: 256 MB\t\
            Max Memory Used: 61 MB\tInit Duration: 100.50 ms\t";
        let warm = "REPORT RequestId: r2\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 256 MB\tMax Memory Used: 61 MB\t";
        // AWS gives pages stream by stream, not by time.
        let seen = rebuild(vec![
            row(9_000, "b", "START RequestId: r3 Version: $LATEST"),
            row(9_900, "b", "2026-11-28T12:00:00.000Z r3 Task timed out after 3.00 seconds"),
            row(1_000, "a", "INIT_START Runtime Version: python:3.11.v41\tRuntime Version ARN: arn:x"),
            row(2_000, "a", "START RequestId: r1 Version: $LATEST"),
            row(2_500, "a", "boiling REPORT of nothing"),
            row(3_000, "a", "END RequestId: r1"),
            row(3_000, "a", cold),
            row(5_000, "a", warm),
        ]);
        assert_eq!(seen.len(), 2);
        let (a, b) = (&seen[0], &seen[1]);
        assert_eq!((a.stream.as_str(), a.first_us, a.last_us), ("a", Micros(1_000), Micros(5_000)));
        assert_eq!((a.init_started_us, a.init_us), (Some(Micros(1_000)), Some(Micros(100_500))));
        let first = &a.calls[0];
        assert_eq!((first.cold, first.duration_us, first.billed_ms), (true, Some(Micros(12_300)), Some(113)));
        assert_eq!((first.started_us, first.reported_us), (Some(Micros(2_000)), Some(Micros(3_000))));
        let second = &a.calls[1];
        assert_eq!(
            (second.started_us, second.cold),
            (None, false),
            "its START was not in the lines: unknown"
        );
        assert!(b.calls[0].timed_out && b.calls[0].reported_us.is_none());
        assert_eq!(b.init_us, None, "what no line tells is not zero");
    }

    #[test]
    fn an_instance_of_google_is_an_environment_and_a_request_that_waited_for_it_was_cold() {
        let seen = rebuild(vec![
            row(1_000, "a", "REQUEST id=t1 POST / 200 in 950.500 ms"),
            row(2_000, "a", "Starting new instance. Reason: AUTOSCALING"),
            row(802_000, "a", "Default STARTUP TCP probe succeeded after 1 attempt for container \"worker\""),
            row(803_000, "a", "boiling 2"),
            row(2_000_000, "a", "REQUEST id=t2 POST / 504 in 10.000 ms"),
        ]);
        let a = &seen[0];
        assert_eq!((a.init_started_us, a.init_us), (Some(Micros(2_000)), Some(Micros(800_000))));
        assert_eq!((a.calls[0].cold, a.calls[0].duration_us), (true, Some(Micros(950_500))));
        assert_eq!((a.calls[1].cold, a.calls[1].timed_out), (false, true));
        assert_eq!(a.calls[1].reported_us, Some(Micros(2_010_000)));
    }

    #[test]
    fn an_instance_of_azure_is_cold_once_where_its_start_is_in_the_log() {
        let seen = rebuild(vec![
            row(1_000, "i", "Initializing Host. OperationId: 'x'."),
            row(2_000, "i", "Host started (412ms)"),
            row(3_000, "i", "REQUEST op1 handler 100.5 ms result 200"),
            row(4_000, "i", "REQUEST op2 handler 2 ms result 500"),
            row(9_000, "j", "REQUEST op3 handler 2 ms result 200"),
            row(9_500, "j", "REQUEST op4 with no duration"),
        ]);
        assert_eq!((seen[0].init_started_us, seen[0].init_us), (Some(Micros(1_000)), Some(Micros(412_000))));
        let calls: Vec<_> = seen[0].calls.iter().map(|call| (call.request_id.as_str(), call.cold)).collect();
        assert_eq!(calls, [("op1", true), ("op2", false)]);
        assert_eq!(seen[0].calls[0].duration_us, Some(Micros(100_500)));
        assert!(!seen[1].calls[0].cold, "its start is not in the log: unknown is not cold");
        assert_eq!(seen[1].calls.len(), 1);
    }

    #[test]
    fn lines_that_are_not_the_platforms_change_nothing() {
        let seen = rebuild(vec![
            row(1, "a", "START"),
            row(2, "a", "REPORT RequestId: "),
            row(3, "a", " Task timed out after "),
            row(4, "a", "REQUEST id= in ms"),
            row(5, "a", "x STARTUP TCP probe succeeded after 1"),
        ]);
        assert!(seen[0].calls.iter().all(|call| call.duration_us.is_none()));
        assert_eq!(rebuild(Vec::new()), []);
    }
}

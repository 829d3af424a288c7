//! Servers of a cloud's function, rebuilt from its log: on AWS each environment writes a stream of its own, with
//! INIT_START, START and REPORT lines; on Google each line has the id of its instance, and there are lines for its start,
//! for the probe that it answered, and for each request. On Azure an instance has the host's own lines about starting
//! and a REQUEST line a call; that the first call after them was cold is inferred, since Azure has no word for it. What
//! is between two lines is inferred and said to be so. Pure but for [`list`]; what the lines say is read in `aws.rs` and `others.rs`.

mod aws;
pub(crate) mod calls;
mod others;

use super::functions::logs;
use crate::api::{CloudLogsQuery, SeenCall, SeenEnvironment, SeenEnvironments};
use crate::{App, Result};
use hearth_cloud::LogRow;
use hearth_cost::Decimal;
use hearth_model::Micros;
use others::{STARTS_ON_GOOGLE, wait_for_init};
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

/// What the lines tell, oldest environment first. Lines of a stream are put into the order of time first.
pub(crate) fn rebuild(mut rows: Vec<LogRow>) -> Vec<SeenEnvironment> {
    rows.sort_by_key(|row| row.at_us);
    rows.dedup_by(|one, other| !one.id.is_empty() && one == other);
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
    if !aws::read(seen, row, text) {
        others::read(seen, row, text);
    }
}

/// Whether a line may be the platform's, so that the function's own need not be kept while a log is read.
pub(crate) fn may_tell(text: &str) -> bool {
    let text = text.trim_start();
    aws::may_tell(text) || others::may_tell(text)
}

/// A call of which nothing is known but its beginning.
fn begun(request_id: String, started_us: Option<Micros>) -> SeenCall {
    SeenCall {
        request_id,
        line: String::new(),
        started_us,
        reported_us: None,
        duration_us: None,
        billed_ms: None,
        memory_mb: None,
        max_memory_mb: None,
        cold: false,
        timed_out: false,
        init_us: None,
        restored: false,
        waited: false,
        failed: false,
        refused: false,
        error_type: None,
        error_message: None,
    }
}

/// The newest call with this id; one whose START was not in the lines begins here.
fn call(seen: &mut SeenEnvironment, id: String) -> &mut SeenCall {
    let at = seen.calls.iter().rposition(|call| call.request_id == id).unwrap_or_else(|| {
        seen.calls.push(begun(id, None));
        seen.calls.len() - 1
    });
    &mut seen.calls[at]
}

fn micros(milliseconds: Decimal) -> Micros {
    Micros((milliseconds * Decimal::ONE_THOUSAND).to_i64().unwrap_or(i64::MAX))
}

/// An id as vendors make them: it becomes a part of names.
fn is_id(id: &str) -> bool {
    (1..=100).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Text in one line that is not endless.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 500;
    let line = text.lines().next().unwrap_or_default().trim();
    line.chars().take(LONGEST).collect()
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

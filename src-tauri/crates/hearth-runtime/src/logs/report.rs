//! The platform's lines, worded exactly as Lambda words them. Must not know how figures are measured.

use hearth_model::{Micros, RequestId};
use std::fmt::Write as _;

/// The figures of one invocation.
pub(crate) struct Report<'a> {
    pub(crate) request_id: &'a RequestId,
    pub(crate) duration: Micros,
    pub(crate) billed_ms: u64,
    pub(crate) memory_mb: u32,
    pub(crate) max_memory_mb: u32,
    pub(crate) init: Option<Micros>,
    /// `timeout`, or `error` with its type.
    pub(crate) status: Option<(&'static str, Option<&'a str>)>,
}

pub(crate) fn init_start_line(runtime: &str) -> String {
    format!("INIT_START Runtime Version: {runtime}\tRuntime Version ARN: ")
}

pub(crate) fn start_line(request: &RequestId) -> String {
    format!("START RequestId: {request} Version: $LATEST")
}

pub(crate) fn end_line(request: &RequestId) -> String {
    format!("END RequestId: {request}")
}

/// What Lambda logs when it ends a function that ran too long.
pub(crate) fn timeout_line(request: &RequestId, timeout: Micros) -> String {
    format!("RequestId: {request} Error: Task timed out after {:.2} seconds", timeout.0 as f64 / 1e6)
}

pub(crate) fn report_line(report: &Report<'_>) -> String {
    let mut line = format!(
        "REPORT RequestId: {}\tDuration: {:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {} MB\t",
        report.request_id,
        report.duration.as_milliseconds(),
        report.billed_ms,
        report.memory_mb,
        report.max_memory_mb,
    );
    // Writing into a String cannot fail.
    if let Some(init) = report.init {
        let _ = write!(line, "Init Duration: {:.2} ms\t", init.as_milliseconds());
    }
    if let Some((status, error)) = report.status {
        let _ = write!(line, "Status: {status}\t");
        if let Some(error) = error {
            let _ = write!(line, "Error Type: {error}\t");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_as_lambdas() {
        let request_id = RequestId::from("8f5a");
        let report = Report {
            request_id: &request_id,
            duration: Micros(3_009),
            billed_ms: 4,
            memory_mb: 128,
            max_memory_mb: 36,
            init: Some(Micros(110_100)),
            status: None,
        };
        assert_eq!(
            report_line(&report),
            "REPORT RequestId: 8f5a\tDuration: 3.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\t\
             Max Memory Used: 36 MB\tInit Duration: 110.10 ms\t"
        );
    }
}

//! Every known shape of a REPORT line, and lines that are none.

use super::report::{Reported, RuleContext, parse_report};
use super::rules::Package;
use crate::Day;
use proptest::prelude::*;

const TODAY: RuleContext = RuleContext { day: Day::constant(2026, 11, 23), package: Package::Zip };

fn read(line: &str) -> Reported {
    parse_report(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// Duration, init, restore, billed, memory, most memory.
fn told(line: &str) -> (String, Option<String>, Option<String>, u64, Option<u32>, Option<u32>) {
    let report = read(line);
    let text = |value: rust_decimal::Decimal| value.to_string();
    (
        text(report.duration_ms),
        report.init_ms.map(text),
        report.restore_ms.map(text),
        report.billed_ms(TODAY),
        report.memory_mb,
        report.max_memory_mb,
    )
}

#[test]
fn text_lines_are_read_with_tabs_spaces_prefixes_and_suffixes() {
    let warm = "REPORT RequestId: 3897a7c2-8ac6-11e7-8e57-bb793172ae75\tDuration: 2.89 ms\tBilled Duration: 3 ms\tMemory Size: 1024 MB\tMax Memory Used: 22 MB\t";
    let expected = ("2.89".to_owned(), None, None, 3, Some(1_024), Some(22));
    for line in [
        warm.to_owned(),
        warm.replace('\t', "  "),
        format!("2026-05-12T10:00:00.000Z {warm}\n"),
        format!("2026/05/12/[$LATEST]0a1b2c 2026-05-12T10:00:00 {warm}"),
        format!("{warm}XRAY TraceId: 1-66d978e5-56c7 SegmentId: 29c3 Sampled: true"),
        format!("{warm}Status: error\tError Type: Runtime.ExitError"),
        serde_json::json!({"timestamp": 1_747_000_000_000_i64, "message": warm}).to_string(),
        serde_json::json!({"@timestamp": "2026-05-12 10:00:00.000", "@message": warm}).to_string(),
    ] {
        assert_eq!(told(&line), expected, "{line}");
    }
    assert_eq!(read(&format!("2026-05-12T10:00:00Z {warm}")).day, Some(Day::constant(2026, 5, 12)));
    assert_eq!(
        read(&serde_json::json!({"timestamp": 1_747_000_000_000_i64, "message": warm}).to_string()).day,
        Some(Day::constant(2025, 5, 11))
    );
}

#[test]
fn cold_starts_and_snapstart_are_told_apart() {
    assert_eq!(
        told(
            "REPORT RequestId: a\tDuration: 395.99 ms\tBilled Duration: 662 ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB\tInit Duration: 265.72 ms\t"
        ),
        ("395.99".into(), Some("265.72".into()), None, 662, Some(512), Some(90))
    );
    let snap = "REPORT RequestId: b Duration: 127.10 ms Billed Duration: 154 ms Memory Size: 2048 MB Max Memory Used: 212 MB Restore Duration: 325.93 ms Billed Restore Duration: 26 ms";
    assert_eq!(told(snap), ("127.10".into(), None, Some("325.93".into()), 154, Some(2_048), Some(212)));
    let computed = snap.replace("Billed Duration: 154 ms ", "");
    assert_eq!(told(&computed).3, 154, "the handler and what of the restore is billed, one ceiling");
}

#[test]
fn json_records_are_read() {
    let on_demand = r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.report","record":{"requestId":"79b5","metrics":{"durationMs":1233.96,"billedDurationMs":1698,"memorySizeMB":256,"maxMemoryUsedMB":123,"initDurationMs":463.512},"status":"success","spans":[{"name":"responseLatency","durationMs":0.6}]}}"#;
    assert_eq!(
        told(on_demand),
        ("1233.96".into(), Some("463.512".into()), None, 1_698, Some(256), Some(123))
    );
    let computed = on_demand.replace("\"billedDurationMs\":1698,", "");
    assert_eq!(told(&computed).3, 1_698);
    let timeout = r#"{"time":"2026-07-09T06:05:50.581Z","type":"platform.report","record":{"requestId":"aec7","metrics":{"durationMs":5000.0,"billedDurationMs":5000,"memorySizeMB":128,"maxMemoryUsedMB":94},"status":"timeout"}}"#;
    assert_eq!(told(timeout).3, 5_000);
    let within = serde_json::json!({"timestamp": 0, "message": on_demand}).to_string();
    assert_eq!(read(&within).day, Some(Day::constant(2026, 10, 8)), "its own time counts before the event's");
}

#[test]
fn a_billed_duration_that_is_not_printed_follows_the_rules_of_its_day() {
    // Source: UBC CIRRUS Lab (MIT) and lines quoted in PRICES.md; those printed as whole milliseconds may be one low.
    for (date, duration, init, image, billed) in [
        ("2025-05-12", "154.64", "98.40", false, 155),
        ("2025-08-18", "3638.64", "1068.21", false, 3_639),
        ("2025-08-15", "3666.80", "960.07", false, 3_667),
        ("2022-04-01", "1049.63", "1293.83", true, 2_344),
        ("2025-10-29", "395.99", "265.72", false, 662),
        ("2020-11-30", "28.10", "0", false, 100),
    ] {
        let line = format!(
            "{date}T00:00:00Z REPORT RequestId: r Duration: {duration} ms Memory Size: 1769 MB Max Memory Used: 80 MB Init Duration: {init} ms"
        );
        let package = if image { Package::Image } else { Package::Zip };
        assert_eq!(read(&line).billed_ms(RuleContext { package, ..TODAY }), billed, "{line}");
        let measured = serde_json::json!({"date": date, "duration_ms": duration, "init_ms": init, "init_billed": billed == 662 || image});
        assert_eq!(read(&measured.to_string()).billed_ms(TODAY), billed, "{measured}");
    }
}

#[test]
fn lines_that_are_none_say_what_is_wrong() {
    for (line, words) in [
        ("START RequestId: a Version: $LATEST", "not a REPORT line"),
        ("INIT_REPORT Init Duration: 120.00 ms\tPhase: init\tStatus: timeout", "not a REPORT line"),
        ("REPORT RequestId:", "no request id"),
        ("REPORT RequestId: a", "no `Duration:`"),
        ("REPORT RequestId: a\tDuration: 2.", "`Duration:` must be followed"),
        ("REPORT RequestId: a\tDuration: 2.89", "`Duration:` must be followed"),
        ("REPORT RequestId: a\tDuration: 2.89 ms\tBilled Dur", "cut within `Billed Duration:`"),
        ("REPORT RequestId: a\tDuration: 2.89 ms\tBilled Duration: 3 ms", "no `Memory Size:`"),
        (
            "REPORT RequestId: a\tDuration: 2.89 ms\tBilled Duration: 3 ms\tMemory Size: 1024 MB",
            "no `Max Memory Used:`",
        ),
        ("REPORT RequestId: a\tDuration: 2.89 ms\tMemory Size: 1024 MB\t", "no `Max Memory Used:`"),
        (
            "REPORT RequestId: a\tDuration: 2.89 ms\tMemory Size: 128 MB\tMax Mem",
            "cut within `Max Memory Used:`",
        ),
        ("REPORT RequestId: a\tDuration: 2.89 ms\tBilled Duration: 3.5 ms\tMemory Size: 128 MB", "3.5"),
        ("REPORT RequestId: a\tDuration: -2.89 ms\tMemory Size: 128 MB", "-2.89"),
        ("REPORT RequestId: a\tDuration: 2.89 s\tMemory Size: 128 MB", "and ms"),
        ("{\"time\":\"2026-10-08\",\"type\":\"platform.report\",\"record\":{\"requ", "cut or broken"),
        ("{\"type\":\"platform.start\",\"record\":{}}", "`platform.start`"),
        ("{\"type\":\"platform.report\",\"record\":{}}", "no `durationMs`"),
        ("{\"type\":\"platform.report\",\"record\":{\"metrics\":{\"durationMs\":\"x\"}}}", "`x`"),
        ("", "not a REPORT line"),
    ] {
        let error = parse_report(line).unwrap_err().to_string();
        assert!(error.contains(words), "`{line}` says: {error}");
    }
}

proptest! {
    #[test]
    fn no_line_makes_it_panic(line in "\\PC{0,200}") {
        parse_report(&line).ok();
    }

    #[test]
    fn a_line_cut_anywhere_is_read_or_refused(cut in 0_usize..220) {
        let line = "REPORT RequestId: 24addd09\tDuration: 127.10 ms\tBilled Duration: 154 ms\tMemory Size: 2048 MB\tMax Memory Used: 212 MB\tRestore Duration: 325.93 ms\tBilled Restore Duration: 26 ms\t";
        if let Ok(report) = parse_report(&line[..cut.min(line.len())]) {
            prop_assert_eq!(report.printed_billed_ms, Some(154));
            prop_assert_eq!(report.max_memory_mb, Some(212));
        }
    }
}

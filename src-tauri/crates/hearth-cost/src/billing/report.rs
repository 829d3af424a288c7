//! REPORT lines of Lambda in every known shape: text with tabs or spaces, with a prefix, with SnapStart, X-Ray and
//! status; JSON of the log format and the Telemetry API; JSON events that hold the text. Owns reading them. Must not
//! know prices.

use super::rules::{InitBilling, Package, Plan, rule};
use crate::Day;
use crate::error::{Error, Result};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value;

/// What one REPORT line says. Milliseconds are decimals as printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// Its id; none in records that have none.
    pub request_id: Option<String>,
    /// The day of the line, when it carries one.
    pub day: Option<Day>,
    /// How long the handler ran.
    pub duration_ms: Decimal,
    /// Init, on a cold start.
    pub init_ms: Option<Decimal>,
    /// Restoring a snapshot.
    pub restore_ms: Option<Decimal>,
    /// What of the restore is billed.
    pub billed_restore_ms: Option<Decimal>,
    /// Billed milliseconds as printed; none when the line does not say.
    pub printed_billed_ms: Option<u64>,
    /// Whether init is billed, when the line itself says so.
    pub init_billed: Option<bool>,
    /// Memory size; none when the line does not say.
    pub memory_mb: Option<u32>,
    /// Most memory used; none when the line does not say.
    pub max_memory_mb: Option<u32>,
}

/// What must be known to work out a billed duration that was not printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleContext {
    /// The day whose rules hold for lines that carry none.
    pub day: Day,
    /// How the code is packed.
    pub package: Package,
}

impl Reported {
    /// Billed milliseconds: as printed, otherwise by the rules of its day. A printed duration was rounded to
    /// hundredths, so that one of whole milliseconds may have been billed one more.
    pub fn billed_ms(&self, context: RuleContext) -> u64 {
        if let Some(printed) = self.printed_billed_ms {
            return printed;
        }
        let rule = rule(Plan::LambdaOnDemand, context.package, self.day.unwrap_or(context.day));
        let counts = self.init_billed.unwrap_or(rule.init == InitBilling::Billed);
        let init = self.init_ms.filter(|_| counts).unwrap_or_default();
        // Without a word on what of the restore is billed, all of it is the most it can be.
        let restore = self.billed_restore_ms.or(self.restore_ms).unwrap_or_default();
        // The day decides the step; init was decided above.
        rule.with_init().billed_ms(microseconds(self.duration_ms), microseconds(init + restore))
    }
}

fn microseconds(milliseconds: Decimal) -> u64 {
    (milliseconds * Decimal::ONE_THOUSAND).ceil().to_u64().unwrap_or(u64::MAX)
}

/// Reads one line.
pub fn parse_report(line: &str) -> Result<Reported> {
    let line = line.trim();
    if line.starts_with('{') {
        let value: Value = serde_json::from_str(line)
            .map_err(|error| Error::Report(format!("JSON that is cut or broken: {error}")))?;
        return json(&value);
    }
    text(line, None)
}

/// The place of the word REPORT that begins the record, past any prefix.
fn record(line: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(found) = line.get(from..).and_then(|rest| rest.find("REPORT")) {
        let at = from + found;
        let alone =
            line[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric() && before != '_');
        if alone && line[at..].starts_with("REPORT RequestId:") {
            return Some(&line[at..]);
        }
        from = at + 1;
    }
    None
}

fn text(line: &str, day: Option<Day>) -> Result<Reported> {
    let Some(record) = record(line) else {
        return Err(Error::Report(format!("not a REPORT line: `{}`", beginning(line))));
    };
    let prefix = &line[..line.len() - record.len()];
    // The first label of its kind counts, and each only where a label can stand.
    let field = |label: &str| labelled(record, label);
    let number = |label: &str, unit: &str| -> Result<Option<Decimal>> {
        let Some(rest) = field(label) else { return Ok(None) };
        let mut words = rest.split_whitespace();
        let (value, named) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let parsed = crate::book::decimal(value).filter(|value| !value.is_sign_negative());
        match parsed {
            Some(value) if named == unit => Ok(Some(value)),
            _ => Err(Error::Report(format!(
                "`{label}` must be followed by a number and {unit}: `{}`",
                beginning(rest)
            ))),
        }
    };
    let request_id = field("RequestId:").and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
    if request_id.is_empty() || request_id == "Duration:" {
        return Err(Error::Report("the line is cut: it has no request id".to_owned()));
    }
    let Some(duration_ms) = number("Duration:", "ms")? else {
        return Err(Error::Report(format!("the line of `{request_id}` is cut: it has no `Duration:`")));
    };
    let printed =
        number("Billed Duration:", "ms")?.map(|value| whole(value, "Billed Duration:")).transpose()?;
    let reported = Reported {
        request_id: Some(request_id.to_owned()),
        day: day.or_else(|| day_in(prefix)),
        duration_ms,
        init_ms: number("Init Duration:", "ms")?,
        restore_ms: number("Restore Duration:", "ms")?,
        billed_restore_ms: number("Billed Restore Duration:", "ms")?,
        printed_billed_ms: printed,
        init_billed: None,
        memory_mb: megabytes(number("Memory Size:", "MB")?, "Memory Size:")?,
        max_memory_mb: megabytes(number("Max Memory Used:", "MB")?, "Max Memory Used:")?,
    };
    if let Some(label) = cut_label(record) {
        return Err(Error::Report(format!(
            "the line of `{request_id}` is cut within `{label}`: copy the whole line from the log"
        )));
    }
    if reported.memory_mb.is_none() {
        return Err(Error::Report(format!("the line of `{request_id}` is cut: it has no `Memory Size:`")));
    }
    // It follows the memory size on every whole line. What comes after it is only there on cold starts, so that a cut
    // behind it cannot be told from a warm call.
    if reported.max_memory_mb.is_none() {
        return Err(Error::Report(format!(
            "the line of `{request_id}` is cut: it has no `Max Memory Used:`; copy the whole line from the log"
        )));
    }
    Ok(reported)
}

/// The label that a line ends in the middle of.
fn cut_label(record: &str) -> Option<&'static str> {
    const LABELS: &[&str] = &[
        "Billed Duration:",
        "Memory Size:",
        "Max Memory Used:",
        "Init Duration:",
        "Restore Duration:",
        "Billed Restore Duration:",
    ];
    let record = record.trim_end();
    let ends = |label: &&str| -> Option<usize> {
        (1..label.len()).rev().find(|length| {
            let part = label[..*length].trim_end();
            let before = record.strip_suffix(part).and_then(|rest| rest.chars().next_back());
            before.is_some_and(char::is_whitespace)
        })
    };
    // The longest part tells the label: `Max Mem` ends with what begins `Memory Size:` too.
    // Of two that begin alike, the first one comes first on a line.
    let found = LABELS.iter().rev().filter_map(|label| Some((ends(label)?, *label)));
    found.max_by_key(|(length, _)| *length).map(|(_, label)| label)
}

/// What stands after `label`, which must not be the end of a longer one: `Duration:` is not `Billed Duration:`.
fn labelled<'a>(record: &'a str, label: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(found) = record.get(from..).and_then(|rest| rest.find(label)) {
        let at = from + found;
        let before = record[..at].trim_end();
        let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let longer = ["Billed", "Init", "Restore"].contains(&word);
        if !longer {
            return Some(&record[at + label.len()..]);
        }
        from = at + label.len();
    }
    None
}

fn json(value: &Value) -> Result<Reported> {
    // An event of CloudWatch, or a row of Logs Insights, that holds the text.
    for key in ["message", "@message"] {
        if let Some(message) = value.get(key).and_then(Value::as_str) {
            let day = ["timestamp", "@timestamp", "time"].iter().find_map(|name| json_day(value.get(name)?));
            let message = message.trim();
            if message.starts_with('{') {
                let inner: Value = serde_json::from_str(message)
                    .map_err(|error| Error::Report(format!("JSON that is cut or broken: {error}")))?;
                let reported = json(&inner)?;
                return Ok(Reported { day: reported.day.or(day), ..reported });
            }
            return text(message, day);
        }
    }
    if let Some(kind) = value.get("type").and_then(Value::as_str) {
        if kind != "platform.report" {
            return Err(Error::Report(format!("a record of type `{kind}`, not `platform.report`")));
        }
        let record = value.get("record").unwrap_or(&Value::Null);
        let metrics = record.get("metrics").unwrap_or(&Value::Null);
        return from_json(value, record.get("requestId"), metrics, &Names::TELEMETRY);
    }
    from_json(value, value.get("requestId").or_else(|| value.get("request_id")), value, &Names::PLAIN)
}

struct Names {
    duration: &'static str,
    init: &'static str,
    restore: &'static str,
    billed_restore: &'static str,
    billed: &'static str,
    memory: &'static str,
    max_memory: &'static str,
}

impl Names {
    const TELEMETRY: Self = Self {
        duration: "durationMs",
        init: "initDurationMs",
        restore: "restoreDurationMs",
        billed_restore: "billedRestoreDurationMs",
        billed: "billedDurationMs",
        memory: "memorySizeMB",
        max_memory: "maxMemoryUsedMB",
    };
    /// A table of measurements: one object a line.
    const PLAIN: Self = Self {
        duration: "duration_ms",
        init: "init_ms",
        restore: "restore_ms",
        billed_restore: "billed_restore_ms",
        billed: "billed_ms",
        memory: "memory_mb",
        max_memory: "max_memory_mb",
    };
}

fn from_json(outer: &Value, id: Option<&Value>, metrics: &Value, names: &Names) -> Result<Reported> {
    let request_id = id.and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| -> Result<Option<Decimal>> {
        let text = match metrics.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        crate::book::decimal(&text)
            .filter(|value| !value.is_sign_negative())
            .map(Some)
            .ok_or_else(|| Error::Report(format!("`{name}` is no number of its kind: `{text}`")))
    };
    let Some(duration_ms) = number(names.duration)? else {
        return Err(Error::Report(format!("the record has no `{}`", names.duration)));
    };
    let printed = number(names.billed)?.map(|value| whole(value, names.billed)).transpose()?;
    Ok(Reported {
        request_id,
        day: ["time", "date"].iter().find_map(|name| json_day(outer.get(name)?)),
        duration_ms,
        init_ms: number(names.init)?,
        restore_ms: number(names.restore)?,
        billed_restore_ms: number(names.billed_restore)?,
        printed_billed_ms: printed,
        init_billed: metrics.get("init_billed").and_then(Value::as_bool),
        memory_mb: megabytes(number(names.memory)?, names.memory)?,
        max_memory_mb: megabytes(number(names.max_memory)?, names.max_memory)?,
    })
}

fn whole(value: Decimal, name: &str) -> Result<u64> {
    value
        .to_u64()
        .filter(|milliseconds| Decimal::from(*milliseconds) == value)
        .ok_or_else(|| Error::Report(format!("`{name}` must be whole milliseconds, not {value}")))
}

fn megabytes(value: Option<Decimal>, name: &str) -> Result<Option<u32>> {
    let Some(value) = value else { return Ok(None) };
    value
        .to_u32()
        .filter(|megabytes| Decimal::from(*megabytes) == value)
        .map(Some)
        .ok_or_else(|| Error::Report(format!("`{name}` must be whole megabytes, not {value}")))
}

/// A day from `2025-05-12T…`, `2022-04` or milliseconds since 1970.
fn json_day(value: &Value) -> Option<Day> {
    if let Some(milliseconds) = value.as_i64() {
        let days = i32::try_from(milliseconds.div_euclid(86_400_000)).ok()?;
        return Day::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok();
    }
    let text = value.as_str()?;
    day_in(text).or_else(|| format!("{text}-01").parse().ok())
}

/// The first `2025-05-12` or `2025/05/12` in a text.
fn day_in(text: &str) -> Option<Day> {
    text.as_bytes().windows(10).find_map(|window| {
        let word = std::str::from_utf8(window).ok()?;
        let separators = (word.as_bytes()[4], word.as_bytes()[7]);
        matches!(separators, (b'-', b'-') | (b'/', b'/')).then_some(())?;
        word.replace('/', "-").parse().ok()
    })
}

fn beginning(text: &str) -> String {
    let mut short: String = text.trim().chars().take(60).collect();
    if text.trim().chars().count() > 60 {
        short.push('…');
    }
    short
}

//! `make bench-ledger`: builds a ledger of many invocations over 500 functions and 90 days, and measures how fast
//! it is written, read and how much it takes. A smaller one is built first, to see what grows. Prints a table for
//! people and, with --json FILE, the figures; with --csv FILE the raw rows, to ask somebody else the same.

#![expect(clippy::unwrap_used, reason = "a measurement ends at the first surprise")]
#![expect(clippy::print_stdout, reason = "its output is the measurement")]

mod bare;
mod measure;

use bare::Bare;
use hearth_model::{Clock, Invocation, ManualClock, Micros};
use hearth_store::{Batch, Store, StoreOptions};
use hearth_trace::{Trace, line_of};
use measure::{Asked, Measured, NEEDLE, measure};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// 2026-08-24 00:00 UTC; 90 days later is 2026-11-22.
const START: Micros = Micros(1_787_529_600_000_000);
const BATCH: usize = 30_000;
/// One call of so many logs a line.
const CALLS_A_LINE: usize = 10;
/// So many lines of each ledger have [`NEEDLE`].
const NEEDLES: u64 = 100;

struct Options {
    rows: u64,
    small: u64,
    functions: usize,
    days: u32,
    seed: u64,
    folder: PathBuf,
    csv: Option<PathBuf>,
    /// Measures the ledgers that an earlier run left in the folder.
    reuse: bool,
    /// Asks only questions whose name has this in it.
    only: String,
    json: Option<PathBuf>,
}

fn options() -> Options {
    let mut options = Options {
        rows: 10_000_000,
        small: 100_000,
        functions: 500,
        days: 90,
        seed: 20_261_123,
        folder: std::env::temp_dir().join("hearth-bench-ledger"),
        csv: None,
        reuse: false,
        only: String::new(),
        json: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("{word} needs a value"));
        match word.as_str() {
            "--rows" => options.rows = value().parse().unwrap(),
            "--small" => options.small = value().parse().unwrap(),
            "--functions" => options.functions = value().parse().unwrap(),
            "--days" => options.days = value().parse().unwrap(),
            "--seed" => options.seed = value().parse().unwrap(),
            "--folder" => options.folder = value().into(),
            "--csv" => options.csv = Some(value().into()),
            "--reuse" => options.reuse = true,
            "--only" => options.only = value(),
            "--json" => options.json = Some(value().into()),
            other => panic!("there is no option {other}"),
        }
    }
    options
}

struct Built {
    calls: u64,
    lines: u64,
    ours: Duration,
    bare: Duration,
    logs: Duration,
}

async fn open(folder: &Path, now: Micros) -> (Store, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(now));
    let store = Store::open(StoreOptions { data_dir: folder.to_owned(), clock: Arc::clone(&clock) as _ });
    (store.await.unwrap(), clock)
}

/// Fills a ledger, and next to it one by the bare loop with the same rows in the same pieces, in turn.
async fn build(
    options: &Options,
    rows: u64,
    store: &Store,
    bare: &Path,
    mut csv: Option<BufWriter<File>>,
) -> Built {
    open(bare, START).await.0.close().await;
    let mut loop_ = Bare::open(&bare.join("ledger.db"));
    let mut trace = Trace::new(options.seed, options.functions, START, options.days, rows);
    let mut built =
        Built { calls: 0, lines: 0, ours: Duration::ZERO, bare: Duration::ZERO, logs: Duration::ZERO };
    while built.calls < rows {
        let calls = trace.take(BATCH.min((rows - built.calls) as usize));
        let mut lines: Vec<_> = calls.iter().step_by(CALLS_A_LINE).map(line_of).collect();
        for (number, line) in (built.lines..).zip(&mut lines) {
            if number.is_multiple_of((rows / CALLS_A_LINE as u64 / NEEDLES).max(1)) {
                line.text = format!("{} {NEEDLE}", line.text);
            }
        }
        if let Some(csv) = &mut csv {
            for call in &calls {
                write_row(csv, call);
            }
        }
        let keyed: Vec<(i64, Invocation)> = calls
            .into_iter()
            .map(|call| (call.function_id.0[7..].parse::<i64>().unwrap() + 10, call))
            .collect();
        let at = Instant::now();
        loop_.insert(&keyed);
        built.bare += at.elapsed();
        built.calls += keyed.len() as u64;
        built.lines += lines.len() as u64;
        let invocations = keyed.into_iter().map(|(_, call)| (call, None)).collect();
        let batch = Batch { invocations, lines: Vec::new() };
        let at = Instant::now();
        store.ingest(&batch).await.unwrap();
        built.ours += at.elapsed();
        let at = Instant::now();
        store.ingest(&Batch { invocations: Vec::new(), lines }).await.unwrap();
        built.logs += at.elapsed();
        if built.calls.is_multiple_of(1_000_000) {
            println!("  {} of {rows} rows, {}", built.calls, memory());
        }
    }
    built
}

fn write_row(csv: &mut impl Write, call: &Invocation) {
    writeln!(
        csv,
        "{},{},{},{},{},{},{},{},{:?}",
        call.started_us.0,
        call.function_id,
        call.phases.invoke_us.0,
        call.phases.init_us.0,
        call.outcome.as_str(),
        call.start.as_str(),
        call.billed_ms,
        call.memory_mb,
        call.architecture
    )
    .unwrap();
}

/// Resident memory now and at most, of it what is the program's own, in MB.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1_024
    };
    format!("memory {} MB now ({} MB its own), {} MB at most", of("VmRSS"), of("RssAnon"), of("VmHWM"))
}

fn megabytes(path: &Path) -> f64 {
    std::fs::metadata(path).map_or(0.0, |metadata| metadata.len() as f64 / 1e6)
}

/// A ledger of so many rows, new or from an earlier run, and how it was built.
async fn ledger(options: &Options, rows: u64, name: &str) -> (Store, Arc<ManualClock>, Option<Built>) {
    println!("\n{name}: {rows} invocations of {} functions over {} days", options.functions, options.days);
    let folder = options.folder.join(name);
    let bare = options.folder.join(format!("{name}-bare"));
    let end = START + Micros::from_seconds(i64::from(options.days) * 86_400);
    if options.reuse {
        let (store, clock) = open(&folder, end).await;
        return (store, clock, None);
    }
    for folder in [&folder, &bare] {
        if folder.exists() {
            std::fs::remove_dir_all(folder).unwrap();
        }
        std::fs::create_dir_all(folder).unwrap();
    }
    let (store, clock) = open(&folder, end).await;
    let csv = (rows == options.rows).then_some(options.csv.as_ref()).flatten();
    let csv = csv.map(|path| BufWriter::new(File::create(path).unwrap()));
    let built = build(options, rows, &store, &bare, csv).await;
    let bare_mb = megabytes(&bare.join("ledger.db"));
    std::fs::remove_dir_all(&bare).unwrap();
    let at = Instant::now();
    while store.storage().await.unwrap().unindexed_lines > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rate = |count: u64, time: Duration| count as f64 / time.as_secs_f64();
    println!("  ingest with rollups   {:>9.0} rows/s", rate(built.calls, built.ours));
    println!("  bare prepared loop    {:>9.0} rows/s", rate(built.calls, built.bare));
    println!("  ours / bare           {:>9.2}", built.bare.as_secs_f64() / built.ours.as_secs_f64());
    println!(
        "  log lines             {:>9.0} rows/s ({} lines; findable {:.1} s after the last)",
        rate(built.lines, built.logs),
        built.lines,
        at.elapsed().as_secs_f64()
    );
    println!(
        "  size                  {:>9.0} MB with rollups, logs and search; the bare loop's {bare_mb:.0} MB",
        megabytes(&folder.join("ledger.db"))
    );
    (store, clock, Some(built))
}

#[tokio::main]
async fn main() {
    let options = options();
    let (small, small_clock, _) = ledger(&options, options.small, "small").await;
    let (large, large_clock, built) = ledger(&options, options.rows, "large").await;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("\nload of the computer before the questions: {}", load.trim());
    let seed = u64::from(std::process::id());
    let more = |clock: &ManualClock, rows, seed| {
        Trace::new(options.seed, options.functions, clock.now(), options.days, rows).with_other_calls(seed)
    };
    let (small_trace, large_trace) =
        (more(&small_clock, options.small, seed), more(&large_clock, options.rows, seed + 1));
    let (asked, stored) = measure(
        Measured { store: &small, clock: &small_clock, trace: small_trace, calls: 10 },
        Measured { store: &large, clock: &large_clock, trace: large_trace, calls: 200 },
        &options.only,
    )
    .await;
    println!(
        "\n{:<46} {:>10} {:>10} {:>9} {:>9} {:>9} {:>9} {:>7}",
        format!("while {stored:.0} rows/s are stored, ms"),
        "rows small",
        "rows large",
        "p50 small",
        "p95 small",
        "p50 large",
        "p95 large",
        "growth"
    );
    for Asked { name, rows_small, rows_large, small, large } in &asked {
        println!(
            "{name:<46} {rows_small:>10} {rows_large:>10} {:>9.2} {:>9.2} {:>9.2} {:>9.2} {:>6.2}x",
            small.p50_ms,
            small.p95_ms,
            large.p50_ms,
            large.p95_ms,
            large.p50_ms / small.p50_ms
        );
    }
    println!("\n{}", memory());
    if let Some(path) = &options.json {
        std::fs::write(path, json(&asked, built.as_ref())).unwrap();
    }
    small.close().await;
    large.close().await;
}

fn json(asked: &[Asked], built: Option<&Built>) -> String {
    let ratio = built.map_or(0.0, |built| built.bare.as_secs_f64() / built.ours.as_secs_f64());
    let queries: Vec<String> = asked
        .iter()
        .map(|Asked { name, small, large, .. }| {
            format!(
                r#"{{"name": "{name}", "p50SmallMs": {:.3}, "p95SmallMs": {:.3}, "p50Ms": {:.3}, "p95Ms": {:.3}}}"#,
                small.p50_ms, small.p95_ms, large.p50_ms, large.p95_ms
            )
        })
        .collect();
    format!("{{\"oursToBare\": {ratio:.3}, \"queries\": [\n{}\n]}}\n", queries.join(",\n"))
}

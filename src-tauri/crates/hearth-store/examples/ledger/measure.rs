//! The questions of the screens, asked again and again while the ledger is written to. Owns what is asked; must
//! not know how the ledger was filled.

use hearth_model::{Clock, FunctionId, Grain, ManualClock, Micros};
use hearth_store::{Batch, InvocationFilter, LogFilter, Scope, Store};
use hearth_trace::{Trace, line_of};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const DAY: Micros = Micros::from_seconds(86_400);
/// A text on the same number of lines in a small ledger and in a large one.
pub(crate) const NEEDLE: &str = "voucher QX-7731";
/// How often each question is asked.
const TIMES: usize = 60;
/// How often calls are stored meanwhile.
const EVERY: Duration = Duration::from_millis(40);

/// How long one question took, in milliseconds, of a small ledger and of a large one.
pub(crate) struct Asked {
    pub(crate) name: &'static str,
    /// What was answered: an answer that grows with the ledger takes longer for that alone.
    pub(crate) rows_small: usize,
    pub(crate) rows_large: usize,
    pub(crate) small: Times,
    pub(crate) large: Times,
}

/// Half of the times were shorter, and 95 % were.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
}

/// A ledger that is measured, and what is stored in it meanwhile.
pub(crate) struct Measured<'a> {
    pub(crate) store: &'a Store,
    pub(crate) clock: &'a Arc<ManualClock>,
    pub(crate) trace: Trace,
    /// So many calls are stored at a time.
    pub(crate) calls: usize,
}

type Question<'a> = Box<dyn Fn() -> Pin<Box<dyn Future<Output = usize> + 'a>> + 'a>;

/// Asks every question of both ledgers in turn, so that whatever else the computer does meets both, while calls
/// are stored in both; tells how many calls a second were stored. Only those with `only` in their names are asked.
pub(crate) async fn measure(small: Measured<'_>, large: Measured<'_>, only: &str) -> (Vec<Asked>, f64) {
    let busiest = large.trace.busiest();
    let (busy, usual) = (&busiest[0], &busiest[busiest.len() / 3]);
    let ask = |measured: &Measured<'_>| (measured.store.clone(), measured.clock.now());
    let ((small_store, small_now), (large_store, large_now)) = (ask(&small), ask(&large));
    let stop = Arc::new(AtomicBool::new(false));
    let stored = Arc::new(AtomicU64::new(0));
    let writing = [small, large].map(|measured| {
        let (store, clock) = (measured.store.clone(), Arc::clone(measured.clock));
        let (stop, stored) = (Arc::clone(&stop), Arc::clone(&stored));
        tokio::spawn(write(store, measured.trace, measured.calls, clock, stop, stored))
    });
    let begun = Instant::now();
    let mut answers = Vec::new();
    let small = questions(&small_store, busy, usual, small_now);
    let large = questions(&large_store, busy, usual, large_now);
    for ((name, of_small), (_, of_large)) in
        small.into_iter().zip(large).filter(|((name, _), _)| name.contains(only))
    {
        let mut times = [Vec::new(), Vec::new()];
        let mut rows = [0, 0];
        for _ in 0..TIMES {
            for ((question, times), rows) in [&of_small, &of_large].into_iter().zip(&mut times).zip(&mut rows)
            {
                let asked = Instant::now();
                *rows = question().await;
                times.push(asked.elapsed().as_secs_f64() * 1e3);
                // As a person would, not at once.
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        }
        let [small, large] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            Times { p50_ms: times[TIMES / 2], p95_ms: times[TIMES * 95 / 100] }
        });
        let [rows_small, rows_large] = rows;
        answers.push(Asked { name, rows_small, rows_large, small, large });
    }
    let rate = stored.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    for writing in writing {
        writing.await.unwrap();
    }
    (answers, rate)
}

async fn write(
    store: Store,
    mut trace: Trace,
    at_once: usize,
    clock: Arc<ManualClock>,
    stop: Arc<AtomicBool>,
    stored: Arc<AtomicU64>,
) {
    let mut tick = tokio::time::interval(EVERY);
    while !stop.load(Ordering::Relaxed) {
        tick.tick().await;
        let calls = trace.take(at_once);
        let lines = calls.iter().step_by(10).map(line_of).collect();
        if let Some(last) = calls.last()
            && last.started_us > clock.now()
        {
            clock.advance(Micros(last.started_us.0 - clock.now().0));
        }
        let invocations = calls.into_iter().map(|call| (call, None)).collect();
        stored.fetch_add(store.ingest(&Batch { invocations, lines }).await.unwrap(), Ordering::Relaxed);
    }
}

fn questions<'a>(
    store: &'a Store,
    busy: &'a FunctionId,
    usual: &'a FunctionId,
    now: Micros,
) -> Vec<(&'static str, Question<'a>)> {
    let month = Micros(now.0 - 30 * DAY.0);
    let day = Grain::Day.floor(Micros(now.0 - 10 * DAY.0));
    let series = move |scope: Scope, grain| -> Question<'a> {
        Box::new(move || {
            let scope = scope.clone();
            Box::pin(async move { store.series(&scope, month, now, grain).await.unwrap().len() })
        })
    };
    let logs = move |search: &'static str, function: Option<&FunctionId>| -> Question<'a> {
        let filter = LogFilter {
            search: search.to_owned(),
            function_id: function.cloned(),
            limit: 200,
            ..LogFilter::default()
        };
        Box::new(move || {
            let filter = filter.clone();
            Box::pin(async move { store.logs(&filter).await.unwrap().lines.len() })
        })
    };
    let page = move |filter: InvocationFilter| -> Question<'a> {
        Box::new(move || {
            let filter = filter.clone();
            Box::pin(async move { store.invocations(&filter, None, 200).await.unwrap().0.len() })
        })
    };
    let of_day =
        InvocationFilter { from_us: Some(day), to_us: Some(day + DAY), ..InvocationFilter::default() };
    let search = |text: &str| InvocationFilter { search: text.to_owned(), ..InvocationFilter::default() };
    vec![
        ("30-day chart by hour, one function", series(Scope::from(busy), Grain::Hour)),
        ("30-day chart by hour, all functions", series(Scope::All, Grain::Hour)),
        ("30-day chart by day, all functions", series(Scope::All, Grain::Day)),
        (
            "30-day top cost, every function",
            Box::new(move || {
                Box::pin(async move { store.usage_by_function(&Scope::All, month, now).await.unwrap().len() })
            }),
        ),
        (
            "30-day usage by memory size, every function",
            Box::new(move || {
                Box::pin(async move { store.usage_by_size(&Scope::All, month, now).await.unwrap().len() })
            }),
        ),
        (
            "30-day percentiles, one function",
            Box::new(move || {
                Box::pin(async move {
                    usize::from(store.totals(&Scope::from(busy), month, now).await.unwrap().p99.is_some())
                })
            }),
        ),
        (
            "30-day percentiles, all functions",
            Box::new(move || {
                Box::pin(async move {
                    usize::from(store.totals(&Scope::All, month, now).await.unwrap().p99.is_some())
                })
            }),
        ),
        (
            "list of functions with figures",
            Box::new(move || Box::pin(async move { store.overview(&Scope::All).await.unwrap().len() })),
        ),
        ("first page of one day's raw rows", page(of_day.clone())),
        ("the same, one function", page(InvocationFilter { function_id: Some(busy.clone()), ..of_day })),
        ("search in invocations, an error", page(search("read order 4242"))),
        ("search in invocations, a request id", page(search("a1b2c3"))),
        ("search in logs, frequent", logs("retrying after", None)),
        ("search in logs, as many lines in both", logs(NEEDLE, None)),
        ("search in logs, one in a hundred thousand", logs("cents 4242", None)),
        ("search in logs, nowhere", logs("no such words", None)),
        ("search in logs, one function", logs("cache miss", Some(usual))),
        (
            "count of all raw rows",
            Box::new(move || {
                Box::pin(async move {
                    store.count_invocations(&InvocationFilter::default()).await.unwrap().rows as usize
                })
            }),
        ),
    ]
}

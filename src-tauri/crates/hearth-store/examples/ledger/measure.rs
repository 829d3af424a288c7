//! The questions of the screens, asked again and again while the ledger is written to. Owns what is asked; must
//! not know how the ledger was filled.

use crate::trace::{Trace, line_of};
use hearth_model::{Clock, FunctionId, Grain, ManualClock, Micros};
use hearth_store::{Batch, InvocationFilter, LogFilter, Scope, Store};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const DAY: Micros = Micros::from_seconds(86_400);
/// How often each question is asked.
const TIMES: usize = 60;
/// What the ledger is written to meanwhile: so many calls each time, so often.
const CALLS: usize = 200;
const EVERY: Duration = Duration::from_millis(20);

/// How long one question took.
pub(crate) struct Asked {
    pub(crate) name: &'static str,
    pub(crate) rows: usize,
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
}

type Question<'a> = Box<dyn Fn() -> Pin<Box<dyn Future<Output = usize> + 'a>> + 'a>;

/// Asks every question while calls are stored; tells how many calls a second were.
pub(crate) async fn measure(store: &Store, trace: Trace, clock: &Arc<ManualClock>) -> (Vec<Asked>, f64) {
    let busiest = trace.busiest();
    let stop = Arc::new(AtomicBool::new(false));
    let stored = Arc::new(AtomicU64::new(0));
    let writing =
        tokio::spawn(write(store.clone(), trace, Arc::clone(clock), Arc::clone(&stop), Arc::clone(&stored)));
    let begun = Instant::now();
    let before = stored.load(Ordering::Relaxed);
    let mut answers = Vec::new();
    for (name, question) in questions(store, &busiest[0], &busiest[busiest.len() / 3], clock.now()) {
        let mut times = Vec::new();
        let mut rows = 0;
        for _ in 0..TIMES {
            let asked = Instant::now();
            rows = question().await;
            times.push(asked.elapsed().as_secs_f64() * 1e3);
            // As a person would, not at once.
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        times.sort_by(f64::total_cmp);
        answers.push(Asked { name, rows, p50_ms: times[TIMES / 2], p95_ms: times[TIMES * 95 / 100] });
    }
    let rate = (stored.load(Ordering::Relaxed) - before) as f64 / begun.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    (answers, rate)
}

async fn write(
    store: Store,
    mut trace: Trace,
    clock: Arc<ManualClock>,
    stop: Arc<AtomicBool>,
    stored: Arc<AtomicU64>,
) {
    let mut tick = tokio::time::interval(EVERY);
    while !stop.load(Ordering::Relaxed) {
        tick.tick().await;
        let calls = trace.take(CALLS);
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
            Box::new(move || Box::pin(async move { store.overview(month).await.unwrap().len() })),
        ),
        ("first page of one day's raw rows", page(of_day.clone())),
        ("the same, one function", page(InvocationFilter { function_id: Some(busy.clone()), ..of_day })),
        ("search in invocations, an error", page(search("read order 4242"))),
        ("search in invocations, a request id", page(search("a1b2c3"))),
        ("search in logs, frequent", logs("retrying after", None)),
        ("search in logs, rare", logs("cents 4242", None)),
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

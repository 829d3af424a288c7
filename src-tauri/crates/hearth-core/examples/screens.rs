//! The second half of `make bench-ledger`: the commands behind the screens, asked of a ledger that the first half left
//! in a folder. What they add to the queries is prices, bills and JSON.

#![expect(clippy::unwrap_used, reason = "a measurement ends at the first surprise")]
#![expect(clippy::print_stdout, reason = "its output is the measurement")]

use hearth_core::commands::{Body, dispatch};
use hearth_core::{App, AppOptions, Place};
use hearth_model::{
    Architecture, CodePackage, FunctionConfiguration, FunctionId, FunctionRecord, LOCAL_ACCOUNT,
    LOCAL_REGION, ManualClock, Micros,
};
use hearth_store::{InvocationFilter, Scope, Store, StoreOptions};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

const TIMES: usize = 40;

#[tokio::main]
async fn main() {
    let folder = PathBuf::from(
        std::env::args().nth(1).unwrap_or_else(|| panic!("screens FOLDER: the folder of a ledger")),
    );
    let now = last_call(&folder).await;
    let name = furnish(&folder, now).await;
    let clock = Arc::new(ManualClock::at(now));
    let app = App::open(AppOptions { data_dir: folder, clock, worker_exe: None, place: Place::default() })
        .await
        .unwrap();
    println!("\n{:<46} {:>8} {:>9} {:>9}", "commands of the same ledger, ms", "KB", "p50", "p95");
    for (words, command, request) in [
        ("Cost: the month of everything", "cost_overview", json!({})),
        ("Cost: the month of one function", "cost_function", json!({ "name": name })),
        ("Functions: the list", "functions_list", json!({})),
        ("Home: an hour by minute, with its cost", "series", chart(now, None, 1, "minute")),
        ("Home: 30 days by hour, with their cost", "series", chart(now, None, 720, "hour")),
        ("Home: 30 days by day, with their cost", "series", chart(now, None, 720, "day")),
        ("Home: 90 days by day, with their cost", "series", chart(now, None, 2_160, "day")),
        ("the same, 30 days by hour of one function", "series", chart(now, Some(&name), 720, "hour")),
    ] {
        let (kilobytes, p50, p95) = ask(&app, command, &request).await;
        println!("{words:<46} {kilobytes:>8} {p50:>9.2} {p95:>9.2}");
    }
    app.close().await;
}

/// So many hours until now.
fn chart(now: Micros, function: Option<&str>, hours: i64, grain: &str) -> Value {
    let from = now - Micros::from_seconds(hours * 3_600);
    json!({ "function": function, "fromUs": from.0, "toUs": now.0, "grain": grain })
}

/// The newest call that the ledger knows is now.
async fn last_call(folder: &Path) -> Micros {
    let clock = Arc::new(ManualClock::at(Micros::ZERO));
    let store = Store::open(StoreOptions { data_dir: folder.to_owned(), clock }).await.unwrap();
    let (newest, _) = store.invocations(&InvocationFilter::default(), None, 1).await.unwrap();
    store.close().await;
    newest[0].started_us
}

/// Puts every function into the catalogue, as they would be if they had been deployed; tells the name of one.
async fn furnish(folder: &Path, now: Micros) -> String {
    let clock = Arc::new(ManualClock::at(now));
    let store = Store::open(StoreOptions { data_dir: folder.to_owned(), clock }).await.unwrap();
    let mut functions = store.placed_functions(&Scope::All).await.unwrap();
    functions.sort_by(|one, other| one.id.as_str().cmp(other.id.as_str()));
    for function in &functions {
        store.put_function(&record(&function.id, &function.name, now), "deploy").await.unwrap();
    }
    store.close().await;
    functions[functions.len() / 2].name.clone()
}

fn record(id: &FunctionId, name: &str, now: Micros) -> FunctionRecord {
    let deployed_us = now - Micros::from_seconds(100 * 86_400);
    FunctionRecord {
        id: id.clone(),
        account: LOCAL_ACCOUNT.to_owned(),
        region: LOCAL_REGION.to_owned(),
        name: name.to_owned(),
        version: 1,
        configuration: FunctionConfiguration {
            runtime: "python3.13".to_owned(),
            handler: "app.handler".to_owned(),
            memory_mb: 256,
            timeout_s: 30,
            environment_names: Vec::new(),
            reserved_concurrency: None,
            tasks: None,
            billed_as: None,
            architecture: Architecture::X86_64,
            description: String::new(),
        },
        code: CodePackage { sha256: "0".repeat(64), size_bytes: 1, files: 1 },
        created_us: deployed_us,
        deployed_us,
        deleted_us: None,
    }
}

/// Kilobytes of the answer, and how long half and 95 % of the answers took, in milliseconds.
async fn ask(app: &App, command: &str, request: &Value) -> (usize, f64, f64) {
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..TIMES {
        let asked = Instant::now();
        let answer = dispatch(app, command, request.clone()).await.unwrap();
        times.push(asked.elapsed().as_secs_f64() * 1e3);
        bytes = match answer {
            Body::Json(text) => text.len(),
            Body::Bytes(bytes) => bytes.len(),
        };
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    times.sort_by(f64::total_cmp);
    (bytes / 1_024, times[TIMES / 2], times[TIMES * 95 / 100])
}

//! Prints cold and warm latency of the local engines: `cargo run --release -p hearth-runtime --example latency`.
//! A first argument names the `hearth` binary, which adds QuickJS.

use hearth_model::{
    Architecture, Clock, Engine, FunctionId, InvocationSource, Micros, Outcome, RequestId, function_arn,
};
use hearth_runtime::{FunctionSpec, Job, ParkedCounts, Runtime, RuntimeOptions};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const COLD: usize = 20;
const WARM: usize = 500;

struct Monotonic(Instant);

impl Clock for Monotonic {
    fn now(&self) -> Micros {
        Micros(1_800_000_000_000_000 + i64::try_from(self.0.elapsed().as_micros()).unwrap_or(0))
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its figures are its product")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let run = tempfile::tempdir()?;
    let code = tempfile::tempdir()?;
    std::fs::write(
        code.path().join("app.py"),
        "def handler(event, context):\n    return {'ok': True, 'n': event['n']}\n",
    )?;
    std::fs::write(
        code.path().join("app.mjs"),
        "export const handler = async (event) => ({ ok: true, n: event.n });\n",
    )?;
    std::fs::write(
        code.path().join("index.js"),
        "export async function handler(event) { return { ok: true, n: event.n }; }\n",
    )?;
    let runtime = Runtime::start(RuntimeOptions {
        run_dir: run.path().to_owned(),
        bytecode_dir: None,
        worker_exe: std::env::args_os().nth(1).map(Into::into),
        clock: Arc::new(Monotonic(Instant::now())),
        keep_alive: Micros::from_seconds(300),
        freeze_after: Micros::ZERO,
        parked: ParkedCounts::default(),
        price_region: "us-east-1".to_owned(),
        search_path: None,
    })
    .await?;
    let mut events = runtime.events();
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    for engine in runtime.engines() {
        println!("{:?}: {:?} {:?} {:?}", engine.engine, engine.path, engine.version, engine.reason);
    }
    println!(
        "{:<8} {:<8} {:>9} {:>9} {:>9} {:>9}",
        "engine", "tier", "cold p50", "cold p95", "warm p50", "warm p99"
    );
    for (engine, identifier, handler) in [
        (Engine::Python, "python3.11", "app.handler"),
        (Engine::Node, "nodejs20.x", "app.handler"),
        (Engine::Quickjs, "quickjs", "index.handler"),
    ] {
        if !runtime.engines().iter().any(|status| status.engine == engine && status.available) {
            continue;
        }
        for (tier, variable) in [("parked", None), ("spawned", Some("PYTHON_NOT_PARKED"))] {
            let spec = Arc::new(spec(engine, identifier, handler, code.path(), variable));
            let mut cold = Vec::new();
            for number in 0..COLD {
                if variable.is_none() {
                    while runtime.engines().iter().any(|status| status.engine == engine && status.parked < 2)
                    {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
                cold.push(call(&runtime, &spec, true, number).await?);
            }
            let mut warm = Vec::new();
            for number in 0..WARM {
                warm.push(call(&runtime, &spec, false, number).await?);
            }
            println!(
                "{:<8} {:<8} {:>9.3} {:>9.3} {:>9.3} {:>9.3}  ms",
                identifier.trim_end_matches(|letter: char| !letter.is_alphabetic()),
                tier,
                at(&mut cold, 50),
                at(&mut cold, 95),
                at(&mut warm, 50),
                at(&mut warm, 99)
            );
            runtime.reap_function(&spec.id, "measured").await;
        }
    }
    runtime.shutdown().await;
    Ok(())
}

fn spec(engine: Engine, runtime: &str, handler: &str, code: &Path, variable: Option<&str>) -> FunctionSpec {
    FunctionSpec {
        id: FunctionId::generate(),
        name: "latency".to_owned(),
        version: 1,
        arn: function_arn("us-east-1", "latency"),
        engine,
        runtime: runtime.to_owned(),
        handler: handler.to_owned(),
        memory_mb: 256,
        timeout: Micros::from_seconds(3),
        concurrency_limit: 100,
        environment: variable
            .map(|name| (name.to_owned(), "1".to_owned()))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
        code_dir: code.to_owned(),
        architecture: Architecture::X86_64,
        first_environment_number: 1,
    }
}

async fn call(
    runtime: &Runtime,
    spec: &Arc<FunctionSpec>,
    cold: bool,
    number: usize,
) -> Result<Duration, Box<dyn std::error::Error>> {
    let job = Job {
        function: spec.clone(),
        request_id: RequestId::generate(),
        event: format!("{{\"n\":{number}}}").into(),
        cold,
        source: InvocationSource::Test,
        client_context: None,
    };
    let began = Instant::now();
    let done = runtime.invoke(job).await;
    let took = began.elapsed();
    if done.invocation.outcome == Outcome::Succeeded {
        Ok(took)
    } else {
        Err(format!(
            "{} {}",
            String::from_utf8_lossy(&done.response),
            String::from_utf8_lossy(&done.log_tail)
        )
        .into())
    }
}

fn at(values: &mut [Duration], percent: usize) -> f64 {
    values.sort();
    values[(values.len() * percent / 100).min(values.len() - 1)].as_secs_f64() * 1e3
}

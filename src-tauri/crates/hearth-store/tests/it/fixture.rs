//! Ledgers in temporary folders and made-up facts. Must not assert anything.

use hearth_model::{
    Architecture, CodePackage, Engine, Environment, EnvironmentId, EnvironmentState, EnvironmentTransition,
    FunctionConfiguration, FunctionId, FunctionRecord, Invocation, InvocationPayloads, InvocationSource,
    LogLevel, LogLine, LogOrigin, ManualClock, Micros, Outcome, Phases, RequestId, ServerStart, StartTier,
    billed_milliseconds,
};
use hearth_store::{InvocationFilter, Store, StoreOptions};
use std::path::Path;
use std::sync::Arc;

/// 2026-11-23 12:00 UTC.
pub(crate) const NOON: Micros = Micros(1_795_435_200_000_000);

pub(crate) async fn open(folder: &Path) -> Store {
    open_at(folder, NOON).await
}

pub(crate) async fn open_at(folder: &Path, now: Micros) -> Store {
    Store::open(StoreOptions { data_dir: folder.to_owned(), clock: Arc::new(ManualClock::at(now)) })
        .await
        .unwrap()
}

pub(crate) fn invocation(id: &str, started_us: Micros) -> Invocation {
    finished(id, started_us, Outcome::Succeeded, 0, 12_345)
}

pub(crate) fn finished(id: &str, started_us: Micros, outcome: Outcome, init: i64, invoke: i64) -> Invocation {
    let refused = outcome == Outcome::Throttled;
    Invocation {
        request_id: RequestId::from(id),
        function_id: FunctionId::from("F1"),
        function_name: "kettle".to_owned(),
        version: 3,
        environment_id: (!refused).then(|| EnvironmentId::from("E1")),
        environment_number: (!refused).then_some(1),
        started_us,
        outcome,
        start: match (refused, init > 0) {
            (true, _) => ServerStart::None,
            (_, true) => ServerStart::Cold,
            _ => ServerStart::Warm,
        },
        phases: Phases {
            queue_us: Micros(50),
            init_us: Micros(init),
            invoke_us: Micros(invoke),
            freeze_us: Micros(9),
        },
        billed_ms: if refused { 0 } else { billed_milliseconds(Micros(init), Micros(invoke)) },
        memory_mb: 512,
        max_memory_mb: 44,
        architecture: Architecture::X86_64,
        event_bytes: 17,
        response_bytes: 4,
        error_type: outcome.is_error().then(|| "ValueError".to_owned()),
        error_message: outcome.is_error().then(|| "100% wrong".to_owned()),
        source: InvocationSource::CommandLine,
    }
}

pub(crate) fn payloads(event: &[u8], response: &[u8]) -> InvocationPayloads {
    InvocationPayloads { event: event.to_vec(), response: response.to_vec(), truncated: false }
}

pub(crate) fn function(id: &str, name: &str, version: u32, sha256: &str) -> FunctionRecord {
    FunctionRecord {
        id: FunctionId::from(id),
        account: "local".to_owned(),
        region: "local".to_owned(),
        name: name.to_owned(),
        version,
        configuration: FunctionConfiguration {
            runtime: "python3.11".to_owned(),
            handler: "app.handler".to_owned(),
            memory_mb: 512,
            timeout_s: 3,
            environment_names: vec!["TABLE".to_owned()],
            reserved_concurrency: Some(2),
            architecture: Architecture::Arm64,
            description: "boils water".to_owned(),
            tasks: None,
            billed_as: None,
        },
        code: CodePackage { sha256: sha256.to_owned(), size_bytes: 1_234, files: 2 },
        created_us: NOON,
        deployed_us: NOON + Micros(i64::from(version)),
        deleted_us: None,
    }
}

pub(crate) fn environment(id: &str, number: u32, state: EnvironmentState, at: Micros) -> Environment {
    Environment {
        id: EnvironmentId::from(id),
        function_id: FunctionId::from("F1"),
        function_name: "kettle".to_owned(),
        version: 3,
        number,
        engine: Engine::Quickjs,
        tier: StartTier::Parked,
        pid: Some(4_321),
        state,
        state_since_us: at,
        born_us: NOON,
        init_us: Some(Micros(4_000)),
        ended_us: state.is_final().then_some(at),
        end_reason: state.is_final().then(|| "idle".to_owned()),
        invocations: 2,
        busy_us: Micros(20_000),
        memory_mb: 512,
        max_memory_bytes: 45_000_000,
    }
}

pub(crate) fn transition(id: &str, state: EnvironmentState, at: Micros) -> EnvironmentTransition {
    EnvironmentTransition {
        environment_id: EnvironmentId::from(id),
        function_id: FunctionId::from("F1"),
        at_us: at,
        state,
        request_id: (state == EnvironmentState::Busy).then(|| RequestId::from("r1")),
    }
}

pub(crate) fn line(text: &str, level: LogLevel, request: Option<&str>) -> LogLine {
    LogLine {
        at_us: NOON,
        function_id: FunctionId::from("F1"),
        environment_id: EnvironmentId::from("E1"),
        request_id: request.map(RequestId::from),
        origin: LogOrigin::Function,
        level,
        text: text.to_owned(),
    }
}

/// Every stored invocation, through the pages that a window would ask for.
pub(crate) async fn every_invocation(store: &Store, page: u32) -> Vec<Invocation> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let (rows, next) =
            store.invocations(&InvocationFilter::default(), cursor.as_deref(), page).await.unwrap();
        all.extend(rows);
        match next {
            Some(next) => cursor = Some(next),
            None => return all,
        }
    }
}

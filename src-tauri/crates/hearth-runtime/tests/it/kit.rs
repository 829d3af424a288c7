//! A runtime in a scratch folder, functions written on the spot, and everything it tells.

use hearth_model::{
    Architecture, Clock, Engine, EnvironmentState, FunctionId, HearthEvent, InvocationSource, LogLine,
    Micros, RequestId, function_arn,
};
use hearth_runtime::{Completion, FunctionSpec, Job, ParkedCounts, Runtime, RuntimeOptions};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longest wait for something that happens in the background.
const PATIENCE: Duration = Duration::from_secs(20);

struct Monotonic(Instant);

impl Clock for Monotonic {
    fn now(&self) -> Micros {
        Micros(1_800_000_000_000_000 + i64::try_from(self.0.elapsed().as_micros()).expect("short test"))
    }
}

pub(crate) struct Kit {
    pub(crate) runtime: Runtime,
    pub(crate) folder: tempfile::TempDir,
    events: Arc<Mutex<Vec<HearthEvent>>>,
}

pub(crate) fn options(run_dir: &Path) -> RuntimeOptions {
    RuntimeOptions {
        run_dir: run_dir.to_owned(),
        bytecode_dir: None,
        worker_exe: None,
        clock: Arc::new(Monotonic(Instant::now())),
        keep_alive: Micros::from_seconds(300),
        freeze_after: Micros::ZERO,
        parked: ParkedCounts::NONE,
        price_region: "us-east-1".to_owned(),
        search_path: None,
    }
}

impl Kit {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut RuntimeOptions)) -> Self {
        let folder = tempfile::tempdir().expect("scratch folder");
        let mut options = options(&folder.path().join("run"));
        change(&mut options);
        let runtime = Runtime::start(options).await.expect("runtime starts");
        let mut receiver = runtime.events();
        let events = Arc::new(Mutex::new(Vec::new()));
        let book = events.clone();
        tokio::spawn(async move {
            while let Some(event) = receiver.recv().await {
                book.lock().expect("events").push(event);
            }
        });
        Self { runtime, folder, events }
    }

    fn code(&self, file: &str, text: &str) -> PathBuf {
        let code = self.folder.path().join("code").join(RequestId::generate().as_str());
        std::fs::create_dir_all(&code).expect("code folder");
        let path = code.join(file);
        std::fs::write(&path, text).expect("code");
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("mode");
        code
    }

    fn spec(engine: Engine, runtime: &str, handler: &str, code_dir: PathBuf) -> FunctionSpec {
        FunctionSpec {
            id: FunctionId::generate(),
            name: "tested".to_owned(),
            version: 1,
            arn: function_arn("us-east-1", "tested"),
            engine,
            runtime: runtime.to_owned(),
            handler: handler.to_owned(),
            memory_mb: 256,
            timeout: Micros::from_seconds(10),
            concurrency_limit: 10,
            environment: BTreeMap::new(),
            code_dir,
            architecture: Architecture::X86_64,
            first_environment_number: 1,
        }
    }

    pub(crate) fn python(&self, text: &str) -> FunctionSpec {
        Self::spec(Engine::Python, "python3.11", "app.handler", self.code("app.py", text))
    }

    pub(crate) fn node(&self, text: &str) -> FunctionSpec {
        Self::spec(Engine::Node, "nodejs20.x", "app.handler", self.code("app.mjs", text))
    }

    pub(crate) fn provided(&self, text: &str) -> FunctionSpec {
        Self::spec(Engine::Provided, "provided.al2023", "bootstrap", self.code("bootstrap", text))
    }

    pub(crate) async fn call(&self, spec: &Arc<FunctionSpec>, event: &str) -> Completion {
        self.runtime.invoke(job(spec, event)).await
    }

    pub(crate) fn events(&self) -> Vec<HearthEvent> {
        self.events.lock().expect("events").clone()
    }

    pub(crate) fn lines(&self) -> Vec<LogLine> {
        self.events()
            .into_iter()
            .filter_map(|event| match event {
                HearthEvent::Logged { lines } => Some(lines),
                _ => None,
            })
            .flatten()
            .collect()
    }

    pub(crate) fn states(&self) -> Vec<EnvironmentState> {
        self.events()
            .into_iter()
            .filter_map(|event| match event {
                HearthEvent::EnvironmentChanged { transition, .. } => Some(transition.state),
                _ => None,
            })
            .collect()
    }

    /// Waits until `what` holds, by looking often.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "never seen: {what}; states {:?}", self.states());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub(crate) async fn until_state(&self, state: EnvironmentState) {
        self.until(&format!("an environment that is {state:?}"), || {
            self.runtime.environments().iter().any(|environment| environment.state == state)
        })
        .await;
    }
}

pub(crate) fn job(spec: &Arc<FunctionSpec>, event: &str) -> Job {
    Job {
        function: spec.clone(),
        request_id: RequestId::generate(),
        event: event.to_owned().into(),
        cold: false,
        source: InvocationSource::Test,
        client_context: None,
    }
}

pub(crate) fn cold(spec: &Arc<FunctionSpec>, event: &str) -> Job {
    Job { cold: true, ..job(spec, event) }
}

pub(crate) fn json(done: &Completion) -> serde_json::Value {
    serde_json::from_slice(&done.response).unwrap_or_else(|error| {
        panic!("{error} in {:?}", String::from_utf8_lossy(&done.response));
    })
}

pub(crate) fn tail(done: &Completion) -> String {
    String::from_utf8_lossy(&done.log_tail).into_owned()
}

/// The state letter of a process; none when it does not exist or is a zombie.
pub(crate) fn process_state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next().filter(|state| *state != 'Z')
}

pub(crate) const ECHO: &str = "
import os
count = 0
def handler(event, context):
    global count
    count += 1
    return {'event': event, 'count': count, 'pid': os.getpid(), 'id': context.aws_request_id}
";

//! The QuickJS worker: one process, one engine, one execution environment.
//!
//! Owns what happens inside `hearth worker quickjs`: parked or not, init, the
//! loop of invocations. It speaks the Lambda Runtime API like any other client
//! and must know nothing of the supervisor that started it.

mod engine;
mod files;
mod rejections;
mod wire;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use rquickjs::Context;
use serde::Deserialize;

use engine::{Engine, Failure, make_runtime};
use files::Files;
use rejections::Rejections;
use wire::Connection;

const NEXT: &str = "/2018-06-01/runtime/invocation/next";
const INIT_ERROR: &str = "/2018-06-01/runtime/init/error";

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the engine could not start: {0}")]
    Engine(#[from] rquickjs::Error),
    #[error("the runtime api at `{address}` is gone: {source}")]
    Gone { address: String, source: io::Error },
    #[error("the runtime api answered {status} to `{path}`")]
    Status { status: u16, path: &'static str },
    #[error("the assignment cannot be read: {0}")]
    Assignment(#[from] serde_json::Error),
    #[error("the environment has no `{0}`")]
    Variable(&'static str),
}

/// What a parked process is told to do next.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Assignment {
    Rehearse {
        event: String,
    },
    #[serde(rename_all = "camelCase")]
    Assign {
        environment: BTreeMap<String, String>,
        handler: String,
        task_root: String,
    },
}

/// Runs the worker until its Runtime API goes away; reads its settings from the environment.
///
/// Ends with 0 when the Runtime API closed, and with 1 when the function could
/// not be loaded or the worker could not start.
pub fn worker_main() -> ExitCode {
    let settings: BTreeMap<String, String> = std::env::vars().collect();
    match serve(&settings) {
        Ok(code) => code,
        // The supervisor closed this environment's port: there is no more work.
        Err(Error::Gone { source, .. }) if source.kind() == io::ErrorKind::UnexpectedEof => ExitCode::SUCCESS,
        Err(Error::Gone { source, .. }) if source.kind() == io::ErrorKind::ConnectionReset => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn serve(settings: &BTreeMap<String, String>) -> Result<ExitCode, Error> {
    let address = variable(settings, "AWS_LAMBDA_RUNTIME_API")?;
    let files = Files::default();
    let rejections = Rejections::default();
    let runtime = make_runtime(&files, &rejections)?;
    let context = Context::full(&runtime)?;
    context.with(|context| {
        let engine = Engine::new(context, files.clone(), rejections)?;
        let mut api = Api { connection: Connection::new(address.to_owned()), address: address.to_owned() };
        if settings.get("HEARTH_PARKED").is_some_and(|value| value == "1") {
            let (mut environment, handler, root) = wait_for_assignment(&engine, &mut api)?;
            environment.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), address.to_owned());
            run(&engine, &files, &mut api, &environment, &handler, &root)
        } else {
            let handler = variable(settings, "_HANDLER")?;
            let root = variable(settings, "LAMBDA_TASK_ROOT")?;
            run(&engine, &files, &mut api, settings, handler, root)
        }
    })
}

fn wait_for_assignment(
    engine: &Engine<'_>,
    api: &mut Api,
) -> Result<(BTreeMap<String, String>, String, String), Error> {
    loop {
        let answer = api.get("/hearth/assignment")?;
        match serde_json::from_slice(&answer.body)? {
            Assignment::Rehearse { event } => {
                let result = engine.rehearse(&event).unwrap_or_else(|failure| failure.body);
                api.post("/hearth/rehearsal", &result, None)?;
            }
            Assignment::Assign { environment, handler, task_root } => {
                return Ok((environment, handler, task_root));
            }
        }
    }
}

fn run(
    engine: &Engine<'_>,
    files: &Files,
    api: &mut Api,
    environment: &BTreeMap<String, String>,
    handler: &str,
    root: &str,
) -> Result<ExitCode, Error> {
    if let Err(failure) = enter(engine, files, environment, handler, root) {
        api.post(INIT_ERROR, &failure.body, Some(&failure.kind))?;
        return Ok(ExitCode::FAILURE);
    }
    let mut next = None;
    loop {
        let answer = match next.take() {
            Some(answer) => answer,
            None => api.get(NEXT)?,
        };
        let id = answer.header("lambda-runtime-aws-request-id").unwrap_or_default().to_owned();
        let event = String::from_utf8_lossy(&answer.body);
        match engine.invoke(&event, &answer.headers) {
            Ok(result) => {
                next = api.answer(&format!("/2018-06-01/runtime/invocation/{id}/response"), &result, None)?;
            }
            Err(failure) => {
                let path = format!("/2018-06-01/runtime/invocation/{id}/error");
                if failure.fatal {
                    api.post(&path, &failure.body, Some(&failure.kind))?;
                    return Ok(ExitCode::FAILURE);
                }
                next = api.answer(&path, &failure.body, Some(&failure.kind))?;
            }
        }
    }
}

fn enter(
    engine: &Engine<'_>,
    files: &Files,
    environment: &BTreeMap<String, String>,
    handler: &str,
    root: &str,
) -> Result<(), Failure> {
    if let Err(error) = files.enter(Path::new(root)) {
        return Err(Failure::plain("Runtime.ImportModuleError", &format!("cannot open `{root}`: {error}")));
    }
    engine.load(environment, handler)
}

fn variable<'a>(settings: &'a BTreeMap<String, String>, name: &'static str) -> Result<&'a str, Error> {
    settings.get(name).map(String::as_str).ok_or(Error::Variable(name))
}

/// The worker's own words, which are not the function's, go to standard error.
fn complain(message: &str) {
    use std::io::Write;
    // When standard error is closed there is no place left to say it.
    let _ = writeln!(io::stderr(), "hearth: {message}");
}

struct Api {
    connection: Connection,
    address: String,
}

impl Api {
    fn get(&mut self, path: &'static str) -> Result<wire::Answer, Error> {
        let answer = self.connection.get(path).map_err(|source| self.gone(source))?;
        if answer.status == 200 { Ok(answer) } else { Err(Error::Status { status: answer.status, path }) }
    }

    fn post(&mut self, path: &str, body: &str, error_kind: Option<&str>) -> Result<(), Error> {
        self.connection.post(path, body, error_kind).map(|_| ()).map_err(|source| self.gone(source))
    }

    /// Answers an invocation; gives the next event, or none when it is still to be asked for. A result over the
    /// limit may be refused before it was sent whole; the platform has answered then, and the worker goes on.
    fn answer(
        &mut self,
        path: &str,
        body: &str,
        error_kind: Option<&str>,
    ) -> Result<Option<wire::Answer>, Error> {
        match self.connection.answer(path, body, error_kind) {
            Ok(next) => Ok(next.filter(|next| next.header("lambda-runtime-aws-request-id").is_some())),
            Err(error) if is_closed(&error) => {
                complain(&format!("the answer was not taken whole: {error}"));
                Ok(None)
            }
            Err(source) => Err(self.gone(source)),
        }
    }

    fn gone(&self, source: io::Error) -> Error {
        Error::Gone { address: self.address.clone(), source }
    }
}

fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

//! One JavaScript engine with its context: loads a function and calls it.
//!
//! Owns everything between JSON text in and JSON text out. Knows nothing of the
//! Runtime API.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use rand::RngCore;
use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt, CaughtError, Ctx, Function, Module, Object, Runtime, TypedArray, Value};

use super::files::{Files, absent};
use super::rejections::Rejections;

const PRELUDE: &str = include_str!("prelude.js");
/// Deep enough for real recursion, and below every platform's main stack.
const STACK_BYTES: usize = 768 * 1024;
/// A longer timer sleeps in parts.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

/// What came of an init or an invocation that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: String,
    pub(super) body: String,
    /// True when the process must end after it was reported, as Node's does.
    pub(super) fatal: bool,
}

impl Failure {
    /// A failure that the engine had no part in.
    pub(super) fn plain(kind: &str, message: &str) -> Self {
        let body = serde_json::json!({ "errorType": kind, "errorMessage": message, "trace": [] });
        Self { kind: kind.to_owned(), body: body.to_string(), fatal: false }
    }
}

/// The engine inside its context; lives as long as `Context::with`.
pub(super) struct Engine<'js> {
    context: Ctx<'js>,
    hearth: Object<'js>,
    files: Files,
    rejections: Rejections,
}

/// Makes a runtime whose modules come from `files` only.
pub(super) fn make_runtime(files: &Files, rejections: &Rejections) -> rquickjs::Result<Runtime> {
    let runtime = Runtime::new()?;
    runtime.set_max_stack_size(STACK_BYTES);
    runtime.set_loader(files.clone(), files.clone());
    runtime.set_host_promise_rejection_tracker(Some(rejections.tracker()));
    Ok(runtime)
}

impl<'js> Engine<'js> {
    pub(super) fn new(context: Ctx<'js>, files: Files, rejections: Rejections) -> rquickjs::Result<Self> {
        let native = native(&context, &files)?;
        let prelude: Function = evaluate(&context, PRELUDE, "<hearth>")?;
        let hearth: Object = prelude.call((native,))?;
        Ok(Self { context, hearth, files, rejections })
    }

    /// Runs a built-in handler along the path of a real one.
    pub(super) fn rehearse(&self, event: &str) -> Result<String, Failure> {
        self.act(|| self.call0("rehearse"))?;
        self.invoke(event, &[])
    }

    /// Takes on a function: its environment, its folder and its code.
    pub(super) fn load(&self, environment: &BTreeMap<String, String>, handler: &str) -> Result<(), Failure> {
        let root = self.files.root();
        let shown = root.to_string_lossy().into_owned();
        self.act(|| self.function("become")?.call::<_, ()>((environment.clone(), shown.clone())))?;
        let (folder, file) = handler.rsplit_once('/').unwrap_or(("", handler));
        let Some((stem, path)) = file.split_once('.') else {
            return Err(self.fault("Runtime.MalformedHandlerName", "Bad handler"));
        };
        let base = root.join("handler").to_string_lossy().into_owned();
        let wanted = if folder.is_empty() { format!("./{stem}") } else { format!("./{folder}/{stem}") };
        let Some(name) = self.files.find(&base, &wanted) else {
            let message = format!("Error: Cannot find module '{}'", wanted.trim_start_matches("./"));
            return Err(self.fault("Runtime.ImportModuleError", &message));
        };
        let source = match self.files.read(&name) {
            Ok(source) => source,
            Err(error) => return Err(self.fault("Runtime.ImportModuleError", &format!("Error: {error}"))),
        };
        let namespace = self.import(&name, source)?;
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        self.act(|| self.function("choose")?.call::<_, ()>((namespace.clone(), handler, path.clone())))
    }

    /// Calls the handler with an event and runs the engine until it has answered.
    pub(super) fn invoke(&self, event: &str, headers: &[(String, String)]) -> Result<String, Failure> {
        self.act(|| {
            let object = Object::new(self.context.clone())?;
            for (name, value) in headers {
                object.set(name.as_str(), value.as_str())?;
            }
            self.function("start")?.call::<_, ()>((event, object))
        })?;
        loop {
            self.run_jobs()?;
            if let Some((kind, text)) = self.outcome()? {
                return if kind.is_empty() {
                    Ok(text)
                } else {
                    Err(Failure { kind, body: text, fatal: false })
                };
            }
            if !self.run_timers()? {
                self.act(|| self.call0("idle"))?;
            }
        }
    }

    fn import(&self, name: &str, source: String) -> Result<Object<'js>, Failure> {
        let declared = Module::declare(self.context.clone(), name, source).catch(&self.context);
        let declared = declared.map_err(|error| self.load_failure(error))?;
        let evaluated = declared.eval().catch(&self.context);
        let (module, promise) = evaluated.map_err(|error| self.load_failure(error))?;
        loop {
            self.run_jobs_of_load();
            match promise.result::<Value>() {
                Some(result) => {
                    result.catch(&self.context).map_err(|error| self.load_failure(error))?;
                    break;
                }
                None if self.run_timers()? => {}
                None => {
                    return Err(self.fault("Runtime.ExitError", "the module's top-level await never ends"));
                }
            }
        }
        module.namespace().catch(&self.context).map_err(|error| self.load_failure(error))
    }

    /// A rejected import is the module's own error, which is told better below.
    fn run_jobs_of_load(&self) {
        while self.context.execute_pending_job() {}
        self.rejections.forget();
    }

    fn run_jobs(&self) -> Result<(), Failure> {
        while self.context.execute_pending_job() {}
        match self.rejections.take() {
            None => Ok(()),
            Some(reason) => {
                let failure = self.fault_with(
                    "Runtime.UnhandledPromiseRejection",
                    &reason,
                    "Unhandled Promise Rejection",
                );
                Err(Failure { fatal: true, ..failure })
            }
        }
    }

    /// Waits for the next timer and runs what is due; false when there is none.
    fn run_timers(&self) -> Result<bool, Failure> {
        let wait: f64 = self.act(|| self.function("nextTimer")?.call(()))?;
        if wait < 0.0 {
            return Ok(false);
        }
        let end = Instant::now() + Duration::from_secs_f64(wait / 1000.0).min(LONGEST_SLEEP);
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            std::thread::park_timeout(left);
        }
        self.act(|| self.function("runTimer")?.call::<_, bool>(()))
            .map_err(|failure| Failure { fatal: true, ..failure })?;
        Ok(true)
    }

    fn outcome(&self) -> Result<Option<(String, String)>, Failure> {
        let found: Option<Vec<String>> = self.act(|| self.function("outcome")?.call(()))?;
        Ok(found.and_then(|parts| match <[String; 2]>::try_from(parts) {
            Ok([kind, text]) => Some((kind, text)),
            Err(_) => None,
        }))
    }

    fn function(&self, name: &str) -> rquickjs::Result<Function<'js>> {
        self.hearth.get(name)
    }

    fn call0(&self, name: &str) -> rquickjs::Result<()> {
        self.function(name)?.call(())
    }

    /// Runs something in the engine; what it throws becomes a failure, logged.
    fn act<T>(&self, action: impl FnOnce() -> rquickjs::Result<T>) -> Result<T, Failure> {
        action().catch(&self.context).map_err(|error| self.report("Uncaught Exception", error))
    }

    fn load_failure(&self, error: CaughtError<'js>) -> Failure {
        let value = thrown(&self.context, error);
        let field = |name: &str| value.as_object().and_then(|object| object.get::<_, String>(name).ok());
        // User code may catch a failed import and fail of something else later.
        if let Some(message) =
            self.files.take_missing().filter(|message| field("message").as_ref() == Some(message))
        {
            return self.fault("Runtime.ImportModuleError", &format!("Error: {message}"));
        }
        let name = field("name");
        if name.as_deref() != Some("SyntaxError") {
            return self.report_value("Uncaught Exception", value);
        }
        match self
            .function("rename")
            .and_then(|rename| rename.call::<_, Value>((value.clone(), "Runtime.UserCodeSyntaxError")))
        {
            Ok(renamed) => self.report_value("Uncaught Exception", renamed),
            Err(_) => self.report_value("Uncaught Exception", value),
        }
    }

    fn fault(&self, kind: &str, message: &str) -> Failure {
        self.fault_with(kind, message, "Uncaught Exception")
    }

    fn fault_with(&self, kind: &str, message: &str, label: &str) -> Failure {
        match self.function("fault").and_then(|fault| fault.call::<_, Value>((kind, message))) {
            Ok(value) => self.report_value(label, value),
            Err(error) => Failure::plain(kind, &format!("{message} ({error})")),
        }
    }

    fn report(&self, label: &str, error: CaughtError<'js>) -> Failure {
        let value = thrown(&self.context, error);
        self.report_value(label, value)
    }

    fn report_value(&self, label: &str, value: Value<'js>) -> Failure {
        match self
            .function("report")
            .and_then(|report| report.call::<_, Vec<String>>((label, value)))
            .map(<[String; 2]>::try_from)
        {
            Ok(Ok([kind, body])) => Failure { kind, body, fatal: false },
            Ok(Err(_)) => Failure::plain("Error", "the error could not be described"),
            Err(error) => Failure::plain("Error", &format!("the error could not be described: {error}")),
        }
    }
}

fn thrown<'js>(context: &Ctx<'js>, error: CaughtError<'js>) -> Value<'js> {
    match error {
        CaughtError::Exception(exception) => exception.into_value(),
        CaughtError::Value(value) => value,
        CaughtError::Error(error) => rquickjs::Exception::from_message(context.clone(), &error.to_string())
            .map_or_else(|_| Value::new_undefined(context.clone()), rquickjs::Exception::into_value),
    }
}

fn evaluate<'js, T: rquickjs::FromJs<'js>>(
    context: &Ctx<'js>,
    source: &str,
    name: &str,
) -> rquickjs::Result<T> {
    let mut options = EvalOptions::default();
    options.filename = Some(name.to_owned());
    context.eval_with_options(source, options)
}

/// The few things that only Rust can do for the prelude.
fn native<'js>(context: &Ctx<'js>, files: &Files) -> rquickjs::Result<Object<'js>> {
    let native = Object::new(context.clone())?;
    let set = |name: &str, function: Function<'js>| native.set(name, function);
    let started = Instant::now();
    set("write", Function::new(context.clone(), write_log)?)?;
    set("now", Function::new(context.clone(), move || started.elapsed().as_secs_f64() * 1000.0)?)?;
    set("random", Function::new(context.clone(), random)?)?;
    set(
        "encode",
        Function::new(context.clone(), |context: Ctx<'js>, text: String| {
            TypedArray::<u8>::new(context, text.into_bytes())
        })?,
    )?;
    let decode = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    set("decode", Function::new(context.clone(), decode)?)?;
    set("absent", Function::new(context.clone(), |name: String| absent(&name))?)?;
    set("exit", Function::new(context.clone(), exit)?)?;
    let finder = files.clone();
    set(
        "resolve",
        Function::new(context.clone(), move |base: String, name: String| finder.require(&base, &name))?,
    )?;
    let reader = files.clone();
    set(
        "read",
        Function::new(context.clone(), move |context: Ctx<'js>, file: String| {
            reader
                .read(&file)
                .map_err(|error| rquickjs::Exception::throw_message(&context, &error.to_string()))
        })?,
    )?;
    set(
        "evaluate",
        Function::new(context.clone(), |context: Ctx<'js>, source: String, file: String| {
            evaluate::<Value>(&context, &source, &file)
        })?,
    )?;
    native.set("platform", std::env::consts::OS)?;
    Ok(native)
}

/// A closed log pipe means that nobody reads any more; the call itself goes on.
fn write_log(text: String) -> bool {
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).is_ok()
}

fn random(context: Ctx<'_>, count: usize) -> rquickjs::Result<TypedArray<'_, u8>> {
    let mut bytes = vec![0; count.min(65_536)];
    rand::rng().fill_bytes(&mut bytes);
    TypedArray::new(context, bytes)
}

#[expect(clippy::exit, reason = "user code called `process.exit`, which ends the worker")]
fn exit(code: i32) {
    std::process::exit(code)
}

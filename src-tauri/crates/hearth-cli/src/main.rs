//! The `hearth` binary. Owns its entry, exit codes and signals; what commands do is the core's, how they print is
//! [`commands`]'.

mod arguments;
mod commands;
mod failure;
mod output;
mod serve;
mod signals;
mod table;
mod words;

use arguments::{AccountsCommand, Arguments, Command, Worker};
use clap::Parser as _;
use failure::{Ended, Failure};
use hearth_core::{ApiError, AppOptions, ErrorCode, Place, SystemClock};
use hearth_host::Caller;
use output::Output;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How long clients of this process are waited for after a person pressed Ctrl-C.
const INTERRUPTED_GRACE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    // A worker is a server that must be born quickly: nothing else starts in its process.
    if let Command::Worker { worker: Worker::Quickjs } = arguments.command {
        return hearth_runtime::quickjs::worker_main();
    }
    trace(&arguments.command);
    let mut output = Output::new(arguments.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = ApiError::new(ErrorCode::Internal, "the system gives Hearth no threads")
                .with_detail(error.to_string());
            return output.failed(&error);
        }
    };
    let ended = runtime.block_on(run(arguments, &mut output));
    // Reading standard input cannot be taken back: it must not hold the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    match ended.and_then(|done| output.flush().map(|()| done)) {
        // A closed pipe is a reader who has enough of it.
        Ok(Ended::Well) | Err(Failure::PipeClosed) => ExitCode::SUCCESS,
        Ok(Ended::FunctionFailed) => ExitCode::from(4),
        Ok(Ended::Unable) => ExitCode::FAILURE,
        Err(Failure::Api(error)) => output.failed(&error),
    }
}

async fn run(arguments: Arguments, output: &mut Output) -> Result<Ended, Failure> {
    // Arithmetic on files needs no data folder and nobody who owns one.
    if let Command::Cost { cost } = &arguments.command
        && let Some(done) = commands::cost::from_files(cost, output)
    {
        return done;
    }
    let data_dir = arguments.data_dir.unwrap_or_else(hearth_host::data_dir);
    let data_dir = std::path::absolute(&data_dir).unwrap_or(data_dir);
    let options = AppOptions {
        data_dir,
        clock: Arc::new(SystemClock),
        worker_exe: std::env::current_exe().ok(),
        place: Place::of_system(),
    };
    if let Command::Serve(serve) = arguments.command {
        return Box::pin(serve::serve(options, serve, output)).await;
    }
    let follows = matches!(&arguments.command, Command::Logs(logs) if logs.follow);
    let lasts = match &arguments.command {
        Command::Logs(logs) => logs.live.live,
        Command::Accounts { command } => matches!(command, Some(AccountsCommand::SignIn { .. })),
        command => matches!(command, Command::Tune(_)),
    };
    let mut caller = if lasts {
        Caller::open_for_long(options.clone()).await?
    } else {
        Caller::open(options.clone()).await?
    };
    loop {
        let ended = tokio::select! {
            ended = Box::pin(commands::run(&caller, &arguments.command, output)) => ended,
            () = signals::unheard() => {
                caller.end(INTERRUPTED_GRACE).await;
                return if follows { Ok(Ended::Well) } else { Err(interrupted().into()) };
            }
        };
        caller.close().await;
        // Who follows logs goes on when the owner that told them ends, as its successor if need be.
        if follows && matches!(ended, Ok(Ended::Well)) {
            caller = Caller::open(options.clone()).await?;
        } else {
            return ended;
        }
    }
}

fn interrupted() -> ApiError {
    ApiError::new(ErrorCode::Internal, "interrupted before it was done")
}

/// Usage errors are clap's words, or a JSON document for whoever asked for JSON.
fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let error = ApiError::new(ErrorCode::InvalidInput, first)
            .with_hint("See `hearth --help`.")
            .with_detail(text.trim_end().to_owned());
        Output::new(true).failed(&error);
    } else if wants_json && error.kind() == clap::error::ErrorKind::DisplayVersion {
        // When the reader is gone nobody can be told, here and below.
        Output::new(true).document_line(&serde_json::json!({ "version": env!("CARGO_PKG_VERSION") })).ok();
    } else {
        error.print().ok();
    }
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// What Hearth notes about itself goes to standard error, as loud as `HEARTH_LOG` says.
fn trace(command: &Command) {
    let usual = if matches!(command, Command::Serve(_)) { "warn" } else { "error" };
    let filter = tracing_subscriber::EnvFilter::new(hearth_host::log_filter(usual));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
}

//! The window: a thin Tauri shell around `hearth-core`. Owns the window, its dialogs and its channel; must not hold
//! behaviour that the browser host would lack.

mod backend;
mod dialogs;
mod drops;
mod notify;
mod platform;
mod rpc;
mod window;

use backend::Backend;
use platform::Rendering;
use std::process::ExitCode;
use std::time::Instant;
use tauri::Manager;

/// How this start went so far.
struct Launch {
    begun: Instant,
    rendering: Rendering,
}

/// Opens the window and stays until it is closed.
pub fn run() -> ExitCode {
    let begun = Instant::now();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(hearth_host::log_filter("warn")))
        .with_writer(std::io::stderr)
        .init();
    let data_dir = hearth_host::data_dir();
    let rendering = Rendering::prepare(&data_dir);
    let backend = tauri::async_runtime::block_on(Backend::open(&data_dir));
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .manage(backend)
        .manage(drops::EarlyDrops::default())
        .manage(Launch { begun, rendering })
        .invoke_handler(tauri::generate_handler![
            rpc::rpc,
            rpc::events,
            dialogs::pick_folder,
            dialogs::save_file,
            dialogs::open_page,
            drops::early_drop
        ])
        .on_window_event(|window, event| window.state::<drops::EarlyDrops>().see(event))
        .setup(|app| {
            window::open(app.handle())?;
            Ok(())
        })
        .build(context());
    let app = match built {
        Ok(app) => app,
        Err(error) => {
            tracing::error!(%error, "the window cannot be opened");
            return ExitCode::FAILURE;
        }
    };
    app.run(|app, event| {
        if matches!(event, tauri::RunEvent::Exit) {
            tauri::async_runtime::block_on(app.state::<Backend>().close());
        }
    });
    ExitCode::SUCCESS
}

/// The window's configuration and the built UI, embedded.
#[expect(clippy::exit, reason = "the macro's own code names it")]
fn context() -> tauri::Context {
    tauri::generate_context!()
}

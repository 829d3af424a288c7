//! The window's door to the command table: one command for JSON and bytes, one for events. Must not know what the
//! commands do.

use crate::Launch;
use crate::backend::Backend;
use crate::notify;
use futures_util::StreamExt as _;
use hearth_core::commands::Body;
use hearth_core::{ApiError, Result};
use hearth_model::EventBatch;
use serde_json::Value;
use tauri::ipc::{Channel, Response};
use tauri::{AppHandle, State};

/// Runs a command of the table. JSON goes back as text that was never parsed, bytes as an `ArrayBuffer`.
#[tauri::command]
pub(crate) async fn rpc(backend: State<'_, Backend>, cmd: String, payload: Value) -> Result<Response> {
    Ok(match backend.call(&cmd, payload).await? {
        Body::Json(text) => Response::new(text),
        Body::Bytes(bytes) => Response::new(bytes),
    })
}

/// Sends batches of events for as long as the page lives. A page calls it once.
#[tauri::command]
pub(crate) async fn events(
    app: AppHandle,
    backend: State<'_, Backend>,
    launch: State<'_, Launch>,
    channel: Channel<EventBatch>,
) -> std::result::Result<(), ApiError> {
    // A page that asks for events has run its script: the window is not blank.
    launch.rendering.painted();
    tracing::info!(milliseconds = launch.begun.elapsed().as_millis(), "the window is interactive");
    let backend = backend.inner().clone();
    let mut batches = backend.events().await?;
    tauri::async_runtime::spawn(async move {
        loop {
            while let Some(batch) = batches.next().await {
                notify::tell(&app, &batch);
                if channel.send(batch).is_err() {
                    return;
                }
            }
            // The owner ended. This window takes over, and the page asks again for what it shows.
            let Ok(again) = backend.events().await else { return };
            batches = again;
            if channel.send(EventBatch { events: Vec::new(), lagged: true }).is_err() {
                return;
            }
        }
    });
    Ok(())
}

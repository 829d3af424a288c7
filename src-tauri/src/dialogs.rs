//! The system's own dialogs and its browser, called from Rust only. Must not know functions or the ledger.

use hearth_core::{ApiError, ErrorCode};
use std::path::PathBuf;
use tauri::{AppHandle, ipc::Request};
use tauri_plugin_dialog::DialogExt;

/// Lets the person choose a folder; none when they cancel.
#[tauri::command]
pub(crate) async fn pick_folder(app: AppHandle) -> Result<Option<PathBuf>, ApiError> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    app.dialog().file().set_title("Choose a folder with a function").pick_folder(move |path| {
        // The person may have closed the window meanwhile: then nobody waits.
        let _ = sender.send(path);
    });
    let path = receiver.await.unwrap_or(None);
    path.map(|path| path.into_path().map_err(|error| internal("the folder chosen has no path", &error)))
        .transpose()
}

/// Asks where to save `bytes` and saves them; false when the person cancels. The name comes in a header, the bytes raw.
#[tauri::command]
pub(crate) async fn save_file(app: AppHandle, request: Request<'_>) -> Result<bool, ApiError> {
    let name = request
        .headers()
        .get("x-file-name")
        .and_then(|value| value.to_str().ok())
        .map_or_else(|| "hearth-export".to_owned(), sanitise);
    let tauri::ipc::InvokeBody::Raw(bytes) = request.body() else {
        return Err(ApiError::new(ErrorCode::InvalidInput, "a file to save must come as bytes"));
    };
    let bytes = bytes.clone();
    let (sender, receiver) = tokio::sync::oneshot::channel();
    app.dialog().file().set_file_name(name).save_file(move |path| {
        let _ = sender.send(path);
    });
    let Some(path) = receiver.await.unwrap_or(None) else { return Ok(false) };
    let path = path.into_path().map_err(|error| internal("the file chosen has no path", &error))?;
    tokio::fs::write(&path, bytes).await.map_err(|error| {
        ApiError::new(ErrorCode::Internal, format!("`{}` could not be written", path.display()))
            .with_hint("choose another folder, or free some space")
            .with_detail(error.to_string())
    })?;
    Ok(true)
}

/// A file name without folders.
fn sanitise(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_alphanumeric() || "-_. ".contains(letter) { letter } else { '-' })
        .collect()
}

fn internal(message: &str, error: &dyn std::error::Error) -> ApiError {
    ApiError::new(ErrorCode::Internal, message).with_detail(error.to_string())
}

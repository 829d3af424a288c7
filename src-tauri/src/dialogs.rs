//! The system's own dialogs and its browser, called from Rust only. Must not know functions or the ledger.

use hearth_core::{ApiError, ErrorCode};
use std::path::PathBuf;
use std::time::Duration;
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

/// A browser that has not failed by then is open.
const OPENING: Duration = Duration::from_secs(3);

/// Opens a page of somebody else in the person's own browser: the window itself never leaves its page.
#[tauri::command]
pub(crate) async fn open_page(address: String) -> Result<(), ApiError> {
    if !is_page(&address) {
        return Err(ApiError::new(ErrorCode::InvalidInput, format!("`{address}` is no page of the web")));
    }
    let (program, before): (&str, &[&str]) = if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    #[expect(clippy::disallowed_methods, reason = "the system's own way to the person's browser")]
    let started = tokio::process::Command::new(program).args(before).arg(&address).spawn();
    let mut child = started.map_err(|error| internal("the browser could not be opened", &error))?;
    // Some desktops run the browser itself here, which goes on for as long as the person reads.
    match tokio::time::timeout(OPENING, child.wait()).await {
        Err(_) => Ok(()),
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => {
            Err(internal("the browser could not be opened", &std::io::Error::other(status.to_string())))
        }
        Ok(Err(error)) => Err(internal("the browser could not be opened", &error)),
    }
}

/// Whether a browser may be sent there: encrypted, or on this computer.
fn is_page(address: &str) -> bool {
    tauri::Url::parse(address).is_ok_and(|url| {
        url.scheme() == "https"
            || (url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "localhost")))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_pages_alone() {
        for (address, is) in [
            ("https://device.sso.eu-west-1.amazonaws.com/?user_code=AB-CD", true),
            ("http://127.0.0.1:4000/device", true),
            ("http://example.com/", false),
            ("file:///etc/passwd", false),
            ("--help", false),
        ] {
            assert_eq!(is_page(address), is, "{address}");
        }
    }
}

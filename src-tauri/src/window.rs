//! The one window: how it is made and where it may go. Must not know commands.

use tauri::{AppHandle, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// Makes the window. It loads our own page and nothing else ever.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<WebviewWindow> {
    WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
        .title("Hearth")
        .inner_size(1440.0, 900.0)
        .min_inner_size(1024.0, 640.0)
        .on_navigation(|url| {
            let own = url.scheme() == "tauri"
                || (matches!(url.scheme(), "http" | "https") && url.host_str() == Some("tauri.localhost"));
            if !own {
                tracing::warn!(
                    host = url.host_str().unwrap_or("none"),
                    "the window refused to leave its page"
                );
            }
            own
        })
        .build()
}

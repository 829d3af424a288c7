//! Work-arounds for WebKitGTK, decided before any thread runs. Honest about being work-arounds: each names its cause.
//! Must not know anything of Hearth.
//!
//! `HEARTH_RENDERING` is `auto` (default), `safe` (no GPU compositing) or `software`. A sentinel file remembers a start
//! that never painted, so that the next one is safe.

use std::path::{Path, PathBuf};

/// What was decided for this start.
pub(crate) struct Rendering {
    sentinel: PathBuf,
}

impl Rendering {
    /// Sets WebKit's switches in the environment unless the person set them, and arms the sentinel.
    pub(crate) fn prepare(data_dir: &Path) -> Self {
        let sentinel = data_dir.join("window-starting");
        let wish = std::env::var("HEARTH_RENDERING").unwrap_or_else(|_| "auto".to_owned());
        let never_painted = sentinel.exists();
        let nvidia = Path::new("/proc/driver/nvidia/version").exists();
        let wayland = std::env::var_os("WAYLAND_DISPLAY").is_some();
        if wish == "safe" || wish == "software" || never_painted {
            set_unless_set("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
            set_unless_set("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
        } else if nvidia && wayland {
            // Explicit sync of the NVIDIA driver breaks WebKit's Wayland surfaces (tauri#10702); the GPU stays in use.
            set_unless_set("__NV_DISABLE_EXPLICIT_SYNC", "1");
        } else if nvidia {
            // GBM buffers cannot be made with the NVIDIA driver on X11 (tauri#9304, WebKit bug 261874): a blank window.
            set_unless_set("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        }
        if wish == "software" {
            set_unless_set("LIBGL_ALWAYS_SOFTWARE", "1");
        }
        // A sentinel that cannot be written only loses the automatic retry.
        if let Err(error) = hearth_core::make_data_dir(data_dir).and_then(|()| std::fs::write(&sentinel, ""))
        {
            tracing::debug!(%error, "the window's start is not remembered");
        }
        Self { sentinel }
    }

    /// The page has painted: the next start needs no safety.
    pub(crate) fn painted(&self) {
        if let Err(error) = std::fs::remove_file(&self.sentinel) {
            tracing::debug!(%error, "the start sentinel is still there");
        }
    }
}

#[expect(
    unsafe_code,
    clippy::disallowed_methods,
    reason = "the only way to tell WebKitGTK; no thread runs yet"
)]
fn set_unless_set(name: &str, value: &str) {
    if std::env::var_os(name).is_none() {
        // SAFETY: called from `run` before the async runtime, GTK or any other thread starts.
        unsafe { std::env::set_var(name, value) };
    }
}

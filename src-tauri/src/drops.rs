//! A folder dropped before the page listens for drops is held for it, so that none is lost. Must not know functions.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tauri::{DragDropEvent, State, WindowEvent};

/// What was dropped while nobody listened.
#[derive(Default)]
pub(crate) struct EarlyDrops(Mutex<Held>);

#[derive(Default)]
struct Held {
    /// Whether the page has asked: from then on it hears of drops by itself.
    listens: bool,
    path: Option<PathBuf>,
}

impl EarlyDrops {
    /// Holds the first path of a drop until the page has asked for it.
    pub(crate) fn see(&self, event: &WindowEvent) {
        let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event else { return };
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.listens {
            held.path = paths.first().cloned();
        }
    }

    fn take(&self) -> Option<PathBuf> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.listens = true;
        held.path.take()
    }
}

/// What was dropped before the page listened, once.
#[tauri::command]
pub(crate) fn early_drop(drops: State<'_, EarlyDrops>) -> Option<PathBuf> {
    drops.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dropped(path: &str) -> WindowEvent {
        WindowEvent::DragDrop(DragDropEvent::Drop {
            paths: vec![PathBuf::from(path)],
            position: tauri::PhysicalPosition::new(1.0, 1.0),
        })
    }

    #[test]
    fn a_drop_is_held_until_the_page_listens_and_not_afterwards() {
        let drops = EarlyDrops::default();
        drops.see(&WindowEvent::Focused(true));
        drops.see(&dropped("/home/me/hello"));
        assert_eq!(drops.take(), Some(PathBuf::from("/home/me/hello")));
        drops.see(&dropped("/home/me/later"));
        assert_eq!(drops.take(), None);
    }
}

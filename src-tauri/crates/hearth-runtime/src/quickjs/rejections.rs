//! Promises that were rejected and that nobody has handled yet.

use std::cell::RefCell;
use std::rc::Rc;

use rquickjs::Value;
use rquickjs::runtime::RejectionTracker;

/// Counts them as the engine tells; a rejection is often handled a moment later.
#[derive(Debug, Clone, Default)]
pub(super) struct Rejections {
    reasons: Rc<RefCell<Vec<String>>>,
}

impl Rejections {
    pub(super) fn tracker(&self) -> RejectionTracker {
        let reasons = Rc::clone(&self.reasons);
        Box::new(move |_context, _promise, reason, handled| {
            let mut reasons = reasons.borrow_mut();
            let text = describe(&reason);
            if !handled {
                reasons.push(text);
            } else if let Some(at) = reasons.iter().position(|known| *known == text) {
                reasons.remove(at);
            }
        })
    }

    /// The first one that is still unhandled; the rest is forgotten with it.
    pub(super) fn take(&self) -> Option<String> {
        let mut reasons = self.reasons.borrow_mut();
        let first = if reasons.is_empty() { None } else { Some(reasons.swap_remove(0)) };
        reasons.clear();
        first
    }

    pub(super) fn forget(&self) {
        self.reasons.borrow_mut().clear();
    }
}

fn describe(reason: &Value<'_>) -> String {
    if let Some(object) = reason.as_object() {
        let name: Option<String> = object.get("name").ok();
        let message: Option<String> = object.get("message").ok();
        return format!("{}: {}", name.as_deref().unwrap_or("Error"), message.as_deref().unwrap_or_default());
    }
    reason.as_string().and_then(|text| text.to_string().ok()).unwrap_or_else(|| format!("{reason:?}"))
}

//! What goes on in an account and may be cancelled meanwhile, by the id that its caller chose: calls and changes. Must not
//! know what is done about it.

use hearth_model::RequestId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// All that goes on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waits(Arc<Mutex<HashMap<RequestId, CancellationToken>>>);

impl Waits {
    /// Notes one.
    pub(crate) fn begin(&self, id: &RequestId) -> Wait {
        let token = CancellationToken::new();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), token.clone());
        Wait { waits: self.clone(), id: id.clone(), token }
    }

    /// Cancels one; false when none has this id.
    pub(crate) fn cancel(&self, id: &RequestId) -> bool {
        let waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waits.get(id).inspect(|token| token.cancel()).is_some()
    }
}

/// One that goes on; it is forgotten when this is dropped, however that came.
pub(crate) struct Wait {
    waits: Waits,
    id: RequestId,
    pub(crate) token: CancellationToken,
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.waits.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

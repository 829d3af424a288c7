//! The local runtime as something to tune. Owns how a memory size is set without a version being made for it. Must not
//! know sizes to come, statistics or money.

use super::tunable::{Measured, Setting, Tunable};
use crate::explain::explain;
use crate::invoke::{Order, begin};
use crate::publish::settle;
use crate::specs::spec;
use crate::{ApiError, App, ErrorCode, Result};
use bytes::Bytes;
use hearth_model::{FunctionConfiguration, FunctionId, FunctionRecord, InvocationSource};
use tokio_util::sync::CancellationToken;

/// Most calls at once: more than that would measure the waiting for processors.
const AT_ONCE: usize = 8;

/// One local function.
pub(crate) struct Local {
    app: App,
    id: FunctionId,
    name: String,
    timeout_s: u32,
    concurrency: usize,
}

/// What a measurement on this computer cannot say.
pub(crate) fn remarks() -> Vec<String> {
    vec![
        "CPU is not scaled with memory on this computer: a size limits memory only, so durations are true of this \
         computer and differ between sizes by chance or by memory alone. On AWS Lambda a larger size also computes \
         faster, up to 1769 MB for one thread."
            .to_owned(),
    ]
}

impl Local {
    pub(crate) fn new(app: App, function: &FunctionRecord) -> Self {
        Self::named(app, &function.id, &function.name, &function.configuration)
    }

    /// The function with this id, whatever has become of it.
    pub(crate) fn named(
        app: App,
        id: &FunctionId,
        name: &str,
        configuration: &FunctionConfiguration,
    ) -> Self {
        let limit = configuration.reserved_concurrency.unwrap_or(app.settings().default_concurrency);
        Self {
            id: id.clone(),
            name: name.to_owned(),
            timeout_s: configuration.timeout_s,
            concurrency: (limit as usize).clamp(1, AT_ONCE),
            app,
        }
    }

    /// The function as it is, a deleted one included: it may come back, and then with the size it had.
    async fn record(&self) -> Result<Option<FunctionRecord>> {
        let store = self.app.store();
        let is_ours = |record: &FunctionRecord| record.id == self.id;
        if let Some(record) = store.function(&self.name).await?.filter(is_ours) {
            return Ok(Some(record));
        }
        Ok(store.deleted_function(&self.name).await?.filter(is_ours))
    }
}

impl Tunable for Local {
    async fn read(&self) -> Result<Option<Setting>> {
        let record = self.record().await?;
        Ok(record
            .map(|record| Setting { memory_mb: record.configuration.memory_mb, version: record.version }))
    }

    async fn set_memory(&self, memory_mb: u32) -> Result<()> {
        let _publishing = self.app.publishing().lock().await;
        let record = self.record().await?.ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, format!("there is no function named `{}` any more", self.name))
        })?;
        if record.configuration.memory_mb == memory_mb {
            return Ok(());
        }
        let configuration = FunctionConfiguration { memory_mb, ..record.configuration.clone() };
        settle(&self.app, record, configuration).await?;
        // The version stays, so nothing else would take the servers of the other size away.
        self.app.runtime().reap_function(&self.id, &format!("tuning set {memory_mb} MB of memory")).await;
        Ok(())
    }

    async fn invoke(&self, event: Bytes, cold: bool, cancel: &CancellationToken) -> Result<Measured> {
        if spec(&self.app, &self.name).await?.id != self.id {
            let message = format!("another function is named `{}` now", self.name);
            return Err(ApiError::new(ErrorCode::NotFound, message));
        }
        let order = Order {
            name: self.name.clone(),
            event,
            cold,
            source: InvocationSource::Tuning,
            request_id: None,
            client_context: None,
            trace: None,
        };
        let (request_id, waiting) = begin(&self.app, order).await?;
        let mut ended = std::pin::pin!(waiting.end());
        let finished = tokio::select! {
            finished = &mut ended => finished?,
            () = cancel.cancelled() => {
                self.app.runtime().cancel(&request_id).await;
                ended.await?
            }
        };
        let problem = explain(&finished.invocation, Some(self.timeout_s)).map(|why| why.cause);
        Ok(Measured { invocation: finished.invocation.clone(), problem })
    }

    fn concurrency(&self) -> usize {
        self.concurrency
    }
}

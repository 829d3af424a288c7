//! What can be tuned: something whose memory size can be read and set, and that can be called. Its implementors are the
//! local runtime, a function in an account and, in tests, a double. Must not know sizes, statistics or money.

use crate::Result;
use bytes::Bytes;
use hearth_cost::Decimal;
use hearth_model::{Invocation, Outcome};
use tokio_util::sync::CancellationToken;

/// The part of a configuration that tuning changes, and what tells that somebody else changed the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) memory_mb: u32,
    pub(crate) version: u32,
}

/// One call, as the provider measured it.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) invocation: Invocation,
    /// Why it failed, for people; none when it did not.
    pub(crate) problem: Option<String>,
}

impl Measured {
    /// Refused since too many run at once, which is no fault of the size.
    pub(crate) fn is_throttled(&self) -> bool {
        self.invocation.outcome == Outcome::Throttled
    }
}

/// Something that can be tuned. An `Err` with the code `Conflict` says that the same may work in a moment.
pub(crate) trait Tunable: Send + Sync + 'static {
    /// What is set now; none when the function is gone for good.
    fn read(&self) -> impl Future<Output = Result<Option<Setting>>> + Send;

    /// Sets the memory size and leaves everything else. When this returns, new calls run with it.
    fn set_memory(&self, memory_mb: u32) -> impl Future<Output = Result<()>> + Send;

    /// Sets the size of before: the end of what was begun, so that it is done where beginning it would not be allowed
    /// any more.
    fn put_back(&self, memory_mb: u32) -> impl Future<Output = Result<()>> + Send {
        self.set_memory(memory_mb)
    }

    /// Makes one call and waits for its end; `cold` has it start a server. When `cancel` is cancelled, the call is ended.
    fn invoke(
        &self,
        event: Bytes,
        cold: bool,
        cancel: &CancellationToken,
    ) -> impl Future<Output = Result<Measured>> + Send;

    /// Most calls that may run at once.
    fn concurrency(&self) -> usize;

    /// Whether a call can be made to start a server. Where it cannot, servers start because calls come at the same time
    /// right after the size was set.
    fn starts_servers(&self) -> bool {
        true
    }

    /// Processors of a server with the size that is set, where calls are billed for them.
    fn vcpu(&self) -> Option<Decimal> {
        None
    }
}

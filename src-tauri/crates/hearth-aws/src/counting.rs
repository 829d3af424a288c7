//! Counts what leaves for AWS: an interceptor of the SDK's clients that notes each try of each request with the service
//! and the operation of the SDK's own names. Must not know what the request says.

use aws_sdk_lambda::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_lambda::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_lambda::error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use hearth_cloud::OwnTally;

/// Notes what is sent for an account in a region.
#[derive(Clone, Debug)]
pub(crate) struct Counting {
    pub(crate) own: OwnTally,
    pub(crate) location: String,
}

impl Intercept for Counting {
    fn name(&self) -> &'static str {
        "Counting"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            self.own.sent(&self.location, metadata.service(), metadata.name());
        }
        Ok(())
    }
}

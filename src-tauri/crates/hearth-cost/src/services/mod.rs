//! Calculators by service: from quantities to lines. Each module owns how one vendor counts. They must not know
//! where quantities come from, nor each other.

pub(crate) mod aws_extras;
pub(crate) mod azure;
pub(crate) mod cloudflare;
pub(crate) mod fargate;
pub(crate) mod google;
pub(crate) mod lambda;
pub(crate) mod lambda_extras;
pub(crate) mod others;
pub(crate) mod own_server;
mod terms;

pub use fargate::{FargatePlatform, fits_task_size, task_size};
pub use own_server::OwnServer;
pub(crate) use terms::Desk;
pub use terms::{Grant, Grants, Terms};

use crate::charge::Quantity;
use crate::error::Result;
use rust_decimal::Decimal;

/// GB-seconds of `memory_mb` for a billed time in milliseconds: exact, since 1 024 000 = 2¹³ · 5³.
pub(crate) fn gb_seconds(billed_ms: Quantity, memory_mb: Decimal) -> Result<Quantity> {
    billed_ms.times(memory_mb)?.per(Decimal::from(1_024_000))
}

/// Bytes as GB of 1024³.
pub(crate) fn gb(bytes: u64) -> Decimal {
    (Decimal::from(bytes) / Decimal::from(1_073_741_824)).normalize()
}

//! What a function used in a month, exactly or in averages. Owns its limits. Must not know prices.

use crate::billing::{Package, Time};
use crate::error::{Error, Result};
use crate::services::lambda_extras::LambdaExtras;
use hearth_model::Architecture;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One month of one function. What is not known is none, and its line says "unknown".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionUsage {
    /// Requests that were not refused.
    #[ts(type = "number")]
    pub requests: u64,
    /// How long they took.
    pub time: Time,
    /// Configured memory.
    pub memory_mb: u32,
    /// Most memory that a request used.
    pub used_memory_mb: Option<u32>,
    /// Processors of a server of Cloud Run; none where nobody told, which counts as one.
    #[serde(with = "rust_decimal::serde::str_option", default)]
    #[ts(type = "string | null")]
    pub vcpu: Option<Decimal>,
    /// Configured ephemeral storage; 512 comes with Lambda.
    pub ephemeral_mb: u32,
    /// Processors it runs on.
    pub architecture: Architecture,
    /// How the code is packed.
    pub package: Package,
    /// Processor time of all requests together.
    #[ts(type = "number | null")]
    pub cpu_ms: Option<u64>,
    /// Bytes logged.
    #[ts(type = "number | null")]
    pub log_bytes: Option<u64>,
    /// Bytes of logs kept, on average over the month.
    #[ts(type = "number | null")]
    pub kept_log_bytes: Option<u64>,
    /// Bytes sent to the internet.
    #[ts(type = "number | null")]
    pub bytes_out: Option<u64>,
    /// NAT gateways that it needs; 0 for none.
    pub nat_gateways: Option<u32>,
    /// Metrics that Hearth asked for.
    #[ts(type = "number | null")]
    pub polled_metrics: Option<u64>,
    /// Most requests at the same time.
    pub peak_concurrency: Option<u32>,
    /// What else of Lambda it uses.
    #[serde(default)]
    pub extras: LambdaExtras,
}

impl FunctionUsage {
    /// Usage of which only the essentials are known.
    pub fn new(requests: u64, time: Time, memory_mb: u32, architecture: Architecture) -> Self {
        Self {
            requests,
            time,
            memory_mb,
            used_memory_mb: None,
            vcpu: None,
            ephemeral_mb: 512,
            architecture,
            package: Package::Zip,
            cpu_ms: None,
            log_bytes: None,
            kept_log_bytes: None,
            bytes_out: None,
            nat_gateways: None,
            polled_metrics: None,
            peak_concurrency: None,
            extras: LambdaExtras::default(),
        }
    }

    /// Its time with every run `factor` times as long. Sums lose their exactness: what was rounded cannot be scaled.
    pub(super) fn time_scaled(&self, factor: Decimal) -> Result<Time> {
        if factor == Decimal::ONE {
            return Ok(self.time.clone());
        }
        let too_large = |what: u64| Error::TooLarge(what.to_string());
        let scaled = |value: u64| -> Result<u64> {
            Decimal::from(value)
                .checked_mul(factor)
                .and_then(|value| value.round().to_u64())
                .ok_or_else(|| too_large(value))
        };
        Ok(match &self.time {
            Time::Runs { runs, init_ms } => Time::Runs {
                runs: runs.iter().map(|(us, count)| Ok((scaled(*us)?, *count))).collect::<Result<_>>()?,
                init_ms: scaled(*init_ms)?,
            },
            Time::Sum { handler_ms, init_ms } => {
                let sum = Decimal::from(*handler_ms) + Decimal::from(*init_ms);
                let requests = Decimal::from(self.requests.max(1));
                let milliseconds =
                    (sum / requests).checked_mul(factor).ok_or_else(|| too_large(*handler_ms))?;
                Time::Average { milliseconds: milliseconds.round_dp(6) }
            }
            Time::Average { milliseconds } => Time::Average {
                milliseconds: milliseconds
                    .checked_mul(factor)
                    .ok_or_else(|| Error::TooLarge(milliseconds.to_string()))?,
            },
        })
    }
}

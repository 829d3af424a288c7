//! Comparison rows of smaller offers: Vercel, IBM, Huawei, Oracle. Owns nothing but which meters each adds up; their
//! prices are second-hand reads.

use super::terms::Desk;
use crate::charge::Quantity;
use crate::error::Result;
use crate::line::Line;
use crate::meter::Meter;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whose offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum OtherOffer {
    /// Vercel Fluid in iad1.
    Vercel,
    /// IBM Code Engine in us-south.
    IbmCodeEngine,
    /// Huawei FunctionGraph.
    Huawei,
    /// Oracle Functions.
    Oracle,
}

impl OtherOffer {
    /// The region whose prices the book has.
    pub(crate) fn region(self) -> &'static str {
        match self {
            Self::Vercel => "iad1",
            Self::IbmCodeEngine => "us-south",
            Self::Huawei | Self::Oracle => "global",
        }
    }
}

/// Requests, memory time and, where it is billed, processor time in vCPU-seconds.
pub(crate) fn lines(
    desk: Desk<'_>,
    offer: OtherOffer,
    requests: Decimal,
    gb_seconds: Quantity,
    vcpu_seconds: Quantity,
) -> Result<Vec<Line>> {
    let hour = Decimal::from(3_600);
    let (count, memory, cpu): (Meter, (Meter, Quantity), Option<(Meter, Quantity)>) = match offer {
        OtherOffer::Vercel => (
            Meter::VercelInvocations,
            (Meter::VercelMemory, gb_seconds.per(hour)?),
            Some((Meter::VercelCpu, vcpu_seconds.per(hour)?)),
        ),
        OtherOffer::IbmCodeEngine => {
            (Meter::IbmRequests, (Meter::IbmMemory, gb_seconds), Some((Meter::IbmCpu, vcpu_seconds)))
        }
        OtherOffer::Huawei => (Meter::HuaweiRequests, (Meter::HuaweiDuration, gb_seconds), None),
        OtherOffer::Oracle => (Meter::OracleRequests, (Meter::OracleDuration, gb_seconds), None),
    };
    let mut lines = vec![
        desk.charge("requests", "Requests", count, None, Quantity::exact(requests))?.line()?,
        desk.charge("memory", "Memory", memory.0, None, memory.1)?.line()?,
    ];
    if let Some((meter, quantity)) = cpu {
        lines.push(desk.charge("cpu", "Processors", meter, None, quantity)?.line()?);
    }
    Ok(lines)
}

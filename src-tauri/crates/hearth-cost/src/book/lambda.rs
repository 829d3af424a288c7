//! Prices of on-demand Lambda by region, gathered once: a receipt is made on each call and must not search.

use super::row::{Currency, Row, Tier};
use crate::meter::Meter;
use hearth_model::Architecture;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// List prices of on-demand Lambda in one region, in US dollars, as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LambdaPrices {
    request: Vec<Tier>,
    x86_64: Vec<Tier>,
    arm64: Vec<Tier>,
}

impl LambdaPrices {
    /// The tiers of one request.
    pub fn request(&self) -> &[Tier] {
        &self.request
    }

    /// The tiers of one GB-second.
    pub fn gb_second(&self, architecture: Architecture) -> &[Tier] {
        match architecture {
            Architecture::X86_64 => &self.x86_64,
            Architecture::Arm64 => &self.arm64,
        }
    }

    /// US dollars for one request at the first tier.
    pub fn request_usd(&self) -> Decimal {
        self.request[0].price
    }

    /// US dollars for one GB-second at the first tier.
    pub fn gb_second_usd(&self, architecture: Architecture) -> Decimal {
        self.gb_second(architecture)[0].price
    }
}

/// Regions with a price for requests and for both architectures, all in US dollars.
pub(super) fn collect(rows: &[Row]) -> BTreeMap<String, LambdaPrices> {
    let mut found: BTreeMap<&str, [Option<Vec<Tier>>; 3]> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.currency == Currency::Usd && row.effective_to.is_none()) {
        let place = match (row.meter, row.architecture) {
            (Meter::LambdaRequests, None) => 0,
            (Meter::LambdaDuration, Some(Architecture::X86_64)) => 1,
            (Meter::LambdaDuration, Some(Architecture::Arm64)) => 2,
            _ => continue,
        };
        found.entry(&row.region).or_default()[place] = Some(row.unit_tiers());
    }
    found
        .into_iter()
        .filter_map(|(region, [request, x86_64, arm64])| {
            let prices = LambdaPrices { request: request?, x86_64: x86_64?, arm64: arm64? };
            Some((region.to_owned(), prices))
        })
        .collect()
}

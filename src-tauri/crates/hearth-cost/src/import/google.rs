//! The Google Cloud Billing Catalog: Cloud Run and first-generation Functions. Owns the exact descriptions and ids of
//! SKUs. A price is units + nanos · 10⁻⁹ of the first tier that is not free; the catalog's free tiers are the grants,
//! which the book has apart.

use super::{PriceList, day_of, wrong};
use crate::Day;
use crate::book::{Confidence, Currency, Row, Tier, google_tier};
use crate::error::{Error, Result};
use crate::meter::Meter;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

const GOOGLE: &str = "Google";

/// One page of SKUs as the catalog answers it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GooglePage {
    #[serde(default)]
    skus: Vec<Sku>,
    /// What the next page is asked with; empty on the last one.
    #[serde(default)]
    pub next_page_token: String,
}

impl GooglePage {
    /// Reads a page.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| Error::PriceList { vendor: GOOGLE, what: error.to_string() })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sku {
    sku_id: String,
    description: String,
    #[serde(default)]
    service_regions: Vec<String>,
    #[serde(default)]
    pricing_info: Vec<PricingInfo>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PricingInfo {
    #[serde(default)]
    effective_time: String,
    pricing_expression: Expression,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expression {
    #[serde(default)]
    tiered_rates: Vec<Rate>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rate {
    unit_price: UnitPrice,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UnitPrice {
    #[serde(default)]
    currency_code: String,
    #[serde(default)]
    units: String,
    #[serde(default)]
    nanos: i64,
}

impl UnitPrice {
    fn value(&self) -> Option<Decimal> {
        let units: Decimal = if self.units.is_empty() { Decimal::ZERO } else { self.units.parse().ok()? };
        Some((units + Decimal::new(self.nanos, 9)).normalize())
    }
}

/// Where a SKU's price holds.
enum Where {
    /// One price for the world.
    Everywhere,
    /// A tier that its description names.
    Tier(&'static str),
    /// The tier of the region at the end of its description.
    Region,
}

/// By id, or by the exact description; one that names a region must end with it.
fn selected(sku: &Sku) -> Option<(Meter, Where)> {
    let tier = |meter, name| Some((meter, Where::Tier(name)));
    match sku.sku_id.as_str() {
        "F01C-3EA0-06CD" => tier(Meter::Gen1Memory, "tier1"),
        "C024-9C10-2A5B" => tier(Meter::Gen1Cpu, "tier1"),
        "8E10-82EB-6917" => Some((Meter::Gen1Invocations, Where::Everywhere)),
        "4BAF-1AD8-483C" => Some((Meter::Gen1Egress, Where::Everywhere)),
        _ => described(&sku.description),
    }
}

/// What a SKU of Cloud Run meters, by the exact description, which is also how a bill names it.
pub fn google_meter(description: &str) -> Option<Meter> {
    described(description).map(|(meter, _)| meter)
}

fn described(description: &str) -> Option<(Meter, Where)> {
    let tier = |meter, name| Some((meter, Where::Tier(name)));
    match description {
        "Services CPU (Request-based billing)" => tier(Meter::RunRequestCpu, "tier1"),
        "Services Memory (Request-based billing)" => tier(Meter::RunRequestMemory, "tier1"),
        "Services CPU Tier 2 (Request-based billing)" => tier(Meter::RunRequestCpu, "tier2"),
        "Services Memory Tier 2 (Request-based billing)" => tier(Meter::RunRequestMemory, "tier2"),
        "Services Min Instance CPU (Request-based billing)" => tier(Meter::RunIdleCpu, "tier1"),
        "Services Min Instance Memory (Request-based billing)" => tier(Meter::RunIdleMemory, "tier1"),
        "Services Min Instance CPU Tier 2 (Request-based billing)" => tier(Meter::RunIdleCpu, "tier2"),
        "Services Min Instance Memory Tier 2 (Request-based billing)" => tier(Meter::RunIdleMemory, "tier2"),
        "Requests" => Some((Meter::RunRequests, Where::Everywhere)),
        other => match other.rsplit_once(" in ")?.0 {
            "Services CPU (Instance-based billing)" => Some((Meter::RunInstanceCpu, Where::Region)),
            "Services Memory (Instance-based billing)" => Some((Meter::RunInstanceMemory, Where::Region)),
            _ => None,
        },
    }
}

/// Rows of all pages of one or both services.
pub fn google_skus(pages: &[GooglePage], retrieved: Day) -> Result<PriceList> {
    let source = "google-billing-catalog".to_owned();
    let mut list = PriceList {
        words: format!("Google Cloud Billing Catalog, asked {retrieved}"),
        source: source.clone(),
        rows: Vec::new(),
        remarks: Vec::new(),
    };
    let mut found: BTreeMap<String, Row> = BTreeMap::new();
    for sku in pages.iter().flat_map(|page| &page.skus) {
        let Some((meter, place)) = selected(sku) else { continue };
        let region = match place {
            Where::Everywhere => "global",
            Where::Tier(tier) => tier,
            Where::Region => {
                let named = sku.description.rsplit_once(" in ").map_or("", |(_, region)| region);
                let known = google_tier("cloud_run", named);
                match known {
                    Some(tier) if sku.service_regions.iter().any(|region| region == named) => tier,
                    _ => {
                        list.remarks.push(format!(
                            "{} is of a region whose tier Hearth does not know",
                            sku.description
                        ));
                        continue;
                    }
                }
            }
        };
        let Some(info) = sku.pricing_info.last() else { continue };
        let paid = info
            .pricing_expression
            .tiered_rates
            .iter()
            .find(|rate| rate.unit_price.value().is_some_and(|price| !price.is_zero()));
        let Some((price, "USD")) =
            paid.and_then(|rate| Some((rate.unit_price.value()?, rate.unit_price.currency_code.as_str())))
        else {
            list.remarks
                .push(format!("{} ({}) has no price in USD and is left out", sku.description, sku.sku_id));
            continue;
        };
        let row = Row {
            meter,
            region: region.to_owned(),
            architecture: None,
            currency: Currency::Usd,
            unit_scale: 1,
            tiers: vec![Tier { from: Decimal::ZERO, price }],
            allowance: None,
            effective_from: day_of(&info.effective_time),
            effective_to: None,
            source: vec![source.clone()],
            retrieved,
            confidence: Confidence::High,
            sku: Some(sku.sku_id.clone()),
            note: None,
        };
        match found.get(&row.key()) {
            None => {
                found.insert(row.key(), row);
            }
            Some(other) if other.tiers == row.tiers => {}
            Some(other) => list.remarks.push(format!(
                "{} costs {price} in {}, {} elsewhere in {region}: the first is kept",
                row.meter, sku.description, other.tiers[0].price
            )),
        }
    }
    list.rows = found.into_values().collect();
    if list.rows.is_empty() {
        return wrong(GOOGLE, "the catalog has none of the prices that Hearth uses");
    }
    Ok(list)
}

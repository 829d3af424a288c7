//! The Azure Retail Prices API: Functions. Owns the exact names of meters. Traps: executions are counted by ten; values
//! are case-sensitive; classic Consumption is no "primary" meter and must not be dropped; tiers are in the meter's unit.

use super::{PriceList, day_of, number, wrong};
use crate::Day;
use crate::book::{Confidence, Currency, Row, Tier};
use crate::error::{Error, Result};
use crate::meter::Meter;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

const AZURE: &str = "Azure";

/// One page as the API answers it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AzurePage {
    items: Vec<Item>,
    /// Where the next page is.
    #[serde(default)]
    pub next_page_link: Option<String>,
}

impl AzurePage {
    /// Reads a page.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| Error::PriceList { vendor: AZURE, what: error.to_string() })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    currency_code: String,
    #[serde(default)]
    tier_minimum_units: Value,
    retail_price: Value,
    arm_region_name: String,
    #[serde(default)]
    effective_start_date: String,
    meter_id: String,
    meter_name: String,
    service_name: String,
    unit_of_measure: String,
    #[serde(rename = "type")]
    kind: String,
}

/// By the exact name of the meter.
fn selected(name: &str) -> Option<Meter> {
    Some(match name {
        "Standard Total Executions" => Meter::AzureConsumptionExecutions,
        "Standard Execution Time" => Meter::AzureConsumptionDuration,
        "On Demand Total Executions" => Meter::AzureFlexExecutions,
        "On Demand Execution Time" => Meter::AzureFlexDuration,
        "Always Ready Baseline" => Meter::AzureFlexReadyBaseline,
        "Always Ready Execution Time" => Meter::AzureFlexReadyDuration,
        "Always Ready Total Executions" => Meter::AzureFlexReadyExecutions,
        "Premium vCPU Duration" => Meter::AzurePremiumVcpu,
        "Premium Memory Duration" => Meter::AzurePremiumMemory,
        _ => return None,
    })
}

/// How many units a price is for: `10`, `1 GB Second`, `1 Hour`.
fn scale(unit: &str) -> Option<u32> {
    unit.split_whitespace().next()?.parse().ok()
}

/// Rows of all pages of one query.
pub fn azure_retail_prices(pages: &[AzurePage], retrieved: Day) -> Result<PriceList> {
    let source = "azure-retail-prices".to_owned();
    let mut list = PriceList {
        words: format!("Azure Retail Prices API, Functions, asked {retrieved}"),
        source: source.clone(),
        rows: Vec::new(),
        remarks: Vec::new(),
    };
    let mut found: BTreeMap<String, Row> = BTreeMap::new();
    for item in pages.iter().flat_map(|page| &page.items) {
        if item.service_name != "Functions" || item.kind != "Consumption" {
            continue;
        }
        let Some(meter) = selected(&item.meter_name) else { continue };
        let called = format!("{meter} in {}", item.arm_region_name);
        let (Some(price), Some(unit_scale), "USD") =
            (number(&item.retail_price), scale(&item.unit_of_measure), item.currency_code.as_str())
        else {
            list.remarks.push(format!(
                "{called} is {} {} per `{}` and is left out",
                item.retail_price, item.currency_code, item.unit_of_measure
            ));
            continue;
        };
        let from = number(&item.tier_minimum_units).unwrap_or_default();
        let fresh = Row {
            meter,
            region: item.arm_region_name.clone(),
            architecture: None,
            currency: Currency::Usd,
            unit_scale,
            tiers: Vec::new(),
            allowance: None,
            effective_from: day_of(&item.effective_start_date),
            effective_to: None,
            source: vec![source.clone()],
            retrieved,
            confidence: Confidence::High,
            sku: Some(item.meter_id.clone()),
            note: None,
        };
        let row = found.entry(fresh.key()).or_insert(fresh);
        if row.unit_scale == unit_scale {
            row.tiers.push(Tier { from, price });
        } else {
            list.remarks
                .push(format!("{called} is counted in two units and its tier from {from} is left out"));
        }
    }
    for (key, mut row) in found {
        row.tiers.sort_by_key(|tier| tier.from);
        row.tiers.dedup();
        match row.check() {
            Ok(()) => list.rows.push(row),
            Err(why) => list.remarks.push(format!("{key} {why} and is left out")),
        }
    }
    if list.rows.is_empty() {
        return wrong(AZURE, "it has none of the prices that Hearth uses");
    }
    Ok(list)
}

//! One row of a price book. Owns its file form and what a good row is. Must not know other rows.

use crate::Day;
use crate::error::{Error, Result};
use crate::meter::{Meter, Unit};
use hearth_model::Architecture;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One step of a tiered price: what a unit costs from a monthly quantity on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// First unit of the month that it applies to.
    pub from: Decimal,
    /// For one unit.
    pub price: Decimal,
}

/// In what a price is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub enum Currency {
    /// US dollar.
    #[serde(rename = "USD")]
    Usd,
    /// Chinese yuan.
    #[serde(rename = "CNY")]
    Cny,
}

impl Currency {
    /// Its code, `USD`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Cny => "CNY",
        }
    }
}

/// How sure a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Inferred, or a price that moves all the time.
    Low,
    /// One good second-hand read.
    Medium,
    /// Two independent reads or a machine-readable price list.
    High,
}

impl Confidence {
    fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One price with everything that is known of it. Immutable: a price that moves is a row of a newer book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What is counted.
    pub meter: Meter,
    /// The vendor's name of the region, `tier1` and `tier2` of Google, or `global`.
    pub region: String,
    /// For which processors; none for all.
    pub architecture: Option<Architecture>,
    /// In what it is paid.
    pub currency: Currency,
    /// How many units the vendor's price and tiers speak of: Azure counts executions by ten.
    pub unit_scale: u32,
    /// Prices as published, by monthly quantity in steps of `unit_scale`; empty for an allowance.
    pub tiers: Vec<Tier>,
    /// Units that are free each month, when the meter is an allowance.
    pub allowance: Option<Decimal>,
    /// First day in force; none when it was not published.
    pub effective_from: Option<Day>,
    /// Last day in force; none while it is.
    pub effective_to: Option<Day>,
    /// Keys into the sources of the book.
    pub source: Vec<String>,
    /// The day it was read.
    pub retrieved: Day,
    /// How sure it is.
    pub confidence: Confidence,
    /// The vendor's id of the price.
    pub sku: Option<String>,
    /// What one should know.
    pub note: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TierForm {
    from: String,
    price: String,
}

/// The row as a file holds it: everything is text, so that a price never passes a float.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RowForm {
    provider: String,
    service: String,
    meter: String,
    region: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    architecture: Option<String>,
    currency: String,
    unit: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    unit_scale: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tiers: Vec<TierForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowance: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effective_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effective_to: Option<String>,
    source: Vec<String>,
    retrieved: String,
    confidence: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_one(scale: &u32) -> bool {
    *scale == 1
}

impl RowForm {
    /// What a person calls this row: its place in the file and its names.
    fn called(&self, number: usize) -> String {
        let architecture = self.architecture.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        format!(
            "row {number} ({}/{}/{} in {}{architecture})",
            self.provider, self.service, self.meter, self.region
        )
    }

    /// Checks everything and says which row and value is wrong.
    pub(crate) fn into_row(self, number: usize) -> Result<Row> {
        let called = self.called(number);
        let wrong = |what: String| Error::Book(format!("{called} {what}"));
        let Some(meter) = Meter::parse(&self.provider, &self.service, &self.meter) else {
            return Err(wrong("names a meter that Hearth does not know".to_owned()));
        };
        let currency = match self.currency.as_str() {
            "USD" => Currency::Usd,
            "CNY" => Currency::Cny,
            other => return Err(wrong(format!("is in the unknown currency `{other}`"))),
        };
        match Unit::parse(&self.unit) {
            None => return Err(wrong(format!("has the unknown unit `{}`", self.unit))),
            Some(unit) if unit != meter.unit() => {
                return Err(wrong(format!("is per {}, not per `{}`", meter.unit().name(), self.unit)));
            }
            Some(_) => {}
        }
        if ![1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].contains(&self.unit_scale) {
            return Err(wrong(format!("has the unit scale {}, not a power of ten", self.unit_scale)));
        }
        let architecture = match self.architecture.as_deref() {
            None => None,
            Some("x86_64") => Some(Architecture::X86_64),
            Some("arm64") => Some(Architecture::Arm64),
            Some(other) => return Err(wrong(format!("is for the unknown architecture `{other}`"))),
        };
        let confidence = match self.confidence.as_str() {
            "high" => Confidence::High,
            "medium" => Confidence::Medium,
            "low" => Confidence::Low,
            other => return Err(wrong(format!("has the unknown confidence `{other}`"))),
        };
        let number_of = |name: &str, text: &str| {
            decimal(text).ok_or_else(|| wrong(format!("has a {name} that is no number: `{text}`")))
        };
        let tiers = self
            .tiers
            .iter()
            .map(|tier| {
                Ok(Tier { from: number_of("tier", &tier.from)?, price: number_of("price", &tier.price)? })
            })
            .collect::<Result<Vec<_>>>()?;
        let allowance = self.allowance.as_deref().map(|text| number_of("allowance", text)).transpose()?;
        let day = |name: &str, text: &str| {
            text.parse::<Day>().map_err(|_| wrong(format!("has a {name} that is no day: `{text}`")))
        };
        let row = Row {
            meter,
            architecture,
            currency,
            unit_scale: self.unit_scale,
            tiers,
            allowance,
            effective_from: self.effective_from.as_deref().map(|text| day("first day", text)).transpose()?,
            effective_to: self.effective_to.as_deref().map(|text| day("last day", text)).transpose()?,
            retrieved: day("day of reading", &self.retrieved)?,
            confidence,
            region: self.region,
            source: self.source,
            sku: self.sku,
            note: self.note,
        };
        row.check().map_err(wrong)?;
        Ok(row)
    }
}

impl Row {
    /// What is wrong with it, in words.
    pub(crate) fn check(&self) -> std::result::Result<(), String> {
        if self.region.is_empty() {
            return Err("names no region".to_owned());
        }
        if self.source.is_empty() {
            return Err("names no source".to_owned());
        }
        match (&self.allowance, self.meter.is_allowance()) {
            (Some(value), true) if value.is_sign_negative() => {
                return Err(format!("has a negative allowance: {value}"));
            }
            (Some(_), true) if self.tiers.is_empty() => {}
            (None, false) => check_tiers(&self.tiers)?,
            (_, true) => return Err("is an allowance and must have `allowance` alone".to_owned()),
            (Some(_), false) => return Err("is a price and must have `tiers` alone".to_owned()),
        }
        if let (Some(from), Some(to)) = (self.effective_from, self.effective_to)
            && from > to
        {
            return Err(format!("ends on {to}, before it begins on {from}"));
        }
        Ok(())
    }

    /// Tiers per single unit, whatever the vendor's scale.
    pub fn unit_tiers(&self) -> Vec<Tier> {
        let scale = Decimal::from(self.unit_scale);
        self.tiers
            .iter()
            .map(|tier| Tier {
                from: (tier.from * scale).normalize(),
                price: (tier.price / scale).normalize(),
            })
            .collect()
    }

    /// Whether it is in force on `day`.
    pub fn is_in_force(&self, day: Day) -> bool {
        self.effective_from.is_none_or(|from| from <= day) && self.effective_to.is_none_or(|to| day <= to)
    }

    /// The row as a file holds it.
    pub(crate) fn form(&self) -> RowForm {
        RowForm {
            provider: self.meter.provider().name().to_owned(),
            service: self.meter.service().to_owned(),
            meter: self.meter.name().to_owned(),
            region: self.region.clone(),
            architecture: self.architecture.map(|architecture| architecture_name(architecture).to_owned()),
            currency: self.currency.code().to_owned(),
            unit: self.meter.unit().name().to_owned(),
            unit_scale: self.unit_scale,
            tiers: self
                .tiers
                .iter()
                .map(|tier| TierForm { from: plain(tier.from), price: plain(tier.price) })
                .collect(),
            allowance: self.allowance.map(plain),
            effective_from: self.effective_from.map(|day| day.to_string()),
            effective_to: self.effective_to.map(|day| day.to_string()),
            source: self.source.clone(),
            retrieved: self.retrieved.to_string(),
            confidence: self.confidence.name().to_owned(),
            sku: self.sku.clone(),
            note: self.note.clone(),
        }
    }
}

/// The name of an architecture in books and answers.
pub(crate) fn architecture_name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "arm64",
    }
}

fn check_tiers(tiers: &[Tier]) -> std::result::Result<(), String> {
    match tiers.first() {
        None => return Err("has no price".to_owned()),
        Some(first) if !first.from.is_zero() => {
            return Err(format!("has tiers that start at {}, not at 0", first.from));
        }
        Some(_) => {}
    }
    if let Some(tier) = tiers.iter().find(|tier| tier.price.is_sign_negative() && !tier.price.is_zero()) {
        return Err(format!("has a negative price: {}", tier.price));
    }
    if let Some(pair) = tiers.windows(2).find(|pair| pair[0].from >= pair[1].from) {
        return Err(format!("has tiers out of order: {} after {}", pair[1].from, pair[0].from));
    }
    Ok(())
}

/// A plain decimal: digits and one point, no exponent, no sign but a minus.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty()
        && digits.starts_with(|letter: char| letter.is_ascii_digit())
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    plain.then(|| Decimal::from_str_exact(text).ok()).flatten()
}

/// Without zeros that say nothing.
pub(crate) fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

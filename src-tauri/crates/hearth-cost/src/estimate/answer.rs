//! What an estimate answers: each line exact and as printed, the total both ways.

use crate::book::Currency;
use crate::line::{Line, PriceSource, Step, cents};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An amount unrounded, and as vendors print it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseAmount {
    /// Unrounded, an exact decimal.
    pub exact: String,
    /// Rounded half up to cents; of a total the sum of printed lines, which is what vendors show.
    pub printed: String,
}

impl CaseAmount {
    pub(super) fn of(exact: Decimal, printed: Decimal) -> Self {
        Self { exact: exact.normalize().to_string(), printed: format!("{printed:.2}") }
    }
}

/// One line of an answer, opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseFigures {
    /// Its amount.
    #[serde(flatten)]
    pub amount: CaseAmount,
    /// How much, in `unit`, an exact decimal.
    pub quantity: String,
    /// What one is.
    pub unit: String,
    /// Rate × quantity, tier by tier.
    pub steps: Vec<Step>,
    /// Where the price comes from; none when the case gave it.
    pub price: Option<PriceSource>,
}

impl CaseFigures {
    pub(super) fn of(line: &Line) -> Self {
        let amount = line.amount.unwrap_or_default();
        Self {
            amount: CaseAmount::of(amount, cents(amount)),
            quantity: line.quantity.unwrap_or_default().normalize().to_string(),
            unit: line.unit.clone(),
            steps: line.steps.clone(),
            price: line.price.clone(),
        }
    }
}

/// The answer to one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CaseAnswer {
    /// It was worked out.
    Done {
        /// The case's id.
        id: String,
        /// Lines by name; `duration_t1` and so on are the tiers of `duration` and never count twice.
        lines: BTreeMap<String, CaseFigures>,
        /// In what all of them are paid.
        currency: Currency,
        /// Their sum.
        total: CaseAmount,
    },
    /// It cannot be.
    Failed {
        /// The case's id.
        id: String,
        /// Why, with the value.
        error: String,
    },
}

impl CaseAnswer {
    pub(super) fn failed(id: String, error: String) -> Self {
        Self::Failed { id, error }
    }

    /// The id of its case.
    pub fn id(&self) -> &str {
        match self {
            Self::Done { id, .. } | Self::Failed { id, .. } => id,
        }
    }
}

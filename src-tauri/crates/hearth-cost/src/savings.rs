//! Commitments that take a share off the list price: what each plan's vendor publishes by term, and what a commitment
//! covers. Owns reading one from words. Must not know how lines are priced.
//!
//! Source: AWS Price List, Compute Savings Plans, and the vendors' pricing pages, as read on 2026-11-23 (PRICES.md).

use crate::error::{Result, usage};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A share taken off for a commitment, on what its provider lets it cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavingsPlan {
    /// Percent taken off, `12` for the factor 0.88.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub percent: Decimal,
}

/// What can be committed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// Duration and provisioned concurrency of Lambda.
    Lambda,
    /// Processors and memory of Fargate, not on Spot.
    Fargate,
    /// Processors and memory of Azure Functions Premium.
    AzurePremium,
}

/// Regions in which one or three years without anything paid upfront take 12 % off Lambda.
const LAMBDA_12: &[&str] = &["us-east-1", "us-west-2", "eu-west-1"];
/// Regions in which they take 10 % off.
const LAMBDA_10: &[&str] =
    &["eu-central-1", "ap-southeast-1", "us-west-1", "sa-east-1", "eu-west-3", "il-central-1", "eu-south-1"];

impl SavingsPlan {
    /// From words: `1y` or `3y` for what the vendor publishes of that term, nothing paid upfront, or a percentage.
    pub fn read(text: &str, committed: Committed, region: &str) -> Result<Self> {
        let text = text.trim();
        let percent = match (text, committed) {
            ("1y" | "3y", Committed::Lambda) if LAMBDA_12.contains(&region) => 12,
            ("1y" | "3y", Committed::Lambda) if LAMBDA_10.contains(&region) => 10,
            ("1y", Committed::Fargate) => 20,
            ("3y", Committed::Fargate) => 45,
            ("1y", Committed::AzurePremium) => 17,
            ("1y" | "3y", _) => {
                return usage(format!(
                    "what a savings plan of `{text}` takes off {} in {region} is not known: write its percentage, \
                     such as 12",
                    committed.name()
                ));
            }
            _ => {
                let percent = text.strip_suffix('%').unwrap_or(text).trim().parse::<Decimal>();
                return match percent {
                    Ok(percent) if (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent) => {
                        Ok(Self { percent: percent.normalize() })
                    }
                    _ => {
                        usage(format!("a savings plan is 1y, 3y or a percentage from 0 to 100, not `{text}`"))
                    }
                };
            }
        };
        Ok(Self { percent: Decimal::from(percent) })
    }

    /// What is assumed of it, for people; `text` as [`SavingsPlan::read`] took it.
    pub fn words(&self, text: &str, committed: Committed) -> String {
        let (what, covered) = match committed {
            Committed::Lambda => {
                ("Compute Savings Plan", "duration and provisioned concurrency, not off requests and storage")
            }
            Committed::Fargate => ("Compute Savings Plan", "processors and memory, not off storage"),
            Committed::AzurePremium => ("savings plan for compute", "processors and memory"),
        };
        let source = match (text.trim(), committed) {
            (term @ ("1y" | "3y"), Committed::Lambda | Committed::Fargate) => {
                let years = if term == "1y" { "1 year" } else { "3 years" };
                format!("{years} with nothing upfront, by the Price List of AWS as read on 2026-11-23")
            }
            ("1y" | "3y", Committed::AzurePremium) => {
                "1 year, about that by Microsoft's pages as read on 2026-11-23".to_owned()
            }
            _ => "the share is as entered".to_owned(),
        };
        format!(
            "a {what} takes {} % off {covered} ({source}); its hourly commitment is all used and covers all of it",
            self.percent.normalize()
        )
    }
}

impl Committed {
    fn name(self) -> &'static str {
        match self {
            Self::Lambda => "AWS Lambda",
            Self::Fargate => "AWS Fargate",
            Self::AzurePremium => "Azure Premium",
        }
    }
}

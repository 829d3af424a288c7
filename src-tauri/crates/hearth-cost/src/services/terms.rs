//! Under which terms something is priced: region, day, month, grants, savings plan. Owns finding rows and saying
//! "unknown" where there is none. Must not know how a service counts.

use crate::Day;
use crate::book::{PriceBook, Row};
use crate::charge::{Charge, Quantity};
use crate::error::{Error, Result, usage};
use crate::line::{Line, LineKind};
use crate::meter::Meter;
use crate::month::MonthLength;
use crate::savings::SavingsPlan;
use hearth_model::Architecture;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How much of a monthly grant is there to take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Grant {
    /// None: list price.
    #[default]
    None,
    /// All of it.
    Whole,
    /// This many units are left; the others were used elsewhere.
    Left(
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        Decimal,
    ),
}

impl Grant {
    /// Units of `whole` that are there to take.
    pub(crate) fn units(&self, whole: Decimal) -> Decimal {
        match self {
            Self::None => Decimal::ZERO,
            Self::Whole => whole,
            Self::Left(units) => *units,
        }
    }
}

/// What is left of the monthly grants of an account, subscription or billing account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Grants {
    /// Of requests, executions, invocations.
    pub requests: Grant,
    /// Of compute: GB-seconds, GHz-seconds, vCPU-seconds.
    pub compute: Grant,
    /// Whether units count as free that the price of a meter gives away: data out, logs, streaming.
    pub others: bool,
}

impl Grants {
    /// All grants of a month.
    pub fn whole() -> Self {
        Self { requests: Grant::Whole, compute: Grant::Whole, others: true }
    }
}

/// Terms of an estimate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The vendor's name of the region.
    pub region: String,
    /// The day whose prices and rules hold.
    pub day: Day,
    /// How long a month is for what runs all the time.
    pub month: MonthLength,
    /// What is left of the grants.
    pub grants: Grants,
    /// A commitment that takes a share off what it covers.
    pub savings_plan: Option<SavingsPlan>,
}

impl Terms {
    /// List prices of `region` on `day`.
    pub fn list(region: impl Into<String>, day: Day) -> Self {
        Self {
            region: region.into(),
            day,
            month: MonthLength::default(),
            grants: Grants::default(),
            savings_plan: None,
        }
    }
}

/// A book together with terms: what calculators ask.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) book: &'a PriceBook,
    pub(crate) terms: &'a Terms,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(book: &'a PriceBook, terms: &'a Terms) -> Result<Self> {
        if let Some(plan) = &terms.savings_plan
            && (plan.percent.is_sign_negative() || plan.percent > Decimal::ONE_HUNDRED)
        {
            return usage(format!("a savings plan takes 0 to 100 % off, not {}", plan.percent));
        }
        for grant in [&terms.grants.requests, &terms.grants.compute] {
            if let Grant::Left(units) = grant
                && units.is_sign_negative()
                && !units.is_zero()
            {
                return usage(format!("what is left of a grant cannot be negative: {units}"));
            }
        }
        Ok(Self { book, terms })
    }

    /// The price in force in the region.
    pub(crate) fn row(&self, meter: Meter, architecture: Option<Architecture>) -> Result<&'a Row> {
        self.book.price(meter, &self.terms.region, architecture, self.terms.day)
    }

    /// A charge at the price of the region.
    pub(crate) fn charge(
        &self,
        name: &'a str,
        label: impl Into<String>,
        meter: Meter,
        architecture: Option<Architecture>,
        quantity: Quantity,
    ) -> Result<Charge<'a>> {
        let row = self.row(meter, architecture)?;
        Ok(Charge::new(self.book, row, name, label, quantity).grants(self.terms.grants.others))
    }

    /// A whole monthly allowance, or nothing when the book has none.
    pub(crate) fn allowance(&self, meter: Meter) -> Decimal {
        self.book.allowance(meter, self.terms.day).map(|(units, _)| units).unwrap_or_default()
    }
}

/// A line, or the line that says that its price is unknown. Other errors stay errors.
pub(crate) fn known_or_unknown(
    line: Result<Line>,
    name: &str,
    label: &str,
    kind: LineKind,
    meter: Meter,
) -> Result<Line> {
    match line {
        Err(error @ Error::NoPrice { .. }) => {
            Ok(Line::unknown(name, label, kind, meter.unit().name(), error.to_string()))
        }
        other => other,
    }
}

//! The price book: versioned list prices of AWS Lambda by region. Owns reading and looking up its rows.
//! Must not know quantities or who pays them.

use crate::error::{Error, Result};
use hearth_model::Architecture;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

const LAMBDA: &str = include_str!("../../../../assets/pricing/lambda.json");

/// One step of a tiered price: what a unit costs from a monthly quantity on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Tier {
    /// First unit of the month that it applies to.
    pub from: Decimal,
    /// US dollars for one unit.
    pub usd: Decimal,
}

/// List prices of on-demand Lambda in one region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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
        self.request[0].usd
    }

    /// US dollars for one GB-second at the first tier.
    pub fn gb_second_usd(&self, architecture: Architecture) -> Decimal {
        self.gb_second(architecture)[0].usd
    }
}

/// List prices with their date and source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceBook {
    date: String,
    source: String,
    lambda: BTreeMap<String, LambdaPrices>,
}

#[derive(Deserialize)]
struct BookFile {
    retrieved: String,
    source: String,
    currency: String,
    regions: BTreeMap<String, LambdaPrices>,
}

impl PriceBook {
    /// Reads a book and refuses one with missing, unordered or negative prices.
    pub fn parse(text: &str) -> Result<Self> {
        let file: BookFile = serde_json::from_str(text).map_err(|error| Error::Book(error.to_string()))?;
        if file.currency != "USD" {
            return Err(Error::Book(format!("prices are in {}, not in USD", file.currency)));
        }
        for (region, prices) in &file.regions {
            for (meter, tiers) in
                [("request", &prices.request), ("x86_64", &prices.x86_64), ("arm64", &prices.arm64)]
            {
                check_tiers(tiers).map_err(|what| Error::Book(format!("{meter} in {region} {what}")))?;
            }
        }
        Ok(Self { date: file.retrieved, source: file.source, lambda: file.regions })
    }

    /// The book that comes with Hearth.
    pub fn bundled() -> Result<Self> {
        Self::parse(LAMBDA)
    }

    /// The day its prices were read, `2026-11-23`.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Where its prices come from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its regions in alphabetical order.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.lambda.keys().map(String::as_str)
    }

    /// The prices of one region.
    pub fn lambda(&self, region: &str) -> Result<&LambdaPrices> {
        self.lambda.get(region).ok_or_else(|| Error::UnknownRegion(region.to_owned()))
    }
}

fn check_tiers(tiers: &[Tier]) -> std::result::Result<(), &'static str> {
    match tiers.first() {
        None => return Err("has no price"),
        Some(first) if !first.from.is_zero() => return Err("does not start at 0"),
        Some(_) => {}
    }
    if tiers.iter().any(|tier| tier.usd.is_sign_negative()) {
        return Err("has a negative price");
    }
    if tiers.windows(2).any(|pair| pair[0].from >= pair[1].from) {
        return Err("has tiers out of order");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_book_has_the_published_prices() {
        let book = PriceBook::bundled().unwrap();
        let prices = book.lambda("us-east-1").unwrap();
        assert_eq!(prices.request_usd().to_string(), "0.0000002");
        assert_eq!(prices.gb_second_usd(Architecture::X86_64).to_string(), "0.0000166667");
        assert_eq!(prices.gb_second_usd(Architecture::Arm64).to_string(), "0.0000133334");
        assert_eq!(prices.gb_second(Architecture::X86_64).len(), 3, "three monthly tiers");
        assert_eq!(book.date(), "2026-11-23");
        assert!(book.regions().count() > 30, "the other commercial regions are there too");
    }

    #[test]
    fn request_prices_are_never_those_of_lambda_at_edge() {
        let book = PriceBook::bundled().unwrap();
        for region in book.regions() {
            let usd = book.lambda(region).unwrap().request_usd();
            assert!(
                usd < Decimal::new(4, 7),
                "{region} charges {usd} a request, which looks like another meter"
            );
        }
    }

    #[test]
    fn an_unknown_region_is_an_error_and_not_free() {
        let book = PriceBook::bundled().unwrap();
        assert_eq!(book.lambda("moon-1"), Err(Error::UnknownRegion("moon-1".to_owned())));
    }

    #[test]
    fn a_book_with_a_broken_row_is_refused() {
        for broken in ["[]", "[{\"from\":\"1\",\"usd\":\"1\"}]", "[{\"from\":\"0\",\"usd\":\"-1\"}]"] {
            let text = format!(
                "{{\"retrieved\":\"2026-01-01\",\"source\":\"test\",\"currency\":\"USD\",\"regions\":{{\"r\":{{\"request\":{broken},\
                 \"x86_64\":[{{\"from\":\"0\",\"usd\":\"1\"}}],\"arm64\":[{{\"from\":\"0\",\"usd\":\"1\"}}]}}}}}}"
            );
            assert!(matches!(PriceBook::parse(&text), Err(Error::Book(_))), "{broken} is not a price");
        }
    }
}

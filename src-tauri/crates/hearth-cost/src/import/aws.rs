//! The AWS Price List: Lambda, ECS for Fargate, CloudWatch, VPC and data transfer. Owns the exact group or usage type of each meter: a part of
//! a name also hits Lambda@Edge, ARM, Windows and Spot rows.

use super::{PriceList, day_of, wrong};
use crate::Day;
use crate::book::{Confidence, Currency, Row, Tier, decimal};
use crate::error::{Error, Result};
use crate::meter::Meter;
use hearth_model::Architecture;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

const AWS: &str = "AWS";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer {
    offer_code: String,
    publication_date: String,
    products: BTreeMap<String, Product>,
    terms: Terms,
}

#[derive(Deserialize)]
struct Product {
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Terms {
    #[serde(rename = "OnDemand", default)]
    on_demand: BTreeMap<String, BTreeMap<String, Term>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Term {
    #[serde(default)]
    effective_date: String,
    price_dimensions: BTreeMap<String, Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    unit: String,
    #[serde(default)]
    begin_range: Option<String>,
    price_per_unit: BTreeMap<String, String>,
}

const X86: Option<Architecture> = Some(Architecture::X86_64);
const ARM: Option<Architecture> = Some(Architecture::Arm64);

/// A meter, its architecture, and a word that its unit must contain.
type Selected = (Meter, Option<Architecture>, &'static str);

/// By the exact group of AWSLambda. Groups of ARM whose price is the same for both are not read twice.
fn lambda(group: &str) -> Option<Selected> {
    Some(match group {
        "AWS-Lambda-Requests" => (Meter::LambdaRequests, None, "request"),
        "AWS-Lambda-Duration" => (Meter::LambdaDuration, X86, "second"),
        "AWS-Lambda-Duration-ARM" => (Meter::LambdaDuration, ARM, "second"),
        "AWS-Lambda-Storage-Duration" => (Meter::LambdaEphemeral, None, "second"),
        "AWS-Lambda-Provisioned-Concurrency" => (Meter::LambdaProvisioned, X86, "second"),
        "AWS-Lambda-Provisioned-Concurrency-ARM" => (Meter::LambdaProvisioned, ARM, "second"),
        "AWS-Lambda-Duration-Provisioned" => (Meter::LambdaProvisionedDuration, X86, "second"),
        "AWS-Lambda-Duration-Provisioned-ARM" => (Meter::LambdaProvisionedDuration, ARM, "second"),
        "AWS-Lambda-Processed-Bytes" => (Meter::LambdaStream, None, "gb"),
        "AWS-Lambda-Durable-Execution-Operations" => (Meter::LambdaDurableOperations, None, "operation"),
        "AWS-Lambda-Durable-Execution-Written-Bytes" => (Meter::LambdaDurableWritten, None, "gb"),
        "AWS-Lambda-Durable-Execution-TimedStorage-ByteHrs" => (Meter::LambdaDurableRetained, None, "gb"),
        "AWS-Lambda-Event-Poller-Unit-Duration" => (Meter::LambdaKafkaPoller, None, "hour"),
        "AWS-Lambda-SQS-Event-Poller-Unit-Duration" => (Meter::LambdaSqsPoller, None, "hour"),
        "AWS-Lambda-Edge-Requests" => (Meter::LambdaEdgeRequests, None, "request"),
        "AWS-Lambda-Edge-Duration" => (Meter::LambdaEdgeDuration, None, "second"),
        _ => return None,
    })
}

/// By the exact usage type of AmazonECS after the region's prefix.
fn fargate(usage: &str) -> Option<Selected> {
    Some(match usage {
        "Fargate-vCPU-Hours:perCPU" => (Meter::FargateVcpu, X86, "hour"),
        "Fargate-GB-Hours" => (Meter::FargateMemory, X86, "hour"),
        "Fargate-ARM-vCPU-Hours:perCPU" => (Meter::FargateVcpu, ARM, "hour"),
        "Fargate-ARM-GB-Hours" => (Meter::FargateMemory, ARM, "hour"),
        "Fargate-Windows-vCPU-Hours:perCPU" => (Meter::FargateWindowsVcpu, X86, "hour"),
        "Fargate-Windows-OS-Hours:perCPU" => (Meter::FargateWindowsOs, X86, "hour"),
        "Fargate-Windows-GB-Hours" => (Meter::FargateWindowsMemory, X86, "hour"),
        "Fargate-EphemeralStorage-GB-Hours" => (Meter::FargateEphemeral, None, "hour"),
        _ => return None,
    })
}

/// By the exact usage type of AmazonCloudWatch after the region's prefix. Logs of Lambda are vended logs since
/// 2025-05-01; those of WAF and CloudFront have names of their own.
fn cloudwatch(usage: &str) -> Option<Selected> {
    Some(match usage {
        "VendedLog-Bytes" => (Meter::LogsIngest, None, "gb"),
        "TimedStorage-ByteHrs" => (Meter::LogsStorage, None, "gb"),
        "DataScanned-Bytes" => (Meter::LogsScan, None, "gb"),
        "CW:GMD-Metrics" => (Meter::MetricData, None, "metric"),
        _ => return None,
    })
}

/// By the exact usage type of AmazonVPC after the region's prefix.
fn vpc(usage: &str) -> Option<Selected> {
    Some(match usage {
        "PublicIPv4:InUseAddress" => (Meter::PublicIpv4, None, "hr"),
        "NatGateway-Hours" => (Meter::NatHour, None, "hr"),
        "NatGateway-Bytes" => (Meter::NatGb, None, "gb"),
        _ => return None,
    })
}

/// By the exact usage type of AWSDataTransfer after the region's prefix: to the internet alone, not to other regions.
fn transfer(usage: &str) -> Option<Selected> {
    (usage == "DataTransfer-Out-Bytes").then_some((Meter::InternetOut, None, "gb"))
}

/// Gigabytes to the internet that are free in a month, of an account over all services; the list's own tiers begin
/// beyond them.
const FREE_OUT_GB: Decimal = Decimal::ONE_HUNDRED;

/// The usage type without the region's prefix, `USE1-`: letters and digits only, so that `USE1-Spot-…` keeps its own.
fn without_prefix(usage: &str) -> &str {
    match usage.split_once('-') {
        Some((prefix, rest)) if is_prefix(prefix) => rest,
        _ => usage,
    }
}

fn is_prefix(word: &str) -> bool {
    word.len() <= 5 && word.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
}

/// A product with its terms, as `pricing:GetProducts` gives one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    product: ListedProduct,
    #[serde(default)]
    publication_date: String,
    terms: ListedTerms,
}

#[derive(Deserialize)]
struct ListedProduct {
    sku: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct ListedTerms {
    #[serde(rename = "OnDemand", default)]
    on_demand: BTreeMap<String, Term>,
}

fn unread(error: &serde_json::Error) -> Error {
    Error::PriceList { vendor: AWS, what: error.to_string() }
}

/// Rows of an offer file, `index.json` of one region or of all.
pub fn aws_price_list(text: &str, retrieved: Day) -> Result<PriceList> {
    rows(&serde_json::from_str(text).map_err(|error| unread(&error))?, "AWS Price List API", retrieved)
}

/// Rows of the products of a service, as `pricing:GetProducts` gives them: a JSON document each.
pub fn aws_price_products(service: &str, products: &[String], retrieved: Day) -> Result<PriceList> {
    let mut offer = Offer {
        offer_code: service.to_owned(),
        publication_date: String::new(),
        products: BTreeMap::new(),
        terms: Terms { on_demand: BTreeMap::new() },
    };
    for text in products {
        let one: Listed = serde_json::from_str(text).map_err(|error| unread(&error))?;
        offer.publication_date = offer.publication_date.max(one.publication_date);
        offer.terms.on_demand.insert(one.product.sku.clone(), one.terms.on_demand);
        offer.products.insert(one.product.sku, Product { attributes: one.product.attributes });
    }
    rows(&offer, "AWS Price List Query API", retrieved)
}

fn rows(offer: &Offer, said_by: &str, retrieved: Day) -> Result<PriceList> {
    let source = format!("aws-price-list-{}", offer.offer_code);
    let published = offer.publication_date.get(..10).unwrap_or("an unknown day").to_owned();
    let mut list = PriceList {
        words: format!("{said_by}, {} publication of {published}", offer.offer_code),
        source,
        rows: Vec::new(),
        remarks: Vec::new(),
    };
    for (sku, product) in &offer.products {
        let attribute = |name: &str| product.attributes.get(name).map_or("", String::as_str);
        let selected = match offer.offer_code.as_str() {
            "AWSLambda" => lambda(attribute("group")),
            "AmazonECS" => fargate(without_prefix(attribute("usagetype"))),
            "AmazonCloudWatch" => cloudwatch(without_prefix(attribute("usagetype"))),
            "AmazonVPC" => vpc(without_prefix(attribute("usagetype"))),
            "AWSDataTransfer" => transfer(without_prefix(attribute("usagetype"))),
            other => return wrong(AWS, format!("the offer `{other}` is none that Hearth reads")),
        };
        let Some((meter, architecture, unit)) = selected else { continue };
        // Allowances are products too: without a region, at no price, or for China only.
        let words = format!("{} {}", attribute("groupDescription"), attribute("usagetype")).to_lowercase();
        if words.contains("free tier") || attribute("location") == "Any" {
            continue;
        }
        let region = match meter {
            Meter::LambdaEdgeRequests | Meter::LambdaEdgeDuration | Meter::PublicIpv4 => "global",
            Meter::InternetOut => attribute("fromRegionCode"),
            _ => attribute("regionCode"),
        };
        if region.is_empty() {
            list.remarks.push(format!("{meter} of {sku} names no region and is left out"));
            continue;
        }
        let terms = offer.terms.on_demand.get(sku).into_iter().flat_map(BTreeMap::values);
        for term in terms {
            match row(sku, (meter, architecture, unit), region, term, retrieved, &list.source) {
                Ok(Some(row)) => push(&mut list, row),
                Ok(None) => {}
                Err(why) => list.remarks.push(format!("{meter} in {region} ({sku}) {why} and is left out")),
            }
        }
    }
    if list.rows.is_empty() {
        return wrong(
            AWS,
            format!("{} of {published} has none of the prices that Hearth uses", offer.offer_code),
        );
    }
    Ok(list)
}

/// Edge products and addresses come once for each region with the same price; others must be one of their kind.
fn push(list: &mut PriceList, row: Row) {
    let Some(twin) = list.rows.iter().find(|other| other.key() == row.key()) else {
        list.rows.push(row);
        return;
    };
    if twin.tiers != row.tiers {
        let remark = format!(
            "{} has a second price in {}: the one of {} is kept",
            row.key(),
            row.sku.unwrap_or_default(),
            twin.sku.clone().unwrap_or_default()
        );
        list.remarks.push(remark);
    }
}

fn row(
    sku: &str,
    (meter, architecture, unit): Selected,
    region: &str,
    term: &Term,
    retrieved: Day,
    source: &str,
) -> std::result::Result<Option<Row>, String> {
    let mut tiers = Vec::with_capacity(term.price_dimensions.len());
    let mut currency = Currency::Usd;
    for dimension in term.price_dimensions.values() {
        if !dimension.unit.to_lowercase().contains(unit) {
            return Err(format!("is per `{}`", dimension.unit));
        }
        let (price, paid) = match (dimension.price_per_unit.get("USD"), dimension.price_per_unit.get("CNY")) {
            (Some(price), _) => (price, Currency::Usd),
            (None, Some(price)) => (price, Currency::Cny),
            (None, None) => return Err("has no price in USD or CNY".to_owned()),
        };
        currency = paid;
        let price = decimal(price).ok_or_else(|| format!("has a price that is no number: `{price}`"))?;
        let begin = dimension.begin_range.as_deref().unwrap_or("0");
        let from = decimal(begin).ok_or_else(|| format!("has a tier that is no number: `{begin}`"))?;
        tiers.push(Tier { from: from.normalize(), price: price.normalize() });
    }
    tiers.sort_by_key(|tier| tier.from);
    if meter == Meter::InternetOut
        && let Some(first) = tiers.first_mut()
        && first.from.is_zero()
        && !first.price.is_zero()
    {
        first.from = FREE_OUT_GB;
        tiers.insert(0, Tier { from: Decimal::ZERO, price: Decimal::ZERO });
    }
    if tiers.iter().all(|tier| tier.price.is_zero()) {
        return Ok(None);
    }
    let row = Row {
        meter,
        region: region.to_owned(),
        architecture,
        currency,
        unit_scale: 1,
        tiers,
        allowance: None,
        effective_from: day_of(&term.effective_date),
        effective_to: None,
        source: vec![source.to_owned()],
        retrieved,
        confidence: Confidence::High,
        sku: Some(sku.to_owned()),
        note: None,
    };
    row.check()?;
    // The list counts bytes of data by GB where the price is per GB; a price of a thousand dollars is another unit.
    if row.tiers.iter().any(|tier| tier.price > Decimal::ONE_THOUSAND) {
        return Err(format!("costs {}, which no meter of Hearth does", row.tiers[0].price));
    }
    Ok(Some(row))
}

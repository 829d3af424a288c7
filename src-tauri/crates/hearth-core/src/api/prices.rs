//! Price books: what there is, what a refresh brought, what waits for a yes.

use hearth_cost::Change;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One price book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BookInfo {
    /// Its day.
    pub date: String,
    /// How many prices it has.
    pub rows: u32,
    /// Whether it came with Hearth.
    pub bundled: bool,
}

/// The price books and what waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PricesInfo {
    /// Day of the newest book, which prices what happens now.
    pub date: String,
    /// Every book, oldest first: usage is priced with the one of its day.
    pub books: Vec<BookInfo>,
    /// Prices that moved too far to be believed without a person's yes.
    pub waiting: Vec<Change>,
    /// Files among the price books that are none, each with what is wrong in it; the other books are used.
    pub unread: Vec<String>,
    /// Regions with prices of Lambda.
    pub regions: Vec<String>,
}

/// Which rows of the newest book.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct PricesQuery {
    /// Only of this region; prices that hold everywhere are of every region.
    pub region: Option<String>,
    /// Only those whose provider, service or meter contains this.
    pub text: Option<String>,
}

/// One tier of a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceTier {
    /// From this monthly quantity on, a decimal.
    pub from: String,
    /// For one unit, a decimal.
    pub price: String,
}

/// One price of the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceRow {
    /// Names it: `aws/lambda/duration us-east-1 arm64`.
    pub key: String,
    /// Provider.
    pub provider: String,
    /// Service.
    pub service: String,
    /// Meter.
    pub meter: String,
    /// Region.
    pub region: String,
    /// Processors, when the price depends on them.
    pub architecture: Option<String>,
    /// `USD`.
    pub currency: String,
    /// What one is.
    pub unit: String,
    /// Tiers per unit; empty for a free allowance.
    pub tiers: Vec<PriceTier>,
    /// Units that are free each month, a decimal.
    pub allowance: Option<String>,
    /// First day in force.
    pub effective_from: Option<String>,
    /// Where it was read.
    pub source: String,
    /// When.
    pub retrieved: String,
    /// `high`, `medium` or `low`.
    pub confidence: hearth_cost::Confidence,
    /// What one should know.
    pub note: Option<String>,
}

/// Rows with the day of their book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceRows {
    /// Day of the book.
    pub date: String,
    /// All that fit.
    pub rows: Vec<PriceRow>,
}

/// Who publishes price lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum PriceVendor {
    /// The AWS Price List, without an account.
    Aws,
    /// The Azure Retail Prices API, without an account.
    Azure,
    /// The Google Cloud Billing Catalog, with a key.
    Google,
}

/// What to fetch.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct PricesRefresh {
    /// From whom; empty for AWS and Azure, and Google when there is a key.
    pub vendors: Vec<PriceVendor>,
    /// Regions, by the vendors' names; empty for those of the book.
    pub regions: Vec<String>,
    /// An API key of Google; used once, never kept.
    pub google_key: Option<String>,
    /// The account of AWS that asks for AWS's prices, by id or name; none for the files that AWS publishes for everybody.
    pub account: Option<String>,
}

impl std::fmt::Debug for PricesRefresh {
    /// Without the key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PricesRefresh")
            .field("vendors", &self.vendors)
            .field("regions", &self.regions)
            .field("google_key", &self.google_key.as_ref().map(|_| "…"))
            .field("account", &self.account)
            .finish()
    }
}

/// Something that could not be fetched or read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceFailure {
    /// Whose prices stay as they were.
    pub vendor: PriceVendor,
    /// Why.
    pub message: String,
}

/// What a refresh brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PricesRefreshed {
    /// Day of the newest book now.
    pub date: String,
    /// What changed and counts.
    pub changes: Vec<Change>,
    /// What waits for a person's yes.
    pub waiting: Vec<Change>,
    /// How many prices are the same.
    pub same: u32,
    /// What was left out, and why.
    pub remarks: Vec<String>,
    /// What failed; the others count.
    pub failures: Vec<PriceFailure>,
    /// Hosts that were asked.
    pub hosts: Vec<String>,
}

/// Which waiting prices, and what of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PricesConfirm {
    /// Keys of those that wait; empty for all.
    pub keys: Vec<String>,
    /// Whether they shall count; otherwise they are dropped.
    pub accept: bool,
}

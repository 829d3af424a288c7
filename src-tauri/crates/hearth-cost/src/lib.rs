//! Prices and cost arithmetic. Pure: integers in, exact decimals out, no I/O, no clock.
//!
//! A [`PriceBook`] holds list prices with their sources; [`Books`] choose the book of a day. Calculators turn usage
//! into a [`Breakdown`], whose lines open to rate × quantity, tier by tier. Must not know the ledger, the runtime or
//! a user interface.

mod billed;
mod billing;
mod book;
mod charge;
mod error;
mod estimate;
mod import;
mod line;
mod meter;
mod month;
mod projection;
mod receipt;
mod savings;
mod scope;
mod services;
mod usage;
mod words;

pub use billed::{BilledLine, BilledOptions, billed_lines};
pub use billing::{
    AZURE_CONSUMPTION_MB, InitBilling, Package, Plan, Reported, Rule, RuleContext, Time, billed_memory_mb,
    billed_time, gen1_ghz, parse_report, rule,
};
pub use book::{
    BookDiff, Books, Change, ChangeKind, Confidence, Currency, LambdaPrices, MOVE_THAT_NEEDS_A_YES,
    PriceBook, Row, Tier, google_tier,
};
pub use charge::Quantity;
pub use error::{Error, Result};
pub use estimate::{CaseAmount, CaseAnswer, CaseFigures, estimate_cases};
pub use import::{
    AzurePage, GooglePage, PriceList, Refreshed, aws_price_list, aws_price_products, azure_retail_prices,
    google_meter, google_skus, refresh,
};
pub use line::{Basis, Breakdown, Line, LineKind, PriceSource, Step, cents};
pub use meter::{Meter, Provider, Unit};
pub use month::{BillingMonth, MonthLength};
pub use projection::{
    BreakEven, CurvePoint, DurationAssumption, FunctionUsage, KeptReady, ProvisionedTarget, Target,
    TargetPlan, TaskTime, break_even, cost_curve, kept_ready, project, task_time,
};
pub use receipt::{BilledAt, Receipt, ReceiptLine, receipt, receipt_at};
pub use rust_decimal::Decimal;
pub use savings::{Committed, SavingsPlan};
pub use scope::{
    FunctionShare, Metered, ScopeBill, ScopeGroup, Stretch, allocate, bill_month, bill_scope, list_month,
    metered,
};
pub use services::azure::PremiumSku;
pub use services::lambda_extras::{LambdaExtras, MicroVms, requests_of_event};
pub use services::others::OtherOffer;
pub use services::{FargatePlatform, Grant, Grants, OwnServer, Terms, fits_task_size, task_size};
pub use usage::{Cost, MemoryTime, Usage, cost_of};

/// A day of the calendar; prices are dated by days.
pub type Day = jiff::civil::Date;

//! Price books of a running Hearth: what `prices_get`, `prices_rows`, `prices_refresh` and `prices_confirm` do. Owns
//! when something is fetched: only when a person asks. What a price means is hearth-cost's.

mod fetch;
mod lists;
mod shelf;

pub(crate) use shelf::PriceShelf;

use crate::api::{
    BookInfo, Empty, PriceFailure, PriceRow, PriceRows, PriceTier, PriceVendor, PricesConfirm, PricesInfo,
    PricesQuery, PricesRefresh, PricesRefreshed,
};
use crate::clouds::Clouds;
use crate::{ApiError, App, ErrorCode, Result};
use fetch::Fetcher;
use hearth_cloud::Capability;
use hearth_cost::{BookDiff, Day, PriceBook, PriceList, Provider};
use hearth_model::Micros;
use std::collections::BTreeSet;

/// Where price lists are fetched from: addresses without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceSources {
    /// The AWS Price List bulk API.
    pub aws: String,
    /// The Azure Retail Prices API.
    pub azure: String,
    /// The Google Cloud Billing Catalog.
    pub google: String,
}

impl Default for PriceSources {
    fn default() -> Self {
        Self {
            aws: "https://pricing.us-east-1.amazonaws.com".to_owned(),
            azure: "https://prices.azure.com".to_owned(),
            google: "https://cloudbilling.googleapis.com".to_owned(),
        }
    }
}

pub(crate) async fn get(app: &App, _request: Empty) -> Result<PricesInfo> {
    info(app)
}

fn info(app: &App) -> Result<PricesInfo> {
    let shelf = app.price_shelf();
    let books = shelf.books();
    let bundled = PriceBook::bundled()?;
    let current = books.current();
    let waiting = shelf.pending().map(|pending| compared(current, &pending)).unwrap_or_default();
    Ok(PricesInfo {
        date: current.date().to_owned(),
        books: books
            .all()
            .iter()
            .map(|book| BookInfo {
                date: book.date().to_owned(),
                rows: u32::try_from(book.rows().len()).unwrap_or(u32::MAX),
                bundled: *book == bundled,
            })
            .collect(),
        waiting,
        unread: app.price_shelf().unread(),
        regions: current.regions().map(str::to_owned).collect(),
    })
}

/// What each pending price would change.
fn compared(current: &PriceBook, pending: &PriceBook) -> Vec<hearth_cost::Change> {
    let keys: BTreeSet<String> = pending.rows().iter().map(hearth_cost::Row::key).collect();
    let mut changes = BookDiff::between(current, pending).changes;
    changes.retain(|change| keys.contains(&change.key));
    for change in &mut changes {
        change.needs_yes = true;
    }
    changes
}

pub(crate) async fn rows(app: &App, request: PricesQuery) -> Result<PriceRows> {
    let book = app.prices();
    if let Some(region) = &request.region
        && !knows(&book, region)
    {
        return Err(unknown_region(region));
    }
    let text = request.text.as_deref().unwrap_or_default().to_lowercase();
    let rows = book
        .rows()
        .iter()
        .filter(|row| row.effective_to.is_none())
        .filter(|row| {
            request.region.as_ref().is_none_or(|region| {
                row.region == *region
                    || row.region == "global"
                    || hearth_cost::google_tier(row.meter.service(), region) == Some(row.region.as_str())
            })
        })
        .filter(|row| row.key().contains(&text))
        .map(|row| PriceRow {
            key: row.key(),
            provider: row.meter.provider().to_string(),
            service: row.meter.service().to_owned(),
            meter: row.meter.name().to_owned(),
            region: row.region.clone(),
            architecture: row.architecture.map(|architecture| match architecture {
                hearth_model::Architecture::X86_64 => "x86_64".to_owned(),
                hearth_model::Architecture::Arm64 => "arm64".to_owned(),
            }),
            currency: row.currency.code().to_owned(),
            unit: row.meter.unit().name().to_owned(),
            tiers: row
                .unit_tiers()
                .into_iter()
                .map(|tier| PriceTier { from: tier.from.to_string(), price: tier.price.to_string() })
                .collect(),
            allowance: row.allowance.map(|units| units.normalize().to_string()),
            effective_from: row.effective_from.map(|day| day.to_string()),
            source: book.source_of(row),
            retrieved: row.retrieved.to_string(),
            confidence: row.confidence,
            note: row.note.clone(),
        })
        .collect();
    Ok(PriceRows { date: book.date().to_owned(), rows })
}

const PROVIDERS: [Provider; 3] = [Provider::Aws, Provider::Azure, Provider::Gcp];

fn knows(book: &PriceBook, region: &str) -> bool {
    PROVIDERS.iter().any(|provider| book.knows_region(*provider, region))
}

fn unknown_region(region: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, format!("there are no prices for the region `{region}`"))
        .with_hint("Write it as its vendor does: us-east-1, westeurope, europe-west3.")
}

/// The day of an instant, in UTC; none beyond all calendars.
pub(crate) fn day(instant: Micros) -> Option<Day> {
    let instant = jiff::Timestamp::from_microsecond(instant.0).ok()?;
    Some(instant.to_zoned_datetime(jiff::tz::TimeZone::UTC).date())
}

fn today(app: &App) -> Result<Day> {
    day(app.now()).ok_or_else(|| ApiError::internal("the clock shows no day"))
}

/// AWS's prices, asked for by an account. It is read-only, so nobody needs to unlock it.
async fn as_account(app: &App, account: &str, wanted: &lists::Wanted<'_>) -> Result<Vec<PriceList>> {
    let account = Clouds::account(app, account).await?;
    let provider = Clouds::open(app, &account).await?;
    if !provider.capabilities().can(Capability::ListPrices) {
        let message = format!("`{}` cannot be asked for list prices", account.name);
        return Err(ApiError::new(ErrorCode::InvalidInput, message)
            .with_hint("Name an account of AWS, or none for the public lists."));
    }
    lists::aws_as(&account, provider.as_ref(), wanted).await
}

pub(crate) async fn refresh(app: &App, request: PricesRefresh) -> Result<PricesRefreshed> {
    let shelf = app.price_shelf();
    // One at a time: two would write over each other's books.
    let _alone = shelf.alone().await;
    let day = today(app)?;
    let old = app.prices();
    if let Some(unknown) = request.regions.iter().find(|region| !knows(&old, region)) {
        return Err(unknown_region(unknown));
    }
    let mut vendors = request.vendors.clone();
    if vendors.is_empty() {
        vendors = vec![PriceVendor::Aws, PriceVendor::Azure];
        if request.google_key.is_some() {
            vendors.push(PriceVendor::Google);
        }
    }
    let fetcher = Fetcher::new(shelf.sources())?;
    let wanted = lists::Wanted { book: &old, regions: &request.regions, day };
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for vendor in vendors {
        let fetched = match vendor {
            PriceVendor::Aws => match &request.account {
                Some(account) => as_account(app, account, &wanted).await,
                None => lists::aws(&fetcher, &wanted).await,
            },
            PriceVendor::Azure => lists::azure(&fetcher, &wanted).await,
            PriceVendor::Google => lists::google(&fetcher, &wanted, request.google_key.as_deref()).await,
        };
        match fetched {
            Ok(lists) => found.extend(lists),
            Err(error) => failures.push((vendor, error)),
        }
    }
    shelf.note_hosts(fetcher.hosts());
    if found.is_empty() {
        // Nothing came: the first reason is the answer, and the old prices stay.
        let error = failures.into_iter().map(|(_, error)| error).next();
        return Err(error.unwrap_or_else(|| ApiError::internal("no price list was asked for")));
    }
    let done = hearth_cost::refresh(&old, day, &found, &BTreeSet::new())?;
    shelf.keep(&done.book)?;
    shelf.hold(done.pending.as_ref())?;
    Ok(PricesRefreshed {
        date: done.book.date().to_owned(),
        changes: done.changes,
        waiting: done.waiting,
        same: done.same,
        remarks: done.remarks,
        failures: failures
            .into_iter()
            .map(|(vendor, error)| PriceFailure { vendor, message: error.message })
            .collect(),
        hosts: fetcher.hosts(),
    })
}

pub(crate) async fn confirm(app: &App, request: PricesConfirm) -> Result<PricesInfo> {
    let shelf = app.price_shelf();
    let _alone = shelf.alone().await;
    let Some(pending) = shelf.pending() else {
        return Err(ApiError::new(ErrorCode::NotFound, "no price waits for a yes"));
    };
    let waits = |key: &String| pending.rows().iter().any(|row| row.key() == *key);
    if let Some(unknown) = request.keys.iter().find(|key| !waits(key)) {
        return Err(ApiError::new(ErrorCode::NotFound, format!("no price `{unknown}` waits for a yes"))
            .with_hint("`hearth prices` lists those that do."));
    }
    let (chosen, rest): (Vec<_>, Vec<_>) = pending
        .rows()
        .iter()
        .cloned()
        .partition(|row| request.keys.is_empty() || request.keys.contains(&row.key()));
    if request.accept {
        let day = today(app)?.max(app.prices().day());
        shelf.keep(&app.prices().revised(day, chosen, pending.sources())?)?;
    }
    let rest = if rest.is_empty() {
        None
    } else {
        let words = "waiting for a yes".to_owned();
        Some(PriceBook::new(pending.day(), words, pending.sources().clone(), rest)?)
    };
    shelf.hold(rest.as_ref())?;
    info(app)
}

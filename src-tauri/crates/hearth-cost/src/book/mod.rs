//! The price book: immutable rows with their date and sources. Owns reading, writing and looking up rows.
//! Must not know quantities or who pays them.

mod diff;
mod history;
mod lambda;
mod regions;
mod row;
#[cfg(test)]
mod tests;

use crate::Day;
use crate::error::{Error, Result};
use crate::meter::{Meter, Provider};
pub use diff::{BookDiff, Change, ChangeKind, MOVE_THAT_NEEDS_A_YES};
use hearth_model::Architecture;
pub use history::Books;
pub use lambda::LambdaPrices;
pub use regions::google_tier;
pub use row::{Confidence, Currency, Row, Tier};
pub(crate) use row::{RowForm, decimal, plain};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

const BUNDLED: &str = include_str!("../../../../../assets/pricing/book.json");
/// The region of prices that are the same everywhere.
pub(crate) const EVERYWHERE: &str = "global";

/// List prices with their date and sources: a cheap handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceBook(Arc<Book>);

#[derive(Debug, PartialEq, Eq)]
struct Book {
    day: Day,
    date: String,
    source: String,
    sources: BTreeMap<String, String>,
    rows: Vec<Row>,
    /// Places in `rows` by meter and region, so that a look-up reads a handful of rows.
    index: HashMap<Meter, BTreeMap<String, Vec<usize>>>,
    lambda: BTreeMap<String, LambdaPrices>,
    /// Names of regions by provider, without `global`.
    regions: HashMap<Provider, BTreeSet<String>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct BookForm {
    schema: u32,
    date: String,
    source: String,
    sources: BTreeMap<String, String>,
    rows: Vec<RowForm>,
}

impl PriceBook {
    /// Reads a book and refuses one with a typo, a missing, unordered or negative price, naming row and value.
    pub fn parse(text: &str) -> Result<Self> {
        let form: BookForm = serde_json::from_str(text).map_err(|error| Error::Book(error.to_string()))?;
        if form.schema != 1 {
            return Err(Error::Book(format!("it is of form {}, Hearth reads form 1", form.schema)));
        }
        let day = form
            .date
            .parse::<Day>()
            .map_err(|_| Error::Book(format!("its date is no day: `{}`", form.date)))?;
        let rows = form
            .rows
            .into_iter()
            .enumerate()
            .map(|(place, row)| row.into_row(place + 1))
            .collect::<Result<Vec<_>>>()?;
        Self::new(day, form.source, form.sources, rows)
    }

    /// A book of rows that are good each on its own; refuses unknown sources and two prices for one thing.
    pub fn new(day: Day, source: String, sources: BTreeMap<String, String>, rows: Vec<Row>) -> Result<Self> {
        let mut index: HashMap<Meter, BTreeMap<String, Vec<usize>>> = HashMap::new();
        let mut regions: HashMap<Provider, BTreeSet<String>> = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            let wrong = |what: String| {
                Error::Book(format!("row {} ({} in {}) {what}", place + 1, row.meter, row.region))
            };
            row.check().map_err(wrong)?;
            if let Some(unknown) = row.source.iter().find(|source| !sources.contains_key(*source)) {
                return Err(wrong(format!("names the unknown source `{unknown}`")));
            }
            let places = index.entry(row.meter).or_default().entry(row.region.clone()).or_default();
            let twin = places.iter().find(|other| overlaps(&rows[**other], row));
            if let Some(twin) = twin {
                return Err(wrong(format!("gives a second price for what row {} prices", twin + 1)));
            }
            places.push(place);
            if row.region != EVERYWHERE {
                regions.entry(row.meter.provider()).or_default().insert(row.region.clone());
            }
        }
        let lambda = lambda::collect(&rows);
        Ok(Self(Arc::new(Book { day, date: day.to_string(), source, sources, rows, index, lambda, regions })))
    }

    /// The book that comes with Hearth; parsed once.
    pub fn bundled() -> Result<Self> {
        static BOOK: OnceLock<Result<PriceBook>> = OnceLock::new();
        BOOK.get_or_init(|| Self::parse(BUNDLED)).clone()
    }

    /// The book as a file holds it, one row a line.
    pub fn to_json(&self) -> Result<String> {
        let book = &self.0;
        let rows = book
            .rows
            .iter()
            .map(|row| Ok(format!("    {}", json(&row.form())?)))
            .collect::<Result<Vec<_>>>()?;
        Ok(format!(
            "{{\n  \"schema\": 1,\n  \"date\": {},\n  \"source\": {},\n  \"sources\": {},\n  \"rows\": [\n{}\n  ]\n}}\n",
            json(&book.date)?,
            json(&book.source)?,
            json(&book.sources)?,
            rows.join(",\n")
        ))
    }

    /// The day its prices were read, `2026-11-23`.
    pub fn date(&self) -> &str {
        &self.0.date
    }

    /// The same day.
    pub fn day(&self) -> Day {
        self.0.day
    }

    /// Where its prices of Lambda come from.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Where most prices of a provider come from; none when the book has no price of it.
    pub fn main_source(&self, provider: Provider) -> Option<String> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in self.rows().iter().filter(|row| row.meter.provider() == provider) {
            *counts.entry(self.source_of(row)).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(words, _)| words)
    }

    /// All sources by their keys.
    pub fn sources(&self) -> &BTreeMap<String, String> {
        &self.0.sources
    }

    /// All rows, in the order of the file.
    pub fn rows(&self) -> &[Row] {
        &self.0.rows
    }

    /// Where a row was read, in words.
    pub fn source_of(&self, row: &Row) -> String {
        let words = row.source.iter().filter_map(|key| self.0.sources.get(key).map(String::as_str));
        words.collect::<Vec<_>>().join("; ")
    }

    /// Regions with prices of on-demand Lambda in US dollars, in alphabetical order.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.0.lambda.keys().map(String::as_str)
    }

    /// The prices of on-demand Lambda in one region.
    pub fn lambda(&self, region: &str) -> Result<&LambdaPrices> {
        self.0
            .lambda
            .get(region)
            .ok_or_else(|| Error::UnknownRegion { what: "Lambda".to_owned(), region: region.to_owned() })
    }

    /// Whether any price of this provider names the region.
    pub fn knows_region(&self, provider: Provider, region: &str) -> bool {
        match provider {
            Provider::Gcp if google_tier("cloud_run", region).is_some() => true,
            Provider::Gcp if google_tier("functions_gen1", region).is_some() => true,
            Provider::Aws | Provider::Azure | Provider::Gcp => {
                self.0.regions.get(&provider).is_some_and(|regions| regions.contains(region))
            }
            // Those that have one price for the world have no regions to mistype.
            _ => true,
        }
    }

    /// The regions of a provider, in alphabetical order.
    pub fn regions_of(&self, provider: Provider) -> Vec<String> {
        let mut regions = self.0.regions.get(&provider).cloned().unwrap_or_default();
        if provider == Provider::Gcp {
            regions.extend(regions::google_regions("cloud_run").map(str::to_owned));
            regions.extend(regions::google_regions("functions_gen1").map(str::to_owned));
        }
        regions.into_iter().collect()
    }

    /// The price in force on `day`: that of the region, else the one that holds everywhere. A day before every
    /// row gets the oldest one.
    pub fn price(
        &self,
        meter: Meter,
        region: &str,
        architecture: Option<Architecture>,
        day: Day,
    ) -> Result<&Row> {
        if let Some(row) = self.find(meter, region, architecture, day) {
            return Ok(row);
        }
        let provider = meter.provider();
        if self.knows_region(provider, region) {
            Err(Error::NoPrice { meter: meter.to_string(), region: region.to_owned() })
        } else {
            Err(Error::UnknownRegion { what: provider.to_string(), region: region.to_owned() })
        }
    }

    fn find(&self, meter: Meter, region: &str, architecture: Option<Architecture>, day: Day) -> Option<&Row> {
        let regions = self.0.index.get(&meter)?;
        let tier =
            if meter.provider() == Provider::Gcp { google_tier(meter.service(), region) } else { None };
        let everywhere = || self.knows_region(meter.provider(), region).then(|| regions.get(EVERYWHERE));
        let places = regions
            .get(region)
            .or_else(|| tier.and_then(|tier| regions.get(tier)))
            .or_else(|| everywhere().flatten())?;
        let fits = |row: &&Row| row.architecture.is_none() || row.architecture == architecture;
        let rows = places.iter().map(|place| &self.0.rows[*place]).filter(fits);
        let mut oldest: Option<&Row> = None;
        for row in rows {
            if row.is_in_force(day) {
                return Some(row);
            }
            // Used when the day lies before every row, or after the last one ended.
            if oldest.is_none_or(|other| row.effective_from < other.effective_from) {
                oldest = Some(row);
            }
        }
        oldest
    }

    /// What is free each month of an allowance meter; none when the book does not say.
    pub fn allowance(&self, meter: Meter, day: Day) -> Option<(Decimal, &Row)> {
        let places = self.0.index.get(&meter)?.get(EVERYWHERE)?;
        let rows = places.iter().map(|place| &self.0.rows[*place]);
        let row = rows.into_iter().find(|row| row.is_in_force(day))?;
        Some((row.allowance?, row))
    }
}

fn overlaps(one: &Row, other: &Row) -> bool {
    let before = |end: Option<Day>, begin: Option<Day>| matches!((end, begin), (Some(end), Some(begin)) if end < begin);
    one.architecture == other.architecture
        && !before(one.effective_to, other.effective_from)
        && !before(other.effective_to, one.effective_from)
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Book(error.to_string()))
}

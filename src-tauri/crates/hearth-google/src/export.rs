//! The table that Google exports a bill into: found among the datasets of the account's project, or named by a person.
//! A name becomes part of SQL and of an address, so it is checked here and nowhere else made.

use crate::GoogleAccount;
use crate::client::{Ask, Service};
use crate::fault::Asked;
use crate::wire::{Datasets, Field, Table, TableReference, Tables};
use hearth_cloud::{FaultKind, Result};
use serde::de::DeserializeOwned;

/// Names that Google gives these tables; the first one also says which resource it was.
const NAMES: [&str; 2] = ["gcp_billing_export_resource_v1_", "gcp_billing_export_v1_"];
/// Columns that every export has.
const COLUMNS: [&str; 8] =
    ["service", "sku", "usage_start_time", "project", "cost", "currency", "usage", "credits"];
const MOST_PAGES: usize = 100;
const PAGE: &str = "1000";
const GET: Asked<'static> = Asked { operation: "bigquery.tables.get", location: "" };

/// A table with a bill in it.
#[derive(Debug)]
pub(crate) struct Export {
    /// `PROJECT.DATASET.TABLE`.
    pub(crate) name: String,
    /// Where its data is, for instance `US`.
    pub(crate) location: String,
    /// Whether it says which resource it was.
    pub(crate) has_resources: bool,
    /// Whether it is parted by the day on which a row was written.
    pub(crate) by_day_written: bool,
}

impl Export {
    /// The table that is named, or the only one that there is.
    pub(crate) async fn of(account: &GoogleAccount, named: Option<&str>) -> Result<Self> {
        let name = match named {
            Some(name) => Name::parse(name)?,
            None => find(account).await?,
        };
        let table: Table = account.read(GET, Service::BigQuery, name.path()).await?;
        let has = |column: &str| table.schema.fields.iter().any(|field| field.name == column);
        if let Some(missing) = COLUMNS.iter().find(|column| !has(column)) {
            let words = format!("{} is no billing export: it has no column `{missing}`", name.text());
            return Err(GET.fault(FaultKind::Invalid, words));
        }
        let resource = table.schema.fields.iter().find(|field| field.name == "resource");
        let inner = |name: &str| {
            resource.is_some_and(|resource| resource.fields.iter().any(|field: &Field| field.name == name))
        };
        Ok(Self {
            location: table.location,
            has_resources: inner("name") && inner("global_name"),
            by_day_written: table.time_partitioning.is_some_and(|parts| parts.field.is_empty()),
            name: name.text(),
        })
    }
}

/// A name that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    project: String,
    dataset: String,
    table: String,
}

impl Name {
    fn parse(text: &str) -> Result<Self> {
        // A project may have a domain before it, with dots: `example.com:tea`.
        let mut parts = text.rsplitn(3, '.');
        if let (Some(table), Some(dataset), Some(project)) = (parts.next(), parts.next(), parts.next())
            && let Some(name) = Self::checked(project, dataset, table)
        {
            return Ok(name);
        }
        let words = format!(
            "`{text}` is not the name of a table; write PROJECT.DATASET.TABLE, for instance \
             tea-dev.billing.gcp_billing_export_v1_0123AB_4567CD_89EF01"
        );
        Err(GET.fault(FaultKind::Invalid, words))
    }

    fn checked(project: &str, dataset: &str, table: &str) -> Option<Self> {
        let is = |text: &str, more: &str| {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || more.contains(letter);
            (1..=1024).contains(&text.len()) && text.chars().all(plain)
        };
        let fits = is(project, "-.:") && !project.contains("..") && is(dataset, "_") && is(table, "_-");
        let own = |text: &str| text.to_owned();
        fits.then(|| Self { project: own(project), dataset: own(dataset), table: own(table) })
    }

    fn text(&self) -> String {
        format!("{}.{}.{}", self.project, self.dataset, self.table)
    }

    fn path(&self) -> String {
        let Self { project, dataset, table } = self;
        format!("bigquery/v2/projects/{project}/datasets/{dataset}/tables/{table}")
    }
}

/// The only export in the account's project.
async fn find(account: &GoogleAccount) -> Result<Name> {
    let project = &account.project;
    let mut found = Vec::new();
    let asked = Asked { operation: "bigquery.datasets.get", location: "" };
    let path = format!("bigquery/v2/projects/{project}/datasets");
    let datasets =
        pages(account, asked, &path, |page: Datasets| (page.datasets, page.next_page_token)).await?;
    for dataset in datasets {
        let id = dataset.dataset_reference.dataset_id;
        // What cannot be part of an address is no name of Google's.
        if Name::checked(project, &id, "any").is_none() {
            continue;
        }
        let asked = Asked { operation: "bigquery.tables.list", location: "" };
        let tables = pages(account, asked, &format!("{path}/{id}/tables"), |page: Tables| {
            (page.tables, page.next_page_token)
        })
        .await?;
        found.extend(tables.into_iter().filter_map(|table| named(project, &id, &table.table_reference)));
    }
    best(found).map_err(|several| {
        if several.is_empty() {
            let words = format!(
                "no dataset of the project {project} has a billing export; turn it on in Google's console under \
                 Billing, Billing export, and wait a day, or name the table that is elsewhere: PROJECT.DATASET.TABLE"
            );
            return asked.fault(FaultKind::NotFound, words);
        }
        let names: Vec<String> = several.iter().map(Name::text).collect();
        let words = format!(
            "the project {project} has exports of more than one bill; name one of {}",
            names.join(", ")
        );
        asked.fault(FaultKind::Invalid, words)
    })
}

fn named(project: &str, dataset: &str, table: &TableReference) -> Option<Name> {
    NAMES.iter().any(|name| table.table_id.starts_with(name)).then_some(())?;
    Name::checked(project, dataset, &table.table_id)
}

/// The table to read when all of them are of one bill; else those that can be meant.
fn best(mut found: Vec<Name>) -> std::result::Result<Name, Vec<Name>> {
    let bill = |name: &Name| {
        let rest = NAMES.iter().find_map(|prefix| name.table.strip_prefix(prefix));
        rest.map(str::to_owned)
    };
    // Of one bill the table with resources comes first, since it says which function it was.
    found.sort_by_key(|name| (bill(name), !name.table.starts_with(NAMES[0]), name.text()));
    match found.as_slice() {
        [first, others @ ..] if others.iter().all(|other| bill(other) == bill(first)) => Ok(first.clone()),
        _ => Err(found),
    }
}

/// All pages of a list of BigQuery's.
async fn pages<P: DeserializeOwned, T>(
    account: &GoogleAccount,
    asked: Asked<'_>,
    path: &str,
    open: impl Fn(P) -> (Vec<T>, String),
) -> Result<Vec<T>> {
    let (mut all, mut token) = (Vec::new(), String::new());
    for _ in 0..MOST_PAGES {
        let mut ask = Ask::get(asked, Service::BigQuery, path).with("maxResults", PAGE);
        if !token.is_empty() {
            ask = ask.with("pageToken", token);
        }
        let (items, next) = open(account.client.send(&ask).await?);
        all.extend(items);
        token = next;
        if token.is_empty() {
            return Ok(all);
        }
    }
    Err(asked.fault(FaultKind::Other, format!("the answer has more than {MOST_PAGES} pages; name the table")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_plain_name_becomes_part_of_sql() {
        assert_eq!(Name::parse("tea-dev.billing.gcp_1").unwrap().path(), {
            "bigquery/v2/projects/tea-dev/datasets/billing/tables/gcp_1"
        });
        assert_eq!(Name::parse("example.com:tea.billing.t").unwrap().project, "example.com:tea");
        for bad in [
            "",
            "t",
            "d.t",
            "p.d.",
            "p..t",
            "p.d.t`",
            "p.d.t; DROP",
            "p/x.d.t",
            "a..b.d.t",
            "p.d d.t",
            "p.d.ü",
        ] {
            let fault = Name::parse(bad).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Invalid, "{bad}");
            assert!(fault.message.contains(&format!("`{bad}`")), "{fault}");
        }
    }

    #[test]
    fn of_one_bill_the_table_with_resources_is_read_and_two_bills_are_no_choice_of_ours() {
        let name = |table: &str| Name::checked("p", "d", table).unwrap();
        let (plain, whole) = (name("gcp_billing_export_v1_A"), name("gcp_billing_export_resource_v1_A"));
        assert_eq!(best(vec![plain.clone(), whole.clone()]), Ok(whole));
        assert_eq!(best(vec![plain.clone()]), Ok(plain.clone()));
        let other = name("gcp_billing_export_v1_B");
        assert_eq!(best(vec![other.clone(), plain.clone()]), Err(vec![plain, other]));
        assert_eq!(best(Vec::new()), Err(Vec::new()));
    }
}

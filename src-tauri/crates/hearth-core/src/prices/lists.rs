//! Which addresses hold the price lists, and in which order they are asked. Owns paging and which regions are wanted.
//! What the lists mean is hearth-cost's.

use super::fetch::{Fetcher, below};
use crate::clouds::api_error;
use crate::{ApiError, ErrorCode, Result};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hearth_cloud::{Account, Provider, Reply};
use hearth_cost::{
    AzurePage, Day, Error, GooglePage, Meter, PriceBook, PriceList, aws_price_list, aws_price_products,
    azure_retail_prices, google_skus,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Requests to one vendor at the same time.
const AT_ONCE: usize = 6;
/// Pages of one list at most: more is a loop.
const MOST_PAGES: usize = 500;

/// What is asked for.
pub(super) struct Wanted<'a> {
    pub(super) book: &'a PriceBook,
    /// Regions a person named; empty for those of the book.
    pub(super) regions: &'a [String],
    pub(super) day: Day,
}

impl Wanted<'_> {
    /// The regions of a meter: those named, else those the book has it for.
    fn of(&self, meter: Meter) -> BTreeSet<String> {
        if !self.regions.is_empty() {
            return self.regions.iter().cloned().collect();
        }
        let rows = self.book.rows().iter().filter(|row| row.meter == meter && row.region != "global");
        rows.map(|row| row.region.clone()).collect()
    }
}

#[derive(Deserialize)]
struct RegionIndex {
    regions: BTreeMap<String, RegionEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegionEntry {
    current_version_url: String,
}

/// Services of AWS, each with a meter that tells for which regions the book has its prices.
const SERVICES: [(&str, Meter); 5] = [
    ("AWSLambda", Meter::LambdaRequests),
    ("AmazonECS", Meter::FargateVcpu),
    ("AmazonCloudWatch", Meter::LogsIngest),
    ("AmazonVPC", Meter::NatHour),
    ("AWSDataTransfer", Meter::InternetOut),
];

/// What AWS publishes for everybody: files of every wanted region.
pub(super) async fn aws(fetcher: &Fetcher, wanted: &Wanted<'_>) -> Result<Vec<PriceList>> {
    let base = fetcher.sources.aws.as_str();
    let mut addresses = Vec::new();
    for (offer, meter) in SERVICES {
        let path = format!("/offers/v1.0/aws/{offer}/current/region_index.json");
        let text = fetcher.text(below(base, &path)?, None).await?;
        let index: RegionIndex = serde_json::from_str(&text).map_err(|error| {
            ApiError::new(ErrorCode::Network, format!("the index of {offer} cannot be read"))
                .with_detail(error.to_string())
        })?;
        for region in wanted.of(meter) {
            if let Some(entry) = index.regions.get(&region) {
                addresses.push(below(base, &entry.current_version_url)?);
            }
        }
    }
    if addresses.is_empty() {
        let message = "AWS has none of the regions asked for".to_owned();
        return Err(ApiError::new(ErrorCode::NotFound, message));
    }
    let texts: Vec<String> = stream::iter(addresses.into_iter().map(|url| fetcher.text(url, None)))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    with_prices(texts.iter().map(|text| aws_price_list(text, wanted.day)))
}

/// The same from the API that answers accounts: small answers, also for regions without a file.
pub(super) async fn aws_as(
    account: &Account,
    provider: &dyn Provider,
    wanted: &Wanted<'_>,
) -> Result<Vec<PriceList>> {
    let mut asked = Vec::new();
    for (service, meter) in SERVICES {
        asked.extend(wanted.of(meter).into_iter().map(|region| (service, region)));
    }
    let questions: Vec<Reply<'_, Vec<String>>> =
        asked.iter().map(|(service, region)| provider.list_prices(service, region)).collect();
    let answers: Vec<Vec<String>> = stream::iter(questions)
        .buffered(AT_ONCE)
        .try_collect()
        .await
        .map_err(|fault| api_error(account, fault))?;
    let services = asked.iter().map(|(service, _)| *service);
    with_prices(
        services.zip(&answers).map(|(service, products)| aws_price_products(service, products, wanted.day)),
    )
}

/// A small region may have none of the meters; a list of another form is an error.
fn with_prices(lists: impl Iterator<Item = hearth_cost::Result<PriceList>>) -> Result<Vec<PriceList>> {
    let mut found = Vec::new();
    for list in lists {
        match list {
            Ok(list) => found.push(list),
            Err(Error::PriceList { what, .. }) if what.contains("none of the prices") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// Functions of every region, page by page.
pub(super) async fn azure(fetcher: &Fetcher, wanted: &Wanted<'_>) -> Result<Vec<PriceList>> {
    let base = fetcher.sources.azure.as_str();
    let mut filter = "serviceName eq 'Functions' and priceType eq 'Consumption'".to_owned();
    if !wanted.regions.is_empty() {
        let regions: Vec<String> =
            wanted.regions.iter().map(|region| format!("armRegionName eq '{region}'")).collect();
        filter = format!("{filter} and ({})", regions.join(" or "));
    }
    let mut url = below(base, "/api/retail/prices")?;
    url.query_pairs_mut().append_pair("$filter", &filter);
    let mut pages = Vec::new();
    loop {
        let page = AzurePage::parse(&fetcher.text(url, None).await?)?;
        let next = page.next_page_link.clone().filter(|link| !link.is_empty());
        pages.push(page);
        match next {
            None => break,
            Some(_) if pages.len() >= MOST_PAGES => return Err(endless("Azure")),
            Some(link) => url = below(base, &link)?,
        }
    }
    Ok(vec![azure_retail_prices(&pages, wanted.day)?])
}

/// Cloud Run and first-generation Functions, page by page.
pub(super) async fn google(
    fetcher: &Fetcher,
    wanted: &Wanted<'_>,
    key: Option<&str>,
) -> Result<Vec<PriceList>> {
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return Err(ApiError::new(ErrorCode::InvalidInput, "the prices of Google need an API key").with_hint(
            "Make one in the Google Cloud console for the Cloud Billing API and give it in HEARTH_GOOGLE_KEY.",
        ));
    };
    let base = fetcher.sources.google.as_str();
    let mut pages = Vec::new();
    for service in ["152E-C115-5142", "29E7-DA93-CA13"] {
        let mut token = String::new();
        loop {
            let mut url = below(base, &format!("/v1/services/{service}/skus"))?;
            url.query_pairs_mut().append_pair("pageSize", "5000");
            if !token.is_empty() {
                url.query_pairs_mut().append_pair("pageToken", &token);
            }
            let page = GooglePage::parse(&fetcher.text(url, Some(key)).await?)?;
            token.clone_from(&page.next_page_token);
            pages.push(page);
            if token.is_empty() {
                break;
            }
            if pages.len() >= MOST_PAGES {
                return Err(endless("Google"));
            }
        }
    }
    Ok(vec![google_skus(&pages, wanted.day)?])
}

fn endless(vendor: &str) -> ApiError {
    ApiError::new(ErrorCode::Network, format!("the price list of {vendor} has no end"))
        .with_hint("Try again later. The old prices stay in use.")
}

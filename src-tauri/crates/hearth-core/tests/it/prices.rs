//! Refreshing prices against a host on this computer: what changes, what waits for a yes, and that nothing is lost.

use crate::house::{House, open_in};
use hearth_core::prices::PriceSources;
use hearth_core::{App, ErrorCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A host that answers fixed texts by path and query, and remembers what it was asked.
pub(crate) struct Vendor {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Vendor {
    async fn open(answers: HashMap<String, String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                let mut part = [0; 4_096];
                while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                    match stream.read(&mut part).await {
                        Ok(0) | Err(_) => break,
                        Ok(count) => head.extend_from_slice(&part[..count]),
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
                noted.lock().unwrap().push(head);
                let bare = path.split('?').next().unwrap_or_default();
                let answer = answers.get(&path).or_else(|| answers.get(bare));
                let (status, body) = answer.map_or(("404 Not Found", ""), |body| ("200 OK", body.as_str()));
                let text = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(text.as_bytes()).await.ok();
            }
        });
        Self { url, asked }
    }

    fn answer_for(&self, app: &App) {
        let url = || self.url.clone();
        app.set_price_sources(PriceSources { aws: url(), azure: url(), google: url() });
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn offer(code: &str, region: &str, attribute: (&str, &str), unit: &str, price: &str) -> String {
    json!({
        "formatVersion": "v1.0", "offerCode": code, "publicationDate": "2027-01-10T00:00:00Z",
        "products": {"SKU": {"sku": "SKU", "attributes": {"regionCode": region, attribute.0: attribute.1}}},
        "terms": {"OnDemand": {"SKU": {"SKU.JRTCKXETXF": {"effectiveDate": "2026-11-01T00:00:00Z", "priceDimensions": {
            "SKU.JRTCKXETXF.1": {"unit": unit, "beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": price}}}}}}},
    })
    .to_string()
}

/// The AWS offers for us-east-1, with requests of Lambda at `request`.
fn aws(request: &str) -> HashMap<String, String> {
    let mut answers = HashMap::new();
    for (code, attribute, unit, price) in [
        ("AWSLambda", ("group", "AWS-Lambda-Requests"), "Requests", request),
        ("AmazonECS", ("usagetype", "USE1-Fargate-GB-Hours"), "hours", "0.0044450000"),
        ("AmazonCloudWatch", ("usagetype", "CW:GMD-Metrics"), "Metrics", "0.0000110000"),
        ("AmazonVPC", ("usagetype", "USE1-PublicIPv4:InUseAddress"), "Hrs", "0.0050000000"),
        ("AWSDataTransfer", ("usagetype", "DataTransfer-In-Bytes"), "GB", "0.0000000000"),
    ] {
        let path = format!("/offers/v1.0/aws/{code}/20270110/us-east-1/index.json");
        let index = json!({"regions": {"us-east-1": {"regionCode": "us-east-1", "currentVersionUrl": path}}});
        answers.insert(format!("/offers/v1.0/aws/{code}/current/region_index.json"), index.to_string());
        answers.insert(path, offer(code, "us-east-1", attribute, unit, price));
    }
    answers
}

/// A host with the AWS offers, one price of which waits for a yes, as the sources of an App.
pub(crate) async fn vendor_of(app: &App) -> Vendor {
    let vendor = Vendor::open(aws("0.0000006")).await;
    vendor.answer_for(app);
    vendor
}

async fn house(answers: HashMap<String, String>) -> (House, Vendor) {
    let (house, vendor) = (House::open().await, Vendor::open(answers).await);
    vendor.answer_for(&house.app);
    (house, vendor)
}

fn keys(changes: &Value) -> Vec<String> {
    changes.as_array().unwrap().iter().map(|change| change["key"].as_str().unwrap().to_owned()).collect()
}

async fn request_price(house: &House) -> String {
    let query = json!({"region": "us-east-1", "text": "aws/lambda/requests"});
    let rows = house.ok("prices_rows", query).await;
    rows["rows"][0]["tiers"][0]["price"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nothing_is_fetched_unless_a_person_asks() {
    let (house, vendor) = house(aws("0.0000002")).await;
    house.ok("prices_get", json!({})).await;
    assert_eq!(house.ok("app_info", json!({})).await["hostsContacted"], json!([]));
    assert!(vendor.asked().is_empty());
    house.app.close().await;
}

#[tokio::test]
async fn a_small_move_counts_and_a_large_one_waits_for_a_yes() {
    let (house, _vendor) = house(aws("0.0000006")).await;
    let done = house.ok("prices_refresh", json!({"vendors": ["aws"], "regions": ["us-east-1"]})).await;
    assert_eq!(keys(&done["changes"]), ["aws/cloudwatch/get_metric_data us-east-1"]);
    assert_eq!(keys(&done["waiting"]), ["aws/lambda/requests us-east-1"]);
    assert_eq!(request_price(&house).await, "0.0000002", "the old price counts until somebody says yes");
    let info = house.ok("prices_get", json!({})).await;
    assert_eq!(info["books"].as_array().unwrap().len(), 2, "the old book stays");
    assert_eq!(keys(&info["waiting"]), ["aws/lambda/requests us-east-1"]);
    assert_eq!(info["waiting"][0]["percent"], "200");

    // All of it is still there after the next start.
    house.app.close().await;
    let house = House { app: open_in(house.data.path()).await.unwrap(), ..house };
    assert_eq!(keys(&house.ok("prices_get", json!({})).await["waiting"]), ["aws/lambda/requests us-east-1"]);
    let unknown = house.refused("prices_confirm", json!({"keys": ["aws/x"], "accept": true})).await;
    assert!(unknown.code == ErrorCode::NotFound && unknown.message.contains("`aws/x`"), "{unknown:?}");
    let info = house.ok("prices_confirm", json!({"keys": [], "accept": true})).await;
    assert_eq!(info["waiting"], json!([]));
    assert_eq!(request_price(&house).await, "0.0000006");
    assert_eq!(
        house.refused("prices_confirm", json!({"keys": [], "accept": true})).await.code,
        ErrorCode::NotFound
    );
    house.app.close().await;
}

#[tokio::test]
async fn what_is_dropped_is_gone() {
    let (house, _vendor) = house(aws("0.0000006")).await;
    house.ok("prices_refresh", json!({"vendors": ["aws"], "regions": ["us-east-1"]})).await;
    house.ok("prices_confirm", json!({"keys": ["aws/lambda/requests us-east-1"], "accept": false})).await;
    assert_eq!(request_price(&house).await, "0.0000002");
    assert_eq!(house.ok("prices_get", json!({})).await["waiting"], json!([]));
    house.app.close().await;
}

#[tokio::test]
async fn azure_pages_are_followed_on_their_own_host_only() {
    let item = |meter: &str, unit: &str, tier: f64, price: f64| {
        json!({
            "currencyCode": "USD", "tierMinimumUnits": tier, "retailPrice": price, "armRegionName": "eastus",
            "effectiveStartDate": "2017-01-01T00:00:00Z", "meterId": "m", "meterName": meter, "serviceName": "Functions",
            "unitOfMeasure": unit, "type": "Consumption", "isPrimaryMeterRegion": false,
        })
    };
    let first = json!({"Items": [item("Standard Execution Time", "1 GB Second", 0.0, 0.0)], "NextPageLink": "/api/next"});
    let last = json!({"Items": [item("Standard Execution Time", "1 GB Second", 400_000.0, 0.000_018)], "NextPageLink": null});
    let answers = HashMap::from([
        ("/api/retail/prices".to_owned(), first.to_string()),
        ("/api/next".to_owned(), last.to_string()),
    ]);
    let (here, vendor) = house(answers).await;
    let done = here.ok("prices_refresh", json!({"vendors": ["azure"]})).await;
    assert_eq!(keys(&done["changes"]), ["azure/functions_consumption/duration eastus"]);
    assert!(vendor.asked()[0].contains("serviceName+eq+%27Functions%27"), "{:?}", vendor.asked());
    here.app.close().await;

    let away = json!({"Items": [], "NextPageLink": "https://elsewhere.example/api"}).to_string();
    let (here, _vendor) = house(HashMap::from([("/api/retail/prices".to_owned(), away)])).await;
    let error = here.refused("prices_refresh", json!({"vendors": ["azure"]})).await;
    assert!(error.code == ErrorCode::Network && error.message.contains("elsewhere.example"), "{error:?}");
    here.app.close().await;
}

#[tokio::test]
async fn a_key_of_google_goes_into_a_header_and_nowhere_else() {
    let sku = json!({"skus": [{
        "skuId": "1", "description": "Requests", "serviceRegions": ["global"],
        "pricingInfo": [{"effectiveTime": "2026-11-01T00:00:00Z", "pricingExpression": {"tieredRates": [
            {"unitPrice": {"currencyCode": "USD", "units": "0", "nanos": 0}},
            {"unitPrice": {"currencyCode": "USD", "units": "0", "nanos": 440}}]}}],
    }]});
    let answers = HashMap::from([
        ("/v1/services/152E-C115-5142/skus".to_owned(), sku.to_string()),
        ("/v1/services/29E7-DA93-CA13/skus".to_owned(), json!({}).to_string()),
    ]);
    let (house, vendor) = house(answers).await;
    let request = json!({"vendors": ["google"], "googleKey": "s3cret-key"});
    let done = house.ok("prices_refresh", request).await;
    assert_eq!(keys(&done["changes"]), ["gcp/cloud_run/requests global"]);
    for head in vendor.asked() {
        assert!(head.to_lowercase().contains("x-goog-api-key: s3cret-key"), "{head}");
        assert!(!head.lines().next().unwrap().contains("s3cret"), "{head}");
    }
    let error = house.refused("prices_refresh", json!({"vendors": ["google"]})).await;
    assert!(error.code == ErrorCode::InvalidInput && error.message.contains("key"), "{error:?}");
    for entry in std::fs::read_dir(house.data.path().join("prices")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains("s3cret"));
    }
    house.app.close().await;
}

#[tokio::test]
async fn without_a_network_the_old_prices_stay_and_the_error_says_so() {
    let house = House::open().await;
    // A port that nobody listens on any more.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    house.app.set_price_sources(PriceSources { aws: gone.clone(), azure: gone.clone(), google: gone });
    let error = house.refused("prices_refresh", json!({})).await;
    assert!(error.code == ErrorCode::Network && error.message.contains("cannot be reached"), "{error:?}");
    assert!(error.hint.unwrap().contains("old prices stay"));
    assert_eq!(house.ok("prices_get", json!({})).await["date"], "2026-11-23");
    assert!(!house.data.path().join("prices").exists(), "nothing was written");
    house.app.close().await;
}

#[tokio::test]
async fn answers_that_are_cut_or_wrong_change_nothing() {
    let whole = aws("0.0000002");
    let cut: HashMap<String, String> = whole
        .iter()
        .map(|(path, body)| {
            let body = if path.contains("AWSLambda/2027") {
                body[..body.len() / 2].to_owned()
            } else {
                body.clone()
            };
            (path.clone(), body)
        })
        .collect();
    let (here, _vendor) = house(cut).await;
    let error = here.refused("prices_refresh", json!({"vendors": ["aws"], "regions": ["us-east-1"]})).await;
    assert!(error.message.contains("price list of AWS cannot be read"), "{error:?}");
    let error = here.refused("prices_refresh", json!({"regions": ["moon-1"]})).await;
    assert!(error.code == ErrorCode::InvalidInput && error.message.contains("`moon-1`"), "{error:?}");
    assert_eq!(here.ok("prices_get", json!({})).await["books"].as_array().unwrap().len(), 1);
    // One vendor that fails does not cost the other.
    here.app.close().await;
    let (here, vendor) = house(whole).await;
    let done = here.ok("prices_refresh", json!({"regions": ["us-east-1"]})).await;
    assert_eq!(done["failures"][0]["vendor"], "azure");
    assert_eq!(done["hosts"], json!([vendor.url.trim_start_matches("http://")]));
    assert_eq!(here.ok("app_info", json!({})).await["hostsContacted"], done["hosts"]);
    here.app.close().await;
}

#[tokio::test]
async fn a_kept_book_that_was_damaged_is_left_alone() {
    let house = House::open().await;
    house.app.close().await;
    let folder = house.data.path().join("prices");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("2027-01-01.json"), "{\"schema\": 1").unwrap();
    let app = open_in(house.data.path()).await.unwrap();
    let house = House { app, ..house };
    assert_eq!(house.ok("prices_get", json!({})).await["date"], "2026-11-23");
    assert!(folder.join("2027-01-01.json").exists());
    let unread = house.ok("prices_get", json!({})).await["unread"].clone();
    let told = unread[0].as_str().unwrap();
    assert!(told.contains("2027-01-01.json is not used: ") && told.contains("line 1"), "{told}");
    house.app.close().await;

    // A typo in a price is told with the price it stands in.
    let typo = hearth_cost::PriceBook::bundled().unwrap().to_json().unwrap();
    let typo = typo.replacen("\"requests\"", "\"reqests\"", 1);
    std::fs::write(folder.join("2027-01-01.json"), typo).unwrap();
    let app = open_in(house.data.path()).await.unwrap();
    let house = House { app, ..house };
    let unread = house.ok("prices_get", json!({})).await["unread"].clone();
    assert!(unread[0].as_str().unwrap().contains("reqests"), "{unread}");
    house.app.close().await;
}

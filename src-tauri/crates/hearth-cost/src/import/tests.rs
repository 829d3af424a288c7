//! Importers on lists of the recorded shape, written by hand, with every selector bug that was seen in the wild.

use super::*;
use crate::meter::Meter;
use hearth_model::Architecture;
use serde_json::{Value, json};

const DAY: Day = Day::constant(2027, 1, 15);

fn book() -> PriceBook {
    PriceBook::bundled().unwrap()
}

/// SKU, attributes, unit, and tiers as begin and price.
type Product<'a> = (&'a str, Value, &'a str, &'a [(&'a str, &'a str)]);

/// An offer file; each product has one term with its tiers.
fn offer(code: &str, products: &[Product<'_>]) -> String {
    let mut all = json!({
        "formatVersion": "v1.0", "offerCode": code, "version": "20270110000000",
        "publicationDate": "2027-01-10T00:00:00Z", "products": {}, "terms": {"OnDemand": {}},
    });
    for (sku, attributes, unit, tiers) in products {
        all["products"][sku] = json!({"sku": sku, "productFamily": "Serverless", "attributes": attributes});
        let mut dimensions = json!({});
        for (place, (begin, price)) in tiers.iter().enumerate() {
            let end = tiers.get(place + 1).map_or("Inf", |next| next.0);
            dimensions[format!("{sku}.JRTCKXETXF.{place}")] = json!({
                "rateCode": format!("{sku}.JRTCKXETXF.{place}"), "description": "", "beginRange": begin, "endRange": end,
                "unit": unit, "pricePerUnit": {"USD": price}, "appliesTo": [],
            });
        }
        all["terms"]["OnDemand"][sku] = json!({format!("{sku}.JRTCKXETXF"): {
            "offerTermCode": "JRTCKXETXF", "sku": sku, "effectiveDate": "2027-01-01T00:00:00Z",
            "priceDimensions": dimensions, "termAttributes": {},
        }});
    }
    all.to_string()
}

fn lambda(region: &str, prefix: &str, group: &str) -> Value {
    json!({"regionCode": region, "location": "somewhere", "locationType": "AWS Region", "group": group,
           "usagetype": format!("{prefix}-{group}"), "groupDescription": group})
}

const DURATION: &[(&str, &str)] =
    &[("0", "0.0000166667000"), ("6000000000", "0.0000150000"), ("15000000000", "0.0000133334")];

fn tiers(list: &PriceList, meter: Meter, region: &str, architecture: Option<Architecture>) -> Option<String> {
    let row = list
        .rows
        .iter()
        .find(|row| row.meter == meter && row.region == region && row.architecture == architecture)?;
    Some(row.tiers.iter().map(|tier| format!("{}:{}", tier.from, tier.price)).collect::<Vec<_>>().join(" "))
}

#[test]
fn lambda_is_read_by_exact_group_and_never_from_the_edge() {
    let text = offer(
        "AWSLambda",
        &[
            // The edge product of the same region, which others took for its requests.
            (
                "AAA",
                lambda("eu-central-1", "EUC1", "AWS-Lambda-Edge-Requests"),
                "Requests",
                &[("0", "0.0000006000")],
            ),
            (
                "BBB",
                lambda("eu-central-1", "EUC1", "AWS-Lambda-Requests"),
                "Requests",
                &[("0", "0.0000002000")],
            ),
            (
                "CCC",
                lambda("eu-central-1", "EUC1", "AWS-Lambda-Requests-ARM"),
                "Requests",
                &[("0", "0.0000002000")],
            ),
            ("DDD", lambda("eu-central-1", "EUC1", "AWS-Lambda-Duration"), "Lambda-GB-Second", DURATION),
            (
                "EEE",
                lambda("eu-central-1", "EUC1", "AWS-Lambda-Duration-ARM"),
                "Lambda-GB-Second",
                &[("0", "0.0000133334")],
            ),
            (
                "FFF",
                lambda("eu-central-1", "EUC1", "AWS-Lambda-Duration-Provisioned"),
                "Lambda-GB-Second",
                &[("0", "0.0000117011")],
            ),
            (
                "GGG",
                lambda("eu-central-1", "EUC1", "AWS-Lambda-Durable-Execution-Written-Bytes"),
                "GB",
                &[("0", "0.34")],
            ),
            // The allowance: no region, no price.
            (
                "HHH",
                json!({"location": "Any", "group": "AWS-Lambda-Requests", "usagetype": "Global-Request", "groupDescription": "Lambda free tier"}),
                "Requests",
                &[("0", "0.0000000000")],
            ),
            (
                "III",
                json!({"regionCode": "cn-north-1", "group": "AWS-Lambda-Requests", "usagetype": "CNN1-Request", "groupDescription": "China free tier"}),
                "Requests",
                &[("0", "0.0000000000")],
            ),
            ("JJJ", lambda("eu-west-1", "EU", "AWS-Lambda-Requests"), "Hours", &[("0", "0.2")]),
            ("KKK", lambda("eu-west-1", "EU", "AWS-Lambda-Duration"), "Lambda-GB-Second", &[("0", "-0.1")]),
        ],
    );
    let list = aws_price_list(&text, DAY).unwrap();
    let at = |meter, architecture| tiers(&list, meter, "eu-central-1", architecture);
    assert_eq!(at(Meter::LambdaRequests, None).as_deref(), Some("0:0.0000002"));
    assert_eq!(
        at(Meter::LambdaDuration, Some(Architecture::X86_64)).as_deref(),
        Some("0:0.0000166667 6000000000:0.000015 15000000000:0.0000133334")
    );
    assert_eq!(at(Meter::LambdaDuration, Some(Architecture::Arm64)).as_deref(), Some("0:0.0000133334"));
    assert_eq!(
        at(Meter::LambdaProvisionedDuration, Some(Architecture::X86_64)).as_deref(),
        Some("0:0.0000117011")
    );
    assert_eq!(at(Meter::LambdaDurableWritten, None).as_deref(), Some("0:0.34"));
    assert_eq!(tiers(&list, Meter::LambdaEdgeRequests, "global", None).as_deref(), Some("0:0.0000006"));
    assert_eq!(list.rows.len(), 6);
    assert_eq!(list.words, "AWS Price List API, AWSLambda publication of 2027-01-10");
    let row = list.rows.iter().find(|row| row.sku.as_deref() == Some("DDD")).unwrap();
    assert_eq!(row.effective_from, Some(Day::constant(2027, 1, 1)));
    assert_eq!(list.remarks.len(), 2, "{:?}", list.remarks);
    assert!(list.remarks.iter().any(|words| words.contains("per `Hours`")));
    assert!(list.remarks.iter().any(|words| words.contains("negative price")));
}

#[test]
fn fargate_is_read_by_exact_usage_type() {
    let at = |usage: &str| json!({"regionCode": "us-east-1", "location": "US East", "usagetype": usage});
    let text = offer(
        "AmazonECS",
        &[
            ("A", at("USE1-Fargate-ARM-vCPU-Hours:perCPU"), "hours", &[("0", "0.0323800000")]),
            ("B", at("USE1-Fargate-vCPU-Hours:perCPU"), "hours", &[("0", "0.0404800000")]),
            ("C", at("USE1-Fargate-GB-Hours"), "hours", &[("0", "0.0044450000")]),
            ("D", at("USE1-Fargate-Windows-vCPU-Hours:perCPU"), "hours", &[("0", "0.0465520000")]),
            ("E", at("USE1-Fargate-Windows-OS-Hours:perCPU"), "hours", &[("0", "0.0460000000")]),
            ("F", at("USE1-SpotUsage-Fargate-vCPU-Hours:perCPU"), "hours", &[("0", "0.0128000000")]),
            ("G", at("USE1-Fargate-EphemeralStorage-GB-Hours"), "GB-Hours", &[("0", "0.0001110000")]),
            ("H", at("USE1-ECS-Anywhere-Instance-hours"), "hours", &[("0", "0.01025")]),
        ],
    );
    let list = aws_price_list(&text, DAY).unwrap();
    let x86 = Some(Architecture::X86_64);
    assert_eq!(tiers(&list, Meter::FargateVcpu, "us-east-1", x86).as_deref(), Some("0:0.04048"));
    assert_eq!(
        tiers(&list, Meter::FargateVcpu, "us-east-1", Some(Architecture::Arm64)).as_deref(),
        Some("0:0.03238")
    );
    assert_eq!(tiers(&list, Meter::FargateWindowsVcpu, "us-east-1", x86).as_deref(), Some("0:0.046552"));
    assert_eq!(tiers(&list, Meter::FargateSpotVcpu, "us-east-1", x86), None);
    assert_eq!((list.rows.len(), list.remarks.len()), (6, 0));
}

#[test]
fn cloudwatch_is_read_with_and_without_the_prefix() {
    let at = |usage: &str| json!({"regionCode": "us-east-1", "location": "US East", "usagetype": usage});
    let logs: &[(&str, &str)] = &[("0", "0.50"), ("10240", "0.25"), ("30720", "0.10"), ("51200", "0.05")];
    let text = offer(
        "AmazonCloudWatch",
        &[
            ("A", at("USE1-VendedLog-Bytes"), "GB", logs),
            ("B", at("USE1-VendedLog-Bytes-WAFLogs"), "GB", &[("0", "0.60")]),
            ("C", at("CW:GMD-Metrics"), "Metrics", &[("0", "0.0000100000")]),
            ("D", at("USE1-TimedStorage-ByteHrs"), "GB-Mo", &[("0", "0.03")]),
        ],
    );
    let list = aws_price_list(&text, DAY).unwrap();
    assert_eq!(
        tiers(&list, Meter::LogsIngest, "us-east-1", None).as_deref(),
        Some("0:0.5 10240:0.25 30720:0.1 51200:0.05")
    );
    assert_eq!(tiers(&list, Meter::MetricData, "us-east-1", None).as_deref(), Some("0:0.00001"));
    assert_eq!(list.rows.len(), 3);
}

#[test]
fn addresses_gateways_and_what_leaves_to_the_internet_are_read() {
    let at = |usage: &str| json!({"regionCode": "eu-west-1", "location": "EU (Ireland)", "usagetype": usage});
    let text = offer(
        "AmazonVPC",
        &[
            ("A", at("EU-PublicIPv4:InUseAddress"), "Hrs", &[("0", "0.0050000000")]),
            ("B", at("EU-PublicIPv4:IdleAddress"), "Hrs", &[("0", "0.0050000000")]),
            ("C", at("EU-VpcEndpoint-Hours"), "Hrs", &[("0", "0.0110000000")]),
            ("D", at("EU-NatGateway-Hours"), "Hrs", &[("0", "0.0480000000")]),
            ("E", at("EU-NatGateway-Bytes"), "GB", &[("0", "0.0480000000")]),
        ],
    );
    let list = aws_price_list(&text, DAY).unwrap();
    assert_eq!(tiers(&list, Meter::PublicIpv4, "global", None).as_deref(), Some("0:0.005"));
    assert_eq!(tiers(&list, Meter::NatHour, "eu-west-1", None).as_deref(), Some("0:0.048"));
    assert_eq!(tiers(&list, Meter::NatGb, "eu-west-1", None).as_deref(), Some("0:0.048"));
    assert_eq!((list.rows.len(), list.remarks.len()), (3, 0));

    let out =
        |usage: &str| json!({"fromRegionCode": "us-east-1", "fromLocation": "US East", "usagetype": usage});
    let sizes: &[(&str, &str)] = &[("0", "0.09"), ("10240", "0.085"), ("51200", "0.07"), ("153600", "0.05")];
    let text = offer(
        "AWSDataTransfer",
        &[
            ("A", out("DataTransfer-Out-Bytes"), "GB", sizes),
            ("B", out("USE1-EUW1-AWS-Out-Bytes"), "GB", &[("0", "0.02")]),
            ("C", out("DataTransfer-Regional-Bytes"), "GB", &[("0", "0.01")]),
        ],
    );
    let list = aws_price_list(&text, DAY).unwrap();
    let row =
        |book: &[Row]| book.iter().find(|row| row.meter == Meter::InternetOut).map(|row| row.tiers.clone());
    assert_eq!(
        row(&list.rows),
        row(book().rows()),
        "the first 100 GB of an account are free, as the book has it"
    );
    assert_eq!(list.rows.len(), 1);
}

fn azure(meter: &str, unit: &str, tier: f64, price: f64, primary: bool) -> Value {
    json!({
        "currencyCode": "USD", "tierMinimumUnits": tier, "retailPrice": price, "unitPrice": price,
        "armRegionName": "eastus", "location": "US East", "effectiveStartDate": "2017-01-01T00:00:00Z",
        "meterId": format!("id of {meter}"), "meterName": meter, "productName": "Functions", "skuName": "Standard",
        "serviceName": "Functions", "serviceFamily": "Compute", "unitOfMeasure": unit, "type": "Consumption",
        "isPrimaryMeterRegion": primary, "armSkuName": "",
    })
}

fn page(items: &[Value], next: Option<&str>) -> AzurePage {
    let text = json!({"BillingCurrency": "USD", "Items": items, "NextPageLink": next, "Count": items.len()});
    AzurePage::parse(&text.to_string()).unwrap()
}

#[test]
fn azure_counts_by_ten_and_keeps_what_is_not_primary() {
    let mut reserved = azure("Standard Execution Time", "1 GB Second", 0.0, 9.0, true);
    reserved["type"] = json!("Reservation");
    let mut cased = azure("Standard Execution Time", "1 GB Second", 0.0, 9.0, true);
    cased["serviceName"] = json!("functions");
    let pages = [
        page(
            &[
                azure("Standard Total Executions", "10", 100_000.0, 0.000_002, false),
                azure("Standard Total Executions", "10", 0.0, 0.0, false),
                reserved,
                cased,
            ],
            Some("https://prices.azure.com/next"),
        ),
        page(
            &[
                azure("Standard Execution Time", "1 GB Second", 0.0, 0.0, false),
                azure("Standard Execution Time", "1 GB Second", 400_000.0, 0.000_016, false),
                azure("standard execution time", "1 GB Second", 0.0, 9.0, true),
                azure("On Demand Execution Time", "ten", 0.0, 0.000_026, true),
            ],
            None,
        ),
    ];
    assert_eq!(pages[0].next_page_link.as_deref(), Some("https://prices.azure.com/next"));
    let list = azure_retail_prices(&pages, DAY).unwrap();
    let row = |meter| list.rows.iter().find(|row| row.meter == meter).unwrap();
    let executions = row(Meter::AzureConsumptionExecutions).unit_tiers();
    assert_eq!(
        (executions[1].from.to_string(), executions[1].price.to_string()),
        ("1000000".into(), "0.0000002".into())
    );
    assert_eq!(row(Meter::AzureConsumptionDuration).unit_tiers()[1].price.to_string(), "0.000016");
    assert_eq!((list.rows.len(), list.remarks.len()), (2, 1), "{:?}", list.remarks);
    let done = refresh(&book(), DAY, &[list], &BTreeSet::new()).unwrap();
    assert_eq!((done.changes, done.waiting), (vec![], vec![]), "the same prices as in the book");
}

fn sku(id: &str, description: &str, regions: &[&str], rates: &[(&str, i64)]) -> Value {
    let rates: Vec<Value> = rates
        .iter()
        .enumerate()
        .map(|(place, (units, nanos))| json!({"startUsageAmount": place * 1_000, "unitPrice": {"currencyCode": "USD", "units": units, "nanos": nanos}}))
        .collect();
    json!({
        "name": format!("services/152E-C115-5142/skus/{id}"), "skuId": id, "description": description,
        "category": {"serviceDisplayName": "Cloud Run", "usageType": "OnDemand"}, "serviceRegions": regions,
        "pricingInfo": [{"effectiveTime": "2027-01-01T00:00:00Z", "pricingExpression": {
            "usageUnit": "s", "displayQuantity": 1_000_000, "tieredRates": rates}}],
    })
}

#[test]
fn google_prices_are_units_and_nanos_of_the_first_paid_tier() {
    let text = json!({"skus": [
        sku("1", "Services CPU (Request-based billing)", &["us-central1"], &[("0", 0), ("0", 24_000)]),
        sku("2", "Services CPU Tier 2 (Request-based billing)", &["europe-west3"], &[("0", 33_600)]),
        sku("3", "Services CPU (Instance-based billing) in us-central1", &["us-central1"], &[("0", 18_000)]),
        sku("4", "Services CPU (Instance-based billing) in us-east1", &["us-east1"], &[("0", 18_000)]),
        sku("5", "Services CPU (Instance-based billing) in europe-west3", &["europe-west3"], &[("0", 21_600)]),
        sku("6", "Services CPU (Instance-based billing) in mars-north1", &["mars-north1"], &[("0", 1)]),
        sku("7", "Requests", &["global"], &[("0", 0), ("0", 400)]),
        sku("8", "Committed Services CPU (Request-based billing)", &["us-central1"], &[("0", 1)]),
        sku("C024-9C10-2A5B", "CPU Time", &["us-central1"], &[("0", 0), ("0", 10_000)]),
    ], "nextPageToken": "more"});
    let page = GooglePage::parse(&text.to_string()).unwrap();
    assert_eq!(page.next_page_token, "more");
    let list = google_skus(&[page], DAY).unwrap();
    let at = |meter, region| tiers(&list, meter, region, None);
    assert_eq!(at(Meter::RunRequestCpu, "tier1").as_deref(), Some("0:0.000024"));
    assert_eq!(at(Meter::RunRequestCpu, "tier2").as_deref(), Some("0:0.0000336"));
    assert_eq!(at(Meter::RunInstanceCpu, "tier1").as_deref(), Some("0:0.000018"));
    assert_eq!(at(Meter::RunInstanceCpu, "tier2").as_deref(), Some("0:0.0000216"));
    assert_eq!(at(Meter::RunRequests, "global").as_deref(), Some("0:0.0000004"));
    assert_eq!(at(Meter::Gen1Cpu, "tier1").as_deref(), Some("0:0.00001"));
    assert_eq!((list.rows.len(), list.remarks.len()), (6, 1), "{:?}", list.remarks);
    let done = refresh(&book(), DAY, &[list], &BTreeSet::new()).unwrap();
    assert!(done.changes.is_empty() && done.waiting.is_empty());
}

#[test]
fn a_price_of_another_meter_waits_for_a_yes_and_the_old_one_counts() {
    let text = offer(
        "AWSLambda",
        &[
            // Three times the price: what the edge charges.
            ("A", lambda("eu-west-2", "EUW2", "AWS-Lambda-Requests"), "Requests", &[("0", "0.0000006")]),
            ("B", lambda("us-east-1", "USE1", "AWS-Lambda-Requests"), "Requests", &[("0", "0.00000021")]),
            ("C", lambda("xx-new-1", "XXN1", "AWS-Lambda-Requests"), "Requests", &[("0", "0.00075")]),
            ("D", lambda("xx-new-2", "XXN2", "AWS-Lambda-Requests"), "Requests", &[("0", "0.00000022")]),
        ],
    );
    let list = aws_price_list(&text, DAY).unwrap();
    let old = book();
    let done = refresh(&old, DAY, std::slice::from_ref(&list), &BTreeSet::new()).unwrap();
    let keys = |changes: &[Change]| changes.iter().map(|change| change.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&done.changes), ["aws/lambda/requests us-east-1", "aws/lambda/requests xx-new-2"]);
    assert_eq!(keys(&done.waiting), ["aws/lambda/requests eu-west-2", "aws/lambda/requests xx-new-1"]);
    let price = |book: &PriceBook, region: &str| {
        book.price(Meter::LambdaRequests, region, None, DAY).map(|row| row.unit_tiers()[0].price.to_string())
    };
    assert_eq!(price(&done.book, "eu-west-2").unwrap(), "0.0000002");
    assert_eq!(price(&done.book, "us-east-1").unwrap(), "0.00000021");
    assert!(price(&done.book, "xx-new-1").is_err());
    assert_eq!((done.book.date(), old.date()), ("2027-01-15", "2026-11-23"), "the old book stays as it was");
    let yes = BTreeSet::from(["aws/lambda/requests eu-west-2".to_owned()]);
    let done = refresh(&old, DAY, &[list], &yes).unwrap();
    assert_eq!(price(&done.book, "eu-west-2").unwrap(), "0.0000006");
    assert_eq!(keys(&done.waiting), ["aws/lambda/requests xx-new-1"]);
    assert_eq!(PriceBook::parse(&done.book.to_json().unwrap()).unwrap(), done.book, "it can be kept");
}

#[test]
fn lists_that_are_cut_empty_or_of_another_form_are_refused() {
    let cut = offer("AWSLambda", &[]);
    for text in ["", "{", "[]", "{\"offerCode\":1}", &cut[..cut.len() / 2]] {
        assert!(matches!(aws_price_list(text, DAY), Err(Error::PriceList { .. })), "{text}");
        assert!(AzurePage::parse(text).is_err(), "{text}");
    }
    assert!(aws_price_list(&cut, DAY).unwrap_err().to_string().contains("none of the prices"));
    assert!(aws_price_list(&offer("AmazonEC2", &[("A", json!({}), "Hrs", &[("0", "1")])]), DAY).is_err());
    assert!(azure_retail_prices(&[page(&[], None)], DAY).is_err());
    assert!(google_skus(&[GooglePage::parse("{}").unwrap()], DAY).is_err());
    assert!(GooglePage::parse("{\"skus\": 1}").is_err());
}

#[test]
fn mistakes_that_others_published_wait_for_a_yes() {
    let waiting = |list: PriceList| {
        let done = refresh(&book(), DAY, &[list], &BTreeSet::new()).unwrap();
        done.waiting.into_iter().map(|change| change.key).collect::<Vec<_>>()
    };
    // Requests of a region taken from another product, and the rows of two regions swapped.
    let requests = |region, prefix, price| {
        let text = [("0", price)];
        let product = ("A", lambda(region, prefix, "AWS-Lambda-Requests"), "Requests", &text[..]);
        aws_price_list(&offer("AWSLambda", &[product]), DAY).unwrap()
    };
    assert_eq!(waiting(requests("us-east-1", "USE1", "0.00000075")), ["aws/lambda/requests us-east-1"]);
    assert_eq!(waiting(requests("us-east-1", "USE1", "0.00000027")), ["aws/lambda/requests us-east-1"]);
    assert_eq!(waiting(requests("af-south-1", "AFS1", "0.0000002")), ["aws/lambda/requests af-south-1"]);
    // Executions of Azure that were counted one by one and not by ten.
    let executions = azure_retail_prices(
        &[page(
            &[
                azure("Standard Total Executions", "1", 0.0, 0.0, false),
                azure("Standard Total Executions", "1", 100_000.0, 0.000_002, false),
            ],
            None,
        )],
        DAY,
    )
    .unwrap();
    assert_eq!(waiting(executions), ["azure/functions_consumption/executions eastus"]);
    // A price of Google by the hour where the others are by the second.
    let text = json!({"skus": [
        sku("1", "Services CPU (Request-based billing)", &["us-central1"], &[("0", 86_400_000)]),
    ]});
    let hours = google_skus(&[GooglePage::parse(&text.to_string()).unwrap()], DAY).unwrap();
    assert_eq!(waiting(hours), ["gcp/cloud_run/request_cpu tier1"]);
}

#[test]
fn spot_windows_and_arm_rows_alone_make_no_price_of_another_meter() {
    let at = |usage: &str| json!({"regionCode": "us-east-1", "location": "US East", "usagetype": usage});
    let only = |usage: &str| {
        aws_price_list(&offer("AmazonECS", &[("A", at(usage), "hours", &[("0", "0.01")][..])]), DAY)
    };
    for usage in [
        "USE1-SpotUsage-Fargate-ARM-vCPU-Hours:perCPU",
        "USE1-SpotUsage-Fargate-GB-Hours",
        "USE1-Fargate-vCPU-Hours:perCPU:reserved",
        "USE1-fargate-gb-hours",
    ] {
        let refused = only(usage).unwrap_err().to_string();
        assert!(refused.contains("none of the prices"), "{usage}: {refused}");
    }
    let arm = only("USE1-Fargate-ARM-GB-Hours").unwrap();
    assert_eq!(tiers(&arm, Meter::FargateMemory, "us-east-1", Some(Architecture::X86_64)), None);
}

#[test]
fn a_list_in_another_currency_or_for_a_later_day_changes_nothing() {
    let mut euros = azure("Standard Execution Time", "1 GB Second", 0.0, 0.000_5, true);
    euros["currencyCode"] = json!("EUR");
    let dollars = azure("Standard Execution Time", "1 GB Second", 0.0, 0.000_016, true);
    let list = azure_retail_prices(&[page(&[euros, dollars.clone()], None)], DAY).unwrap();
    assert!(list.remarks[0].contains("EUR"), "{:?}", list.remarks);
    assert_eq!(list.rows.len(), 1);
    let mut later = dollars;
    later["effectiveStartDate"] = json!("2027-06-01T00:00:00Z");
    let list = azure_retail_prices(&[page(&[later], None)], DAY).unwrap();
    let done = refresh(&book(), DAY, &[list], &BTreeSet::new()).unwrap();
    assert!(done.changes.is_empty() && done.waiting.is_empty());
    assert!(done.remarks[0].contains("holds from a later day"), "{:?}", done.remarks);
}

//! What a price book promises.

use super::*;
use crate::meter::Unit;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn the_bundled_book_has_the_published_prices() {
    let book = PriceBook::bundled().unwrap();
    let prices = book.lambda("us-east-1").unwrap();
    assert_eq!(prices.request_usd().to_string(), "0.0000002");
    assert_eq!(prices.gb_second_usd(Architecture::X86_64).to_string(), "0.0000166667");
    assert_eq!(prices.gb_second_usd(Architecture::Arm64).to_string(), "0.0000133334");
    assert_eq!(prices.gb_second(Architecture::X86_64).len(), 3, "three monthly tiers");
    assert_eq!((book.date(), book.regions().count()), ("2026-11-23", 36));
    assert_eq!(book.rows().len(), 528);
    assert_eq!(
        book.price(Meter::LambdaRequests, "cn-north-1", None, book.day()).unwrap().currency,
        Currency::Cny
    );
}

#[test]
fn every_meter_of_the_catalogue_has_a_price() {
    let book = PriceBook::bundled().unwrap();
    let priced: std::collections::HashSet<Meter> = book.rows().iter().map(|row| row.meter).collect();
    for meter in Meter::ALL {
        assert!(priced.contains(meter), "{meter}");
    }
}

#[test]
fn request_prices_are_never_those_of_lambda_at_edge() {
    let book = PriceBook::bundled().unwrap();
    for region in book.regions() {
        let usd = book.lambda(region).unwrap().request_usd();
        assert!(usd < Decimal::new(4, 7), "{region} charges {usd} a request, which looks like another meter");
    }
}

#[test]
fn the_file_form_reads_back_the_same() {
    let book = PriceBook::bundled().unwrap();
    assert_eq!(PriceBook::parse(&book.to_json().unwrap()).unwrap(), book);
}

#[test]
fn azure_prices_of_ten_are_told_for_one() {
    let book = PriceBook::bundled().unwrap();
    let row = book.price(Meter::AzureConsumptionExecutions, "eastus", None, book.day()).unwrap();
    let tiers = row.unit_tiers();
    assert_eq!(
        (row.unit_scale, tiers[1].from.to_string(), plain(tiers[1].price)),
        (10, "1000000".into(), "0.0000002".into())
    );
}

#[test]
fn unknown_regions_and_missing_prices_are_errors_and_not_free() {
    let book = PriceBook::bundled().unwrap();
    let unknown = Error::UnknownRegion { what: "Lambda".to_owned(), region: "moon-1".to_owned() };
    assert_eq!(book.lambda("moon-1"), Err(unknown));
    let day = book.day();
    for (meter, region) in [(Meter::RunRequestCpu, "us-moon1"), (Meter::LambdaStream, "moon-1")] {
        assert!(matches!(book.price(meter, region, None, day), Err(Error::UnknownRegion { .. })), "{meter}");
    }
    let missing = book.price(Meter::FargateEphemeral, "eu-central-1", None, day);
    assert_eq!(
        missing.unwrap_err().to_string(),
        "no published price of aws/fargate/ephemeral_storage in `eu-central-1`"
    );
}

#[test]
fn prices_that_hold_everywhere_and_google_s_tiers_are_found() {
    let book = PriceBook::bundled().unwrap();
    let price =
        |meter, region| plain(book.price(meter, region, None, book.day()).unwrap().unit_tiers()[0].price);
    assert_eq!(price(Meter::LambdaStream, "us-east-1"), "0.008");
    assert_eq!(price(Meter::LambdaStream, "af-south-1"), "0.010608");
    assert_eq!(price(Meter::RunRequestCpu, "us-central1"), "0.000024");
    assert_eq!(price(Meter::RunRequestCpu, "europe-west3"), "0.0000336");
    assert_eq!(price(Meter::RunRequestCpu, "asia-south1"), "0.000024", "the page of 2026-09-28 counts");
    assert_eq!(price(Meter::Gen1Cpu, "asia-south1"), "0.000014");
}

#[test]
fn a_day_has_the_price_that_was_in_force() {
    let book = PriceBook::bundled().unwrap();
    let tiers = |on| book.price(Meter::LogsIngest, "us-east-1", None, day(on)).unwrap().tiers.len();
    assert_eq!((tiers("2025-04-30"), tiers("2025-05-01"), tiers("2030-01-01")), (1, 4, 4));
    let before = book.price(Meter::LambdaDurableOperations, "us-east-1", None, day("2019-01-01"));
    assert!(before.is_ok(), "a day before every row gets the oldest");
}

/// The bundled book with one piece of text replaced.
fn broken(old: &str, new: &str) -> String {
    let text = BUNDLED.replacen(old, new, 1);
    assert_ne!(text, BUNDLED, "`{old}` is in the book");
    PriceBook::parse(&text).unwrap_err().to_string()
}

#[test]
fn a_book_with_a_typo_is_refused_with_row_and_value() {
    for (old, new, row, value) in [
        ("\"service\": \"lambda\"", "\"service\": \"lamda\"", "row 1 ", "aws/lamda/requests"),
        ("\"meter\": \"duration\"", "\"meter\": \"duratoin\"", "row 2 ", "duratoin"),
        ("\"currency\": \"USD\"", "\"currency\": \"EUR\"", "row 1 ", "`EUR`"),
        ("\"unit\": \"request\"", "\"unit\": \"reqest\"", "row 1 ", "`reqest`"),
        ("\"unit\": \"request\"", "\"unit\": \"GB\"", "row 1 ", "per request"),
        ("\"architecture\": \"arm64\"", "\"architecture\": \"armm\"", "row 3 ", "`armm`"),
        ("\"price\": \"0.00000027\"", "\"price\": \"-0.00000027\"", "row 1 ", "-0.00000027"),
        ("\"price\": \"0.00000027\"", "\"price\": \"0.000O0027\"", "row 1 ", "`0.000O0027`"),
        ("\"price\": \"0.00000027\"", "\"price\": \"1e-7\"", "row 1 ", "`1e-7`"),
        ("\"from\": \"0\"", "\"from\": \"1\"", "row 1 ", "start at 1"),
        ("\"from\": \"15000000000\"", "\"from\": \"5000000000\"", "row 2 ", "5000000000 after 6000000000"),
        ("\"confidence\": \"high\"", "\"confidence\": \"hihg\"", "row 1 ", "`hihg`"),
        ("\"effectiveFrom\": \"2022-08-01\"", "\"effectiveFrom\": \"2022-13-01\"", "row 2 ", "2022-13-01"),
        ("\"unitScale\": 10,", "\"unitScale\": 12,", "functions_consumption", "12"),
        ("\"source\": [\"openbinding-lambda\"", "\"source\": [\"openbindin\"", "row 1 ", "`openbindin`"),
        ("\"region\": \"ap-east-1\"", "\"region\": \"af-south-1\"", "row 5 ", "row 1"),
        ("\"schema\": 1", "\"schema\": 9", "form 9", "form 1"),
        ("\"date\": \"2026-11-23\"", "\"date\": \"soon\"", "", "`soon`"),
        ("\"allowance\": \"1000000\"", "\"allowance\": \"-1\"", "free_requests", "-1"),
        ("\"tiers\": [", "\"teirs\": [", "", "teirs"),
    ] {
        let message = broken(old, new);
        assert!(message.contains(row) && message.contains(value), "{new}: {message}");
    }
}

#[test]
fn usage_is_priced_with_the_book_of_its_day() {
    let book = PriceBook::bundled().unwrap();
    let at = |date: &str| {
        book.revised(day(date), Vec::new(), &BTreeMap::from([("test".to_owned(), "a test".to_owned())]))
            .unwrap()
    };
    let books = Books::new(book.clone(), [at("2027-02-01"), at("2027-01-01")]);
    for (on, date) in [
        ("2020-01-01", "2026-11-23"),
        ("2026-12-31", "2026-11-23"),
        ("2027-01-01", "2027-01-01"),
        ("2027-01-31", "2027-01-01"),
        ("2030-01-01", "2027-02-01"),
    ] {
        assert_eq!(books.for_day(day(on)).date(), date, "{on}");
    }
    assert_eq!((books.current().date(), books.all().len()), ("2027-02-01", 3));
}

#[test]
fn a_price_that_moves_by_more_than_a_quarter_waits_for_a_yes() {
    let old = PriceBook::bundled().unwrap();
    let row = |meter, region: &str, factor: &str| {
        let mut row = old.price(meter, region, None, old.day()).unwrap().clone();
        for tier in &mut row.tiers {
            tier.price = (tier.price * factor.parse::<Decimal>().unwrap()).normalize();
        }
        row.source = vec!["test".to_owned()];
        row
    };
    let rows = vec![
        row(Meter::LambdaRequests, "us-east-1", "3"),
        row(Meter::LambdaRequests, "eu-west-1", "1.25"),
        row(Meter::LambdaRequests, "us-west-2", "0.74"),
        row(Meter::LambdaRequests, "us-east-2", "0"),
        row(Meter::LambdaRequests, "eu-west-2", "1"),
    ];
    let new = old
        .revised(day("2027-01-01"), rows, &BTreeMap::from([("test".to_owned(), "a test".to_owned())]))
        .unwrap();
    let diff = BookDiff::between(&old, &new);
    let told: Vec<_> = diff
        .changes
        .iter()
        .map(|change| (change.key.as_str(), change.percent.as_deref(), change.needs_yes))
        .collect();
    assert_eq!(
        told,
        [
            ("aws/lambda/requests eu-west-1", Some("25"), false),
            ("aws/lambda/requests us-east-1", Some("200"), true),
            ("aws/lambda/requests us-east-2", None, true),
            ("aws/lambda/requests us-west-2", Some("-26"), true),
        ]
    );
    assert_eq!(diff.waiting().count(), 3);
    assert_eq!(diff.changes[1].after.as_deref(), Some("0.0000006 USD"));
    assert_eq!(BookDiff::between(&old, &old).changes, []);
}

#[test]
fn units_have_one_name_each() {
    assert_eq!(Unit::parse("GB-second"), Some(Unit::GbSecond));
    assert_eq!(Unit::parse("gb-second"), None);
}

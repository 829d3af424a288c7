//! The cases of the shared oracle when they are there, and cases that are wrong.

use super::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;

fn book() -> PriceBook {
    PriceBook::bundled().unwrap()
}

fn near(told: &str, expected: &str, tolerance: &str) -> bool {
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    (number(told) - number(expected)).abs() <= number(tolerance)
}

/// What of a case does not hold, in words; none when everything does.
pub(super) fn mismatch(case: &Value, answer: &CaseAnswer) -> Option<String> {
    let (lines, total) = match answer {
        CaseAnswer::Failed { error, .. } => return Some(error.clone()),
        CaseAnswer::Done { lines, total, .. } => (lines, total),
    };
    let tolerance = case["tolerance"].as_str().unwrap();
    let holds = |told: &CaseAmount, expected: &str| {
        near(&told.exact, expected, tolerance) || near(&told.printed, expected, tolerance)
    };
    for (name, expected) in case["expected"].as_object().unwrap() {
        let expected = expected.as_str().unwrap();
        match lines.get(name) {
            None => return Some(format!("there is no line {name}")),
            Some(line) if !holds(&line.amount, expected) => {
                return Some(format!("{name} is {} and not {expected}", line.amount.exact));
            }
            Some(_) => {}
        }
    }
    if let Some(expected) = case["expected_total"].as_str()
        && !holds(total, expected)
    {
        return Some(format!("the total is {} and not {expected}", total.exact));
    }
    for (name, expected) in case["expected_quantity"].as_object().into_iter().flatten() {
        let quantity = &lines[name].quantity;
        if !near(quantity, expected.as_str().unwrap(), "0.005") {
            return Some(format!("the quantity of {name} is {quantity} and not {expected}"));
        }
    }
    None
}

#[test]
fn the_shared_oracle_holds_where_it_should_and_nowhere_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let Ok(text) = std::fs::read_to_string(root.join("../shared/pricing/cases.json")) else {
        // Straight to the terminal: what a passing test prints is hidden.
        writeln!(
            std::io::stderr(),
            "SKIPPED the shared cases: no ../shared/pricing/cases.json beside the repository"
        )
        .ok();
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let answers = estimate_cases(&book(), &text).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(answers.len(), cases.len());
    let mut wrong = Vec::new();
    for (case, answer) in cases.iter().zip(&answers) {
        let id = case["id"].as_str().unwrap();
        assert_eq!(answer.id(), id);
        match (case["status"].as_str().unwrap(), mismatch(case, answer)) {
            ("known_wrong", None) => wrong.push(format!("{id} is a published error and must not hold")),
            ("known_wrong" | "ambiguous", _) | (_, None) => {}
            (_, Some(words)) => wrong.push(format!("{id}: {words}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn error_of(case: &Value) -> String {
    match estimate_cases(&book(), &json!([case]).to_string()).unwrap().remove(0) {
        CaseAnswer::Failed { error, .. } => error,
        CaseAnswer::Done { .. } => panic!("{case} was worked out"),
    }
}

#[test]
fn a_wrong_case_says_which_input_is_wrong_and_does_not_stop_the_others() {
    let good = json!({"requests": 1, "duration_ms": 1, "memory_mb": 128});
    for (calc, change, words) in [
        ("aws_lambda", json!({"requests": -5}), "`requests` cannot be negative: -5"),
        ("aws_lambda", json!({"requests": 1e30}), "`requests` is absurd"),
        ("aws_lambda", json!({"requests": 1.5}), "whole number, not 1.5"),
        ("aws_lambda", json!({"requests": "many"}), "`many`"),
        ("aws_lambda", json!({"requests": null}), "needs the input `requests`"),
        ("aws_lambda", json!({"memory_mb": 64}), "not 64 MB"),
        ("aws_lambda", json!({"memory_mb": 999_999}), "not 999999 MB"),
        ("aws_lambda", json!({"storage_mb": 100}), "not 100 MB"),
        ("aws_lambda", json!({"region": "moon-1"}), "`moon-1`"),
        ("aws_lambda", json!({"arch": "mips"}), "`mips`"),
        ("aws_lambda", json!({"fre": true}), "no input `fre`"),
        ("aws_lambda", json!({"free": "yes"}), "true or false"),
        ("aws_lambda", json!({"step_ms": 0}), "at least 1"),
        ("lamda", json!({}), "no calculation `lamda`"),
    ] {
        let mut inputs = good.clone();
        for (name, value) in change.as_object().unwrap() {
            inputs[name] = value.clone();
        }
        let error = error_of(&json!({"id": "x", "calc": calc, "inputs": inputs}));
        assert!(error.contains(words), "{change}: {error}");
    }
    for (calc, inputs, words) in [
        ("merge", json!({"parts": [["aws_lambda", {"requests": 1}, ""]]}), "part 1: "),
        ("merge", json!({"parts": [["merge", {"parts": []}, ""]]}), "part 1 cannot be"),
        ("merge", json!({"parts": [1]}), "part 1 must be"),
        ("lines", json!({"requests": ["1", "-1"]}), "cannot be negative"),
        ("lines", json!({"requests": "1"}), "[quantity, rate]"),
        ("azure_premium", json!({"sku": "EP9", "instances": 1}), "`EP9`"),
        ("fargate", json!({"tasks": 1, "vcpu": 1, "gb": 2, "seconds_per_run": 60, "os": "beos"}), "`beos`"),
        ("cloud_run", json!({"vcpu": 1, "gib": 1, "seconds": 1, "tier": 3}), "not 3"),
        (
            "cwlogs",
            json!({"ingest_gb": 1, "region": "eu-west-1"}),
            "no published price of aws/cloudwatch_logs/ingest",
        ),
        ("azure_flex", json!({"instances": 1, "memory_gb": 3, "active_s": 1, "executions": 1}), "not 3 GB"),
    ] {
        let error = error_of(&json!({"id": "x", "calc": calc, "inputs": inputs}));
        assert!(error.contains(words), "{calc} {inputs}: {error}");
    }
    assert!(error_of(&json!({"id": "x"})).contains("no `calc`"));
    let both = json!({"cases": [{"calc": "aws_lambda", "inputs": {}}, {"id": "b", "calc": "aws_lambda", "inputs": good}]});
    let answers = estimate_cases(&book(), &both.to_string()).unwrap();
    assert!(matches!(&answers[0], CaseAnswer::Failed { id, .. } if id == "case 1"));
    assert!(matches!(&answers[1], CaseAnswer::Done { .. }));
}

#[test]
fn a_text_that_is_no_file_of_cases_is_an_error_as_a_whole() {
    for text in ["", "{", "{\"case\": []}", "12"] {
        let error = estimate_cases(&book(), text).unwrap_err().to_string();
        assert!(error.contains("not a file of cases"), "{text}: {error}");
    }
    let huge = "[{\"id\":\"a\",\"calc\":\"aws_lambda\",\"inputs\":{\"requests\":1e999}},{\"id\":\"b\",\"calc\":\"x\",\"inputs\":{}}]";
    assert_eq!(
        estimate_cases(&book(), huge).unwrap().len(),
        2,
        "a number beyond all bounds spoils its case only"
    );
}

#[test]
fn every_amount_opens_to_rate_times_quantity_with_source_and_date() {
    let case = json!([{"id": "a", "calc": "aws_lambda", "inputs": {"requests": 9_000_000_000_u64, "duration_ms": 1024, "memory_mb": 1024, "free": true}}]);
    let CaseAnswer::Done { lines, .. } = estimate_cases(&book(), &case.to_string()).unwrap().remove(0) else {
        panic!("it is worked out");
    };
    for (name, line) in &lines {
        let sum: Decimal = line.steps.iter().map(|step| step.quantity * step.rate).sum();
        assert_eq!(sum, line.amount.exact.parse().unwrap(), "{name}");
        let price = line.price.as_ref().unwrap();
        assert!(!price.source.is_empty() && price.retrieved == "2026-11-23", "{name}");
    }
    let labels: Vec<_> = lines["duration"].steps.iter().map(|step| step.label.as_str()).collect();
    assert_eq!(labels, ["free each month", "first 6 billion", "6 billion to 15 billion"]);
}

fn done(case: &Value) -> (Decimal, String) {
    match estimate_cases(&book(), &json!([case]).to_string()).unwrap().remove(0) {
        CaseAnswer::Done { total, currency, .. } => {
            (total.exact.parse().unwrap(), currency.code().to_owned())
        }
        CaseAnswer::Failed { error, .. } => panic!("{case}: {error}"),
    }
}

#[test]
fn lines_whose_grants_were_used_apart_are_worked_out() {
    let lines =
        |inputs: Value| json!({"calc": "lines", "provider": "aws", "service": "lambda", "inputs": inputs});
    for (requests, duration) in [("3000000", "350000"), ("2000000", "1600000"), ("5000000", "100000")] {
        let inputs = json!({"requests": [requests, "0.0000002"], "duration": [duration, "0.0000166667"]});
        assert!(done(&lines(inputs)).0 > Decimal::ZERO);
    }
    let copied = json!({"requests": ["60000000", "0.0000002"], "duration": ["59600000", "0.0000166667"], "epu": ["800", "0.185"]});
    assert!(error_of(&lines(copied)).contains("the number was copied"));
}

#[test]
fn what_a_vendor_does_not_offer_is_refused_with_what_it_does() {
    let task = |vcpu: &str, gb: &str| json!({"calc": "fargate", "inputs": {"tasks": 1, "vcpu": vcpu, "gb": gb, "seconds_per_run": 3_600}});
    for (vcpu, gb, words) in [
        ("3", "2", "no task of 3 vCPU: it has 0.25, 0.5, 1"),
        ("1", "9", "1 vCPU on Fargate has 2 to 8 GB of memory, by 1 GB, not 9"),
        ("1", "2.5", "not 2.5"),
        ("4", "2", "4 vCPU on Fargate has 8 to 30 GB"),
    ] {
        let error = error_of(&task(vcpu, gb));
        assert!(error.contains(words), "{vcpu} {gb}: {error}");
    }
    for (vcpu, gb) in [("0.25", "0.5"), ("1", "2"), ("1", "1"), ("16", "32")] {
        assert!(done(&task(vcpu, gb)).0 > Decimal::ZERO, "{vcpu} {gb}");
    }
    let calls = |requests: u32, duration_ms: u32| json!({"calc": "aws_lambda", "inputs": {"requests": requests, "duration_ms": duration_ms, "memory_mb": 128}});
    assert!(error_of(&calls(2, 900_001)).contains("at most 15 minutes"));
    assert!(done(&calls(2, 900_000)).0 > Decimal::ZERO);
    assert!(done(&calls(1, 20_000_000)).0 > Decimal::ZERO, "one may be the sum of many");
}

#[test]
fn a_key_that_is_given_twice_is_refused() {
    let text = r#"[{"id": "a", "calc": "aws_lambda", "inputs": {"requests": 1, "requests": 2, "duration_ms": 1, "memory_mb": 128}},
        {"id": "b", "calc": "aws_lambda", "calc": "fargate", "inputs": {}}]"#;
    for (answer, key) in estimate_cases(&book(), text).unwrap().iter().zip(["requests", "calc"]) {
        let CaseAnswer::Failed { error, .. } = answer else { panic!("{key} twice was worked out") };
        assert!(error.contains(&format!("`{key}` is given twice")), "{error}");
    }
}

#[test]
fn yuan_are_told_as_yuan_and_never_added_to_dollars() {
    let call = json!({"requests": 1_000_000, "duration_ms": 100, "memory_mb": 128, "region": "cn-north-1"});
    assert_eq!(done(&json!({"calc": "aws_lambda", "inputs": call})).1, "CNY");
    let given = json!({"requests": ["100000", "0.00000136"]});
    let given = json!({"calc": "lines", "provider": "aws", "service": "lambda", "inputs": given});
    assert_eq!(done(&given).1, "CNY");
    let there = json!({"requests": 1, "duration_ms": 1, "memory_mb": 128});
    assert_eq!(done(&json!({"calc": "aws_lambda", "inputs": there})).1, "USD");
    let merged = json!({"calc": "merge", "inputs": {"parts": [["aws_lambda", call, "a_"], ["aws_lambda", there, "b_"]]}});
    assert!(error_of(&merged).contains("CNY and USD, which have no sum"));
}

#[test]
fn a_savings_plan_takes_its_share_off_what_it_covers() {
    let calls = |plan: Value, region: &str| json!({"calc": "aws_lambda", "inputs": {"requests": 30_000_000, "duration_ms": 200, "memory_mb": 128, "savings_plan": plan, "region": region}});
    let (requests, duration) = (Decimal::from(6), "12.500025".parse::<Decimal>().unwrap());
    for plan in [json!("1y"), json!("12"), json!(12), json!("12 %")] {
        assert_eq!(done(&calls(plan, "us-east-1")).0, requests + duration * Decimal::new(88, 2));
    }
    assert!(error_of(&calls(json!("1y"), "ap-south-1")).contains("is not known"));
    assert!(error_of(&calls(json!("120"), "us-east-1")).contains("`120`"));
    let task = |plan: &str| json!({"calc": "fargate", "inputs": {"tasks": 1, "vcpu": 1, "gb": 2, "seconds_per_run": 3_600, "savings_plan": plan}});
    let whole = "0.04937".parse::<Decimal>().unwrap();
    assert_eq!(done(&task("3y")).0, whole * Decimal::new(55, 2));
    let spot = json!({"calc": "fargate", "inputs": {"tasks": 1, "vcpu": 1, "gb": 2, "seconds_per_run": 3_600, "savings_plan": "3y", "spot": true}});
    assert!(error_of(&spot).contains("does not cover Spot"));
}

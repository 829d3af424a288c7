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

//! `hearth cost` and `hearth prices`: arithmetic that needs no data folder, and prices that need no network.

use crate::support::Home;
use serde_json::{Value, json};

#[test]
fn cases_are_estimated_without_a_data_folder() {
    let home = Home::new();
    let cases = json!({"cases": [
        {"id": "good", "calc": "aws_lambda", "inputs": {"requests": 30_000_000, "duration_ms": 200, "memory_mb": 128}},
        {"id": "negative", "calc": "aws_lambda", "inputs": {"requests": -1, "duration_ms": 200, "memory_mb": 128}},
        {"id": "nowhere", "calc": "aws_lambda", "inputs": {"requests": 1, "duration_ms": 1, "memory_mb": 128, "region": "moon-1"}},
    ]});
    let file = home.write("cases.json", cases.to_string());
    let answers = home.json(&["cost", "estimate", "--cases", file.to_str().unwrap()]);
    assert_eq!(answers[0]["lines"]["duration"]["exact"], "12.500025");
    assert_eq!(answers[0]["total"], json!({"exact": "18.500025", "printed": "18.50"}));
    assert_eq!(answers[0]["lines"]["requests"]["steps"][0]["rate"], "0.0000002");
    assert!(answers[0]["lines"]["requests"]["price"]["retrieved"].is_string());
    assert!(answers[1]["error"].as_str().unwrap().contains("-1"));
    assert!(answers[2]["error"].as_str().unwrap().contains("`moon-1`"));
    assert!(!home.data().exists(), "arithmetic leaves nothing behind");

    for (name, content) in [("cut.json", &b"{\"cases\": ["[..]), ("binary.json", b"\xff\xfe\x00")] {
        let file = home.write(name, content);
        let ran = home.run(&["--json", "cost", "estimate", "--cases", file.to_str().unwrap()]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
        assert_eq!(ran.error()["code"], "invalid_input");
    }
    let missing = home.run(&["--json", "cost", "estimate", "--cases", "/nowhere/at/all.json"]);
    assert_eq!((missing.code, missing.error()["code"].as_str()), (1, Some("not_found")));
    assert_eq!(home.run(&["--json", "cost", "estimate"]).code, 2, "a file is needed");
}

#[test]
fn report_lines_are_billed_as_printed_and_bad_ones_say_their_number() {
    let home = Home::new();
    let mut lines = b"REPORT RequestId: a\tDuration: 395.99 ms\tBilled Duration: 662 ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB\tInit Duration: 265.72 ms\t\n".to_vec();
    lines.extend(b"REPORT RequestId: b\tDuration: 12\n\xff\xfe\n");
    lines.extend(b"{\"time\":\"2025-05-12T00:00:00Z\",\"type\":\"platform.report\",\"record\":{\"requestId\":\"c\",\"metrics\":{\"durationMs\":154.64,\"initDurationMs\":98.4,\"memorySizeMB\":1769,\"maxMemoryUsedMB\":80}}}\n");
    let file = home.write("lines.txt", lines);
    let ran = home.run(&["cost", "billed", "--report-lines", file.to_str().unwrap()]);
    let told = ran.document();
    assert_eq!((ran.code, told[0]["billedMs"].as_u64()), (0, Some(662)), "{ran:?}");
    assert_eq!(told[0]["cost"], "0.0000057166777");
    assert_eq!((told[1]["line"].as_u64(), told[2]["line"].as_u64()), (Some(2), Some(3)));
    assert_eq!(told[3]["billedMs"], 155, "worked out by the rules of its day: init was free");
    let bad = home.write("bad.txt", "REPORT RequestId: b\tDur");
    assert_eq!(home.run(&["cost", "billed", "--report-lines", bad.to_str().unwrap()]).code, 1);
    assert!(!home.data().exists());
}

#[test]
fn prices_are_shown_with_source_and_day() {
    let home = Home::new();
    let info = home.json(&["prices"]);
    assert_eq!((info["books"].as_array().unwrap().len(), &info["waiting"]), (1, &json!([])));
    let rows = home.json(&["prices", "show", "lambda/duration", "--region", "eu-west-1"]);
    let rows: &Vec<Value> = rows["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "x86 and arm64");
    assert_eq!(rows[0]["tiers"].as_array().unwrap().len(), 3);
    assert!(!rows[0]["source"].as_str().unwrap().is_empty());
    let nowhere = home.run(&["--json", "prices", "show", "--region", "moon-1"]);
    assert_eq!((nowhere.code, nowhere.error()["code"].as_str()), (1, Some("invalid_input")));
    let nothing = home.run(&["--json", "prices", "confirm", "--all"]);
    assert_eq!((nothing.code, nothing.error()["code"].as_str()), (1, Some("not_found")));
}

#[test]
fn what_cannot_be_is_refused_with_its_value_and_what_to_do() {
    let home = Home::new();
    home.json(&["deploy", "--sample", "kettle"]);
    home.json(&["invoke", "kettle"]);
    let what_if = |more: &[&str]| home.run(&[&["--json", "cost", "what-if", "kettle"], more].concat());
    for (arguments, words) in [
        (&["--traffic", "-1"][..], "`-1`"),
        (&["--traffic", "much"], "`much`"),
        (&["--measured", "0"], "`0`"),
        (&["--memory", "64"], "not 64"),
        (&["--ephemeral", "99999"], "not 99999"),
        (&["--region", "moon-1"], "`moon-1`"),
        (&["--days", "999"], "999"),
        (&["--plan", "azure-flex", "--memory", "9000"], "not 9000"),
        (&["--plan", "own-server", "--monthly", "-5"], "-5"),
        (&["--plan", "fargate", "--provisioned", "5"], "AWS Fargate has no `provisioned`"),
        (&["--plan", "azure-consumption", "--ephemeral", "1024"], "Azure Consumption has no `ephemeral`"),
        (&["--plan", "azure-flex", "--arch", "arm64"], "Azure Flex has no `arch`"),
        (&["--plan", "lambda", "--concurrency", "5"], "`lambda` has no `--concurrency`"),
        (&["--plan", "lambda", "--monthly", "5"], "`lambda` has no `--monthly`"),
        (&["--plan", "google-gen1", "--concurrency", "5"], "`google-gen1` has no `--concurrency`"),
        (&["--instances", "5"], "`--instances` belongs to another plan"),
        (&["--savings-plan", "2y"], "`2y`"),
        (&["--plan", "cloudflare", "--savings-plan", "1y"], "Cloudflare Workers has no `savings-plan`"),
    ] {
        let ran = what_if(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{arguments:?}: {ran:?}");
        let message = ran.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words), "{arguments:?}: {message}");
    }
    // What clap refuses names the option and the value.
    for (arguments, words) in [
        (&["--memory", "-5"][..], "-5 is not in 1"),
        (&["--concurrency", "0"], "0 is not in 1"),
        (&["--days", "0"], "0 is not in 1"),
    ] {
        let ran = what_if(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains(words), "{arguments:?}: {ran:?}");
    }
    for (arguments, words) in [
        (&["cost", "show", "--month", "2026-13"][..], "`2026-13` is no month"),
        (&["cost", "show", "--account", "nobody"], "`nobody`"),
        (&["cost", "function", "none"], "`none`"),
        (&["invocations", "--request", "none"], "there is no call none"),
    ] {
        let ran = home.run(&[&["--json"], arguments].concat());
        assert_eq!(ran.code, 1, "{arguments:?}: {ran:?}");
        assert!(ran.error()["message"].as_str().unwrap().contains(words), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn yuan_are_told_as_yuan_and_nothing_changed_is_said() {
    let home = Home::new();
    let call = json!({"requests": 1_000_000, "duration_ms": 100, "memory_mb": 128, "region": "cn-north-1"});
    let cases =
        home.write("yuan.json", json!([{"id": "a", "calc": "aws_lambda", "inputs": call}]).to_string());
    let cases = cases.to_str().unwrap();
    assert_eq!(home.json(&["cost", "estimate", "--cases", cases])[0]["currency"], "CNY");
    let words = home.run(&["cost", "estimate", "--cases", cases]).stdout;
    assert!(words.contains("CNY 1.36") && !words.contains('$'), "{words}");

    home.json(&["deploy", "--sample", "kettle"]);
    home.json(&["invoke", "kettle"]);
    let what_if = |more: &[&str]| home.run(&[&["cost", "what-if", "kettle"], more].concat());
    let there = what_if(&["--region", "cn-north-1"]);
    assert_eq!(there.code, 0, "{there:?}");
    for part in ["CNY ", "Change: unknown, since USD and CNY have no difference"] {
        assert!(there.stdout.contains(part), "{part} in {there:?}");
    }
    let same = what_if(&[]);
    assert!(same.stdout.contains("Nothing is changed"), "{same:?}");
    let saved = what_if(&["--savings-plan", "1y"]);
    assert!(saved.stdout.contains("Change: -$"), "{saved:?}");
    assert!(saved.stderr.contains("takes 12 % off duration"), "{saved:?}");
}

#[test]
fn a_call_is_shown_with_its_receipt() {
    let home = Home::new();
    home.json(&["deploy", "--sample", "kettle"]);
    let answer = home.json(&["invoke", "kettle"]);
    let id = answer["requestId"].as_str().unwrap();
    let detail = home.json(&["invocations", "--request", id]);
    let receipt = &detail["receipt"];
    assert_eq!(
        (&receipt["plan"], &receipt["totalUsd"]),
        (&json!("AWS Lambda"), &answer["receipt"]["totalUsd"])
    );
    let words = home.run(&["invocations", "--request", id]);
    let total = format!("${}", receipt["totalUsd"].as_str().unwrap());
    for part in ["1 request", "GB-second", &total, "$1 buys"] {
        assert!(words.stdout.contains(part), "{part} in {words:?}");
    }
    for part in ["together", "List prices of AWS Lambda in us-east-1", "not from a bill"] {
        assert!(words.stderr.contains(part), "{part} in {words:?}");
    }
}

#[test]
fn a_price_book_with_a_typo_is_left_out_and_said() {
    let home = Home::new();
    home.json(&["prices"]);
    let folder = home.data().join("prices");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("2026-12-01.json"), "{\"schema\": 1, \"date\": \"2026-12-01\", \"rwos\": []}")
        .unwrap();
    let info = home.json(&["prices"]);
    let unread = info["unread"].to_string();
    assert!(unread.contains("2026-12-01.json") && unread.contains("rwos"), "{info}");
    assert_eq!(info["books"].as_array().unwrap().len(), 1, "the book that came with Hearth counts: {info}");
}

#[test]
fn a_month_by_meter_names_the_account_of_each_line_and_grants_are_money() {
    let home = Home::new();
    let _serve = home.serve();
    home.json(&["demo", "on", "--calls", "2000"]);
    let ran = home.run(&["cost", "show", "--by", "meter", "--demo"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let month = home.json(&["cost", "show", "--by", "meter", "--demo"]);
    for row in month["meters"].as_array().unwrap() {
        let mut accounts = month["accounts"].as_array().unwrap().iter();
        let account = accounts.find(|account| account["id"] == row["account"]).unwrap();
        let line = format!(
            "{}, {}, {}",
            row["label"].as_str().unwrap(),
            row["region"].as_str().unwrap(),
            account["name"].as_str().unwrap()
        );
        assert_eq!(ran.stdout.matches(&line).count(), 1, "{line} in {}", ran.stdout);
    }
    let headings = ran.stdout.lines().filter(|line| line.starts_with("In ")).count();
    assert_eq!(headings, month["hidden"].as_array().unwrap().len(), "{}", ran.stdout);
    assert!(!ran.stdout.contains("$-"), "{}", ran.stdout);
}

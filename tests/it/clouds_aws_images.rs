//! Functions of container images in an account of AWS: ministack takes them and runs none without Docker, so that the
//! requests and the review are judged, and not that an image runs.

use crate::ministack::Ministack;
use crate::person::{Person, operations};
use crate::support::http;
use serde_json::{Value, json};

const IMAGE: &str = "000000000000.dkr.ecr.us-east-1.amazonaws.com/tea:4";

/// What ministack keeps of a function, as AWS's own answer has it.
fn kept(ministack: &Ministack, name: &str) -> Value {
    let credential = "AWS4-HMAC-SHA256 Credential=hearth/20261129/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0";
    let line = format!("GET /2015-03-31/functions/{name}");
    http(ministack.port(), &line, &[("Authorization", credential)], b"").json()
}

#[test]
fn an_image_becomes_a_function_and_another_image_replaces_it() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let deploy = |image: &str| {
        [
            "deploy",
            "--image",
            image,
            "--to",
            "emulator",
            "--name",
            "steeper",
            "--arch",
            "arm64",
            "--memory",
            "512",
            "--env",
            "TEA=s3cret",
        ]
        .map(str::to_owned)
    };
    let line = deploy(IMAGE);
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let shown = person.run(&[&line[..], &["--dry-run"]].concat());
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.stdout.contains("--package-type Image") && shown.stdout.contains(IMAGE), "{shown:?}");
    assert!(shown.stdout.contains("Lambda takes what the tag names now"), "{shown:?}");
    let seen = person.json(&[&line[..], &["--dry-run"]].concat()).to_string();
    assert!(seen.contains("--name steeper --arch arm64 --memory 512"), "the same again: {seen}");
    assert!(!shown.stdout.contains("s3cret"), "values are masked: {shown:?}");
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));

    let made = person.json(&[&line[..], &["--yes"]].concat());
    assert_eq!(operations(&made), ["iam:CreateRole", "iam:PutRolePolicy", "lambda:CreateFunction"]);
    assert_eq!(made["changed"]["function"]["configuration"]["runtime"], "image", "{made}");
    let there = kept(&ministack, "steeper");
    assert_eq!(there["Configuration"]["PackageType"], "Image", "{there}");
    assert_eq!(there["Code"]["ImageUri"], IMAGE, "{there}");
    assert_eq!(there["Configuration"]["MemorySize"], 512, "{there}");
    assert_eq!(there["Configuration"]["Architectures"], json!(["arm64"]), "{there}");

    let newer = "000000000000.dkr.ecr.us-east-1.amazonaws.com/tea:5";
    let line = deploy(newer);
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let again = person.json(&[&line[..], &["--yes"]].concat());
    assert_eq!(again["review"]["review"]["calls"][0]["operation"], "lambda:UpdateFunctionCode", "{again}");
    assert_eq!(kept(&ministack, "steeper")["Code"]["ImageUri"], newer);

    // A function stays what it was made of.
    let folder = person.home.function("steeper", "app.py", "def handler(event, context):\n    return 1\n");
    let error = person.refused(&["deploy", &folder, "--to", "emulator", "--yes"]);
    assert_eq!(error["code"], "conflict", "{error}");
    assert!(error["message"].as_str().unwrap().contains("`steeper` was made of an image"), "{error}");
    let folder = person.home.function("kettle", "app.py", "def handler(event, context):\n    return 1\n");
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let error =
        person.refused(&["deploy", "--image", IMAGE, "--to", "emulator", "--name", "kettle", "--yes"]);
    assert!(error["message"].as_str().unwrap().contains("`kettle` was made of a zip"), "{error}");
    let error = person.refused(&["deploy", "--image", "tea", "--to", "emulator", "--name", "cup", "--yes"]);
    assert!(error["message"].as_str().unwrap().contains("`tea` names no registry"), "{error}");
    person.json(&["delete", "steeper", "--account", "emulator", "--yes"]);
}

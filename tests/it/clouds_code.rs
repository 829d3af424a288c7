//! The code of a function, read back from an account and from this computer, edited and deployed again. ministack keeps
//! what was deployed and gives it back by an address of its own, as AWS does by one of S3.

use crate::ministack::Ministack;
use crate::person::Person;
use crate::support::{judge, program};
use std::io::Read as _;
use std::path::Path;

const KETTLE: &str = "def handler(event, context):\n    return 'cold'\n";

/// The text of a file in a zip.
fn in_zip(zip: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn code_of_an_account_is_read_edited_and_deployed_again() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let folder = person.home.function("kettle", "app.py", KETTLE);
    person.json(&["deploy", &folder, "--to", "emulator", "--memory", "320", "--yes"]);

    let target = person.home.path().join("read/kettle");
    let out = target.to_str().unwrap();
    let read = ["code", "kettle", "--account", "emulator", "--output", out];
    assert_eq!(person.json(&read)["folder"], out);
    assert_eq!(std::fs::read_to_string(target.join("app.py")).unwrap(), KETTLE);
    let taken = person.refused(&read);
    assert_eq!(taken["code"], "conflict", "nothing is overwritten: {taken}");
    let zip = person.home.path().join("kettle.zip");
    person.json(&["code", "kettle", "--account", "emulator", "--output", zip.to_str().unwrap()]);
    assert_eq!(in_zip(&zip, "app.py"), KETTLE);

    std::fs::write(target.join("app.py"), KETTLE.replace("cold", "hot")).unwrap();
    let again = person.json(&["deploy", out, "--to", "emulator", "--name", "kettle", "--yes"]);
    let calls = again["review"]["review"]["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 1, "only the code differs: {again}");
    assert_eq!(person.json(&["invoke", "kettle", "--account", "emulator"])["payload"], "hot");
    assert_eq!(again["changed"]["function"]["configuration"]["memoryMb"], 320, "settings stay: {again}");

    let zip = person.home.path().join("again.zip");
    person.json(&["code", "kettle", "--account", "emulator", "--output", zip.to_str().unwrap()]);
    if let Some(python) = judge("HEARTH_JUDGE_PYTHON", "the code beside boto3") {
        let code = format!(
            "import boto3, hashlib, urllib.request\n\
             of = boto3.client('lambda', endpoint_url={:?}, region_name='us-east-1', aws_access_key_id='test',\n    \
             aws_secret_access_key='test').get_function(FunctionName='kettle')\n\
             print(hashlib.sha256(urllib.request.urlopen(of['Code']['Location']).read()).hexdigest())\n\
             print(hashlib.sha256(open({zip:?}, 'rb').read()).hexdigest())",
            ministack.url()
        );
        let said = program(python).args(["-c", &code]).output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let hashes: Vec<&str> = said.lines().collect();
        assert!(hashes.len() == 2 && hashes[0] == hashes[1], "boto3 gets the same bytes: {said}");
    }
    let gone = person.refused(&["code", "teapot", "--account", "emulator", "--output", "x"]);
    assert_eq!(gone["code"], "not_found", "{gone}");
}

#[test]
fn code_of_this_computer_is_written_too_and_an_image_has_none() {
    let person = Person::new();
    let folder = person.home.function("kettle", "app.py", KETTLE);
    person.json(&["deploy", &folder]);
    let target = person.home.path().join("mine");
    let said = person.run(&["code", "kettle", "-o", target.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("The code of kettle is in"), "{said:?}");
    assert!(said.stderr.contains("hearth deploy"), "it says the way back: {said:?}");
    assert_eq!(std::fs::read_to_string(target.join("app.py")).unwrap(), KETTLE);
    assert_eq!(person.refused(&["code", "teapot", "-o", "x"])["code"], "not_found");

    let Some(ministack) = Ministack::start() else { return };
    person.meet(&ministack);
    let image = "000000000000.dkr.ecr.us-east-1.amazonaws.com/tea:4";
    person.json(&["deploy", "--image", image, "--to", "emulator", "--name", "steeper", "--yes"]);
    let refused = person.refused(&["code", "steeper", "--account", "emulator", "-o", "x"]);
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("container image") && message.contains(image), "{refused}");
    assert!(!Path::new("x").exists(), "nothing is made when there is nothing to write");
}

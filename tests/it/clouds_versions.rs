//! Every version of the functions of an account, in one list. The judge is moto: ministack lists the newest code alone,
//! whatever is asked.

use crate::clouds_aws_faults::Moto;
use crate::person::Person;
use serde_json::json;

#[test]
fn every_version_of_the_functions_of_an_account_is_listed_the_newest_code_first() {
    let Some(moto) = Moto::start() else { return };
    let person = Person::new();
    person.add("moto", &format!("http://127.0.0.1:{}", moto.port), &[]);
    let account = ["--account", "moto"];
    for (name, versions) in [("cup", 2), ("kettle", 0)] {
        let folder = person.home.function(name, "app.py", "def handler(event, context):\n    return 0\n");
        person.json(&["deploy", &folder, "--to", "moto", "--yes"]);
        for number in 1..=versions {
            // A version is made only of what changed since the one before.
            let size = (128 + number * 64).to_string();
            person.json(&[&["configure", name, "--memory", &size, "--yes"], &account[..]].concat());
            person.json(&[&["publish", name, "--yes"], &account[..]].concat());
        }
    }
    let listed = person.json(&[&["functions", "--versions"], &account[..]].concat());
    let rows: Vec<_> =
        listed["functions"].as_array().unwrap().iter().map(|row| (&row["name"], &row["version"])).collect();
    let expected = [("cup", "$LATEST"), ("cup", "2"), ("cup", "1"), ("kettle", "$LATEST")];
    let expected = expected.map(|(name, version)| (json!(name), json!(version)));
    assert_eq!(rows, expected.iter().map(|(name, version)| (name, version)).collect::<Vec<_>>(), "{listed}");
    assert_eq!(listed["functions"][2]["configuration"]["memoryMb"], 192, "as it was made: {listed}");
    let words = person.run(&[&["functions", "--versions"], &account[..]].concat());
    assert!(words.stdout.contains("cup:2"), "{words:?}");
    let newest = person.json(&[&["functions"], &account[..]].concat());
    assert_eq!(newest["functions"].as_array().map(Vec::len), Some(2), "{newest}");
    assert!(newest["functions"][0].get("version").is_none(), "{newest}");
}

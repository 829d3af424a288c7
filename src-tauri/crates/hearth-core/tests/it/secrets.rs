//! Values of environment variables are secrets: found in their own file, for the person only, and nowhere else.

use crate::house::{House, path_source};
use serde_json::json;
use std::path::{Path, PathBuf};

const SECRET: &str = "hunter2-very-secret-value";

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_in_its_own_file_and_nowhere_else() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    let folder = house.folder("greeter", &[("app.py", crate::house::GREETER)]);
    house.ok("deploy", json!({ "source": path_source(&folder), "environment": { "SECRET": SECRET } })).await;
    let answer = house.invoke("greeter", &json!({ "name": "Ada" })).await;
    assert_eq!(answer["payload"]["secret_length"], SECRET.len(), "the function has it");
    house.invoke("greeter", &json!({ "fail": true })).await;
    house
        .refused("function_configure", json!({ "name": "greeter", "environment": { "BAD-NAME": SECRET } }))
        .await;

    let mut shown = Vec::new();
    for (command, request) in [
        ("function_get", json!({ "name": "greeter" })),
        ("functions_list", json!({})),
        ("invocations_list", json!({})),
        ("logs_list", json!({})),
        ("app_info", json!({})),
    ] {
        shown.extend(house.ok(command, request).await.to_string().into_bytes());
    }
    for kind in ["functions", "invocations", "environments", "logs"] {
        shown.extend(house.bytes("table_export", json!({ "kind": kind, "query": {} })).await);
    }
    assert!(!holds(&shown, SECRET), "no answer and no export shows it");
    assert!(holds(&shown, "SECRET"), "its name is shown");

    house.app.close().await;
    let mut places = Vec::new();
    let mut looked_at = 0;
    look(house.data.path(), &mut looked_at, &mut places);
    assert!(looked_at > 3, "the ledger and the package were looked at");
    assert_eq!(places.len(), 1, "{places:?}");
    assert!(places[0].ends_with("environment.json"), "{places:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&places[0]).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

fn look(folder: &Path, looked_at: &mut u32, places: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            look(&entry.path(), looked_at, places);
        } else if kind.is_file() {
            *looked_at += 1;
            if holds(&std::fs::read(entry.path()).unwrap(), SECRET) {
                places.push(entry.path());
            }
        }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

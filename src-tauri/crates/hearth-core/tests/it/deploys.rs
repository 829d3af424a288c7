//! Deploying what people have, and refusing what cannot work, at the right place and with nothing left behind.

use crate::house::{GREETER, House, path_source};
use hearth_core::{ErrorCode, lambda};
use serde_json::json;
use std::io::{Cursor, Write as _};
use zip::write::{SimpleFileOptions, ZipWriter};

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_deployed_is_refused_and_leaves_nothing() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    let write = |name: &str, bytes: &[u8]| {
        let path = house.code.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let cases = [
        (house.folder("empty", &[]), ErrorCode::InvalidPackage, "empty"),
        (house.folder("notes", &[("notes.txt", "hello")]), ErrorCode::InvalidPackage, "nothing to run"),
        (
            house.folder("nohandler", &[("app.py", "x = 1\n")]),
            ErrorCode::InvalidPackage,
            "no handler was found",
        ),
        (house.code.path().join("gone"), ErrorCode::NotFound, "there is no file or folder"),
        (write("broken.zip", b"not a zip"), ErrorCode::InvalidPackage, "damaged"),
        (
            write("evil.zip", &zip(&[("app.py", GREETER), ("../evil.py", "")])),
            ErrorCode::InvalidPackage,
            "`../evil.py`",
        ),
        (write("picture.png", b"\x89PNG"), ErrorCode::InvalidPackage, "not something that can be deployed"),
        (house.data.path().to_owned(), ErrorCode::InvalidPackage, "Hearth's own data"),
    ];
    for (path, code, words) in cases {
        let error = house.refused("deploy", json!({ "source": path_source(&path) })).await;
        assert_eq!(error.code, code, "{error:?}");
        assert!(error.message.contains(words), "`{words}` in {error:?}");
    }
    let bad_requests = [
        (json!({ "name": "a b" }), "`a b`"),
        (json!({ "memoryMb": 64 }), "not 64 MB"),
        (json!({ "timeoutS": 901 }), "not 901"),
        (json!({ "runtime": "java21" }), "`java21`"),
        (json!({ "handler": "other.handler" }), "other.py"),
        (json!({ "environment": { "1BAD": "x" } }), "`1BAD`"),
    ];
    let folder = house.folder("fine", &[("app.py", GREETER)]);
    for (extra, words) in bad_requests {
        let mut request = json!({ "source": path_source(&folder) });
        request.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let error = house.refused("deploy", request).await;
        assert!(error.message.contains(words), "`{words}` in {error:?}");
    }
    assert_eq!(house.ok("functions_list", json!({})).await["total"], 0);
    let staging: Vec<_> = std::fs::read_dir(house.data.path().join("packages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(staging.is_empty(), "staging folders are gone: {staging:?}");
    house.deploy_greeter("works").await;
    assert_eq!(house.invoke("works", &json!({ "name": "Ada" })).await["payload"]["hello"], "Ada");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_zips_uploads_and_wrapped_folders_become_functions() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    let file = house.folder("single", &[("greet.py", GREETER)]).join("greet.py");
    let archive = house.code.path().join("packed-greeter.zip");
    std::fs::write(&archive, zip(&[("app.py", GREETER)])).unwrap();
    let wrapped = house.code.path().join("wrapped.zip");
    std::fs::write(&wrapped, zip(&[("inner/app.py", GREETER), ("__MACOSX/inner/._app.py", "x")])).unwrap();
    let upload = house.app.uploads_dir().join("abc-123.zip");
    std::fs::write(&upload, zip(&[("app.py", GREETER)])).unwrap();
    for (source, name, handler) in [
        (path_source(&file), "greet", "greet.handler"),
        (path_source(&archive), "packed-greeter", "app.handler"),
        (path_source(&wrapped), "wrapped", "app.handler"),
        (json!({ "kind": "upload", "upload": "abc-123", "fileName": "dropped" }), "dropped", "app.handler"),
    ] {
        let deployed = house.ok("deploy", json!({ "source": source })).await;
        assert_eq!(deployed["function"]["name"], name);
        assert_eq!(deployed["function"]["configuration"]["handler"], handler);
        assert_eq!(house.invoke(name, &json!({ "name": "x" })).await["payload"]["hello"], "x", "{name}");
    }
    assert!(!upload.exists(), "an upload is gone once it is deployed");
    for bad in ["../../etc/passwd", "", "gone"] {
        let source = json!({ "kind": "upload", "upload": bad, "fileName": "x" });
        assert_eq!(
            house.refused("deploy", json!({ "source": source })).await.code,
            ErrorCode::NotFound,
            "{bad}"
        );
    }
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_deploy_is_a_new_version_that_keeps_what_was_set() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    house
        .ok(
            "function_configure",
            json!({ "name": "greeter", "memoryMb": 512, "environment": { "SECRET": "four" } }),
        )
        .await;
    let folder = house.folder("greeter", &[("app.py", &GREETER.replace("'hello'", "'salut'"))]);
    let deployed = house.ok("deploy", json!({ "source": path_source(&folder) })).await;
    assert_eq!(deployed["created"], false);
    assert_eq!(deployed["function"]["version"], 3);
    assert_eq!(deployed["function"]["configuration"]["memoryMb"], 512, "memory stays");
    assert_eq!(deployed["function"]["configuration"]["environmentNames"], json!(["SECRET"]));
    let answer = house.invoke("greeter", &json!({ "name": "Ada" })).await;
    assert_eq!(answer["payload"], json!({ "salut": "Ada", "secret_length": 4 }));

    house.ok("function_rollback", json!({ "name": "greeter", "version": 1 })).await;
    let answer = house.invoke("greeter", &json!({ "name": "Ada" })).await;
    assert_eq!(
        answer["payload"],
        json!({ "hello": "Ada", "secret_length": 0 }),
        "code and values of version 1"
    );
    let error = house.refused("function_rollback", json!({ "name": "greeter", "version": 9 })).await;
    assert!(error.message.contains("no version 9"), "{error:?}");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn code_cannot_be_read_or_written_outside_the_package() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    for path in ["../../ledger.db", "/etc/passwd", "a/../../b", "", "a\\..\\b", "./../x"] {
        let error = house.refused("code_read", json!({ "name": "greeter", "path": path })).await;
        assert!(error.message.contains("inside the package"), "{path}: {error:?}");
        let files = json!([{ "path": path, "text": "x" }]);
        let error = house.refused("code_save", json!({ "name": "greeter", "files": files })).await;
        assert!(error.message.contains("inside the package"), "{path}: {error:?}");
    }
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lambda_face_keeps_bytes_as_they_are() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    let request = || lambda::CreateFunction {
        name: "echo".to_owned(),
        runtime: "python3.13".to_owned(),
        handler: "app.handler".to_owned(),
        zip: zip(&[("app.py", "def handler(event, context):\n    return event\n")]).into(),
        ..lambda::CreateFunction::default()
    };
    let record = lambda::create(&house.app, request()).await.unwrap();
    assert_eq!((record.configuration.timeout_s, record.configuration.memory_mb), (3, 128), "defaults of AWS");
    assert_eq!(lambda::create(&house.app, request()).await.unwrap_err().code, ErrorCode::Conflict);
    let answer = lambda::invoke(&house.app, "echo", "{\"b\": 1}".into()).await.unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&answer.payload).unwrap(), json!({ "b": 1 }));
    assert_eq!(answer.function_error, None);
    let empty = lambda::invoke(&house.app, "echo", "".into()).await.unwrap();
    assert_eq!(&empty.payload[..], b"{}");
    lambda::delete(&house.app, "echo").await.unwrap();
    assert_eq!(lambda::list(&house.app).await.unwrap().len(), 0);
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_a_function_that_is_here_is_a_source_as_it_runs_here() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    let folder =
        house.folder("tea", &[("other.py", GREETER), ("app.py", "def unused(event, context): pass\n")]);
    let first = json!({ "source": path_source(&folder), "name": "tea", "handler": "other.handler" });
    house.ok("deploy", first).await;
    // The folder is gone; what Hearth keeps is enough, and the handler is the one that a person chose.
    std::fs::remove_dir_all(&folder).unwrap();
    let source = json!({ "kind": "function", "name": "tea" });
    let detected = house.ok("deploy_inspect", json!({ "source": source })).await;
    assert_eq!(detected["name"], "tea", "{detected}");
    assert_eq!(detected["handler"], "other.handler", "{detected}");
    assert_eq!(detected["files"], 2, "{detected}");
    assert_eq!(detected["problems"], json!([]), "{detected}");
    let copy = house.ok("deploy", json!({ "source": source, "name": "cup" })).await;
    assert_eq!(copy["function"]["configuration"]["handler"], "other.handler", "{copy}");
    let error =
        house.refused("deploy_inspect", json!({ "source": { "kind": "function", "name": "gone" } })).await;
    assert_eq!(error.code, ErrorCode::NotFound, "{error:?}");
}

//! Every command of the table is called once and answers what its type says.

use crate::house::{House, path_source};
use hearth_core::commands::COMMANDS;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Calls commands and remembers which.
struct Caller {
    house: House,
    called: BTreeSet<&'static str>,
}

impl Caller {
    async fn json(&mut self, command: &'static str, request: Value) -> Value {
        self.called.insert(command);
        self.house.ok(command, request).await
    }

    async fn bytes(&mut self, command: &'static str, request: Value) -> Vec<u8> {
        self.called.insert(command);
        self.house.bytes(command, request).await
    }

    /// Calls a command that may find that there is nothing to do.
    async fn may_refuse(&mut self, command: &'static str, request: Value) {
        self.called.insert(command);
        self.house.call(command, request).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_answers() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    let folder = house.folder("greeter", &[("app.py", crate::house::GREETER)]);
    let mut caller = Caller { house, called: BTreeSet::new() };
    let name = json!({ "name": "greeter" });

    let info = caller.json("app_info", json!({})).await;
    assert_eq!(info["ownerPid"], std::process::id());
    assert_eq!(info["hostsContacted"], json!([]));
    let mut settings = caller.json("settings_get", json!({})).await;
    settings["theme"] = json!("light");
    assert_eq!(caller.json("settings_set", settings.clone()).await["theme"], "light");
    let samples = caller.json("samples_list", json!({})).await;
    let names: Vec<_> =
        samples.as_array().unwrap().iter().map(|sample| sample["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["hello-node", "hello-python", "kettle"]);
    for sample in samples.as_array().unwrap() {
        assert!(sample["description"].as_str().unwrap().ends_with('.'), "{sample}");
    }
    let source = json!({ "kind": "sample", "sample": "hello-python" });
    let deployed = caller.house.ok("deploy", json!({ "source": source })).await;
    assert_eq!(deployed["suggestedEvent"], "{ \"name\": \"Ada\" }", "the sample brings its event");
    assert_eq!(
        caller.house.invoke("hello-python", &json!({ "name": "Ada" })).await["payload"]["greeting"],
        "Hello, Ada"
    );

    let source = json!({ "source": path_source(&folder) });
    let detected = caller.json("deploy_inspect", source.clone()).await;
    assert_eq!((&detected["name"], &detected["handler"]), (&json!("greeter"), &json!("app.handler")));
    let deployed = caller.json("deploy", source).await;
    assert_eq!((&deployed["created"], &deployed["function"]["version"]), (&json!(true), &json!(1)));
    assert_eq!(deployed["function"]["configuration"]["memoryMb"], 128);

    let answer = caller
        .json(
            "invoke",
            json!({ "name": "greeter", "event": "{\"name\":\"Ada\"}", "cold": true, "source": "test" }),
        )
        .await;
    assert_eq!(answer["payload"]["hello"], "Ada", "{answer}");
    assert_eq!(answer["coldStart"], true);
    assert!(answer["logTail"].as_str().unwrap().contains("greeting Ada"), "{answer}");
    assert_eq!(answer["receipt"]["lines"][0]["name"], "request");
    assert_eq!(answer["explanation"], Value::Null);
    let request = json!({ "requestId": answer["requestId"] });

    look_after_the_ledger(&mut caller).await;

    let sent = caller.json("invoke_send", json!({ "name": "greeter", "event": "{}", "count": 3 })).await;
    assert_eq!(sent["requestIds"].as_array().unwrap().len(), 3);
    caller.called.insert("invoke_cancel");
    let error = caller.house.refused("invoke_cancel", request.clone()).await;
    assert!(error.message.contains("is not running"), "{error:?}");

    let library = caller.json("events_library", json!({})).await;
    assert!(library.as_array().unwrap().len() >= 15);
    caller
        .json("event_save", json!({ "function": "greeter", "name": "Ada", "body": "{\"name\":\"Ada\"}" }))
        .await;
    assert_eq!(caller.json("events_saved", name.clone()).await[0]["name"], "Ada");
    caller.json("event_delete", json!({ "function": "greeter", "name": "Ada" })).await;

    let list = caller.json("functions_list", json!({ "filter": "greet" })).await;
    assert_eq!(list["functions"][0]["function"]["name"], "greeter");
    let detail = caller.json("function_get", name.clone()).await;
    assert_eq!(detail["arn"], "arn:aws:lambda:us-east-1:000000000000:function:greeter");
    assert_eq!(detail["versions"].as_array().unwrap().len(), 1);
    let configured = caller.json("function_configure", json!({ "name": "greeter", "memoryMb": 256 })).await;
    assert_eq!((&configured["version"], &configured["configuration"]["memoryMb"]), (&json!(2), &json!(256)));
    assert_eq!(
        caller.json("function_rollback", json!({ "name": "greeter", "version": 1 })).await["version"],
        3
    );

    let listing = caller.json("code_list", name.clone()).await;
    assert_eq!((&listing["handlerFile"], &listing["files"][0]["editable"]), (&json!("app.py"), &json!(true)));
    let text = caller.json("code_read", json!({ "name": "greeter", "path": "app.py" })).await;
    let there = json!({ "account": "local", "name": "greeter" });
    let read = caller.json("cloud_code", there.clone()).await;
    assert_eq!((&read["files"], &read["handlerFile"]), (&listing["files"], &listing["handlerFile"]));
    let file = json!({ "code": read["code"], "name": "greeter", "path": "app.py" });
    assert_eq!(caller.json("cloud_code_read", file).await, text);
    assert_eq!(caller.bytes("cloud_code_zip", there).await[..2], *b"PK");
    let outside = json!({ "code": "../../ledger.db", "name": "greeter", "path": "app.py" });
    let error = caller.house.refused("cloud_code_read", outside).await;
    assert_eq!(error.code, hearth_core::ErrorCode::NotFound, "{error:?}");
    let changed = text["text"].as_str().unwrap().replace("'hello'", "'goodbye'");
    let saved = caller
        .json("code_save", json!({ "name": "greeter", "files": [{ "path": "app.py", "text": changed }] }))
        .await;
    assert_eq!(saved["version"], 4);
    assert_eq!(caller.house.invoke("greeter", &json!({ "name": "Bob" })).await["payload"]["goodbye"], "Bob");

    let page = caller.json("invocations_list", json!({})).await;
    assert!(page["total"].as_u64().unwrap() >= 2, "{page}");
    let one = caller.json("invocation_get", request).await;
    assert_eq!(one["event"], "{\"name\":\"Ada\"}");
    assert!(one["logs"].as_array().unwrap().iter().any(|line| line["text"] == "greeting Ada"), "{one}");
    let logs = caller.json("logs_list", json!({ "function": "greeter", "search": "greeting" })).await;
    assert!(!logs["lines"].as_array().unwrap().is_empty());
    let servers = caller.json("environments_list", json!({ "includeEnded": true })).await;
    assert!(servers.as_array().unwrap().len() >= 2, "one for each version that ran: {servers}");
    let lanes = caller.json("lanes_snapshot", json!({ "function": "greeter", "fromUs": 0 })).await;
    assert!(!lanes["transitions"].as_array().unwrap().is_empty());
    assert_eq!(lanes["limit"], 20);
    assert_eq!(lanes["prices"][0]["requestUsd"], "0.0000002");

    let now = caller.json("app_info", json!({})).await["nowUs"].as_i64().unwrap();
    let query =
        json!({ "function": null, "fromUs": now - 3_600_000_000_i64, "toUs": now + 1, "grain": "minute" });
    let series = caller.bytes("series", query.clone()).await;
    let rows = u32::from_le_bytes(series[4..8].try_into().unwrap()) as usize;
    assert_eq!(
        u32::from_le_bytes(series[..4].try_into().unwrap()) as usize,
        hearth_model::SERIES_COLUMNS.len()
    );
    assert!((60..=61).contains(&rows), "{rows} minutes");
    let calls: f64 = series[8 + rows * 8..8 + rows * 16]
        .chunks(8)
        .map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()))
        .sum();
    assert!(calls >= 2.0, "{calls} calls in the chart");
    for (chart, format, start) in [
        ("invocations", "svg", &b"<svg"[..]),
        ("cold_starts", "svg", b"<svg"),
        ("durations", "svg", b"<svg"),
        ("cost", "png", b"\x89PNG"),
    ] {
        let picture = caller
            .bytes(
                "chart_export",
                json!({ "chart": chart, "query": query, "format": format, "theme": "dark" }),
            )
            .await;
        assert!(
            picture.starts_with(start) || picture.windows(4).take(200).any(|part| part == start),
            "{chart} {format}"
        );
    }
    for (kind, query, cell) in [
        ("functions", json!({}), "greeter"),
        ("invocations", json!({}), "succeeded"),
        ("environments", json!({ "includeEnded": true }), "greeter"),
        ("logs", json!({}), "greeting Ada"),
        ("series", query.clone(), "invocations"),
    ] {
        let table = caller.bytes("table_export", json!({ "kind": kind, "query": query })).await;
        assert!(String::from_utf8(table).unwrap().contains(cell), "the table of {kind} has `{cell}`");
    }

    assert_eq!(caller.json("runtime_pace", json!({ "speed": 1 })).await["speed"], 1);
    let all = json!({ "kind": "all" });
    let set = json!({ "scope": all, "amountUsd": "25", "alerts": [80] });
    assert_eq!(caller.json("budget_set", set).await["budgets"][0]["amountUsd"], "25");
    assert_eq!(caller.json("brake_mode", json!({ "mode": "off" })).await["mode"], "off");
    let only = json!({ "functions": ["greeter"] });
    assert_eq!(caller.json("brake_pull", only.clone()).await["held"][0]["function"], "greeter");
    assert_eq!(caller.json("brake_status", json!({})).await["held"][0]["by"], "person");
    assert_eq!(caller.json("brake_rehearse", json!({})).await["mode"], "off");
    assert_eq!(caller.json("brake_release", only.clone()).await["held"], json!([]));
    caller.json("brake_leave", only).await;
    assert_eq!(caller.json("budget_delete", json!({ "scope": all })).await["budgets"], json!([]));
    assert_eq!(caller.json("brake_history", json!({ "limit": 9 })).await[0]["kind"], "budget");

    one_event_on_targets(&mut caller).await;
    look_for_accounts(&mut caller).await;
    add_up_the_month(&mut caller).await;
    caller.json("function_reap", name.clone()).await;
    let answer = caller.house.invoke("greeter", &json!({})).await;
    assert_eq!(answer["coldStart"], true, "after reaping, the next call meets a new server");
    caller.json("environment_reap", json!({ "environmentId": answer["environmentId"] })).await;
    caller.json("function_delete", name.clone()).await;
    assert_eq!(
        caller.house.refused("function_get", name.clone()).await.code,
        hearth_core::ErrorCode::NotFound
    );
    assert_eq!(caller.json("function_restore", name).await["version"], 4);
    tune(&mut caller).await;
    make_up_data(&mut caller).await;

    let _vendor = crate::prices::vendor_of(&caller.house.app).await;
    let refreshed =
        caller.json("prices_refresh", json!({ "vendors": ["aws"], "regions": ["us-east-1"] })).await;
    assert_eq!(refreshed["waiting"].as_array().unwrap().len(), 1);
    assert_eq!(caller.json("prices_get", json!({})).await["waiting"], refreshed["waiting"]);
    caller.json("prices_confirm", json!({ "keys": [], "accept": true })).await;
    assert_eq!(caller.json("prices_rows", json!({})).await["date"], refreshed["date"]);

    let all: BTreeSet<&str> = COMMANDS.iter().copied().collect();
    let missing: Vec<_> = all.difference(&caller.called).collect();
    assert!(missing.is_empty(), "commands that this test does not call: {missing:?}");
    caller.house.app.close().await;
}

async fn tune(caller: &mut Caller) {
    let plan = json!({
        "name": "greeter", "memoryMb": [128, 256], "runs": 1, "events": [{ "event": "{}" }]
    });
    assert_eq!(caller.json("tuning_preview", plan.clone()).await["calls"], 2);
    let tuning = caller.json("tuning_start", plan).await;
    let id = json!({ "id": tuning["id"] });
    assert_eq!(caller.json("tuning_get", id.clone()).await["id"], tuning["id"]);
    // It may have ended by itself already, which is no error of the command.
    caller.may_refuse("tuning_cancel", id.clone()).await;
    caller.may_refuse("tuning_restore", id).await;
    assert_eq!(caller.json("tunings_list", json!({})).await[0]["id"], tuning["id"]);
    caller.json("tuning_latest", json!({ "name": "greeter" })).await;
}

async fn make_up_data(caller: &mut Caller) {
    let report = json!({ "from": "2026-11-01", "to": "2026-11-02", "format": "csv" });
    assert!(!caller.bytes("cost_report", report).await.is_empty());
    caller.json("demo_on", json!({ "calls": 1_000 })).await;
    caller.json("demo_status", json!({})).await;
    assert_eq!(caller.json("demo_off", json!({})).await["state"], "off");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_understood_is_refused_and_not_run() {
    let house = House::open().await;
    let error = house.refused("invoke", json!({ "nme": "x" })).await;
    assert_eq!(error.code, hearth_core::ErrorCode::InvalidInput);
    assert!(error.detail.unwrap().contains("name"), "what is missing is said");
    assert_eq!(house.refused("no_such", json!({})).await.code, hearth_core::ErrorCode::NotFound);
    house.app.close().await;
}

/// Everything about the ledger itself, after at least one call.
async fn look_after_the_ledger(caller: &mut Caller) {
    let info = caller.json("ledger_info", json!({})).await;
    assert!(info["invocations"].as_u64().unwrap() >= 1, "{info}");
    assert_eq!(info["rawFromUs"], Value::Null, "nothing was deleted");
    let checked = caller.json("ledger_check", json!({ "rebuild": true })).await;
    assert_eq!((&checked["ok"], &checked["problems"]), (&json!(true), &json!([])));
    let question = json!({ "sql": "SELECT function, COUNT(*) AS calls FROM calls GROUP BY 1 ORDER BY 1" });
    let answer = caller.json("ledger_query", question.clone()).await;
    assert_eq!(answer["columns"], json!(["function", "calls"]));
    assert_eq!((&answer["rows"][0][0], &answer["truncated"]), (&json!("greeter"), &json!(false)));
    let csv = String::from_utf8(caller.bytes("ledger_query_csv", question).await).unwrap();
    assert!(csv.starts_with("function,calls\ngreeter,"), "{csv}");
    for sql in ["DELETE FROM settings", "SELECT nothing"] {
        let error = caller.house.refused("ledger_query", json!({ "sql": sql })).await;
        assert_eq!(error.code, hearth_core::ErrorCode::InvalidInput, "{error:?}");
    }
    caller.json("query_save", json!({ "name": "first", "sql": "SELECT 1" })).await;
    let kept = json!([{ "name": "first", "sql": "SELECT 1" }]);
    assert_eq!(caller.json("queries_saved", json!({})).await, kept);
    caller.json("query_delete", json!({ "name": "first" })).await;
    assert_eq!(caller.json("queries_saved", json!({})).await, json!([]));
    let file = json!({ "path": caller.house.folder("copies", &[]).join("copy.hearth") });
    let exported = caller.json("ledger_export", file.clone()).await;
    assert!(exported["bytes"].as_u64().unwrap() > 4_096);
    let imported = caller.json("ledger_import", file).await;
    assert_eq!(
        (&imported["invocations"], &imported["logLines"]),
        (&json!(0), &json!(0)),
        "all of it is here"
    );
    let vacuumed = caller.json("ledger_vacuum", json!({})).await;
    assert_eq!(vacuumed["deletedInvocations"], 0);
}

async fn add_up_the_month(caller: &mut Caller) {
    let month = caller.json("cost_overview", json!({})).await;
    let listed = month["functions"].as_array().unwrap();
    assert!(listed.iter().any(|row| row["name"] == "greeter"), "{month}");
    let bill = caller.json("cost_function", json!({ "name": "greeter" })).await;
    assert!(bill["lines"].as_array().unwrap().len() >= 2, "{bill}");
    let scope = json!({ "kind": "function", "name": "greeter" });
    let what = caller.json("cost_what_if", json!({ "scope": scope, "memoryMb": 1_024 })).await;
    assert_eq!(what["same"], false);
    let table = json!({ "file": "csv", "query": {}, "table": "meters" });
    let text = String::from_utf8(caller.bytes("cost_export", table).await).unwrap();
    assert!(text.contains("aws/lambda/requests") && text.contains("unknown"), "{text}");
    let picture = json!({ "file": "picture", "query": {}, "format": "png", "theme": "dark" });
    assert!(caller.bytes("cost_export", picture).await.starts_with(b"\x89PNG"));
}

/// Nothing is signed in to here and nobody is asked: an endpoint on a port that refuses stands for an account.
async fn one_event_on_targets(caller: &mut Caller) {
    assert_eq!(caller.json("events_folder", json!({})).await["events"], json!([]), "none was chosen");
    let error = caller.house.refused("events_folder_read", json!({ "file": "a.json" })).await;
    assert_eq!(error.code, hearth_core::ErrorCode::NotFound, "{error:?}");
    caller.may_refuse("events_folder_read", json!({ "file": "a.json" })).await;
    let run = json!({
        "target": { "name": "greeter" }, "event": "{}", "source": "test",
        "runId": "00000000-0000-4000-8000-00000000000e"
    });
    let answer = caller.json("event_run", run).await;
    assert_eq!(
        (&answer["place"], &answer["outcome"]),
        (&json!("This computer"), &json!("succeeded")),
        "{answer}"
    );
    caller.may_refuse("event_cancel", json!({ "requestId": "00000000-0000-4000-8000-00000000000e" })).await;
}

async fn look_for_accounts(caller: &mut Caller) {
    assert_eq!(caller.json("accounts_list", json!({})).await["accounts"][0]["account"]["id"], "local");
    let url = "http://127.0.0.1:9/";
    let added = caller.json("endpoint_add", json!({ "name": "nobody", "url": url })).await;
    assert_eq!(added["account"]["endpoint"], "http://127.0.0.1:9");
    assert!(added["capabilities"].as_array().unwrap().contains(&json!("deploy")), "{added}");
    let chosen = caller.json("account_choose", json!({ "account": "nobody", "isProduction": true })).await;
    assert_eq!(chosen["isProduction"], true);
    let consent = json!({ "account": "nobody", "allowed": true });
    assert_eq!(caller.json("brake_consent", consent).await["mayStop"][0]["accountName"], "nobody");
    let unlocked = caller.json("account_unlock", json!({ "account": "nobody", "minutes": 1 })).await;
    assert!(unlocked["unlockedUntilUs"].as_u64().is_some());
    let tested = caller.json("account_test", json!({ "account": "nobody" })).await;
    assert_eq!(tested["fault"]["kind"], "broken_off", "{tested}");
    // An endpoint that takes any keys has nobody to sign in.
    caller.called.extend(["sign_in_begin", "sign_in_cancel"]);
    let error = caller.house.refused("sign_in_begin", json!({ "account": "nobody" })).await;
    assert!(error.message.contains("no sign-in that a person can renew"), "{error:?}");
    let error = caller.house.refused("sign_in_cancel", json!({ "account": "nobody" })).await;
    assert_eq!(error.code, hearth_core::ErrorCode::NotFound, "{error:?}");
    assert_eq!(caller.json("sign_ins_list", json!({})).await, json!([]));
    assert_eq!(caller.json("by_use_prices", json!({})).await[0]["usd"], "0.01");
    let own = caller.json("own_requests", json!({})).await;
    let asked = (&own["usd"], &own["rows"][0]["operation"]);
    assert_eq!(asked, (&json!("0"), &json!("GetCallerIdentity")), "who it is was asked: {own}");
    // AWS bills this question, so that Hearth does not ask it without a yes.
    let days = json!({ "account": "nobody", "since": "2026-11-01", "until": "2026-11-02" });
    caller.may_refuse("account_billed", days.clone()).await;
    let error = caller.house.refused("account_billed", days.clone()).await;
    assert_eq!(error.code, hearth_core::ErrorCode::InvalidInput, "{error:?}");
    assert_eq!(caller.json("account_billed_price", days).await["each"], "request");
    let unknown = json!({
        "account": "unknown", "name": "tea", "event": "{}", "digest": "", "change": { "kind": "delete" },
        "cluster": "kettles", "task": "0", "regions": [], "runId": "one", "changeId": "one", "minutes": 1, "agreed": true,
        "id": "unknown"
    });
    for command in [
        "clusters_list",
        "cluster_get",
        "task_definitions_list",
        "task_definition_get",
        "task_logs",
        "cloud_calls_read",
        "account_permissions",
        "cloud_functions",
        "cloud_function",
        "cloud_sides",
        "cloud_layers",
        "cloud_invoke",
        "cloud_logs",
        "live_tail_start",
        "live_tail_renew",
        "live_tail_stop",
        "cost_actual",
        "cost_actual_price",
        "cloud_environments",
        "cloud_review",
        "cloud_apply",
        "cloud_change_cancel",
        "unfinished_forget",
    ] {
        caller.may_refuse(command, unknown.clone()).await;
        let error = caller.house.refused(command, unknown.clone()).await;
        assert_eq!(error.code, hearth_core::ErrorCode::NotFound, "{command}: {error:?}");
    }
    assert_eq!(caller.json("unfinished_list", json!({})).await, json!([]), "nothing was half made");
    let started = caller.json("sync_start", json!({ "accounts": ["nobody"] })).await;
    assert_eq!(started["parts"][0]["location"], "us-east-1", "{started}");
    caller.json("sync_cancel", json!({})).await;
    while caller.json("sync_status", json!({})).await["running"] == true {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(caller.json("sync_status", json!({})).await["parts"][0]["state"], "cancelled");
    assert_eq!(caller.json("cloud_inventory", json!({})).await["functions"], json!([]));
    caller.json("endpoint_remove", json!({ "account": "nobody" })).await;
}

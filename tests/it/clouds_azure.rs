//! Azure through the binary, against a strict fake (tests/azure) that Microsoft's own clients are driven through as well,
//! that holds every body against Microsoft's own types, and that runs the deployed code on Microsoft's own libraries.
//! Secrets are planted everywhere and must not come out.

use crate::azure::{Fake, PYTHON};
use crate::person::{Person, operations};
use crate::support::{finish, http, judge, program, root, skip};
use serde_json::{Value, json};

const NODE: &str = "exports.handler = async (event) => ({ cups: event.cups, colour: process.env.COLOUR });\n";

#[test]
fn microsofts_own_clients_are_served_by_the_fake() {
    let Some(fake) = Fake::start() else { return };
    let python = judge("HEARTH_JUDGE_AZURE_PYTHON", "Microsoft's clients beside the fake").unwrap();
    let ran = finish(program(python).arg(root().join("tests/azure/judge.py")).arg(&fake.url), "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("all deleted"), "{ran:?}");
}

#[test]
fn a_python_app_on_flex_lives_its_whole_life() {
    let Some(fake) = Fake::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    let folder = person.home.function("kettle", "app.py", PYTHON);

    let tested = person.json(&["accounts", "test", "fake"]);
    assert_eq!(tested["identity"]["number"], "11111111-2222-3333-4444-555555555555", "{tested}");
    let permissions = person.json(&["accounts", "permissions", "fake"]);
    assert_eq!(permissions["level"], "deploy", "{permissions}");
    assert_eq!(person.json(&["functions", "--account", "fake"])["functions"], json!([]));

    // Nobody said yes: the review has every call and the adapter, and nothing is changed.
    let deploy =
        ["deploy", &folder, "--to", "fake", "--runtime", "python3.12", "--env", "COLOUR=PLANTED-amber"];
    assert!(person.refused(&deploy)["message"].as_str().unwrap().contains("nobody said yes"));
    let seen = person.json(&[&deploy[..], &["--dry-run"]].concat());
    let documents = seen["review"]["review"]["documents"].to_string();
    assert!(documents.contains("function_app.py") && documents.contains("hearth-event"), "{documents}");
    assert!(seen.to_string().contains("az rest --method put"), "{seen}");
    assert_eq!(fake.seen("PUT "), 0, "a review changes nothing");

    let made = person.json(&[&deploy[..], &["--yes"]].concat());
    assert_eq!(
        operations(&made),
        [
            "Microsoft.Resources/subscriptions/resourceGroups/write",
            "Microsoft.Storage/storageAccounts/write",
            "Microsoft.Storage/storageAccounts/blobServices/containers/write",
            "Microsoft.Web/serverfarms/write",
            "Microsoft.OperationalInsights/workspaces/write",
            "Microsoft.Insights/components/write",
            "Microsoft.Web/sites/write",
            "Microsoft.Web/sites/publish/action",
            "Microsoft.Web/sites/syncfunctiontriggers/action",
        ]
    );
    let function = &made["changed"]["function"];
    assert_eq!((&function["name"], &function["state"]), (&json!("kettle"), &json!("active")), "{made}");
    assert_eq!(function["configuration"]["runtime"], "python3.12");
    assert_eq!(function["configuration"]["handler"], "app.handler");
    let url = made["changed"]["results"][0][1].as_str().unwrap();
    assert!(url.ends_with(".azurewebsites.net/api/kettle"), "{url}");

    // The same folder answers on Azure, as a call and over the web.
    let call = ["invoke", "kettle", "--account", "fake", "--event", "{\"cups\":2}"];
    let ran = person
        .home
        .command(&[&["--json"], &call[..]].concat())
        .env("HOME", person.folder())
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(answer["payload"]["cups"], 2, "{answer}");
    assert_eq!(answer["payload"]["colour"], "PLANTED-amber", "the function itself has the value: {answer}");
    assert_eq!(answer["payload"]["name"], "kettle");
    let failed =
        person.run(&["--json", "invoke", "kettle", "--account", "fake", "--event", "{\"fail\":true}"]);
    assert_eq!(failed.code, 4, "the function failed, not Hearth: {failed:?}");
    assert_eq!(failed.document()["payload"]["errorMessage"], "no water", "{failed:?}");

    // The function in the app, its settings by name, and what calls it.
    let shown = person.json(&["show", "kettle", "--account", "fake"]);
    assert_eq!(shown["eventSources"][0]["id"], "handler", "{shown}");
    assert_eq!(shown["function"]["configuration"]["environmentNames"], json!(["COLOUR"]));
    assert_eq!(shown["url"]["public"], false, "it wants a key: {shown}");
    assert_eq!(shown["unread"], json!([]));

    // Settings are merged: what nobody named stays, also what another client set meanwhile.
    let of = ["--account", "fake", "--yes"];
    person.json(
        &[&["configure", "kettle", "--env", "SIZE=PLANTED-large", "--memory", "4096"], &of[..]].concat(),
    );
    let settings = fake.ask("settings", &json!({}))["kettle"].clone();
    assert_eq!((&settings["COLOUR"], &settings["SIZE"]), (&json!("PLANTED-amber"), &json!("PLANTED-large")));
    assert!(settings["AzureWebJobsStorage"].as_str().unwrap().contains("AccountKey="), "Azure's own stay");
    let shown = person.json(&["show", "kettle", "--account", "fake"]);
    assert_eq!(shown["function"]["configuration"]["memoryMb"], 4096, "{shown}");
    assert_eq!(shown["tags"]["hearth-function"], "kettle", "tags stay: {shown}");
    let own = ["configure", "kettle", "--env", "AzureWebJobsStorage=x"];
    assert!(
        person.refused(&[&own[..], &of[..]].concat())["message"].as_str().unwrap().contains("Azure needs")
    );

    // Figures and logs, into the ledger and on the terminal.
    let synced = person.json(&["sync", "--account", "fake", "--metrics"]);
    assert_eq!((&synced["parts"][0]["state"], &synced["parts"][0]["functions"]), (&json!("done"), &json!(1)));
    let inventory = person.json(&["functions", "--cached"]);
    assert_eq!(inventory["functions"][0]["calls24h"], 2.0, "{inventory}");
    let lines = person.json(&["logs", "kettle", "--account", "fake"]);
    assert!(lines.to_string().contains("Host started (412ms)"), "{lines}");
    let servers = person.json(&["servers", "kettle", "--account", "fake"]);
    let server = &servers["environments"][0];
    assert_eq!(
        (&server["initUs"], &server["calls"][0]["cold"]),
        (&json!(412_000), &json!(true)),
        "{servers}"
    );
    assert_eq!(server["calls"][1]["cold"], false, "{servers}");
    // Into the ledger: Azure says no billed time, so what is kept is marked as inferred, and kept once.
    let read = person.json(&["sync", "--account", "fake", "--logs"]);
    assert_eq!(read["parts"][0]["calls"], 2, "{read}");
    assert_eq!(person.json(&["sync", "--account", "fake", "--logs"])["parts"][0]["calls"], 0);
    let function = format!("endpoint:fake/{}/kettle", read["parts"][0]["location"].as_str().unwrap());
    let calls = person.json(&["invocations", &function]);
    assert_eq!((&calls[0]["source"], &calls[0]["functionName"]), (&json!("logs_inferred"), &json!("kettle")));
    assert_eq!(
        (&calls[1]["start"], &calls[1]["phases"]["initUs"]),
        (&json!("cold"), &json!(412_000)),
        "{calls}"
    );
    let billed =
        person.json(&["accounts", "billed", "fake", "--since", "2026-11-01", "--until", "2026-11-02"]);
    assert_eq!(billed["rows"][0]["amount"], "0.000123456789", "every digit: {billed}");
    assert_eq!(billed["rows"][1]["day"], "2026-11-02", "over the pages: {billed}");

    // Stopped, it refuses calls; started, it answers.
    let change = |verb: &str| person.json(&[&[verb, "kettle"], &of[..]].concat());
    change("stop");
    let listed = person.json(&["functions", "--account", "fake"]);
    assert_eq!(listed["functions"][0]["state"], "stopped", "{listed}");
    assert!(person.refused(&call)["message"].as_str().unwrap().contains("is stopped"));
    let started = change("start");
    assert!(
        started["review"]["review"]["undo"]["command"].as_str().unwrap().starts_with("hearth stop kettle")
    );
    change("restart");

    // New code for the app that is there.
    std::fs::write(format!("{folder}/app.py"), "def handler(event, context):\n    return 'new'\n").unwrap();
    let again = person.json(&["deploy", &folder, "--to", "fake", "--runtime", "python3.12", "--yes"]);
    assert_eq!(
        operations(&again),
        [
            "Microsoft.Web/sites/publish/action",
            "Microsoft.Web/sites/syncfunctiontriggers/action",
            "Microsoft.Resources/tags/write"
        ]
    );
    assert_eq!(person.json(&["invoke", "kettle", "--account", "fake"])["payload"], "new");

    let deleted = person.json(&[&["delete", "kettle", "--with-logs"], &of[..]].concat());
    assert_eq!(operations(&deleted), ["Microsoft.Resources/subscriptions/resourceGroups/delete"]);
    let goes = deleted["review"]["review"]["documents"].to_string();
    assert!(goes.contains("storageAccounts") && goes.contains("workspaces"), "{goes}");
    assert_eq!(person.json(&["functions", "--account", "fake"])["functions"], json!([]));
    assert_eq!(person.refused(&call)["code"], "not_found");
    person.kept_secrets();
}

#[test]
fn a_node_app_on_consumption_lives_its_whole_life() {
    let Some(fake) = Fake::start() else { return };
    if judge("HEARTH_JUDGE_AZURE_NODE", "the adapter for Node on Microsoft's library").is_none() {
        return;
    }
    if program("node").arg("--version").output().is_err() {
        return skip("the adapter for Node on Microsoft's library: no node on this computer");
    }
    let person = Person::new();
    person.meet_azure(&fake);
    let folder = person.home.function("cup", "index.js", NODE);
    let deploy = [
        "deploy",
        &folder,
        "--to",
        "fake:northeurope",
        "--runtime",
        "nodejs22.x",
        "--handler",
        "index.handler",
    ];
    let deploy = [&deploy[..], &["--plan", "consumption", "--env", "COLOUR=PLANTED-red", "--yes"]].concat();
    let made = person.json(&deploy);
    assert_eq!(made["changed"]["function"]["configuration"]["runtime"], "nodejs22.x", "{made}");
    assert_eq!(made["changed"]["function"]["location"], "northeurope");
    assert!(made["review"]["review"]["warnings"].to_string().contains("retires"), "{made}");
    let place = ["--account", "fake", "--region", "northeurope"];
    let call = [&["--json", "invoke", "cup", "--event", "{\"cups\":3}"], &place[..]].concat();
    let ran = person.home.command(&call).env("HOME", person.folder()).output().unwrap();
    let answer: Value = serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    assert_eq!(
        (&answer["payload"]["cups"], &answer["payload"]["colour"]),
        (&json!(3), &json!("PLANTED-red"))
    );
    // Sizes and plans that do not fit are said before anything is done.
    let refused = person.refused(&[&["configure", "cup", "--memory", "512", "--yes"], &place[..]].concat());
    assert!(refused["message"].as_str().unwrap().contains("cannot be chosen"), "{refused}");
    person.json(&[&["configure", "cup", "--env", "SIZE=PLANTED-small", "--yes"], &place[..]].concat());
    assert_eq!(fake.ask("settings", &json!({}))["cup"]["COLOUR"], "PLANTED-red", "merged");
    for verb in ["stop", "start", "restart"] {
        person.json(&[&[verb, "cup", "--yes"], &place[..]].concat());
    }
    let synced = person.json(&["sync", "--account", "fake", "--metrics"]);
    assert_eq!(synced["parts"][0]["functions"], 0, "westeurope has none: {synced}");
    person.json(&["accounts", "choose", "fake", "--region", "all"]);
    let synced = person.json(&["sync", "--account", "fake", "--metrics"]);
    assert_eq!((&synced["parts"][0]["state"], &synced["parts"][0]["functions"]), (&json!("done"), &json!(1)));
    let lines = person.json(&[&["logs", "cup"], &place[..]].concat());
    assert!(lines.to_string().contains("REQUEST"), "{lines}");
    // Without the logs, what keeps them stays, and so does the group.
    let deleted = person.json(&[&["delete", "cup", "--yes"], &place[..]].concat());
    assert_eq!(
        operations(&deleted),
        ["Microsoft.Web/sites/delete", "Microsoft.Storage/storageAccounts/delete"]
    );
    assert_eq!(person.json(&["functions", "--account", "fake"])["functions"], json!([]));
    person.kept_secrets();
}

#[test]
fn a_package_of_azures_own_lives_on_premium_and_its_timer_is_handed_an_event() {
    let Some(fake) = Fake::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    let code = "import azure.functions as func\napp = func.FunctionApp()\n\n@app.route(route='tea', \
        auth_level=func.AuthLevel.ANONYMOUS, methods=['GET'])\ndef tea(req: func.HttpRequest):\n    \
        return func.HttpResponse('green')\n\n@app.timer_trigger(schedule='0 */5 * * * *', arg_name='timer')\n\
        def tick(timer: func.TimerRequest):\n    pass\n";
    let folder = person.home.function("pot", "function_app.py", code);
    person.home.write("pot/host.json", "{\"version\": \"2.0\"}");
    person.home.write("pot/requirements.txt", "azure-functions\n");
    let deploy = ["deploy", &folder, "--to", "fake", "--runtime", "python3.12", "--plan", "premium", "--yes"];
    let made = person.json(&deploy);
    assert_eq!(made["review"]["review"]["documents"], json!([]), "nothing is added: {made}");
    assert_eq!(made["review"]["review"]["cost"]["standing"], true, "a plan is billed by the hour");
    assert_eq!(made["changed"]["function"]["configuration"]["description"], "Premium plan");

    let shown = person.json(&["show", "pot", "--account", "fake"]);
    let sources = shown["eventSources"].to_string();
    assert!(
        sources.contains("httpTrigger GET /api/tea") && sources.contains("timerTrigger 0 */5"),
        "{shown}"
    );
    assert_eq!(shown["url"]["public"], true, "nobody needs a key: {shown}");
    let which = person.refused(&["invoke", "pot", "--account", "fake"]);
    assert!(which["message"].as_str().unwrap().contains("name one, for instance pot/"), "{which}");
    assert_eq!(person.json(&["invoke", "pot/tea", "--account", "fake"])["payload"], "green");
    let handed = person.json(&["invoke", "pot/tick", "--account", "fake"]);
    assert_eq!((&handed["status"], &handed["functionError"]), (&json!(202), &json!(null)), "{handed}");
    let unknown = person.refused(&["invoke", "pot/coffee", "--account", "fake"]);
    assert!(unknown["message"].as_str().unwrap().contains("it has tea, tick"), "{unknown}");

    let of = ["--account", "fake", "--yes"];
    let stopped = person.json(&[&["stop", "pot"], &of[..]].concat());
    assert!(stopped["review"]["review"]["warnings"].to_string().contains("billed while"), "{stopped}");
    for (change, words) in [
        (&["publish", "pot"][..], "no versions"),
        (&["limit", "pot", "0"], "stop the app"),
        (&["url", "pot", "--public"], "always has its address"),
        (&["delete", "pot/tea"], "a whole app"),
    ] {
        let refused = person.refused(&[change, &of[..]].concat());
        assert!(refused["message"].as_str().unwrap().contains(words), "{change:?}: {refused}");
    }
    person.json(&[&["delete", "pot", "--with-logs"], &of[..]].concat());
    person.kept_secrets();
}

#[test]
fn what_hearth_did_not_make_is_left_alone() {
    let Some(fake) = Fake::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    let folder = person.home.function("kettle", "app.py", PYTHON);
    let deploy = ["deploy", &folder, "--to", "fake", "--runtime", "python3.12", "--yes"];
    person.json(&deploy);
    // Somebody puts something of their own into the group, and a group with the name of another app is theirs.
    let group = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/hearth-kettle";
    let put = |path: &str, body: serde_json::Value| {
        let headers = [("content-type", "application/json"), ("authorization", "Bearer hearth")];
        let reply = http(fake.port(), &format!("PUT {path}"), &headers, body.to_string().as_bytes());
        assert!(reply.status < 300, "{reply:?}");
    };
    let account = json!({"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}});
    put(
        &format!("{group}/providers/Microsoft.Storage/storageAccounts/theirs?api-version=2024-01-01"),
        account,
    );
    put(
        &format!("{}?api-version=2025-04-01", group.replace("kettle", "cup")),
        json!({"location": "westeurope"}),
    );

    let theirs = person.refused(&[&deploy[..], &["--name", "cup"]].concat());
    assert!(theirs["message"].as_str().unwrap().contains("Hearth did not make"), "{theirs}");
    let delete = ["delete", "kettle", "--with-logs", "--account", "fake"];
    let seen = person.json(&[&delete[..], &["--dry-run"]].concat());
    let goes = seen["review"]["review"]["documents"].to_string();
    assert!(!goes.contains("theirs"), "a storage account of theirs must not go along: {seen}");
    person.kept_secrets();
}

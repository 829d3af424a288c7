//! Smoke test of the real window: opens it under the display that is there, drives it through WebKitWebDriver, and
//! runs one function through it. Skips, saying why, where there is no display or no driver.

mod driver;
#[cfg(target_os = "linux")]
mod notifications;

use driver::Window;
use serde_json::json;
use std::time::{Duration, Instant};

/// What a person can read on the page, pictures by their names.
const SHOWN: &str = "(document.querySelector('main').innerText + ' ' + \
    [...document.querySelectorAll('main [aria-label]')].map(e => e.getAttribute('aria-label')).join(' '))";

#[test]
fn the_window_opens_runs_a_dropped_folder_and_shows_its_answer() {
    let Some(window) = Window::open() else { return };
    window.until("the page has mounted", "return !!document.querySelector('main h1')");
    assert_eq!(
        window.run("return location.protocol + '//' + location.host"),
        json!("tauri://localhost"),
        "the window shows the bundled page and nothing else"
    );

    // WebDriver cannot drop a folder: the event that Tauri sends for a drop is sent instead, with a real path.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/hello-python");
    let dropped = Instant::now();
    window.run_with(
        "window.__TAURI_INTERNALS__.invoke('plugin:event|emit', { event: 'tauri://drag-drop', payload: \
         { paths: [arguments[0]], position: { x: 400, y: 400 } } })",
        json!([folder]),
    );
    window.until("the function's page is open", "return location.hash.includes('hello-python')");
    // It runs by itself.
    for (what, text) in [
        ("the answer", "Hello, Ada"),
        ("the log", "call 1 of this environment greets"),
        ("the receipt", "On AWS"),
        ("the server", "Server 1"),
    ] {
        window.until(&format!("{what} is shown"), &format!("return {SHOWN}.includes({text:?})"));
    }
    assert!(
        dropped.elapsed() < Duration::from_secs(10),
        "it took {:?} from drop to answer",
        dropped.elapsed()
    );
    Window::screenshot("window.png");
}

/// A window that closes by itself says nothing: it opens, tells why, and goes on once that is mended.
#[test]
fn a_data_folder_that_cannot_be_opened_is_explained_in_the_window() {
    let house = tempfile::tempdir().unwrap();
    let folder = house.path().join("data");
    std::fs::write(&folder, "a file where the folder should be").unwrap();
    let Some(window) = Window::open_on(folder.clone(), house) else { return };
    window.until("the page has mounted", "return !!document.querySelector('main h1')");
    window.until("it says why", &format!("return {SHOWN}.includes('data') && {SHOWN}.includes('Try again')"));
    let told = window.run(&format!("return {SHOWN}"));
    assert!(told.as_str().unwrap().contains(&folder.display().to_string()), "{told}");
    Window::screenshot("no-data-folder.png");
    std::fs::remove_file(&folder).unwrap();
    window.until("it goes on", &format!("return {SHOWN}.includes('Drop')"));

    // Styles that the editor writes are let in by our policy.
    window.run("location.hash = '#/ask'");
    window.until(
        "the editor has its looks",
        "const one = document.querySelector('.cm-scroller'); return !!one && getComputedStyle(one).display === 'flex'",
    );
}

/// A budget that is spent is told by the desktop, for who does not look at the window.
#[cfg(target_os = "linux")]
#[test]
fn an_alert_of_a_budget_is_a_notification_of_the_desktop() {
    let Some(desktop) = notifications::Notifications::own() else { return };
    let Some(window) = Window::open() else { return };
    window.until("the page has mounted", "return !!document.querySelector('main h1')");
    let rpc = |command: &str, payload: serde_json::Value| {
        window.run_with(
            "return window.__TAURI_INTERNALS__.invoke('rpc', { cmd: arguments[0], payload: arguments[1] })",
            json!([command, payload]),
        )
    };
    rpc("deploy", json!({ "source": { "kind": "sample", "sample": "kettle" } }));
    rpc("budget_set", json!({ "scope": { "kind": "all" }, "amountUsd": "0.0000001", "alerts": [80] }));
    rpc("invoke", json!({ "name": "kettle", "event": "{}", "source": "test" }));
    let text = desktop.wait_for("80 % of a budget is spent");
    assert!(text.starts_with("All functions passed 80 % of the budget for "), "{text}");
    let text = desktop.wait_for("Stop kettle?");
    assert!(text.contains("spent the budget of $0.0000001"), "{text}");
}

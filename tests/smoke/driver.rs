//! The smallest WebDriver client that drives our window: starts WebKitWebDriver and ends it by its own process id.

use serde_json::{Value, json};
use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// An open window with its driver and a data folder of its own.
pub(crate) struct Window {
    driver: Child,
    session: String,
    _house: tempfile::TempDir,
}

impl Window {
    /// Opens the window; none, with the reason printed, where that cannot be.
    pub(crate) fn open() -> Option<Self> {
        let data = tempfile::tempdir().expect("a data folder can be made");
        Self::open_on(data.path().to_owned(), data)
    }

    /// Like [`Window::open`], on a data folder of somebody's choice, which lies in `house`.
    pub(crate) fn open_on(folder: PathBuf, house: tempfile::TempDir) -> Option<Self> {
        if std::env::var_os("DISPLAY").is_none() {
            say("no DISPLAY; run it with `make smoke`");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .expect("a free port")
            .port();
        let driver = start_driver(port, &folder)?;
        let base = format!("http://127.0.0.1:{port}");
        let binary = env!("CARGO_BIN_EXE_hearth-desktop");
        let wish = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": { "binary": binary, "args": [] }
        } } });
        let begun = Instant::now();
        let answer = loop {
            match send("POST", &format!("{base}/session"), &wish) {
                Ok(answer) => break answer,
                Err(error) if begun.elapsed() > Duration::from_secs(30) => panic!("no session: {error}"),
                Err(_) => pause(),
            }
        };
        let id = answer["value"]["sessionId"].as_str().expect("a session has an id").to_owned();
        Some(Self { driver, session: format!("{base}/session/{id}"), _house: house })
    }

    /// Runs JavaScript in the page.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.run_with(script, json!([]))
    }

    /// Runs JavaScript in the page with arguments.
    pub(crate) fn run_with(&self, script: &str, arguments: Value) -> Value {
        let body = json!({ "script": script, "args": arguments });
        match send("POST", &format!("{}/execute/sync", self.session), &body) {
            Ok(answer) => answer["value"].clone(),
            Err(error) => panic!("`{script}` failed: {error}"),
        }
    }

    /// Waits until a script answers true, at most 20 seconds.
    pub(crate) fn until(&self, what: &str, script: &str) {
        let begun = Instant::now();
        while self.run(script) != json!(true) {
            if begun.elapsed() > Duration::from_secs(20) {
                let page = self.run("return document.body.innerText.slice(0, 2000)");
                panic!("waited in vain until {what}; the page says: {page}");
            }
            pause();
        }
    }

    /// Keeps a picture of the display when `HEARTH_PICTURES` names a folder.
    pub(crate) fn screenshot(name: &str) {
        let Some(folder) = std::env::var_os("HEARTH_PICTURES") else { return };
        let path = std::path::Path::new(&folder).join(name);
        #[expect(clippy::disallowed_methods, reason = "a test may start ImageMagick")]
        let taken = Command::new("import").args(["-window", "root"]).arg(&path).status();
        assert!(taken.is_ok_and(|status| status.success()), "`import` could not write {}", path.display());
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Without this the window outlives its driver.
        let _ = send("DELETE", &self.session, &json!({}));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Straight to the terminal: what a passing test prints is hidden.
fn say(why: &str) {
    writeln!(std::io::stderr(), "SKIPPED the window: {why}").ok();
}

fn start_driver(port: u16, data: &std::path::Path) -> Option<Child> {
    #[expect(clippy::disallowed_methods, reason = "a test may start a browser's driver")]
    let started = Command::new("WebKitWebDriver")
        .arg(format!("--port={port}"))
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("HEARTH_DATA_DIR", data)
        .stdout(Stdio::null())
        .spawn();
    match started {
        Ok(driver) => Some(driver),
        Err(error) => {
            say(&format!("WebKitWebDriver does not start ({error}); install webkit2gtk-driver"));
            None
        }
    }
}

fn send(method: &str, url: &str, body: &Value) -> Result<Value, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(30)))
        .http_status_as_error(true)
        .build()
        .into();
    let mut answer = match method {
        "DELETE" => agent.delete(url).call()?,
        _ => agent.post(url).send_json(body)?,
    };
    answer.body_mut().read_json()
}

#[expect(clippy::disallowed_methods, reason = "polling another process's page has no event to wait for")]
pub(crate) fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}

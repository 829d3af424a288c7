//! Starts the real binary on free ports with a data folder of its own, speaks plain HTTP to it, and ends it by its own
//! process id in bounded time.

use crate::planted;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// No step of a test takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A data folder and a folder for sources. When a test lets go of it, nothing that it left may hold a planted secret.
pub(crate) struct Home {
    folder: TempDir,
    /// Files that the test itself wrote.
    own: Mutex<Vec<PathBuf>>,
    /// All that commands said.
    said: Mutex<String>,
}

/// What a command left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The JSON document on standard output.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON document ({error}): {self:?}"))
    }

    /// The JSON error, the last line on standard error.
    pub(crate) fn error(&self) -> Value {
        let line = self.stderr.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON error ({error}): {self:?}"))
    }
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), own: Mutex::default(), said: Mutex::default() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Writes a source file and answers its path.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join("sources").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        self.wrote(&path);
        path
    }

    /// This file is the test's own, and may hold what it likes.
    pub(crate) fn wrote(&self, path: &Path) {
        self.own.lock().unwrap().push(path.to_owned());
    }

    /// Keeps what a command said.
    pub(crate) fn heard(&self, ran: &Ran) {
        self.said.lock().unwrap().extend([ran.stdout.as_str(), ran.stderr.as_str()]);
    }

    /// All that was said until now.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// A folder with one file in it.
    pub(crate) fn function(&self, name: &str, file: &str, code: &str) -> String {
        let file = self.write(&format!("{name}/{file}"), code);
        file.parent().unwrap().to_str().unwrap().to_owned()
    }

    /// The binary with this data folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(env!("CARGO_BIN_EXE_hearth"));
        command.arg("--data-dir").arg(self.data()).args(arguments).stdin(Stdio::null());
        command.env_remove("HEARTH_LOG");
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let ran = finish(&mut self.command(arguments), "");
        self.heard(&ran);
        ran
    }

    /// Runs a command that must succeed, and reads its document.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[&["--json"], arguments].concat());
        assert_eq!(ran.code, 0, "{arguments:?} must succeed: {ran:?}");
        ran.document()
    }

    /// Nothing in the data folder holds this.
    pub(crate) fn never_kept(&self, secret: &str) {
        let mut folders = vec![self.data()];
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file()
                    // What the ledger has just put away is not there any more.
                    && let Ok(bytes) = std::fs::read(&path)
                {
                    let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                    assert!(!found, "{} holds {secret}", path.display());
                }
            }
        }
    }

    /// Starts `hearth serve` and waits until it is ready.
    pub(crate) fn serve(&self) -> Serve {
        let mut command = self.command(&["--json", "serve", "--port", "0", "--lambda-port", "0"]);
        // Its log is looked through as well, and shown when the test fails.
        let log = std::fs::File::options().create(true).append(true).open(self.log()).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let ready = first_document(&mut child);
        let text =
            |key: &str| ready[key].as_str().unwrap_or_else(|| panic!("no {key} in {ready}")).to_owned();
        Serve { child, ui: text("ui"), lambda: text("lambda") }
    }

    /// What servers of this home wrote on standard error.
    fn log(&self) -> PathBuf {
        self.path().join("serve.log")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Ok(log) = std::fs::read_to_string(self.log())
        {
            std::io::stderr().write_all(log.as_bytes()).ok();
        }
        // A test that failed may have done so with one of these in its hands.
        let own = self.own.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut found = planted::below(self.folder.path(), own);
        found.extend(planted::said(self.said.get_mut().unwrap_or_else(PoisonError::into_inner)));
        planted::complain(&found);
    }
}

/// A running `hearth serve`, ended with SIGKILL when a test forgets it.
pub(crate) struct Serve {
    child: Child,
    pub(crate) ui: String,
    pub(crate) lambda: String,
}

impl Serve {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn ui_port(&self) -> u16 {
        port(&self.ui)
    }

    pub(crate) fn lambda_port(&self) -> u16 {
        port(&self.lambda)
    }

    pub(crate) fn token(&self) -> &str {
        self.ui.split_once("token=").expect("the address has a token").1
    }

    /// Ends it the hard way.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it the way a person does, and answers how it ended.
    pub(crate) fn stop(mut self, signal: &str) -> ExitStatus {
        let sent = program("kill").args([signal, &self.pid().to_string()]).status().unwrap();
        assert!(sent.success(), "{signal} is sent");
        wait(&mut self.child)
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn port(url: &str) -> u16 {
    let rest = url.strip_prefix("http://127.0.0.1:").unwrap_or_else(|| panic!("`{url}` is on 127.0.0.1"));
    rest.split('/').next().unwrap().parse().unwrap()
}

/// The document that a server prints on its first line when it is ready.
pub(crate) fn first_document(child: &mut Child) -> Value {
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).ok();
        sender.send(line).ok();
    });
    let line = receiver.recv_timeout(PATIENCE).expect("a server says that it is ready");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("`{line}`: {error}"))
}

/// A server in a process group of its own, so that what it starts ends with it.
pub(crate) struct Group {
    child: Child,
}

impl Group {
    pub(crate) fn start(command: &mut Command) -> Self {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self { child: silent.spawn().unwrap() }
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        program("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status().ok();
        self.child.wait().ok();
    }
}

/// A command; the lint against it is for functions, which only the runtime may start.
#[expect(clippy::disallowed_methods, reason = "tests start the product and other people's clients")]
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(name)
}

/// Runs a program to its end in bounded time.
pub(crate) fn finish(command: &mut Command, input: &str) -> Ran {
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    let mut started = Started::of(command);
    if let Some(mut stdin) = started.child.stdin.take() {
        stdin.write_all(input.as_bytes()).unwrap();
    }
    started.end()
}

/// A program that goes on while a test does something else.
pub(crate) struct Started {
    child: Child,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
}

impl Started {
    pub(crate) fn of(command: &mut Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Self { child, stdout: reading(stdout), stderr: reading(stderr) }
    }

    /// What a person does with Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let sent = program("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "the signal is sent");
    }

    /// Ends it the hard way.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end, in bounded time.
    pub(crate) fn end(mut self) -> Ran {
        let status = wait(&mut self.child);
        let text = |bytes: JoinHandle<Vec<u8>>| String::from_utf8_lossy(&bytes.join().unwrap()).into_owned();
        Ran { code: status.code().unwrap_or(-1), stdout: text(self.stdout), stderr: text(self.stderr) }
    }
}

fn reading(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        from.read_to_end(&mut text).unwrap();
        text
    })
}

fn wait(child: &mut Child) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > PATIENCE {
            child.kill().ok();
            panic!("process {} did not end in {PATIENCE:?}", child.id());
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// Waits until something is so, in bounded time.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// Whether a process runs; one that ended and was not yet waited for does not.
pub(crate) fn is_alive(pid: u64) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(") ").next().unwrap_or("Z").starts_with('Z'))
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

/// Sends one request with exactly these headers, `Host` being the right one unless it is among them.
pub(crate) fn http(port: u16, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let reply = try_http(port, line, headers, body);
    reply.unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// The same for a server that may be killed meanwhile.
pub(crate) fn try_http(
    port: u16,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Reply> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = format!("{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        write!(head, "Host: 127.0.0.1:{port}\r\n").expect("a string takes everything");
    }
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").expect("a string takes everything");
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    parse(&bytes).ok_or_else(|| std::io::Error::other("the answer broke off"))
}

fn parse(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let body = bytes[end + 4..].to_vec();
    let reply = Reply { status, headers, body };
    // A body that is shorter than it was said to be was cut off.
    let whole = reply.header("content-length").is_none_or(|length| length == reply.body.len().to_string());
    whole.then_some(reply)
}

/// A zip of these files.
pub(crate) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The value of a variable that `tests/tools/judges.env` sets, if what it names is here; says loudly when it is not.
pub(crate) fn judge(variable: &str, why: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.exists());
    if found.is_none() {
        skip(&format!(
            "{why}: {variable} names nothing; run `make judges` and source tests/tools/judges.env"
        ));
    }
    found
}

/// Says loudly that something was not tested.
pub(crate) fn skip(why: &str) {
    // Straight to the terminal: what a passing test prints is hidden.
    writeln!(std::io::stderr(), "SKIPPED {why}").ok();
}

/// Whether this computer has an engine, by Hearth's own account.
pub(crate) fn has_engine(home: &Home, engine: &str) -> bool {
    let info = home.json(&["info"]);
    let here = info["engines"]
        .as_array()
        .is_some_and(|all| all.iter().any(|one| one["engine"] == engine && one["available"] == true));
    if !here {
        skip(&format!("no {engine} on this computer"));
    }
    here
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap().to_owned()
}

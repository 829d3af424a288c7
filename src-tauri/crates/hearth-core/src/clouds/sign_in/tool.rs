//! A program of a vendor that signs a person in, as a child of Hearth. Owns that it ends with everything it started when
//! nobody waits for it any more, and that its lines can be shown. It gets the person's own environment, since it writes
//! into their files, and no input.

use crate::{ApiError, ErrorCode, Result};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Lines that are kept, and letters of each: an address to open may be long.
const MOST_LINES: usize = 200;
const LONGEST: usize = 4_000;
/// Most bytes that are read as one line.
const PART: u64 = 16_384;

/// How long lines that were printed before the end are waited for.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Runs it to its end and hands its lines on. Dropping this ends it.
pub(super) async fn run(command: &[String], install: &str, mut line: impl FnMut(String)) -> Result<()> {
    let words = command.join(" ");
    let Some((program, arguments)) = command.split_first() else {
        return Err(ApiError::internal("the vendor's program has no name"));
    };
    let mut tool = Tool::start(program, arguments).map_err(|error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            ApiError::new(ErrorCode::SignIn, format!("the program `{program}` is not installed"))
                .with_hint(format!("Install it and begin again: {install}"))
        } else {
            ApiError::new(ErrorCode::SignIn, format!("`{program}` could not be started: {error}"))
        }
    })?;
    let (sender, mut lines) = mpsc::channel(64);
    let mut readers = JoinSet::new();
    readers.spawn(read(tool.0.stdout.take(), sender.clone()));
    readers.spawn(read(tool.0.stderr.take(), sender));
    let status = loop {
        tokio::select! {
            Some(text) = lines.recv() => line(text),
            status = tool.0.wait() => break status,
        }
    };
    // What it left running may hold its output open, so that the end of it is not waited for.
    while let Ok(Some(text)) = tokio::time::timeout(LAST_LINES, lines.recv()).await {
        line(text);
    }
    let how = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => {
            status.code().map_or_else(|| "was ended".to_owned(), |code| format!("ended with {code}"))
        }
        Err(error) => format!("could not be waited for: {error}"),
    };
    Err(ApiError::new(ErrorCode::SignIn, format!("`{words}` {how}"))
        .with_hint(format!("Its lines say why. Where it asks for something, run it in a terminal: {words}")))
}

/// The running program.
struct Tool(Child);

impl Tool {
    #[expect(
        clippy::disallowed_methods,
        reason = "the vendor's own tool, which needs the person's environment"
    )]
    fn start(program: &str, arguments: &[String]) -> std::io::Result<Self> {
        // On Windows these tools are scripts with an extension; AWS's is none.
        let name =
            if cfg!(windows) && program != "aws" { format!("{program}.cmd") } else { program.to_owned() };
        let mut command = Command::new(name);
        command
            .args(arguments)
            // These tools are written in Python, which else holds back what it prints for a pipe.
            .env("PYTHONUNBUFFERED", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // They are scripts that start the program itself: together they are a group.
        #[cfg(unix)]
        command.process_group(0);
        command.spawn().map(Self)
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        // None once it ended by itself; a browser that it opened is not ended.
        #[cfg(unix)]
        if let Some(id) = self.0.id().and_then(|id| i32::try_from(id).ok()) {
            use nix::sys::signal::{Signal, killpg};
            killpg(nix::unistd::Pid::from_raw(id), Signal::SIGKILL).ok();
        }
    }
}

async fn read(output: Option<impl AsyncRead + Unpin>, lines: mpsc::Sender<String>) {
    let Some(output) = output else { return };
    let mut reader = BufReader::new(output);
    let mut bytes = Vec::new();
    // Bytes, since a tool may print what is no UTF-8.
    // In parts, since it may print for ever without an end of a line.
    while matches!((&mut reader).take(PART).read_until(b'\n', &mut bytes).await, Ok(count) if count > 0) {
        let text = plain(&String::from_utf8_lossy(&bytes));
        bytes.clear();
        if !text.is_empty() && lines.send(text).await.is_err() {
            return;
        }
    }
}

/// A line without colours and what else would move a cursor.
fn plain(line: &str) -> String {
    let mut letters = line.chars();
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // An escape sequence ends with its first letter.
            let is_long = letters.next() == Some('[');
            while is_long && letters.next().is_some_and(|next| !next.is_ascii_alphabetic()) {}
        } else if letter == '\t' {
            text.push(' ');
        } else if !letter.is_control() {
            text.push(letter);
        }
        if text.len() >= LONGEST {
            break;
        }
    }
    text.trim_end().to_owned()
}

/// Keeps a line, and of all lines the last.
pub(super) fn keep(lines: &mut Vec<String>, line: String) {
    if lines.len() == MOST_LINES {
        lines.remove(0);
    }
    lines.push(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_without_what_moves_a_cursor() {
        assert_eq!(plain("\u{1b}[1;33mGo to\u{1b}[0m https://x\r\n"), "Go to https://x");
        assert_eq!(plain("a\tb\u{7}\u{1b}"), "a b");
        assert_eq!(plain(&"x".repeat(9_000)).len(), LONGEST);
    }

    #[test]
    fn the_last_lines_are_kept() {
        let mut lines = Vec::new();
        for number in 0..MOST_LINES + 3 {
            keep(&mut lines, number.to_string());
        }
        assert_eq!((lines.len(), lines[0].as_str()), (MOST_LINES, "3"));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn its_lines_come_and_its_end_is_told() {
        let command = |script: &str| vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()];
        let mut seen = Vec::new();
        run(&command("echo one; echo two >&2"), "", |line| seen.push(line)).await.unwrap();
        seen.sort();
        assert_eq!(seen, ["one", "two"]);
        let error = run(&command("exit 3"), "", |_| {}).await.unwrap_err();
        assert!(error.message.ends_with("ended with 3"), "{error:?}");
        let missing = ["hearth-no-such-tool".to_owned()];
        let error = run(&missing, "https://example.com/get-it", |_| {}).await.unwrap_err();
        assert!(error.message.contains("is not installed"), "{error:?}");
        assert!(error.hint.unwrap().contains("https://example.com/get-it"));
    }
}

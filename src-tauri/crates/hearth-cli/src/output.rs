//! Standard output and standard error: documents for programs, lines and colours for people. Must not know commands.

use crate::failure::Failure;
use crate::words;
use hearth_core::{ApiError, ErrorCode};
use serde::Serialize;
use serde_json::json;
use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};
use std::path::Path;
use std::process::ExitCode;

/// How a piece of text stands out on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Strong,
    Quiet,
    Good,
    Bad,
    Odd,
}

/// Where a command writes.
pub(crate) struct Output {
    json: bool,
    colours: bool,
    error_colours: bool,
    stdout: BufWriter<Stdout>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let allowed = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self {
            json,
            colours: allowed && !json && io::stdout().is_terminal(),
            error_colours: allowed && !json && io::stderr().is_terminal(),
            stdout: BufWriter::new(io::stdout()),
        }
    }

    /// Whether a program reads it.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// The one JSON document of a command.
    pub(crate) fn document(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut self.stdout, document)?;
        self.line("")
    }

    /// One of many documents, on a line of its own, at once.
    pub(crate) fn document_line(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.stdout, document)?;
        self.line("")?;
        self.flush()
    }

    /// A file's bytes, for whoever asked for them on standard output.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.stdout.write_all(bytes)?;
        self.flush()
    }

    /// A file that a person asked for; `-` is standard output.
    pub(crate) fn file(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        if path == Path::new("-") {
            return self.bytes(bytes);
        }
        std::fs::write(path, bytes).map_err(|error| {
            ApiError::new(ErrorCode::InvalidInput, format!("`{}` cannot be written", path.display()))
                .with_hint("Choose another file, or - for standard output.")
                .with_detail(error.to_string())
        })?;
        if self.is_json() {
            return self.document(&json!({ "file": path, "bytes": bytes.len() }));
        }
        let size = words::bytes(bytes.len() as u64);
        self.aside(&format!("Wrote {}, {size}.", path.display()), Tone::Good);
        Ok(())
    }

    /// A line for people.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        Ok(writeln!(self.stdout, "{text}")?)
    }

    /// A line for people beside the answer: on standard error, and not at all when a program reads.
    pub(crate) fn aside(&mut self, text: &str, tone: Tone) {
        if !self.json {
            self.flush().ok();
            // When standard error is gone nobody can be told.
            writeln!(io::stderr(), "{}", paint(text, tone, self.error_colours)).ok();
        }
    }

    /// Text in a tone, if colours are wanted.
    pub(crate) fn tone(&self, text: &str, tone: Tone) -> String {
        paint(text, tone, self.colours)
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.stdout.flush()?)
    }

    /// Says why Hearth could not do it.
    pub(crate) fn failed(&mut self, error: &ApiError) -> ExitCode {
        self.flush().ok();
        let mut text = if self.json {
            serde_json::to_string(error).unwrap_or_else(|_| error.message.clone())
        } else {
            format!("{} {}", paint("hearth:", Tone::Bad, self.error_colours), error.message)
        };
        if !self.json {
            for more in [&error.hint, &error.detail].into_iter().flatten() {
                text.push_str("\n  ");
                text.push_str(&paint(&more.replace('\n', "\n  "), Tone::Quiet, self.error_colours));
            }
        }
        writeln!(io::stderr(), "{text}").ok();
        ExitCode::FAILURE
    }
}

fn paint(text: &str, tone: Tone, colours: bool) -> String {
    let code = match tone {
        Tone::Strong => "1",
        Tone::Quiet => "2",
        Tone::Good => "32",
        Tone::Bad => "31",
        Tone::Odd => "33",
        Tone::Plain => return text.to_owned(),
    };
    if colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

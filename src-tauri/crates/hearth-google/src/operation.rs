//! Waiting for what takes a while, and saying why it failed: Google builds a container from the code, so the reason is
//! in the log of that build, whose end becomes part of the fault.

use crate::GoogleAccount;
use crate::client::{Ask, Service};
use crate::fault::{Asked, Said};
use crate::functions::last;
use crate::wire::{Entries, Operation};
use hearth_cloud::{Fault, FaultKind, Result};
use serde_json::json;
use std::fmt::Write as _;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Longest that Google is given; a build with many packages takes some minutes.
const IN_PLACE: Duration = Duration::from_mins(20);
/// Lines of a build's log that are shown.
const LINES: u32 = 20;
/// Names of the codes of an operation's error, in their order.
const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

impl GoogleAccount {
    /// Waits until an operation has ended, well or not.
    pub(crate) async fn wait(
        &self,
        mut operation: Operation,
        service: Service,
        version: &str,
        asked: &Asked<'_>,
    ) -> Result<()> {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(100);
        while !operation.done {
            if !is_name(&operation.name) {
                return Err(asked.fault(FaultKind::Other, "Google names no operation to wait for"));
            }
            if begun.elapsed() > IN_PLACE {
                return Err(
                    asked.fault(FaultKind::TimedOut, "Google has not put it in place after 20 minutes")
                );
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
            let path = format!("{version}/{}", operation.name);
            operation = self.client.send(&Ask::get(*asked, service, path)).await?;
        }
        match &operation.error {
            None => Ok(()),
            Some(said) => Err(self.failure(&operation, said, asked).await),
        }
    }

    async fn failure(&self, operation: &Operation, said: &Said, asked: &Asked<'_>) -> Fault {
        let mut named = said.clone();
        named.status = word(said.code);
        let mut fault = asked.said(0, &named);
        // It came to an end that is known: nothing broke off.
        if fault.kind == FaultKind::BrokenOff {
            fault.kind = FaultKind::Other;
        }
        for stage in &operation.metadata.stages {
            for message in stage.state_messages.iter().filter(|message| message.severity == "ERROR") {
                if !fault.message.contains(&message.message) {
                    write!(fault.message, " ({}: {})", stage.name.to_lowercase(), message.message).ok();
                }
            }
        }
        if !operation.metadata.build_name.is_empty() {
            let lines = self.build_log(last(&operation.metadata.build_name), asked).await;
            let log = match lines {
                Ok(lines) if lines.is_empty() => " (its build left no log)".to_owned(),
                Ok(lines) => format!("\nThe end of the log of its build:\n{}", lines.join("\n")),
                Err(unread) => format!(" (the log of its build could not be read: {unread})"),
            };
            fault.message.push_str(&log);
        }
        fault
    }

    /// The last lines of a build's log, oldest first.
    async fn build_log(&self, build: &str, asked: &Asked<'_>) -> Result<Vec<String>> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if build.is_empty() || !build.chars().all(plain) {
            return Ok(Vec::new());
        }
        let asked = Asked { operation: "logging.logEntries.list", location: asked.location };
        let body = json!({
            "resourceNames": [format!("projects/{}", self.project)],
            "filter": format!("resource.type=\"build\" AND resource.labels.build_id=\"{build}\""),
            "orderBy": "timestamp desc",
            "pageSize": LINES,
        });
        let found: Entries =
            self.client.send(&Ask::post(asked, Service::Logging, "v2/entries:list", body)).await?;
        Ok(found.entries.into_iter().rev().filter_map(|entry| entry.text_payload).collect())
    }
}

fn word(code: i32) -> String {
    usize::try_from(code)
        .ok()
        .and_then(|code| CODES.get(code))
        .map_or_else(String::new, |word| (*word).to_owned())
}

/// It becomes part of an address.
fn is_name(text: &str) -> bool {
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '/' | '.' | ':');
    !text.is_empty() && text.chars().all(plain) && !text.contains("..") && !text.starts_with('/')
}

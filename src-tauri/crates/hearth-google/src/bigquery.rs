//! A question in SQL to BigQuery: asked dry first, which is free and says how much it reads, then with a limit on what may
//! be billed, waited for and read page by page. Must not know what is asked.

use crate::GoogleAccount;
use crate::client::{Ask, Service};
use crate::fault::Asked;
use crate::wire::QueryAnswer;
use hearth_cloud::{Fault, FaultKind, Result};
use hearth_model::RequestId;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub(crate) const RUN: Asked<'static> = Asked { operation: "bigquery.jobs.create", location: "" };
const READ: Asked<'static> = Asked { operation: "bigquery.tables.getData", location: "" };
/// Longest that a question may take; BigQuery itself ends it then.
const LONGEST: Duration = Duration::from_mins(5);
/// How long BigQuery holds an answer back while the question runs, in milliseconds.
const HOLD_MS: u32 = 10_000;
const PAGE: u32 = 5_000;
const MOST_PAGES: usize = 1_000;
const MIB: u64 = 1024 * 1024;
/// The least that BigQuery bills for a question.
const LEAST: u64 = 10 * MIB;

/// A question with its named parameters.
pub(crate) struct Question {
    pub(crate) sql: String,
    pub(crate) parameters: Vec<Value>,
    /// Where its table is.
    pub(crate) location: String,
}

/// A parameter of a simple type.
pub(crate) fn parameter(name: &str, kind: &str, value: &str) -> Value {
    json!({ "name": name, "parameterType": { "type": kind }, "parameterValue": { "value": value } })
}

/// A parameter that is a list of texts.
pub(crate) fn list(name: &str, values: &[&str]) -> Value {
    let values: Vec<Value> = values.iter().map(|value| json!({ "value": value })).collect();
    json!({
        "name": name,
        "parameterType": { "type": "ARRAY", "arrayType": { "type": "STRING" } },
        "parameterValue": { "arrayValues": values },
    })
}

/// What is billed for reading so much: at least 10 MiB, and whole MiB.
pub(crate) fn billed(reads: u64) -> u64 {
    reads.div_ceil(MIB).saturating_mul(MIB).max(LEAST)
}

/// What was found.
pub(crate) struct Found {
    /// Text of each column, none for NULL.
    pub(crate) rows: Vec<Vec<Option<String>>>,
    /// Requests that were made.
    pub(crate) requests: u32,
    /// Bytes that BigQuery billed; none when it does not say.
    pub(crate) billed: Option<u64>,
}

impl Question {
    /// How many bytes it would read. Runs nothing, and Google bills nothing for it.
    pub(crate) async fn reads(&self, account: &GoogleAccount) -> Result<u64> {
        let mut body = self.body();
        body["dryRun"] = json!(true);
        let answer = send(account, Ask::post(RUN, Service::BigQuery, queries(account), body)).await?;
        let unknown = || RUN.fault(FaultKind::Other, "BigQuery does not say how much it would read");
        answer.total_bytes_processed.parse().map_err(|_| unknown())
    }

    /// Runs it, unless it would be billed for more than `most` bytes.
    pub(crate) async fn run(&self, account: &GoogleAccount, most: u64) -> Result<Found> {
        let begun = Instant::now();
        let mut body = self.body();
        body["maximumBytesBilled"] = json!(most.to_string());
        body["jobTimeoutMs"] = json!(LONGEST.as_millis().to_string());
        // The same id when it is sent again: BigQuery then runs and bills it once.
        body["requestId"] = json!(RequestId::generate().as_str());
        let mut answer = send(account, Ask::post(RUN, Service::BigQuery, queries(account), body)).await?;
        let billed = answer.total_bytes_billed.parse::<u64>().ok();
        if let Some(bytes) = billed {
            account.client.own.billed(RUN.location, Service::BigQuery.name(), RUN.operation, bytes);
        }
        let (mut rows, mut requests) = (Vec::new(), 1);
        let mut pause = Duration::from_millis(100);
        while !answer.job_complete {
            if begun.elapsed() > LONGEST {
                let words = format!("no answer after {} minutes", LONGEST.as_secs() / 60);
                return Err(RUN.fault(FaultKind::TimedOut, words));
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
            answer = self.more(account, &answer, None).await?;
            requests += 1;
        }
        for _ in 0..MOST_PAGES {
            rows.extend(answer.rows.drain(..).map(|row| row.f.into_iter().map(|cell| cell.v).collect()));
            let Some(token) = answer.page_token.take().filter(|token| !token.is_empty()) else {
                return Ok(Found { rows, requests, billed });
            };
            answer = self.more(account, &answer, Some(token)).await?;
            requests += 1;
        }
        Err(RUN.fault(FaultKind::Other, format!("the answer has more than {MOST_PAGES} pages")))
    }

    fn body(&self) -> Value {
        json!({
            "query": self.sql,
            "useLegacySql": false,
            "parameterMode": "NAMED",
            "queryParameters": self.parameters,
            "location": self.location,
            "maxResults": PAGE,
            "timeoutMs": HOLD_MS,
        })
    }

    /// Asks again for what is not there yet, or for the next page.
    async fn more(
        &self,
        account: &GoogleAccount,
        answer: &QueryAnswer,
        token: Option<String>,
    ) -> Result<QueryAnswer> {
        let job = &answer.job_reference.job_id;
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        if job.is_empty() || !job.chars().all(plain) {
            return Err(RUN.fault(FaultKind::Other, "BigQuery names no job to wait for"));
        }
        let mut ask = Ask::get(READ, Service::BigQuery, format!("{}/{job}", queries(account)))
            .with("maxResults", PAGE.to_string())
            .with("timeoutMs", HOLD_MS.to_string());
        if !answer.job_reference.location.is_empty() {
            ask = ask.with("location", answer.job_reference.location.as_str());
        }
        if let Some(token) = token {
            ask = ask.with("pageToken", token);
        }
        send(account, ask).await
    }
}

fn queries(account: &GoogleAccount) -> String {
    format!("bigquery/v2/projects/{}/queries", account.project)
}

async fn send(account: &GoogleAccount, ask: Ask<'_>) -> Result<QueryAnswer> {
    account.client.send(&ask).await.map_err(of_table)
}

/// BigQuery does not name the permission when it is the table that may not be read.
fn of_table(mut fault: Fault) -> Fault {
    if matches!(fault.kind, FaultKind::NotAllowed { .. }) && fault.message.contains("Access Denied: Table") {
        fault.kind = FaultKind::NotAllowed { permission: READ.operation.to_owned() };
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_least_ten_mib_are_billed_and_always_whole_ones() {
        assert_eq!(billed(0), 10 * MIB);
        assert_eq!(billed(10 * MIB), 10 * MIB);
        assert_eq!(billed(10 * MIB + 1), 11 * MIB);
    }

    #[test]
    fn a_table_that_may_not_be_read_is_the_right_to_its_data() {
        let message =
            "Access Denied: Table tea:bill.x: User does not have permission to query table tea:bill.x";
        let body = json!({ "error": { "code": 403, "message": message, "status": "PERMISSION_DENIED" } });
        let fault = of_table(RUN.refused(403, body.to_string().as_bytes()));
        assert_eq!(fault.kind, FaultKind::NotAllowed { permission: "bigquery.tables.getData".into() });
        let message =
            "Access Denied: Project tea: User does not have bigquery.jobs.create permission in project tea.";
        let body = json!({ "error": { "code": 403, "message": message, "status": "PERMISSION_DENIED" } });
        let fault = of_table(RUN.refused(403, body.to_string().as_bytes()));
        assert_eq!(fault.kind, FaultKind::NotAllowed { permission: "bigquery.jobs.create".into() });
    }
}

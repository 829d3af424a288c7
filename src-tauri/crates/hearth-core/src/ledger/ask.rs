//! Asking the ledger in SQL, and questions that are kept. Owns the limits and how values look in JSON and CSV. Must
//! not know tables.

use crate::api::{Empty, LedgerAnswer, LedgerQuery, SavedQuery, SavedQueryName};
use crate::commands::Raw;
use crate::export::text_cell;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_store::{Answer, Value};
use serde_json::Value as Json;
use std::time::Duration;

const USUAL_ROWS: u32 = 1_000;
const MOST_ROWS: u32 = 100_000;
const USUAL_TIME_MS: u32 = 5_000;
const LONGEST_TIME_MS: u32 = 60_000;
/// Whole numbers beyond this one JavaScript would round.
const EXACT: i64 = 1 << 53;

pub(crate) async fn query(app: &App, request: LedgerQuery) -> Result<LedgerAnswer> {
    let limit = request.limit.unwrap_or(USUAL_ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        let message = format!("an answer has 1 to {MOST_ROWS} rows, not {limit}");
        return Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint("A CSV file has all of them."));
    }
    let answer = ask(app, &request, limit as usize).await?;
    Ok(LedgerAnswer {
        columns: answer.columns,
        rows: answer.rows.into_iter().map(|row| row.into_iter().map(json).collect()).collect(),
        truncated: answer.truncated,
        elapsed_ms: answer.elapsed.as_secs_f64() * 1e3,
    })
}

/// The whole answer as CSV: what is too large for it is an error and never cut.
pub(crate) async fn query_csv(app: &App, request: LedgerQuery) -> Result<Raw> {
    let answer = ask(app, &request, usize::MAX).await?;
    if answer.truncated {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("the answer is larger than 64 MB: its first {} rows alone are", answer.rows.len()),
        )
        .with_hint("Ask for fewer columns or rows, for instance with WHERE or LIMIT."));
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let broken = |error: csv::Error| {
        ApiError::internal("the table could not be written").with_detail(error.to_string())
    };
    writer.write_record(answer.columns.iter().map(|name| text_cell(name).into_owned())).map_err(broken)?;
    for row in answer.rows {
        writer.write_record(row.iter().map(cell)).map_err(broken)?;
    }
    writer
        .into_inner()
        .map(Raw)
        .map_err(|error| ApiError::internal("the table could not be written").with_detail(error.to_string()))
}

async fn ask(app: &App, request: &LedgerQuery, limit: usize) -> Result<Answer> {
    let time = request.timeout_ms.unwrap_or(USUAL_TIME_MS);
    if !(1..=LONGEST_TIME_MS).contains(&time) {
        let message = format!("a question may take 1 to {LONGEST_TIME_MS} ms, not {time}");
        return Err(ApiError::new(ErrorCode::InvalidInput, message));
    }
    app.store().settled().await?;
    let time = Duration::from_millis(u64::from(time));
    Ok(app.store().ask(&request.sql, limit, time, app.view().is_demo()).await?)
}

fn bytes_text(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("x'");
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.push('\'');
    text
}

fn json(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) if (-EXACT..=EXACT).contains(&number) => number.into(),
        Value::Integer(number) => number.to_string().into(),
        // JSON has no infinity.
        Value::Real(number) => {
            serde_json::Number::from_f64(number).map_or_else(|| number.to_string().into(), Json::Number)
        }
        Value::Text(text) => text.into(),
        Value::Blob(bytes) => bytes_text(&bytes).into(),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text_cell(text).into_owned(),
        Value::Blob(bytes) => bytes_text(bytes),
    }
}

pub(crate) async fn saved(app: &App, _request: Empty) -> Result<Vec<SavedQuery>> {
    let queries = app.store().saved_queries().await?;
    Ok(queries.into_iter().map(|query| SavedQuery { name: query.name, sql: query.sql }).collect())
}

pub(crate) async fn save(app: &App, request: SavedQuery) -> Result<Empty> {
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        let message = format!("a question's name has 1 to 100 characters, not {}", name.chars().count());
        return Err(ApiError::new(ErrorCode::InvalidInput, message));
    }
    let query = hearth_store::SavedQuery { name: name.to_owned(), sql: request.sql, saved_us: app.now() };
    app.store().save_query(&query).await?;
    Ok(Empty {})
}

pub(crate) async fn delete(app: &App, request: SavedQueryName) -> Result<Empty> {
    app.store().delete_query(&request.name).await?;
    Ok(Empty {})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_meaning_in_json_and_csv() {
        for (value, in_json, in_csv) in [
            (Value::Null, Json::Null, ""),
            (Value::Integer(-3), (-3).into(), "-3"),
            (Value::Integer(i64::MAX), "9223372036854775807".into(), "9223372036854775807"),
            (Value::Real(0.5), 0.5.into(), "0.5"),
            (Value::Real(f64::INFINITY), "inf".into(), "inf"),
            (Value::Text("=1+1".to_owned()), "=1+1".into(), "'=1+1"),
            (Value::Blob(vec![10, 255]), "x'0aff'".into(), "x'0aff'"),
        ] {
            assert_eq!(cell(&value), in_csv);
            assert_eq!(json(value), in_json);
        }
    }
}

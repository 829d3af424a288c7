//! Estimates from a file of cases, as `hearth cost estimate` takes them. Owns the form of cases and answers. Must not
//! know files or a terminal.

mod answer;
mod aws;
mod calculate;
mod clouds;
mod given;
mod inputs;
mod once;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;

pub use answer::{CaseAmount, CaseAnswer, CaseFigures};

use crate::book::PriceBook;
use crate::error::{Error, Result};
use calculate::Case;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    cases: Vec<&'a RawValue>,
}

/// Answers every case of `text`, a JSON object with `cases` or an array of cases. A case that is wrong gets its own
/// error; only a text that is no such file at all is an error as a whole.
pub fn estimate_cases(book: &PriceBook, text: &str) -> Result<Vec<CaseAnswer>> {
    let array = text.trim_start().starts_with('[');
    let cases: Vec<&RawValue> = if array {
        serde_json::from_str(text)
    } else {
        serde_json::from_str::<File<'_>>(text).map(|file| file.cases)
    }
    .map_err(|error| Error::Usage(format!("not a file of cases: {error}")))?;
    Ok(cases.into_iter().enumerate().map(|(place, raw)| answer_one(book, place + 1, raw)).collect())
}

fn answer_one(book: &PriceBook, number: usize, raw: &RawValue) -> CaseAnswer {
    let read = once::check(raw.get()).and_then(|()| serde_json::from_str::<serde_json::Value>(raw.get()));
    let value = match read {
        Ok(value) => value,
        Err(error) => {
            return CaseAnswer::failed(format!("case {number}"), format!("cannot be read: {error}"));
        }
    };
    let id = value
        .get("id")
        .and_then(serde_json::Value::as_str)
        .map_or_else(|| format!("case {number}"), str::to_owned);
    match Case::read(&value).and_then(|case| case.answer(book, id.clone())) {
        Ok(answer) => answer,
        Err(error) => CaseAnswer::failed(id, error.to_string()),
    }
}

//! Statements that write many rows at once: one statement costs far more than one row. Owns their text. Must not
//! know any table.

use crate::error::Result;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, AssertSqlSafe, Encode, Sqlite, SqliteConnection, Type};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A statement whose middle is repeated, once for each row.
pub(crate) struct ManyRows {
    before: &'static str,
    row: &'static str,
    after: &'static str,
    most: usize,
    texts: Mutex<Option<HashMap<usize, Arc<str>>>>,
}

impl ManyRows {
    /// `row` is repeated with commas, for `most` rows at once.
    pub(crate) const fn new(
        before: &'static str,
        row: &'static str,
        after: &'static str,
        most: usize,
    ) -> Self {
        Self { before, row, after, most, texts: Mutex::new(None) }
    }

    /// Cuts rows into pieces whose lengths are powers of two, so that few statements have to be kept ready.
    pub(crate) fn pieces<'a, T>(&self, rows: &'a [T]) -> Vec<&'a [T]> {
        let mut rest = rows;
        let mut length = self.most;
        let mut pieces = Vec::with_capacity(rows.len() / self.most + 8);
        while !rest.is_empty() {
            while length > rest.len() {
                length /= 2;
            }
            let (piece, left) = rest.split_at(length);
            pieces.push(piece);
            rest = left;
        }
        pieces
    }

    /// The statement for so many rows; the same text each time, so that SQLite has it prepared.
    pub(crate) fn text(&self, rows: usize) -> AssertSqlSafe<Arc<str>> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let text = texts.get_or_insert_default().entry(rows).or_insert_with(|| {
            let middle = vec![self.row; rows].join(", ");
            format!("{}{middle}{}", self.before, self.after).into()
        });
        // Made of literals above and of nothing else.
        AssertSqlSafe(Arc::clone(text))
    }
}

/// The values of one piece, and how many rows they are.
pub(crate) type Ready = (usize, Values);

impl ManyRows {
    /// Makes a piece ready.
    pub(crate) fn ready<T>(rows: &[T], mut bind: impl FnMut(&mut Values, &T) -> Result<()>) -> Result<Ready> {
        let mut values = Values::default();
        for row in rows {
            bind(&mut values, row)?;
        }
        Ok((rows.len(), values))
    }

    /// Runs the statement with one piece and does something else meanwhile: SQLite has a thread of its own.
    pub(crate) async fn step<T>(
        &self,
        connection: &mut SqliteConnection,
        (rows, values): Ready,
        meanwhile: impl FnOnce() -> T,
    ) -> (sqlx::Result<()>, T) {
        let query = sqlx::query_with(self.text(rows), values.into_inner()).execute(connection);
        let (done, other) = tokio::join!(biased; query, async { meanwhile() });
        (done.map(drop), other)
    }

    /// Runs the statement over all rows, the next ones made ready while SQLite works at these.
    pub(crate) async fn run<T>(
        &self,
        connection: &mut SqliteConnection,
        rows: &[T],
        mut bind: impl FnMut(&mut Values, &T) -> Result<()>,
    ) -> Result<()> {
        let mut pieces = self.pieces(rows).into_iter();
        let mut next = move || pieces.next().map(|piece| Self::ready(piece, &mut bind)).transpose();
        let mut ready = next()?;
        while let Some(piece) = ready {
            let (done, following) = self.step(connection, piece, &mut next).await;
            done?;
            ready = following?;
        }
        Ok(())
    }
}

/// Values in their order.
#[derive(Default)]
pub(crate) struct Values {
    values: SqliteArguments,
    /// Words that come again and again, each kept once.
    words: Vec<(&'static str, Arc<str>)>,
}

impl Values {
    pub(crate) fn add<'q, T: Encode<'q, Sqlite> + Type<Sqlite>>(&mut self, value: T) -> sqlx::Result<()> {
        self.values.add(value).map_err(sqlx::Error::Encode)
    }

    /// A text, in one piece of memory where sqlx would take two.
    pub(crate) fn text(&mut self, text: &str) -> sqlx::Result<()> {
        self.add(Arc::<str>::from(text))
    }

    pub(crate) fn maybe_text(&mut self, text: Option<&str>) -> sqlx::Result<()> {
        self.add(text.map(Arc::<str>::from))
    }

    /// One of few texts.
    pub(crate) fn word(&mut self, word: &'static str) -> sqlx::Result<()> {
        if let Some((_, text)) = self.words.iter().find(|(known, _)| std::ptr::eq(*known, word)) {
            return self.add(Arc::clone(text));
        }
        let text = Arc::<str>::from(word);
        self.words.push((word, Arc::clone(&text)));
        self.add(text)
    }

    pub(crate) fn into_inner(self) -> SqliteArguments {
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_whole_in_its_order() {
        let statement = ManyRows::new("", "(?)", "", 8);
        for length in 0..40 {
            let rows: Vec<usize> = (0..length).collect();
            let pieces: Vec<&[usize]> = statement.pieces(&rows);
            assert_eq!(pieces.concat(), rows);
            assert!(pieces.iter().all(|piece| piece.len().is_power_of_two() && piece.len() <= 8));
        }
    }
}

//! Log lines as SQLite keeps them: writing them and making them findable. Must not know how lines are captured or
//! asked for.

use crate::error::Result;
use crate::pieces::{ManyRows, Values};
use crate::record::scopes_of;
use crate::rollup::RollupChanges;
use crate::scopes::FunctionScopes;
use crate::{database, state, words};
use hearth_model::{FunctionId, LogLine, RequestId};
use sqlx::{SqliteConnection, SqlitePool};
use std::collections::HashMap;

static INSERT: ManyRows = ManyRows::new(
    "INSERT INTO log_lines (at_us, function_key, environment_id, request_id, origin, level, text) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?)",
    "",
    64,
);

static INDEX: ManyRows = ManyRows::new("INSERT INTO log_search (rowid, text) VALUES ", "(?, ?)", "", 64);

/// How much of a line can be found by its text.
pub(crate) const FINDABLE_BYTES: usize = 8 * 1024;
/// The last line that `log_search` knows.
pub(crate) const INDEXED_TO: &str = "logs_indexed_to";
/// How much is indexed in one transaction: some milliseconds of work.
const INDEX_LINES: i64 = 1_000;
const INDEX_BYTES: usize = 256 * 1024;

/// Stores lines in their order.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    lines: &[&LogLine],
    scopes: &HashMap<FunctionId, FunctionScopes>,
    changes: &mut RollupChanges,
) -> Result<()> {
    let bind = |values: &mut Values, line: &&LogLine| {
        let scopes = scopes_of(scopes, &line.function_id)?;
        values.add(line.at_us.0)?;
        values.add(scopes.function)?;
        values.add(line.environment_id.as_str())?;
        values.add(line.request_id.as_ref().map(RequestId::as_str))?;
        values.add(words::origin(line.origin))?;
        values.add(words::level_number(line.level))?;
        values.add(line.text.as_str())?;
        changes.add_line(scopes, line);
        Ok(())
    };
    INSERT.run(connection, lines, bind).await
}

/// Three characters that stand for a function, so that a search within one function is one more trigram.
pub(crate) fn function_token(key: i64) -> String {
    const FIRST: u32 = 0xE000;
    let digit = |shift: u32| char::from_u32(FIRST + (key >> shift) as u32 % 4_096).unwrap_or('\u{E000}');
    [digit(24), digit(12), digit(0)].into_iter().collect()
}

/// How many lines wait to be indexed. Numbers of lines have hardly any gaps.
pub(crate) async fn unindexed(pool: &SqlitePool) -> Result<i64> {
    let mut connection = pool.acquire().await?;
    let last: Option<i64> =
        sqlx::query_scalar("SELECT MAX(id) FROM log_lines").fetch_one(&mut *connection).await?;
    Ok(last.unwrap_or(0) - state::get(&mut connection, INDEXED_TO).await?.unwrap_or(0))
}

/// Makes the next lines findable, a piece in each transaction, until at least `wanted` were and once at least. Nobody
/// else writes in between. The answer is how many; 0 when there was nothing to do.
pub(crate) async fn index_some(pool: &SqlitePool, wanted: i64) -> Result<usize> {
    let mut connection = pool.acquire().await?;
    let mut done = 0;
    loop {
        let lines = index_piece(&mut connection).await?;
        done += lines;
        if lines == 0 || done as i64 >= wanted {
            return Ok(done);
        }
    }
}

async fn index_piece(connection: &mut SqliteConnection) -> Result<usize> {
    let indexed = state::get(connection, INDEXED_TO).await?.unwrap_or(0);
    let lines: Vec<(i64, i64, String)> =
        sqlx::query_as("SELECT id, function_key, text FROM log_lines WHERE id > ? ORDER BY id LIMIT ?")
            .bind(indexed)
            .bind(INDEX_LINES)
            .fetch_all(&mut *connection)
            .await?;
    let mut rows = Vec::with_capacity(lines.len());
    let mut bytes = 0;
    for (id, function, text) in lines {
        if bytes > INDEX_BYTES {
            break;
        }
        let mut end = text.len().min(FINDABLE_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        bytes += end;
        rows.push((id, format!("{}\n{}", function_token(function), &text[..end])));
    }
    let Some((last, _)) = rows.last() else { return Ok(0) };
    let last = *last;
    database::begin(connection).await?;
    let written = async {
        let bind = |values: &mut Values, (id, text): &(i64, String)| {
            values.add(*id)?;
            Ok(values.add(text.as_str())?)
        };
        INDEX.run(connection, &rows, bind).await?;
        state::set(connection, INDEXED_TO, last).await
    };
    let written = written.await;
    database::end(connection, written).await?;
    Ok(rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_function_has_its_own_three_characters() {
        let tokens: BTreeSet<String> = (0..20_000).map(function_token).collect();
        assert_eq!(tokens.len(), 20_000);
        assert!(tokens.iter().all(|token| token.chars().count() == 3));
    }
}

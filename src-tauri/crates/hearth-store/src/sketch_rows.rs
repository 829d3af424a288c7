//! Distributions as SQLite keeps them: merging what is new into stored sketches, and reading them. Owns the table
//! `rollup_sketches`. Must not know what is measured.

use crate::error::Result;
use crate::pieces::{ManyRows, Values};
use crate::rollup::{Rollup, StepKey};
use crate::sketch::Sketch;
use hearth_model::{Grain, Micros};
use sqlx::{SqliteConnection, SqlitePool};

static SKETCHES_THERE: ManyRows = ManyRows::new(
    "SELECT grain, scope, at_us, duration, init FROM rollup_sketches WHERE (grain, scope, at_us) IN (VALUES ",
    "(?, ?, ?)",
    ")",
    64,
);

static SKETCHES: ManyRows = ManyRows::new(
    "INSERT OR FAIL INTO rollup_sketches (grain, scope, at_us, duration, init) VALUES ",
    "(?, ?, ?, ?, ?)",
    " ON CONFLICT DO UPDATE SET duration = excluded.duration, init = excluded.init",
    64,
);

type SketchRow = (String, i64, i64, Option<Vec<u8>>, Option<Vec<u8>>);

/// Adds the distributions of steps to the stored ones.
pub(crate) async fn add(connection: &mut SqliteConnection, steps: &[(StepKey, Rollup)]) -> Result<()> {
    let measured = |rollup: &Rollup| rollup.duration != Sketch::default() || rollup.init != Sketch::default();
    let measured: Vec<&(StepKey, Rollup)> = steps.iter().filter(|(_, rollup)| measured(rollup)).collect();
    let mut pieces = SKETCHES.pieces(&measured).into_iter().peekable();
    let mut there = match pieces.peek() {
        Some(piece) => read_sketches(connection, piece).await?,
        None => return Ok(()),
    };
    // Each piece is merged while SQLite reads the one after it.
    while let Some(piece) = pieces.next() {
        let following = pieces.peek().copied().unwrap_or_default();
        let merge = async { ManyRows::ready(piece, |values, step| add_sketch(values, step, &there)) };
        let (next, merged) = tokio::join!(biased; read_sketches(connection, following), merge);
        SKETCHES.step(connection, merged?, || ()).await.0?;
        there = next?;
    }
    Ok(())
}

/// What is stored of these steps, in the order of the table.
async fn read_sketches(
    connection: &mut SqliteConnection,
    piece: &[&(StepKey, Rollup)],
) -> Result<Vec<SketchRow>> {
    if piece.is_empty() {
        return Ok(Vec::new());
    }
    let (rows, values) = ManyRows::ready(piece, |values, ((grain, scope, at), _)| {
        values.word(grain)?;
        values.add(*scope)?;
        Ok(values.add(*at)?)
    })?;
    let query = sqlx::query_as_with(SKETCHES_THERE.text(rows), values.into_inner());
    let mut there: Vec<SketchRow> = query.fetch_all(connection).await?;
    there.sort_unstable_by(|left, right| (&left.0, left.1, left.2).cmp(&(&right.0, right.1, right.2)));
    Ok(there)
}

/// A step's sketches together with what is stored of it.
fn add_sketch(
    values: &mut Values,
    ((grain, scope, at), rollup): &(StepKey, Rollup),
    there: &[SketchRow],
) -> Result<()> {
    let stored = there.binary_search_by(|row| (row.0.as_str(), row.1, row.2).cmp(&(grain, *scope, *at)));
    let (duration, init) = match stored {
        Err(_) => (rollup.duration.to_blob(), rollup.init.to_blob()),
        Ok(place) => {
            let (mut duration, mut init) = (rollup.duration.clone(), rollup.init.clone());
            duration.merge_blob(there[place].3.as_deref())?;
            init.merge_blob(there[place].4.as_deref())?;
            (duration.to_blob(), init.to_blob())
        }
    };
    values.word(grain)?;
    values.add(*scope)?;
    values.add(*at)?;
    values.add(duration)?;
    Ok(values.add(init)?)
}

/// The distributions of one step.
pub(crate) struct SketchesRow {
    pub(crate) at_us: i64,
    pub(crate) duration: Option<Vec<u8>>,
    pub(crate) init: Option<Vec<u8>>,
}

/// The stored sketches of one scope from `from` until `to`, oldest first.
pub(crate) async fn sketches(
    pool: &SqlitePool,
    scope: i64,
    from: Micros,
    to: Micros,
    grain: Grain,
) -> Result<Vec<SketchesRow>> {
    let grain = grain.as_str();
    Ok(sqlx::query_as!(
        SketchesRow,
        "SELECT at_us, duration, init FROM rollup_sketches
         WHERE grain = ? AND scope = ? AND at_us >= ? AND at_us < ? ORDER BY at_us",
        grain,
        scope,
        from.0,
        to.0
    )
    .fetch_all(pool)
    .await?)
}

//! What the upkeep of the ledger has got to: named numbers in `ledger_state`. Must not know what they mean.

use crate::error::Result;
use sqlx::SqliteConnection;

pub(crate) async fn get(connection: &mut SqliteConnection, key: &str) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar!("SELECT value FROM ledger_state WHERE key = ?", key)
        .fetch_optional(connection)
        .await?)
}

pub(crate) async fn set(connection: &mut SqliteConnection, key: &str, value: i64) -> Result<()> {
    sqlx::query!("INSERT OR REPLACE INTO ledger_state (key, value) VALUES (?, ?)", key, value)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn add(connection: &mut SqliteConnection, key: &str, more: i64) -> Result<()> {
    sqlx::query!(
        "INSERT INTO ledger_state (key, value) VALUES (?, ?)
         ON CONFLICT (key) DO UPDATE SET value = value + excluded.value",
        key,
        more
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) async fn forget(connection: &mut SqliteConnection, key: &str) -> Result<()> {
    sqlx::query!("DELETE FROM ledger_state WHERE key = ?", key).execute(connection).await?;
    Ok(())
}

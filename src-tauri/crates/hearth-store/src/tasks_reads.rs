//! What the bill of an account needs besides calls: when its services were read last. Must not know prices.

use crate::error::Result;
use crate::store::Store;
use hearth_model::Micros;

impl Store {
    /// Notes that the services of a location were read.
    pub async fn put_tasks_read(&self, account: &str, location: &str, at: Micros) -> Result<()> {
        sqlx::query!(
            "INSERT OR REPLACE INTO tasks_reads (account, location, read_us) VALUES (?, ?, ?)",
            account,
            location,
            at.0
        )
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// When the services of each account and location were read last.
    pub async fn tasks_reads(&self) -> Result<Vec<(String, String, Micros)>> {
        let rows = sqlx::query!("SELECT account, location, read_us FROM tasks_reads")
            .fetch_all(self.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.account, row.location, Micros(row.read_us))).collect())
    }
}

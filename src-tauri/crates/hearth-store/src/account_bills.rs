//! What the bill of an account needs besides calls: what Hearth asked of vendors that bill for being asked, by account,
//! location and day, and when the services of an account were read last. Must not know prices.

use crate::error::Result;
use crate::store::Store;
use hearth_model::{Grain, Micros};

impl Store {
    /// Adds metrics that were asked for at an instant.
    pub async fn count_asked_metrics(
        &self,
        account: &str,
        location: &str,
        at: Micros,
        metrics: u64,
    ) -> Result<()> {
        let (day, metrics) = (Grain::Day.floor(at).0, i64::try_from(metrics).unwrap_or(i64::MAX));
        sqlx::query!(
            "INSERT INTO asked_metrics (account, location, at_us, metrics) VALUES (?, ?, ?, ?)
             ON CONFLICT (account, location, at_us) DO UPDATE SET metrics = metrics + excluded.metrics",
            account,
            location,
            day,
            metrics
        )
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Metrics that were asked for on the days that begin in a window: account, location and how many.
    pub async fn asked_metrics(&self, from: Micros, to: Micros) -> Result<Vec<(String, String, u64)>> {
        let from = Grain::Day.floor(from).0;
        let rows = sqlx::query!(
            "SELECT account, location, SUM(metrics) AS \"metrics!: i64\" FROM asked_metrics
             WHERE at_us >= ? AND at_us < ? GROUP BY account, location",
            from,
            to.0
        )
        .fetch_all(self.reader())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.account, row.location, row.metrics.max(0).unsigned_abs()))
            .collect())
    }

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

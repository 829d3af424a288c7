//! What accounts in clouds hold, how old that is, and what their providers measured. Owns that a location is replaced
//! as a whole, so that what was deleted there is gone here too. Must not know what a document says.

use crate::database;
use crate::error::Result;
use crate::store::Store;
use hearth_model::Micros;
use sqlx::SqliteConnection;

/// A function of an account, as it was read last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryRow {
    /// The account's id.
    pub account: String,
    /// The location.
    pub location: String,
    /// The function's name.
    pub name: String,
    /// What the provider said, JSON.
    pub document: String,
}

/// How reading a location went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryRead {
    /// The account's id.
    pub account: String,
    /// The location.
    pub location: String,
    /// The last try.
    pub tried_us: Micros,
    /// The last time it worked: the age of what is kept.
    pub read_us: Option<Micros>,
    /// Why the last try failed, JSON; none when it worked.
    pub fault: Option<String>,
}

/// A figure that a provider measured.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudMetric {
    /// The function's name.
    pub name: String,
    /// What was measured.
    pub metric: String,
    /// Seconds in the step.
    pub step_s: u32,
    /// The beginning of the step.
    pub at_us: Micros,
    /// The figure.
    pub value: f64,
}

/// A metric of a function over a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudFigure {
    /// The account's id.
    pub account: String,
    /// The region.
    pub location: String,
    /// The function.
    pub name: String,
    /// Which metric.
    pub metric: String,
    /// All steps together.
    pub sum: f64,
    /// The highest step.
    pub most: f64,
}

impl Store {
    /// Replaces what a location of an account holds.
    pub async fn put_inventory(
        &self,
        account: &str,
        location: &str,
        at: Micros,
        functions: &[(String, String)],
    ) -> Result<()> {
        let mut connection = self.writer().acquire().await?;
        database::begin(&mut connection).await?;
        let written = replace(&mut connection, account, location, at, functions).await;
        database::end(&mut connection, written).await
    }

    /// Notes that a location could not be read. What is kept of it stays, with its age.
    pub async fn put_inventory_fault(
        &self,
        account: &str,
        location: &str,
        at: Micros,
        fault: &str,
    ) -> Result<()> {
        sqlx::query!(
            "INSERT INTO inventory_reads (account, location, tried_us, read_us, fault) VALUES (?, ?, ?, NULL, ?)
             ON CONFLICT (account, location) DO UPDATE SET tried_us = excluded.tried_us, fault = excluded.fault",
            account,
            location,
            at.0,
            fault
        )
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// The functions of one account or of all, by account, location and name.
    pub async fn inventory(&self, account: Option<&str>) -> Result<Vec<InventoryRow>> {
        Ok(sqlx::query_as!(
            InventoryRow,
            "SELECT account, location, name, document FROM inventory WHERE ?1 IS NULL OR account = ?1
             ORDER BY account, location, name",
            account
        )
        .fetch_all(self.reader())
        .await?)
    }

    /// How reading went, for every location that was ever tried.
    pub async fn inventory_reads(&self) -> Result<Vec<InventoryRead>> {
        let rows = sqlx::query!(
            "SELECT account, location, tried_us, read_us, fault FROM inventory_reads ORDER BY account, location"
        )
        .fetch_all(self.reader())
        .await?;
        let read = rows.into_iter().map(|row| InventoryRead {
            account: row.account,
            location: row.location,
            tried_us: Micros(row.tried_us),
            read_us: row.read_us.map(Micros),
            fault: row.fault,
        });
        Ok(read.collect())
    }

    /// Forgets everything that was read of an account.
    pub async fn forget_inventory(&self, account: &str) -> Result<()> {
        let mut connection = self.writer().acquire().await?;
        database::begin(&mut connection).await?;
        let written = forget(&mut connection, account).await;
        database::end(&mut connection, written).await
    }

    /// Keeps figures that the provider of an account measured, over those of the same steps.
    pub async fn put_cloud_metrics(
        &self,
        account: &str,
        location: &str,
        read: Micros,
        source: &str,
        metrics: &[CloudMetric],
    ) -> Result<()> {
        let mut connection = self.writer().acquire().await?;
        database::begin(&mut connection).await?;
        let written = put_metrics(&mut connection, account, location, read, source, metrics).await;
        database::end(&mut connection, written).await
    }

    /// Figures since an instant, of functions and metrics that have any.
    pub async fn cloud_figures(&self, since: Micros) -> Result<Vec<CloudFigure>> {
        let figures = sqlx::query_as!(
            CloudFigure,
            r#"SELECT account AS "account!", location AS "location!", name AS "name!", metric AS "metric!", SUM(value) AS "sum!: f64", MAX(value) AS "most!: f64"
             FROM cloud_metrics WHERE at_us >= ? GROUP BY account, location, name, metric"#,
            since.0
        )
        .fetch_all(self.reader())
        .await?;
        Ok(figures)
    }
}

async fn replace(
    connection: &mut SqliteConnection,
    account: &str,
    location: &str,
    at: Micros,
    functions: &[(String, String)],
) -> Result<()> {
    sqlx::query!("DELETE FROM inventory WHERE account = ? AND location = ?", account, location)
        .execute(&mut *connection)
        .await?;
    for (name, document) in functions {
        sqlx::query!(
            "INSERT OR REPLACE INTO inventory (account, location, name, document) VALUES (?, ?, ?, ?)",
            account,
            location,
            name,
            document
        )
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query!(
        "INSERT OR REPLACE INTO inventory_reads (account, location, tried_us, read_us, fault)
         VALUES (?1, ?2, ?3, ?3, NULL)",
        account,
        location,
        at.0
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}

async fn forget(connection: &mut SqliteConnection, account: &str) -> Result<()> {
    sqlx::query!("DELETE FROM inventory WHERE account = ?", account).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM inventory_reads WHERE account = ?", account).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM cloud_metrics WHERE account = ?", account).execute(&mut *connection).await?;
    Ok(())
}

async fn put_metrics(
    connection: &mut SqliteConnection,
    account: &str,
    location: &str,
    read: Micros,
    source: &str,
    metrics: &[CloudMetric],
) -> Result<()> {
    for metric in metrics {
        sqlx::query!(
            "INSERT OR REPLACE INTO cloud_metrics
                 (account, location, name, metric, step_s, at_us, value, read_us, source)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            account,
            location,
            metric.name,
            metric.metric,
            metric.step_s,
            metric.at_us.0,
            metric.value,
            read.0,
            source
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

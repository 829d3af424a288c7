//! What Hearth itself asked vendors, by account, location, operation and day: how often, and how much of what the vendor
//! bills. Must not know prices, nor which of it is billed.

use crate::error::Result;
use crate::store::Store;
use hearth_model::{Grain, Micros};

/// Requests of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRequests {
    /// The account's id.
    pub account: String,
    /// The region, where the vendor has one for it.
    pub location: String,
    /// The vendor's service.
    pub service: String,
    /// Its operation.
    pub operation: String,
    /// How many.
    pub requests: u64,
    /// What is billed where that is not requests.
    pub units: u64,
}

impl Store {
    /// Adds what was asked on the day of an instant.
    pub async fn count_own_requests(&self, at: Micros, asked: &[OwnRequests]) -> Result<()> {
        let day = Grain::Day.floor(at).0;
        let mut writing = self.writer().begin().await?;
        for one in asked {
            let (requests, units) = (stored(one.requests), stored(one.units));
            sqlx::query!(
                "INSERT INTO own_requests (account, at_us, service, operation, location, requests, units)
                 VALUES (?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, units = units + excluded.units",
                one.account,
                day,
                one.service,
                one.operation,
                one.location,
                requests,
                units
            )
            .execute(&mut *writing)
            .await?;
        }
        writing.commit().await?;
        Ok(())
    }

    /// What was asked on the days that begin in a window, summed up, in the order of accounts and operations.
    pub async fn own_requests(&self, from: Micros, to: Micros) -> Result<Vec<OwnRequests>> {
        let from = Grain::Day.floor(from).0;
        let rows = sqlx::query!(
            "SELECT account, location, service, operation, SUM(requests) AS \"requests!: i64\",
                    SUM(units) AS \"units!: i64\"
             FROM own_requests WHERE at_us >= ? AND at_us < ?
             GROUP BY account, service, operation, location ORDER BY account, service, operation, location",
            from,
            to.0
        )
        .fetch_all(self.reader())
        .await?;
        let read = rows.into_iter().map(|row| OwnRequests {
            account: row.account,
            location: row.location,
            service: row.service,
            operation: row.operation,
            requests: row.requests.max(0).unsigned_abs(),
            units: row.units.max(0).unsigned_abs(),
        });
        Ok(read.collect())
    }

    /// The first day on which something was counted.
    pub async fn own_requests_since(&self) -> Result<Option<Micros>> {
        let first = sqlx::query_scalar!("SELECT MIN(at_us) AS \"first: i64\" FROM own_requests")
            .fetch_one(self.reader())
            .await?;
        Ok(first.map(Micros))
    }
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

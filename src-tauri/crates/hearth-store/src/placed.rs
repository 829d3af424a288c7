//! Where functions are and what became of them: every function with its account, the versions of a stretch of time
//! with what they changed, and when and how much a scope was used. Must not know prices.

use crate::charts::ceil;
use crate::error::Result;
use crate::packed::{self, packed};
use crate::rollup_rows::{self, used};
use crate::scopes::{Scope, push_functions};
use crate::store::Store;
use crate::types::{SizedUsage, UsageStep, UsedQuantities};
use crate::words;
use hearth_model::{FunctionConfiguration, FunctionId, Grain, Micros};
use sqlx::{QueryBuilder, Sqlite};
use std::sync::Arc;

/// A function with its place, also one that was deleted or that only history knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedFunction {
    /// The function.
    pub id: FunctionId,
    /// Its name.
    pub name: String,
    /// Its account's id.
    pub account: String,
    /// What a person calls the account.
    pub account_name: String,
    /// Who runs the account: `local`, `aws`, `azure`, `google`.
    pub provider: String,
    /// Its region; empty when the catalogue does not know the function.
    pub region: String,
    /// Configuration of the newest version; none when the catalogue does not know the function.
    pub configuration: Option<FunctionConfiguration>,
    /// When it was deleted.
    pub deleted_us: Option<Micros>,
}

/// A version that was made, and what its configuration was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionChange {
    /// When.
    pub at_us: Micros,
    /// The function.
    pub function_id: FunctionId,
    /// Its name.
    pub name: String,
    /// The version.
    pub version: u32,
    /// What made it: `deploy`, `configuration`, `code`, `rollback to 3`.
    pub cause: String,
    /// Configuration of the version before; none for the first one.
    pub before: Option<FunctionConfiguration>,
    /// Its configuration.
    pub after: FunctionConfiguration,
}

#[derive(sqlx::FromRow)]
struct PlacedRow {
    id: String,
    name: String,
    account: String,
    account_name: String,
    provider: String,
    region: String,
    configuration: Option<String>,
    deleted_us: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    deployed_us: i64,
    id: String,
    name: String,
    version: i64,
    cause: String,
    before: Option<String>,
    after: String,
}

fn configuration(text: Option<String>) -> Result<Option<FunctionConfiguration>> {
    Ok(text.as_deref().map(serde_json::from_str).transpose()?)
}

/// What functions used day by day.
#[derive(Clone, Debug)]
pub struct UsageDays {
    past: Arc<Vec<UsageStep>>,
    today: Vec<UsageStep>,
}

impl UsageDays {
    /// All of it, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &UsageStep> {
        self.past.iter().chain(&self.today)
    }
}

impl Store {
    /// Every function of a scope that ever did anything or is in the catalogue, in no order.
    pub async fn placed_functions(&self, scope: &Scope) -> Result<Vec<PlacedFunction>> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT s.id, COALESCE(f.name, s.name) AS name, s.account, COALESCE(a.name, s.account) AS account_name,
                 COALESCE(a.provider, 'local') AS provider, COALESCE(f.region, '') AS region, f.deleted_us,
                 (SELECT v.configuration FROM versions v WHERE v.function_id = s.id
                      ORDER BY v.version DESC LIMIT 1) AS configuration
             FROM scopes s LEFT JOIN functions f ON f.id = s.id LEFT JOIN accounts a ON a.id = s.account WHERE ",
        );
        push_functions(&mut query, scope);
        let rows: Vec<PlacedRow> = query.build_query_as().fetch_all(self.reader()).await?;
        rows.into_iter()
            .map(|row| {
                Ok(PlacedFunction {
                    id: FunctionId(row.id),
                    name: row.name,
                    account: row.account,
                    account_name: row.account_name,
                    provider: row.provider,
                    region: row.region,
                    configuration: configuration(row.configuration)?,
                    deleted_us: row.deleted_us.map(Micros),
                })
            })
            .collect()
    }

    /// Versions of a scope's functions that were made in a window, oldest first.
    pub async fn version_changes(
        &self,
        scope: &Scope,
        from: Micros,
        to: Micros,
    ) -> Result<Vec<VersionChange>> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT v.deployed_us, s.id, s.name, v.version, v.cause, b.configuration AS before,
                 v.configuration AS after
             FROM scopes s JOIN versions v ON v.function_id = s.id
             LEFT JOIN versions b ON b.function_id = v.function_id AND b.version = v.version - 1
             WHERE v.deployed_us >= ",
        );
        query.push_bind(from.0).push(" AND v.deployed_us < ").push_bind(to.0).push(" AND ");
        push_functions(&mut query, scope);
        query.push(" ORDER BY v.deployed_us, s.key");
        let rows: Vec<ChangeRow> = query.build_query_as().fetch_all(self.reader()).await?;
        rows.into_iter()
            .map(|row| {
                Ok(VersionChange {
                    at_us: Micros(row.deployed_us),
                    function_id: FunctionId(row.id),
                    name: row.name,
                    version: row.version as u32,
                    cause: row.cause,
                    before: configuration(row.before)?,
                    after: serde_json::from_str(&row.after)?,
                })
            })
            .collect()
    }

    /// The same as [`Store::usage_steps`] day by day, in no order, and much faster for many functions.
    pub async fn usage_days(&self, scope: &Scope, from: Micros, to: Micros) -> Result<UsageDays> {
        let (from, to) = (Grain::Day.floor(from), ceil(Grain::Day, to));
        let today = Grain::Day.floor(self.now()).clamp(from, to.max(from));
        let read = |from, to| self.days_between(scope, from, to);
        let past = self.past().of(("days", scope.clone(), from, today), read(from, today)).await?;
        Ok(UsageDays { past, today: read(today, to).await? })
    }

    async fn days_between(&self, scope: &Scope, from: Micros, to: Micros) -> Result<Vec<UsageStep>> {
        if from >= to {
            return Ok(Vec::new());
        }
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT s.id, u.memory_mb, u.architecture, ");
        query.push(packed(&[
            "u.at_us",
            "u.requests",
            "u.compute_ms",
            "u.init_ms",
            "u.storage_mb_ms",
            "u.event_bytes",
            "u.response_bytes",
        ]));
        query
            .push(" FROM scopes s CROSS JOIN usage u ON u.scope = s.key AND u.grain = 'day' AND u.at_us >= ");
        query.push_bind(from.0).push(" AND u.at_us < ").push_bind(to.0).push(" WHERE ");
        push_functions(&mut query, scope);
        query.push(" GROUP BY s.id, u.memory_mb, u.architecture");
        let rows: Vec<(String, i64, String, String)> =
            query.build_query_as().fetch_all(self.reader()).await?;
        let mut steps = Vec::new();
        for (id, memory_mb, architecture, days) in rows {
            let (function_id, architecture) = (FunctionId(id), words::parse("architecture", &architecture)?);
            for mut day in packed::rows(&days) {
                steps.push(UsageStep {
                    at_us: Micros(day.next()),
                    function_id: function_id.clone(),
                    usage: SizedUsage {
                        memory_mb: memory_mb as u32,
                        architecture,
                        requests: day.next(),
                        compute_ms: day.next(),
                        init_ms: day.next(),
                        storage_mb_ms: day.next(),
                        event_bytes: day.next(),
                        response_bytes: day.next(),
                    },
                });
            }
        }
        Ok(steps)
    }

    /// What a scope used hour by hour or day by day, oldest first, without distributions; steps without calls are
    /// left out.
    pub async fn used_by_step(
        &self,
        scope: &Scope,
        from: Micros,
        to: Micros,
        grain: Grain,
    ) -> Result<Vec<(Micros, UsedQuantities)>> {
        let Some(key) = self.scope_key(scope).await? else { return Ok(Vec::new()) };
        let rows = rollup_rows::sums(self.reader(), key, from, to, grain).await?;
        Ok(rows.into_iter().map(|row| (Micros(row.at_us), used(&row.sums()))).collect())
    }

    /// Start of the first hour for which a scope has figures; none when it never did anything.
    pub async fn first_usage(&self, scope: &Scope) -> Result<Option<Micros>> {
        let Some(key) = self.scope_key(scope).await? else { return Ok(None) };
        let first: Option<i64> =
            sqlx::query_scalar("SELECT MIN(at_us) FROM rollups WHERE grain = 'hour' AND scope = ?")
                .bind(key)
                .fetch_one(self.reader())
                .await?;
        Ok(first.map(Micros))
    }
}

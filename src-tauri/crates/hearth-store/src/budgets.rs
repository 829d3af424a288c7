//! Budgets, the functions that the brake holds, and the log of both. Everything here is committed before the call
//! returns: a brake must survive the process that pulled it. Must not know prices or when to pull.

use crate::error::Result;
use crate::scopes::Scope;
use crate::store::Store;
use hearth_model::{FunctionId, Micros};
use sqlx::SqliteConnection;

/// Rows of the log that are kept.
const LOG_ROWS: i64 = 5_000;

/// A monthly budget of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBudget {
    /// Whose money: all, an account or a function.
    pub scope: Scope,
    /// US dollars for a month, an exact decimal.
    pub amount_usd: String,
    /// Percent of the amount at which people are told, ascending.
    pub thresholds: Vec<u32>,
    /// When it was set.
    pub changed_us: Micros,
}

/// A function that the brake holds at a limit of 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrakedFunction {
    /// Which.
    pub function_id: FunctionId,
    /// Its name.
    pub name: String,
    /// What a release brings back; none is a function without a limit of its own.
    pub former_concurrency: Option<u32>,
    /// Its newest version when the brake was pulled.
    pub version: u32,
    /// When.
    pub pulled_us: Micros,
    /// `person` or `brake`.
    pub pulled_by: String,
    /// Why, in words.
    pub reason: String,
}

/// One thing that budgets or the brake did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrakeEntry {
    /// When.
    pub at_us: Micros,
    /// What kind of thing, for instance `threshold` or `pulled`.
    pub kind: String,
    /// `person` or `brake`.
    pub done_by: String,
    /// What it is about: a scope or a function, in words.
    pub subject: String,
    /// The whole of it in words.
    pub text: String,
    /// The figures it stands on, a JSON object.
    pub figures: String,
}

/// How a scope is written down.
fn columns(scope: &Scope) -> (&'static str, &str) {
    match scope {
        Scope::All => ("all", ""),
        Scope::Demo => ("demo", ""),
        Scope::Account(id) => ("account", id),
        Scope::Function(id) => ("function", id.as_str()),
    }
}

fn scope(kind: &str, id: String) -> Option<Scope> {
    match kind {
        "all" => Some(Scope::All),
        "demo" => Some(Scope::Demo),
        "account" => Some(Scope::Account(id)),
        "function" => Some(Scope::Function(FunctionId(id))),
        _ => None,
    }
}

impl Store {
    /// Every budget: all first, then accounts, then functions.
    pub async fn budgets(&self) -> Result<Vec<StoredBudget>> {
        let rows = sqlx::query!(
            "SELECT scope_kind, scope_id, amount_usd, thresholds, changed_us FROM budgets
             ORDER BY scope_kind = 'function', scope_kind = 'account', scope_id"
        )
        .fetch_all(self.reader())
        .await?;
        let mut budgets = Vec::with_capacity(rows.len());
        for row in rows {
            // A kind that a newer Hearth added is left alone.
            let Some(scope) = scope(&row.scope_kind, row.scope_id) else { continue };
            budgets.push(StoredBudget {
                scope,
                amount_usd: row.amount_usd,
                thresholds: serde_json::from_str(&row.thresholds)?,
                changed_us: Micros(row.changed_us),
            });
        }
        Ok(budgets)
    }

    /// Sets a scope's budget, in the place of the one it had.
    pub async fn put_budget(&self, budget: &StoredBudget) -> Result<()> {
        let (kind, id) = columns(&budget.scope);
        let thresholds = serde_json::to_string(&budget.thresholds)?;
        sqlx::query!(
            "INSERT OR REPLACE INTO budgets (scope_kind, scope_id, amount_usd, thresholds, changed_us)
             VALUES (?, ?, ?, ?, ?)",
            kind,
            id,
            budget.amount_usd,
            thresholds,
            budget.changed_us.0
        )
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Forgets a scope's budget; false when it had none.
    pub async fn delete_budget(&self, scope: &Scope) -> Result<bool> {
        let (kind, id) = columns(scope);
        let done = sqlx::query!("DELETE FROM budgets WHERE scope_kind = ? AND scope_id = ?", kind, id)
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ids and names of all accounts that the ledger knows, in the order of their ids.
    pub async fn account_names(&self) -> Result<Vec<(String, String)>> {
        let rows = sqlx::query!("SELECT id, name FROM accounts ORDER BY id").fetch_all(self.reader()).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }

    /// The name of a function, deleted or not; none when the ledger never knew it.
    pub async fn function_name(&self, function_id: &FunctionId) -> Result<Option<String>> {
        let id = function_id.as_str();
        Ok(sqlx::query_scalar!("SELECT name FROM functions WHERE id = ?", id)
            .fetch_optional(self.reader())
            .await?)
    }

    /// The functions that the brake holds, oldest first.
    pub async fn braked_functions(&self) -> Result<Vec<BrakedFunction>> {
        let rows = sqlx::query!(
            "SELECT function_id, name, former_concurrency, version, pulled_us, pulled_by, reason
             FROM braked_functions ORDER BY pulled_us, name"
        )
        .fetch_all(self.reader())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| BrakedFunction {
                function_id: FunctionId(row.function_id),
                name: row.name,
                former_concurrency: row.former_concurrency.map(|limit| limit as u32),
                version: row.version as u32,
                pulled_us: Micros(row.pulled_us),
                pulled_by: row.pulled_by,
                reason: row.reason,
            })
            .collect())
    }

    /// Notes that the brake holds a function, over an older note.
    pub async fn put_braked(&self, braked: &BrakedFunction) -> Result<()> {
        let id = braked.function_id.as_str();
        sqlx::query!(
            "INSERT OR REPLACE INTO braked_functions
                 (function_id, name, former_concurrency, version, pulled_us, pulled_by, reason)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            id,
            braked.name,
            braked.former_concurrency,
            braked.version,
            braked.pulled_us.0,
            braked.pulled_by,
            braked.reason
        )
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Forgets that the brake held a function.
    pub async fn delete_braked(&self, function_id: &FunctionId) -> Result<()> {
        let id = function_id.as_str();
        sqlx::query!("DELETE FROM braked_functions WHERE function_id = ?", id).execute(self.writer()).await?;
        Ok(())
    }

    /// Writes down what happened. With `once`, false when that was written down before.
    pub async fn log_brake(&self, entry: &BrakeEntry, once: Option<&str>) -> Result<bool> {
        let mut connection = self.writer().acquire().await?;
        let done = sqlx::query!(
            "INSERT INTO brake_log (at_us, kind, done_by, subject, text, figures, once)
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (once) DO NOTHING",
            entry.at_us.0,
            entry.kind,
            entry.done_by,
            entry.subject,
            entry.text,
            entry.figures,
            once
        )
        .execute(&mut *connection)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        trim(&mut connection).await?;
        Ok(true)
    }

    /// What happened, newest first.
    pub async fn brake_log(&self, limit: u32) -> Result<Vec<BrakeEntry>> {
        let rows = sqlx::query!(
            "SELECT at_us, kind, done_by, subject, text, figures FROM brake_log ORDER BY id DESC LIMIT ?",
            limit
        )
        .fetch_all(self.reader())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| BrakeEntry {
                at_us: Micros(row.at_us),
                kind: row.kind,
                done_by: row.done_by,
                subject: row.subject,
                text: row.text,
                figures: row.figures,
            })
            .collect())
    }
}

async fn trim(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query!("DELETE FROM brake_log WHERE id <= (SELECT MAX(id) FROM brake_log) - ?", LOG_ROWS)
        .execute(connection)
        .await?;
    Ok(())
}

//! The catalogue: functions, their versions, settings and saved events. Everything here is committed before
//! the call returns. Must not know packages on disk.

use crate::error::Result;
use crate::store::Store;
use crate::types::SavedEvent;
use crate::{database, scopes};
use hearth_model::{
    CodePackage, FunctionConfiguration, FunctionId, FunctionRecord, FunctionVersion, LOCAL_ACCOUNT,
    LOCAL_REGION, Micros,
};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

/// How long the packages of a deleted function are still needed to bring it back.
const RESTORABLE: Micros = Micros::from_seconds(7 * 86_400);

#[derive(sqlx::FromRow)]
pub(crate) struct FunctionRow {
    id: String,
    account: String,
    region: String,
    name: String,
    created_us: i64,
    deleted_us: Option<i64>,
    version: i64,
    configuration: String,
    sha256: String,
    size_bytes: i64,
    files: i64,
    deployed_us: i64,
}

impl FunctionRow {
    pub(crate) fn record(self) -> Result<FunctionRecord> {
        Ok(FunctionRecord {
            configuration: serde_json::from_str(&self.configuration)?,
            id: FunctionId(self.id),
            account: self.account,
            region: self.region,
            name: self.name,
            version: self.version as u32,
            code: CodePackage {
                sha256: self.sha256,
                size_bytes: self.size_bytes as u64,
                files: self.files as u32,
            },
            created_us: Micros(self.created_us),
            deployed_us: Micros(self.deployed_us),
            deleted_us: self.deleted_us.map(Micros),
        })
    }
}

impl Store {
    /// Stores a function with its newest version. `cause` says what made the version.
    pub async fn put_function(&self, function: &FunctionRecord, cause: &str) -> Result<()> {
        let mut connection = self.writer().acquire().await?;
        database::begin(&mut connection).await?;
        let written = put_function(&mut connection, function, cause).await;
        database::end(&mut connection, written).await?;
        self.past().forget();
        Ok(())
    }

    /// Stores an account, or gives it a new name. Functions of other accounts than the local one need theirs.
    pub async fn put_account(&self, id: &str, name: &str, provider: &str) -> Result<()> {
        sqlx::query!(
            "INSERT INTO accounts (id, name, provider) VALUES (?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, provider = excluded.provider",
            id,
            name,
            provider
        )
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// The local function that has this name now.
    pub async fn function(&self, name: &str) -> Result<Option<FunctionRecord>> {
        Ok(self.functions_where(Some(name), false).await?.into_iter().next())
    }

    /// The function that was deleted last under this name, to bring it back.
    pub async fn deleted_function(&self, name: &str) -> Result<Option<FunctionRecord>> {
        Ok(self.functions_where(Some(name), true).await?.into_iter().next())
    }

    /// Every local function that exists, by name.
    pub async fn functions(&self) -> Result<Vec<FunctionRecord>> {
        self.functions_where(None, false).await
    }

    /// Every function of real accounts that was ever put into the catalogue, or the one with this id, by name.
    pub async fn functions_of_accounts(&self, id: Option<&FunctionId>) -> Result<Vec<FunctionRecord>> {
        let rows: Vec<FunctionRow> = sqlx::query_as(
            "SELECT f.id, f.account, f.region, f.name, f.created_us, f.deleted_us, v.version, v.configuration,
                 v.sha256, v.size_bytes, v.files, v.deployed_us
             FROM functions f JOIN versions v ON v.function_id = f.id
                 AND v.version = (SELECT MAX(version) FROM versions WHERE function_id = f.id)
             WHERE f.account <> ?1 AND f.account NOT GLOB 'demo*' AND (?2 IS NULL OR f.id = ?2)
             ORDER BY f.name, f.id",
        )
        .bind(LOCAL_ACCOUNT)
        .bind(id.map(FunctionId::as_str))
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(FunctionRow::record).collect()
    }

    async fn functions_where(&self, name: Option<&str>, deleted: bool) -> Result<Vec<FunctionRecord>> {
        let rows = sqlx::query_as!(
            FunctionRow,
            r#"SELECT f.id, f.account, f.region, f.name, f.created_us, f.deleted_us, v.version, v.configuration,
                 v.sha256, v.size_bytes, v.files, v.deployed_us
             FROM functions f JOIN versions v ON v.function_id = f.id
                 AND v.version = (SELECT MAX(version) FROM versions WHERE function_id = f.id)
             WHERE f.account = ?1 AND f.region = ?2 AND (?3 IS NULL OR f.name = ?3)
                 AND (f.deleted_us IS NOT NULL) = ?4
             ORDER BY f.name, f.deleted_us DESC"#,
            LOCAL_ACCOUNT,
            LOCAL_REGION,
            name,
            deleted
        )
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(FunctionRow::record).collect()
    }

    /// Marks a function as deleted at an instant, or brings it back. Its history stays either way.
    pub async fn set_deleted(&self, function_id: &FunctionId, at: Option<Micros>) -> Result<()> {
        let (id, at) = (function_id.as_str(), at.map(|at| at.0));
        sqlx::query!("UPDATE functions SET deleted_us = ? WHERE id = ?", at, id)
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Every version of a function, newest first.
    pub async fn versions(&self, function_id: &FunctionId) -> Result<Vec<FunctionVersion>> {
        let id = function_id.as_str();
        let rows = sqlx::query!(
            "SELECT version, configuration, sha256, size_bytes, files, deployed_us, cause FROM versions
             WHERE function_id = ? ORDER BY version DESC",
            id
        )
        .fetch_all(self.reader())
        .await?;
        rows.into_iter()
            .map(|row| {
                let configuration: FunctionConfiguration = serde_json::from_str(&row.configuration)?;
                Ok(FunctionVersion {
                    function_id: function_id.clone(),
                    version: row.version as u32,
                    configuration,
                    code: CodePackage {
                        sha256: row.sha256,
                        size_bytes: row.size_bytes as u64,
                        files: row.files as u32,
                    },
                    deployed_us: Micros(row.deployed_us),
                    cause: row.cause,
                })
            })
            .collect()
    }

    /// Hashes of the packages that a version still needs: those of functions that exist or were deleted less
    /// than seven days ago.
    pub async fn referenced_packages(&self) -> Result<BTreeSet<String>> {
        let restorable = (self.now() - RESTORABLE).0;
        let rows = sqlx::query_scalar!(
            "SELECT DISTINCT v.sha256 FROM versions v JOIN functions f ON f.id = v.function_id
             WHERE f.deleted_us IS NULL OR f.deleted_us >= ?",
            restorable
        )
        .fetch_all(self.reader())
        .await?;
        Ok(rows.into_iter().collect())
    }

    /// A setting.
    pub async fn setting(&self, key: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar!("SELECT value FROM settings WHERE key = ?", key)
            .fetch_optional(self.reader())
            .await?)
    }

    /// Stores a setting.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<()> {
        sqlx::query!("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", key, value)
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// The events that were kept for a function, by name.
    pub async fn saved_events(&self, function_id: &FunctionId) -> Result<Vec<SavedEvent>> {
        let id = function_id.as_str();
        let rows = sqlx::query!(
            "SELECT name, body, saved_us FROM saved_events WHERE function_id = ? ORDER BY name",
            id
        )
        .fetch_all(self.reader())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| SavedEvent { name: row.name, body: row.body, saved_us: Micros(row.saved_us) })
            .collect())
    }

    /// Keeps an event, in the place of one with the same name.
    pub async fn save_event(&self, function_id: &FunctionId, event: &SavedEvent) -> Result<()> {
        let id = function_id.as_str();
        sqlx::query!(
            "INSERT OR REPLACE INTO saved_events (function_id, name, body, saved_us) VALUES (?, ?, ?, ?)",
            id,
            event.name,
            event.body,
            event.saved_us.0
        )
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Forgets a saved event; nothing happens when there is none.
    pub async fn delete_event(&self, function_id: &FunctionId, name: &str) -> Result<()> {
        let id = function_id.as_str();
        sqlx::query!("DELETE FROM saved_events WHERE function_id = ? AND name = ?", id, name)
            .execute(self.writer())
            .await?;
        Ok(())
    }
}

async fn put_function(
    connection: &mut SqliteConnection,
    function: &FunctionRecord,
    cause: &str,
) -> Result<()> {
    let id = function.id.as_str();
    let deleted = function.deleted_us.map(|at| at.0);
    let configuration = serde_json::to_string(&function.configuration)?;
    let size = function.code.size_bytes as i64;
    sqlx::query!(
        "INSERT INTO functions (id, account, region, name, created_us, deleted_us) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, deleted_us = excluded.deleted_us",
        id,
        function.account,
        function.region,
        function.name,
        function.created_us.0,
        deleted
    )
    .execute(&mut *connection)
    .await?;
    scopes::put(connection, "function", id, &function.account, &function.name).await?;
    sqlx::query!(
            "INSERT INTO versions (function_id, version, configuration, sha256, size_bytes, files, deployed_us, cause)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (function_id, version) DO UPDATE SET configuration = excluded.configuration,
                 sha256 = excluded.sha256, size_bytes = excluded.size_bytes, files = excluded.files,
                 deployed_us = excluded.deployed_us, cause = excluded.cause",
            id,
            function.version,
            configuration,
            function.code.sha256,
            size,
            function.code.files,
            function.deployed_us.0,
            cause
        )
        .execute(&mut *connection)
        .await?;
    Ok(())
}

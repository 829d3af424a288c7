//! Power tunings: what they found, and what has to be put back when Hearth did not come to it. Owns that a row is
//! committed before a configuration is changed. Must not know what a document says or how memory is set.

use crate::error::Result;
use crate::store::Store;
use hearth_model::{FunctionConfiguration, FunctionId, Micros, TuningId};

/// A power tuning as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TuningRecord {
    /// Its id.
    pub id: TuningId,
    /// The function.
    pub function_id: FunctionId,
    /// When it began.
    pub started_us: Micros,
    /// Whether it measured every size that it was asked for.
    pub is_complete: bool,
    /// Whether nothing has to be put back any more.
    pub is_restored: bool,
    /// The configuration that the function had before, and has to have again.
    pub configuration: FunctionConfiguration,
    /// The memory size that was set last, or was about to be; none while nothing was changed.
    pub set_memory_mb: Option<u32>,
    /// Plan and findings, JSON.
    pub document: String,
}

struct TuningRow {
    id: String,
    function_id: String,
    started_us: i64,
    is_complete: bool,
    is_restored: bool,
    configuration: String,
    set_memory_mb: Option<i64>,
    document: String,
}

impl TuningRow {
    fn record(self) -> Result<TuningRecord> {
        Ok(TuningRecord {
            id: TuningId(self.id),
            function_id: FunctionId(self.function_id),
            started_us: Micros(self.started_us),
            is_complete: self.is_complete,
            is_restored: self.is_restored,
            configuration: serde_json::from_str(&self.configuration)?,
            set_memory_mb: self.set_memory_mb.map(|size| size as u32),
            document: self.document,
        })
    }
}

impl Store {
    /// Stores a tuning as it is now; committed when this returns.
    pub async fn put_tuning(&self, tuning: &TuningRecord) -> Result<()> {
        let (id, function_id) = (tuning.id.as_str(), tuning.function_id.as_str());
        let configuration = serde_json::to_string(&tuning.configuration)?;
        sqlx::query!(
            "INSERT INTO tunings
                 (id, function_id, started_us, is_complete, is_restored, configuration, set_memory_mb, document)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET is_complete = excluded.is_complete, is_restored = excluded.is_restored,
                 set_memory_mb = excluded.set_memory_mb, document = excluded.document",
            id,
            function_id,
            tuning.started_us.0,
            tuning.is_complete,
            tuning.is_restored,
            configuration,
            tuning.set_memory_mb,
            tuning.document
        )
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// A tuning by its id.
    pub async fn tuning(&self, id: &TuningId) -> Result<Option<TuningRecord>> {
        let id = id.as_str();
        let row = sqlx::query_as!(
            TuningRow,
            r#"SELECT id, function_id, started_us, is_complete AS "is_complete: bool",
                 is_restored AS "is_restored: bool", configuration, set_memory_mb, document
             FROM tunings WHERE id = ?"#,
            id
        )
        .fetch_optional(self.reader())
        .await?;
        row.map(TuningRow::record).transpose()
    }

    /// Tunings of one function or of all, newest first, at most `limit`.
    pub async fn tunings(&self, function: Option<&FunctionId>, limit: u32) -> Result<Vec<TuningRecord>> {
        let function = function.map(FunctionId::as_str);
        let rows = sqlx::query_as!(
            TuningRow,
            r#"SELECT id, function_id, started_us, is_complete AS "is_complete: bool",
                 is_restored AS "is_restored: bool", configuration, set_memory_mb, document
             FROM tunings WHERE ?1 IS NULL OR function_id = ?1 ORDER BY started_us DESC, id DESC LIMIT ?2"#,
            function,
            limit
        )
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(TuningRow::record).collect()
    }

    /// The newest tuning of a function that measured every size.
    pub async fn latest_tuning(&self, function: &FunctionId) -> Result<Option<TuningRecord>> {
        let function = function.as_str();
        let row = sqlx::query_as!(
            TuningRow,
            r#"SELECT id, function_id, started_us, is_complete AS "is_complete: bool",
                 is_restored AS "is_restored: bool", configuration, set_memory_mb, document
             FROM tunings WHERE function_id = ? AND is_complete ORDER BY started_us DESC, id DESC LIMIT 1"#,
            function
        )
        .fetch_optional(self.reader())
        .await?;
        row.map(TuningRow::record).transpose()
    }

    /// Tunings that were not ended: something may have to be put back. Oldest first.
    pub async fn tunings_to_restore(&self) -> Result<Vec<TuningRecord>> {
        let rows = sqlx::query_as!(
            TuningRow,
            r#"SELECT id, function_id, started_us, is_complete AS "is_complete: bool",
                 is_restored AS "is_restored: bool", configuration, set_memory_mb, document
             FROM tunings WHERE is_restored = 0 ORDER BY id"#
        )
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(TuningRow::record).collect()
    }
}

//! Changes in accounts while they are made, and those that a Hearth which is gone left half made. Owns that a row outlives
//! a kill and a power cut when writing it returns. Must not know what a call is or how one is taken back.

use crate::error::Result;
use crate::store::Store;
use hearth_model::Micros;
use sqlx::SqliteConnection;

/// A change in an account that has come to no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfinishedRecord {
    /// Its id.
    pub id: String,
    /// The account's id.
    pub account: String,
    /// Whose account it is.
    pub vendor: String,
    /// The region.
    pub location: String,
    /// The function, or what else it is about.
    pub function: String,
    /// What kind of change, in one word.
    pub kind: String,
    /// What it does, in one line.
    pub title: String,
    /// The same as a command line, without values of variables.
    pub command_line: String,
    /// The folder that it deploys, when it deploys one.
    pub folder: Option<String>,
    /// When it began.
    pub begun_us: Micros,
    /// The calls that had begun, JSON.
    pub calls: String,
    /// Whether nobody makes it any more.
    pub is_left: bool,
}

struct UnfinishedRow {
    id: String,
    account: String,
    vendor: String,
    location: String,
    function: String,
    kind: String,
    title: String,
    command_line: String,
    folder: Option<String>,
    begun_us: i64,
    calls: String,
    is_left: bool,
}

impl From<UnfinishedRow> for UnfinishedRecord {
    fn from(row: UnfinishedRow) -> Self {
        Self {
            id: row.id,
            account: row.account,
            vendor: row.vendor,
            location: row.location,
            function: row.function,
            kind: row.kind,
            title: row.title,
            command_line: row.command_line,
            folder: row.folder,
            begun_us: Micros(row.begun_us),
            calls: row.calls,
            is_left: row.is_left,
        }
    }
}

impl Store {
    /// Stores a change as it is now, or what became of it. When this returns it is on the disk: no other row of the
    /// ledger is waited for so long, but of this one things depend which cost money.
    pub async fn put_unfinished(&self, change: &UnfinishedRecord) -> Result<()> {
        let mut connection = self.writer().acquire().await?;
        sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await?;
        let put = put(&mut connection, change).await;
        sqlx::query("PRAGMA synchronous = NORMAL").execute(&mut *connection).await?;
        put
    }

    /// Changes that nobody makes any more, the oldest first.
    pub async fn unfinished(&self) -> Result<Vec<UnfinishedRecord>> {
        let rows = sqlx::query_as!(
            UnfinishedRow,
            r#"SELECT id, account, vendor, location, function, kind, title, command_line, folder, begun_us, calls,
                 is_left AS "is_left: bool"
             FROM unfinished_changes WHERE is_left ORDER BY begun_us, id"#
        )
        .fetch_all(self.reader())
        .await?;
        Ok(rows.into_iter().map(UnfinishedRecord::from).collect())
    }

    /// Forgets a change; false when there is none of this id.
    pub async fn forget_unfinished(&self, id: &str) -> Result<bool> {
        let done =
            sqlx::query!("DELETE FROM unfinished_changes WHERE id = ?", id).execute(self.writer()).await?;
        Ok(done.rows_affected() > 0)
    }
}

async fn put(connection: &mut SqliteConnection, change: &UnfinishedRecord) -> Result<()> {
    sqlx::query!(
        "INSERT INTO unfinished_changes
             (id, account, vendor, location, function, kind, title, command_line, folder, begun_us, calls, is_left)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, calls = excluded.calls, is_left = excluded.is_left",
        change.id,
        change.account,
        change.vendor,
        change.location,
        change.function,
        change.kind,
        change.title,
        change.command_line,
        change.folder,
        change.begun_us.0,
        change.calls,
        change.is_left
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What was being made when the life before ended is made by nobody now.
pub(crate) async fn leave(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query!("UPDATE unfinished_changes SET is_left = 1 WHERE is_left = 0").execute(connection).await?;
    Ok(())
}

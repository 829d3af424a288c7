//! Environments and their changes of state. Owns what lanes need to be drawn from any instant on. Must not
//! know which step may follow which.

use crate::error::{Error, Result};
use crate::pieces::{ManyRows, Values};
use crate::store::Store;
use crate::words;
use hearth_model::{
    Environment, EnvironmentId, EnvironmentState, EnvironmentTransition, FunctionId, Micros, RequestId,
};
use sqlx::SqliteConnection;

static TRANSITIONS: ManyRows = ManyRows::new(
    "INSERT INTO environment_transitions (environment_id, function_id, at_us, state, request_id) VALUES ",
    "(?, ?, ?, ?, ?)",
    "",
    64,
);

#[derive(sqlx::FromRow)]
struct EnvironmentRow {
    id: String,
    function_id: String,
    function_name: String,
    version: i64,
    number: i64,
    engine: String,
    tier: String,
    pid: Option<i64>,
    state: String,
    state_since_us: i64,
    born_us: i64,
    init_us: Option<i64>,
    ended_us: Option<i64>,
    end_reason: Option<String>,
    invocations: i64,
    busy_us: i64,
    memory_mb: i64,
    max_memory_bytes: i64,
}

fn state(word: &str) -> Result<EnvironmentState> {
    EnvironmentState::parse(word)
        .ok_or_else(|| Error::Unknown { what: "environment state", value: word.to_owned() })
}

impl TryFrom<EnvironmentRow> for Environment {
    type Error = Error;

    fn try_from(row: EnvironmentRow) -> Result<Self> {
        Ok(Self {
            engine: words::parse("engine", &row.engine)?,
            tier: words::parse("start tier", &row.tier)?,
            state: state(&row.state)?,
            id: EnvironmentId(row.id),
            function_id: FunctionId(row.function_id),
            function_name: row.function_name,
            version: row.version as u32,
            number: row.number as u32,
            pid: row.pid.map(|pid| pid as u32),
            state_since_us: Micros(row.state_since_us),
            born_us: Micros(row.born_us),
            init_us: row.init_us.map(Micros),
            ended_us: row.ended_us.map(Micros),
            end_reason: row.end_reason,
            invocations: row.invocations as u32,
            busy_us: Micros(row.busy_us),
            memory_mb: row.memory_mb as u32,
            max_memory_bytes: row.max_memory_bytes as u64,
        })
    }
}

fn models(rows: Vec<EnvironmentRow>) -> Result<Vec<Environment>> {
    rows.into_iter().map(Environment::try_from).collect()
}

pub(crate) async fn put(connection: &mut SqliteConnection, environment: &Environment) -> Result<()> {
    let (id, function) = (environment.id.as_str(), environment.function_id.as_str());
    let (engine, tier) = (words::engine(environment.engine), words::tier(environment.tier));
    let state = environment.state.as_str();
    let init = environment.init_us.map(|init| init.0);
    let ended = environment.ended_us.map(|ended| ended.0);
    let memory = environment.max_memory_bytes as i64;
    sqlx::query!(
        "INSERT OR REPLACE INTO environments (id, function_id, function_name, version, number, engine, tier, pid,
             state, state_since_us, born_us, init_us, ended_us, end_reason, invocations, busy_us, memory_mb,
             max_memory_bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        function,
        environment.function_name,
        environment.version,
        environment.number,
        engine,
        tier,
        environment.pid,
        state,
        environment.state_since_us.0,
        environment.born_us.0,
        init,
        ended,
        environment.end_reason,
        environment.invocations,
        environment.busy_us.0,
        environment.memory_mb,
        memory
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores changes of state in their order.
pub(crate) async fn insert_transitions(
    connection: &mut SqliteConnection,
    transitions: &[&EnvironmentTransition],
) -> Result<()> {
    let bind = |values: &mut Values, transition: &&EnvironmentTransition| {
        values.add(transition.environment_id.as_str())?;
        values.add(transition.function_id.as_str())?;
        values.add(transition.at_us.0)?;
        values.add(transition.state.as_str())?;
        Ok(values.add(transition.request_id.as_ref().map(RequestId::as_str))?)
    };
    TRANSITIONS.run(connection, transitions, bind).await
}

/// The environment with this id.
pub(crate) async fn one(
    connection: &mut SqliteConnection,
    id: &EnvironmentId,
) -> Result<Option<Environment>> {
    let row: Option<EnvironmentRow> = sqlx::query_as("SELECT * FROM environments WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    row.map(Environment::try_from).transpose()
}

/// Environments without an end.
pub(crate) async fn live(connection: &mut SqliteConnection) -> Result<Vec<Environment>> {
    let rows = sqlx::query_as!(EnvironmentRow, "SELECT * FROM environments WHERE ended_us IS NULL")
        .fetch_all(connection)
        .await?;
    models(rows)
}

impl Store {
    /// The newest environments first, those that live only or those that ended too.
    pub async fn environments(
        &self,
        function_id: Option<&FunctionId>,
        include_ended: bool,
        limit: u32,
    ) -> Result<Vec<Environment>> {
        let function = function_id.map(FunctionId::as_str);
        let rows = sqlx::query_as!(
            EnvironmentRow,
            "SELECT * FROM environments
             WHERE (?1 IS NULL OR function_id = ?1) AND (?2 OR ended_us IS NULL)
             ORDER BY born_us DESC, id DESC LIMIT ?3",
            function,
            include_ended,
            limit
        )
        .fetch_all(self.reader())
        .await?;
        models(rows)
    }

    /// Every environment that lived at or after an instant, oldest first.
    pub async fn environments_since(
        &self,
        function_id: Option<&FunctionId>,
        from: Micros,
    ) -> Result<Vec<Environment>> {
        let function = function_id.map(FunctionId::as_str);
        let rows = sqlx::query_as!(
            EnvironmentRow,
            "SELECT * FROM environments
             WHERE (ended_us IS NULL OR ended_us >= ?2) AND (?1 IS NULL OR function_id = ?1)
             ORDER BY born_us, id",
            function,
            from.0
        )
        .fetch_all(self.reader())
        .await?;
        models(rows)
    }

    /// Every change of state at or after an instant, and for each environment that lived then the last one
    /// before it, so that its lane has a colour from the first pixel. Oldest first.
    pub async fn transitions(
        &self,
        function_id: Option<&FunctionId>,
        from: Micros,
    ) -> Result<Vec<EnvironmentTransition>> {
        let function = function_id.map(FunctionId::as_str);
        let rows = sqlx::query!(
            r#"SELECT environment_id AS "environment_id!: String", function_id AS "function_id!: String",
                 at_us AS "at_us!: i64", state AS "state!: String", request_id AS "request_id: String",
                 id AS "id!: i64"
             FROM environment_transitions WHERE at_us >= ?2 AND (?1 IS NULL OR function_id = ?1)
             UNION ALL
             SELECT t.environment_id, t.function_id, t.at_us, t.state, t.request_id, t.id
             FROM environments e JOIN environment_transitions t ON t.id = (
                 SELECT id FROM environment_transitions
                 WHERE environment_id = e.id AND at_us < ?2 ORDER BY at_us DESC, id DESC LIMIT 1)
             WHERE (e.ended_us IS NULL OR e.ended_us >= ?2) AND (?1 IS NULL OR e.function_id = ?1)
             ORDER BY 3, 6"#,
            function,
            from.0
        )
        .fetch_all(self.reader())
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(EnvironmentTransition {
                    environment_id: EnvironmentId(row.environment_id),
                    function_id: FunctionId(row.function_id),
                    at_us: Micros(row.at_us),
                    state: state(&row.state)?,
                    request_id: row.request_id.map(RequestId),
                })
            })
            .collect()
    }

    /// The highest number that an environment of this function has had; 0 before the first.
    pub async fn last_environment_number(&self, function_id: &FunctionId) -> Result<u32> {
        let function = function_id.as_str();
        let number = sqlx::query_scalar!(
            "SELECT MAX(number) AS \"number: i64\" FROM environments WHERE function_id = ?",
            function
        )
        .fetch_one(self.reader())
        .await?;
        Ok(number.unwrap_or(0) as u32)
    }
}

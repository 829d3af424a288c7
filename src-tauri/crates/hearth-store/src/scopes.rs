//! Scopes: the small integers under which figures are kept, for each function, each account, and all of them
//! together, real ones and demo ones apart. Owns the table `scopes` and a copy of it in memory. Must not know
//! what is kept under a scope.

use crate::error::Result;
use crate::store::Store;
use hearth_model::{FunctionId, LOCAL_ACCOUNT};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Accounts whose id begins so hold made-up data, which is never mixed with real data.
pub const DEMO_ACCOUNT_PREFIX: &str = "demo";
/// Functions whose id begins so are those of the demo: no id of a real one has an O.
pub const DEMO_FUNCTION_PREFIX: &str = "DEMO";
const ALL_REAL: i64 = 1;
const ALL_DEMO: i64 = 2;

/// Whose figures are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All functions of real accounts together.
    #[default]
    All,
    /// All functions of demo accounts together.
    Demo,
    /// All functions of one account, by its id.
    Account(String),
    /// One function.
    Function(FunctionId),
}

impl Scope {
    /// Whether it is made-up data.
    pub fn is_demo(&self) -> bool {
        match self {
            Self::All => false,
            Self::Demo => true,
            Self::Account(id) => id.starts_with(DEMO_ACCOUNT_PREFIX),
            Self::Function(id) => id.as_str().starts_with(DEMO_FUNCTION_PREFIX),
        }
    }
}

impl From<&FunctionId> for Scope {
    fn from(id: &FunctionId) -> Self {
        Self::Function(id.clone())
    }
}

/// The scopes that one function's figures count into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FunctionScopes {
    pub(crate) function: i64,
    pub(crate) account: i64,
    pub(crate) all: i64,
}

/// The scopes of functions that were met before. A function never changes its account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scopes(Arc<RwLock<HashMap<FunctionId, FunctionScopes>>>);

impl Scopes {
    pub(crate) fn get(&self, id: &FunctionId) -> Option<FunctionScopes> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    /// Forgets all of them, since some were removed.
    pub(crate) fn forget(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The scopes of these functions, making those that are not there. To be called outside a transaction: what
    /// it makes must stay, since it is remembered. `named` tells a name for a function that no catalogue has.
    pub(crate) async fn resolve(
        &self,
        connection: &mut SqliteConnection,
        named: &[(&FunctionId, &str)],
    ) -> Result<HashMap<FunctionId, FunctionScopes>> {
        let mut found = HashMap::new();
        for (id, name) in named.iter().copied() {
            if found.contains_key(id) {
                continue;
            }
            let scopes = if let Some(scopes) = self.get(id) {
                scopes
            } else {
                let scopes = find_or_make(connection, id, name).await?;
                self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), scopes);
                scopes
            };
            found.insert(id.clone(), scopes);
        }
        Ok(found)
    }
}

async fn find_or_make(
    connection: &mut SqliteConnection,
    id: &FunctionId,
    name: &str,
) -> Result<FunctionScopes> {
    let id = id.as_str();
    let stored = sqlx::query!("SELECT name, account FROM functions WHERE id = ?", id)
        .fetch_optional(&mut *connection)
        .await?;
    let (name, account) = stored.map_or_else(
        || (name.to_owned(), LOCAL_ACCOUNT.to_owned()),
        |function| (function.name, function.account),
    );
    put(connection, "function", id, &account, &name).await?;
    let stored = sqlx::query!("SELECT key, account FROM scopes WHERE kind = 'function' AND id = ?", id)
        .fetch_one(&mut *connection)
        .await?;
    let account = stored.account;
    sqlx::query!(
        "INSERT INTO scopes (kind, id, account, name)
         SELECT 'account', ?1, ?1, COALESCE((SELECT name FROM accounts WHERE id = ?1), ?1)
         ON CONFLICT (kind, id) DO NOTHING",
        account
    )
    .execute(&mut *connection)
    .await?;
    let account_key =
        sqlx::query_scalar!("SELECT key FROM scopes WHERE kind = 'account' AND id = ?", account)
            .fetch_one(connection)
            .await?;
    let all = if account.starts_with(DEMO_ACCOUNT_PREFIX) { ALL_DEMO } else { ALL_REAL };
    Ok(FunctionScopes { function: stored.key, account: account_key, all })
}

/// Makes a scope, or gives it a new name.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    kind: &str,
    id: &str,
    account: &str,
    name: &str,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO scopes (kind, id, account, name) VALUES (?, ?, ?, ?)
         ON CONFLICT (kind, id) DO UPDATE SET name = excluded.name",
        kind,
        id,
        account,
        name
    )
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    /// The key of a scope; none while nothing was ever kept under it.
    pub(crate) async fn scope_key(&self, scope: &Scope) -> Result<Option<i64>> {
        let (kind, id) = match scope {
            Scope::All => return Ok(Some(ALL_REAL)),
            Scope::Demo => return Ok(Some(ALL_DEMO)),
            Scope::Account(id) => ("account", id.as_str()),
            Scope::Function(id) => match self.scopes().get(id) {
                Some(scopes) => return Ok(Some(scopes.function)),
                None => ("function", id.as_str()),
            },
        };
        Ok(sqlx::query_scalar!(
            r#"SELECT key AS "key!: i64" FROM scopes WHERE kind = ? AND id = ?"#,
            kind,
            id
        )
        .fetch_optional(self.reader())
        .await?)
    }

    /// A condition on a column with keys of functions that holds for the functions of a scope: nothing where no
    /// function is left out, so that a ledger without a demo pays nothing for it.
    pub(crate) async fn keys_condition(&self, column: &str, scope: &Scope) -> Result<String> {
        let (others, word) = match scope {
            Scope::All => (&Scope::Demo, "NOT IN"),
            scope => (scope, "IN"),
        };
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT s.key FROM scopes s WHERE ");
        push_functions(&mut query, others);
        let keys: Vec<i64> = query.build_query_scalar().fetch_all(self.reader()).await?;
        if keys.is_empty() && *scope == Scope::All {
            return Ok(String::new());
        }
        let keys: Vec<String> = keys.iter().map(i64::to_string).collect();
        Ok(format!(" AND {column} {word} ({})", keys.join(", ")))
    }

    pub(crate) async fn function_key(&self, id: &FunctionId) -> Result<Option<i64>> {
        self.scope_key(&Scope::Function(id.clone())).await
    }
}

/// A condition on the columns of `scopes s` that holds for the functions of a scope, and what has to be bound
/// after it.
pub(crate) fn functions_of(scope: &Scope) -> (&'static str, Option<&str>) {
    match scope {
        Scope::All => ("s.kind = 'function' AND s.account NOT GLOB 'demo*'", None),
        Scope::Demo => ("s.kind = 'function' AND s.account GLOB 'demo*'", None),
        Scope::Account(id) => ("s.kind = 'function' AND s.account = ", Some(id)),
        Scope::Function(id) => ("s.kind = 'function' AND s.id = ", Some(id.as_str())),
    }
}

/// Pushes that condition with what is bound.
pub(crate) fn push_functions(query: &mut QueryBuilder<Sqlite>, scope: &Scope) {
    let (condition, id) = functions_of(scope);
    query.push(condition);
    if let Some(id) = id {
        query.push_bind(id.to_owned());
    }
}

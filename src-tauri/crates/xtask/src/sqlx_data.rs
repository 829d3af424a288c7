//! The checked queries of the ledger: `.sqlx/` at the root. Owns writing and comparing them; needs neither
//! a database server nor sqlx-cli.

use crate::{Mode, cargo, must_pass, report};
use anyhow::{Context, Result, bail, ensure};
use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const STORE: &str = "src-tauri/crates/hearth-store";
const COMMITTED: &str = ".sqlx";

pub(crate) fn run(root: &Path, mode: Mode) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let database = scratch.path().join("queries.db");
    let written = scratch.path().join("sqlx");
    fs::create_dir_all(&written)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(migrate(&database, &root.join(STORE).join("migrations")))?;

    touch(root)?;
    let checked = must_pass(
        cargo(root)
            .args(["check", "--quiet", "-p", "hearth-store", "--all-targets"])
            .env("DATABASE_URL", format!("sqlite:{}", database.display()))
            .env("SQLX_OFFLINE", "false")
            .env("SQLX_OFFLINE_DIR", &written),
    );
    // The next build must look at the committed queries again.
    touch(root)?;
    checked?;

    let fresh = read(&written)?;
    ensure!(!fresh.is_empty(), "no checked query was found in {STORE}");
    let committed = root.join(COMMITTED);
    let old = read(&committed)?;
    match mode {
        Mode::Write => write(&committed, &old, &fresh),
        Mode::Check if old == fresh => {
            report(&format!("{} checked queries are up to date", fresh.len()));
            Ok(())
        }
        Mode::Check => bail!("{COMMITTED} is out of date: run `cargo xtask sqlx` and commit it"),
    }
}

async fn migrate(database: &Path, migrations: &Path) -> Result<()> {
    let mut connection =
        SqliteConnectOptions::new().filename(database).create_if_missing(true).connect().await?;
    Migrator::new(migrations).await?.run(&mut connection).await.context("the migrations do not run")?;
    sqlx::Connection::close(connection).await?;
    Ok(())
}

/// Makes cargo expand the queries again: it does not see that the database behind them has changed.
fn touch(root: &Path) -> Result<()> {
    let path = root.join(STORE).join("src/lib.rs");
    // Writing the same text again dates the file anew.
    let text = fs::read(&path).with_context(|| format!("{}", path.display()))?;
    fs::write(&path, text)?;
    Ok(())
}

fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("query-") {
            files.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    Ok(files)
}

fn write(folder: &Path, old: &BTreeMap<String, String>, fresh: &BTreeMap<String, String>) -> Result<()> {
    fs::create_dir_all(folder)?;
    for stale in old.keys().filter(|name| !fresh.contains_key(*name)) {
        fs::remove_file(folder.join(stale))?;
    }
    for (name, text) in fresh {
        fs::write(folder.join(name), text)?;
    }
    report(&format!("{} checked queries written to {COMMITTED}", fresh.len()));
    Ok(())
}

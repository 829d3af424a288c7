//! Looking after the ledger: its size, its check, its copies. Must not know tables.

use crate::api::{
    Empty, LedgerCheck, LedgerChecked, LedgerExported, LedgerFile, LedgerImported, LedgerInfo,
    LedgerVacuumed, Settings,
};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::HearthEvent;
use hearth_store::Retention;
use std::path::{Path, PathBuf};

/// How long the settings say that things are kept.
pub(crate) fn retention(settings: &Settings) -> Retention {
    Retention {
        raw_days: settings.raw_days,
        max_ledger_mb: u64::from(settings.max_ledger_mb),
        rollup_days: settings.rollup_days,
    }
}

pub(crate) async fn info(app: &App, _request: Empty) -> Result<LedgerInfo> {
    let storage = app.store().storage().await?;
    let settings = app.settings();
    Ok(LedgerInfo {
        path: app.data_dir().join("ledger.db").display().to_string(),
        file_bytes: storage.file_bytes,
        free_bytes: storage.free_bytes,
        invocations: storage.invocations,
        raw_from_us: storage.raw_from,
        deleted_invocations: storage.deleted_invocations,
        deleted_log_lines: storage.deleted_log_lines,
        unindexed_lines: storage.unindexed_lines,
        keeps: format!(
            "calls and logs {} days or up to {} MB, charts and costs {} days",
            settings.raw_days, settings.max_ledger_mb, settings.rollup_days
        ),
        recording_problem: app.store().problem(),
    })
}

pub(crate) async fn check(app: &App, request: LedgerCheck) -> Result<LedgerChecked> {
    if request.rebuild {
        app.store().rebuild().await?;
    }
    let report = app.store().check().await?;
    Ok(LedgerChecked {
        ok: report.problems.is_empty(),
        problems: report.problems,
        days: report.days,
        invocations: report.invocations,
    })
}

pub(crate) async fn vacuum(app: &App, _request: Empty) -> Result<LedgerVacuumed> {
    let before_bytes = app.store().storage().await?.file_bytes;
    let deleted = app.store().retain(&retention(&app.settings())).await?;
    let (_, after_bytes) = app.store().vacuum().await?;
    Ok(LedgerVacuumed {
        before_bytes,
        after_bytes,
        deleted_invocations: deleted.invocations,
        deleted_log_lines: deleted.log_lines,
    })
}

pub(crate) async fn export(app: &App, request: LedgerFile) -> Result<LedgerExported> {
    let path = whole_path(&request.path)?;
    let bytes = app.store().export(&path).await?;
    Ok(LedgerExported { path: request.path, bytes })
}

pub(crate) async fn import(app: &App, request: LedgerFile) -> Result<LedgerImported> {
    let path = whole_path(&request.path)?;
    let imported = app.store().import(&path).await?;
    app.tell(HearthEvent::FunctionsChanged { name: String::new() });
    Ok(LedgerImported {
        functions: imported.functions,
        invocations: imported.invocations,
        log_lines: imported.log_lines,
        hours: imported.hours,
    })
}

fn whole_path(path: &str) -> Result<PathBuf> {
    if Path::new(path).is_absolute() {
        return Ok(PathBuf::from(path));
    }
    let message = format!("`{path}` is not a whole path");
    Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint("Begin it at the root of the disk."))
}

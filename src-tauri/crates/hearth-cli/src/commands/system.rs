//! `info` and `settings`.

use crate::arguments::ChangeSettings;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words::{self, UNKNOWN};
use hearth_core::api::{AppInfo, Empty, MemoryLimit, Settings};
use hearth_host::Caller;
use hearth_model::Micros;

pub(super) async fn info(caller: &Caller, output: &mut Output) -> Result<Ended, Failure> {
    let info: AppInfo = caller.ask("app_info", Empty {}).await?;
    if output.is_json() {
        output.document(&info)?;
        return Ok(Ended::Well);
    }
    output.line(&format!("Hearth {}, process {}", info.version, info.owner_pid))?;
    output.line(&format!("  data     {}", info.data_dir))?;
    output.line(&format!("  prices   AWS {}, {}", info.price_region, info.price_date))?;
    output.line(&format!("  servers  {}, {} now", info.servers, words::bytes(info.servers_memory_bytes)))?;
    output.line(&match (info.memory_limit, &info.memory_limit_reason) {
        (MemoryLimit::Cgroup, _) => "  memory   limits are held by the kernel (cgroup v2)".to_owned(),
        (MemoryLimit::Sampled, None) => "  memory   limits are held by sampling every 20 ms".to_owned(),
        (MemoryLimit::Sampled, Some(reason)) => {
            format!("  memory   limits are held by sampling every 20 ms: {reason}")
        }
    })?;
    if let Some(problem) = &info.recording_problem {
        output.aside(&format!("Recording has stopped: {problem}"), Tone::Bad);
    }
    let mut table = Table::new(&[("Runtime", Side::Left), ("Version", Side::Left), ("Where", Side::Left)]);
    for engine in info.engines {
        let place = if engine.available {
            engine.path.unwrap_or_else(|| "inside Hearth".to_owned())
        } else {
            engine.reason.unwrap_or_else(|| "not on this computer".to_owned())
        };
        let tone = if engine.available { Tone::Plain } else { Tone::Odd };
        table.row(vec![
            cell(engine.runtime, Tone::Strong),
            engine.version.unwrap_or_else(|| UNKNOWN.to_owned()).into(),
            cell(place, tone),
        ]);
    }
    table.print(output)?;
    Ok(Ended::Well)
}

pub(super) async fn settings(
    caller: &Caller,
    change: &ChangeSettings,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let before: Settings = caller.ask("settings_get", Empty {}).await?;
    let mut wanted = before.clone();
    if let Some(seconds) = change.keep_alive {
        wanted.keep_alive_us = Micros::from_seconds(i64::from(seconds));
    }
    if let Some(milliseconds) = change.freeze_after {
        wanted.freeze_after_us = Micros(i64::from(milliseconds) * 1_000);
    }
    if let Some(most) = change.concurrency {
        wanted.default_concurrency = most;
    }
    if let Some(region) = &change.price_region {
        wanted.price_region.clone_from(region);
    }
    if let Some(folder) = &change.events_folder {
        wanted.events_folder = match folder.as_str() {
            "" => None,
            // As the owner of the data folder sees it, whose working folder may be another one.
            folder => Some(std::path::absolute(folder)?.to_string_lossy().into_owned()),
        };
    }
    for (change, setting) in [
        (change.raw_days, &mut wanted.raw_days),
        (change.max_ledger_mb, &mut wanted.max_ledger_mb),
        (change.rollup_days, &mut wanted.rollup_days),
    ] {
        *setting = change.unwrap_or(*setting);
    }
    let now = if wanted == before { before } else { caller.ask("settings_set", wanted).await? };
    if output.is_json() {
        output.document(&now)?;
        return Ok(Ended::Well);
    }
    output.line(&format!("keep-alive    {}", words::duration(now.keep_alive_us)))?;
    output.line(&format!("freeze after  {}", words::duration(now.freeze_after_us)))?;
    output.line(&format!("concurrency   {}", now.default_concurrency))?;
    output.line(&format!("price region  {}", now.price_region))?;
    let folder = now.events_folder.as_deref().unwrap_or("none chosen");
    output.line(&format!("events        {folder}"))?;
    output.line(&format!("calls, logs   {} days, or {} MB", now.raw_days, now.max_ledger_mb))?;
    output.line(&format!("charts        {} days", now.rollup_days))?;
    Ok(Ended::Well)
}

//! Calls of functions in accounts, from the logs that the account keeps into the ledger: what came since the last
//! reading, stretch by stretch, each stored with how far it goes. Owns the catalogue's entry of such a function. Must not
//! know what lines say.

use super::Clouds;
use super::environments::calls::{rows, same_within};
use super::environments::{may_tell, rebuild};
use super::functions::location;
use super::sync::AGAIN;
use crate::api::{CallsRead, CloudFunctionName};
use crate::{App, ErrorCode, Result};
use hearth_cloud::pace::Rate;
use hearth_cloud::{
    Account, Capability, CloudFunction, Fault, FaultKind, FunctionAddress, LogRow, LogsRequest, Provider,
};
use hearth_model::{CodePackage, FunctionId, FunctionRecord, HearthEvent, Invocation, Micros};
use hearth_store::{LogCursor, Seen};

/// How far back the first reading of a log goes.
const FIRST: Micros = Micros::from_seconds(24 * 3_600);
/// How far a reading goes back behind the last one: the longest that a call of Lambda may take, and a minute for lines
/// that come late.
const OVERLAP: Micros = Micros::from_seconds(16 * 60);
/// Pages of one stretch; a stretch with more is cut in halves, so that what is in memory has a limit.
const MOST_PAGES: u32 = 40;
/// A stretch that is not cut any more.
const SHORTEST: Micros = Micros::from_seconds(60);
/// Lines of a page; each vendor gives as many as it likes to.
const PAGE: u32 = 10_000;
/// Requests for logs in a second for each account; AWS allows five in its smallest regions.
pub(crate) const LOGS_PER_SECOND: u32 = 4;

/// What reading one log brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Brought {
    pub(crate) calls: u32,
    pub(crate) from: Micros,
    pub(crate) to: Micros,
}

/// One function whose log is read.
#[derive(Clone, Copy)]
pub(crate) struct Log<'a> {
    pub(crate) account: &'a Account,
    pub(crate) provider: &'a dyn Provider,
    pub(crate) function: &'a CloudFunction,
    pub(crate) rate: &'a Rate,
}

/// Reads the log of one function, asked for by a person.
pub(crate) async fn read_one(app: &App, request: CloudFunctionName) -> Result<CallsRead> {
    let account = Clouds::account(app, &request.account).await?;
    let provider = Clouds::open(app, &account).await?;
    if !provider.capabilities().can(Capability::Logs) || account.sign_in == hearth_cloud::SignIn::Local {
        return Err(crate::ApiError::new(
            ErrorCode::InvalidInput,
            format!("the account `{}` has no logs to read calls from", account.name),
        )
        .with_hint("Calls on this computer are in the ledger already."));
    }
    let address = FunctionAddress::new(location(&account, request.region.as_deref()), &request.name);
    let api_error = |fault| super::api_error(&account, fault);
    let standing = provider.standing(&address).await.map_err(api_error)?;
    let rate = Rate::per_second(LOGS_PER_SECOND);
    let log =
        Log { account: &account, provider: provider.as_ref(), function: &standing.function, rate: &rate };
    let brought = read(app, log).await.map_err(api_error)?;
    Ok(CallsRead { function: id_of(log).0, calls: brought.calls, from_us: brought.from, to_us: brought.to })
}

/// Reads what came since the last reading. What was read is stored, also when a later stretch fails.
pub(crate) async fn read(app: &App, log: Log<'_>) -> hearth_cloud::Result<Brought> {
    let address = &log.function.address;
    let (account, now) = (log.account.id.as_str(), app.now());
    let before = app.store().log_cursor(account, &address.location, &address.name).await.map_err(kept)?;
    let from = match &before {
        Some(cursor) => Micros(cursor.read_to_us.0.saturating_sub(OVERLAP.0)),
        None => Micros(now.0.saturating_sub(FIRST.0)),
    };
    let mut calls = 0_u32;
    let mut record = None;
    let mut newest: Option<Invocation> = None;
    let mut carried: Vec<LogRow> = Vec::new();
    let (mut at, mut length) = (from, Micros((now.0 - from.0).max(1)));
    while at < now {
        let to = Micros(at.0.saturating_add(length.0).min(now.0));
        let Some(lines) = stretch(log, at, to, length > SHORTEST).await? else {
            length = Micros((length.0 / 2).max(SHORTEST.0));
            continue;
        };
        carried.extend(lines);
        let seen = rebuild(carried.clone());
        // A function that was never called is in the inventory and needs no entry among those with a history.
        if !seen.is_empty() && record.is_none() {
            record = Some(catalogued(app, log).await.map_err(kept)?);
        }
        let (told, environments) = record.as_ref().map(|record| rows(record, &seen)).unwrap_or_default();
        let told = Seen {
            calls: told,
            environments,
            same_within: same_within(&log.account.provider),
            cursor: LogCursor {
                account: account.to_owned(),
                location: address.location.clone(),
                name: address.name.clone(),
                read_to_us: to,
                read_us: now,
            },
        };
        let mut fresh = app.store().ingest_seen(&told).await.map_err(kept)?;
        calls = calls.saturating_add(u32::try_from(fresh.len()).unwrap_or(u32::MAX));
        newest = fresh.pop().or(newest);
        carried.retain(|row| row.at_us.0 >= to.0 - OVERLAP.0);
        at = to;
    }
    if let Some(invocation) = newest {
        // What an account spent is known now, and its budget may be spent with it.
        app.budgets().wake();
        // One is enough for who shows calls to ask again; a day may have told thousands.
        app.tell(HearthEvent::InvocationFinished { invocation });
        app.tell(HearthEvent::FunctionsChanged { name: id_of(log).0 });
    }
    Ok(Brought { calls, from, to: now })
}

/// The lines of the platform between two instants; none when there are too many pages and the stretch may be cut.
async fn stretch(
    log: Log<'_>,
    from: Micros,
    to: Micros,
    may_cut: bool,
) -> hearth_cloud::Result<Option<Vec<LogRow>>> {
    let (mut lines, mut pages, mut cursor) = (Vec::new(), 0, None);
    loop {
        let request = LogsRequest {
            since_us: Some(from),
            // A millisecond more: vendors take the end out, and some round it down.
            until_us: Some(Micros(to.0.saturating_add(1_000))),
            filter: None,
            cursor: cursor.take(),
            limit: PAGE,
        };
        let page = AGAIN
            .ask(super::sync::chance, || async {
                log.rate.turn().await;
                log.provider.logs(&log.function.address, &request).await
            })
            .await?;
        lines.extend(page.items.into_iter().filter(|row| may_tell(&row.text)));
        pages += 1;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(Some(lines));
        }
        if pages >= MOST_PAGES && may_cut {
            return Ok(None);
        }
    }
}

fn id_of(log: Log<'_>) -> FunctionId {
    let address = &log.function.address;
    FunctionId::in_account(log.account.id.as_str(), &address.location, &address.name)
}

/// The function as the catalogue has it, with a new version when it was changed since the last reading.
async fn catalogued(app: &App, log: Log<'_>) -> hearth_store::Result<FunctionRecord> {
    let (account, function) = (log.account, log.function);
    let store = app.store();
    store.put_account(account.id.as_str(), &account.name, &account.provider).await?;
    let id = id_of(log);
    let known = store.functions_of_accounts(Some(&id)).await?.into_iter().next();
    let now = app.now();
    let changed_us = function.changed_us.unwrap_or(now);
    let record = FunctionRecord {
        account: account.id.0.clone(),
        region: function.address.location.clone(),
        name: function.address.name.clone(),
        version: known.as_ref().map_or(1, |known| known.version.saturating_add(1)),
        configuration: function.configuration.clone(),
        // No package of this computer: its code is in the account, and only its hash is known.
        code: CodePackage {
            sha256: format!("account:{}", function.code_hash),
            size_bytes: function.code_bytes,
            files: 0,
        },
        created_us: known.as_ref().map_or(changed_us, |known| known.created_us),
        deployed_us: changed_us.min(now),
        deleted_us: None,
        id,
    };
    match known {
        Some(known)
            if known.deleted_us.is_none()
                && known.configuration == record.configuration
                && known.code.sha256 == record.code.sha256 =>
        {
            Ok(known)
        }
        _ => {
            store.put_function(&record, "read from the account").await?;
            Ok(record)
        }
    }
}

fn kept(error: hearth_store::Error) -> Fault {
    Fault::new(FaultKind::Other, "writing to the ledger", error.to_string())
}

//! Live logs of functions of accounts. Owns their sessions: a vendor bills them by the minute, so that one ends when its
//! time is over, when a person stops it, and when nobody has said for a while that somebody still looks.

use super::by_use::{TAIL_MINUTE, check};
use super::own_requests::LIVE_TAIL;
use super::{api_error, functions};
use crate::api::{ByUse, LiveTail, LiveTailName, LiveTailStart};
use crate::{ApiError, App, ErrorCode, Result};
use futures_util::StreamExt as _;
use hearth_cloud::{Account, LiveLines, LogRow};
use hearth_cost::Decimal;
use hearth_model::{CloudPiece, HearthEvent, Micros, RequestId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// A session that nobody looks at any more ends after this time.
const UNSEEN: Duration = Duration::from_secs(45);
/// Longest that AWS lets a session go on.
const LONGEST_MINUTES: u32 = 180;
const MINUTE_US: i64 = 60_000_000;

/// The sessions, by the id that their caller chose; those that ended stay until the next one begins.
#[derive(Default)]
pub(crate) struct Tails(Mutex<HashMap<RequestId, Arc<Session>>>);

struct Session {
    stop: CancellationToken,
    now: Mutex<State>,
}

struct State {
    tail: LiveTail,
    /// When somebody looked last.
    seen: Instant,
}

impl Session {
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How it stands at `now`.
    fn tail(&self, now: Micros) -> LiveTail {
        self.change(|state| {
            if state.tail.ended.is_none() {
                bill(&mut state.tail, now);
            }
            state.tail.clone()
        })
    }
}

/// Begun minutes count whole.
fn bill(tail: &mut LiveTail, now: Micros) {
    let ran = (now.0 - tail.since_us.0).max(1);
    tail.minutes = u32::try_from((ran + MINUTE_US - 1) / MINUTE_US).unwrap_or(u32::MAX);
    tail.usd = (TAIL_MINUTE * Decimal::from(tail.minutes)).normalize().to_string();
}

impl Tails {
    fn find(&self, id: &RequestId) -> Result<Arc<Session>> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        found.ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("there is no live log `{id}`")))
    }

    /// Ends all of them.
    pub(crate) fn end(&self) {
        for session in self.0.lock().unwrap_or_else(PoisonError::into_inner).values() {
            session.stop.cancel();
        }
    }

    fn add(&self, id: RequestId, session: Arc<Session>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, other| other.change(|state| state.tail.ended.is_none()));
        all.insert(id, session);
    }
}

pub(crate) async fn start(app: &App, request: LiveTailStart) -> Result<LiveTail> {
    if !(1..=LONGEST_MINUTES).contains(&request.minutes) {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("a live log can go on for 1 to {LONGEST_MINUTES} minutes, not for {}", request.minutes),
        ));
    }
    check(ByUse::LiveTail, request.agreed)?;
    let (account, address, provider) = functions::open(app, &request.function).await?;
    let lines = provider
        .tail(&address, request.filter.as_deref())
        .await
        .map_err(|fault| api_error(&account, fault))?;
    let since_us = app.now();
    let mut tail = LiveTail {
        run_id: request.run_id.clone(),
        since_us,
        until_us: Micros(since_us.0 + i64::from(request.minutes) * MINUTE_US),
        ended: None,
        lines: 0,
        minutes: 0,
        usd: String::new(),
    };
    bill(&mut tail, since_us);
    let session = Arc::new(Session {
        stop: CancellationToken::new(),
        now: Mutex::new(State { tail: tail.clone(), seen: Instant::now() }),
    });
    app.clouds().tails.add(request.run_id.clone(), Arc::clone(&session));
    let longest = Duration::from_secs(u64::from(request.minutes) * 60);
    let teller = app.clone();
    app.tasks().spawn(async move {
        let ended = tokio::select! {
            () = session.stop.cancelled() => "stopped".to_owned(),
            () = teller.ending().cancelled() => "Hearth ended".to_owned(),
            () = tokio::time::sleep(longest) => "its time is over".to_owned(),
            () = unseen(&session) => "nobody looked at it any more".to_owned(),
            ended = carry(&teller, &account, lines, &session, &request.run_id) => ended,
        };
        let now = teller.now();
        session.change(|state| {
            bill(&mut state.tail, now);
            state.tail.ended = Some(ended);
            let (service, operation) = LIVE_TAIL;
            let own = teller.clouds().tally.of(&account.id);
            own.billed(&address.location, service, operation, u64::from(state.tail.minutes));
        });
        tell(&teller, &request.run_id, Vec::new(), true);
    });
    Ok(tail)
}

/// Says that somebody still looks.
pub(crate) async fn renew(app: &App, request: LiveTailName) -> Result<LiveTail> {
    let session = app.clouds().tails.find(&request.run_id)?;
    session.change(|state| state.seen = Instant::now());
    Ok(session.tail(app.now()))
}

pub(crate) async fn stop(app: &App, request: LiveTailName) -> Result<LiveTail> {
    let session = app.clouds().tails.find(&request.run_id)?;
    session.stop.cancel();
    Ok(session.tail(app.now()))
}

/// Waits until nobody has looked for too long.
async fn unseen(session: &Session) {
    loop {
        let until = session.change(|state| state.seen) + UNSEEN;
        if until <= Instant::now() {
            return;
        }
        sleep_until(until).await;
    }
}

/// Hands lines on until the vendor ends it, and answers why.
async fn carry(
    app: &App,
    account: &Account,
    mut lines: LiveLines,
    session: &Session,
    run_id: &RequestId,
) -> String {
    loop {
        match lines.next().await {
            Some(Ok(rows)) if rows.is_empty() => {}
            Some(Ok(rows)) => {
                let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
                session.change(|state| state.tail.lines = state.tail.lines.saturating_add(count));
                tell(app, run_id, rows, false);
            }
            Some(Err(fault)) => return api_error(account, fault).message,
            None => return "the vendor ended it".to_owned(),
        }
    }
}

fn tell(app: &App, run_id: &RequestId, rows: Vec<LogRow>, ended: bool) {
    let piece = |row: LogRow| CloudPiece { at_us: row.at_us, stream: row.stream, text: row.text };
    let pieces = rows.into_iter().map(piece).collect();
    app.tell(HearthEvent::CloudPieces { run_id: run_id.clone(), pieces, ended });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_minute_is_billed_whole() {
        let mut tail = LiveTail {
            run_id: RequestId::from("one"),
            since_us: Micros(0),
            until_us: Micros(10 * MINUTE_US),
            ended: None,
            lines: 0,
            minutes: 0,
            usd: String::new(),
        };
        for (ran_us, minutes, usd) in
            [(0, 1, "0.01"), (MINUTE_US, 1, "0.01"), (MINUTE_US + 1, 2, "0.02"), (10 * MINUTE_US, 10, "0.1")]
        {
            bill(&mut tail, Micros(ran_us));
            assert_eq!((tail.minutes, tail.usd.as_str()), (minutes, usd), "{ran_us}");
        }
    }
}

//! Lines of Google and Azure: an instance has lines for its start and one line for each request, as the vendors' crates
//! write them. Must not know AWS.

use super::{begun, is_id, micros};
use crate::api::{SeenCall, SeenEnvironment};
use hearth_cloud::LogRow;
use hearth_cost::Decimal;
use hearth_model::Micros;

/// How the line begins with which Google starts an instance.
pub(super) const STARTS_ON_GOOGLE: &str = "Starting new instance. ";

/// Whether a line may say something.
pub(super) fn may_tell(text: &str) -> bool {
    text.starts_with(STARTS_ON_GOOGLE)
        || (text.contains(" STARTUP ") && text.contains(" probe succeeded after "))
        || ["REQUEST ", "Initializing Host", "Host started ("].iter().any(|prefix| text.starts_with(prefix))
}

pub(super) fn read(seen: &mut SeenEnvironment, row: &LogRow, text: &str) {
    read_google(seen, row, text);
    read_azure(seen, row.at_us, text);
}

/// `Initializing Host…`, `Host started (412ms)`, `REQUEST ID NAME 12.5 ms result 200`.
fn read_azure(seen: &mut SeenEnvironment, at: Micros, text: &str) {
    if text.starts_with("Initializing Host") {
        seen.init_started_us = Some(at);
    } else if let Some(rest) = text.strip_prefix("Host started (") {
        let milliseconds = rest.split_once("ms)").and_then(|(number, _)| number.trim().parse().ok());
        seen.init_us = milliseconds.map(micros);
    } else if let Some((before, result)) =
        text.strip_prefix("REQUEST ").and_then(|rest| rest.rsplit_once(" ms result "))
        && let Some((id, rest)) = before.split_once(' ')
        && let Some(duration) = rest.rsplit(' ').next().and_then(|number| number.parse().ok())
        && is_id(id)
    {
        let duration_us = micros(duration);
        let cold = seen.calls.is_empty() && seen.init_us.is_some();
        let again = seen.calls.iter().any(|call| call.request_id == id && call.started_us == Some(at));
        if !again {
            seen.calls.push(SeenCall {
                duration_us: Some(duration_us),
                reported_us: Some(Micros(at.0.saturating_add(duration_us.0))),
                cold,
                // The host starts before it takes the request, so its init is no part of the duration.
                init_us: seen.init_us.filter(|_| cold),
                ..answered(begun(id.to_owned(), Some(at)), result.trim())
            });
        }
    }
}

/// A line of Cloud Run, or a request as `hearth-google` writes it: `REQUEST id=T POST / 200 in 12.345 ms`, at its
/// beginning.
fn read_google(seen: &mut SeenEnvironment, row: &LogRow, text: &str) {
    if text.starts_with(STARTS_ON_GOOGLE) {
        seen.init_started_us = Some(row.at_us);
    } else if text.contains(" STARTUP ") && text.contains(" probe succeeded after ") {
        let started = seen.init_started_us.filter(|_| seen.init_us.is_none());
        seen.init_us = seen.init_us.or(started.map(|started| Micros(row.at_us.0 - started.0)));
    } else if let Some((head, took)) =
        text.strip_prefix("REQUEST id=").and_then(|rest| rest.rsplit_once(" in "))
        && let (Some(id), Some(status), Some(took)) = (
            head.split(' ').next(),
            head.rsplit(' ').next(),
            took.strip_suffix(" ms").and_then(|took| took.parse::<Decimal>().ok()),
        )
    {
        // A request that nobody named is still a call, and requests of one trace are calls of their own.
        let id = if id.is_empty() { &row.id } else { id };
        if !is_id(id) {
            return;
        }
        let took = micros(took);
        let known = seen.calls.iter().position(|call| call.request_id == id && call.line == row.id);
        let place = known.unwrap_or_else(|| {
            seen.calls.push(SeenCall { line: row.id.clone(), ..begun(id.to_owned(), None) });
            seen.calls.len() - 1
        });
        let call = &mut seen.calls[place];
        call.started_us = Some(row.at_us);
        call.reported_us = Some(Micros(row.at_us.0.saturating_add(took.0)));
        call.duration_us = Some(took);
        *call = answered(call.clone(), status);
    }
}

/// What a status of HTTP says of the function. An answer that blames the caller is the function's own and no failure.
fn answered(call: SeenCall, status: &str) -> SeenCall {
    let code = status.parse::<u16>().unwrap_or_default();
    SeenCall {
        timed_out: code == 504,
        refused: code == 429,
        failed: (500..600).contains(&code) && code != 504,
        error_type: (code >= 500).then(|| format!("HTTP {code}")),
        ..call
    }
}

/// On Google a request that came before its server was ready waited for it.
pub(super) fn wait_for_init(seen: &mut SeenEnvironment) {
    let (Some(started), Some(init)) = (seen.init_started_us, seen.init_us) else { return };
    let ready = started.0.saturating_add(init.0);
    for call in &mut seen.calls {
        let waited = call.started_us.is_some_and(|at| at.0 < ready);
        call.cold |= waited;
        if waited {
            call.init_us = Some(init);
            call.waited = true;
        }
    }
}

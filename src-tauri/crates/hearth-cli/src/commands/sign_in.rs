//! `accounts sign-in`: shows what to confirm and where, waits, and cancels on Ctrl-C.

use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::signals;
use crate::words::{self, printable};
use futures_util::StreamExt as _;
use hearth_core::api::{AccountName, Empty, SignInStep, SigningIn};
use hearth_core::cloud::{Confirmation, SignInFlow};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::HearthEvent;
use serde_json::json;
use std::io::Write as _;
use std::time::Duration;

/// How often it is asked how far it is when nothing is heard.
const LOOK: Duration = Duration::from_secs(2);

pub(super) async fn sign_in(
    caller: &Caller,
    request: AccountName,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let _hearing = signals::Hearing::begin();
    let mut ending = std::pin::pin!(signals::ending());
    let mut events = caller.events().await?;
    let mut now: SigningIn = caller.ask("sign_in_begin", request).await?;
    let name = AccountName { account: now.account.clone() };
    if let SignInFlow::Tool { command, .. } = &now.flow {
        output.aside(&format!("Running {}; Ctrl-C cancels it.", command.join(" ")), Tone::Quiet);
    }
    let mut shown = Shown::default();
    let mut look = tokio::time::interval(LOOK);
    loop {
        shown.show(&now, output);
        match &now.step {
            SignInStep::Beginning | SignInStep::Waiting { .. } => {}
            SignInStep::Done => return done(&now, output),
            SignInStep::Failed { error } => return Err(error.clone().into()),
            SignInStep::Cancelled => {
                let message = format!("signing in to `{}` was cancelled", now.name);
                return Err(ApiError::new(ErrorCode::SignIn, message).into());
            }
        }
        tokio::select! {
            () = &mut ending => now = caller.ask("sign_in_cancel", name.clone()).await?,
            batch = events.next() => {
                let Some(batch) = batch else {
                    return Err(ApiError::new(ErrorCode::Network, "Hearth ended before the sign-in did").into());
                };
                let is_news = |event: &HearthEvent| matches!(event, HearthEvent::SignInChanged);
                if batch.lagged || batch.events.iter().any(is_news) {
                    now = ask(caller, now).await?;
                }
            }
            _ = look.tick() => now = ask(caller, now).await?,
        }
    }
}

async fn ask(caller: &Caller, before: SigningIn) -> Result<SigningIn, Failure> {
    let all: Vec<SigningIn> = caller.ask("sign_ins_list", Empty {}).await?;
    Ok(all.into_iter().find(|one| one.account == before.account).unwrap_or(before))
}

/// What was shown already.
#[derive(Default)]
struct Shown {
    confirmation: Option<Confirmation>,
    lines: Vec<String>,
}

impl Shown {
    fn show(&mut self, now: &SigningIn, output: &mut Output) {
        let confirmation = match &now.step {
            SignInStep::Waiting { confirmation } => confirmation.clone(),
            _ => None,
        };
        if let Some(new) = confirmation.filter(|new| self.confirmation.as_ref() != Some(new)) {
            tell(now, &new, output);
            self.confirmation = Some(new);
        }
        // The oldest lines go when there are very many; those that stand after the last one shown are new.
        let known = self.lines.last().and_then(|last| now.lines.iter().rposition(|line| line == last));
        let new =
            if now.lines.starts_with(&self.lines) { self.lines.len() } else { known.map_or(0, |at| at + 1) };
        for line in &now.lines[new..] {
            output.aside(&printable(line), Tone::Plain);
        }
        self.lines.clone_from(&now.lines);
    }
}

/// A program reads what to confirm on standard error: standard output is for how it ended.
fn tell(now: &SigningIn, confirmation: &Confirmation, output: &mut Output) {
    if output.is_json() {
        let line = json!({ "account": now.account, "confirmation": confirmation });
        writeln!(std::io::stderr(), "{line}").ok();
        return;
    }
    let page = confirmation.page_with_code.as_ref().unwrap_or(&confirmation.page);
    output.aside(&format!("Open {}", printable(page)), Tone::Strong);
    output
        .aside(&format!("and check that it shows the code {}", printable(&confirmation.code)), Tone::Strong);
    let until = words::instant(confirmation.until_us);
    output.aside(&format!("Waiting until {until}; Ctrl-C cancels it."), Tone::Quiet);
}

fn done(now: &SigningIn, output: &mut Output) -> Result<Ended, Failure> {
    if output.is_json() {
        output.document(now)?;
    } else {
        output.line(&format!("{} is signed in.", output.tone(&now.account, Tone::Strong)))?;
    }
    Ok(Ended::Well)
}

//! Signing in to accounts. Owns the sign-ins that go on, one an account, each in a task of its own that a person can
//! cancel. The vendor's crate goes through the vendor's flow, or the vendor's program does ([`tool`]); either keeps the
//! sign-in where the vendor's tools read it, and nothing of it is kept here but what a person sees.

mod tool;

use super::{Clouds, api_error};
use crate::api::{AccountName, Empty, SignInStep, SigningIn};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cloud::{Account, FaultKind, SignInFlow, SignInState, quoted};
use hearth_model::HearthEvent;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The sign-ins by account; those that are over stay until the next one of their account.
#[derive(Default)]
pub(crate) struct SignIns(Mutex<BTreeMap<String, Arc<UnderWay>>>);

struct UnderWay {
    stop: CancellationToken,
    now: watch::Sender<SigningIn>,
}

impl UnderWay {
    /// Changes what is seen and says so.
    fn change(&self, app: &App, change: impl FnOnce(&mut SigningIn)) {
        self.now.send_modify(change);
        app.tell(HearthEvent::SignInChanged);
    }

    fn seen(&self) -> SigningIn {
        self.now.borrow().clone()
    }
}

impl SignIns {
    fn of(&self, account: &str) -> Option<Arc<UnderWay>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned()
    }

    fn all(&self) -> Vec<SigningIn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().map(|one| one.seen()).collect()
    }

    /// Takes a new one, or answers the one of its account that goes on already.
    fn take(&self, new: SigningIn) -> (Arc<UnderWay>, bool) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = all.get(&new.account)
            && !found.now.borrow().step.is_over()
        {
            return (Arc::clone(found), false);
        }
        let account = new.account.clone();
        let made = Arc::new(UnderWay { stop: CancellationToken::new(), now: watch::Sender::new(new) });
        all.insert(account, Arc::clone(&made));
        (made, true)
    }

    /// Cancels all of them.
    pub(crate) fn end(&self) {
        for one in self.0.lock().unwrap_or_else(PoisonError::into_inner).values() {
            one.stop.cancel();
        }
    }
}

pub(crate) async fn begin(app: &App, request: AccountName) -> Result<SigningIn> {
    let account = Clouds::account(app, &request.account).await?;
    let Some(flow) = app.clouds().sign_in_flow(&account) else { return Err(nothing_to_do(&account)) };
    let (one, is_new) = app.clouds().sign_ins.take(SigningIn {
        account: account.id.0.clone(),
        name: account.name.clone(),
        provider: account.provider.clone(),
        flow: flow.clone(),
        step: SignInStep::Beginning,
        began_us: app.now(),
        lines: Vec::new(),
    });
    let seen = one.seen();
    if is_new {
        app.tell(HearthEvent::SignInChanged);
        let worker = app.clone();
        app.tasks().spawn(async move {
            let ended = tokio::select! {
                biased;
                () = one.stop.cancelled() => SignInStep::Cancelled,
                () = worker.ending().cancelled() => SignInStep::Cancelled,
                went = Box::pin(go(&worker, &account, flow, &one)) => match went {
                    Ok(()) => SignInStep::Done,
                    Err(error) => SignInStep::Failed { error },
                },
            };
            // However it ended, the vendor's files may say something else now.
            worker.tell(HearthEvent::AccountsChanged);
            one.change(&worker, |now| now.step = ended);
        });
    }
    Ok(seen)
}

pub(crate) async fn list(app: &App, _request: Empty) -> Result<Vec<SigningIn>> {
    Ok(app.clouds().sign_ins.all())
}

pub(crate) async fn cancel(app: &App, request: AccountName) -> Result<SigningIn> {
    let sign_ins = &app.clouds().sign_ins;
    // The account itself may be gone from its file by now.
    let found = match sign_ins.of(&request.account) {
        Some(found) => Some(found),
        None => sign_ins.of(Clouds::account(app, &request.account).await?.id.as_str()),
    };
    let Some(one) = found else {
        return Err(ApiError::new(
            ErrorCode::NotFound,
            format!("nobody is signing in to `{}`", request.account),
        ));
    };
    one.stop.cancel();
    let over = one.now.subscribe().wait_for(|now| now.step.is_over()).await.map(|now| now.clone());
    over.map_err(|_| ApiError::internal("a sign-in stopped unexpectedly"))
}

/// Goes through the flow to its end. Dropping it ends it.
async fn go(app: &App, account: &Account, flow: SignInFlow, one: &Arc<UnderWay>) -> Result<()> {
    match flow {
        SignInFlow::Page { .. } => {
            let (teller, told) = (app.clone(), Arc::clone(one));
            let confirm = Arc::new(move |confirmation| {
                let step = SignInStep::Waiting { confirmation: Some(confirmation) };
                told.change(&teller, |now| now.step = step);
            });
            app.clouds().contacted(account);
            let signed_in = app.clouds().vendor(account).sign_in(account, confirm).await;
            signed_in.map_err(|fault| {
                let is_over = matches!(fault.kind, FaultKind::TimedOut | FaultKind::Other);
                let mut error = api_error(account, fault);
                error.sign_in = None;
                if is_over {
                    error.code = ErrorCode::SignIn;
                    error.hint = Some(format!("Begin again: {}", command(account)));
                }
                error
            })?;
        }
        SignInFlow::Tool { command, install } => {
            one.change(app, |now| now.step = SignInStep::Waiting { confirmation: None });
            tool::run(&command, &install, |line| one.change(app, |now| tool::keep(&mut now.lines, line)))
                .await?;
        }
    }
    check(app, account).await?;
    if Clouds::check_unlocked(app, account).is_ok() {
        crate::tuning::may_be_changed(app, account).await;
    }
    Ok(())
}

/// That the vendor's flow ended well says not yet that this account is the one that was signed in to.
async fn check(app: &App, account: &Account) -> Result<()> {
    let now = Clouds::account(app, account.id.as_str()).await?;
    match now.state {
        SignInState::Present | SignInState::Broken => Ok(()),
        SignInState::Expired | SignInState::Missing => Err(ApiError::new(
            ErrorCode::SignIn,
            format!("the sign-in went through, but `{}` is still not signed in", account.name),
        )
        .with_hint("Look whether it was another account or person that was signed in.")),
    }
}

fn nothing_to_do(account: &Account) -> ApiError {
    let kept = account.found_in.join(" and ");
    ApiError::new(
        ErrorCode::InvalidInput,
        format!("`{}` has no sign-in that a person can renew from here", account.name),
    )
    .with_hint(if kept.is_empty() {
        "It needs none.".to_owned()
    } else {
        format!("What it signs in with is kept in {kept}; Hearth reads it anew each time.")
    })
}

/// The command line that signs in to an account.
fn command(account: &Account) -> String {
    format!("hearth accounts sign-in {}", quoted(account.id.as_str()))
}

/// What to do when the sign-in of an account has ended; `tool` is the vendor's own way.
pub(super) fn hint(account: &Account, tool: &str) -> String {
    format!("Sign in again: {} (or with the vendor's own tool: {tool})", command(account))
}

//! Functions in accounts that are stopped: a person, or the brake where it may, limits one to 0 and a person lets go of it,
//! each time by a change that was reviewed. Owns the note of what the limit was, which is written before the change is
//! made and forgotten after it was taken back. Changes nothing in an account itself.

use super::hold::{By, limit_words, note};
use crate::api::BrakedElsewhere;
use crate::{App, Result};
use hearth_cloud::{Account, Change, FunctionAddress, Provider, SignIn};
use hearth_model::{FunctionId, HearthEvent, Micros};
use hearth_store::BrakedFunction;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How the ids of such functions begin where local ones have theirs.
const PREFIX: &str = "account ";

/// Where a function is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Spot {
    account: String,
    account_name: String,
    region: String,
    name: String,
}

impl Spot {
    fn id(&self) -> Option<FunctionId> {
        serde_json::to_string(self).ok().map(|text| FunctionId(format!("{PREFIX}{text}")))
    }

    fn is(&self, account: &str, address: &FunctionAddress) -> bool {
        self.account == account && self.region == address.location && self.name == address.name
    }
}

/// What is known of one that is stopped.
#[derive(Clone, Debug)]
pub(crate) struct Stopped {
    pub(crate) spot: Spot,
    pub(crate) former: Option<u32>,
    pub(crate) since: Micros,
    /// `person` or `brake`.
    pub(crate) by: String,
    pub(crate) reason: String,
}

/// Who pulls, and why.
#[derive(Clone, Debug)]
pub(crate) struct Pulled {
    pub(super) by: By,
    pub(super) reason: String,
}

impl Pulled {
    pub(crate) fn by_person() -> Self {
        Self { by: By::Person, reason: "a person pulled it".to_owned() }
    }
}

impl Stopped {
    /// From what was kept; none when it is a local function.
    pub(super) fn read(braked: &BrakedFunction) -> Option<Self> {
        let spot = serde_json::from_str(braked.function_id.as_str().strip_prefix(PREFIX)?).ok()?;
        Some(Self {
            spot,
            former: braked.former_concurrency,
            since: braked.pulled_us,
            by: braked.pulled_by.clone(),
            reason: braked.reason.clone(),
        })
    }

    pub(super) fn told(&self) -> BrakedElsewhere {
        let Spot { account, account_name, region, name } = self.spot.clone();
        BrakedElsewhere {
            account,
            account_name,
            region,
            function: name,
            former_concurrency: self.former,
            since_us: self.since,
            by: self.by.clone(),
            reason: self.reason.clone(),
        }
    }

    /// Whether it is this function.
    pub(super) fn is_at(&self, account: &str, address: &FunctionAddress) -> bool {
        self.spot.is(account, address)
    }

    fn words(&self) -> String {
        let Spot { account_name, region, name, .. } = &self.spot;
        format!("{name} in {account_name}, {region}")
    }
}

/// What a change that begins means for the brake.
pub(crate) enum Meant {
    /// Nothing.
    Nothing,
    /// It stops a function, and what its limit was is noted.
    Stop(Stopped),
    /// It gives one that is stopped another limit.
    Release(Stopped, Option<u32>),
    /// It deletes one that is stopped.
    Delete(Stopped),
}

/// To be asked before a change is made.
pub(crate) async fn before(
    app: &App,
    account: &Account,
    provider: &dyn Provider,
    change: &Change,
    pulled: &Pulled,
) -> Result<Meant> {
    let (address, limit) = match change {
        Change::LimitConcurrency { function, limit } => (function, Some(*limit)),
        Change::Delete { function, .. } => (function, None),
        _ => return Ok(Meant::Nothing),
    };
    if account.sign_in == SignIn::Local {
        return Ok(Meant::Nothing);
    }
    let known = {
        let seen = app.budgets().seen();
        seen.elsewhere.iter().find(|stopped| stopped.spot.is(account.id.as_str(), address)).cloned()
    };
    if limit != Some(Some(0)) {
        return Ok(match (known, limit) {
            (None, _) => Meant::Nothing,
            (Some(stopped), Some(limit)) => Meant::Release(stopped, limit),
            (Some(stopped), None) => Meant::Delete(stopped),
        });
    }
    // One that is held, or that somebody else stopped, has no other limit to bring back.
    let standing =
        provider.standing(address).await.map_err(|fault| crate::clouds::api_error(account, fault))?;
    let former = standing.function.configuration.reserved_concurrency;
    if known.is_some() || former == Some(0) {
        return Ok(Meant::Nothing);
    }
    let spot = Spot {
        account: account.id.0.clone(),
        account_name: account.name.clone(),
        region: address.location.clone(),
        name: address.name.clone(),
    };
    let stopped = Stopped {
        spot,
        former,
        since: app.now(),
        by: pulled.by.word().to_owned(),
        reason: pulled.reason.clone(),
    };
    if let Some(function_id) = stopped.spot.id() {
        let braked = BrakedFunction {
            function_id,
            name: stopped.spot.name.clone(),
            former_concurrency: former,
            version: 0,
            pulled_us: stopped.since,
            pulled_by: stopped.by.clone(),
            reason: stopped.reason.clone(),
        };
        app.store().put_braked(&braked).await?;
    }
    Ok(Meant::Stop(stopped))
}

/// To be told when it is over.
pub(crate) async fn after(app: &App, meant: Meant, done: bool) -> Result<()> {
    match (meant, done) {
        (Meant::Nothing, _) | (Meant::Release(..) | Meant::Delete(_), false) => return Ok(()),
        (Meant::Stop(stopped), false) => {
            if let Some(id) = stopped.spot.id() {
                app.store().delete_braked(&id).await?;
            }
            return Ok(());
        }
        (Meant::Stop(stopped), true) => {
            let text = format!(
                "Stopped {}: {}. It had {} and has a limit of 0 now.",
                stopped.words(),
                stopped.reason,
                limit_words(stopped.former)
            );
            let figures = json!({ "formerConcurrency": stopped.former });
            let name = stopped.spot.name.clone();
            let by = if stopped.by == By::Brake.word() { By::Brake } else { By::Person };
            app.budgets().seen().elsewhere.push(stopped);
            note(app, "pulled", by, &name, text, figures).await;
        }
        (Meant::Release(stopped, limit), true) => {
            let text = format!("Released {}: it has {} now.", stopped.words(), limit_words(limit));
            forget(app, &stopped, text).await?;
        }
        (Meant::Delete(stopped), true) => {
            let text = format!("{} was stopped and is deleted.", stopped.words());
            forget(app, &stopped, text).await?;
        }
    }
    app.tell(HearthEvent::BrakeChanged);
    Ok(())
}

/// One is not stopped any more.
async fn forget(app: &App, stopped: &Stopped, text: String) -> Result<()> {
    if let Some(id) = stopped.spot.id() {
        app.store().delete_braked(&id).await?;
    }
    app.budgets().seen().elsewhere.retain(|known| known.spot != stopped.spot);
    let figures = json!({ "formerConcurrency": stopped.former });
    note(app, "released", By::Person, &stopped.spot.name, text, figures).await;
    Ok(())
}

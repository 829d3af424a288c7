//! A function in an account as something to tune. Owns how a memory size is set there: by the reviewed change that sets
//! it by hand, with the digest of what a person saw. Must not know sizes to come, statistics or money.

use super::answer;
use super::tunable::{Measured, Setting, Tunable};
use crate::api::{TuningPlan, TuningReview};
use crate::clouds::functions::location;
use crate::clouds::{Clouds, api_error};
use crate::spending::plans::{Pricing, pricing};
use crate::{ApiError, App, ErrorCode, Result};
use bytes::Bytes;
use hearth_cloud::{
    Account, CallMode, CallRequest, Capability, Change, CloudFunction, Course, Fault, FaultKind,
    FunctionAddress, Provider, Settings, SignIn, plan_digest,
};
use hearth_cost::{Package, Plan, Rule, rule};
use hearth_model::{
    Architecture, BilledAs, FunctionId, Invocation, InvocationSource, Outcome, Phases, RequestId, ServerStart,
};
use hearth_store::PlacedFunction;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio_util::sync::CancellationToken;

/// Most calls at once: what a new account may run at the same time.
const AT_ONCE: usize = 10;

/// One function in an account.
pub(crate) struct There {
    app: App,
    account: Account,
    address: FunctionAddress,
    /// What tells that somebody gave it other code; none when only its size is put back.
    code_hash: Option<String>,
    architecture: Architecture,
    /// What was agreed to; none when only a size is put back, which was agreed to when the tuning began.
    agreed: Option<Agreed>,
    /// By what rule its plan bills a call, where no answer says what was billed.
    rule: Option<Rule>,
    /// The size that calls are to run with, and the processors that its servers have then, in thousandths; 0 where
    /// nobody says.
    set_mb: AtomicU32,
    vcpu_thousandths: AtomicU32,
}

/// A function to tune, and what a person sees before.
pub(crate) struct Reviewed {
    pub(crate) there: There,
    pub(crate) function: CloudFunction,
    pub(crate) pricing: Pricing,
    pub(crate) review: TuningReview,
}

/// Changes that a person saw.
struct Agreed {
    /// The digest of the change to each size, where that size was not set already.
    digests: BTreeMap<u32, String>,
    /// What they call.
    operations: BTreeSet<String>,
}

/// What a measurement in an account cannot say, and what it does to others.
pub(crate) fn remarks(pricing: &Pricing) -> Vec<String> {
    let plan = pricing.plan;
    let mut remarks = vec![
        "A cloud starts servers by itself: the cold calls of a size are made at the same time right after it was set. \
         Those that started a server count as cold starts, the others as warm calls."
            .to_owned(),
    ];
    if plan == Plan::LambdaOnDemand {
        remarks.push(
            "Durations, init and billed time are those of the REPORT line that AWS answers with.".to_owned(),
        );
        return remarks;
    }
    remarks.push(format!(
        "{} does not answer what it billed. Durations are those of the handler, told by the adapter that Hearth deploys \
         with it; without the adapter they are seen from here, way included, and cold starts are not told apart. Billed \
         time is computed from them by the rule of the plan, without what starting a server takes.",
        plan.words()
    ));
    if plan == Plan::CloudRunRequest {
        let unknown = if pricing.vcpu_thousandths.is_none() {
            " Now it names none: what is not named is priced as one."
        } else {
            ""
        };
        remarks.push(format!(
            "With another size Google may give other processors: a size is priced with those that it names then.{unknown}"
        ));
    }
    remarks
}

/// The account that a plan names; none for this computer.
pub(crate) async fn named(app: &App, plan: &TuningPlan) -> Result<Option<Account>> {
    let Some(named) = &plan.account else { return Ok(None) };
    let account = Clouds::account(app, named).await?;
    Ok((account.sign_in != SignIn::Local).then_some(account))
}

impl There {
    /// The function that a plan names, with the review of every change that tuning it makes.
    pub(crate) async fn reviewed(app: &App, account: Account, plan: &TuningPlan) -> Result<Reviewed> {
        let provider = Clouds::open(app, &account).await?;
        let can = provider.capabilities();
        if !can.can(Capability::Configure) || !can.can(Capability::Invoke) {
            let message = format!(
                "functions of `{}` cannot be tuned: it cannot set a size and call them",
                account.name
            );
            return Err(ApiError::new(ErrorCode::InvalidInput, message));
        }
        let address = FunctionAddress::new(location(&account, plan.region.as_deref()), &plan.name);
        let fault = |fault| api_error(&account, fault);
        let function = provider.standing(&address).await.map_err(fault)?.function;
        let original_mb = function.configuration.memory_mb;
        let pricing = billed(app, &account, &function)?;
        let (mut digests, mut calls, mut command_lines) = (BTreeMap::new(), Vec::new(), Vec::new());
        for memory_mb in plan.memory_mb.iter().copied().chain([original_mb]) {
            let review = provider.review(&change(&address, memory_mb)).await.map_err(fault)?;
            // Where the size of now needs no call, putting it back will need one.
            if !review.calls.is_empty() {
                digests.insert(memory_mb, review.digest);
            }
            calls.extend(review.calls);
            command_lines.extend(review.command_lines);
        }
        let calls_of_size = super::plan::calls_of_size(plan);
        let named = digests.iter().map(|(size, digest)| format!("{size} {digest}"));
        let events = plan.events.iter().map(|event| format!("{} {}", event.weight, event.event));
        let whole = [account.id.0.clone(), format!("{address:?}"), format!("{calls_of_size} {original_mb}")];
        let digest = plan_digest(whole.into_iter().chain(named).chain(events));
        let review = TuningReview {
            account_name: account.name.clone(),
            locked: Clouds::check_unlocked(app, &account).is_err(),
            calls,
            command_lines,
            digest,
        };
        let operations = review.calls.iter().map(|call| call.operation.clone()).collect();
        let there = Self {
            app: app.clone(),
            account,
            address,
            code_hash: Some(function.code_hash.clone()),
            architecture: function.configuration.architecture,
            agreed: Some(Agreed { digests, operations }),
            rule: (pricing.plan != Plan::LambdaOnDemand)
                .then(|| rule(pricing.plan, Package::Zip, app.prices().day())),
            set_mb: AtomicU32::new(original_mb),
            vcpu_thousandths: AtomicU32::new(pricing.vcpu_thousandths.unwrap_or(0)),
        };
        Ok(Reviewed { there, function, pricing, review })
    }

    /// A function whose size an earlier Hearth left, in an account that may be changed.
    pub(crate) async fn left(app: &App, id: &FunctionId, architecture: Architecture) -> Result<Self> {
        let (account, location, name) =
            id.place().ok_or_else(|| ApiError::internal("a tuning in an account names no place"))?;
        let account = Clouds::account(app, account).await?;
        Clouds::check_unlocked(app, &account)?;
        Ok(Self {
            app: app.clone(),
            account,
            address: FunctionAddress::new(location, name),
            code_hash: None,
            architecture,
            agreed: None,
            rule: None,
            set_mb: AtomicU32::new(0),
            vcpu_thousandths: AtomicU32::new(0),
        })
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    pub(crate) fn id(&self) -> FunctionId {
        FunctionId::in_account(self.account.id.as_str(), &self.address.location, &self.address.name)
    }

    async fn provider(&self) -> Result<Arc<dyn Provider>> {
        Clouds::open(&self.app, &self.account).await
    }

    /// The digest of a change that could not be seen before: it must call nothing but what was agreed to.
    async fn reviewed_again(&self, provider: &dyn Provider, change: &Change) -> Result<String> {
        let review = provider.review(change).await.map_err(|fault| api_error(&self.account, fault))?;
        let agreed = |operation: &String| {
            self.agreed.as_ref().is_none_or(|agreed| agreed.operations.contains(operation))
        };
        if review.calls.iter().all(|call| agreed(&call.operation)) {
            return Ok(review.digest);
        }
        Err(api_error(&self.account, Fault::plan_changed()))
    }

    async fn set(&self, memory_mb: u32) -> Result<()> {
        let provider = self.provider().await?;
        let change = change(&self.address, memory_mb);
        let fault = |fault| api_error(&self.account, fault);
        let known = self.agreed.as_ref().and_then(|agreed| agreed.digests.get(&memory_mb));
        let digest = match known {
            Some(digest) => digest.clone(),
            None => self.reviewed_again(&*provider, &change).await?,
        };
        // Ends when the vendor says that the size is in place.
        let changed = provider.apply(&change, &digest, Course::unwatched()).await.map_err(fault)?;
        self.set_mb.store(memory_mb, Ordering::Relaxed);
        let billed_as = changed.function.and_then(|function| function.configuration.billed_as);
        if let Some(BilledAs::CloudRunRequest { vcpu_thousandths: Some(thousandths) }) = billed_as {
            self.vcpu_thousandths.store(thousandths, Ordering::Relaxed);
        }
        Ok(())
    }

    fn call(&self, event_bytes: u64, outcome: Outcome) -> Invocation {
        Invocation {
            request_id: RequestId::generate(),
            function_id: self.id(),
            function_name: self.address.name.clone(),
            version: 0,
            environment_id: None,
            environment_number: None,
            started_us: self.app.now(),
            outcome,
            start: ServerStart::Warm,
            phases: Phases::default(),
            billed_ms: 0,
            memory_mb: self.set_mb.load(Ordering::Relaxed),
            max_memory_mb: 0,
            architecture: self.architecture,
            event_bytes,
            response_bytes: 0,
            error_type: None,
            error_message: None,
            source: InvocationSource::Tuning,
        }
    }
}

/// How calls of the function are billed. An error where servers are: calls at another size have no price of their own.
fn billed(app: &App, account: &Account, function: &CloudFunction) -> Result<Pricing> {
    let address = &function.address;
    let placed = PlacedFunction {
        id: FunctionId::in_account(account.id.as_str(), &address.location, &address.name),
        name: address.name.clone(),
        account: account.id.0.clone(),
        account_name: account.name.clone(),
        provider: account.provider.clone(),
        region: address.location.clone(),
        configuration: Some(function.configuration.clone()),
        deleted_us: None,
    };
    let pricing = pricing(&placed, &app.price_region());
    if pricing.plan.bills_servers() {
        let message = format!(
            "`{}` cannot be tuned: {} bills servers, so a call at another size has no price of its own",
            placed.name,
            pricing.plan.words()
        );
        return Err(ApiError::new(ErrorCode::InvalidInput, message));
    }
    Ok(pricing)
}

fn change(function: &FunctionAddress, memory_mb: u32) -> Change {
    let settings = Settings { memory_mb: Some(memory_mb), ..Settings::default() };
    Change::Configure { function: function.clone(), settings }
}

impl Tunable for There {
    async fn read(&self) -> Result<Option<Setting>> {
        match self.provider().await?.standing(&self.address).await {
            Ok(standing) => {
                let now = standing.function;
                let is_other = self.code_hash.as_ref().is_some_and(|hash| *hash != now.code_hash);
                Ok(Some(Setting { memory_mb: now.configuration.memory_mb, version: u32::from(is_other) }))
            }
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(api_error(&self.account, fault)),
        }
    }

    async fn set_memory(&self, memory_mb: u32) -> Result<()> {
        Clouds::check_unlocked(&self.app, &self.account)?;
        self.set(memory_mb).await
    }

    async fn put_back(&self, memory_mb: u32) -> Result<()> {
        self.set(memory_mb).await
    }

    async fn invoke(&self, event: Bytes, _cold: bool, cancel: &CancellationToken) -> Result<Measured> {
        Clouds::check_unlocked(&self.app, &self.account)?;
        let provider = self.provider().await?;
        let bytes = event.len() as u64;
        let request = CallRequest { mode: CallMode::Wait, event: event.to_vec(), qualifier: None };
        let answered = tokio::select! {
            answered = provider.call(&self.address, request) => answered,
            () = cancel.cancelled() => {
                return Err(ApiError::new(ErrorCode::Cancelled, "the call is not waited for any more"));
            }
        };
        match answered {
            Ok(outcome) => {
                Ok(answer::measured(self.call(bytes, Outcome::Succeeded), self.rule.as_ref(), &outcome))
            }
            Err(fault) if fault.kind == FaultKind::Throttled => {
                let problem = Some("too many calls ran at once".to_owned());
                Ok(Measured { invocation: self.call(bytes, Outcome::Throttled), problem })
            }
            Err(fault) => Err(api_error(&self.account, fault)),
        }
    }

    fn concurrency(&self) -> usize {
        AT_ONCE
    }

    fn starts_servers(&self) -> bool {
        false
    }

    fn vcpu(&self) -> Option<Decimal> {
        let thousandths = self.vcpu_thousandths.load(Ordering::Relaxed);
        (thousandths > 0).then(|| Decimal::new(i64::from(thousandths), 3))
    }
}

//! Makes a change that a person has seen: plans again, compares, and makes the calls of the plan in their course.

use crate::AzureAccount;
use crate::action::Action;
use crate::arm::without;
use crate::back;
use crate::plan::{Plan, plan};
use crate::run::Made;
use crate::sites::{Site, find};
use futures_util::future::BoxFuture;
use hearth_cloud::{
    Back, Calls, Change, Changed, Course, Failed, Fault, FunctionAddress, Reply, Result, WayBack,
};

/// The requests of a plan, and what they have made so far.
struct Making<'a> {
    account: &'a AzureAccount,
    plan: Plan,
    made: Made,
}

pub(crate) async fn apply(
    account: &AzureAccount,
    change: &Change,
    digest: &str,
    course: Course,
) -> Result<Changed> {
    let plan = plan(account, change).await?;
    if plan.digest() != digest {
        return Err(Fault::plan_changed());
    }
    let mut making = Making { account, plan, made: Made::default() };
    course.carry_out(&mut making).await?;
    let Making { plan, made, .. } = making;
    if matches!(change, Change::Delete { .. } | Change::TakeBack { .. }) {
        return Ok(Changed { function: None, results: made.results });
    }
    let address = FunctionAddress::new(plan.target.region.clone(), plan.target.names.app.clone());
    let function = find(account, &address).await?.as_ref().map(Site::function);
    Ok(Changed { function, results: made.results })
}

impl Calls for Making<'_> {
    fn title(&self) -> String {
        self.plan.title.clone()
    }

    fn operations(&self) -> Vec<&'static str> {
        self.plan.actions.iter().map(Action::operation).collect()
    }

    fn make<'a>(
        &'a mut self,
        index: usize,
        course: &'a Course,
    ) -> BoxFuture<'a, std::result::Result<(), Failed>> {
        Box::pin(async move {
            let Plan { actions, target, .. } = &self.plan;
            self.account
                .carry_out(&actions[index], target, &mut self.made, course)
                .await
                .map_err(Failed::from)
        })
    }

    fn way_back(&self, index: usize) -> WayBack {
        let actions = &self.plan.actions;
        // All that follows it is inside the group.
        match actions.iter().position(|action| *action == Action::PutGroup) {
            Some(group) if index > group => WayBack::With(group),
            _ if actions[index].undone_by().is_some() => WayBack::Call,
            _ => WayBack::None,
        }
    }

    fn take_back(&self, index: usize) -> Reply<'_, Back> {
        Box::pin(async move {
            let back = self.account.take_back(&self.plan.actions[index], &self.plan.target).await;
            // What is said of it stands beside what was sent before.
            back.map_err(|fault| without(fault, &self.made.secrets))
        })
    }

    fn record(&self, index: usize) -> Option<String> {
        back::record(&self.plan.actions[index], self.way_back(index))
    }

    /// A deployment host takes no code while it still builds other code.
    fn waits(&self, index: usize) -> bool {
        matches!(self.plan.actions[index], Action::Publish { .. } | Action::DeleteGroup)
    }
}

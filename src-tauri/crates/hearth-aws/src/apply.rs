//! Makes a change that a person has seen: plans again, compares, and makes the calls of the plan in their course.

use crate::AwsAccount;
use crate::action::{Action, Todo};
use crate::back;
use crate::functions::find;
use crate::plan::plan;
use crate::run::Made;
use futures_util::future::BoxFuture;
use hearth_cloud::{Back, Calls, Change, Changed, Course, Failed, Fault, Reply, Result, WayBack};

/// The requests of a plan, and what they have made so far.
struct Making<'a> {
    account: &'a AwsAccount,
    title: String,
    todo: Vec<Todo>,
    made: Made,
}

pub(crate) async fn apply(
    account: &AwsAccount,
    change: &Change,
    digest: &str,
    course: Course,
) -> Result<Changed> {
    let plan = Box::pin(plan(account, change)).await?;
    if plan.digest() != digest {
        return Err(Fault::plan_changed());
    }
    let mut making = Making { account, title: plan.title, todo: plan.todo, made: Made::default() };
    course.carry_out(&mut making).await?;
    let function = match change {
        Change::Containers { .. } => None,
        _ => find(account, change.function()).await?,
    };
    Ok(Changed { function, results: making.made.results })
}

impl Calls for Making<'_> {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn operations(&self) -> Vec<&'static str> {
        self.todo.iter().map(|todo| todo.action.operation()).collect()
    }

    fn make<'a>(
        &'a mut self,
        index: usize,
        course: &'a Course,
    ) -> BoxFuture<'a, std::result::Result<(), Failed>> {
        Box::pin(async move {
            self.account.carry_out(&self.todo[index], &mut self.made, course).await.map_err(Failed::from)
        })
    }

    fn way_back(&self, index: usize) -> WayBack {
        if self.todo[index].action.undone_by().is_some() { WayBack::Call } else { WayBack::None }
    }

    fn take_back(&self, index: usize) -> Reply<'_, Back> {
        Box::pin(self.account.take_back(&self.todo[index], &self.made))
    }

    fn record(&self, index: usize) -> Option<String> {
        back::record(&self.todo[index])
    }

    /// A function that is still being made is not changed and not deleted.
    fn waits(&self, index: usize) -> bool {
        matches!(
            self.todo[index].action,
            Action::DeleteFunction | Action::UpdateCode { .. } | Action::UpdateConfiguration { .. }
        )
    }
}

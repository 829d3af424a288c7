//! The receipt of a call where its function is billed, or why it has none. Owns that a call on this computer has the
//! price of AWS Lambda. Must not know how a receipt is shown.

use super::plans::pricing;
use crate::{App, Result};
use hearth_cost::{BilledAt, Plan, Receipt, receipt_at};
use hearth_model::Invocation;
use hearth_store::PlacedFunction;

/// What a call has of money: a receipt, or why it has none, in words.
pub(crate) enum Priced {
    Receipt(Box<Receipt>),
    Unpriced(String),
}

impl Priced {
    pub(crate) fn receipt(self) -> Option<Receipt> {
        match self {
            Self::Receipt(receipt) => Some(*receipt),
            Self::Unpriced(_) => None,
        }
    }
}

/// The price of a call; `placed` is its function as the ledger knows it.
pub(crate) fn receipt(app: &App, placed: Option<&PlacedFunction>, call: &Invocation) -> Result<Priced> {
    let (book, usual) = (app.prices_on(call.started_us), app.price_region());
    let Some(placed) = placed.filter(|placed| placed.provider != "local") else {
        if call.source.is_of_logs() {
            return Ok(Priced::Unpriced("Hearth does not know any more where its function was".to_owned()));
        }
        let receipt = receipt_at(&book, &BilledAt::lambda(usual), call)?;
        return Ok(Priced::Receipt(Box::new(receipt)));
    };
    let at = pricing(placed, &usual).billed_at();
    if at.plan.bills_servers() {
        return Ok(Priced::Unpriced(of_servers(at.plan)));
    }
    Ok(match receipt_at(&book, &at, call) {
        Ok(receipt) => Priced::Receipt(Box::new(receipt)),
        // Without a price the call is still shown.
        Err(error) => Priced::Unpriced(format!("Its price on {} is unknown: {error}", at.plan.words())),
    })
}

/// Why a call has no price where servers are billed.
fn of_servers(plan: Plan) -> String {
    let (plan, billed) = match plan {
        Plan::AzurePremium => ("an Azure Functions Premium plan", "instances by the hour"),
        Plan::AzureAppService => ("an Azure App Service plan", "instances by the hour"),
        Plan::CloudRunInstance => {
            ("Google Cloud Run with processors always on", "instances as long as they are there")
        }
        _ => ("AWS Fargate", "tasks as long as they run"),
    };
    format!(
        "It ran on {plan}, which bills {billed}, called or not: a call has no price of its own but is included in the \
         instance, and its share of that is unknown"
    )
}

//! What accounts held when they were read last, with its age. Asks nobody.

use super::Clouds;
use super::sync::DAY_US;
use crate::api::{Empty, Inventory, InventoryAge, InventoryFunction, Measured};
use crate::{App, Result};
use hearth_cloud::{CloudFunction, Metric};
use hearth_model::Micros;
use std::collections::HashMap;

/// What was read, at once, with its age.
pub(crate) async fn all(app: &App, _request: Empty) -> Result<Inventory> {
    let names: HashMap<String, String> =
        Clouds::accounts(app).await?.into_iter().map(|account| (account.id.0, account.name)).collect();
    let reads = app.store().inventory_reads().await?;
    let ages: HashMap<(String, String), Option<Micros>> =
        reads.iter().map(|read| ((read.account.clone(), read.location.clone()), read.read_us)).collect();
    let since = Micros(app.now().0.saturating_sub(DAY_US));
    let mut measured = measured(app, since).await?;
    let mut functions = Vec::new();
    for row in app.store().inventory(None).await? {
        // An account whose sign-in is not on this computer any more is not shown.
        let Some(account_name) = names.get(&row.account) else { continue };
        let Ok(function) = serde_json::from_str::<CloudFunction>(&row.document) else { continue };
        let measured =
            measured.remove(&(row.account.clone(), row.location.clone(), row.name)).unwrap_or_default();
        let of = |wanted| measured.iter().find(|one| one.metric == wanted).map(|one| one.value);
        functions.push(InventoryFunction {
            account_name: account_name.clone(),
            read_us: ages.get(&(row.account.clone(), row.location)).copied().flatten(),
            calls_24h: of(Metric::Invocations),
            errors_24h: of(Metric::Errors),
            measured,
            account: row.account,
            function,
        });
    }
    let ages = reads.into_iter().filter(|read| names.contains_key(&read.account)).map(|read| InventoryAge {
        account: read.account,
        location: read.location,
        read_us: read.read_us,
        tried_us: read.tried_us,
        fault: read.fault.and_then(|text| serde_json::from_str(&text).ok()),
    });
    Ok(Inventory { functions, ages: ages.collect(), now_us: app.now() })
}

/// By account, region and name.
type MeasuredOf = HashMap<(String, String, String), Vec<Measured>>;

async fn measured(app: &App, since: Micros) -> Result<MeasuredOf> {
    let mut all = MeasuredOf::new();
    for figure in app.store().cloud_figures(since).await? {
        // A metric that an older Hearth kept and this one does not know is left out.
        let Some(metric) = metric_of(&figure.metric) else { continue };
        let value = if metric == Metric::Environments { figure.most } else { figure.sum };
        all.entry((figure.account, figure.location, figure.name))
            .or_default()
            .push(Measured { metric, value });
    }
    Ok(all)
}

/// The metric of a word in the ledger, which is its word in JSON.
fn metric_of(word: &str) -> Option<Metric> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

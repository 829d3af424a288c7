//! What accounts held when they were read last, with its age. Asks nobody.

use super::Clouds;
use super::sync::DAY_US;
use crate::api::{Empty, Inventory, InventoryAge, InventoryFunction};
use crate::{App, Result};
use hearth_cloud::CloudFunction;
use hearth_model::Micros;
use std::collections::{BTreeMap, HashMap};

/// What was read, at once, with its age.
pub(crate) async fn all(app: &App, _request: Empty) -> Result<Inventory> {
    let names: HashMap<String, String> =
        Clouds::accounts(app).await?.into_iter().map(|account| (account.id.0, account.name)).collect();
    let reads = app.store().inventory_reads().await?;
    let ages: HashMap<(String, String), Option<Micros>> =
        reads.iter().map(|read| ((read.account.clone(), read.location.clone()), read.read_us)).collect();
    let since = Micros(app.now().0.saturating_sub(DAY_US));
    let calls = sums(app, "invocations", since).await?;
    let errors = sums(app, "errors", since).await?;
    let mut functions = Vec::new();
    for row in app.store().inventory(None).await? {
        // An account whose sign-in is not on this computer any more is not shown.
        let Some(account_name) = names.get(&row.account) else { continue };
        let Ok(function) = serde_json::from_str::<CloudFunction>(&row.document) else { continue };
        let key = (row.account.clone(), row.location.clone(), row.name);
        functions.push(InventoryFunction {
            account_name: account_name.clone(),
            read_us: ages.get(&(row.account.clone(), row.location)).copied().flatten(),
            calls_24h: calls.get(&key).copied(),
            errors_24h: errors.get(&key).copied(),
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

async fn sums(app: &App, metric: &str, since: Micros) -> Result<BTreeMap<(String, String, String), f64>> {
    let sums = app.store().cloud_metric_sums(metric, since).await?;
    Ok(sums.into_iter().map(|(account, location, name, sum)| ((account, location, name), sum)).collect())
}

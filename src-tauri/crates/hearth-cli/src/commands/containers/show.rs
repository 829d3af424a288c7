//! Services, tasks and task definitions as people read them.

use super::receipt;
use crate::arguments::Where;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Cell, Side, Table, cell};
use crate::words;
use hearth_core::api::{
    ClusterDetail, PricedTask, RunningCost, TaskDefinitionName, TaskDefinitions, TaskDefinitionsQuery,
};
use hearth_core::cloud::{Launch, TaskDefinition, TaskSize};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;

fn size(size: Option<&TaskSize>, launch: Launch) -> String {
    let size = size.map_or_else(|| words::UNKNOWN.to_owned(), ToString::to_string);
    match launch {
        Launch::Fargate => size,
        Launch::FargateSpot => format!("{size}, Spot"),
        Launch::Mixed => format!("{size}, partly Spot"),
        Launch::Other => format!("{size}, own machines"),
    }
}

fn least(cost: &RunningCost) -> &'static str {
    if cost.hour.unknown.is_empty() { "" } else { "≥ " }
}

/// Dollars an hour and a month; what nobody knows is a dash.
fn prices(cost: Option<&RunningCost>) -> [Cell; 2] {
    match cost {
        Some(cost) => [
            format!("{}{}", least(cost), words::dollars(&cost.hour_usd)).into(),
            format!("{}{}", least(cost), words::dollars(&cents(&cost.month_usd))).into(),
        ],
        None => [words::UNKNOWN.into(), words::UNKNOWN.into()],
    }
}

fn cents(amount: &str) -> String {
    amount
        .parse::<hearth_core::cost::Decimal>()
        .map_or_else(|_| amount.to_owned(), |amount| hearth_core::cost::cents(amount).normalize().to_string())
}

pub(super) fn services(detail: &ClusterDetail, output: &mut Output) -> Result<Ended, Failure> {
    if output.is_json() {
        output.document(detail)?;
        return Ok(Ended::Well);
    }
    if detail.services.is_empty() {
        output.line(&format!("The cluster {} has no service.", detail.cluster.name))?;
    } else {
        let mut table = Table::new(&[
            ("Service", Side::Left),
            ("State", Side::Left),
            ("Tasks", Side::Right),
            ("Of", Side::Left),
            ("Each", Side::Left),
            ("An hour", Side::Right),
            ("A month", Side::Right),
        ]);
        for one in &detail.services {
            let service = &one.service;
            let short = service.running < service.desired;
            let tone = if short { Tone::Odd } else { Tone::Plain };
            let [hour, month] = prices(one.cost.as_ref());
            table.row(vec![
                cell(&service.name, Tone::Strong),
                service.state.to_lowercase().into(),
                cell(format!("{} of {}", service.running, service.desired), tone),
                service.task_definition.clone().into(),
                size(service.size.as_ref(), service.launch).into(),
                hour,
                month,
            ]);
        }
        table.print(output)?;
    }
    foot(detail, output);
    Ok(Ended::Well)
}

/// What all tasks cost, and what could not be read.
fn foot(detail: &ClusterDetail, output: &mut Output) {
    let more = match detail.unpriced {
        0 => String::new(),
        count => format!(", and {} whose price is not known", words::counted(u64::from(count), "task")),
    };
    output.aside(
        &format!(
            "All tasks that run now: {} an hour, {} in a month of 730 hours{more} (list prices of {}).",
            words::dollars(&detail.hour_usd),
            words::dollars(&cents(&detail.month_usd)),
            detail.price_date
        ),
        Tone::Quiet,
    );
    for fault in &detail.unread {
        output.aside(&format!("not read: {fault}"), Tone::Odd);
    }
}

pub(super) fn tasks(detail: &ClusterDetail, output: &mut Output) -> Result<Ended, Failure> {
    if output.is_json() {
        output.document(detail)?;
        return Ok(Ended::Well);
    }
    if detail.tasks.is_empty() {
        output.line(&format!("The cluster {} has no task.", detail.cluster.name))?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Task", Side::Left),
        ("State", Side::Left),
        ("Service", Side::Left),
        ("Of", Side::Left),
        ("Each", Side::Left),
        ("An hour", Side::Right),
        ("So far", Side::Right),
        ("Why it stopped", Side::Left),
    ]);
    for one in &detail.tasks {
        let task = &one.task;
        let stop = task.stop.as_ref();
        let failed = stop.is_some_and(|stop| stop.failed);
        let tone = match (task.stopped, failed) {
            (_, true) => Tone::Bad,
            (true, false) => Tone::Quiet,
            (false, false) => Tone::Good,
        };
        let [hour, _] = if task.stopped { ["".into(), "".into()] } else { prices(one.cost.as_ref()) };
        table.row(vec![
            cell(&task.id, Tone::Strong),
            cell(task.state.to_lowercase(), tone),
            task.service.clone().unwrap_or_else(|| "by itself".to_owned()).into(),
            task.task_definition.clone().into(),
            size(task.size.as_ref(), task.launch).into(),
            hour,
            so_far(one).into(),
            stop.map(|stop| stop.words.clone()).unwrap_or_default().into(),
        ]);
    }
    table.print(output)?;
    foot(detail, output);
    Ok(Ended::Well)
}

fn so_far(one: &PricedTask) -> String {
    one.so_far.as_ref().map_or_else(
        || words::UNKNOWN.to_owned(),
        |cost| {
            let least = if cost.unknown.is_empty() { "" } else { "≥ " };
            format!("{least}{}", words::dollars(&cost.total.round_dp(6).normalize().to_string()))
        },
    )
}

fn missing(what: &str, name: &str, detail: &ClusterDetail) -> Failure {
    let message = format!("there is no {what} `{name}` in the cluster `{}`", detail.cluster.name);
    ApiError::new(ErrorCode::NotFound, message)
        .with_hint("AWS forgets a stopped task after about an hour.")
        .into()
}

pub(super) fn service(detail: &ClusterDetail, name: &str, output: &mut Output) -> Result<Ended, Failure> {
    let found = detail.services.iter().find(|one| one.service.name == name);
    let one = found.ok_or_else(|| missing("service", name, detail))?;
    if output.is_json() {
        output.document(one)?;
        return Ok(Ended::Well);
    }
    let service = &one.service;
    let title = output.tone(name, Tone::Strong);
    output.line(&format!(
        "{title}: {} of {} of {}, {}",
        service.running,
        words::counted(u64::from(service.desired), "task"),
        service.task_definition,
        size(service.size.as_ref(), service.launch)
    ))?;
    output.line(&format!("  {}", service.resource))?;
    if let Some(network) = &service.network {
        let address = if network.public_ip { "with" } else { "without" };
        output.line(&format!("  subnets {}, {address} a public address", network.subnets.join(", ")))?;
    }
    if let Some(rollout) = &service.rollout {
        output.line(&format!("  deployment {rollout}"))?;
    }
    if let Some(event) = &service.event {
        output.line(&format!("  {} {}", words::instant(event.at_us), event.message))?;
    }
    match (&one.cost, &one.cost_unknown) {
        (Some(cost), _) => receipt::print("An hour of its tasks", &cost.hour, output)?,
        (None, why) => output.aside(
            &format!("What it costs is not known: {}.", why.as_deref().unwrap_or("nobody says")),
            Tone::Odd,
        ),
    }
    Ok(Ended::Well)
}

pub(super) fn task(detail: &ClusterDetail, id: &str, output: &mut Output) -> Result<Ended, Failure> {
    let found = detail.tasks.iter().find(|one| one.task.id == id || one.task.resource == id);
    let one = found.ok_or_else(|| missing("task", id, detail))?;
    if output.is_json() {
        output.document(one)?;
        return Ok(Ended::Well);
    }
    let task = &one.task;
    let title = output.tone(&task.id, Tone::Strong);
    output.line(&format!(
        "{title}: {}, {}, {}",
        task.state.to_lowercase(),
        task.task_definition,
        size(task.size.as_ref(), task.launch)
    ))?;
    for (what, at) in [("asked for", task.made_us), ("ran", task.started_us), ("stopped", task.stopped_us)] {
        if let Some(at) = at {
            output.line(&format!("  {what} {}", words::instant(at)))?;
        }
    }
    if let Some(stop) = &task.stop {
        let tone = if stop.failed { Tone::Bad } else { Tone::Plain };
        let text = output.tone(&stop.words, tone);
        output.line(&format!("  {text}"))?;
        if let Some(hint) = &stop.hint {
            output.line(&format!("  {hint}"))?;
        }
        if !stop.code.is_empty() {
            output.line(&format!("  AWS says: {} {}", stop.code, words::printable(&stop.reason)))?;
        }
    }
    for container in &task.containers {
        let exit = container.exit_code.map(|code| format!(", exit code {code}")).unwrap_or_default();
        output.line(&format!(
            "  container {}: {}, {}{exit}",
            container.name,
            container.image,
            container.state.to_lowercase()
        ))?;
    }
    match (&one.so_far, &one.cost_unknown) {
        (Some(cost), _) => receipt::print("So far", cost, output)?,
        (None, Some(why)) => output.aside(&format!("What it costs is not known: {why}."), Tone::Odd),
        (None, None) => output.aside("It was not billed yet.", Tone::Quiet),
    }
    Ok(Ended::Well)
}

pub(super) async fn definitions(
    caller: &Caller,
    account: &str,
    place: &Where,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let query =
            TaskDefinitionsQuery { account: account.to_owned(), region: place.region.clone(), cursor };
        let page: TaskDefinitions = caller.ask("task_definitions_list", query).await?;
        all.extend(page.definitions);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    if output.is_json() {
        output.document(&all)?;
        return Ok(Ended::Well);
    }
    if all.is_empty() {
        output.line("There is no task definition that can be run.")?;
    }
    for name in &all {
        output.line(name)?;
    }
    Ok(Ended::Well)
}

pub(super) async fn definition(
    caller: &Caller,
    account: &str,
    place: &Where,
    name: &str,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let request = TaskDefinitionName {
        account: account.to_owned(),
        region: place.region.clone(),
        name: name.to_owned(),
    };
    let found: TaskDefinition = caller.ask("task_definition_get", request).await?;
    if output.is_json() {
        output.document(&found)?;
        return Ok(Ended::Well);
    }
    let title = output.tone(&format!("{}:{}", found.family, found.revision), Tone::Strong);
    let size = found.size.as_ref().map_or_else(|| "no size of its own".to_owned(), ToString::to_string);
    let active = if found.active { "" } else { ", deregistered" };
    output.line(&format!("{title}: {size}{active}"))?;
    output.line(&format!("  {}", found.resource))?;
    for container in &found.containers {
        output.line(&format!("  container {}: {}", container.name, container.image))?;
        if !container.environment_names.is_empty() {
            output.line(&format!("    variables {}", container.environment_names.join(", ")))?;
        }
        if let Some(log) = &container.log {
            output.line(&format!("    logs in {}", log.group))?;
        }
    }
    Ok(Ended::Well)
}

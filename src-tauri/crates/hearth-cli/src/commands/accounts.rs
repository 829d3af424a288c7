//! `accounts`: what was found and where, asking the vendor, the lock, endpoints.

use super::live::consent;
use super::{own_requests, sign_in, unfinished};
use crate::arguments::AccountsCommand;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{
    AccountBilled, AccountChoose, AccountInfo, AccountName, AccountPermissions, AccountTested, AccountUnlock,
    AccountsList, ByUsePrice, Empty, EndpointAdd,
};
use hearth_core::cloud::{BilledCost, Expiry, Grant, Level, SignIn, SignInState, quoted};
use hearth_host::Caller;
use hearth_model::Micros;
use serde_json::json;

pub(super) async fn accounts(
    caller: &Caller,
    command: Option<&AccountsCommand>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let named = |account: &str| AccountName { account: account.to_owned() };
    match command {
        None | Some(AccountsCommand::List) => {
            let listed = list(caller, output).await;
            unfinished::remind(caller, None, output).await;
            listed
        }
        Some(AccountsCommand::Test { account }) => test(caller, named(account), output).await,
        Some(AccountsCommand::SignIn { account }) => sign_in::sign_in(caller, named(account), output).await,
        Some(AccountsCommand::Permissions { account }) => permissions(caller, named(account), output).await,
        Some(AccountsCommand::Policy { account, level }) => {
            policy(caller, named(account), level, output).await
        }
        Some(AccountsCommand::Unlock { account, minutes }) => {
            let request = AccountUnlock { account: account.clone(), minutes: *minutes };
            tell(caller.ask("account_unlock", request).await?, output)
        }
        Some(AccountsCommand::Lock { account }) => {
            let request = AccountUnlock { account: account.clone(), minutes: 0 };
            tell(caller.ask("account_unlock", request).await?, output)
        }
        Some(AccountsCommand::Choose { account, production, regions }) => {
            let own = regions.iter().any(|region| region == "own");
            let request = AccountChoose {
                account: account.clone(),
                is_production: *production,
                locations: (!regions.is_empty()).then(|| if own { Vec::new() } else { regions.clone() }),
            };
            tell(caller.ask("account_choose", request).await?, output)
        }
        Some(AccountsCommand::Billed { account, since, until, table, yes }) => {
            let request = AccountBilled {
                account: account.clone(),
                since: since.clone(),
                until: until.clone(),
                table: table.clone(),
                agreed: true,
            };
            let price: Option<ByUsePrice> = caller.ask("account_billed_price", request.clone()).await?;
            if let Some(price) = price {
                consent(&price, *yes, output).await?;
            }
            billed(&caller.ask("account_billed", request).await?, output)
        }
        Some(AccountsCommand::Requests { month }) => {
            own_requests::own_requests(caller, month.clone(), output).await
        }
        Some(AccountsCommand::Add { name, url, region, profile, provider, project }) => {
            let request = EndpointAdd {
                name: name.clone(),
                url: url.clone(),
                region: region.clone(),
                profile: profile.clone(),
                provider: provider.clone(),
                project: project.clone(),
            };
            tell(caller.ask("endpoint_add", request).await?, output)
        }
        Some(AccountsCommand::Remove { account }) => {
            let Empty {} = caller.ask("endpoint_remove", named(account)).await?;
            if output.is_json() {
                output.document(&json!({ "removed": account }))?;
            } else {
                output.line(&format!("{account} is forgotten; nothing in it was changed."))?;
            }
            Ok(Ended::Well)
        }
    }
}

async fn list(caller: &Caller, output: &mut Output) -> Result<Ended, Failure> {
    let list: AccountsList = caller.ask("accounts_list", Empty {}).await?;
    if output.is_json() {
        output.document(&list.accounts)?;
        return Ok(Ended::Well);
    }
    let in_clouds = list.accounts.iter().filter(|info| info.account.sign_in != SignIn::Local).count();
    if in_clouds == 0 {
        output.line("No account of a cloud was found. Functions run on this computer without one.")?;
        output.line(&format!("Hearth looked in {}.", list.looked_in.join(", ")))?;
        output.line("Sign in with the vendor's own tool (aws login, aws configure sso, az login, gcloud auth application-default login), or add an emulator: hearth accounts add NAME URL.")?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Account", Side::Left),
        ("Signs in with", Side::Left),
        ("Sign-in", Side::Left),
        ("Region", Side::Left),
        ("Changes", Side::Left),
        ("Found in", Side::Left),
    ]);
    for info in &list.accounts {
        let (state, tone) = state(info, list.now_us);
        let name = if info.is_production {
            format!("{} PRODUCTION", info.account.id)
        } else {
            info.account.id.to_string()
        };
        let regions = match info.chosen_locations.as_slice() {
            [] => info.account.location.clone().unwrap_or_else(|| "none".to_owned()),
            chosen => chosen.join(", "),
        };
        table.row(vec![
            cell(name, Tone::Strong),
            sign_in(info.account.sign_in).into(),
            cell(state, tone),
            regions.into(),
            lock(info, list.now_us).into(),
            info.account.found_in.join(", ").into(),
        ]);
    }
    table.print(output)?;
    for info in &list.accounts {
        if let Some(problem) = &info.account.problem {
            output.aside(&format!("{}: {problem}", info.account.id), Tone::Odd);
        }
        let is_out = matches!(info.account.state, SignInState::Expired | SignInState::Missing);
        if is_out && info.sign_in.is_some() {
            // The name of a profile may have a space in it.
            let id = quoted(info.account.id.as_str());
            output.aside(&format!("Sign in: hearth accounts sign-in {id}"), Tone::Quiet);
        }
    }
    Ok(Ended::Well)
}

fn billed(cost: &BilledCost, output: &mut Output) -> Result<Ended, Failure> {
    if output.is_json() {
        output.document(cost)?;
        return Ok(Ended::Well);
    }
    if cost.rows.is_empty() {
        output
            .line("Nothing was billed for functions on these days, or not yet: a bill is some hours late.")?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Day", Side::Left),
        ("Amount", Side::Right),
        ("", Side::Left),
        ("Service", Side::Left),
        ("Resource", Side::Left),
        ("Meter", Side::Left),
    ]);
    for row in &cost.rows {
        table.row(vec![
            row.day.clone().into(),
            row.amount.clone().into(),
            row.currency.clone().into(),
            row.service.clone().unwrap_or_default().into(),
            row.resource.clone().into(),
            // Where there is no resource, what was metered stands for it.
            row.meter.clone().filter(|meter| *meter != row.resource).unwrap_or_default().into(),
        ]);
    }
    table.print(output)?;
    for note in &cost.notes {
        output.aside(note, Tone::Quiet);
    }
    Ok(Ended::Well)
}

fn sign_in(kind: SignIn) -> &'static str {
    match kind {
        SignIn::Local => "nothing",
        SignIn::Keys => "keys",
        SignIn::SessionKeys => "keys that end",
        SignIn::Environment => "environment",
        SignIn::Sso => "single sign-on",
        SignIn::Login => "aws login",
        SignIn::Role => "a role",
        SignIn::Process => "a program",
        SignIn::WebIdentity => "a workload's token",
        SignIn::Tool => "its own tool",
        SignIn::AnyKeys => "any keys",
    }
}

fn state(info: &AccountInfo, now: Micros) -> (String, Tone) {
    match (info.account.state, info.account.expiry) {
        (SignInState::Broken, _) => ("cannot be used".to_owned(), Tone::Bad),
        (SignInState::Missing, _) => ("not signed in".to_owned(), Tone::Odd),
        (SignInState::Expired, _) => ("ended".to_owned(), Tone::Odd),
        (SignInState::Present, Expiry::Never) => ("does not end".to_owned(), Tone::Plain),
        (SignInState::Present, Expiry::Unknown) => ("end unknown".to_owned(), Tone::Plain),
        (SignInState::Present, Expiry::At { renews: true, .. }) => ("renews itself".to_owned(), Tone::Good),
        (SignInState::Present, Expiry::At { at_us, renews: false }) => {
            (format!("ends in {}", words::duration(Micros(at_us.0 - now.0))), Tone::Good)
        }
    }
}

fn lock(info: &AccountInfo, now: Micros) -> String {
    match info.unlocked_until_us {
        Some(until) => format!("allowed for {} min", (until.0 - now.0).div_euclid(60_000_000) + 1),
        None if info.account.sign_in == SignIn::Local => "always allowed".to_owned(),
        None => "read-only".to_owned(),
    }
}

fn tell(info: AccountInfo, output: &mut Output) -> Result<Ended, Failure> {
    if output.is_json() {
        output.document(&info)?;
        return Ok(Ended::Well);
    }
    let name = output.tone(info.account.id.as_str(), Tone::Strong);
    let lock = match info.unlocked_until_us {
        Some(until) => format!("changes are allowed until {}", words::instant(until)),
        None => "read-only".to_owned(),
    };
    let production = if info.is_production { ", production" } else { "" };
    output.line(&format!("{name}: {lock}{production}"))?;
    if !info.chosen_locations.is_empty() {
        output.line(&format!("  regions {}", info.chosen_locations.join(", ")))?;
    }
    Ok(Ended::Well)
}

async fn test(caller: &Caller, request: AccountName, output: &mut Output) -> Result<Ended, Failure> {
    let tested: AccountTested = caller.ask("account_test", request).await?;
    let ended = if tested.identity.is_some() { Ended::Well } else { Ended::Unable };
    if output.is_json() {
        output.document(&tested)?;
        return Ok(ended);
    }
    match &tested.identity {
        Some(identity) => {
            let took = words::duration(tested.took_us);
            output.line(&format!(
                "{} is {}, account {} ({took})",
                tested.account, identity.principal, identity.number
            ))?;
        }
        None => {
            for text in [&tested.problem, &tested.hint].into_iter().flatten() {
                output.line(text)?;
            }
        }
    }
    Ok(ended)
}

async fn permissions(caller: &Caller, request: AccountName, output: &mut Output) -> Result<Ended, Failure> {
    let answer: AccountPermissions = caller.ask("account_permissions", request).await?;
    if output.is_json() {
        output.document(&answer)?;
        return Ok(Ended::Well);
    }
    if let Some(fault) = &answer.fault {
        output.line(&format!("What the account may do is not known: {fault}"))?;
        return Ok(Ended::Unable);
    }
    let mut table =
        Table::new(&[("Permission", Side::Left), ("Needed to", Side::Left), ("There", Side::Left)]);
    for permission in &answer.permissions {
        let there = match permission.grant {
            Grant::Allowed => cell("yes", Tone::Good),
            Grant::Denied => cell("no", Tone::Bad),
            Grant::Unknown => cell("unknown", Tone::Odd),
        };
        table.row(vec![permission.name.clone().into(), level(permission.level).into(), there]);
    }
    table.print(output)?;
    let enough = answer.level.map_or("not enough to look, or not known", level);
    output.line(&format!("Enough to: {enough}"))?;
    Ok(Ended::Well)
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Look => "look",
        Level::Operate => "operate",
        Level::Deploy => "deploy",
    }
}

async fn policy(
    caller: &Caller,
    request: AccountName,
    wanted: &str,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let answer: AccountPermissions = caller.ask("account_permissions", request).await?;
    let found = answer.policies.iter().find(|policy| level(policy.level) == wanted);
    let text = found.map(|found| found.policy.as_str()).unwrap_or_default();
    // A policy is JSON itself, whoever reads it.
    output.line(text)?;
    Ok(Ended::Well)
}

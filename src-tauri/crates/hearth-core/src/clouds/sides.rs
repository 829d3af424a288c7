//! What is set around a function of an account: reading it, changes of it as a command line of Hearth, and what keeping
//! environments ready does to the bill. The rest is as with every change of an account.

use super::functions::{location, open};
use super::{Clouds, api_error};
use crate::api::{CloudFunctionName, CloudRegion, CloudSides};
use crate::spending::{day_of, plain};
use crate::{App, Result};
use hearth_cloud::{
    Change, CostEffect, Keepable, Layer, NewTrigger, Provider, Review, SideChange, StartAt, quoted,
};
use hearth_cost::{Decimal, KeptReady, MonthLength, Terms, kept_ready};

const HOUR_S: u64 = 3_600;

pub(crate) async fn get(app: &App, request: CloudFunctionName) -> Result<CloudSides> {
    let (account, address, provider) = open(app, &request).await?;
    provider.sides(&address).await.map_err(|fault| api_error(&account, fault))
}

pub(crate) async fn layers(app: &App, request: CloudRegion) -> Result<Vec<Layer>> {
    let account = Clouds::account(app, &request.account).await?;
    let provider = Clouds::open(app, &account).await?;
    let place = location(&account, request.region.as_deref());
    provider.layers(&place).await.map_err(|fault| api_error(&account, fault))
}

/// The same with Hearth's command line; `of` names the account and the region.
pub(super) fn command_line(change: &SideChange, name: &str, of: &str) -> String {
    let mut words = Vec::new();
    let mut add = |flag: &str, value: Option<&str>| {
        words.extend(value.map(|value| format!(" --{flag} {}", quoted(value))));
    };
    let verb = match change {
        SideChange::AddTrigger { trigger } => {
            match trigger {
                NewTrigger::Source { source, batch_size, start } => {
                    add("source", Some(source));
                    add("batch", batch_size.map(|size| size.to_string()).as_deref());
                    add(
                        "from",
                        start.map(|start| if start == StartAt::Latest { "latest" } else { "oldest" }),
                    );
                }
                NewTrigger::Schedule { expression, rule } => {
                    add("schedule", Some(expression));
                    add("rule", rule.as_deref());
                }
                NewTrigger::Pattern { pattern, rule } => {
                    add("pattern", Some(pattern));
                    add("rule", rule.as_deref());
                }
                NewTrigger::Bucket { bucket, events, prefix, suffix } => {
                    add("bucket", Some(bucket));
                    for event in events {
                        add("event", Some(event));
                    }
                    add("prefix", prefix.as_deref());
                    add("suffix", suffix.as_deref());
                }
                NewTrigger::Topic { topic } => add("topic", Some(topic)),
            }
            "triggers add"
        }
        SideChange::TurnTrigger { id, on } => {
            words.push(format!(" {}", quoted(id)));
            if *on { "triggers enable" } else { "triggers disable" }
        }
        SideChange::RemoveTrigger { id } => {
            words.push(format!(" {}", quoted(id)));
            "triggers remove"
        }
        SideChange::Keep { of, count } => {
            let count = count.map_or_else(|| "none".to_owned(), |count| count.to_string());
            words.push(format!(" {} {count}", quoted(of)));
            "keep"
        }
        SideChange::Layers { attach, detach } => {
            for version in attach {
                add("attach", Some(version));
            }
            for version in detach {
                add("detach", Some(version));
            }
            "layers"
        }
        SideChange::Tags { set, remove } => {
            for (key, value) in set {
                add("set", Some(&format!("{key}={value}")));
            }
            for key in remove {
                add("remove", Some(key));
            }
            "tags"
        }
    };
    format!("hearth {verb} {name}{} {of}", words.concat())
}

/// Says in the review what keeping environments ready does to the bill, by the prices of today.
pub(super) async fn price(app: &App, provider: &dyn Provider, change: &Change, review: &mut Review) {
    let Change::Side { function, change: SideChange::Keep { of, count } } = change else { return };
    let sides = provider.sides(function).await;
    let one = sides.ok().and_then(|sides| sides.keepable.into_iter().find(|one| one.of == *of));
    let Some(one) = one else { return };
    review.cost = CostEffect {
        words: match costs(app, &function.location, &one, *count) {
            Ok(words) => words,
            Err(why) => format!("What it costs is not known: {why}."),
        },
        standing: count.is_some(),
    };
}

fn costs(
    app: &App,
    location: &str,
    one: &Keepable,
    count: Option<u32>,
) -> std::result::Result<String, String> {
    let book = app.prices();
    let terms = Terms::list(location, day_of(app.now()));
    // An hour and a month of this many.
    let of = |count: u32| -> std::result::Result<(Decimal, Decimal), String> {
        let kept =
            KeptReady { count, seconds: HOUR_S, memory_mb: one.memory_mb, architecture: one.architecture };
        let hour = kept_ready(&book, &terms, &kept).map_err(|error| error.to_string())?.total;
        Ok((hour, hour * MonthLength::default().hours()))
    };
    let shown = |amount: Decimal, digits| plain(amount.round_dp(digits).normalize());
    let source = format!("list price in {location} of {}", book.date());
    let size = format!("{} MB", one.memory_mb);
    Ok(match (one.wanted.unwrap_or(0), count.unwrap_or(0)) {
        (0, 0) => "Nothing is kept ready, so nothing is billed for it.".to_owned(),
        (before, 0) => {
            let (hour, month) = of(before)?;
            format!(
                "${} an hour and ${} in a month of 730 hours are billed no longer ({source}).",
                shown(hour, 6),
                shown(month, 2)
            )
        }
        (0, after) => {
            let (hour, month) = of(after)?;
            format!(
                "${} an hour and ${} in a month of 730 hours for {after} of {size} kept ready, called or not ({source}). \
                 The calls that they answer are billed besides.",
                shown(hour, 6),
                shown(month, 2)
            )
        }
        (before, after) => {
            let ((from, from_month), (to, to_month)) = (of(before)?, of(after)?);
            format!(
                "From ${} to ${} an hour, from ${} to ${} in a month of 730 hours, for {after} of {size} kept ready, \
                 not {before} ({source}).",
                shown(from, 6),
                shown(to, 6),
                shown(from_month, 2),
                shown(to_month, 2)
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_line_that_a_person_can_type() {
        let line = |change| command_line(&change, "tea", "--account a --region r");
        let trigger = NewTrigger::Schedule { expression: "rate(5 minutes)".into(), rule: None };
        assert_eq!(
            line(SideChange::AddTrigger { trigger }),
            "hearth triggers add tea --schedule 'rate(5 minutes)' --account a --region r"
        );
        assert_eq!(
            line(SideChange::Keep { of: "live".into(), count: None }),
            "hearth keep tea live none --account a --region r"
        );
        let set = [("team".to_owned(), "tea room".to_owned())].into();
        assert_eq!(
            line(SideChange::Tags { set, remove: vec!["old".into()] }),
            "hearth tags tea --set 'team=tea room' --remove old --account a --region r"
        );
    }
}

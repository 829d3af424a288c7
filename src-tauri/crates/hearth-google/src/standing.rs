//! One function with everything around it. What may not be read is named with its reason; the rest is still true.
//!
//! Google's words for versions are revisions, and for aliases the traffic of a service: [`TRAFFIC`] is what the
//! function's own address leads to, and each tag is an address of its own that leads to one revision.

use crate::GoogleAccount;
use crate::client::{Ask, Service};
use crate::fault::Asked;
use crate::functions::{Kept, find, instant, last, pages};
use crate::policy::Guarded;
use crate::wire::{Revisions, RunService, TrafficStatus};
use hearth_cloud::{
    Alias, EventSource, Fault, FaultKind, FunctionAddress, FunctionUrl, PublishedVersion, Result, Standing,
};
use std::collections::BTreeMap;

/// The alias that the function's own address is.
pub(crate) const TRAFFIC: &str = "traffic";
const MOST_PAGES: usize = 1_000;
const PAGE: &str = "100";

pub(crate) async fn standing(account: &GoogleAccount, address: &FunctionAddress) -> Result<Standing> {
    let kept = existing(account, address, "cloudfunctions.functions.get").await?;
    let (versions, service, policy) =
        tokio::join!(versions(account, address, &kept), behind(account, address, &kept), async {
            let guarded = Guarded::of(account, address, &kept)?;
            let policy = guarded.read(account, &address.location).await?;
            Ok(guarded.is_public(&policy))
        },);
    let mut unread = Vec::new();
    let service = keep(service, &mut unread);
    let public = keep(policy.map(Some), &mut unread);
    let (tags, least) = match &kept {
        Kept::New(function) => (function.labels.clone(), function.service_config.min_instance_count),
        Kept::Run(service) => (service.labels.clone(), service.template.scaling.min_instance_count),
        Kept::Old(function) => (function.labels.clone(), function.min_instances),
    };
    Ok(Standing {
        function: kept.shown(&address.location),
        versions: keep(versions, &mut unread),
        aliases: service.map(|service| aliases(&service.traffic_statuses)).unwrap_or_default(),
        // Whether it is public is not known when its policy may not be read; then it counts as open, on the safe side.
        url: kept.url().map(|url| FunctionUrl { url: url.to_owned(), public: public.unwrap_or(true) }),
        event_sources: source(&kept).into_iter().collect(),
        provisioned: least
            .filter(|least| *least > 0)
            .map(|least| (TRAFFIC.to_owned(), least))
            .into_iter()
            .collect(),
        tags,
        unread,
    })
}

fn keep<T: Default>(read: Result<T>, unread: &mut Vec<Fault>) -> T {
    read.unwrap_or_else(|fault| {
        unread.push(fault);
        T::default()
    })
}

/// A function that must be there.
pub(crate) async fn existing(
    account: &GoogleAccount,
    address: &FunctionAddress,
    operation: &str,
) -> Result<Kept> {
    let asked = Asked { operation, location: &address.location };
    let missing = || asked.fault(FaultKind::NotFound, format!("there is no function `{}`", address.name));
    find(account, address).await?.ok_or_else(missing)
}

/// The service of Cloud Run behind a function; the first generation has none.
pub(crate) async fn behind(
    account: &GoogleAccount,
    address: &FunctionAddress,
    kept: &Kept,
) -> Result<Option<RunService>> {
    if kept.service().is_none() {
        return Ok(None);
    }
    let asked = Asked { operation: "run.services.get", location: &address.location };
    let path = format!("v2/{}", account.name_of(address, "services")?);
    account.read(asked, Service::Run, path).await.map(Some)
}

async fn versions(
    account: &GoogleAccount,
    address: &FunctionAddress,
    kept: &Kept,
) -> Result<Vec<PublishedVersion>> {
    if kept.service().is_none() {
        return Ok(Vec::new());
    }
    let asked = Asked { operation: "run.revisions.list", location: &address.location };
    let path = format!("v2/{}/revisions", account.name_of(address, "services")?);
    let all = pages!(account, asked, Service::Run, path.as_str(), Revisions, revisions);
    let mut all: Vec<PublishedVersion> = all
        .into_iter()
        .map(|given| PublishedVersion {
            version: last(&given.name).to_owned(),
            description: String::new(),
            made_us: instant(&given.create_time),
            // The image is named by its hash.
            code_hash: given
                .containers
                .first()
                .and_then(|container| container.image.split_once('@'))
                .map(|(_, hash)| hash.to_owned())
                .unwrap_or_default(),
        })
        .collect();
    all.sort_by(|one, other| (other.made_us, &other.version).cmp(&(one.made_us, &one.version)));
    Ok(all)
}

/// Parts of the traffic as one alias, and each tag as another.
pub(crate) fn aliases(statuses: &[TrafficStatus]) -> Vec<Alias> {
    let mut parts: BTreeMap<String, u32> = BTreeMap::new();
    for status in statuses {
        if let Some(percent) = status.percent.filter(|percent| *percent > 0) {
            *parts.entry(last(&status.revision).to_owned()).or_default() += percent;
        }
    }
    let main = parts.iter().max_by_key(|(_, percent)| **percent).map(|(revision, _)| revision.clone());
    let traffic = main.map(|main| Alias {
        name: TRAFFIC.to_owned(),
        weights: parts
            .iter()
            .filter(|(revision, _)| **revision != main)
            .map(|(revision, percent)| (revision.clone(), f64::from(*percent) / 100.0))
            .collect(),
        version: main,
    });
    let tagged = statuses.iter().filter(|status| !status.tag.is_empty()).map(|status| Alias {
        name: status.tag.clone(),
        version: last(&status.revision).to_owned(),
        weights: BTreeMap::new(),
    });
    let mut all: Vec<Alias> = traffic.into_iter().chain(tagged).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

fn source(kept: &Kept) -> Option<EventSource> {
    let (id, source, state) = match kept {
        Kept::New(function) => {
            let trigger = function.event_trigger.as_ref()?;
            let topic = Some(trigger.pubsub_topic.clone()).filter(|topic| !topic.is_empty());
            (
                trigger.trigger.clone(),
                topic.unwrap_or_else(|| trigger.event_type.clone()),
                trigger.event_type.clone(),
            )
        }
        Kept::Old(function) => {
            let trigger = function.event_trigger.as_ref()?;
            (trigger.event_type.clone(), trigger.resource.clone(), trigger.event_type.clone())
        }
        Kept::Run(_) => return None,
    };
    Some(EventSource { id, source, state, batch_size: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_is_an_alias_and_so_is_each_tag() {
        let status = |revision: &str, percent, tag: &str| TrafficStatus {
            revision: revision.to_owned(),
            percent,
            tag: tag.to_owned(),
            ..TrafficStatus::default()
        };
        let all = aliases(&[
            status("tea-2", Some(90), ""),
            status("tea-1", Some(10), ""),
            status("tea-1", None, "old"),
        ]);
        assert_eq!((all[0].name.as_str(), all[0].version.as_str()), ("old", "tea-1"));
        assert_eq!((all[1].name.as_str(), all[1].version.as_str()), (TRAFFIC, "tea-2"));
        assert_eq!(all[1].weights, [("tea-1".to_owned(), 0.1)].into());
        assert_eq!(aliases(&[]), []);
    }
}

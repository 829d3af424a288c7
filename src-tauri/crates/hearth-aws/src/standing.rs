//! One function with everything around it. What may not be read is named with its reason; the rest is still true.

use crate::AwsAccount;
use crate::fault::Asked;
use crate::functions::{find, instant};
use aws_sdk_lambda::types::FunctionUrlAuthType;
use hearth_cloud::{
    Alias, EventSource, Fault, FaultKind, FunctionAddress, FunctionUrl, PublishedVersion, Result, Standing,
};
use std::collections::BTreeMap;

pub(crate) async fn standing(account: &AwsAccount, address: &FunctionAddress) -> Result<Standing> {
    let asked = Asked { operation: "lambda:GetFunctionConfiguration", location: &address.location };
    let missing = || asked.fault(FaultKind::NotFound, format!("there is no function `{}`", address.name));
    let mut function = find(account, address).await?.ok_or_else(missing)?;
    let (limit, versions, aliases, url, sources, provisioned, tags) = futures_util::join!(
        limit(account, address),
        versions(account, address),
        aliases(account, address),
        url(account, address),
        event_sources(account, address),
        provisioned(account, address),
        tags(account, &function.resource, &address.location),
    );
    let mut unread = Vec::new();
    function.configuration.reserved_concurrency = keep(limit, &mut unread);
    let versions = keep(versions, &mut unread);
    Ok(Standing {
        versions,
        aliases: keep(aliases, &mut unread),
        url: keep(url, &mut unread),
        event_sources: keep(sources, &mut unread),
        provisioned: keep(provisioned, &mut unread),
        tags: keep(tags, &mut unread),
        function,
        unread,
    })
}

fn keep<T: Default>(read: Result<T>, unread: &mut Vec<Fault>) -> T {
    read.unwrap_or_else(|fault| {
        unread.push(fault);
        T::default()
    })
}

/// The limit of a function, none when it has none.
pub(crate) async fn limit(account: &AwsAccount, address: &FunctionAddress) -> Result<Option<u32>> {
    let asked = Asked { operation: "lambda:GetFunctionConcurrency", location: &address.location };
    let client = account.lambda(&address.location)?;
    let answer = client
        .get_function_concurrency()
        .function_name(&address.name)
        .send()
        .await
        .map_err(|error| asked.failed(&error))?;
    Ok(answer.reserved_concurrent_executions().and_then(|limit| u32::try_from(limit).ok()))
}

async fn versions(account: &AwsAccount, address: &FunctionAddress) -> Result<Vec<PublishedVersion>> {
    let asked = Asked { operation: "lambda:ListVersionsByFunction", location: &address.location };
    let client = account.lambda(&address.location)?;
    let mut pages = client.list_versions_by_function().function_name(&address.name).into_paginator().send();
    let mut versions = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        versions.extend(page.versions().iter().filter(|given| given.version() != Some("$LATEST")).map(
            |given| PublishedVersion {
                version: given.version().unwrap_or_default().to_owned(),
                description: given.description().unwrap_or_default().to_owned(),
                made_us: given.last_modified().and_then(instant),
                code_hash: given.code_sha256().unwrap_or_default().to_owned(),
            },
        ));
    }
    versions.sort_by_key(|version| std::cmp::Reverse(version.version.parse::<u64>().unwrap_or_default()));
    Ok(versions)
}

pub(crate) async fn aliases(account: &AwsAccount, address: &FunctionAddress) -> Result<Vec<Alias>> {
    let asked = Asked { operation: "lambda:ListAliases", location: &address.location };
    let client = account.lambda(&address.location)?;
    let mut pages = client.list_aliases().function_name(&address.name).into_paginator().send();
    let mut aliases = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        aliases.extend(page.aliases().iter().map(|given| {
            Alias {
                name: given.name().unwrap_or_default().to_owned(),
                version: given.function_version().unwrap_or_default().to_owned(),
                weights: given
                    .routing_config()
                    .and_then(|routing| routing.additional_version_weights())
                    .map(|weights| weights.iter().map(|(version, part)| (version.clone(), *part)).collect())
                    .unwrap_or_default(),
            }
        }));
    }
    aliases.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(aliases)
}

/// One alias, none when it is not there.
pub(crate) async fn alias(
    account: &AwsAccount,
    address: &FunctionAddress,
    name: &str,
) -> Result<Option<Alias>> {
    Ok(aliases(account, address).await?.into_iter().find(|alias| alias.name == name))
}

/// A function's address, none when it has none.
pub(crate) async fn url(account: &AwsAccount, address: &FunctionAddress) -> Result<Option<FunctionUrl>> {
    let asked = Asked { operation: "lambda:GetFunctionUrlConfig", location: &address.location };
    let client = account.lambda(&address.location)?;
    match client.get_function_url_config().function_name(&address.name).send().await {
        Ok(answer) => Ok(Some(FunctionUrl {
            url: answer.function_url().to_owned(),
            public: *answer.auth_type() == FunctionUrlAuthType::None,
        })),
        Err(error) => {
            let fault = asked.failed(&error);
            if fault.kind == FaultKind::NotFound { Ok(None) } else { Err(fault) }
        }
    }
}

/// What calls a function.
async fn event_sources(account: &AwsAccount, address: &FunctionAddress) -> Result<Vec<EventSource>> {
    let asked = Asked { operation: "lambda:ListEventSourceMappings", location: &address.location };
    let client = account.lambda(&address.location)?;
    let mut pages = client.list_event_source_mappings().function_name(&address.name).into_paginator().send();
    let mut sources = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        sources.extend(page.event_source_mappings().iter().map(|given| EventSource {
            id: given.uuid().unwrap_or_default().to_owned(),
            source: given.event_source_arn().unwrap_or_default().to_owned(),
            state: given.state().unwrap_or_default().to_owned(),
            batch_size: given.batch_size().and_then(|size| u32::try_from(size).ok()),
        }));
    }
    Ok(sources)
}

async fn provisioned(account: &AwsAccount, address: &FunctionAddress) -> Result<BTreeMap<String, u32>> {
    let asked = Asked { operation: "lambda:ListProvisionedConcurrencyConfigs", location: &address.location };
    let client = account.lambda(&address.location)?;
    let mut pages =
        client.list_provisioned_concurrency_configs().function_name(&address.name).into_paginator().send();
    let mut kept = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = match page.map_err(|error| asked.failed(&error)) {
            // Some endpoints say that there is none in this way.
            Err(fault) if fault.kind == FaultKind::NotFound => break,
            page => page?,
        };
        for given in page.provisioned_concurrency_configs() {
            let of = given.function_arn().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default();
            let count = given.requested_provisioned_concurrent_executions().unwrap_or_default();
            kept.insert(of.to_owned(), u32::try_from(count).unwrap_or_default());
        }
    }
    Ok(kept)
}

pub(crate) async fn tags(
    account: &AwsAccount,
    arn: &str,
    location: &str,
) -> Result<BTreeMap<String, String>> {
    let asked = Asked { operation: "lambda:ListTags", location };
    let client = account.lambda(location)?;
    let answer = client.list_tags().resource(arn).send().await.map_err(|error| asked.failed(&error))?;
    Ok(answer
        .tags()
        .map(|tags| tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
        .unwrap_or_default())
}

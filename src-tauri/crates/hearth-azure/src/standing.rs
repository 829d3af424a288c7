//! One app with everything around it. What may not be read is named with its reason; the rest is still true.

use crate::AzureAccount;
use crate::account::check;
use crate::functions::{Access, Inside, inside};
use crate::settings;
use crate::sites::{Site, existing};
use hearth_cloud::{Fault, FunctionAddress, FunctionUrl, Result, Standing};

pub(crate) async fn standing(account: &AzureAccount, address: &FunctionAddress) -> Result<Standing> {
    check(&address.location)?;
    let site = existing(account, address, "Microsoft.Web/sites/read").await?;
    let (inside, settings) =
        futures_util::future::join(inside(account, &site), settings::read(account, &site.id)).await;
    let mut unread = Vec::new();
    let inside = keep(inside, &mut unread);
    let mut function = site.function();
    function.configuration.environment_names = settings::names(&keep(settings, &mut unread));
    Ok(Standing {
        versions: Vec::new(),
        aliases: Vec::new(),
        url: url(&site, &inside),
        event_sources: inside.iter().map(Inside::event_source).collect(),
        provisioned: site.always_ready(),
        tags: site.tags(),
        function,
        unread,
    })
}

/// Where the only function over HTTP answers.
fn url(site: &Site, inside: &[Inside]) -> Option<FunctionUrl> {
    let mut over_http = inside.iter().filter(|one| one.is_http());
    let (Some(one), None) = (over_http.next(), over_http.next()) else { return None };
    Some(FunctionUrl {
        url: format!("https://{}{}", site.host()?, one.path()),
        public: one.access() == Access::Anybody,
    })
}

fn keep<T: Default>(read: Result<T>, unread: &mut Vec<Fault>) -> T {
    read.unwrap_or_else(|fault| {
        unread.push(fault);
        T::default()
    })
}

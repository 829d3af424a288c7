//! Carries one request out, and takes one back. Owns what is read for it at that moment: keys that go into settings and
//! nowhere else. Must not decide what is done.

use crate::AzureAccount;
use crate::action::{Action, Filled, Target};
use crate::arm::{COMPONENTS, STORAGE, WEB, without};
use crate::fault::Asked;
use crate::functions::inside;
use crate::secret::Secret;
use crate::sites::Site;
use crate::{kudu, settings};
use hearth_cloud::{Back, Course, FaultKind, Power, Result};
use serde::Deserialize;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Longest that Azure is given to find the functions in new code.
const FOUND: Duration = Duration::from_mins(3);

/// What requests leave for those after them, and for people.
#[derive(Default)]
pub(crate) struct Made {
    /// Every secret that was read or sent: no fault may quote one.
    pub(crate) secrets: Vec<Secret>,
    pub(crate) results: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    value: String,
}

#[derive(Deserialize)]
struct Component {
    properties: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Connection {
    connection_string: String,
}

impl AzureAccount {
    /// Carries a request out.
    pub(crate) async fn carry_out(
        &self,
        action: &Action,
        target: &Target,
        made: &mut Made,
        course: &Course,
    ) -> Result<()> {
        let done = self.carried_out(action, target, made, course).await;
        done.map_err(|fault| without(fault, &made.secrets))
    }

    async fn carried_out(
        &self,
        action: &Action,
        target: &Target,
        made: &mut Made,
        course: &Course,
    ) -> Result<()> {
        let asked = Asked { operation: action.operation(), about: &target.names.app };
        match action {
            Action::PutSite(new) => {
                made.secrets.extend(new.values.values().cloned());
                let filled = self.filled(target, made).await?;
                self.send(&asked, action, target, Some(&filled), made, course).await
            }
            Action::PutSettings { values } => {
                made.secrets.extend(values.values().cloned());
                settings::merge(self, &target.site_id, values, course).await
            }
            Action::Publish { code, .. } => {
                let site: Site = self.get(&asked, &target.site_id, WEB).await?;
                kudu::publish(self, &site, &code.zip, &made.secrets, course).await
            }
            Action::SyncTriggers => {
                self.send(&asked, action, target, None, made, course).await?;
                course.watch(self.found(target, &asked, made)).await
            }
            _ => self.send(&asked, action, target, Some(&Filled::default()), made, course).await,
        }
    }

    async fn send(
        &self,
        asked: &Asked<'_>,
        action: &Action,
        target: &Target,
        filled: Option<&Filled>,
        made: &Made,
        course: &Course,
    ) -> Result<()> {
        let Some(request) = action.request(target, filled) else { return Ok(()) };
        self.change(asked, request, &made.secrets, course).await
    }

    /// The keys that a new app needs, read at this moment.
    async fn filled(&self, target: &Target, made: &mut Made) -> Result<Filled> {
        let names = &target.names;
        let asked =
            Asked { operation: "Microsoft.Storage/storageAccounts/listKeys/action", about: &names.storage };
        let keys: Keys =
            self.list_secret(&asked, &format!("{}/listKeys", names.storage_id()), STORAGE).await?;
        let Some(key) = keys.keys.into_iter().next() else {
            return Err(asked.fault(FaultKind::NotFound, "the storage account has no key"));
        };
        let storage = Secret::new(format!(
            "DefaultEndpointsProtocol=https;AccountName={};AccountKey={};EndpointSuffix=core.windows.net",
            names.storage, key.value
        ));
        let asked = Asked { operation: "Microsoft.Insights/components/read", about: &names.group };
        let component: Component = self.get(&asked, &names.component_id(), COMPONENTS).await?;
        let insights = Secret::new(component.properties.connection_string);
        made.secrets.extend([Secret::new(key.value), storage.clone(), insights.clone()]);
        Ok(Filled { storage: Some(storage), insights: Some(insights) })
    }

    /// Waits until Azure lists the functions of new code, since a list that stays empty means that nothing answers.
    async fn found(&self, target: &Target, asked: &Asked<'_>, made: &mut Made) -> Result<()> {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(200);
        loop {
            let site: Site = self.get(asked, &target.site_id, WEB).await?;
            let functions = inside(self, &site).await?;
            if !functions.is_empty() {
                for function in functions.iter().filter(|function| function.is_http()) {
                    let host = site.host().unwrap_or_default();
                    made.results.push(("url".to_owned(), format!("https://{host}{}", function.path())));
                }
                return Ok(());
            }
            if begun.elapsed() > FOUND {
                let words = "the code is in place, but Azure finds no function in it: look at the app's logs";
                return Err(asked.fault(FaultKind::Invalid, words));
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// Takes a request back that was carried out. What cannot be taken back, or goes with the group, is left.
    pub(crate) async fn take_back(&self, action: &Action, target: &Target) -> Result<Back> {
        let undo = match action {
            Action::PutGroup => Action::DeleteGroup,
            Action::Power { power: Power::Start, before: Power::Stop } => {
                Action::Power { power: Power::Stop, before: Power::Start }
            }
            Action::Power { power: Power::Stop, before: Power::Start } => {
                Action::Power { power: Power::Start, before: Power::Stop }
            }
            _ => return Ok(Back::Nothing),
        };
        let (mut nothing, course) = (Made::default(), Course::unwatched());
        self.carry_out(&undo, target, &mut nothing, &course).await.map(|()| Back::Done)
    }
}

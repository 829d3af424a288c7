//! Signing in to AWS through IAM Identity Center, as AWS's own command line does it: which session a profile uses, the
//! device flow, and the file in which AWS's tools share the token. Must not know who is told.

mod device;
mod kept;
mod session;

use crate::discover::Files;
use crate::fault::Asked;
use crate::open::{Aws, Patience};
use crate::regions::is_region;
use aws_config::Region;
use hearth_cloud::{Account, Confirm, FaultKind, Result, SignInFlow};
use session::{Session, Way};
use std::time::Duration;

/// Where AWS's command line is found.
const INSTALL: &str = "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html";
const ASKED: Asked<'static> = Asked { operation: "signing in", location: "" };
/// A person waits for these.
const PATIENCE: Patience =
    Patience { attempt: Duration::from_secs(20), operation: Duration::from_secs(45), tries: 3 };

impl Aws {
    fn way(&self, account: &Account) -> Option<Way> {
        // Keys of the environment and endpoints are no profiles.
        account.sign_in_command.as_ref()?;
        session::way(&Files::read(&self.place), &account.name)
    }

    pub(crate) fn flow(&self, account: &Account) -> Option<SignInFlow> {
        Some(match self.way(account)? {
            Way::Session(session) => SignInFlow::Page { start: session.start_url },
            Way::Login(profile) => SignInFlow::Tool {
                // A profile's name may have a space in it.
                command: vec!["aws".to_owned(), "login".to_owned(), "--profile".to_owned(), profile],
                install: INSTALL.to_owned(),
            },
        })
    }

    pub(crate) async fn signed_in(&self, account: &Account, confirm: Confirm) -> Result<()> {
        let Some(Way::Session(session)) = self.way(account) else {
            let words = format!("`{}` does not sign in through IAM Identity Center", account.name);
            return Err(ASKED.fault(FaultKind::Unable, words));
        };
        let folder = self.place.sso_cache().ok_or_else(|| {
            ASKED.fault(FaultKind::Invalid, "there is no home folder, in which AWS's tools keep sign-ins")
        })?;
        let client = self.oidc(account, &session).await?;
        let token = device::token(&client, &session, &confirm, self.clock.as_ref()).await?;
        kept::keep(&folder, &session.key, &token).map_err(|error| {
            let words = format!("the sign-in cannot be kept in {}: {error}", self.place.shown(&folder));
            ASKED.fault(FaultKind::Other, words)
        })
    }

    /// The service that hands out tokens, which nobody needs keys to ask.
    async fn oidc(&self, account: &Account, session: &Session) -> Result<aws_sdk_ssooidc::Client> {
        let region = session.region.clone().unwrap_or_default();
        if !is_region(&region) {
            let words = if region.is_empty() {
                format!("{} has no sso_region: add it to ~/.aws/config", session.named())
            } else {
                format!("{} has the sso_region `{region}`, which is no region", session.named())
            };
            return Err(ASKED.fault(FaultKind::Invalid, words));
        }
        let loader = self.loader(Region::new(region), &PATIENCE).no_credentials().profile_name(&account.name);
        Ok(aws_sdk_ssooidc::Client::new(&loader.load().await))
    }
}

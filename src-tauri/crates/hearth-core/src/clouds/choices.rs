//! What a person chose for accounts, kept in the ledger's settings: names, instants and addresses, nothing secret.

use crate::{ApiError, Result};
use hearth_aws::Endpoint;
use hearth_cloud::AccountId;
use hearth_model::Micros;
use hearth_store::Store;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const KEY: &str = "clouds";

/// Chosen for one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Choice {
    pub(crate) is_production: Option<bool>,
    pub(crate) unlocked_until_us: Option<Micros>,
    pub(crate) locations: Vec<String>,
}

/// All choices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Choices {
    pub(crate) accounts: BTreeMap<String, Choice>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) google_endpoints: Vec<hearth_google::Endpoint>,
    pub(crate) azure_endpoints: Vec<hearth_azure::Endpoint>,
}

impl Choices {
    pub(crate) async fn load(store: &Store) -> Result<Self> {
        let Some(text) = store.setting(KEY).await? else { return Ok(Self::default()) };
        Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "the choices for accounts cannot be read; every account is read-only again");
            Self::default()
        }))
    }

    pub(crate) async fn keep(&self, store: &Store) -> Result<()> {
        let text = serde_json::to_string(self).map_err(|error| {
            ApiError::internal("the choices for accounts could not be written").with_detail(error.to_string())
        })?;
        Ok(store.set_setting(KEY, &text).await?)
    }

    /// Whether a person added an endpoint of this name.
    pub(crate) fn has_endpoint(&self, name: &str) -> bool {
        self.endpoints.iter().any(|endpoint| endpoint.name == name)
            || self.azure_endpoints.iter().any(|endpoint| endpoint.name == name)
            || self.google_endpoints.iter().any(|endpoint| endpoint.name == name)
    }

    /// Forgets it, whoever it speaks as: a name is one account.
    pub(crate) fn forget_endpoint(&mut self, name: &str) {
        self.endpoints.retain(|endpoint| endpoint.name != name);
        self.azure_endpoints.retain(|endpoint| endpoint.name != name);
        self.google_endpoints.retain(|endpoint| endpoint.name != name);
    }

    pub(crate) fn of(&self, account: &AccountId) -> Choice {
        self.accounts.get(account.as_str()).cloned().unwrap_or_default()
    }

    pub(crate) fn of_mut(&mut self, account: &AccountId) -> &mut Choice {
        self.accounts.entry(account.0.clone()).or_default()
    }
}

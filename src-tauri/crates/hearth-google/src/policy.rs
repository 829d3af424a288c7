//! Who may call a function: the policy of its service in Cloud Run, or of a function of the first generation. A policy is
//! read whole and written back whole with its etag, so that nobody else's change is lost.

use crate::GoogleAccount;
use crate::client::Service;
use crate::fault::Asked;
use crate::functions::Kept;
use crate::wire::Policy;
use hearth_cloud::{FunctionAddress, Result};
use serde_json::{Value, json};

const ANYBODY: &str = "allUsers";

/// Where a policy is kept.
pub(crate) struct Guarded {
    pub(crate) service: Service,
    /// With the version of the API, without the verb.
    pub(crate) path: String,
    role: &'static str,
    reads: &'static str,
    pub(crate) writes: &'static str,
}

impl Guarded {
    pub(crate) fn of(account: &GoogleAccount, address: &FunctionAddress, kept: &Kept) -> Result<Self> {
        Ok(match kept {
            Kept::Old(_) => Self {
                service: Service::Functions,
                path: format!("v1/{}", account.name_of(address, "functions")?),
                role: "roles/cloudfunctions.invoker",
                reads: "cloudfunctions.functions.getIamPolicy",
                writes: "cloudfunctions.functions.setIamPolicy",
            },
            Kept::New(_) | Kept::Run(_) => Self {
                service: Service::Run,
                path: format!("v2/{}", account.name_of(address, "services")?),
                role: "roles/run.invoker",
                reads: "run.services.getIamPolicy",
                writes: "run.services.setIamPolicy",
            },
        })
    }

    /// The policy as it is.
    pub(crate) async fn read(&self, account: &GoogleAccount, location: &str) -> Result<Value> {
        let asked = Asked { operation: self.reads, location };
        account.read(asked, self.service, format!("{}:getIamPolicy", self.path)).await
    }

    /// Whether anybody may call it.
    pub(crate) fn is_public(&self, policy: &Value) -> bool {
        let policy: Policy = serde_json::from_value(policy.clone()).unwrap_or_default();
        policy.bindings.iter().any(|binding| {
            binding.role == self.role
                && binding.condition.is_none()
                && binding.members.iter().any(|member| member == ANYBODY)
        })
    }

    /// The policy with anybody in it, or without.
    pub(crate) fn changed(&self, policy: &Value, public: bool) -> Value {
        let mut policy = policy.clone();
        let mut bindings = policy["bindings"].as_array().cloned().unwrap_or_default();
        let is_ours = |binding: &Value| {
            binding["role"] == self.role && binding.get("condition").is_none_or(Value::is_null)
        };
        for binding in bindings.iter_mut().filter(|binding| is_ours(binding)) {
            if let Some(members) = binding["members"].as_array_mut() {
                members.retain(|member| member != ANYBODY);
            }
        }
        bindings.retain(|binding| binding["members"].as_array().is_some_and(|members| !members.is_empty()));
        if public {
            let mut ours = bindings.iter_mut().filter(|binding| is_ours(binding));
            match ours.next().and_then(|binding| binding["members"].as_array_mut()) {
                Some(members) => members.push(json!(ANYBODY)),
                None => bindings.push(json!({ "role": self.role, "members": [ANYBODY] })),
            }
        }
        policy["bindings"] = Value::Array(bindings);
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anybody_comes_and_goes_and_everybody_else_stays() {
        let guarded = Guarded {
            service: Service::Run,
            path: String::new(),
            role: "roles/run.invoker",
            reads: "",
            writes: "",
        };
        let before = json!({
            "etag": "abc",
            "version": 1,
            "bindings": [
                { "role": "roles/run.invoker", "members": ["user:me@x.org"] },
                { "role": "roles/owner", "members": ["user:boss@x.org"] },
            ],
        });
        let open = guarded.changed(&before, true);
        assert!(guarded.is_public(&open) && !guarded.is_public(&before));
        assert_eq!(open["etag"], "abc");
        assert_eq!(open["bindings"][0]["members"], json!(["user:me@x.org", "allUsers"]));
        assert_eq!(guarded.changed(&open, false), before);
        let first = guarded.changed(&json!({ "etag": "x" }), true);
        assert_eq!(first["bindings"].as_array().map(Vec::len), Some(1));
    }
}

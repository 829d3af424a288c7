//! Typed ids. Owns their text forms; must not know what they point at.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

id! {
    /// One function, for ever: a ULID that survives renames of its account.
    FunctionId
}
id! {
    /// One execution environment: a ULID, so that environments sort by birth.
    EnvironmentId
}
id! {
    /// One invocation: a UUID in lower case, the form AWS uses for request ids.
    RequestId
}
id! {
    /// One power tuning: a ULID, so that tunings sort by their start.
    TuningId
}

impl FunctionId {
    /// A new id.
    pub fn generate() -> Self {
        Self(ulid::Ulid::generate().to_string())
    }

    /// The id of a function in an account: its place, so that it is the same function each time it is read. No function
    /// of this computer has a `/` in its name or id, so that one can never be taken for the other.
    pub fn in_account(account: &str, location: &str, name: &str) -> Self {
        Self(format!("{account}/{location}/{name}"))
    }

    /// Account, location and name of a function in an account; none for one of this computer.
    pub fn place(&self) -> Option<(&str, &str, &str)> {
        // The id of an account may have a `/` in it; names and locations have none.
        let mut parts = self.0.rsplitn(3, '/');
        let (name, location, account) = (parts.next()?, parts.next()?, parts.next()?);
        Some((account, location, name))
    }
}

impl TuningId {
    /// A new id.
    pub fn generate() -> Self {
        Self(ulid::Ulid::generate().to_string())
    }
}

impl EnvironmentId {
    /// A new id.
    pub fn generate() -> Self {
        Self(ulid::Ulid::generate().to_string())
    }
}

impl RequestId {
    /// A new id.
    pub fn generate() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_in_an_account_says_where_it_is() {
        let id = FunctionId::in_account("aws:org/dev", "eu-west-1", "kettle");
        assert_eq!(id.place(), Some(("aws:org/dev", "eu-west-1", "kettle")));
        assert_eq!(FunctionId::generate().place(), None);
        assert_eq!(FunctionId::from("kettle").place(), None);
    }
}

//! Signing in through the vendor's own flow: a page of the vendor on which a person confirms a code, or a program of the
//! vendor. Holds what a person must see of it; device codes and tokens never come here.

use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use ts_rs::TS;

/// How a person signs in to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum SignInFlow {
    /// Hearth asks the vendor for a code, and a person confirms it on the vendor's page.
    Page {
        /// Where the person is known, for instance the start page of single sign-on.
        start: String,
    },
    /// A program of the vendor does everything.
    Tool {
        /// The program and its arguments.
        command: Vec<String>,
        /// Where to get the program.
        install: String,
    },
}

impl SignInFlow {
    /// A tool by a command line none of whose words has a space in it.
    pub fn tool(command: &str, install: &str) -> Self {
        let command = command.split_whitespace().map(str::to_owned).collect();
        Self::Tool { command, install: install.to_owned() }
    }
}

/// What a person does on the vendor's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Confirmation {
    /// The page.
    pub page: String,
    /// The page with the code filled in already.
    pub page_with_code: Option<String>,
    /// The code that the page must show, or asks for.
    pub code: String,
    /// Until when it can be confirmed.
    pub until_us: Micros,
}

/// Who is told what a person must confirm.
pub type Confirm = Arc<dyn Fn(Confirmation) + Send + Sync>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_becomes_words() {
        let SignInFlow::Tool { command, .. } = SignInFlow::tool("az login --tenant 1-2", "here") else {
            panic!("a tool")
        };
        assert_eq!(command, ["az", "login", "--tenant", "1-2"]);
    }
}

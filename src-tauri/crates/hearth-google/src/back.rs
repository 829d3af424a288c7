//! Taking back what a change left that was half made when Hearth was killed: what is kept of a call outside this process,
//! and from that to requests, after looking at what is there. Owns that no function is deleted which Hearth did not make.
//! Changes nothing.

use crate::GoogleAccount;
use crate::functions::{Kept, find};
use crate::plan::{Draft, deletion, open_to};
use hearth_cloud::{BegunCall, CostEffect, FunctionAddress, Result, Undo, UrlAccess};
use serde::{Deserialize, Serialize};

/// The label on a function that Hearth made: its name.
pub(crate) const LABEL: &str = "hearth-function";

/// How a request is taken back. Nothing here is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "back", rename_all = "snake_case")]
pub(crate) enum Record {
    DeleteFunction,
    /// Whether anybody may call it.
    Access {
        public: bool,
    },
}

pub(crate) async fn plan(
    account: &GoogleAccount,
    function: &FunctionAddress,
    calls: &[BegunCall],
) -> Result<Draft> {
    let name = &function.name;
    let mut draft = Draft {
        title: format!(
            "Take back what a change of {name} in {}, {} left",
            account.account.name, function.location
        ),
        cost: Some(CostEffect {
            words: "These calls cost nothing, and no call is billed any more; a container that was built by then is stored."
                .to_owned(),
            standing: false,
        }),
        undo: Some(Undo::Impossible {
            words: "What is taken back is made again only by making the change again.".to_owned(),
        }),
        ..Draft::default()
    };
    let kept = find(account, function).await?;
    for call in calls.iter().rev() {
        let operation = &call.operation;
        let words = match call.record.as_deref().map(serde_json::from_str) {
            Some(Ok(Record::DeleteFunction)) => match &kept {
                None => continue,
                Some(kept) if is_ours(kept, name) => {
                    draft.requests.push(deletion(account, function, kept)?);
                    continue;
                }
                Some(_) => {
                    format!(
                        "{name} stays: it has not the label {LABEL}, so that another than Hearth made it."
                    )
                }
            },
            Some(Ok(Record::Access { public })) => {
                if kept.is_some() {
                    let access = if public { UrlAccess::Public } else { UrlAccess::Account };
                    let back = open_to(account, function, access).await?;
                    draft.requests.extend(back.requests);
                    draft.warnings.extend(back.warnings);
                }
                continue;
            }
            Some(Err(_)) => format!(
                "{operation} stays: this Hearth does not know how it is taken back; a newer one noted it."
            ),
            None => format!("Nothing takes {operation} back, if it was made."),
        };
        if !draft.warnings.contains(&words) {
            draft.warnings.push(words);
        }
    }
    if draft.requests.is_empty() {
        draft
            .warnings
            .push("Nothing is left that could be taken back: this only forgets the change.".to_owned());
    }
    Ok(draft)
}

fn is_ours(kept: &Kept, name: &str) -> bool {
    match kept {
        Kept::New(function) => function.labels.get(LABEL).is_some_and(|label| label == name),
        Kept::Run(_) | Kept::Old(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        for (record, text) in [
            (Record::DeleteFunction, r#"{"back":"delete_function"}"#),
            (Record::Access { public: false }, r#"{"back":"access","public":false}"#),
        ] {
            assert_eq!(serde_json::to_string(&record).unwrap(), text);
            assert_eq!(serde_json::from_str::<Record>(text).unwrap(), record);
        }
    }
}

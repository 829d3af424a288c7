//! Secrets while they are used: tokens, keys, values of settings. They cannot be printed or serialised, and texts from
//! outside pass through [`scrub`] before a person sees them.

use std::fmt;

/// A token, a key or a value that nobody may see.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for a request's header or body and for nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// What stands before a secret in texts of Azure.
const MARKS: [&str; 14] = [
    "accountkey=",
    "sharedaccesskey=",
    "sharedaccesssignature=",
    "instrumentationkey=",
    "sig=",
    "code=",
    "password=",
    "pwd=",
    "client_secret=",
    "x-functions-key: ",
    "access_token\":\"",
    "accesstoken\":\"",
    "bearer ",
    "secret=",
];
/// Shorter values are too common to be looked for.
const SHORTEST: usize = 6;
const MASK: &str = "***";

/// The text without secrets that were used, and without what looks like one.
pub(crate) fn scrub(text: &str, known: &[Secret]) -> String {
    let mut text = text.to_owned();
    for secret in known {
        if secret.reveal().len() >= SHORTEST {
            text = text.replace(secret.reveal(), MASK);
        }
    }
    for mark in MARKS {
        let mut from = 0;
        // Lower-casing ASCII keeps every place where it is.
        while let Some(found) = text[from..].to_ascii_lowercase().find(mark) {
            let begin = from + found + mark.len();
            let rest = &text[begin..];
            let length = rest
                .find(|letter: char| {
                    letter.is_whitespace() || matches!(letter, ';' | '&' | '"' | '\'' | ',' | '<')
                })
                .unwrap_or(rest.len());
            text.replace_range(begin..begin + length, MASK);
            from = begin + MASK.len();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_and_what_looks_like_a_secret_is_masked() {
        let known = [Secret::new("hunter22"), Secret::new("on")];
        let text = scrub(
            "build of hunter22 is on: DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Pl4nted==;x \
             https://b/c?sv=1&SIG=Pl4nted&x Authorization: Bearer eyPl4nted",
            &known,
        );
        assert!(!text.contains("hunter22") && !text.contains("Pl4nted"), "{text}");
        assert!(text.contains("is on:") && text.contains("AccountName=a;"), "{text}");
        assert_eq!(format!("{:?}", known[0]), "Secret(…)");
    }
}

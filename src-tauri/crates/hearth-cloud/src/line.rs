//! Command lines for a person to copy: what a shell takes as one word stays one. Must not know a command.

use crate::Account;

/// A word as a shell takes it. What a person or a file named may have spaces, quotes and more in it.
pub fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@%+,".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

impl Account {
    /// Names it, and a place in it, on a command line of Hearth.
    pub fn flags(&self, location: &str) -> String {
        format!("--account {} --region {}", quoted(self.id.as_str()), quoted(location))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        for (text, line) in [
            ("aws:default", "aws:default"),
            ("arn:aws:sns:us-east-1:1:tea", "arn:aws:sns:us-east-1:1:tea"),
            ("aws:my console", "'aws:my console'"),
            ("it's $HOME", "'it'\\''s $HOME'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(text), line);
        }
    }
}

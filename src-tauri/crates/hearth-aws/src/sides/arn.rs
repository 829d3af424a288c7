//! AWS's full names, as far as triggers need their parts. Pure.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The parts of `arn:PARTITION:SERVICE:REGION:ACCOUNT:REST`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) rest: &'a str,
}

impl<'a> Arn<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, rest] = parts.as_slice() else { return None };
        (!rest.is_empty()).then_some(Self { partition, service, region, account, rest })
    }
}

/// The version of a layer without its number, so that versions of one layer are told from those of another.
pub(crate) fn layer_of(version: &str) -> &str {
    match Arn::parse(version).map(|arn| arn.rest.matches(':').count()) {
        // `layer:NAME:NUMBER`
        Some(2) => version.rsplit_once(':').map_or(version, |(layer, _)| layer),
        _ => version,
    }
}

/// A name that AWS takes, at most `longest` characters: it begins with `prefix`, reads as `words`, and is another one for
/// each `of`.
pub(crate) fn name_for(prefix: &str, words: &str, of: &str, longest: usize) -> String {
    let hash = Sha256::digest(of.as_bytes());
    let hash = hash.iter().take(4).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    });
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let parts: Vec<&str> = words.split(|letter| !plain(letter)).filter(|part| !part.is_empty()).collect();
    let mut words = parts.join("-");
    words.truncate(longest.saturating_sub(prefix.len() + hash.len() + 1));
    format!("{prefix}{words}-{hash}")
}

/// The last part of a full name, which is what people call it.
pub(crate) fn short(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let arn = Arn::parse("arn:aws-cn:sqs:cn-north-1:111122223333:orders").unwrap();
        assert_eq!((arn.partition, arn.service, arn.rest), ("aws-cn", "sqs", "orders"));
        assert_eq!(Arn::parse("orders"), None);
        assert_eq!(Arn::parse("arn:aws:sqs:x:1:"), None);
        let layer = "arn:aws:lambda:us-east-1:1:layer:pandas";
        assert_eq!(layer_of(&format!("{layer}:7")), layer);
        assert_eq!(layer_of(layer), layer);
    }

    #[test]
    fn names_that_hearth_gives_fit_and_differ() {
        let rule = |when: &str| name_for("hearth-", &format!("kettle {when}"), when, 64);
        assert!(
            rule("rate(5 minutes)").starts_with("hearth-kettle-rate-5-minutes-"),
            "{}",
            rule("rate(5 minutes)")
        );
        assert_ne!(rule("rate(5 minutes)"), rule("rate(5-minutes)"), "the same words, another schedule");
        let bucket = "x.".repeat(31);
        let long = name_for("hearth-", &bucket, &bucket, 40);
        assert_eq!(long.len(), 40, "{long}");
        assert_eq!(short("arn:aws:sqs:us-east-1:1:orders"), "orders");
    }
}

//! AWS's configuration files, as far as finding accounts needs them. Values of keys and tokens are dropped while a
//! line is read: what is kept of them is that they are there.

use std::collections::BTreeMap;

/// Keys whose values are secrets, or may hold one.
const SECRET: [&str; 6] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
    "credential_process",
    "external_id",
];

/// A section's keys and values; a secret's value is empty.
pub(crate) type Section = BTreeMap<String, String>;

/// Sections of a file by their headings, for instance `default`, `profile dev`, `sso-session corp`.
pub(crate) fn sections(text: &str) -> BTreeMap<String, Section> {
    let mut all: BTreeMap<String, Section> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        // An indented line goes on with the value before: a nested setting, which finding accounts does not need.
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(heading) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let heading = heading.0.split_whitespace().collect::<Vec<_>>().join(" ");
            all.entry(heading.clone()).or_default();
            current = Some(heading);
            continue;
        }
        let (Some(section), Some((key, value))) = (&current, line.split_once('=')) else { continue };
        let key = key.trim().to_ascii_lowercase();
        let is_secret = SECRET.contains(&key.as_str());
        // A note after a value begins with a space and a sign.
        let value = value.split(" #").next().and_then(|value| value.split(" ;").next()).unwrap_or_default();
        let value = if is_secret { String::new() } else { value.trim().to_owned() };
        all.entry(section.clone()).or_default().insert(key, value);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_dropped_while_reading() {
        let text = "# a note\n[ profile  dev ]\nregion = eu-west-1 # mine\ns3 =\n  max = 2\n\
            aws_access_key_id=AKIAPLANTED\naws_secret_access_key = planted/secret=\n\
            credential_process = /bin/x --token planted\n[broken\nnothing\n[sso-session corp]\nsso_region=us-east-1\n";
        let all = sections(text);
        let dev = &all["profile dev"];
        assert_eq!(dev["region"], "eu-west-1");
        assert!(dev.contains_key("aws_access_key_id") && dev.contains_key("credential_process"));
        assert_eq!(all["sso-session corp"]["sso_region"], "us-east-1");
        assert!(!format!("{all:?}").to_lowercase().contains("planted"), "{all:?}");
    }
}

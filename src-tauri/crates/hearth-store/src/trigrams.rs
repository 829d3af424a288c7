//! Searching by part of a text: the question for an index of trigrams. Must not know tables.

use std::collections::BTreeSet;

/// An index of trigrams can find no shorter text.
const SHORTEST: usize = 3;
/// More than these hardly narrow anything down.
const MOST: usize = 24;

/// The question that finds every text that may contain `text`; what it finds must be looked at once more. None
/// when the text is too short to be looked up.
pub(crate) fn question(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() < SHORTEST || characters.contains(&'\0') {
        return None;
    }
    let mut seen = BTreeSet::new();
    let words: Vec<String> = characters
        .windows(SHORTEST)
        .map(|window| window.iter().collect::<String>())
        .filter(|trigram| seen.insert(trigram.clone()))
        .take(MOST)
        .map(|trigram| format!("\"{}\"", trigram.replace('"', "\"\"")))
        .collect();
    Some(words.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trigram_is_asked_for_once() {
        assert_eq!(question("ab"), None);
        assert_eq!(question("abc").as_deref(), Some("\"abc\""));
        assert_eq!(question("aaaa").as_deref(), Some("\"aaa\""));
        assert_eq!(question("a\"b c").as_deref(), Some("\"a\"\"b\" AND \"\"\"b \" AND \"b c\""));
    }
}

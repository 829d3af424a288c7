//! Searching by part of a text: the question for an index of trigrams. Must not know tables.

use std::collections::BTreeSet;

/// An index of trigrams can find no shorter text.
const SHORTEST: usize = 3;
/// The rarest ones narrow it down; each common one more is a long list to go through for nothing.
const MOST: usize = 3;

/// The question that finds every text that may contain `text`; what it finds must be looked at once more. None
/// when the text is too short to be looked up.
pub(crate) fn question(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() < SHORTEST || characters.contains(&'\0') {
        return None;
    }
    let mut trigrams: Vec<&[char]> = characters.windows(SHORTEST).collect();
    trigrams.sort_by_key(|trigram| trigram.iter().map(|letter| commonness(*letter)).sum::<u32>());
    let mut seen = BTreeSet::new();
    let words: Vec<String> = trigrams
        .into_iter()
        .map(|trigram| trigram.iter().collect::<String>())
        .filter(|trigram| seen.insert(trigram.clone()))
        .take(MOST)
        .map(|trigram| format!("\"{}\"", trigram.replace('"', "\"\"")))
        .collect();
    Some(words.join(" AND "))
}

/// How often a character comes in texts that programs log, roughly: a guess that costs nothing when it is wrong.
fn commonness(letter: char) -> u32 {
    match letter.to_ascii_lowercase() {
        ' ' | 'e' => 12,
        't' | 'a' | 'o' | 'i' | 'n' | 's' | 'r' => 8,
        'd' | 'l' | 'c' | 'u' | 'm' | 'h' | 'p' => 5,
        '0' | '1' | 'f' | 'g' | 'y' | 'b' | 'w' | ':' | '-' | '"' => 3,
        '2'..='9' | 'v' | 'k' | '.' | '/' | '=' | ',' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarest_trigrams_are_asked_for_once_each() {
        assert_eq!(question("ab"), None);
        assert_eq!(question("abc").as_deref(), Some("\"abc\""));
        assert_eq!(question("aaaa").as_deref(), Some("\"aaa\""));
        assert_eq!(question("a\"b c").as_deref(), Some("\"a\"\"b\" AND \"\"\"b \" AND \"b c\""));
        let rare = question("could not read order 4242").unwrap();
        assert!(rare.contains("\"424\"") && rare.contains("\"242\""), "{rare}");
        assert_eq!(rare.matches(" AND ").count(), 2);
    }
}

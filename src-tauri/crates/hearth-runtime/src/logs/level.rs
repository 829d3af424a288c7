//! How loud a line is, judged by its text. Must not know where the line came from.

use hearth_model::LogLevel;

/// Bytes and words at the beginning of a line in which its level is looked for.
const HEAD: usize = 160;
const WORDS: u32 = 8;

/// Looks for the words that runtimes and loggers put at the beginning: `[ERROR]`, Node's tab-separated column,
/// a JSON line's `level`.
pub(crate) fn level_of(text: &str) -> LogLevel {
    // Line after line comes by here: nothing is copied.
    let head = &text[..text.floor_char_boundary(HEAD)];
    if head.starts_with('{')
        && let Some(level) = json_level(head)
    {
        return level;
    }
    if head.starts_with("Traceback (most recent call last)") {
        return LogLevel::Error;
    }
    first_level(head.as_bytes()).unwrap_or(LogLevel::Info)
}

/// Whether a line only goes on with the one before it, as those of a traceback do: it is as loud. AWS's own clients
/// and Hearth's indent with spaces that do not break.
pub(crate) fn goes_on(text: &str) -> bool {
    text.starts_with([' ', '\t', '\u{a0}'])
}

/// The first of the first words that names a level.
fn first_level(head: &[u8]) -> Option<LogLevel> {
    let (mut begin, mut words) = (0, 0);
    for (end, byte) in head.iter().enumerate() {
        if matches!(byte, b'\t' | b' ' | b'[' | b']' | b':' | b'|') {
            if begin < end {
                let level = word_level(&head[begin..end]);
                words += 1;
                if level.is_some() || words == WORDS {
                    return level;
                }
            }
            begin = end + 1;
        }
    }
    word_level(&head[begin..])
}

fn word_level(word: &[u8]) -> Option<LogLevel> {
    // Only capitals: "error" in a sentence says nothing about the line.
    match word {
        b"ERROR" | b"FATAL" | b"CRITICAL" | b"PANIC" => Some(LogLevel::Error),
        b"WARN" | b"WARNING" => Some(LogLevel::Warn),
        b"INFO" | b"NOTICE" => Some(LogLevel::Info),
        b"DEBUG" | b"TRACE" => Some(LogLevel::Debug),
        _ => None,
    }
}

fn json_level(head: &str) -> Option<LogLevel> {
    let rest = head.split_once("\"level\"")?.1.trim_start_matches([' ', ':', '"']);
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    word_level(word.to_ascii_uppercase().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_from_common_formats() {
        for (text, level) in [
            ("[ERROR] ValueError: no", LogLevel::Error),
            ("2026-11-23T10:00:00.000Z\tid\tWARN\tcareful", LogLevel::Warn),
            ("{\"timestamp\":\"x\",\"level\":\"debug\"}", LogLevel::Debug),
            ("[DEBUG]\tx", LogLevel::Debug),
            ("an error is only a word here", LogLevel::Info),
            ("", LogLevel::Info),
        ] {
            assert_eq!(level_of(text), level, "level of {text:?}");
        }
    }
}

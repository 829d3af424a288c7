//! How loud a line is, judged by its text. Must not know where the line came from.

use hearth_model::LogLevel;

/// Looks for the words that runtimes and loggers put at the beginning: `[ERROR]`, Node's tab-separated column,
/// a JSON line's `level`.
pub(crate) fn level_of(text: &str) -> LogLevel {
    let head: String = text.chars().take(160).collect();
    if head.starts_with('{')
        && let Some(level) = json_level(&head)
    {
        return level;
    }
    if head.starts_with("Traceback (most recent call last)") {
        return LogLevel::Error;
    }
    head.split(['\t', ' ', '[', ']', ':', '|'])
        .filter(|word| !word.is_empty())
        .take(8)
        .find_map(word_level)
        .unwrap_or(LogLevel::Info)
}

fn word_level(word: &str) -> Option<LogLevel> {
    // Only capitals: "error" in a sentence says nothing about the line.
    match word {
        "ERROR" | "FATAL" | "CRITICAL" | "PANIC" => Some(LogLevel::Error),
        "WARN" | "WARNING" => Some(LogLevel::Warn),
        "INFO" | "NOTICE" => Some(LogLevel::Info),
        "DEBUG" | "TRACE" => Some(LogLevel::Debug),
        _ => None,
    }
}

fn json_level(head: &str) -> Option<LogLevel> {
    let rest = head.split_once("\"level\"")?.1.trim_start_matches([' ', ':', '"']);
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    word_level(&word.to_ascii_uppercase())
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

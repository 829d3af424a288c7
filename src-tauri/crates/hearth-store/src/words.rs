//! Enums of the domain model as the words that are stored, and back. Must not know SQL.

use crate::error::{Error, Result};
use hearth_model::{Architecture, Engine, LogLevel, LogOrigin, StartTier};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;

/// The enum for a stored word.
pub(crate) fn parse<'a, T: Deserialize<'a>>(what: &'static str, word: &'a str) -> Result<T> {
    let source: serde::de::value::StrDeserializer<'a, ValueError> = word.into_deserializer();
    T::deserialize(source).map_err(|_| Error::Unknown { what, value: word.to_owned() })
}

pub(crate) fn architecture(value: Architecture) -> &'static str {
    match value {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "arm64",
    }
}

pub(crate) fn engine(value: Engine) -> &'static str {
    match value {
        Engine::Python => "python",
        Engine::Node => "node",
        Engine::Provided => "provided",
        Engine::Quickjs => "quickjs",
    }
}

pub(crate) fn tier(value: StartTier) -> &'static str {
    match value {
        StartTier::Spawned => "spawned",
        StartTier::Parked => "parked",
    }
}

pub(crate) fn origin(value: LogOrigin) -> &'static str {
    match value {
        LogOrigin::Function => "function",
        LogOrigin::Platform => "platform",
    }
}

/// Levels are numbers, so that "at least this loud" is a comparison.
pub(crate) fn level_number(value: LogLevel) -> i64 {
    match value {
        LogLevel::Debug => 0,
        LogLevel::Info => 1,
        LogLevel::Warn => 2,
        LogLevel::Error => 3,
    }
}

pub(crate) fn level(number: i64) -> Result<LogLevel> {
    match number {
        0 => Ok(LogLevel::Debug),
        1 => Ok(LogLevel::Info),
        2 => Ok(LogLevel::Warn),
        3 => Ok(LogLevel::Error),
        other => Err(Error::Unknown { what: "log level", value: other.to_string() }),
    }
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `text` anywhere.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_words_are_the_words_of_the_model() {
        for value in [Architecture::X86_64, Architecture::Arm64] {
            assert_eq!(parse::<Architecture>("architecture", architecture(value)).unwrap(), value);
        }
        for value in [Engine::Python, Engine::Node, Engine::Provided, Engine::Quickjs] {
            assert_eq!(parse::<Engine>("engine", engine(value)).unwrap(), value);
        }
        for value in [StartTier::Spawned, StartTier::Parked] {
            assert_eq!(parse::<StartTier>("tier", tier(value)).unwrap(), value);
        }
        for value in [LogOrigin::Function, LogOrigin::Platform] {
            assert_eq!(parse::<LogOrigin>("origin", origin(value)).unwrap(), value);
        }
        for value in [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error] {
            assert_eq!(level(level_number(value)).unwrap(), value);
        }
        assert!(parse::<Engine>("engine", "steam").is_err(), "an unknown word is refused");
    }

    #[test]
    fn a_search_for_a_percent_sign_finds_a_percent_sign() {
        assert_eq!(containing("50%_"), "%50\\%\\_%");
    }
}

//! Names of functions: what AWS allows, and a good one made from a folder's.

/// Longest name that AWS takes.
const LONGEST: usize = 64;

/// Whether AWS takes `name`: 1 to 64 letters, digits, hyphens and underscores.
pub(crate) fn is_function_name(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(is_allowed)
}

fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// A name that AWS takes, made from what people call the code.
pub(crate) fn function_name(called: &str) -> String {
    let mut name = String::new();
    for character in called.trim().chars() {
        if character.is_ascii() && is_allowed(character as u8) {
            name.push(character);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_matches('-');
    if name.is_empty() { "function".to_owned() } else { name.to_owned() }
}

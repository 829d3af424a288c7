//! Source text with comments and strings blanked out, so that a handler inside one is not taken for real. Owns just
//! enough of the two languages' lexing; must not grow into a parser.

/// Python: comments and the inside of strings become spaces; lines stay where they are.
pub(super) fn blank_python(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(character) = rest.chars().next() {
        match character {
            '#' => {
                let end = rest.find('\n').unwrap_or(rest.len());
                rest = blank(rest, end, &mut out);
            }
            '"' | '\'' => {
                let triple = if character == '"' { "\"\"\"" } else { "'''" };
                let end = if let Some(inside) = rest.strip_prefix(triple) {
                    end_of_string(inside, triple, true) + triple.len()
                } else {
                    end_of_string(&rest[1..], &rest[..1], false) + 1
                };
                rest = blank(rest, end, &mut out);
            }
            _ => {
                out.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    out
}

/// JavaScript: comments and the inside of strings and templates become spaces; lines stay where they are.
pub(super) fn blank_javascript(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(character) = rest.chars().next() {
        if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            rest = blank(rest, end, &mut out);
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
            rest = blank(rest, end, &mut out);
        } else if matches!(character, '"' | '\'' | '`') {
            let end = end_of_string(&rest[1..], &rest[..1], character == '`') + 1;
            rest = blank(rest, end, &mut out);
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    out
}

/// Where a string that has just begun ends, its closing quotes included.
fn end_of_string(inside: &str, quote: &str, lines: bool) -> usize {
    let mut at = 0;
    while at < inside.len() {
        let rest = &inside[at..];
        if rest.starts_with(quote) {
            return at + quote.len();
        }
        let Some(character) = rest.chars().next() else { break };
        if character == '\n' && !lines {
            return at;
        }
        at += character.len_utf8();
        if character == '\\' {
            at += inside[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    inside.len()
}

/// Copies the line ends of the first `end` bytes and blanks the rest of them.
fn blank<'a>(text: &'a str, end: usize, out: &mut String) -> &'a str {
    let end = end.min(text.len());
    out.extend(text[..end].chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
    &text[end..]
}

/// The identifier at the beginning of `text`, and what follows it.
pub(super) fn identifier(text: &str) -> Option<(&str, &str)> {
    let end = text
        .char_indices()
        .find(|(_, character)| !(character.is_alphanumeric() || matches!(character, '_' | '$')))
        .map_or(text.len(), |(at, _)| at);
    let first = text.chars().next()?;
    (end > 0 && !first.is_ascii_digit()).then(|| (&text[..end], &text[end..]))
}

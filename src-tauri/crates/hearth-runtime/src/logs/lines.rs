//! Bytes to lines: cut at line ends, and at a limit so that a function that never ends its line needs no endless
//! memory. Must not know whose lines they are.

/// Longest line; longer ones go on in a further line.
pub(crate) const LONGEST_LINE: usize = 256 * 1024;

/// Collects bytes until a line is whole.
#[derive(Default)]
pub(crate) struct Lines {
    open: Vec<u8>,
}

impl Lines {
    /// Adds bytes and gives each whole line, without its end, to `take`.
    pub(crate) fn add(&mut self, mut bytes: &[u8], mut take: impl FnMut(String)) {
        while !bytes.is_empty() {
            let room = LONGEST_LINE - self.open.len();
            let piece = &bytes[..bytes.len().min(room)];
            if let Some(end) = memchr::memchr(b'\n', piece) {
                self.open.extend_from_slice(&piece[..end]);
                bytes = &bytes[end + 1..];
                self.close(&mut take);
            } else {
                self.open.extend_from_slice(piece);
                bytes = &bytes[piece.len()..];
                if self.open.len() == LONGEST_LINE {
                    self.cut(&mut take);
                }
            }
        }
    }

    /// Gives what is left, though its line did not end.
    pub(crate) fn finish(&mut self, mut take: impl FnMut(String)) {
        if !self.open.is_empty() {
            self.close(&mut take);
        }
    }

    fn close(&mut self, take: &mut impl FnMut(String)) {
        if self.open.last() == Some(&b'\r') {
            self.open.pop();
        }
        take(text(std::mem::take(&mut self.open)));
    }

    /// Cuts at the limit, but not inside a character.
    fn cut(&mut self, take: &mut impl FnMut(String)) {
        let start = self.open.iter().rposition(|byte| byte & 0xc0 != 0x80).unwrap_or(0);
        let whole = match std::str::from_utf8(&self.open[start..]) {
            Err(error) if error.error_len().is_none() && start > 0 => start,
            _ => self.open.len(),
        };
        let rest = self.open.split_off(whole);
        take(text(std::mem::replace(&mut self.open, rest)));
    }
}

/// The bytes as text, without a copy when they are text.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut out) = (Lines::default(), Vec::new());
        for piece in pieces {
            lines.add(piece, |line| out.push(line));
        }
        lines.finish(|line| out.push(line));
        out
    }

    #[test]
    fn lines_end_wherever_the_pieces_end() {
        assert_eq!(split(&[b"a\nb", b"c\r\n\nd"]), ["a", "bc", "", "d"]);
    }

    #[test]
    fn an_endless_line_is_cut_between_characters() {
        let text = "é".repeat(LONGEST_LINE);
        let shifted = format!("x{text}");
        let out = split(&[shifted.as_bytes()]);
        assert!(out.iter().all(|line| line.len() <= LONGEST_LINE), "no line is longer than the limit");
        assert_eq!(out.concat(), shifted, "nothing is lost or damaged");
    }

    proptest! {
        #[test]
        fn pieces_do_not_change_the_lines(text in "[a-zé\n]{0,200}", cut in 0usize..200) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            prop_assert_eq!(split(&[bytes]), split(&[&bytes[..cut], &bytes[cut..]]));
        }
    }
}

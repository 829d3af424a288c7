//! Many small rows as one text on their way out of SQLite: handing over a row costs more than the figures in it. Owns
//! the text: rows between commas, numbers between spaces. Must not know any table.

/// An SQL aggregate of the numbers that these expressions tell, none of them NULL, row by row.
pub(crate) fn packed(numbers: &[&str]) -> String {
    format!("group_concat(concat_ws(' ', {}))", numbers.join(", "))
}

/// The rows of such a text.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Row<'_>> {
    text.split(',').map(|row| Row(row.split(' ')))
}

/// One row; numbers come in their order.
pub(crate) struct Row<'a>(std::str::Split<'a, char>);

impl Row<'_> {
    /// The next number, as 0 when it is not there or does not fit.
    pub(crate) fn next<T: std::str::FromStr + Default>(&mut self) -> T {
        self.next_some().unwrap_or_default()
    }

    /// The next number; none where a text without any was written.
    pub(crate) fn next_some<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.0.next().and_then(|number| number.parse().ok())
    }

    /// The next value, bytes that were written with `hex()`; none when they are empty.
    pub(crate) fn next_bytes(&mut self) -> Option<Vec<u8>> {
        let digits = self.0.next()?.as_bytes();
        let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or_default() as u8;
        let bytes = || digits.chunks_exact(2).map(|pair| digit(&pair[0]) << 4 | digit(&pair[1])).collect();
        (!digits.is_empty()).then(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_they_were_written() {
        assert_eq!(packed(&["a", "hex(b)"]), "group_concat(concat_ws(' ', a, hex(b)))");
        let mut rows = rows("1 -2 01FFa0,3 4 ");
        let mut first = rows.next().unwrap();
        assert_eq!((first.next::<i64>(), first.next::<i64>()), (1, -2));
        assert_eq!(first.next_bytes(), Some(vec![0x01, 0xff, 0xa0]));
        let mut second = rows.next().unwrap();
        assert_eq!((second.next::<u64>(), second.next::<u64>()), (3, 4));
        assert_eq!((second.next_bytes(), second.next::<u64>()), (None, 0));
        assert!(rows.next().is_none());
    }
}

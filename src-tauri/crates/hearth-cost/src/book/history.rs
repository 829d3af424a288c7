//! Books of several dates. Owns which one prices which day. Must not know where they are kept.

use super::PriceBook;
use crate::Day;

/// Every book there is, oldest first, never empty: usage is priced with the book of its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books(Vec<PriceBook>);

impl Books {
    /// The books of `books`; of two of the same date the later one counts.
    pub fn new(first: PriceBook, more: impl IntoIterator<Item = PriceBook>) -> Self {
        let mut books = vec![first];
        for book in more {
            match books.binary_search_by_key(&book.day(), PriceBook::day) {
                Ok(place) => books[place] = book,
                Err(place) => books.insert(place, book),
            }
        }
        Self(books)
    }

    /// The book that was current on `day`: the newest that is not younger, or the oldest there is.
    pub fn for_day(&self, day: Day) -> &PriceBook {
        let later = self.0.partition_point(|book| book.day() <= day);
        &self.0[later.saturating_sub(1)]
    }

    /// The newest book.
    pub fn current(&self) -> &PriceBook {
        &self.0[self.0.len() - 1]
    }

    /// All of them, oldest first.
    pub fn all(&self) -> &[PriceBook] {
        &self.0
    }
}

//! A page of a list that a provider gives in pieces. Must not know what is listed.

/// Some items, and where the next ones begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// What to ask with for the next page, in the provider's own words; none when this is the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page after which nothing comes.
    pub fn last(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

//! The ledger as a thing that people look after: how large it is, how long it keeps what, checking it, taking it
//! elsewhere, and asking it in SQL. Must not know SQL itself or how the ledger does it.

pub(crate) mod ask;
pub(crate) mod care;

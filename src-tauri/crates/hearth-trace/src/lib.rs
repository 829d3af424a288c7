//! Made-up calls of functions, the same for the same seed: chance, the distributions that Shahrad and others published
//! of Azure Functions ("Serverless in the Wild", ATC 2020), servers that are born and kept, and whole traces.
//!
//! Owns no names or stories of its own; must not know the ledger's tables, prices or the clock.

mod published;
mod random;
mod servers;
mod trace;

pub use published::{Trigger, median_s, memory_mb, per_day};
pub use random::Random;
pub use servers::{Placed, Servers};
pub use trace::{Trace, line_of};

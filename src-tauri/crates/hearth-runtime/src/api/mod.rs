//! The Lambda Runtime API, one loopback port for each process. Owns the protocol's order of calls; must not know
//! pools, states or logs.

mod desk;
mod server;

pub(crate) use desk::{Delivery, Desk, Signal};
pub(crate) use server::serve;

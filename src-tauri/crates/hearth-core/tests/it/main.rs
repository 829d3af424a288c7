//! The whole core at its edge: real ledger, real runtime, real functions, in a folder of their own. What needs an
//! interpreter that is not there says so and passes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contract;
mod deploys;
mod house;
mod invocations;
mod owner;
mod secrets;

//! What functions print: read from pipes, split into lines, named after the invocation that ran, and the
//! platform's own lines. Must not know processes or states.

mod book;
mod level;
mod lines;
#[cfg(unix)]
#[path = "pipe_unix.rs"]
mod pipe;
#[cfg(not(unix))]
#[path = "pipe_portable.rs"]
mod pipe;
mod report;

pub(crate) use book::{LogBook, Owner};
pub(crate) use pipe::Pipe;
#[cfg(unix)]
pub(crate) use pipe::Writer;
pub(crate) use report::{Report, end_line, init_start_line, report_line, start_line, timeout_line};

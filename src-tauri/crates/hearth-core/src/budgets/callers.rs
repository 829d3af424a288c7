//! Which call made a call that came over the Lambda API without a trace header: the loopback connection it came on belongs
//! to a process, and that process may be a server that works on another call. Owns how often that is looked up. Exact
//! where the kernel says whose a connection is, which is on Linux; elsewhere nothing is known.

use super::signatures::trace_of;
use crate::App;
use crate::app::blocking;
use hearth_model::{Micros, RequestId};

/// Calls in a row that no server made, after which a function's calls are not looked up for a moment.
const OUTSIDE: u32 = 4;
const REST: Micros = Micros::from_seconds(1);

/// Whether calls of one function are looked up: a loop is made of nothing but its own calls, and a person's load is not
/// to pay for looking at each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Looking {
    outside: u32,
    rests_until: Micros,
}

impl Looking {
    fn is_due(self, now: Micros) -> bool {
        now >= self.rests_until
    }

    fn found(&mut self, now: Micros, inside: bool) {
        self.outside = if inside { 0 } else { self.outside + 1 };
        if self.outside >= OUTSIDE {
            *self = Self { outside: 0, rests_until: now + REST };
        }
    }
}

/// The trace header that a call of `name` would have had if its client had passed one on; `client` is the port that the
/// client speaks from and `own` the one it speaks to, both of 127.0.0.1.
pub(crate) async fn trace(app: &App, name: &str, client: u16, own: u16) -> Option<String> {
    let now = app.now();
    let is_due = app.budgets().seen().callers.get(name).is_none_or(|looking| looking.is_due(now));
    // What no server works on no server can have made.
    let at_work = app.runtime().at_work();
    if at_work.is_empty() || !is_due {
        return None;
    }
    let caller = blocking(move || Ok(owner(at_work, client, own))).await.ok().flatten();
    app.budgets().seen().callers.entry(name.to_owned()).or_default().found(now, caller.is_some());
    caller.map(|request| trace_of(request.as_str()))
}

/// Whose connection it is: the call that the process works on, or one of the processes that it started.
#[cfg(target_os = "linux")]
fn owner(at_work: Vec<(RequestId, u32)>, client: u16, own: u16) -> Option<RequestId> {
    let inode = proc::socket(client, own)?;
    at_work.into_iter().find(|(_, pid)| proc::holds(*pid, &inode)).map(|(request, _)| request)
}

#[cfg(not(target_os = "linux"))]
fn owner(_at_work: Vec<(RequestId, u32)>, _client: u16, _own: u16) -> Option<RequestId> {
    None
}

#[cfg(target_os = "linux")]
mod proc {
    //! What `/proc` says of connections and processes.

    use std::fs;
    use std::io::{BufRead as _, BufReader};

    /// Processes below one that are looked at.
    const MOST: usize = 64;

    /// The inode of the loopback connection from port `client` to port `own`, as descriptors name it.
    pub(super) fn socket(client: u16, own: u16) -> Option<String> {
        // A client may speak IPv4 on a socket of IPv6.
        ["/proc/self/net/tcp", "/proc/self/net/tcp6"].into_iter().find_map(|table| {
            let lines = BufReader::new(fs::File::open(table).ok()?).lines().map_while(Result::ok);
            lines.skip(1).find_map(|line| inode(&line, client, own))
        })
    }

    /// The inode of a line of the table, when it is this connection.
    pub(super) fn inode(line: &str, client: u16, own: u16) -> Option<String> {
        let mut fields = line.split_ascii_whitespace();
        let (from, to) = (fields.nth(1)?, fields.next()?);
        let port = |address: &str| u16::from_str_radix(address.rsplit_once(':')?.1, 16).ok();
        if port(from)? != client || port(to)? != own {
            return None;
        }
        let inode = fields.nth(6)?;
        // One that nobody holds any more has none.
        (inode != "0").then(|| format!("socket:[{inode}]"))
    }

    /// Whether a process, or one that it started, holds the socket.
    pub(super) fn holds(pid: u32, socket: &str) -> bool {
        let mut waiting = vec![pid];
        let mut seen = 0;
        while let Some(pid) = waiting.pop() {
            if holds_itself(pid, socket) {
                return true;
            }
            seen += 1;
            if seen < MOST {
                waiting.extend(children(pid));
            }
        }
        false
    }

    fn holds_itself(pid: u32, socket: &str) -> bool {
        let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        descriptors
            .flatten()
            .any(|descriptor| fs::read_link(descriptor.path()).is_ok_and(|to| to.as_os_str() == socket))
    }

    fn children(pid: u32) -> Vec<u32> {
        let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
        let of_thread =
            |path: std::path::PathBuf| fs::read_to_string(path.join("children")).unwrap_or_default();
        let all: String = threads.flatten().map(|thread| of_thread(thread.path())).collect();
        all.split_ascii_whitespace().filter_map(|child| child.parse().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_some_calls_from_outside_the_others_of_that_second_are_not_looked_up() {
        let mut looking = Looking::default();
        for call in 0..i64::from(OUTSIDE) {
            assert!(looking.is_due(Micros(call)));
            looking.found(Micros(call), false);
        }
        assert!(!looking.is_due(Micros(900_000)) && looking.is_due(Micros(1_100_000)));
        for call in 0..100 {
            looking.found(Micros(2_000_000 + call), call % 3 == 0);
        }
        assert!(looking.is_due(Micros(2_000_100)), "some of them are made by servers");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_connection_is_known_by_both_its_ports_and_belongs_to_the_process_that_holds_it() {
        let line = "   1: 0100007F:B5A4 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 4711 1";
        assert_eq!(proc::inode(line, 0xB5A4, 0x1F90).as_deref(), Some("socket:[4711]"));
        assert_eq!(proc::inode(line, 0x1F90, 0xB5A4), None, "the other end of it");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().port();
        let client = std::net::TcpStream::connect(("127.0.0.1", own)).unwrap();
        let from = client.local_addr().unwrap().port();
        let me = std::process::id();
        let call = RequestId::from("one");
        assert_eq!(owner(vec![(call.clone(), me)], from, own), Some(call.clone()));
        assert_eq!(owner(vec![(call, u32::MAX)], from, own), None, "no such process holds it");
    }
}

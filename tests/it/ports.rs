//! Ports for servers that tests start. Owns their choice and how it is known that one listens; must not know servers.

use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};

/// Below those that the system gives to connections: one of these would now and then take a port before its server does.
const FIRST: u32 = 18_000;
const COUNT: u32 = 14_000;

/// A port that nobody listens on, and that no other test of this process is given.
pub(crate) fn free() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    loop {
        let place = std::process::id().wrapping_mul(101).wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(FIRST + place % COUNT).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Whether a server listens on it. A connection whose both ends are one was made with nobody.
pub(crate) fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port))
        .is_ok_and(|stream| stream.local_addr().unwrap() != stream.peer_addr().unwrap())
}

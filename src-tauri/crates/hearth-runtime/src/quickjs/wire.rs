//! One keep-alive HTTP/1.1 connection to the Runtime API, blocking.
//!
//! Owns bytes on the socket; knows nothing of JavaScript or events.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// Bodies up to this size leave in one write with their head.
const JOIN_LIMIT: usize = 1 << 16;
/// A head longer than this is not from a Runtime API.
const HEAD_LIMIT: usize = 1 << 22;

/// An answer of the Runtime API; header names are in lower case.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A connection that opens on first use and again after it was lost.
#[derive(Debug)]
pub(super) struct Connection {
    address: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) fn new(address: String) -> Self {
        Self { address, stream: None, buffer: Vec::new() }
    }

    pub(super) fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.exchange(format!("GET {path} HTTP/1.1\r\nHost: hearth\r\n\r\n").into_bytes(), &[])
    }

    /// Sends JSON; `error_kind` goes into the header the Runtime API wants beside an error body.
    pub(super) fn post(&mut self, path: &str, body: &str, error_kind: Option<&str>) -> io::Result<Answer> {
        self.exchange(post_head(path, body, error_kind, false), body.as_bytes())
    }

    /// Sends the answer to an event, to which the next event is the answer. A long one may be refused before it was
    /// sent whole, so nothing is asked for with it.
    pub(super) fn answer(
        &mut self,
        path: &str,
        body: &str,
        error_kind: Option<&str>,
    ) -> io::Result<Option<Answer>> {
        if body.len() > JOIN_LIMIT {
            return self.post(path, body, error_kind).map(|_| None);
        }
        self.exchange(post_head(path, body, error_kind, true), body.as_bytes()).map(Some)
    }

    fn exchange(&mut self, mut head: Vec<u8>, body: &[u8]) -> io::Result<Answer> {
        let result = (|| {
            if self.stream.is_none() {
                let stream = TcpStream::connect(&self.address)?;
                stream.set_nodelay(true)?;
                self.stream = Some(stream);
            }
            let stream = self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
            if body.len() <= JOIN_LIMIT {
                head.extend_from_slice(body);
                stream.write_all(&head)?;
            } else {
                stream.write_all(&head)?;
                stream.write_all(body)?;
            }
            self.read_answer()
        })();
        let close = match &result {
            Ok(answer) => {
                answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
            }
            Err(_) => true,
        };
        if close {
            self.stream = None;
            self.buffer.clear();
        }
        result
    }

    fn read_answer(&mut self) -> io::Result<Answer> {
        let end = self.read_until(b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&self.take(end)).into_owned();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| io::Error::other("the runtime api's answer has no status"))?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut answer = Answer { status, headers, body: Vec::new() };
        if answer.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            answer.body = self.chunks()?;
        } else {
            let length =
                answer.header("content-length").map_or(Ok(0), str::parse).map_err(io::Error::other)?;
            answer.body = self.exactly(length)?;
        }
        Ok(answer)
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = self.read_until(b"\r\n")?;
            let line = self.take(end);
            let text = String::from_utf8_lossy(&line);
            let digits = text.trim_end().split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(digits, 16).map_err(io::Error::other)?;
            if size == 0 {
                let end = self.read_until(b"\r\n")?;
                self.take(end);
                return Ok(body);
            }
            body.extend(self.exactly(size)?);
            self.exactly(2)?;
        }
    }

    /// Reads until the mark is buffered and returns where it ends.
    fn read_until(&mut self, mark: &[u8]) -> io::Result<usize> {
        loop {
            if let Some(at) = self.buffer.windows(mark.len()).position(|window| window == mark) {
                return Ok(at + mark.len());
            }
            if self.buffer.len() > HEAD_LIMIT {
                return Err(io::Error::other("the runtime api's answer has no end of its head"));
            }
            let stream = self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
            let mut piece = [0; 16 * 1024];
            let count = stream.read(&mut piece)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&piece[..count]);
        }
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.buffer.split_off(count);
        std::mem::replace(&mut self.buffer, rest)
    }

    fn exactly(&mut self, size: usize) -> io::Result<Vec<u8>> {
        let mut body = self.take(size.min(self.buffer.len()));
        let have = body.len();
        body.resize(size, 0);
        let stream = self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        stream.read_exact(&mut body[have..])?;
        Ok(body)
    }
}

fn post_head(path: &str, body: &str, error_kind: Option<&str>, wants_next: bool) -> Vec<u8> {
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nHost: hearth\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    if wants_next {
        head.push_str("Hearth-Next: 1\r\n");
    }
    if let Some(kind) = error_kind {
        let kind = kind.replace(|letter: char| !letter.is_ascii_graphic(), "_");
        head.push_str("Lambda-Runtime-Function-Error-Type: ");
        head.push_str(&kind);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

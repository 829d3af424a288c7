//! A server of the test's own in the place of AWS: it says what a test plants, or hands a request on to ministack. What
//! it says when it is asked for a stream or a bill is held against AWS's own client (`tests/aws/judge.py`).

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    /// `GET /2015-03-31/functions`, without what is asked about it.
    pub(crate) fn is(&self, line: &str) -> bool {
        let (mine, rest) = self.line.split_at(line.len().min(self.line.len()));
        mine == line && (rest.is_empty() || rest.starts_with(['?', ' ', '/']))
    }
}

/// What is said.
pub(crate) enum Says {
    /// A whole answer.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// An answer piece by piece, with a pause before each.
    Pieces { kind: &'static str, pieces: Vec<Vec<u8>>, pause: Duration },
    /// Nothing: the line is cut.
    Cut,
    /// Half of what was promised.
    Truncated,
    /// Whatever this server says.
    HandOn(u16),
    /// Nothing, until the client is gone; with a server it is asked all the same. It is told once the request was taken.
    Hold { port: Option<u16>, taken: Arc<AtomicBool> },
}

impl Says {
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    /// An error as AWS's JSON services say it.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Answer {
            status,
            headers: vec![("x-amzn-ErrorType", code.to_owned())],
            body: serde_json::json!({ "__type": code, "Message": message, "message": message })
                .to_string()
                .into_bytes(),
        }
    }

    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer { status, mut headers, body } => {
                headers.push((name, value.to_owned()));
                Self::Answer { status, headers, body }
            }
            other => other,
        }
    }
}

type Script = dyn Fn(&Asked) -> Says + Send + Sync;

/// The running server.
pub(crate) struct FakeAws {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Asked>>>,
    is_over: Arc<AtomicBool>,
}

impl FakeAws {
    pub(crate) fn start(script: impl Fn(&Asked) -> Says + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let script: Arc<Script> = Arc::new(script);
        let (noted, over) = (Arc::clone(&seen), Arc::clone(&is_over));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (script, noted) = (Arc::clone(&script), Arc::clone(&noted));
                // A client that went away is no failure of the test.
                std::thread::spawn(move || serve(stream, script.as_ref(), &noted).ok());
            }
        });
        Self { port, seen, is_over }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What was asked since the last time.
    pub(crate) fn seen(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

impl Drop for FakeAws {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the listener, so that its thread ends.
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

fn serve(mut stream: TcpStream, script: &Script, seen: &Mutex<Vec<Asked>>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let Some((asked, raw)) = read(&mut stream)? else { return Ok(()) };
    let says = script(&asked);
    seen.lock().unwrap().push(asked);
    match says {
        Says::Answer { status, headers, body } => {
            let mut head = format!(
                "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n",
                body.len()
            );
            for (name, value) in headers {
                head.extend([name, ": ", &value, "\r\n"]);
            }
            stream.write_all(head.as_bytes())?;
            stream.write_all(b"\r\n")?;
            stream.write_all(&body)
        }
        Says::Pieces { kind, pieces, pause } => {
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\nx-amzn-RequestId: 11111111-2222-3333-4444-555555555555\r\nX-Amz-Executed-Version: 7\r\nConnection: close\r\n\r\n"
            );
            stream.write_all(head.as_bytes())?;
            for piece in pieces {
                std::thread::park_timeout(pause);
                stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes())?;
                stream.write_all(&piece)?;
                stream.write_all(b"\r\n")?;
                stream.flush()?;
            }
            stream.write_all(b"0\r\n\r\n")
        }
        Says::Cut => stream.shutdown(Shutdown::Both),
        Says::Truncated => {
            stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{\"Functions\":[",
            )?;
            stream.shutdown(Shutdown::Both)
        }
        Says::HandOn(port) => std::io::copy(&mut hand_on(port, &raw)?, &mut stream).map(|_| ()),
        Says::Hold { port, taken } => {
            if let Some(port) = port {
                std::io::copy(&mut hand_on(port, &raw)?, &mut std::io::sink())?;
            }
            taken.store(true, Ordering::SeqCst);
            // Ends when the client does.
            std::io::copy(&mut stream, &mut std::io::sink()).map(|_| ())
        }
    }
}

fn hand_on(port: u16, raw: &[u8]) -> std::io::Result<TcpStream> {
    let mut onward = TcpStream::connect(("127.0.0.1", port))?;
    onward.set_read_timeout(Some(Duration::from_mins(1)))?;
    onward.write_all(raw)?;
    Ok(onward)
}

/// One request, and its bytes for handing on; none when the client said nothing.
fn read(stream: &mut TcpStream) -> std::io::Result<Option<(Asked, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut piece = [0_u8; 16_384];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece[..count]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or_default();
    while bytes.len() < end + 4 + length {
        let count = stream.read(&mut piece)?;
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&piece[..count]);
    }
    let body = bytes[end + 4..].to_vec();
    // Handed on, it is answered on a line of its own, which the other server closes.
    let mut raw = format!("{line} HTTP/1.1\r\nConnection: close\r\n").into_bytes();
    for (name, value) in headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("connection")) {
        raw.extend(format!("{name}: {value}\r\n").into_bytes());
    }
    raw.extend(b"\r\n");
    raw.extend(&body);
    Ok(Some((Asked { line, headers, body }, raw)))
}

/// A message of AWS's event stream, `application/vnd.amazon.eventstream`.
pub(crate) fn message(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut named = Vec::new();
    for (name, value) in headers {
        named.push(u8::try_from(name.len()).unwrap());
        named.extend(name.as_bytes());
        named.push(7);
        named.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        named.extend(value.as_bytes());
    }
    let total = u32::try_from(12 + named.len() + payload.len() + 4).unwrap();
    let mut bytes = Vec::new();
    bytes.extend(total.to_be_bytes());
    bytes.extend(u32::try_from(named.len()).unwrap().to_be_bytes());
    bytes.extend(crc32(&bytes).to_be_bytes());
    bytes.extend(named);
    bytes.extend(payload);
    bytes.extend(crc32(&bytes).to_be_bytes());
    bytes
}

/// An event of a stream.
pub(crate) fn event(kind: &str, content: &str, payload: &[u8]) -> Vec<u8> {
    message(&[(":message-type", "event"), (":event-type", kind), (":content-type", content)], payload)
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

//! A Runtime API that says what the test tells it, one connection at a time.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// No client may keep a test waiting longer than this.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a client sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(crate) struct Api {
    listener: TcpListener,
    stream: Option<BufReader<TcpStream>>,
    pub(crate) connections: usize,
}

impl Api {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self { listener, stream: None, connections: 0 }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// Waits for the next request, on a new connection when the last one ended.
    pub(crate) fn request(&mut self) -> Request {
        loop {
            if self.stream.is_none() {
                let stream = self.accept();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.set_nodelay(true).unwrap();
                self.stream = Some(BufReader::new(stream));
                self.connections += 1;
            }
            if let Some(request) = self.read() {
                return request;
            }
            self.stream = None;
        }
    }

    // Nothing else goes on in a test of a client.
    #[allow(clippy::disallowed_methods)]
    fn accept(&self) -> TcpStream {
        let late = Instant::now() + PATIENCE;
        self.listener.set_nonblocking(true).unwrap();
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false).unwrap();
                    return stream;
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock && Instant::now() < late => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(error) => panic!("the client did not connect (again): {error}"),
            }
        }
    }

    fn read(&mut self) -> Option<Request> {
        let stream = self.stream.as_mut().unwrap();
        let mut line = String::new();
        if stream.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        let mut words = line.split(' ');
        let (method, path) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        let mut request = Request { method, path, headers, body: Vec::new() };
        let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        request.body = vec![0; length];
        stream.read_exact(&mut request.body).unwrap();
        Some(request)
    }

    pub(crate) fn reply(&mut self, status: u16, headers: &[(&str, &str)], body: &[u8]) {
        let mut head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        let stream = self.stream.as_mut().unwrap().get_mut();
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    }

    pub(crate) fn accept_answer(&mut self) -> Request {
        let request = self.request();
        assert_eq!(request.method, "POST", "an answer was expected, not {} {}", request.method, request.path);
        self.reply(202, &[], br#"{"status":"OK"}"#);
        request
    }
}

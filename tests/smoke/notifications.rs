//! The desktop's notification service, as small as it can be: owns `org.freedesktop.Notifications` on the session's
//! message bus and keeps what it is told to show. Speaks D-Bus itself, since nothing else in these tests needs it.

use std::io::{Read as _, Write as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const NAME: &str = "org.freedesktop.Notifications";
const BUS: &str = "org.freedesktop.DBus";
const CALL: u8 = 1;
const RETURN: u8 = 2;
const ERROR: u8 = 3;

/// Title and text of each notification, oldest first.
type Told = Arc<Mutex<Vec<(String, String)>>>;

/// The service, for as long as the process lives.
pub(crate) struct Notifications(Told);

impl Notifications {
    /// Begins to show notifications; none, with the reason printed, where that cannot be.
    pub(crate) fn own() -> Option<Self> {
        let Some(address) = std::env::var_os("DBUS_SESSION_BUS_ADDRESS") else {
            say("there is no message bus of a session; run it with `make smoke`");
            return None;
        };
        let mut bus = Bus::open(&address.to_string_lossy())?;
        bus.call("Hello", "", &[]);
        bus.answer();
        // Neither waits in a queue nor takes the name from a desktop that has it.
        let mut body = Body::default();
        body.text(NAME);
        body.number(4);
        bus.call("RequestName", "su", &body.0);
        if bus.answer() != Some(1) {
            say("this desktop shows notifications itself");
            return None;
        }
        let told = Told::default();
        let keeps = Arc::clone(&told);
        std::thread::spawn(move || {
            while let Some(message) = bus.read() {
                bus.serve(&message, &keeps);
            }
        });
        Some(Self(told))
    }

    /// Waits until one with this title was shown, at most 20 seconds; the answer is its text.
    pub(crate) fn wait_for(&self, title: &str) -> String {
        let begun = Instant::now();
        loop {
            let told = self.0.lock().expect("nobody panicked with it").clone();
            if let Some((_, text)) = told.iter().find(|(told, _)| told == title) {
                return text.clone();
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "no `{title}` among {told:?}");
            crate::driver::pause();
        }
    }
}

fn say(why: &str) {
    writeln!(std::io::stderr(), "SKIPPED the desktop's notifications: {why}").ok();
}

/// A message, as far as it matters here.
#[derive(Default)]
struct Message {
    kind: u8,
    serial: u32,
    member: String,
    sender: String,
    body: Vec<u8>,
}

struct Bus {
    stream: UnixStream,
    serial: u32,
}

impl Bus {
    fn open(address: &str) -> Option<Self> {
        let part = |key: &str| address.split([',', ';', ':']).find_map(|part| part.strip_prefix(key));
        let stream = match (part("path="), part("abstract=")) {
            (Some(path), _) => UnixStream::connect(path),
            (None, Some(name)) => {
                SocketAddr::from_abstract_name(name).and_then(|at| UnixStream::connect_addr(&at))
            }
            (None, None) => {
                say(&format!("the bus at `{address}` is no socket of this computer"));
                return None;
            }
        };
        let mut stream = stream.expect("the session's bus takes a connection");
        let user = std::fs::metadata("/proc/self").expect("a process knows its user").uid();
        // Each digit of the number as the hexadecimal of its character.
        let digits: String = user.to_string().chars().flat_map(|digit| ['3', digit]).collect();
        write!(stream, "\0AUTH EXTERNAL {digits}\r\n").expect("the bus listens");
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("the bus answers");
            line.extend(byte);
        }
        assert!(line.starts_with(b"OK "), "the bus says {:?}", String::from_utf8_lossy(&line));
        stream.write_all(b"BEGIN\r\n").expect("the bus listens");
        Some(Self { stream, serial: 0 })
    }

    /// Calls the bus itself.
    fn call(&mut self, member: &str, signature: &str, body: &[u8]) {
        let texts = [(1, 'o', "/org/freedesktop/DBus"), (2, 's', BUS), (3, 's', member), (6, 's', BUS)];
        self.send(CALL, &texts, None, signature, body);
    }

    /// The first number of the answer to the last call; none when it has no number.
    fn answer(&mut self) -> Option<u32> {
        loop {
            let message = self.read().expect("the bus answers");
            if message.kind == RETURN || message.kind == ERROR {
                let number = message.body.get(..4)?.try_into().ok()?;
                return Some(u32::from_le_bytes(number));
            }
        }
    }

    fn serve(&mut self, message: &Message, told: &Told) {
        if message.kind != CALL {
            return;
        }
        let mut body = Body::default();
        let signature = match message.member.as_str() {
            "Notify" => {
                let mut read = Reader(&message.body, 0);
                // The application, what is replaced, an icon; then title and text.
                let (_, _, _) = (read.text(), read.number(), read.text());
                let shown = (read.text(), read.text());
                let mut told = told.lock().expect("nobody panicked with it");
                told.push(shown);
                body.number(u32::try_from(told.len()).unwrap_or(u32::MAX));
                "u"
            }
            "GetServerInformation" => {
                for word in ["Hearth's test", "Hearth", "1", "1.2"] {
                    body.text(word);
                }
                "ssss"
            }
            "GetCapabilities" => {
                let mut words = Body::default();
                words.text("body");
                body.number(u32::try_from(words.0.len()).unwrap_or_default());
                body.0.extend(words.0);
                "as"
            }
            _ => "",
        };
        let to = [(6, 's', message.sender.as_str())];
        self.send(RETURN, &to, Some(message.serial), signature, &body.0);
    }

    fn send(
        &mut self,
        kind: u8,
        texts: &[(u8, char, &str)],
        answers: Option<u32>,
        signature: &str,
        body: &[u8],
    ) {
        self.serial += 1;
        let mut fields = Body::default();
        for (field, kind, text) in texts {
            fields.align(8);
            fields.0.extend([*field, 1, *kind as u8, 0]);
            fields.text(text);
        }
        if let Some(serial) = answers {
            fields.align(8);
            fields.0.extend([5, 1, b'u', 0]);
            fields.number(serial);
        }
        if !signature.is_empty() {
            fields.align(8);
            fields.0.extend([8, 1, b'g', 0, u8::try_from(signature.len()).unwrap_or_default()]);
            fields.0.extend(signature.as_bytes());
            fields.0.push(0);
        }
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a message is short");
        // Nothing is asked about an answer.
        let flags = u8::from(kind == RETURN);
        let mut message = Body(vec![b'l', kind, flags, 1]);
        message.number(length(body));
        message.number(self.serial);
        message.number(length(&fields.0));
        message.0.extend(fields.0);
        message.align(8);
        message.0.extend(body);
        self.stream.write_all(&message.0).expect("the bus listens");
    }

    /// The next message; none when the bus is gone.
    fn read(&mut self) -> Option<Message> {
        let mut head = [0; 16];
        self.stream.read_exact(&mut head).ok()?;
        let mut read = Reader(&head, 4);
        let (body, serial, fields) = (read.number(), read.number(), read.number());
        let mut rest = vec![0; (fields as usize).next_multiple_of(8) + body as usize];
        self.stream.read_exact(&mut rest).ok()?;
        let body = rest.split_off((fields as usize).next_multiple_of(8));
        let mut message = Message { kind: head[1], serial, body, ..Message::default() };
        let mut read = Reader(&rest, 0);
        while read.1 < fields as usize {
            read.align(8);
            let (field, kind) = (rest[read.1], rest[read.1 + 2]);
            read.1 += 4;
            match (field, kind) {
                (3, _) => message.member = read.text(),
                (7, _) => message.sender = read.text(),
                (_, b'u') => drop(read.number()),
                (_, b'g') => read.1 += usize::from(rest[read.1]) + 2,
                _ => drop(read.text()),
            }
        }
        Some(message)
    }
}

/// Values one after the other, each where its kind may begin.
#[derive(Default)]
struct Body(Vec<u8>);

impl Body {
    fn align(&mut self, to: usize) {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
    }

    fn number(&mut self, number: u32) {
        self.align(4);
        self.0.extend(number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(u32::try_from(text.len()).expect("a text is short"));
        self.0.extend(text.as_bytes());
        self.0.push(0);
    }
}

/// The same for reading: bytes, and how far they are read.
struct Reader<'a>(&'a [u8], usize);

impl Reader<'_> {
    fn align(&mut self, to: usize) {
        self.1 = self.1.next_multiple_of(to);
    }

    fn number(&mut self) -> u32 {
        self.align(4);
        let number = self.0[self.1..self.1 + 4].try_into().expect("four bytes");
        self.1 += 4;
        u32::from_le_bytes(number)
    }

    fn text(&mut self) -> String {
        let length = self.number() as usize;
        let text = String::from_utf8_lossy(&self.0[self.1..self.1 + length]).into_owned();
        self.1 += length + 1;
        text
    }
}

//! The acknowledgement journal: one appended line for each invocation that began and one for each that was
//! answered, so that both survive SIGKILL before SQLite has them. A plain write without fsync: losing power may
//! lose the last moment.
//!
//! Owns segment files, their line format and when they may go. Must not know SQLite.

use crate::error::{Error, Result};
use hearth_model::{Invocation, InvocationPayloads};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

const SEGMENT_BYTES: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Bytes<'a> {
    Text(Cow<'a, str>),
    Hex(String),
}

impl<'a> Bytes<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(Cow::Borrowed(text)),
            Err(_) => Self::Hex(hexadecimal(bytes)),
        }
    }

    fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.into_owned().into_bytes()),
            Self::Hex(text) => (0..text.len())
                .step_by(2)
                .map(|index| text.get(index..index + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
                .collect(),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    invocation: Cow<'a, Invocation>,
    event: Bytes<'a>,
    response: Bytes<'a>,
    truncated: bool,
}

/// One acknowledged invocation.
pub(crate) type Record = (Invocation, InvocationPayloads);

#[derive(Default)]
struct Progress {
    appended: u64,
    committed: u64,
}

struct Segment {
    number: u64,
    file: File,
    bytes: u64,
}

/// The journal's folder and the segment that is being written.
pub(crate) struct Journal {
    folder: PathBuf,
    current: Option<Segment>,
    next: u64,
    progress: BTreeMap<u64, Progress>,
    failure: Option<String>,
}

impl Journal {
    /// Opens the folder; segments of an earlier life stay until [`Self::forget_earlier`].
    pub(crate) fn open(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        let next = segments(&folder)?.keys().next_back().map_or(1, |last| last + 1);
        Ok(Self { folder, current: None, next, progress: BTreeMap::new(), failure: None })
    }

    /// Why the last record could not be appended; none when it was.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Appends one record and tells its segment. Nothing is left half written when this fails.
    pub(crate) fn append(&mut self, invocation: &Invocation, payloads: &InvocationPayloads) -> Result<u64> {
        let appended = self.try_append(invocation, payloads);
        self.failure = appended.as_ref().err().map(ToString::to_string);
        appended
    }

    fn try_append(&mut self, invocation: &Invocation, payloads: &InvocationPayloads) -> Result<u64> {
        let line = encode(invocation, payloads)?;
        let mut segment = match self.current.take() {
            Some(segment) if segment.bytes < SEGMENT_BYTES => segment,
            full => {
                if let Some(segment) = full {
                    self.remove_if_done(segment.number);
                }
                self.start_segment()?
            }
        };
        if let Err(error) = segment.file.write_all(&line) {
            // Cut what was written of the line; where even that fails the segment is not used again.
            let cut = segment.file.set_len(segment.bytes).is_ok();
            let path = self.path(segment.number);
            if cut {
                self.current = Some(segment);
            }
            return Err(Error::File { path, source: error });
        }
        segment.bytes += line.len() as u64;
        let number = segment.number;
        self.progress.entry(number).or_default().appended += 1;
        self.current = Some(segment);
        Ok(number)
    }

    /// Notes that SQLite has `count` records of a segment, and removes a segment that is no longer needed.
    pub(crate) fn committed(&mut self, number: u64, count: u64) {
        if let Some(progress) = self.progress.get_mut(&number) {
            progress.committed += count;
        }
        if self.current.as_ref().is_none_or(|segment| segment.number != number) {
            self.remove_if_done(number);
        }
    }

    /// Removes the segments of earlier lives, whose records SQLite has by now.
    pub(crate) fn forget_earlier(&mut self) -> Result<()> {
        for (number, path) in segments(&self.folder)? {
            if !self.progress.contains_key(&number) {
                fs::remove_file(&path).map_err(Error::file(path))?;
            }
        }
        Ok(())
    }

    /// Ends the segment that is being written.
    pub(crate) fn close(&mut self) {
        if let Some(segment) = self.current.take() {
            self.remove_if_done(segment.number);
        }
    }

    fn start_segment(&mut self) -> Result<Segment> {
        let number = self.next;
        let path = self.path(number);
        let file = File::options().append(true).create_new(true).open(&path).map_err(Error::file(path))?;
        self.next += 1;
        self.progress.insert(number, Progress::default());
        Ok(Segment { number, file, bytes: 0 })
    }

    fn remove_if_done(&mut self, number: u64) {
        if self.progress.get(&number).is_some_and(|progress| progress.appended == progress.committed) {
            match fs::remove_file(self.path(number)) {
                Ok(()) => {
                    self.progress.remove(&number);
                }
                Err(error) => {
                    tracing::warn!(number, %error, "a journal segment stays; replaying it is harmless");
                }
            }
        }
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:012}.jsonl"))
    }
}

/// Segment files by number.
pub(crate) fn segments(folder: &Path) -> Result<BTreeMap<u64, PathBuf>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (Some(number), Some("jsonl")) = (number, path.extension().and_then(|end| end.to_str())) {
            found.insert(number, path);
        }
    }
    Ok(found)
}

/// The whole records of one segment. A line that a kill has torn is left out: it was never acknowledged.
pub(crate) fn read(path: &Path) -> Result<Vec<Record>> {
    let bytes = fs::read(path).map_err(Error::file(path))?;
    let mut records = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match decode(line) {
            Some(record) => records.push(record),
            None => {
                tracing::warn!(path = %path.display(), bytes = line.len(), "a torn line of the journal is left out");
            }
        }
    }
    Ok(records)
}

/// `checksum length json\n`, both numbers in hexadecimal.
fn encode(invocation: &Invocation, payloads: &InvocationPayloads) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(&Line {
        invocation: Cow::Borrowed(invocation),
        event: Bytes::of(&payloads.event),
        response: Bytes::of(&payloads.response),
        truncated: payloads.truncated,
    })?;
    let mut line = format!("{:016x} {:x} ", checksum(&json), json.len()).into_bytes();
    line.extend_from_slice(&json);
    line.push(b'\n');
    Ok(line)
}

fn decode(line: &[u8]) -> Option<Record> {
    let mut parts = line.splitn(3, |byte| *byte == b' ');
    let mut number = || u64::from_str_radix(std::str::from_utf8(parts.next()?).ok()?, 16).ok();
    let (sum, length) = (number()?, number()?);
    let json = parts.next()?;
    if json.len() as u64 != length || checksum(json) != sum {
        return None;
    }
    let line: Line<'_> = serde_json::from_slice(json).ok()?;
    let payloads = InvocationPayloads {
        event: line.event.into_bytes()?,
        response: line.response.into_bytes()?,
        truncated: line.truncated,
    };
    Some((line.invocation.into_owned(), payloads))
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| char::from(DIGITS[usize::from(half)]))
        .collect()
}

/// FNV-1a: enough to tell a torn line from a whole one.
fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

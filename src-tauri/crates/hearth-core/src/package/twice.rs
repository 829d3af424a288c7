//! Finds the path that a zip holds twice. The library that reads zips keeps only the last entry of a name, so the
//! central directory is walked here. Must not unpack anything.

use std::collections::HashSet;
use std::io::{Read, Seek, SeekFrom};

const SIGNATURE: [u8; 4] = *b"PK\x01\x02";
/// Bytes of a record before its name.
const HEADER: usize = 46;

/// The first path that comes a second time among the records that begin at `directory`, or none when the
/// directory cannot be read.
pub(super) fn repeated_path(archive: &mut (impl Read + Seek), directory: u64) -> Option<String> {
    archive.seek(SeekFrom::Start(directory)).ok()?;
    let mut seen = HashSet::new();
    loop {
        let mut header = [0_u8; HEADER];
        archive.read_exact(&mut header).ok()?;
        if header[..4] != SIGNATURE {
            return None;
        }
        let length = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let mut name = vec![0_u8; usize::from(length(28))];
        archive.read_exact(&mut name).ok()?;
        archive.seek_relative(i64::from(length(30)) + i64::from(length(32))).ok()?;
        if let Some(name) = seen.replace(name) {
            return Some(String::from_utf8_lossy(&name).into_owned());
        }
    }
}

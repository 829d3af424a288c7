//! Executables called `bootstrap`.

use super::files::Files;
use super::{Finding, Handler};
use hearth_model::Engine;

/// What `bootstrap` says.
pub(super) fn find(files: &Files) -> Option<Finding> {
    if !files.has("bootstrap") {
        return None;
    }
    let start = files.start("bootstrap", 20).unwrap_or_default();
    let kind = kind(&start);
    if kind.is_none() && !files.is_executable("bootstrap") {
        return None;
    }
    let mut problems = Vec::new();
    match kind {
        Some(Kind::Elf { machine }) if machine != this_machine() => problems.push(format!(
            "`bootstrap` is built for {}, and this computer is {}: build it for {}",
            machine_name(machine),
            machine_name(this_machine()),
            machine_name(this_machine())
        )),
        Some(Kind::Elf { .. }) if !cfg!(target_os = "linux") => {
            problems.push("`bootstrap` is a Linux program, which does not run on this computer".to_owned());
        }
        Some(Kind::Mach) if !cfg!(target_os = "macos") => {
            problems.push("`bootstrap` is a macOS program: build it for Linux".to_owned());
        }
        Some(Kind::Script) if start.windows(2).any(|pair| pair == b"\r\n") => {
            problems
                .push("`bootstrap` has Windows line ends, which its interpreter will not take".to_owned());
        }
        _ => {}
    }
    Some(Finding {
        engine: Engine::Provided,
        reason: "an executable called bootstrap".to_owned(),
        declared: true,
        handler: Some(Handler {
            handler: "bootstrap".to_owned(),
            reason: "bootstrap runs by itself".to_owned(),
            file: "bootstrap".to_owned(),
            rank: (0, 0),
        }),
        looked_for: String::new(),
        highlights: vec![("bootstrap".to_owned(), kind_name(kind).to_owned())],
        problems,
    })
}

#[derive(Clone, Copy)]
enum Kind {
    Elf { machine: u16 },
    Mach,
    Script,
}

fn kind(start: &[u8]) -> Option<Kind> {
    match start {
        [0x7f, b'E', b'L', b'F', ..] if start.len() >= 20 => {
            Some(Kind::Elf { machine: u16::from_le_bytes([start[18], start[19]]) })
        }
        [0xcf, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => Some(Kind::Mach),
        [b'#', b'!', ..] => Some(Kind::Script),
        _ => None,
    }
}

fn kind_name(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Elf { .. }) => "Linux program",
        Some(Kind::Mach) => "macOS program",
        Some(Kind::Script) => "script",
        None => "executable",
    }
}

const X86_64: u16 = 0x3e;
const AARCH64: u16 = 0xb7;

fn this_machine() -> u16 {
    if cfg!(target_arch = "aarch64") { AARCH64 } else { X86_64 }
}

fn machine_name(machine: u16) -> &'static str {
    match machine {
        X86_64 => "x86_64",
        AARCH64 => "arm64",
        _ => "another processor",
    }
}

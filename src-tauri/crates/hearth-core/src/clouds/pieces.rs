//! An answer on its way, piece by piece: text of what came so far, told to whoever listens. A letter that is cut by the
//! end of a piece waits for the next one.

use crate::App;
use hearth_cloud::Pieces;
use hearth_model::{CloudPiece, HearthEvent, RequestId};
use std::sync::{Arc, Mutex, PoisonError};

/// Who is given the bytes of an answer, and tells them as text under `run_id`.
pub(super) fn teller(app: &App, run_id: &RequestId) -> Pieces {
    let (app, run_id) = (app.clone(), run_id.clone());
    let cut = Mutex::new(Vec::new());
    Arc::new(move |bytes: &[u8]| {
        let text = whole(&mut cut.lock().unwrap_or_else(PoisonError::into_inner), bytes);
        if !text.is_empty() {
            let piece = CloudPiece { at_us: app.now(), stream: String::new(), text };
            app.tell(HearthEvent::CloudPieces { run_id: run_id.clone(), pieces: vec![piece], ended: false });
        }
    })
}

/// Says that no more comes.
pub(super) fn end(app: &App, run_id: &RequestId) {
    app.tell(HearthEvent::CloudPieces { run_id: run_id.clone(), pieces: Vec::new(), ended: true });
}

/// The text of what is whole; what is cut stays in `cut`.
fn whole(cut: &mut Vec<u8>, bytes: &[u8]) -> String {
    cut.extend_from_slice(bytes);
    let mut text = String::new();
    loop {
        match std::str::from_utf8(cut) {
            Ok(all) => {
                text.push_str(all);
                cut.clear();
                return text;
            }
            Err(error) => {
                let (good, rest) = cut.split_at(error.valid_up_to());
                text.push_str(&String::from_utf8_lossy(good));
                match error.error_len() {
                    None => {
                        *cut = rest.to_vec();
                        return text;
                    }
                    Some(length) => {
                        text.push(char::REPLACEMENT_CHARACTER);
                        *cut = rest[length..].to_vec();
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_is_cut_waits_for_its_rest() {
        let mut cut = Vec::new();
        let bytes = "a tea ☕ é".as_bytes();
        let text: String = bytes.chunks(1).map(|piece| whole(&mut cut, piece)).collect();
        assert_eq!((text.as_str(), cut.len()), ("a tea ☕ é", 0));
        assert_eq!(whole(&mut cut, b"x\xffy"), "x\u{fffd}y", "what is no text is shown as such");
    }
}

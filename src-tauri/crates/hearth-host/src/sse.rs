//! Event batches as server-sent events, written and read. Must not know who may listen.

use axum::body::{Body, Bytes};
use axum::http::Response;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use futures_util::stream;
use hearth_core::App;
use hearth_core::batch::Batches;
use hearth_model::EventBatch;
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A comment this often tells both sides that the other is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Batches from now on until the listener goes away or `stop`.
pub(crate) fn stream_events(app: &App, stop: CancellationToken) -> Response<Body> {
    let batches = Batches::new(app.subscribe());
    let body = stream::unfold((batches, stop, true), |(mut batches, stop, first)| async move {
        // The first bytes leave at once, so that the listener knows it is connected.
        if first {
            return Some((
                Ok::<_, Infallible>(Bytes::from_static(b": connected\n\n")),
                (batches, stop, false),
            ));
        }
        let chunk = tokio::select! {
            () = stop.cancelled() => return None,
            batch = batches.next() => encode(&batch?),
            () = tokio::time::sleep(HEARTBEAT) => Bytes::from_static(b": still here\n\n"),
        };
        Some((Ok(chunk), (batches, stop, false)))
    });
    let mut response = Response::new(Body::from_stream(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
}

fn encode(batch: &EventBatch) -> Bytes {
    match serde_json::to_string(batch) {
        Ok(text) => Bytes::from(format!("data: {text}\n\n")),
        Err(error) => {
            tracing::error!(%error, "an event batch could not be written");
            Bytes::from_static(b"data: {\"events\":[],\"lagged\":true}\n\n")
        }
    }
}

/// Puts batches together again from the pieces of a stream.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    pending: Vec<u8>,
}

impl Decoder {
    /// Takes a piece.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.pending.extend_from_slice(piece);
    }

    /// The next whole batch, if there is one. What is not a batch is passed over.
    pub(crate) fn next(&mut self) -> Option<EventBatch> {
        while let Some(end) = self.pending.windows(2).position(|pair| pair == b"\n\n") {
            let message: Vec<u8> = self.pending.drain(..end + 2).collect();
            let batch = message
                .split(|byte| *byte == b'\n')
                .find_map(|line| line.strip_prefix(b"data: "))
                .and_then(|data| serde_json::from_slice(data).ok());
            if batch.is_some() {
                return batch;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_model::HearthEvent;

    #[test]
    fn batches_are_read_back_from_pieces_of_any_size() {
        let batch = EventBatch { events: vec![HearthEvent::SettingsChanged], lagged: true };
        let mut stream = b": connected\n\n".to_vec();
        stream.extend_from_slice(&encode(&batch));
        stream.extend_from_slice(b": still here\n\n");
        stream.extend_from_slice(&encode(&EventBatch::default()));
        for size in [1, 7, 4096] {
            let mut decoder = Decoder::default();
            let mut read = Vec::new();
            for piece in stream.chunks(size) {
                decoder.push(piece);
                while let Some(batch) = decoder.next() {
                    read.push(batch);
                }
            }
            assert_eq!(read, [batch.clone(), EventBatch::default()], "pieces of {size} bytes");
        }
    }
}

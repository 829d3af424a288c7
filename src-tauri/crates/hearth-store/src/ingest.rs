//! Ingest: facts that come in batches, from a cloud, an import or a demo, past the journal. Must not know their
//! source.

use crate::error::Result;
use crate::record::{Fact, Facts};
use crate::store::Store;
use hearth_model::{Invocation, InvocationPayloads, LogLine};

/// How many invocations or lines one transaction takes. The more there are, the more of them count into the same steps.
const BATCH: usize = 30_000;

/// Facts that are stored together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Invocations that have ended, and their payloads if they are known.
    pub invocations: Vec<(Invocation, Option<InvocationPayloads>)>,
    /// Log lines.
    pub lines: Vec<LogLine>,
}

impl Store {
    /// Stores a batch with its rollups and returns once it is committed: rows and figures together, some
    /// thousands a transaction. Invocations that are there are left as they are, and the number of new ones is
    /// told; log lines are always added. A function's account must be in the catalogue before, else the function
    /// counts as a local one. Fastest in the order of arrival.
    pub async fn ingest(&self, batch: &Batch) -> Result<u64> {
        let mut added = 0;
        for calls in batch.invocations.chunks(BATCH) {
            let calls = calls
                .iter()
                .map(|(invocation, payloads)| Fact {
                    invocation,
                    payloads: payloads.as_ref(),
                    may_be_there: false,
                })
                .collect();
            let facts = Facts { calls, lines: Vec::new() };
            added += self.recording().commit(self.writer(), &facts).await?;
            self.upkeep().stored(0);
        }
        for lines in batch.lines.chunks(BATCH) {
            let facts = Facts { calls: Vec::new(), lines: lines.iter().collect() };
            self.recording().commit(self.writer(), &facts).await?;
            self.upkeep().stored(lines.len());
        }
        Ok(added)
    }
}

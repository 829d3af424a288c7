//! How long servers took to freeze after an answer: the call was over before anybody could know, so the figure is put
//! into its record once the server has frozen. Owns which call that is. Must not know when batches are written.

use crate::error::Result;
use crate::writer::Item;
use hearth_model::{EnvironmentId, EnvironmentState, Invocation, Micros, RequestId};
use sqlx::SqliteConnection;
use std::collections::HashMap;

/// A call that is stored already, and its figure.
pub(crate) struct Late {
    request: RequestId,
    started: Micros,
    freeze: Micros,
}

/// A call that was answered.
struct Answered {
    request: RequestId,
    started: Micros,
    ended: Micros,
}

/// What is known of servers between their answers and their freezing. Either may be told first.
#[derive(Default)]
pub(crate) struct Freezes {
    /// The last call of those that have answered.
    answered: HashMap<EnvironmentId, Answered>,
    /// When those froze whose answer was not told yet.
    frozen: HashMap<EnvironmentId, Micros>,
}

impl Freezes {
    /// Puts what a batch tells into its own records, and answers what belongs to records before it.
    pub(crate) fn note(&mut self, items: &mut [Item]) -> Vec<Late> {
        let mut here: HashMap<EnvironmentId, usize> = HashMap::new();
        let mut late = Vec::new();
        for index in 0..items.len() {
            match &mut items[index] {
                Item::Ended(record, _) => {
                    let Some(id) = record.0.environment_id.clone() else { continue };
                    let answered = answered(&record.0);
                    if let Some(at) = self.frozen.remove(&id).filter(|at| *at >= answered.ended) {
                        record.0.phases.freeze_us = at - answered.ended;
                    } else {
                        self.answered.insert(id.clone(), answered);
                        here.insert(id, index);
                    }
                }
                Item::Environment(change) => {
                    let (id, state, at) = (change.1.environment_id.clone(), change.1.state, change.1.at_us);
                    if let Some((call, freeze)) = self.changed(&id, state, at) {
                        match here.remove(&id).map(|index| &mut items[index]) {
                            Some(Item::Ended(record, _)) => record.0.phases.freeze_us = freeze,
                            _ => late.push(Late { request: call.request, started: call.started, freeze }),
                        }
                    }
                }
                Item::Started(..) | Item::Log(_) | Item::Flush(_) | Item::Close => {}
            }
        }
        late
    }

    /// A server changed its state; the call that it froze after, if it did and that call was told.
    fn changed(
        &mut self,
        id: &EnvironmentId,
        state: EnvironmentState,
        at: Micros,
    ) -> Option<(Answered, Micros)> {
        match state {
            // It waits to be frozen.
            EnvironmentState::Warm => None,
            EnvironmentState::Frozen => {
                let call = self.answered.remove(id);
                if call.is_none() {
                    self.frozen.insert(id.clone(), at);
                }
                call.map(|call| {
                    let freeze = (at - call.ended).max(Micros::ZERO);
                    (call, freeze)
                })
            }
            // It works again, or is gone.
            _ => {
                self.answered.remove(id);
                if state.is_final() {
                    self.frozen.remove(id);
                }
                None
            }
        }
    }
}

fn answered(invocation: &Invocation) -> Answered {
    let phases = &invocation.phases;
    let ended = invocation.started_us + phases.queue_us + phases.init_us + phases.invoke_us;
    Answered { request: invocation.request_id.clone(), started: invocation.started_us, ended }
}

/// Stores the figures of calls of earlier batches.
pub(crate) async fn store(connection: &mut SqliteConnection, late: &[Late]) -> Result<()> {
    for one in late {
        let request = one.request.as_str();
        sqlx::query!(
            "UPDATE invocations SET freeze_us = ?1
             WHERE started_us / 86400000000 = ?2 / 86400000000 AND request_id = ?3",
            one.freeze.0,
            one.started.0,
            request
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

//! A change in an account that is being made: its calls as they go by. Ctrl-C cancels it, and what was made is taken
//! back; another Ctrl-C ends the command at once and says what is left. Must not know what changes.

use crate::failure::Failure;
use crate::output::{Output, Tone};
use crate::signals;
use futures_util::StreamExt as _;
use hearth_core::api::{CloudApply, CloudChangeName, CloudChangeRequest, CloudChanged, CloudReview, Empty};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::{EventBatch, HearthEvent, RequestId, StepState};
use std::time::Duration;

/// How long the last steps are waited for after the answer.
const LAST_STEPS: Duration = Duration::from_secs(1);
/// How long those of before a second Ctrl-C are waited for: a few batches.
const STEPS_SO_FAR: Duration = Duration::from_millis(250);

/// Makes a change that was reviewed.
pub(super) async fn make(
    caller: &Caller,
    request: CloudChangeRequest,
    seen: &CloudReview,
    output: &mut Output,
) -> Result<CloudChanged, Failure> {
    let _hearing = signals::Hearing::begin();
    let change_id = RequestId::generate();
    let mut events = caller.events().await?.fuse();
    let apply =
        CloudApply { request, digest: seen.review.digest.clone(), change_id: Some(change_id.clone()) };
    let mut calls = Calls::new(seen);
    let mut making = std::pin::pin!(caller.ask("cloud_apply", apply));
    let mut ending = Box::pin(signals::ending());
    let mut is_cancelled = false;
    loop {
        tokio::select! {
            biased;
            () = &mut ending => {
                if is_cancelled {
                    let so_far = async {
                        while let Some(batch) = events.next().await {
                            calls.hear(batch, &change_id, output);
                        }
                    };
                    tokio::time::timeout(STEPS_SO_FAR, so_far).await.ok();
                    return Err(calls.left(matches!(caller, Caller::Owner(_))).into());
                }
                is_cancelled = true;
                ending = Box::pin(signals::ending());
                output.aside(
                    "Cancelling: no further call is made, and what was made is taken back. Ctrl-C again ends at once.",
                    Tone::Odd,
                );
                let name = CloudChangeName { change_id: change_id.clone() };
                // It may have ended just now, which its answer says.
                caller.ask::<Empty>("cloud_change_cancel", name).await.ok();
            }
            Some(batch) = events.next() => calls.hear(batch, &change_id, output),
            made = &mut making => {
                // Steps come some at a time, so that the last ones come a moment later.
                let last = async {
                    while !calls.are_back(is_cancelled)
                        && let Some(batch) = events.next().await
                    {
                        calls.hear(batch, &change_id, output);
                    }
                };
                if made.is_err() {
                    tokio::time::timeout(LAST_STEPS, last).await.ok();
                }
                return made.map_err(Failure::from);
            }
        }
    }
}

/// The calls of a change, and how far each is.
struct Calls(Vec<(String, Option<StepState>)>);

impl Calls {
    fn new(seen: &CloudReview) -> Self {
        Self(seen.review.calls.iter().map(|call| (call.operation.clone(), None)).collect())
    }

    /// Notes steps of this change, and shows them to a person.
    fn hear(&mut self, batch: EventBatch, change: &RequestId, output: &mut Output) {
        for event in batch.events {
            let HearthEvent::CloudStep { change_id, number, of, operation, state, .. } = event else {
                continue;
            };
            let Some(call) = (number as usize).checked_sub(1).and_then(|index| self.0.get_mut(index)) else {
                continue;
            };
            if change_id != *change {
                continue;
            }
            call.1 = Some(state);
            let (words, tone) = match state {
                StepState::Begun => ("…", Tone::Quiet),
                StepState::Done => ("made", Tone::Quiet),
                StepState::TakingBack => ("being taken back…", Tone::Odd),
                StepState::TakenBack => ("taken back", Tone::Odd),
                StepState::Stays => ("stays in force", Tone::Bad),
            };
            output.aside(&format!("{number}/{of} {operation} {words}"), tone);
        }
    }

    /// Whether all that was made is taken back or stays, as far as it was heard. A call that was refused stays begun.
    fn are_back(&self, is_cancelled: bool) -> bool {
        !self.0.iter().any(|(_, state)| match state {
            Some(StepState::Done | StepState::TakingBack) => true,
            Some(StepState::Begun) => is_cancelled,
            None | Some(StepState::TakenBack | StepState::Stays) => false,
        })
    }

    /// What is left when the command ends before everything was taken back.
    fn left(&self, is_owner: bool) -> ApiError {
        let left: Vec<&str> = self
            .0
            .iter()
            .filter(|(_, state)| !matches!(state, None | Some(StepState::TakenBack)))
            .map(|(operation, _)| operation.as_str())
            .collect();
        let left = if left.is_empty() { "nothing".to_owned() } else { left.join(", ") };
        if is_owner {
            ApiError::new(
                ErrorCode::Cancelled,
                format!("the change was cut off while it was taken back; made and not taken back: {left}"),
            )
            .with_hint("`hearth unfinished` lists it, and takes it back or goes on with it.")
        } else {
            ApiError::new(
                ErrorCode::Cancelled,
                format!("the change was cancelled; made and not taken back so far: {left}"),
            )
            .with_hint("The Hearth that makes it is another process, which goes on taking it back.")
        }
    }
}

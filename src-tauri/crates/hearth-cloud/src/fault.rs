//! Why a provider could not do something, in words that are the same for every vendor. The vendor's own message is
//! kept beside them. Must not hold a secret: who makes a fault takes messages, never requests or headers.

use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// Bytes of a vendor's message that are shown.
const LONGEST: usize = 400;

/// Seconds that two clocks may differ: vendors take about five minutes.
const MOST_SKEW_S: i64 = 300;

/// What providers answer.
pub type Result<T> = std::result::Result<T, Fault>;

/// What kind of failure it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum FaultKind {
    /// Nobody is signed in to the account, or the vendor does not know the keys.
    NotSignedIn,
    /// A sign-in was there and has ended.
    Expired,
    /// The account may not do it.
    NotAllowed {
        /// The permission that is missing, for instance `lambda:InvokeFunction`.
        permission: String,
    },
    /// Too many requests; the same works later.
    Throttled,
    /// It is not there.
    NotFound,
    /// Something else is in the way: it exists already, or it is being changed.
    Conflict,
    /// What is there changed since the review, so that other calls would be made. Nothing was.
    PlanChanged,
    /// A person cancelled the change. The message says what was taken back and what stays.
    Cancelled,
    /// The request itself is wrong.
    Invalid,
    /// The network or the vendor broke the call off; whether it was done is not known.
    BrokenOff,
    /// It took longer than it may.
    TimedOut,
    /// This provider cannot do it at all; see its capabilities.
    Unable,
    /// Something else, in the vendor's words.
    Other,
}

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// What kind.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// What was tried, for instance `lambda:ListFunctions in eu-west-1`.
    pub action: String,
    /// The vendor's own message.
    pub message: String,
    /// The vendor's id of the request, for its support.
    pub request_id: Option<String>,
}

impl Fault {
    /// A fault without a request id.
    pub fn new(kind: FaultKind, action: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, action: action.into(), message: message.into(), request_id: None }
    }

    /// A plan that is not the one that a person has seen.
    pub fn plan_changed() -> Self {
        Self::new(FaultKind::PlanChanged, "the change", "")
    }

    /// A change that a person cancelled.
    pub fn cancelled(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Cancelled, "the change", message)
    }

    /// What to say of a refused sign-in when the clock of this computer is off, which is then the likeliest cause: signing
    /// in again would not help. None when both clocks agree.
    pub fn of_clock(&self, here: Micros, there: Micros) -> Option<Self> {
        let ahead_s = (here.0 - there.0) / 1_000_000;
        if ahead_s.abs() <= MOST_SKEW_S {
            return None;
        }
        // The vendor says whole seconds, and its answer was under way.
        let minutes = (ahead_s.abs() + 30) / 60;
        let length = match (minutes / 60, minutes % 60) {
            (0, minutes) => format!("{minutes} min"),
            (hours, 0) => format!("{hours} h"),
            (hours, minutes) => format!("{hours} h {minutes} min"),
        };
        let side = if ahead_s > 0 { "ahead" } else { "behind" };
        let words = format!("set the clock of this computer, which is {length} {side}");
        let message = if self.message.is_empty() {
            words
        } else {
            format!("{words}; the answer was: {}", self.message)
        };
        Some(Self { kind: FaultKind::Other, message, ..self.clone() })
    }

    /// Whether asking again later may help.
    pub fn may_pass(&self) -> bool {
        match self.kind {
            FaultKind::Throttled | FaultKind::BrokenOff | FaultKind::TimedOut => true,
            FaultKind::NotSignedIn
            | FaultKind::Expired
            | FaultKind::NotAllowed { .. }
            | FaultKind::NotFound
            | FaultKind::Conflict
            | FaultKind::PlanChanged
            | FaultKind::Cancelled
            | FaultKind::Invalid
            | FaultKind::Unable
            | FaultKind::Other => false,
        }
    }

    /// What happened, for people.
    pub fn words(&self) -> String {
        let action = &self.action;
        match &self.kind {
            FaultKind::NotSignedIn => format!("nobody is signed in for {action}"),
            FaultKind::Expired => format!("the sign-in has ended, so {action} was refused"),
            FaultKind::NotAllowed { permission } => {
                format!("this account may not do {action}: it lacks the permission {permission}")
            }
            FaultKind::Throttled => format!("{action} was refused: too many requests at once"),
            FaultKind::NotFound => format!("{action}: it is not there"),
            FaultKind::Conflict => format!("{action} is in conflict with what is there"),
            FaultKind::PlanChanged => {
                format!(
                    "{action} was not begun: what is there changed since the review, so the calls would be others"
                )
            }
            FaultKind::Cancelled => format!("{action} was cancelled"),
            FaultKind::Invalid => format!("{action} was refused as wrong"),
            FaultKind::BrokenOff => format!("{action} broke off; whether it was done is not known"),
            FaultKind::TimedOut => format!("{action} took longer than it may"),
            FaultKind::Unable => format!("{action} cannot be done here"),
            FaultKind::Other => format!("{action} failed"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words())?;
        if self.message.is_empty() { Ok(()) } else { write!(formatter, ": {}", self.message) }
    }
}

impl std::error::Error for Fault {}

/// The beginning of what a vendor said: pages of it help nobody.
pub fn shortened(text: &str) -> String {
    let mut end = LONGEST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// The causes in one text, each once.
pub fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if parts.last().is_none_or(|last| !last.contains(&text)) {
            parts.push(text);
        }
        source = cause.source();
    }
    shortened(&parts.join(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_the_missing_permission_and_keeps_the_vendors_words() {
        let kind = FaultKind::NotAllowed { permission: "lambda:ListFunctions".into() };
        let fault = Fault::new(kind, "lambda:ListFunctions in eu-west-1", "User: x is not authorized");
        let text = fault.to_string();
        assert!(text.contains("lacks the permission lambda:ListFunctions"), "{text}");
        assert!(text.ends_with("User: x is not authorized"), "{text}");
        assert!(!fault.may_pass(), "asking again does not grant a permission");
        assert!(Fault::new(FaultKind::Throttled, "x", "").may_pass());
    }

    #[test]
    fn a_wrong_clock_is_told_with_how_much_and_a_right_one_is_not() {
        let fault = Fault::new(FaultKind::Expired, "signing in", "too old");
        let of = |seconds: i64| fault.of_clock(Micros(seconds * 1_000_000), Micros(0));
        for (seconds, words) in [(10_799, "3 h ahead"), (-10_860, "3 h 1 min behind"), (420, "7 min ahead")] {
            let told = of(seconds).unwrap();
            assert_eq!(told.kind, FaultKind::Other, "no sign-in helps");
            assert!(told.message.contains(words) && told.message.ends_with("too old"), "{told}");
        }
        assert_eq!((of(300), of(-300), of(0)), (None, None, None));
    }
}

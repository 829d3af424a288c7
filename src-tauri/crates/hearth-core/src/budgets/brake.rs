//! The brake as a state machine: its mode, which functions it holds and what their limits were, and which it leaves
//! alone for a while. Pure: knows no ledger, no clock and no runtime.

use crate::api::BrakeMode;
use hearth_model::{FunctionId, Micros};
use std::collections::BTreeMap;

/// How long a released function is left alone, so that the brake and a person do not fight.
pub(crate) const REST: Micros = Micros::from_seconds(600);

/// What is known of a function that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// What a release brings back; none is a function without a limit of its own.
    pub(crate) former: Option<u32>,
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) since: Micros,
    pub(crate) by: String,
    pub(crate) reason: String,
}

/// Whether the brake acts when something runs away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Nothing,
    Suggest,
    Pull,
}

/// The brake.
#[derive(Clone, Debug, Default)]
pub(crate) struct Brake {
    mode: BrakeMode,
    held: BTreeMap<FunctionId, Held>,
    rests: BTreeMap<FunctionId, Micros>,
}

impl Brake {
    pub(crate) fn new(mode: BrakeMode, held: BTreeMap<FunctionId, Held>) -> Self {
        Self { mode, held, rests: BTreeMap::new() }
    }

    pub(crate) fn mode(&self) -> BrakeMode {
        self.mode
    }

    /// Changes what happens from now on. What is held stays held: only a release lets go.
    pub(crate) fn set_mode(&mut self, mode: BrakeMode) {
        self.mode = mode;
        if mode == BrakeMode::Armed {
            self.rests.clear();
        }
    }

    pub(crate) fn held(&self) -> &BTreeMap<FunctionId, Held> {
        &self.held
    }

    pub(crate) fn holds(&self, function: &FunctionId) -> bool {
        self.held.contains_key(function)
    }

    /// What to do about a function that runs away.
    pub(crate) fn act(&self, function: &FunctionId, now: Micros) -> Act {
        if self.holds(function) || self.rests_until(function, now).is_some() {
            return Act::Nothing;
        }
        match self.mode {
            BrakeMode::Off => Act::Nothing,
            BrakeMode::Suggest => Act::Suggest,
            BrakeMode::Armed => Act::Pull,
        }
    }

    /// Holds a function. False when it was held already: the limit that it had before stays known.
    pub(crate) fn pull(&mut self, function: FunctionId, held: Held) -> bool {
        if self.holds(&function) {
            return false;
        }
        self.rests.remove(&function);
        self.held.insert(function, held);
        true
    }

    /// A person gave a held function another limit: that is what a release brings back.
    pub(crate) fn adopt(&mut self, function: &FunctionId, limit: Option<u32>) {
        if let Some(held) = self.held.get_mut(function) {
            held.former = limit;
        }
    }

    /// Lets go of a function and leaves it alone for a while.
    pub(crate) fn release(&mut self, function: &FunctionId, now: Micros) -> Option<Held> {
        let held = self.held.remove(function)?;
        self.rest(function, now);
        Some(held)
    }

    /// Leaves a function alone for a while.
    pub(crate) fn rest(&mut self, function: &FunctionId, now: Micros) {
        self.rests.retain(|_, until| *until > now);
        self.rests.insert(function.clone(), now + REST);
    }

    /// Until when a function is left alone.
    pub(crate) fn rests_until(&self, function: &FunctionId, now: Micros) -> Option<Micros> {
        self.rests.get(function).copied().filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Mode(BrakeMode),
        Runs(u8),
        PullByHand(u8),
        Release(u8),
        Limit(u8, Option<u32>),
        Wait(i64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let mode = prop_oneof![Just(BrakeMode::Off), Just(BrakeMode::Suggest), Just(BrakeMode::Armed)];
        let step = prop_oneof![
            mode.prop_map(Step::Mode),
            (0_u8..3).prop_map(Step::Runs),
            (0_u8..3).prop_map(Step::PullByHand),
            (0_u8..3).prop_map(Step::Release),
            (0_u8..3, proptest::option::of(1_u32..50))
                .prop_map(|(function, limit)| Step::Limit(function, limit)),
            (1_i64..900).prop_map(Step::Wait),
        ];
        proptest::collection::vec(step, 0..60)
    }

    fn id(number: u8) -> FunctionId {
        FunctionId::from(format!("F{number}").as_str())
    }

    fn held(former: Option<u32>) -> Held {
        Held {
            former,
            name: "kettle".to_owned(),
            version: 1,
            since: Micros::ZERO,
            by: "brake".to_owned(),
            reason: "spent".to_owned(),
        }
    }

    proptest! {
        /// `limits` is what a person wants of each function, `real` what the runtime was told.
        #[test]
        fn a_release_brings_back_the_limit_whatever_happened_before(
            steps in steps(), first in proptest::collection::vec(proptest::option::of(1_u32..50), 3),
        ) {
            let mut brake = Brake::default();
            let mut wanted = first.clone();
            let mut real = first;
            let mut now = Micros::ZERO;
            for step in steps {
                match step {
                    Step::Mode(mode) => {
                        let before: Vec<_> = brake.held().keys().cloned().collect();
                        brake.set_mode(mode);
                        prop_assert_eq!(before, brake.held().keys().cloned().collect::<Vec<_>>());
                    }
                    Step::Runs(function) => {
                        let act = brake.act(&id(function), now);
                        if act == Act::Pull {
                            prop_assert_eq!(brake.mode(), BrakeMode::Armed, "only an armed brake pulls by itself");
                            let former = real[usize::from(function)];
                            prop_assert!(brake.pull(id(function), held(former)));
                            real[usize::from(function)] = Some(0);
                        }
                    }
                    Step::PullByHand(function) => {
                        let former = real[usize::from(function)];
                        let was_held = brake.holds(&id(function));
                        prop_assert_eq!(brake.pull(id(function), held(former)), !was_held);
                        real[usize::from(function)] = Some(0);
                    }
                    Step::Release(function) => {
                        if let Some(held) = brake.release(&id(function), now) {
                            real[usize::from(function)] = held.former;
                            prop_assert_eq!(brake.act(&id(function), now), Act::Nothing, "it rests first");
                        }
                    }
                    Step::Limit(function, limit) => {
                        wanted[usize::from(function)] = limit;
                        if brake.holds(&id(function)) {
                            brake.adopt(&id(function), limit);
                        } else {
                            real[usize::from(function)] = limit;
                        }
                    }
                    Step::Wait(seconds) => now = now + Micros::from_seconds(seconds),
                }
                for function in 0..3_u8 {
                    let index = usize::from(function);
                    let expected = if brake.holds(&id(function)) { Some(0) } else { wanted[index] };
                    prop_assert_eq!(real[index], expected, "held means 0, released means as it was");
                }
            }
            for function in 0..3_u8 {
                if let Some(held) = brake.release(&id(function), now) {
                    real[usize::from(function)] = held.former;
                }
            }
            prop_assert_eq!(real, wanted);
        }
    }

    #[test]
    fn a_released_function_is_left_alone_for_ten_minutes() {
        let mut brake = Brake::new(BrakeMode::Armed, BTreeMap::new());
        assert_eq!(brake.act(&id(1), Micros::ZERO), Act::Pull);
        brake.pull(id(1), held(Some(3)));
        assert_eq!(brake.release(&id(1), Micros::ZERO).and_then(|held| held.former), Some(3));
        assert_eq!(brake.act(&id(1), REST - Micros(1)), Act::Nothing);
        assert_eq!(brake.act(&id(1), REST), Act::Pull);
    }

    #[test]
    fn suggesting_never_pulls_and_off_says_nothing() {
        for (mode, act) in [(BrakeMode::Off, Act::Nothing), (BrakeMode::Suggest, Act::Suggest)] {
            assert_eq!(Brake::new(mode, BTreeMap::new()).act(&id(1), Micros::ZERO), act);
        }
    }
}

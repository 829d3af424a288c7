//! Servers of one function: which one takes a call, and when one has to be born. Must not know functions.

use crate::Random;

/// AWS keeps an idle server between these many seconds.
const KEEP_ALIVE_S: (f64, f64) = (300.0, 360.0);

/// The servers that are kept.
#[derive(Clone, Debug, Default)]
pub struct Servers {
    /// From when each is free, when it ends, and its number; the one used last is last.
    kept: Vec<(f64, f64, u32)>,
    born: u32,
}

/// The server of a call that was placed, to be handed back with [`Servers::busy_until`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its number, counted from 1.
    pub number: u32,
    /// Whether it was born for this call.
    pub cold: bool,
}

impl Servers {
    /// The server for a call at an instant: the one used last that is free, else a new one.
    pub fn place(&mut self, at_s: f64) -> Placed {
        self.kept.retain(|(_, end, _)| *end >= at_s);
        let free = self.kept.iter().rposition(|(free, _, _)| *free <= at_s);
        if let Some(position) = free {
            return Placed { number: self.kept.remove(position).2, cold: false };
        }
        self.born += 1;
        Placed { number: self.born, cold: true }
    }

    /// The call on this server ends then; afterwards the server is kept for a while.
    pub fn busy_until(&mut self, placed: Placed, free_s: f64, random: &mut Random) {
        let end = free_s + random.between(KEEP_ALIVE_S.0, KEEP_ALIVE_S.1);
        self.kept.push((free_s, end, placed.number));
    }

    /// Servers end, for instance since new code was deployed.
    pub fn end(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_meets_a_free_server_or_has_one_born() {
        let mut random = Random::new(2);
        let mut servers = Servers::default();
        let first = servers.place(0.0);
        servers.busy_until(first, 2.0, &mut random);
        let beside = servers.place(1.0);
        assert_eq!((first, beside), (Placed { number: 1, cold: true }, Placed { number: 2, cold: true }));
        servers.busy_until(beside, 3.0, &mut random);
        assert_eq!(servers.place(2.5), Placed { number: 1, cold: false });
        assert_eq!(servers.place(2.6).number, 3, "the second is busy still");
        assert!(servers.place(1_000.0).cold, "nobody is kept so long");
    }
}

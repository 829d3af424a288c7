//! What was read of days and hours that are over, kept in memory: it changes only when something is stored late, so the
//! sums of a month need not be read again with every call. Owns which of it still holds. Must not know what it says.

use crate::error::Result;
use crate::scopes::Scope;
use crate::store::Store;
use hearth_model::Micros;
use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Answers that are kept: a screen asks for two or three, a chart over three months for some more; of 500 functions, each
/// takes at most a megabyte or two.
const MOST: usize = 20;
/// Changes that an answer which is being read may meet.
const CHANGES: usize = 64;

/// What is told, of whom, from when and until when.
pub(crate) type Key = (&'static str, Scope, Micros, Micros);

/// Cheap to clone; all clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Past(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    answers: VecDeque<(Key, Arc<dyn Any + Send + Sync>)>,
    /// How many changes there were, and from when on the last of them changed something.
    count: u64,
    changes: VecDeque<Micros>,
}

impl Past {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be told after each commit: something at `from` or later is different now.
    pub(crate) fn changed(&self, from: Micros) {
        let mut kept = self.kept();
        kept.answers.retain(|((_, _, _, until), _)| *until <= from);
        kept.count += 1;
        kept.changes.push_back(from);
        if kept.changes.len() > CHANGES {
            kept.changes.pop_front();
        }
    }

    /// Anything may be different now.
    pub(crate) fn forget(&self) {
        self.changed(Micros(i64::MIN));
    }

    /// The answer that is kept, else what `read` reads, which is kept if nothing changed it meanwhile.
    pub(crate) async fn of<T: Send + Sync + 'static>(
        &self,
        key: Key,
        read: impl Future<Output = Result<T>>,
    ) -> Result<Arc<T>> {
        let (known, begun) = {
            let mut kept = self.kept();
            (kept.find(&key), kept.count)
        };
        if let Some(known) = known.and_then(|answer| answer.downcast::<T>().ok()) {
            return Ok(known);
        }
        let answer = Arc::new(read.await?);
        let mut kept = self.kept();
        let met = usize::try_from(kept.count - begun).unwrap_or(usize::MAX);
        let holds =
            met <= kept.changes.len() && kept.changes.iter().rev().take(met).all(|from| key.3 <= *from);
        if holds {
            kept.keep(key, Arc::clone(&answer) as _);
        }
        Ok(answer)
    }

    /// The place that is kept, else an empty one, which goes as soon as something in its days changes: what is put into
    /// it must have been read after it was asked for.
    fn place<T: Default + Send + Sync + 'static>(&self, key: Key) -> Arc<T> {
        let mut kept = self.kept();
        if let Some(known) = kept.find(&key).and_then(|answer| answer.downcast::<T>().ok()) {
            return known;
        }
        let place = Arc::new(T::default());
        kept.keep(key, Arc::clone(&place) as _);
        place
    }
}

impl Kept {
    /// The answer to a key. The one that was asked for last is the last to go.
    fn find(&mut self, key: &Key) -> Option<Arc<dyn Any + Send + Sync>> {
        let place = self.answers.iter().position(|(known, _)| known == key)?;
        let known = self.answers.remove(place)?;
        let answer = Arc::clone(&known.1);
        self.answers.push_back(known);
        Some(answer)
    }

    fn keep(&mut self, key: Key, answer: Arc<dyn Any + Send + Sync>) {
        self.answers.retain(|(known, _)| *known != key);
        self.answers.push_back((key, answer));
        if self.answers.len() > MOST {
            self.answers.pop_front();
        }
    }
}

impl Store {
    /// A place for what somebody works out of a scope's figures of days that are over: the same one each time, until
    /// something in those days changes; then it is a new and empty one. To be asked for before the figures are read.
    pub fn place_for<T: Default + Send + Sync + 'static>(
        &self,
        what: &'static str,
        scope: &Scope,
        from: Micros,
        until: Micros,
    ) -> Arc<T> {
        self.past().place((what, scope.clone(), from, until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(past: &Past, until: i64, value: u32) -> u32 {
        *past.of(("sums", Scope::All, Micros(0), Micros(until)), async { Ok(value) }).await.unwrap()
    }

    #[tokio::test]
    async fn an_answer_holds_until_something_in_it_changes() {
        let past = Past::default();
        assert_eq!(ask(&past, 10, 1).await, 1);
        assert_eq!(ask(&past, 10, 2).await, 1);
        past.changed(Micros(10));
        assert_eq!(ask(&past, 10, 2).await, 1, "what came later is not in it");
        past.changed(Micros(9));
        assert_eq!(ask(&past, 10, 2).await, 2);
        past.forget();
        assert_eq!(ask(&past, 10, 3).await, 3);
    }

    #[tokio::test]
    async fn an_answer_that_changed_while_it_was_read_is_not_kept() {
        let past = Past::default();
        let key = || ("sums", Scope::All, Micros(0), Micros(10));
        let late = past.of(key(), async {
            past.changed(Micros(5));
            Ok(1)
        });
        assert_eq!(*late.await.unwrap(), 1);
        let early = past.of(key(), async {
            past.changed(Micros(10));
            Ok(2)
        });
        assert_eq!(*early.await.unwrap(), 2);
        let again = past.of(key(), async { Ok(3) });
        assert_eq!(*again.await.unwrap(), 2);
    }

    #[test]
    fn a_place_is_the_same_until_its_days_change() {
        let past = Past::default();
        let place = || past.place::<Mutex<u32>>(("chart", Scope::All, Micros(0), Micros(10)));
        let first = place();
        *first.lock().unwrap() = 7;
        assert_eq!(*place().lock().unwrap(), 7);
        past.changed(Micros(10));
        assert_eq!(*place().lock().unwrap(), 7);
        past.changed(Micros(3));
        assert_eq!(*place().lock().unwrap(), 0, "what was worked out of other figures is gone");
        *first.lock().unwrap() = 8;
        assert_eq!(*place().lock().unwrap(), 0, "and who was late changes nothing");
    }

    #[tokio::test]
    async fn only_the_newest_answers_are_kept() {
        let past = Past::default();
        for until in 0..=MOST as i64 {
            ask(&past, until, 1).await;
        }
        assert_eq!(ask(&past, MOST as i64, 2).await, 1);
        assert_eq!(ask(&past, 0, 2).await, 2);
    }
}

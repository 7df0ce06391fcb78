//! How many calls may be under way: each kind of stream has places of its own, so that idle ones never take those of
//! calls, and one caller never takes all of a kind.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use super::methods::Kind;

/// How many calls of each kind may be under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Calls with one answer.
    pub calls: usize,
    /// Imports.
    pub imports: usize,
    /// Answers in parts.
    pub exports: usize,
    /// Endless answers.
    pub watches: usize,
}

/// Calls of health and reflection: enough for every probe there is, and never those places that calls take.
const STANDARD: usize = 256;

impl Quotas {
    fn of(&self, kind: Kind) -> usize {
        match kind {
            Kind::Unary | Kind::Long => self.calls,
            Kind::Import => self.imports,
            Kind::Export => self.exports,
            Kind::Watch => self.watches,
            Kind::Standard => STANDARD,
        }
    }

    /// Of streams a caller takes half at most: they stay long.
    fn of_one_caller(&self, kind: Kind) -> usize {
        match kind {
            Kind::Import | Kind::Export | Kind::Watch => self.of(kind).div_ceil(2),
            Kind::Unary | Kind::Long | Kind::Standard => self.of(kind),
        }
    }
}

/// The places of a program.
#[derive(Debug)]
pub struct Places {
    quotas: Quotas,
    taken: Mutex<TakenPlaces>,
}

#[derive(Debug, Default)]
struct TakenPlaces {
    by_kind: HashMap<Kind, usize>,
    /// Of streams alone.
    by_caller: HashMap<(Kind, String), usize>,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    kind: Kind,
    /// Whose stream it is.
    caller: Option<String>,
}

impl Places {
    /// Places, all of them free.
    #[must_use]
    pub fn new(quotas: Quotas) -> Arc<Self> {
        Arc::new(Self { quotas, taken: Mutex::default() })
    }

    /// Takes a place for a call of a kind; `None` where there is none left, for anybody or for this caller.
    #[must_use]
    pub fn take(self: &Arc<Self>, kind: Kind, caller: impl FnOnce() -> String) -> Option<Place> {
        // Calls with one answer are short: whose they are is not counted.
        let caller = matches!(kind, Kind::Import | Kind::Export | Kind::Watch).then(caller);
        let kind = if kind == Kind::Long { Kind::Unary } else { kind };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all = taken.by_kind.get(&kind).copied().unwrap_or_default();
        if all >= self.quotas.of(kind) {
            return None;
        }
        if let Some(caller) = &caller {
            let own = taken.by_caller.entry((kind, caller.clone())).or_default();
            if *own >= self.quotas.of_one_caller(kind) {
                return None;
            }
            *own += 1;
        }
        taken.by_kind.insert(kind, all + 1);
        drop(taken);
        Some(Place { places: Arc::clone(self), kind, caller })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(all) = taken.by_kind.get_mut(&self.kind) {
            *all = all.saturating_sub(1);
        }
        let Some(caller) = self.caller.take() else { return };
        if let Entry::Occupied(mut own) = taken.by_caller.entry((self.kind, caller)) {
            *own.get_mut() = own.get().saturating_sub(1);
            if *own.get() == 0 {
                own.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Arc<Places> {
        Places::new(Quotas { calls: 2, imports: 4, exports: 2, watches: 2 })
    }

    #[test]
    fn streams_never_take_the_places_of_calls() {
        let places = places();
        let take = |kind, caller: &str| places.take(kind, || caller.to_owned());
        let imports: Vec<_> = ["a", "a", "b", "b"].map(|caller| take(Kind::Import, caller)).into();
        assert!(imports.iter().all(Option::is_some) && take(Kind::Import, "c").is_none());
        let calls = [take(Kind::Unary, "a"), take(Kind::Long, "a")];
        assert!(calls.iter().all(Option::is_some) && take(Kind::Unary, "b").is_none());
        assert!(take(Kind::Standard, "a").is_some());
        drop((imports, calls));
        assert!(take(Kind::Import, "c").is_some() && take(Kind::Unary, "b").is_some());
        assert!(places.taken.lock().unwrap().by_caller.is_empty());
    }

    #[test]
    fn one_caller_takes_half_of_the_streams_at_most() {
        let places = places();
        let take = |caller: &str| places.take(Kind::Import, || caller.to_owned());
        let held = [take("a"), take("a")];
        assert!(held.iter().all(Option::is_some) && take("a").is_none());
        assert!(take("b").is_some());
    }
}

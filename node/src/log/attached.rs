//! What the rooms above keep with a log or with one of its readers: caches, each under its own type, that may be thrown
//! away at any time. A reader's go with the reader's keys.

use std::any::{Any, TypeId};
use std::collections::HashMap;

/// At most one value of each type.
#[derive(Default)]
pub(crate) struct Attached(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Attached {
    /// The value of this type, made empty if there was none.
    ///
    /// # Panics
    ///
    /// Never: a value is filed under its own type.
    pub(crate) fn of<T: Any + Send + Sync + Default>(&mut self) -> &mut T {
        let kept = self.0.entry(TypeId::of::<T>()).or_insert_with(|| Box::<T>::default());
        kept.downcast_mut().expect("it is filed under its own type")
    }

    /// The value of this type, if there is one.
    pub(crate) fn get<T: Any>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

/// Arrivals of what this process appended and in which nothing need be looked for, as ranges, ascending.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plain(Vec<(u64, u64)>);

/// Ranges remembered at most: of what is forgotten it is looked at as at anything else.
const PLAIN_MAX: usize = 4_096;

impl Plain {
    pub(crate) fn extend(&mut self, arrivals: &[u64]) {
        for arrival in arrivals {
            let is_next = |(_, last): &(u64, u64)| last.checked_add(1) == Some(*arrival);
            match self.0.pop_if(|range| is_next(range)) {
                Some((first, _)) => self.0.push((first, *arrival)),
                None if self.0.len() < PLAIN_MAX => self.0.push((*arrival, *arrival)),
                None => {}
            }
        }
    }

    pub(crate) fn holds(&self, arrival: u64) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= arrival);
        after.checked_sub(1).is_some_and(|at| arrival <= self.0[at].1)
    }

    /// Forgets what stands up to an arrival.
    pub(crate) fn forget(&mut self, upto: u64) {
        self.0.retain(|(_, last)| *last > upto);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_was_added_and_nothing_else() {
        let mut plain = Plain::default();
        plain.extend(&[3, 4, 5, 9]);
        plain.extend(&[10, 12]);
        let held: Vec<u64> = (0..15).filter(|arrival| plain.holds(*arrival)).collect();
        assert_eq!(held, [3, 4, 5, 9, 10, 12]);
        plain.forget(5);
        assert!(!plain.holds(4) && plain.holds(9));
    }
}

//! Causality among facts of one family, without clocks: each fact lists the *frontier* its author had seen.
//!
//! A fact is a *head* when no other fact lists it. Authors list heads, so every fact an author knew is listed by
//! someone, unless the one that listed it is kept aside. A family whose facts list each other in a ring (only a liar
//! writes that) has all of them as heads: nothing is hidden.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::facts::{Dated, Fact, FactId};

/// Most ids one fact may list.
pub const SEEN_MAX: usize = 64;

/// Facts of one family by id.
pub type Family<T> = BTreeMap<FactId, Dated<T>>;

/// The ids no other fact of the family lists.
pub fn heads<T: Fact>(family: &Family<T>) -> BTreeSet<FactId> {
    let listed: BTreeSet<FactId> =
        family.iter().flat_map(|(id, fact)| fact.fact.seen().iter().filter(move |seen| *seen != id)).copied().collect();
    let heads: BTreeSet<FactId> = family.keys().filter(|id| !listed.contains(id)).copied().collect();
    if heads.is_empty() { family.keys().copied().collect() } else { heads }
}

/// The frontier to list in a new fact: the heads, at most [`SEEN_MAX`], those written last first.
pub fn frontier<T: Fact>(family: &Family<T>) -> Vec<FactId> {
    let mut heads: Vec<FactId> = heads(family).into_iter().collect();
    heads.sort_by_key(|id| std::cmp::Reverse(family.get(id).map_or(0, |fact| fact.stamp.order)));
    heads.truncate(SEEN_MAX);
    heads.sort_unstable();
    heads
}

/// Everything the author of `id` had seen, directly or through others.
pub fn past<T: Fact>(family: &Family<T>, id: FactId) -> BTreeSet<FactId> {
    let mut past = BTreeSet::new();
    let mut todo = vec![id];
    while let Some(next) = todo.pop() {
        for seen in family.get(&next).map_or(&[][..], |fact| fact.fact.seen()) {
            if past.insert(*seen) {
                todo.push(*seen);
            }
        }
    }
    past
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::case::facts::ContactFact;
    use crate::layer::Stamp;
    use crate::values::{DeviceId, EntryId};

    /// `n` names the fact and places it in the order.
    pub(crate) fn dated<T>(n: u8, fact: T) -> (FactId, Dated<T>) {
        let (entry, device) = (EntryId([n; 32]), DeviceId([1; 16]));
        let stamp = Stamp { entry, order: u64::from(n), claimed_ms: 0, member: None, device };
        (FactId([n; 8]), Dated { fact, stamp })
    }

    fn contact(n: u8, seen: &[u8]) -> (FactId, Dated<ContactFact>) {
        dated(n, ContactFact { allowed: n == 1, seen: seen.iter().map(|n| FactId([*n; 8])).collect() })
    }

    #[test]
    fn facts_that_list_each_other_hide_nothing() {
        let ring: Family<ContactFact> = [contact(1, &[2]), contact(2, &[1])].into();
        assert_eq!(heads(&ring).len(), 2);
        assert_eq!(past(&ring, FactId([1; 8])).len(), 2, "and end");
        let own: Family<ContactFact> = [contact(1, &[1])].into();
        assert_eq!(heads(&own).len(), 1);
    }

    #[test]
    fn a_frontier_fits_into_a_fact_and_keeps_the_last() {
        let many: Family<ContactFact> = (1..=100).map(|n| contact(n, &[])).collect();
        let frontier = frontier(&many);
        assert_eq!(frontier.len(), SEEN_MAX);
        assert!(frontier.is_sorted() && frontier.contains(&FactId([100; 8])) && !frontier.contains(&FactId([1; 8])));
    }
}

//! The causal past of membership entries: chain, `auth`, and the Invite a Join answers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Operation, Record};
use crate::values::EntryId;

/// A set of entries as bits over their topological order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, n: usize) {
        if self.0.len() <= n / 64 {
            self.0.resize(n / 64 + 1, 0);
        }
        self.0[n / 64] |= 1 << (n % 64);
    }
    fn has(&self, n: usize) -> bool {
        self.0.get(n / 64).is_some_and(|word| word >> (n % 64) & 1 == 1)
    }
    fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }
}

/// Pasts of a set of membership entries.
#[derive(Debug, Clone, Default)]
pub struct Past {
    order: Vec<EntryId>,
    index: HashMap<EntryId, usize>,
    /// Past of each entry, itself included.
    past: Vec<Bits>,
    heads: Vec<EntryId>,
    waiting: BTreeSet<EntryId>,
}

/// The closure of some heads.
pub struct Closure<'a> {
    past: &'a Past,
    bits: Bits,
}

impl Closure<'_> {
    /// True when `entry` is one of the heads or in the past of one.
    pub fn contains(&self, entry: &EntryId) -> bool {
        self.past.index.get(entry).is_some_and(|n| self.bits.has(*n))
    }
}

impl Past {
    /// Orders `records` topologically (ties by id). `pinned` are Invites that may be missing.
    pub(super) fn of(records: &[Record], pinned: &[EntryId]) -> Self {
        let held: BTreeSet<EntryId> = records.iter().map(|record| record.id).collect();
        let mut parents: BTreeMap<EntryId, Vec<EntryId>> = BTreeMap::new();
        for record in records {
            let mut of = record.header.auth.clone();
            if record.header.prev != EntryId::ZERO {
                of.push(record.header.prev);
            }
            if let Some(Operation::Join(join)) = &record.op
                && (held.contains(&join.invite) || !pinned.contains(&join.invite))
            {
                of.push(join.invite);
            }
            of.sort_unstable();
            of.dedup();
            parents.insert(record.id, of);
        }
        Self::sort(parents)
    }

    fn sort(parents: BTreeMap<EntryId, Vec<EntryId>>) -> Self {
        let mut children: HashMap<EntryId, Vec<EntryId>> = HashMap::new();
        let mut missing: HashMap<EntryId, usize> = HashMap::new();
        for (id, of) in &parents {
            missing.insert(*id, of.len());
            for parent in of {
                children.entry(*parent).or_default().push(*id);
            }
        }
        let mut ready: BTreeSet<EntryId> = missing.iter().filter(|(_, n)| **n == 0).map(|(id, _)| *id).collect();
        let mut sorted = Self::default();
        while let Some(id) = ready.pop_first() {
            let n = sorted.order.len();
            let mut bits = Bits::default();
            for parent in &parents[&id] {
                bits.add(&sorted.past[sorted.index[parent]]);
            }
            bits.set(n);
            sorted.order.push(id);
            sorted.index.insert(id, n);
            sorted.past.push(bits);
            for child in children.get(&id).into_iter().flatten() {
                let left = missing.get_mut(child).expect("every child was counted");
                *left -= 1;
                if *left == 0 {
                    ready.insert(*child);
                }
            }
        }
        sorted.waiting = parents.keys().filter(|id| !sorted.index.contains_key(*id)).copied().collect();
        sorted.heads = sorted
            .order
            .iter()
            .filter(|id| !children.get(*id).into_iter().flatten().any(|c| sorted.index.contains_key(c)))
            .copied()
            .collect();
        sorted.heads.sort_unstable();
        sorted
    }

    pub(super) fn order(&self) -> Vec<EntryId> {
        self.order.clone()
    }

    pub(super) fn heads(&self) -> Vec<EntryId> {
        self.heads.clone()
    }

    pub(super) fn waiting(&self) -> BTreeSet<EntryId> {
        self.waiting.clone()
    }

    /// True when `ancestor` is in the past of `of` (or is it).
    pub fn contains(&self, of: &EntryId, ancestor: &EntryId) -> bool {
        match (self.index.get(of), self.index.get(ancestor)) {
            (Some(of), Some(ancestor)) => self.past[*of].has(*ancestor),
            _ => false,
        }
    }

    /// Everything in the past of `heads`, or `None` while one of them is not held with all its past.
    pub fn closure(&self, heads: &[EntryId]) -> Option<Closure<'_>> {
        let mut bits = Bits::default();
        for head in heads {
            bits.add(&self.past[*self.index.get(head)?]);
        }
        Some(Closure { past: self, bits })
    }
}

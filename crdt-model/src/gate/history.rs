//! The valid changes of one (document, layer, generation), as far as judging the next one needs them.
//!
//! Each change keeps the set of all changes in its past as a bitset over positions: for cases of 10 to 50 changes one
//! word, for 5,000 changes 625 bytes each. A question about a past is then an `OR` of a few bitsets, also where an
//! actor has forked and a vector clock would be ambiguous.
//!
//! **Forks.** Two copies of one home write as one actor: two changes can have one sequence number, and two operations one
//! id. Each change is good on its own past, and both count; an operation that names such an id means all that have it of
//! those its author had seen.

use std::collections::HashMap;

use automerge::ChangeHash;

use super::CheckedChange;
use crate::layer::LayerOp;
use crate::values::ActorId;

/// The id of an operation: its counter and its actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    /// Lamport counter, from 1.
    pub counter: u64,
    /// Who wrote it.
    pub actor: ActorId,
}

/// The valid changes of one (document, layer, generation) and their order.
#[derive(Clone, Default)]
pub struct LayerHistory {
    changes: Vec<Known>,
    by_hash: HashMap<ChangeHash, usize>,
    actors: HashMap<ActorId, Line>,
    /// The actors with two changes of one sequence number: none, unless a device forked.
    forked: Vec<ActorId>,
}

#[derive(Clone)]
struct Known {
    seq: u64,
    start_op: u64,
    /// The key and kind of each operation; the first has the id (`start_op`, `actor`).
    ops: Vec<(Box<str>, Kind)>,
    /// Positions of this change and everything in its past.
    reach: Bits,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Put,
    Delete,
}

/// The changes of one actor, in the order they came.
#[derive(Clone, Default)]
struct Line {
    changes: Vec<usize>,
    /// Two of them have the same sequence number.
    forked: bool,
}

impl Known {
    fn max_op(&self) -> u64 {
        self.start_op + self.ops.len() as u64 - 1
    }
}

impl std::fmt::Debug for LayerHistory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LayerHistory").field("changes", &self.changes.len()).finish_non_exhaustive()
    }
}

impl LayerHistory {
    /// A history without changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether the change is known and valid.
    pub fn contains(&self, hash: &ChangeHash) -> bool {
        self.by_hash.contains_key(hash)
    }

    /// Adds a change that passed the gates; one that is held already changes nothing.
    ///
    /// # Errors
    ///
    /// The hash of a dependency that is not here: add changes in a topological order.
    pub fn insert(&mut self, change: &CheckedChange) -> Result<(), ChangeHash> {
        if self.contains(&change.hash()) {
            return Ok(());
        }
        let mut reach = self.past(change.deps())?.reach;
        let position = self.changes.len();
        reach.set(position);
        let line = self.actors.entry(change.actor()).or_default();
        if !line.forked && line.changes.iter().any(|other| self.changes[*other].seq == change.seq()) {
            line.forked = true;
            self.forked.push(change.actor());
        }
        line.changes.push(position);
        let ops = change.ops().iter().map(|checked| match &checked.op {
            LayerOp::Put { key, .. } => (key.as_str().into(), Kind::Put),
            LayerOp::Delete { key } => (key.as_str().into(), Kind::Delete),
        });
        self.by_hash.insert(change.hash(), position);
        self.changes.push(Known { seq: change.seq(), start_op: change.start_op(), ops: ops.collect(), reach });
        Ok(())
    }

    /// What lies at or below `deps`.
    ///
    /// # Errors
    ///
    /// The first of `deps` that is not here.
    pub fn past(&self, deps: &[ChangeHash]) -> Result<Past<'_>, ChangeHash> {
        let mut reach = Bits::default();
        let mut max_op = 0;
        for dep in deps {
            let known = &self.changes[*self.by_hash.get(dep).ok_or(*dep)?];
            reach.join(&known.reach);
            // A valid change starts above all of its past, so its own last operation is the greatest.
            max_op = max_op.max(known.max_op());
        }
        Ok(Past { history: self, reach, max_op })
    }

    /// The past of a change made now: everything.
    pub fn whole(&self) -> Past<'_> {
        let mut reach = Bits::default();
        (0..self.changes.len()).for_each(|position| reach.set(position));
        Past { history: self, reach, max_op: self.changes.iter().map(Known::max_op).max().unwrap_or(0) }
    }

    /// Whether some actor has two changes with one sequence number. Automerge holds no such document.
    pub fn is_forked(&self) -> bool {
        !self.forked.is_empty()
    }
}

/// A causally closed part of a [`LayerHistory`]: what an author had seen.
pub struct Past<'h> {
    history: &'h LayerHistory,
    reach: Bits,
    max_op: u64,
}

impl<'h> Past<'h> {
    /// Whether the change is in it.
    pub fn contains(&self, hash: &ChangeHash) -> bool {
        self.history.by_hash.get(hash).is_some_and(|position| self.reach.get(*position))
    }

    /// The greatest operation counter; 0 if there are no changes.
    pub fn max_op(&self) -> u64 {
        self.max_op
    }

    /// The last sequence number of the actor; 0 if it wrote nothing.
    pub fn last_seq(&self, actor: ActorId) -> u64 {
        self.line(actor).map(|known| known.seq).max().unwrap_or(0)
    }

    /// Whether the actor wrote anything.
    pub fn knows(&self, actor: ActorId) -> bool {
        self.line(actor).next().is_some()
    }

    /// The keys that puts of the past with this id wrote: one at most, unless the actor forked.
    pub fn keys_put_by(&self, id: OpId) -> impl Iterator<Item = &'h str> {
        self.changes_of(id).filter_map(move |known| {
            let index = usize::try_from(id.counter - known.start_op).ok()?;
            match known.ops.get(index)? {
                (key, Kind::Put) => Some(&**key),
                (_, Kind::Delete) => None,
            }
        })
    }

    /// The changes that hold an operation of the past.
    fn changes_of(&self, id: OpId) -> impl Iterator<Item = &'h Known> {
        let holds = move |known: &&Known| (known.start_op..=known.max_op()).contains(&id.counter);
        let line = self.history.actors.get(&id.actor);
        // without a fork at most the last that starts at or below it
        let alone = line.filter(|line| !line.forked).and_then(|line| {
            let known = |position: &usize| &self.history.changes[*position];
            let after = line.changes.partition_point(|position| known(position).start_op <= id.counter);
            let position = line.changes.get(after.checked_sub(1)?)?;
            Some(known(position)).filter(|_| self.reach.get(*position)).filter(holds)
        });
        let several = line.is_some_and(|line| line.forked).then(|| self.line(id.actor).filter(holds));
        alone.into_iter().chain(several.into_iter().flatten())
    }

    /// The changes of one actor in this past.
    fn line(&self, actor: ActorId) -> impl Iterator<Item = &'h Known> {
        let line = self.history.actors.get(&actor).map_or(&[][..], |line| &line.changes);
        line.iter().filter(|position| self.reach.get(**position)).map(|position| &self.history.changes[*position])
    }
}

/// A set of positions.
#[derive(Clone, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, position: usize) {
        if self.0.len() <= position / 64 {
            self.0.resize(position / 64 + 1, 0);
        }
        self.0[position / 64] |= 1 << (position % 64);
    }

    fn get(&self, position: usize) -> bool {
        self.0.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
    }

    fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }
}

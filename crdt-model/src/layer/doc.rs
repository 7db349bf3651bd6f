//! The document of one layer, as root keys with their concurrent values.
//!
//! What the gates admit of Automerge's model, puts and deletions of scalars at root keys that name what they replace,
//! needs no more than this to be merged: a put stands until another operation names it. [`LayerDoc::to_automerge`] gives
//! the same as an Automerge document; a property test holds the two equal, and `verify` compares them case by case.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;

use automerge::legacy::{Key, ObjectId, Op, OpId as LegacyOpId, OpType};
use automerge::{Automerge, Change, ChangeHash, ExpandedChange, ObjId, ROOT, ReadDoc};

use super::{Cell, LayerOp, LayerState, Stamp, Value};
use crate::gate::quiet::caught;
use crate::gate::semantic::{from_scalar, to_scalar};
use crate::gate::{ChangeFault, CheckedChange, Expect, LayerHistory, OpId, Schema, SchemaFault, check_change};
use crate::values::ActorId;

/// One value held at a root key, and the change that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// The scalar.
    pub value: Value,
    /// The change that wrote it.
    pub change: ChangeHash,
}

/// Why a document cannot be built. Checked changes in a topological order always can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildFault {
    /// A change came before one it depends on.
    #[error("change {0} is needed first")]
    MissingDep(ChangeHash),
    /// Automerge refused the changes although they passed the gates.
    #[error("Automerge refused changes that passed the gates")]
    Refused,
    /// Automerge panicked although the changes passed the gates.
    #[error("Automerge panicked on changes that passed the gates")]
    Panicked,
}

/// Why no change can be made of some operations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorFault {
    /// A key to delete holds nothing.
    #[error("operation {op} deletes a key that holds nothing")]
    NothingThere {
        /// Position of the operation, from 0.
        op: usize,
    },
    /// The gates would refuse the change: no operations, too many, a key twice, an empty key, too many bytes.
    #[error("the gates would refuse the change: {0}")]
    Gate(#[from] ChangeFault),
}

/// One layer of one document and generation, built from checked changes.
#[derive(Clone, Default)]
pub struct LayerDoc {
    /// What stands at each root key, by the operation that put it and its change: where a device forked, two changes can
    /// hold operations of one id.
    values: BTreeMap<String, BTreeMap<(OpId, ChangeHash), Value>>,
    heads: BTreeSet<ChangeHash>,
    history: LayerHistory,
    /// The bytes of the changes, in the order applied.
    raw: Vec<Vec<u8>>,
}

impl std::fmt::Debug for LayerDoc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LayerDoc").field("changes", &self.history.len()).finish_non_exhaustive()
    }
}

impl LayerDoc {
    /// A document without changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Builds the document from changes in a topological order. See [`LayerDoc::apply`].
    ///
    /// # Errors
    ///
    /// [`BuildFault::MissingDep`] if the order is not topological or a change is missing.
    pub fn build<'c>(changes: impl IntoIterator<Item = &'c CheckedChange>) -> Result<Self, BuildFault> {
        let mut doc = Self::new();
        doc.apply(changes)?;
        Ok(doc)
    }

    /// Adds changes in a topological order; those already here change nothing.
    ///
    /// Two changes with one actor and sequence number (a device that forked) are both taken: what one replaced, the other
    /// replaced for itself.
    ///
    /// # Errors
    ///
    /// [`BuildFault::MissingDep`] if the order is not topological or a change is missing. After an error the document
    /// is to be dropped: some of the changes may be in it.
    pub fn apply<'c>(&mut self, changes: impl IntoIterator<Item = &'c CheckedChange>) -> Result<(), BuildFault> {
        for change in changes {
            if !self.history.contains(&change.hash()) {
                self.history.insert(change).map_err(BuildFault::MissingDep)?;
                self.merge(change);
            }
        }
        Ok(())
    }

    /// A put stands until an operation that saw it names it: whatever came before or will come after makes no difference.
    fn merge(&mut self, change: &CheckedChange) {
        // an id means one operation, unless its actor forked: then those that the author had seen
        let past = self.history.is_forked().then(|| self.history.past(change.deps()).ok()).flatten();
        let seen = |by: &ChangeHash| past.as_ref().is_none_or(|past| past.contains(by));
        for (at, checked) in (0_u64..).zip(change.ops()) {
            let (key, put) = match &checked.op {
                LayerOp::Put { key, value } => (key, Some(value)),
                LayerOp::Delete { key } => (key, None),
            };
            let standing = self.values.entry(key.clone()).or_default();
            if !checked.preds.is_empty() {
                standing.retain(|(id, by), _| checked.preds.binary_search(id).is_err() || !seen(by));
            }
            if let Some(value) = put {
                let id = OpId { counter: change.start_op() + at, actor: change.actor() };
                standing.insert((id, change.hash()), value.clone());
            } else if standing.is_empty() {
                self.values.remove(key);
            }
        }
        for dep in change.deps() {
            self.heads.remove(dep);
        }
        self.heads.insert(change.hash());
        self.raw.push(change.raw_bytes().to_vec());
    }

    /// The same as an Automerge document: the yardstick, not what views are made of.
    ///
    /// # Errors
    ///
    /// [`BuildFault::Refused`] or [`BuildFault::Panicked`], should Automerge not take what the gates let through.
    pub fn to_automerge(&self) -> Result<Automerge, BuildFault> {
        let build = || {
            let changes = self.raw.iter().map(|raw| Change::try_from(raw.as_slice()));
            let changes = changes.collect::<Result<Vec<_>, _>>().map_err(|_| BuildFault::Refused)?;
            let mut doc = Automerge::new();
            doc.apply_changes(changes).map_err(|_| BuildFault::Refused)?;
            Ok(doc)
        };
        caught(build).map_err(|_| BuildFault::Panicked)?
    }

    /// True if Automerge makes the same of these changes, or cannot be asked: it holds no document in which a device
    /// forked.
    ///
    /// # Errors
    ///
    /// As [`to_automerge`](Self::to_automerge).
    pub fn equals_automerge(&self) -> Result<bool, BuildFault> {
        if self.history.is_forked() {
            return Ok(true);
        }
        let doc = self.to_automerge()?;
        let of_key = |key: &str| -> Vec<(OpId, Value)> {
            let all = doc.get_all(ROOT, key).unwrap_or_default();
            let value = |(value, id): (automerge::Value<'_>, ObjId)| {
                let ObjId::Id(counter, actor, _) = id else { return None };
                let actor = ActorId(actor.to_bytes().try_into().ok()?);
                Some((OpId { counter, actor }, from_scalar(value.as_scalar()?)?))
            };
            let mut values: Vec<_> = all.into_iter().filter_map(value).collect();
            values.sort_unstable_by_key(|(id, _)| *id);
            values
        };
        let keys: BTreeSet<String> = doc.keys(ROOT).collect();
        let same = |key: &String| self.writes(key).map(|(id, value)| (id, value.clone())).eq(of_key(key));
        Ok(keys.iter().eq(self.values.keys()) && keys.iter().all(same) && doc.get_heads() == self.heads())
    }

    /// The changes no other builds on, sorted.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.heads.iter().copied().collect()
    }

    /// The changes in the document.
    pub fn history(&self) -> &LayerHistory {
        &self.history
    }

    /// Makes a change of `ops` on top of exactly the [heads](Self::heads): raw bytes that pass the gates on every node
    /// that holds the same past. The document itself stays as it is.
    ///
    /// A put replaces all values that stand at its key here and no others; equal values are written anew, since who
    /// writes them, and when, is told by the entry. A drop-box change is one made by an own actor on an empty document.
    ///
    /// # Errors
    ///
    /// [`AuthorFault`] if there is nothing to delete, or `ops` exceed what one change may hold.
    pub fn author(&self, actor: ActorId, ops: &[LayerOp]) -> Result<Vec<u8>, AuthorFault> {
        let past = self.history.whole();
        let operations = ops.iter().enumerate().map(|(op, layer_op)| self.operation(op, layer_op));
        let change = Change::from(ExpandedChange {
            operations: operations.collect::<Result<_, _>>()?,
            actor_id: automerge::ActorId::from(actor.0),
            hash: None,
            seq: past.last_seq(actor) + 1,
            start_op: NonZeroU64::MIN.saturating_add(past.max_op()),
            time: 0,
            message: None,
            deps: self.heads(),
            extra_bytes: Vec::new(),
            author: None,
        });
        let bytes = change.raw_bytes().to_vec();
        let expect = Expect { actor, drop_box: false, visible: &|_| true };
        check_change(&bytes, &expect, &self.history, &AnyShape)?;
        Ok(bytes)
    }

    fn operation(&self, op: usize, layer_op: &LayerOp) -> Result<Op, AuthorFault> {
        let (key, action) = match layer_op {
            LayerOp::Put { key, value } => (key, OpType::Put(to_scalar(value))),
            LayerOp::Delete { key } => (key, OpType::Delete),
        };
        let mut ids: Vec<OpId> = self.writes(key).map(|(id, _)| id).collect();
        ids.dedup();
        let pred: Vec<_> = ids.iter().map(|id| LegacyOpId(id.counter, id.actor.0.into())).collect();
        if action == OpType::Delete && pred.is_empty() {
            return Err(AuthorFault::NothingThere { op });
        }
        Ok(Op { action, obj: ObjectId::Root, key: Key::from(key), pred: pred.into(), insert: false })
    }

    /// Every root key that holds something, with all its concurrent values in the order of their operation ids.
    pub fn rivals(&self) -> BTreeMap<String, Vec<Rival>> {
        let rival =
            |((_, change), value): (&(OpId, ChangeHash), &Value)| Rival { value: value.clone(), change: *change };
        self.values.iter().map(|(key, values)| (key.clone(), values.iter().map(rival).collect())).collect()
    }

    /// The document as readers see it: each value with the stamp of the change that wrote it, rivals sorted by
    /// [`Stamp::order`], then entry, then value.
    pub fn state(&self, stamp: impl Fn(&ChangeHash) -> Stamp) -> LayerState {
        let cells = |rivals: Vec<Rival>| {
            let mut cells: Vec<_> =
                rivals.into_iter().map(|rival| Cell { stamp: stamp(&rival.change), value: rival.value }).collect();
            cells.sort_by(|a, b| {
                (a.stamp.order, a.stamp.entry, &a.value).cmp(&(b.stamp.order, b.stamp.entry, &b.value))
            });
            cells
        };
        self.rivals().into_iter().map(|(key, rivals)| (key, cells(rivals))).collect()
    }

    /// The values at a root key with the operations that wrote them, in the order of the operations.
    fn writes(&self, key: &str) -> impl Iterator<Item = (OpId, &Value)> {
        self.values.get(key).into_iter().flatten().map(|((id, _), value)| (*id, value))
    }
}

/// Every key and value: what remains are the gates' own bounds. The layer's schema is for those who judge the entry.
struct AnyShape;

impl Schema for AnyShape {
    fn check_put(&self, _key: &str, _value: &Value) -> Result<(), SchemaFault> {
        Ok(())
    }

    fn check_delete(&self, _key: &str) -> Result<(), SchemaFault> {
        Ok(())
    }
}

//! The checks a change passes before Automerge may apply it.
//!
//! ```text
//! bytes ─▶ envelope ─▶ header ─▶ parse ─▶ semantic ─▶ canonical ─▶ CheckedChange ─▶ LayerDoc
//!          by hand,    G3: actor,  in a    G4: puts,    G5: only
//!          bounded     deps, seq,  catch   deletions,   Automerge's
//!                      start_op            schema       own bytes
//! ```
//!
//! A valid signature says who wrote a change, not that it is harmless: Automerge panics on sequence gaps, accepts
//! operation ids that make the saved document unreadable, and expands small inputs without a bound. A device that
//! anyone trusted could so make every other device unable to open a case. [`check_change`] admits exactly those
//! changes that an honest [`LayerDoc`](crate::layer::LayerDoc) could have written on the same past.
//!
//! The verdict is a pure function of the bytes, of the past the change names, of what the entry can have seen
//! ([`Expect::visible`]) and of the schema: every reader of the layer comes to the same one. [`shadow_apply`] (G6) is
//! not part of it: a local alarm, should a change pass that Automerge cannot hold after all.

pub use automerge::ChangeHash;
use automerge::{Change, ExpandedChange};

use crate::layer::{LayerOp, Value};
use crate::values::ActorId;

mod envelope;
mod fault;
mod history;
pub(crate) mod quiet;
pub(crate) mod semantic;
mod shadow;

use envelope::Envelope;
pub use fault::{ChangeFault, Step};
pub use history::{LayerHistory, OpId, Past};
pub use shadow::{ShadowAlarm, shadow_apply};

/// The longest change, in bytes.
pub const CHANGE_BYTES_MAX: usize = 256 * 1024;
/// The most operations in a change.
pub const OPS_MAX: u64 = 4096;
/// The most predecessors in a change, over all its operations.
pub const PREDS_MAX: u64 = 16_384;
/// The greatest operation counter. Automerge stores counters in 32 bits; this leaves room above any change.
pub const OP_COUNTER_MAX: u64 = 1 << 31;

/// What the entry around a change says about it.
pub struct Expect<'a> {
    /// The actor that follows from device, incarnation, member, layer and document.
    pub actor: ActorId,
    /// The writer could not read the layer: the change must stand alone.
    pub drop_box: bool,
    /// Whether a change of this layer and generation is in the causal past of the entry.
    pub visible: &'a dyn Fn(&ChangeHash) -> bool,
}

/// Which keys and values a layer admits, and from this author.
pub trait Schema {
    /// Whether the value may stand at the key.
    ///
    /// # Errors
    ///
    /// What is wrong with the key or value.
    fn check_put(&self, key: &str, value: &Value) -> Result<(), SchemaFault>;

    /// Whether the key may be deleted.
    ///
    /// # Errors
    ///
    /// What is wrong with the key.
    fn check_delete(&self, key: &str) -> Result<(), SchemaFault>;

    /// Whether a write at the key may replace earlier ones: false for facts, which are never rewritten.
    fn may_supersede(&self, _key: &str) -> bool {
        true
    }

    /// Whether the key may be written by a device alone, in nobody's name: the open mark of a restricted case.
    fn nameless(&self, _key: &str) -> bool {
        false
    }

    /// Whether the key may be written only in the document's first entry.
    fn birth_only(&self, _key: &str) -> bool {
        false
    }
}

/// Why a schema refuses a key or value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SchemaFault {
    /// The key is not of this layer.
    #[error("key not in the schema")]
    Key,
    /// The key is longer than its kind allows.
    #[error("key too long")]
    KeyLength,
    /// Another kind of value belongs at the key.
    #[error("wrong kind of value for the key")]
    Kind,
    /// The value is longer than the key allows.
    #[error("value too long")]
    ValueLength,
    /// The value is of the right kind but no code or fact of this key.
    #[error("value not admitted at the key")]
    Value,
    /// Facts only grow: what stands at the key is never taken away.
    #[error("the key is never deleted")]
    Undeletable,
    /// The author may not write this section.
    #[error("the section is not open to the author")]
    NotOpen,
}

impl SchemaFault {
    /// A stable snake_case name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Key => "schema_key",
            Self::KeyLength => "schema_key_length",
            Self::Kind => "schema_kind",
            Self::ValueLength => "schema_value_length",
            Self::Value => "schema_value",
            Self::Undeletable => "schema_undeletable",
            Self::NotOpen => "schema_not_open",
        }
    }
}

/// The widest schema: any key up to 200 bytes, text and bytes up to 64 KiB. For tests and tools; cases have their own.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyKey;

impl AnyKey {
    /// The longest key, in bytes.
    pub const KEY_BYTES_MAX: usize = 200;
    /// The longest text or byte string, in bytes.
    pub const VALUE_BYTES_MAX: usize = 64 * 1024;
}

impl Schema for AnyKey {
    fn check_put(&self, key: &str, value: &Value) -> Result<(), SchemaFault> {
        let len = match value {
            Value::Bool(_) | Value::Int(_) => 0,
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
        };
        if len > Self::VALUE_BYTES_MAX {
            return Err(SchemaFault::ValueLength);
        }
        self.check_delete(key)
    }

    fn check_delete(&self, key: &str) -> Result<(), SchemaFault> {
        if key.len() > Self::KEY_BYTES_MAX { Err(SchemaFault::KeyLength) } else { Ok(()) }
    }
}

/// A change that passed every gate. There is no other way to make one.
#[derive(Clone)]
pub struct CheckedChange {
    change: Change,
    actor: ActorId,
    ops: Vec<CheckedOp>,
}

/// One operation of a [`CheckedChange`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedOp {
    /// What it does.
    pub op: LayerOp,
    /// The writes it replaces, sorted.
    pub preds: Vec<OpId>,
}

impl CheckedChange {
    /// The hash of the change, by which others depend on it.
    pub fn hash(&self) -> ChangeHash {
        self.change.hash()
    }

    /// Who wrote it.
    pub fn actor(&self) -> ActorId {
        self.actor
    }

    /// Its place in the sequence of its actor, from 1.
    pub fn seq(&self) -> u64 {
        self.change.seq()
    }

    /// The counter of its first operation, from 1.
    pub fn start_op(&self) -> u64 {
        self.change.start_op().get()
    }

    /// The changes it was made on top of, sorted.
    pub fn deps(&self) -> &[ChangeHash] {
        self.change.deps()
    }

    /// Its operations, at least one.
    pub fn ops(&self) -> &[CheckedOp] {
        &self.ops
    }

    /// The bytes that were checked.
    pub fn raw_bytes(&self) -> &[u8] {
        self.change.raw_bytes()
    }
}

impl std::fmt::Debug for CheckedChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckedChange")
            .field("hash", &self.hash())
            .field("actor", &self.actor)
            .field("seq", &self.seq())
            .field("ops", &self.ops.len())
            .finish_non_exhaustive()
    }
}

/// Judges raw change bytes (G3, G4, G5).
///
/// `past` holds the valid changes of the same (document, layer, generation), at least all that `expect.visible` admits;
/// more does no harm. Costs some microseconds and memory of the order of the bytes; safe on any bytes.
///
/// # Errors
///
/// The first [`ChangeFault`] found: the change is void, and so for every reader.
pub fn check_change(
    bytes: &[u8],
    expect: &Expect<'_>,
    past: &LayerHistory,
    schema: &dyn Schema,
) -> Result<CheckedChange, ChangeFault> {
    let envelope = Envelope::read(bytes)?;
    let past = check_header(&envelope, expect, past)?;
    let expanded = read(bytes, &envelope)?;
    let ops = semantic::check_ops(&expanded, &past, schema)?;
    // What lives on is the change rebuilt from its checked parts; equal bytes make it the same change.
    let change = quiet::caught(|| Change::from(expanded)).map_err(|_| ChangeFault::NotCanonical)?;
    if change.raw_bytes() != bytes {
        return Err(ChangeFault::NotCanonical);
    }
    Ok(CheckedChange { change, actor: expect.actor, ops })
}

/// What a change would write, told by the change alone, in its order: whether it may is not judged. For whoever asks what
/// has come before anything is built of it.
///
/// # Errors
///
/// What cannot be read as one change within the bounds of the envelope.
pub fn written(bytes: &[u8]) -> Result<Vec<LayerOp>, ChangeFault> {
    let envelope = Envelope::read(bytes)?;
    semantic::written(&read(bytes, &envelope)?)
}

/// G3: the change says of itself what follows from its past, and nothing else.
fn check_header<'h>(
    envelope: &Envelope<'_>,
    expect: &Expect<'_>,
    history: &'h LayerHistory,
) -> Result<Past<'h>, ChangeFault> {
    if envelope.actor != expect.actor.as_bytes() {
        return Err(ChangeFault::WrongActor);
    }
    if !envelope.extra.is_empty() {
        return Err(ChangeFault::ExtraBytes);
    }
    if !envelope.message.is_empty() {
        return Err(ChangeFault::Message);
    }
    if envelope.timestamp != 0 {
        return Err(ChangeFault::Timestamp);
    }
    if expect.drop_box && !envelope.deps.is_empty() {
        return Err(ChangeFault::DropBoxDeps);
    }
    let past = check_deps(&envelope.deps, expect, history)?;
    let seq = past.last_seq(expect.actor) + 1;
    if envelope.seq != seq {
        return Err(ChangeFault::Seq { expected: seq, found: envelope.seq });
    }
    let start_op = past.max_op() + 1;
    if envelope.start_op != start_op {
        return Err(ChangeFault::StartOp { expected: start_op, found: envelope.start_op });
    }
    if start_op + envelope.ops > OP_COUNTER_MAX {
        return Err(ChangeFault::OpCounter);
    }
    for actor in &envelope.other_actors {
        let actor = ActorId((*actor).try_into().map_err(|_| ChangeFault::OtherActor)?);
        if !past.knows(actor) {
            return Err(ChangeFault::OtherActor);
        }
    }
    Ok(past)
}

fn check_deps<'h>(
    deps: &[ChangeHash],
    expect: &Expect<'_>,
    history: &'h LayerHistory,
) -> Result<Past<'h>, ChangeFault> {
    let mut sorted = deps.to_vec();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(ChangeFault::RepeatedDep);
    }
    if let Some(dep) = deps.iter().find(|dep| !(expect.visible)(dep)) {
        return Err(ChangeFault::DepNotVisible(*dep));
    }
    history.past(deps).map_err(ChangeFault::DepUnknown)
}

/// Lets Automerge read what the envelope has bounded, and makes sure that it reads the same header.
fn read(bytes: &[u8], envelope: &Envelope<'_>) -> Result<ExpandedChange, ChangeFault> {
    let (change, expanded) = quiet::caught(|| {
        let change = Change::try_from(bytes).ok()?;
        let expanded = change.decode();
        Some((change, expanded))
    })
    .map_err(|_| ChangeFault::ReaderPanicked)?
    .ok_or(ChangeFault::Unreadable)?;
    let same = change.actor_id().to_bytes() == envelope.actor
        && change.deps() == envelope.deps
        && change.seq() == envelope.seq
        && change.start_op().get() == envelope.start_op
        && change.len() as u64 == envelope.ops
        && change.timestamp() == 0
        && change.message().is_none()
        && change.extra_bytes().is_empty();
    if same { Ok(expanded) } else { Err(ChangeFault::ReaderDisagrees) }
}

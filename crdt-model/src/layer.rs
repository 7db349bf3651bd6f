//! One layer (open, personal, sensitive) of one document and generation, as an Automerge document whose root holds
//! scalars only: each *fact* one root key `kind/<unique id>`, each *register* one root key read with all its rivals.
//!
//! [`LayerDoc`] is built from changes that passed the [gates](crate::gate), authors new ones, and is read as a
//! [`LayerState`]. It is a view: the raw changes in their entries are the truth, and it is rebuilt at will.

use crate::values::{DeviceId, EntryId, MemberId};

mod doc;
#[cfg(test)]
mod tests;

pub use doc::{AuthorFault, BuildFault, LayerDoc, Rival};

/// Which sealed piece of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Codes and dates: readable on every enrolled device of the scope.
    Open = 0,
    /// Identity and free text: readable by the scope's ordinary audience.
    Personal = 1,
    /// Allegations, and everything of a restricted case: readable by a named audience.
    Sensitive = 2,
}

impl Layer {
    /// The three layers in wire order.
    pub const ALL: [Self; 3] = [Self::Open, Self::Personal, Self::Sensitive];

    /// The number used in headers and key derivations.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// A scalar at a root key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// Text. May be a person's words: never shown by `Debug`.
    Text(String),
    /// Canonical CBOR of a fact. May hold a person's words: never shown by `Debug`.
    Bytes(Vec<u8>),
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bool(_) => "Bool([redacted])",
            Self::Int(_) => "Int([redacted])",
            Self::Text(_) => "Text([redacted])",
            Self::Bytes(_) => "Bytes([redacted])",
        })
    }
}

/// One operation of a change on a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerOp {
    /// Writes a value at a root key: a new fact, or a register written on all the rivals its author saw.
    Put {
        /// The root key.
        key: String,
        /// What it holds from now on.
        value: Value,
    },
    /// Takes a key away, as far as its author saw it: a concurrent write survives.
    Delete {
        /// The root key.
        key: String,
    },
}

/// Who wrote a value, in which entry, and when they say they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The entry that carried the write.
    pub entry: EntryId,
    /// Position in the one total order of the document's entries (causality, then claimed time, then entry id).
    pub order: u64,
    /// Claimed time of the author's machine, Unix milliseconds.
    pub claimed_ms: i64,
    /// The author; `None` where the layer names nobody (open layer of a restricted case).
    pub member: Option<MemberId>,
    /// The device that wrote it.
    pub device: DeviceId,
}

/// One value held at a root key, with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The scalar.
    pub value: Value,
    /// Its origin.
    pub stamp: Stamp,
}

/// What one layer holds: every root key with its rivals, ordered by [`Stamp::order`]. More than one cell at a register
/// is a conflict.
pub type LayerState = std::collections::BTreeMap<String, Vec<Cell>>;

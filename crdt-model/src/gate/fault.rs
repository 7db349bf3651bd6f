//! Why a change is void: always a fact about its bytes and its past, never the words inside.

use automerge::ChangeHash;

use super::SchemaFault;

/// How far a change came before it was refused. Later steps cost more and trust more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Framing and bounds, before any parser: one uncompressed chunk, known columns, bounded counts.
    Envelope,
    /// Who wrote it, and on top of what (G3).
    Header,
    /// Automerge could not read it.
    Parse,
    /// What it does (G4): scalars at root keys, predecessors that exist, the schema.
    Semantic,
    /// It has another encoding than the one Automerge writes (G5).
    Canonical,
}

impl Step {
    /// The steps in the order they are taken.
    pub const ALL: [Self; 5] = [Self::Envelope, Self::Header, Self::Parse, Self::Semantic, Self::Canonical];

    /// A stable name for reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Header => "header",
            Self::Parse => "parse",
            Self::Semantic => "semantic",
            Self::Canonical => "canonical",
        }
    }
}

/// Why a change is void.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeFault {
    /// More bytes than [`super::CHANGE_BYTES_MAX`].
    #[error("{found} bytes, more than a change may have")]
    TooLarge {
        /// Bytes found.
        found: usize,
    },
    /// The bytes end before the change does.
    #[error("the change ends early")]
    Truncated,
    /// The first four bytes are not those of an Automerge chunk.
    #[error("not an Automerge chunk")]
    BadMagic,
    /// A document, a compressed change or a bundle instead of an uncompressed change.
    #[error("chunk type {found}, expected 1 (uncompressed change)")]
    ChunkType {
        /// The type found.
        found: u8,
    },
    /// Bytes behind the chunk.
    #[error("bytes behind the change")]
    TrailingBytes,
    /// A number that does not fit 64 bits or is not in its shortest form.
    #[error("malformed integer")]
    BadInteger,
    /// A column that root scalars do not need: objects, list elements, marks, deflated or unknown columns.
    #[error("column {spec:#x} has no place in a change of root scalars")]
    ForeignColumn {
        /// The specification found.
        spec: u64,
    },
    /// Columns twice or out of order.
    #[error("columns repeated or out of order")]
    ColumnOrder,
    /// A run of nulls in a column that has none.
    #[error("run of nulls in a column that has none")]
    BadRun,
    /// The columns announce unequal numbers of operations.
    #[error("columns announce unequal numbers of operations")]
    ColumnCounts,
    /// More operations than [`super::OPS_MAX`].
    #[error("more operations than a change may have")]
    TooManyOps,
    /// More predecessors than [`super::PREDS_MAX`].
    #[error("more predecessors than a change may have")]
    TooManyPreds,
    /// A change that does nothing.
    #[error("no operations")]
    NoOps,

    /// Another actor than the entry's device, incarnation, member and layer give.
    #[error("the actor is not the one this entry gives")]
    WrongActor,
    /// Bytes behind the columns.
    #[error("extra bytes in the change")]
    ExtraBytes,
    /// A commit message: words that no schema checks.
    #[error("the change carries a message")]
    Message,
    /// A wall-clock time in the change.
    #[error("the change carries a timestamp")]
    Timestamp,
    /// A drop-box change that builds on others: its writer could not have read them.
    #[error("a drop-box change has dependencies")]
    DropBoxDeps,
    /// A dependency named twice.
    #[error("a dependency is named twice")]
    RepeatedDep,
    /// A dependency outside the causal past of the entry.
    #[error("dependency {0} is not in the causal past of the entry")]
    DepNotVisible(ChangeHash),
    /// A dependency that is no valid change of this layer and generation.
    #[error("dependency {0} is no valid change of this layer")]
    DepUnknown(ChangeHash),
    /// A gap or repetition in the sequence of the actor.
    #[error("sequence number {found}, expected {expected}")]
    Seq {
        /// What follows from the dependencies.
        expected: u64,
        /// What the change says.
        found: u64,
    },
    /// Operation ids that do not follow those of the past.
    #[error("operations start at {found}, expected {expected}")]
    StartOp {
        /// What follows from the dependencies.
        expected: u64,
        /// What the change says.
        found: u64,
    },
    /// Operation ids beyond [`super::OP_COUNTER_MAX`].
    #[error("operation counter exhausted")]
    OpCounter,
    /// An actor that wrote nothing in the past.
    #[error("an actor is named that wrote nothing in the past")]
    OtherActor,

    /// Automerge refused the bytes.
    #[error("Automerge cannot read the change")]
    Unreadable,
    /// Automerge panicked on the bytes.
    #[error("Automerge panics on the change")]
    ReaderPanicked,
    /// Automerge reads another header than the gate did.
    #[error("Automerge reads the change differently")]
    ReaderDisagrees,

    /// An operation inside an object.
    #[error("operation {op} is not at the root")]
    NotRoot {
        /// Position of the operation in the change, from 0.
        op: usize,
    },
    /// An insertion, or an operation on a list element.
    #[error("operation {op} is not on a map key")]
    NotMapKey {
        /// Position of the operation in the change, from 0.
        op: usize,
    },
    /// An object, an increment or a mark instead of Put or Delete.
    #[error("operation {op} is neither a put nor a deletion")]
    Action {
        /// Position of the operation in the change, from 0.
        op: usize,
    },
    /// A scalar other than a boolean, integer, text or bytes.
    #[error("operation {op} puts a kind of value that is not admitted")]
    ValueKind {
        /// Position of the operation in the change, from 0.
        op: usize,
    },
    /// An empty key.
    #[error("operation {op} has an empty key")]
    EmptyKey {
        /// Position of the operation in the change, from 0.
        op: usize,
    },
    /// A key twice in one change.
    #[error("operation {op} repeats a key of the change")]
    RepeatedKey {
        /// Position of the operation in the change, from 0.
        op: usize,
    },
    /// A predecessor twice in one operation.
    #[error("operation {op} names a predecessor twice")]
    RepeatedPred {
        /// Position of the operation in the change, from 0.
        op: usize,
    },
    /// A predecessor that is no write of the past.
    #[error("operation {op} replaces a write that is not in its past")]
    UnknownPred {
        /// Position of the operation in the change, from 0.
        op: usize,
    },
    /// A predecessor on another key.
    #[error("operation {op} replaces a write of another key")]
    PredOnOtherKey {
        /// Position of the operation in the change, from 0.
        op: usize,
    },
    /// A deletion of nothing.
    #[error("operation {op} deletes nothing")]
    EmptyDelete {
        /// Position of the operation in the change, from 0.
        op: usize,
    },
    /// A key or value outside the schema, or not open to the author.
    #[error("operation {op}: {fault}")]
    Schema {
        /// Position of the operation in the change, from 0.
        op: usize,
        /// What the schema says.
        fault: SchemaFault,
    },

    /// Not the bytes Automerge itself would write for this change.
    #[error("not in canonical form")]
    NotCanonical,
}

impl ChangeFault {
    /// How far the change came.
    pub fn step(&self) -> Step {
        match self {
            Self::TooLarge { .. }
            | Self::Truncated
            | Self::BadMagic
            | Self::ChunkType { .. }
            | Self::TrailingBytes
            | Self::BadInteger
            | Self::ForeignColumn { .. }
            | Self::ColumnOrder
            | Self::BadRun
            | Self::ColumnCounts
            | Self::TooManyOps
            | Self::TooManyPreds
            | Self::NoOps => Step::Envelope,
            Self::WrongActor
            | Self::ExtraBytes
            | Self::Message
            | Self::Timestamp
            | Self::DropBoxDeps
            | Self::RepeatedDep
            | Self::DepNotVisible(_)
            | Self::DepUnknown(_)
            | Self::Seq { .. }
            | Self::StartOp { .. }
            | Self::OpCounter
            | Self::OtherActor => Step::Header,
            Self::Unreadable | Self::ReaderPanicked | Self::ReaderDisagrees => Step::Parse,
            Self::NotRoot { .. }
            | Self::NotMapKey { .. }
            | Self::Action { .. }
            | Self::ValueKind { .. }
            | Self::EmptyKey { .. }
            | Self::RepeatedKey { .. }
            | Self::RepeatedPred { .. }
            | Self::UnknownPred { .. }
            | Self::PredOnOtherKey { .. }
            | Self::EmptyDelete { .. }
            | Self::Schema { .. } => Step::Semantic,
            Self::NotCanonical => Step::Canonical,
        }
    }

    /// Whether it says something of what the change builds on: somebody who has not read all of that cannot say it.
    pub fn is_of_the_past(&self) -> bool {
        matches!(
            self,
            Self::DepNotVisible(_)
                | Self::DepUnknown(_)
                | Self::Seq { .. }
                | Self::StartOp { .. }
                | Self::OtherActor
                | Self::UnknownPred { .. }
                | Self::PredOnOtherKey { .. }
        )
    }

    /// A stable snake_case name, for records and reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::Truncated => "truncated",
            Self::BadMagic => "bad_magic",
            Self::ChunkType { .. } => "chunk_type",
            Self::TrailingBytes => "trailing_bytes",
            Self::BadInteger => "bad_integer",
            Self::ForeignColumn { .. } => "foreign_column",
            Self::ColumnOrder => "column_order",
            Self::BadRun => "bad_run",
            Self::ColumnCounts => "column_counts",
            Self::TooManyOps => "too_many_ops",
            Self::TooManyPreds => "too_many_preds",
            Self::NoOps => "no_ops",
            Self::WrongActor => "wrong_actor",
            Self::ExtraBytes => "extra_bytes",
            Self::Message => "message",
            Self::Timestamp => "timestamp",
            Self::DropBoxDeps => "drop_box_deps",
            Self::RepeatedDep => "repeated_dep",
            Self::DepNotVisible(_) => "dep_not_visible",
            Self::DepUnknown(_) => "dep_unknown",
            Self::Seq { .. } => "seq",
            Self::StartOp { .. } => "start_op",
            Self::OpCounter => "op_counter",
            Self::OtherActor => "other_actor",
            Self::Unreadable => "unreadable",
            Self::ReaderPanicked => "reader_panicked",
            Self::ReaderDisagrees => "reader_disagrees",
            Self::NotRoot { .. } => "not_root",
            Self::NotMapKey { .. } => "not_map_key",
            Self::Action { .. } => "action",
            Self::ValueKind { .. } => "value_kind",
            Self::EmptyKey { .. } => "empty_key",
            Self::RepeatedKey { .. } => "repeated_key",
            Self::RepeatedPred { .. } => "repeated_pred",
            Self::UnknownPred { .. } => "unknown_pred",
            Self::PredOnOtherKey { .. } => "pred_on_other_key",
            Self::EmptyDelete { .. } => "empty_delete",
            Self::Schema { fault, .. } => fault.code(),
            Self::NotCanonical => "not_canonical",
        }
    }
}

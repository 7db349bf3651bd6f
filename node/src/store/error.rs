//! What can go wrong with the store: always the operation, the file and the cause.

use std::io;
use std::path::{Path, PathBuf};

/// Why the store did not do what was asked. A batch that failed left the store as it was before it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process (or another handle of this one) has the store open for writing.
    #[error("{} is in use by another process", path.display())]
    InUse {
        /// The store file.
        path: PathBuf,
    },
    /// There is no store file, or its creation was cut off before the first commit.
    #[error("{} is no store yet", path.display())]
    Missing {
        /// The store file.
        path: PathBuf,
    },
    /// A store was to be created where there is one already.
    #[error("{} already holds a store", path.display())]
    Exists {
        /// The store file.
        path: PathBuf,
    },
    /// The file is no redb file, or damaged in a way redb noticed.
    #[error("{}: {op}: the file is damaged or no store: {reason}", path.display())]
    Damaged {
        /// What was being done.
        op: &'static str,
        /// The store file.
        path: PathBuf,
        /// redb's words; no content.
        reason: String,
    },
    /// The store key or store id does not belong to this file.
    #[error("{} does not open with this store key", path.display())]
    WrongKey {
        /// The store file.
        path: PathBuf,
    },
    /// A value failed authentication: altered, or moved here from another key or table.
    #[error("{}: a value of table {table} failed authentication", path.display())]
    Tampered {
        /// The store file.
        path: PathBuf,
        /// The table it was read from.
        table: &'static str,
    },
    /// A value is authentic but is not what this version writes, or tables contradict each other.
    #[error("{}: a value of table {table} has an unknown form", path.display())]
    Malformed {
        /// The store file.
        path: PathBuf,
        /// The table it was read from.
        table: &'static str,
    },
    /// No space left, or a quota reached. Free some space, then go on: the next batch reopens the file by itself.
    #[error("{}: {op}: no space left on the disk", path.display())]
    DiskFull {
        /// What was being done.
        op: &'static str,
        /// The store file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The system refused a read or write.
    #[error("{}: {op}: {source}", path.display())]
    Io {
        /// What was being done.
        op: &'static str,
        /// The store file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// An earlier error closed the file and this store cannot reopen it by itself: open it anew.
    #[error("{}: {op}: closed by an earlier error", path.display())]
    Closed {
        /// What was being done.
        op: &'static str,
        /// The store file.
        path: PathBuf,
    },
    /// redb refused for another reason.
    #[error("{}: {op}: {source}", path.display())]
    Redb {
        /// What was being done.
        op: &'static str,
        /// The store file.
        path: PathBuf,
        /// redb's error.
        source: Box<redb::Error>,
    },
    /// An entry does not directly follow the tip of its chain. Nothing was changed.
    #[error("entry {found} does not follow the chain's tip: {expected} is next")]
    NotNext {
        /// The sequence number that would be accepted.
        expected: u64,
        /// The one given.
        found: u64,
    },
    /// An entry with this id is held at another place. The batch cannot be committed any more.
    #[error("the entry is already held at another place")]
    AlreadyHeld,
    /// No such chain or entry is held. Nothing was changed.
    #[error("no such {what} is held")]
    Unknown {
        /// "chain" or "entry".
        what: &'static str,
    },
    /// An offered sequence number beyond the tip. Nothing was changed.
    #[error("sequence number {found} is beyond the tip {tip}")]
    BeyondTip {
        /// The chain's tip.
        tip: u64,
        /// The one given.
        found: u64,
    },
    /// A key, value or entry is larger than the store takes. Nothing was changed.
    #[error("{what} of {found} bytes, at most {max} are taken")]
    TooLarge {
        /// What was too large.
        what: &'static str,
        /// The bound, bytes.
        max: usize,
        /// The size given, bytes.
        found: usize,
    },
    /// A local counter ran out (4 billion scopes, chains or documents).
    #[error("the store is full: no more numbers for {what}")]
    NumbersExhausted {
        /// What was to be numbered.
        what: &'static str,
    },
    /// The entropy source failed, so nothing could be sealed.
    #[error("no entropy for sealing: {source}")]
    Entropy {
        /// The source's error.
        source: io::Error,
    },
    /// An operation of this batch failed earlier and was ignored: the batch cannot be committed.
    #[error("an earlier operation of this batch failed")]
    BatchFailed,
}

impl StoreError {
    /// True if the disk (or quota) is full.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::DiskFull { .. })
    }

    /// A failure of redb during `op` on the file at `path`.
    pub(crate) fn of_redb(op: &'static str, path: &Path, error: redb::Error) -> Self {
        let path = path.to_owned();
        match error {
            redb::Error::DatabaseAlreadyOpen => Self::InUse { path },
            redb::Error::Io(source) => Self::of_io(op, &path, source),
            redb::Error::PreviousIo | redb::Error::DatabaseClosed => Self::Closed { op, path },
            redb::Error::Corrupted(reason) => Self::Damaged { op, path, reason },
            other => Self::Redb { op, path, source: Box::new(other) },
        }
    }

    /// A failure of the file system during `op` on the file at `path`.
    pub(crate) fn of_io(op: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { op, path, source },
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                Self::Damaged { op, path, reason: source.to_string() }
            }
            _ => Self::Io { op, path, source },
        }
    }
}

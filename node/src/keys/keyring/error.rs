//! What can go wrong with the key-slot file.

use std::io;
use std::path::{Path, PathBuf};

use crdt_model::values::MemberId;

use super::passphrase::Weakness;

/// Why the keyring did not do what was asked. The file is then as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// There is no key-slot file.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A key-slot file was to be created where there is a file already.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else: it does not begin as a key-slot file does.
    #[error("{} is no key-slot file", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer boucle.
    #[error("{} has version {found}, newest understood is {newest}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The newest version this program reads.
        newest: u64,
    },
    /// The file begins as a key-slot file but is not a valid one, or was altered: restore it from a backup.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit; no content.
        reason: String,
    },
    /// A slot asks for more (or less) work than boucle ever does: an attack or damage. Nothing was computed.
    #[error("{}: a slot asks for Argon2id with {memory_kib} KiB, {passes} passes, {lanes} lanes", path.display())]
    CostRefused {
        /// The file.
        path: PathBuf,
        /// Memory asked for, KiB.
        memory_kib: u64,
        /// Passes asked for.
        passes: u64,
        /// Lanes asked for.
        lanes: u64,
    },
    /// The passphrase opens no slot tried. A damaged slot looks exactly the same: the two cannot be told apart.
    #[error("wrong passphrase (or a damaged slot: the two cannot be told apart)")]
    WrongPassphrase,
    /// This member has no slot in the file.
    #[error("member {} has no slot in {}", member.short(), path.display())]
    UnknownMember {
        /// The file.
        path: PathBuf,
        /// Who was asked for.
        member: MemberId,
    },
    /// This member has a slot already.
    #[error("member {} has a slot already", member.short())]
    MemberExists {
        /// Who.
        member: MemberId,
    },
    /// The file is no key file.
    #[error("{} is no key file", path.display())]
    NoKeyFile {
        /// The file.
        path: PathBuf,
    },
    /// The key file is another home's, or an older one of this home: its slot was replaced.
    #[error("this key file opens nothing here")]
    ForeignKeyFile,
    /// The last slot cannot be removed: nobody could open the file any more.
    #[error("the last member's slot cannot be removed")]
    LastMember,
    /// No room for another member.
    #[error("the key-slot file holds {max} members already")]
    SlotsFull {
        /// The bound.
        max: usize,
    },
    /// The passphrase chosen is too easy to guess.
    #[error("this passphrase is too weak: {0}")]
    WeakPassphrase(Weakness),
    /// The counter may only rise.
    #[error("the counter stands at {held} and cannot become {asked}")]
    CounterBack {
        /// The counter in the file.
        held: u64,
        /// The value asked for.
        asked: u64,
    },
    /// Not enough memory for the passphrase's key derivation.
    #[error("not enough memory: {memory_kib} KiB are needed to try a passphrase")]
    NotEnoughMemory {
        /// Memory needed, KiB.
        memory_kib: u32,
    },
    /// The entropy source failed.
    #[error("no entropy for new keys: {source}")]
    Entropy {
        /// The source's error.
        source: io::Error,
    },
    /// The system refused a read or write.
    #[error("{}: {op}: {source}", path.display())]
    Io {
        /// What was being done.
        op: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl KeyringError {
    /// For `map_err`: a failure of the file system during `op`.
    pub(crate) fn io(op: &'static str, path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path: path.clone() },
            _ => Self::Io { op, path: path.clone(), source },
        }
    }
}

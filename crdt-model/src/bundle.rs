//! Bundles: entries as one sealed file, for USB sticks and e-mail. Writer and reader are streams without IO.
//!
//! ```text
//! file    = "BOUCLE1\0" ‖ u16be n ‖ n × (enc 32 ‖ ct 48) ‖ salt 32 ‖ com 32 ‖ chunks        n: 16, 64, 256, 1024 or 4096
//! chunk   = XChaCha20-Poly1305(K, prefix 19 ‖ u32be counter ‖ u8 last, 64 KiB of content or the rest, aad)
//! content = u32be len ‖ record ‖ sig 64 ‖ entries × (u32be len ‖ entry) ‖ zeros up to a Padmé length
//! ```
//!
//! What a finder of the file learns: that it is a bundle, about how many may open it (a power of four) and about how
//! much is in it. What a hostile file can do: unknown bytes meet a fixed header and an AEAD; nothing is decoded before
//! the chunk it stands in has opened, and there is no compression. Chunks are bound to their place and to the last one,
//! so a file that was cut, reordered or mixed from two does not open. The record is signed by the device that made the
//! file, over the commitment to file key and recipients: nobody can pass a bundle they may open on to others as if its
//! author had sealed it to them. (Somebody who may open it can put other entries behind the same record. Each entry
//! carries its own signature, so that gains nothing; what the record declares remains what its author said.)
//!
//! Memory of both sides is bounded by one chunk, one [`Record`] ([`RECORD_BYTES_MAX`]) and one entry, whatever the file.
//! Entries are handed on as they came: admission is the engine's. Byte by byte: `docs/PROTOCOL.md`, section 11.

mod container;
mod reader;
mod record;
#[cfg(test)]
mod tests;
mod writer;

/// Doors for tests of other crates and for fuzzing: past the cipher, where a hostile author can put anything.
#[cfg(feature = "testing")]
pub mod testing {
    use crate::values::OrgId;

    /// A file sealed to one KEM key with whatever content, as a hostile author who may seal to us could make it. The
    /// same content gives the same file.
    pub fn seal_anything(org: &OrgId, to: &[u8; 32], content: &[u8]) -> Vec<u8> {
        super::container::seal_anything(org, to, content)
    }
}

pub use container::{CHUNK_BYTES, RECIPIENTS_MAX, SLOT_COUNTS, file_bytes, padded_bytes, slots_for};
pub use reader::{Event, Reader, SignedRecord};
pub use record::{JOIN_BYTES_MAX, Part, ROWS_MAX, Record, Row, To};
pub use writer::{WriteError, Writer, content_bytes};

/// Largest bundle, bytes of the file: bigger sets go into several.
pub const BUNDLE_BYTES_MAX: u64 = 512 << 20;
/// Most entries of one bundle.
pub const ENTRIES_MAX: u64 = 1_000_000;
/// Largest record, bytes.
pub const RECORD_BYTES_MAX: usize = 5 << 20;
/// How the name of a bundle ends.
pub const EXTENSION: &str = "boucle";

/// Why a file is not read on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The file does not begin as a bundle does.
    #[error("not a bundle")]
    NotABundle,
    /// A bundle of a later version.
    #[error("a bundle of another version: {found}")]
    Version {
        /// The version's character.
        found: char,
    },
    /// None of the given keys opens it: it is sealed to others, or its slots were altered.
    #[error("sealed to others")]
    NotForUs,
    /// It ends before its end.
    #[error("cut off: {bytes} of {expected} bytes")]
    Cut {
        /// Bytes there are.
        bytes: u64,
        /// Bytes there should be, as far as is known.
        expected: u64,
    },
    /// A chunk does not open: bytes were altered, moved, or are missing.
    #[error("chunk {chunk} was altered")]
    Altered {
        /// Which, from 0.
        chunk: u64,
    },
    /// It opens, and what is in it breaks the format or its bounds.
    #[error("malformed: {0}")]
    Malformed(String),
}

impl BundleError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotABundle => "not_a_bundle",
            Self::Version { .. } => "version",
            Self::NotForUs => "not_for_us",
            Self::Cut { .. } => "cut",
            Self::Altered { .. } => "altered",
            Self::Malformed(_) => "malformed",
        }
    }
}

impl From<crate::cbor::CborError> for BundleError {
    fn from(error: crate::cbor::CborError) -> Self {
        Self::Malformed(error.to_string())
    }
}

fn malformed<T>(reason: &str) -> Result<T, BundleError> {
    Err(BundleError::Malformed(reason.to_owned()))
}

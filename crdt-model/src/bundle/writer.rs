//! Writing: the record first, then the entries it promised, no more and no less.

use ed25519_dalek::{Signer, SigningKey};
use zeroize::Zeroizing;

use crate::cbor;
use crate::entry::ENTRY_BYTES_MAX;
use crate::seal::Entropy;
use crate::values::OrgId;

use super::container::{CHUNK_BYTES, Chunks, Keys, MAGIC, file_bytes, padded_bytes, seal_slots, slots_for};
use super::record::Record;
use super::{BUNDLE_BYTES_MAX, ENTRIES_MAX, RECORD_BYTES_MAX};

/// Why a bundle could not be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// More recipients than slots, or one whose key is no valid point.
    #[error("cannot be sealed to these recipients")]
    Recipients,
    /// Beyond a bound of the format.
    #[error("too large for one bundle")]
    TooLarge,
    /// The entries given are not those the record promised.
    #[error("other entries than the record promised")]
    NotAsPromised,
}

/// Bytes of content before padding: what [`file_bytes`] asks for.
pub fn content_bytes(record_bytes: usize, entry_bytes: u64) -> u64 {
    (4 + record_bytes + 64) as u64 + entry_bytes
}

/// What the signature of a record covers.
pub(super) fn signed_message(commitment: &[u8; 32], record: &[u8]) -> Vec<u8> {
    [b"boucle/bundle/v1\0".as_slice(), commitment, record].concat()
}

/// One bundle being written. Holds at most a chunk and an entry.
pub struct Writer {
    chunks: Chunks,
    next: u64,
    /// Content not yet sealed.
    waiting: Zeroizing<Vec<u8>>,
    /// Content so far.
    content: u64,
    entries_left: u64,
    bytes_left: u64,
}

impl Writer {
    /// Begins a bundle for the KEM keys in `recipients`; the first bytes of the file go to `out`.
    ///
    /// # Errors
    ///
    /// [`WriteError::Recipients`], [`WriteError::TooLarge`]: nothing was written.
    pub fn begin(
        org: &OrgId,
        record: &Record,
        recipients: &[[u8; 32]],
        signer: &SigningKey,
        entropy: &mut Entropy,
        out: &mut Vec<u8>,
    ) -> Result<Self, WriteError> {
        let bytes = cbor::encode(record);
        let slots = slots_for(recipients.len()).ok_or(WriteError::Recipients)?;
        let content = content_bytes(bytes.len(), record.bytes);
        if bytes.len() > RECORD_BYTES_MAX
            || record.entries > ENTRIES_MAX
            || record.bytes > BUNDLE_BYTES_MAX
            || file_bytes(slots, content) > BUNDLE_BYTES_MAX
        {
            return Err(WriteError::TooLarge);
        }
        let (file_key, salt) = (entropy.secret(), entropy.bytes::<32>());
        let slots = seal_slots(&file_key, org, &salt, recipients, entropy).ok_or(WriteError::Recipients)?;
        let keys = Keys::derive(&file_key, &salt, &slots);
        let count = u16::try_from(slots.len() / super::container::SLOT_BYTES).map_err(|_| WriteError::Recipients)?;
        let head = [MAGIC.as_slice(), &count.to_be_bytes(), &slots, &salt, &keys.commitment].concat();
        let mut writer = Self {
            chunks: Chunks::new(&keys, &head),
            next: 0,
            waiting: Zeroizing::new(Vec::with_capacity(CHUNK_BYTES)),
            content: 0,
            entries_left: record.entries,
            bytes_left: record.bytes,
        };
        out.extend_from_slice(&head);
        let signature = signer.sign(&signed_message(&keys.commitment, &bytes)).to_bytes();
        let len = u32::try_from(bytes.len()).map_err(|_| WriteError::TooLarge)?;
        writer.put(&len.to_be_bytes(), out);
        writer.put(&bytes, out);
        writer.put(&signature, out);
        Ok(writer)
    }

    /// The next entry, encoded; whole chunks go to `out`.
    ///
    /// # Errors
    ///
    /// [`WriteError::NotAsPromised`], [`WriteError::TooLarge`]: the bundle is lost.
    pub fn entry(&mut self, entry: &[u8], out: &mut Vec<u8>) -> Result<(), WriteError> {
        if entry.len() > ENTRY_BYTES_MAX {
            return Err(WriteError::TooLarge);
        }
        self.entries_left = self.entries_left.checked_sub(1).ok_or(WriteError::NotAsPromised)?;
        let framed = entry.len() as u64 + 4;
        self.bytes_left = self.bytes_left.checked_sub(framed).ok_or(WriteError::NotAsPromised)?;
        let len = u32::try_from(entry.len()).map_err(|_| WriteError::TooLarge)?;
        self.put(&len.to_be_bytes(), out);
        self.put(entry, out);
        Ok(())
    }

    /// Pads, and seals the last chunk.
    ///
    /// # Errors
    ///
    /// [`WriteError::NotAsPromised`] when entries are missing.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        if self.entries_left > 0 || self.bytes_left > 0 {
            return Err(WriteError::NotAsPromised);
        }
        let mut left = padded_bytes(self.content) - self.content;
        while left > 0 {
            let some = left.min(CHUNK_BYTES as u64);
            self.put(&vec![0; usize::try_from(some).unwrap_or(CHUNK_BYTES)], out);
            left -= some;
        }
        out.extend(self.chunks.seal(self.next, true, &self.waiting));
        Ok(())
    }

    /// Takes content; seals every chunk after which more is known to come.
    fn put(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        self.content += bytes.len() as u64;
        while !bytes.is_empty() {
            if self.waiting.len() == CHUNK_BYTES {
                out.extend(self.chunks.seal(self.next, false, &self.waiting));
                self.next += 1;
                self.waiting.clear();
            }
            let (now, rest) = bytes.split_at(bytes.len().min(CHUNK_BYTES - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            bytes = rest;
        }
    }
}

//! Reading: bytes in as they come, the record and the entries out.

use std::collections::VecDeque;

use ed25519_dalek::{Signature, VerifyingKey};
use zeroize::Zeroizing;

use crate::cbor;
use crate::entry::ENTRY_BYTES_MAX;
use crate::seal::Secret;
use crate::values::OrgId;

use super::container::{
    CHUNK_BYTES, Chunks, Keys, MAGIC, PREAMBLE_BYTES, SLOT_BYTES, SLOT_COUNTS, TAG_BYTES, file_bytes, open_slots,
    padded_bytes,
};
use super::record::Record;
use super::writer::{content_bytes, signed_message};
use super::{BUNDLE_BYTES_MAX, BundleError, RECORD_BYTES_MAX, malformed};

/// A record and who says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRecord {
    /// What it says.
    pub record: Record,
    bytes: Vec<u8>,
    commitment: [u8; 32],
    signature: [u8; 64],
}

impl SignedRecord {
    /// True when the device with this key made the bundle. Which device that is, its caller has looked up by
    /// [`Record::from`].
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let message = signed_message(&self.commitment, &self.bytes);
        key.verify_strict(&message, &Signature::from_bytes(&self.signature)).is_ok()
    }

    #[cfg(test)]
    pub(super) fn signature_bytes(&self) -> [u8; 64] {
        self.signature
    }

    #[cfg(test)]
    pub(super) fn with_signature(mut self, signature: [u8; 64]) -> Self {
        self.signature = signature;
        self
    }
}

/// What has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Always first.
    Record(Box<SignedRecord>),
    /// One encoded entry, as it came: nothing about it is checked.
    Entry(Vec<u8>),
}

enum Phase {
    /// Before the first chunk.
    Head,
    /// Inside the chunks.
    Chunks(Box<Opened>),
    /// Failed, or finished.
    Done,
}

struct Opened {
    chunks: Chunks,
    next: u64,
    slots: usize,
    commitment: [u8; 32],
    /// Content that is not yet a whole record or entry.
    content: Zeroizing<Vec<u8>>,
    /// What the record promised; `None` before it is read.
    promised: Option<Promised>,
}

struct Promised {
    entries_left: u64,
    bytes_left: u64,
    /// Zeros to come.
    padding_left: u64,
    file_bytes: u64,
}

/// Slots tried at most, over all keys: some seconds on a small machine. Keys are tried in the order given.
const OPENINGS_MAX: usize = 4 * SLOT_COUNTS[SLOT_COUNTS.len() - 1];

/// One bundle being read. Give it the file's bytes in order, in pieces of any size, then [`finish`](Self::finish); take
/// [`poll`](Self::poll) until `None` after each. After an error it gives nothing more.
pub struct Reader {
    org: OrgId,
    secrets: Vec<Secret>,
    phase: Phase,
    /// Bytes not yet a whole head or chunk.
    pending: Vec<u8>,
    /// Bytes taken in.
    taken: u64,
    events: VecDeque<Event>,
}

impl Reader {
    /// A reader that tries these KEM secrets, the likeliest first: the device's, those of invitations it holds, those of
    /// audiences.
    pub fn new(org: OrgId, secrets: Vec<Secret>) -> Self {
        Self { org, secrets, phase: Phase::Head, pending: Vec::new(), taken: 0, events: VecDeque::new() }
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    ///
    /// [`BundleError`]: the rest of the file is of no use. What was polled before is authentic all the same.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        for piece in bytes.chunks(CHUNK_BYTES) {
            let taken = self.taken_in(piece);
            if taken.is_err() {
                self.phase = Phase::Done;
                self.pending = Vec::new();
            }
            taken?;
        }
        Ok(())
    }

    /// The file has ended.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push); [`BundleError::Cut`] if there should be more.
    pub fn finish(&mut self) -> Result<(), BundleError> {
        let (phase, pending) = (std::mem::replace(&mut self.phase, Phase::Done), std::mem::take(&mut self.pending));
        let mut opened = match phase {
            Phase::Head => {
                // a few bytes of something else are no bundle that was cut off
                let known = pending.len().min(MAGIC.len());
                if known == 0 || pending[..known] != MAGIC[..known] {
                    return Err(BundleError::NotABundle);
                }
                return Err(BundleError::Cut { bytes: self.taken, expected: head_bytes(&pending) as u64 });
            }
            Phase::Chunks(opened) => opened,
            Phase::Done => return malformed("already finished"),
        };
        let expected = opened.promised.as_ref().map_or(self.taken + 1, |promised| promised.file_bytes);
        let cut = BundleError::Cut { bytes: self.taken, expected };
        let is_short = self.taken < expected && opened.promised.is_some();
        match opened.chunks.open(opened.next, true, &pending) {
            Some(content) if !content.is_empty() => opened.take(&content, &mut self.events)?,
            _ if is_short || opened.chunks.open(opened.next, false, &pending).is_some() => return Err(cut),
            _ => return Err(self.cut_or_altered(&opened)),
        }
        match &opened.promised {
            Some(promised) if promised.entries_left == 0 && promised.padding_left == 0 => Ok(()),
            _ => malformed("less than was promised"),
        }
    }

    /// A last chunk that does not open, before or after the record: of a length that no bundle has, the file was cut.
    fn cut_or_altered(&self, opened: &Opened) -> BundleError {
        let content = opened.next * CHUNK_BYTES as u64;
        let rest = self.taken - file_bytes_before(opened.slots, opened.next);
        let content = content + rest.saturating_sub(TAG_BYTES as u64);
        let expected = file_bytes(opened.slots, content);
        if expected > self.taken {
            BundleError::Cut { bytes: self.taken, expected }
        } else {
            BundleError::Altered { chunk: opened.next }
        }
    }

    /// The next thing that was read.
    pub fn poll(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Bytes kept between two calls, the events not yet polled included.
    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        let content = match &self.phase {
            Phase::Chunks(opened) => opened.content.len(),
            _ => 0,
        };
        let event = |event: &Event| match event {
            Event::Record(signed) => signed.bytes.len(),
            Event::Entry(entry) => entry.len(),
        };
        self.pending.len() + content + self.events.iter().map(event).sum::<usize>()
    }

    fn taken_in(&mut self, piece: &[u8]) -> Result<(), BundleError> {
        self.taken += piece.len() as u64;
        if self.taken > BUNDLE_BYTES_MAX {
            return malformed("larger than a bundle can be");
        }
        self.pending.extend_from_slice(piece);
        if matches!(self.phase, Phase::Head) {
            check_magic(&self.pending)?;
            if self.pending.len() < PREAMBLE_BYTES {
                return Ok(());
            }
            let slots = usize::from(u16::from_be_bytes([self.pending[8], self.pending[9]]));
            if !SLOT_COUNTS.contains(&slots) {
                return malformed("a number of slots that does not exist");
            }
            let head = head_bytes(&self.pending);
            if self.pending.len() < head {
                return Ok(());
            }
            let opened = self.open_head(slots, head)?;
            self.pending.drain(..head);
            self.phase = Phase::Chunks(Box::new(opened));
        }
        let Phase::Chunks(opened) = &mut self.phase else { return malformed("already finished") };
        // a chunk after which something comes is not the last
        while self.pending.len() > CHUNK_BYTES + TAG_BYTES {
            let sealed = &self.pending[..CHUNK_BYTES + TAG_BYTES];
            let content = opened.chunks.open(opened.next, false, sealed);
            let content = content.ok_or(BundleError::Altered { chunk: opened.next })?;
            opened.next += 1;
            self.pending.drain(..CHUNK_BYTES + TAG_BYTES);
            opened.take(&content, &mut self.events)?;
        }
        Ok(())
    }

    /// Tries every key on every slot; what opens counts if it fits the commitment.
    fn open_head(&self, slots: usize, head: usize) -> Result<Opened, BundleError> {
        let head = &self.pending[..head];
        let (sealed, rest) = head[PREAMBLE_BYTES..].split_at(slots * SLOT_BYTES);
        let (Some((salt, rest)), true) = (rest.split_first_chunk::<32>(), rest.len() == 64) else {
            return malformed("a head of another length");
        };
        let mut written = [0; 32];
        written.copy_from_slice(rest);
        let secrets = self.secrets.iter().take(OPENINGS_MAX / slots);
        let file_keys = secrets.flat_map(|secret| open_slots(sealed, &self.org, salt, secret));
        for file_key in file_keys {
            let keys = Keys::derive(&file_key, salt, sealed);
            // blake3::Hash compares in constant time
            if blake3::Hash::from_bytes(keys.commitment) == blake3::Hash::from_bytes(written) {
                return Ok(Opened {
                    chunks: Chunks::new(&keys, head),
                    next: 0,
                    slots,
                    commitment: written,
                    content: Zeroizing::default(),
                    promised: None,
                });
            }
        }
        Err(BundleError::NotForUs)
    }
}

/// Bytes of the file before a chunk.
fn file_bytes_before(slots: usize, chunk: u64) -> u64 {
    (PREAMBLE_BYTES + slots * SLOT_BYTES + 64) as u64 + chunk * (CHUNK_BYTES + TAG_BYTES) as u64
}

fn check_magic(bytes: &[u8]) -> Result<(), BundleError> {
    let known = bytes.len().min(MAGIC.len());
    if bytes[..known] == MAGIC[..known] {
        return Ok(());
    }
    match bytes {
        [b'B', b'O', b'U', b'C', b'L', b'E', version, 0, ..] if version.is_ascii_graphic() => {
            Err(BundleError::Version { found: char::from(*version) })
        }
        [b'B', b'O', b'U', b'C', b'L', b'E', version] if version.is_ascii_graphic() => Ok(()),
        _ => Err(BundleError::NotABundle),
    }
}

/// Bytes before the first chunk, as far as the preamble says.
fn head_bytes(bytes: &[u8]) -> usize {
    let slots = match bytes.get(8..PREAMBLE_BYTES) {
        Some(count) => usize::from(u16::from_be_bytes([count[0], count[1]])),
        None => SLOT_COUNTS[0],
    };
    PREAMBLE_BYTES + slots * SLOT_BYTES + 64
}

impl Opened {
    fn take(&mut self, content: &[u8], events: &mut VecDeque<Event>) -> Result<(), BundleError> {
        self.content.extend_from_slice(content);
        let mut at = 0;
        loop {
            let rest = &self.content[at..];
            match &mut self.promised {
                None => {
                    let Some(len) = length(rest) else { break };
                    if len > RECORD_BYTES_MAX {
                        return malformed("a record that is too long");
                    }
                    let Some(signed) = rest.get(4..4 + len + 64) else { break };
                    let (bytes, signature) = signed.split_at(len);
                    let record: Record = cbor::decode(bytes)?;
                    let promised = Promised::of(&record, len, self.slots)?;
                    let mut signed =
                        SignedRecord { record, bytes: bytes.to_vec(), commitment: self.commitment, signature: [0; 64] };
                    signed.signature.copy_from_slice(signature);
                    events.push_back(Event::Record(Box::new(signed)));
                    self.promised = Some(promised);
                    at += 4 + len + 64;
                }
                Some(promised) if promised.entries_left > 0 => {
                    let Some(len) = length(rest) else { break };
                    let framed = len as u64 + 4;
                    if len > ENTRY_BYTES_MAX || framed > promised.bytes_left {
                        return malformed("an entry that is too long");
                    }
                    let Some(entry) = rest.get(4..4 + len) else { break };
                    promised.entries_left -= 1;
                    promised.bytes_left -= framed;
                    if promised.entries_left == 0 && promised.bytes_left > 0 {
                        return malformed("other lengths than were promised");
                    }
                    events.push_back(Event::Entry(entry.to_vec()));
                    at += 4 + len;
                }
                Some(promised) => {
                    promised.padding_left = match promised.padding_left.checked_sub(rest.len() as u64) {
                        Some(left) if rest.iter().all(|byte| *byte == 0) => left,
                        _ => return malformed("something behind the last entry"),
                    };
                    at = self.content.len();
                    break;
                }
            }
        }
        self.content.drain(..at);
        Ok(())
    }
}

fn length(bytes: &[u8]) -> Option<usize> {
    let (len, _) = bytes.split_first_chunk::<4>()?;
    usize::try_from(u32::from_be_bytes(*len)).ok()
}

impl Promised {
    fn of(record: &Record, record_bytes: usize, slots: usize) -> Result<Self, BundleError> {
        if record.bytes > BUNDLE_BYTES_MAX || (record.entries == 0) != (record.bytes == 0) {
            return malformed("a length that cannot be");
        }
        let content = content_bytes(record_bytes, record.bytes);
        let file_bytes = file_bytes(slots, content);
        if file_bytes > BUNDLE_BYTES_MAX {
            return malformed("larger than a bundle can be");
        }
        Ok(Self {
            entries_left: record.entries,
            bytes_left: record.bytes,
            padding_left: padded_bytes(content) - content,
            file_bytes,
        })
    }
}

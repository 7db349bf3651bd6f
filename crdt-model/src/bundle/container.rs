//! The container: slots, keys, chunks, lengths.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::seal::{BundleSlot, Entropy, Secret, WRAP_BYTES, decoy_bundle_slot, open_bundle_slot, seal_bundle_slot};
use crate::values::OrgId;

/// Begins every bundle; the seventh byte is the version.
pub(super) const MAGIC: &[u8; 8] = b"BOUCLE1\0";
/// Content of a chunk, bytes; the last one holds the rest, at least one byte.
pub const CHUNK_BYTES: usize = 64 << 10;
/// Bytes that a chunk is longer than its content.
pub(super) const TAG_BYTES: usize = 16;
/// Numbers of slots: the least that holds all recipients, the others are decoys.
pub const SLOT_COUNTS: [usize; 5] = [16, 64, 256, 1_024, 4_096];
/// Most recipients of a bundle.
pub const RECIPIENTS_MAX: usize = SLOT_COUNTS[SLOT_COUNTS.len() - 1];
pub(super) const SLOT_BYTES: usize = 32 + WRAP_BYTES;
/// Magic and number of slots.
pub(super) const PREAMBLE_BYTES: usize = 10;
/// Content is padded to at least this.
const PADDED_BYTES_MIN: u64 = 4_096;

/// Length of padded content: Padmé, at most 12 % more, less for greater lengths.
pub fn padded_bytes(content: u64) -> u64 {
    let len = content.max(PADDED_BYTES_MIN);
    let exponent = len.ilog2();
    let mantissa = exponent.ilog2() + 1;
    let mask = (1u64 << (exponent - mantissa)) - 1;
    (len + mask) & !mask
}

/// Length of a file with `slots` slots and `content` bytes before padding.
pub fn file_bytes(slots: usize, content: u64) -> u64 {
    let padded = padded_bytes(content);
    let chunks = padded.div_ceil(CHUNK_BYTES as u64);
    (PREAMBLE_BYTES + slots * SLOT_BYTES + 64) as u64 + padded + chunks * TAG_BYTES as u64
}

/// Slots of a bundle to so many recipients; `None` beyond [`RECIPIENTS_MAX`].
pub fn slots_for(recipients: usize) -> Option<usize> {
    SLOT_COUNTS.into_iter().find(|count| recipients <= *count)
}

/// One slot a recipient, decoys up to the count, shuffled; `None` when a key is no valid point or there are too many.
pub(super) fn seal_slots(
    file_key: &Secret,
    org: &OrgId,
    salt: &[u8; 32],
    recipients: &[[u8; 32]],
    entropy: &mut Entropy,
) -> Option<Vec<u8>> {
    let count = slots_for(recipients.len())?;
    let mut slots: Vec<BundleSlot> = Vec::with_capacity(count);
    for to in recipients {
        slots.push(seal_bundle_slot(file_key, org, salt, to, entropy)?);
    }
    slots.resize_with(count, || decoy_bundle_slot(entropy));
    for i in (1..count).rev() {
        slots.swap(i, entropy.below(i + 1));
    }
    Some(slots.iter().flat_map(|(enc, ct)| [enc.as_slice(), ct].concat()).collect())
}

/// File keys that `secret` opens.
pub(super) fn open_slots<'s>(
    slots: &'s [u8],
    org: &'s OrgId,
    salt: &'s [u8; 32],
    secret: &'s Secret,
) -> impl Iterator<Item = Secret> + 's {
    let (slots, _) = slots.as_chunks::<SLOT_BYTES>();
    slots.iter().filter_map(move |slot| {
        let (enc, ct) = slot.split_first_chunk::<32>()?;
        open_bundle_slot(secret, org, salt, &(*enc, ct.try_into().ok()?))
    })
}

/// What the chunks are sealed with, and the commitment to it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Keys {
    key: [u8; 32],
    prefix: [u8; 19],
    #[zeroize(skip)]
    pub(super) commitment: [u8; 32],
}

impl Keys {
    /// `K ‖ prefix ‖ com = KDF("boucle 2026 bundle v1", file key ‖ salt ‖ H(slots))`.
    pub(super) fn derive(file_key: &Secret, salt: &[u8; 32], slots: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 bundle v1");
        hasher.update(&file_key.0);
        hasher.update(salt);
        hasher.update(blake3::hash(slots).as_bytes());
        let mut okm = Zeroizing::new([0; 83]);
        hasher.finalize_xof().fill(&mut *okm);
        let mut keys = Self { key: [0; 32], prefix: [0; 19], commitment: [0; 32] };
        keys.key.copy_from_slice(&okm[..32]);
        keys.prefix.copy_from_slice(&okm[32..51]);
        keys.commitment.copy_from_slice(&okm[51..]);
        keys
    }
}

/// Seals and opens chunks of one file.
pub(super) struct Chunks {
    cipher: XChaCha20Poly1305,
    prefix: [u8; 19],
    aad: [u8; 32],
}

impl Chunks {
    /// `head` is everything before the first chunk.
    pub(super) fn new(keys: &Keys, head: &[u8]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(&Key::from(keys.key)),
            prefix: keys.prefix,
            aad: *blake3::hash(head).as_bytes(),
        }
    }

    fn nonce(&self, chunk: u64, last: bool) -> XNonce {
        let mut nonce = [0; 24];
        nonce[..19].copy_from_slice(&self.prefix);
        // the bound on the file keeps this far below 2³²
        nonce[19..23].copy_from_slice(&u32::try_from(chunk).unwrap_or(u32::MAX).to_be_bytes());
        nonce[23] = u8::from(last);
        XNonce::from(nonce)
    }

    pub(super) fn seal(&self, chunk: u64, last: bool, content: &[u8]) -> Vec<u8> {
        if crate::seal::is_off() {
            return [content, &[0; TAG_BYTES]].concat();
        }
        let payload = Payload { msg: content, aad: &self.aad };
        self.cipher.encrypt(&self.nonce(chunk, last), payload).expect("a chunk is within the cipher's length")
    }

    pub(super) fn open(&self, chunk: u64, last: bool, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        if crate::seal::is_off() {
            return Some(Zeroizing::new(sealed[..sealed.len().checked_sub(TAG_BYTES)?].to_vec()));
        }
        let payload = Payload { msg: sealed, aad: &self.aad };
        self.cipher.decrypt(&self.nonce(chunk, last), payload).ok().map(Zeroizing::new)
    }
}

/// A file with one real slot and whatever content, as a hostile author who may seal to us could make it.
#[cfg(any(test, feature = "testing"))]
pub(super) fn seal_anything(org: &OrgId, to: &[u8; 32], content: &[u8]) -> Vec<u8> {
    let mut entropy = Entropy::new([0x42; 32]);
    let (file_key, salt) = (entropy.secret(), entropy.bytes::<32>());
    let slots = seal_slots(&file_key, org, &salt, &[*to], &mut entropy).expect("a valid key");
    let keys = Keys::derive(&file_key, &salt, &slots);
    let head = [MAGIC.as_slice(), &16u16.to_be_bytes(), &slots, &salt, &keys.commitment].concat();
    let chunks = Chunks::new(&keys, &head);
    let pieces: Vec<&[u8]> = content.chunks(CHUNK_BYTES).collect();
    let seal = |(i, piece): (usize, &&[u8])| chunks.seal(i as u64, i + 1 == pieces.len(), piece);
    [head, pieces.iter().enumerate().flat_map(seal).collect()].concat()
}

//! One section: plaintext, padding, AEAD and commitment.

use std::cell::RefCell;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use zeroize::Zeroizing;
use zstd::bulk::{Compressor, Decompressor};

use super::{Entropy, Secret};
use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt};
use crate::entry::SECTION_BYTES_MAX;
use crate::values::MemberId;

/// What sealing adds to the padded plaintext: salt 32, commitment 32, tag 16.
pub const SECTION_OVERHEAD_BYTES: usize = 80;
/// The largest bucket, bytes.
pub const BUCKETS_MAX: usize = SECTION_BYTES_MAX;
/// Largest plaintext after decompression, bytes.
const PLAIN_BYTES_MAX: usize = 262_144;
const ZSTD_LEVEL: i32 = 3;
/// Signed plaintexts compress a little differently than unsigned ones: kept free when a bucket is chosen.
const SLACK_BYTES: usize = 24;
/// A packed plaintext is at most this much longer than its change: the other fields (16 + 9 + 16 + 64 + 1 + 5 bytes and
/// their heads), the change's own head, and what zstd adds to what it cannot compress (a frame of at most 18 bytes, 3 for
/// each block of 128 KiB).
const PLAIN_FRAME_BYTES_MAX: usize = 160;

/// Flag: the writer could not read the layer it wrote to.
pub const FLAG_DROP_BOX: u8 = 1;
/// Flag: written by the device alone; member and signature are zero.
pub const FLAG_DEVICE_ONLY: u8 = 4;
const FLAGS_KNOWN: u8 = 7;

/// The plaintext of a section: `[salt16, claimed_ms, member_id, member_sig64, flags, generation, change]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain {
    /// Random, so that the hash of an erased section is no guessable fingerprint.
    pub salt: [u8; 16],
    /// Claimed time of the author's machine, Unix milliseconds.
    pub claimed_ms: i64,
    /// The author.
    pub member: MemberId,
    /// The author's signature over header, layer and content.
    pub member_sig: [u8; 64],
    /// `FLAG_*`.
    pub flags: u8,
    /// Must equal the header's.
    pub generation: u32,
    /// The Automerge change.
    pub change: Vec<u8>,
}

impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plain(member {:?}, [redacted])", self.member)
    }
}

impl Canonical for Plain {
    fn write(&self, w: &mut Writer) {
        w.arr(7)
            .bstr(&self.salt)
            .sint(self.claimed_ms)
            .bstr(&self.member.0)
            .bstr(&self.member_sig)
            .uint(self.flags.into())
            .uint(self.generation.into())
            .bstr(&self.change);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(7)?;
        let plain = Self {
            salt: r.fixed()?,
            claimed_ms: r.i64()?,
            member: MemberId(r.fixed()?),
            member_sig: r.fixed()?,
            flags: r.u8()?,
            generation: r.u32()?,
            change: r.bstr_max(PLAIN_BYTES_MAX)?.to_vec(),
        };
        if plain.flags & !FLAGS_KNOWN != 0 {
            return cbor::malformed("unknown flags");
        }
        Ok(plain)
    }
}

impl Plain {
    /// What the member signs: everything of the plaintext but the signature, bound to the entry's header and layer.
    fn signed_message(&self, aad: &[u8], layer: u8) -> Vec<u8> {
        let mut w = Writer::new(Vec::with_capacity(self.change.len() + 64));
        w.arr(6)
            .bstr(&self.salt)
            .sint(self.claimed_ms)
            .bstr(&self.member.0)
            .uint(self.flags.into())
            .uint(self.generation.into())
            .bstr(&self.change);
        let content = blake3::hash(w.writer());
        [b"boucle/member/v1\0".as_slice(), aad, &[layer], content.as_bytes()].concat()
    }

    /// Checks the member's signature.
    ///
    /// # Errors
    ///
    /// [`OpenError::MemberSignature`] when it is not that member's over this entry and layer.
    pub fn verify(&self, aad: &[u8], layer: u8, key: &VerifyingKey) -> Result<(), OpenError> {
        key.verify_strict(&self.signed_message(aad, layer), &Signature::from_bytes(&self.member_sig))
            .map_err(|_| OpenError::MemberSignature)
    }
}

/// Everything needed to seal one section once its entry's header is known.
#[derive(Clone)]
pub struct Sealing {
    /// The section's key K.
    pub key: Secret,
    /// Unsigned plaintext; the signature is made by [`seal_section`].
    pub plain: Plain,
}

/// The plaintext does not fit the bucket: take the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("section of {needed} bytes does not fit its bucket")]
pub struct BucketTooSmall {
    /// Bytes needed, overhead included.
    pub needed: usize,
}

/// The smallest bucket that holds `needed` bytes: 512, 768, 1024, 1536, 2048 … two steps per doubling, to 256 KiB.
///
/// # Errors
///
/// [`BucketTooSmall`] beyond the largest.
pub(super) fn bucket_at_least(needed: usize) -> Result<usize, BucketTooSmall> {
    let mut step = 512;
    while step <= BUCKETS_MAX {
        for bucket in [step, step + step / 2] {
            if needed <= bucket && bucket <= BUCKETS_MAX {
                return Ok(bucket);
            }
        }
        step *= 2;
    }
    Err(BucketTooSmall { needed })
}

/// The bucket that will hold these plaintexts once signed: one for all sections of an entry.
///
/// # Errors
///
/// [`BucketTooSmall`] when one exceeds the largest bucket.
pub fn bucket_for<'a>(plains: impl IntoIterator<Item = &'a Plain>) -> Result<usize, BucketTooSmall> {
    let mut plains: Vec<&Plain> = plains.into_iter().collect();
    // the longest first: what is sure to fit its bucket uncompressed need not be compressed to know
    plains.sort_by_key(|plain| std::cmp::Reverse(plain.change.len()));
    let mut bucket = 512;
    for plain in plains {
        if plain.change.len() + PLAIN_FRAME_BYTES_MAX + SLACK_BYTES + SECTION_OVERHEAD_BYTES < bucket {
            continue;
        }
        let mut signed = plain.clone();
        // an incompressible stand-in of the signature's size
        blake3::Hasher::new().update(&plain.salt).finalize_xof().fill(&mut signed.member_sig);
        let needed = packed(&signed).len() + SLACK_BYTES + SECTION_OVERHEAD_BYTES + 1;
        bucket = bucket.max(bucket_at_least(needed)?);
    }
    Ok(bucket)
}

fn packed(plain: &Plain) -> Zeroizing<Vec<u8>> {
    let bytes = Zeroizing::new(cbor::encode(plain));
    if super::is_off() {
        return bytes;
    }
    let packed = COMPRESSOR.with_borrow_mut(|compressor| compressor.compress(&bytes));
    Zeroizing::new(packed.expect("compressing into memory cannot fail"))
}

// Making a context costs as much as compressing a complaint: each thread keeps its own. Every call is a frame of its own.
thread_local! {
    static COMPRESSOR: RefCell<Compressor<'static>> =
        RefCell::new(Compressor::new(ZSTD_LEVEL).expect("a context is a little memory"));
    static DECOMPRESSOR: RefCell<Decompressor<'static>> =
        RefCell::new(Decompressor::new().expect("a context is a little memory"));
}

fn unpacked(bytes: &[u8]) -> Result<Plain, OpenError> {
    if super::is_off() {
        return Ok(cbor::decode(bytes)?);
    }
    let plain = DECOMPRESSOR.with_borrow_mut(|decompressor| decompressor.decompress(bytes, PLAIN_BYTES_MAX));
    let plain = plain.map_err(|_| OpenError::Padding)?;
    Ok(cbor::decode(&Zeroizing::new(plain))?)
}

struct Keys {
    key: [u8; 32],
    nonce: [u8; 24],
    commitment: [u8; 32],
    aad: Vec<u8>,
}

impl Drop for Keys {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

/// `k ‖ n ‖ com` of a section, and its associated data `AAD ‖ layer ‖ key_id`.
fn section_keys(key: &Secret, salt: &[u8; 32], header_aad: &[u8], layer: u8) -> Keys {
    let key_id = &blake3::derive_key("boucle 2026 key id v1", &key.0)[..16];
    let aad = [header_aad, &[layer], key_id].concat();
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 section v1");
    hasher.update(&key.0);
    hasher.update(salt);
    hasher.update(key_id);
    hasher.update(blake3::hash(&aad).as_bytes());
    let mut okm = Zeroizing::new([0; 88]);
    hasher.finalize_xof().fill(&mut *okm);
    let part = |from: usize, to: usize| &okm[from..to];
    Keys {
        key: part(0, 32).try_into().expect("32 bytes"),
        nonce: part(32, 56).try_into().expect("24 bytes"),
        commitment: part(56, 88).try_into().expect("32 bytes"),
        aad,
    }
}

/// Signs and seals one section into exactly `bucket` bytes. `header_aad` is [`crate::entry::Header::aad`] of the final
/// header (hashes aside).
///
/// # Errors
///
/// [`BucketTooSmall`] when the signed plaintext does not fit; nothing was sealed.
///
/// # Panics
///
/// Never: a bucket is far below the cipher's greatest length.
pub fn seal_section(
    sealing: &Sealing,
    signer: Option<&SigningKey>,
    header_aad: &[u8],
    layer: u8,
    bucket: usize,
    entropy: &mut Entropy,
) -> Result<Vec<u8>, BucketTooSmall> {
    let mut plain = sealing.plain.clone();
    if let Some(signer) = signer {
        plain.member_sig = signer.sign(&plain.signed_message(header_aad, layer)).to_bytes();
    }
    let mut padded = packed(&plain);
    let room = bucket - SECTION_OVERHEAD_BYTES;
    if padded.len() + 1 > room {
        return Err(BucketTooSmall { needed: padded.len() + 1 + SECTION_OVERHEAD_BYTES });
    }
    padded.push(0x80);
    padded.resize(room, 0);
    let salt: [u8; 32] = entropy.bytes();
    let keys = section_keys(&sealing.key, &salt, header_aad, layer);
    let ct = if super::is_off() {
        [padded.as_slice(), &[0; 16]].concat()
    } else {
        XChaCha20Poly1305::new(&Key::from(keys.key))
            .encrypt(&XNonce::from(keys.nonce), Payload { msg: &padded, aad: &keys.aad })
            .expect("within the cipher's length")
    };
    Ok([salt.as_slice(), &keys.commitment, &ct].concat())
}

/// A section that holds nothing: random bytes, which is what a sealed section looks like to whoever lacks its key.
pub fn padding_section(bucket: usize, entropy: &mut Entropy) -> Vec<u8> {
    entropy.vec(bucket)
}

/// Why a section could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not sealed under this key, or altered; the two cannot be told apart.
    #[error("wrong key or altered section")]
    NotAuthentic,
    /// Authentic but not in the one form of padding.
    #[error("padding or compression is not as specified")]
    Padding,
    /// Authentic but its content is not the expected structure.
    #[error(transparent)]
    Content(#[from] CborError),
    /// The generation inside differs from the header's.
    #[error("generation inside differs from the header's")]
    Generation,
    /// The member's signature does not verify.
    #[error("member signature does not verify")]
    MemberSignature,
}

/// Opens a section under `key`. The member's signature is checked apart ([`Plain::verify`]), since that key comes from
/// the roster.
///
/// # Errors
///
/// [`OpenError::NotAuthentic`] when `key` is not its key or a byte was changed; others when an authentic writer broke
/// the format.
pub fn open_section(
    key: &Secret,
    section: &[u8],
    header_aad: &[u8],
    layer: u8,
    generation: u32,
) -> Result<Plain, OpenError> {
    let Some((salt, rest)) = section.split_first_chunk::<32>() else { return Err(OpenError::NotAuthentic) };
    let Some((commitment, ct)) = rest.split_first_chunk::<32>() else { return Err(OpenError::NotAuthentic) };
    let keys = section_keys(key, salt, header_aad, layer);
    // blake3::Hash compares in constant time
    if blake3::Hash::from_bytes(keys.commitment) != blake3::Hash::from_bytes(*commitment) {
        return Err(OpenError::NotAuthentic);
    }
    let padded = Zeroizing::new(if super::is_off() {
        ct[..ct.len().saturating_sub(16)].to_vec()
    } else {
        XChaCha20Poly1305::new(&Key::from(keys.key))
            .decrypt(&XNonce::from(keys.nonce), Payload { msg: ct, aad: &keys.aad })
            .map_err(|_| OpenError::NotAuthentic)?
    });
    read_padded(&padded, generation)
}

/// What stands in a section once it has opened: padding, compression, plaintext.
pub(super) fn read_padded(padded: &[u8], generation: u32) -> Result<Plain, OpenError> {
    let end = padded.iter().rposition(|byte| *byte != 0).filter(|at| padded[*at] == 0x80);
    let plain = unpacked(&padded[..end.ok_or(OpenError::Padding)?])?;
    if plain.generation != generation {
        return Err(OpenError::Generation);
    }
    Ok(plain)
}

//! The bytes of the key-slot file. `docs/STORAGE.md` has them with an example.
//!
//! ```text
//! file  = ["boucle keys", 1, clear: bstr, slots: [1..16 * slot], body]         canonical CBOR, 64 KiB at most
//! clear = [store_id: bstr16, counter: uint, incarnation: bstr8, machine: bstr16, volume: bstr16]
//! slot  = [1, member_id: bstr16, memory_kib: uint, passes: uint, lanes: uint, salt: bstr16, nonce: bstr24, ct: bstr144]
//!         ct = XChaCha20-Poly1305(Argon2id(passphrase, salt), nonce, KEK32 ‖ member_ed32 ‖ member_x32 ‖ member_data32)
//!         aad = "boucle/keys/slot/v1" ‖ store_id16 ‖ [1, member_id, memory_kib, passes, lanes, salt]
//! body  = [nonce: bstr24, ct: bstr144]
//!         ct = XChaCha20-Poly1305(KEK, nonce, store_key32 ‖ device_ed32 ‖ device_x32 ‖ transport_psk32)
//!         aad = "boucle/keys/body/v1" ‖ u32be len(clear) ‖ clear ‖ BLAKE3(slots, an array as in the file)
//! ```
//! The body's tag covers the whole file but its first two items: no slot can be added, dropped or exchanged, and no
//! counter turned back, without the KEK.

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use crdt_model::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crdt_model::id::{Incarnation, MemberId};
use zeroize::Zeroizing;

use super::Signs;
use crate::store::StoreId;

pub(crate) const MAGIC: &str = "boucle keys";
pub(crate) const VERSION: u64 = 1;
/// Largest file read, bytes.
pub(crate) const FILE_BYTES_MAX: usize = 64 << 10;
/// Most slots.
pub(crate) const SLOTS_MAX: usize = 16;
const PASSPHRASE_SLOT: u64 = 1;
const KEYS: usize = 128;
const SEALED: usize = KEYS + 16;

/// Four keys side by side.
pub(crate) type Keys = Zeroizing<[u8; KEYS]>;

/// Four keys, sealed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SealedKeys {
    pub(crate) nonce: [u8; 24],
    pub(crate) ct: [u8; SEALED],
}

impl SealedKeys {
    pub(crate) fn seal(key: &[u8; 32], nonce: [u8; 24], aad: &[u8], keys: &Keys) -> Self {
        let mut ct = [0; SEALED];
        ct[..KEYS].copy_from_slice(keys.as_slice());
        let tag = XChaCha20Poly1305::new(key.into())
            .encrypt_inout_detached(&XNonce::from(nonce), aad, InOutBuf::from(&mut ct[..KEYS]))
            .expect("128 bytes are below the limit of the cipher");
        ct[KEYS..].copy_from_slice(&tag);
        Self { nonce, ct }
    }

    pub(crate) fn open(&self, key: &[u8; 32], aad: &[u8]) -> Option<Keys> {
        let (body, tag) = self.ct.split_first_chunk::<KEYS>()?;
        let tag: [u8; 16] = tag.try_into().ok()?;
        let mut keys = Zeroizing::new(*body);
        XChaCha20Poly1305::new(key.into())
            .decrypt_inout_detached(
                &XNonce::from(self.nonce),
                aad,
                InOutBuf::from(keys.as_mut_slice()),
                &Tag::from(tag),
            )
            .ok()?;
        Some(keys)
    }
}

/// Key `n` of four.
pub(crate) fn key_at(keys: &Keys, n: usize) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(&keys[n * 32..n * 32 + 32]);
    out
}

/// Four keys in a row.
pub(crate) fn join(parts: [&[u8; 32]; 4]) -> Keys {
    let mut keys = Zeroizing::new([0; KEYS]);
    for (place, part) in keys.chunks_exact_mut(32).zip(parts) {
        place.copy_from_slice(part);
    }
    keys
}

/// What everybody can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clear {
    pub(crate) store_id: StoreId,
    pub(crate) counter: u64,
    pub(crate) incarnation: Incarnation,
    pub(crate) signs: Signs,
}

impl Canonical for Clear {
    fn write(&self, w: &mut Writer) {
        w.arr(5).bstr(&self.store_id.0).uint(self.counter).bstr(self.incarnation.as_bytes());
        w.bstr(&self.signs.machine).bstr(&self.signs.volume);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(5)?;
        Ok(Self {
            store_id: StoreId(r.fixed()?),
            counter: r.u64()?,
            incarnation: Incarnation(r.fixed()?),
            signs: Signs { machine: r.fixed()?, volume: r.fixed()? },
        })
    }
}

/// One member's way in. The cost is as read: whoever computes with it checks the bounds first.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) member: MemberId,
    pub(crate) memory_kib: u64,
    pub(crate) passes: u64,
    pub(crate) lanes: u64,
    pub(crate) salt: [u8; 16],
    pub(crate) sealed: SealedKeys,
}

impl Slot {
    fn write_head(&self, w: &mut Writer) {
        w.uint(PASSPHRASE_SLOT).bstr(self.member.as_bytes());
        w.uint(self.memory_kib).uint(self.passes).uint(self.lanes).bstr(&self.salt);
    }

    pub(crate) fn aad(&self, store_id: StoreId) -> Vec<u8> {
        let mut w = Writer::new([b"boucle/keys/slot/v1".as_slice(), &store_id.0].concat());
        w.arr(6);
        self.write_head(&mut w);
        w.into_writer()
    }
}

impl Canonical for Slot {
    fn write(&self, w: &mut Writer) {
        w.arr(8);
        self.write_head(w);
        w.bstr(&self.sealed.nonce).bstr(&self.sealed.ct);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(8)?;
        if r.u64()? != PASSPHRASE_SLOT {
            return malformed("unknown kind of slot");
        }
        Ok(Self {
            member: MemberId(r.fixed()?),
            memory_kib: r.u64()?,
            passes: r.u64()?,
            lanes: r.u64()?,
            salt: r.fixed()?,
            sealed: SealedKeys { nonce: r.fixed()?, ct: r.fixed()? },
        })
    }
}

/// The file.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct KeyFile {
    pub(crate) clear: Clear,
    pub(crate) slots: Vec<Slot>,
    pub(crate) body: SealedKeys,
}

impl KeyFile {
    /// What the body's tag covers beside the body.
    pub(crate) fn body_aad(&self) -> Vec<u8> {
        let clear = cbor::encode(&self.clear);
        let mut slots = Writer::new(Vec::new());
        self.write_slots(&mut slots);
        let mut aad = b"boucle/keys/body/v1".to_vec();
        aad.extend_from_slice(&(clear.len() as u32).to_be_bytes());
        aad.extend_from_slice(&clear);
        aad.extend_from_slice(blake3::hash(&slots.into_writer()).as_bytes());
        aad
    }

    fn write_slots(&self, w: &mut Writer) {
        w.arr(self.slots.len());
        for slot in &self.slots {
            slot.write(w);
        }
    }
}

impl Canonical for KeyFile {
    fn write(&self, w: &mut Writer) {
        w.arr(5).text(MAGIC).uint(VERSION).bstr(&cbor::encode(&self.clear));
        self.write_slots(w);
        w.arr(2).bstr(&self.body.nonce).bstr(&self.body.ct);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(5)?;
        if r.text_max(MAGIC.len())? != MAGIC || r.u64()? != VERSION {
            return malformed("magic and version");
        }
        let clear = cbor::decode(r.bstr_max(256)?)?;
        let count = r.arr_max(SLOTS_MAX as u64)?;
        let slots = (0..count).map(|_| Slot::read(r)).collect::<Result<Vec<_>, _>>()?;
        let mut members: Vec<MemberId> = slots.iter().map(|slot| slot.member).collect();
        members.sort();
        members.dedup();
        if slots.is_empty() || members.len() != slots.len() {
            return malformed("no slot, or two of one member");
        }
        r.arr_of(2)?;
        let body = SealedKeys { nonce: r.fixed()?, ct: r.fixed()? };
        Ok(Self { clear, slots, body })
    }
}

/// True if `bytes` begin as a key-slot file of any version does.
pub(crate) fn has_magic(bytes: &[u8]) -> bool {
    let mut r = Reader::new(bytes);
    matches!(r.array(), Ok(Some(_))) && r.str().is_ok_and(|text| text == MAGIC)
}

/// The version a file with the right magic claims.
pub(crate) fn version_of(bytes: &[u8]) -> Option<u64> {
    let mut r = Reader::new(bytes);
    r.array().ok()?;
    r.str().ok()?;
    r.u64().ok()
}

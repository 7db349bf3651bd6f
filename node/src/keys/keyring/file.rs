//! The bytes of the key-slot file. `docs/STORAGE.md` has them with an example.
//!
//! ```text
//! file  = ["boucle keys", 1, clear: bstr, slots: [1..17 * slot], body]         canonical CBOR, 64 KiB at most
//! clear = [store_id: bstr16, counter: uint, incarnation: bstr8, machine: bstr16, volume: bstr16, file: bstr16,
//!          joining: bstr16 or bstr0]
//! slot  = [1, member_id: bstr16, memory_kib: uint, passes: uint, lanes: uint, salt: bstr16, nonce: bstr24, ct: bstr144]
//!         ct = XChaCha20-Poly1305(Argon2id(passphrase, salt), nonce, KEK32 ‖ member_ed32 ‖ member_x32 ‖ member_data32)
//!         aad = "boucle/keys/slot/v1" ‖ store_id16 ‖ [1, member_id, memory_kib, passes, lanes, salt]
//!       | [2, key_id: bstr16, nonce: bstr24, ct: bstr48]                        one at most, the last: a key file opens it
//!         ct = XChaCha20-Poly1305(derive_key("boucle 2026 key file slot v1", store_id16 ‖ key32), nonce, KEK32)
//!         aad = "boucle/keys/key-file-slot/v1" ‖ store_id16 ‖ [2, key_id]
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
use crdt_model::values::{Incarnation, MemberId};
use zeroize::Zeroizing;

use super::{Secret, Signs};
use crate::store::StoreId;

pub(crate) const MAGIC: &str = "boucle keys";
pub(crate) const VERSION: u64 = 1;
/// Largest file read, bytes.
pub(crate) const FILE_BYTES_MAX: usize = 64 << 10;
/// Most slots of members. There may be one more, of a key file.
pub(crate) const SLOTS_MAX: usize = 16;
const PASSPHRASE_SLOT: u64 = 1;
const KEY_FILE_SLOT: u64 = 2;
const TAG: usize = 16;
const KEYS: usize = 128;

/// Four keys side by side.
pub(crate) type Keys = Zeroizing<[u8; KEYS]>;

/// Four keys, sealed.
pub(crate) type SealedKeys = Sealed<KEYS, { KEYS + TAG }>;
/// One key, sealed.
pub(crate) type SealedKey = Sealed<32, { 32 + TAG }>;

/// `PLAIN` bytes of keys, sealed to `CT` = `PLAIN` + 16.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sealed<const PLAIN: usize, const CT: usize> {
    pub(crate) nonce: [u8; 24],
    pub(crate) ct: [u8; CT],
}

impl<const PLAIN: usize, const CT: usize> Sealed<PLAIN, CT> {
    /// A place for what is sealed later.
    pub(crate) const EMPTY: Self = Self { nonce: [0; 24], ct: [0; CT] };

    pub(crate) fn seal(key: &[u8; 32], nonce: [u8; 24], aad: &[u8], keys: &[u8; PLAIN]) -> Self {
        const { assert!(CT == PLAIN + TAG) }
        let mut ct = [0; CT];
        ct[..PLAIN].copy_from_slice(keys.as_slice());
        let tag = XChaCha20Poly1305::new(key.into())
            .encrypt_inout_detached(&XNonce::from(nonce), aad, InOutBuf::from(&mut ct[..PLAIN]))
            .expect("a few keys are below the limit of the cipher");
        ct[PLAIN..].copy_from_slice(&tag);
        Self { nonce, ct }
    }

    pub(crate) fn open(&self, key: &[u8; 32], aad: &[u8]) -> Option<Zeroizing<[u8; PLAIN]>> {
        let (body, tag) = self.ct.split_first_chunk::<PLAIN>()?;
        let tag: [u8; TAG] = tag.try_into().ok()?;
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
    /// Sign of this very file: where it was written. Another file with the same content was put in its place.
    pub(crate) file: [u8; 16],
    /// The member whose adding is under way: has a slot, and perhaps no Join yet.
    pub(crate) joining: Option<MemberId>,
}

impl Canonical for Clear {
    fn write(&self, w: &mut Writer) {
        w.arr(7).bstr(&self.store_id.0).uint(self.counter).bstr(self.incarnation.as_bytes());
        w.bstr(&self.signs.machine).bstr(&self.signs.volume).bstr(&self.file);
        w.bstr(self.joining.as_ref().map_or(&[][..], |member| member.as_bytes()));
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(7)?;
        Ok(Self {
            store_id: StoreId(r.fixed()?),
            counter: r.u64()?,
            incarnation: Incarnation(r.fixed()?),
            signs: Signs { machine: r.fixed()?, volume: r.fixed()? },
            file: r.fixed()?,
            joining: match r.bstr_max(16)? {
                [] => None,
                id => Some(MemberId(id.try_into().or_else(|_| malformed("member whose adding is under way"))?)),
            },
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

impl Slot {
    fn write(&self, w: &mut Writer) {
        w.arr(8);
        self.write_head(w);
        w.bstr(&self.sealed.nonce).bstr(&self.sealed.ct);
    }
}

/// The way in of a machine that starts alone. It leads to the KEK and to no member's keys.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct KeyFileSlot {
    pub(crate) key_id: [u8; 16],
    pub(crate) sealed: SealedKey,
}

impl KeyFileSlot {
    /// The key that opens it: the key file's own is never used as it is.
    pub(crate) fn key(store_id: StoreId, file_key: &Secret) -> Zeroizing<[u8; 32]> {
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 key file slot v1");
        hasher.update(&store_id.0).update(file_key.expose());
        Zeroizing::new(*hasher.finalize().as_bytes())
    }

    pub(crate) fn aad(store_id: StoreId, key_id: &[u8; 16]) -> Vec<u8> {
        let mut w = Writer::new([b"boucle/keys/key-file-slot/v1".as_slice(), &store_id.0].concat());
        w.arr(2).uint(KEY_FILE_SLOT).bstr(key_id);
        w.into_writer()
    }

    fn write(&self, w: &mut Writer) {
        w.arr(4).uint(KEY_FILE_SLOT).bstr(&self.key_id).bstr(&self.sealed.nonce).bstr(&self.sealed.ct);
    }
}

/// Any slot, as read.
enum AnySlot {
    Passphrase(Slot),
    KeyFile(KeyFileSlot),
}

impl AnySlot {
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        let items = r.arr_max(8)?;
        match (r.u64()?, items) {
            (PASSPHRASE_SLOT, 8) => Ok(Self::Passphrase(Slot {
                member: MemberId(r.fixed()?),
                memory_kib: r.u64()?,
                passes: r.u64()?,
                lanes: r.u64()?,
                salt: r.fixed()?,
                sealed: Sealed { nonce: r.fixed()?, ct: r.fixed()? },
            })),
            (KEY_FILE_SLOT, 4) => {
                let key_id = r.fixed()?;
                Ok(Self::KeyFile(KeyFileSlot { key_id, sealed: Sealed { nonce: r.fixed()?, ct: r.fixed()? } }))
            }
            _ => malformed("unknown kind of slot"),
        }
    }
}

/// The file.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct KeyFile {
    pub(crate) clear: Clear,
    pub(crate) slots: Vec<Slot>,
    /// For a machine that starts alone.
    pub(crate) key_file: Option<KeyFileSlot>,
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
        w.arr(self.slots.len() + usize::from(self.key_file.is_some()));
        for slot in &self.slots {
            slot.write(w);
        }
        if let Some(slot) = &self.key_file {
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
        let count = r.arr_max(SLOTS_MAX as u64 + 1)?;
        let (mut slots, mut key_file) = (Vec::new(), None);
        for _ in 0..count {
            match AnySlot::read(r)? {
                AnySlot::Passphrase(slot) if key_file.is_none() && slots.len() < SLOTS_MAX => slots.push(slot),
                AnySlot::KeyFile(slot) if key_file.is_none() => key_file = Some(slot),
                _ => return malformed("order or number of slots"),
            }
        }
        let mut members: Vec<MemberId> = slots.iter().map(|slot| slot.member).collect();
        members.sort();
        members.dedup();
        if slots.is_empty() || members.len() != slots.len() {
            return malformed("no slot, or two of one member");
        }
        r.arr_of(2)?;
        let body = Sealed { nonce: r.fixed()?, ct: r.fixed()? };
        Ok(Self { clear, slots, key_file, body })
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

//! Sealing of everything the store writes: names of rows and values.
//!
//! ```text
//! SK_k  = BLAKE3 derive_key("boucle 2026 store key names v1", SK ‖ store_id16)
//! SK_v  = BLAKE3 derive_key("boucle 2026 store values v1",    SK ‖ store_id16)
//! name  = BLAKE3 keyed(SK_k, u8 len(table) ‖ table ‖ logical key)                                32 B
//! value = nonce24 ‖ XChaCha20-Poly1305(SK_v, nonce24, plain ‖ 0x80 ‖ 0x00*, aad) ‖ tag16         64 B steps + 40
//! aad   = "boucle/store/v1" ‖ u8 len(table) ‖ table ‖ row key ‖ store_id16
//! ```
//! A value therefore opens only in its own row, table and store. What this does not detect: an older value of the same
//! row put back, and the whole file replaced by an older one.

use std::io;
use std::sync::Arc;

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::StoreError;

/// Fills a buffer with random bytes, or fails. An argument everywhere, so that tests can fix it.
pub type Entropy = Arc<dyn Fn(&mut [u8]) -> io::Result<()> + Send + Sync>;

/// The operating system's entropy.
pub fn os_entropy() -> Entropy {
    Arc::new(|out| Ok(getrandom::fill(out)?))
}

/// Which store this is: 16 random bytes, the same in the key-slot file and in every sealed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreId(pub [u8; 16]);

/// The store key SK: 32 random bytes that open a store file. Erased from memory when dropped.
#[derive(Clone)]
pub struct StoreKey(Zeroizing<[u8; 32]>);

impl StoreKey {
    /// Takes the key bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key bytes.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreKey([redacted])")
    }
}

/// Bytes a sealed value has beside its padded content.
pub(crate) const OVERHEAD: usize = NONCE + TAG;
const NONCE: usize = 24;
const TAG: usize = 16;
const STEP: usize = 64;

/// XChaCha20-Poly1305 with the padding of this page. Used for the store's values and once more for a member's.
pub(crate) struct Cipher(XChaCha20Poly1305);

impl Cipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Seals `parts`, one after the other.
    pub(crate) fn seal(&self, nonce: &[u8; NONCE], aad: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        let plain_len: usize = parts.iter().map(|part| part.len()).sum();
        let padded_len = (plain_len + 1).next_multiple_of(STEP);
        let mut out = Vec::with_capacity(padded_len + OVERHEAD);
        out.extend_from_slice(nonce);
        for part in parts {
            out.extend_from_slice(part);
        }
        out.push(0x80);
        out.resize(NONCE + padded_len, 0);
        let body = InOutBuf::from(&mut out[NONCE..]);
        let tag = self
            .0
            .encrypt_inout_detached(&XNonce::from(*nonce), aad, body)
            .expect("values are far below the 256 GiB limit of the cipher");
        out.extend_from_slice(&tag);
        out
    }

    /// Opens what [`seal`](Self::seal) wrote under the same `aad`; `None` if it is anything else.
    pub(crate) fn open(&self, aad: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        let body_len = value.len().checked_sub(OVERHEAD)?;
        let (nonce, rest) = value.split_first_chunk::<NONCE>()?;
        let (body, tag) = rest.split_at(body_len);
        let tag: [u8; TAG] = tag.try_into().ok()?;
        let mut plain = body.to_vec();
        let buffer = InOutBuf::from(plain.as_mut_slice());
        self.0.decrypt_inout_detached(&XNonce::from(*nonce), aad, buffer, &Tag::from(tag)).ok()?;
        let end = plain.iter().rposition(|byte| *byte != 0)?;
        if plain[end] != 0x80 {
            return None;
        }
        plain.truncate(end);
        Some(plain)
    }
}

/// The two derived keys of one store.
pub(crate) struct Sealer {
    names: Zeroizing<[u8; 32]>,
    values: Cipher,
    store_id: StoreId,
}

impl Sealer {
    pub(crate) fn new(key: &StoreKey, store_id: StoreId) -> Self {
        let derive = |context: &str| {
            let mut hasher = blake3::Hasher::new_derive_key(context);
            hasher.update(key.expose()).update(&store_id.0);
            Zeroizing::new(*hasher.finalize().as_bytes())
        };
        Self {
            names: derive("boucle 2026 store key names v1"),
            values: Cipher::new(&derive("boucle 2026 store values v1")),
            store_id,
        }
    }

    /// The row name of a logical key. `parts` are joined: all but the last have a fixed length in each table.
    pub(crate) fn name(&self, table: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.names);
        hasher.update(&[table.len() as u8]).update(table.as_bytes());
        for part in parts {
            hasher.update(part);
        }
        *hasher.finalize().as_bytes()
    }

    pub(crate) fn seal(&self, nonce: &[u8; NONCE], table: &str, row: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        self.values.seal(nonce, &self.aad("boucle/store/v1", table, row), parts)
    }

    pub(crate) fn open(&self, table: &str, row: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        self.values.open(&self.aad("boucle/store/v1", table, row), value)
    }

    /// Associated data of a row. Table names are fixed and shorter than 256 bytes, the store id has a fixed length.
    pub(crate) fn aad(&self, domain: &str, table: &str, row: &[u8]) -> Vec<u8> {
        let mut aad = Vec::with_capacity(domain.len() + 1 + table.len() + row.len() + 16);
        aad.extend_from_slice(domain.as_bytes());
        aad.push(table.len() as u8);
        aad.extend_from_slice(table.as_bytes());
        aad.extend_from_slice(row);
        aad.extend_from_slice(&self.store_id.0);
        aad
    }
}

/// Hands out nonces, drawing entropy in blocks of 64: one system call a nonce would show in bulk import.
pub(crate) struct Nonces<'e> {
    entropy: &'e Entropy,
    block: [u8; NONCE * 64],
    used: usize,
}

impl<'e> Nonces<'e> {
    pub(crate) fn new(entropy: &'e Entropy) -> Self {
        Self { entropy, block: [0; NONCE * 64], used: NONCE * 64 }
    }

    pub(crate) fn next(&mut self) -> Result<[u8; NONCE], StoreError> {
        if self.used == self.block.len() {
            (self.entropy)(&mut self.block).map_err(|source| StoreError::Entropy { source })?;
            self.used = 0;
        }
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&self.block[self.used..self.used + NONCE]);
        self.used += NONCE;
        Ok(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sealer() -> Sealer {
        Sealer::new(&StoreKey::new([7; 32]), StoreId([9; 16]))
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_in_its_row_only(
            plain in proptest::collection::vec(any::<u8>(), 0..200),
            nonce in any::<[u8; 24]>(),
            flip in any::<proptest::sample::Index>(),
        ) {
            let sealer = sealer();
            let value = sealer.seal(&nonce, "docs-1", b"row", &[&plain]);
            prop_assert_eq!((value.len() - OVERHEAD) % 64, 0);
            prop_assert_eq!(sealer.open("docs-1", b"row", &value), Some(plain.clone()));
            prop_assert_eq!(sealer.open("docs-1", b"roW", &value), None);
            prop_assert_eq!(sealer.open("docs-2", b"row", &value), None);
            prop_assert_eq!(sealer.open("docs-", b"1row", &value), None);
            let other = Sealer::new(&StoreKey::new([7; 32]), StoreId([8; 16]));
            prop_assert_eq!(other.open("docs-1", b"row", &value), None);
            let mut bent = value.clone();
            let at = flip.index(bent.len());
            bent[at] ^= 1;
            prop_assert_eq!(sealer.open("docs-1", b"row", &bent), None);
            prop_assert_eq!(sealer.open("docs-1", b"row", &value[..at]), None);
        }
    }

    #[test]
    fn nonces_do_not_repeat_across_blocks() {
        let entropy = os_entropy();
        let mut nonces = Nonces::new(&entropy);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..200 {
            assert!(seen.insert(nonces.next().expect("the system has entropy")));
        }
    }
}

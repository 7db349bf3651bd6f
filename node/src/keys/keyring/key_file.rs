//! The key file of a machine that starts alone.
//!
//! ```text
//! key file = ["boucle key file", 1, store_id: bstr16, key_id: bstr16, key: bstr32]       canonical CBOR, 86 bytes
//! ```
//! Whoever has it and `keys.boucle` has what the device itself has: store key, device keys, network secret. No member's
//! keys. Keep it on another medium than the home: together, on one disk, they protect nothing but the members.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use crdt_model::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use zeroize::Zeroizing;

use super::{KeyringError, Secret};
use crate::store::{Entropy, StoreId, private_file, sync_parent};

const MAGIC: &str = "boucle key file";
const VERSION: u64 = 1;
/// Longest file read, bytes; a key file is shorter.
const BYTES_MAX: u64 = 128;

/// What a key file holds. Shown only by its id.
pub struct UnattendedKey {
    pub(crate) store_id: StoreId,
    pub(crate) key_id: [u8; 16],
    pub(crate) key: Secret,
}

impl std::fmt::Debug for UnattendedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnattendedKey").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl Canonical for UnattendedKey {
    fn write(&self, w: &mut Writer) {
        w.arr(5).text(MAGIC).uint(VERSION).bstr(&self.store_id.0).bstr(&self.key_id).bstr(self.key.expose());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(5)?;
        if r.text_max(MAGIC.len())? != MAGIC || r.u64()? != VERSION {
            return malformed("magic and version");
        }
        Ok(Self { store_id: StoreId(r.fixed()?), key_id: r.fixed()?, key: Secret::new(r.fixed()?) })
    }
}

impl UnattendedKey {
    /// A new key for this store.
    ///
    /// # Errors
    ///
    /// [`KeyringError::Entropy`].
    pub fn draw(store_id: StoreId, entropy: &Entropy) -> Result<Self, KeyringError> {
        let mut key_id = [0; 16];
        entropy(&mut key_id).map_err(|source| KeyringError::Entropy { source })?;
        Ok(Self { store_id, key_id, key: Secret::draw(entropy)? })
    }

    /// Which home it belongs to.
    pub fn store_id(&self) -> StoreId {
        self.store_id
    }

    /// Reads a key file.
    ///
    /// # Errors
    ///
    /// [`KeyringError::Missing`], [`KeyringError::NoKeyFile`], or a failure of the file system.
    pub fn read(path: &Path) -> Result<Self, KeyringError> {
        let fail = KeyringError::io("read the key file", path);
        let file = fs::File::open(path).map_err(&fail)?;
        if !file.metadata().map_err(&fail)?.is_file() {
            return Err(KeyringError::NoKeyFile { path: path.to_owned() });
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES_MAX as usize + 1));
        file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(&fail)?;
        // the decoder's reason could quote the key: it is dropped
        cbor::decode(&bytes).map_err(|_| KeyringError::NoKeyFile { path: path.to_owned() })
    }

    /// Writes it to a file that must not exist yet, for its owner only; durable when this returns.
    ///
    /// # Errors
    ///
    /// [`KeyringError::Exists`], or a failure of the file system; then nothing remains at `path`.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyringError> {
        let bytes = Zeroizing::new(cbor::encode(self));
        let written = private_file(path).and_then(|mut file| {
            let written = file.write_all(&bytes).and_then(|()| file.sync_all());
            written.inspect_err(|_| {
                let _ = fs::remove_file(path);
            })
        });
        match written {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(KeyringError::Exists { path: path.to_owned() })
            }
            Err(source) => Err(KeyringError::Io { op: "write the key file", path: path.to_owned(), source }),
            Ok(()) => sync_parent(path).map_err(|source| KeyringError::Io {
                op: "write the key file",
                path: path.to_owned(),
                source,
            }),
        }
    }
}

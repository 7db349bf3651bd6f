//! Signs of the machine and of the store file, to notice a copied disk or a restored file.

use std::fs;
use std::path::Path;

use super::KeyringError;
use crate::store::STORE_FILE;

/// What a copy of the files does not have: the machine they are on, and the store file's own place on its volume.
///
/// Kept as hashes. *machine*: `/etc/machine-id`, and the serial number of the board where the device tree tells it (so
/// that a memory card moved to another board is noticed). *volume*: the store file's inode number with its time of birth,
/// or with the device number where the file system keeps no birth times. Not the device number always: it changes when
/// disks are found in another order, and each false alarm uses up a node number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signs {
    pub(crate) machine: [u8; 16],
    pub(crate) volume: [u8; 16],
}

/// Where the system says which machine it is; what is missing is left out.
const MACHINE_FILES: [&str; 2] = ["/etc/machine-id", "/proc/device-tree/serial-number"];

impl Signs {
    /// The signs of this machine and of the store in `home`.
    ///
    /// # Errors
    ///
    /// If there is no store file in `home`, or it cannot be examined.
    pub fn read(home: &Path) -> Result<Self, KeyringError> {
        let machine = MACHINE_FILES.map(|file| fs::read(file).unwrap_or_default());
        Self::of(&machine, &home.join(STORE_FILE))
    }

    /// As [`read`](Self::read), with the machine's own words given.
    ///
    /// # Errors
    ///
    /// If `store` cannot be examined.
    pub fn of(machine: &[Vec<u8>], store: &Path) -> Result<Self, KeyringError> {
        let meta = fs::metadata(store).map_err(KeyringError::io("examine the store file", store))?;
        Ok(Self { machine: digest("machine", machine), volume: digest("volume", &place_of(&meta)) })
    }
}

/// A file's own place: its inode number with its time of birth.
fn place_of(meta: &fs::Metadata) -> Vec<Vec<u8>> {
    let born = meta.created().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let born_ns = born.map(|age| age.as_nanos().to_be_bytes().to_vec());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        vec![meta.ino().to_be_bytes().to_vec(), born_ns.unwrap_or_else(|| meta.dev().to_be_bytes().to_vec())]
    }
    #[cfg(not(unix))]
    vec![born_ns.unwrap_or_default()]
}

/// Sign of a key-slot file, which it carries itself: an old copy written over it, or moved to its place, carries another.
pub(crate) fn of_key_file(file: &fs::File) -> std::io::Result<[u8; 16]> {
    #[cfg(test)]
    if let Some(fixed) = fixed::SIGN.get() {
        return Ok(fixed);
    }
    Ok(digest("keys", &place_of(&file.metadata()?)))
}

fn digest(what: &str, parts: &[Vec<u8>]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 machine signs v1");
    hasher.update(what.as_bytes());
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes()).update(part);
    }
    let mut out = [0; 16];
    out.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    out
}

/// For the golden vector: an inode is another every time.
#[cfg(test)]
pub(crate) mod fixed {
    thread_local! {
        pub(crate) static SIGN: std::cell::Cell<Option<[u8; 16]>> = const { std::cell::Cell::new(None) };
    }
}

//! Reading and replacing the key-slot file as a whole.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::KeyringError;
use super::file::FILE_BYTES_MAX;
use crate::store::{private_file, sync_parent};

/// The whole file, if it is no longer than a key-slot file can be.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, KeyringError> {
    let fail = KeyringError::io("read the key-slot file", path);
    let file = File::open(path).map_err(&fail)?;
    if !file.metadata().map_err(&fail)?.is_file() {
        return Err(KeyringError::Foreign { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(&fail)?;
    if bytes.len() > FILE_BYTES_MAX {
        return Err(KeyringError::Foreign { path: path.to_owned() });
    }
    Ok(bytes)
}

/// The new file beside the old one, durable but not yet in its place.
pub(crate) struct Staged {
    fresh: PathBuf,
    path: PathBuf,
}

/// Writes `bytes` beside `path`. Until [`Staged::commit`] the file at `path` is untouched.
pub(crate) fn stage(path: &Path, bytes: &[u8]) -> Result<Staged, KeyringError> {
    let fresh = path.with_extension("boucle.tmp");
    let write = || -> io::Result<()> {
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private_file(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    if let Err(source) = write() {
        // on a full disk the beginnings would take the space that is missing
        let _ = fs::remove_file(&fresh);
        return Err(KeyringError::Io { op: "write the key-slot file", path: fresh, source });
    }
    Ok(Staged { fresh, path: path.to_owned() })
}

impl Staged {
    /// Takes the new file away again. Left behind, the next one would.
    pub(crate) fn discard(self) {
        let _ = fs::remove_file(&self.fresh);
    }

    /// Puts the new file in the place of the old one and overwrites the old one's bytes once, as well as that goes:
    /// journals, copy-on-write and flash may keep them.
    pub(crate) fn commit(self) -> Result<(), KeyringError> {
        let fail = |source| KeyringError::Io { op: "replace the key-slot file", path: self.path.clone(), source };
        let old = fs::OpenOptions::new().write(true).open(&self.path).ok();
        fs::rename(&self.fresh, &self.path).map_err(fail)?;
        sync_parent(&self.path).map_err(fail)?;
        if let Some(old) = old {
            // The new file is durable; failing to blank the old one loses nothing.
            let _ = blank(old);
        }
        Ok(())
    }
}

fn blank(mut file: File) -> io::Result<()> {
    let len = file.metadata()?.len().min(FILE_BYTES_MAX as u64);
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&vec![0; len as usize])?;
    file.sync_data()
}

/// Overwrites, truncates and removes the file, in that order; a missing one is fine.
pub(crate) fn destroy(path: &Path) -> Result<(), KeyringError> {
    let fail = |source| KeyringError::Io { op: "destroy the key-slot file", path: path.to_owned(), source };
    let file = match fs::OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(fail(error)),
    };
    // Removing it matters most: go on even if the disk refuses the overwriting.
    let blanked = blank(file).and_then(|()| fs::OpenOptions::new().write(true).open(path)?.set_len(0));
    fs::remove_file(path).map_err(fail)?;
    sync_parent(path).map_err(fail)?;
    blanked.map_err(fail)
}

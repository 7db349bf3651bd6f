//! Reading and replacing the key-slot file as a whole.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::file::FILE_BYTES_MAX;
use super::{KeyringError, signs};
use crate::store::{private_file, sync_parent};

/// The whole file, if it is no longer than a key-slot file can be, and the sign of the place it lies in.
pub(crate) fn read(path: &Path) -> Result<(Vec<u8>, [u8; 16]), KeyringError> {
    let fail = KeyringError::io("read the key-slot file", path);
    let file = File::open(path).map_err(&fail)?;
    if !file.metadata().map_err(&fail)?.is_file() {
        return Err(KeyringError::Foreign { path: path.to_owned() });
    }
    let sign = signs::of_key_file(&file).map_err(&fail)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(&fail)?;
    if bytes.len() > FILE_BYTES_MAX {
        return Err(KeyringError::Foreign { path: path.to_owned() });
    }
    Ok((bytes, sign))
}

/// The new file beside the old one, durable but not yet in its place.
pub(crate) struct Staged {
    fresh: PathBuf,
    path: PathBuf,
    /// There must be a file to replace: one that is gone was destroyed, and stays so.
    replaces: bool,
}

/// What became of a replacement.
pub(crate) struct Committed {
    /// The new file stands where the old one was, even if `result` is an error.
    pub(crate) in_place: bool,
    pub(crate) result: Result<(), KeyringError>,
}

/// Writes a file beside `path`: `bytes` of the sign of the place it will lie in. Until [`Staged::commit`] the file at
/// `path` is untouched.
pub(crate) fn stage(
    path: &Path,
    bytes: impl FnOnce([u8; 16]) -> Vec<u8>,
    replaces: bool,
) -> Result<Staged, KeyringError> {
    let fresh = path.with_extension("boucle.tmp");
    let to = fresh.clone();
    let write = move || -> io::Result<()> {
        match fs::remove_file(&to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fault::step()?;
        let mut file = private_file(&to)?;
        file.write_all(&bytes(signs::of_key_file(&file)?))?;
        fault::step()?;
        file.sync_all()
    };
    if let Err(source) = write() {
        // on a full disk the beginnings would take the space that is missing
        let _ = fs::remove_file(&fresh);
        return Err(KeyringError::Io { op: "write the key-slot file", path: fresh, source });
    }
    Ok(Staged { fresh, path: path.to_owned(), replaces })
}

impl Staged {
    /// Takes the new file away again. Left behind, the next one would.
    pub(crate) fn discard(self) {
        let _ = fs::remove_file(&self.fresh);
    }

    /// Puts the new file in the place of the old one and overwrites the old one's bytes once, as well as that goes:
    /// journals, copy-on-write and flash may keep them.
    pub(crate) fn commit(self) -> Committed {
        let fail = |source| KeyringError::Io { op: "replace the key-slot file", path: self.path.clone(), source };
        let old = fs::OpenOptions::new().write(true).open(&self.path);
        if self.replaces && old.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            let _ = fs::remove_file(&self.fresh);
            return Committed { in_place: false, result: Err(KeyringError::Missing { path: self.path }) };
        }
        if let Err(error) = fault::step().and_then(|()| fs::rename(&self.fresh, &self.path)) {
            return Committed { in_place: false, result: Err(fail(error)) };
        }
        if let Err(error) = fault::step().and_then(|()| sync_parent(&self.path)) {
            return Committed { in_place: true, result: Err(fail(error)) };
        }
        if let Ok(old) = old {
            // The new file is durable; failing to blank the old one loses nothing.
            let _ = fault::step().and_then(|()| blank(old));
        }
        Committed { in_place: true, result: Ok(()) }
    }
}

fn blank(mut file: File) -> io::Result<()> {
    let len = file.metadata()?.len().min(FILE_BYTES_MAX as u64);
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&vec![0; len as usize])?;
    file.sync_data()
}

/// Overwrites, truncates and removes the file and what is left of its replacement, in that order; missing ones are fine.
pub(crate) fn destroy(path: &Path) -> Result<(), KeyringError> {
    let done = [path.to_owned(), path.with_extension("boucle.tmp")].map(|path| destroy_one(&path));
    done.into_iter().collect()
}

fn destroy_one(path: &Path) -> Result<(), KeyringError> {
    let fail = |source| KeyringError::Io { op: "destroy the key-slot file", path: path.to_owned(), source };
    // Removing it matters most: go on even if the disk refuses the overwriting.
    let blanked = match fs::OpenOptions::new().write(true).open(path) {
        Ok(file) => blank(file).and_then(|()| fs::OpenOptions::new().write(true).open(path)?.set_len(0)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
    };
    fs::remove_file(path).map_err(fail)?;
    sync_parent(path).map_err(fail)?;
    blanked.map_err(fail)
}

/// Cuts a test's thread off before the n-th step of a replacement: nothing after it happens.
#[cfg(test)]
pub(crate) mod fault {
    use std::cell::Cell;
    use std::io;

    thread_local! {
        static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    }

    /// So many steps succeed; `None`: all.
    pub(crate) fn after(steps: Option<u32>) {
        LEFT.set(steps);
    }

    pub(super) fn step() -> io::Result<()> {
        match LEFT.get() {
            None => Ok(()),
            Some(0) => Err(io::Error::other("cut off")),
            Some(left) => {
                LEFT.set(Some(left - 1));
                Ok(())
            }
        }
    }
}

#[cfg(not(test))]
mod fault {
    pub(super) fn step() -> std::io::Result<()> {
        Ok(())
    }
}

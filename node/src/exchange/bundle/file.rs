//! Files of bundles: read only what is a regular file of that name, write whole or not at all.

use std::fs::{self, File, FileTimes};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use crdt_model::bundle::{BundleError, EXTENSION};
use data_encoding::HEXLOWER;

use crate::error::{Failure, IoOperation};
use crate::log::fresh;
use crate::store::{private_file, sync_parent};

/// 1980-01-01T00:00:00Z, the least that FAT can say: files do not tell when they were written.
const FAT_EPOCH: Duration = Duration::from_secs(315_532_800);
/// Files looked at in one folder.
const FILES_MAX: usize = 4_096;

/// True when a name ends like that of a bundle.
pub(super) fn is_named(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
}

/// Opens a bundle: a regular file with its name, no link, no device, no folder.
pub(super) fn open(path: &Path) -> Result<(File, u64), Failure> {
    let io = |error: std::io::Error| Failure::io(IoOperation::Read, path, &error);
    let not_one = || Failure::new("bundle_not_one").arg("file", path.display()).at("file", path.display());
    let named = fs::symlink_metadata(path).map_err(io)?;
    if !named.is_file() || !is_named(path) {
        return Err(not_one());
    }
    let file = File::open(path).map_err(io)?;
    let opened = file.metadata().map_err(io)?;
    if !is_same(&named, &opened) {
        // replaced between the look and the opening
        return Err(not_one());
    }
    Ok((file, opened.len()))
}

#[cfg(unix)]
fn is_same(named: &fs::Metadata, opened: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    opened.is_file() && (named.dev(), named.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, opened: &fs::Metadata) -> bool {
    opened.is_file()
}

/// Regular files of a folder with the name of a bundle, by name.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let io = |error: std::io::Error| Failure::io(IoOperation::Read, folder, &error);
    let mut found = Vec::new();
    for item in fs::read_dir(folder).map_err(io)? {
        let item = item.map_err(io)?;
        let is_file = item.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_named(&item.path()) {
            found.push(item.path());
        }
        if found.len() >= FILES_MAX {
            break;
        }
    }
    found.sort();
    Ok(found)
}

/// A name that says nothing, of the form every file system knows.
pub(super) fn random_name() -> Result<String, Failure> {
    Ok(format!("{}.{EXTENSION}", HEXLOWER.encode(&fresh()?[..4])))
}

/// What became of the entries of a bundle that was not read to its end.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kept {
    /// Entries of it that came whole and are held here, those held before included.
    pub(super) kept: u64,
    /// Entries it promised; zero if that is not known.
    pub(super) of: u64,
    /// Those kept that are new here.
    pub(super) taken: u64,
}

/// Why a bundle was not read to its end, and what is kept of it.
pub(super) fn unread(error: &BundleError, path: &Path, kept: Kept) -> Failure {
    let failure = match error {
        BundleError::NotABundle => Failure::new("bundle_not_one"),
        BundleError::Version { found } => Failure::new("bundle_version").arg("found", found),
        BundleError::NotForUs => Failure::new("bundle_not_for_us"),
        BundleError::Cut { bytes, expected } => {
            kept.tell(Failure::new("bundle_cut").arg("bytes", bytes).arg("expected", expected))
        }
        BundleError::Altered { .. } | BundleError::Malformed(_) => kept.tell(Failure::new("bundle_damaged")),
    };
    failure.arg("file", path.display()).at("file", path.display()).because(error)
}

impl Kept {
    fn tell(self, failure: Failure) -> Failure {
        failure.arg("kept", self.kept).arg("of", self.of).arg("taken", self.taken)
    }
}

/// Fails unless the folder's file system has room for `bytes` more.
pub(super) fn require_room(folder: &Path, bytes: u64) -> Result<(), Failure> {
    const SPARE_BYTES: u64 = 1 << 20;
    let Some(free) = free_bytes(folder) else { return Ok(()) };
    if free >= bytes.saturating_add(SPARE_BYTES) {
        return Ok(());
    }
    let mb = |bytes: u64| bytes.div_ceil(1_000_000);
    Err(Failure::new("bundle_no_room")
        .arg("folder", folder.display())
        .arg("needed_mb", mb(bytes.saturating_add(SPARE_BYTES)))
        .arg("free_mb", free / 1_000_000)
        .at("file", folder.display()))
}

/// Bytes a user may still write; `None` where the system does not say.
#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let told = rustix::fs::statvfs(folder).ok()?;
    told.f_bavail.checked_mul(told.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// Fails where something stands at `path` already.
pub(super) fn require_free(path: &Path) -> Result<(), Failure> {
    match path.symlink_metadata() {
        Ok(_) => Err(Failure::new("file_exists").arg("file", path.display()).at("file", path.display())),
        Err(_) => Ok(()),
    }
}

/// Held while files are staged: two exports of one home do not meet under one name.
pub(super) static STAGING: Mutex<()> = Mutex::new(());

/// A file under a name of its own beside its future place: removed again unless it is put there.
pub(super) struct Staged {
    file: File,
    fresh: PathBuf,
    path: PathBuf,
    kept: bool,
}

impl Staged {
    /// Begins the file that shall be at `path`, which must not exist. `tag` names it meanwhile, the same for a device and a
    /// part, so that what a killed export left behind is cleared away by the next one.
    pub(super) fn begin(path: &Path, tag: &[u8; 4]) -> Result<Self, Failure> {
        require_free(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let fresh = folder.join(format!("{}.part", HEXLOWER.encode(tag)));
        let io = |error: std::io::Error| Failure::io(IoOperation::Write, path, &error);
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        let file = private_file(&fresh).map_err(io)?;
        Ok(Self { file, fresh, path: path.to_owned(), kept: false })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).map_err(|error| Failure::io(IoOperation::Write, &self.path, &error))
    }

    /// Makes it durable, still under its own name.
    pub(super) fn sync(&mut self) -> Result<(), Failure> {
        let then = SystemTime::UNIX_EPOCH + FAT_EPOCH;
        // where times cannot be set, they stay
        let _ = self.file.set_times(FileTimes::new().set_accessed(then).set_modified(then));
        self.file.sync_all().map_err(|error| Failure::io(IoOperation::Write, &self.path, &error))
    }

    /// Puts it in its place.
    pub(super) fn put(mut self) -> Result<(), Failure> {
        let io = |error: std::io::Error| Failure::io(IoOperation::Write, &self.path, &error);
        fs::rename(&self.fresh, &self.path).map_err(io)?;
        sync_parent(&self.path).map_err(io)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            // on a full stick the beginnings would take the space that is missing
            let _ = fs::remove_file(&self.fresh);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_the_name_are_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.boucle");
        fs::write(&file, b"x").expect("written");
        assert!(open(&file).is_ok());
        fs::write(folder.path().join("b.txt"), b"x").expect("written");
        assert_eq!(open(&folder.path().join("b.txt")).expect_err("refused").code, "bundle_not_one");
        fs::create_dir(folder.path().join("c.boucle")).expect("made");
        assert_eq!(open(&folder.path().join("c.boucle")).expect_err("refused").code, "bundle_not_one");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&file, folder.path().join("d.boucle")).expect("linked");
            assert_eq!(open(&folder.path().join("d.boucle")).expect_err("refused").code, "bundle_not_one");
        }
        assert_eq!(list(folder.path()).expect("listed"), [file]);
        assert_eq!(open(&folder.path().join("none.boucle")).expect_err("refused").code, "file_not_found");
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all_and_hides_its_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.boucle");
        fs::write(folder.path().join("01020304.part"), b"left by a kill").expect("written");
        let mut staged = Staged::begin(&path, &[1, 2, 3, 4]).expect("begun");
        staged.write(b"half").expect("written");
        drop(staged);
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 0);
        let mut staged = Staged::begin(&path, &[1, 2, 3, 4]).expect("begun");
        staged.write(b"whole").expect("written");
        staged.sync().expect("synced");
        staged.put().expect("put");
        assert_eq!(fs::read(&path).expect("read"), b"whole");
        let modified = fs::metadata(&path).expect("there").modified().expect("known");
        assert_eq!(modified, SystemTime::UNIX_EPOCH + FAT_EPOCH);
        assert_eq!(Staged::begin(&path, &[1, 2, 3, 4]).err().expect("refused").code, "file_exists");
    }

    #[test]
    fn too_little_room_is_said_before_anything_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(require_room(folder.path(), 1_000).is_ok());
        let refused = require_room(folder.path(), u64::MAX / 4).expect_err("refused");
        assert_eq!(refused.code, "bundle_no_room");
    }
}

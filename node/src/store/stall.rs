//! A file that stops at a chosen write or sync, for the crash campaign: the parent kills the process while it hangs
//! there, with whatever transaction was open. Only in test builds.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::StorageBackend;
use redb::backends::FileBackend;

/// Names the operation to stop at, counted from 1 since the store was opened.
const AT: &str = "BOUCLE_TEST_STALL_AT";
/// A file that grows by a byte with each operation.
const COUNT: &str = "BOUCLE_TEST_STALL_COUNT";

/// A file backend that counts what it is asked to write and sync.
#[derive(Debug)]
pub(super) struct StallingFile {
    file: FileBackend,
    at: u64,
    count: Option<PathBuf>,
    ops: AtomicU64,
}

impl StallingFile {
    /// If the environment asks for it.
    pub(super) fn asked(
        file: impl FnOnce() -> Result<FileBackend, redb::DatabaseError>,
    ) -> Option<Result<Self, redb::DatabaseError>> {
        let at = std::env::var(AT).ok()?.parse().ok()?;
        let count = std::env::var_os(COUNT).map(PathBuf::from);
        Some(file().map(|file| Self { file, at, count, ops: AtomicU64::new(0) }))
    }

    fn step(&self, what: &str) {
        let n = self.ops.fetch_add(1, Ordering::Relaxed) + 1;
        if n == self.at {
            let mut stderr = io::stderr().lock();
            let _ = writeln!(stderr, "stalled at {what} {n}");
            let _ = stderr.flush();
            loop {
                std::thread::park();
            }
        }
        if let Some(path) = &self.count {
            let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
            let _ = file.and_then(|mut file| file.write_all(b"."));
        }
    }
}

impl StorageBackend for StallingFile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.step("resize");
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.step("sync");
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.step("write");
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}

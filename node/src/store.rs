//! The store: one redb file that holds a node's entries and what it derives from them, all of it sealed.
//!
//! ```text
//! write(|tx| …) ─▶ one redb transaction ─▶ durable ─▶ index published ─▶ the call returns
//! read()        ─▶ Snapshot: redb's view of one commit and the index of the same commit
//! ```
//! Entries are opaque bytes under a chain, a sequence number and an id; admission is the caller's. What the store itself
//! promises:
//! - **A batch is whole or absent**, also after a crash, and durable before [`Store::write`] returns.
//! - **Chains have no holes**: [`Tx::append`] takes the entry after the tip and nothing else.
//! - **Nothing readable reaches the disk**: rows are named by keyed hashes or local numbers, values are sealed into their
//!   row. What a thief of the file still learns is in `docs/STORAGE.md`, with every table byte by byte.
//! - **No altered page is trusted**: what is read is what was written, or [`StoreError::Damaged`] (`store/pages.rs`).
//! - **One process**: a second open fails with [`StoreError::InUse`].
//!
//! Writers queue; readers never wait for them. Do not call [`Store::write`] inside a batch: it would wait for itself.
//! After a failure of the file (disk full, a pulled card) the next call reopens it, so freeing space is enough to go on.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError};

use crdt_model::values::{EntryId, ScopeId};
use redb::backends::FileBackend;
use redb::{Database, Durability, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata};
use redb::{StorageBackend, TableError, WriteTransaction};

#[cfg(test)]
mod dump;
mod error;
#[cfg(any(test, feature = "testing"))]
pub mod fault;
mod index;
mod kv;
mod lack;
mod pages;
mod seal;
mod snapshot;
mod staging;
#[cfg(feature = "testing")]
mod stall;
mod tables;
#[cfg(test)]
mod tests;
mod tx;

pub use error::StoreError;
pub use index::{ChainKey, ChainTip};
pub(crate) use kv::{ASSIGNED, ERASED, ERASING, GIVEN_ROLES, LISTED, TURNED, WORDS};
pub use kv::{KEY_BYTES_MAX, MemberKey, MemberSpace, Pair, Space, VALUE_BYTES_MAX};
pub use lack::Gap;
pub use seal::{Entropy, StoreId, StoreKey, os_entropy};
pub use snapshot::{Arrival, ChangedDoc, ShelfCounts, Snapshot};
pub use staging::{Limits, QuarantineRecord, ShelfLimits, StagedEntry};
pub(crate) use tables::Fields;
pub use tx::{AppendEntry, Tx};
pub(crate) use tx::{note_plain, take_plain};

use index::Index;
use pages::CheckedFile;
use seal::Sealer;
use tables::{CHAINS, ChainRow, SCOPES, STATE, State};

/// Name of the store file in a node's home.
pub const STORE_FILE: &str = "store.redb";
/// Largest entry, bytes: four sections of a case or one attachment chunk, with room to spare.
pub const ENTRY_BYTES_MAX: usize = 4 << 20;
/// redb's page cache unless told otherwise, bytes (redb's own default is 1 GiB).
pub const CACHE_BYTES: usize = 32 << 20;

/// Where an entry lies in this file: local numbers, meaningless elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    scope: u32,
    chain: u32,
    seq: u64,
}

impl Location {
    /// Sequence number in the chain.
    pub fn seq(&self) -> u64 {
        self.seq
    }
}

/// An entry as held.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Where it lies.
    pub at: Location,
    /// Its chain.
    pub chain: ChainKey,
    /// Its id.
    pub entry_id: EntryId,
    /// The bytes appended, or put in their place since.
    pub bytes: Vec<u8>,
}

impl StoredEntry {
    /// Its place in the chain.
    pub fn seq(&self) -> u64 {
        self.at.seq
    }
}

impl std::fmt::Debug for StoredEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredEntry")
            .field("at", &self.at)
            .field("entry_id", &self.entry_id)
            .field("bytes_len", &self.bytes.len())
            .finish()
    }
}

/// What the file holds, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpaceUsed {
    /// Keys and values.
    pub stored: u64,
    /// Free pages, and what is left over in others: used again before the file grows.
    pub free: u64,
}

/// What a store needs to open.
#[derive(Clone)]
pub struct StoreConfig {
    /// Which store it is.
    pub store_id: StoreId,
    /// Its key.
    pub key: StoreKey,
    /// Where nonces come from.
    pub entropy: Entropy,
    /// redb's page cache, bytes.
    pub cache_bytes: usize,
    /// Bounds of the shelves.
    pub limits: Limits,
    /// Verify every page before trusting the file: reads all of it. For `verify`, and for a start on a medium that is not
    /// to be trusted. Without it each page is verified when it is read.
    pub check_pages: bool,
}

impl StoreConfig {
    /// The system's entropy and the default sizes.
    pub fn new(store_id: StoreId, key: StoreKey) -> Self {
        Self {
            store_id,
            key,
            entropy: os_entropy(),
            cache_bytes: CACHE_BYTES,
            limits: Limits::default(),
            check_pages: false,
        }
    }
}

/// What every part of the store needs: keys, entropy, and the path for errors.
pub(crate) struct Context {
    sealer: Sealer,
    entropy: Entropy,
    limits: Limits,
    path: PathBuf,
}

impl Context {
    /// Turns redb's error into ours: `map_err(ctx.fail("append an entry"))`.
    fn fail<E: Into<redb::Error>>(&self, op: &'static str) -> impl Fn(E) -> StoreError + '_ {
        move |error| StoreError::of_redb(op, &self.path, error.into())
    }

    fn open(&self, table: &'static str, row: &[u8], value: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.sealer.open(table, row, value).ok_or_else(|| self.tampered(table))
    }

    fn tampered(&self, table: &'static str) -> StoreError {
        StoreError::Tampered { path: self.path.clone(), table }
    }

    fn malformed(&self, table: &'static str) -> StoreError {
        StoreError::Malformed { path: self.path.clone(), table }
    }
}

/// What the last commit left.
struct Live {
    index: Arc<Index>,
    state: State,
}

/// An open store. Share it in an [`Arc`].
pub struct Store {
    ctx: Arc<Context>,
    cache_bytes: usize,
    /// False for memory and callers' backends: those cannot be reopened from here.
    on_disk: bool,
    /// One writer at a time, from the start of a batch until its index is published.
    writer: Mutex<()>,
    db: Mutex<Option<Arc<Database>>>,
    /// A page was found to be damaged: after that redb may refuse to look again.
    damaged: AtomicBool,
    live: RwLock<Live>,
    /// A commit failed: redb may show it to readers, or not, until the file is reopened.
    commit_failed: AtomicBool,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.ctx.path).finish_non_exhaustive()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let db = self.db.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // closing goes over the file once more: what was asked for is done by then
        if catch_unwind(AssertUnwindSafe(|| drop(db))).is_err() {
            tracing::warn!("the store was not closed in order");
        }
    }
}

impl Store {
    /// Makes a new store file at `path`. It appears there whole or not at all.
    ///
    /// # Errors
    ///
    /// [`StoreError::Exists`] if there is a file at `path`; else a failure of the file.
    pub fn create(path: &Path, config: StoreConfig) -> Result<Self, StoreError> {
        if path.symlink_metadata().is_ok() {
            return Err(StoreError::Exists { path: path.to_owned() });
        }
        let fresh = path.with_extension("redb.new");
        let io = |op| move |source| StoreError::of_io(op, path, source);
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io("clear the way")(error)),
            _ => {}
        }
        let make = || {
            let file = private_file(&fresh).map_err(io("create the store"))?;
            let redb = |error: redb::DatabaseError| StoreError::of_redb("create the store", path, error.into());
            let backend = FileBackend::new(file).map_err(redb)?;
            Self::with_backend(backend, path, config.clone())?;
            fs::rename(&fresh, path).map_err(io("name the new store"))
        };
        if let Err(error) = make() {
            // on a full disk the beginnings would take the space that is missing
            let _ = fs::remove_file(&fresh);
            return Err(error);
        }
        sync_parent(path).map_err(io("name the new store"))?;
        Self::open(path, config)
    }

    /// Opens the store file at `path`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Missing`], [`StoreError::InUse`], [`StoreError::WrongKey`], [`StoreError::Damaged`],
    /// [`StoreError::Tampered`], or a failure of the file.
    pub fn open(path: &Path, config: StoreConfig) -> Result<Self, StoreError> {
        let ctx = context(path, &config);
        #[cfg(feature = "testing")]
        if let Some(stalling) = stall::StallingFile::asked(|| existing(path)) {
            let file = CheckedFile::new(stalling.map_err(ctx.fail("open the store"))?);
            let db = guarded(&ctx, || builder(&config).create_with_backend(file))?;
            return Self::start(ctx, db, config.cache_bytes, true, false);
        }
        let db = guarded(&ctx, || open_at(path, &builder(&config)))?;
        Self::start(ctx, db, config.cache_bytes, true, false)
    }

    /// A store over a caller's backend: opened if it holds one, made if it is empty. `label` stands for the path in
    /// errors.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn with_backend(backend: impl StorageBackend, label: &Path, config: StoreConfig) -> Result<Self, StoreError> {
        let ctx = context(label, &config);
        let db = guarded(&ctx, || builder(&config).create_with_backend(CheckedFile::new(backend)))?;
        Self::start(ctx, db, config.cache_bytes, false, true)
    }

    fn start(
        ctx: Context,
        db: Database,
        cache_bytes: usize,
        on_disk: bool,
        may_create: bool,
    ) -> Result<Self, StoreError> {
        if may_create && read_state(&ctx, &begin_read(&ctx, &db)?)?.is_none() {
            initialise(&ctx, &db)?;
        }
        let live = load(&ctx, &db)?;
        Ok(Self {
            ctx: Arc::new(ctx),
            cache_bytes,
            on_disk,
            writer: Mutex::new(()),
            db: Mutex::new(Some(Arc::new(db))),
            damaged: AtomicBool::new(false),
            live: RwLock::new(live),
            commit_failed: AtomicBool::new(false),
        })
    }

    /// Where the store lies.
    pub fn path(&self) -> &Path {
        &self.ctx.path
    }

    /// The counter of the key-slot file as of the last commit; see [`Tx::set_keyring_counter`].
    pub fn keyring_counter(&self) -> u64 {
        self.live.read().unwrap_or_else(PoisonError::into_inner).state.keyring_counter
    }

    /// A consistent view of the last commit.
    ///
    /// # Errors
    ///
    /// A failure of the file. After an earlier one the file is reopened first.
    pub fn read(&self) -> Result<Snapshot, StoreError> {
        match self.try_read() {
            Err(StoreError::Closed { op, path }) => {
                let writer = match self.writer.try_lock() {
                    Ok(writer) => writer,
                    Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                    Err(TryLockError::WouldBlock) => return Err(StoreError::Closed { op, path }),
                };
                self.reopen(&writer)?;
                self.try_read()
            }
            done => done,
        }
    }

    fn try_read(&self) -> Result<Snapshot, StoreError> {
        loop {
            if self.commit_failed.load(Ordering::Acquire) {
                return Err(self.closed("read"));
            }
            let index = Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner).index);
            let txn = {
                let db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
                begin_read(&self.ctx, db.as_ref().ok_or_else(|| self.closed("read"))?)?
            };
            let state = read_state(&self.ctx, &txn)?.ok_or_else(|| self.ctx.malformed(STATE.name))?;
            if state.commit == index.commit {
                return Ok(Snapshot { ctx: Arc::clone(&self.ctx), txn, index });
            }
            // A commit is done and its index is being published, a matter of microseconds.
            std::thread::yield_now();
        }
    }

    /// Runs `batch` in one transaction and makes it durable. If `batch` fails, or anything after it, nothing of it
    /// remains. One exception: when the very last write to the disk fails, the error is returned though the batch may
    /// turn out to be there, whole, once the file is reopened; the chains' tips then say so.
    ///
    /// # Errors
    ///
    /// What `batch` returns, or a failure of the file. After an earlier one the file is reopened first.
    pub fn write<T, E: From<StoreError>>(&self, batch: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let (db, txn) = self.begin_write(&writer)?;
        let (index, state) = {
            let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
            (Arc::clone(&live.index), live.state)
        };
        let mut tx = Tx::new(&self.ctx, &txn, index, state);
        let value = batch(&mut tx)?;
        let (index, state) = tx.finish()?;
        if let Err(error) = txn.commit() {
            self.commit_failed.store(true, Ordering::Release);
            return Err(self.ctx.fail("commit")(error).into());
        }
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Live { index, state };
        drop(db);
        Ok(value)
    }

    /// What the file holds. Every page is visited, and writers wait meanwhile.
    ///
    /// # Errors
    ///
    /// A failure of the file.
    pub fn space(&self) -> Result<SpaceUsed, StoreError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let (db, txn) = self.begin_write(&writer)?;
        let stats = txn.stats().map_err(self.ctx.fail("look at its space"))?;
        txn.abort().map_err(self.ctx.fail("look at its space"))?;
        drop(db);
        Ok(SpaceUsed { stored: stats.stored_bytes(), free: stats.fragmented_bytes() })
    }

    /// False when some page of the file is not what redb wrote: it was altered, or its disk fails. Every page is visited.
    pub fn is_sound(&self) -> bool {
        if self.damaged.load(Ordering::Acquire) {
            return false;
        }
        // a header altered by others can still make redb panic
        let is_sound = match catch_unwind(AssertUnwindSafe(|| self.space())) {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => {
                use StoreError::{Damaged, Malformed, Tampered};
                !matches!(error, Damaged { .. } | Malformed { .. } | Tampered { .. })
            }
            Err(_) => false,
        };
        self.damaged.fetch_or(!is_sound, Ordering::AcqRel);
        is_sound
    }

    fn begin_write(&self, writer: &MutexGuard<'_, ()>) -> Result<(Arc<Database>, WriteTransaction), StoreError> {
        let begin = || {
            if self.commit_failed.load(Ordering::Acquire) {
                return Err(self.closed("begin a batch"));
            }
            let db = self.db.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let db = db.ok_or_else(|| self.closed("begin a batch"))?;
            let txn = begin_write(&self.ctx, &db)?;
            Ok((db, txn))
        };
        match begin() {
            Err(StoreError::Closed { .. }) => {
                self.reopen(writer)?;
                begin()
            }
            done => done,
        }
    }

    /// Opens the file anew after a failure. Snapshots taken before it may fail from now on.
    fn reopen(&self, _writer: &MutexGuard<'_, ()>) -> Result<(), StoreError> {
        if !self.on_disk {
            return Err(self.closed("reopen"));
        }
        let mut db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        drop(db.take());
        let mut builder = Database::builder();
        builder.set_cache_size(self.cache_bytes);
        let fresh = guarded(&self.ctx, || open_at(&self.ctx.path, &builder))?;
        let live = load(&self.ctx, &fresh)?;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
        *db = Some(Arc::new(fresh));
        self.commit_failed.store(false, Ordering::Release);
        Ok(())
    }

    fn closed(&self, op: &'static str) -> StoreError {
        StoreError::Closed { op, path: self.ctx.path.clone() }
    }
}

fn context(path: &Path, config: &StoreConfig) -> Context {
    Context {
        sealer: Sealer::new(&config.key, config.store_id),
        entropy: Arc::clone(&config.entropy),
        limits: config.limits,
        path: path.to_owned(),
    }
}

fn builder(config: &StoreConfig) -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(config.cache_bytes).set_check_integrity_on_open(config.check_pages);
    builder
}

/// As [`Store::is_sound`], of a file that nobody has open, without any key.
pub(crate) fn is_sound_at(path: &Path) -> bool {
    let visit =
        || -> Result<(), redb::Error> { Ok(open_at(path, &Database::builder())?.begin_write()?.stats().map(drop)?) };
    let found =
        catch_unwind(AssertUnwindSafe(visit)).map(|done| done.map_err(|e| StoreError::of_redb("look at it", path, e)));
    found.is_ok_and(|done| !matches!(done, Err(StoreError::Damaged { .. })))
}

/// The file of a store that is there: opening one never makes one.
fn existing(path: &Path) -> Result<FileBackend, redb::DatabaseError> {
    let file = fs::OpenOptions::new().read(true).write(true).open(path).map_err(redb::StorageError::Io)?;
    if file.metadata().map_err(redb::StorageError::Io)?.len() == 0 {
        let empty = std::io::Error::new(std::io::ErrorKind::InvalidData, "the file is empty");
        return Err(redb::StorageError::Io(empty).into());
    }
    FileBackend::new(file)
}

/// Opens the file of a store that is there, each page checked as it is read.
fn open_at(path: &Path, builder: &redb::Builder) -> Result<Database, redb::DatabaseError> {
    builder.create_with_backend(CheckedFile::new(existing(path)?))
}

/// A header altered by others can still make redb panic while opening.
fn guarded(
    ctx: &Context,
    open: impl FnOnce() -> Result<Database, redb::DatabaseError>,
) -> Result<Database, StoreError> {
    let op = "open the store";
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(done) => done.map_err(ctx.fail(op)),
        Err(_) => Err(StoreError::Damaged { op, path: ctx.path.clone(), reason: "redb gave up on it".to_owned() }),
    }
}

fn begin_read(ctx: &Context, db: &Database) -> Result<ReadTransaction, StoreError> {
    db.begin_read().map_err(ctx.fail("begin to read"))
}

fn begin_write(ctx: &Context, db: &Database) -> Result<WriteTransaction, StoreError> {
    let mut txn = db.begin_write().map_err(ctx.fail("begin a batch"))?;
    txn.set_durability(Durability::Immediate).map_err(ctx.fail("begin a batch"))?;
    // Reopening after a crash must not take longer the larger the store is.
    txn.set_quick_repair(true);
    Ok(txn)
}

/// Makes all tables and the first state row.
fn initialise(ctx: &Context, db: &Database) -> Result<(), StoreError> {
    let txn = begin_write(ctx, db)?;
    let fail = || ctx.fail("create the tables");
    txn.open_table(SCOPES.def()).map_err(fail())?;
    txn.open_table(CHAINS.def()).map_err(fail())?;
    txn.open_table(tables::ENTRIES.def()).map_err(fail())?;
    txn.open_table(tables::ENTRY_IDS.def()).map_err(fail())?;
    txn.open_table(tables::DOCS.def()).map_err(fail())?;
    txn.open_table(tables::DOC_LIST.def()).map_err(fail())?;
    txn.open_table(tables::DOC_ENTRIES.def()).map_err(fail())?;
    txn.open_table(tables::ARRIVALS.def()).map_err(fail())?;
    txn.open_table(lack::GAPS.def()).map_err(fail())?;
    txn.open_table(lack::WANTS.def()).map_err(fail())?;
    for shelf in staging::SHELVES {
        txn.open_table(shelf.items.def()).map_err(fail())?;
        txn.open_table(shelf.index.def()).map_err(fail())?;
        txn.open_table(shelf.totals.def()).map_err(fail())?;
    }
    let spaces = Space::ALL.iter().map(|space| space.table());
    for table in spaces.chain(MemberSpace::ALL.iter().map(|space| space.table())) {
        txn.open_table(table.def()).map_err(fail())?;
    }
    Tx::new(ctx, &txn, Arc::default(), State::default()).finish()?;
    txn.commit().map_err(ctx.fail("create the tables"))
}

/// The state row; `None` if the file holds no store yet.
fn read_state(ctx: &Context, txn: &ReadTransaction) -> Result<Option<State>, StoreError> {
    let table = match txn.open_table(STATE.def()) {
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        table => table.map_err(ctx.fail("read the state"))?,
    };
    let row = ctx.sealer.name(STATE.name, &[b"state"]);
    let Some(value) = table.get(&row).map_err(ctx.fail("read the state"))? else {
        let empty = table.is_empty().map_err(ctx.fail("read the state"))?;
        return if empty { Ok(None) } else { Err(StoreError::WrongKey { path: ctx.path.clone() }) };
    };
    let plain = ctx.open(STATE.name, &row, value.value())?;
    State::decode(&plain).map(Some).ok_or_else(|| ctx.malformed(STATE.name))
}

/// Reads state, scopes and chains.
fn load(ctx: &Context, db: &Database) -> Result<Live, StoreError> {
    let txn = begin_read(ctx, db)?;
    let state = read_state(ctx, &txn)?.ok_or_else(|| StoreError::Missing { path: ctx.path.clone() })?;
    let now = state.commit;
    // a store opened anew says of nothing that it has not changed
    let mut index =
        Index { commit: now, outbox_commit: now, listed_commit: now, sections_commit: now, ..Index::default() };
    let scopes = txn.open_table(SCOPES.def()).map_err(ctx.fail("read the scopes"))?;
    for row in scopes.iter().map_err(ctx.fail("read the scopes"))? {
        let (number, value) = row.map_err(ctx.fail("read the scopes"))?;
        let plain = ctx.open(SCOPES.name, &tables::row_u32(number.value()), value.value())?;
        let id = plain.as_slice().try_into().map_err(|_| ctx.malformed(SCOPES.name))?;
        if number.value() as usize != index.scopes.len() {
            return Err(ctx.tampered(SCOPES.name));
        }
        index.push_scope(ScopeId(id));
    }
    let chains = txn.open_table(CHAINS.def()).map_err(ctx.fail("read the chains"))?;
    for row in chains.iter().map_err(ctx.fail("read the chains"))? {
        let (number, value) = row.map_err(ctx.fail("read the chains"))?;
        let plain = ctx.open(CHAINS.name, &tables::row_u32(number.value()), value.value())?;
        let row = ChainRow::decode(&plain).ok_or_else(|| ctx.malformed(CHAINS.name))?;
        index.put_chain(number.value(), row).ok_or_else(|| ctx.tampered(CHAINS.name))?;
    }
    Ok(Live { index: Arc::new(index), state })
}

/// A new file that only this user may read.
pub(crate) fn private_file(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a rename in the directory of `path` durable. Where directories cannot be opened the system sees to it.
pub(crate) fn sync_parent(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(parent)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

//! Writing: one batch, one redb transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crdt_model::values::{DeviceId, DocId, EntryId, Incarnation, ScopeId};
use redb::{Table, WriteTransaction};
use zeroize::Zeroizing;

use super::index::{ChainKey, ChainTip, Index};
use super::kv::{self, MemberKey, MemberSpace, Pair, Space};
use super::seal::Nonces;
use super::snapshot::{carriers_of, entry_at, held_at, location_of};
use super::staging::Limits;
use super::tables::{
    self, ARRIVALS, CHAINS, ChainRow, DOC_ENTRIES, DOC_LIST, DOCS, ENTRIES, ENTRY_IDS, Fields, KeyedTable, Name, Named,
    SCOPES, STATE, Sealed, State, row_u32,
};
use super::{Context, ENTRY_BYTES_MAX, Location, StoreError, StoredEntry};

/// An entry to append. The caller has checked form, signature and `prev`.
#[derive(Clone, Copy)]
pub struct AppendEntry<'b> {
    /// The scope it belongs to.
    pub scope: ScopeId,
    /// Its device.
    pub device: DeviceId,
    /// Its device's incarnation.
    pub incarnation: Incarnation,
    /// Its place in the chain, from 1.
    pub seq: u64,
    /// Its id.
    pub entry_id: EntryId,
    /// The document it edits, if any.
    pub doc: Option<DocId>,
    /// `bytes_total` of its header.
    pub bytes_total: u64,
    /// The entry, [`ENTRY_BYTES_MAX`] at most.
    pub bytes: &'b [u8],
}

impl AppendEntry<'_> {
    fn chain(&self) -> ChainKey {
        ChainKey { scope: self.scope, device: self.device, incarnation: self.incarnation }
    }
}

type Keyed<'t> = Table<'t, Name, Sealed>;

/// The tables of appending, opened once a batch.
struct EntryTables<'t> {
    entries: Table<'t, (u32, u32, u64), Sealed>,
    doc_entries: Table<'t, (u32, u64), Sealed>,
    doc_list: Table<'t, (u32, u32), Sealed>,
    arrivals: Table<'t, u64, (u32, u32)>,
}

/// A batch under way: see [`Store::write`](super::Store::write). Its reads see its own writes, and
/// give an error where the file fails, and [`StoreError::Tampered`] or [`StoreError::Malformed`] where a row is not what
/// was written.
pub struct Tx<'t> {
    pub(super) ctx: &'t Context,
    pub(super) txn: &'t WriteTransaction,
    pub(super) nonces: Nonces<'t>,
    index: Arc<Index>,
    new_scopes: Vec<u32>,
    touched: BTreeSet<u32>,
    state: State,
    docs_seen: HashMap<(u32, DocId), u32>,
    entry_tables: Option<EntryTables<'t>>,
    keyed_tables: BTreeMap<&'static str, Keyed<'t>>,
    failed: bool,
    /// Other bytes stand in the place of some entry's.
    replaced: bool,
    listed: bool,
    /// Arrivals that whoever appended them need not look at again.
    plain: Vec<u64>,
}

/// Says that nothing need be looked for in what was appended last.
pub(crate) fn note_plain(tx: &mut Tx<'_>) {
    tx.plain.extend(tx.state.next_arrival.checked_sub(1));
}

/// What [`note_plain`] said, ascending.
pub(crate) fn take_plain(tx: &mut Tx<'_>) -> Vec<u64> {
    std::mem::take(&mut tx.plain)
}

impl<'t> Tx<'t> {
    pub(super) fn new(ctx: &'t Context, txn: &'t WriteTransaction, index: Arc<Index>, state: State) -> Self {
        Self {
            ctx,
            txn,
            nonces: Nonces::new(&ctx.entropy),
            index,
            new_scopes: Vec::new(),
            touched: BTreeSet::new(),
            state,
            docs_seen: HashMap::new(),
            entry_tables: None,
            keyed_tables: BTreeMap::new(),
            failed: false,
            replaced: false,
            listed: false,
            plain: Vec::new(),
        }
    }

    /// Writes what was collected and closes the tables. The index returned may be published once redb has committed.
    pub(super) fn finish(mut self) -> Result<(Arc<Index>, State), StoreError> {
        if self.failed {
            return Err(StoreError::BatchFailed);
        }
        let ctx = self.ctx;
        if !self.new_scopes.is_empty() {
            let mut table = self.txn.open_table(SCOPES.def()).map_err(ctx.fail("write scopes"))?;
            for number in &self.new_scopes {
                let scope = self.index.scopes[*number as usize];
                let nonce = self.nonces.next()?;
                let value = ctx.sealer.seal(&nonce, SCOPES.name, &row_u32(*number), &[scope.as_bytes()]);
                table.insert(number, value.as_slice()).map_err(ctx.fail("write scopes"))?;
            }
        }
        if !self.touched.is_empty() {
            let mut table = self.txn.open_table(CHAINS.def()).map_err(ctx.fail("write chains"))?;
            for number in &self.touched {
                let row = self.index.chains[*number as usize].encode();
                let nonce = self.nonces.next()?;
                let value = ctx.sealer.seal(&nonce, CHAINS.name, &row_u32(*number), &[&row]);
                table.insert(number, value.as_slice()).map_err(ctx.fail("write chains"))?;
            }
        }
        self.state.commit += 1;
        let state = self.state;
        let row = ctx.sealer.name(STATE.name, &[b"state"]);
        self.write_keyed(STATE, &row, &[&state.encode()])?;
        let mut index = self.index;
        let outbox = self.keyed_tables.contains_key(Space::Outbox.table().name);
        let index_now = Arc::make_mut(&mut index);
        index_now.commit = state.commit;
        if outbox {
            index_now.outbox_commit = state.commit;
        }
        if self.listed {
            index_now.listed_commit = state.commit;
        }
        if self.replaced {
            index_now.sections_commit = state.commit;
        }
        Ok((index, state))
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.ctx.limits
    }

    pub(super) fn next_arrival(&mut self) -> u64 {
        let n = self.state.next_arrival;
        self.state.next_arrival += 1;
        n
    }

    /// Remembers a failure after which the batch must not be committed, even if the caller goes on.
    pub(super) fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.failed |= result.is_err();
        result
    }

    fn keyed(&mut self, table: KeyedTable) -> Result<&mut Keyed<'t>, StoreError> {
        use std::collections::btree_map::Entry;
        match self.keyed_tables.entry(table.name) {
            Entry::Occupied(held) => Ok(held.into_mut()),
            Entry::Vacant(free) => {
                Ok(free.insert(self.txn.open_table(table.def()).map_err(self.ctx.fail("open a table"))?))
            }
        }
    }

    pub(super) fn read_keyed(&mut self, table: KeyedTable, row: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        use redb::ReadableTable;
        let ctx = self.ctx;
        match self.keyed(table)?.get(row).map_err(ctx.fail("read a row"))? {
            Some(value) => ctx.open(table.name, row, value.value()).map(Some),
            None => Ok(None),
        }
    }

    /// Seals and writes a row; true if there was none before.
    pub(super) fn write_keyed(
        &mut self,
        table: KeyedTable,
        row: &[u8; 32],
        parts: &[&[u8]],
    ) -> Result<bool, StoreError> {
        let ctx = self.ctx;
        let nonce = self.nonces.next()?;
        let value = ctx.sealer.seal(&nonce, table.name, row, parts);
        let old = self.keyed(table)?.insert(row, value.as_slice()).map_err(ctx.fail("write a row"))?;
        Ok(old.is_none())
    }

    pub(super) fn remove_keyed(&mut self, table: KeyedTable, row: &[u8; 32]) -> Result<bool, StoreError> {
        let ctx = self.ctx;
        let old = self.keyed(table)?.remove(row).map_err(ctx.fail("delete a row"))?;
        Ok(old.is_some())
    }

    pub(super) fn open<K: redb::Key + 'static, V: redb::Value + 'static>(
        &self,
        table: Named<K, V>,
    ) -> Result<Table<'t, K, V>, StoreError> {
        self.txn.open_table(table.def()).map_err(self.ctx.fail("open a table"))
    }

    fn entry_tables(&mut self) -> Result<&mut EntryTables<'t>, StoreError> {
        if self.entry_tables.is_none() {
            self.entry_tables = Some(EntryTables {
                entries: self.open(ENTRIES)?,
                doc_entries: self.open(DOC_ENTRIES)?,
                doc_list: self.open(DOC_LIST)?,
                arrivals: self.open(ARRIVALS)?,
            });
        }
        Ok(self.entry_tables.as_mut().expect("opened above"))
    }

    /// Appends the next entry of a chain.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotNext`] unless `seq` is the chain's tip plus one, [`StoreError::TooLarge`]: nothing was changed and
    /// the batch can go on. [`StoreError::AlreadyHeld`] or a failure of the file: the batch is lost.
    pub fn append(&mut self, entry: &AppendEntry<'_>) -> Result<Location, StoreError> {
        check_entry_size(entry.bytes)?;
        let held = self.index.chain_numbers.get(&entry.chain()).copied();
        let tip = held.map_or(0, |number| self.index.chains[number as usize].tip_seq);
        if tip.checked_add(1) != Some(entry.seq) {
            return Err(StoreError::NotNext { expected: tip.saturating_add(1), found: entry.seq });
        }
        let done = self.append_checked(entry, held);
        self.note(done)
    }

    fn append_checked(&mut self, entry: &AppendEntry<'_>, held: Option<u32>) -> Result<Location, StoreError> {
        let ctx = self.ctx;
        let (scope, chain) = match held {
            Some(number) => (self.index.chains[number as usize].scope, number),
            None => self.new_chain(entry)?,
        };
        let at = Location { scope, chain, seq: entry.seq };
        let nonce = self.nonces.next()?;
        let parts = [entry.entry_id.as_bytes(), entry.bytes];
        let value = ctx.sealer.seal(&nonce, ENTRIES.name, &at.encode(), &parts);
        let tables = self.entry_tables()?;
        tables.entries.insert((scope, chain, entry.seq), value.as_slice()).map_err(ctx.fail("append an entry"))?;
        let row = ctx.sealer.name(ENTRY_IDS.name, &[entry.entry_id.as_bytes()]);
        if !self.write_keyed(ENTRY_IDS, &row, &[&at.encode()])? {
            return Err(StoreError::AlreadyHeld);
        }
        if let Some(doc) = &entry.doc {
            self.add_to_doc(scope, entry.scope, doc, at)?;
        }
        let row = &mut Arc::make_mut(&mut self.index).chains[chain as usize];
        row.tip_seq = entry.seq;
        row.tip_entry = entry.entry_id;
        row.bytes_total = entry.bytes_total;
        self.touched.insert(chain);
        Ok(at)
    }

    fn new_chain(&mut self, entry: &AppendEntry<'_>) -> Result<(u32, u32), StoreError> {
        let numbered = |what, len: usize| u32::try_from(len).map_err(|_| StoreError::NumbersExhausted { what });
        let chain = numbered("chains", self.index.chains.len())?;
        let next_scope = numbered("scopes", self.index.scopes.len())?;
        let index = Arc::make_mut(&mut self.index);
        let scope = match index.scope_numbers.get(&entry.scope) {
            Some(number) => *number,
            None => {
                index.push_scope(entry.scope);
                self.new_scopes.push(next_scope);
                next_scope
            }
        };
        let row = ChainRow {
            scope,
            device: entry.device,
            incarnation: entry.incarnation,
            tip_seq: 0,
            tip_entry: EntryId::ZERO,
            bytes_total: 0,
            offered_seq: 0,
        };
        index.put_chain(chain, row).expect("scope and chain numbers were just taken from the index");
        Ok((scope, chain))
    }

    fn seen_doc_number(&mut self, scope: u32, scope_id: ScopeId, doc: &DocId) -> Result<u32, StoreError> {
        if let Some(number) = self.docs_seen.get(&(scope, *doc)) {
            return Ok(*number);
        }
        let number = self.doc_number(scope, scope_id, doc)?;
        self.docs_seen.insert((scope, *doc), number);
        Ok(number)
    }

    /// Notes that a section of a document has come or gone, so that what is derived from it is made anew.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`] if the scope is not held: nothing was changed. Else a failure of the file: the batch is
    /// lost.
    pub fn touch_doc(&mut self, scope: &ScopeId, doc: &DocId) -> Result<(), StoreError> {
        let number = self.index.scope_numbers.get(scope).copied().ok_or(StoreError::Unknown { what: "scope" })?;
        let ctx = self.ctx;
        let done = self.seen_doc_number(number, *scope, doc).and_then(|doc| {
            let arrival = self.next_arrival();
            let arrivals = &mut self.entry_tables()?.arrivals;
            arrivals.insert(arrival, (number, doc)).map_err(ctx.fail("note a change"))?;
            Ok(())
        });
        self.note(done)
    }

    /// The store's own numbers of a scope and of a document in it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`] if the scope is not held: nothing was changed. Else a failure of the file: the batch is
    /// lost.
    pub(crate) fn numbers(&mut self, scope: &ScopeId, doc: &DocId) -> Result<(u32, u32), StoreError> {
        let number = self.index.scope_numbers.get(scope).copied().ok_or(StoreError::Unknown { what: "scope" })?;
        let done = self.seen_doc_number(number, *scope, doc).map(|doc| (number, doc));
        self.note(done)
    }

    fn add_to_doc(&mut self, scope: u32, scope_id: ScopeId, doc: &DocId, at: Location) -> Result<(), StoreError> {
        let ctx = self.ctx;
        let number = self.seen_doc_number(scope, scope_id, doc)?;
        let arrival = self.next_arrival();
        let nonce = self.nonces.next()?;
        let row = tables::row_u32_u64(number, arrival);
        let value = ctx.sealer.seal(&nonce, DOC_ENTRIES.name, &row, &[&at.encode()]);
        let tables = self.entry_tables()?;
        tables.doc_entries.insert((number, arrival), value.as_slice()).map_err(ctx.fail("list an entry"))?;
        tables.arrivals.insert(arrival, (scope, number)).map_err(ctx.fail("list an entry"))?;
        Ok(())
    }

    /// The local number of a document, given now if it is new.
    fn doc_number(&mut self, scope: u32, scope_id: ScopeId, doc: &DocId) -> Result<u32, StoreError> {
        let ctx = self.ctx;
        let row = ctx.sealer.name(DOCS.name, &[scope_id.as_bytes(), doc.as_bytes()]);
        if let Some(plain) = self.read_keyed(DOCS, &row)? {
            let mut f = Fields(&plain);
            return f.u32().and_then(|n| f.end(n)).ok_or_else(|| ctx.malformed(DOCS.name));
        }
        let number = self.state.next_doc;
        let next = number.checked_add(1);
        self.state.next_doc = next.ok_or(StoreError::NumbersExhausted { what: "documents" })?;
        self.write_keyed(DOCS, &row, &[&number.to_be_bytes()])?;
        let nonce = self.nonces.next()?;
        let list_row = tables::row_u32_u32(scope, number);
        let value = ctx.sealer.seal(&nonce, DOC_LIST.name, &list_row, &[doc.as_bytes()]);
        let tables = self.entry_tables()?;
        tables.doc_list.insert((scope, number), value.as_slice()).map_err(ctx.fail("list a document"))?;
        Ok(number)
    }

    /// Puts other bytes in the place of an entry's: a section was erased, dropped, or has arrived. The old ciphertext can
    /// stay in freed pages of the file until they are reused.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`] if the entry is not held, [`StoreError::TooLarge`]: nothing was changed. Else a failure of
    /// the file: the batch is lost.
    pub fn replace_entry_bytes(&mut self, entry: &EntryId, bytes: &[u8]) -> Result<(), StoreError> {
        check_entry_size(bytes)?;
        let at = self.location(entry)?.ok_or(StoreError::Unknown { what: "entry" })?;
        let done = self.replace_checked(entry, at, bytes);
        self.note(done)
    }

    fn replace_checked(&mut self, entry: &EntryId, at: Location, bytes: &[u8]) -> Result<(), StoreError> {
        let ctx = self.ctx;
        self.replaced = true;
        let nonce = self.nonces.next()?;
        let value = ctx.sealer.seal(&nonce, ENTRIES.name, &at.encode(), &[entry.as_bytes(), bytes]);
        let entries = &mut self.entry_tables()?.entries;
        let old =
            entries.insert((at.scope, at.chain, at.seq), value.as_slice()).map_err(ctx.fail("replace an entry"))?;
        if old.is_none() { Err(ctx.malformed(ENTRY_IDS.name)) } else { Ok(()) }
    }

    /// Records that entries up to `seq` may be in other hands from now on. Never lowers what is recorded.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`] or [`StoreError::BeyondTip`]: nothing was changed.
    pub fn set_offered(&mut self, chain: &ChainKey, seq: u64) -> Result<(), StoreError> {
        let number = self.index.chain_numbers.get(chain).copied().ok_or(StoreError::Unknown { what: "chain" })?;
        let held = &self.index.chains[number as usize];
        if seq > held.tip_seq {
            return Err(StoreError::BeyondTip { tip: held.tip_seq, found: seq });
        }
        if seq > held.offered_seq {
            Arc::make_mut(&mut self.index).chains[number as usize].offered_seq = seq;
            self.touched.insert(number);
        }
        Ok(())
    }

    /// Notes that the entry at `at` carries another.
    ///
    /// # Errors
    ///
    /// A failure of the file: the batch is lost.
    pub fn note_carrier(&mut self, carried: &EntryId, at: Location) -> Result<(), StoreError> {
        let ctx = self.ctx;
        let row = ctx.sealer.name(ENTRY_IDS.name, &[b"carried", carried.as_bytes()]);
        let note = |tx: &mut Self| {
            let held = carriers_of(ctx, tx.keyed(ENTRY_IDS)?, carried)?;
            let bytes: Vec<u8> = held.into_iter().chain([at]).flat_map(Location::encode).collect();
            tx.write_keyed(ENTRY_IDS, &row, &[&bytes])
        };
        let done = note(self);
        self.note(done).map(drop)
    }

    /// The counter of the key-slot file as last recorded here.
    pub fn keyring_counter(&self) -> u64 {
        self.state.keyring_counter
    }

    /// Records the counter of the key-slot file.
    pub fn set_keyring_counter(&mut self, counter: u64) {
        self.state.keyring_counter = counter;
    }

    /// Puts a value, replacing what the key had.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`]: nothing was changed. Else a failure of the file: the batch is lost.
    pub fn put(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        kv::check_sizes(key, value)?;
        self.listed |= kv::is_listed(space, key);
        let row = self.ctx.sealer.name(space.table().name, &[key]);
        let done = self.write_keyed(space.table(), &row, &[&kv::key_prefix(key), key, value]);
        self.note(done).map(drop)
    }

    /// Deletes a value; false if there was none.
    ///
    /// # Errors
    ///
    /// A failure of the file: the batch is lost.
    pub fn delete(&mut self, space: Space, key: &[u8]) -> Result<bool, StoreError> {
        self.listed |= kv::is_listed(space, key);
        let row = self.ctx.sealer.name(space.table().name, &[key]);
        let done = self.remove_keyed(space.table(), &row);
        self.note(done)
    }

    /// Puts a member's value, sealed under the member's key too.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub fn put_member(
        &mut self,
        space: MemberSpace,
        who: &MemberKey,
        key: &[u8],
        value: &[u8],
    ) -> Result<(), StoreError> {
        kv::check_sizes(key, value)?;
        let name = space.table().name;
        let done = kv::seal_for_member(self.ctx, &mut self.nonces, who, name, key, value)
            .and_then(|(row, inner)| self.write_keyed(space.table(), &row, &[who.member().as_bytes(), &inner]));
        self.note(done).map(drop)
    }

    /// Deletes a member's value; false if there was none.
    ///
    /// # Errors
    ///
    /// As [`delete`](Self::delete).
    pub fn delete_member(&mut self, space: MemberSpace, who: &MemberKey, key: &[u8]) -> Result<bool, StoreError> {
        let row = self.ctx.sealer.name(space.table().name, &[who.member().as_bytes(), key]);
        let done = self.remove_keyed(space.table(), &row);
        self.note(done)
    }
}

/// Reading, this batch included.
#[expect(clippy::missing_errors_doc, reason = "said once, of the type")]
impl Tx<'_> {
    /// How far a chain is held.
    pub fn chain(&self, chain: &ChainKey) -> Option<ChainTip> {
        self.index.tip(chain)
    }

    /// Where an entry is held.
    pub fn location(&mut self, entry: &EntryId) -> Result<Option<Location>, StoreError> {
        let ctx = self.ctx;
        location_of(ctx, self.keyed(ENTRY_IDS)?, entry)
    }

    /// Whether some entry held carries this one.
    pub fn is_carried(&mut self, entry: &EntryId) -> Result<bool, StoreError> {
        let ctx = self.ctx;
        Ok(!carriers_of(ctx, self.keyed(ENTRY_IDS)?, entry)?.is_empty())
    }

    /// An entry by its id.
    pub fn entry(&mut self, entry: &EntryId) -> Result<Option<StoredEntry>, StoreError> {
        let Some(at) = self.location(entry)? else { return Ok(None) };
        let (ctx, index) = (self.ctx, Arc::clone(&self.index));
        held_at(ctx, &index, &self.entry_tables()?.entries, at, entry).map(Some)
    }

    /// An entry by its chain and sequence number.
    pub fn entry_in(&mut self, chain: &ChainKey, seq: u64) -> Result<Option<StoredEntry>, StoreError> {
        let Some(at) = self.index.place(chain, seq) else { return Ok(None) };
        let (ctx, index) = (self.ctx, Arc::clone(&self.index));
        entry_at(ctx, &index, &self.entry_tables()?.entries, at)
    }

    /// A value by its key.
    pub fn get(&mut self, space: Space, key: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let ctx = self.ctx;
        kv::get(ctx, self.keyed(space.table())?, space.table().name, key)
    }

    /// All keys and values of a space, in no meaningful order.
    pub fn list(&mut self, space: Space) -> Result<Vec<Pair>, StoreError> {
        let ctx = self.ctx;
        kv::list(ctx, self.keyed(space.table())?, space.table().name, None)
    }

    /// A member's value by its key.
    pub fn get_member(
        &mut self,
        space: MemberSpace,
        who: &MemberKey,
        key: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let ctx = self.ctx;
        kv::get_member(ctx, self.keyed(space.table())?, space.table().name, who, key)
    }
}

fn check_entry_size(bytes: &[u8]) -> Result<(), StoreError> {
    if bytes.len() > ENTRY_BYTES_MAX {
        return Err(StoreError::TooLarge { what: "entry", max: ENTRY_BYTES_MAX, found: bytes.len() });
    }
    Ok(())
}

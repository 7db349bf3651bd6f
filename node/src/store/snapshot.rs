//! Reading: one consistent view of the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use crdt_model::values::{DocId, EntryId, ScopeId};
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable};
use zeroize::Zeroizing;

use super::index::{ChainKey, ChainTip, Index};
use super::kv::{self, MemberKey, MemberSpace, Pair, Space};
use super::staging::{self, Group, QuarantineRecord, Shelf, StagedEntry};
use super::tables::{self, ARRIVALS, DOC_ENTRIES, DOC_LIST, DOCS, ENTRIES, ENTRY_IDS, Fields, Named};
use super::{Context, Location, StoreError, StoredEntry};

/// The store as of one commit. Reads never wait for a writer. While it lives, the pages it sees are not reused: keep it
/// for a question, not for a session.
///
/// Every read gives an error where the file fails, and [`StoreError::Tampered`] or [`StoreError::Malformed`] where a row
/// is not what was written.
pub struct Snapshot {
    pub(super) ctx: Arc<Context>,
    pub(super) txn: ReadTransaction,
    pub(super) index: Arc<Index>,
}

/// Reads an entry by its place.
pub(crate) fn entry_at(
    ctx: &Context,
    index: &Index,
    entries: &impl ReadableTable<(u32, u32, u64), tables::Sealed>,
    at: Location,
) -> Result<Option<StoredEntry>, StoreError> {
    let Some(value) = entries.get((at.scope, at.chain, at.seq)).map_err(ctx.fail("read an entry"))? else {
        return Ok(None);
    };
    open_entry(ctx, index, at, value.value()).map(Some)
}

fn open_entry(ctx: &Context, index: &Index, at: Location, value: &[u8]) -> Result<StoredEntry, StoreError> {
    let malformed = || ctx.malformed(ENTRIES.name);
    let mut plain = ctx.open(ENTRIES.name, &at.encode(), value)?;
    let entry_id = EntryId(Fields(&plain).take().ok_or_else(malformed)?);
    plain.drain(..EntryId::LEN);
    let row = index.chains.get(at.chain as usize).ok_or_else(malformed)?;
    let chain = index.key_of(row).ok_or_else(malformed)?;
    Ok(StoredEntry { at, chain, entry_id, bytes: plain })
}

/// Reads an entry that stands at this place.
pub(crate) fn held_at(
    ctx: &Context,
    index: &Index,
    entries: &impl ReadableTable<(u32, u32, u64), tables::Sealed>,
    at: Location,
    entry: &EntryId,
) -> Result<StoredEntry, StoreError> {
    let found = entry_at(ctx, index, entries, at)?.filter(|found| found.entry_id == *entry);
    found.ok_or_else(|| ctx.tampered(ENTRIES.name))
}

/// Reads an entry's place by its id.
pub(crate) fn location_of(
    ctx: &Context,
    ids: &impl ReadableTable<tables::Name, tables::Sealed>,
    entry: &EntryId,
) -> Result<Option<Location>, StoreError> {
    let row = ctx.sealer.name(ENTRY_IDS.name, &[entry.as_bytes()]);
    let Some(value) = ids.get(&row).map_err(ctx.fail("look up an entry"))? else { return Ok(None) };
    let plain = ctx.open(ENTRY_IDS.name, &row, value.value())?;
    Location::decode(&plain).map(Some).ok_or_else(|| ctx.malformed(ENTRY_IDS.name))
}

/// Reads the places of the entries that carry an entry.
pub(crate) fn carriers_of(
    ctx: &Context,
    ids: &impl ReadableTable<tables::Name, tables::Sealed>,
    carried: &EntryId,
) -> Result<Vec<Location>, StoreError> {
    let row = ctx.sealer.name(ENTRY_IDS.name, &[b"carried", carried.as_bytes()]);
    let Some(value) = ids.get(&row).map_err(ctx.fail("look up an entry"))? else { return Ok(Vec::new()) };
    let plain = ctx.open(ENTRY_IDS.name, &row, value.value())?;
    tables::locations(&plain).ok_or_else(|| ctx.malformed(ENTRY_IDS.name))
}

#[expect(clippy::missing_errors_doc, reason = "said once, of the type")]
impl Snapshot {
    pub(super) fn table<K: redb::Key + 'static, V: redb::Value + 'static>(
        &self,
        table: Named<K, V>,
    ) -> Result<ReadOnlyTable<K, V>, StoreError> {
        self.txn.open_table(table.def()).map_err(self.ctx.fail("open a table"))
    }

    /// True if the entry is held (whatever sections its bytes have).
    pub fn has(&self, entry: &EntryId) -> Result<bool, StoreError> {
        Ok(self.location(entry)?.is_some())
    }

    /// Where an entry is held.
    pub fn location(&self, entry: &EntryId) -> Result<Option<Location>, StoreError> {
        location_of(&self.ctx, &self.table(ENTRY_IDS)?, entry)
    }

    /// An entry by its id.
    pub fn entry(&self, entry: &EntryId) -> Result<Option<StoredEntry>, StoreError> {
        let Some(at) = self.location(entry)? else { return Ok(None) };
        held_at(&self.ctx, &self.index, &self.table(ENTRIES)?, at, entry).map(Some)
    }

    /// The entries that carry an entry, in order of arrival here.
    pub fn carriers(&self, carried: &EntryId) -> Result<Vec<StoredEntry>, StoreError> {
        let entries = self.table(ENTRIES)?;
        let places = carriers_of(&self.ctx, &self.table(ENTRY_IDS)?, carried)?.into_iter();
        let found = places.map(|at| entry_at(&self.ctx, &self.index, &entries, at));
        found.map(|found| found?.ok_or_else(|| self.ctx.malformed(ENTRY_IDS.name))).collect()
    }

    /// An entry by its place, as a listing gave it.
    pub fn entry_at(&self, at: Location) -> Result<Option<StoredEntry>, StoreError> {
        entry_at(&self.ctx, &self.index, &self.table(ENTRIES)?, at)
    }

    /// An entry by its chain and sequence number.
    pub fn entry_in(&self, chain: &ChainKey, seq: u64) -> Result<Option<StoredEntry>, StoreError> {
        self.index.place(chain, seq).map_or(Ok(None), |at| self.entry_at(at))
    }

    /// Entries of a chain from `from_seq` on, in order, until their bytes pass `bytes_max`. One entry comes in any case,
    /// however large, if there is one: so an empty answer means the end.
    pub fn chain_entries(
        &self,
        chain: &ChainKey,
        from_seq: u64,
        bytes_max: usize,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        let Some(Location { scope, chain, seq }) = self.index.place(chain, from_seq) else { return Ok(Vec::new()) };
        let entries = self.table(ENTRIES)?;
        let range =
            entries.range((scope, chain, seq)..=(scope, chain, u64::MAX)).map_err(self.ctx.fail("read a chain"))?;
        let mut found: Vec<StoredEntry> = Vec::new();
        let mut bytes = 0;
        for row in range {
            let (key, value) = row.map_err(self.ctx.fail("read a chain"))?;
            let at = Location { scope, chain, seq: key.value().2 };
            let entry = open_entry(&self.ctx, &self.index, at, value.value())?;
            bytes += entry.bytes.len();
            if bytes > bytes_max && !found.is_empty() {
                break;
            }
            found.push(entry);
        }
        Ok(found)
    }

    /// How far a chain is held.
    pub fn chain(&self, chain: &ChainKey) -> Option<ChainTip> {
        self.index.tip(chain)
    }

    /// All chains, in the order they were first met.
    pub fn chains(&self) -> impl Iterator<Item = ChainTip> + '_ {
        self.index.chains.iter().filter_map(|row| self.index.tip_of(row))
    }

    /// The chains of one scope, in the order they were first met.
    pub fn chains_of(&self, scope: &ScopeId) -> impl Iterator<Item = ChainTip> + '_ {
        let number = self.index.scope_numbers.get(scope).copied();
        let rows = self.index.chains.iter().filter(move |row| Some(row.scope) == number);
        rows.filter_map(|row| self.index.tip_of(row))
    }

    /// All scopes, in the order they were first met.
    pub fn scopes(&self) -> &[ScopeId] {
        &self.index.scopes
    }

    /// The places of a document's entries, in order of arrival here (which differs between nodes).
    pub fn doc_locations(&self, scope: &ScopeId, doc: &DocId) -> Result<Vec<Location>, StoreError> {
        match self.doc_number(scope, doc)? {
            Some(number) => self.locations_of(number),
            None => Ok(Vec::new()),
        }
    }

    /// How many entries a document has.
    pub fn doc_count(&self, scope: &ScopeId, doc: &DocId) -> Result<usize, StoreError> {
        self.doc_number(scope, doc)?.map_or(Ok(0), |number| self.numbered_count(number))
    }

    /// How many entries a numbered document has.
    pub fn numbered_count(&self, doc: u32) -> Result<usize, StoreError> {
        let rows = self.table(DOC_ENTRIES)?.range((doc, 0)..=(doc, u64::MAX));
        Ok(rows.map_err(self.ctx.fail("read a document"))?.count())
    }

    /// Changes whenever sections of some entry held may have come or gone.
    pub fn sections_version(&self) -> u64 {
        self.index.sections_commit
    }

    /// Changes whenever what is kept of captured cases may have changed.
    pub fn outbox_version(&self) -> u64 {
        self.index.outbox_commit
    }

    /// Changes whenever a key of `meta` that begins as [`LISTED`](super::kv::LISTED) says may have come, gone or changed.
    pub(crate) fn listed_version(&self) -> u64 {
        self.index.listed_commit
    }

    /// The local number of a document.
    pub fn doc_number(&self, scope: &ScopeId, doc: &DocId) -> Result<Option<u32>, StoreError> {
        let ctx = &self.ctx;
        let row = ctx.sealer.name(DOCS.name, &[scope.as_bytes(), doc.as_bytes()]);
        let docs = self.table(DOCS)?;
        let Some(value) = docs.get(&row).map_err(ctx.fail("look up a document"))? else { return Ok(None) };
        let plain = ctx.open(DOCS.name, &row, value.value())?;
        let mut f = Fields(&plain);
        f.u32().and_then(|n| f.end(n)).map(Some).ok_or_else(|| ctx.malformed(DOCS.name))
    }

    fn locations_of(&self, number: u32) -> Result<Vec<Location>, StoreError> {
        let ctx = &self.ctx;
        let table = self.table(DOC_ENTRIES)?;
        let rows = table.range((number, 0)..=(number, u64::MAX)).map_err(ctx.fail("read a document"))?;
        rows.map(|row| {
            let (key, value) = row.map_err(ctx.fail("read a document"))?;
            let (doc, arrival) = key.value();
            let plain = ctx.open(DOC_ENTRIES.name, &tables::row_u32_u64(doc, arrival), value.value())?;
            Location::decode(&plain).ok_or_else(|| ctx.malformed(DOC_ENTRIES.name))
        })
        .collect()
    }

    /// All entries of a document, in order of arrival here.
    pub fn doc_entries(&self, scope: &ScopeId, doc: &DocId) -> Result<Vec<StoredEntry>, StoreError> {
        match self.doc_number(scope, doc)? {
            Some(number) => self.numbered_entries(number),
            None => Ok(Vec::new()),
        }
    }

    /// Documents for which something came after `arrival`, each once, with the newest arrival and the numbers of scope
    /// and document; in the order of the numbers.
    pub fn changed_docs(&self, arrival: Option<u64>) -> Result<Vec<ChangedDoc>, StoreError> {
        self.docs_of_arrivals(arrival, usize::MAX)
    }

    /// The same of the `max` arrivals that follow `arrival` alone, each document at its last of these, in the order of arrival.
    pub fn changed_next(&self, arrival: Option<u64>, max: usize) -> Result<Vec<ChangedDoc>, StoreError> {
        let mut docs = self.docs_of_arrivals(arrival, max)?;
        docs.sort_unstable_by_key(|doc| doc.arrival);
        Ok(docs)
    }

    fn docs_of_arrivals(&self, arrival: Option<u64>, max: usize) -> Result<Vec<ChangedDoc>, StoreError> {
        let fail = || self.ctx.fail("list what came");
        let from = arrival.map_or(0, |arrival| arrival.saturating_add(1));
        let mut newest: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        for row in self.table(ARRIVALS)?.range(from..).map_err(fail())?.take(max) {
            let (arrival, at) = row.map_err(fail())?;
            newest.insert(at.value(), arrival.value());
        }
        Ok(newest.into_iter().map(|((scope, doc), arrival)| ChangedDoc { scope, doc, arrival }).collect())
    }

    /// The newest arrival.
    pub fn newest_arrival(&self) -> Result<Option<u64>, StoreError> {
        let table = self.table(ARRIVALS)?;
        let last = table.last().map_err(self.ctx.fail("list what came"))?;
        Ok(last.map(|(arrival, _)| arrival.value()))
    }

    /// What came after `arrival`, in its order, `max` at most.
    pub fn arrived(&self, arrival: Option<u64>, max: usize) -> Result<Vec<Arrival>, StoreError> {
        let fail = || self.ctx.fail("list what came");
        let from = arrival.map_or(0, |arrival| arrival.saturating_add(1));
        let listed = self.table(DOC_ENTRIES)?;
        let mut arrived = Vec::new();
        for row in self.table(ARRIVALS)?.range(from..).map_err(fail())?.take(max) {
            let (arrival, place) = row.map_err(fail())?;
            let (arrival, (scope, doc)) = (arrival.value(), place.value());
            let at = match listed.get((doc, arrival)).map_err(fail())? {
                None => None,
                Some(value) => {
                    let plain = self.ctx.open(DOC_ENTRIES.name, &tables::row_u32_u64(doc, arrival), value.value())?;
                    let at = Location::decode(&plain).ok_or_else(|| self.ctx.malformed(DOC_ENTRIES.name))?;
                    Some(at)
                }
            };
            arrived.push(Arrival { arrival, scope, doc, at });
        }
        Ok(arrived)
    }

    /// The id of a numbered document, with its scope's. [`StoreError::Malformed`] for numbers that name nothing.
    pub fn numbered_doc(&self, scope: u32, doc: u32) -> Result<(ScopeId, DocId), StoreError> {
        let malformed = || self.ctx.malformed(DOC_LIST.name);
        let scope_id = self.index.scopes.get(scope as usize).copied().ok_or_else(malformed)?;
        let table = self.table(DOC_LIST)?;
        let value = table.get((scope, doc)).map_err(self.ctx.fail("look up a document"))?.ok_or_else(malformed)?;
        let plain = self.ctx.open(DOC_LIST.name, &tables::row_u32_u32(scope, doc), value.value())?;
        Ok((scope_id, plain.as_slice().try_into().map(DocId).map_err(|_| malformed())?))
    }

    /// All entries of a numbered document, in order of arrival here.
    pub fn numbered_entries(&self, doc: u32) -> Result<Vec<StoredEntry>, StoreError> {
        let entries = self.table(ENTRIES)?;
        self.locations_of(doc)?
            .into_iter()
            .map(|at| {
                let found = entry_at(&self.ctx, &self.index, &entries, at)?;
                found.ok_or_else(|| self.ctx.malformed(DOC_ENTRIES.name))
            })
            .collect()
    }

    /// The documents of a scope, in the order they were first met. A failure ends the iteration.
    pub fn docs(&self, scope: &ScopeId) -> Result<impl Iterator<Item = Result<DocId, StoreError>> + '_, StoreError> {
        let number = self.index.scope_numbers.get(scope).copied();
        let table = self.table(DOC_LIST)?;
        let rows = number.map(|n| table.range((n, 0)..=(n, u32::MAX)).map_err(self.ctx.fail("list documents")));
        let rows = rows.transpose()?;
        Ok(rows.into_iter().flatten().map(|row| {
            let (key, value) = row.map_err(self.ctx.fail("list documents"))?;
            let (scope, doc) = key.value();
            let plain = self.ctx.open(DOC_LIST.name, &tables::row_u32_u32(scope, doc), value.value())?;
            plain.as_slice().try_into().map(DocId).map_err(|_| self.ctx.malformed(DOC_LIST.name))
        }))
    }

    /// A value by its key.
    pub fn get(&self, space: Space, key: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        kv::get(&self.ctx, &self.table(space.table())?, space.table().name, key)
    }

    /// Which of these keys a space has.
    pub fn holds(&self, space: Space, keys: &[Vec<u8>]) -> Result<Vec<bool>, StoreError> {
        let (table, name) = (self.table(space.table())?, space.table().name);
        keys.iter().map(|key| Ok(kv::get(&self.ctx, &table, name, key)?.is_some())).collect()
    }

    /// All keys and values of a space, in no meaningful order.
    pub fn list(&self, space: Space) -> Result<Vec<Pair>, StoreError> {
        kv::list(&self.ctx, &self.table(space.table())?, space.table().name, None)
    }

    /// Calls `each` with every key and value of a space, in no meaningful order, holding one at a time. What `each` returns
    /// as an error ends the visit.
    pub fn visit<E: From<StoreError>>(
        &self,
        space: Space,
        each: impl FnMut(&[u8], &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        kv::visit(&self.ctx, &self.table(space.table())?, space.table().name, None, each)
    }

    /// A member's value by its key.
    pub fn get_member(
        &self,
        space: MemberSpace,
        who: &MemberKey,
        key: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        kv::get_member(&self.ctx, &self.table(space.table())?, space.table().name, who, key)
    }

    /// All keys and values of one member in a space; those of others are passed over unopened.
    pub fn list_member(&self, space: MemberSpace, who: &MemberKey) -> Result<Vec<Pair>, StoreError> {
        kv::list(&self.ctx, &self.table(space.table())?, space.table().name, Some(who))
    }

    /// As [`visit`](Self::visit), for one member's values.
    pub fn visit_member<E: From<StoreError>>(
        &self,
        space: MemberSpace,
        who: &MemberKey,
        each: impl FnMut(&[u8], &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        kv::visit(&self.ctx, &self.table(space.table())?, space.table().name, Some(who), each)
    }

    /// An entry that lies aside.
    pub fn aside(&self, entry: &EntryId) -> Result<Option<StagedEntry>, StoreError> {
        Ok(self.shelved(staging::ASIDE, Group::Id(entry))?.pop())
    }

    /// What lies aside of a chain, oldest arrival first.
    pub fn aside_of(&self, chain: &ChainKey) -> Result<Vec<StagedEntry>, StoreError> {
        self.shelved(staging::ASIDE, Group::Chain(chain))
    }

    /// How many entries lie aside of a chain.
    pub fn aside_count(&self, chain: &ChainKey) -> Result<usize, StoreError> {
        let index = self.table(staging::ASIDE.index)?;
        Ok(staging::numbers(&self.ctx, staging::ASIDE, &index, Group::Chain(chain), usize::MAX)?.len())
    }

    /// A waiting entry.
    pub fn pending(&self, entry: &EntryId) -> Result<Option<StagedEntry>, StoreError> {
        Ok(self.shelved(staging::PENDING, Group::Id(entry))?.pop())
    }

    /// Why an entry was refused, if it was.
    pub fn quarantined(&self, entry: &EntryId) -> Result<Option<QuarantineRecord>, StoreError> {
        let item = self.shelved(staging::QUARANTINE, Group::Id(entry))?.pop();
        item.map(|item| staging::record_of_item(&self.ctx, &item)).transpose()
    }

    /// All refusals remembered, oldest first.
    pub fn quarantine(&self) -> Result<Vec<QuarantineRecord>, StoreError> {
        let items = self.shelved(staging::QUARANTINE, Group::All)?;
        items.iter().map(|item| staging::record_of_item(&self.ctx, item)).collect()
    }

    /// How many entries wait, lie aside, and are in quarantine.
    pub fn staging_counts(&self) -> Result<ShelfCounts, StoreError> {
        let count = |shelf: Shelf| staging::count(&self.ctx, &self.table(shelf.items)?);
        Ok(ShelfCounts {
            pending: count(staging::PENDING)?,
            aside: count(staging::ASIDE)?,
            quarantine: count(staging::QUARANTINE)?,
        })
    }

    fn shelved(&self, shelf: Shelf, group: Group<'_>) -> Result<Vec<StagedEntry>, StoreError> {
        staging::items_of(&self.ctx, shelf, &self.table(shelf.items)?, &self.table(shelf.index)?, group)
    }
}

/// A document for which something came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedDoc {
    /// Local number of its scope.
    pub scope: u32,
    /// Its local number.
    pub doc: u32,
    /// The newest arrival.
    pub arrival: u64,
}

/// Something that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Its place among all that came.
    pub arrival: u64,
    /// Local number of its scope.
    pub scope: u32,
    /// Local number of its document.
    pub doc: u32,
    /// Where the entry lies; `None` where sections of an entry held came.
    pub at: Option<Location>,
}

/// How many entries do not count (yet).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShelfCounts {
    /// Waiting for a predecessor or a Join.
    pub pending: u64,
    /// Beyond an effective tip.
    pub aside: u64,
    /// Refused.
    pub quarantine: u64,
}

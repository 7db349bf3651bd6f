//! Shelves: bounded places for entries that do not count (yet).
//!
//! *Pending* entries wait for their predecessor or for the Join of their device. *Aside* lies what is beyond a chain's
//! effective tip. *Quarantine* remembers what was refused, and why. Strangers fill all three, so each is bounded per
//! device and as a whole; the oldest is dropped first. A pinned item (admitted once, cut off later) is never dropped
//! and counts towards no bound.

use crdt_model::values::{DeviceId, EntryId, Incarnation, ScopeId};
use redb::{ReadableTable, ReadableTableMetadata};

use super::index::ChainKey;
use super::tables::{Fields, ItemIndexTable, ItemTable, KeyedTable, Name, Named, Sealed};
use super::{Context, StoreError, Tx};

/// Bounds of one shelf. Bytes are counted as stored: content and about 200 bytes an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShelfLimits {
    /// Items of one device.
    pub entries_per_device: u64,
    /// Bytes of one device.
    pub bytes_per_device: u64,
    /// Items of all devices: device ids can be invented.
    pub entries_total: u64,
    /// Bytes of all devices.
    pub bytes_total: u64,
}

/// Bounds of the three shelves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries whose predecessor or Join is missing.
    pub pending: ShelfLimits,
    /// Entries beyond an effective tip.
    pub aside: ShelfLimits,
    /// Records of refused entries; the device is the one that sent them.
    pub quarantine: ShelfLimits,
}

impl Default for Limits {
    fn default() -> Self {
        let entries = ShelfLimits {
            entries_per_device: 5_000,
            bytes_per_device: 64 << 20,
            entries_total: 50_000,
            bytes_total: 256 << 20,
        };
        let records = ShelfLimits {
            entries_per_device: 1_000,
            bytes_per_device: 1 << 20,
            entries_total: 10_000,
            bytes_total: 8 << 20,
        };
        Self { pending: entries, aside: entries, quarantine: records }
    }
}

/// An entry on a shelf.
#[derive(Clone, PartialEq, Eq)]
pub struct StagedEntry {
    /// Its id.
    pub entry_id: EntryId,
    /// The chain it says it belongs to.
    pub chain: ChainKey,
    /// Its place in that chain.
    pub seq: u64,
    /// Its predecessor, zero at sequence number 1.
    pub prev: EntryId,
    /// Never dropped by the bounds: it was admitted once. Only for *aside*.
    pub pinned: bool,
    /// The entry.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for StagedEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShelvedEntry")
            .field("entry_id", &self.entry_id)
            .field("chain", &self.chain)
            .field("seq", &self.seq)
            .field("pinned", &self.pinned)
            .field("bytes_len", &self.bytes.len())
            .finish()
    }
}

/// Why an entry was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineRecord {
    /// The refused entry.
    pub entry_id: EntryId,
    /// The gate's reason code.
    pub reason: u16,
    /// When it was first refused, Unix milliseconds.
    pub first_seen_ms: u64,
    /// The device that sent it; zero if it came from a bundle or is not known.
    pub from_peer: DeviceId,
}

/// A shelf: its tables.
#[derive(Clone, Copy)]
pub(crate) struct Shelf {
    pub(crate) items: ItemTable,
    pub(crate) index: ItemIndexTable,
    pub(crate) totals: KeyedTable,
}

pub(crate) const PENDING: Shelf = Shelf {
    items: Named::new("pending-1"),
    index: Named::new("pending-index-1"),
    totals: Named::new("pending-totals-1"),
};
pub(crate) const ASIDE: Shelf =
    Shelf { items: Named::new("aside-1"), index: Named::new("aside-index-1"), totals: Named::new("aside-totals-1") };
pub(crate) const QUARANTINE: Shelf = Shelf {
    items: Named::new("quarantine-1"),
    index: Named::new("quarantine-index-1"),
    totals: Named::new("quarantine-totals-1"),
};
pub(crate) const SHELVES: [Shelf; 3] = [PENDING, ASIDE, QUARANTINE];

/// What an index row groups items by.
#[derive(Clone, Copy)]
pub(crate) enum Group<'a> {
    Id(&'a EntryId),
    Prev(&'a EntryId),
    Chain(&'a ChainKey),
    Device(&'a DeviceId),
    All,
}

impl Shelf {
    /// Row name of a group in the index and in the totals.
    fn name(&self, ctx: &Context, group: Group<'_>) -> [u8; 32] {
        let name = |parts: &[&[u8]]| ctx.sealer.name(self.index.name, parts);
        match group {
            Group::Id(id) => name(&[b"i", id.as_bytes()]),
            Group::Prev(id) => name(&[b"p", id.as_bytes()]),
            Group::Chain(key) => name(&[b"c", key.scope.as_bytes(), key.device.as_bytes(), key.incarnation.as_bytes()]),
            Group::Device(device) => name(&[b"d", device.as_bytes()]),
            Group::All => name(&[b"a"]),
        }
    }

    /// The groups an item is found by. Pinned items stand outside the two that the bounds count.
    fn groups<'a>(item: &'a StagedEntry) -> impl Iterator<Item = Group<'a>> {
        let always = [Group::Id(&item.entry_id), Group::Prev(&item.prev), Group::Chain(&item.chain)];
        let bounded = [Group::Device(&item.chain.device), Group::All];
        always.into_iter().chain(bounded.into_iter().filter(|_| !item.pinned))
    }
}

fn encode_head(item: &StagedEntry) -> Vec<u8> {
    let mut head = item.entry_id.as_bytes().to_vec();
    head.extend_from_slice(item.chain.scope.as_bytes());
    head.extend_from_slice(item.chain.device.as_bytes());
    head.extend_from_slice(item.chain.incarnation.as_bytes());
    head.extend_from_slice(&item.seq.to_be_bytes());
    head.extend_from_slice(item.prev.as_bytes());
    head.push(u8::from(item.pinned));
    head
}

fn decode_item(plain: &[u8]) -> Option<StagedEntry> {
    let mut f = Fields(plain);
    Some(StagedEntry {
        entry_id: EntryId(f.take()?),
        chain: ChainKey { scope: ScopeId(f.take()?), device: DeviceId(f.take()?), incarnation: Incarnation(f.take()?) },
        seq: f.u64()?,
        prev: EntryId(f.take()?),
        pinned: f.u8()? != 0,
        bytes: f.0.to_vec(),
    })
}

fn decode_total(plain: &[u8]) -> Option<(u64, u64)> {
    let mut f = Fields(plain);
    let total = (f.u64()?, f.u64()?);
    f.end(total)
}

/// Item `n` and its stored size.
pub(crate) fn item_at(
    ctx: &Context,
    shelf: Shelf,
    items: &impl ReadableTable<u64, Sealed>,
    n: u64,
) -> Result<(StagedEntry, u64), StoreError> {
    let name = shelf.items.name;
    let value = items.get(n).map_err(ctx.fail("read a shelf"))?.ok_or_else(|| ctx.malformed(name))?;
    let plain = ctx.open(name, &n.to_be_bytes(), value.value())?;
    let item = decode_item(&plain).ok_or_else(|| ctx.malformed(name))?;
    Ok((item, value.value().len() as u64))
}

/// Arrival numbers of a group, oldest first, at most `max`.
pub(crate) fn numbers(
    ctx: &Context,
    shelf: Shelf,
    index: &impl ReadableTable<(Name, u64), ()>,
    group: Group<'_>,
    max: usize,
) -> Result<Vec<u64>, StoreError> {
    let name = shelf.name(ctx, group);
    let rows = index.range((&name, 0)..=(&name, u64::MAX)).map_err(ctx.fail("read a shelf"))?;
    rows.take(max).map(|row| Ok(row.map_err(ctx.fail("read a shelf"))?.0.value().1)).collect()
}

/// The items of a group, oldest first.
pub(crate) fn items_of(
    ctx: &Context,
    shelf: Shelf,
    items: &impl ReadableTable<u64, Sealed>,
    index: &impl ReadableTable<(Name, u64), ()>,
    group: Group<'_>,
) -> Result<Vec<StagedEntry>, StoreError> {
    numbers(ctx, shelf, index, group, usize::MAX)?
        .into_iter()
        .map(|n| {
            let (item, _) = item_at(ctx, shelf, items, n)?;
            let belongs = match group {
                Group::Id(id) => item.entry_id == *id,
                Group::Prev(id) => item.prev == *id,
                Group::Chain(key) => item.chain == *key,
                Group::Device(device) => item.chain.device == *device,
                Group::All => true,
            };
            // Index rows are not sealed: a row that points elsewhere was put there by somebody else.
            if belongs { Ok(item) } else { Err(ctx.tampered(shelf.index.name)) }
        })
        .collect()
}

/// Number of items on a shelf, pinned ones included.
pub(crate) fn count(ctx: &Context, items: &impl ReadableTableMetadata) -> Result<u64, StoreError> {
    items.len().map_err(ctx.fail("count a shelf"))
}

/// A quarantine record as a shelf item: chain and place are unknown or not to be trusted.
fn item_of_record(record: &QuarantineRecord) -> StagedEntry {
    let mut bytes = record.reason.to_be_bytes().to_vec();
    bytes.extend_from_slice(&record.first_seen_ms.to_be_bytes());
    StagedEntry {
        entry_id: record.entry_id,
        chain: ChainKey { scope: ScopeId::ZERO, device: record.from_peer, incarnation: Incarnation::ZERO },
        seq: 0,
        prev: EntryId::ZERO,
        pinned: false,
        bytes,
    }
}

/// The record in a quarantine item.
pub(crate) fn record_of_item(ctx: &Context, item: &StagedEntry) -> Result<QuarantineRecord, StoreError> {
    let mut f = Fields(&item.bytes);
    let fields = f.u16().zip(f.u64()).and_then(|fields| f.end(fields));
    let (reason, first_seen_ms) = fields.ok_or_else(|| ctx.malformed(QUARANTINE.items.name))?;
    Ok(QuarantineRecord { entry_id: item.entry_id, reason, first_seen_ms, from_peer: item.chain.device })
}

/// What is too large gives [`StoreError::TooLarge`]: nothing was changed. Where the file fails, or a row was tampered
/// with, the batch is lost.
#[expect(clippy::missing_errors_doc, reason = "said once, of all here")]
impl Tx<'_> {
    /// Keeps an entry until its predecessor or its device's Join arrives. False if it was waiting already.
    pub fn put_pending(&mut self, entry: &StagedEntry) -> Result<bool, StoreError> {
        let limits = self.limits().pending;
        shelve(self, PENDING, limits, &StagedEntry { pinned: false, ..entry.clone() })
    }

    /// Takes the entries off *pending* that follow `prev`, oldest first.
    pub fn take_pending_by_prev(&mut self, prev: &EntryId) -> Result<Vec<StagedEntry>, StoreError> {
        unshelve(self, PENDING, Group::Prev(prev))
    }

    /// Takes everything `device` wrote off *pending*, oldest first: when its Join has arrived.
    pub fn take_pending_by_device(&mut self, device: &DeviceId) -> Result<Vec<StagedEntry>, StoreError> {
        unshelve(self, PENDING, Group::Device(device))
    }

    /// Takes everything off *pending*, oldest first: when a newcomer learns who its organisation is, or that the peer
    /// was of another.
    pub fn take_pending(&mut self) -> Result<Vec<StagedEntry>, StoreError> {
        unshelve(self, PENDING, Group::All)
    }

    /// Keeps an entry beyond its chain's effective tip. False if it was there already.
    pub fn put_aside(&mut self, entry: &StagedEntry) -> Result<bool, StoreError> {
        let limits = self.limits().aside;
        shelve(self, ASIDE, limits, entry)
    }

    /// Remembers why an entry was refused. False, and the first record stays, if it was refused before.
    pub fn quarantine(&mut self, record: &QuarantineRecord) -> Result<bool, StoreError> {
        let limits = self.limits().quarantine;
        shelve(self, QUARANTINE, limits, &item_of_record(record))
    }

    /// Forgets a refusal: the entry has been admitted after all. False if there was none.
    pub fn unquarantine(&mut self, entry: &EntryId) -> Result<bool, StoreError> {
        Ok(!unshelve(self, QUARANTINE, Group::Id(entry))?.is_empty())
    }
}

fn shelve(tx: &mut Tx<'_>, shelf: Shelf, limits: ShelfLimits, item: &StagedEntry) -> Result<bool, StoreError> {
    let max = usize::try_from(limits.bytes_per_device.min(limits.bytes_total)).unwrap_or(usize::MAX);
    let max = max.min(super::ENTRY_BYTES_MAX);
    if item.bytes.len() > max.saturating_sub(512) {
        return Err(StoreError::TooLarge { what: "shelved entry", max, found: item.bytes.len() });
    }
    let done = shelve_checked(tx, shelf, limits, item);
    tx.note(done)
}

fn shelve_checked(tx: &mut Tx<'_>, shelf: Shelf, limits: ShelfLimits, item: &StagedEntry) -> Result<bool, StoreError> {
    let ctx = tx.ctx;
    let n = tx.next_arrival();
    {
        let mut index = tx.txn.open_table(shelf.index.def()).map_err(ctx.fail("open a shelf"))?;
        if !numbers(ctx, shelf, &index, Group::Id(&item.entry_id), 1)?.is_empty() {
            return Ok(false);
        }
        for group in Shelf::groups(item) {
            let name = shelf.name(ctx, group);
            index.insert((&name, n), ()).map_err(ctx.fail("fill a shelf"))?;
        }
    }
    let nonce = tx.nonces.next()?;
    let row = n.to_be_bytes();
    let value = ctx.sealer.seal(&nonce, shelf.items.name, &row, &[&encode_head(item), &item.bytes]);
    {
        let mut items = tx.txn.open_table(shelf.items.def()).map_err(ctx.fail("open a shelf"))?;
        items.insert(n, value.as_slice()).map_err(ctx.fail("fill a shelf"))?;
    }
    if !item.pinned {
        add_to_totals(tx, shelf, item, 1, value.len() as i64)?;
        let device = &item.chain.device;
        evict(tx, shelf, Group::Device(device), limits.entries_per_device, limits.bytes_per_device)?;
        evict(tx, shelf, Group::All, limits.entries_total, limits.bytes_total)?;
    }
    Ok(true)
}

fn unshelve(tx: &mut Tx<'_>, shelf: Shelf, group: Group<'_>) -> Result<Vec<StagedEntry>, StoreError> {
    let done = unshelve_checked(tx, shelf, group);
    tx.note(done)
}

fn unshelve_checked(tx: &mut Tx<'_>, shelf: Shelf, group: Group<'_>) -> Result<Vec<StagedEntry>, StoreError> {
    let ctx = tx.ctx;
    let (found, taken) = {
        let index = tx.txn.open_table(shelf.index.def()).map_err(ctx.fail("open a shelf"))?;
        let items = tx.txn.open_table(shelf.items.def()).map_err(ctx.fail("open a shelf"))?;
        let taken = items_of(ctx, shelf, &items, &index, group)?;
        (numbers(ctx, shelf, &index, group, usize::MAX)?, taken)
    };
    for n in found {
        drop_item(tx, shelf, n)?;
    }
    Ok(taken)
}

/// Drops the oldest of a group until it is within its bounds.
fn evict(tx: &mut Tx<'_>, shelf: Shelf, group: Group<'_>, entries_max: u64, bytes_max: u64) -> Result<(), StoreError> {
    let ctx = tx.ctx;
    loop {
        let (entries, bytes) = total(tx, shelf, group)?;
        if entries <= entries_max && bytes <= bytes_max {
            return Ok(());
        }
        let oldest = {
            let index = tx.txn.open_table(shelf.index.def()).map_err(ctx.fail("open a shelf"))?;
            numbers(ctx, shelf, &index, group, 1)?.pop()
        };
        let oldest = oldest.ok_or_else(|| ctx.malformed(shelf.totals.name))?;
        drop_item(tx, shelf, oldest)?;
    }
}

fn drop_item(tx: &mut Tx<'_>, shelf: Shelf, n: u64) -> Result<(), StoreError> {
    let ctx = tx.ctx;
    let (item, size) = {
        let mut items = tx.txn.open_table(shelf.items.def()).map_err(ctx.fail("open a shelf"))?;
        let found = item_at(ctx, shelf, &items, n)?;
        items.remove(n).map_err(ctx.fail("empty a shelf"))?;
        found
    };
    let mut index = tx.txn.open_table(shelf.index.def()).map_err(ctx.fail("open a shelf"))?;
    for group in Shelf::groups(&item) {
        let name = shelf.name(ctx, group);
        index.remove((&name, n)).map_err(ctx.fail("empty a shelf"))?;
    }
    drop(index);
    if item.pinned { Ok(()) } else { add_to_totals(tx, shelf, &item, -1, -(size as i64)) }
}

fn total(tx: &mut Tx<'_>, shelf: Shelf, group: Group<'_>) -> Result<(u64, u64), StoreError> {
    let row = shelf.name(tx.ctx, group);
    let Some(plain) = tx.read_keyed(shelf.totals, &row)? else { return Ok((0, 0)) };
    decode_total(&plain).ok_or_else(|| tx.ctx.malformed(shelf.totals.name))
}

fn add_to_totals(
    tx: &mut Tx<'_>,
    shelf: Shelf,
    item: &StagedEntry,
    entries: i64,
    bytes: i64,
) -> Result<(), StoreError> {
    for group in [Group::Device(&item.chain.device), Group::All] {
        let (held, held_bytes) = total(tx, shelf, group)?;
        let sums = held.checked_add_signed(entries).zip(held_bytes.checked_add_signed(bytes));
        let (held, held_bytes) = sums.ok_or_else(|| tx.ctx.malformed(shelf.totals.name))?;
        let row = shelf.name(tx.ctx, group);
        if held == 0 {
            tx.remove_keyed(shelf.totals, &row)?;
        } else {
            tx.write_keyed(shelf.totals, &row, &[&held.to_be_bytes(), &held_bytes.to_be_bytes()])?;
        }
    }
    Ok(())
}

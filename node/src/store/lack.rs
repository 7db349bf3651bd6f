//! What is known of entries and not held: sections of their own, and entries they name. By the entry's place.

use crdt_model::values::{DeviceId, EntryId};
use redb::{ReadableTable, ReadableTableMetadata};

use super::index::ChainKey;
use super::snapshot::Snapshot;
use super::tables::{Fields, LocatedTable, Named};
use super::tx::Tx;
use super::{Context, Location, StoreError};

/// Entries that lack sections.
pub(crate) const GAPS: LocatedTable = Named::new("gaps-1");
/// Entries that name others not held when they came.
pub(crate) const WANTS: LocatedTable = Named::new("wants-1");

/// An entry of which sections are not held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The entry.
    pub entry: EntryId,
    /// Bit n stands for layer n; never zero.
    pub layers: u8,
    /// Its author took it back: nobody need have them.
    pub withdrawn: bool,
    /// Who sent the header.
    pub from: DeviceId,
}

impl Gap {
    fn encode(&self) -> Vec<u8> {
        let mut out = self.entry.as_bytes().to_vec();
        out.extend([self.layers, u8::from(self.withdrawn)]);
        out.extend_from_slice(self.from.as_bytes());
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut f = Fields(bytes);
        let entry = EntryId(f.take()?);
        let (layers, withdrawn) = (f.u8()?, f.u8()? == 1);
        let gap = Self { entry, layers, withdrawn, from: DeviceId(f.take()?) };
        f.end(gap)
    }
}

fn gap_at(
    ctx: &Context,
    rows: &impl ReadableTable<(u32, u32, u64), &'static [u8]>,
    at: Location,
) -> Result<Option<Gap>, StoreError> {
    let Some(value) = rows.get((at.scope, at.chain, at.seq)).map_err(ctx.fail("read what is missing"))? else {
        return Ok(None);
    };
    let plain = ctx.open(GAPS.name, &at.encode(), value.value())?;
    Gap::decode(&plain).map(Some).ok_or_else(|| ctx.malformed(GAPS.name))
}

fn ids(bytes: &[u8]) -> Option<Vec<EntryId>> {
    let (ids, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| ids.iter().map(|id| EntryId(*id)).collect())
}

/// Where the file fails the batch is lost.
#[expect(clippy::missing_errors_doc, reason = "said once, of all here")]
impl Tx<'_> {
    /// Notes that sections of the entry at `at` are missing; replaces what was noted before.
    pub fn put_gap(&mut self, at: Location, gap: &Gap) -> Result<(), StoreError> {
        put_located(self, GAPS, at, &gap.encode())
    }

    /// What is missing of the entry at `at`, this batch included.
    pub fn gap(&mut self, at: Location) -> Result<Option<Gap>, StoreError> {
        gap_at(self.ctx, &self.open(GAPS)?, at)
    }

    /// True when sections of some entry are missing, this batch included.
    pub fn has_gaps(&mut self) -> Result<bool, StoreError> {
        Ok(!self.open(GAPS)?.is_empty().map_err(self.ctx.fail("read what is missing"))?)
    }

    /// Nothing is missing of the entry at `at` any more.
    pub fn clear_gap(&mut self, at: Location) -> Result<(), StoreError> {
        clear_located(self, GAPS, at)
    }

    /// Notes that the entry at `at` names entries that are not held.
    pub fn put_wants(&mut self, at: Location, ids: &[EntryId]) -> Result<(), StoreError> {
        let bytes: Vec<u8> = ids.iter().flat_map(|id| id.0).collect();
        put_located(self, WANTS, at, &bytes)
    }

    /// All that the entry at `at` names is held.
    pub fn clear_wants(&mut self, at: Location) -> Result<(), StoreError> {
        clear_located(self, WANTS, at)
    }
}

fn put_located(tx: &mut Tx<'_>, table: LocatedTable, at: Location, plain: &[u8]) -> Result<(), StoreError> {
    let ctx = tx.ctx;
    let value = tx.nonces.next().map(|nonce| ctx.sealer.seal(&nonce, table.name, &at.encode(), &[plain]));
    let done = value.and_then(|value| {
        let mut rows = tx.open(table)?;
        rows.insert((at.scope, at.chain, at.seq), value.as_slice()).map_err(ctx.fail("note what is missing"))?;
        Ok(())
    });
    tx.note(done)
}

fn clear_located(tx: &mut Tx<'_>, table: LocatedTable, at: Location) -> Result<(), StoreError> {
    let done = tx.open(table).and_then(|mut rows| {
        rows.remove((at.scope, at.chain, at.seq)).map_err(tx.ctx.fail("note what is missing"))?;
        Ok(())
    });
    tx.note(done)
}

#[expect(clippy::missing_errors_doc, reason = "said once, of the type")]
impl Snapshot {
    /// What is missing of an entry.
    pub fn gap_of(&self, entry: &EntryId) -> Result<Option<Gap>, StoreError> {
        let Some(at) = self.location(entry)? else { return Ok(None) };
        gap_at(&self.ctx, &self.table(GAPS)?, at)
    }

    /// Entries that lack sections: where they lie, their chain, and what is missing.
    pub fn gaps(&self) -> Result<Vec<(Location, ChainKey, Gap)>, StoreError> {
        self.located(GAPS, Gap::decode)
    }

    /// Entries that named others not held when they came: where they lie, their chain, and which ids. Some may have
    /// arrived since.
    pub fn wants(&self) -> Result<Vec<(Location, ChainKey, Vec<EntryId>)>, StoreError> {
        self.located(WANTS, ids)
    }

    fn located<T>(
        &self,
        table: LocatedTable,
        decode: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Vec<(Location, ChainKey, T)>, StoreError> {
        let ctx = &self.ctx;
        let rows = self.table(table)?;
        let rows = rows.iter().map_err(ctx.fail("read what is missing"))?;
        rows.map(|row| {
            let (key, value) = row.map_err(ctx.fail("read what is missing"))?;
            let (scope, chain, seq) = key.value();
            let at = Location { scope, chain, seq };
            let plain = ctx.open(table.name, &at.encode(), value.value())?;
            let row = self.index.chains.get(chain as usize).and_then(|row| self.index.key_of(row));
            row.zip(decode(&plain)).map(|(key, item)| (at, key, item)).ok_or_else(|| ctx.malformed(table.name))
        })
        .collect()
    }
}

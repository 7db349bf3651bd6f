//! Every table with its key and value bytes. The names carry a version: a new form is a new table and a migration.
//!
//! Integers in values are big-endian. "sealed" is the form of [`seal`](super::seal); "name" its keyed hash.
//!
//! | table | row key | sealed value |
//! |---|---|---|
//! | `state-1` | name(`"state"`) | commit u64 ‖ next_doc u32 ‖ next_arrival u64 ‖ keyring_counter u64 |
//! | `scopes-1` | scope# u32 | scope id 16 |
//! | `chains-1` | chain# u32 | scope# u32 ‖ device 16 ‖ incarnation 8 ‖ tip_seq u64 ‖ tip_entry 32 ‖ bytes_total u64 ‖ offered_seq u64 |
//! | `entries-1` | (scope# u32, chain# u32, seq u64) | entry id 32 ‖ entry bytes |
//! | `entry-ids-1` | name(entry id) | location 16 |
//! | `entry-ids-1` | name(`"carried"` ‖ entry id) | location 16, each: entries that carry it |
//! | `docs-1` | name(scope id 16 ‖ doc id 16) | doc# u32 |
//! | `doc-list-1` | (scope# u32, doc# u32) | doc id 16 |
//! | `doc-entries-1` | (doc# u32, arrival u64) | location 16 |
//! | `arrivals-1` | arrival u64 | scope# u32 ‖ doc# u32, as they are: a document that an entry or section came for |
//! | `gaps-1` | (scope# u32, chain# u32, seq u64) | entry id 32 ‖ layers u8 ‖ withdrawn u8 ‖ sender 16 |
//! | `wants-1` | (scope# u32, chain# u32, seq u64) | entry id 32, each |
//! | `S-1` of a shelf S | arrival u64 | entry id 32 ‖ scope 16 ‖ device 16 ‖ incarnation 8 ‖ seq u64 ‖ prev 32 ‖ pinned u8 ‖ bytes |
//! | `S-index-1` | (name(kind u8 ‖ what), arrival u64) | nothing |
//! | `S-totals-1` | name(kind u8 ‖ device) | entries u64 ‖ bytes u64 |
//! | `K-1` of a space K | name(key) | u16 length ‖ key ‖ value |
//! | `K-1` of a member space K | name(member 16 ‖ key) | member 16 ‖ sealed again under the member's key: (u16 length ‖ key ‖ value) |
//!
//! Shelves: `pending`, `aside`, `quarantine`. Location = scope# u32 ‖ chain# u32 ‖ seq u64.

use std::marker::PhantomData;

use crdt_model::values::{DeviceId, EntryId, Incarnation};
use redb::{Key, TableDefinition, Value};

use super::Location;

/// A table: its name, and the types of its rows.
pub(crate) struct Named<K, V> {
    pub(crate) name: &'static str,
    types: PhantomData<fn() -> (K, V)>,
}

impl<K, V> Clone for Named<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Named<K, V> {}

impl<K: Key + 'static, V: Value + 'static> Named<K, V> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, types: PhantomData }
    }

    pub(crate) fn def(self) -> TableDefinition<'static, K, V> {
        TableDefinition::new(self.name)
    }
}

/// Sealed bytes.
pub(crate) type Sealed = &'static [u8];
/// A keyed hash.
pub(crate) type Name = &'static [u8; 32];
/// A table by an entry's place.
pub(crate) type LocatedTable = Named<(u32, u32, u64), Sealed>;
/// A table whose rows are named by keyed hashes.
pub(crate) type KeyedTable = Named<Name, Sealed>;
/// Items of a shelf, in order of arrival.
pub(crate) type ItemTable = Named<u64, Sealed>;
/// Where to find items of a shelf. Rows carry nothing; the item found is authenticated and compared.
pub(crate) type ItemIndexTable = Named<(Name, u64), ()>;

pub(crate) const STATE: KeyedTable = Named::new("state-1");
pub(crate) const SCOPES: Named<u32, Sealed> = Named::new("scopes-1");
pub(crate) const CHAINS: Named<u32, Sealed> = Named::new("chains-1");
pub(crate) const ENTRIES: Named<(u32, u32, u64), Sealed> = Named::new("entries-1");
pub(crate) const ENTRY_IDS: KeyedTable = Named::new("entry-ids-1");
pub(crate) const DOCS: KeyedTable = Named::new("docs-1");
pub(crate) const DOC_LIST: Named<(u32, u32), Sealed> = Named::new("doc-list-1");
pub(crate) const DOC_ENTRIES: Named<(u32, u64), Sealed> = Named::new("doc-entries-1");
/// What came since, for whoever keeps something derived. Tells no more than the row keys of `doc-entries-1`.
pub(crate) const ARRIVALS: Named<u64, (u32, u32)> = Named::new("arrivals-1");

/// Row bytes of numbered tables, for the associated data.
pub(crate) fn row_u32(n: u32) -> [u8; 4] {
    n.to_be_bytes()
}

/// As [`row_u32`].
pub(crate) fn row_u32_u32(a: u32, b: u32) -> [u8; 8] {
    ((u64::from(a) << 32) | u64::from(b)).to_be_bytes()
}

/// As [`row_u32`].
pub(crate) fn row_u32_u64(a: u32, b: u64) -> [u8; 12] {
    let mut out = [0; 12];
    out[..4].copy_from_slice(&a.to_be_bytes());
    out[4..].copy_from_slice(&b.to_be_bytes());
    out
}

/// Takes fixed-size fields off the front of a value.
pub(crate) struct Fields<'b>(pub(crate) &'b [u8]);

impl<'b> Fields<'b> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Option<&'b [u8]> {
        let (head, tail) = self.0.split_at_checked(len)?;
        self.0 = tail;
        Some(head)
    }

    /// What was read, if nothing is left over.
    pub(crate) fn end<T>(&self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}

/// The store's counters, one row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Number of this commit: lets a reader see whether its index and its redb snapshot belong together.
    pub(crate) commit: u64,
    pub(crate) next_doc: u32,
    /// Order of arrival of entries and shelf items; never reused.
    pub(crate) next_arrival: u64,
    pub(crate) keyring_counter: u64,
}

impl State {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = self.commit.to_be_bytes().to_vec();
        out.extend_from_slice(&self.next_doc.to_be_bytes());
        out.extend_from_slice(&self.next_arrival.to_be_bytes());
        out.extend_from_slice(&self.keyring_counter.to_be_bytes());
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut f = Fields(bytes);
        let state = Self { commit: f.u64()?, next_doc: f.u32()?, next_arrival: f.u64()?, keyring_counter: f.u64()? };
        f.end(state)
    }
}

/// One chain as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChainRow {
    pub(crate) scope: u32,
    pub(crate) device: DeviceId,
    pub(crate) incarnation: Incarnation,
    pub(crate) tip_seq: u64,
    pub(crate) tip_entry: EntryId,
    pub(crate) bytes_total: u64,
    pub(crate) offered_seq: u64,
}

impl ChainRow {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = self.scope.to_be_bytes().to_vec();
        out.extend_from_slice(self.device.as_bytes());
        out.extend_from_slice(self.incarnation.as_bytes());
        out.extend_from_slice(&self.tip_seq.to_be_bytes());
        out.extend_from_slice(self.tip_entry.as_bytes());
        out.extend_from_slice(&self.bytes_total.to_be_bytes());
        out.extend_from_slice(&self.offered_seq.to_be_bytes());
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut f = Fields(bytes);
        let row = Self {
            scope: f.u32()?,
            device: DeviceId(f.take()?),
            incarnation: Incarnation(f.take()?),
            tip_seq: f.u64()?,
            tip_entry: EntryId(f.take()?),
            bytes_total: f.u64()?,
            offered_seq: f.u64()?,
        };
        f.end(row)
    }
}

/// Locations one after the other.
pub(crate) fn locations(bytes: &[u8]) -> Option<Vec<Location>> {
    let (each, rest) = bytes.as_chunks::<16>();
    if rest.is_empty() { each.iter().map(|one| Location::decode(one)).collect() } else { None }
}

impl Location {
    pub(crate) fn encode(self) -> [u8; 16] {
        let mut out = [0; 16];
        out[..4].copy_from_slice(&self.scope.to_be_bytes());
        out[4..8].copy_from_slice(&self.chain.to_be_bytes());
        out[8..].copy_from_slice(&self.seq.to_be_bytes());
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut f = Fields(bytes);
        let at = Self { scope: f.u32()?, chain: f.u32()?, seq: f.u64()? };
        f.end(at)
    }
}

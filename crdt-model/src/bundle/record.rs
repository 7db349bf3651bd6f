//! The first thing in a bundle: who made it, for whom, and what is in it.

use std::collections::BTreeMap;

use crate::cbor::{Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::frontier::{Frontier, Suffix, Tip};
use crate::sync::handshake;
use crate::sync::message::SCOPES_MAX;
use crate::values::{ChainKey, DeviceId, EntryId, Incarnation, ScopeId};

use super::ENTRIES_MAX;

/// Most chains a record names, over all scopes.
pub const ROWS_MAX: u64 = 50_000;
/// Longest Join a record carries, bytes: that of a handshake.
pub const JOIN_BYTES_MAX: usize = handshake::JOIN_BYTES_MAX;
/// Most parts of a set.
const PARTS_MAX: u32 = 100_000;

/// For whom a bundle was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// Every member's device.
    Organisation,
    /// The devices of a site's members, by its code.
    Site(String),
    /// One device.
    Device(DeviceId),
}

/// Which of several files that were made at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Names the set, 16 random bytes.
    pub set: [u8; 16],
    /// From 1.
    pub index: u32,
    /// How many there are.
    pub of: u32,
}

/// One chain as its author's node held it, and which of its entries are here: `after + 1 ..= upto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The last entry before those that are here; with `upto` equal, none are.
    pub after: u64,
    /// The last entry that is here.
    pub upto: u64,
    /// How far the node that wrote the bundle held the chain, and had offered it.
    pub tip: Tip,
}

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The device that made it.
    pub from: DeviceId,
    /// Names it, 16 random bytes.
    pub bundle: [u8; 16],
    /// What that device's clock said, Unix milliseconds. Nobody adopts it.
    pub created_ms: i64,
    /// For whom.
    pub to: To,
    /// Its place among several, if it was made with others.
    pub part: Option<Part>,
    /// How many entries follow.
    pub entries: u64,
    /// Bytes they take, each with the four of its length.
    pub bytes: u64,
    /// The Join that brought the device, for readers that may not hold it yet; absent for the founder's.
    pub join: Option<Vec<u8>>,
    /// Every chain its node held, by scope.
    pub scopes: BTreeMap<ScopeId, BTreeMap<ChainKey, Row>>,
}

impl Record {
    /// What the node that made it held of each scope and had offered.
    pub fn frontiers(&self) -> BTreeMap<ScopeId, Frontier> {
        let tips = |rows: &BTreeMap<ChainKey, Row>| rows.iter().map(|(chain, row)| (*chain, row.tip)).collect();
        self.scopes.iter().map(|(scope, rows)| (*scope, tips(rows))).collect()
    }

    /// What of each chain is in the bundle.
    pub fn contents(&self) -> impl Iterator<Item = (ScopeId, Suffix)> + '_ {
        self.scopes.iter().flat_map(|(scope, rows)| {
            let here = rows.iter().filter(|(_, row)| row.after < row.upto);
            here.map(|(chain, row)| (*scope, Suffix { chain: *chain, after: row.after, upto: row.upto }))
        })
    }
}

impl Canonical for To {
    fn write(&self, w: &mut Writer) {
        match self {
            Self::Organisation => w.arr(1).uint(0),
            Self::Site(code) => w.arr(2).uint(1).text(code),
            Self::Device(device) => w.arr(2).uint(2).bstr(&device.0),
        };
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        let n = r.arr_max(2)?;
        Ok(match (n, r.u64()?) {
            (1, 0) => Self::Organisation,
            (2, 1) => Self::Site(r.text_max(crate::roster::CODE_BYTES_MAX)?),
            (2, 2) => Self::Device(DeviceId(r.fixed()?)),
            _ => return malformed("unknown recipient"),
        })
    }
}

impl Canonical for Record {
    fn write(&self, w: &mut Writer) {
        w.arr(10).uint(1).bstr(&self.from.0).bstr(&self.bundle).sint(self.created_ms);
        self.to.write(w);
        match &self.part {
            Some(part) => w.arr(3).bstr(&part.set).uint(part.index.into()).uint(part.of.into()),
            None => w.nil(),
        };
        w.uint(self.entries).uint(self.bytes);
        match &self.join {
            Some(join) => w.bstr(join),
            None => w.nil(),
        };
        w.arr(self.scopes.len());
        for (scope, rows) in &self.scopes {
            w.arr(2).bstr(&scope.0).arr(rows.len());
            for (chain, row) in rows {
                w.arr(6).bstr(&chain.device.0).bstr(&chain.incarnation.0);
                w.uint(row.after).uint(row.upto).uint(row.tip.seq).bstr(&row.tip.entry.0);
            }
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(10)?;
        if r.u64()? != 1 {
            return malformed("unknown version of a record");
        }
        let (from, bundle, created_ms) = (DeviceId(r.fixed()?), r.fixed()?, r.i64()?);
        let to = To::read(r)?;
        let part = if r.take_null()? {
            None
        } else {
            r.arr_of(3)?;
            let part = Part { set: r.fixed()?, index: r.u32()?, of: r.u32()? };
            if part.index == 0 || part.index > part.of || part.of > PARTS_MAX {
                return malformed("no such part");
            }
            Some(part)
        };
        let (entries, bytes) = (r.u64()?, r.u64()?);
        if entries > ENTRIES_MAX {
            return malformed("too many entries");
        }
        let join = if r.take_null()? { None } else { Some(r.bstr_max(JOIN_BYTES_MAX)?.to_vec()) };
        let (mut scopes, mut left) = (BTreeMap::new(), ROWS_MAX);
        for _ in 0..r.arr_max(SCOPES_MAX as u64)? {
            r.arr_of(2)?;
            let scope = ScopeId(r.fixed()?);
            let n = r.arr_max(left)?;
            left -= n;
            let mut rows = BTreeMap::new();
            for _ in 0..n {
                r.arr_of(6)?;
                let chain = ChainKey { device: DeviceId(r.fixed()?), incarnation: Incarnation(r.fixed()?) };
                let (after, upto) = (r.u64()?, r.u64()?);
                let tip = Tip { seq: r.u64()?, entry: EntryId(r.fixed()?) };
                if after > upto || upto > tip.seq || tip.seq == 0 {
                    return malformed("entries that are not in their chain");
                }
                rows.insert(chain, Row { after, upto, tip });
            }
            scopes.insert(scope, rows);
        }
        Ok(Self { from, bundle, created_ms, to, part, entries, bytes, join, scopes })
    }
}

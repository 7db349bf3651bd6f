//! What somebody waits for goes first, and so do the marks that say so.
//!
//! The author's node marks an entry when it writes it (an urgent case); a peer that gets it hears of it in the same frame and
//! passes it on. Marks are hints: they decide on the order of sending and, for own entries, on waiting for nothing. Nobody
//! else's word releases an own entry.

use std::collections::{BTreeMap, BTreeSet};

use crdt_model::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crdt_model::entry::{Entry, Kind};
use crdt_model::frontier::Suffix;
use crdt_model::sync::message::{Missing, SectionsOf};
use crdt_model::sync::{Supply, Wanted};
use crdt_model::values::{ChainKey, DocId, ScopeId};

use crate::error::Failure;
use crate::log::Log;
use crate::log::marks::{self, PER_CHAIN_MAX};
use crate::store::{self, Space};
use crate::sync::release;

/// Chains of other devices with marks, in one scope: those that hold the most recently heard of.
const CHAINS_MAX: usize = 256;
/// A stretch before an urgent entry that is shorter than this goes whole, bytes: a frame or so.
const BARE_ABOVE_BYTES: u64 = 64 << 10;

/// Urgent entries by chain.
pub(crate) type Urgent = BTreeMap<(ScopeId, ChainKey), Vec<u64>>;

/// Key of what peers said is urgent in others' chains of a scope.
fn heard_key(scope: &ScopeId) -> Vec<u8> {
    format!("urgent-heard/{scope}").into_bytes()
}

/// What peers said of one scope: chains, the one heard of last at the end.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard(Vec<(ChainKey, Vec<u64>)>);

impl Canonical for Heard {
    fn write(&self, w: &mut Writer) {
        w.arr(2).uint(1).arr(self.0.len());
        for (chain, seqs) in &self.0 {
            w.arr(2);
            chain.write(w);
            w.arr(seqs.len());
            for seq in seqs {
                w.uint(*seq);
            }
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(2)?;
        if r.u64()? != 1 {
            return malformed("unknown version of urgent marks");
        }
        let mut heard = Vec::new();
        for _ in 0..r.arr_max(CHAINS_MAX as u64)? {
            r.arr_of(2)?;
            let chain = ChainKey::read(r)?;
            let mut seqs = Vec::new();
            for _ in 0..r.arr_max(PER_CHAIN_MAX as u64)? {
                seqs.push(r.u64()?);
            }
            heard.push((chain, seqs));
        }
        Ok(Self(heard))
    }
}

impl Heard {
    fn add(&mut self, chain: ChainKey, seq: u64) {
        let at = self.0.iter().position(|(held, _)| *held == chain);
        let (_, mut seqs) = at.map_or((chain, Vec::new()), |at| self.0.remove(at));
        if !seqs.contains(&seq) {
            seqs.push(seq);
        }
        let from = seqs.len().saturating_sub(PER_CHAIN_MAX);
        self.0.push((chain, seqs.split_off(from)));
        let from = self.0.len().saturating_sub(CHAINS_MAX);
        self.0.drain(..from);
    }
}

fn heard(snapshot: &store::Snapshot, scope: &ScopeId) -> Result<Heard, Failure> {
    let held = snapshot.get(Space::Meta, &heard_key(scope))?;
    // hints only: what cannot be read is forgotten
    Ok(held.and_then(|bytes| cbor::decode(&bytes).ok()).unwrap_or_default())
}

/// Urgent entries of all chains of a scope.
pub(crate) fn urgent_of(
    log: &Log,
    snapshot: &store::Snapshot,
    scope: &ScopeId,
    urgent: &mut Urgent,
) -> Result<(), Failure> {
    for (chain, seqs) in heard(snapshot, scope)?.0 {
        urgent.insert((*scope, chain), seqs);
    }
    for chain in snapshot.chains_of(scope).filter(|chain| chain.key.device == log.device) {
        let seqs = marks::own_urgent(snapshot, &chain.key)?;
        if !seqs.is_empty() {
            let key = ChainKey { device: chain.key.device, incarnation: chain.key.incarnation };
            urgent.insert((*scope, key), seqs);
        }
    }
    Ok(())
}

/// A peer says that somebody waits for these entries, which it just gave us.
pub(crate) fn hear_urgent(log: &Log, scope: ScopeId, entries: &[Vec<u8>], places: &[u32]) -> Result<(), Failure> {
    let snapshot = log.store.read()?;
    let mut heard = heard(&snapshot, &scope)?;
    let before = cbor::encode(&heard);
    for place in places {
        let entry = entries.get(*place as usize).and_then(|bytes| Entry::decode(bytes).ok());
        let Some(entry) = entry.filter(|entry| entry.header().device != log.device) else { continue };
        // what was refused is marked by nobody
        if snapshot.has(&entry.id())? {
            heard.add(ChainKey::of(entry.header()), entry.header().seq);
        }
    }
    drop(snapshot);
    let after = cbor::encode(&heard);
    if after == before {
        return Ok(());
    }
    log.commit_quietly(|tx| Ok(tx.put(Space::Meta, &heard_key(&scope), &after)?))
}

/// Documents somebody waits for among the entries of a chain.
fn awaited_docs(
    log: &Log,
    snapshot: &store::Snapshot,
    key: &store::ChainKey,
    seqs: &[u64],
) -> Result<BTreeSet<DocId>, Failure> {
    let mut docs = BTreeSet::new();
    for seq in seqs {
        if let Some(stored) = snapshot.entry_in(key, *seq)? {
            docs.insert(log.decode(&stored.bytes)?.header().doc);
        }
    }
    Ok(docs)
}

fn urgent_in(log: &Log, snapshot: &store::Snapshot, scope: &ScopeId, chain: &ChainKey) -> Result<Vec<u64>, Failure> {
    if chain.device == log.device {
        let key = store::ChainKey { scope: *scope, device: chain.device, incarnation: chain.incarnation };
        return marks::own_urgent(snapshot, &key);
    }
    let heard = heard(snapshot, scope)?.0.into_iter();
    Ok(heard.filter(|(held, _)| held == chain).map(|(_, seqs)| seqs).next().unwrap_or_default())
}

/// As [`release::supply`], for a session: with the marks, and, on the way to an entry somebody waits for, headers
/// first. `urgent`: the last entry of `suffix` is such a one.
pub(crate) fn supply_in_order(
    log: &Log,
    scope: ScopeId,
    suffix: &Suffix,
    bytes_max: usize,
    urgent: bool,
) -> Result<Supply, Failure> {
    let (entries, reached) = release::supply(log, scope, suffix, bytes_max)?;
    let snapshot = log.store.read()?;
    let seqs = urgent_in(log, &snapshot, &scope, &suffix.chain)?;
    let mut supply = Supply { entries, reached, ..Supply::default() };
    if seqs.is_empty() {
        return Ok(supply);
    }
    let key = store::ChainKey { scope, device: suffix.chain.device, incarnation: suffix.chain.incarnation };
    let awaited = match urgent && stretch_bytes(log, &snapshot, &key, suffix)? > BARE_ABOVE_BYTES {
        true => Some(awaited_docs(log, &snapshot, &key, &seqs)?),
        false => None,
    };
    for (place, bytes) in (0_u32..).zip(supply.entries.iter_mut()) {
        let mut entry = log.decode(bytes)?;
        if seqs.contains(&entry.header().seq) {
            supply.urgent.push(place);
        }
        if awaited.as_ref().is_some_and(|docs| is_bare(&entry, docs)) {
            let layers: Vec<u8> = entry.header().sections.iter().map(|section| section.layer).collect();
            layers.into_iter().for_each(|layer| entry.drop_section(layer));
            *bytes = entry.encode();
            supply.bare = true;
        }
    }
    Ok(supply)
}

/// Bytes of the entries of a stretch, about.
fn stretch_bytes(
    log: &Log,
    snapshot: &store::Snapshot,
    key: &store::ChainKey,
    suffix: &Suffix,
) -> Result<u64, Failure> {
    let total = |seq: u64| -> Result<u64, Failure> {
        let stored = if seq == 0 { None } else { snapshot.entry_in(key, seq)? };
        let decoded = stored.map(|stored| log.decode(&stored.bytes)).transpose()?;
        Ok(decoded.map_or(0, |entry| entry.header().bytes_total))
    };
    Ok(total(suffix.upto)?.saturating_sub(total(suffix.after)?))
}

/// Sections for a peer, and what is still to be read.
pub(crate) fn supply_sections(
    log: &Log,
    scope: ScopeId,
    wanted: Wanted,
    bytes_max: usize,
) -> Result<(Vec<SectionsOf>, Option<Wanted>), Failure> {
    let snapshot = log.store.read()?;
    let (mut sections, mut bytes) = (Vec::new(), 0);
    let mut give = |entry: &Entry, layers: u8| {
        let named = entry.header().sections.iter().zip(entry.sections());
        let named = named.filter(|(named, _)| layers >> named.layer & 1 == 1);
        let held: Vec<_> = named.filter_map(|(named, held)| Some((named.layer, held.clone()?))).collect();
        if !held.is_empty() {
            let of = SectionsOf { entry: entry.id(), sections: held };
            bytes += of.frame_bytes();
            sections.push(of);
        }
        bytes >= bytes_max
    };
    let left = match wanted {
        Wanted::Listed(list) => {
            let mut left: &[Missing] = &list;
            while let Some((one, rest)) = left.split_first() {
                left = rest;
                let Some(stored) = snapshot.entry(&one.entry)?.filter(|stored| stored.chain.scope == scope) else {
                    continue;
                };
                // own entries that were not offered are given to nobody, whoever asks
                let offered = snapshot.chain(&stored.chain).map_or(0, |chain| chain.offered_seq);
                if stored.chain.device == log.device && stored.seq() > offered {
                    continue;
                }
                if give(&log.decode(&stored.bytes)?, one.layers) {
                    break;
                }
            }
            (!left.is_empty()).then(|| Wanted::Listed(left.to_vec()))
        }
        Wanted::Of(suffix) => {
            let seqs = urgent_in(log, &snapshot, &scope, &suffix.chain)?;
            let key = store::ChainKey { scope, device: suffix.chain.device, incarnation: suffix.chain.incarnation };
            let docs = awaited_docs(log, &snapshot, &key, &seqs)?;
            drop(snapshot);
            let (entries, reached) = release::supply(log, scope, &suffix, bytes_max)?;
            for bytes in &entries {
                let entry = log.decode(bytes)?;
                if is_bare(&entry, &docs) {
                    give(&entry, u8::MAX);
                }
            }
            let after = reached.max(suffix.after + 1);
            (after < suffix.upto && !entries.is_empty()).then_some(Wanted::Of(Suffix { after, ..suffix }))
        }
    };
    Ok((sections, left))
}

/// An edit of a case nobody waits for.
fn is_bare(entry: &Entry, awaited: &BTreeSet<DocId>) -> bool {
    entry.header().kind == Kind::Edit && !awaited.contains(&entry.header().doc)
}

#[cfg(test)]
mod tests {
    use crdt_model::values::{DeviceId, Incarnation};

    use super::*;

    #[test]
    fn marks_are_bounded_and_the_latest_stay() {
        let chain =
            |n: u16| ChainKey { device: DeviceId([n as u8; 16]), incarnation: Incarnation([(n >> 8) as u8; 8]) };
        let mut heard = Heard::default();
        for n in 0..CHAINS_MAX as u16 + 9 {
            for seq in 1..=PER_CHAIN_MAX as u64 + 5 {
                heard.add(chain(n), seq);
                heard.add(chain(n), seq);
            }
        }
        assert_eq!(heard.0.len(), CHAINS_MAX);
        assert_eq!((heard.0[0].0, heard.0[0].1.len(), heard.0[0].1[0]), (chain(9), PER_CHAIN_MAX, 6));
        heard.add(chain(10), 1);
        assert_eq!(heard.0.last().map(|(chain, _)| *chain), Some(chain(10)));
        assert_eq!(cbor::decode::<Heard>(&cbor::encode(&heard)), Ok(heard));
    }
}

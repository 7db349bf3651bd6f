//! What forks cut off: which entries count all the same because somebody carries them on, and carrying on what is held here.
//!
//! From the fork of a chain on, nothing of it counts ([`crdt_model::frontier`]). Whatever this node had counted until it heard
//! of the fork it writes into a chain of its own, byte for byte ([`crdt_model::carried`]), unless somebody did already; and what
//! lies aside, the other branch, once a session, bundle or start shows that nobody else does. So a home that was put back and
//! wrote on, or ran twice, loses nothing, whoever of those who met it comes by first; and if it never comes back, others have
//! what they had.
//!
//! There is nothing to remember: what is still to be carried follows from what is held. A crash at any point leaves a part of
//! it carried, and the next start or batch goes on.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crdt_model::carried::{Carrier, carried, carry, is_signed};
use crdt_model::document::{DocEntry, Opened};
use crdt_model::entry::{Entry, Header, Kind};
use crdt_model::retraction::{Retraction, taken_back};
use crdt_model::values::{ChainKey, DeviceId, EntryId, ScopeId};
use ed25519_dalek::VerifyingKey;

use crate::error::Failure;
use crate::keys::keychain::Keychain;
use crate::log::erasure;
use crate::log::marks::{self, mark_urgent};
use crate::log::{Log, Shared, append, locked};
use crate::store::{self, Gap, Snapshot, Tx};

/// Forked chains: nothing counts from this seq on.
pub(crate) type Forks = HashMap<(ScopeId, ChainKey), u64>;
/// Keys of devices.
pub(crate) type DeviceKeys = HashMap<DeviceId, VerifyingKey>;

/// Entries carried on in one transaction, and bytes of them, about.
const CARRIED_ONCE_MAX: usize = 256;
const CARRIED_BYTES_ONCE_MAX: usize = 4 << 20;
/// Bytes of one read along a chain.
const READ_BYTES: usize = 1 << 20;

/// From the fork of its chain on nothing counts.
pub(crate) fn is_cut(forks: &Forks, header: &Header) -> bool {
    !forks.is_empty() && forks.get(&(header.scope, ChainKey::of(header))).is_some_and(|fork| header.seq >= *fork)
}

/// What an entry says: itself, or what it carries.
pub(crate) fn unwrap_carried(entry: &Entry) -> Cow<'_, Entry> {
    match carried(entry) {
        Ok(Some(inner)) => Cow::Owned(inner),
        _ => Cow::Borrowed(entry),
    }
}

/// Of entries held those that count: of each chain up to its fork, and of what lies beyond what an entry that counts
/// carries on. A pure function of the set.
pub(crate) fn uncut<'e>(entries: &'e [Entry], forks: &Forks, keys: &DeviceKeys) -> Vec<Cow<'e, Entry>> {
    let mut counted = Vec::with_capacity(entries.len());
    let mut places: HashMap<EntryId, usize> = HashMap::new();
    for entry in entries.iter().filter(|entry| !is_cut(forks, entry.header())) {
        if entry.header().kind != Kind::Carried {
            counted.push(Cow::Borrowed(entry));
            continue;
        }
        let Ok(Some(inner)) = carried(entry) else { continue };
        if !is_cut(forks, inner.header()) || !is_signed(&inner, |device| keys.get(device).copied()) {
            continue;
        }
        match places.get(&inner.id()) {
            None => {
                places.insert(inner.id(), counted.len());
                counted.push(Cow::Owned(inner));
            }
            Some(at) => {
                if let Some(whole) = joined(&counted[*at], &inner) {
                    counted[*at] = Cow::Owned(whole);
                }
            }
        }
    }
    counted
}

/// One entry with the sections of two copies of it; `None` if the second brings nothing.
fn joined(one: &Entry, other: &Entry) -> Option<Entry> {
    let both = one.sections().iter().zip(other.sections());
    if both.clone().all(|(one, other)| one.is_some() || other.is_none()) {
        return None;
    }
    let sections = both.map(|(one, other)| one.clone().or_else(|| other.clone())).collect();
    Entry::from_parts(one.header_bytes(), *one.signature(), sections).ok()
}

/// Entries that a view is built from.
pub(crate) struct Counted<'e> {
    pub(crate) entries: Vec<Cow<'e, Entry>>,
    /// Those of them that were taken back, and that others build on: nothing is in them.
    emptied: BTreeSet<EntryId>,
}

impl Counted<'_> {
    /// What a reader can open of them.
    pub(crate) fn open(&self, keychain: &Keychain) -> Vec<DocEntry> {
        let open = |entry: &Cow<'_, Entry>| {
            let mut opened = keychain.open_entry(entry);
            if self.emptied.contains(&opened.id) {
                opened.layers = [const { Opened::Absent }; 3];
            }
            opened
        };
        self.entries.iter().map(open).collect()
    }
}

/// Those of `gone` that others of `entries` are built on.
fn built_on(entries: &[Cow<'_, Entry>], gone: &BTreeSet<EntryId>) -> BTreeSet<EntryId> {
    let (taken, left): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().map(|entry| &**entry).partition(|entry| gone.contains(&entry.id()));
    let taken: HashMap<EntryId, &Entry> = taken.into_iter().map(|entry| (entry.id(), entry)).collect();
    let mut below: Vec<EntryId> = match taken.is_empty() {
        true => Vec::new(),
        false => left.into_iter().flat_map(|entry| entry.header().deps.iter().copied()).collect(),
    };
    let mut found = BTreeSet::new();
    while let Some(id) = below.pop() {
        if let Some(entry) = taken.get(&id).filter(|_| found.insert(id)) {
            below.extend(&entry.header().deps);
        }
    }
    found
}

/// What was looked at last: under which forks, and how far each chain went then.
#[derive(Default)]
pub(crate) struct Looked {
    forks: Forks,
    chains: BTreeMap<store::ChainKey, Seen>,
}

/// How far a chain went, and how much of it lay aside if that was looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen {
    tip: u64,
    aside: Option<usize>,
}

/// What is looked through for what is to be carried on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carry {
    /// What counted here: at once, before others who had it hear of the fork.
    Counted,
    /// What lies aside as well: when whoever had counted it has had the time to carry it on.
    AsideToo,
}

/// As [`uncut`], by what is known here.
pub(crate) fn before_forks<'e>(shared: &Shared, entries: &'e [Entry]) -> Vec<Cow<'e, Entry>> {
    uncut(entries, &shared.forks, &shared.device_keys)
}

/// Of a document's entries those a view is built from: nothing beyond a fork but what is carried on, and nothing taken
/// back. Of what was taken back after others had built on it the place stays, and nothing else: whoever takes back an
/// entry, by the rules or against them, takes nothing of theirs with it.
pub(crate) fn counted_entries<'e>(shared: &Shared, entries: &'e [Entry]) -> Counted<'e> {
    let mut entries = before_forks(shared, entries);
    let gone = taken_back(&entries);
    entries.retain(|entry| entry.header().kind != Kind::Erasure);
    let emptied = built_on(&entries, &gone);
    entries.retain(|entry| !gone.contains(&entry.id()) || emptied.contains(&entry.id()));
    Counted { entries, emptied }
}

/// An entry held, itself or carried.
pub(crate) fn held_or_carried(log: &Log, snapshot: &Snapshot, id: &EntryId) -> Result<Option<Entry>, Failure> {
    if let Some(stored) = snapshot.entry(id)? {
        return log.decode(&stored.bytes).map(Some);
    }
    let Some(carrier) = snapshot.carriers(id)?.into_iter().next() else { return Ok(None) };
    Ok(Some(unwrap_carried(&log.decode(&carrier.bytes)?).into_owned()))
}

/// Carries on what forks cut off and is held here; gives the number of entries written. If a chain of the present
/// incarnation is forked, a new one begins first. The caller holds off other writers.
pub(crate) fn republish_orphaned(log: &Log, what: Carry) -> Result<u64, Failure> {
    let mut total = 0;
    // what is carried may itself prove a fork
    loop {
        let shared = log.shared();
        let present = ChainKey { device: log.device, incarnation: log.incarnation() };
        if shared.forks.keys().any(|(_, chain)| *chain == present) {
            log.leave_incarnation()?;
        }
        let mut wrote = 0;
        for ((scope, chain), fork) in &shared.forks {
            let key = store::ChainKey { scope: *scope, device: chain.device, incarnation: chain.incarnation };
            wrote += republish_chain(log, &shared, &key, *fork, what)?;
        }
        if wrote == 0 {
            return Ok(total);
        }
        total += wrote;
        log.refresh()?;
        erasure::apply_erasures(log, &log.shared())?;
        log.notify();
    }
}

/// Carries on what nobody else has by now, where there is a fork at all.
pub(crate) fn republish_rest(log: &Log) -> Result<(), Failure> {
    if !log.shared().forks.is_empty() {
        let _writer = log.lock_writer();
        republish_orphaned(log, Carry::AsideToo)?;
    }
    Ok(())
}

fn republish_chain(log: &Log, shared: &Shared, key: &store::ChainKey, fork: u64, what: Carry) -> Result<u64, Failure> {
    let own = key.device == log.device;
    let snapshot = log.store.read()?;
    let tip = snapshot.chain(key).map_or(0, |chain| chain.tip_seq);
    let with_aside = what == Carry::AsideToo;
    let seen = Seen { tip, aside: with_aside.then(|| snapshot.aside_count(key)).transpose()? };
    if has_looked(log, shared, key, seen) {
        return Ok(0);
    }
    let mut aside = if with_aside { snapshot.aside_of(key)? } else { Vec::new() };
    aside.retain(|item| item.seq >= fork);
    aside.sort_by_key(|item| (item.seq, item.entry_id));
    let urgent = if own { marks::own_urgent(&snapshot, key)? } else { Vec::new() };
    let mut wrote = 0;
    let mut next = fork;
    while next <= tip {
        let stored = snapshot.chain_entries(key, next, READ_BYTES)?;
        let Some(last) = stored.last() else { break };
        next = last.seq() + 1;
        let bytes = stored.into_iter().map(|stored| stored.bytes);
        wrote += republish_these(log, &snapshot, shared, bytes, &urgent)?;
    }
    wrote += republish_these(log, &snapshot, shared, aside.into_iter().map(|item| item.bytes), &urgent)?;
    if own && snapshot.chain(key).is_some_and(|chain| chain.offered_seq < chain.tip_seq) {
        // carried is offered: it cannot be taken back any more
        log.commit_quietly(|tx| Ok(tx.set_offered(key, tip)?))?;
    }
    note_looked(log, shared, key, seen);
    Ok(wrote)
}

fn has_looked(log: &Log, shared: &Shared, key: &store::ChainKey, seen: Seen) -> bool {
    let looked = locked(&log.looked);
    let before = looked.chains.get(key).filter(|_| looked.forks == shared.forks);
    before.is_some_and(|before| before.tip == seen.tip && (seen.aside.is_none() || before.aside == seen.aside))
}

fn note_looked(log: &Log, shared: &Shared, key: &store::ChainKey, seen: Seen) {
    let mut looked = locked(&log.looked);
    if looked.forks != shared.forks {
        *looked = Looked { forks: shared.forks.clone(), chains: BTreeMap::new() };
    }
    looked.chains.insert(*key, seen);
}

/// Carries on those of some cut entries that nobody carries yet.
fn republish_these(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    entries: impl Iterator<Item = Vec<u8>>,
    urgent: &[u64],
) -> Result<u64, Failure> {
    let (mut batch, mut bytes, mut wrote) = (Vec::new(), 0, 0);
    for entry in entries {
        // a carrier in a chain that forked in its turn: what it carries goes on
        let entry = unwrap_carried(&log.decode(&entry)?).into_owned();
        if !is_cut(&shared.forks, entry.header())
            || !is_signed(&entry, |device| shared.device_keys.get(device).copied())
            || is_taken_back(log, snapshot, &entry)?
            || is_carried_whole(log, snapshot, shared, &entry)?
        {
            continue;
        }
        bytes += entry.sections().iter().flatten().map(Vec::len).sum::<usize>();
        batch.push(entry);
        if batch.len() >= CARRIED_ONCE_MAX || bytes >= CARRIED_BYTES_ONCE_MAX {
            wrote += write_carriers(log, shared, &std::mem::take(&mut batch), urgent)?;
            bytes = 0;
        }
    }
    Ok(wrote + write_carriers(log, shared, &batch, urgent)?)
}

/// Whether an entry was withdrawn before anybody had it, or withdraws such.
fn is_taken_back(log: &Log, snapshot: &Snapshot, entry: &Entry) -> Result<bool, Failure> {
    let header = entry.header();
    let key = store::ChainKey { scope: header.scope, device: header.device, incarnation: header.incarnation };
    let is_bare = |stored: Option<store::StoredEntry>| -> Result<bool, Failure> {
        let held = stored.map(|stored| log.decode(&stored.bytes)).transpose()?;
        Ok(held.is_none_or(|held| held.sections().iter().all(Option::is_none)))
    };
    match Retraction::read_from(entry) {
        Some(Retraction::Withdrawal(names)) => {
            for name in names {
                if !is_bare(snapshot.entry_in(&key, name.seq)?.filter(|held| held.entry_id == name.entry))? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => {
            Ok(snapshot.gap_of(&entry.id())?.is_some_and(|gap| gap.withdrawn) && is_bare(snapshot.entry(&entry.id())?)?)
        }
    }
}

/// Whether entries that count carry all that is held here of an entry.
fn is_carried_whole(log: &Log, snapshot: &Snapshot, shared: &Shared, entry: &Entry) -> Result<bool, Failure> {
    let carriers: Vec<Entry> =
        snapshot.carriers(&entry.id())?.iter().map(|held| log.decode(&held.bytes)).collect::<Result<_, _>>()?;
    let counted = before_forks(shared, &carriers);
    Ok(counted.first().is_some_and(|carried| joined(carried, entry).is_none()))
}

fn write_carriers(log: &Log, shared: &Shared, entries: &[Entry], urgent: &[u64]) -> Result<u64, Failure> {
    if entries.is_empty() {
        return Ok(0);
    }
    tracing::info!(entries = entries.len(), "what a fork cut off is carried on");
    let refused = erasure::refused_sections(log)?;
    let incarnation = log.incarnation();
    log.commit_quietly(|tx| {
        for entry in entries {
            let header = entry.header();
            let erased = refused.get(&(header.scope, header.doc));
            let stripped = erased.and_then(|erased| erased.strip(entry));
            let place = log.next_position(tx, &header.scope, incarnation);
            let by = Carrier { device: log.device, incarnation, place, auth: log.auth(shared) };
            let Some(carrier) = carry(stripped.as_ref().unwrap_or(entry), by, &log.device_ed) else { continue };
            append(tx, &carrier)?;
            let missing = missing(&carrier) & !erased.map_or(0, |erased| erased.mask(header));
            note_missing(tx, &carrier, missing, log.device)?;
            if urgent.contains(&header.seq) {
                mark_urgent(tx, &header.scope, &incarnation, place.seq)?;
            }
        }
        Ok(())
    })?;
    Ok(entries.len() as u64)
}

/// The layers an entry lacks, as bits.
fn missing(entry: &Entry) -> u8 {
    let named = entry.header().sections.iter().zip(entry.sections());
    named.filter(|(_, held)| held.is_none()).map(|(named, _)| 1_u8 << named.layer).sum()
}

fn note_missing(tx: &mut Tx<'_>, carrier: &Entry, layers: u8, from: DeviceId) -> Result<(), Failure> {
    if layers == 0 {
        return Ok(());
    }
    let Some(at) = tx.location(&carrier.id())? else { return Ok(()) };
    Ok(tx.put_gap(at, &Gap { entry: carrier.id(), layers, withdrawn: false, from })?)
}

#[cfg(test)]
mod tests;

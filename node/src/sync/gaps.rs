//! What this node lacks of what it tells a peer that it holds: sections, and entries named by others.
//!
//! Only within the frontiers told: what a peer is not told of, it cannot be asked for. Three kinds of section are lacked and
//! not missed: those of a withdrawn entry (they stand in the hash, since a holder may show them after all, and do not
//! count), the grants of spent invitations, and what was dropped on purpose, which is never noted.

use std::collections::{BTreeMap, BTreeSet};

use crdt_model::entry::LAYER_GRANT;
use crdt_model::frontier::Frontier;
use crdt_model::roster::membership_scope;
use crdt_model::sync::message::{Gaps, Missing, WANTED_MAX, wants_hash};
use crdt_model::values::{ChainKey, DeviceId, EntryId, ScopeId};

use crate::error::Failure;
use crate::log::forks::unwrap_carried;
use crate::log::{Log, Shared};
use crate::store::{self, Gap, Location};

/// Devices named as authors of what is missing.
const AUTHORS_TOLD_MAX: usize = 5;

/// What is lacked within some frontiers.
#[derive(Debug, Default)]
pub(crate) struct ScopeGaps {
    pub(crate) gaps: Gaps,
    pub(crate) wants: [u8; 32],
    /// What to ask for, by scope.
    pub(crate) missing: BTreeMap<ScopeId, Vec<Missing>>,
    /// Entries all of whose names have arrived.
    pub(crate) settled: Vec<Location>,
}

fn is_within(frontiers: &BTreeMap<ScopeId, Frontier>, key: &store::ChainKey, at: Location) -> bool {
    let chain = ChainKey { device: key.device, incarnation: key.incarnation };
    frontiers.get(&key.scope).and_then(|frontier| frontier.tip(&chain)).is_some_and(|tip| tip.seq >= at.seq())
}

/// What is lacked within `frontiers`.
pub(crate) fn lacking_within(
    log: &Log,
    snapshot: &store::Snapshot,
    shared: &Shared,
    frontiers: &BTreeMap<ScopeId, Frontier>,
) -> Result<ScopeGaps, Failure> {
    let mut lacking = ScopeGaps::default();
    let (mut all, mut count) = (Vec::new(), 0_u32);
    for (at, key, gap) in snapshot.gaps()? {
        let layers = missed_layers(log, snapshot, shared, &key.scope, &gap)?;
        if layers == 0 || !is_within(frontiers, &key, at) {
            continue;
        }
        let missing = Missing { entry: gap.entry, layers };
        count = count.saturating_add(u32::from(!gap.withdrawn));
        all.push(missing);
        lacking.missing.entry(key.scope).or_default().push(missing);
    }
    lacking.gaps = Gaps::over(all, count);
    for list in lacking.missing.values_mut() {
        list.sort_unstable();
        list.truncate(WANTED_MAX);
    }
    let mut wanted: Vec<EntryId> = Vec::new();
    for (at, key, ids) in snapshot.wants()? {
        let mut open = false;
        for id in ids {
            if !snapshot.has(&id)? && snapshot.carriers(&id)?.is_empty() && snapshot.aside(&id)?.is_none() {
                open = true;
                if is_within(frontiers, &key, at) {
                    wanted.push(id);
                }
            }
        }
        if !open {
            lacking.settled.push(at);
        }
    }
    lacking.wants = wants_hash(wanted);
    Ok(lacking)
}

/// The layers of a gap that somebody should have.
fn missed_layers(
    log: &Log,
    snapshot: &store::Snapshot,
    shared: &Shared,
    scope: &ScopeId,
    gap: &Gap,
) -> Result<u8, Failure> {
    if *scope != membership_scope(&log.org) {
        return Ok(gap.layers);
    }
    let said = match snapshot.entry(&gap.entry)? {
        Some(stored) => unwrap_carried(&log.decode(&stored.bytes)?).id(),
        None => gap.entry,
    };
    let is_spent = shared.roster.invites.values().any(|i| i.entry == said && (i.confirmed.is_some() || i.ended));
    Ok(if is_spent { gap.layers & !(1 << LAYER_GRANT) } else { gap.layers })
}

/// Every gap somebody should fill: its place, its chain, what is missing.
pub(crate) fn open_gaps(
    log: &Log,
    snapshot: &store::Snapshot,
    shared: &Shared,
) -> Result<Vec<(Location, store::ChainKey, Gap)>, Failure> {
    let mut open = Vec::new();
    for (at, key, gap) in snapshot.gaps()? {
        if !gap.withdrawn && missed_layers(log, snapshot, shared, &key.scope, &gap)? != 0 {
            open.push((at, key, gap));
        }
    }
    Ok(open)
}

/// Who wrote what is missing here, by name: whoever else may have it, they had it.
pub(crate) fn authors_of_gaps(log: &Log, shared: &Shared) -> Result<Vec<String>, Failure> {
    let gaps = open_gaps(log, &log.store.read()?, shared)?;
    let devices: BTreeSet<DeviceId> = gaps.iter().map(|(_, chain, _)| chain.device).collect();
    let of = |device: &DeviceId| people_at(shared, device).unwrap_or_else(|| device.short());
    Ok(devices.iter().take(AUTHORS_TOLD_MAX).map(of).collect())
}

/// Who works on a device, with their site; `None` where nobody is known.
pub(super) fn people_at(shared: &Shared, device: &DeviceId) -> Option<String> {
    let names: Vec<String> =
        shared.people_at(device).map(|(id, member)| format!("{} ({})", shared.name(id), member.site())).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

//! Bundles: what a sync carries, as a sealed file on a stick or in an e-mail.
//!
//! ```text
//!  export ─▶ release (durable) ─▶ plan: ranges of chains, cut into parts ─▶ write beside, fsync, rename
//!  import ─▶ open (no links) ─▶ unseal ─▶ who made it? ─▶ batches ─▶ the same admission as a sync
//!  carry  ─▶ import what lies on the stick ─▶ export what the others lack ─▶ remove own files that are superseded
//! ```
//!
//! A bundle is sealed to devices, and to invitations nobody has answered yet. Who made it is asked before anything is
//! stored, by the rules of a session's handshake: a member, or a newcomer whose Join answers a live invitation. A home
//! that holds only an invitation takes the membership first, from anybody, since its founding must be the one the
//! invitation pins; then it asks.
//!
//! What other devices hold is known from sessions (`agreed/…`) and from bundles of theirs (`held/…`): a device held at
//! least what its bundle says it did. Nothing on a stick says who read what: a reader knows it from who wrote what next.

pub(crate) mod carry;
pub(crate) mod export;
pub(crate) mod file;
pub(crate) mod import;
pub(crate) mod recipients;
pub(crate) mod removable;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use crdt_model::bundle::{Record, To};
use crdt_model::cbor;
use crdt_model::frontier::{Frontier, Tip};
use crdt_model::sync::Agreed;
use crdt_model::values::{DeviceId, ScopeId};
use serde_json::{Value as Json, json};

pub(crate) use export::ExportRequest;

use crate::cases;
use crate::error::Failure;
use crate::log::forks;
use crate::log::{Log, Shared};
use crate::store::{self, Space, VALUE_BYTES_MAX};
use crate::sync::peers;
use crate::writes::arrivals;
use crate::writes::housekeeping;

/// What a device is known to hold, by scope.
pub(crate) type Held = BTreeMap<ScopeId, Frontier>;

/// Key of what a device's last bundle said it held: `i64be created_ms ‖ agreed frontiers`.
fn held_key(device: &DeviceId) -> Vec<u8> {
    format!("held/{device}").into_bytes()
}

fn join(mut a: Held, b: &Held) -> Held {
    for (scope, frontier) in b {
        let joined = a.remove(scope).unwrap_or_default().join(frontier);
        a.insert(*scope, joined);
    }
    a
}

/// What all of them hold: of each chain the least.
fn meet(all: &[Held]) -> Held {
    let Some((first, rest)) = all.split_first() else { return Held::new() };
    let least = |scope: &ScopeId, frontier: &Frontier| -> Frontier {
        let held_by_all = |(chain, tip): (&crdt_model::values::ChainKey, &Tip)| {
            rest.iter().try_fold(*tip, |least, other| {
                let theirs = other.get(scope)?.tip(chain)?;
                Some(if theirs.seq < least.seq { theirs } else { least })
            })
        };
        frontier.iter().filter_map(|pair| Some((*pair.0, held_by_all(pair)?))).collect()
    };
    first.iter().map(|(scope, frontier)| (*scope, least(scope, frontier))).collect()
}

/// Devices whose bundles came here, and when the last of each was made, Unix milliseconds.
pub(crate) fn heard_by_bundle(log: &Log) -> Result<Vec<(DeviceId, i64)>, Failure> {
    let snapshot = log.store.read()?;
    let heard = |(key, value): (zeroize::Zeroizing<Vec<u8>>, zeroize::Zeroizing<Vec<u8>>)| {
        let device = std::str::from_utf8(key.strip_prefix(b"held/")?).ok()?.parse().ok()?;
        Some((device, i64::from_be_bytes(*value.first_chunk::<8>()?)))
    };
    Ok(snapshot.list(Space::Peers)?.into_iter().filter_map(heard).collect())
}

/// What a device is known to hold: by the last session with it, and by its last bundle.
fn known_of(log: &Log, snapshot: &store::Snapshot, device: &DeviceId) -> Result<Held, Failure> {
    let met = peers::agreed(log, device)?.map(|agreed| agreed.frontiers().clone()).unwrap_or_default();
    let said = snapshot.get(Space::Peers, &held_key(device))?;
    // a hint only: one that cannot be read makes bundles larger
    let said = said.and_then(|bytes| cbor::decode::<Agreed>(bytes.get(8..)?).ok());
    Ok(said.map_or(met.clone(), |said| join(met, said.frontiers())))
}

/// Remembers what the maker of a bundle held, unless a later bundle of theirs said so already.
fn remember_held(log: &Log, record: &Record) -> Result<(), Failure> {
    let key = held_key(&record.from);
    let before = log.store.read()?.get(Space::Peers, &key)?;
    let before = before.and_then(|bytes| Some(i64::from_be_bytes(*bytes.first_chunk::<8>()?)));
    if record.from == log.device || before.is_some_and(|before| before > record.created_ms) {
        return Ok(());
    }
    let value = [record.created_ms.to_be_bytes().as_slice(), &cbor::encode(&Agreed::new(&record.frontiers()))].concat();
    if value.len() > VALUE_BYTES_MAX {
        return Ok(());
    }
    log.commit_quietly(|tx| Ok(tx.put(Space::Peers, &key, &value)?))
}

/// Entries that the maker of a bundle held and we lack, and the number of chains they are in.
fn lacking(log: &Log, shared: &Shared, record: &Record) -> Result<(u64, u64), Failure> {
    let snapshot = log.store.read()?;
    let (mut entries, mut chains) = (0, 0);
    for (scope, rows) in &record.scopes {
        let ours = log.frontier(&snapshot, shared, scope)?;
        for (chain, row) in rows {
            let key = store::ChainKey { scope: *scope, device: chain.device, incarnation: chain.incarnation };
            // beyond a fork nothing counts, and nothing is lacking
            let held = snapshot.chain(&key).map_or(0, |held| held.tip_seq);
            let held = held.max(ours.tip(chain).map_or(0, |tip| tip.seq));
            let forked = shared.forks.contains_key(&(*scope, *chain));
            if held < row.tip.seq && !forked {
                entries += row.tip.seq - held;
                chains += 1;
            }
        }
    }
    Ok((entries, chains))
}

/// Writes what unlocked members owe to others now that more is known, as a session does.
fn housekeeping_unlocked(log: &Log, now_ms: i64) -> Result<(), Failure> {
    forks::republish_rest(log)?;
    {
        // a device confirms what it holds, whoever is unlocked
        let _writer = log.lock_writer();
        arrivals::look(log, arrivals::LOOK_MAX, now_ms)?;
    }
    for member in log.unlocked() {
        let Some(reader) = log.reader(&member) else { continue };
        let mut reader = crate::log::locked(&reader);
        let _writer = log.lock_writer();
        housekeeping::housekeeping(log, &mut reader, now_ms)?;
    }
    Ok(())
}

/// The maker of a bundle, for people.
fn maker_json(shared: &Shared, device: &DeviceId) -> Json {
    json!({"device": device, "site": shared.site_at(device)})
}

/// For whom, as `for` in JSON.
fn to_json(to: &To) -> Json {
    match to {
        To::Organisation => json!("organisation"),
        To::Site(code) => json!(format!("site/{code}")),
        To::Device(device) => json!(device),
    }
}

/// Scopes a home takes entries of.
fn scopes_known(log: &Log, shared: &Shared) -> HashSet<ScopeId> {
    let mut scopes: HashSet<ScopeId> = shared.roster.scopes().into_iter().collect();
    scopes.extend(cases::case_scopes(log, shared));
    scopes
}

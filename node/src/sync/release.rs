//! What a peer is told that we hold, and the release rule: one's own new entries wait before they are offered.
//!
//! An entry can be withdrawn while nobody else can hold it, so sessions in the background offer own entries only after
//! [`RELEASE_MS`]. A session that a person asked for, on either side, releases everything on both: whoever syncs on
//! purpose wants the other to have it all now, and the one who answers is standing beside it or was called on the
//! telephone. Membership and names are not held back: nothing in them can be withdrawn, and newcomers wait for keys.
//!
//! How old an entry is, its header does not say in the clear. The engine marks the tip of each own chain when it sees it
//! move, with the time; marks are durable, so that neither a crash nor a restart releases early. What a process wrote
//! without an engine is marked when one first sees it: late rather than early.

use std::collections::BTreeMap;

use crdt_model::frontier::{Frontier, Tip};
use crdt_model::roster::{knowledge_scope, membership_scope};
use crdt_model::sync;
use crdt_model::values::{ChainKey, ScopeId};

use crate::error::Failure;
use crate::log::Log;
use crate::log::marks;
use crate::store::{self, ChainTip, Space};
use crate::sync::gaps;
use crate::sync::urgent;

use super::gaps::ScopeGaps;
use super::urgent::Urgent;

/// How long own entries wait, milliseconds.
pub(crate) const RELEASE_MS: i64 = 5 * 60_000;
/// Entries written within this time share a mark, milliseconds: a handful of marks a chain, however fast one writes.
const GRAIN_MS: i64 = 10_000;

/// Who is to be told what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    /// It may have every scope; otherwise the membership alone.
    pub(crate) member: bool,
    /// A person on one of the two sides asked.
    pub(crate) explicit: bool,
    /// How long own entries wait, milliseconds.
    pub(crate) release_ms: i64,
    /// Unix milliseconds.
    pub(crate) now_ms: i64,
}

/// A tip that was seen at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    seq: u64,
    at_ms: i64,
}

fn mark_key(chain: &store::ChainKey) -> Vec<u8> {
    format!("written/{}/{}", chain.scope, chain.incarnation).into_bytes()
}

/// How far a chain is released, so that no withdrawn entry goes without its withdrawal: what came of age waits for it, and
/// what is urgent takes it along.
fn with_withdrawals(aged: u64, urgent: u64, offered: u64, pairs: &[(u64, u64)]) -> u64 {
    let mut upto = aged;
    while let Some((seq, _)) = pairs.iter().find(|(seq, by)| *seq <= upto && *by > upto) {
        upto = seq - 1;
    }
    upto = upto.max(urgent).max(offered);
    while let Some((_, by)) = pairs.iter().find(|(seq, by)| *seq <= upto && *by > upto) {
        upto = *by;
    }
    upto
}

fn read_marks(bytes: &[u8]) -> Vec<Mark> {
    let (pairs, _) = bytes.as_chunks::<16>();
    let mark = |pair: &[u8; 16]| {
        let (seq, at) = pair.split_first_chunk::<8>()?;
        Some(Mark { seq: u64::from_be_bytes(*seq), at_ms: i64::from_be_bytes(at.try_into().ok()?) })
    };
    pairs.iter().filter_map(mark).collect()
}

fn write_marks(marks: &[Mark]) -> Vec<u8> {
    marks.iter().flat_map(|mark| [mark.seq.to_be_bytes(), mark.at_ms.to_be_bytes()].concat()).collect()
}

/// Marks a chain's tip now, and gives the last seq that has waited long enough.
fn release(marks: &mut Vec<Mark>, tip: u64, offered: u64, now_ms: i64, release_ms: i64) -> u64 {
    marks.retain(|mark| mark.seq > offered);
    for mark in marks.iter_mut() {
        // a clock that was set back holds entries no longer than one that was right
        mark.at_ms = mark.at_ms.min(now_ms);
    }
    match marks.last_mut() {
        _ if tip <= offered => {}
        Some(last) if last.seq >= tip => {}
        Some(last) if now_ms - last.at_ms < GRAIN_MS => last.seq = tip,
        _ => marks.push(Mark { seq: tip, at_ms: now_ms }),
    }
    if release_ms == 0 {
        return tip;
    }
    let old = marks.iter().filter(|mark| now_ms - mark.at_ms >= release_ms + GRAIN_MS);
    old.map(|mark| mark.seq).max().unwrap_or(0).max(offered)
}

/// What a peer may be told, without telling it: marks own entries, and records nothing as offered.
pub(crate) fn frontiers_for(log: &Log, offer: &Offer) -> Result<BTreeMap<ScopeId, Frontier>, Failure> {
    let shared = log.shared();
    let snapshot = log.store.read()?;
    let membership = membership_scope(&log.org);
    let at_once = [membership, knowledge_scope(&log.org)];
    let scopes = if offer.member { shared.roster.scopes() } else { vec![membership] };
    let mut frontiers = BTreeMap::new();
    let mut marked = Vec::new();
    for scope in scopes {
        let mut frontier = log.frontier(&snapshot, &shared, &scope)?;
        if !offer.explicit && !at_once.contains(&scope) {
            for chain in snapshot.chains_of(&scope).filter(|chain| chain.key.device == log.device) {
                let released = released(&snapshot, &chain, offer, &mut marked)?;
                frontier = cut_at(&snapshot, frontier, &chain, released)?;
            }
        }
        frontiers.insert(scope, frontier);
    }
    drop(snapshot);
    if !marked.is_empty() {
        log.commit_quietly(|tx| {
            for (key, value) in &marked {
                tx.put(Space::Meta, key, value)?;
            }
            Ok(())
        })?;
    }
    Ok(frontiers)
}

/// What a peer is told. The highest offered seq of each own chain is durable when this returns.
pub(crate) fn offer(log: &Log, offer: &Offer) -> Result<sync::Snapshot, Failure> {
    let frontiers = frontiers_for(log, offer)?;
    let snapshot = log.store.read()?;
    let offered: Vec<_> = not_offered(log, &snapshot, &frontiers).map(|(chain, tip)| (chain.key, tip)).collect();
    let lacking = gaps::lacking_within(log, &snapshot, &log.shared(), &frontiers)?;
    let mut urgent = Urgent::new();
    for scope in frontiers.keys() {
        urgent::urgent_of(log, &snapshot, scope, &mut urgent)?;
    }
    drop(snapshot);
    if !offered.is_empty() || !lacking.settled.is_empty() {
        log.commit_quietly(|tx| {
            for (key, seq) in &offered {
                tx.set_offered(key, *seq)?;
            }
            for at in &lacking.settled {
                tx.clear_wants(*at)?;
            }
            Ok(())
        })?;
    }
    let ScopeGaps { gaps, wants, missing, .. } = lacking;
    Ok(sync::Snapshot { frontiers, gaps, wants, missing, urgent })
}

/// Own chains of which something within `frontiers` was not offered yet, with the last entry within.
pub(crate) fn not_offered<'s>(
    log: &Log,
    snapshot: &'s store::Snapshot,
    frontiers: &'s BTreeMap<ScopeId, Frontier>,
) -> impl Iterator<Item = (ChainTip, u64)> + use<'s> {
    let device = log.device;
    let all = frontiers.iter().flat_map(|(scope, frontier)| frontier.iter().map(move |tip| (scope, tip)));
    let own = all.filter(move |(_, (chain, _))| chain.device == device);
    own.filter_map(|(scope, (chain, tip))| {
        let key = store::ChainKey { scope: *scope, device: chain.device, incarnation: chain.incarnation };
        snapshot.chain(&key).filter(|held| held.offered_seq < tip.seq).map(|held| (held, tip.seq))
    })
}

/// What a peer would be told, nothing being offered by it: what an announcement stands for.
pub(crate) fn would_offer(log: &Log, offer: &Offer) -> Result<sync::Snapshot, Failure> {
    let frontiers = frontiers_for(log, offer)?;
    let ScopeGaps { gaps, wants, missing, .. } =
        gaps::lacking_within(log, &log.store.read()?, &log.shared(), &frontiers)?;
    Ok(sync::Snapshot { frontiers, gaps, wants, missing, urgent: Urgent::new() })
}

fn released(
    snapshot: &store::Snapshot,
    chain: &ChainTip,
    offer: &Offer,
    marked: &mut Vec<(Vec<u8>, Vec<u8>)>,
) -> Result<u64, Failure> {
    let key = mark_key(&chain.key);
    let held = snapshot.get(Space::Meta, &key)?;
    let before = held.as_ref().map(|bytes| read_marks(bytes)).unwrap_or_default();
    let mut marks = before.clone();
    let released = release(&mut marks, chain.tip_seq, chain.offered_seq, offer.now_ms, offer.release_ms);
    if marks != before {
        marked.push((key, write_marks(&marks)));
    }
    let urgent = marks::own_urgent(snapshot, &chain.key)?.into_iter().max().unwrap_or(0);
    let pairs = marks::withdrawals(snapshot, &chain.key)?;
    Ok(with_withdrawals(released, urgent, chain.offered_seq, &pairs))
}

/// The frontier with one chain cut after `seq`.
fn cut_at(snapshot: &store::Snapshot, frontier: Frontier, chain: &ChainTip, seq: u64) -> Result<Frontier, Failure> {
    let key = ChainKey { device: chain.key.device, incarnation: chain.key.incarnation };
    if frontier.tip(&key).is_none_or(|tip| tip.seq <= seq) {
        return Ok(frontier);
    }
    let cut = snapshot.entry_in(&chain.key, seq)?.map(|entry| Tip { seq, entry: entry.entry_id });
    let others = frontier.iter().filter(|(other, _)| **other != key).map(|(other, tip)| (*other, *tip));
    Ok(others.chain(cut.map(|tip| (key, tip))).collect())
}

/// Entries `after + 1 ..= upto` of a chain, about `bytes_max` of them, both branches where it has forked; and the last
/// seq given. Own entries that were not offered are not given, whoever asks.
pub(crate) fn supply(
    log: &Log,
    scope: ScopeId,
    suffix: &crdt_model::frontier::Suffix,
    bytes_max: usize,
) -> Result<(Vec<Vec<u8>>, u64), Failure> {
    supply_from(log, scope, suffix, bytes_max, true)
}

/// As [`supply`], own entries that were not offered included: to see how much there would be, never to
/// give it.
pub(crate) fn would_supply(
    log: &Log,
    scope: ScopeId,
    suffix: &crdt_model::frontier::Suffix,
    bytes_max: usize,
) -> Result<(Vec<Vec<u8>>, u64), Failure> {
    supply_from(log, scope, suffix, bytes_max, false)
}

fn supply_from(
    log: &Log,
    scope: ScopeId,
    suffix: &crdt_model::frontier::Suffix,
    bytes_max: usize,
    offered: bool,
) -> Result<(Vec<Vec<u8>>, u64), Failure> {
    let snapshot = log.store.read()?;
    let key = store::ChainKey { scope, device: suffix.chain.device, incarnation: suffix.chain.incarnation };
    let Some(chain) = snapshot.chain(&key) else { return Ok((Vec::new(), suffix.upto)) };
    let own = key.device == log.device && offered;
    let upto = if own { suffix.upto.min(chain.offered_seq) } else { suffix.upto };
    let held = snapshot.chain_entries(&key, suffix.after.saturating_add(1), bytes_max)?;
    let held: Vec<_> = held.into_iter().filter(|entry| entry.seq() <= upto).collect();
    let reached = held.last().map_or(suffix.upto, |entry| entry.seq());
    let mut entries: Vec<Vec<u8>> = held.into_iter().map(|entry| entry.bytes).collect();
    let mut aside = snapshot.aside_of(&key)?;
    aside.retain(|item| item.seq > suffix.after && item.seq <= reached);
    aside.sort_by_key(|item| item.seq);
    entries.extend(aside.into_iter().map(|item| item.bytes));
    Ok((entries, reached))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_entry_waits_until_it_is_old_enough_and_a_restart_does_not_release_it() {
        let mut marks = Vec::new();
        assert_eq!(release(&mut marks, 3, 0, 1_000_000, RELEASE_MS), 0);
        let mut reread = read_marks(&write_marks(&marks));
        assert_eq!(reread, marks);
        assert_eq!(release(&mut reread, 3, 0, 1_000_000 + RELEASE_MS, RELEASE_MS), 0);
        assert_eq!(release(&mut reread, 4, 0, 1_000_000 + RELEASE_MS + GRAIN_MS, RELEASE_MS), 3);
        assert_eq!(release(&mut reread, 4, 3, 1_000_000 + 2 * (RELEASE_MS + GRAIN_MS), RELEASE_MS), 4);
    }

    #[test]
    fn a_withdrawn_entry_is_never_released_without_its_withdrawal() {
        // 3 is taken back by 6, 5 by 8
        let pairs = [(3, 6), (5, 8)];
        assert_eq!(with_withdrawals(2, 0, 0, &pairs), 2);
        assert_eq!(with_withdrawals(4, 0, 0, &pairs), 2, "what came of age waits");
        assert_eq!(with_withdrawals(7, 0, 0, &pairs), 2, "3 to 6 are released together, and 5 not without 8");
        assert_eq!(with_withdrawals(8, 0, 0, &pairs), 8);
        assert_eq!(with_withdrawals(2, 3, 0, &pairs), 8, "what is urgent takes them along");
        assert_eq!(marks::read_pairs(&[3_u64, 6].map(u64::to_be_bytes).concat()), [(3, 6)]);
    }

    #[test]
    fn what_was_offered_stays_offered() {
        let mut marks = Vec::new();
        assert_eq!(release(&mut marks, 7, 5, 0, RELEASE_MS), 5);
        assert_eq!(release(&mut marks, 7, 7, 0, RELEASE_MS), 7);
        assert!(marks.is_empty(), "nothing waits any more");
    }

    #[test]
    fn a_clock_set_back_holds_entries_no_longer() {
        let mut marks = Vec::new();
        release(&mut marks, 1, 0, 9_000_000_000, RELEASE_MS);
        assert_eq!(release(&mut marks, 1, 0, 1_000, RELEASE_MS), 0);
        assert_eq!(release(&mut marks, 1, 0, 1_000 + RELEASE_MS + GRAIN_MS, RELEASE_MS), 1);
    }

    proptest! {
        #[test]
        fn nothing_younger_than_the_delay_is_released_and_all_is_in_the_end(
            steps in proptest::collection::vec((0i64..40_000, 0u64..3), 1..80),
        ) {
            let (mut marks, mut now, mut tip, mut offered) = (Vec::new(), 0i64, 0u64, 0u64);
            let mut written = vec![0i64];
            for (wait, entries) in steps {
                now += wait;
                for _ in 0..entries {
                    tip += 1;
                    written.push(now);
                }
                let released = release(&mut marks, tip, offered, now, RELEASE_MS);
                prop_assert!(released >= offered && released <= tip);
                for seq in offered + 1..=released {
                    prop_assert!(now - written[seq as usize] >= RELEASE_MS);
                }
                offered = released;
                prop_assert!(marks.len() <= (RELEASE_MS / GRAIN_MS + 3) as usize, "{} marks", marks.len());
            }
            prop_assert_eq!(release(&mut marks, tip, offered, now + RELEASE_MS + GRAIN_MS, RELEASE_MS), tip);
        }
    }
}

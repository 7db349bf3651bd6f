//! How far a case got that was given to somebody: stored on a device of theirs, delivered to them unlocked.
//!
//! ```text
//!  it came (`arrivals`) ──────────────────────────────▶ one receipt: our device holds these chains so far
//!  a member is unlocked, and can read a marked case ──▶ the fact `delivered`, once
//! ```
//!
//! A fact is written only for an assignment that nobody confirmed: after one round everything is quiet. Of a restricted case
//! the open layer names nobody, so no receipt is written for one; whoever of its audience it was given to says so inside.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crdt_model::case::Shape;
use crdt_model::case::assignment::Assignment;
use crdt_model::document::Opened;
use crdt_model::edit::EditOps;
use crdt_model::layer::Layer;
use crdt_model::receipt::{Held, RECEIPT_CHAINS_MAX};
use crdt_model::roster::said::{self, ALTERNATE_PHONE, DUTY_PHONE};
use crdt_model::roster::{Member, role_profile};
use crdt_model::taxonomy::Capabilities;
use crdt_model::values::moment::rfc3339;
use crdt_model::values::{ChainKey, DeviceId, DocId, EntryId, MemberId, ScopeId, Who};
use crdt_model::view::Step;
use serde_json::{Value as Json, json};

use super::arrivals::{At, WAITING_MAX};
use super::{Write, append_edit, arrivals, at_heads, sensitive_key, withdraw};
use crate::cases::{self, BuiltOf, Loaded};
use crate::error::Failure;
use crate::list;
use crate::log::forks::unwrap_carried;
use crate::log::{Log, Reader, Shared, entropy, fresh, marks, receipts};
use crate::members;
use crate::store::{ASSIGNED, Snapshot, Space};

/// Marked cases that one member is asked about in one go.
const ASKED_MAX: usize = 64;
/// Cases of which nothing is owed whose marks go in one transaction: at a meeting each transaction is waited for. Until then
/// a new process looks at them again.
const UNMARKED_AT_ONCE: usize = 32;

/// Whether there are cases that members here may have to confirm.
pub(crate) fn is_marked(log: &Log) -> Result<bool, Failure> {
    Ok(!marks::listed(log, &log.store.read()?, ASSIGNED)?.is_empty())
}

/// What is to be confirmed of chains, by scope, not more at once than a receipt holds. What is not yet held from the
/// beginning of its chain waits.
pub(super) fn due(
    log: &Log,
    shared: &Shared,
    snapshot: &Snapshot,
    given: &BTreeSet<At>,
    waiting: &mut BTreeSet<At>,
) -> Result<Vec<(ScopeId, Vec<Held>)>, Failure> {
    let mut due: BTreeMap<(ScopeId, ChainKey), Vec<u64>> = BTreeMap::new();
    for (scope, chain, seq) in given {
        if receipts::stored_at(snapshot, &shared.forks, scope, &log.device, &[(*chain, *seq)])?.is_none() {
            due.entry((*scope, *chain)).or_default().push(*seq);
        }
    }
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let mut gaps: BTreeMap<(ScopeId, ChainKey), u64> = BTreeMap::new();
    for (at, chain, _) in snapshot.gaps()?.into_iter().filter(|(_, _, gap)| !gap.withdrawn) {
        let key = (chain.scope, ChainKey { device: chain.device, incarnation: chain.incarnation });
        let first = gaps.entry(key).or_insert(at.seq());
        *first = at.seq().min(*first);
    }
    let mut held: BTreeMap<ScopeId, Vec<Held>> = BTreeMap::new();
    for ((scope, chain), seqs) in due {
        let frontier = log.frontier(snapshot, shared, &scope)?;
        let tip = frontier.tip(&chain).map_or(0, |tip| tip.seq);
        let before_gap = gaps.get(&(scope, chain)).map_or(u64::MAX, |first| first - 1);
        let upto = tip.min(before_gap);
        let beyond = seqs.iter().filter(|seq| **seq > upto).map(|seq| (scope, chain, *seq));
        waiting.extend(beyond.take(WAITING_MAX.saturating_sub(waiting.len())));
        if seqs.iter().any(|seq| *seq <= upto) {
            held.entry(scope).or_default().push(Held { chain, upto });
        }
    }
    let some = |(scope, held): (ScopeId, Vec<Held>)| {
        let parts: Vec<Vec<Held>> = held.chunks(RECEIPT_CHAINS_MAX).map(<[Held]>::to_vec).collect();
        parts.into_iter().map(move |held| (scope, held))
    };
    Ok(held.into_iter().flat_map(some).collect())
}

pub(super) fn mark(members: &BTreeSet<MemberId>) -> Vec<u8> {
    members.iter().flat_map(|member| member.0).collect()
}

pub(super) fn marked(bytes: &[u8]) -> BTreeSet<MemberId> {
    bytes.as_chunks::<16>().0.iter().map(|id| MemberId(*id)).collect()
}

/// Marked cases that this reader could not confirm, with what they were built of then.
#[derive(Default)]
struct Asked {
    docs: HashMap<(ScopeId, DocId), BuiltOf>,
    /// When all were asked about: the newest arrival, the membership, the keys. Nothing else makes a difference.
    all: Option<(Option<u64>, u64, u64)>,
}

/// What is to become of a marked case, as one member sees it.
enum Outcome {
    /// Nothing is owed by this member.
    Done,
    /// It is theirs, and they cannot read it yet.
    Waits,
    /// It is theirs, they read it, and nobody said so: the entry that gave it.
    Reached(EntryId),
}

/// Says of cases given to this reader that they arrived. Returns whether something was written. The caller holds off other
/// writers.
pub(crate) fn deliver(log: &Log, reader: &mut Reader, now_ms: i64) -> Result<bool, Failure> {
    let me = reader.member();
    let snapshot = log.store.read()?;
    let now = (snapshot.newest_arrival()?, log.shared().generation, reader.keychain.version);
    if reader.kept.of::<Asked>().all == Some(now) {
        return Ok(false);
    }
    let all = marks::marked_docs(log, &snapshot, ASSIGNED)?;
    drop(snapshot);
    let mine = all.into_iter().filter(|(_, _, members)| marked(members).contains(&me));
    let (mut asked, mut wrote, mut over) = (0, false, Vec::new());
    let waits = waits_for_audience(&log.shared(), reader);
    for (scope, doc, _) in mine {
        let (shared, snapshot) = (log.shared(), log.store.read()?);
        let now = BuiltOf::now(&snapshot, snapshot.doc_count(&scope, &doc)?, &shared, &reader.keychain);
        if reader.kept.of::<Asked>().docs.get(&(scope, doc)) == Some(&now) {
            continue;
        }
        if asked == ASKED_MAX {
            unmark(log, &over, &me)?;
            return Ok(wrote);
        }
        asked += 1;
        if !waits && is_born_to_others(log, &snapshot, reader, &scope, &doc)? {
            over.push((scope, doc));
            continue;
        }
        let loaded = cases::load(log, &snapshot, &shared, reader, scope, doc)?;
        drop(snapshot);
        let outcome = match outcome(&shared, reader, &loaded) {
            Outcome::Reached(entry) => {
                match say_delivered(log, &shared, reader, std::sync::Arc::clone(&loaded), entry, now_ms) {
                    Ok(()) => {
                        wrote = true;
                        Outcome::Done
                    }
                    // the next round tries again, with more keys perhaps
                    Err(failure) => {
                        tracing::warn!(code = failure.code, "that a case arrived was not written");
                        Outcome::Waits
                    }
                }
            }
            other => other,
        };
        match outcome {
            Outcome::Done => over.push((scope, doc)),
            _ => {
                let snapshot = log.store.read()?;
                let count = snapshot.doc_count(&scope, &doc)?;
                let of = BuiltOf::now(&snapshot, count, &log.shared(), &reader.keychain);
                reader.kept.of::<Asked>().docs.insert((scope, doc), of);
            }
        }
    }
    if wrote || over.len() >= UNMARKED_AT_ONCE {
        unmark(log, &over, &me)?;
    }
    // what was written or opened meanwhile has it asked again, once
    reader.kept.of::<Asked>().all = Some(now);
    Ok(wrote)
}

/// Nothing more is to be said by this member of these cases.
fn unmark(log: &Log, over: &[(ScopeId, DocId)], member: &MemberId) -> Result<(), Failure> {
    if over.is_empty() {
        return Ok(());
    }
    log.commit_quietly(|tx| {
        for (scope, doc) in over {
            let key = marks::doc_key(ASSIGNED, scope, doc);
            let held = tx.get(Space::Meta, &key)?;
            let mut members = marked(held.as_deref().map(Vec::as_slice).unwrap_or_default());
            members.remove(member);
            match members.is_empty() {
                true => drop(tx.delete(Space::Meta, &key)?),
                false => tx.put(Space::Meta, &key, &mark(&members))?,
            }
        }
        Ok(())
    })
}

/// Whether this reader works in a role that reads sealed cases, and holds the keys of no audience: they come after its cases.
fn waits_for_audience(shared: &Shared, reader: &Reader) -> bool {
    let may_read =
        |(role, _): &(String, String)| role_profile(role).is_some_and(|profile| !profile.audiences.is_empty());
    let roles = || members::roles_held(shared, &reader.member());
    !reader.keychain.reads_named_audience() && roles().iter().any(may_read)
}

/// Whether a case was sealed at its birth, never sealed anew, and not a word of it opens to this reader: as
/// [`Shape::Outside`], at a tenth of the cost of reading it.
fn is_born_to_others(
    log: &Log,
    snapshot: &Snapshot,
    reader: &Reader,
    scope: &ScopeId,
    doc: &DocId,
) -> Result<bool, Failure> {
    let entries = log.entries(snapshot, scope, doc)?;
    let is_all = entries.iter().all(|entry| {
        let said = unwrap_carried(entry);
        let [personal, sensitive] =
            [Layer::Personal, Layer::Sensitive].map(|layer| said.header().section(layer.code()));
        let is_of_birth = sensitive.is_some_and(|(_, section)| section.generation == 0) && personal.is_none();
        is_of_birth && !matches!(reader.keychain.open_one(&said, Layer::Sensitive), Opened::Plain(_))
    });
    Ok(is_all && !entries.is_empty())
}

fn outcome(shared: &Shared, reader: &Reader, loaded: &Loaded) -> Outcome {
    let me = reader.member();
    let view = loaded.view(0);
    if view.shape == Shape::Outside {
        return if waits_for_audience(shared, reader) { Outcome::Waits } else { Outcome::Done };
    }
    let is_over = view.status_code() == "closed";
    let may = members::require(shared, &me, Capabilities::INTAKE).is_ok();
    let is_mine = |given: &&Assignment| match &given.to {
        Who::Member(to) => *to == me,
        Who::Role(role) => cases::holds_at(shared, &loaded.scope, view.shape == Shape::Inside, &me, role),
    };
    let given = view.assignment.as_ref().filter(is_mine);
    match given {
        Some(given) if !is_over && may && given.delivered.is_none() => {
            // both layers of words: one of them is padding, and has no state
            match loaded.reads_words() {
                true => Outcome::Reached(given.entry),
                false => Outcome::Waits,
            }
        }
        _ => Outcome::Done,
    }
}

/// Writes, as this member, that the case reached them.
fn say_delivered(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    loaded: std::sync::Arc<Loaded>,
    entry: EntryId,
    now_ms: i64,
) -> Result<(), Failure> {
    let (loaded, deps) = at_heads(log, shared, reader, loaded)?;
    let view = loaded.view(now_ms);
    let ops = EditOps::delivered(loaded.layers().restricted(), entry, fresh()?);
    let ops = ops.map_err(|error| Failure::new("unexpected").because(&error))?;
    let mut entropy = entropy()?;
    let sensitive = sensitive_key(log, shared, reader, &loaded, &ops, &view, &mut entropy)?;
    let write = Write::on(loaded, deps, ops, sensitive);
    log.commit(|tx| append_edit(log, tx, shared, reader, write, now_ms, &mut entropy).map(drop))
}

/// What a node does for an unlocked member before it answers: confirms what came for them, as far as it can. Nothing of it
/// keeps an answer from anybody.
pub(crate) fn reached(log: &Log, reader: &mut Reader, now_ms: i64) {
    let mut done = || -> Result<(), Failure> {
        if arrivals::is_behind(log)? {
            let _writer = log.lock_writer();
            arrivals::look(log, arrivals::LOOK_IN_PASSING, now_ms)?;
        }
        if is_marked(log)? {
            let _writer = log.lock_writer();
            deliver(log, reader, now_ms)?;
        }
        Ok(())
    };
    if let Err(failure) = done() {
        tracing::warn!(code = failure.code, "what came was not confirmed");
    }
}

// ------------------------------------------------------------------ how far it got

/// Where an entry is held: its own place, and those of whoever carries it on.
fn places(snapshot: &Snapshot, entry: &EntryId) -> Result<Vec<(ChainKey, u64)>, Failure> {
    let own = snapshot.entry(entry)?.into_iter();
    let all = own.chain(snapshot.carriers(entry)?);
    let place = |device, incarnation, seq| (ChainKey { device, incarnation }, seq);
    Ok(all.map(|stored| place(stored.chain.device, stored.chain.incarnation, stored.seq())).collect())
}

/// Devices of whoever a case was given to.
fn devices_of(shared: &Shared, loaded: &Loaded, to: &Who) -> BTreeSet<DeviceId> {
    let (members, is_sealed) = (shared.roster.members.iter(), loaded.layers().restricted());
    let is_receiver = |id: &MemberId, member: &Member| match to {
        Who::Member(to) => id == to,
        Who::Role(role) => member.is_live() && cases::holds_at(shared, &loaded.scope, is_sealed, id, role),
    };
    members.filter(|(id, member)| is_receiver(id, member)).map(|(_, member)| member.device).collect()
}

/// How far the assignment in force got: `{"to", "by", "sent_at", "left", "stored_at", "delivered_at", "delivered_to",
/// "accepted_at", "accepted_by"}`; null where nobody was given the case. `left`: somebody else holds it, as far as is known here.
pub(crate) fn delivery(log: &Log, shared: &Shared, loaded: &Loaded) -> Result<Json, Failure> {
    let Some(given) = &loaded.assignment else { return Ok(Json::Null) };
    let snapshot = log.store.read()?;
    let places = places(&snapshot, &given.entry)?;
    let (mut stored, mut left) = (None::<i64>, places.iter().any(|(chain, _)| chain.device != log.device));
    for device in devices_of(shared, loaded, &given.to) {
        let at = match device == given.sent.device {
            // whoever gave it works on the same machine
            true => Some(given.sent.at_ms),
            false => receipts::stored_at(&snapshot, &shared.forks, &loaded.scope, &device, &places)?,
        };
        left |= at.is_some() && device != log.device;
        stored = stored.into_iter().chain(at).min();
    }
    if !left {
        let held = withdraw::held_by_peers(log, &snapshot)?;
        left = places.iter().any(|(chain, seq)| {
            held.get(&(loaded.scope, *chain)).is_some_and(|seqs| seqs.iter().any(|upto| upto >= seq))
        });
    }
    let named = |by: Option<MemberId>| by.map_or(Json::Null, |id| shared.who_json(&Who::Member(id)));
    let time = |at: Option<i64>| at.map_or(Json::Null, |at_ms| json!(rfc3339(at_ms)));
    Ok(json!({
        "to": shared.who_json(&given.to), "by": named(given.sent.by),
        "sent_at": rfc3339(given.sent.at_ms), "left": left, "stored_at": time(stored),
        "delivered_at": time(given.delivered.map(|origin| origin.at_ms)),
        "delivered_to": named(given.delivered.and_then(|origin| origin.by)),
        "accepted_at": time(given.accepted.map(|origin| origin.at_ms)),
        "accepted_by": named(given.accepted.and_then(|origin| origin.by)),
    }))
}

/// What to do instead, once half the delay is over and the case has not reached whom it was given to: `{"last_met", "site",
/// "duty_phone", "alternate_phone", "due_at"}`; null before that, and once it arrived. `last_met`: when a device of theirs was last
/// met by this one, of the devices that were `met`: in hex, and when.
pub(crate) fn advice(shared: &Shared, loaded: &Loaded, met: &[(String, i64)], now_ms: i64) -> Json {
    let Some(given) = &loaded.assignment else { return Json::Null };
    let view = loaded.view(now_ms);
    let clocks = view.work.iter().flat_map(|work| &work.clocks);
    let Some(clock) = { clocks }.find(|clock| clock.step == Step::Accept) else { return Json::Null };
    let is_half_over = now_ms.saturating_sub(clock.from_ms) >= clock.due_ms.saturating_sub(clock.from_ms) / 2;
    // what came back waits on its sender, who is told of it on their own case
    let came_back = view.work.as_ref().is_some_and(|work| work.returned.is_some());
    let waits_on_sender =
        came_back && super::transfer::sender(shared, loaded).map(Who::Member) == Some(given.to.clone());
    if given.delivered.is_some() || given.accepted.is_some() || !is_half_over || waits_on_sender {
        return Json::Null;
    }
    // where whoever it was given to works; a role is held where the case is worked on
    let site = match &given.to {
        Who::Member(id) => shared.roster.members.get(id).map(|member| member.site().to_owned()),
        Who::Role(_) => None,
    };
    let site = site.unwrap_or_else(|| crate::cases::case_site(shared, loaded).to_owned());
    let devices = devices_of(shared, loaded, &given.to);
    let theirs = met.iter().filter(|(met, _)| devices.iter().any(|device| device.to_string() == *met));
    let met_ms = theirs.map(|(_, at_ms)| *at_ms).max();
    let roster = &shared.roster;
    json!({
        "site": site, "last_met": met_ms.map(rfc3339), "due_at": rfc3339(clock.due_ms),
        "duty_phone": said::above(roster, &site, DUTY_PHONE), "alternate_phone": said::above(roster, &site, ALTERNATE_PHONE),
    })
}

/// Cases that `outbox` names as given by somebody here and not arrived.
const UNDER_WAY_MAX: usize = 200;

/// `boucle outbox`: what was captured here and has not left, and what somebody here gave to others whom it has not reached.
pub(crate) fn outbox(log: &Log, reader: &mut Reader) -> Result<Json, Failure> {
    let mut told = withdraw::outbox(log, reader)?;
    let shared = log.shared();
    list::catch_up(log, &shared, reader)?;
    let (cases, more) = list::rows(reader).under_way(UNDER_WAY_MAX);
    let snapshot = log.store.read()?;
    let mut rows = Vec::with_capacity(cases.len());
    for (scope, doc) in cases {
        let Some(scope) = snapshot.scopes().get(scope as usize) else { continue };
        let loaded = cases::load(log, &snapshot, &shared, reader, *scope, doc)?;
        let Some(given) = &loaded.assignment else { continue };
        let (far, view) = (delivery(log, &shared, &loaded)?, loaded.view(0));
        let row = json!({
            "ref": view.mark(), "case_id": doc, "to": far["to"], "sent_at": far["sent_at"], "left": far["left"],
            "stored_at": far["stored_at"], "delivered_at": far["delivered_at"],
        });
        rows.push((given.sent.at_ms, doc, row));
    }
    rows.sort_by_key(|(sent_ms, doc, _)| (*sent_ms, *doc));
    if !rows.is_empty() {
        told["assigned"] = rows.into_iter().map(|(_, _, row)| row).collect();
        told["assigned_more"] = json!(more);
    }
    Ok(told)
}

#[cfg(test)]
mod tests;

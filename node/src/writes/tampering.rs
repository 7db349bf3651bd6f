//! Invitations gone wrong: one that was altered on its way, one that two people used, one that is shown once more, one
//! from somebody who may not invite at that site.
//!
//! An altered invitation may have named false keys. Its holder finds that out at the first meeting, when the Invite comes
//! that commits to the true ones ([`Invitation::terms`]). From then on nothing is sealed to what it said; the personal
//! layer of what was written before is granted to the true audience; and what nobody but the forger could open is named,
//! to be taken again. The Join says which terms its writer was told, so everybody else sees it too.

use std::collections::BTreeSet;

use crdt_model::roster::{Invitation, Member, Standing, audience_of_name, site_scope};
use crdt_model::values::moment::rfc3339;
use crdt_model::values::{DocId, EntryId, MemberId, ScopeId};
use serde_json::{Value as Json, json};

use crate::cases;
use crate::cases::captured_key;
use crate::clock::DAY_MS;
use crate::error::Failure;
use crate::log::now;
use crate::log::{Log, Reader, Shared, entropy, meta};
use crate::members;
use crate::store::{MemberSpace, Snapshot, Space};
use crate::writes;

/// Generations of a case that a newcomer may have written before it met anyone.
const GENERATIONS: u32 = 3;
/// How long it is told that an invitation was shown once more.
const REUSED_TOLD_MS: i64 = 30 * DAY_MS;

/// Mends what an altered invitation led to, once the log told of the true keys. Returns whether something was written.
pub(crate) fn mend_altered(log: &Log, shared: &Shared, reader: &mut Reader, now_ms: i64) -> Result<bool, Failure> {
    let told = shared.invitation_of(&reader.member()).filter(|told| shared.altered.contains(&told.invite));
    let Some(told) = told else { return Ok(false) };
    let name = format!("site/{}", told.site);
    let audience = audience_of_name(&log.org, &name);
    let current = shared.roster.audiences.get(&audience).and_then(|audience| audience.current());
    let knows_site = shared.roster.sites.contains_key(&told.site);
    let mark = meta::altered(&told.invite);
    // the rest of the membership may still be on its way
    if log.store.read()?.get(Space::Meta, &mark)?.is_some() || (knows_site && current.is_none()) {
        return Ok(false);
    }
    let retake = to_retake(log, shared, reader, told, now_ms)?;
    let incarnation = log.incarnation();
    let scope = site_scope(&log.org, &told.site);
    let ours = told.audiences.iter().find(|key| key.name == name);
    let regrant = ours.zip(current).filter(|(ours, current)| ours.pk != current.pk);
    let bytes = serde_json::to_vec(&retake).map_err(|error| Failure::new("unexpected").because(&error))?;
    let mut entropy = entropy()?;
    log.commit(|tx| {
        if let Some((ours, current)) = &regrant {
            let stream = log.own_stream(reader, &incarnation, &scope, &audience, ours.epoch);
            let to = (audience, current.epoch, &current.pk);
            writes::grant_stream(log, tx, shared, reader, &scope, to, &stream, incarnation, &mut entropy)?;
        }
        Ok(tx.put(Space::Meta, &mark, &bytes)?)
    })?;
    if regrant.is_some() {
        // the forger was given the keys of this chain's personal layers: what comes now has others
        log.leave_incarnation()?;
    }
    Ok(true)
}

/// Keeps which cases were written here on an invitation that does not count: they are nobody else's, and are to be
/// taken again. Returns whether something was written.
pub(crate) fn keep_lost(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    member: &Member,
    now_ms: i64,
) -> Result<bool, Failure> {
    let key = meta::altered(&member.invite);
    let snapshot = log.store.read()?;
    if snapshot.get(Space::Meta, &key)?.is_some() {
        return Ok(false);
    }
    let mut lost = Vec::new();
    for scope in cases::case_scopes(log, shared) {
        let docs: Vec<DocId> = snapshot.docs(&scope)?.collect::<Result<_, _>>()?;
        for doc in docs.into_iter().filter(|doc| cases::is_case(log, &scope, doc)) {
            let entries = log.entries(&snapshot, &scope, &doc)?;
            if entries.iter().any(|entry| entry.header().device == log.device) {
                lost.push(mark_of(log, &snapshot, shared, reader, (scope, doc), now_ms)?);
            }
        }
    }
    let bytes = serde_json::to_vec(&lost).map_err(|error| Failure::new("unexpected").because(&error))?;
    log.commit_quietly(|tx| Ok(tx.put(Space::Meta, &key, &bytes)?))?;
    Ok(true)
}

/// By what people find a case: its reference, else its id.
fn mark_of(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    reader: &mut Reader,
    (scope, doc): (ScopeId, DocId),
    now_ms: i64,
) -> Result<String, Failure> {
    let view = cases::load(log, snapshot, shared, reader, scope, doc)?.view(now_ms);
    let mark = view.mark().map(str::to_owned).or(writes::captured_mark(log, doc)?);
    Ok(mark.unwrap_or_else(|| doc.to_string()))
}

/// Own cases, written by what an altered invitation said, that those they are for cannot open: their content key went
/// to a false one and is gone, or their open layer is sealed under one.
fn to_retake(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    told: &Invitation,
    now_ms: i64,
) -> Result<Vec<String>, Failure> {
    let roster = &shared.roster;
    let true_pks: BTreeSet<[u8; 32]> =
        roster.audiences.values().flat_map(|audience| audience.epochs.iter().map(|epoch| epoch.pk)).collect();
    let of_audiences = told.audiences.iter().map(|key| key.pk).filter(|pk| !true_pks.contains(pk));
    let of_people = told
        .people
        .iter()
        .filter(|person| roster.members.get(&person.member).is_none_or(|member| member.keys.x != person.x));
    let false_pks: BTreeSet<[u8; 32]> = of_audiences.chain(of_people.map(|person| person.x)).collect();
    let access = reader.secrets.store_access();
    let snapshot = log.store.read()?;
    let mut retake = Vec::new();
    for scope in cases::case_scopes(log, shared) {
        let docs: Vec<DocId> = snapshot.docs(&scope)?.collect::<Result<_, _>>()?;
        for doc in docs.into_iter().filter(|doc| cases::is_case(log, &scope, doc)) {
            let entries = log.entries(&snapshot, &scope, &doc)?;
            let own = entries.iter().filter(|entry| entry.header().device == log.device);
            let mut lost = own.into_iter().any(|entry| reader.keychain.is_falsely_sealed(entry));
            for generation in 0..GENERATIONS {
                let row = snapshot.get_member(MemberSpace::Rows, &access, &captured_key(&doc, generation))?;
                let readers = row.as_ref().map(|row| row.chunks_exact(32)).into_iter().flatten();
                lost |= readers.into_iter().any(|pk| <[u8; 32]>::try_from(pk).is_ok_and(|pk| false_pks.contains(&pk)));
            }
            if !lost {
                continue;
            }
            retake.push(mark_of(log, &snapshot, shared, reader, (scope, doc), now_ms)?);
        }
    }
    Ok(retake)
}

/// Somebody showed an invitation on which somebody else was confirmed: a copy of it is in other hands. Kept once a day
/// at most. They are refused all the same where it cannot be.
pub(crate) fn note_reuse(log: &Log, invite: &EntryId, now_ms: i64) {
    if let Err(failure) = keep_reuse(log, invite, now_ms) {
        tracing::warn!(code = failure.code, "a used invitation was shown, and that was not noted");
    }
}

fn keep_reuse(log: &Log, invite: &EntryId, now_ms: i64) -> Result<(), Failure> {
    let key = meta::reused(invite);
    match reused_at(&log.store.read()?, invite)? {
        // noted while the clock was ahead, it is noted anew
        Some(then) if now_ms.abs_diff(then) < DAY_MS.unsigned_abs() => Ok(()),
        _ => log.commit_quietly(|tx| Ok(tx.put(Space::Meta, &key, &now_ms.to_be_bytes())?)),
    }
}

fn reused_at(snapshot: &Snapshot, invite: &EntryId) -> Result<Option<i64>, Failure> {
    let held = snapshot.get(Space::Meta, &meta::reused(invite))?;
    Ok(held.and_then(|bytes| bytes.as_slice().try_into().ok()).map(i64::from_be_bytes))
}

/// What of the membership somebody here must be told: of this device's people, and of others whom somebody must pick.
pub(crate) fn alarms(log: &Log, shared: &Shared) -> Result<Vec<Json>, Failure> {
    let snapshot = log.store.read()?;
    let mut alarms = Vec::new();
    for (id, member) in &shared.roster.members {
        let here = shared.here.contains(id);
        if member.uninvited {
            let mut alarm = alarm("invitation_void_here", shared, id, member);
            alarm["retake"] = json!(kept_marks(&snapshot, &member.invite)?);
            alarms.push(alarm);
            continue;
        }
        let code = match (member.standing, here) {
            (Standing::Suspended, true) => "suspended_here",
            (Standing::Suspended, false) => "suspended_elsewhere",
            (Standing::Void, true) => "void_here",
            _ => continue,
        };
        alarms.push(alarm(code, shared, id, member));
    }
    for (id, member) in shared.roster.members.iter().filter(|(_, m)| m.altered && m.standing != Standing::Void) {
        let here = shared.here.contains(id);
        let mut alarm = alarm(if here { "altered_here" } else { "altered_elsewhere" }, shared, id, member);
        let retake = if here { kept_marks(&snapshot, &member.invite)? } else { Vec::new() };
        alarm["retake"] = json!(retake);
        alarms.push(alarm);
    }
    for (id, member) in shared.roster.members.iter().filter(|(_, m)| m.standing == Standing::Confirmed) {
        let Some(at_ms) = reused_at(&snapshot, &member.invite)? else { continue };
        if now::now_ms(log).abs_diff(at_ms) < REUSED_TOLD_MS.unsigned_abs() {
            let mut alarm = alarm("invitation_reused", shared, id, member);
            alarm["at"] = json!(rfc3339(at_ms));
            alarms.push(alarm);
        }
    }
    Ok(alarms)
}

/// What must be taken again of what was written on an invitation.
fn kept_marks(snapshot: &Snapshot, invite: &EntryId) -> Result<Vec<String>, Failure> {
    let kept = snapshot.get(Space::Meta, &meta::altered(invite))?;
    Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

fn alarm(code: &str, shared: &Shared, id: &MemberId, member: &Member) -> Json {
    let by = members::inviter_of(shared, member);
    json!({"code": code, "member": shared.name(id), "id": id.short(), "by": by})
}

//! Erasing the older generations of a case: two signatures, then every holder destroys the bytes and keeps the headers.
//!
//! What is erased of a document follows from its kind 5 entries alone ([`crdt_model::erasure`]). This node keeps beside
//! it, in the space `meta`, what it must refuse (`erased/`), and which documents have an erasure not yet acted on
//! (`erasing/`), so that a crash between hearing and destroying changes nothing.

use crdt_model::cbor;
use crdt_model::entry::{DEPS_MAX, Kind};
use crdt_model::erasure::{self, Erasure, Ground, Proposed};
use crdt_model::retraction::Retraction;
use crdt_model::roster::{Eraser, Standing};
use crdt_model::seal::Entropy;
use crdt_model::taxonomy::{Capabilities, RoleProfile};
use crdt_model::values::{DocId, EntryId, MemberId, ScopeId};
use serde_json::{Value as Json, json};

use crate::error::Failure;
use crate::list;
use crate::log::draft::{Draft, clear};
use crate::log::erasure as heard;
use crate::log::forks::unwrap_carried;
use crate::log::marks;
use crate::log::{Log, Reader, Shared, entropy};
use crate::members;
use crate::store::Tx;

/// Why this member may not sign, or not with those who signed before: they hold the right nowhere, not here, or nobody
/// has confirmed them; and who may.
fn may_not_erase(shared: &Shared, member: &MemberId, scope: &ScopeId) -> Failure {
    let roster = &shared.roster;
    let held = roster.members.get(member);
    let erases = |profile: RoleProfile| profile.capabilities.contains(Capabilities::ERASE);
    let may_somewhere = held.is_some_and(|held| held.profiles().any(erases));
    if may_somewhere && held.is_some_and(|held| held.standing != Standing::Confirmed) {
        return Failure::new("member_unconfirmed").arg("member", shared.name(member));
    }
    let others = roster
        .members
        .keys()
        .filter(|id| *id != member && roster.eraser_of(id, scope, &roster.heads) == Some(Eraser::Erases));
    let role = held.map_or("", |held| held.role());
    let refused = match shared.site_with(scope) {
        Some(site) if may_somewhere => Failure::new("not_in_reach").arg("site", &site.op.code),
        _ => Failure::new("not_permitted"),
    };
    refused.arg("role", role).arg("who", shared.names_of(others.copied()))
}

/// Appends one of the two signatures.
pub(crate) fn sign_erasure(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    (scope, doc): (ScopeId, DocId),
    erasure: Erasure,
    deps: Vec<EntryId>,
    entropy: &mut Entropy,
) -> Result<EntryId, Failure> {
    let signature = Draft {
        scope,
        kind: Kind::Erasure,
        doc,
        incarnation: log.incarnation(),
        auth: log.auth(shared),
        deps,
        sections: clear(cbor::encode(&Retraction::Erasure(erasure))),
    };
    Ok(signature.append(log, tx, None, entropy)?.id())
}

/// `boucle case erase`: proposes to erase the older generations of a case, or approves what another device proposed.
pub(crate) fn case_erase(
    log: &Log,
    reader: &mut Reader,
    typed: &str,
    approve: bool,
    late_too: bool,
) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    let shared = log.shared();
    let loaded = list::find_case(log, &shared, reader, typed)?;
    let refused = || may_not_erase(&shared, &reader.member(), &loaded.scope);
    let heads = &shared.roster.heads;
    let worth = shared.roster.eraser_of(&reader.member(), &loaded.scope, heads).ok_or_else(refused)?;
    let Some(older) = loaded.document.generation.checked_sub(1) else {
        return Err(Failure::new("nothing_to_erase").arg("ref", typed).at("ref", typed));
    };
    if !loaded.document.late.is_empty() && !late_too {
        return Err(Failure::new("late_edits_waiting").arg("ref", typed).at("ref", typed));
    }
    let snapshot = log.store.read()?;
    let entries = log.entries(&snapshot, &loaded.scope, &loaded.doc)?;
    let (erased, proposed) = heard::erasures(&shared, &entries);
    drop(snapshot);
    if erased.whole().is_some_and(|erased| erased >= older) {
        return Err(Failure::new("nothing_to_erase").arg("ref", typed).at("ref", typed));
    }
    let by_other = |proposed: &&Proposed| {
        let entry = entries.iter().map(unwrap_carried).find(|entry| entry.id() == proposed.by);
        entry.is_some_and(|entry| entry.header().device != log.device)
    };
    let others = || proposed.iter().filter(by_other).filter(|first| first.erasure.generation <= older);
    let first = others().find(|first| erasure::suffice(first.worth, worth));
    let own = proposed.iter().any(|first| !by_other(&first) && first.erasure.generation == older);
    // what comes after, by the judgement of this device, which can still read what goes
    let mut heirs = loaded.document.heads.clone();
    heirs.truncate(DEPS_MAX - 1);
    let (erasure, mut deps) = match (approve, first) {
        (true, Some(first)) => {
            heirs.push(first.by);
            (first.erasure, heirs)
        }
        (true, None) if others().next().is_some() => return Err(refused()),
        (true, None) => return Err(Failure::new("nothing_to_approve").arg("ref", typed).at("ref", typed)),
        (false, _) if own => {
            return Err(Failure::new("second_signature_needed").arg("ref", typed).at("ref", typed));
        }
        (false, _) => (Erasure { layers: 7, generation: older, ground: Ground::Sealed }, heirs),
    };
    deps.sort_unstable();
    members::know_all(log)?;
    let (shared, mut entropy) = (log.shared(), entropy()?);
    log.commit(|tx| sign_erasure(log, tx, &shared, (loaded.scope, loaded.doc), erasure, deps, &mut entropy))?;
    heard::apply_erasures(log, &shared)?;
    Ok(json!({
        "case_id": loaded.doc, "generation": erasure.generation, "ground": erasure.ground.code(),
        "erased": approve,
    }))
}

/// Erasures that another device proposed and that wait for a second signature this device may give.
pub(crate) fn to_approve(log: &Log, shared: &Shared) -> Result<Vec<Json>, Failure> {
    let snapshot = log.store.read()?;
    let mut rows = Vec::new();
    let roster = &shared.roster;
    for (scope, doc) in marks::turned(log)? {
        let Some(worth) = shared.here.iter().filter_map(|member| roster.eraser_of(member, &scope, &roster.heads)).max()
        else {
            continue;
        };
        let entries = log.entries(&snapshot, &scope, &doc)?;
        let (_, proposed) = heard::erasures(shared, &entries);
        let device = |by: &EntryId| {
            entries.iter().map(unwrap_carried).find(|entry| entry.id() == *by).map(|e| e.header().device)
        };
        let others = proposed.iter().filter(|first| {
            device(&first.by).is_some_and(|by| by != log.device) && erasure::suffice(first.worth, worth)
        });
        rows.extend(others.map(|first| json!({"case_id": doc, "generation": first.erasure.generation})));
    }
    Ok(rows)
}

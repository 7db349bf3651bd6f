//! Erasing the older generations of a case: two signatures, then every holder destroys the bytes and keeps the headers.
//!
//! What is erased of a document follows from its kind 5 entries alone ([`crdt_model::erasure`]). This node keeps beside
//! it, in the space `meta`, what it must refuse (`erased/`), and which documents have an erasure not yet acted on
//! (`erasing/`), so that a crash between hearing and destroying changes nothing.

use std::collections::HashMap;

use crdt_model::cbor;
use crdt_model::compose::{EntryPlan, SectionPlan, compose};
use crdt_model::entry::{DEPS_MAX, Entry, Header, Kind};
use crdt_model::erasure::{self, Erased, Erasure, Gone, Ground, Proposed};
use crdt_model::retraction::Retraction;
use crdt_model::roster::{Eraser, Standing};
use crdt_model::seal::Entropy;
use crdt_model::taxonomy::{Capabilities, RoleProfile};
use crdt_model::values::{DocId, EntryId, MemberId, ScopeId};
use serde_json::{Value as Json, json};

use crate::cases;
use crate::error::Failure;
use crate::log::forks;
use crate::log::forks::unwrap_carried;
use crate::log::{Log, Reader, Shared, append, entropy, not_composed};
use crate::members;
use crate::store::{Gap, Space, Tx};
use crate::writes::reclassify;

const ERASED: &[u8] = b"erased/";
const ERASING: &[u8] = b"erasing/";

fn key(prefix: &[u8], scope: &ScopeId, doc: &DocId) -> Vec<u8> {
    [prefix, &scope.0, &doc.0].concat()
}

fn split(prefix: &[u8], key: &[u8]) -> Option<(ScopeId, DocId)> {
    let (scope, doc) = key.strip_prefix(prefix)?.split_first_chunk::<16>()?;
    Some((ScopeId(*scope), DocId(doc.try_into().ok()?)))
}

/// Per document, what is erased here: what an entry that comes is stripped of.
pub(crate) type Refused = HashMap<(ScopeId, DocId), Erased>;

/// Per layer 8 bytes big-endian: one more than the greatest generation erased, 0 where none is.
fn encode(erased: &Erased) -> Vec<u8> {
    let number = |generation: Option<u32>| generation.map_or(0, |generation| u64::from(generation) + 1).to_be_bytes();
    erased.layers().into_iter().flat_map(number).collect()
}

fn decode(bytes: &[u8]) -> Option<Erased> {
    let numbers: [u8; 24] = bytes.try_into().ok()?;
    let mut layers = [None; 3];
    for (layer, number) in layers.iter_mut().zip(numbers.as_chunks::<8>().0) {
        *layer = u64::from_be_bytes(*number).checked_sub(1).and_then(|generation| u32::try_from(generation).ok());
    }
    Some(Erased::of_layers(layers))
}

/// What is erased of a document, and what one device has proposed.
pub(crate) fn erasures(shared: &Shared, entries: &[Entry]) -> (Erased, Vec<Proposed>) {
    if entries.iter().all(|entry| entry.header().content_kind() != Some(Kind::Erasure)) {
        return (Erased::default(), Vec::new());
    }
    erasure::judge(forks::before_forks(shared, entries).iter().map(|entry| &**entry), &shared.roster)
}

/// What the erasures leave to be known of what they destroyed.
pub(crate) fn gone(shared: &Shared, entries: &[Entry]) -> Gone {
    match entries.iter().any(|entry| entry.header().content_kind() == Some(Kind::Erasure)) {
        true => erasure::gone(forks::before_forks(shared, entries).iter().map(|entry| &**entry), &shared.roster),
        false => Gone::default(),
    }
}

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
    let refused = match roster.sites.values().find(|site| site.scope == *scope) {
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
    let incarnation = log.incarnation();
    let bytes = cbor::encode(&Retraction::Erasure(erasure));
    let plan = EntryPlan {
        org: log.org,
        scope,
        kind: Kind::Erasure,
        doc,
        device: log.device,
        incarnation,
        place: log.next_position(tx, &scope, incarnation),
        auth: log.auth(shared),
        deps,
        sections: vec![SectionPlan::Clear { layer: 0, bytes }],
    };
    let entry = compose(&plan, &log.device_ed, None, entropy).map_err(not_composed)?;
    append(tx, &entry)?;
    note_erasure(tx, entry.header())?;
    Ok(entry.id())
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
    let loaded = cases::find_case(log, &shared, reader, typed)?;
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
    let (erased, proposed) = erasures(&shared, &entries);
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
    apply_erasures(log, &shared)?;
    Ok(json!({
        "case_id": loaded.doc, "generation": erasure.generation, "ground": erasure.ground.code(),
        "erased": approve,
    }))
}

/// Acts on erasures that were heard: destroys what both signatures cover, and remembers to refuse it.
pub(crate) fn apply_erasures(log: &Log, shared: &Shared) -> Result<(), Failure> {
    let snapshot = log.store.read()?;
    let marked: Vec<(ScopeId, DocId)> =
        snapshot.list(Space::Meta)?.iter().filter_map(|(key, _)| split(ERASING, key)).collect();
    for (scope, doc) in marked {
        let entries = log.entries(&snapshot, &scope, &doc)?;
        let (erased, proposed) = erasures(shared, &entries);
        if erased.is_nothing() {
            continue;
        }
        log.commit_quietly(|tx| {
            for stripped in entries.iter().filter_map(|entry| erased.strip(entry)) {
                tx.replace_entry_bytes(&stripped.id(), &stripped.encode())?;
            }
            // nor is what was not held missed any longer
            for entry in entries.iter().filter(|entry| erased.mask(entry.header()) != 0) {
                let Some(at) = tx.location(&entry.id())? else { continue };
                let Some(gap) = tx.gap(at)? else { continue };
                match gap.layers & !erased.mask(entry.header()) {
                    0 => tx.clear_gap(at)?,
                    layers => tx.put_gap(at, &Gap { layers, ..gap })?,
                }
            }
            tx.put(Space::Meta, &key(ERASED, &scope, &doc), &encode(&erased))?;
            // one signature alone may be judged anew once more of the membership is known
            match proposed.is_empty() {
                true => Ok(tx.delete(Space::Meta, &key(ERASING, &scope, &doc)).map(drop)?),
                false => Ok(()),
            }
        })?;
    }
    Ok(())
}

/// What is erased here, for all documents.
pub(crate) fn refused_sections(log: &Log) -> Result<Refused, Failure> {
    let held = log.store.read()?.list(Space::Meta)?;
    Ok(held.iter().filter_map(|(key, value)| Some((split(ERASED, key)?, decode(value)?))).collect())
}

/// Erasures that another device proposed and that wait for a second signature this device may give.
pub(crate) fn to_approve(log: &Log, shared: &Shared) -> Result<Vec<Json>, Failure> {
    let snapshot = log.store.read()?;
    let mut rows = Vec::new();
    let roster = &shared.roster;
    for (scope, doc) in reclassify::turned(log)? {
        let Some(worth) = shared.here.iter().filter_map(|member| roster.eraser_of(member, &scope, &roster.heads)).max()
        else {
            continue;
        };
        let entries = log.entries(&snapshot, &scope, &doc)?;
        let (_, proposed) = erasures(shared, &entries);
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

/// Marks the document of an erasure that was appended.
pub(crate) fn note_erasure(tx: &mut Tx<'_>, header: &Header) -> Result<(), Failure> {
    if header.content_kind() == Some(Kind::Erasure) && header.doc != DocId::ZERO {
        tx.put(Space::Meta, &key(ERASING, &header.scope, &header.doc), &[1])?;
    }
    Ok(())
}

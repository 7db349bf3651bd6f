//! `boucle verify`: every signature, chain and hash again, the membership evaluated anew, every document rebuilt.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crdt_model::document::{self, Document};
use crdt_model::entry::{Entry, Kind, Place};
use crdt_model::layer::Layer;
use crdt_model::retraction::{self, Outcome};
use crdt_model::roster::{Record, self_introduced_key};
use crdt_model::seal::OpenError;
use crdt_model::values::{ChainKey, DocId, EntryId, ScopeId};
use serde_json::{Value as Json, json};

use crate::cases;
use crate::cases::{BuiltOf, CaseSchema};
use crate::error::Failure;
use crate::keys::keychain::Keychain;
use crate::list;
use crate::log::admission::reason_code;
use crate::log::forks;
use crate::log::forks::unwrap_carried;
use crate::log::{Log, Reader, Shared};
use crate::store::{STORE_FILE, Snapshot};
use crate::sync::gaps;

/// Bytes of one read along a chain.
const READ_BYTES: usize = 1 << 20;

/// Does what reads a data file, on whatever is in it. redb trusts a file it wrote: on one altered by others it panics, and
/// what a thread of its own panicked on is "unexpected". On a file that is not sound either is the file's damage; on one
/// that is, they are what they seem.
pub(crate) fn on_any_page<T>(
    is_sound: impl Fn() -> bool,
    read: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let damaged = || Err(Failure::new("home_damaged").arg("file", STORE_FILE).at("file", STORE_FILE));
    match catch_unwind(AssertUnwindSafe(read)) {
        Err(panic) if is_sound() => resume_unwind(panic),
        Err(_) => damaged(),
        Ok(Err(failure)) if is_of_store(&failure) && !is_sound() => damaged(),
        Ok(done) => done,
    }
}

/// Re-checks everything held. `problems` names each fault with its entry, device and author.
pub(crate) fn verify(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Json, Failure> {
    log.refresh_reader(reader)?;
    verify_with(log, shared, progress, |snapshot, problems| verify_documents(log, snapshot, shared, reader, problems))
}

/// As [`verify`], by what the device itself may open: the open layers.
pub(crate) fn verify_as_device(
    log: &Log,
    shared: &Shared,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Json, Failure> {
    verify_with(log, shared, progress, |snapshot, problems| verify_open_layers(log, snapshot, shared, problems))
}

fn verify_with(
    log: &Log,
    shared: &Shared,
    progress: &mut dyn FnMut(u64, u64),
    documents: impl FnOnce(&Snapshot, &mut Vec<Json>) -> Result<(usize, usize), Failure>,
) -> Result<Json, Failure> {
    let snapshot = log.store.read()?;
    let mut problems = Vec::new();
    let total: u64 = snapshot.chains().map(|chain| chain.tip_seq).sum();
    let mut done = 0;
    let mut written: BTreeMap<(ScopeId, DocId), usize> = BTreeMap::new();
    for chain in snapshot.chains() {
        on_any_part(log, shared, &mut problems, |problems| {
            let key = ChainKey { device: chain.key.device, incarnation: chain.key.incarnation };
            let mut place = Place::FIRST;
            while place.seq <= chain.tip_seq {
                let stored = snapshot.chain_entries(&chain.key, place.seq, READ_BYTES)?;
                if stored.is_empty() {
                    problems.push(problem(shared, None, &key, "chain", "missing_entry", place.seq));
                    break;
                }
                for item in stored {
                    if let Ok(entry) = Entry::decode(&item.bytes) {
                        *written.entry((entry.header().scope, entry.header().doc)).or_default() += 1;
                    }
                    place = match verify_entry(log, shared, &item.bytes, item.entry_id, &place) {
                        Ok(next) => next,
                        Err((code, next)) => {
                            let entry = Some(item.entry_id);
                            problems.push(problem(shared, entry, &key, "form", code, place.seq));
                            next
                        }
                    };
                    done += 1;
                    if done % 256 == 0 {
                        progress(done, total);
                    }
                }
            }
            if place.prev != chain.tip_entry {
                problems.push(problem(shared, Some(chain.tip_entry), &key, "chain", "tip", chain.tip_seq));
            }
            if let Some(fork) = shared.forks.get(&(chain.key.scope, key)) {
                problems.push(problem(shared, None, &key, "chain", "fork", *fork));
            }
            Ok(())
        })?;
    }
    on_any_part(log, shared, &mut problems, |problems| verify_index(log, &snapshot, shared, &written, problems))?;
    on_any_part(log, shared, &mut problems, |problems| verify_sections(log, &snapshot, shared, problems))?;
    let membership =
        on_any_part(log, shared, &mut problems, |problems| verify_membership(log, &snapshot, shared, problems))?;
    let (cases, quarantined) = on_any_part(log, shared, &mut problems, |problems| documents(&snapshot, problems))?;
    progress(total, total);
    let refused: Vec<Json> = snapshot
        .quarantine()?
        .iter()
        .map(|r| json!({"entry": r.entry_id, "reason": reason_code(r.reason), "from": r.from_peer}))
        .collect();
    Ok(json!({
        "ok": problems.is_empty(), "entries": total, "cases": cases,
        "quarantined": quarantined + membership, "problems": problems,
        "refused": refused,
    }))
}

/// Whether a failure may be the damage of the data file: what nobody foresaw, and what an error told before closed.
fn is_of_store(failure: &Failure) -> bool {
    let names_it = || failure.args.iter().any(|(name, value)| *name == "file" && value == STORE_FILE);
    failure.code == "unexpected" || (failure.code == "file_not_readable" && names_it())
}

/// One part of the check, on whatever is in the file: a page that cannot be read is a problem like any other, and the
/// other parts go on.
fn on_any_part<T: Default>(
    log: &Log,
    shared: &Shared,
    problems: &mut Vec<Json>,
    part: impl FnOnce(&mut Vec<Json>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut found = Vec::new();
    let done = on_any_page(|| log.store.is_sound(), || part(&mut found));
    problems.append(&mut found);
    match done {
        Err(failure) if failure.code == "home_damaged" => {}
        done => return done,
    }
    let key = ChainKey { device: log.device, incarnation: log.incarnation() };
    problems.push(problem(shared, None, &key, "store", "page_damaged", 0));
    Ok(T::default())
}

/// Every document that the chains speak of is listed, with all of its entries: a damaged page can make rows seem not to
/// be there.
fn verify_index(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    written: &BTreeMap<(ScopeId, DocId), usize>,
    problems: &mut Vec<Json>,
) -> Result<(), Failure> {
    let mut listed = BTreeSet::new();
    for scope in snapshot.scopes() {
        for doc in snapshot.docs(scope)? {
            listed.insert((*scope, doc?));
        }
    }
    let key = ChainKey { device: log.device, incarnation: log.incarnation() };
    for ((scope, doc), count) in written {
        let found = snapshot.doc_locations(scope, doc)?.len();
        if !listed.contains(&(*scope, *doc)) || found != *count {
            let mut problem = problem(shared, None, &key, "index", "document_missing", 0);
            problem["case_id"] = json!(doc);
            problems.push(problem);
        }
    }
    Ok(())
}

/// One entry at its place: form, hashes, link, signature. Gives the next place either way.
fn verify_entry(
    log: &Log,
    shared: &Shared,
    bytes: &[u8],
    id: EntryId,
    place: &Place,
) -> Result<Place, (&'static str, Place)> {
    let skipped = Place { seq: place.seq + 1, prev: id, bytes_before: place.bytes_before };
    let entry = Entry::decode(bytes).map_err(|error| (error.code(), skipped))?;
    let next = Place::after(entry.header(), entry.id());
    if entry.id() != id {
        return Err(("id", next));
    }
    if !place.fits(entry.header()) {
        return Err(("link", next));
    }
    let key = shared
        .roster
        .device_key(&entry.header().device)
        .or_else(|| self_introduced_key(&log.org, &entry))
        .ok_or(("device_unknown", next))?;
    entry.verify(&key).map_err(|error| (error.code(), next))?;
    crdt_model::carried::carried(&entry).map_err(|error| (error.code(), next))?;
    Ok(next)
}

/// Sections that somebody should have and that are not held here. They may still come.
fn verify_sections(log: &Log, snapshot: &Snapshot, shared: &Shared, problems: &mut Vec<Json>) -> Result<(), Failure> {
    for (at, chain, gap) in gaps::open_gaps(log, snapshot, shared)? {
        let key = ChainKey { device: chain.device, incarnation: chain.incarnation };
        let mut problem = problem(shared, Some(gap.entry), &key, "sections", "section_missing", at.seq());
        if let Json::Object(map) = &mut problem {
            map.insert("from".into(), json!(gap.from));
            map.insert("waiting".into(), json!(true));
        }
        problems.push(problem);
    }
    Ok(())
}

/// Withdrawals that are no such thing: somebody has the bytes, or there is no such entry.
fn verify_withdrawals(shared: &Shared, entries: &[Entry], problems: &mut Vec<Json>) {
    for judged in retraction::judge(&forks::before_forks(shared, entries)) {
        let code = match judged.outcome {
            Outcome::TakenBack => continue,
            Outcome::BytesHeld => "bytes_held",
            Outcome::Void => "no_such_entry",
        };
        let by =
            entries.iter().map(unwrap_carried).find(|entry| entry.id() == judged.by).map(|e| ChainKey::of(e.header()));
        if let Some(key) = by {
            let named = Some(judged.named.entry);
            problems.push(problem(shared, named, &key, "withdrawal", code, judged.named.seq));
        }
    }
}

/// Membership entries without effect.
fn verify_membership(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    problems: &mut Vec<Json>,
) -> Result<usize, Failure> {
    let scope = crdt_model::roster::membership_scope(&log.org);
    let mut found = 0;
    for entry in forks::before_forks(shared, &log.entries(snapshot, &scope, &DocId::ZERO)?) {
        if entry.header().kind != Kind::Membership {
            continue;
        }
        let key = ChainKey::of(entry.header());
        let code = match (Record::read(&entry).op, shared.roster.void.get(&entry.id())) {
            (None, _) => "operation",
            (Some(_), Some(reason)) => reason.code(),
            (Some(_), None) => continue,
        };
        found += 1;
        problems.push(problem(shared, Some(entry.id()), &key, "membership", code, entry.header().seq));
    }
    Ok(found)
}

/// Rebuilds every document this reader can see, without the cache, and compares with what the cache shows.
fn verify_documents(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    reader: &mut Reader,
    problems: &mut Vec<Json>,
) -> Result<(usize, usize), Failure> {
    let cached = std::mem::take(cases::cache(reader));
    list::catch_up(log, shared, reader)?;
    let (mut cases, mut quarantined) = (0, 0);
    for scope in cases::case_scopes(log, shared) {
        let docs: Vec<DocId> = snapshot.docs(&scope)?.collect::<Result<_, _>>()?;
        for doc in docs.into_iter().filter(|doc| *doc != DocId::ZERO) {
            let loaded = cases::load(log, snapshot, shared, reader, scope, doc)?;
            if !list::rows(reader).tells(snapshot.doc_number(&scope, &doc)?, &loaded) {
                let key = ChainKey { device: log.device, incarnation: log.incarnation() };
                let mut problem = problem(shared, None, &key, "projection", "list_differs", 0);
                problem["case_id"] = json!(doc);
                problems.push(problem);
            }
            cases += usize::from(loaded.document.accepted > 0);
            let now = BuiltOf::now(snapshot, loaded.entries, shared, &reader.keychain);
            let kept = cached.get(&(scope, doc));
            if let Some(held) = kept.and_then(|kept| kept.of(now))
                && held.document.states != loaded.document.states
            {
                let key = ChainKey { device: log.device, incarnation: log.incarnation() };
                problems.push(problem(shared, None, &key, "projection", "differs", 0));
            }
            automerge_agrees(log, shared, doc, &loaded.document, problems);
            let entries = log.entries(snapshot, &scope, &doc)?;
            verify_withdrawals(shared, &entries, problems);
            verify_form(shared, doc, &reader.keychain, &entries, problems);
            quarantined += document_faults(shared, doc, &entries, &loaded.document, problems);
        }
    }
    Ok((cases, quarantined))
}

/// Rebuilds every document with the device's open keys.
fn verify_open_layers(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    problems: &mut Vec<Json>,
) -> Result<(usize, usize), Failure> {
    let keychain = log.device_keychain(snapshot, shared)?;
    let (mut cases, mut quarantined) = (0, 0);
    for scope in cases::case_scopes(log, shared) {
        let docs: Vec<DocId> = snapshot.docs(&scope)?.collect::<Result<_, _>>()?;
        for doc in docs.into_iter().filter(|doc| *doc != DocId::ZERO) {
            let entries = log.entries(snapshot, &scope, &doc)?;
            let opened = forks::counted_entries(shared, &entries).open(&keychain);
            let document = document::build(&opened, Kind::Edit, &shared.roster, &|layer| Box::new(CaseSchema(layer)));
            cases += usize::from(document.accepted > 0);
            automerge_agrees(log, shared, doc, &document, problems);
            verify_withdrawals(shared, &entries, problems);
            verify_form(shared, doc, &keychain, &entries, problems);
            quarantined += document_faults(shared, doc, &entries, &document, problems);
        }
    }
    Ok((cases, quarantined))
}

/// Sections that are authentic and not what a section holds.
fn verify_form(shared: &Shared, doc: DocId, keychain: &Keychain, entries: &[Entry], problems: &mut Vec<Json>) {
    for entry in forks::counted_entries(shared, entries).entries {
        for (layer, error) in keychain.malformed(&entry) {
            let code = match error {
                OpenError::Generation => "generation",
                OpenError::Content(_) => "content",
                _ => "padding",
            };
            let key = ChainKey::of(entry.header());
            let mut problem = problem(shared, Some(entry.id()), &key, "section", code, entry.header().seq);
            problem["layer"] = json!(layer);
            problem["case_id"] = json!(doc);
            problems.push(problem);
        }
    }
}

/// Every layer as Automerge itself builds it.
fn automerge_agrees(log: &Log, shared: &Shared, doc: DocId, document: &Document, problems: &mut Vec<Json>) {
    for (built, layer) in document.docs.iter().zip(Layer::ALL) {
        let code = match built.equals_automerge() {
            Ok(true) => continue,
            Ok(false) => "automerge_differs",
            Err(_) => "automerge_refuses",
        };
        let key = ChainKey { device: log.device, incarnation: log.incarnation() };
        let mut problem = problem(shared, None, &key, "apply", code, 0);
        problem["layer"] = json!(layer);
        problem["case_id"] = json!(doc);
        problems.push(problem);
    }
}

/// Adds a document's faults to the problems; gives how many entries are void for it.
fn document_faults(
    shared: &Shared,
    doc: DocId,
    entries: &[Entry],
    document: &Document,
    problems: &mut Vec<Json>,
) -> usize {
    let headers: BTreeMap<EntryId, (ChainKey, u64)> =
        entries.iter().map(unwrap_carried).map(|e| (e.id(), (ChainKey::of(e.header()), e.header().seq))).collect();
    let mut void = 0;
    for fault in &document.faults {
        let Some((key, seq)) = headers.get(&fault.entry) else { continue };
        // sealed to others: whoever can open it judges it
        if fault.code == document::SECTION_UNREADABLE {
            continue;
        }
        let mut problem = problem(shared, Some(fault.entry), key, fault.step, &fault.code, *seq);
        if let Json::Object(map) = &mut problem {
            map.insert("layer".into(), json!(fault.layer));
            map.insert("case_id".into(), json!(doc));
            map.insert("waiting".into(), json!(fault.waiting));
            if let Some(member) = fault.member {
                map.insert("author".into(), json!(shared.name(&member)));
            }
        }
        void += usize::from(!fault.waiting);
        problems.push(problem);
    }
    void
}

/// One line of `problems`. The author is the signing member, or else whoever works on the device.
fn problem(shared: &Shared, entry: Option<EntryId>, chain: &ChainKey, step: &str, code: &str, seq: u64) -> Json {
    let people: Vec<String> =
        shared.roster.members.iter().filter(|(_, m)| m.device == chain.device).map(|(id, _)| shared.name(id)).collect();
    json!({
        "entry": entry, "device": chain.device, "incarnation": chain.incarnation, "seq": seq,
        "author": people.join(", "), "step": step, "reason": code,
    })
}

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
    verify_with(log, shared, progress, |check| check.documents(reader))
}

/// As [`verify`], by what the device itself may open: the open layers.
pub(crate) fn verify_as_device(
    log: &Log,
    shared: &Shared,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Json, Failure> {
    verify_with(log, shared, progress, |check| check.open_layers())
}

fn verify_with(
    log: &Log,
    shared: &Shared,
    progress: &mut dyn FnMut(u64, u64),
    documents: impl FnOnce(&mut Check<'_>) -> Result<Documents, Failure>,
) -> Result<Json, Failure> {
    let snapshot = log.store.read()?;
    let mut check = Check { log, shared, snapshot: &snapshot, problems: Vec::new() };
    let total: u64 = snapshot.chains().map(|chain| chain.tip_seq).sum();
    let mut done = 0;
    let mut written: BTreeMap<(ScopeId, DocId), usize> = BTreeMap::new();
    for chain in snapshot.chains() {
        check.on_any_part(|check| {
            let key = ChainKey { device: chain.key.device, incarnation: chain.key.incarnation };
            let mut place = Place::FIRST;
            while place.seq <= chain.tip_seq {
                let stored = snapshot.chain_entries(&chain.key, place.seq, READ_BYTES)?;
                if stored.is_empty() {
                    check.found(None, &key, "chain", "missing_entry", place.seq);
                    break;
                }
                for item in stored {
                    if let Ok(entry) = Entry::decode(&item.bytes) {
                        *written.entry((entry.header().scope, entry.header().doc)).or_default() += 1;
                    }
                    place = match verify_entry(log, shared, &item.bytes, item.entry_id, &place) {
                        Ok(next) => next,
                        Err((code, next)) => {
                            check.found(Some(item.entry_id), &key, "form", code, place.seq);
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
                check.found(Some(chain.tip_entry), &key, "chain", "tip", chain.tip_seq);
            }
            if let Some(fork) = shared.forks.get(&(chain.key.scope, key)) {
                check.found(None, &key, "chain", "fork", *fork);
            }
            Ok(())
        })?;
    }
    check.on_any_part(|check| check.index(&written))?;
    check.on_any_part(Check::sections)?;
    let membership = check.on_any_part(Check::membership)?;
    let Documents { cases, quarantined } = check.on_any_part(documents)?;
    progress(total, total);
    let refused: Vec<Json> = snapshot
        .quarantine()?
        .iter()
        .map(|r| json!({"entry": r.entry_id, "reason": reason_code(r.reason), "from": r.from_peer}))
        .collect();
    let problems = check.problems;
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

/// How many documents were looked at.
#[derive(Default)]
struct Documents {
    cases: usize,
    /// Entries that are void for their document.
    quarantined: usize,
}

/// A check under way, on one snapshot, and what it found so far.
struct Check<'a> {
    log: &'a Log,
    shared: &'a Shared,
    snapshot: &'a Snapshot,
    problems: Vec<Json>,
}

impl Check<'_> {
    /// One line of `problems`, to be added to. The author is the signing member, or else whoever works on the device.
    fn found(&mut self, entry: Option<EntryId>, chain: &ChainKey, step: &str, code: &str, seq: u64) -> &mut Json {
        let people: Vec<String> = self.shared.people_at(&chain.device).map(|(id, _)| self.shared.name(id)).collect();
        self.problems.push(json!({
            "entry": entry, "device": chain.device, "incarnation": chain.incarnation, "seq": seq,
            "author": people.join(", "), "step": step, "reason": code,
        }));
        self.problems.last_mut().expect("just pushed")
    }

    /// A problem of what this device made of the entries.
    fn found_here(&mut self, step: &str, code: &str) -> &mut Json {
        let key = ChainKey { device: self.log.device, incarnation: self.log.incarnation() };
        self.found(None, &key, step, code, 0)
    }

    /// One part of the check, on whatever is in the file: a page that cannot be read is a problem like any other, and the
    /// other parts go on.
    fn on_any_part<T: Default>(&mut self, part: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        let log = self.log;
        match on_any_page(|| log.store.is_sound(), || part(self)) {
            Err(failure) if failure.code == "home_damaged" => {}
            done => return done,
        }
        self.found_here("store", "page_damaged");
        Ok(T::default())
    }

    /// Every document that the chains speak of is listed, with all of its entries: a damaged page can make rows seem not
    /// to be there.
    fn index(&mut self, written: &BTreeMap<(ScopeId, DocId), usize>) -> Result<(), Failure> {
        let mut listed = BTreeSet::new();
        for scope in self.snapshot.scopes() {
            for doc in self.snapshot.docs(scope)? {
                listed.insert((*scope, doc?));
            }
        }
        for ((scope, doc), count) in written {
            let found = self.snapshot.doc_locations(scope, doc)?.len();
            if !listed.contains(&(*scope, *doc)) || found != *count {
                self.found_here("index", "document_missing")["case_id"] = json!(doc);
            }
        }
        Ok(())
    }

    /// Sections that somebody should have and that are not held here. They may still come.
    fn sections(&mut self) -> Result<(), Failure> {
        for (at, chain, gap) in gaps::open_gaps(self.log, self.snapshot, self.shared)? {
            let key = ChainKey { device: chain.device, incarnation: chain.incarnation };
            let problem = self.found(Some(gap.entry), &key, "sections", "section_missing", at.seq());
            problem["from"] = json!(gap.from);
            problem["waiting"] = json!(true);
        }
        Ok(())
    }

    /// Membership entries without effect.
    fn membership(&mut self) -> Result<usize, Failure> {
        let scope = crdt_model::roster::membership_scope(&self.log.org);
        let mut found = 0;
        for entry in forks::before_forks(self.shared, &self.log.entries(self.snapshot, &scope, &DocId::ZERO)?) {
            if entry.header().kind != Kind::Membership {
                continue;
            }
            let code = match (Record::read(&entry).op, self.shared.roster.void.get(&entry.id())) {
                (None, _) => "operation",
                (Some(_), Some(reason)) => reason.code(),
                (Some(_), None) => continue,
            };
            found += 1;
            self.found_in(&entry, "membership", code);
        }
        Ok(found)
    }

    /// A problem of one entry.
    fn found_in(&mut self, entry: &Entry, step: &str, code: &str) -> &mut Json {
        self.found(Some(entry.id()), &ChainKey::of(entry.header()), step, code, entry.header().seq)
    }

    /// Every document of every scope with cases.
    fn each_document(
        &mut self,
        mut look: impl FnMut(&mut Self, ScopeId, DocId) -> Result<Documents, Failure>,
    ) -> Result<Documents, Failure> {
        let mut sum = Documents::default();
        for scope in cases::case_scopes(self.log, self.shared) {
            let docs: Vec<DocId> = self.snapshot.docs(&scope)?.collect::<Result<_, _>>()?;
            for doc in docs.into_iter().filter(|doc| cases::is_case(self.log, &scope, doc)) {
                let Documents { cases, quarantined } = look(self, scope, doc)?;
                sum.cases += cases;
                sum.quarantined += quarantined;
            }
        }
        Ok(sum)
    }

    /// Rebuilds every document this reader can see, without the cache, and compares with what the cache shows.
    fn documents(&mut self, reader: &mut Reader) -> Result<Documents, Failure> {
        let (log, shared, snapshot) = (self.log, self.shared, self.snapshot);
        let cached = std::mem::take(cases::cache(reader));
        list::catch_up(log, shared, reader)?;
        self.each_document(|check, scope, doc| {
            let loaded = cases::load(log, snapshot, shared, reader, scope, doc)?;
            if !list::rows(reader).tells(snapshot.doc_number(&scope, &doc)?, &loaded) {
                check.found_here("projection", "list_differs")["case_id"] = json!(doc);
            }
            let now = BuiltOf::now(snapshot, loaded.entries, shared, &reader.keychain);
            let kept = cached.get(&(scope, doc));
            if let Some(held) = kept.and_then(|kept| kept.of(now))
                && held.document.states != loaded.document.states
            {
                check.found_here("projection", "differs");
            }
            let entries = log.entries(snapshot, &scope, &doc)?;
            Ok(check.document(doc, &loaded.document, &reader.keychain, &entries))
        })
    }

    /// Rebuilds every document with the device's open keys.
    fn open_layers(&mut self) -> Result<Documents, Failure> {
        let (log, shared, snapshot) = (self.log, self.shared, self.snapshot);
        let keychain = log.device_keychain(snapshot, shared)?;
        self.each_document(|check, scope, doc| {
            let entries = log.entries(snapshot, &scope, &doc)?;
            let opened = forks::counted_entries(shared, &entries).open(&keychain);
            let document = document::build(&opened, Kind::Edit, &shared.roster, &|layer| Box::new(CaseSchema(layer)));
            Ok(check.document(doc, &document, &keychain, &entries))
        })
    }

    /// One document that was built again.
    fn document(&mut self, doc: DocId, document: &Document, keychain: &Keychain, entries: &[Entry]) -> Documents {
        self.automerge_agrees(doc, document);
        self.withdrawals(entries);
        self.form(doc, keychain, entries);
        let quarantined = self.faults(doc, entries, document);
        Documents { cases: usize::from(document.accepted > 0), quarantined }
    }

    /// Every layer as Automerge itself builds it.
    fn automerge_agrees(&mut self, doc: DocId, document: &Document) {
        for (built, layer) in document.docs.iter().zip(Layer::ALL) {
            let code = match built.equals_automerge() {
                Ok(true) => continue,
                Ok(false) => "automerge_differs",
                Err(_) => "automerge_refuses",
            };
            let problem = self.found_here("apply", code);
            problem["layer"] = json!(layer);
            problem["case_id"] = json!(doc);
        }
    }

    /// Withdrawals that are no such thing: somebody has the bytes, or there is no such entry.
    fn withdrawals(&mut self, entries: &[Entry]) {
        for judged in retraction::judge(&forks::before_forks(self.shared, entries)) {
            let code = match judged.outcome {
                Outcome::TakenBack => continue,
                Outcome::BytesHeld => "bytes_held",
                Outcome::Void => "no_such_entry",
            };
            if let Some(by) = entries.iter().map(unwrap_carried).find(|entry| entry.id() == judged.by) {
                let (named, key) = (judged.named, ChainKey::of(by.header()));
                self.found(Some(named.entry), &key, "withdrawal", code, named.seq);
            }
        }
    }

    /// Sections that are authentic and not what a section holds.
    fn form(&mut self, doc: DocId, keychain: &Keychain, entries: &[Entry]) {
        for entry in forks::counted_entries(self.shared, entries).entries {
            for (layer, error) in keychain.malformed(&entry) {
                let code = match error {
                    OpenError::Generation => "generation",
                    OpenError::Content(_) => "content",
                    _ => "padding",
                };
                let problem = self.found_in(&entry, "section", code);
                problem["layer"] = json!(layer);
                problem["case_id"] = json!(doc);
            }
        }
    }

    /// A document's faults; gives how many entries are void for it.
    fn faults(&mut self, doc: DocId, entries: &[Entry], document: &Document) -> usize {
        let headers: BTreeMap<EntryId, (ChainKey, u64)> =
            entries.iter().map(unwrap_carried).map(|e| (e.id(), (ChainKey::of(e.header()), e.header().seq))).collect();
        let mut void = 0;
        for fault in &document.faults {
            let Some((key, seq)) = headers.get(&fault.entry) else { continue };
            // sealed to others: whoever can open it judges it
            if fault.code == document::SECTION_UNREADABLE {
                continue;
            }
            let author = fault.member.map(|member| self.shared.name(&member));
            let problem = self.found(Some(fault.entry), key, fault.step, &fault.code, *seq);
            problem["layer"] = json!(fault.layer);
            problem["case_id"] = json!(doc);
            problem["waiting"] = json!(fault.waiting);
            if let Some(author) = author {
                problem["author"] = json!(author);
            }
            void += usize::from(!fault.waiting);
        }
        void
    }
}

//! A member's list of cases: what lists, counts and look-ups are answered from.
//!
//! One small row a case, in memory while the member is unlocked, saved in blocks under the member's own key. It is
//! derived: it can be thrown away at any time, and is made anew from the entries (`verify` compares the two).
//!
//! ```text
//!  arrivals since the last look ──▶ documents to build again ──▶ rows      (a few threads: building is a pure function)
//!  the membership has changed   ──▶ … those with faults; all of them, unless it only grew
//!  other keys are held          ──▶ … those with sections that did not open
//! ```
//!
//! Of a restricted case open to the member the saved row keeps only the mark that everybody sees; the rest is opened
//! again when it is needed, and lives in memory alone.

pub(crate) mod alike;
mod basis;
pub(crate) mod batches;
mod bearers;
mod columns;
mod filter;
mod find;
pub(crate) mod query;
mod row;
pub(crate) mod search;
mod strings;
pub(crate) mod todo;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crdt_model::entry::Entry;
use crdt_model::name;
use crdt_model::values::{DocId, ScopeId};
use crdt_model::view::CaseView;
use crdt_model::zone::Zone;
use zeroize::Zeroize;

use crate::cases;
use crate::cases::{BuiltOf, Cache, Loaded};
use crate::error::Failure;
use crate::keys::keychain::Keychain;
use crate::log::parallel::{in_parts, threads_for};
use crate::log::{Log, Reader, Shared};
use crate::store::{Fields, MemberSpace, Snapshot};
use alike::{Alike, Beside};
use basis::Basis;
use row::{FAULTY, INSIDE, LINKED, LISTED, MarkKey, Row, Said, UNOPENED};
use strings::Words;

pub(crate) use bearers::{Bearers, Behind};
pub use filter::CaseFilter;
pub(crate) use find::{find_case, load_numbered};
pub(crate) use query::Counts;

/// Version of the saved rows: another one is made anew.
const VERSION: u8 = 12;
/// Rows saved together.
const BLOCK_ROWS: usize = 128;
/// Fewer new rows than this are rather made again than saved.
const SAVE_ROWS_MIN: usize = 64;
/// Words saved together.
const CHUNK_WORDS: usize = 1024;
/// Documents built before their rows are put in place: bounds what is in memory at once.
const BATCH_DOCS: usize = 2048;
/// Documents worth a second thread.
const THREAD_DOCS_MIN: usize = 32;

/// Hash of an id that another system gave: see [`external_id`].
pub(crate) type ExternalId = [u8; 16];

/// What a case is known by in another system, hashed as ids are compared: in whatever letters and blanks it was written.
pub(crate) fn external_id(system: &str, id: &str) -> ExternalId {
    let (system, id) = (name::folded(system), name::folded_id(id));
    let mut out = [0; 16];
    let hash = blake3::Hasher::new_derive_key("boucle 2026 external id v1")
        .update(&(system.len() as u64).to_be_bytes())
        .update(system.as_bytes())
        .update(id.as_bytes())
        .finalize();
    out.copy_from_slice(&hash.as_bytes()[..16]);
    out
}

/// The list of one member. Wiped when dropped.
#[derive(Default)]
pub(crate) struct Projection {
    /// By local document number.
    rows: Vec<Row>,
    words: Words,
    /// What is known of a case beside its row, where anything is.
    beside: HashMap<u32, Beside>,
    /// The newest arrival the rows tell of.
    seen: Option<u64>,
    basis: Option<Basis>,
    /// Who there is to be given a case.
    bearers: Bearers,
    /// Generation of [`Shared`] that `basis` was taken from.
    generation: Option<u64>,
    /// Tag of the keys held at the last look.
    keys: [u8; 8],
    /// By number of scope, in which its cases count their days.
    zones: Vec<Zone>,
    is_read: bool,
    /// Some row was read of which the mark alone is saved.
    has_marks_alone: bool,
    /// Made when a case is first looked for.
    index: Option<Index>,
    /// Pairs of cases that may be one matter, by local document number: looked for again once some row is another.
    pairs: Option<Vec<(u32, u32)>>,
    /// Documents whose rows differ from what is saved.
    unsaved: BTreeSet<u32>,
    words_saved: usize,
}

impl Drop for Projection {
    fn drop(&mut self) {
        self.rows.iter_mut().for_each(Zeroize::zeroize);
        self.beside.values_mut().for_each(Zeroize::zeroize);
    }
}

/// Rows by what a case is called: with each key the local document number.
#[derive(PartialEq, Eq)]
struct Index {
    marks: BTreeSet<(MarkKey, u32)>,
    ids: BTreeSet<(DocId, u32)>,
    alike: Alike,
}

impl Index {
    fn of(rows: &[Row], beside: &HashMap<u32, Beside>) -> Self {
        let numbered = || rows.iter().zip(0..).filter(|(row, _)| row.case_id != DocId::ZERO);
        let marks = numbered().filter_map(|(row, doc)| Some((row.mark.key()?, doc))).collect();
        let ids = numbered().map(|(row, doc)| (row.case_id, doc)).collect();
        Self { marks, ids, alike: Alike::of(beside.iter().map(|(doc, beside)| (*doc, beside))) }
    }

    fn replace(&mut self, doc: u32, before: &Row, after: &Row) {
        if before.mark != after.mark {
            before.mark.key().map(|key| self.marks.remove(&(key, doc)));
            self.marks.extend(after.mark.key().map(|key| (key, doc)));
        }
        if before.case_id != after.case_id {
            self.ids.remove(&(before.case_id, doc));
            self.ids.extend((after.case_id != DocId::ZERO).then_some((after.case_id, doc)));
        }
    }
}

/// What became of one document.
struct Fresh {
    doc: u32,
    row: Row,
    /// What the row names, of a case in the list.
    said: Option<Said>,
    beside: Beside,
}

impl Projection {
    fn put(&mut self, mut fresh: Fresh) {
        if let Some(said) = &fresh.said {
            fresh.row.say(said, &mut self.words, &self.bearers);
        }
        let at = fresh.doc as usize;
        if at >= self.rows.len() {
            self.rows.resize(at + 1, Row::default());
        }
        let row = fresh.row;
        let before = self.beside.remove(&fresh.doc).unwrap_or_default();
        let is_other = before != fresh.beside;
        if row.to_save() != self.rows[at].to_save() || (is_other && !row.is(INSIDE)) {
            self.unsaved.insert(fresh.doc);
        }
        if let Some(index) = &mut self.index {
            index.replace(fresh.doc, &self.rows[at], &row);
            if is_other {
                index.alike.remove(fresh.doc, &before);
                index.alike.add(fresh.doc, &fresh.beside);
            }
        }
        self.rows[at] = row;
        self.pairs = None;
        if !fresh.beside.is_empty() {
            self.beside.insert(fresh.doc, fresh.beside);
        }
    }

    /// Rows by what a case is called.
    fn index(&mut self) -> &Index {
        self.index.get_or_insert_with(|| Index::of(&self.rows, &self.beside))
    }

    /// By the membership as it is now, which cases wait for somebody who is not there.
    fn look_for(&mut self, bearers: Bearers) {
        self.bearers = bearers;
        for row in self.rows.iter_mut().filter(|row| row.is(LISTED)) {
            row.look_for(&self.words, &self.bearers);
        }
    }

    /// The zone in which the case of a row counts its days.
    fn zone(&self, row: &Row) -> Zone {
        self.zones.get(row.scope as usize).cloned().unwrap_or_default()
    }

    fn listed(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.is(LISTED))
    }

    /// Documents, by number of scope and document, that answer to a flag.
    fn flagged(&self, test: impl Fn(&Row) -> bool) -> impl Iterator<Item = (u32, u32)> {
        let numbered = self.rows.iter().enumerate().filter(move |(_, row)| test(row));
        numbered.map(|(doc, row)| (row.scope, doc as u32))
    }

    /// True if the list says of a case, by its local number, what the case itself says.
    pub(crate) fn tells(&mut self, number: Option<u32>, loaded: &Loaded) -> bool {
        let row = number.and_then(|number| self.rows.get(number as usize)).copied();
        let row = row.filter(|row| row.case_id == loaded.doc && row.is(LISTED));
        let is_listed = loaded.document.accepted > 0 && loaded.is_readable();
        let Some(row) = row else { return !is_listed };
        let view = loaded.view(0);
        let (mut again, beside) = row_of(&view, loaded, &row);
        again.say(&Said::of(&view), &mut self.words, &self.bearers);
        is_listed
            && again == row
            && number.and_then(|number| self.beside.get(&number)).unwrap_or(&Beside::default()) == &beside
    }

    /// Ids of other systems that some case here bears.
    pub(crate) fn external_ids(&self) -> impl Iterator<Item = ExternalId> {
        self.beside.values().flat_map(|beside| &beside.external).copied()
    }
}

/// The reader's list, as it was last caught up.
pub(crate) fn rows(reader: &mut Reader) -> &mut Projection {
    reader.kept.of()
}

/// Brings the reader's list up to what is held now.
pub(crate) fn catch_up(log: &Log, shared: &Shared, reader: &mut Reader) -> Result<(), Failure> {
    log.refresh_reader(reader)?;
    let snapshot = log.store.read()?;
    let mut projection = std::mem::take(rows(reader));
    let done = catch_up_on(log, &snapshot, shared, reader, &mut projection);
    *rows(reader) = projection;
    done
}

fn catch_up_on(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    reader: &mut Reader,
    projection: &mut Projection,
) -> Result<(), Failure> {
    if !projection.is_read {
        // what cannot be read is made anew
        *projection = read_rows(snapshot, reader)?.unwrap_or_default();
        projection.is_read = true;
    }
    let mut stale: BTreeSet<(u32, u32)> = BTreeSet::new();
    let is_same = projection.generation == Some(shared.generation);
    if !is_same {
        let basis = Basis::of(shared);
        if projection.basis.as_ref().is_none_or(|held| !basis.is_grown_from(held)) {
            *projection = Projection::default();
            projection.is_read = true;
        } else if projection.basis.as_ref() != Some(&basis) {
            // who holds a role now may have said that something reached them
            stale.extend(projection.flagged(|row| row.is(FAULTY) || row.under_way()));
        }
        projection.basis = Some(basis);
        let bearers = Bearers::of(log, shared);
        if bearers != projection.bearers {
            projection.look_for(bearers);
        }
        projection.generation = Some(shared.generation);
    }
    if !is_same || projection.zones.len() != snapshot.scopes().len() {
        projection.zones = snapshot.scopes().iter().map(|scope| shared.zone_at(scope)).collect();
    }
    let keys = reader.keychain.tag();
    if keys != projection.keys {
        stale.extend(projection.flagged(|row| row.is(UNOPENED) && row.keys != keys));
        projection.keys = keys;
    }
    if projection.has_marks_alone {
        // saved as the mark alone: opened again, once a process
        stale.extend(projection.flagged(|row| row.is(INSIDE) && row.keys == [0; 8]));
    }
    let changed = snapshot.changed_docs(projection.seen)?;
    let seen = changed.iter().map(|doc| doc.arrival).max().or(projection.seen);
    stale.extend(changed.iter().map(|doc| (doc.scope, doc.doc)));
    let scopes: BTreeSet<ScopeId> = cases::case_scopes(log, shared).into_iter().collect();
    let stale: Vec<(u32, u32)> = stale.into_iter().collect();
    for batch in stale.chunks(BATCH_DOCS) {
        for fresh in build_rows(log, snapshot, shared, reader, &scopes, batch, keys)? {
            projection.put(fresh);
        }
    }
    projection.seen = seen;
    projection.has_marks_alone = false;
    if projection.unsaved.len() >= SAVE_ROWS_MIN {
        let saved = save_rows(log, reader, projection);
        // a list can be shown all the same, from a disk that is full or may not be written
        if let Err(failure) = saved {
            tracing::warn!(code = failure.code, "the list of cases was not saved");
        }
    }
    Ok(())
}

/// Builds documents on a few threads.
fn build_rows(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    reader: &mut Reader,
    scopes: &BTreeSet<ScopeId>,
    docs: &[(u32, u32)],
    keys: [u8; 8],
) -> Result<Vec<Fresh>, Failure> {
    let threads = threads_for(docs.len(), THREAD_DOCS_MIN);
    let (held, cases) = (&mut reader.keychain, reader.built.get::<Cache>());
    let build = |docs: &[(u32, u32)], keychain: &mut Keychain| -> Result<Vec<Fresh>, Failure> {
        let row = |at: &(u32, u32)| build_row(log, snapshot, shared, keychain, cases, scopes, *at, keys);
        docs.iter().map(row).collect()
    };
    if threads == 1 {
        return build(docs, held);
    }
    let held = &*held;
    let apart = |docs: &[(u32, u32)]| {
        // content keys found on the way go into a keychain of the thread's own
        let mut keychain = held.clone();
        build(docs, &mut keychain).map(|rows| (rows, keychain))
    };
    let mut rows = Vec::with_capacity(docs.len());
    for (some, keychain) in in_parts(docs, threads, apart)? {
        rows.extend(some);
        reader.keychain.take_contents(keychain);
    }
    Ok(rows)
}

#[expect(clippy::too_many_arguments, reason = "one call site")]
fn build_row(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    keychain: &mut Keychain,
    cases: Option<&Cache>,
    scopes: &BTreeSet<ScopeId>,
    (scope, doc): (u32, u32),
    keys: [u8; 8],
) -> Result<Fresh, Failure> {
    let (scope_id, doc_id) = snapshot.numbered_doc(scope, doc)?;
    let mut row = Row::unlisted(doc_id, scope, keys);
    if !cases::is_case(log, &scope_id, &doc_id) || !scopes.contains(&scope_id) {
        return Ok(Fresh { doc, row, said: None, beside: Beside::default() });
    }
    // what was just shown or edited need not be built again
    let kept = match cases.and_then(|cases| cases.get(&(scope_id, doc_id))) {
        Some(kept) => {
            let now = BuiltOf::now(snapshot, snapshot.numbered_count(doc)?, shared, keychain);
            kept.of(now).map(Arc::clone)
        }
        None => None,
    };
    let loaded = match kept {
        Some(loaded) => loaded,
        None => {
            let stored = snapshot.numbered_entries(doc)?;
            let entries: Vec<Entry> =
                stored.iter().map(|stored| log.decode(&stored.bytes)).collect::<Result<_, _>>()?;
            let built = cases::build_case(log, shared, keychain, &entries);
            Arc::new(Loaded::of(shared, scope_id, doc_id, built, entries.len()))
        }
    };
    let document = &loaded.document;
    let newest_ms = document.history.iter().map(|written| written.stamp.claimed_ms).max();
    row.newest_ms = newest_ms.unwrap_or(row.newest_ms);
    let oldest_ms = document.history.iter().map(|written| written.stamp.claimed_ms).min();
    row.oldest_ms = oldest_ms.unwrap_or(row.oldest_ms);
    if !document.faults.is_empty() {
        row.flags |= FAULTY;
    }
    let [open, personal, sensitive] = loaded.unopened;
    // the layers of words: the other of the two is padding
    if open || if loaded.layers().restricted() { sensitive } else { personal } {
        row.flags |= UNOPENED;
    }
    if document.accepted == 0 || !loaded.is_readable() {
        return Ok(Fresh { doc, row, said: None, beside: Beside::default() });
    }
    // the time does not matter: what depends on it is worked out when the row is shown
    let view = loaded.view(0);
    let (row, beside) = row_of(&view, &loaded, &row);
    Ok(Fresh { doc, row, said: Some(Said::of(&view)), beside })
}

/// The row of a case but for its words, and what stands beside it.
fn row_of(view: &CaseView, loaded: &Loaded, place: &Row) -> (Row, Beside) {
    let mut row = Row::of(view, loaded.is_sent_here, place);
    let beside = Beside::of(view, loaded.external_ids());
    if beside.is_linked() {
        row.flags |= LINKED;
    }
    (row, beside)
}

// ------------------------------------------------------------------ on the disk

fn save_rows(log: &Log, reader: &Reader, projection: &mut Projection) -> Result<(), Failure> {
    let access = reader.secrets.store_access();
    let blocks: BTreeSet<usize> = projection.unsaved.iter().map(|doc| *doc as usize / BLOCK_ROWS).collect();
    let words = projection.words.all();
    log.commit_quietly(|tx| {
        for chunk in projection.words_saved / CHUNK_WORDS..words.len().div_ceil(CHUNK_WORDS) {
            let some = words.iter().skip(chunk * CHUNK_WORDS).take(CHUNK_WORDS);
            let bytes: Vec<u8> = some.flat_map(|word| counted(word.as_bytes())).collect();
            tx.put_member(MemberSpace::Cases, &access, &numbered(b'w', chunk), &bytes)?;
        }
        for block in &blocks {
            tx.put_member(MemberSpace::Cases, &access, &numbered(b'r', *block), &projection.block(*block))?;
        }
        Ok(tx.put_member(MemberSpace::Cases, &access, b"head", &projection.head())?)
    })?;
    projection.words_saved = words.len();
    projection.unsaved.clear();
    Ok(())
}

/// The rows as saved, if they can be used.
fn read_rows(snapshot: &Snapshot, reader: &Reader) -> Result<Option<Projection>, Failure> {
    let access = reader.secrets.store_access();
    let Some(head) = snapshot.get_member(MemberSpace::Cases, &access, b"head")? else { return Ok(None) };
    let (mut words, mut blocks) = (BTreeMap::new(), Vec::new());
    snapshot.visit_member(MemberSpace::Cases, &access, |key, value| {
        match key.split_first_chunk::<4>() {
            Some((number, b"w")) => drop(words.insert(u32::from_be_bytes(*number), value.to_vec())),
            Some((number, b"r")) => blocks.push((u32::from_be_bytes(*number), value.to_vec())),
            _ => {}
        }
        Ok::<(), Failure>(())
    })?;
    Ok(Projection::read(&head, words, &blocks))
}

/// `u32be number ‖ kind`: the key of a block.
fn numbered(kind: u8, number: usize) -> [u8; 5] {
    let mut key = [kind; 5];
    key[..4].copy_from_slice(&(number as u32).to_be_bytes());
    key
}

/// `u16 length ‖ bytes`.
fn counted(bytes: &[u8]) -> Vec<u8> {
    let len = bytes.len().min(usize::from(u16::MAX));
    [&(len as u16).to_be_bytes(), &bytes[..len]].concat()
}

impl Projection {
    fn head(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.seen.map_or(0, |seen| seen + 1).to_be_bytes());
        out.extend_from_slice(&self.keys);
        out.extend_from_slice(&(self.words.all().len() as u32).to_be_bytes());
        out.extend_from_slice(&(self.rows.len() as u32).to_be_bytes());
        if let Some(basis) = &self.basis {
            basis.encode(&mut out);
        }
        out
    }

    fn block(&self, block: usize) -> Vec<u8> {
        let mut out = Vec::new();
        for doc in block * BLOCK_ROWS..((block + 1) * BLOCK_ROWS).min(self.rows.len()) {
            let row = &self.rows[doc];
            row.to_save().encode(&mut out);
            let beside = self.beside.get(&(doc as u32)).filter(|_| !row.is(INSIDE));
            beside.unwrap_or(&Beside::default()).encode(&mut out);
        }
        out
    }

    fn read(head: &[u8], words: BTreeMap<u32, Vec<u8>>, blocks: &[(u32, Vec<u8>)]) -> Option<Self> {
        let mut f = Fields(head);
        if f.u8()? != VERSION {
            return None;
        }
        let seen = f.u64()?.checked_sub(1);
        let keys = f.take()?;
        let (word_count, row_count) = (f.u32()? as usize, f.u32()? as usize);
        let basis = Basis::decode(f.0)?;
        let mut projection = Self::default();
        (projection.seen, projection.keys, projection.basis) = (seen, keys, Some(basis));
        for chunk in words.values() {
            let mut f = Fields(chunk);
            while !f.0.is_empty() {
                let len = f.u16()?;
                let word = std::str::from_utf8(f.bytes(usize::from(len))?).ok()?;
                projection.words.number(Some(word));
            }
        }
        if projection.words.all().len() != word_count || row_count > blocks.len().checked_mul(BLOCK_ROWS)? {
            return None;
        }
        projection.words_saved = word_count;
        projection.rows = vec![Row::default(); row_count];
        for (block, bytes) in blocks {
            let mut f = Fields(bytes);
            let mut doc = (*block as usize).checked_mul(BLOCK_ROWS)?;
            while !f.0.is_empty() {
                let mut row = Row::decode(&mut f)?;
                if row.is(INSIDE) {
                    row.keys = [0; 8];
                    projection.has_marks_alone = true;
                }
                *projection.rows.get_mut(doc)? = row;
                let beside = Beside::decode(&mut f)?;
                if !beside.is_empty() {
                    projection.beside.insert(doc as u32, beside);
                }
                doc += 1;
            }
        }
        Some(projection)
    }
}

#[cfg(test)]
mod tests;

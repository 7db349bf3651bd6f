//! `boucle import --undo`: a wrong file is taken back while nobody else can have it.
//!
//! What an import brought is noted with each case, in the transaction that makes it. Each case is taken back as
//! `case withdraw` takes one back, under the same rule: no peer can have it, and nothing was built on it. A case is taken back
//! whole or not at all, so an undo that was cut off is given again and goes on from there.

use std::collections::BTreeMap;

use crdt_model::entry::{Entry, Kind};
use crdt_model::retraction::taken_back;
use crdt_model::values::moment::rfc3339;
use crdt_model::values::{DocId, MemberId};
use serde_json::{Value as Json, json};

use crate::error::Failure;
use crate::log::{Log, Reader, entropy};
use crate::reply::Progress;
use crate::store::{Snapshot, Space, Tx};
use crate::writes::held;
use crate::writes::imported::{Batch, Brought, PREFIX, batch_key, case_key};
use crate::writes::withdraw;

/// Cases of one transaction.
const CASES_AT_ONCE: usize = 100;
/// Imports that a failure proposes.
const NEAR_MAX: usize = 5;

/// What becomes of a case of an import that is taken back.
enum Fate {
    Withdrawn,
    /// It is not here any more.
    Gone,
    Left,
    Edited,
}

/// The imports of this machine by name, and the cases that each still has here.
struct Batches {
    heads: BTreeMap<String, Batch>,
    cases: BTreeMap<String, Vec<(DocId, Brought)>>,
}

impl Batches {
    fn read(snapshot: &Snapshot) -> Result<Self, Failure> {
        let (mut heads, mut cases) = (BTreeMap::new(), BTreeMap::<String, Vec<(DocId, Brought)>>::new());
        for (key, value) in snapshot.list(Space::Imported)? {
            let Some(rest) = key.strip_prefix(PREFIX) else { continue };
            let (name, doc) = match rest.iter().position(|byte| *byte == b'/') {
                Some(at) => (&rest[..at], Some(&rest[at + 1..])),
                None => (rest, None),
            };
            let name = String::from_utf8_lossy(name).into_owned();
            let doc = doc.and_then(|doc| <[u8; 16]>::try_from(doc).ok()).map(DocId);
            match doc {
                None => heads.extend(serde_json::from_slice(&value).ok().map(|head| (name, head))),
                Some(doc) => {
                    let brought = serde_json::from_slice(&value).ok();
                    cases.entry(name).or_default().extend(brought.map(|brought| (doc, brought)));
                }
            }
        }
        Ok(Self { heads, cases })
    }

    /// Those of a member, the last first.
    fn of(&self, member: &MemberId) -> Vec<(&str, &Batch)> {
        let mut own: Vec<_> = self.heads.iter().filter(|(_, head)| head.member == *member).collect();
        own.sort_by_key(|(_, head)| std::cmp::Reverse(head.at_ms));
        own.into_iter().map(|(name, head)| (name.as_str(), head)).collect()
    }
}

/// A name that no import of this machine has.
pub(crate) fn new_batch(log: &Log, now_ms: i64) -> Result<String, Failure> {
    let snapshot = log.store.read()?;
    for at in now_ms..now_ms.saturating_add(1 << 16) {
        let name = format!("{at:x}");
        if snapshot.get(Space::Imported, &batch_key(&name))?.is_none() {
            return Ok(name);
        }
    }
    Err(Failure::new("unexpected"))
}

/// `boucle import --undo` without a batch: the imports of this member on this machine.
pub(crate) fn import_batches(log: &Log, reader: &Reader) -> Result<Json, Failure> {
    let batches = Batches::read(&log.store.read()?)?;
    let held = held::held_batches(log, reader)?;
    let row = |(name, head): (&str, &Batch)| {
        let held = held.iter().filter(|batch| *batch == name).count();
        let cases = batches.cases.get(name).map_or(0, Vec::len) + held;
        json!({"batch": name, "at": rfc3339(head.at_ms), "cases": cases})
    };
    Ok(json!({"batches": batches.of(&reader.member()).into_iter().map(row).collect::<Vec<_>>()}))
}

/// `boucle import --undo BATCH`.
pub(crate) fn import_undo(
    log: &Log,
    reader: &mut Reader,
    typed: &str,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Json, Failure> {
    let name = typed.trim().to_lowercase();
    let _writer = log.lock_writer();
    let shared = log.shared();
    let snapshot = log.store.read()?;
    let mut batches = Batches::read(&snapshot)?;
    let Some(head) = batches.heads.get(&name) else {
        let near: Vec<&str> = batches.of(&reader.member()).into_iter().map(|(name, _)| name).take(NEAR_MAX).collect();
        let shown: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).take(20).collect();
        return Err(Failure::new("batch_not_found").arg("batch", shown).arg("near", near.join(", ")));
    };
    if head.member != reader.member() {
        return Err(Failure::new("batch_not_yours").arg("batch", &name));
    }
    let mut cases = batches.cases.remove(&name).unwrap_or_default();
    cases.sort_by(|(_, a), (_, b)| a.reference.cmp(&b.reference));
    let access = reader.secrets.store_access();
    let (mut withdrawn, mut left, mut edited) = (0_usize, Vec::new(), Vec::new());
    let total = cases.len();
    for (turn, some) in cases.chunks(CASES_AT_ONCE).enumerate() {
        let mut read = Vec::with_capacity(some.len());
        for (doc, brought) in some {
            read.push((doc, brought, log.entries(&snapshot, &brought.scope, doc)?));
        }
        let mut entropy = entropy()?;
        let fates = log.commit(|tx| {
            let mut fates = Vec::with_capacity(read.len());
            for (doc, brought, entries) in &read {
                let (fate, birth) = fate(log, tx, entries);
                if let (Fate::Withdrawn, Some(birth)) = (&fate, birth) {
                    withdraw::withdraw_in(log, tx, &shared, birth, &access, &mut entropy)?;
                    withdraw::forget_case(log, tx, &access, doc, Some(brought.row.as_bytes()))?;
                }
                if matches!(fate, Fate::Withdrawn | Fate::Gone) {
                    tx.delete(Space::Imported, &case_key(&name, doc))?;
                }
                fates.push(fate);
            }
            Ok(fates)
        })?;
        for (fate, (_, brought)) in fates.iter().zip(some) {
            match fate {
                Fate::Withdrawn => withdrawn += 1,
                Fate::Gone => {}
                Fate::Left => left.push(brought.reference.clone()),
                Fate::Edited => edited.push(brought.reference.clone()),
            }
        }
        let done = (turn * CASES_AT_ONCE + some.len()) as u64;
        on_progress(Progress { what: "cases".into(), done, total: Some(total as u64) });
    }
    drop(snapshot);
    // what nobody may read yet is no case, and was brought all the same
    withdrawn += held::take_back_held(log, reader, &name)?;
    log.sections_changed();
    log.refresh_reader(reader)?;
    crate::cases::cache(reader).clear();
    Ok(json!({"batch": name, "withdrawn": withdrawn, "left": left, "edited": edited}))
}

/// What becomes of a case, and the entry that is its birth.
fn fate<'e>(log: &Log, tx: &Tx<'_>, entries: &'e [Entry]) -> (Fate, Option<&'e Entry>) {
    let gone = taken_back(entries);
    let mut standing = entries.iter().filter(|entry| entry.header().kind == Kind::Edit && !gone.contains(&entry.id()));
    let Some(birth) = standing.clone().find(|entry| withdraw::is_birth(entry)) else { return (Fate::Gone, None) };
    if withdraw::is_offered(log, tx, birth) {
        return (Fate::Left, None);
    }
    match standing.any(|entry| entry.id() != birth.id()) {
        true => (Fate::Edited, None),
        false => (Fate::Withdrawn, Some(birth)),
    }
}

//! Lists that went out to somebody without a node, and what is back of them: kept for whoever made them, on their node.
//!
//! What a case says of it (sent outside, done there) stands in the case and goes to everybody who reads it. What is kept here
//! makes one line of a list that is late, counts by receiver, and knows a list again when it comes back.

use std::collections::BTreeMap;

use crdt_model::values::{DocId, Words};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::clock::DAY_MS;
use crate::error::Failure;
use crate::log::{Log, Reader};
use crate::store::{MemberSpace, Snapshot};

/// Lists remembered; of more, the oldest that are all back are forgotten, then the oldest.
const BATCHES_MAX: usize = 200;
/// Answers remembered of one list, with what they mean.
const ANSWERS_MAX: usize = 500;
/// Name, among the member's own values, of the numbers of all lists; before a list's own number.
const ALL: &[u8] = b"batches";

/// A case of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sent {
    #[serde(rename = "case")]
    pub(crate) case_id: DocId,
    /// When its answer came in, Unix milliseconds.
    #[serde(rename = "back")]
    pub(crate) back_ms: Option<i64>,
}

/// A list that went out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Batch {
    pub(crate) number: String,
    pub(crate) to: Words,
    pub(crate) purpose: Option<Words>,
    /// Unix milliseconds.
    pub(crate) made_ms: i64,
    /// When it is to be back, Unix milliseconds.
    pub(crate) due_ms: i64,
    /// Names of the fields that went along.
    pub(crate) fields: Vec<String>,
    pub(crate) cases: Vec<Sent>,
    /// What an answer means, as it was said once: folded, with the code of an outcome, or blank for none.
    #[serde(default)]
    pub(crate) answers: BTreeMap<String, String>,
}

impl Batch {
    /// Cases whose answer is in.
    pub(crate) fn back(&self) -> usize {
        self.cases.iter().filter(|sent| sent.back_ms.is_some()).count()
    }

    fn waits(&self) -> bool {
        self.back() < self.cases.len()
    }

    pub(crate) fn learn(&mut self, answer: &str, outcome: &str) {
        if self.answers.len() < ANSWERS_MAX {
            self.answers.insert(answer.to_owned(), outcome.to_owned());
        }
    }
}

/// All lists of a reader, in memory while they are unlocked.
#[derive(Default)]
pub(crate) struct Batches {
    is_read: bool,
    all: Vec<Batch>,
}

fn key(number: &str) -> Vec<u8> {
    [ALL, b"/", number.as_bytes()].concat()
}

fn bytes(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|_| Failure::new("unexpected"))
}

/// The lists of a reader, the oldest first.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn all<'r>(snapshot: &Snapshot, reader: &'r mut Reader) -> Result<&'r mut Vec<Batch>, Failure> {
    let access = reader.secrets.store_access();
    let kept: &mut Batches = reader.kept.of();
    if !kept.is_read {
        let read = |key: &[u8]| snapshot.get_member(MemberSpace::Rows, &access, key);
        let numbers = read(ALL)?.and_then(|held| serde_json::from_slice::<Vec<String>>(&held).ok());
        for number in numbers.unwrap_or_default() {
            kept.all.extend(read(&key(&number))?.and_then(|held| serde_json::from_slice::<Batch>(&held).ok()));
        }
        kept.is_read = true;
    }
    Ok(&mut kept.all)
}

/// Keeps a list, in place of what was kept of it.
///
/// # Errors
///
/// When the store cannot be read or written.
pub(crate) fn keep(log: &Log, reader: &mut Reader, batch: Batch) -> Result<(), Failure> {
    let access = reader.secrets.store_access();
    let snapshot = log.store.read()?;
    let all = all(&snapshot, reader)?;
    let mut forgotten = None;
    let mut next: Vec<&Batch> = all.iter().filter(|held| held.number != batch.number).collect();
    if next.len() >= BATCHES_MAX {
        let at = next.iter().position(|held| !held.waits()).unwrap_or(0);
        forgotten = Some(next.remove(at).number.clone());
    }
    next.push(&batch);
    let numbers: Vec<&str> = next.iter().map(|held| held.number.as_str()).collect();
    let (numbers, row) = (bytes(&numbers)?, bytes(&batch)?);
    log.commit_quietly(|tx| {
        if let Some(number) = &forgotten {
            tx.delete_member(MemberSpace::Rows, &access, &key(number))?;
        }
        tx.put_member(MemberSpace::Rows, &access, &key(&batch.number), &row)?;
        Ok(tx.put_member(MemberSpace::Rows, &access, ALL, &numbers)?)
    })?;
    all.retain(|held| held.number != batch.number && Some(&held.number) != forgotten.as_ref());
    all.push(batch);
    Ok(())
}

/// Cases of lists that are not all back: nobody need be asked about them one by one.
pub(super) fn on_their_way(batches: &[Batch]) -> impl Iterator<Item = DocId> {
    let waiting = batches.iter().filter(|batch| batch.waits());
    waiting.flat_map(|batch| batch.cases.iter().filter(|sent| sent.back_ms.is_none()).map(|sent| sent.case_id))
}

/// What is known of a list, for people: `{"batch", "to", "purpose", "made_at", "due_at", "cases", "back", "late"}`.
pub(crate) fn told(batch: &Batch, now_ms: i64) -> Json {
    let at = crdt_model::values::moment::rfc3339;
    json!({
        "batch": batch.number, "to": batch.to.0, "purpose": batch.purpose.as_ref().map(|words| &words.0),
        "made_at": at(batch.made_ms), "due_at": at(batch.due_ms), "fields": batch.fields,
        "cases": batch.cases.len(), "back": batch.back(), "late": batch.waits() && batch.due_ms < now_ms,
    })
}

/// Lines of `todo`: each list that is late.
pub(super) fn late(batches: &[Batch], now_ms: i64) -> impl Iterator<Item = (i64, Json)> {
    let late = batches.iter().filter(move |batch| batch.waits() && batch.due_ms < now_ms);
    late.map(move |batch| {
        let mut line = told(batch, now_ms);
        line["task"] = json!(super::todo::LIST);
        (batch.due_ms, line)
    })
}

/// How many lists and cases each receiver had, how many came back, and after how many days half of those were back.
pub(crate) fn by_receiver(batches: &[Batch]) -> Json {
    let mut by: BTreeMap<String, (&str, usize, usize, Vec<i64>)> = BTreeMap::new();
    for batch in batches {
        let name = crdt_model::name::folded(&batch.to.0);
        let (_, lists, sent, days) = by.entry(name).or_insert((&batch.to.0, 0, 0, Vec::new()));
        (*lists, *sent) = (*lists + 1, *sent + batch.cases.len());
        let back = batch.cases.iter().filter_map(|sent| sent.back_ms);
        days.extend(back.map(|back| back.saturating_sub(batch.made_ms) / DAY_MS));
    }
    let line = |(to, lists, sent, mut days): (&str, usize, usize, Vec<i64>)| {
        days.sort_unstable();
        json!({"to": to, "lists": lists, "sent": sent, "answered": days.len(), "median_days": days.get(days.len() / 2)})
    };
    by.into_values().map(line).collect()
}

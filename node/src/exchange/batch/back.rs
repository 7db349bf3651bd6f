//! A list comes back: each row finds its case, its answer becomes an act on behalf of whoever gave it, and an outcome.
//!
//! A row finds its case by the reference in it, if that case was on the list. Without one that leads anywhere, a telephone or
//! a household number of the list is looked for, and a person is asked whether it is that case. What an answer means is asked
//! once for each of its wordings. The same file again changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crdt_model::edit::Edit;
use crdt_model::name::{folded, phone_endings};
use crdt_model::reference::Typed;
use crdt_model::taxonomy::{Capabilities, Listed, OwnRow, OwnTable};
use crdt_model::time::Timestamp;
use crdt_model::values::{DocId, Words, is_code};
use crdt_model::view::CaseView;
use serde_json::{Value as Json, json};

use super::{ANSWER, DATE, HEAD_NUMBER, HEAD_TO, NUMBER, REFERENCE, REMARK};
use crate::cases::Loaded;
use crate::error::Failure;
use crate::exchange::import::sheet::{Records, Text};
use crate::exchange::import_run::{import_failure, read_file};
use crate::list;
use crate::list::batches::{self, Batch};
use crate::log::{Log, Reader, Shared};
use crate::members;
use crate::reply::Progress;
use crate::texts::Texts;
use crate::writes;
use crate::writes::many::would;

/// Rows of a list at most.
const ROWS_MAX: usize = 5_000;
/// Lines that may stand before the list.
const HEAD_MAX: usize = 60;
/// Rows told one by one.
const TOLD_MAX: usize = 200;
/// What says that an answer is no outcome: it is only noted.
const NOTED: &str = "-";

/// A list that came back.
pub(crate) struct In<'a> {
    pub(crate) path: &'a str,
    pub(crate) encoding: Option<&'a str>,
    /// Whose answers they are, where the list does not say.
    pub(crate) to: Option<&'a Words>,
    /// What answers mean: the wording, with the code of an outcome or `-`.
    pub(crate) answers: &'a [(String, String)],
    /// Rows whose case a person picked: the line of the file, and the case.
    pub(crate) takes: &'a [(u64, String)],
    pub(crate) only_look: bool,
    pub(crate) lang: &'a str,
}

/// Where the columns stand.
struct Columns {
    number: Option<usize>,
    reference: usize,
    answer: usize,
    date: Option<usize>,
    remark: Option<usize>,
    phone: Option<usize>,
    household: Option<usize>,
}

/// A row with an answer.
struct Row {
    line: u64,
    number: String,
    reference: String,
    answer: String,
    date: String,
    remark: String,
    phone: String,
    household: String,
}

/// What the file says.
#[derive(Default)]
struct Read {
    number: Option<String>,
    to: Option<String>,
    rows: Vec<Row>,
    /// Rows without an answer.
    open: usize,
}

/// A row that found its case.
struct Found {
    row: Row,
    loaded: Arc<Loaded>,
}

/// Takes the answers of a list over. Reply: `{"batch", "to", "rows", "open", "done", "resolved", "unchanged", "refused",
/// "refusals": [{"row", "ref", "code", "message"}], "unmatched": [{"row", "number", "why", "proposed"}], "unmatched_n",
/// "unknown_answers": [{"answer", "rows"}], "outcomes", "dry_run"}`. Where an answer is of unknown meaning nothing is written.
///
/// # Errors
///
/// `batch_no_header`, `batch_of_whom`, `bad_value`, and what makes a file unreadable.
pub(crate) fn batch_in(
    log: &Log,
    reader: &mut Reader,
    order: &In<'_>,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Json, Failure> {
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let read = read(order)?;
    let texts = Texts::for_lang(order.lang);
    let snapshot = log.store.read()?;
    let all = batches::all(&snapshot, reader)?;
    let mut kept = read.number.as_ref().and_then(|number| all.iter().find(|batch| batch.number == *number)).cloned();
    drop(snapshot);
    let to = match (&kept, order.to, &read.to) {
        (Some(batch), ..) => batch.to.clone(),
        (None, Some(to), _) => to.clone(),
        (None, None, Some(to)) => Words(to.clone()),
        (None, None, None) => {
            return Err(Failure::new("batch_of_whom").arg("file", order.path).at("file", order.path));
        }
    };
    let meanings = Meanings::of(&shared, order, kept.as_ref())?;
    let rows = read.rows.len() + read.open;
    let (mut found, mut unmatched) = (Vec::new(), Vec::new());
    for row in read.rows {
        match case_of(log, &shared, reader, &row, order, kept.as_ref(), now_ms)? {
            Ok(loaded) => found.push(Found { row, loaded }),
            Err((why, proposed)) => {
                unmatched.push(json!({"row": row.line, "number": row.number, "why": why, "proposed": proposed}));
            }
        }
    }
    let unknown = meanings.unknown(&found);
    let only_look = order.only_look || !unknown.is_empty();
    let unmatched_n = unmatched.len();
    unmatched.truncate(TOLD_MAX);
    let mut tally = Tally::default();
    let total = found.len() as u64;
    let mut said: BTreeMap<DocId, &Row> = BTreeMap::new();
    for (at, one) in found.iter().enumerate() {
        let before = *said.entry(one.loaded.doc).or_insert(&one.row);
        if let Some(code) = one.row.fault(before) {
            tally.refuse(one, &Failure::new(code).arg("row", before.line), &texts, now_ms);
            continue;
        }
        // the same line once more: the case was read before the first was taken
        if before.line != one.row.line {
            tally.unchanged += 1;
            continue;
        }
        on_progress(Progress { what: "rows".into(), done: at as u64, total: Some(total) });
        let outcome = meanings.outcome(&one.row.answer).filter(|outcome| *outcome != NOTED);
        let is_in = tally.take(log, reader, (one, &to), outcome, (only_look, &texts), now_ms);
        let sent = kept.iter_mut().flat_map(|batch| &mut batch.cases);
        if let Some(sent) = { sent }.find(|sent| is_in && sent.case_id == one.loaded.doc && sent.back_ms.is_none()) {
            sent.back_ms = Some(now_ms);
        }
    }
    if let (Some(mut batch), false) = (kept, only_look) {
        for (answer, outcome) in order.answers {
            batch.learn(&folded(answer), outcome);
        }
        batches::keep(log, reader, batch)?;
    }
    let refused = tally.refused.len();
    tally.refused.truncate(TOLD_MAX);
    Ok(json!({
        "batch": read.number, "to": to.0, "rows": rows, "open": read.open, "done": tally.done,
        "resolved": tally.resolved, "unchanged": tally.unchanged, "refused": refused, "refusals": tally.refused,
        "unmatched": unmatched, "unmatched_n": unmatched_n, "unknown_answers": unknown,
        "outcomes": outcomes(&shared).map(|row| row.code.as_str()).collect::<Vec<_>>(), "dry_run": only_look,
    }))
}

/// What became of the rows.
#[derive(Default)]
struct Tally {
    done: usize,
    resolved: usize,
    unchanged: usize,
    refused: Vec<Json>,
}

impl Tally {
    /// A row of which nothing is taken.
    fn refuse(&mut self, one: &Found, failure: &Failure, texts: &Texts, now_ms: i64) {
        let view = one.loaded.view(now_ms);
        let (mark, message) = (view.mark().unwrap_or_default(), texts.error(failure).0);
        self.refused.push(json!({"row": one.row.line, "ref": mark, "code": failure.code, "message": message}));
    }

    /// One answer: an act, and the outcome it stands for. Whether the case has it then.
    fn take(
        &mut self,
        log: &Log,
        reader: &mut Reader,
        (one, to): (&Found, &Words),
        outcome: Option<&str>,
        (only_look, texts): (bool, &Texts),
        now_ms: i64,
    ) -> bool {
        let (view, case) = (one.loaded.view(now_ms), one.loaded.doc.to_string());
        let what = one.row.in_words();
        let is_told = view.facts.words.as_ref().is_ok_and(|words| {
            let mut acts = words.actions.values().map(|dated| &dated.fact);
            acts.any(|act| act.what.0 == what && act.on_behalf_of.as_ref().is_some_and(|who| who.0 == to.0))
        });
        if is_told {
            self.unchanged += 1;
            return true;
        }
        let mut edits = vec![Edit::Act { what: what.into(), on_behalf_of: Some(to.clone()), due: None }];
        if let Some(outcome) = outcome.filter(|_| !matches!(view.status_code(), "resolved" | "responded" | "closed")) {
            let row = &one.row;
            let text = if row.remark.is_empty() { &row.answer } else { &row.remark };
            edits.push(Edit::Resolve { outcome: outcome.to_owned(), text: text.as_str().into() });
        }
        for edit in &edits {
            let done = match only_look {
                true => would(log, reader, &case, edit, now_ms).map(drop),
                false => writes::act(log, reader, &case, edit, now_ms).map(drop),
            };
            match (done, edit) {
                (Ok(()), Edit::Resolve { .. }) => self.resolved += 1,
                (Ok(()), _) => self.done += 1,
                (Err(failure), _) => {
                    self.refuse(one, &failure, texts, now_ms);
                    return false;
                }
            }
        }
        true
    }
}

impl Row {
    /// Why nothing is taken from this row, whose case `first` answered first.
    fn fault(&self, first: &Self) -> Option<&'static str> {
        let is_other = first.line != self.line && first.in_words() != self.in_words();
        match () {
            () if is_other => Some("batch_answered_twice"),
            () if is_no_day(&self.date) => Some("batch_no_day"),
            () => None,
        }
    }

    /// The answer as the case tells it: with its date and its remark.
    fn in_words(&self) -> String {
        let dated = match self.date.is_empty() {
            true => self.answer.clone(),
            false => format!("{} ({})", self.answer, self.date),
        };
        let parts = [dated.trim(), self.remark.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" – ")
    }
}

/// Whether it is written as a date in numbers and there is no such day. What is written in words is taken as it is.
fn is_no_day(date: &str) -> bool {
    let date = date.split_whitespace().next().unwrap_or_default();
    let parts: Vec<&str> = date.split(['/', '-', '.']).collect();
    let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let (day, month, year) = match numbers.as_slice() {
        _ if numbers.len() != parts.len() => return false,
        [year, month, day] if *year > 31 => (*day, *month, *year),
        [day, month, year] => (*day, *month, *year),
        [day, month] => (*day, *month, LEAP),
        _ => return false,
    };
    // two digits of a year are of this century
    let year = if year < 100 { 2000 + year } else { year };
    let is_day = |month: u32, day: u32| Timestamp::parse_date(&format!("{year:04}-{month:02}-{day:02}")).is_ok();
    // some write the month first
    !(is_day(month, day) || is_day(day, month))
}

/// A year in which every day of a calendar is.
const LEAP: u32 = 2024;

// ------------------------------------------------------------------ the file

fn read(order: &In<'_>) -> Result<Read, Failure> {
    let bytes = read_file(order.path)?;
    let text = Text::decode(&bytes, order.encoding).map_err(|error| import_failure(&error, order.path))?;
    let mut records = text.records();
    let (mut read, mut columns) = (Read::default(), None);
    for _ in 0..HEAD_MAX {
        if !records.advance() {
            break;
        }
        let title = folded(records.cell(0));
        let value = bare(records.cell(1)).to_owned();
        if is_called(&title, HEAD_NUMBER) {
            read.number = Some(value);
        } else if is_called(&title, HEAD_TO) {
            read.to = Some(value).filter(|to| !to.is_empty());
        } else if let Some(found) = header(&records) {
            columns = Some(found);
            break;
        }
    }
    let at = |failure: Failure| failure.arg("file", order.path).at("file", order.path);
    let Some(columns) = columns else {
        let texts = Texts::for_lang(order.lang);
        let looked_for = [REFERENCE, ANSWER].map(|name| texts.get(name).into_owned()).join(", ");
        return Err(at(Failure::new("batch_no_header").arg("looked_for", looked_for)));
    };
    while records.advance() {
        if records.is_blank() {
            continue;
        }
        if read.rows.len() + read.open >= ROWS_MAX {
            return Err(at(Failure::new("too_many_rows")));
        }
        let cell = |at: Option<usize>| at.map(|at| bare(records.cell(at)).to_owned()).unwrap_or_default();
        let row = Row {
            line: records.line(),
            number: cell(columns.number),
            reference: cell(Some(columns.reference)),
            answer: cell(Some(columns.answer)),
            date: cell(columns.date),
            remark: cell(columns.remark),
            phone: cell(columns.phone),
            household: cell(columns.household),
        };
        match row.answer.is_empty() && row.remark.is_empty() {
            true => read.open += 1,
            false => read.rows.push(row),
        }
    }
    Ok(read)
}

/// A cell without blanks around it, and without the mark that kept it from being a formula.
fn bare(cell: &str) -> &str {
    cell.trim().trim_start_matches('\'').trim()
}

/// Whether a title, folded, is this one in any language that there is.
fn is_called(title: &str, name: &str) -> bool {
    !title.is_empty() && ["fr", "en"].iter().any(|lang| folded(&Texts::for_lang(lang).get(name)) == title)
}

fn header(records: &Records<'_>) -> Option<Columns> {
    let titles: Vec<String> = records.iter().map(folded).collect();
    let at = |name: &str| titles.iter().position(|title| is_called(title, name));
    Some(Columns {
        reference: at(REFERENCE)?,
        answer: at(ANSWER)?,
        number: at(NUMBER),
        date: at(DATE),
        remark: at(REMARK),
        phone: at("field-phone"),
        household: at("field-household-id"),
    })
}

// ------------------------------------------------------------------ what an answer means

/// The outcomes that are offered.
fn outcomes(shared: &Shared) -> impl Iterator<Item = &OwnRow> + Clone {
    shared.own.rows(OwnTable::Outcome).iter().filter(|row| !row.closed)
}

/// Wordings of answers, folded, with the outcome they stand for.
struct Meanings(BTreeMap<String, String>);

impl Meanings {
    /// What the organisation calls its outcomes, what was said of this list before, and what is said now.
    fn of(shared: &Shared, order: &In<'_>, kept: Option<&Batch>) -> Result<Self, Failure> {
        let mut all = BTreeMap::new();
        for row in outcomes(shared) {
            let names = [row.code.as_str(), row.called("fr"), row.called("en")];
            let names = names.into_iter().chain(row.also.iter().map(String::as_str));
            all.extend(names.map(|name| (folded(name), row.code.clone())));
        }
        all.extend(kept.into_iter().flat_map(|batch| batch.answers.clone()));
        for (answer, outcome) in order.answers {
            let outcome = match shared.own.listed(OwnTable::Outcome, outcome) {
                _ if outcome == NOTED => NOTED,
                Listed::Is(row) => row.code.as_str(),
                Listed::Free if is_code(outcome) => outcome,
                _ => {
                    let codes = outcomes(shared).map(|row| row.code.as_str());
                    return Err(Failure::not_in_taxonomy("resolution", outcome, codes));
                }
            };
            all.insert(folded(answer), outcome.to_owned());
        }
        Ok(Self(all))
    }

    /// A remark alone is no outcome.
    fn outcome(&self, answer: &str) -> Option<&str> {
        let answer = folded(answer);
        if answer.is_empty() { Some(NOTED) } else { self.0.get(&answer).map(String::as_str) }
    }

    /// Answers that mean nothing yet, with how many rows give each.
    fn unknown(&self, found: &[Found]) -> Vec<Json> {
        let mut unknown: BTreeMap<String, (&str, usize)> = BTreeMap::new();
        for Found { row, .. } in found.iter().filter(|one| self.outcome(&one.row.answer).is_none()) {
            unknown.entry(folded(&row.answer)).or_insert((&row.answer, 0)).1 += 1;
        }
        unknown.into_values().map(|(answer, rows)| json!({"answer": answer, "rows": rows})).collect()
    }
}

// ------------------------------------------------------------------ which case

/// The case of a row, or why there is none, and which might be meant.
type Matched = Result<Arc<Loaded>, (&'static str, Vec<String>)>;

fn case_of(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    row: &Row,
    order: &In<'_>,
    kept: Option<&Batch>,
    now_ms: i64,
) -> Result<Matched, Failure> {
    let picked = order.takes.iter().find(|(line, _)| *line == row.line).map(|(_, case)| case.as_str());
    let typed = picked.unwrap_or(&row.reference);
    let is_listed = |doc: &DocId| kept.is_none_or(|batch| batch.cases.iter().any(|sent| sent.case_id == *doc));
    // `@last` and ends of a reference lead to whatever is near: a list names its cases whole
    if Typed::parse(typed).is_ok() {
        match list::find_case(log, shared, reader, typed) {
            Ok(loaded) if loaded.layers().restricted() => return Ok(Err(("sealed", Vec::new()))),
            Ok(loaded) if is_listed(&loaded.doc) => return Ok(Ok(loaded)),
            Ok(_) => return Ok(Err(("not_on_the_list", Vec::new()))),
            Err(failure) if failure.code.starts_with("ref_") => {}
            Err(failure) => return Err(failure),
        }
    }
    let (phones, household) = (phone_endings(&row.phone), folded(&row.household));
    let mut proposed = Vec::new();
    for sent in kept.into_iter().flat_map(|batch| &batch.cases).filter(|_| !phones.is_empty() || !household.is_empty())
    {
        let view = list::find_case(log, shared, reader, &sent.case_id.to_string())?.view(now_ms);
        let mut theirs = said(&view, &["phone", "alt_contact"], phone_endings).flatten();
        let is_phone = theirs.any(|theirs| phones.contains(&theirs));
        let is_household = || said(&view, &["household_id"], folded).any(|of| !of.is_empty() && of == household);
        if is_phone || is_household() {
            proposed.extend(view.mark().map(str::to_owned));
        }
    }
    let why = if row.reference.is_empty() { "no_reference" } else { "not_found" };
    Ok(Err((why, proposed)))
}

fn said<'v, T>(view: &'v CaseView, fields: &'v [&'static str], read: fn(&str) -> T) -> impl Iterator<Item = T> {
    fields.iter().filter_map(|name| view.text(name)).map(read)
}

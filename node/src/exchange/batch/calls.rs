//! The list of people who wait for an answer, to be printed for a committee or a field monitor who goes to them.
//!
//! Reference, first name, language, place, what to say. Never a sealed or confidential case; nobody who refused to be called
//! back, and nobody who set conditions on how to be reached: whoever walks up to a house cannot keep them.

use crdt_model::case::Shape;
use crdt_model::case::consent::Answer;
use crdt_model::taxonomy::Capabilities;
use crdt_model::values::Level;
use crdt_model::view::{CaseView, Shown};
use serde_json::{Value as Json, json};

use super::{REFERENCE, in_words};
use crate::error::Failure;
use crate::exchange::csv_file::{CsvFile, harmless};
use crate::list::{self, CaseFilter, query};
use crate::log::{Log, Reader};
use crate::members;
use crate::texts::Texts;
use crate::writes::many::CASES_MAX;

/// Fields whose words stand in the list beside the reference, the first name and what to say.
const PLACE: [&str; 3] = ["spoken_language", "admin2", "locality"];

/// What is to be printed.
pub(crate) struct Calls<'a> {
    pub(crate) filter: &'a CaseFilter,
    pub(crate) path: &'a str,
    pub(crate) lang: &'a str,
}

/// Whether somebody may be sent to the person; else why not.
fn goes(view: &CaseView) -> Result<(), &'static str> {
    let Some(work) = view.work.as_ref().filter(|_| view.account.is_ok()) else { return Err("unread") };
    if view.shape != Shape::Ordinary {
        return Err("sealed");
    }
    if !matches!(work.sensitivity, Some(Level::S0)) {
        return Err("confidential");
    }
    if work.contact.is_refusal() {
        return Err("no_contact");
    }
    if *view.shown("safe_contact") != Shown::Absent || view.is_true("anonymous") {
        return Err("safe_contact");
    }
    match work.contact {
        Answer::Given | Answer::NotAsked => Ok(()),
        _ => Err("no_contact"),
    }
}

/// Writes the list of those who wait for the answer that is ready. Reply: `{"file", "cases", "left_out": {why: n}, "more"}`.
///
/// # Errors
///
/// `calls_empty`, and what the filter or the file is refused for.
pub(crate) fn batch_calls(log: &Log, reader: &mut Reader, order: &Calls<'_>, now_ms: i64) -> Result<Json, Failure> {
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let filter = CaseFilter { status: vec!["resolved".into()], unanswered: true, ..order.filter.clone() };
    let mut cases = query::choose(log, &shared, reader, &filter, now_ms)?;
    let more = cases.len().saturating_sub(CASES_MAX);
    cases.truncate(CASES_MAX);
    let texts = Texts::for_lang(order.lang);
    let (mut rows, mut left_out) = (Vec::new(), std::collections::BTreeMap::<&str, u64>::new());
    for case in &cases {
        let loaded = list::find_case(log, &shared, reader, &case.case_id.to_string())?;
        let (view, with) = (loaded.view(now_ms), (&*shared, &texts, shared.zone_at(&loaded.scope)));
        if let Err(why) = goes(&view) {
            *left_out.entry(why).or_default() += 1;
            continue;
        }
        let first = view.text("reporter_name").and_then(|name| name.split_whitespace().next()).unwrap_or_default();
        let place = PLACE.iter().filter_map(|name| crdt_model::case::schema::field(name));
        let place = place.map(|field| in_words(field, view.shown(field.name), &with));
        let mut row = vec![view.mark().unwrap_or_default().to_owned(), first.to_owned()];
        row.extend(place);
        row.push(view.text("resolution_text").unwrap_or_default().to_owned());
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(Failure::new("calls_empty"));
    }
    let mut file = CsvFile::begin(order.path, &log.home, |_| false)?;
    file.write([&*texts.get("batch-head-keep"), &*texts.get("batch-calls-keep-words")])?;
    let label = |name: &str| texts.field(name).into_owned();
    let mut columns = vec![texts.get(REFERENCE).into_owned(), texts.get("batch-calls-first-name").into_owned()];
    columns.extend(PLACE.map(label));
    columns.extend(["batch-calls-say", "batch-calls-said"].map(|name| texts.get(name).into_owned()));
    file.write(columns.iter().map(String::as_str))?;
    for row in &rows {
        let cells: Vec<String> = row.iter().map(|cell| harmless(cell)).chain([String::new()]).collect();
        file.write(cells.iter().map(String::as_str))?;
    }
    file.finish()?;
    Ok(json!({"file": order.path, "cases": rows.len(), "left_out": left_out, "more": more}))
}

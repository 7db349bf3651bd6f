//! Who has no node works by list: cases go out as a numbered list, and come back with answers.
//!
//! ```text
//!  cases of a filter ─▶ left out, and counted: sealed, confidential, closed, refused by the person, out already
//!                   └▶ rows of the list, with the chosen fields ─▶ the file, whole ─▶ "sent outside" in each case
//! ```
//!
//! A sealed case is never among them. Who the person is goes along only where they allowed that it is told outside.

mod back;
mod calls;

use crdt_model::case::Shape;
use crdt_model::case::consent::Answer;
use crdt_model::case::facts::unconfirmed;
use crdt_model::case::schema::{self, Field, Identity, Kind};
use crdt_model::edit::Edit;
use crdt_model::roster::said;
use crdt_model::taxonomy::{Capabilities, OwnTable, proposed};
use crdt_model::values::{DocId, Level, Words};
use crdt_model::view::{CaseView, Shown};
use crdt_model::zone::Zone;
use serde_json::{Value as Json, json};

use super::csv_file::{CsvFile, harmless};
use crate::error::Failure;
use crate::list::batches::{self, Batch, Sent};
use crate::list::query;
use crate::list::{self, CaseFilter};
use crate::log::{Log, Reader, Shared, entropy};
use crate::members;
use crate::reply::Progress;
use crate::texts::Texts;
use crate::writes;
use crate::writes::many::CASES_MAX;
pub(crate) use back::{In, batch_in};
pub(crate) use calls::{Calls, batch_calls};

/// When a list is to be back where nobody said: a week.
const DUE_MS: i64 = 7 * crate::clock::DAY_MS;
/// Longest time for which a list may be out, milliseconds: a year.
const DUE_MAX_MS: i64 = 366 * crate::clock::DAY_MS;
/// Bytes of whom a list goes to: with its number it has to fit one part of a case.
const TO_MAX: usize = 200;
/// By what a case goes out.
const BY_LIST: &str = "list";
/// What every list says of a case.
const ALWAYS: [&str; 3] = ["received_at", "type", "category"];
/// What may be said besides.
const MAY: [&str; 15] = [
    "priority",
    "project",
    "partner",
    "admin1",
    "admin2",
    "admin3",
    "locality",
    "spoken_language",
    "incident_at",
    "text",
    "reporter_name",
    "phone",
    "alt_contact",
    "safe_contact",
    "household_id",
];
/// Stands for all of them.
const EVERYTHING: &str = "all";

/// Columns of the list beside the fields: what is written into them comes back.
const NUMBER: &str = "batch-col-number";
const REFERENCE: &str = "batch-col-ref";
const ANSWER: &str = "batch-col-answer";
const DATE: &str = "batch-col-date";
const REMARK: &str = "batch-col-remark";
/// Lines before the list.
const HEAD_NUMBER: &str = "batch-head-number";
const HEAD_TO: &str = "batch-head-to";

/// What is to go out.
pub(crate) struct Out<'a> {
    pub(crate) filter: &'a CaseFilter,
    pub(crate) to: &'a Words,
    pub(crate) purpose: Option<&'a Words>,
    pub(crate) fields: &'a [String],
    /// Confidential cases go along.
    pub(crate) confidential: bool,
    pub(crate) due_in_ms: Option<i64>,
    pub(crate) path: &'a str,
    pub(crate) only_look: bool,
    pub(crate) lang: &'a str,
}

/// Why a case does not go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeftOut {
    Sealed,
    Closed,
    Confidential,
    Unclassified,
    Consent,
    Out,
    Unread,
}

impl LeftOut {
    const ALL: [Self; 7] =
        [Self::Sealed, Self::Closed, Self::Confidential, Self::Unclassified, Self::Consent, Self::Out, Self::Unread];

    fn code(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Closed => "closed",
            Self::Confidential => "confidential",
            Self::Unclassified => "unclassified",
            Self::Consent => "consent",
            Self::Out => "out_already",
            Self::Unread => "unread",
        }
    }
}

/// One case of the list.
struct Line {
    case_id: DocId,
    mark: String,
    cells: Vec<String>,
}

/// Writes a list of cases for somebody without a node. Reply: `{"batch", "file", "to", "due_at", "cases", "fields", "choices",
/// "left_out": {why: n}, "identity_kept_back", "refused", "refusals", "more", "dry_run"}`.
///
/// # Errors
///
/// `unknown_field`, `bad_value`, and what the filter or the file is refused for. Nothing is written then.
pub(crate) fn batch_out(
    log: &Log,
    reader: &mut Reader,
    order: &Out<'_>,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Json, Failure> {
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let to = order.to.0.trim();
    // a body is named as the organisation calls it
    let to = shared.own.find(OwnTable::Body, to).map_or(to, |body| body.called(order.lang));
    if to.is_empty() || to.len() > TO_MAX || to.contains(char::is_control) {
        return Err(Failure::new("bad_value").arg("field", "to").arg("expected", "1…200").at("field", "to"));
    }
    let due_in_ms = order.due_in_ms.unwrap_or(DUE_MS);
    if !(0..=DUE_MAX_MS).contains(&due_in_ms) {
        return Err(Failure::new("bad_value").arg("field", "due").arg("expected", "1h…366d").at("field", "due"));
    }
    let fields = chosen(order.fields)?;
    let texts = Texts::for_lang(order.lang);
    let mut cases = query::choose(log, &shared, reader, order.filter, now_ms)?;
    let more = cases.len().saturating_sub(CASES_MAX);
    cases.truncate(CASES_MAX);
    let (mut lines, mut left_out, mut kept_back) = (Vec::new(), [0_usize; LeftOut::ALL.len()], 0_usize);
    for case in &cases {
        let line = match case.is_sealed {
            true => Err(LeftOut::Sealed),
            false => {
                let loaded = list::find_case(log, &shared, reader, &case.case_id.to_string())?;
                let (view, zone) = (loaded.view(now_ms), shared.zone_at(&loaded.scope));
                goes(&view, order).map(|may_name| {
                    let (cells, kept) = cells(&view, &fields, may_name, (&shared, &texts, zone));
                    kept_back += usize::from(kept);
                    Line { case_id: case.case_id, mark: view.mark().unwrap_or_default().to_owned(), cells }
                })
            }
        };
        match line {
            Ok(line) => lines.push(line),
            Err(why) => left_out[why as usize] += 1,
        }
    }
    let number = number(&shared, reader, now_ms)?;
    let counted: serde_json::Map<String, Json> = LeftOut::ALL
        .into_iter()
        .zip(left_out)
        .filter(|(_, n)| *n > 0)
        .map(|(why, n)| (why.code().to_owned(), json!(n)))
        .collect();
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let choices: Vec<&str> = MAY.into_iter().filter(|name| !names.contains(name)).collect();
    let due_ms = now_ms.saturating_add(due_in_ms);
    let mut reply = json!({
        "batch": Json::Null, "file": Json::Null, "to": to, "due_at": crdt_model::values::moment::rfc3339(due_ms),
        "cases": lines.len(), "fields": names, "choices": choices, "left_out": counted, "identity_kept_back": kept_back,
        "refused": 0, "refusals": [], "more": more, "dry_run": order.only_look,
    });
    if order.only_look {
        return Ok(reply);
    }
    if lines.is_empty() {
        return Err(Failure::new("batch_empty"));
    }
    let left: usize = left_out.iter().sum();
    let mut file = CsvFile::begin(order.path, &log.home, |_| false)?;
    let head = Head { number: &number, to, order, due_ms, left };
    write_list(&mut file, &head, &fields, &lines, (&shared, reader, &texts), now_ms)?;
    file.finish()?;
    // what is in the file is out: each case says so, or is told of
    let words: Words = format!("{to} ({number})").into();
    let edit = Edit::Outside { to: words, by: BY_LIST.to_owned() };
    let (mut sent, mut refusals) = (Vec::new(), Vec::new());
    for (at, line) in lines.iter().enumerate() {
        on_progress(Progress { what: "cases".into(), done: at as u64, total: Some(lines.len() as u64) });
        match writes::act(log, reader, &line.case_id.to_string(), &edit, now_ms) {
            Ok(_) => sent.push(Sent { case_id: line.case_id, back_ms: None }),
            Err(failure) => {
                let message = texts.error(&failure).0;
                refusals.push(json!({"row": at + 1, "ref": line.mark, "code": failure.code, "message": message}));
            }
        }
    }
    let fields = names.iter().map(|name| (*name).to_owned()).collect();
    let kept = Batch {
        number: number.clone(),
        to: to.into(),
        purpose: order.purpose.cloned(),
        made_ms: now_ms,
        due_ms,
        fields,
        cases: sent,
        answers: std::collections::BTreeMap::new(),
    };
    batches::keep(log, reader, kept)?;
    (reply["batch"], reply["file"]) = (json!(number), json!(order.path));
    (reply["refused"], reply["refusals"]) = (json!(refusals.len()), Json::Array(refusals));
    Ok(reply)
}

/// The fields that go along.
fn chosen(named: &[String]) -> Result<Vec<&'static Field>, Failure> {
    let named: Vec<&str> = named.iter().map(|name| name.trim()).collect();
    for name in &named {
        if *name != EVERYTHING && !ALWAYS.contains(name) && !MAY.contains(name) {
            let near = proposed(MAY.into_iter(), name).join(", ");
            return Err(Failure::new("unknown_field").arg("field", name).arg("near", near).at("field", name));
        }
    }
    let all = named.contains(&EVERYTHING);
    let goes = |name: &&str| ALWAYS.contains(name) || all || named.contains(name);
    Ok(ALWAYS.into_iter().chain(MAY).filter(goes).filter_map(schema::field).collect())
}

/// Whether a case goes out, and then whether it may say who the person is.
fn goes(view: &CaseView, order: &Out<'_>) -> Result<bool, LeftOut> {
    let (Ok(account), Some(work)) = (&view.account, &view.work) else { return Err(LeftOut::Unread) };
    if view.shape != Shape::Ordinary {
        return Err(LeftOut::Sealed);
    }
    if view.status_code() == "closed" {
        return Err(LeftOut::Closed);
    }
    match work.sensitivity.filter(|_| view.text("category").is_some()) {
        None => return Err(LeftOut::Unclassified),
        Some(level) if level.restricted() => return Err(LeftOut::Sealed),
        Some(Level::S0) => {}
        Some(_) if order.confidential => {}
        Some(_) => return Err(LeftOut::Confidential),
    }
    let said = |purpose: &str| account.consent.get(purpose).copied();
    if ["refer_internal", "refer_external"].iter().any(|of| said(of).is_some_and(Answer::is_refusal)) {
        return Err(LeftOut::Consent);
    }
    if unconfirmed(&view.facts.codes.referrals).is_some() {
        return Err(LeftOut::Out);
    }
    Ok(said("refer_external") == Some(Answer::Given) && !view.is_true("anonymous"))
}

/// What the list says of a case, and whether something of it was kept back.
fn cells(
    view: &CaseView,
    fields: &[&'static Field],
    may_name: bool,
    with: (&Shared, &Texts, Zone),
) -> (Vec<String>, bool) {
    let mut kept = false;
    let cell = |field: &&'static Field| {
        let said = view.shown(field.name);
        let barred = field.identity != Identity::None && !may_name;
        kept |= barred && !matches!(said, Shown::Absent | Shown::Withheld(_));
        if barred { String::new() } else { in_words(field, said, &with) }
    };
    (fields.iter().map(cell).collect(), kept)
}

/// A value as people read it: labels, local days.
fn in_words(field: &Field, said: &Shown, (shared, texts, zone): &(&Shared, &Texts, Zone)) -> String {
    let label = |code: &str| {
        if let Kind::Listed(table) = field.kind {
            let row = shared.own.get(table, code);
            return row.map_or(code, |row| row.called(texts.asked())).to_owned();
        }
        let table = match field.kind {
            Kind::CodeOf(table) | Kind::Element(_, Some(table)) => table,
            _ => field.name,
        };
        shared.taxonomy.label_of(table, code, texts.asked()).unwrap_or(code).to_owned()
    };
    match said {
        Shown::Absent | Shown::Withheld(_) => String::new(),
        Shown::Text(text) => label(text),
        Shown::Bool(said) => said.to_string(),
        Shown::Int(number) => number.to_string(),
        Shown::Time(at_ms) => zone.day_of(*at_ms).to_string(),
        Shown::Moment(moment) => zone.day_of(zone.from_ms(*moment)).to_string(),
        Shown::List(all) => all.iter().map(|code| label(code)).collect::<Vec<_>>().join(", "),
    }
}

/// What a list is called: `L-JER-20261130-4821`.
fn number(shared: &Shared, reader: &Reader, now_ms: i64) -> Result<String, Failure> {
    let site = members::own_site(shared, &reader.member());
    let day = crdt_model::values::moment::rfc3339(now_ms);
    let day: String = day.chars().take(10).filter(char::is_ascii_digit).collect();
    let draw = u32::from_be_bytes(entropy()?.bytes::<4>()) % 10_000;
    Ok(format!("L-{site}-{day}-{draw:04}"))
}

/// What stands before the list.
struct Head<'a> {
    number: &'a str,
    to: &'a str,
    order: &'a Out<'a>,
    due_ms: i64,
    left: usize,
}

fn write_list(
    file: &mut CsvFile,
    head: &Head<'_>,
    fields: &[&'static Field],
    lines: &[Line],
    (shared, reader, texts): (&Shared, &Reader, &Texts),
    now_ms: i64,
) -> Result<(), Failure> {
    let site = members::own_site(shared, &reader.member());
    let zone = shared.roster.zone_of(&site);
    let day = |ms: i64| zone.day_of(ms).to_string();
    let by = format!("{} ({site})", shared.name(&reader.member()));
    let owner = shared.roster.founding.as_ref().and_then(|founding| shared.roster.sites.get(&founding.site));
    let owner = owner.map_or_else(|| site.clone(), |root| said::name_of(&shared.roster, &root.op.code).to_owned());
    let purpose = head.order.purpose.map(|words| words.0.clone()).unwrap_or_default();
    let rows = [
        (HEAD_NUMBER, head.number.to_owned()),
        (HEAD_TO, head.to.to_owned()),
        ("batch-head-owner", owner),
        ("batch-head-by", by),
        ("batch-head-purpose", purpose),
        ("batch-head-made", day(now_ms)),
        ("batch-head-due", day(head.due_ms)),
        ("batch-head-left-out", head.left.to_string()),
        ("batch-head-keep", texts.get("batch-head-keep-words").into_owned()),
    ];
    for (name, value) in &rows {
        file.write([&*texts.get(name), &*harmless(value)])?;
    }
    file.write([""])?;
    let label = |name: &str| texts.get(name).into_owned();
    let named = fields.iter().map(|field| texts.field(field.name).into_owned());
    let mut columns = vec![label(NUMBER), label(REFERENCE)];
    columns.extend(named);
    columns.extend([ANSWER, DATE, REMARK].map(label));
    file.write(columns.iter().map(String::as_str))?;
    for (at, line) in lines.iter().enumerate() {
        let number = (at + 1).to_string();
        let cells: Vec<String> = line.cells.iter().map(|cell| harmless(cell)).collect();
        let begin = [number.as_str(), line.mark.as_str()];
        file.write(begin.into_iter().chain(cells.iter().map(String::as_str)).chain(["", "", ""]))?;
    }
    Ok(())
}

/// All lists of the reader. Reply: `{"batches": [as in batches::told], "receivers": [{"to", "lists", "sent", "answered",
/// "median_days"}]}`.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn batch_list(log: &Log, reader: &mut Reader, now_ms: i64) -> Result<Json, Failure> {
    let all = batches::all(&log.store.read()?, reader)?;
    let lists: Vec<Json> = all.iter().rev().map(|batch| batches::told(batch, now_ms)).collect();
    Ok(json!({"batches": lists, "receivers": batches::by_receiver(all)}))
}

#[cfg(test)]
mod tests;

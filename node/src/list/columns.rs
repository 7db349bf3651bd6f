//! The columns of a list, each said once: its name, what the case says of it, and where a row keeps it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crdt_model::case::facts::{answered_askers, open_questions};
use crdt_model::taxonomy::proposed;
use crdt_model::time::Day;
use crdt_model::values::moment::rfc3339;
use crdt_model::values::{DocId, Who};
use crdt_model::view::{CaseView, Shown};
use serde_json::{Value as Json, json};

use super::Projection;
use super::bearers::rivals;
use super::row::{RESTRICTED, Row};
use crate::error::Failure;
use crate::log::Shared;

/// One value of one row.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Cell<'a> {
    Word(Cow<'a, str>),
    Time(i64),
    Int(u64),
    Bool(bool),
    Id(DocId),
    Day(Day),
}

impl Cell<'_> {
    fn json(self) -> Json {
        match self {
            Self::Word(word) => json!(word),
            Self::Time(ms) => json!(rfc3339(ms)),
            Self::Int(n) => json!(n),
            Self::Bool(is) => json!(is),
            Self::Id(id) => json!(id),
            Self::Day(day) => json!(day),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(word: &'a str) -> Self {
        Self::Word(Cow::Borrowed(word))
    }
}

/// What a case says of a column of codes.
type Said = for<'a> fn(&'a CaseView, &str) -> Option<&'a str>;
/// What a row says of a column at a time, Unix milliseconds; `None` where nothing was said.
type Told = for<'a> fn(&Row, &'a Projection, i64) -> Option<Cell<'a>>;

/// How a row keeps a column.
enum Kept {
    /// A code, as a number at this place of [`Row::words`]. The places are on the disk: they do not move.
    Code(usize, Said),
    /// In a part of the row of its own, which [`Row::of`] fills.
    Part(Told),
}

/// A column of a list.
pub(super) struct Column {
    /// Its name: in the JSON of a list, in sorting and in groups.
    pub(super) name: &'static str,
    kept: Kept,
    /// It says who: lists show a name in place of a member's id.
    is_who: bool,
}

const fn code(name: &'static str, place: usize, said: Said) -> Column {
    Column { name, kept: Kept::Code(place, said), is_who: false }
}

/// The code in the field of that name.
const fn field(name: &'static str, place: usize) -> Column {
    code(name, place, CaseView::text)
}

const fn part(name: &'static str, told: Told) -> Column {
    Column { name, kept: Kept::Part(told), is_who: false }
}

impl Column {
    const fn who(self) -> Self {
        Self { is_who: true, ..self }
    }

    /// What a row says at a time.
    pub(super) fn cell<'a>(&self, row: &Row, list: &'a Projection, now_ms: i64) -> Option<Cell<'a>> {
        match self.kept {
            Kept::Code(place, _) => list.words.get(row.word(place)).map(Cell::from),
            Kept::Part(told) => told(row, list, now_ms),
        }
    }

    /// A value as lists show it.
    pub(super) fn json(&self, cell: Option<Cell<'_>>, shared: &Shared) -> Json {
        match cell {
            Some(Cell::Word(who)) if self.is_who => shared.who_of(rivals(&who).next().unwrap_or_default()),
            cell => cell.map_or(Json::Null, Cell::json),
        }
    }
}

/// Places of the codes that rows are asked for by themselves.
pub(super) const TYPE: usize = 0;
pub(super) const CATEGORY: usize = 1;
pub(super) const SITE: usize = 2;
pub(super) const ASSIGNEE: usize = 8;
pub(super) const CLOSURE: usize = 10;
pub(super) const ADMIN1: usize = 17;
pub(super) const ADMIN2: usize = 18;
pub(super) const REGION: usize = 19;
pub(super) const WEEK: usize = 20;
pub(super) const ASKED: usize = 22;
pub(super) const REPLIED: usize = 23;
/// How many codes a row keeps.
pub(super) const CODES_LEN: usize = 24;

/// Every column, in the order of the list's JSON. From outside a restricted case only `case_id`, `status`, `week` and
/// `region` say anything. No column holds a person's words or a personal field.
pub(super) const COLUMNS: &[Column] = &[
    // the reference, or its provisional mark
    part("ref", |row, list, _| row.mark.text(&list.words).map(|mark| Cell::Word(mark.into()))),
    part("case_id", |row, _, _| Some(Cell::Id(row.case_id))),
    // `restricted` from outside
    part("status", |row, _, _| Some(row.status().into())),
    field("type", TYPE),
    field("category", CATEGORY),
    // where the work is done
    code("site", SITE, |case, _| case.text("handling_site").or_else(|| case.text("origin_site"))),
    field("project", 3),
    field("partner", 4),
    field("channel", 5),
    field("spoken_language", 6),
    // when it reached the organisation; how exactly that was told; the day of it, in the zone of the case
    part("received_at", |row, _, _| row.received_at().map(Cell::Time)),
    part("received_at_precision", |row, _, _| row.received_precision().map(Cell::from)),
    part("received_day", |row, _, _| row.received_day().map(Cell::Day)),
    // by when the person should have an answer; the day of it, in the zone of the case
    part("due_at", |row, _, now_ms| row.due_at(now_ms).map(Cell::Time)),
    part("due_day", |row, list, now_ms| row.due_at(now_ms).map(|due| Cell::Day(list.zone(row).day_of(due)))),
    // what it waits for, or who
    code("waiting_on", 7, |case, _| case.work.as_ref()?.waiting_on.as_deref()).who(),
    // it waits for somebody who is not there: see [`Bearers::miss`](super::Bearers::miss); or it has not reached whom it was
    // given to
    part("undelivered", |row, _, _| Some(Cell::Bool(row.undelivered()))),
    // in conflict the one that is shown, though each has it: see [`rivals`]
    field("assignee", ASSIGNEE).who(),
    // whom somebody asked in the case, and who has not answered; who asked, was answered, and has not gone on: one or several,
    // as assignees are
    code("asked", ASKED, |_, _| None).who(),
    code("replied", REPLIED, |_, _| None).who(),
    part("sensitivity", |row, _, _| row.sensitivity().map(Cell::from)),
    field("priority", 9),
    // past due and not answered
    part("overdue", |row, _, now_ms| Some(Cell::Bool(row.overdue(now_ms)))),
    // an answer was given in this epoch
    part("answered", |row, _, _| Some(Cell::Bool(row.answered()))),
    part("satisfaction", |row, _, _| row.satisfaction().map(|said| said.code().into())),
    part("loop_closed", |row, _, _| Some(Cell::Bool(row.loop_closed()))),
    code("closure", CLOSURE, |case, _| case.work.as_ref()?.standing.closure.as_deref()),
    code("hold", 11, |case, _| case.work.as_ref()?.hold.as_ref().map(|hold| hold.reason.as_str())),
    // how often it was reopened
    part("epoch", |row, _, _| Some(Cell::Int(row.epoch.into()))),
    // how many fields are in conflict
    part("conflicts", |row, _, _| Some(Cell::Int(row.conflicts.into()))),
    field("session_id", 12),
    field("incident", 21),
    field("stakeholder", 13),
    field("sex", 14),
    field("age_group", 15),
    field("disability", 16),
    field("admin1", ADMIN1),
    field("admin2", ADMIN2),
    part("restricted", |row, _, _| Some(Cell::Bool(row.is(RESTRICTED)))),
    // of a restricted case
    field("week", WEEK),
    field("region", REGION),
];

/// The column of a name.
pub(super) fn column(name: &str) -> Result<&'static Column, Failure> {
    COLUMNS.iter().find(|column| column.name == name).ok_or_else(|| {
        let near = proposed(COLUMNS.iter().map(|column| column.name), name).join(", ");
        Failure::new("unknown_field").arg("field", name).arg("near", near)
    })
}

/// The place of the codes of a column.
pub(super) fn place_of(name: &str) -> usize {
    let place = COLUMNS.iter().find_map(|column| match column.kept {
        Kept::Code(place, _) if column.name == name => Some(place),
        _ => None,
    });
    place.unwrap_or(usize::MAX)
}

/// The codes of a case, by their places.
pub(super) fn codes_of(case: &CaseView) -> [Option<String>; CODES_LEN] {
    let mut codes = [const { None }; CODES_LEN];
    for column in COLUMNS {
        if let Kept::Code(place, said) = column.kept {
            codes[place] = said(case, column.name).map(str::to_owned);
        }
    }
    // while two have it, each finds it among theirs
    if let (Some(shown), Some(conflict)) = (&mut codes[ASSIGNEE], case.conflict("assignee")) {
        let others = conflict.values.iter().filter_map(|rival| match &rival.value {
            Shown::Text(who) => Some(who.as_str()),
            _ => None,
        });
        let others: Vec<&str> = others.filter(|who| *who != shown.as_str()).collect();
        *shown = std::iter::once(shown.as_str()).chain(others).collect::<Vec<_>>().join(" ");
    }
    let questions = &case.facts.codes.questions;
    codes[ASKED] = together(open_questions(questions).into_iter().map(|(_, asked)| asked.fact.who.to_string()));
    codes[REPLIED] = together(answered_askers(&case.facts).into_iter().map(|asker| Who::Member(asker).to_string()));
    codes
}

/// Several people in one code, each once.
fn together(whos: impl Iterator<Item = String>) -> Option<String> {
    let whos: BTreeSet<String> = whos.collect();
    (!whos.is_empty()).then(|| whos.into_iter().collect::<Vec<_>>().join(" "))
}

//! What people see: plain structs that node, cli and web read.
//!
//! [`fold()`] turns the layers a reader can open into a [`CaseView`]; its JSON is what `case show` prints: one flat object
//! with the field names of the case model, `{"withheld": "personal"}` where the reader has no key. Members and devices
//! are ids here: the caller knows the names and puts them in.
//!
//! No `Debug` of this module shows a value: any field may be a person's words.

mod digest;
mod fold;
mod history;
mod json;

use std::collections::BTreeMap;
use std::fmt;

pub use digest::digest_bytes;
pub use fold::fold;
pub(crate) use fold::{is_unsatisfied, never_assigned, rivals};
pub use history::{HistoryItem, Written, history};

use crate::case::assignment::Assignment;
use crate::case::collect::{Alarm, CaseFacts};
use crate::case::consent::Answer;
use crate::case::facts::FactId;
use crate::case::loop_closure::Satisfaction;
use crate::case::status::Standing;
use crate::case::{Shape, hold};
use crate::layer::{Layer, Stamp};
use crate::taxonomy::KeptAs;
use crate::time::Day;
use crate::values::moment::{serialize_ms, serialize_ms_opt};
use crate::values::{DeviceId, DocId, Level, MemberId, Moment};

/// What a register, a constant or a set shows.
#[derive(Clone, PartialEq, Eq)]
pub enum Shown {
    /// Nobody has said.
    Absent,
    /// The reader has no key for this layer.
    Withheld(Layer),
    /// A code or words.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A claimed time, Unix milliseconds.
    Time(i64),
    /// A time as told.
    Moment(Moment),
    /// The elements of a set, ascending.
    List(Vec<String>),
}

impl Shown {
    /// How exactly a time was told: `minute`, `day` or `month`. What was told to the day is a date, of no zone.
    pub fn precision(&self) -> Option<&'static str> {
        match self {
            Self::Moment(moment) => Some(moment.precision.code()),
            _ => None,
        }
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::Withheld(layer) => write!(f, "Withheld({layer:?})"),
            _ => f.write_str("[redacted]"),
        }
    }
}

/// Who wrote something, and when they say they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Origin {
    /// The member; `None` where the layer names nobody.
    pub by: Option<MemberId>,
    /// Claimed time, Unix milliseconds; RFC 3339 in JSON.
    #[serde(rename = "at", serialize_with = "serialize_ms")]
    pub at_ms: i64,
    /// The device.
    pub device: DeviceId,
}

impl From<&Stamp> for Origin {
    fn from(stamp: &Stamp) -> Self {
        Self { by: stamp.member, at_ms: stamp.claimed_ms, device: stamp.device }
    }
}

/// Values that nobody has chosen between yet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Conflict {
    /// The field; `closure` for closing reasons.
    pub field: &'static str,
    /// At least two, in the order written.
    pub values: Vec<Rival>,
}

/// One of several concurrent values.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rival {
    /// What to say to `settle --pick`: counts from 1.
    pub pick: usize,
    /// The value.
    pub value: Shown,
    /// Its origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// Why a case waits.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct HoldView {
    /// Taxonomy `hold_reason`.
    #[serde(rename = "for")]
    pub reason: String,
    /// Since when.
    #[serde(rename = "from", serialize_with = "serialize_ms")]
    pub from_ms: i64,
    /// Until when, as foreseen.
    #[serde(rename = "until", serialize_with = "serialize_ms_opt")]
    pub until_ms: Option<i64>,
    /// Who put it on hold.
    pub by: Option<MemberId>,
}

/// An answer given, or what else the person was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseView {
    /// The fact.
    pub id: FactId,
    /// The epoch it answers in.
    pub epoch: u32,
    /// When the person was told.
    pub at_ms: i64,
    /// What they were told: withheld, or absent when nobody wrote it down.
    pub text: Shown,
    /// In which language.
    pub language: Shown,
    /// Its origin.
    pub origin: Origin,
}

/// What the person was told meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct InterimView {
    /// When, and in which words.
    #[serde(flatten)]
    pub told: ResponseView,
    /// By when they were promised an answer, Unix milliseconds.
    #[serde(rename = "until", serialize_with = "serialize_ms")]
    pub until_ms: i64,
}

/// A step of the work that has a delay of its own. The answer to the person has its own date: [`Due`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nobody was given the case yet.
    Refer,
    /// Whoever was given it has not taken it up.
    Accept,
    /// It was sent outside the system, and nobody there has confirmed.
    Confirm,
    /// The person has not been told that the complaint arrived.
    Acknowledge,
    /// Whoever did something last said by when the next step is due.
    Act,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Refer, Self::Accept, Self::Confirm, Self::Acknowledge, Self::Act];

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Refer => "refer",
            Self::Accept => "accept",
            Self::Confirm => "confirm",
            Self::Acknowledge => "acknowledge",
            Self::Act => "act",
        }
    }
}

/// A clock that runs: a step, since when, and by when it should be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Clock {
    /// The step.
    pub step: Step,
    /// Since when it runs, Unix milliseconds.
    #[serde(rename = "from", serialize_with = "serialize_ms")]
    pub from_ms: i64,
    /// By when, Unix milliseconds.
    #[serde(rename = "due_at", serialize_with = "serialize_ms")]
    pub due_ms: i64,
}

/// The level at which a case is looked at, once it went to one above the first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LevelView {
    /// Its code.
    pub code: String,
    /// Its place among the levels.
    pub rank: u32,
    /// Since when, Unix milliseconds.
    #[serde(rename = "from", serialize_with = "serialize_ms")]
    pub from_ms: i64,
    /// By when it answers, Unix milliseconds.
    #[serde(rename = "due_at", serialize_with = "serialize_ms")]
    pub due_ms: i64,
}

/// A body outside the mechanism that is to be told of the case, and was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedNotice {
    /// Its code.
    pub body: String,
    /// Since when it is owed, Unix milliseconds.
    pub from_ms: i64,
    /// By when, Unix milliseconds.
    pub due_ms: i64,
}

/// The case came back to whoever gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnView {
    /// `misdirected` or `need_info`.
    pub why: String,
    /// Who sent it back, and when.
    pub origin: Origin,
}

/// What the person said of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SatisfactionView {
    /// The fact.
    pub id: FactId,
    /// What they said.
    pub value: Satisfaction,
    /// In which epoch.
    pub epoch: u32,
    /// When.
    pub at_ms: i64,
    /// Who spoke, if not the person.
    pub by_whom: Shown,
    /// How it was said.
    pub means: Shown,
    /// Its origin.
    pub origin: Origin,
}

/// When the person should have an answer. While the case waits for the person the date moves with the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Received, and the time allowed: Unix milliseconds.
    pub allowed_until_ms: i64,
    /// What the person took of it.
    pub wait: hold::Wait,
    /// By when an answer was promised to the person meanwhile: Unix milliseconds.
    pub promised_ms: Option<i64>,
}

impl Due {
    /// The date as it stands at `now_ms`, Unix milliseconds.
    pub fn at(&self, now_ms: i64) -> i64 {
        let due_ms = self.allowed_until_ms.saturating_add(self.wait.until(now_ms));
        self.promised_ms.map_or(due_ms, |promised| due_ms.max(promised))
    }
}

/// True where a case says that it was received more than a day after now: by a clock that was wrong, or by a slip. How long
/// it has waited is not known then, so it counts as overdue until it is answered or its date is corrected.
pub fn received_ahead(received_ms: Option<i64>, now_ms: i64) -> bool {
    received_ms.is_some_and(|received_ms| received_ms > now_ms.saturating_add(crate::values::moment::DAY_MS))
}

/// True where a case is late as long as nobody has answered: past due, or [ahead of now](received_ahead).
pub fn is_late(due_at_ms: Option<i64>, received_ms: Option<i64>, now_ms: i64) -> bool {
    due_at_ms.is_some_and(|due| now_ms > due) || received_ahead(received_ms, now_ms)
}

/// What codes and dates add up to: readable wherever the case is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Status, epoch, closing reason.
    pub standing: Standing,
    /// Protection in force.
    pub sensitivity: Option<Level>,
    /// Whether the person may be contacted.
    pub contact: Answer,
    /// Why it waits, while it does.
    pub hold: Option<HoldView>,
    /// Answers, in the order written.
    pub responses: Vec<ResponseView>,
    /// What the person was told meanwhile, in the order written.
    pub interims: Vec<InterimView>,
    /// Type and channel are such that somebody waits for an answer.
    pub expects_answer: bool,
    /// What it is, where that is no case.
    pub kept_as: KeptAs,
    /// Somebody called and nobody answered: they are to be called back until they were reached, or three times in vain.
    pub to_call_back: bool,
    /// It came back to whoever gave it, and nobody has it since.
    pub returned: Option<ReturnView>,
    /// The clocks that run, the next one first.
    pub clocks: Vec<Clock>,
    /// The level at which it is looked at, where that is not the first: the greatest that anybody took it to.
    pub level: Option<LevelView>,
    /// Bodies that are to be told and were not, the next due first. Nobody knows who does not read the words of the case.
    pub notices: Vec<OwedNotice>,
    /// An answer was given in this epoch.
    pub answered: bool,
    /// The last word on satisfaction; the most cautious of concurrent ones.
    pub satisfaction: Option<Satisfaction>,
    /// All that was said of the answers, in the order written.
    pub satisfactions: Vec<SatisfactionView>,
    /// Satisfied after an answer of this epoch, never taken back.
    pub satisfied: bool,
    /// The loop is closed: satisfied, and the closing reason, if any, is not in conflict.
    pub loop_closed: bool,
    /// Someone was made responsible, in any epoch.
    pub ever_assigned: bool,
    /// The category may be answered at first contact.
    pub first_contact: bool,
    /// The first instant at which it was received, Unix milliseconds: of a date, its midnight in the zone of the case.
    pub received_from_ms: Option<i64>,
    /// The day on which it counts as received, in the zone of the case.
    pub received_day: Option<Day>,
    /// What the date of the answer follows from.
    pub due: Option<Due>,
    /// By when the person should have an answer, where somebody waits for one.
    pub due_at_ms: Option<i64>,
    /// The day of that, in the zone of the case.
    pub due_day: Option<Day>,
    /// Past due and neither answered nor closed.
    pub overdue: bool,
    /// What the case waits for, or who.
    pub waiting_on: Option<String>,
    /// Milliseconds since it was received.
    pub age_ms: Option<i64>,
    /// Share of the expected fields that are filled, in per cent.
    pub completeness: u8,
    /// What a person should look at: `contact_after_closing`, `reopening_proposed`, `closing_proposed`,
    /// `must_be_sealed`, `opening_proposed` (a restricted case that its audience found to be an ordinary one).
    pub flags: Vec<&'static str>,
}

/// What words and contacts add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What holds for each purpose.
    pub consent: BTreeMap<String, Answer>,
    /// Different days with a failed attempt since the last contact.
    pub attempt_days: usize,
    /// Enough of them.
    pub unreachable: bool,
}

/// What only the audience reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedAccount {
    /// `member:<id>` or `role:<code>`.
    pub recusals: Vec<crate::values::Who>,
}

/// One case as one reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseView {
    /// The case.
    pub case_id: DocId,
    /// Ordinary; restricted and open to this reader; restricted and not.
    pub shape: Shape,
    /// Registers, constants and sets by name; those of [`crate::case::schema::FIELDS`], all of them.
    pub fields: BTreeMap<&'static str, Shown>,
    /// Its facts, as far as this reader can open them.
    pub facts: CaseFacts,
    /// Who wrote the resolution.
    pub resolved: Option<Origin>,
    /// `None` from outside a restricted case.
    pub work: Option<Work>,
    /// To whom the case was given, and how far that got: as far as the case as it is now tells. Its history may tell of an
    /// assignment to a role that somebody has accepted.
    pub assignment: Option<Assignment>,
    /// What needs the key of the words, or the layer it is withheld in.
    pub account: Result<Account, Layer>,
    /// What only the audience reads, or the layer it is withheld in.
    pub sealed: Result<SealedAccount, Layer>,
    /// What nobody has chosen between yet.
    pub conflicts: Vec<Conflict>,
    /// What honest software does not write.
    pub alarms: Vec<Alarm>,
}

impl CaseView {
    /// A field's value; `Absent` for a name that is none.
    pub fn shown(&self, name: &str) -> &Shown {
        self.fields.get(name).unwrap_or(&Shown::Absent)
    }

    /// A field's text, if it has one that the reader may see.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.shown(name) {
            Shown::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What the case is called: its reference, or its provisional mark while it has none.
    pub fn mark(&self) -> Option<&str> {
        self.text("ref").or_else(|| self.text("provisional"))
    }

    /// A time as told.
    pub fn moment(&self, name: &str) -> Option<Moment> {
        match self.shown(name) {
            Shown::Moment(moment) => Some(*moment),
            _ => None,
        }
    }

    /// True only if the field says so.
    pub fn is_true(&self, name: &str) -> bool {
        *self.shown(name) == Shown::Bool(true)
    }

    /// The elements of a set.
    pub fn list(&self, name: &str) -> &[String] {
        match self.shown(name) {
            Shown::List(elements) => elements,
            _ => &[],
        }
    }

    /// The code of the status; `restricted` from outside.
    pub fn status_code(&self) -> &'static str {
        self.work.as_ref().map_or("restricted", |work| work.standing.status.code())
    }

    /// The conflict on a field, if there is one.
    pub fn conflict(&self, field: &str) -> Option<&Conflict> {
        self.conflicts.iter().find(|conflict| conflict.field == field)
    }
}

#[cfg(test)]
mod tests;

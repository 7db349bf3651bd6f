//! The line of a list: codes and dates alone.

use crate::case::Shape;
use crate::case::loop_closure::Satisfaction;
use crate::time::Day;
use crate::values::DocId;
use crate::values::moment::serialize_ms_opt;
use crate::view::{CaseView, Due};
use crate::zone::Zone;

/// One case in a list. From outside a restricted case only `case_id`, `status`, `week` and `region` say anything.
/// Holds no words and no personal field, so that it may be kept under the key of the open layer (for a reader inside a
/// restricted case it is sensitive all the same: make it on demand, do not keep it).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CaseRow {
    /// Reference, or its provisional mark.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The case.
    pub case_id: DocId,
    /// Status code; `restricted` from outside.
    pub status: &'static str,
    /// Taxonomy `case_type`.
    #[serde(rename = "type")]
    pub case_type: Option<String>,
    /// Sub-category.
    pub category: Option<String>,
    /// Where the work is done.
    pub site: Option<String>,
    /// Project.
    pub project: Option<String>,
    /// Partner.
    pub partner: Option<String>,
    /// Channel.
    pub channel: Option<String>,
    /// Language the person speaks.
    pub spoken_language: Option<String>,
    /// When it reached the organisation, Unix milliseconds.
    #[serde(rename = "received_at", serialize_with = "serialize_ms_opt")]
    pub received_at_ms: Option<i64>,
    /// How exactly that was told: `minute`, `day` or `month`.
    #[serde(rename = "received_at_precision")]
    pub received_precision: Option<&'static str>,
    /// The day on which it counts as received, in the zone of the case.
    pub received_day: Option<Day>,
    /// By when the person should have an answer, Unix milliseconds.
    #[serde(rename = "due_at", serialize_with = "serialize_ms_opt")]
    pub due_at_ms: Option<i64>,
    /// The day of that, in the zone of the case.
    pub due_day: Option<Day>,
    /// What it waits for, or who.
    pub waiting_on: Option<String>,
    /// A referral of it has not reached its target: known to the caller.
    pub undelivered: bool,
    /// Who does the work: `member:<id>` or `role:<code>`.
    pub assignee: Option<String>,
    /// `s0`…`s3`.
    pub sensitivity: Option<&'static str>,
    /// `p1`…`p4`.
    pub priority: Option<String>,
    /// Past due and not answered.
    pub overdue: bool,
    /// An answer was given in this epoch.
    pub answered: bool,
    /// The last word on satisfaction.
    pub satisfaction: Option<Satisfaction>,
    /// The loop is closed.
    pub loop_closed: bool,
    /// Why it was closed.
    pub closure: Option<String>,
    /// What it is on hold for.
    pub hold: Option<String>,
    /// How often it was reopened.
    pub epoch: u32,
    /// Fields in conflict.
    pub conflicts: usize,
    /// Session it belongs to.
    pub session_id: Option<String>,
    /// Taxonomy `stakeholder`.
    pub stakeholder: Option<String>,
    /// Taxonomy `sex`.
    pub sex: Option<String>,
    /// Taxonomy `age_group`.
    pub age_group: Option<String>,
    /// `yes`, `no` or `unknown`.
    pub disability: Option<String>,
    /// First administrative level.
    pub admin1: Option<String>,
    /// Second administrative level.
    pub admin2: Option<String>,
    /// The case is restricted.
    pub restricted: bool,
    /// ISO week, of a restricted case.
    pub week: Option<String>,
    /// Region, of a restricted case.
    pub region: Option<String>,
    /// What `due_at_ms` and `overdue` follow from, so that a kept row can be [brought to another time](Self::at).
    #[serde(skip)]
    pub due: Option<Due>,
    /// The first instant at which it was received, Unix milliseconds: what it is sorted by.
    #[serde(skip)]
    pub received_from_ms: Option<i64>,
}

impl CaseRow {
    /// The line of a case; `undelivered` comes from its referrals.
    pub fn of(view: &CaseView, undelivered: bool) -> Self {
        let text = |name: &str| view.text(name).map(str::to_owned);
        let work = view.work.as_ref();
        Self {
            reference: view.mark().map(str::to_owned),
            case_id: view.case_id,
            status: view.status_code(),
            case_type: text("type"),
            category: text("category"),
            site: text("handling_site").or_else(|| text("origin_site")),
            project: text("project"),
            partner: text("partner"),
            channel: text("channel"),
            spoken_language: text("spoken_language"),
            received_at_ms: view.moment("received_at").map(|moment| moment.at_ms),
            received_precision: view.moment("received_at").map(|moment| moment.precision.code()),
            received_day: work.and_then(|work| work.received_day),
            due_at_ms: work.and_then(|work| work.due_at_ms),
            due_day: work.and_then(|work| work.due_day),
            waiting_on: work.and_then(|work| work.waiting_on.clone()),
            undelivered,
            assignee: text("assignee"),
            sensitivity: work.and_then(|work| work.sensitivity).map(|level| level.code()),
            priority: text("priority"),
            overdue: work.is_some_and(|work| work.overdue),
            answered: work.is_some_and(|work| work.answered),
            satisfaction: work.and_then(|work| work.satisfaction),
            loop_closed: work.is_some_and(|work| work.loop_closed),
            closure: work.and_then(|work| work.standing.closure.clone()),
            hold: work.and_then(|work| work.hold.as_ref()).map(|hold| hold.reason.clone()),
            epoch: work.map_or(0, |work| work.standing.epoch),
            conflicts: view.conflicts.len(),
            session_id: text("session_id"),
            stakeholder: text("stakeholder"),
            sex: text("sex"),
            age_group: text("age_group"),
            disability: text("disability"),
            admin1: text("admin1"),
            admin2: text("admin2"),
            restricted: view.shape != Shape::Ordinary,
            week: text("week"),
            region: text("region"),
            due: work.and_then(|work| work.due),
            received_from_ms: work.and_then(|work| work.received_from_ms),
        }
    }

    /// The same line at another time, of a case that counts its days in `zone`: dates move while the case waits for the
    /// person, and pass.
    #[must_use]
    pub fn at(mut self, now_ms: i64, zone: &Zone) -> Self {
        self.due_at_ms = self.due.map(|due| due.at(now_ms));
        self.due_day = self.due_at_ms.map(|due| zone.day_of(due));
        let is_past = self.due_at_ms.is_some_and(|due| now_ms > due);
        let is_late = is_past || super::received_ahead(self.received_from_ms, now_ms);
        self.overdue = is_late && !self.answered && self.status != "closed";
        self
    }
}

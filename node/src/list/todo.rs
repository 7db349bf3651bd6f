//! `todo`: what waits on the reader, by the time it is due.
//!
//! ```text
//!  mine        came back to me, or what I sent of it did · I am asked something in it · I asked, and was answered · I have not taken it up · I work on it
//!  my sites'   nobody has it, or nobody who can open it · what was sent of it has an outcome, and the person waits for it · the person waits for the answer · … for word that it arrived · … to be asked · to be closed
//!              sent outside and not confirmed · in conflict · ended as a duplicate of what has an answer now
//!  my lists    out with somebody without a node, and late
//!  mine, away  I gave it, half the time is over, and it has not arrived
//!  my level's  late at somebody else's: it has come up to my role, or it is sealed to an audience of mine
//!  my role     watches the category, and the case has an outcome since a fortnight at most
//! ```
//!
//! One line a case, the first of these that holds, and the last one beside it; one more where a body outside the mechanism is to be
//! told; and one for all pairs
//! of cases that may be the same matter. Answered from the rows of the list, so it costs one pass over them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crdt_model::case::loop_closure::Satisfaction;
use crdt_model::roster::role_profile;
use crdt_model::taxonomy::{Capabilities, KeptAs};
use crdt_model::values::moment::rfc3339;
use crdt_model::values::{Level, MemberId};
use crdt_model::view::Step;
use serde_json::{Value as Json, json};

use super::alike::Survivor;
use super::batches;
use super::columns::{ASKED, CATEGORY, CLOSURE, REPLIED, SITE, column};
use super::query::{self, Asked, Wanted};
use super::row::Row;
use super::{CaseFilter, Projection, rows};
use crate::clock::DAY_MS;
use crate::error::Failure;
use crate::list;
use crate::log::{Log, Reader, Shared};
use crate::members::{self, spoken};

/// What is to be done with a list that is late.
pub(super) const LIST: &str = "batch";
/// Lines where nobody said how many.
pub const LINES_DEFAULT: usize = 200;

/// Columns of the list that a line shows too.
const SHOWN: [&str; 12] = [
    "ref",
    "case_id",
    "status",
    "type",
    "category",
    "site",
    "assignee",
    "priority",
    "spoken_language",
    "received_day",
    "undelivered",
    "conflicts",
];

/// Endings that one person can write alone: whoever is above looks at them. Nobody buries a complaint alone.
const REVIEWED: [&str; 7] =
    ["withdrawn", "prank", "duplicate", "out_of_scope", "not_admissible", "acknowledged", "no_contact"];
/// How long they are told, and an answer to whoever asked, milliseconds: a week.
const REVIEWED_MS: i64 = 7 * DAY_MS;
/// How long whoever watches a category is told of an outcome, milliseconds: a fortnight.
const WATCHED_MS: i64 = 14 * DAY_MS;
/// Endings that are no outcome: the case goes on elsewhere, or there is none.
const NO_OUTCOME: [&str; 3] = ["moved", "duplicate", "prank"];
/// One in so many of them is drawn, to be looked at closely.
const DRAWN_ONE_IN: u8 = 5;

/// What is to be done with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    /// It came back to the reader.
    Returned,
    /// Somebody asks the reader something in it.
    Question,
    /// The reader asked, and was answered.
    Replied,
    /// The reader has not taken it up.
    Accept,
    /// The reader works on it.
    Work,
    /// Nobody has it.
    Refer,
    /// The person waits for the answer that is ready.
    CallBack,
    /// The person waits for word that the complaint arrived.
    Acknowledge,
    /// The person was answered, and nobody asked what they think of it.
    Ask,
    /// The person said it settles the matter.
    Close,
    /// Sent outside the system, and nobody there has confirmed.
    Confirm,
    /// The answer did not settle it: to go on, or to close.
    Decide,
    /// Closed by somebody without the person's word: to be looked at.
    Review,
    /// A body outside the mechanism is to be told.
    Notify,
    /// Values to choose between.
    Settle,
    /// The reader gave it to somebody whom it has not reached.
    Undelivered,
    /// Somebody else is late with it.
    Late,
    /// A role of the reader watches its category, and it has an outcome: to know.
    Resolved,
}

impl Task {
    fn code(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Question => "question",
            Self::Replied => "replied",
            Self::Accept => "accept",
            Self::Work => "work",
            Self::Refer => "refer",
            Self::CallBack => "call_back",
            Self::Acknowledge => "acknowledge",
            Self::Ask => "ask",
            Self::Close => "close",
            Self::Confirm => "confirm",
            Self::Decide => "decide",
            Self::Review => "review",
            Self::Notify => "notify",
            Self::Settle => "settle",
            Self::Undelivered => "undelivered",
            Self::Late => "late",
            Self::Resolved => "resolved",
        }
    }
}

impl Task {
    /// Whether somebody here is to call or to meet the person.
    fn speaks_with_the_person(self) -> bool {
        matches!(self, Self::CallBack | Self::Acknowledge | Self::Ask)
    }
}

fn may(role: &str, right: Capabilities) -> bool {
    role_profile(role).is_some_and(|profile| profile.capabilities.contains(right))
}

/// What the reader answers for.
struct Mine<'f> {
    /// Cases given to them, to a role of theirs, or to whom they stand in for.
    given: Wanted<'f>,
    /// Sites whose cases they work on: numbers of the words of the rows.
    sites: HashSet<u32>,
    /// Endings without the person's word: numbers of the words of the rows.
    reviewed: HashSet<u32>,
    /// Endings that are no outcome: as those.
    unfinished: HashSet<u32>,
    /// Of each role that watches categories, those, and the sites where the reader holds it: as those.
    watched: Vec<(HashSet<u32>, HashSet<u32>)>,
    /// Of each level of sensitivity, the sites from which what is late comes up to them.
    above: [HashSet<u32>; Level::ALL.len()],
    now_ms: i64,
}

impl<'f> Mine<'f> {
    fn of(
        shared: &Shared,
        me: &MemberId,
        (filter, asked): (&'f CaseFilter, &Asked),
        list: &Projection,
        now_ms: i64,
    ) -> Self {
        let (roster, held) = (&shared.roster, members::roles_held(shared, me));
        let sites = || roster.sites.keys().map(String::as_str).chain(held.iter().map(|(_, at)| at.as_str()));
        let works_at = |site: &str| {
            let reads = |role: &str, at: &str| at == site || members::role_reads_site(roster, role, at, site);
            held.iter().any(|(role, at)| may(role, Capabilities::WRITE_OPEN) && reads(role, at))
        };
        let is_above = |level: Level, site: &str| {
            let role = &shared.taxonomy.level(level).escalate_to;
            held.iter().any(|(held, at)| held == role && members::is_near(roster, site, at))
        };
        let numbers = |is: &dyn Fn(&str) -> bool| {
            sites().filter(|site| is(site)).filter_map(|site| list.words.known(site)).collect()
        };
        let words = |codes: &mut dyn Iterator<Item = &str>| codes.filter_map(|code| list.words.known(code)).collect();
        let roles: BTreeSet<&str> = held.iter().map(|(role, _)| role.as_str()).collect();
        let watched = roles.into_iter().filter_map(|role| {
            let watches = shared.taxonomy.sub_categories.iter().filter(|sub| sub.watchers.iter().any(|of| of == role));
            let categories: HashSet<u32> = words(&mut watches.map(|sub| sub.code.as_str()));
            let is_below = |site: &str| held.iter().any(|(held, at)| held == role && roster.is_under(site, at));
            (!categories.is_empty()).then(|| (categories, numbers(&is_below)))
        });
        Self {
            given: Wanted::new(filter, asked, &list.words, now_ms),
            sites: numbers(&works_at),
            reviewed: words(&mut REVIEWED.into_iter()),
            unfinished: words(&mut NO_OUTCOME.into_iter()),
            watched: watched.collect(),
            above: Level::ALL.map(|level| numbers(&|site: &str| is_above(level, site))),
            now_ms,
        }
    }

    /// What is to be done with a case, and by when: Unix milliseconds.
    fn task(&self, list: &Projection, row: &Row) -> Option<(Task, Option<i64>)> {
        match row.status() {
            "restricted" => return None,
            _ if row.kept_as() != KeptAs::Case => return self.of_call(row),
            "closed" if list.is_duplicate(row) => return self.of_duplicate(list, row),
            "closed" if row.reopening_proposed() && self.is_here(row) => return Some((Task::Decide, None)),
            "closed" => return self.is_to_review(row).then_some((Task::Review, None)),
            _ => {}
        }
        let (is_mine, is_here) = (self.given.keeps(row), self.is_here(row));
        let (step, answer) = (row.step(self.now_ms), row.due_at(self.now_ms));
        let step_due = step.map(|(_, due)| due);
        let is = |wanted: Step| step.is_some_and(|(step, _)| step == wanted);
        let open = || if row.answered() { None } else { answer };
        // what they said to do next, or the answer: whichever comes first
        let next = || step_due.filter(|_| is(Step::Act)).into_iter().chain(open()).min();
        let half = list.half_of(row);
        let half_back =
            half.filter(|half| half.returned() && half.status() != "closed" && (is_mine || self.given.keeps(half)));
        let half_done = half.is_some_and(|half| half.has_outcome() && !half.moved_away());
        let awaits_word = !row.has_outcome() && !row.answered() && row.expects_answer() && !row.contact_refused();
        // whoever sent it on is told by their own half, as long as they work on it
        let is_told_there = || {
            list.sent_of(row).is_some_and(|own| {
                let is_theirs = self.is_here(own) || self.given.keeps(own);
                let is_newest = list.half_of(own).is_some_and(|half| half.case_id == row.case_id);
                is_theirs && is_newest && own.status() != "closed"
            })
        };
        // what came back waits on its sender, not on us
        let waits_on_sender = row.returned() && list.is_sent_here(row);
        let task = match row.status() {
            _ if waits_on_sender && is_mine && is_told_there() => return None,
            _ if row.returned() && is_mine => (Task::Returned, step_due),
            _ if self.given.names(row, ASKED) => (Task::Question, step_due.or_else(open)),
            _ if self.is_answered(row) => (Task::Replied, if is_mine { next() } else { None }),
            // whoever it was given to cannot open it: it waits for everybody who can
            "assigned" | "in_progress" | "reopened" if row.is_inside() && row.missed() => {
                (Task::Refer, step_due.or_else(open))
            }
            _ if let Some(half) = half_back => (Task::Returned, half.step(self.now_ms).map(|(_, due)| due)),
            _ if (is_here || is_mine) && half_done && awaits_word => (Task::CallBack, answer),
            _ if (is_here || is_mine) && is(Step::Confirm) => (Task::Confirm, step_due),
            "assigned" | "in_progress" | "reopened" if is_mine && row.awaits_taking_up() => (Task::Accept, step_due),
            // before the work: the person waits for word first
            _ if is_mine && is(Step::Acknowledge) => (Task::Acknowledge, step_due),
            "assigned" | "in_progress" | "triaged" | "received" | "reopened" if is_mine => (Task::Work, next()),
            "resolved" if is_here && row.contact_refused() => (Task::Close, None),
            "resolved" if is_here && !row.answered() && row.expects_answer() => (Task::CallBack, answer),
            "received" | "triaged" | "reopened" if is_here && is(Step::Refer) => (Task::Refer, step_due),
            _ if is_here && is(Step::Acknowledge) => (Task::Acknowledge, step_due),
            "responded" if is_here && row.satisfied() => (Task::Close, None),
            "responded" if is_here && (row.contact_refused() || row.satisfaction() == Some(Satisfaction::Declined)) => {
                (Task::Close, None)
            }
            "responded" if is_here && row.satisfaction().is_none() => (Task::Ask, None),
            "responded" if is_here => (Task::Decide, None),
            "resolved" if is_here && !row.expects_answer() => (Task::Close, None),
            _ if is_here && row.conflicts > 0 => (Task::Settle, None),
            _ if waits_on_sender => return None,
            _ if row.under_way_from_here() && row.half_over(self.now_ms) => (Task::Undelivered, step_due),
            _ => return self.late(row, step_due, open()).map(|due| (Task::Late, Some(due))),
        };
        Some(task)
    }

    /// Whoever called in vain is called back by those who work there, within a day.
    fn of_call(&self, row: &Row) -> Option<(Task, Option<i64>)> {
        let due = row.received_from().map(|at_ms| at_ms.saturating_add(DAY_MS));
        (row.is_to_be_called_back() && self.is_here(row)).then_some((Task::CallBack, due))
    }

    /// What is to be done with a case that ended as a duplicate: its person is told as soon as the one it was merged into has
    /// an answer. Where cases were merged in a circle, one of them has to be taken out.
    fn of_duplicate(&self, list: &Projection, row: &Row) -> Option<(Task, Option<i64>)> {
        let is_here = self.is_here(row);
        let waits = !row.answered() && row.expects_answer() && !row.contact_refused();
        match list.survivor(row)? {
            Survivor::Circle if is_here => Some((Task::Settle, None)),
            Survivor::At(other) if is_here && waits && other.has_outcome() => {
                Some((Task::CallBack, row.due_at(self.now_ms)))
            }
            _ => self.is_to_review(row).then_some((Task::Review, None)),
        }
    }

    /// Whether the reader asked something in it and was answered, in the week before.
    fn is_answered(&self, row: &Row) -> bool {
        let is_recent = self.now_ms.saturating_sub(row.newest_ms) <= REVIEWED_MS;
        is_recent && self.given.names(row, REPLIED)
    }

    fn is_here(&self, row: &Row) -> bool {
        self.sites.contains(&row.word(SITE)) || row.is_inside()
    }

    /// Beside what else there is to do with a case: a notice is owed whoever works on it, and after its end.
    fn notice(&self, row: &Row) -> Option<(Task, Option<i64>)> {
        let is_theirs = self.given.keeps(row) || self.is_here(row);
        row.notice_due().filter(|_| is_theirs).map(|due| (Task::Notify, Some(due)))
    }

    /// Whether the reader's level looks at an ending without the person's word, in the week after it.
    fn is_to_review(&self, row: &Row) -> bool {
        let is_recent = self.now_ms.saturating_sub(row.newest_ms) <= REVIEWED_MS;
        let is_theirs = || self.above[Level::S0 as usize].contains(&row.word(SITE));
        let came_again = row.came_after_closing() && self.is_here(row);
        is_recent && (came_again || (self.reviewed.contains(&row.word(CLOSURE)) && is_theirs()))
    }

    /// Whether a role of the reader watches the category of a case that has an outcome, in the fortnight after its last change.
    /// Whoever has the case knows it already; of a sealed case those alone who open it.
    fn is_to_know(&self, row: &Row) -> bool {
        let is_recent = self.now_ms.saturating_sub(row.newest_ms) <= WATCHED_MS;
        let (category, site) = (row.word(CATEGORY), row.word(SITE));
        let is_watched = || self.watched.iter().any(|(of, at)| of.contains(&category) && at.contains(&site));
        let is_news = is_recent && row.has_outcome() && !self.unfinished.contains(&row.word(CLOSURE));
        is_news && is_watched() && !self.given.keeps(row)
    }

    /// Since when somebody else is late with a case that comes up to the reader then. What is sealed comes up to the others who
    /// hold its audience, and to nobody outside: that it is late, no mark says.
    fn late(&self, row: &Row, step: Option<i64>, answer: Option<i64>) -> Option<i64> {
        let due = step.into_iter().chain(answer).min().filter(|due| *due < self.now_ms)?;
        // what nobody classified is nobody's secret yet, and somebody's delay
        let level = row.level().unwrap_or(Level::S0);
        (row.is_inside() || self.above[level as usize].contains(&row.word(SITE))).then_some(due)
    }
}

/// How many lines there are of each task.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn counts(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    now_ms: i64,
) -> Result<BTreeMap<&'static str, u64>, Failure> {
    let mut counts = BTreeMap::new();
    for_each(log, shared, reader, now_ms, |_, _, lines, lists| {
        for (_, _, task) in &lines {
            *counts.entry(task.code()).or_default() += 1;
        }
        if !lists.is_empty() {
            counts.insert(LIST, lists.len() as u64);
        }
        Ok(())
    })?;
    Ok(counts)
}

/// A line of a case: by when, Unix milliseconds, which case, what is to be done.
type Line<'l> = (Option<i64>, &'l Row, Task);
/// A list that is late: since when, and its line.
type LateList = (i64, Json);

/// Does something with all that waits on the reader.
fn for_each<T>(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    now_ms: i64,
    then: impl FnOnce(&Projection, &Mine<'_>, Vec<Line<'_>>, Vec<LateList>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    list::catch_up(log, shared, reader)?;
    let me = CaseFilter { assignee: Some("me".into()), ..CaseFilter::default() };
    let (member, asked) = (reader.member(), Asked::of(shared, reader, &me, now_ms)?);
    let (late_lists, on_their_way) = {
        let batches = batches::all(&log.store.read()?, reader)?;
        (batches::late(batches, now_ms).collect(), batches::on_their_way(batches).collect::<HashSet<_>>())
    };
    rows(reader).know_pairs();
    let list = &*rows(reader);
    let mine = Mine::of(shared, &member, (&me, &asked), list, now_ms);
    // who has a list is asked for the list
    let is_asked_for = |row: &Row, task: Task| task != Task::Confirm || !on_their_way.contains(&row.case_id);
    let of_row = |row| {
        let known = mine.is_to_know(row).then_some((Task::Resolved, None));
        let all = mine.task(list, row).into_iter().chain(known).chain(mine.notice(row));
        all.filter(|(task, _)| is_asked_for(row, *task)).map(move |(task, due)| (due, row, task))
    };
    let lines = list.listed().flat_map(of_row).collect();
    then(list, &mine, lines, late_lists)
}

/// `todo`: what waits on the reader, what is due first before the rest, `limit` lines at most.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn todo(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    limit: Option<u64>,
    lang: &str,
    now_ms: i64,
) -> Result<Json, Failure> {
    let me = reader.member();
    let limit = limit.map_or(LINES_DEFAULT, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let (mut told, pairs) = for_each(log, shared, reader, now_ms, |list, mine, mut lines, late_lists| {
        // what is due at no time comes last
        let key = |line: &Line<'_>| (line.0.is_none(), line.0, line.1.case_id);
        query::first(&mut lines, limit, |a, b| key(a).cmp(&key(b)));
        let mut told = Vec::with_capacity(lines.len());
        for (due, row, task) in lines {
            let mut line = line(list, row, shared, (task, due), now_ms)?;
            if task.speaks_with_the_person() {
                let part = |name: &str| line[name].as_str();
                let speakers = spoken::in_place_of(shared, &me, part("site"), part("spoken_language"), lang, now_ms);
                line["speakers"] = speakers;
            }
            told.push(line);
        }
        for (due, line) in late_lists {
            let at = told.partition_point(|line: &Json| line["due_at"].as_str().is_some_and(|at| *at <= *rfc3339(due)));
            told.insert(at, line);
        }
        told.truncate(limit);
        Ok((told, list.pairs_at(|row| mine.is_here(row))))
    })?;
    let room = limit.saturating_sub(told.len());
    let of_pairs = (pairs > 0).then(|| json!({"task": "duplicates", "n": pairs, "due_at": null, "late": false}));
    told.extend(of_members(shared, &me).into_iter().chain(of_pairs).take(room));
    Ok(Json::Array(told))
}

/// Whether a case is drawn, by its id alone: all nodes draw the same.
fn is_drawn(row: &Row) -> bool {
    let hash = blake3::derive_key("boucle 2026 drawn for review v1", &row.case_id.0);
    hash[0].is_multiple_of(DRAWN_ONE_IN)
}

fn line(
    list: &Projection,
    row: &Row,
    shared: &Shared,
    (task, due): (Task, Option<i64>),
    now_ms: i64,
) -> Result<Json, Failure> {
    let mut told = serde_json::Map::new();
    told.insert("task".into(), json!(task.code()));
    told.insert("due_at".into(), json!(due.map(rfc3339)));
    told.insert("due_day".into(), json!(due.map(|due| list.zone(row).day_of(due))));
    told.insert("late".into(), json!(due.is_some_and(|due| due < now_ms)));
    if task == Task::Review {
        let column = column("closure")?;
        told.insert("closure".into(), column.json(column.cell(row, list, now_ms), shared));
        told.insert("drawn".into(), json!(is_drawn(row)));
    }
    for name in SHOWN {
        let column = column(name)?;
        told.insert(name.to_owned(), column.json(column.cell(row, list, now_ms), shared));
    }
    Ok(Json::Object(told))
}

/// Members whom the reader may confirm, and nobody has yet.
fn of_members(shared: &Shared, me: &MemberId) -> Vec<Json> {
    let roster = &shared.roster;
    let held = members::roles_held(shared, me);
    let manages = |role: &str| may(role, Capabilities::MANAGE_SITE);
    let is_above = |site: &str| held.iter().any(|(role, at)| manages(role) && roster.is_under(site, at));
    let waits = roster.members.iter().filter(|(id, member)| {
        *id != me
            && member.standing == crdt_model::roster::Standing::Unconfirmed
            && member.roles.iter().any(|held| is_above(&held.site))
    });
    let line = |(id, member): (&_, &crdt_model::roster::Member)| {
        let site = member.roles.first().map(|held| held.site.as_str());
        json!({"task": "confirm_member", "member": shared.name(id), "site": site, "due_at": null, "late": false})
    };
    waits.map(line).collect()
}

#[cfg(test)]
mod tests;

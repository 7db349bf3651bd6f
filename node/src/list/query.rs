//! Questions to the list: filter, count, group, sort, look up. Filters compare numbers; words are made for what is shown.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use crdt_model::name;
use crdt_model::reference::Typed;
use crdt_model::taxonomy::{KeptAs, OwnTable, Taxonomy};
use crdt_model::time::Day;
use crdt_model::values::{DocId, Moment, Precision, Who};
use crdt_model::view::received_ahead;
use serde_json::{Value as Json, json};

use super::CaseFilter;
use super::Projection;
use super::bearers::rivals;
use super::columns::{ASSIGNEE, CATEGORY, COLUMNS, Cell, Column, SITE, TYPE, column, place_of};
use super::find::CapturedMark;
use super::row::{INSIDE, LISTED, Mark, RESTRICTED, Row};
use super::rows;
use super::strings::Words;
use crate::cases;
use crate::clock::Limits;
use crate::error::Failure;
use crate::list;
use crate::log::{Log, Reader, Shared};
use crate::members;
use crate::members::called::is_self;

/// A code that no case can have is a slip of the finger, and an empty list would hide it.
fn check_codes(taxonomy: &Taxonomy, filter: &CaseFilter) -> Result<(), Failure> {
    let statuses = || taxonomy.statuses.codes().chain(["restricted"]);
    if let Some(status) = filter.status.iter().find(|status| !statuses().any(|known| known == *status)) {
        return Err(Failure::not_in_taxonomy("status", status, statuses()));
    }
    let categories = || taxonomy.categories.codes().chain(taxonomy.sub_categories.codes());
    if let Some(category) = filter.category.iter().find(|category| !categories().any(|known| known == *category)) {
        return Err(Failure::not_in_taxonomy("category", category, categories()));
    }
    if let Some(code) = filter.case_type.iter().find(|code| !taxonomy.case_types.contains(code)) {
        let fitting = taxonomy.case_types.iter().filter(|known| known.kept_as == filter.kept_as);
        return Err(Failure::not_in_taxonomy("type", code, fitting.map(|known| known.code.as_str())));
    }
    match filter.channel.as_deref().filter(|channel| !taxonomy.channels.contains(channel)) {
        Some(channel) => Err(Failure::not_in_taxonomy("channel", channel, taxonomy.channels.codes())),
        None => Ok(()),
    }
}

/// The filter with codes in the place of what the organisation's own tables call them. What they do not know stays: cases of
/// before may say it.
fn coded(shared: &Shared, filter: &CaseFilter) -> CaseFilter {
    let code = |table, typed: &Option<String>| {
        typed.as_ref().map(|typed| shared.own.find(table, typed).map_or(typed, |row| &row.code).clone())
    };
    // a main category stands for those below it, whatever their codes begin with
    let below = |code: &String| {
        let subs = shared.taxonomy.sub_categories.iter().filter(move |sub| sub.category == *code);
        subs.map(|sub| sub.code.clone()).collect::<Vec<_>>()
    };
    let category = filter.category.iter().flat_map(|code| std::iter::once(code.clone()).chain(below(code))).collect();
    CaseFilter {
        category,
        project: code(OwnTable::Project, &filter.project),
        partner: code(OwnTable::Partner, &filter.partner),
        spoken: code(OwnTable::SpokenLanguage, &filter.spoken),
        ..filter.clone()
    }
}

/// Numbers of the words that are this one for a person: projects and partners were typed by many.
fn alike(words: &Words, typed: &str) -> Vec<u32> {
    let folded = name::folded(typed);
    let numbered = (0..).zip(words.all());
    numbered.filter(|(_, word)| name::folded(word) == folded).map(|(number, _)| number).collect()
}

fn numbers(words: &Words, typed: &[String]) -> HashSet<u32> {
    typed.iter().flat_map(|word| alike(words, word)).collect()
}

/// The numbers of words that name somebody as an assignee, alone or with rivals.
fn with_rivals(words: &Words, who: &str) -> HashSet<u32> {
    let numbered = (0..).zip(words.all());
    numbered.filter(|(_, word)| rivals(word).any(|rival| rival == who)).map(|(number, _)| number).collect()
}

/// A filter over numbers.
pub(super) struct Wanted<'f> {
    filter: &'f CaseFilter,
    categories: HashSet<u32>,
    types: HashSet<u32>,
    /// Places of codes at which one of these words must stand.
    words: Vec<(usize, Vec<u32>)>,
    /// Sites at which a case must be.
    sites: Option<HashSet<u32>>,
    /// Whoever is asked for, by any of these.
    assignees: Option<Vec<Assigned>>,
    now_ms: i64,
}

/// Cases assigned to somebody by one of these words, at one of these sites where some are named.
struct Assigned {
    who: HashSet<u32>,
    sites: Option<HashSet<u32>>,
}

impl Assigned {
    fn keeps(&self, row: &Row, place: usize) -> bool {
        // an audience sits wherever it sits: to a role of it a case is assigned from anywhere
        let is_here = |sites: &HashSet<u32>| row.is(INSIDE) || sites.contains(&row.word(SITE));
        self.who.contains(&row.word(place)) && self.sites.as_ref().is_none_or(is_here)
    }
}

/// Who is meant by an assignee that is asked for: by a word as a case holds it; of a role, at which sites.
struct Meant {
    who: Who,
    sites: Option<Vec<String>>,
}

/// What of a filter the membership explains.
pub(super) struct Asked {
    sites: Option<Vec<String>>,
    assignees: Option<Vec<Meant>>,
}

impl Asked {
    pub(super) fn of(shared: &Shared, reader: &Reader, filter: &CaseFilter, now_ms: i64) -> Result<Self, Failure> {
        let assignees = match filter.assignee.as_deref() {
            None => None,
            Some(who) if is_self(who) => Some(Self::me(shared, reader, now_ms)),
            Some(who) => Some(vec![Meant { who: cases::who(shared, reader, who)?, sites: None }]),
        };
        let site = filter.site.as_deref().map(|site| members::known_site(shared, site)).transpose()?;
        let sites = site.map(|top| sites_where(shared, &top, |site| shared.roster.is_under(site, &top)));
        Ok(Self { sites, assignees })
    }

    /// What waits for a role I hold waits for me, where the role counts: at the sites on the line of the one it is held at; and
    /// what waits for those I stand in for.
    fn me(shared: &Shared, reader: &Reader, now_ms: i64) -> Vec<Meant> {
        let me = reader.member();
        let roles = members::roles_held(shared, &me).into_iter().map(|(role, at)| {
            let sites = sites_where(shared, &at, |site| members::is_near(&shared.roster, site, &at));
            Meant { who: Who::Role(role), sites: Some(sites) }
        });
        let people = std::iter::once(me).chain(shared.stands_in_for(&me, now_ms));
        people.map(|id| Meant { who: Who::Member(id), sites: None }).chain(roles).collect()
    }
}

/// The codes of this site, which the membership may not tell of yet, and of those that are meant.
fn sites_where(shared: &Shared, own: &str, is_meant: impl Fn(&str) -> bool) -> Vec<String> {
    let known = shared.roster.sites.keys().filter(|site| *site != own && is_meant(site));
    std::iter::once(own.to_owned()).chain(known.cloned()).collect()
}

impl<'f> Wanted<'f> {
    pub(super) fn new(filter: &'f CaseFilter, meant: &Asked, words: &Words, now_ms: i64) -> Self {
        let asked = [
            ("project", &filter.project),
            ("partner", &filter.partner),
            ("channel", &filter.channel),
            ("spoken_language", &filter.spoken),
            ("session_id", &filter.session),
            ("incident", &filter.incident),
        ];
        let asked = asked.into_iter().filter_map(|(name, word)| Some((name, word.as_deref()?)));
        let is_category = |word: &str| {
            filter.category.iter().any(|wanted| word == wanted || word.split('.').next() == Some(wanted.as_str()))
        };
        let numbered = words.all().iter().enumerate().filter(|(_, word)| is_category(word));
        Self {
            filter,
            categories: numbered.map(|(number, _)| number as u32).collect(),
            types: filter.case_type.iter().filter_map(|code| words.known(code)).collect(),
            words: asked.map(|(name, word)| (place_of(name), alike(words, word))).collect(),
            sites: meant.sites.as_deref().map(|sites| numbers(words, sites)),
            assignees: meant.assignees.as_ref().map(|whos| {
                let assigned = |meant: &Meant| Assigned {
                    who: with_rivals(words, &meant.who.to_string()),
                    sites: meant.sites.as_deref().map(|sites| numbers(words, sites)),
                };
                whos.iter().map(assigned).collect()
            }),
            now_ms,
        }
    }

    /// Whether whoever is asked for is named at a place of the codes.
    pub(super) fn names(&self, row: &Row, place: usize) -> bool {
        self.assignees.as_ref().is_some_and(|whos| whos.iter().any(|who| who.keeps(row, place)))
    }

    pub(super) fn keeps(&self, row: &Row) -> bool {
        let (filter, received) = (self.filter, row.received_from());
        row.is(LISTED)
            && row.kept_as() == filter.kept_as
            && (filter.case_type.is_empty() || self.types.contains(&row.word(TYPE)))
            && self.words.iter().all(|(place, words)| words.contains(&row.word(*place)))
            && self.sites.as_ref().is_none_or(|sites| sites.contains(&row.word(SITE)))
            && self.assignees.as_ref().is_none_or(|whos| whos.iter().any(|who| who.keeps(row, ASSIGNEE)))
            && (filter.status.is_empty() || filter.status.iter().any(|status| status == row.status()))
            && (filter.category.is_empty() || self.categories.contains(&row.word(CATEGORY)))
            && (filter.sensitivity.is_none() || row.sensitivity() == filter.sensitivity.as_deref())
            && filter.since.is_none_or(|since| is_since(row, since))
            && filter.until.is_none_or(|until| is_until(row, until))
            && filter.older_than_ms.is_none_or(|age| received.is_some_and(|at| self.now_ms.saturating_sub(at) > age))
            && (!filter.overdue || row.overdue(self.now_ms))
            && (!filter.late || row.is_late(self.now_ms))
            && (!filter.untriaged || row.status() == "received")
            && (!filter.unanswered || (!row.answered() && row.status() != "restricted"))
            && (!filter.not_delivered || row.undelivered())
    }
}

/// Whether it was received at a time or later. A day is compared with the day on which the case counts as received, that
/// of its own site: one case is of one day, whoever asks from wherever.
fn is_since(row: &Row, since: Moment) -> bool {
    match since.precision {
        Precision::Minute => row.received_from().is_some_and(|at| at >= since.at_ms),
        Precision::Day | Precision::Month => row.received_day().is_some_and(|day| day >= Day::of_midnight(since.at_ms)),
    }
}

/// Whether it was received before a time, or on a day or in a month, or before.
fn is_until(row: &Row, until: Moment) -> bool {
    let last = Day::of_midnight(until.at_ms);
    match until.precision {
        Precision::Minute => row.received_from().is_some_and(|at| at < until.at_ms),
        Precision::Day => row.received_day().is_some_and(|day| day <= last),
        Precision::Month => row.received_day().is_some_and(|day| day <= last.last_of_month()),
    }
}

/// What `status` says of cases.
pub(crate) struct Counts {
    pub(crate) cases: usize,
    pub(crate) conflicts: usize,
    /// Waiting for somebody who is not there, or whom it has not reached yet.
    pub(crate) undelivered: usize,
    pub(crate) overdue: usize,
}

/// Digits of a case's id that name it, at least: as many as lists show.
const ID_DIGITS_MIN: usize = 8;

/// What a typed reference leads to.
pub(crate) enum Found {
    /// One case, by number of scope and document.
    One(u32, DocId),
    /// None; these marks are near.
    None(Vec<String>),
    /// Several, with the first digits of their ids and their marks; ids with numbers of scope, and whether the case says that it
    /// moved.
    Several(Vec<String>, Vec<(DocId, u32, bool)>),
}

impl Projection {
    /// The line of a list, at a time.
    pub(super) fn line(&self, row: &Row, shared: &Shared, now_ms: i64) -> Json {
        let told = COLUMNS.iter().map(|column| {
            let value = column.json(column.cell(row, self, now_ms), shared);
            (column.name.to_owned(), value)
        });
        Json::Object(told.collect())
    }

    /// The line of the case with this id.
    pub(super) fn line_of(&mut self, id: DocId, shared: &Shared, now_ms: i64) -> Option<Json> {
        let doc = self.number_of(id)?;
        let row = self.rows[doc as usize];
        row.is(LISTED).then(|| self.line(&row, shared, now_ms))
    }

    /// Sums over all cases listed.
    pub(crate) fn counts(&self, now_ms: i64) -> Counts {
        let mut counts = Counts { cases: 0, conflicts: 0, undelivered: 0, overdue: 0 };
        for row in self.listed().filter(|row| row.kept_as() == KeptAs::Case) {
            counts.cases += 1;
            counts.conflicts += row.conflicts as usize;
            counts.undelivered += usize::from(row.undelivered());
            counts.overdue += usize::from(row.overdue(now_ms));
        }
        counts
    }

    /// For whom cases wait who are not there, and how many for each.
    pub(crate) fn missed(&self) -> BTreeMap<String, usize> {
        let mut by_assignee = BTreeMap::new();
        for row in self.listed().filter(|row| row.missed()) {
            for who in rivals(self.words.get(row.assignee()).unwrap_or_default()) {
                *by_assignee.entry(who.to_owned()).or_default() += 1;
            }
        }
        by_assignee
    }

    /// Cases that somebody of this home gave to somebody whom they have not reached yet: numbers of scope and id, and how many
    /// there are besides.
    pub(crate) fn under_way(&self, max: usize) -> (Vec<(u32, DocId)>, usize) {
        let all = || self.listed().filter(|row| row.under_way_from_here());
        let some: Vec<_> = all().take(max).map(|row| (row.scope, row.case_id)).collect();
        let more = all().count() - some.len();
        (some, more)
    }

    /// Cases with entries dated when they cannot have been written, the furthest off first: numbers of scope and id.
    pub(crate) fn dated_off(&self, limits: Limits, max: usize) -> Vec<(u32, DocId)> {
        let off = self.listed().map(|row| (row.dated_off_by(limits), row)).filter(|(by, _)| *by > 0);
        let mut off: Vec<(u64, &Row)> = off.collect();
        off.sort_unstable_by_key(|(by, row)| (std::cmp::Reverse(*by), row.case_id));
        off.into_iter().take(max).map(|(_, row)| (row.scope, row.case_id)).collect()
    }

    /// Cases that some of these are to work on: numbers of scope and id.
    pub(crate) fn of_assignees(&self, whos: &[String]) -> Vec<(u32, DocId)> {
        let is_theirs = |row: &&Row| {
            row.status() != "closed"
                && self
                    .words
                    .get(row.assignee())
                    .is_some_and(|all| rivals(all).any(|who| whos.iter().any(|of| of == who)))
        };
        self.listed().filter(is_theirs).map(|row| (row.scope, row.case_id)).collect()
    }

    /// Cases with something to settle: numbers of scope and id.
    pub(crate) fn in_conflict(&self) -> Vec<(u32, DocId)> {
        self.listed().filter(|row| row.conflicts > 0).map(|row| (row.scope, row.case_id)).collect()
    }

    /// The local number of the case with this id.
    pub(super) fn number_of(&mut self, id: DocId) -> Option<u32> {
        self.index().ids.range((id, 0)..=(id, u32::MAX)).next().map(|(_, doc)| *doc)
    }

    /// The case with this id.
    pub(crate) fn by_id(&mut self, id: DocId) -> Option<(u32, DocId)> {
        let doc = self.number_of(id)?;
        Some((self.rows[doc as usize].scope, id))
    }

    /// Listed cases of this mark.
    fn by_mark(&mut self, typed: &Typed) -> HashMap<DocId, u32> {
        let Some(key) = Mark::key_of(typed) else { return HashMap::new() };
        let docs: Vec<u32> = self.index().marks.range((key, 0)..=(key, u32::MAX)).map(|(_, doc)| *doc).collect();
        let rows = docs.into_iter().map(|doc| &self.rows[doc as usize]);
        rows.filter(|row| row.is(LISTED) && row.mark.is(typed)).map(|row| (row.case_id, row.scope)).collect()
    }

    /// Cases whose ids begin with these digits, eight at least, as lists show them.
    fn by_digits(&self, typed: &str) -> HashMap<DocId, u32> {
        let digits = typed.trim().to_ascii_lowercase();
        if digits.len() < ID_DIGITS_MIN || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return HashMap::new();
        }
        let rows = self.rows.iter().filter(|row| row.case_id != DocId::ZERO);
        rows.filter(|row| row.case_id.to_string().starts_with(&digits)).map(|row| (row.case_id, row.scope)).collect()
    }

    /// Cases captured here whose marks are meant.
    fn captured(&mut self, kept: &[CapturedMark], is_meant: impl Fn(&CapturedMark) -> bool) -> Vec<(DocId, u32)> {
        let ids = kept.iter().filter(|kept| is_meant(kept)).map(|kept| kept.case_id);
        ids.filter_map(|id| self.by_id(id).map(|(scope, id)| (id, scope))).collect()
    }

    fn is_moved_away(&mut self, id: DocId) -> bool {
        self.number_of(id).and_then(|doc| self.rows.get(doc as usize)).is_some_and(Row::moved_away)
    }

    /// The case a person means by a reference, a provisional mark, the first digits of its id, digits or a unique ending. `kept`
    /// are marks of cases captured here that the list does not show. `at`: only in the scope of this number.
    pub(crate) fn find(&mut self, typed: &str, at: Option<u32>, kept: &[CapturedMark]) -> Found {
        let parsed = Typed::parse(typed);
        let mut found = HashMap::new();
        if let Ok(typed) = &parsed {
            found = self.by_mark(typed);
            found.extend(self.captured(kept, |kept| is_mark(kept, typed)));
        }
        if found.is_empty() {
            found = self.by_digits(typed);
        }
        let ending: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        if found.is_empty() && ending.len() >= 3 {
            let ends = |row: &&Row| row.mark.ends_with(&ending, &self.words);
            found = self.listed().filter(ends).map(|row| (row.case_id, row.scope)).collect();
            found.extend(self.captured(kept, |kept| kept.mark.replace('-', "").ends_with(&ending)));
        }
        if let Some(at) = at {
            found.retain(|_, scope| *scope == at);
        }
        let kept_marks = kept.iter().map(|kept| kept.mark.clone());
        match found.len() {
            1 => found.into_iter().next().map_or(Found::None(Vec::new()), |(id, scope)| Found::One(scope, id)),
            0 => {
                let marks: Vec<String> =
                    self.listed().filter_map(|row| row.mark.text(&self.words)).chain(kept_marks).collect();
                let near = crdt_model::taxonomy::nearest(marks.iter().map(String::as_str), typed);
                Found::None(near.into_iter().map(str::to_owned).collect())
            }
            _ => {
                let mark_of = |id: &DocId| {
                    let listed = self.rows.iter().find(|row| row.case_id == *id);
                    let listed = listed.and_then(|row| row.mark.text(&self.words));
                    listed.or_else(|| kept.iter().find(|kept| kept.case_id == *id).map(|kept| kept.mark.clone()))
                };
                // one reference given twice tells nothing apart: the ids do
                let digits = |id: &DocId| {
                    let text = id.to_string();
                    let alone =
                        |n: usize| found.keys().filter(|other| other.to_string().starts_with(&text[..n])).count() == 1;
                    let n = (ID_DIGITS_MIN..text.len()).find(|n| alone(*n)).unwrap_or(text.len());
                    text[..n].to_owned()
                };
                let named =
                    |id: &DocId| mark_of(id).map_or_else(|| digits(id), |mark| format!("{} ({mark})", digits(id)));
                let mut marks: Vec<String> = found.keys().map(named).collect();
                marks.sort();
                let mut docs: Vec<(DocId, u32, bool)> = Vec::new();
                for (id, scope) in &found {
                    docs.push((*id, *scope, self.is_moved_away(*id)));
                }
                Found::Several(marks, docs)
            }
        }
    }
}

/// Whether the mark of a captured case is the one typed.
fn is_mark(kept: &CapturedMark, typed: &Typed) -> bool {
    match (typed, &kept.typed) {
        (Typed::Number(number), Some(Typed::Reference(held))) => held.number() == *number,
        (Typed::ProvisionalDigits(_), _) | (_, None) => false,
        (typed, Some(held)) => held == typed,
    }
}

/// `case list`.
pub(crate) fn list(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    filter: &CaseFilter,
    now_ms: i64,
) -> Result<Json, Failure> {
    let meant = Asked::of(shared, reader, filter, now_ms)?;
    check_codes(shared.taxonomy, filter)?;
    let filter = &coded(shared, filter);
    let groups: Vec<&Column> = filter.group_by.iter().map(|name| column(name)).collect::<Result<_, _>>()?;
    let (by, descending) = match filter.sort.as_deref() {
        None => ("received_at", true),
        Some(by) => by.strip_prefix('-').map_or((by, false), |field| (field, true)),
    };
    let by = column(by)?;
    list::catch_up(log, shared, reader)?;
    let projection = &*rows(reader);
    let wanted = Wanted::new(filter, &meant, &projection.words, now_ms);
    if filter.count {
        return Ok(json!({"count": projection.rows.iter().filter(|row| wanted.keeps(row)).count()}));
    }
    let kept = projection.rows.iter().filter(|row| wanted.keeps(row));
    if !groups.is_empty() {
        return Ok(group(shared, projection, kept, &groups, now_ms));
    }
    let limit = filter.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let rows = sorted(projection, kept.collect(), (by, descending), limit, now_ms);
    Ok(rows.into_iter().map(|row| projection.line(row, shared, now_ms)).collect())
}

/// A case that a filter leaves, as acts on many need it.
pub(crate) struct Chosen {
    pub(crate) case_id: DocId,
    /// Its reference or provisional mark.
    pub(crate) mark: Option<String>,
    /// Who does the work, as the case holds it.
    pub(crate) assignee: Option<String>,
    /// The first instant at which it was received, Unix milliseconds.
    pub(crate) received_ms: Option<i64>,
    /// The day of its next step or, without one, of the answer, in the zone of the case.
    pub(crate) due_day: Option<Day>,
    /// Restricted: open to the reader or not.
    pub(crate) is_sealed: bool,
}

/// The cases that a filter leaves, the oldest first.
///
/// # Errors
///
/// As of [`list`].
pub(crate) fn choose(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    filter: &CaseFilter,
    now_ms: i64,
) -> Result<Vec<Chosen>, Failure> {
    let meant = Asked::of(shared, reader, filter, now_ms)?;
    check_codes(shared.taxonomy, filter)?;
    let filter = &coded(shared, filter);
    list::catch_up(log, shared, reader)?;
    let projection = &*rows(reader);
    let wanted = Wanted::new(filter, &meant, &projection.words, now_ms);
    let mut kept: Vec<&Row> = projection.rows.iter().filter(|row| wanted.keeps(row)).collect();
    kept.sort_unstable_by_key(|row| (row.received_from(), row.case_id));
    let chosen = |row: &Row| Chosen {
        case_id: row.case_id,
        mark: row.mark.text(&projection.words),
        assignee: projection.words.get(row.assignee()).and_then(|all| rivals(all).next()).map(str::to_owned),
        received_ms: row.received_from(),
        due_day: row
            .step(now_ms)
            .map(|(_, due)| due)
            .or(row.due_at(now_ms))
            .map(|due| projection.zone(row).day_of(due)),
        is_sealed: row.is(RESTRICTED),
    };
    Ok(kept.into_iter().map(chosen).collect())
}

/// How many by each value of some columns, in the order of the values.
fn group<'a>(
    shared: &Shared,
    projection: &Projection,
    rows: impl Iterator<Item = &'a Row>,
    columns: &[&Column],
    now_ms: i64,
) -> Json {
    let mut counts: HashMap<Vec<Option<Cell<'_>>>, u64> = HashMap::new();
    for row in rows {
        let key = columns.iter().map(|column| column.cell(row, projection, now_ms)).collect();
        *counts.entry(key).or_default() += 1;
    }
    let mut by_mark: BTreeMap<Vec<String>, (Vec<Json>, u64)> = BTreeMap::new();
    for (key, count) in counts {
        let values: Vec<Json> = columns.iter().zip(key).map(|(column, cell)| column.json(cell, shared)).collect();
        let key = values.iter().map(ToString::to_string).collect();
        by_mark.entry(key).or_insert((values, 0)).1 += count;
    }
    let counted = by_mark.into_values().map(|(values, count)| {
        let names = columns.iter().map(|column| column.name.to_owned());
        let mut map: serde_json::Map<String, Json> = names.zip(values).collect();
        map.insert("count".into(), json!(count));
        Json::Object(map)
    });
    counted.collect()
}

/// Leaves the first of a list, `limit` at most, in order.
pub(super) fn first<T>(list: &mut Vec<T>, limit: usize, compare: impl Fn(&T, &T) -> Ordering) {
    if limit < list.len() {
        if limit > 0 {
            list.select_nth_unstable_by(limit - 1, &compare);
        }
        list.truncate(limit);
    }
    list.sort_unstable_by(compare);
}

/// Rows in order, at most `limit`. What has no value comes last either way; ties by case.
fn sorted<'a>(
    projection: &'a Projection,
    rows: Vec<&'a Row>,
    (by, descending): (&Column, bool),
    limit: usize,
    now_ms: i64,
) -> Vec<&'a Row> {
    let order = |a: &Option<Cell<'_>>, b: &Option<Cell<'_>>| match (a, b) {
        (Some(a), Some(b)) if descending => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    // a case that was received in time to come would stand before all others until then
    let is_ahead = |row: &Row| by.name == "received_at" && received_ahead(row.received_from(), now_ms);
    let key = |row: &'a Row| match by.name {
        _ if is_ahead(row) => None,
        // a date begins where its day does, whatever instant it is kept as
        "received_at" => row.received_from().map(Cell::Time),
        _ => by.cell(row, projection, now_ms),
    };
    let mut keyed: Vec<(Option<Cell<'_>>, &Row)> = rows.into_iter().map(|row| (key(row), row)).collect();
    let compare = |a: &(Option<Cell<'_>>, &Row), b: &(Option<Cell<'_>>, &Row)| {
        order(&a.0, &b.0).then_with(|| a.1.case_id.cmp(&b.1.case_id))
    };
    first(&mut keyed, limit, compare);
    keyed.into_iter().map(|(_, row)| row).collect()
}

//! Cases that may be one matter: which pairs are proposed to a reader, by what their own rows say.
//!
//! ```text
//!  same id of another system                                          whatever else they say
//!  same person, category and place, received within 14 days
//!     person   telephone (last eight digits) · household or card number · else the name
//!     place    the finest of admin2 and admin1 that both name, and of neither, where only the name is the same, the site
//! ```
//!
//! A pair is not proposed once somebody has linked the two in any way, nor where one of them ended as moved or as a duplicate,
//! nor where both are closed. Rows say only what their reader can open, so a sealed case is proposed to those alone who read
//! both. What people are known by is kept as hashes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crdt_model::edit::LinkKind;
use crdt_model::name;
use crdt_model::taxonomy::KeptAs;
use crdt_model::values::DocId;
use crdt_model::view::CaseView;
use serde_json::{Value as Json, json};
use zeroize::Zeroize;

use super::columns::{ADMIN1, ADMIN2, CATEGORY, CLOSURE, SITE, column};
use super::row::{LINKED, LISTED, Row};
use super::strings::NONE;
use super::{ExternalId, Projection, catch_up, external_id, rows, search};
use crate::error::Failure;
use crate::log::{Log, Reader, Shared};
use crate::store::Fields;

/// Days within which one person's two complaints of one category may be one.
pub(crate) const WITHIN_DAYS: i64 = 14;
/// By whatever more cases than this share, nobody is told apart: the telephone of a committee, a name that stands for none.
const SHARED_MAX: usize = 16;
/// Most of each kind that one case is known by.
const BESIDE_MAX: usize = 64;
/// Pairs that are told at once.
pub const PAIRS_MAX: usize = 200;
/// Letters or digits of a household or card number, at least, and letters of a name.
const NUMBER_LEN_MIN: usize = 3;
const NAME_LEN_MIN: usize = 4;

/// What a case is known by: the first byte says by what, the rest is a hash.
pub(super) type Key = [u8; 16];

/// What the first byte of a key says.
const EXTERNAL: u8 = 0;
const PHONE: u8 = 1;
const HOUSEHOLD: u8 = 2;
const NAME: u8 = 3;

/// Codes of why a pair is proposed, by that byte.
const WHY: [&str; 4] = ["external_id", "phone", "household", "name"];

fn key(of: u8, what: &[u8]) -> Key {
    let mut out = [of; 16];
    let hash = blake3::Hasher::new_derive_key("boucle 2026 what persons are known by v1").update(what).finalize();
    out[1..].copy_from_slice(&hash.as_bytes()[..15]);
    out
}

/// What a row does not hold: by what the case is known, and the cases it names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Beside {
    pub(super) external: Vec<ExternalId>,
    /// By what its person is known.
    persons: Vec<Key>,
    /// The cases that it is linked to, in whatever way.
    links: Vec<(u8, DocId)>,
    /// What it is found by: see [`search`].
    pub(super) tokens: Box<[u32]>,
}

/// The place of a kind of link in [`LinkKind::ALL`]; of halves of a moved case, and of kinds of later programs, none.
const OTHER_LINK: u8 = u8::MAX;

impl Beside {
    pub(super) fn of(view: &CaseView, external: impl Iterator<Item = (String, String)>) -> Self {
        let mut persons: Vec<Key> = Vec::new();
        let phones = view.text("phone").map(name::phone_endings).unwrap_or_default();
        persons.extend(phones.iter().map(|digits| key(PHONE, digits.as_bytes())));
        for field in ["household_id", "card_no"] {
            let number: String =
                name::folded(view.text(field).unwrap_or_default()).chars().filter(|c| c.is_alphanumeric()).collect();
            if number.chars().count() >= NUMBER_LEN_MIN {
                persons.push(key(HOUSEHOLD, [field, ":", &number].concat().as_bytes()));
            }
        }
        let named = name::folded(view.text("reporter_name").unwrap_or_default());
        if named.chars().filter(|c| c.is_alphabetic()).count() >= NAME_LEN_MIN && !view.is_true("anonymous") {
            persons.push(key(NAME, named.as_bytes()));
        }
        let of_links = view.list("links").iter().filter_map(|link| {
            let place = LinkKind::parse(link).and_then(|(kind, _)| LinkKind::ALL.iter().position(|one| *one == kind));
            let kind = place.and_then(|place| u8::try_from(place).ok()).unwrap_or(OTHER_LINK);
            Some((kind, link.split_once(':')?.1.parse().ok()?))
        });
        let of_moves =
            view.list("moved").iter().filter_map(|half| Some((OTHER_LINK, half.split_once(':')?.1.parse().ok()?)));
        Self {
            external: external.take(BESIDE_MAX).map(|(system, id)| external_id(&system, &id)).collect(),
            persons,
            links: of_links.chain(of_moves).take(BESIDE_MAX).collect(),
            tokens: search::tokens(view),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.external.is_empty() && self.persons.is_empty() && self.links.is_empty() && self.tokens.is_empty()
    }

    pub(super) fn is_linked(&self) -> bool {
        !self.links.is_empty()
    }

    /// The cases that links of one kind lead to.
    pub(super) fn linked(&self, kind: LinkKind) -> impl Iterator<Item = DocId> + '_ {
        let named = move |of: u8| LinkKind::ALL.get(usize::from(of)) == Some(&kind);
        self.links.iter().filter(move |(of, _)| named(*of)).map(|(_, doc)| *doc)
    }

    fn names(&self, doc: DocId) -> bool {
        self.links.iter().any(|(_, named)| *named == doc)
    }

    fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        let external = self.external.iter().map(|id| {
            let mut key = *id;
            key[0] = EXTERNAL;
            key
        });
        external.chain(self.persons.iter().copied())
    }

    /// Whether the person is known by more than a name.
    fn is_known_well(&self) -> bool {
        self.persons.iter().any(|key| key[0] != NAME)
    }

    /// Appends its bytes: see STORAGE.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        for keys in [&self.external, &self.persons] {
            out.push(keys.len() as u8);
            keys.iter().for_each(|key| out.extend_from_slice(key));
        }
        out.push(self.links.len() as u8);
        for (kind, doc) in &self.links {
            out.push(*kind);
            out.extend_from_slice(&doc.0);
        }
        out.extend_from_slice(&(self.tokens.len() as u16).to_be_bytes());
        self.tokens.iter().for_each(|token| out.extend_from_slice(&token.to_be_bytes()));
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub(super) fn decode(f: &mut Fields<'_>) -> Option<Self> {
        let mut keys = || (0..f.u8()?).map(|_| f.take()).collect::<Option<Vec<Key>>>();
        let (external, persons) = (keys()?, keys()?);
        let links = (0..f.u8()?).map(|_| Some((f.u8()?, DocId(f.take()?)))).collect::<Option<_>>()?;
        let tokens = (0..f.u16()?).map(|_| f.u32()).collect::<Option<_>>()?;
        Some(Self { external, persons, links, tokens })
    }
}

impl Zeroize for Beside {
    fn zeroize(&mut self) {
        self.external.iter_mut().chain(&mut self.persons).for_each(Zeroize::zeroize);
        self.tokens.zeroize();
        *self = Self::default();
    }
}

/// Rows by what is beside them: with each key the local document number.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Alike {
    keys: BTreeSet<(Key, u32)>,
    /// By a case that is named, those that name it.
    named: BTreeSet<(DocId, u32)>,
}

impl Alike {
    pub(super) fn of<'a>(all: impl Iterator<Item = (u32, &'a Beside)>) -> Self {
        let mut alike = Self::default();
        all.for_each(|(doc, beside)| alike.add(doc, beside));
        alike
    }

    pub(super) fn add(&mut self, doc: u32, beside: &Beside) {
        self.keys.extend(beside.keys().map(|key| (key, doc)));
        self.named.extend(beside.links.iter().map(|(_, named)| (*named, doc)));
    }

    pub(super) fn remove(&mut self, doc: u32, beside: &Beside) {
        for key in beside.keys() {
            self.keys.remove(&(key, doc));
        }
        for (_, named) in &beside.links {
            self.named.remove(&(*named, doc));
        }
    }

    fn bearers(&self, key: Key) -> Vec<u32> {
        self.keys.range((key, 0)..=(key, u32::MAX)).map(|(_, doc)| *doc).collect()
    }
}

/// Two cases that may be one: local document numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    older: u32,
    newer: u32,
    why: BTreeSet<u8>,
}

impl Pair {
    fn why(&self) -> Vec<&'static str> {
        self.why.iter().filter_map(|why| WHY.get(usize::from(*why)).copied()).collect()
    }
}

/// A case that was merged into others, and what became of those.
pub(super) enum Survivor<'a> {
    /// The case that goes on, at the end of the chain.
    At(&'a Row),
    /// Each leads to the next, and the last to the first: nobody works on any of them.
    Circle,
    /// It is not here.
    Unseen,
}

impl Projection {
    fn beside(&self, doc: u32) -> Option<&Beside> {
        self.beside.get(&doc)
    }

    fn row(&self, doc: u32) -> Option<&Row> {
        self.rows.get(doc as usize)
    }

    /// Whether the case goes on elsewhere, or as another.
    fn ended_elsewhere(&self, row: &Row) -> bool {
        row.moved_away() || self.is_duplicate(row)
    }

    /// Whether the case ended as a duplicate.
    pub(super) fn is_duplicate(&self, row: &Row) -> bool {
        self.words.get(row.word(CLOSURE)).is_some_and(|closure| closure == "duplicate")
    }

    /// Pairs of a case with others.
    fn pairs_of(&self, alike: &Alike, doc: u32) -> Vec<Pair> {
        let keys = self.beside(doc).into_iter().flat_map(Beside::keys);
        joined(keys.flat_map(|key| self.pairs_by(key, &alike.bearers(key), Some(doc))))
    }

    /// All pairs, those first whose newer case is the newest.
    fn newest_pairs(&self, alike: &Alike) -> Vec<Pair> {
        let mut pairs = self.all_pairs(alike);
        let newest = |doc: u32| self.row(doc).map(|row| (row.received_from(), row.case_id));
        pairs.sort_by_cached_key(|pair| std::cmp::Reverse((newest(pair.newer), newest(pair.older))));
        pairs
    }

    fn all_pairs(&self, alike: &Alike) -> Vec<Pair> {
        let (mut found, mut bearers) = (Vec::new(), Vec::new());
        let mut keys = alike.keys.iter().peekable();
        while let Some((key, doc)) = keys.next() {
            bearers.push(*doc);
            if keys.peek().is_some_and(|(next, _)| next == key) {
                continue;
            }
            if bearers.len() > 1 {
                found.extend(self.pairs_by(*key, &bearers, None));
            }
            bearers.clear();
        }
        joined(found.into_iter())
    }

    /// Pairs among those that bear a key; with `of` those of one case.
    fn pairs_by(&self, key: Key, bearers: &[u32], of: Option<u32>) -> Vec<Pair> {
        let is_live = |row: &&Row| row.is(LISTED) && row.kept_as() == KeptAs::Case && !self.ended_elsewhere(row);
        let live = |doc: &u32| Some((*doc, self.row(*doc).filter(is_live)?));
        let mut live: Vec<(u32, &Row)> = bearers.iter().filter_map(live).collect();
        live.sort_unstable_by_key(|(doc, row)| (row.received_day(), *doc));
        // sorted by the day, those that may be one with another stand beside it
        let is_near = |at: usize, other: usize| key[0] == EXTERNAL || is_within(live[at].1, live[other].1);
        let before = |at: usize| (0..at).rev().take_while(move |other| is_near(at, *other)).take(SHARED_MAX + 1);
        let after = |at: usize| (at + 1..live.len()).take_while(move |other| is_near(at, *other)).take(SHARED_MAX + 1);
        let is_crowded = |at: usize| key[0] != EXTERNAL && before(at).count() + after(at).count() > SHARED_MAX;
        let mut pairs = Vec::new();
        for at in (0..live.len()).filter(|at| of.is_none_or(|of| live[*at].0 == of) && !is_crowded(*at)) {
            let earlier = before(at).filter(|_| of.is_some());
            let others = earlier.chain(after(at)).filter(|other| !is_crowded(*other));
            let alike = others.filter(|other| self.may_be_one(key, live[at], live[*other]));
            pairs.extend(alike.map(|other| ordered(key, live[at], live[other])));
        }
        pairs
    }

    /// Whether two cases that share a key may be one, and nobody has said anything of them yet.
    fn may_be_one(&self, key: Key, (one, row): (u32, &Row), (other, other_row): (u32, &Row)) -> bool {
        let (Some(beside), Some(other_beside)) = (self.beside(one), self.beside(other)) else { return false };
        let both_closed = [row, other_row].iter().all(|row| row.status() == "closed");
        if both_closed || beside.names(other_row.case_id) || other_beside.names(row.case_id) {
            return false;
        }
        if key[0] == EXTERNAL {
            return true;
        }
        // two who are known by more than their name, and differ in it, are two
        if key[0] == NAME && beside.is_known_well() && other_beside.is_known_well() {
            return false;
        }
        is_within(row, other_row)
            && row.word(CATEGORY) == other_row.word(CATEGORY)
            && is_same_place(row, other_row, key[0] == NAME)
    }

    /// Where a case goes on that ended as a duplicate; `None` of one that did not.
    pub(super) fn survivor(&self, row: &Row) -> Option<Survivor<'_>> {
        if !self.is_duplicate(row) {
            return None;
        }
        let ids = &self.index.as_ref()?.ids;
        let by_id = |id: DocId| ids.range((id, 0)..=(id, u32::MAX)).next().map(|(_, doc)| *doc);
        let (mut seen, mut todo) = (BTreeSet::new(), vec![by_id(row.case_id)?]);
        let mut is_unseen = false;
        while let Some(doc) = todo.pop() {
            if seen.len() > BESIDE_MAX {
                return Some(Survivor::Unseen);
            }
            if !seen.insert(doc) {
                continue;
            }
            let Some(row) = self.row(doc).filter(|row| row.is(LISTED)) else { continue };
            if !self.ended_elsewhere(row) {
                return Some(Survivor::At(row));
            }
            // what moved goes on as one of its other halves
            let leads = |kind: u8| match row.moved_away() {
                true => kind == OTHER_LINK,
                false => LinkKind::ALL.get(usize::from(kind)) == Some(&LinkKind::DuplicateOf),
            };
            let links = self.beside(doc).into_iter().flat_map(|beside| &beside.links);
            let next: Vec<DocId> = links.filter(|(kind, _)| leads(*kind)).map(|(_, id)| *id).collect();
            is_unseen |= next.is_empty() || next.iter().any(|id| by_id(*id).is_none());
            todo.extend(next.into_iter().filter_map(by_id));
        }
        Some(if is_unseen { Survivor::Unseen } else { Survivor::Circle })
    }

    /// The newest of what was sent on of a case to others, as far as it is listed.
    pub(super) fn half_of(&self, row: &Row) -> Option<&Row> {
        self.linked_rows(row, LinkKind::ReferredTo).max_by_key(|half| (half.oldest_ms, half.case_id))
    }

    /// The case of which this one was sent on, where it is listed.
    pub(super) fn sent_of(&self, row: &Row) -> Option<&Row> {
        self.linked_rows(row, LinkKind::ReferredFrom).next()
    }

    /// Whether a case was sent on from elsewhere.
    pub(super) fn is_sent_here(&self, row: &Row) -> bool {
        let beside = self.beside_of(row);
        beside.is_some_and(|beside| beside.linked(LinkKind::ReferredFrom).next().is_some())
    }

    fn doc_of(&self, id: DocId) -> Option<u32> {
        self.index.as_ref()?.ids.range((id, 0)..=(id, u32::MAX)).next().map(|(_, doc)| *doc)
    }

    /// What stands beside a row that names other cases; of most rows nothing is looked for.
    fn beside_of(&self, row: &Row) -> Option<&Beside> {
        let doc = row.is(LINKED).then(|| self.doc_of(row.case_id))?;
        self.beside(doc?)
    }

    fn linked_rows<'l>(&'l self, row: &Row, kind: LinkKind) -> impl Iterator<Item = &'l Row> {
        let rows = self.beside_of(row).into_iter().flat_map(move |beside| beside.linked(kind));
        rows.filter_map(|id| self.row(self.doc_of(id)?)).filter(|row| row.is(LISTED))
    }

    /// The cases that name this one, and are named by none of its own links: by id and kind.
    pub(crate) fn named_by(&mut self, id: DocId) -> Vec<(LinkKind, DocId)> {
        self.index();
        let Some(alike) = self.index.as_ref().map(|index| &index.alike) else { return Vec::new() };
        let docs = alike.named.range((id, 0)..=(id, u32::MAX)).take(BESIDE_MAX).map(|(_, doc)| *doc);
        let link = |doc: u32| {
            let (row, beside) = (self.row(doc).filter(|row| row.is(LISTED))?, self.beside(doc)?);
            let kind = LinkKind::ALL.into_iter().find(|kind| beside.linked(*kind).any(|named| named == id))?;
            Some((kind, row.case_id))
        };
        docs.filter_map(link).collect()
    }

    /// How many pairs are proposed of which a case is at one of these sites or sealed and open to the reader.
    pub(super) fn pairs_at(&self, is_here: impl Fn(&Row) -> bool) -> usize {
        let is_theirs = |doc: u32| self.row(doc).is_some_and(&is_here);
        let pairs = self.pairs.as_deref().unwrap_or_default();
        pairs.iter().filter(|(older, newer)| is_theirs(*older) || is_theirs(*newer)).count()
    }

    /// Looks for all pairs, unless no row is another since it was last done.
    pub(super) fn know_pairs(&mut self) {
        self.index();
        if self.pairs.is_none() {
            let found = self.index.as_ref().map(|index| self.all_pairs(&index.alike)).unwrap_or_default();
            self.pairs = Some(found.into_iter().map(|pair| (pair.older, pair.newer)).collect());
        }
    }

    /// What is told of one case of a pair.
    fn told(&self, doc: u32, shared: &Shared, now_ms: i64) -> Result<serde_json::Map<String, Json>, Failure> {
        let mut told = serde_json::Map::new();
        let Some(row) = self.row(doc) else { return Ok(told) };
        for name in ["ref", "case_id", "status", "site", "category", "received_day"] {
            let column = column(name)?;
            told.insert(name.to_owned(), column.json(column.cell(row, self, now_ms), shared));
        }
        Ok(told)
    }
}

fn ordered(key: Key, (one, row): (u32, &Row), (other, other_row): (u32, &Row)) -> Pair {
    let order = |row: &Row| (row.received_from(), row.case_id);
    let (older, newer) = if order(row) <= order(other_row) { (one, other) } else { (other, one) };
    Pair { older, newer, why: BTreeSet::from([key[0]]) }
}

/// Pairs by their cases, with all reasons of each.
fn joined(pairs: impl Iterator<Item = Pair>) -> Vec<Pair> {
    let mut found: BTreeMap<(u32, u32), Pair> = BTreeMap::new();
    for pair in pairs {
        let at = (pair.older, pair.newer);
        found.entry(at).and_modify(|held| held.why.extend(&pair.why)).or_insert(pair);
    }
    found.into_values().collect()
}

fn is_within(one: &Row, other: &Row) -> bool {
    let days = one.received_day().zip(other.received_day());
    days.is_some_and(|(a, b)| (i64::from(a.number()) - i64::from(b.number())).abs() <= WITHIN_DAYS)
}

/// By the finest unit that both name. Where they name none in common, a name says too little to look beyond one site.
fn is_same_place(one: &Row, other: &Row, by_name: bool) -> bool {
    for place in [ADMIN2, ADMIN1] {
        let (a, b) = (one.word(place), other.word(place));
        if a != NONE && b != NONE {
            return a == b;
        }
    }
    !by_name || one.word(SITE) == other.word(SITE)
}

/// The cases that may be the same matter as this one, as its reader sees them: `[{"ref", "case_id", "status", "site",
/// "category", "received_day", "older", "why": [code]}]`.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn proposed_for(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    case: DocId,
    now_ms: i64,
) -> Result<Vec<Json>, Failure> {
    catch_up(log, shared, reader)?;
    let list = rows(reader);
    let Some(doc) = list.number_of(case) else { return Ok(Vec::new()) };
    let list = &*list;
    let pairs = list.index.as_ref().map(|index| list.pairs_of(&index.alike, doc)).unwrap_or_default();
    let row = |pair: &Pair| {
        let is_older = pair.newer == doc;
        let mut told = list.told(if is_older { pair.older } else { pair.newer }, shared, now_ms)?;
        told.insert("older".into(), json!(is_older));
        told.insert("why".into(), json!(pair.why()));
        Ok(Json::Object(told))
    };
    pairs.iter().take(PAIRS_MAX).map(row).collect()
}

/// `case duplicates`: the pairs proposed, of all cases or of one: a line the newer case, with the older one beside it: `[{"ref",
/// "case_id", "status", "site", "category", "received_day", "why": [code], "of": {"ref", "case_id", "status", "site",
/// "category", "received_day"}}]`, [`PAIRS_MAX`] at most.
///
/// # Errors
///
/// When the case is not found, or the store cannot be read.
pub(crate) fn duplicates(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    typed: Option<&str>,
    now_ms: i64,
) -> Result<Json, Failure> {
    let of = typed.map(|typed| super::find_case(log, shared, reader, typed)).transpose()?;
    catch_up(log, shared, reader)?;
    let list = rows(reader);
    let of = of.map(|loaded| list.number_of(loaded.doc));
    list.index();
    let list = &*list;
    let Some(index) = &list.index else { return Ok(json!([])) };
    let pairs = match of {
        None => list.newest_pairs(&index.alike),
        Some(doc) => doc.map(|doc| list.pairs_of(&index.alike, doc)).unwrap_or_default(),
    };
    let row = |pair: &Pair| {
        let mut told = list.told(pair.newer, shared, now_ms)?;
        told.insert("why".into(), json!(pair.why()));
        told.insert("of".into(), Json::Object(list.told(pair.older, shared, now_ms)?));
        Ok(Json::Object(told))
    };
    pairs.iter().take(PAIRS_MAX).map(row).collect()
}

/// A pair that an import made: the older case first.
pub(crate) struct Proposed {
    pub(crate) cases: [DocId; 2],
    pub(crate) marks: [Option<String>; 2],
    pub(crate) why: Vec<&'static str>,
}

/// The pairs that these new cases are in, as far as the reader reads both.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn proposed_among(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    new: &HashSet<DocId>,
) -> Result<Vec<Proposed>, Failure> {
    catch_up(log, shared, reader)?;
    rows(reader).index();
    let list = &*rows(reader);
    let Some(index) = &list.index else { return Ok(Vec::new()) };
    let proposed = |pair: Pair| {
        let both = [list.row(pair.older)?, list.row(pair.newer)?];
        let cases = both.map(|row| row.case_id);
        let marks = both.map(|row| row.mark.text(&list.words));
        cases.iter().any(|case| new.contains(case)).then(|| Proposed { cases, marks, why: pair.why() })
    };
    Ok(list.newest_pairs(&index.alike).into_iter().filter_map(proposed).collect())
}

#[cfg(test)]
mod tests;

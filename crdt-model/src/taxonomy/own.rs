//! The tables that an organisation keeps itself: projects, partners, places, outcomes, languages; bodies that are told of
//! cases; levels of appeal.
//!
//! Where a table holds rows, its field takes what they say and nothing else; while it is empty, any code. Rows are asked when
//! something is written, never when it is merged: what a case says stands, whatever becomes of the row.
//!
//! A row is added or changed by a [`Statement`]. Of several of one row the greatest counts, so the order in which they come
//! changes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check::HOURS_MAX;
use super::{Labels, TaxonomyError, nearest};
use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::name::folded;
use crate::time::Day;
use crate::values::{Level, MemberId};

/// Most rows of one table.
pub const ROWS_MAX: usize = 5_000;
/// Most statements about one row.
pub const STATEMENTS_MAX: u32 = 1_000_000;
/// Longest code, bytes.
const CODE_BYTES_MAX: usize = 64;
/// Longest label, other name or way to reach somebody, bytes.
const TEXT_BYTES_MAX: usize = 400;
/// Most labels or other names of one row.
const NAMES_MAX: usize = 16;
/// Most codes in one list of a row.
const LIST_MAX: usize = 64;
/// The last level of appeal there can be.
const RANK_MAX: u32 = 20;
/// A table of more rows than this is not proposed whole.
const PROPOSED_MAX: usize = 12;

/// A table that an organisation keeps itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnTable {
    /// What the organisation does, for how long.
    Project,
    /// Who does it with the organisation.
    Partner,
    /// Where: codes of places, each below another.
    Place,
    /// What came of a case.
    Outcome,
    /// What people speak.
    SpokenLanguage,
    /// Who is told of cases outside the mechanism.
    Body,
    /// Who looks at a case again whose person is not satisfied.
    Level,
    /// Who helps a person who was harmed: health, safety, law.
    Service,
}

impl OwnTable {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Project,
        Self::Partner,
        Self::Place,
        Self::Outcome,
        Self::SpokenLanguage,
        Self::Body,
        Self::Level,
        Self::Service,
    ];

    /// Its name in a file and in commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Partner => "partner",
            Self::Place => "place",
            Self::Outcome => "outcome",
            Self::SpokenLanguage => "spoken_language",
            Self::Body => "body",
            Self::Level => "level",
            Self::Service => "service",
        }
    }

    /// The table a person means.
    pub fn named(typed: &str) -> Option<Self> {
        match folded(typed).as_str() {
            "language" => Some(Self::SpokenLanguage),
            typed => Self::ALL.into_iter().find(|table| table.name() == typed),
        }
    }
}

/// One row. What its table does not have is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnRow {
    /// Its code, which never changes.
    pub code: String,
    /// What it is called, by language.
    #[serde(default)]
    pub label: Labels,
    /// What else people call it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// It is offered no more: cases that say it keep it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// Of a place: the place it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Of a level: its place, from 1. The first is where every case begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// Hours: of a level, until it answers; of a body, from receipt until it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_h: Option<u32>,
    /// Of a body or a service: how it is reached; of a service its hours, for whom it is and what it costs as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<String>,
    /// Of a service: what kind it is, as the table [`SERVICE_KINDS`] has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Of a service: the place it is at, by its code or in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Of a service: the day on which somebody last made sure of it, `2026-11-30`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<String>,
    /// Of a body: it is owed notice of cases of these audiences…
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<String>,
    /// …of these sensitivities…
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitivities: Vec<String>,
    /// …and of these projects. Empty: of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<String>,
    /// Of a body: the fields of a case that it is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// Kinds of services, the most pressing first.
pub const SERVICE_KINDS: [&str; 7] = ["medical", "safety", "psychosocial", "legal", "shelter", "material", "other"];

/// What is wrong with a row: the setting, and what would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {expected}")]
pub struct RowFault {
    /// The setting.
    pub field: &'static str,
    /// What would do.
    pub expected: &'static str,
}

fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= TEXT_BYTES_MAX && !text.chars().any(char::is_control)
}

impl OwnRow {
    /// What to show to someone who reads `language`.
    pub fn called(&self, language: &str) -> &str {
        self.label.pick(language).unwrap_or(&self.code)
    }

    /// Whether a table may have this row.
    ///
    /// # Errors
    ///
    /// The first setting that it may not have so.
    pub fn check(&self, table: OwnTable) -> Result<(), RowFault> {
        let fault = |field, expected| Err(RowFault { field, expected });
        let in_code = |b: u8| match table {
            OwnTable::Place => b.is_ascii_uppercase() || b.is_ascii_digit(),
            _ => b.is_ascii_alphanumeric() || b"._-+".contains(&b),
        };
        if self.code.is_empty() || self.code.len() > CODE_BYTES_MAX || !self.code.bytes().all(in_code) {
            return match table {
                OwnTable::Place => fault("code", "up to 64 of A–Z and 0–9"),
                _ => fault("code", "up to 64 of a–z, A–Z, 0–9, `.`, `_`, `-`, `+`"),
            };
        }
        let (labels, others) = (self.label.iter().count(), self.also.len());
        let is_language = |code: &str| (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase());
        let is_good = |(language, label): (&str, &str)| is_language(language) && is_text(label);
        if labels == 0 || labels > NAMES_MAX || !self.label.iter().all(is_good) {
            return fault("label", "a name of up to 400 bytes, in each language");
        }
        if others > NAMES_MAX || !self.also.iter().all(|also| is_text(also)) {
            return fault("also", "up to 16 names");
        }
        if self.parent.as_ref().is_some_and(|parent| table != OwnTable::Place || *parent == self.code) {
            return fault("parent", "another place, of a place alone");
        }
        match (table, self.rank) {
            (OwnTable::Level, Some(1..=RANK_MAX)) => {}
            (OwnTable::Level, _) => return fault("rank", "of a level, from 1 to 20"),
            (_, Some(_)) => return fault("rank", "of a level alone"),
            (_, None) => {}
        }
        match (table, self.within_h) {
            (OwnTable::Body, None) => {}
            (OwnTable::Level | OwnTable::Body, Some(1..=HOURS_MAX)) => {}
            (OwnTable::Level | OwnTable::Body, _) => return fault("within_h", "hours, from 1 to 8784"),
            (_, Some(_)) => return fault("within_h", "of a level or a body alone"),
            (_, None) => {}
        }
        let lists = [
            ("audiences", &self.audiences),
            ("sensitivities", &self.sensitivities),
            ("projects", &self.projects),
            ("fields", &self.fields),
        ];
        if let Some((field, _)) = lists.iter().find(|(_, list)| table != OwnTable::Body && !list.is_empty()) {
            return fault(field, "of a body alone");
        }
        let are_codes =
            |list: &[String]| list.len() <= LIST_MAX && list.iter().all(|code| crate::values::is_code(code));
        if let Some((field, _)) = lists.iter().find(|(_, list)| !are_codes(list)) {
            return fault(field, "up to 64 codes");
        }
        if self.sensitivities.iter().any(|code| Level::from_code(code).is_none()) {
            return fault("sensitivities", "s0, s1, s2, s3");
        }
        let is_service = table == OwnTable::Service;
        match &self.kind {
            Some(_) if !is_service => return fault("kind", "of a service alone"),
            Some(kind) if !SERVICE_KINDS.contains(&kind.as_str()) => {
                return fault("kind", "medical, psychosocial, safety, legal, shelter, material, other");
            }
            None if is_service => {
                return fault("kind", "medical, psychosocial, safety, legal, shelter, material, other");
            }
            _ => {}
        }
        match &self.place {
            Some(_) if !is_service => return fault("place", "of a service alone"),
            Some(place) if !is_text(place) => return fault("place", "up to 400 bytes"),
            _ => {}
        }
        match &self.verified {
            Some(_) if !is_service => return fault("verified", "of a service alone"),
            Some(day) if day.parse::<Day>().is_err() => return fault("verified", "a day, 2026-11-30"),
            _ => {}
        }
        match &self.reach {
            Some(_) if table != OwnTable::Body && !is_service => fault("reach", "of a body or a service alone"),
            Some(reach) if !is_text(reach) => fault("reach", "up to 400 bytes"),
            _ => Ok(()),
        }
    }

    /// Whether a body is owed notice of any case.
    pub fn owes(&self) -> bool {
        let says = !(self.audiences.is_empty() && self.sensitivities.is_empty() && self.projects.is_empty());
        says && !self.closed && self.within_h.is_some()
    }

    /// Whether notice of such a case is owed to this body. One that says nothing of when is told where somebody thinks fit.
    pub fn is_owed(&self, audience: Option<&str>, level: Option<Level>, project: Option<&str>) -> bool {
        let takes = |list: &[String], said: Option<&str>| {
            list.is_empty() || said.is_some_and(|said| list.iter().any(|code| folded(code) == folded(said)))
        };
        self.owes()
            && takes(&self.audiences, audience)
            && takes(&self.sensitivities, level.map(Level::code))
            && takes(&self.projects, project)
    }

    /// Everything it is called, folded.
    fn names(&self) -> impl Iterator<Item = String> {
        let labels = self.label.iter().map(|(_, label)| label);
        std::iter::once(self.code.as_str()).chain(labels).chain(self.also.iter().map(String::as_str)).map(folded)
    }
}

/// What somebody said of a row: all of it, in place of what was said before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// Above those of the row that its author knew.
    pub n: u32,
    /// The row.
    pub row: OwnRow,
}

/// What stands before a row's table and code in the key of a statement.
const KEY: &str = "row/";

impl Statement {
    /// Its key: `row/<table>/<code>`.
    pub fn key(&self, table: OwnTable) -> String {
        format!("{KEY}{}/{}", table.name(), self.row.code)
    }

    /// Its bytes: `[1, n, closed, [* [language, label]], [* also], parent|null, rank|null, within_h|null, reach|null,
    /// [* audience], [* sensitivity], [* project], [* field]]`; of a service `[2, …the same…, kind|null, place|null,
    /// verified|null]`.
    pub fn bytes(&self) -> Vec<u8> {
        cbor::encode(&Said(self))
    }

    /// Reads a statement from its key and bytes.
    ///
    /// # Errors
    ///
    /// Another key, bytes that are not in their one form, or a row that its table may not have.
    pub fn read(key: &str, bytes: &[u8]) -> Result<(OwnTable, Self), CborError> {
        let named = key.strip_prefix(KEY).and_then(|rest| rest.split_once('/'));
        let table = named.and_then(|(table, _)| OwnTable::ALL.into_iter().find(|known| known.name() == table));
        let (Some(table), Some((_, code))) = (table, named) else { return malformed("no key of a row") };
        let Heard(mut said) = cbor::decode(bytes)?;
        said.row.code = code.to_owned();
        match said.row.check(table) {
            Ok(()) if said.n <= STATEMENTS_MAX => Ok((table, said)),
            Ok(()) => malformed("number out of range"),
            Err(fault) => malformed(fault.to_string()),
        }
    }
}

/// The parts of a statement as they are written, without its key.
struct Said<'a>(&'a Statement);
struct Heard(Statement);

fn write_list(w: &mut Writer, list: &[String]) {
    w.arr(list.len());
    for text in list {
        w.text(text);
    }
}

fn read_list(r: &mut Reader<'_>, max: usize) -> Result<Vec<String>, CborError> {
    (0..r.arr_max(max as u64)?).map(|_| r.text_max(TEXT_BYTES_MAX)).collect()
}

fn write_statement(said: &Statement, w: &mut Writer) {
    let row = &said.row;
    let of_service = [&row.kind, &row.place, &row.verified];
    let has_more = of_service.iter().any(|part| part.is_some());
    w.arr(if has_more { 16 } else { 13 })
        .uint(if has_more { 2 } else { 1 })
        .uint(said.n.into())
        .boolean(row.closed)
        .arr(row.label.iter().count());
    for (language, label) in row.label.iter() {
        w.arr(2).text(language).text(label);
    }
    write_list(w, &row.also);
    w.text_opt(row.parent.as_deref()).uint_opt(row.rank.map(u64::from)).uint_opt(row.within_h.map(u64::from));
    w.text_opt(row.reach.as_deref());
    for list in [&row.audiences, &row.sensitivities, &row.projects, &row.fields] {
        write_list(w, list);
    }
    for part in of_service.into_iter().filter(|_| has_more) {
        w.text_opt(part.as_deref());
    }
}

impl Canonical for Said<'_> {
    fn write(&self, w: &mut Writer) {
        write_statement(self.0, w);
    }
    fn read(_: &mut Reader<'_>) -> Result<Self, CborError> {
        malformed("read as what was heard")
    }
}

impl Canonical for Heard {
    fn write(&self, w: &mut Writer) {
        write_statement(&self.0, w);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        let parts = r.arr_max(16)?;
        let has_more = match (parts, r.u64()?) {
            (13, 1) => false,
            (16, 2) => true,
            _ => return malformed("unknown version of a row"),
        };
        let (n, closed) = (r.u32()?, r.bool()?);
        let mut label = BTreeMap::new();
        for _ in 0..r.arr_max(NAMES_MAX as u64)? {
            r.arr_of(2)?;
            label.insert(r.text_max(3)?, r.text_max(TEXT_BYTES_MAX)?);
        }
        let also = read_list(r, NAMES_MAX)?;
        let parent = r.text_opt_max(CODE_BYTES_MAX)?;
        let number = |number: Option<u64>| match number.map(u32::try_from).transpose() {
            Ok(number) => Ok(number),
            Err(_) => malformed("number out of range"),
        };
        let (rank, within_h) = (number(r.uint_opt()?)?, number(r.uint_opt()?)?);
        let reach = r.text_opt_max(TEXT_BYTES_MAX)?;
        let mut list = || read_list(r, LIST_MAX);
        let (audiences, sensitivities, projects, fields) = (list()?, list()?, list()?, list()?);
        let mut part = |max: usize| if has_more { r.text_opt_max(max) } else { Ok(None) };
        let (kind, place, verified) = (part(CODE_BYTES_MAX)?, part(TEXT_BYTES_MAX)?, part(CODE_BYTES_MAX)?);
        if has_more && kind.is_none() && place.is_none() && verified.is_none() {
            return malformed("not in its one form");
        }
        let (code, label) = (String::new(), Labels(label));
        let row = OwnRow {
            code,
            label,
            also,
            closed,
            parent,
            rank,
            within_h,
            reach,
            audiences,
            sensitivities,
            projects,
            fields,
            kind,
            place,
            verified,
        };
        Ok(Self(Statement { n, row }))
    }
}

/// What a table makes of what a person typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed<'a> {
    /// The table is empty: any code will do.
    Free,
    /// This row.
    Is(&'a OwnRow),
    /// This row, which is offered no more.
    Closed(&'a OwnRow),
    /// None of its rows, or several.
    Unknown,
}

/// The tables that an organisation keeps itself, as they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnTables {
    rows: BTreeMap<OwnTable, Vec<OwnRow>>,
    /// When each body was declared, by its code: Unix milliseconds.
    declared: BTreeMap<String, i64>,
}

static NONE: OwnTables = OwnTables { rows: BTreeMap::new(), declared: BTreeMap::new() };

impl OwnTables {
    /// Tables without rows: every field is free.
    pub fn none() -> &'static Self {
        &NONE
    }

    /// Reads a file of these tables alone, of at most 1 MiB.
    ///
    /// # Errors
    ///
    /// [`TaxonomyError`] names the table and the code at fault.
    pub fn parse(toml: &str) -> Result<Self, TaxonomyError> {
        super::parse::own(toml)
    }

    /// Tables of these rows, in their order.
    pub(super) fn new(rows: BTreeMap<OwnTable, Vec<OwnRow>>) -> Self {
        Self { rows, declared: BTreeMap::new() }
    }

    /// These tables with what was said of their rows: of each row the greatest statement counts, by number, then by what it
    /// says, then by who said it.
    #[must_use]
    pub fn with(&self, said: impl IntoIterator<Item = (OwnTable, Statement, MemberId)>) -> Self {
        let mut last: BTreeMap<(OwnTable, String), (Statement, MemberId)> = BTreeMap::new();
        for (table, statement, by) in said {
            let key = (table, statement.row.code.clone());
            let said = (statement, by);
            if last.get(&key).is_none_or(|before| *before < said) {
                last.insert(key, said);
            }
        }
        let mut tables = self.rows.clone();
        for ((table, code), (said, _)) in last {
            let rows = tables.entry(table).or_default();
            match rows.iter().position(|row| row.code == code) {
                Some(at) => rows[at] = said.row,
                None if rows.len() < ROWS_MAX => rows.push(said.row),
                None => {}
            }
        }
        Self { rows: tables, declared: self.declared.clone() }
    }

    /// These tables with the times at which bodies were declared: code, Unix milliseconds. Of several the earliest counts.
    #[must_use]
    pub fn declared(mut self, at: impl IntoIterator<Item = (String, i64)>) -> Self {
        for (code, at_ms) in at {
            let first = self.declared.entry(code).or_insert(at_ms);
            *first = at_ms.min(*first);
        }
        self
    }

    /// When a body was declared, Unix milliseconds: the first time that somebody said of it which cases it is to be told of.
    /// `None`: always, by the file shipped.
    pub fn declared_ms(&self, body: &str) -> Option<i64> {
        self.declared.get(body).copied()
    }

    /// The rows of a table: those of the file in its order, then the others by code.
    pub fn rows(&self, table: OwnTable) -> &[OwnRow] {
        self.rows.get(&table).map_or(&[], Vec::as_slice)
    }

    /// The row of a code.
    pub fn get(&self, table: OwnTable, code: &str) -> Option<&OwnRow> {
        self.rows(table).iter().find(|row| row.code == code)
    }

    /// The row a person means by its code or by a name of it, in whatever case and width: of two of one name the one that is
    /// still offered.
    pub fn find(&self, table: OwnTable, typed: &str) -> Option<&OwnRow> {
        let wanted = folded(typed);
        let rows = self.rows(table);
        if let Some(row) = rows.iter().find(|row| row.code == typed.trim()) {
            return Some(row);
        }
        if let Some(row) = rows.iter().find(|row| folded(&row.code) == wanted) {
            return Some(row);
        }
        let mut called: Vec<&OwnRow> = rows.iter().filter(|row| row.names().any(|name| name == wanted)).collect();
        if called.iter().any(|row| !row.closed) {
            called.retain(|row| !row.closed);
        }
        match called.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What a table makes of what a person typed.
    pub fn listed(&self, table: OwnTable, typed: &str) -> Listed<'_> {
        match self.find(table, typed) {
            _ if self.rows(table).is_empty() => Listed::Free,
            Some(row) if row.closed => Listed::Closed(row),
            Some(row) => Listed::Is(row),
            None => Listed::Unknown,
        }
    }

    /// What a person may have meant: up to three rows that are offered, the nearest first; all of a short table where none is
    /// near.
    pub fn near(&self, table: OwnTable, typed: &str) -> Vec<&OwnRow> {
        let wanted = folded(typed);
        let offered: Vec<&OwnRow> = self.rows(table).iter().filter(|row| !row.closed).collect();
        let named: Vec<(String, &OwnRow)> =
            offered.iter().flat_map(|row| row.names().map(move |name| (name, *row))).collect();
        let mut near: Vec<&OwnRow> = Vec::new();
        for name in nearest(named.iter().map(|(name, _)| name.as_str()), &wanted) {
            let rows = named.iter().filter(|(of, _)| of == name).map(|(_, row)| *row);
            near.extend(rows.filter(|row| !near.contains(row)).collect::<Vec<_>>());
        }
        if near.is_empty() && offered.len() <= PROPOSED_MAX { offered } else { near }
    }

    /// The levels of appeal, the first before the last. One that is offered no more is passed over.
    pub fn levels(&self) -> Vec<&OwnRow> {
        let mut levels: Vec<&OwnRow> = self.rows(OwnTable::Level).iter().filter(|row| !row.closed).collect();
        levels.sort_by_key(|row| (row.rank, &row.code));
        levels
    }

    /// Tells these rows of a table from all others.
    pub fn digest(&self, table: OwnTable) -> [u8; 8] {
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 own table digest v1");
        for row in self.rows(table) {
            let bytes = Statement { n: 0, row: row.clone() }.bytes();
            hasher.update(&(row.code.len() as u64).to_be_bytes()).update(row.code.as_bytes());
            hasher.update(&(bytes.len() as u64).to_be_bytes()).update(&bytes);
            if let Some(at_ms) = self.declared.get(&row.code).filter(|_| table == OwnTable::Body) {
                hasher.update(&at_ms.to_be_bytes());
            }
        }
        let mut digest = [0; 8];
        digest.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        digest
    }

    /// All rows as a file that can be read again.
    ///
    /// # Panics
    ///
    /// Never: rows are plain data.
    pub fn to_toml(&self) -> String {
        let tables: BTreeMap<&str, &Vec<OwnRow>> = self.rows.iter().map(|(table, rows)| (table.name(), rows)).collect();
        toml::to_string(&tables).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;

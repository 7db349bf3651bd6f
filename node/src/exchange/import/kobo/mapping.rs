//! How columns and choices of a form become fields and codes of the taxonomy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crdt_model::taxonomy::{OwnTable, OwnTables, Taxonomy, nearest};
use serde::Deserialize;

use super::columns::Field;
use crate::exchange::import::ImportError;

/// Largest mapping file, bytes.
const FILE_BYTES_MAX: usize = 1 << 20;

/// The tables of values, and what their codes must be.
const TABLES: [&str; 13] = [
    "channel",
    "type",
    "category",
    "stakeholder",
    "sex",
    "spoken_language",
    "satisfaction",
    "consent",
    "yes_no",
    "urgency",
    "wg",
    "sensitive",
    "status",
];

/// Columns and choices of a form. [`Mapping::default`] is the one this build ships.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    #[serde(default)]
    columns: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
    /// Fields whose columns somebody named themselves.
    #[serde(skip)]
    own: BTreeSet<String>,
}

static SHIPPED: LazyLock<Mapping> =
    LazyLock::new(|| Mapping::parse(Mapping::SHIPPED_TOML).expect("a test parses the mapping this build ships"));

impl Default for Mapping {
    fn default() -> Self {
        SHIPPED.clone()
    }
}

/// What a cell with a choice says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice<'a> {
    /// Nothing.
    Blank,
    /// A code.
    Code(&'a str),
    /// Something the mapping leaves open on purpose.
    Open,
    /// Something the mapping does not know.
    Unknown,
}

impl Mapping {
    /// The text of the shipped mapping, for people to start their own from.
    pub const SHIPPED_TOML: &str = include_str!("default.toml");

    /// The shipped mapping with the entries of `toml` added or put in place of its own.
    ///
    /// # Errors
    ///
    /// [`ImportError::MappingSyntax`] if it is not TOML of that shape, or names an unknown field or table.
    pub fn shipped_with(toml: &str) -> Result<Self, ImportError> {
        let mut merged = Self::default();
        let own = Self::parse(toml)?;
        merged.own.extend(own.columns.keys().cloned());
        merged.columns.extend(own.columns);
        for (table, values) in own.values {
            merged.values.entry(table).or_default().extend(values);
        }
        Ok(merged)
    }

    fn parse(toml: &str) -> Result<Self, ImportError> {
        let bad = |reason: String| ImportError::MappingSyntax(reason);
        if toml.len() > FILE_BYTES_MAX {
            return Err(bad(format!("has {} bytes, at most {FILE_BYTES_MAX}", toml.len())));
        }
        let mut parsed: Self = toml::from_str(toml).map_err(|error| bad(error.message().to_owned()))?;
        let fields = || Field::ALL.iter().map(|field| field.key());
        if let Some(unknown) = parsed.columns.keys().find(|key| fields().all(|known| known != key.as_str())) {
            return Err(bad(format!("[columns] has no field `{unknown}`{}", propose(fields(), unknown))));
        }
        if let Some(unknown) = parsed.values.keys().find(|key| !TABLES.contains(&key.as_str())) {
            return Err(bad(format!("no table [values.{unknown}]{}", propose(TABLES, unknown))));
        }
        for name in parsed.columns.values_mut().flatten() {
            *name = name.trim().to_lowercase();
        }
        for values in parsed.values.values_mut() {
            *values = std::mem::take(values).into_iter().map(|(from, to)| (from.trim().to_lowercase(), to)).collect();
        }
        Ok(parsed)
    }

    /// Every value leads to a code of the taxonomy, and so does the channel of rows without one.
    pub(super) fn check(
        &self,
        taxonomy: &Taxonomy,
        own: &OwnTables,
        default_channel: Option<&str>,
    ) -> Result<(), ImportError> {
        let written = self.values.iter().flat_map(|(table, values)| {
            values
                .iter()
                .filter(|(_, code)| !code.is_empty())
                .map(move |(from, code)| (table.as_str(), from.as_str(), code.as_str()))
        });
        for (table, from, code) in written.chain(default_channel.map(|code| ("channel", "", code))) {
            let mut codes = codes(taxonomy, table);
            if table == OwnTable::SpokenLanguage.name() {
                codes = own.rows(OwnTable::SpokenLanguage).iter().map(|row| row.code.as_str()).collect();
            }
            if !codes.contains(&code) {
                let nearest = nearest(codes, code).into_iter().map(str::to_owned).collect();
                let (table, from, code) = (table.to_owned(), from.to_owned(), code.to_owned());
                return Err(ImportError::MappingCode { table, from, code, nearest });
            }
        }
        Ok(())
    }

    /// Names a field's column may have, best first.
    pub(super) fn names(&self, field: Field) -> &[String] {
        self.columns.get(field.key()).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody named the columns of a field themselves.
    pub(super) fn is_own(&self, field: Field) -> bool {
        self.own.contains(field.key())
    }

    /// What a trimmed cell means: as mapped, or a code of the taxonomy itself, or either but for accents and the signs
    /// between words, or by the longest fitting `start*`.
    pub(super) fn choose<'a>(&'a self, taxonomy: &'a Taxonomy, table: &'static str, cell: &str) -> Choice<'a> {
        if cell.is_empty() {
            return Choice::Blank;
        }
        let cell = cell.to_lowercase();
        let values = self.values.get(table);
        let mapped = |code: &'a String| if code.is_empty() { Choice::Open } else { Choice::Code(code) };
        if let Some(code) = values.and_then(|values| values.get(&cell)) {
            return mapped(code);
        }
        if let Some(code) = codes(taxonomy, table).into_iter().find(|code| **code == cell) {
            return Choice::Code(code);
        }
        let meant = plain(&cell);
        if !meant.is_empty() {
            let alike = values.into_iter().flatten().find(|(from, _)| plain(from) == meant);
            if let Some((_, code)) = alike {
                return mapped(code);
            }
            if let Some(code) = codes(taxonomy, table).into_iter().find(|code| plain(code) == meant) {
                return Choice::Code(code);
            }
        }
        let starts = |from: &str| from.strip_suffix('*').is_some_and(|start| cell.starts_with(start));
        let fitting = values.into_iter().flatten().filter(|(from, _)| starts(from));
        fitting.max_by_key(|(from, _)| from.len()).map_or(Choice::Unknown, |(_, code)| mapped(code))
    }
}

/// The codes a table's values may lead to.
fn codes<'a>(t: &'a Taxonomy, table: &str) -> Vec<&'a str> {
    match table {
        "channel" => t.channels.codes().collect(),
        "type" => t.case_types.codes().collect(),
        "category" => t.sub_categories.codes().collect(),
        "stakeholder" => t.stakeholders.codes().collect(),
        "sex" => t.sexes.codes().collect(),
        "spoken_language" => t.own.rows(OwnTable::SpokenLanguage).iter().map(|row| row.code.as_str()).collect(),
        "satisfaction" => t.satisfactions.codes().collect(),
        "urgency" => t.priorities.codes().collect(),
        "consent" => vec!["given", "refused", "partial"],
        "yes_no" => vec!["yes", "no"],
        "wg" => vec!["1", "2", "3", "4"],
        "sensitive" => vec!["yes", "no"],
        "status" => vec!["open", "closed"],
        _ => Vec::new(),
    }
}

/// A name or choice without accents, case and the signs between its words.
pub(super) fn plain(text: &str) -> String {
    let folded = crdt_model::name::folded(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn propose<'a>(known: impl IntoIterator<Item = &'a str>, typed: &str) -> String {
    crate::exchange::import::propose(&nearest(known, typed).into_iter().map(str::to_owned).collect::<Vec<_>>())
}

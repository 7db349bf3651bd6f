//! From TOML to a checked [`Taxonomy`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::check::{HOURS_MAX, check, check_levels, unknown};
use super::entries::{Disability, SensitivityLevel, SubCategory, Term};
use super::own::{OwnRow, OwnTable, OwnTables, ROWS_MAX};
use super::{Coded, Labels, Table, Taxonomy, nearest};
use crate::name::folded;
use crate::values::Level;

/// Largest file, bytes.
const FILE_BYTES_MAX: usize = 1 << 20;
/// Most entries of one table.
const ENTRIES_MAX: usize = 2_000;
/// Longest code, bytes.
const CODE_BYTES_MAX: usize = 64;
/// Longest label, bytes.
const LABEL_BYTES_MAX: usize = 400;
/// The format of the file.
const SCHEMA: i64 = 1;

/// Why a taxonomy file was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaxonomyError {
    /// Larger than a taxonomy can be.
    #[error("the file has {found} bytes, a taxonomy at most {FILE_BYTES_MAX}")]
    TooLarge {
        /// Its size in bytes.
        found: usize,
    },
    /// Not TOML.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// Not TOML. What stands there is not said: it may be what a person typed.
    #[error("not TOML: line {line}")]
    SyntaxAt {
        /// The line, from 1.
        line: usize,
    },
    /// Written for another version of the program.
    #[error("schema {found}, this program reads schema {SCHEMA}")]
    Schema {
        /// The number in the file.
        found: i64,
    },
    /// A setting at the top of the file is missing or of the wrong kind.
    #[error("setting `{name}`: {reason}")]
    Setting {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A table this program does not know: a typing error would switch a rule off without a word.
    #[error("unknown table or setting `{name}`{}", propose(nearest))]
    UnknownTable {
        /// Its name.
        name: String,
        /// Names it may be meant for.
        nearest: Vec<String>,
    },
    /// A table is missing, empty or too long.
    #[error("table `{table}`: {reason}")]
    Table {
        /// The table.
        table: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// An entry lacks a field, has an unknown one, or one of the wrong kind.
    #[error("table `{table}`, code `{code}`: {reason}")]
    Entry {
        /// The table.
        table: &'static str,
        /// The entry's code, or its place (`#3`) if it has none.
        code: String,
        /// What is wrong.
        reason: String,
    },
    /// One code is given to two entries.
    #[error("table `{table}`: code `{code}` is used twice")]
    DuplicateCode {
        /// The table.
        table: &'static str,
        /// The code.
        code: String,
    },
    /// An entry names one that does not exist.
    #[error("table `{table}`, code `{code}`: `{field}` names `{target}`, which does not exist{}", propose(nearest))]
    UnknownReference {
        /// The table.
        table: &'static str,
        /// The entry's code.
        code: String,
        /// The field.
        field: &'static str,
        /// What it names.
        target: String,
        /// Codes it may be meant for.
        nearest: Vec<String>,
    },
    /// Hours are 1 to 8,784, and a case is referred before it is answered.
    #[error(
        "table `{table}`, code `{code}`: `{field}` is {found} h; 1 to {HOURS_MAX}, and referring comes before answering"
    )]
    BadHours {
        /// The table.
        table: &'static str,
        /// The entry's code.
        code: String,
        /// The field.
        field: &'static str,
        /// Its value.
        found: i64,
    },
    /// A code the program itself relies on is missing.
    #[error("table `{table}` lacks the code `{code}`, which the program relies on")]
    MissingCode {
        /// The table.
        table: &'static str,
        /// The code.
        code: &'static str,
    },
}

fn propose(codes: &[String]) -> String {
    if codes.is_empty() { String::new() } else { format!("; did you mean {}?", codes.join(" or ")) }
}

pub(super) type Checked<T> = Result<T, TaxonomyError>;

pub(super) fn entry<T>(table: &'static str, code: &str, reason: impl Into<String>) -> Checked<T> {
    Err(TaxonomyError::Entry { table, code: code.to_owned(), reason: reason.into() })
}

/// A sub-category as written: delays may be left to the sensitivity.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSub {
    code: String,
    #[serde(default)]
    label: Labels,
    priority: String,
    sensitivity: String,
    refer_to: String,
    #[serde(default)]
    watchers: Vec<String>,
    audience: Option<String>,
    refer_within_h: Option<i64>,
    accept_within_h: Option<i64>,
    respond_within_h: Option<i64>,
    #[serde(default)]
    first_contact: bool,
    #[serde(default)]
    excluded_from_kpi: bool,
}

impl Coded for RawSub {
    fn code(&self) -> &str {
        &self.code
    }
    fn labels(&self) -> &Labels {
        &self.label
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDisability {
    instrument: String,
    cutoff: String,
    domains: [String; 6],
    ask_when: String,
}

/// The file while it is taken apart: what is left at the end is unknown.
struct File(toml::Table);

/// Names of all tables and settings, for proposals.
const NAMES: [&str; 42] = [
    "schema",
    "version",
    "default_language",
    "languages",
    "needs_native_review",
    "small_cell_threshold",
    "auto_close_no_answer_attempts",
    "repeat_contact_window_days",
    "sensitivity",
    "sensitivity_word",
    "countdown",
    "priority",
    "role",
    "audience",
    "channel",
    "case_type",
    "category",
    "status",
    "status_word",
    "hold_reason",
    "closure",
    "referral_status",
    "attempt_outcome",
    "session_kind",
    "satisfaction",
    "consent_purpose",
    "consent_means",
    "sex",
    "age_group",
    "disability",
    "disability_answer",
    "disability_summary",
    "population_group",
    "stakeholder",
    "project",
    "partner",
    "place",
    "outcome",
    "spoken_language",
    "body",
    "level",
    "training",
];

impl File {
    fn setting<T: DeserializeOwned>(&mut self, name: &'static str) -> Checked<T> {
        let bad = |reason: String| TaxonomyError::Setting { name: name.to_owned(), reason };
        let value = self.0.remove(name).ok_or_else(|| bad("missing".to_owned()))?;
        value.try_into().map_err(|error: toml::de::Error| bad(error.message().to_owned()))
    }

    fn entries(&mut self, table: &'static str) -> Checked<Vec<toml::Value>> {
        let bad = |reason: &str| TaxonomyError::Table { table, reason: reason.to_owned() };
        match self.0.remove(table) {
            Some(toml::Value::Array(entries)) if entries.len() <= ENTRIES_MAX => Ok(entries),
            Some(toml::Value::Array(_)) => Err(bad("too many entries")),
            Some(_) => Err(bad("not a list of [[entries]]")),
            None => Err(bad("missing")),
        }
    }

    fn table<T: Coded + DeserializeOwned>(&mut self, table: &'static str) -> Checked<Table<T>> {
        let entries = self.entries(table)?;
        let entries =
            entries.into_iter().enumerate().map(|(at, value)| read(table, at, value)).collect::<Checked<_>>()?;
        Table::new(entries).map_err(|code| TaxonomyError::DuplicateCode { table, code })
    }

    /// The tables that an organisation keeps itself; those that are not there are empty.
    fn own(&mut self) -> Checked<OwnTables> {
        let mut tables = BTreeMap::new();
        for table in OwnTable::ALL.into_iter().filter(|table| self.0.contains_key(table.name())).collect::<Vec<_>>() {
            let name = table.name();
            let bad = |reason: &str| TaxonomyError::Table { table: name, reason: reason.to_owned() };
            let entries = match self.0.remove(name) {
                Some(toml::Value::Array(entries)) if entries.len() <= ROWS_MAX => entries,
                Some(toml::Value::Array(_)) => return Err(bad("too many entries")),
                _ => return Err(bad("not a list of [[entries]]")),
            };
            let mut rows: Vec<OwnRow> = Vec::with_capacity(entries.len());
            let mut codes = BTreeSet::new();
            for (at, value) in entries.into_iter().enumerate() {
                let code = named(at, &value);
                let row: OwnRow = match value.try_into() {
                    Ok(row) => row,
                    Err(error) => return entry(name, &code, error.message()),
                };
                if let Err(fault) = row.check(table) {
                    return entry(name, &code, fault.to_string());
                }
                if !codes.insert(folded(&row.code)) {
                    return Err(TaxonomyError::DuplicateCode { table: name, code });
                }
                rows.push(row);
            }
            tables.insert(table, rows);
        }
        Ok(OwnTables::new(tables))
    }

    /// # Errors
    ///
    /// What is left, which nobody reads.
    fn must_be_empty(&self, names: &[&str]) -> Checked<()> {
        let Some(name) = self.0.keys().next() else { return Ok(()) };
        let nearest = nearest(names.iter().copied(), name).into_iter().map(str::to_owned).collect();
        Err(TaxonomyError::UnknownTable { name: name.clone(), nearest })
    }

    /// Main categories, and their sub-categories one below the other.
    fn categories(&mut self, levels: &Table<SensitivityLevel>) -> Checked<(Table<Term>, Table<SubCategory>)> {
        let (mut mains, mut subs) = (Vec::new(), Vec::new());
        for (at, mut value) in self.entries("category")?.into_iter().enumerate() {
            let below = value.as_table_mut().and_then(|category| category.remove("sub"));
            let main: Term = read("category", at, value)?;
            match below {
                Some(toml::Value::Array(below)) if below.len() <= ENTRIES_MAX => {
                    for (at, value) in below.into_iter().enumerate() {
                        subs.push(resolve(&main.code, read("category.sub", at, value)?, levels)?);
                    }
                }
                _ => return entry("category", &main.code, "needs a list of [[category.sub]]"),
            }
            mains.push(main);
        }
        let twice = |table| move |code| TaxonomyError::DuplicateCode { table, code };
        Ok((Table::new(mains).map_err(twice("category"))?, Table::new(subs).map_err(twice("category.sub"))?))
    }
}

/// What an error calls an entry: its code, or its place.
fn named(at: usize, value: &toml::Value) -> String {
    let code = value.get("code").and_then(toml::Value::as_str).map(str::to_owned);
    code.unwrap_or_else(|| format!("#{}", at + 1))
}

/// One entry, with a well-formed code.
fn read<T: Coded + DeserializeOwned>(table: &'static str, at: usize, value: toml::Value) -> Checked<T> {
    let name = named(at, &value);
    let found: T = match value.try_into() {
        Ok(found) => found,
        Err(error) => return entry(table, &name, error.message()),
    };
    let code = found.code();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-+".contains(&b);
    if code.is_empty() || code.len() > CODE_BYTES_MAX || !code.bytes().all(plain) {
        return entry(table, &name, "codes are up to 64 of a–z, 0–9, `.`, `_`, `-`, `+`");
    }
    let shown = |label: &str| {
        !label.trim().is_empty() && label.len() <= LABEL_BYTES_MAX && !label.chars().any(char::is_control)
    };
    if let Some((language, _)) = found.labels().iter().find(|(_, label)| !shown(label)) {
        let reason = format!("label `{language}` is empty, too long or holds control characters");
        return entry(table, &name, reason);
    }
    Ok(found)
}

/// Fills in what a sub-category leaves to its sensitivity.
fn resolve(category: &str, raw: RawSub, levels: &Table<SensitivityLevel>) -> Checked<SubCategory> {
    const TABLE: &str = "category.sub";
    let Some(sensitivity) = Level::from_code(&raw.sensitivity) else {
        return Err(unknown(TABLE, &raw.code, "sensitivity", &raw.sensitivity, levels.codes()));
    };
    let level = levels.get(sensitivity.code()).expect("checked before categories are read");
    let hours = |field, given: Option<i64>, inherited: u32| match given {
        None => Ok(inherited),
        Some(found) => u32::try_from(found).map_err(|_| TaxonomyError::BadHours {
            table: TABLE,
            code: raw.code.clone(),
            field,
            found,
        }),
    };
    Ok(SubCategory {
        category: category.to_owned(),
        refer_within_h: hours("refer_within_h", raw.refer_within_h, level.refer_within_h)?,
        accept_within_h: hours("accept_within_h", raw.accept_within_h, level.accept_within_h)?,
        respond_within_h: hours("respond_within_h", raw.respond_within_h, level.respond_within_h)?,
        code: raw.code,
        label: raw.label,
        priority: raw.priority,
        sensitivity,
        refer_to: raw.refer_to,
        watchers: raw.watchers,
        audience: raw.audience,
        first_contact: raw.first_contact,
        excluded_from_kpi: raw.excluded_from_kpi,
    })
}

pub(super) fn taxonomy(text: &str) -> Checked<Taxonomy> {
    if text.len() > FILE_BYTES_MAX {
        return Err(TaxonomyError::TooLarge { found: text.len() });
    }
    let parsed: toml::Table =
        text.parse().map_err(|error: toml::de::Error| TaxonomyError::Syntax(error.to_string()))?;
    let mut file = File(parsed);
    let schema = file.setting("schema")?;
    if schema != SCHEMA {
        return Err(TaxonomyError::Schema { found: schema });
    }
    let sensitivities = file.table("sensitivity")?;
    check_levels(&sensitivities)?;
    let (categories, sub_categories) = file.categories(&sensitivities)?;
    let disability_answers = file.table("disability_answer")?;
    let disability = disability(file.setting("disability")?, &disability_answers)?;
    let taxonomy = Taxonomy {
        version: file.setting("version")?,
        default_language: file.setting("default_language")?,
        languages: file.setting("languages")?,
        needs_native_review: file.setting("needs_native_review")?,
        small_cell_threshold: file.setting("small_cell_threshold")?,
        auto_close_no_answer_attempts: file.setting("auto_close_no_answer_attempts")?,
        repeat_contact_window_days: file.setting("repeat_contact_window_days")?,
        sensitivities,
        sensitivity_words: file.table("sensitivity_word")?,
        countdowns: file.table("countdown")?,
        priorities: file.table("priority")?,
        roles: file.table("role")?,
        audiences: file.table("audience")?,
        channels: file.table("channel")?,
        case_types: file.table("case_type")?,
        categories,
        sub_categories,
        statuses: file.table("status")?,
        status_words: file.table("status_word")?,
        hold_reasons: file.table("hold_reason")?,
        closures: file.table("closure")?,
        referral_statuses: file.table("referral_status")?,
        attempt_outcomes: file.table("attempt_outcome")?,
        session_kinds: file.table("session_kind")?,
        satisfactions: file.table("satisfaction")?,
        consent_purposes: file.table("consent_purpose")?,
        consent_means: file.table("consent_means")?,
        sexes: file.table("sex")?,
        age_groups: file.table("age_group")?,
        disability,
        disability_answers,
        disability_summaries: file.table("disability_summary")?,
        population_groups: file.table("population_group")?,
        stakeholders: file.table("stakeholder")?,
        own: file.own()?,
        trainings: file.table("training")?,
    };
    file.must_be_empty(&NAMES)?;
    check(&taxonomy)?;
    Ok(taxonomy)
}

/// A file of the tables alone that an organisation keeps itself.
pub(super) fn own(text: &str) -> Checked<OwnTables> {
    if text.len() > FILE_BYTES_MAX {
        return Err(TaxonomyError::TooLarge { found: text.len() });
    }
    let line_of = |error: &toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        before.matches('\n').count() + 1
    };
    let parsed: toml::Table =
        text.parse().map_err(|error: toml::de::Error| TaxonomyError::SyntaxAt { line: line_of(&error) })?;
    let mut file = File(parsed);
    let own = file.own()?;
    file.must_be_empty(&OwnTable::ALL.map(OwnTable::name))?;
    Ok(own)
}

fn disability(raw: RawDisability, answers: &Table<super::DisabilityAnswer>) -> Checked<Disability> {
    let bad = |reason: &str| TaxonomyError::Setting { name: "disability".to_owned(), reason: reason.to_owned() };
    let mut values: Vec<u8> = answers.iter().map(|answer| answer.value).collect();
    values.sort_unstable();
    if values != [1, 2, 3, 4] {
        return Err(TaxonomyError::Table {
            table: "disability_answer",
            reason: "values must be 1, 2, 3 and 4".to_owned(),
        });
    }
    let cutoff = answers.get(&raw.cutoff).ok_or_else(|| bad("`cutoff` is no disability_answer"))?;
    let RawDisability { instrument, cutoff: code, domains, ask_when } = raw;
    Ok(Disability { instrument, cutoff_value: cutoff.value, cutoff: code, domains, ask_when })
}

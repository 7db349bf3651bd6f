//! Submissions exported from KoboToolbox as CSV with XML names as headers.
//!
//! ```text
//! bytes ─ encoding, separator ─ header ─ columns by name, groups or not ─ each row ─ choices through the mapping ─ NewCase
//! ```
//! What was decided where the export leaves room:
//! - **Received** is `end`, as the form was finished; else `start`, else `today` to the day. Never the time of upload.
//! - **One submission, one case:** the key is `_uuid`, else `meta/instanceID`. A second row with it is a repeat.
//! - **Categories** come from the list and from the columns with 0 and 1; if they differ, both are taken. The most
//!   sensitive is the main one. No category, or one the mapping does not know, and the case waits sealed for triage:
//!   what could not be mapped might be the very thing that must not be seen.
//! - **Consent refused** keeps a de-identified case: names, telephone, household and card are dropped (and said to be, if
//!   they held something), the age is kept as its band, the six disability answers as their summary; the case is marked
//!   anonymous and contact as refused.
//! - **Consent in part** means: the data may be kept, but the identity goes to nobody else (`refer_external` and
//!   `share_identity_in_sensitive` refused). Forms differ here, so every such row is remarked on: ask again. Whether to call
//!   back is a question of its own. An unknown answer to consent rejects the row: guessing could keep what was refused.
//! - **GPS** is not taken: it leads to a door, nobody consented to that, and commune and locality suffice for the work. It
//!   is listed in [`KoboSheet::ignored_columns`], as is everything else that holds values and has no field.

mod columns;
mod mapping;
mod row;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crdt_model::edit::NewCase;
use crdt_model::taxonomy::Taxonomy;

use self::columns::Columns;
pub use self::mapping::Mapping;
use self::row::RowReader;
use super::sheet::{self, Record};
use super::{Encoding, ImportError, Remark, RemarkCode, Separator};

/// The system of the external ids that rows get.
pub const SYSTEM: &str = "kobo";

/// What the file itself does not say.
#[derive(Debug, Clone, Default)]
pub struct KoboOptions {
    /// How values become codes.
    pub mapping: Mapping,
    /// Channel of rows that name none.
    pub default_channel: Option<String>,
    /// Project of all rows.
    pub project: Option<String>,
    /// Partner of all rows.
    pub partner: Option<String>,
    /// The import they belong to.
    pub import_batch: Option<String>,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A case to save, unless its key is known already.
    Ready(Box<NewCase>),
    /// The same submission as an earlier row of the file.
    Repeat {
        /// That row's number.
        of: usize,
    },
    /// Cannot be a case.
    Rejected(Remark),
}

/// One submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place among the rows with data, from 1.
    pub number: usize,
    /// The line of the file it starts on, from 1.
    pub line: u64,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What should be looked at.
    pub warnings: Vec<Remark>,
    /// System and id by which it is known again: [`SYSTEM`] and the submission's id.
    pub key: Option<(&'static str, String)>,
    /// The audience to seal it to before anything is written; `None` for an ordinary case.
    pub restricted: Option<String>,
}

impl Row {
    /// Whether it becomes a case that is sealed to an audience.
    pub fn sealed(&self) -> bool {
        self.restricted.is_some() && matches!(self.outcome, Outcome::Ready(_))
    }
}

/// Two rows that may tell of one event: same telephone, category and day, different submissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbableDuplicate {
    /// The earlier row.
    pub first: usize,
    /// The later row.
    pub second: usize,
}

/// A file as rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KoboSheet {
    /// All rows with data, in the order of the file.
    pub rows: Vec<Row>,
    /// To be proposed, never merged unasked.
    pub duplicates: Vec<ProbableDuplicate>,
    /// How it was encoded.
    pub encoding: Encoding,
    /// What separated its cells.
    pub separator: Separator,
    /// What should be looked at in the header.
    pub warnings: Vec<Remark>,
    /// Names of columns that hold values and are no field of a case.
    pub ignored_columns: Vec<String>,
}

/// How many rows became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All rows with data.
    pub rows: usize,
    /// Cases to save.
    pub ready: usize,
    /// Of these, sealed to an audience.
    pub sealed: usize,
    /// Repeats of earlier rows.
    pub repeats: usize,
    /// Not importable.
    pub rejected: usize,
    /// Probable pairs.
    pub duplicates: usize,
}

impl KoboSheet {
    /// How many rows became what.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { rows: self.rows.len(), duplicates: self.duplicates.len(), ..Counts::default() };
        for row in &self.rows {
            match row.outcome {
                Outcome::Ready(_) => counts.ready += 1,
                Outcome::Repeat { .. } => counts.repeats += 1,
                Outcome::Rejected(_) => counts.rejected += 1,
            }
            counts.sealed += usize::from(row.sealed());
        }
        counts
    }
}

/// Reads a whole export. Pure: the same bytes give the same rows.
///
/// # Errors
///
/// [`ImportError`] if the file is no such export or too large, or if the mapping leads to unknown codes. What is wrong
/// with single rows is said there.
pub fn read(bytes: &[u8], options: &KoboOptions, taxonomy: &Taxonomy) -> Result<KoboSheet, ImportError> {
    options.mapping.check(taxonomy, options.default_channel.as_deref())?;
    let sheet = sheet::read(bytes)?;
    let (columns, warnings) = Columns::find(&sheet.header, &options.mapping)?;
    let mut found = Found::default();
    let mut used = vec![false; sheet.header.len()];
    let rows = sheet.records.iter().enumerate().map(|(at, record)| {
        for (used, _) in used.iter_mut().zip(&record.cells).filter(|(_, cell)| !cell.trim().is_empty()) {
            *used = true;
        }
        read_row(at + 1, record, &RowReader { columns: &columns, options, taxonomy }, &mut found)
    });
    let rows = rows.collect();
    let ignored_columns = columns.ignored(&sheet.header, &used);
    let Found { duplicates, .. } = found;
    Ok(KoboSheet { rows, duplicates, encoding: sheet.encoding, separator: sheet.separator, warnings, ignored_columns })
}

/// What earlier rows were, to know repeats and duplicates by.
#[derive(Default)]
struct Found {
    /// Submission → row and digest of what the form held.
    submissions: HashMap<String, (usize, blake3::Hash)>,
    /// Telephone, category, day and audience → first row.
    events: HashMap<[String; 4], usize>,
    duplicates: Vec<ProbableDuplicate>,
}

fn read_row(number: usize, record: &Record, reader: &RowReader<'_>, found: &mut Found) -> Row {
    let read = reader.read(number, &record.cells);
    let mut row =
        Row { number, line: record.line, outcome: read.outcome, warnings: read.remarks, key: None, restricted: None };
    row.key = read.id.clone().map(|id| (SYSTEM, id));
    let (Outcome::Ready(case), Some(id)) = (&row.outcome, read.id) else { return row };
    let digest = reader.columns.digest(&record.cells);
    if let Some(&(of, earlier)) = found.submissions.get(&id) {
        row.warnings.clear();
        if digest != earlier {
            let args = vec![("of", of.to_string())];
            row.warnings.push(Remark { row: number, field: "_uuid".to_owned(), code: RemarkCode::RepeatDiffers, args });
        }
        row.outcome = Outcome::Repeat { of };
        return row;
    }
    found.submissions.insert(id, (number, digest));
    row.restricted = read.restricted;
    if let Some(phone) = case.phone.as_ref().and_then(|phone| last_digits(&phone.0)) {
        let category = case.category.clone().unwrap_or_default();
        let event = [phone, category, read.day, row.restricted.clone().unwrap_or_default()];
        let first = *found.events.entry(event).or_insert(number);
        if first != number {
            found.duplicates.push(ProbableDuplicate { first, second: number });
        }
    }
    row
}

/// The last eight digits, which are the same with and without country code. `None`: fewer than six, too few to tell
/// people apart.
fn last_digits(phone: &str) -> Option<String> {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 6).then(|| digits[digits.len().saturating_sub(8)..].iter().collect())
}

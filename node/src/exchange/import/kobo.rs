//! Submissions exported from KoboToolbox as CSV with XML names as headers.
//!
//! ```text
//! bytes ─ encoding, separator ─ header ─ columns by name, groups or not ─ each row ─ choices through the mapping ─ NewCase
//!          └──────── Export ────────┘  └───────────────────────────── Rows ─────────────────────────────────────────┘
//! ```
//! What was decided where the export leaves room:
//! - **Received** is `end`, as the form was finished; else `start`, else `today` to the day. Never the time of upload.
//! - **One submission, one case:** the key is `meta/rootUuid`, which an edited submission keeps, else `_uuid`, else
//!   `meta/instanceID`. A second row with it is a repeat if it says the same; else it is rejected, for it may be another
//!   complaint (devices do give one id twice).
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
//!   is listed in [`Told::ignored_columns`], as is everything else that holds values and has no field.
//! - **Forms change**: where several columns are one field, all are read. Words are joined, choices that differ are said
//!   and the first is kept, but for consent and satisfaction, where the strictest counts, and for categories, which are
//!   all taken. Columns a version lacks leave their fields open; a header further down (exports put together) begins anew.
//! - **A row whose cells have moved** is rejected, not taken as it stands: the other rows tell what stands where.
//! - **What the form itself calls sensitive** waits sealed for triage, whatever its category; so does what it says there
//!   and nobody here understands.
//! - **Closed at the source** and not why: closed as answered where an answer stands in the row (as satisfied where the
//!   person said so); a case without an answer, a sealed one or one whose person is not satisfied stays open.
//! - **`n/a`** and what spreadsheets write for it are blank.
//! - **What spreadsheets did** is undone where that is safe (serial dates, dates turned around when the column decides the
//!   order, `27.0`, `="+509…"`), said where digits are lost, and never guessed row by row.
//!
//! A row is read on its own: nothing but the keys and digests of earlier rows is kept, whatever the size of the file.

mod columns;
#[cfg(any(test, feature = "testing"))]
pub mod generate;
mod mapping;
mod profile;
mod row;
#[cfg(test)]
mod tests;
pub(in crate::exchange::import) mod when;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crdt_model::edit::NewCase;
use crdt_model::name::phone_endings;
use crdt_model::taxonomy::{OwnTables, Taxonomy};
use crdt_model::values::Words;
use crdt_model::zone::Zone;

use self::columns::{Columns, Meta, names_a_submission};
pub use self::mapping::Mapping;
use self::profile::Profile;
use self::row::RowReader;
use self::when::Orders;
use super::sheet::{Records, Text, is_nothing};
use super::{COLUMNS_MAX, Encoding, ImportError, ROWS_MAX, Remark, RemarkCode, Separator};

/// The system of the external ids that rows get.
pub const SYSTEM: &str = "kobo";
/// Most values told of that stand in no table.
const UNLISTED_MAX: usize = 2_000;

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
    /// Why a case that was closed at the source says nothing of satisfaction.
    pub closed_because: Option<Words>,
    /// The tables that the organisation keeps itself; `None`: as shipped.
    pub own: Option<Arc<OwnTables>>,
    /// Now, Unix milliseconds, to know times that cannot be by; `None`: no time is too late.
    pub now_ms: Option<i64>,
    /// Where clocks showed the times that come without an offset: the zone of the site.
    pub zone: Zone,
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
    /// No submission: [`RemarkCode::BlankRow`] or [`RemarkCode::HeaderAgain`].
    Skipped(RemarkCode),
    /// Cannot be a case.
    Rejected(Remark),
}

/// One submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place among the rows below the header, from 1; lines without any cell are none.
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
    /// Another version of the submission than the first.
    pub edited: bool,
    /// Texts that are taken over nowhere, by column: to be looked at for sensitive words, and dropped. Of a rejected row,
    /// all its texts.
    pub unread: Vec<(String, Words)>,
    /// A rejected row whose categories or whose flag of sensitivity would have sealed it.
    pub grave: bool,
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

/// What is known once all rows are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// To be proposed, never merged unasked.
    pub duplicates: Vec<ProbableDuplicate>,
    /// How it was encoded.
    pub encoding: Encoding,
    /// What separated its cells.
    pub separator: Separator,
    /// What should be looked at in the header.
    pub warnings: Vec<Remark>,
    /// Columns that hold values and are no field of a case, with the number of rows that hold one.
    pub ignored_columns: Vec<(String, usize)>,
}

/// An export as text, its rows not read yet.
pub struct Export<'b> {
    text: Text<'b>,
}

impl std::fmt::Debug for Export<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Export").field("encoding", &self.text.encoding).finish_non_exhaustive()
    }
}

impl<'b> Export<'b> {
    /// Finds the separator, and the encoding unless it is told.
    ///
    /// # Errors
    ///
    /// [`ImportError::TooLarge`], [`ImportError::NotText`], [`ImportError::TextLooksWrong`],
    /// [`ImportError::EncodingUnknown`].
    pub fn decode(bytes: &'b [u8], encoding: Option<&str>) -> Result<Self, ImportError> {
        Ok(Self { text: Text::decode(bytes, encoding)? })
    }

    /// Reads the header and goes through the file once, for its size and the order of its dates.
    ///
    /// # Errors
    ///
    /// [`ImportError`] if the file is no such export or too large, or if the mapping leads to unknown codes. What is wrong
    /// with single rows is said there.
    pub fn rows<'a>(&'a self, options: &'a KoboOptions, taxonomy: &'a Taxonomy) -> Result<Rows<'a>, ImportError> {
        let own = options.own.as_deref().unwrap_or(&taxonomy.own);
        options.mapping.check(taxonomy, own, options.default_channel.as_deref())?;
        let mut records = self.text.records();
        let mut header = Vec::new();
        while records.advance() {
            if !records.is_blank() {
                if records.len() > COLUMNS_MAX {
                    return Err(ImportError::TooManyColumns { found: records.len() });
                }
                header = records.cells().0;
                break;
            }
        }
        let (columns, mut warnings) = Columns::find(&header, &options.mapping)?;
        if options.default_channel.is_none() && columns.holds_questions() {
            return Err(ImportError::LabelsAsHeader);
        }
        records.expect_width(columns.count);
        let doubts = [(self.text.repaired, RemarkCode::TextRepaired), (self.text.garbled, RemarkCode::TextLooksWrong)];
        for (n, code) in doubts.into_iter().filter(|(n, _)| *n > 0) {
            warnings.push(Remark { row: 0, field: String::new(), code, args: vec![("n", n.to_string())] });
        }
        let Survey { total, orders, profiles } = self.survey(&options.mapping)?;
        let used = vec![0; columns.count];
        let joined = vec![0; columns.count];
        Ok(Rows {
            text: &self.text,
            records,
            columns,
            options,
            taxonomy,
            orders,
            profiles,
            version: 0,
            found: Found::default(),
            used,
            joined,
            unlisted: BTreeMap::new(),
            number: 0,
            total,
            warnings,
            ignored: Vec::new(),
        })
    }

    /// Goes through all records once: what is true of a column is told by all its cells.
    fn survey(&self, mapping: &Mapping) -> Result<Survey, ImportError> {
        const TIMES: [Meta; 3] = [Meta::End, Meta::Start, Meta::Today];
        let mut records = self.text.records();
        let mut survey = Survey::default();
        let mut current: Option<Columns> = None;
        while records.advance() {
            if current.is_some() {
                survey.total += 1;
                if survey.total > ROWS_MAX {
                    return Err(ImportError::TooManyRows);
                }
            }
            let maybe_header = match current {
                None => !records.is_blank(),
                Some(_) => records.iter().any(names_a_submission),
            };
            if maybe_header {
                let cells = records.cells().0;
                if current.as_ref().is_some_and(|columns| columns.is_header(&cells)) {
                    continue;
                }
                if let Ok((columns, _)) = Columns::find(&cells, mapping) {
                    records.expect_width(columns.count);
                    survey.profiles.push(Profile::default());
                    current = Some(columns);
                    continue;
                }
            }
            let (Some(columns), Some(profile)) = (&current, survey.profiles.last_mut()) else { continue };
            for (orders, at) in survey.orders.iter_mut().zip(TIMES.map(|meta| columns.meta_at(meta))) {
                if let Some(at) = at {
                    orders.look_at(records.cell(at).trim());
                }
            }
            if !records.is_blank() && !records.torn() && !records.astray() {
                let cells: Vec<&str> = records.iter().map(str::trim).collect();
                let told = cells.iter().map(|cell| if is_nothing(cell) { "" } else { *cell });
                profile.look_at(columns.count, told);
            }
        }
        Ok(survey)
    }
}

/// What all records of a file say together.
#[derive(Default)]
struct Survey {
    /// Rows below the header.
    total: usize,
    /// What the columns of end, start and day say of the order of day and month.
    orders: [Orders; 3],
    /// What the columns hold, for each header in turn.
    profiles: Vec<Profile>,
}

/// The rows of an export, one at a time. Pure: the same bytes give the same rows.
pub struct Rows<'a> {
    text: &'a Text<'a>,
    records: Records<'a>,
    columns: Columns,
    options: &'a KoboOptions,
    taxonomy: &'a Taxonomy,
    orders: [Orders; 3],
    profiles: Vec<Profile>,
    /// Headers so far, but the first.
    version: usize,
    found: Found,
    /// Rows so far that hold something, by column.
    used: Vec<usize>,
    /// Rows so far whose cell was joined to that of another column, by column.
    joined: Vec<usize>,
    /// What stands in no table that the organisation keeps itself, by column and value: in how many rows.
    unlisted: BTreeMap<(String, String), usize>,
    number: usize,
    total: usize,
    warnings: Vec<Remark>,
    ignored: Vec<(String, usize)>,
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("number", &self.number).field("total", &self.total).finish_non_exhaustive()
    }
}

impl Rows<'_> {
    /// How many there are.
    pub fn total(&self) -> usize {
        self.total
    }

    /// What is known of the whole file, for the rows read so far.
    pub fn told(mut self) -> Told {
        self.note_ignored();
        self.note_unlisted();
        Told {
            duplicates: self.found.duplicates,
            encoding: self.text.encoding,
            separator: self.text.separator,
            warnings: self.warnings,
            ignored_columns: self.ignored,
        }
    }

    fn note_ignored(&mut self) {
        for (column, rows) in self.joined.iter().enumerate().filter(|(_, rows)| **rows > 0) {
            let args = vec![("n", rows.to_string()), ("other", self.columns.joined_to(column))];
            let (field, code) = (self.columns.header_at(column), RemarkCode::ColumnsJoined);
            self.warnings.push(Remark { row: 0, field, code, args });
        }
        for (name, rows) in self.columns.ignored(&self.used) {
            match self.ignored.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known += rows,
                None => self.ignored.push((name, rows)),
            }
        }
    }

    /// Each value once, with the number of rows. One that a single row holds is shown only where it is a code beyond doubt: it
    /// may be what a person said, in a column that has moved.
    fn note_unlisted(&mut self) {
        for ((field, value), rows) in std::mem::take(&mut self.unlisted) {
            let mut args = vec![("n", rows.to_string())];
            if rows > 1 || row::is_shown(&value) {
                args.push(("value", value));
            }
            self.warnings.push(Remark { row: 0, field, code: RemarkCode::UnlistedValue, args });
        }
    }

    /// The header once more, as it was or as that of another version of the form.
    fn begins_anew(&mut self, cells: &[String]) -> bool {
        if self.columns.is_header(cells) {
            return true;
        }
        if !cells.iter().any(|cell| names_a_submission(cell)) {
            return false;
        }
        let Ok((columns, warnings)) = Columns::find(cells, &self.options.mapping) else { return false };
        self.note_ignored();
        self.used = vec![0; columns.count];
        self.joined = vec![0; columns.count];
        self.version += 1;
        self.records.expect_width(columns.count);
        self.warnings.extend(warnings);
        self.columns = columns;
        true
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if !self.records.advance() {
            return None;
        }
        self.number += 1;
        let (number, line) = (self.number, self.records.line());
        let skipped = |code| {
            let outcome = Outcome::Skipped(code);
            let (warnings, unread) = (Vec::new(), Vec::new());
            let (key, restricted, edited, grave) = (None, None, false, false);
            Some(Row { number, line, outcome, warnings, key, restricted, edited, unread, grave })
        };
        if self.records.is_blank() {
            return skipped(RemarkCode::BlankRow);
        }
        let (cells, nul) = self.records.cells();
        if self.begins_anew(&cells) {
            return skipped(RemarkCode::HeaderAgain);
        }
        for (used, _) in self.used.iter_mut().zip(&cells).filter(|(_, cell)| !cell.trim().is_empty()) {
            *used += 1;
        }
        let reader = RowReader {
            columns: &self.columns,
            options: self.options,
            taxonomy: self.taxonomy,
            orders: self.orders,
            torn: self.records.torn() || self.records.astray(),
            profile: self.profiles.get(self.version),
        };
        let (mut row, beside) = read_row(number, line, &cells, &reader, &mut self.found);
        if matches!(row.outcome, Outcome::Ready(_)) {
            beside.joined.into_iter().for_each(|column| self.joined[column] += 1);
            for told in beside.unlisted {
                let is_full = self.unlisted.len() >= UNLISTED_MAX;
                match self.unlisted.get_mut(&told) {
                    Some(rows) => *rows += 1,
                    None if is_full => {}
                    None => drop(self.unlisted.insert(told, 1)),
                }
            }
        }
        if nul {
            let code = RemarkCode::NulRemoved;
            row.warnings.push(Remark { row: number, field: String::new(), code, args: Vec::new() });
        }
        Some(row)
    }
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

/// What a row tells of its columns.
#[derive(Default)]
struct Beside {
    /// Columns whose cells were joined to others.
    joined: Vec<usize>,
    /// What stands in no table that the organisation keeps itself: column and value.
    unlisted: Vec<(String, String)>,
}

/// The row, and what it tells of its columns.
fn read_row(number: usize, line: u64, cells: &[String], reader: &RowReader<'_>, found: &mut Found) -> (Row, Beside) {
    let read = reader.read(number, cells);
    let (outcome, warnings, edited, grave, unread) = (read.outcome, read.remarks, read.edited, read.grave, read.left);
    let key = read.id.clone().map(|id| (SYSTEM, id));
    let mut row = Row { number, line, outcome, warnings, key, restricted: None, edited, unread, grave };
    let (Outcome::Ready(case), Some(id)) = (&row.outcome, read.id) else {
        row.unread = reader.columns.all_texts(cells);
        return (row, Beside::default());
    };
    let digest = reader.columns.digest(cells);
    if let Some(&(of, earlier)) = found.submissions.get(&id) {
        row.warnings.clear();
        row.outcome = match digest == earlier {
            true => Outcome::Repeat { of },
            // an edit, or another complaint under the same id: never dropped without a word
            false => {
                let (field, code) = ("_uuid".to_owned(), RemarkCode::RepeatDiffers);
                row.unread = reader.columns.all_texts(cells);
                row.grave = read.restricted.is_some();
                Outcome::Rejected(Remark { row: number, field, code, args: vec![("of", of.to_string())] })
            }
        };
        return (row, Beside::default());
    }
    row.unread.extend(reader.columns.unread(cells));
    found.submissions.insert(id, (number, digest));
    row.restricted = read.restricted;
    if let Some(phone) = case.phone.as_ref().and_then(|phone| phone_endings(&phone.0).into_iter().next()) {
        let category = case.category.clone().unwrap_or_default();
        let event = [phone, category, read.day, row.restricted.clone().unwrap_or_default()];
        let first = *found.events.entry(event).or_insert(number);
        if first != number {
            found.duplicates.push(ProbableDuplicate { first, second: number });
        }
    }
    (row, Beside { joined: read.joined, unlisted: read.unlisted })
}

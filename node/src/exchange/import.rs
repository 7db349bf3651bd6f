//! Reading the files of other systems.
//!
//! A reader is a pure function from bytes to rows: it opens no store and asks for no time. Each row becomes a new case
//! ready to be saved, a repetition of an earlier row, or a rejection that names the field. The caller saves, seals
//! what [`kobo::Row::restricted`] says before anything is written, and skips keys it already holds.
//!
//! What a cell says is never part of an error or a warning, but for short codes of choice questions: cells hold
//! people's words, and columns get shifted.

pub mod kobo;
mod letters;
pub(crate) mod rejects;
pub(in crate::exchange) mod sheet;
pub(in crate::exchange) mod sms;
pub(crate) mod whatsapp;

use serde::Serialize;

pub use sheet::{Encoding, Separator};

/// Largest file, bytes.
pub const FILE_BYTES_MAX: usize = 512 << 20;
/// Most columns.
pub const COLUMNS_MAX: usize = 1_000;
/// Largest cell, bytes.
pub const CELL_BYTES_MAX: usize = 64 << 10;
/// Most rows.
pub const ROWS_MAX: usize = 1_000_000;

/// Why a whole file, or its mapping, was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("the file has {found} bytes, an import at most {FILE_BYTES_MAX}")]
    TooLarge {
        /// Its size in bytes.
        found: usize,
    },
    /// More columns than [`COLUMNS_MAX`].
    #[error("the file has {found} columns, an import at most {COLUMNS_MAX}")]
    TooManyColumns {
        /// Columns in its first line.
        found: usize,
    },
    /// More rows than [`ROWS_MAX`].
    #[error("the file has more than {ROWS_MAX} rows: import it in parts")]
    TooManyRows,
    /// Not a text file.
    #[error("not a CSV text file but {looks_like}: export it as CSV")]
    NotText {
        /// What it seems to be.
        looks_like: &'static str,
    },
    /// Letters read by the wrong table of characters, here or by whoever saved the file.
    #[error("the letters of the file look read by the wrong table of characters")]
    TextLooksWrong,
    /// No encoding has this name.
    #[error("no encoding is called {asked}")]
    EncodingUnknown {
        /// As asked for.
        asked: String,
    },
    /// The first line names no columns this reader knows.
    #[error("no header of a KoboToolbox export with XML names found in the first line; looked for {}", looked_for.join(", "))]
    NoHeader {
        /// Names of which at least one of each group must be there.
        looked_for: Vec<String>,
    },
    /// The header holds the questions themselves, not their names.
    #[error("the header holds the questions, not their names: export again with XML values and headers")]
    LabelsAsHeader,
    /// The mapping file is not TOML, or has a table or column name this reader does not know.
    #[error("mapping: {0}")]
    MappingSyntax(String),
    /// The mapping leads to a code that the taxonomy does not have.
    #[error(
        "mapping [values.{table}]: `{from}` leads to `{code}`, which the taxonomy does not have{}",
        propose(nearest)
    )]
    MappingCode {
        /// The table of the mapping.
        table: String,
        /// The value it maps.
        from: String,
        /// The code it maps to.
        code: String,
        /// Codes that may be meant.
        nearest: Vec<String>,
    },
}

impl ImportError {
    /// A stable code for scripts and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "file_too_large",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::TooManyRows => "too_many_rows",
            Self::NotText { .. } => "not_text",
            Self::TextLooksWrong => "text_looks_wrong",
            Self::EncodingUnknown { .. } => "encoding_unknown",
            Self::NoHeader { .. } => "no_header",
            Self::LabelsAsHeader => "labels_as_header",
            Self::MappingSyntax(_) => "mapping_syntax",
            Self::MappingCode { .. } => "mapping_code",
        }
    }
}

fn propose(codes: &[String]) -> String {
    if codes.is_empty() { String::new() } else { format!("; did you mean {}?", codes.join(" or ")) }
}

/// What is said of one cell of one row. Texts for people are made from `code` and `args`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The data row, from 1; 0 for the header.
    pub row: usize,
    /// The field, as the source names it without its groups.
    pub field: String,
    /// What is the matter.
    pub code: RemarkCode,
    /// What the text for people fills in: names, counts and codes, never a person's words.
    pub args: Vec<(&'static str, String)>,
}

macro_rules! remark_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What can be the matter with a row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum RemarkCode {
            $($(#[$doc])* $name,)*
        }

        impl RemarkCode {
            /// The stable code, as in JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

impl RemarkCode {
    /// Whether a person should see it before what only completes a row: content that is not here, or may be elsewhere.
    pub const fn is_grave(self) -> bool {
        matches!(
            self,
            Self::SensitiveWords
                | Self::RepeatDiffers
                | Self::ChangedSince
                | Self::SealedEdited
                | Self::SealedNotCompared
                | Self::SealedElsewhere
                | Self::DroppedWithoutConsent
                | Self::ContactWithoutConsent
                | Self::PartialConsent
                | Self::TextLooksWrong
                | Self::DigitsLost
                | Self::CategoriesDisagree
                | Self::ValuesDiffer
                | Self::OddDate
        )
    }
}

remark_codes! {
    /// The row has another number of cells than the header: a quote or a separator is astray. Args: expected, found.
    WrongCellCount = "wrong_cell_count",
    /// The cells of the row have moved: the column of the submission's id holds something else.
    CellsMoved = "cells_moved",
    /// More than a cell, or the field of a case, may hold. Args: max, bytes.
    CellTooLong = "cell_too_long",
    /// Holds a character that a terminal would obey. Args: character, at.
    ControlCharacter = "control_character",
    /// A value the case cannot do without is missing.
    Missing = "missing",
    /// A choice that neither the mapping nor the taxonomy knows. Args: value, if it is a code beyond doubt; table, the
    /// table of the mapping that would tell.
    UnmappedValue = "unmapped_value",
    /// What stands in no table that the organisation keeps itself; it was kept as it is. Args: n, value where it may be shown.
    UnlistedValue = "unlisted_value",
    /// Not a time; the next best one is used. Args: used; without it the row was not taken over.
    BadTime = "bad_time",
    /// The time says no offset; taken as UTC.
    NoOffset = "no_offset",
    /// No end was recorded; another time is used. Args: used.
    ReceivedFromOther = "received_from_other",
    /// Not an age in years.
    BadAge = "bad_age",
    /// Not one of the four answers.
    BadAnswer = "bad_answer",
    /// Consent was refused, so this was not taken over.
    DroppedWithoutConsent = "dropped_without_consent",
    /// Consent was given in part: what may be done has to be asked again.
    PartialConsent = "partial_consent",
    /// A call-back was wished and keeping the data refused: nobody can be called.
    ContactWithoutConsent = "contact_without_consent",
    /// The list of categories and the columns with 0 and 1 differ; both are taken. Args: only_list, only_columns.
    CategoriesDisagree = "categories_disagree",
    /// A spreadsheet turned the number into `2,2E+10`: digits are lost, so it was not taken over.
    DigitsLost = "digits_lost",
    /// Not a code, so it went into the place in words.
    PlaceInWords = "place_in_words",
    /// "Not answered" and an answer, both are recorded; the answer is kept.
    AnswerContradicts = "answer_contradicts",
    /// The same submission came before in this file with other content: not taken over. Args: of.
    RepeatDiffers = "repeat_differs",
    /// The supervisor refused the submission in the source system; imported all the same.
    NotApproved = "not_approved",
    /// Two columns are this field; both are read. Args: other.
    ColumnTwice = "column_twice",
    /// Rows hold something in a second column of a field: it was joined to the first. Args: n, other.
    ColumnsJoined = "columns_joined",
    /// A second column of the field says something else, which was not taken over. Args: other.
    ValuesDiffer = "values_differ",
    /// The source says closed and no answer stands there: the case stays open.
    ClosedUnanswered = "closed_unanswered",
    /// The source says closed and the case is sealed, or its person is not satisfied: it stays open.
    ClosedStaysOpen = "closed_stays_open",
    /// A spreadsheet rewrote the time, as a serial number or turned around. Args: used, the day it was taken for.
    TimeRewritten = "time_rewritten",
    /// Imported before with other content; the case is left as it is here.
    ChangedSince = "changed_since",
    /// Words of an ordinary case that call for sealing: never the words.
    SensitiveWords = "sensitive_words",
    /// The row held NULs, which were taken out.
    NulRemoved = "nul_removed",
    /// Characters of another encoding than the rest of the file. Args: n.
    TextRepaired = "text_repaired",
    /// Words that look read by the wrong table of characters. Args: n, the places.
    TextLooksWrong = "text_looks_wrong",
    /// Received before 2000 or more than a day ahead; taken over as it is. Args: day.
    OddDate = "odd_date",
    /// An edited submission whose case is sealed: nothing is kept to compare it with.
    SealedEdited = "sealed_edited",
    /// Sealed cases came again: whether the source changed them since cannot be told. Args: n.
    SealedNotCompared = "sealed_not_compared",
    /// Cases that were sealed: whether another machine imported them as well cannot be told here. Args: n.
    SealedElsewhere = "sealed_elsewhere",
    /// A row without anything in it.
    BlankRow = "blank_row",
    /// The header once more.
    HeaderAgain = "header_again",
}

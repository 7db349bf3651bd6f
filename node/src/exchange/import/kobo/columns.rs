//! Which column holds what.

use std::collections::BTreeSet;

use crdt_model::values::Words;

use super::mapping::{Mapping, plain};
use crate::exchange::import::{ImportError, Remark, RemarkCode};

macro_rules! fields {
    ($($name:ident = $key:literal,)*) => {
        /// A question of the form, whatever its column is called.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field {
            $($name,)*
        }

        impl Field {
            pub(super) const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name in the mapping.
            pub(super) const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }
        }
    };
}

fields! {
    Channel = "channel",
    SpokenLanguage = "spoken_language",
    Consent = "consent",
    ContactBack = "contact_back",
    Stakeholder = "stakeholder",
    Sex = "sex",
    Age = "age",
    Seeing = "seeing",
    Hearing = "hearing",
    Walking = "walking",
    Remembering = "remembering",
    SelfCare = "self_care",
    Communicating = "communicating",
    Name = "name",
    Phone = "phone",
    Household = "household",
    Card = "card",
    Admin1 = "admin1",
    Admin2 = "admin2",
    Locality = "locality",
    Type = "type",
    Categories = "categories",
    Text = "text",
    Urgency = "urgency",
    Answered = "answered",
    Answer = "answer",
    Satisfaction = "satisfaction",
    Sensitive = "sensitive",
    Status = "status",
}

/// The disability questions, in the taxonomy's order of domains.
pub(super) const DISABILITY: [Field; 6] =
    [Field::Seeing, Field::Hearing, Field::Walking, Field::Remembering, Field::SelfCare, Field::Communicating];

/// What Kobo itself adds, by full name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meta {
    /// The first version's id: an edited submission gets a new `_uuid` and keeps this one.
    RootUuid,
    Uuid,
    InstanceId,
    Start,
    End,
    Today,
    Validation,
}

const METAS: [(Meta, &str); 7] = [
    (Meta::RootUuid, "meta/rootuuid"),
    (Meta::Uuid, "_uuid"),
    (Meta::InstanceId, "meta/instanceid"),
    (Meta::Start, "start"),
    (Meta::End, "end"),
    (Meta::Today, "today"),
    (Meta::Validation, "_validation_status"),
];

/// About the device or the upload, not about the person: passed over without a word.
const TECHNICAL: [&str; 9] = [
    "username",
    "deviceid",
    "simserial",
    "subscriberid",
    "simid",
    "devicephonenum",
    "formhub/uuid",
    "meta/deprecatedid",
    "meta/instancename",
];
/// What people at the source noted about a submission: not taken over, and looked at for sensitive words all the same.
const NOTES: &str = "_notes";

/// Where each field is.
pub(super) struct Columns {
    /// Columns with a name: cells a row should have.
    pub(super) count: usize,
    /// Cells a row must have: up to the last column that is read.
    pub(super) needed: usize,
    /// Lower-case header names without groups, for messages.
    names: Vec<String>,
    /// The header as it stands, without the nameless columns at its end.
    header: Vec<String>,
    /// By [`Field`], its columns: forms change, and an export holds the questions of all their versions.
    fields: Vec<Vec<usize>>,
    /// By [`Meta`], the column.
    metas: [Option<usize>; METAS.len()],
    /// Choices of the categories with a column of their own.
    pub(super) options: Vec<(String, usize)>,
    /// Columns that are not part of what a person told.
    technical: Vec<bool>,
    /// Columns that are read.
    read: Vec<bool>,
}

impl Columns {
    pub(super) fn find(header: &[String], mapping: &Mapping) -> Result<(Self, Vec<Remark>), ImportError> {
        let named = header.iter().rposition(|name| !name.trim().is_empty()).map_or(0, |last| last + 1);
        let header = &header[..named];
        let full: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
        let group = group_separator(&full, mapping);
        let paths: Vec<Vec<&str>> = full.iter().map(|name| name.split(group).collect()).collect();
        let meta_name = |at: usize| paths[at].join("/");
        let last = |at: usize| paths[at].last().copied().unwrap_or_default();

        let is_technical = |at: usize| {
            let name = meta_name(at);
            name.starts_with('_') || TECHNICAL.contains(&name.as_str()) || METAS.iter().any(|(_, meta)| *meta == name)
        };
        let technical: Vec<bool> = (0..full.len()).map(is_technical).collect();
        let questions = mapping.names(Field::Categories);
        let options = (0..full.len()).filter(|&at| paths[at].len() > 1).filter_map(|at| {
            let question = paths[at][paths[at].len() - 2];
            questions.iter().any(|name| name == question).then(|| (last(at).to_owned(), at))
        });
        let options: Vec<(String, usize)> = options.collect();
        let mut free: Vec<bool> = technical.iter().map(|technical| !technical).collect();
        options.iter().for_each(|(_, option)| free[*option] = false);

        let mut remarks = Vec::new();
        let mut place = |field: Field| {
            // without its groups, or as a whole: the label of a question may hold any character
            let named = |name: &String| {
                (0..full.len()).filter(|&at| free[at] && (last(at) == *name || full[at] == *name)).collect::<Vec<_>>()
            };
            let mut found: Vec<usize> = Vec::new();
            for at in mapping.names(field).iter().flat_map(named) {
                if !found.contains(&at) {
                    found.push(at);
                }
            }
            if let [first, second, ..] = found[..]
                && last(first) == last(second)
            {
                let args = vec![("other", header[second].chars().take(80).collect())];
                let field = header[first].chars().take(80).collect();
                remarks.push(Remark { row: 0, field, code: RemarkCode::ColumnTwice, args });
            }
            found
        };
        let mut fields: Vec<Vec<usize>> = Field::ALL.iter().map(|&field| place(field)).collect();
        if !mapping.is_own(Field::Sensitive) {
            let asks = |at: &usize| free[*at] && fields.iter().flatten().all(|taken| taken != at);
            let flags =
                (0..full.len()).filter(asks).filter(|at| flags_sensitive(last(*at)) || flags_sensitive(&full[*at]));
            let flags: Vec<usize> = flags.collect();
            fields[Field::Sensitive as usize].extend(flags);
        }
        let metas = METAS.map(|(_, name)| (0..full.len()).find(|&at| meta_name(at) == name));
        let names = (0..full.len()).map(|at| last(at).chars().take(80).collect()).collect();
        let mut read = vec![false; full.len()];
        let used = fields.iter().flatten().chain(options.iter().map(|(_, at)| at)).chain(metas.iter().flatten());
        used.for_each(|at| read[*at] = true);
        let needed = read.iter().rposition(|read| *read).map_or(0, |last| last + 1);
        let header = header.to_vec();
        let columns = Self { count: full.len(), needed, names, header, fields, metas, options, technical, read };
        columns.recognised(mapping)?;
        Ok((columns, remarks))
    }

    /// A Kobo export names submissions or their times, and this form asks for one of a few things.
    fn recognised(&self, mapping: &Mapping) -> Result<(), ImportError> {
        let asked = [Field::Channel, Field::Type, Field::Categories, Field::Text];
        let kobo = self.metas.iter().any(Option::is_some);
        let form = asked.iter().any(|&field| !self.fields[field as usize].is_empty()) || !self.options.is_empty();
        if kobo && form {
            return Ok(());
        }
        // names have no blanks, questions do
        let a_question = |at: usize| !self.technical[at] && self.header[at].trim().contains(char::is_whitespace);
        if kobo && (0..self.count).any(a_question) {
            return Err(ImportError::LabelsAsHeader);
        }
        let metas = METAS.iter().skip(1).take(4).map(|(_, name)| (*name).to_owned());
        let looked_for = metas.chain(asked.into_iter().flat_map(|field| mapping.names(field)).cloned()).collect();
        Err(ImportError::NoHeader { looked_for })
    }

    /// The trimmed cells of a field that hold something, with their columns, the best first: none if the form version has no
    /// such column.
    pub(super) fn cells<'a>(&'a self, cells: &'a [String], field: Field) -> impl Iterator<Item = (usize, &'a str)> {
        let held = self.fields[field as usize].iter().map(|at| (*at, cell_at(cells, Some(*at))));
        held.filter(|(_, cell)| !cell.is_empty())
    }

    /// What a person said in the columns of a field, blanks and all, where there is something.
    pub(super) fn said<'a>(&'a self, cells: &'a [String], field: Field) -> impl Iterator<Item = (usize, &'a str)> {
        let held = self.fields[field as usize].iter().filter_map(|at| Some((*at, cells.get(*at)?.as_str())));
        held.filter(|(_, cell)| !cell.trim().is_empty())
    }

    /// The trimmed cell of what Kobo adds.
    pub(super) fn meta<'a>(&self, cells: &'a [String], meta: Meta) -> &'a str {
        cell_at(cells, self.metas[meta as usize])
    }

    /// Where Kobo's own column is.
    pub(super) fn meta_at(&self, meta: Meta) -> Option<usize> {
        self.metas[meta as usize]
    }

    /// What the file calls a field, without groups; else what the mapping calls it.
    pub(super) fn name(&self, field: Field) -> &str {
        self.fields[field as usize].first().map_or(field.key(), |at| &self.names[*at])
    }

    /// Whether Kobo or the device fills a column, whoever is asked.
    pub(super) fn is_technical(&self, column: usize) -> bool {
        self.technical.get(column).is_some_and(|technical| *technical)
    }

    /// The column that a joined one was joined to, as the header names it.
    pub(super) fn joined_to(&self, column: usize) -> String {
        let of = self.fields.iter().find(|columns| columns.contains(&column));
        of.and_then(|columns| columns.first()).map_or_else(String::new, |first| self.header_at(*first))
    }

    /// A column's name as it stands in the header.
    pub(super) fn header_at(&self, column: usize) -> String {
        self.header.get(column).map_or_else(String::new, |name| name.trim().chars().take(120).collect())
    }

    /// What the file calls a column, without groups.
    pub(super) fn name_at(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    /// Whether a record is the header once more.
    pub(super) fn is_header(&self, cells: &[String]) -> bool {
        cells.len() >= self.count
            && self.header.iter().zip(cells).all(|(name, cell)| name.trim() == cell.trim())
            && cells[self.count..].iter().all(|cell| cell.trim().is_empty())
    }

    /// Digest of what the form held, without what Kobo and the device add: the same whatever the order of columns and the
    /// groups that versions of the form have them in.
    pub(super) fn digest(&self, cells: &[String]) -> blake3::Hash {
        let held = self.names.iter().zip(cells).zip(&self.technical);
        let mut told: Vec<(&str, &str)> = held
            .filter(|((_, cell), technical)| !**technical && !cell.trim().is_empty())
            .map(|((name, cell), _)| (name.as_str(), cell.trim()))
            .collect();
        told.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for part in told.iter().flat_map(|(name, cell)| [name, cell]) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize()
    }

    /// Columns with values that are neither a field nor technical, by their full names; and rows with a value.
    pub(super) fn ignored(&self, rows: &[usize]) -> Vec<(String, usize)> {
        let held = |at: usize| rows.get(at).copied().unwrap_or_default();
        let dropped = (0..self.count).filter(|at| held(*at) > 0 && !self.technical[*at] && !self.read[*at]);
        dropped.map(|at| (self.header[at].chars().take(120).collect(), held(at))).collect()
    }

    /// Texts of a row that are taken over nowhere, by what the file calls their column.
    pub(super) fn unread(&self, cells: &[String]) -> Vec<(String, Words)> {
        self.texts(cells, |at| !self.read[at])
    }

    /// Texts of a whole row, by what the file calls their column; what stands beyond the last column as well.
    pub(super) fn all_texts(&self, cells: &[String]) -> Vec<(String, Words)> {
        let beyond = cells.iter().skip(self.count).filter(|cell| is_text(cell));
        let mut texts = self.texts(cells, |_| true);
        texts.extend(beyond.map(|cell| (String::new(), cell.as_str().into())));
        texts
    }

    fn texts(&self, cells: &[String], wanted: impl Fn(usize) -> bool) -> Vec<(String, Words)> {
        let told = |at: &usize| wanted(*at) && (!self.technical[*at] || self.names[*at] == NOTES);
        let columns = (0..self.count.min(cells.len())).filter(told);
        columns
            .filter(|at| is_text(&cells[*at]))
            .map(|at| (self.names[at].clone(), cells[at].as_str().into()))
            .collect()
    }

    /// Whether the header holds questions where names should be: nothing says the channel, and a column is called as only
    /// a question is (`canal::Français (fr)`, `Par quel canal ?`).
    pub(super) fn holds_questions(&self) -> bool {
        let question = |at: usize| {
            let name = self.header[at].trim();
            !self.technical[at] && (name.contains("::") || name.contains(char::is_whitespace))
        };
        self.fields[Field::Channel as usize].is_empty() && (0..self.count).any(question)
    }
}

/// Whether a cell could stand in a header and nowhere else.
pub(super) fn names_a_submission(cell: &str) -> bool {
    let name = cell.trim();
    [Meta::Uuid, Meta::InstanceId].iter().any(|meta| METAS[*meta as usize].1.eq_ignore_ascii_case(name))
}

/// Whether a cell holds words.
fn is_text(cell: &str) -> bool {
    cell.chars().filter(|c| c.is_alphabetic()).count() > 2
}

/// Whether a column asks whether the complaint is sensitive, and nothing else: `cas_sensible`, `Sensible (O/N)`,
/// `is_sensitive`; not `seances_de_sensibilisation`, not `confidentialite_expliquee`.
fn flags_sensitive(name: &str) -> bool {
    const SAYS: [&str; 15] = [
        "sensible",
        "sensibles",
        "sensitive",
        "sensitivity",
        "sensibilite",
        "sensitif",
        "sensitifs",
        "confidentiel",
        "confidentielle",
        "confidentiels",
        "confidential",
        "confidentiality",
        "confidentialite",
        "confidentialitysensitivity",
        "sensitivityconfidentiality",
    ];
    const BESIDE: [&str; 48] = [
        "cas",
        "case",
        "cases",
        "plainte",
        "plaintes",
        "complaint",
        "grievance",
        "dossier",
        "retour",
        "feedback",
        "report",
        "est",
        "ce",
        "il",
        "elle",
        "is",
        "this",
        "it",
        "the",
        "a",
        "un",
        "une",
        "le",
        "la",
        "l",
        "de",
        "du",
        "d",
        "of",
        "flag",
        "indicateur",
        "niveau",
        "level",
        "degre",
        "donnee",
        "donnees",
        "data",
        "information",
        "info",
        "sujet",
        "o",
        "n",
        "y",
        "oui",
        "non",
        "yes",
        "no",
        "et",
    ];
    let name = plain(name);
    let other = |word: &str| {
        // numbers of questions: `q12`, `3`, `b2`
        let numbered = word.len() <= 4 && word.ends_with(|c: char| c.is_ascii_digit());
        !numbered && !SAYS.contains(&word) && !BESIDE.contains(&word)
    };
    name.split(' ').any(|word| SAYS.contains(&word)) && !name.split(' ').any(other)
}

fn cell_at(cells: &[String], column: Option<usize>) -> &str {
    column.and_then(|column| cells.get(column)).map_or("", |cell| cell.trim())
}

/// The character between groups and questions: the one that makes most columns known, `/` unless another does better.
fn group_separator(header: &[String], mapping: &Mapping) -> char {
    let known: BTreeSet<&str> = Field::ALL.iter().flat_map(|&field| mapping.names(field)).map(String::as_str).collect();
    let known_by = |separator: char| {
        let named = |name: &&String| {
            let path: Vec<&str> = name.split(separator).collect();
            path.len() > 1 && path.iter().rev().take(2).any(|part| known.contains(part))
        };
        header.iter().filter(named).count()
    };
    ['-', ':', '.', '/'].into_iter().max_by_key(|&separator| known_by(separator)).unwrap_or('/')
}

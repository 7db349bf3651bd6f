//! Which column holds what.

use std::collections::BTreeSet;

use super::mapping::Mapping;
use crate::import::{ImportError, Remark, RemarkCode};

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
}

/// The disability questions, in the taxonomy's order of domains.
pub(super) const DISABILITY: [Field; 6] =
    [Field::Seeing, Field::Hearing, Field::Walking, Field::Remembering, Field::SelfCare, Field::Communicating];

/// What Kobo itself adds, by full name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meta {
    Uuid,
    InstanceId,
    Start,
    End,
    Today,
    Validation,
}

const METAS: [(Meta, &str); 6] = [
    (Meta::Uuid, "_uuid"),
    (Meta::InstanceId, "meta/instanceid"),
    (Meta::Start, "start"),
    (Meta::End, "end"),
    (Meta::Today, "today"),
    (Meta::Validation, "_validation_status"),
];

/// About the device or the upload, not about the person: passed over without a word.
const TECHNICAL: [&str; 8] =
    ["username", "deviceid", "simserial", "subscriberid", "simid", "devicephonenum", "formhub/uuid", "meta/rootuuid"];

/// Where each field is.
pub(super) struct Columns {
    /// Cells a row must have.
    pub(super) count: usize,
    /// Lower-case header names without groups, for messages.
    names: Vec<String>,
    /// By [`Field`], the column.
    fields: Vec<Option<usize>>,
    /// By [`Meta`], the column.
    metas: [Option<usize>; METAS.len()],
    /// Choices of the categories with a column of their own.
    pub(super) options: Vec<(String, usize)>,
    /// Columns that are not part of what a person told.
    technical: Vec<bool>,
}

impl Columns {
    pub(super) fn find(header: &[String], mapping: &Mapping) -> Result<(Self, Vec<Remark>), ImportError> {
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
        let options = (0..full.len()).filter(|&at| paths[at].len() > 1).filter_map(|at| {
            let question = paths[at][paths[at].len() - 2];
            mapping.names(Field::Categories).iter().any(|name| name == question).then(|| (last(at).to_owned(), at))
        });
        let options: Vec<(String, usize)> = options.collect();
        let free = |at: &usize| !technical[*at] && !options.iter().any(|(_, option)| option == at);

        let mut remarks = Vec::new();
        let mut place = |field: Field| {
            let named =
                |name: &String| (0..full.len()).filter(free).filter(|&at| last(at) == *name).collect::<Vec<_>>();
            let found: Vec<usize> = mapping.names(field).iter().flat_map(named).collect();
            if let [first, second, ..] = found[..]
                && last(first) == last(second)
            {
                let args = vec![("other", header[second].chars().take(80).collect())];
                let field = header[first].chars().take(80).collect();
                remarks.push(Remark { row: 0, field, code: RemarkCode::ColumnTwice, args });
            }
            found.first().copied()
        };
        let fields: Vec<Option<usize>> = Field::ALL.iter().map(|&field| place(field)).collect();
        let metas = METAS.map(|(_, name)| (0..full.len()).find(|&at| meta_name(at) == name));
        let names = (0..full.len()).map(|at| last(at).chars().take(80).collect()).collect();
        let columns = Self { count: full.len(), names, fields, metas, options, technical };
        columns.recognised(mapping)?;
        Ok((columns, remarks))
    }

    /// A Kobo export names submissions or their times, and this form asks for one of a few things.
    fn recognised(&self, mapping: &Mapping) -> Result<(), ImportError> {
        let asked = [Field::Channel, Field::Type, Field::Categories, Field::Text];
        let kobo = self.metas.iter().any(Option::is_some);
        let form = asked.iter().any(|&field| self.fields[field as usize].is_some()) || !self.options.is_empty();
        if kobo && form {
            return Ok(());
        }
        let metas = METAS.iter().take(4).map(|(_, name)| (*name).to_owned());
        let looked_for = metas.chain(asked.into_iter().flat_map(|field| mapping.names(field)).cloned()).collect();
        Err(ImportError::NoHeader { looked_for })
    }

    /// The trimmed cell of a field; empty if the form version has no such column.
    pub(super) fn cell<'a>(&self, cells: &'a [String], field: Field) -> &'a str {
        at(cells, self.fields[field as usize])
    }

    /// The trimmed cell of what Kobo adds.
    pub(super) fn meta<'a>(&self, cells: &'a [String], meta: Meta) -> &'a str {
        at(cells, self.metas[meta as usize])
    }

    /// What the file calls a field, without groups; else what the mapping calls it.
    pub(super) fn name(&self, field: Field) -> &str {
        self.fields[field as usize].map_or(field.key(), |at| &self.names[at])
    }

    /// What the file calls a column, without groups.
    pub(super) fn name_at(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    /// Digest of what the form held, without what Kobo and the device add.
    pub(super) fn digest(&self, cells: &[String]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for (cell, _) in cells.iter().zip(&self.technical).filter(|(_, technical)| !**technical) {
            hasher.update(&(cell.len() as u64).to_le_bytes());
            hasher.update(cell.as_bytes());
        }
        hasher.finalize()
    }

    /// Columns with values that are neither a field nor technical, by their full names.
    pub(super) fn ignored(&self, header: &[String], holds_values: &[bool]) -> Vec<String> {
        let read: BTreeSet<usize> =
            self.fields.iter().flatten().copied().chain(self.options.iter().map(|o| o.1)).collect();
        let dropped = |at: &usize| holds_values[*at] && !self.technical[*at] && !read.contains(at);
        (0..header.len()).filter(dropped).map(|at| header[at].chars().take(120).collect()).collect()
    }
}

fn at(cells: &[String], column: Option<usize>) -> &str {
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

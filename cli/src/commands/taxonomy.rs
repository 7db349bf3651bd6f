//! `boucle taxonomy`: the codes, and the tables that the organisation keeps itself.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use crdt_model::taxonomy::own::SERVICE_KINDS;
use node::api::{Request, RowChange};
use node::error::Failure;

use super::absolute;
use crate::ask::Asker;

/// The tables that the organisation keeps itself.
const TABLES: [&str; 9] =
    ["project", "partner", "place", "outcome", "language", "spoken_language", "body", "level", "service"];

#[derive(Debug, Subcommand)]
pub(crate) enum Taxonomy {
    Show,
    Add(Add),
    Set(Set),
    Import(File),
    Export(File),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    #[arg(value_name = "TABLE", value_parser = TABLES)]
    table: String,
    #[arg(id = "row_code", value_name = "CODE")]
    code: Option<String>,
    #[command(flatten)]
    row: Row,
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    #[arg(value_name = "TABLE", value_parser = TABLES)]
    table: String,
    #[arg(id = "row_code", value_name = "CODE")]
    code: String,
    #[command(flatten)]
    row: Row,
    #[arg(long = "close", id = "row_close")]
    close: bool,
    #[arg(long = "open", id = "row_open", conflicts_with = "row_close")]
    open: bool,
}

/// What is said of a row.
#[derive(Debug, Default, Args)]
pub(crate) struct Row {
    #[arg(long = "label", id = "row_label", value_name = "NAME")]
    labels: Vec<String>,
    #[arg(long = "also", id = "row_also", value_name = "NAME")]
    also: Vec<String>,
    #[arg(long = "parent", id = "row_parent", value_name = "CODE")]
    parent: Option<String>,
    #[arg(long = "rank", id = "row_rank", value_name = "N")]
    rank: Option<u32>,
    #[arg(long = "within", id = "row_within", value_name = "HOURS")]
    within_h: Option<u32>,
    #[arg(long = "reach", id = "row_reach", value_name = "TEXT")]
    reach: Option<String>,
    #[arg(long = "audience", id = "row_audience", value_name = "CODE")]
    audiences: Vec<String>,
    #[arg(long = "sensitivity", id = "row_sensitivity", value_name = "S", value_parser = ["s0", "s1", "s2", "s3"])]
    sensitivities: Vec<String>,
    #[arg(long = "project", id = "row_project", value_name = "P")]
    projects: Vec<String>,
    #[arg(long = "fields", id = "row_fields", value_name = "FIELD", value_delimiter = ',')]
    fields: Vec<String>,
    #[arg(long = "kind", id = "row_kind", value_name = "KIND", value_parser = SERVICE_KINDS)]
    kind: Option<String>,
    #[arg(long = "place", id = "row_place", value_name = "PLACE")]
    place: Option<String>,
    #[arg(long = "verified", id = "row_verified", value_name = "DAY")]
    verified: Option<String>,
}

impl Row {
    fn change(self) -> RowChange {
        RowChange {
            labels: self.labels,
            also: self.also,
            parent: self.parent,
            rank: self.rank,
            within_h: self.within_h,
            reach: self.reach,
            audiences: self.audiences,
            sensitivities: self.sensitivities,
            projects: self.projects,
            fields: self.fields,
            kind: self.kind,
            place: self.place,
            verified: self.verified,
            closed: None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct File {
    #[arg(id = "tables_file", value_name = "FILE")]
    file: PathBuf,
}

impl Taxonomy {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(match self {
            Self::Show => Request::TaxonomyShow,
            Self::Add(add) => {
                let code = asker.required(add.code, "CODE", "ask-row-code")?;
                let mut change = add.row.change();
                if change.labels.is_empty() {
                    change.labels.push(asker.required(None, "--label", "ask-row-label")?);
                }
                Request::TaxonomySet { table: add.table, code, change, adds: true }
            }
            Self::Set(set) => {
                let closed = (set.close || set.open).then_some(set.close);
                let change = RowChange { closed, ..set.row.change() };
                if change == RowChange::default() {
                    return Err(Failure::new("usage_missing").arg("missing", "--label, --close…"));
                }
                Request::TaxonomySet { table: set.table, code: set.code, change, adds: false }
            }
            Self::Import(from) => Request::TaxonomyImport { path: absolute(&from.file)? },
            Self::Export(to) => Request::TaxonomyExport { path: absolute(&to.file)? },
        })
    }
}

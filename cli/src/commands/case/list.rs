//! `boucle case list`.

use clap::Args;
use node::api::{CaseFilter, Request};
use node::error::Failure;

use super::many::{Filters, ManyCodes};
use crate::ask::Asker;

#[derive(Debug, Default, Args)]
pub(crate) struct List {
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    codes: ManyCodes,
    #[arg(long, value_parser = ["s0", "s1", "s2", "s3"])]
    sensitivity: Option<String>,
    #[arg(long, value_name = "F", allow_hyphen_values = true)]
    sort: Option<String>,
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    #[arg(long, conflicts_with = "group_by")]
    count: bool,
    #[arg(long, value_name = "F", value_delimiter = ',')]
    group_by: Vec<String>,
}

impl List {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(Request::CaseList(Box::new(CaseFilter {
            sensitivity: self.sensitivity,
            sort: self.sort,
            limit: self.limit,
            count: self.count,
            group_by: self.group_by,
            ..self.filters.filter(self.codes, asker)?
        })))
    }
}

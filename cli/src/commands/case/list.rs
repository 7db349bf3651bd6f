//! `boucle case list`.

use clap::Args;
use node::api::{CaseFilter, Request};
use node::error::Failure;

use crate::ask::Asker;
use crate::when;

#[derive(Debug, Default, Args)]
pub(crate) struct List {
    #[arg(long, value_name = "S", value_delimiter = ',')]
    status: Vec<String>,
    #[arg(long, value_name = "CAT", value_delimiter = ',')]
    category: Vec<String>,
    #[arg(long, value_name = "CODE")]
    site: Option<String>,
    #[arg(long, value_name = "P")]
    project: Option<String>,
    #[arg(long, value_name = "O")]
    partner: Option<String>,
    #[arg(long, value_name = "C")]
    channel: Option<String>,
    #[arg(long, value_name = "L")]
    spoken: Option<String>,
    #[arg(long, value_name = "WHO")]
    assignee: Option<String>,
    #[arg(long, value_parser = ["s0", "s1", "s2", "s3"])]
    sensitivity: Option<String>,
    #[arg(long, value_name = "D")]
    since: Option<String>,
    #[arg(long, value_name = "D")]
    until: Option<String>,
    #[arg(long, value_name = "30d")]
    older_than: Option<String>,
    #[arg(long)]
    overdue: bool,
    #[arg(long)]
    late: bool,
    #[arg(long)]
    untriaged: bool,
    #[arg(long)]
    unanswered: bool,
    #[arg(long)]
    not_delivered: bool,
    #[arg(long, value_name = "ID")]
    session: Option<String>,
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
            since: when::given("--since", self.since.as_deref(), asker.now_ms)?,
            until: when::given("--until", self.until.as_deref(), asker.now_ms)?,
            older_than_ms: when::duration_ms("--older-than", self.older_than.as_deref())?,
            status: self.status,
            category: self.category,
            site: self.site,
            project: self.project,
            partner: self.partner,
            channel: self.channel,
            spoken: self.spoken,
            assignee: self.assignee,
            sensitivity: self.sensitivity,
            overdue: self.overdue,
            late: self.late,
            untriaged: self.untriaged,
            unanswered: self.unanswered,
            not_delivered: self.not_delivered,
            session: self.session,
            sort: self.sort,
            limit: self.limit,
            count: self.count,
            group_by: self.group_by,
        })))
    }
}

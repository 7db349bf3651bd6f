//! Which cases an act on many is for: the filters of a list.

use clap::Args;
use crdt_model::edit::Edit;
use node::api::{CaseFilter, Request};
use node::error::Failure;

use crate::ask::Asker;
use crate::when;

/// Filters of a list, and of every act on many.
#[derive(Debug, Default, Args)]
#[group(id = "filters", multiple = true)]
pub(crate) struct Filters {
    #[arg(long = "status", id = "many_status", value_name = "S", value_delimiter = ',')]
    status: Vec<String>,
    #[arg(long = "site", id = "many_site", value_name = "CODE")]
    site: Option<String>,
    #[arg(long = "partner", id = "many_partner", value_name = "O")]
    partner: Option<String>,
    #[arg(long = "channel", id = "many_channel", value_name = "C")]
    channel: Option<String>,
    #[arg(long = "spoken", id = "many_spoken", value_name = "L")]
    spoken: Option<String>,
    #[arg(long = "since", id = "many_since", value_name = "D")]
    since: Option<String>,
    #[arg(long = "until", id = "many_until", value_name = "D")]
    until: Option<String>,
    #[arg(long = "older-than", id = "many_older_than", value_name = "30d")]
    older_than: Option<String>,
    #[arg(long = "overdue", id = "many_overdue")]
    overdue: bool,
    #[arg(long = "late", id = "many_late")]
    late: bool,
    #[arg(long = "untriaged", id = "many_untriaged")]
    untriaged: bool,
    #[arg(long = "unanswered", id = "many_unanswered")]
    unanswered: bool,
    #[arg(long = "not-delivered", id = "many_not_delivered")]
    not_delivered: bool,
    #[arg(long = "session", id = "many_session", value_name = "ID")]
    session: Option<String>,
    #[arg(long = "incident", id = "many_incident", value_name = "CODE")]
    incident: Option<String>,
}

/// What every act on many takes.
#[derive(Debug, Default, Args)]
pub(crate) struct Many {
    #[command(flatten)]
    filters: Filters,
    #[arg(long = "dry-run", id = "many_dry_run")]
    dry_run: bool,
}

/// Filters by what the act itself does not set.
#[derive(Debug, Default, Args)]
#[group(id = "filter_codes", multiple = true)]
pub(crate) struct ManyCodes {
    #[arg(long = "category", id = "many_category", value_name = "CAT", value_delimiter = ',')]
    category: Vec<String>,
    #[arg(long = "project", id = "many_project", value_name = "P")]
    project: Option<String>,
    #[arg(long = "assignee", id = "many_assignee", value_name = "WHO")]
    assignee: Option<String>,
}

impl Many {
    /// The request, where a filter was given: an act on many.
    ///
    /// # Errors
    ///
    /// A day or a time span that means nothing; a trial of an act on one case.
    pub(crate) fn request(
        self,
        codes: ManyCodes,
        edit: impl FnOnce(&mut Asker<'_>) -> Result<Edit, Failure>,
        asker: &mut Asker<'_>,
    ) -> Result<Option<Request>, Failure> {
        let (only_look, filter) = (self.dry_run, self.filters.filter(codes, asker)?);
        if filter == CaseFilter::default() {
            return match only_look {
                true => Err(Failure::new("usage_missing").arg("missing", "--late, --untriaged, --site…")),
                false => Ok(None),
            };
        }
        let edit = edit(asker)?;
        Ok(Some(Request::CaseMany { filter: Box::new(filter), edit, only_look }))
    }

    /// Whether it is a trial.
    pub(crate) fn only_look(&self) -> bool {
        self.dry_run
    }

    /// The cases that are meant.
    ///
    /// # Errors
    ///
    /// As of [`Filters::filter`].
    pub(crate) fn filter(self, codes: ManyCodes, asker: &Asker<'_>) -> Result<CaseFilter, Failure> {
        self.filters.filter(codes, asker)
    }

    /// What is late, where nothing else was asked for.
    pub(crate) fn or_late(mut self) -> Self {
        self.filters.late = true;
        self
    }
}

impl Filters {
    /// The cases that are meant.
    ///
    /// # Errors
    ///
    /// A day or a time span that means nothing.
    pub(crate) fn filter(self, codes: ManyCodes, asker: &Asker<'_>) -> Result<CaseFilter, Failure> {
        Ok(CaseFilter {
            since: when::given("--since", self.since.as_deref(), asker.now_ms)?,
            until: when::given("--until", self.until.as_deref(), asker.now_ms)?,
            older_than_ms: when::duration_ms("--older-than", self.older_than.as_deref())?,
            status: self.status,
            site: self.site,
            partner: self.partner,
            channel: self.channel,
            spoken: self.spoken,
            overdue: self.overdue,
            late: self.late,
            untriaged: self.untriaged,
            unanswered: self.unanswered,
            not_delivered: self.not_delivered,
            session: self.session,
            incident: self.incident,
            category: codes.category,
            project: codes.project,
            assignee: codes.assignee,
            ..CaseFilter::default()
        })
    }
}

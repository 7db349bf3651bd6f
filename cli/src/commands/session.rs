//! `boucle session`: a box that was opened, a desk, an event, a group that was heard.

use clap::{Args, Subcommand};
use node::api::{CaseFilter, Request, SessionHeader};
use node::error::Failure;

use super::case::many::{Filters, ManyCodes};
use super::case::new::New;
use crate::ask::{ASK, Asker};
use crate::when;

/// Kinds of sessions.
pub(crate) const KINDS: [&str; 4] = ["box", "desk", "event", "fgd"];

#[derive(Debug, Subcommand)]
pub(crate) enum Session {
    Open(Box<Open>),
    Add(Box<New>),
    Close(Close),
    Show,
    List(Box<List>),
}

/// Opens one; what its cases have in common is said once.
#[derive(Debug, Args)]
pub(crate) struct Open {
    #[arg(long = "kind", id = "session_kind", value_name = "K", num_args = 0..=1, default_missing_value = ASK)]
    kind: Option<String>,
    #[arg(long = "slips", id = "session_slips", value_name = "N")]
    slips: Option<u32>,
    #[arg(long = "opened-by", id = "session_opened_by", value_name = "A,B", value_delimiter = ',')]
    opened_by: Vec<String>,
    #[arg(long = "project", id = "session_project", value_name = "P")]
    project: Option<String>,
    #[arg(long = "partner", id = "session_partner", value_name = "O")]
    partner: Option<String>,
    #[arg(long = "location", id = "session_location", value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    location: Option<String>,
    #[arg(long = "admin1", id = "session_admin1", value_name = "CODE")]
    admin1: Option<String>,
    #[arg(long = "admin2", id = "session_admin2", value_name = "CODE")]
    admin2: Option<String>,
    #[arg(long = "admin3", id = "session_admin3", value_name = "CODE")]
    admin3: Option<String>,
    #[arg(long = "at", id = "session_at", value_name = "D")]
    at: Option<String>,
}

/// Closes it.
#[derive(Debug, Args)]
pub(crate) struct Close {
    #[arg(long = "reason", id = "session_reason", value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    reason: Option<String>,
}

/// Those that were.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    codes: ManyCodes,
    #[arg(long = "limit", id = "session_limit", value_name = "N")]
    limit: Option<u64>,
    #[arg(long = "count", id = "session_count")]
    count: bool,
}

impl Session {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        match self {
            Self::Open(open) => open.request(asker),
            Self::Add(new) => new.in_session().request(asker),
            Self::Close(Close { reason }) => {
                Ok(Request::SessionClose { reason: asker.words(reason, "--reason", "ask-session-reason")? })
            }
            Self::Show => Ok(Request::SessionShow),
            Self::List(list) => {
                let List { filters, codes, limit, count } = *list;
                let filter = filters.filter(codes, asker)?;
                Ok(Request::SessionList(Box::new(CaseFilter { limit, count, ..filter })))
            }
        }
    }
}

impl Open {
    fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let kind = asker.one_of_few(self.kind, "--kind", "ask-session-kind", ("session", &KINDS))?;
        let (mut slips, mut opened_by) = (self.slips, self.opened_by);
        if kind == "box" {
            while slips.is_none() && asker.console.is_terminal() {
                slips = asker
                    .ask(&crate::ask::in_question(asker.texts, &asker.texts.get("ask-session-slips")))?
                    .and_then(|typed| typed.trim().parse().ok());
            }
            if opened_by.is_empty() && asker.console.is_terminal() {
                let typed = asker.required(None, "--opened-by", "ask-session-openers")?;
                opened_by = typed.split(',').map(|who| who.trim().to_owned()).collect();
            }
        }
        let header = SessionHeader {
            kind,
            slips,
            opened_by,
            project: self.project,
            partner: self.partner,
            location: asker.offered(self.location, "--location", "ask-session-location")?,
            admin: [self.admin1, self.admin2, self.admin3],
            at: self.at.map(|at| when::moment("--at", &at, asker.now_ms)).transpose()?,
        };
        Ok(Request::SessionOpen(Box::new(header)))
    }
}

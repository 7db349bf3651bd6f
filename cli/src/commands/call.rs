//! `boucle call`: calls, those about a case, those that led to none, and the one that goes on; `boucle shift`.

use clap::{Args, Subcommand};
use crdt_model::edit::Edit;
use node::api::{CaseFilter, Request};
use node::error::Failure;

use super::case::many::{Filters, ManyCodes};
use crate::ask::{ASK, Asker};
use crate::when;

/// What can become of a call, those first that are noted most.
pub(crate) const OUTCOMES: [&str; 7] = ["answered", "referred", "cut", "missed", "wrong_number", "prank", "silent"];
/// Of those, what a call that led to no case is noted as.
pub(crate) const KINDS: [&str; 5] = ["missed", "wrong_number", "silent", "prank", "answered"];

#[derive(Debug, Subcommand)]
pub(crate) enum Call {
    Start(Start),
    End(End),
    Log(Log),
    List(Box<List>),
}

/// A call begins.
#[derive(Debug, Args)]
pub(crate) struct Start {
    #[arg(long = "phone", id = "call_phone", value_name = "PHONE", num_args = 0..=1, default_missing_value = ASK)]
    phone: Option<String>,
    #[arg(long = "spoken", id = "call_spoken", value_name = "L")]
    spoken: Option<String>,
}

/// It ends.
#[derive(Debug, Args)]
pub(crate) struct End {
    #[arg(long = "outcome", id = "call_outcome", value_name = "O", num_args = 0..=1, default_missing_value = ASK)]
    outcome: Option<String>,
    #[arg(long = "case", id = "call_end_case", value_name = "REF")]
    case: Option<String>,
}

/// A contact about a case that is there, or a call that led to none.
#[derive(Debug, Args)]
pub(crate) struct Log {
    #[arg(long = "case", id = "call_case", value_name = "REF", conflicts_with_all = ["call_kind", "call_log_phone", "call_at"])]
    case: Option<String>,
    #[arg(long = "kind", id = "call_kind", value_name = "K", num_args = 0..=1, default_missing_value = ASK)]
    kind: Option<String>,
    #[arg(long = "phone", id = "call_log_phone", value_name = "PHONE", num_args = 0..=1, default_missing_value = ASK)]
    phone: Option<String>,
    #[arg(long = "at", id = "call_at", value_name = "D")]
    at: Option<String>,
    #[arg(long = "channel", id = "call_channel", value_name = "C")]
    channel: Option<String>,
}

/// Calls that led to no case.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[arg(long = "kind", id = "call_list_kind", value_name = "K", value_delimiter = ',')]
    kind: Vec<String>,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    codes: ManyCodes,
    #[arg(long = "limit", id = "call_limit", value_name = "N")]
    limit: Option<u64>,
    #[arg(long = "count", id = "call_count", conflicts_with = "call_group_by")]
    count: bool,
    #[arg(long = "group-by", id = "call_group_by", value_name = "F", value_delimiter = ',')]
    group_by: Vec<String>,
}

/// The type under which a kind of call is kept.
fn type_of(kind: String) -> String {
    match kind.as_str() {
        "missed" => "missed_call",
        "prank" => "prank_call",
        "silent" => "silent_call",
        "answered" => "call",
        _ => return kind,
    }
    .to_owned()
}

impl Call {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        match self {
            Self::Start(Start { phone, spoken }) => {
                let phone = asker.offered(phone, "--phone", "ask-call-phone")?;
                Ok(Request::CallStart { phone: phone.filter(|phone| !phone.0.trim().is_empty()), spoken })
            }
            Self::End(End { outcome, case }) => {
                let outcome = match (outcome, &case) {
                    (None, Some(_)) => "answered".to_owned(),
                    // a script that says nothing means a call that went as calls do
                    (None, None) if !asker.console.is_terminal() => "answered".to_owned(),
                    (outcome, _) => {
                        asker.one_of_few(outcome, "--outcome", "ask-call-outcome", ("outcome", &OUTCOMES))?
                    }
                };
                Ok(Request::CallEnd { outcome, case })
            }
            Self::Log(log) => log.request(asker),
            Self::List(list) => {
                let List { kind, filters, codes, limit, count, group_by } = *list;
                let case_type = kind.into_iter().map(type_of).collect();
                let filter = filters.filter(codes, asker)?;
                Ok(Request::CallList(Box::new(CaseFilter { case_type, limit, count, group_by, ..filter })))
            }
        }
    }
}

impl Log {
    fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let Self { case, kind, phone, at, channel } = self;
        let mut channel = channel.filter(|channel| !channel.trim().is_empty());
        crate::codes::known(asker.texts, "channel", "channel", channel.as_mut())?;
        if kind.is_none() && phone.is_none() && at.is_none() {
            let reference = asker.required(case, "--case", "ask-call-case")?;
            let (purpose, outcome) = ("follow_up".to_owned(), "answered".to_owned());
            let edit = Edit::Contact { inward: true, channel, purpose, outcome, lasted_ms: None };
            return Ok(Request::edit(reference, edit));
        }
        let at = at.map(|at| when::moment("--at", &at, asker.now_ms)).transpose()?;
        let outcome = asker.one_of_few(kind, "--kind", "ask-call-kind", ("outcome", &KINDS))?;
        let phone = asker.words(phone, "--phone", "ask-call-phone")?;
        Ok(Request::CallLog { outcome, phone, channel, at })
    }
}

/// `boucle shift`: the time somebody answers calls.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Shift {
    Start,
    End,
}

impl Shift {
    pub(crate) fn request(self) -> Request {
        match self {
            Self::Start => Request::ShiftStart,
            Self::End => Request::ShiftEnd,
        }
    }
}

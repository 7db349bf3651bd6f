//! `boucle case incident`: cases of one cause, worked on as one.

use clap::{Args, Subcommand};
use crdt_model::edit::Edit;
use node::api::Request;
use node::error::Failure;

use super::many::{Many, ManyCodes};
use crate::ask::{ASK, Asker};

#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    Add(Box<Add>),
    Close(Close),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    #[arg(value_name = "CODE")]
    code: String,
    #[arg(value_name = "REF", required_unless_present_any = ["filters", "filter_codes", "incident_leave"])]
    r#ref: Option<String>,
    #[arg(long = "leave", id = "incident_leave", requires = "ref")]
    leave: bool,
    #[command(flatten)]
    many: Many,
    #[command(flatten)]
    codes: ManyCodes,
}

#[derive(Debug, Args)]
pub(crate) struct Close {
    #[arg(value_name = "CODE")]
    code: String,
    #[arg(long, value_name = "CODE")]
    outcome: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    text: Option<String>,
    #[arg(long = "dry-run", id = "incident_dry_run")]
    dry_run: bool,
}

impl Incident {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        match self {
            Self::Add(add) => add.request(asker),
            Self::Close(close) => close.request(asker),
        }
    }
}

impl Add {
    fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let edit = Edit::Incident { code: if self.leave { String::new() } else { self.code } };
        let many = self.many.request(self.codes, |_| Ok(edit.clone()), asker)?;
        match (many, self.r#ref) {
            (Some(_), Some(_)) => Err(super::work::one_or_many("REF")),
            (Some(many), None) => Ok(many),
            (None, r#ref) => Ok(Request::edit(r#ref.unwrap_or_default(), edit)),
        }
    }
}

impl Close {
    fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let text = asker.required_words(self.text, "--text", "ask-outcome-text")?;
        let outcome = self.outcome.unwrap_or_else(|| "resolved".to_owned());
        Ok(Request::IncidentClose { code: self.code, outcome, text, only_look: self.dry_run })
    }
}

//! `boucle batch`: lists for those who have no node, and their answers.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use node::api::Request;
use node::error::Failure;

use super::case::many::{Filters, Many, ManyCodes};
use crate::ask::Asker;
use crate::when;

#[derive(Debug, Subcommand)]
pub(crate) enum Batch {
    Out(Box<Out>),
    In(In),
    Calls(Box<Calls>),
    List,
}

#[derive(Debug, Args)]
pub(crate) struct Out {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long = "to", id = "batch_to", value_name = "NAME")]
    to: Option<String>,
    #[arg(long = "purpose", id = "batch_purpose", value_name = "TEXT")]
    purpose: Option<String>,
    #[arg(long = "fields", id = "batch_fields", value_name = "FIELD,…|all", value_delimiter = ',')]
    fields: Vec<String>,
    #[arg(long = "due", id = "batch_due", value_name = "7d")]
    due: Option<String>,
    #[arg(long = "confidential", id = "batch_confidential")]
    confidential: bool,
    #[command(flatten)]
    many: Many,
    #[command(flatten)]
    codes: ManyCodes,
}

#[derive(Debug, Args)]
pub(crate) struct In {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long = "to", id = "batch_of", value_name = "NAME")]
    to: Option<String>,
    #[arg(long = "answer", id = "batch_answer", value_name = "ANSWER=CODE")]
    answers: Vec<String>,
    #[arg(long = "take", id = "batch_take", value_name = "ROW=REF")]
    takes: Vec<String>,
    #[arg(long = "encoding", id = "batch_encoding", value_name = "NAME")]
    encoding: Option<String>,
    #[arg(long = "dry-run", id = "batch_dry_run")]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Calls {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    codes: ManyCodes,
}

impl Batch {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        match self {
            Self::Out(out) => out.request(asker),
            Self::In(back) => back.request(),
            Self::Calls(calls) => Ok(Request::BatchCalls {
                filter: Box::new(calls.filters.filter(calls.codes, asker)?),
                path: super::absolute(&calls.file)?,
            }),
            Self::List => Ok(Request::BatchList),
        }
    }
}

impl Out {
    fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let (only_look, due_in_ms) = (self.many.only_look(), when::duration_ms("--due", self.due.as_deref())?);
        let filter = self.many.filter(self.codes, asker)?;
        let to = asker.required_words(self.to, "--to", "ask-batch-to")?;
        let purpose = asker.words(self.purpose, "--purpose", "ask-batch-purpose")?;
        Ok(Request::BatchOut {
            filter: Box::new(filter),
            to,
            purpose,
            fields: self.fields,
            confidential: self.confidential,
            due_in_ms,
            path: super::absolute(&self.file)?,
            only_look,
        })
    }
}

impl In {
    fn request(self) -> Result<Request, Failure> {
        let answers = self.answers.iter().map(|pair| of_pair("--answer", pair)).collect::<Result<_, _>>()?;
        let takes = self.takes.iter().map(|pair| {
            let (row, case) = of_pair("--take", pair)?;
            Ok((row.parse().map_err(|_| not_a_pair("--take"))?, case))
        });
        Ok(Request::BatchIn {
            path: super::absolute(&self.file)?,
            encoding: self.encoding,
            to: self.to.map(Into::into),
            answers,
            takes: takes.collect::<Result<_, Failure>>()?,
            only_look: self.dry_run,
        })
    }
}

fn not_a_pair(option: &'static str) -> Failure {
    let expected = if option == "--take" { "12=JER-104-00193-54" } else { "ANSWER=CODE" };
    Failure::new("usage_bad_value").arg("option", option).arg("expected", expected)
}

/// What stands before the last `=` and after it: a wording may hold one.
fn of_pair(option: &'static str, pair: &str) -> Result<(String, String), Failure> {
    let (word, code) = pair.rsplit_once('=').ok_or_else(|| not_a_pair(option))?;
    match word.trim().is_empty() || code.trim().is_empty() {
        true => Err(not_a_pair(option)),
        false => Ok((word.trim().to_owned(), code.trim().to_owned())),
    }
}

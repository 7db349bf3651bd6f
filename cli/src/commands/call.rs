//! `boucle call`: contacts with a person, by themselves.

use clap::{Args, Subcommand};
use crdt_model::edit::Edit;
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;

#[derive(Debug, Subcommand)]
pub(crate) enum Call {
    Log(Log),
}

/// A contact about a case that is there.
#[derive(Debug, Args)]
pub(crate) struct Log {
    #[arg(long = "case", id = "call_case", value_name = "REF")]
    case: Option<String>,
    #[arg(long = "channel", id = "call_channel", value_name = "C")]
    channel: Option<String>,
}

impl Call {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let Self::Log(Log { case, channel }) = self;
        let reference = asker.required(case, "--case", "ask-call-case")?;
        let mut channel = channel.filter(|channel| !channel.trim().is_empty());
        crate::codes::known(asker.texts, "channel", "channel", channel.as_mut())?;
        let (purpose, outcome) = ("follow_up".to_owned(), "answered".to_owned());
        Ok(Request::edit(reference, Edit::Contact { inward: true, channel, purpose, outcome }))
    }
}

//! `boucle member`.

use clap::{Args, Subcommand};
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    List,
    Show(Show),
    Confirm(Confirm),
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Confirm {
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[arg(long, value_name = "W", num_args = 6)]
    words: Vec<String>,
}

impl Member {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(match self {
            Self::List => Request::MemberList,
            Self::Show(show) => Request::MemberShow { name: asker.required(show.name, "NAME", "ask-member")? },
            Self::Confirm(Confirm { name, words }) => {
                Request::MemberConfirm { name: asker.required(name, "NAME", "ask-member")?, words }
            }
        })
    }
}

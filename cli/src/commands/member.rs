//! `boucle member`.

use clap::{Args, Subcommand};
use node::api::Request;

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    List,
    Show(Show),
    Confirm(Confirm),
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    #[arg(value_name = "NAME")]
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Confirm {
    #[arg(value_name = "NAME")]
    name: String,
    #[arg(long, value_name = "W", num_args = 6)]
    words: Vec<String>,
}

impl Member {
    pub(crate) fn request(self) -> Request {
        match self {
            Self::List => Request::MemberList,
            Self::Show(show) => Request::MemberShow { name: show.name },
            Self::Confirm(confirm) => Request::MemberConfirm { name: confirm.name, words: confirm.words },
        }
    }
}

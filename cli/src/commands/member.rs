//! `boucle member`.

use clap::{Args, Subcommand};
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    List,
    Confirm(Confirm),
    Away(Away),
    Set(Set),
}

#[derive(Debug, Args)]
pub(crate) struct Confirm {
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[arg(long, value_name = "W", num_args = 0..=6)]
    words: Option<Vec<String>>,
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[arg(long, value_name = "LANGUAGES")]
    speaks: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Away {
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[arg(long = "until", id = "away_until", value_name = "D", required_unless_present = "back")]
    until: Option<String>,
    #[arg(long, value_name = "M")]
    deputy: Option<String>,
    #[arg(long, conflicts_with_all = ["away_until", "deputy"])]
    back: bool,
}

impl Member {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(match self {
            Self::List => Request::MemberList,
            Self::Away(Away { name, until, deputy, back }) => {
                let name = asker.required(name, "NAME", "ask-member")?;
                Request::MemberAway { name, until: until.filter(|_| !back), deputy }
            }
            Self::Set(Set { name, speaks }) => {
                let name = asker.required(name, "NAME", "ask-member")?;
                Request::MemberSet { name, speaks: asker.required(speaks, "--speaks", "ask-speaks")? }
            }
            Self::Confirm(Confirm { name, words }) => {
                if words.as_ref().is_some_and(|words| words.len() != 6) {
                    return Err(Failure::new("six_words"));
                }
                let words = words.unwrap_or_default();
                Request::MemberConfirm { name: asker.required(name, "NAME", "ask-member")?, words }
            }
        })
    }
}

//! `boucle find`: the cases a person means, by what they have in hand.

use clap::Args;
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;

#[derive(Debug, Args)]
pub(crate) struct Find {
    #[arg(value_name = "WHAT")]
    what: Option<String>,
    #[arg(long = "limit", id = "find_limit", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
}

impl Find {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let what = asker.required_words(self.what, "WHAT", "ask-find")?;
        Ok(Request::Find { what, limit: self.limit })
    }
}

//! `boucle find`.

use clap::Args;
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;

#[derive(Debug, Args)]
pub(crate) struct Find {
    #[arg(value_name = "PHONE|REF|WORDS")]
    find_what: Option<String>,
}

impl Find {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(Request::Find { what: asker.required_words(self.find_what, "PHONE|REF|WORDS", "ask-find")? })
    }
}

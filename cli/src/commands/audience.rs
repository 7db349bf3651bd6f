//! `boucle audience`.

use clap::Subcommand;
use node::api::Request;

#[derive(Debug, Subcommand)]
pub(crate) enum Audience {
    List,
}

impl Audience {
    pub(crate) fn request(self) -> Request {
        match self {
            Self::List => Request::AudienceList,
        }
    }
}

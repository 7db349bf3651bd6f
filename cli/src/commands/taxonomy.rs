//! `boucle taxonomy`.

use clap::Subcommand;
use node::api::Request;

#[derive(Debug, Subcommand)]
pub(crate) enum Taxonomy {
    Show,
}

impl Taxonomy {
    pub(crate) fn request(self) -> Request {
        match self {
            Self::Show => Request::TaxonomyShow,
        }
    }
}

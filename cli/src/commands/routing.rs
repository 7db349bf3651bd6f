//! `boucle routing`: who gets which cases of a site, and whom to telephone.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use node::api::Request;
use node::error::Failure;

use super::absolute;

#[derive(Debug, Subcommand)]
pub(crate) enum Routing {
    Show(Show),
    Set(Set),
    Import(Import),
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[arg(value_name = "FILE", id = "routing_file")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    #[arg(long, value_name = "CODE")]
    site: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    #[arg(value_name = "SITE")]
    site: String,
    #[arg(long = "category", id = "route_category", value_name = "CAT")]
    category: Option<String>,
    #[arg(long = "to", id = "route_to", value_name = "WHO")]
    to: Option<String>,
    #[arg(long, value_name = "PHONE", allow_hyphen_values = true)]
    duty_phone: Option<String>,
    #[arg(long, value_name = "PHONE", allow_hyphen_values = true)]
    alternate_phone: Option<String>,
}

impl Routing {
    pub(crate) fn request(self) -> Result<Request, Failure> {
        let set = match self {
            Self::Show(Show { site }) => return Ok(Request::RoutingShow { site }),
            Self::Import(from) => return Ok(Request::RoutingImport { path: absolute(&from.file)? }),
            Self::Set(set) => set,
        };
        if set.to.is_none() && set.duty_phone.is_none() && set.alternate_phone.is_none() {
            return Err(Failure::new("usage_missing").arg("missing", "--to, --duty-phone"));
        }
        Ok(Request::RoutingSet {
            site: set.site,
            category: set.category,
            to: set.to,
            duty_phone: set.duty_phone,
            alternate_phone: set.alternate_phone,
        })
    }
}

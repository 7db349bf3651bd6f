//! `boucle site`.

use clap::{Args, Subcommand};
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;

#[derive(Debug, Subcommand)]
pub(crate) enum Site {
    Add(Add),
    Set(Set),
    List,
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    #[arg(value_name = "CODE")]
    code: Option<String>,
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[arg(long, value_parser = ["office", "committee", "region", "national", "partner"])]
    kind: Option<String>,
    #[arg(long, value_name = "CODE")]
    parent: Option<String>,
    #[arg(long, value_name = "NAME")]
    org_unit: Option<String>,
    #[arg(long, value_name = "TZ")]
    zone: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    #[arg(value_name = "CODE")]
    code: String,
    #[arg(long, value_name = "TZ")]
    zone: Option<String>,
    #[arg(long = "name", id = "site_name", value_name = "NAME")]
    name: Option<String>,
    #[arg(long, value_name = "HOURS", allow_hyphen_values = true)]
    hours: Option<String>,
    #[arg(long = "close", id = "site_close")]
    close: bool,
    #[arg(long = "open", id = "site_open", conflicts_with = "site_close")]
    open: bool,
}

impl Site {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let add = match self {
            Self::List => return Ok(Request::SiteList),
            Self::Set(set) => {
                let closed = (set.close || set.open).then_some(set.close);
                let zone = match set.name.is_some() || closed.is_some() || set.hours.is_some() {
                    true => set.zone,
                    false => Some(asker.required(set.zone, "--zone", "ask-zone")?),
                };
                return Ok(Request::SiteSet { code: set.code, zone, name: set.name, closed, hours: set.hours });
            }
            Self::Add(add) => add,
        };
        Ok(Request::SiteAdd {
            code: asker.required(add.code, "CODE", "ask-site-code")?,
            name: asker.required(add.name, "--name", "ask-site-name")?,
            kind: asker.required(add.kind, "--kind", "ask-kind")?,
            parent: add.parent,
            org_unit: add.org_unit,
            zone: add.zone,
        })
    }
}

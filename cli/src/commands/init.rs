//! `boucle init`.

use clap::Args;
use node::api::{Request, Roots};
use node::error::Failure;

use crate::ask::Asker;

#[derive(Debug, Args)]
pub(crate) struct Init {
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    #[arg(long, value_name = "CODE")]
    site: Option<String>,
    #[arg(long, value_name = "N-of-M", value_parser = roots)]
    roots: Option<Roots>,
}

impl Init {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let org = asker.required(self.org, "--org", "ask-org")?;
        let site = asker.required(self.site, "--site", "ask-site")?;
        let member = asker.member.clone();
        let member = asker.required(member, "--member", "ask-member")?;
        Ok(Request::Init { org, site, member, roots: self.roots })
    }
}

/// `2-of-3`.
fn roots(text: &str) -> Result<Roots, &'static str> {
    let parsed = text.split_once("-of-").and_then(|(n, m)| Some((n.parse::<u8>().ok()?, m.parse::<u8>().ok()?)));
    match parsed {
        Some((needed, of)) if 1 <= needed && needed <= of => Ok(Roots { needed, of }),
        _ => Err("N-of-M"),
    }
}

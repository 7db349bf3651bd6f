//! `boucle init`.

use clap::Args;
use node::api::{Request, Roots};
use node::error::Failure;

use crate::ask::Asker;
use crate::when;

#[derive(Debug, Args)]
pub(crate) struct Init {
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    #[arg(long, value_name = "CODE")]
    site: Option<String>,
    #[arg(long, value_name = "N-of-M", value_parser = roots)]
    roots: Option<Roots>,
    #[arg(long, value_name = "TZ")]
    zone: Option<String>,
}

impl Init {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        // who says all of it on one line is not asked more: the reply names the zone
        let told = self.org.is_some() && self.site.is_some() && asker.member.is_some();
        let org = asker.required(self.org, "--org", "ask-org")?;
        let site = asker.required(self.site, "--site", "ask-site")?;
        let member = asker.member.clone();
        let member = asker.required(member, "--member", "ask-member")?;
        let own = when::machine_zone_name();
        let zone = match self.zone {
            Some(zone) => zone,
            None if told => own,
            None => asker.zone(own)?,
        };
        Ok(Request::Init { org, site, member, roots: self.roots, zone: Some(zone) })
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

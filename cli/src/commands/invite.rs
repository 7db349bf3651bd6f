//! `boucle invite`.

use std::path::PathBuf;

use clap::Args;
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;
use crate::when;

#[derive(Debug, Args)]
pub(crate) struct Invite {
    #[arg(long, value_name = "CODE")]
    site: Option<String>,
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    #[arg(long, value_name = "30d")]
    expires: Option<String>,
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Invite {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(Request::Invite {
            site: asker.required(self.site, "--site", "ask-site")?,
            role: asker.required(self.role, "--role", "ask-role")?,
            expires_ms: when::duration_ms("--expires", self.expires.as_deref())?,
            out: self.out.as_deref().map(super::absolute).transpose()?,
        })
    }
}

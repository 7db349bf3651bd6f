//! `boucle import`.

use std::path::PathBuf;

use clap::Args;
use node::api::Request;
use node::error::Failure;

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long = "as", id = "format", value_name = "FORMAT")]
    format: String,
    #[arg(long, value_name = "FILE.toml")]
    mapping: Option<PathBuf>,
    #[arg(long, value_name = "CODE")]
    site: Option<String>,
    #[arg(long, value_name = "CODE")]
    partner: Option<String>,
    #[arg(long, value_name = "CODE")]
    project: Option<String>,
    #[arg(long)]
    dry_run: bool,
    #[arg(long, value_name = "FILE.csv")]
    rejects: Option<PathBuf>,
}

impl Import {
    pub(crate) fn request(self) -> Result<Request, Failure> {
        Ok(Request::Import {
            path: super::absolute(&self.file)?,
            format: self.format,
            mapping: self.mapping.as_deref().map(super::absolute).transpose()?,
            site: self.site,
            partner: self.partner,
            project: self.project,
            dry_run: self.dry_run,
            rejects: self.rejects.as_deref().map(super::absolute).transpose()?,
        })
    }
}

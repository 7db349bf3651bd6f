//! `boucle import`.

use std::path::PathBuf;

use clap::Args;
use node::api::Request;
use node::error::Failure;

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[arg(value_name = "FILE", required_unless_present = "undo", conflicts_with = "undo")]
    file: Option<PathBuf>,
    #[arg(
        long = "as",
        id = "format",
        value_name = "FORMAT",
        required_unless_present = "undo",
        conflicts_with = "undo"
    )]
    format: Option<String>,
    #[arg(long, value_name = "FILE.toml", conflicts_with = "undo")]
    mapping: Option<PathBuf>,
    #[arg(long, value_name = "CODE", conflicts_with = "undo")]
    site: Option<String>,
    #[arg(long, value_name = "CODE", conflicts_with = "undo")]
    partner: Option<String>,
    #[arg(long, value_name = "CODE", conflicts_with = "undo")]
    project: Option<String>,
    #[arg(long, conflicts_with = "undo")]
    dry_run: bool,
    #[arg(long, value_name = "FILE.csv", conflicts_with = "undo")]
    rejects: Option<PathBuf>,
    #[arg(long, value_name = "NAME", conflicts_with = "undo")]
    encoding: Option<String>,
    #[arg(long = "own", id = "import_own", value_name = "NAME", conflicts_with = "undo")]
    own: Vec<String>,
    #[arg(long = "dates", id = "import_dates", value_name = "dmy|mdy", value_parser = ["dmy", "mdy"], conflicts_with = "undo")]
    dates: Option<String>,
    #[arg(long, value_name = "BATCH", num_args = 0..=1)]
    undo: Option<Option<String>>,
}

impl Import {
    pub(crate) fn request(self) -> Result<Request, Failure> {
        let (file, format) = match (self.undo, self.file, self.format) {
            (Some(batch), ..) => return Ok(Request::ImportUndo { batch }),
            (None, Some(file), Some(format)) => (file, format),
            // clap asks for both
            _ => return Err(Failure::new("usage")),
        };
        if matches!(format.as_str(), "whatsapp" | "sms") {
            let (own, dates, encoding, dry_run) = (self.own, self.dates, self.encoding, self.dry_run);
            let path = super::absolute(&file)?;
            return Ok(Request::ImportMessages { path, format, own, dates, encoding, dry_run });
        }
        Ok(Request::Import {
            path: super::absolute(&file)?,
            format,
            mapping: self.mapping.as_deref().map(super::absolute).transpose()?,
            site: self.site,
            partner: self.partner,
            project: self.project,
            dry_run: self.dry_run,
            rejects: self.rejects.as_deref().map(super::absolute).transpose()?,
            encoding: self.encoding,
        })
    }
}

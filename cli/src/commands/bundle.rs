//! `boucle bundle …` and `boucle carry`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use node::api::Request;
use node::error::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Bundle {
    Export(Export),
    Import(Import),
    Inspect(Inspect),
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long = "for", id = "for", value_name = "DEVICE|SITE")]
    to: Option<String>,
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    after: Option<PathBuf>,
    #[arg(long)]
    all: bool,
    #[arg(long, value_name = "2GB")]
    max_size: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long)]
    accept_late: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Carry {
    #[arg(id = "stick", value_name = "PATH")]
    path: Option<PathBuf>,
}

impl Bundle {
    pub(crate) fn request(self) -> Result<Request, Failure> {
        Ok(match self {
            Self::Export(export) => Request::BundleExport {
                path: super::absolute(&export.file)?,
                to: export.to,
                after: export.after.as_deref().map(super::absolute).transpose()?,
                all: export.all,
                max_bytes: export.max_size.as_deref().map(bytes).transpose()?,
            },
            Self::Import(import) => {
                Request::BundleImport { path: super::absolute(&import.file)?, accept_late: import.accept_late }
            }
            Self::Inspect(inspect) => Request::BundleInspect { path: super::absolute(&inspect.file)? },
        })
    }
}

impl Carry {
    pub(crate) fn request(self) -> Result<Request, Failure> {
        Ok(Request::Carry { path: self.path.as_deref().map(super::absolute).transpose()? })
    }
}

/// `2GB`, `700 MB`, `25m`, `1048576`: units of a thousand, as sticks and mail servers count.
fn bytes(text: &str) -> Result<u64, Failure> {
    let refused = || Failure::new("usage_bad_value").arg("option", "--max-size").arg("expected", "2GB, 700MB, 25MB");
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let scale = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" | "o" => 1,
        "k" | "kb" | "ko" => 1_000,
        "m" | "mb" | "mo" => 1_000_000,
        "g" | "gb" | "go" => 1_000_000_000,
        _ => return Err(refused()),
    };
    number.parse::<u64>().ok().and_then(|n| n.checked_mul(scale)).filter(|n| *n > 0).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, expected) in [("2GB", 2_000_000_000), ("700 MB", 700_000_000), ("25m", 25_000_000), ("4096", 4_096)]
        {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for bad in ["", "GB", "2XB", "-1", "0", "99999999999999999999GB", "18446744073709551615kb"] {
            assert_eq!(bytes(bad).map_err(|failure| failure.code), Err("usage_bad_value"), "{bad}");
        }
    }
}

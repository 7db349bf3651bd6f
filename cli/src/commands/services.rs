//! `boucle services`: who helps a person who was harmed, and where.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use crdt_model::taxonomy::own::SERVICE_KINDS;
use node::api::Request;
use node::error::Failure;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Services {
    #[arg(long = "near", id = "services_near", value_name = "PLACE")]
    near: Option<String>,
    #[arg(long = "kind", id = "services_kind", value_name = "KIND", value_parser = SERVICE_KINDS)]
    kind: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Load(Load),
}

/// Reads them from a sheet.
#[derive(Debug, Args)]
struct Load {
    #[arg(id = "services_file", value_name = "FILE.csv")]
    file: PathBuf,
}

impl Services {
    pub(crate) fn request(self) -> Result<Request, Failure> {
        Ok(match self.command {
            Some(Command::Load(Load { file })) => Request::ServicesLoad { path: super::absolute(&file)? },
            None => Request::Services { near: self.near, kind: self.kind },
        })
    }
}

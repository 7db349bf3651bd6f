//! `boucle doctor`, `boucle support-file`, `boucle completions`, `boucle man`: what helps those who use it and those who help.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;
use node::api::Request;

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[arg(long)]
    deep: bool,
}

impl Doctor {
    pub(crate) fn request(self) -> Request {
        Request::Doctor { deep: self.deep, keyless: false }
    }
}

#[derive(Debug, Args)]
pub(crate) struct SupportFile {
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[arg(long)]
    addresses: bool,
}

impl SupportFile {
    pub(crate) fn request(&self) -> Request {
        Request::SupportFile { keyless: false, addresses: self.addresses }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

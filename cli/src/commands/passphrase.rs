//! `boucle passphrase change`. Both passphrases are asked for by the session, the present one first.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use node::api::{Request, Secret};
use node::error::Failure;

use crate::ask;

#[derive(Debug, Subcommand)]
pub(crate) enum Passphrase {
    Change(Change),
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    pub(crate) fn request(self) -> Result<Request, Failure> {
        let Self::Change(change) = self;
        let new = match &change.new_passphrase_file {
            Some(file) => ask::given_passphrase(Some(file), None)?.unwrap_or_default(),
            None => Secret::default(),
        };
        Ok(Request::PassphraseChange { new })
    }
}

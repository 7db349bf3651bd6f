//! The command line as data.

use std::path::PathBuf;

use clap::{Args, Parser};

use crate::commands::Commands;

#[derive(Debug, Parser)]
#[command(name = "boucle", version, disable_help_subcommand = true, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Commands,
}

/// What every command understands. `BOUCLE_PASSPHRASE` is read apart: clap would keep it in plain memory.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Global {
    #[arg(long, global = true, value_name = "DIR", env = "BOUCLE_HOME", hide_env = true)]
    pub(crate) home: Option<PathBuf>,
    #[arg(long, global = true, conflicts_with = "jsonl")]
    pub(crate) json: bool,
    #[arg(long, global = true)]
    pub(crate) jsonl: bool,
    #[arg(long, global = true, value_name = "LANG")]
    pub(crate) lang: Option<String>,
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, global = true, value_name = "NAME", env = "BOUCLE_MEMBER", hide_env = true)]
    pub(crate) member: Option<String>,
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

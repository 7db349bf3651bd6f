//! `boucle demo`: its options; the story is in `crate::demo`.

use std::path::PathBuf;

use clap::Args;

use crate::demo::claim::Claim;

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Keeps the homes in this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    /// Breaks the world under one claim: the story must then fail. For tests.
    #[arg(long, value_name = "CLAIM", hide = true)]
    pub(crate) sabotage: Option<Claim>,
}

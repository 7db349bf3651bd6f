//! `boucle demo`: its options; the story is in `crate::demo`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Leaves the coordinator's page open.
    #[arg(long = "web", id = "demo_web", hide = true)]
    pub(crate) web: bool,
    /// Keeps the homes in this folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}

//! `boucle run`: its options; the work is in `crate::run`.

use std::path::PathBuf;

use clap::Args;
use node::api::RunOptions;
use node::error::Failure;

use crate::when;

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[arg(long, value_name = "MULTIADDR")]
    listen: Vec<String>,
    #[arg(long, value_name = "ADDR")]
    peer: Vec<String>,
    #[arg(long)]
    no_mdns: bool,
    #[arg(long, requires = "keyfile")]
    unattended: bool,
    #[arg(long, value_name = "FILE", requires = "unattended")]
    keyfile: Option<PathBuf>,
    #[arg(long, value_name = "CMD")]
    on_event: Option<String>,
    #[arg(long, hide = true)]
    background: bool,
    #[arg(long, value_name = "10m|off", default_value = "10m", hide_default_value = true)]
    auto_lock: String,
}

impl Run {
    /// Started by `unlock`: it ends once nobody is let in any more.
    pub(crate) fn is_in_background(&self) -> bool {
        self.background
    }

    /// How to run, and the command that is run when more waits.
    pub(crate) fn options(self) -> Result<(RunOptions, Option<String>), Failure> {
        let key_file = match self.keyfile {
            Some(file) => Some(super::absolute(&file)?.into()),
            None => None,
        };
        let auto_lock_ms = match self.auto_lock.as_str() {
            "off" => None,
            text => when::duration_ms("--auto-lock", Some(text))?.and_then(|ms| u64::try_from(ms).ok()),
        };
        let options = RunOptions {
            key_file,
            auto_lock_ms,
            listen: self.listen,
            peers: self.peer,
            mdns: !self.no_mdns,
            ..RunOptions::default()
        };
        Ok((options, self.on_event.filter(|command| !command.trim().is_empty())))
    }
}

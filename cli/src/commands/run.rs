//! `boucle run`: its options; the work is in `crate::run`.

use clap::Args;
use node::api::RunOptions;

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[arg(long, value_name = "MULTIADDR")]
    listen: Vec<String>,
    #[arg(long, value_name = "ADDR")]
    web: Option<String>,
    #[arg(long, value_name = "ADDR")]
    peer: Vec<String>,
    #[arg(long)]
    no_mdns: bool,
}

impl Run {
    pub(crate) fn options(self) -> RunOptions {
        RunOptions {
            listen: self.listen,
            web: self.web,
            peers: self.peer,
            mdns: !self.no_mdns,
            ..RunOptions::default()
        }
    }
}

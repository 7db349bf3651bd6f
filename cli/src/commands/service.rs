//! `boucle service`: the node starts with the machine.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::service::Order;

#[derive(Debug, Subcommand)]
pub(crate) enum Service {
    Install(Install),
    Remove,
}

/// Starts with the machine from now on.
#[derive(Debug, Args)]
pub(crate) struct Install {
    #[arg(long = "keyfile", id = "service_keyfile", value_name = "FILE")]
    keyfile: Option<PathBuf>,
}

impl Service {
    pub(crate) fn order(self) -> Order {
        match self {
            Self::Install(Install { keyfile }) => Order::Install(keyfile),
            Self::Remove => Order::Remove,
        }
    }
}

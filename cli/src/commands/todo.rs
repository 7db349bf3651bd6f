//! `boucle todo`: what waits on whoever asks.

use clap::Args;
use node::api::Request;

#[derive(Debug, Args)]
pub(crate) struct Todo {
    #[arg(long, value_name = "N", conflicts_with = "todo_all", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    #[arg(long = "all", id = "todo_all")]
    all: bool,
}

impl Todo {
    pub(crate) fn request(self) -> Request {
        let limit = if self.all { Some(u64::MAX) } else { self.limit };
        Request::Todo { limit }
    }
}

//! `boucle sync`.

use clap::Args;
use node::api::Request;

#[derive(Debug, Args)]
pub(crate) struct Sync {
    #[arg(value_name = "ADDR|SITE|DEVICE")]
    target: Option<String>,
}

impl Sync {
    pub(crate) fn request(self) -> Request {
        Request::Sync { target: self.target }
    }
}

//! `boucle join`.

use std::path::Path;

use clap::Args;
use node::api::{Request, Secret};
use node::error::Failure;

use crate::ask::{Asker, read_file};

/// Bytes of an invitation's text, at most.
const INVITATION_BYTES_MAX: u64 = 64 * 1024;

#[derive(Debug, Args)]
pub(crate) struct Join {
    /// Text of the invitation, or the file that holds it.
    #[arg(value_name = "INVITE|FILE")]
    invitation: Option<String>,
}

impl Join {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let given = asker.required_words(self.invitation, "INVITE", "ask-invitation")?.0;
        let text = match Path::new(&given) {
            path if !given.is_empty() && path.is_file() => read_file(path, INVITATION_BYTES_MAX)?,
            _ => given,
        };
        let member = asker.member.clone();
        let member = asker.required(member, "--member", "ask-member")?;
        Ok(Request::Join { invitation: Secret::new(text.trim().to_owned()), member })
    }
}

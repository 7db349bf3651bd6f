//! `boucle join`.

use std::path::Path;

use clap::Args;
use crdt_model::roster::Invitation;
use node::api::{Request, Secret};
use node::error::Failure;

use crate::ask::{Asker, read_file};

/// Bytes of an invitation's text, at most.
const INVITATION_BYTES_MAX: u64 = 64 * 1024;

/// Bytes of what is taken for the name of a file: an invitation has many more.
const PATH_BYTES_MAX: usize = 120;

#[derive(Debug, Args)]
pub(crate) struct Join {
    /// Text of the invitation, or the file that holds it.
    #[arg(value_name = "INVITE|FILE")]
    invitation: Option<String>,
}

/// Meant as a file, and none is there. What is longer may be an invitation that lost its beginning: never repeated.
fn names_a_file(given: &str) -> bool {
    let short = !given.is_empty() && given.len() <= PATH_BYTES_MAX;
    short && (given.contains(['/', '\\', '.']) || !Invitation::begins(given))
}

impl Join {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let piped = self.invitation.as_deref() == Some("-");
        let given = asker.required_words(self.invitation, "INVITE", "ask-invitation")?.0;
        let text = match Path::new(&given) {
            path if !given.is_empty() && path.is_file() => read_file(path, INVITATION_BYTES_MAX)?,
            _ if !piped && names_a_file(&given) => {
                return Err(Failure::new("file_not_found").arg("file", &given).at("file", &given));
            }
            _ => given,
        };
        let member = asker.member.clone();
        let member = asker.required(member, "--member", "ask-member")?;
        Ok(Request::Join { invitation: Secret::new(text.trim().to_owned()), member })
    }
}

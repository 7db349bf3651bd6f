//! `boucle broadcast`: one collective answer to many cases.

use clap::Args;
use crdt_model::edit::{Edit, PUBLIC_MEANS};
use node::api::Request;
use node::error::Failure;

use super::case::many::{Many, ManyCodes};
use crate::ask::{ASK, Asker};

#[derive(Debug, Args)]
pub(crate) struct Broadcast {
    #[arg(long = "by", id = "broadcast_by", value_name = "BY")]
    by: Option<String>,
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = ASK)]
    text: Option<String>,
    #[command(flatten)]
    many: Many,
    #[command(flatten)]
    codes: ManyCodes,
}

impl Broadcast {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let by = asker.one_of_few(self.by, "--by", "ask-broadcast-by", ("public", &PUBLIC_MEANS))?;
        let text = self.text;
        let edit = |asker: &mut Asker<'_>| {
            let text = asker.required_words(text, "--text", "ask-answer")?;
            Ok(Edit::Broadcast { by, text })
        };
        let many = self.many.request(self.codes, edit, asker)?;
        many.ok_or_else(|| Failure::new("usage_missing").arg("missing", "--incident, --category, --site…"))
    }
}

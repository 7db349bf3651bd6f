//! `boucle words`: the sensitive words of this node.

use clap::{Args, Subcommand};
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;

#[derive(Debug, Subcommand)]
pub(crate) enum Words {
    Show(Show),
    Add(Change),
    Remove(Change),
}

/// `--lang` is the language of messages: the list of another one is named by `--spoken`, as elsewhere.
#[derive(Debug, Args)]
pub(crate) struct Show {
    #[arg(long, value_name = "L")]
    spoken: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    #[arg(long, value_name = "L")]
    spoken: Option<String>,
}

impl Words {
    /// `lang` is what was asked for by `--lang`, if it was.
    pub(crate) fn request(self, lang: Option<&str>, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(match self {
            Self::Show(Show { spoken }) => Request::WordsShow { lang: spoken.or(lang.map(str::to_owned)) },
            Self::Add(change) => {
                let (lang, words) = change.list(lang, asker)?;
                Request::WordsAdd { lang, words }
            }
            Self::Remove(change) => {
                let (lang, words) = change.list(lang, asker)?;
                Request::WordsRemove { lang, words }
            }
        })
    }
}

impl Change {
    fn list(self, lang: Option<&str>, asker: &mut Asker<'_>) -> Result<(String, Vec<String>), Failure> {
        let lang = self.spoken.or(lang.map(str::to_owned)).unwrap_or_else(|| asker.texts.asked().to_owned());
        let typed = match self.words.as_slice() {
            [] => asker.required(None, "WORD", "ask-words")?,
            // one a line, or parted by commas
            [dash] if dash == "-" => asker.stdin("WORD")?.0,
            _ => return Ok((lang, self.words)),
        };
        let words = typed.split([',', '\n']).map(str::trim).filter(|word| !word.is_empty());
        Ok((lang, words.map(str::to_owned).collect()))
    }
}

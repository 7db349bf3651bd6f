//! `boucle reference`: lists of households or payments to be looked up at a call, on this machine alone.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use node::api::{REFERENCE_KINDS, Request};
use node::error::Failure;

use crate::ask::Asker;
use crate::when;

#[derive(Debug, Subcommand)]
pub(crate) enum Reference {
    Load(Load),
    Drop(DropLists),
    List,
    Find(Find),
}

/// Loads one for a time.
#[derive(Debug, Args)]
pub(crate) struct Load {
    #[arg(id = "reference_file", value_name = "FILE")]
    file: PathBuf,
    #[arg(long = "as", id = "reference_kind", value_name = "KIND", value_parser = REFERENCE_KINDS)]
    kind: String,
    #[arg(
        long = "expires",
        id = "reference_expires",
        value_name = "45d",
        default_value = "45d",
        hide_default_value = true
    )]
    expires: String,
}

/// Drops one, or all.
#[derive(Debug, Args)]
pub(crate) struct DropLists {
    #[arg(long = "as", id = "reference_drop_kind", value_name = "KIND", value_parser = REFERENCE_KINDS)]
    kind: Option<String>,
}

/// Looks somebody up.
#[derive(Debug, Args)]
pub(crate) struct Find {
    #[arg(id = "reference_what", value_name = "WHAT")]
    what: Option<String>,
}

impl Reference {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(match self {
            Self::Load(Load { file, kind, expires }) => {
                let kept_for_ms = when::duration_ms("--expires", Some(&expires))?.unwrap_or_default();
                Request::ReferenceLoad { path: super::absolute(&file)?, kind, kept_for_ms }
            }
            Self::Drop(DropLists { kind }) => Request::ReferenceDrop { kind },
            Self::List => Request::ReferenceList,
            Self::Find(Find { what }) => {
                Request::ReferenceFind { what: asker.required_words(what, "WHAT", "ask-reference-find")? }
            }
        })
    }
}

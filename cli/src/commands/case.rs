//! `boucle case`.

mod incident;
mod list;
pub(super) mod many;
pub(super) mod new;
mod record;
mod set;
mod work;

use clap::Subcommand;
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;

#[derive(Debug, Subcommand)]
pub(crate) enum Case {
    New(Box<new::New>),
    List(Box<list::List>),
    Show(work::Ref),
    History(work::Ref),
    #[command(subcommand)]
    Incident(Box<incident::Incident>),
    #[command(flatten)]
    Work(Box<work::Work>),
}

impl Case {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(match self {
            Self::New(new) => new.request(asker)?,
            Self::List(list) => list.request(asker)?,
            Self::Show(work::Ref { r#ref }) => Request::CaseShow { r#ref },
            Self::History(work::Ref { r#ref }) => Request::CaseHistory { r#ref },
            Self::Incident(incident) => incident.request(asker)?,
            Self::Work(verb) => verb.request(asker)?,
        })
    }
}

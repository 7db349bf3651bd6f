//! `boucle case`.

mod list;
mod new;
mod record;
mod set;
mod work;

use clap::Subcommand;
use crdt_model::edit::Edit;
use node::api::Request;
use node::error::Failure;

use crate::ask::Asker;

#[derive(Debug, Subcommand)]
pub(crate) enum Case {
    New(Box<new::New>),
    List(Box<list::List>),
    Show(work::Ref),
    History(work::Ref),
    Set(set::Set),
    Note(work::Note),
    Conflicts(work::Conflicts),
    Settle(work::Settle),
    Triage(work::Triage),
    Assign(work::Assign),
    Accept(work::Ref),
    Act(work::Act),
    Hold(work::Hold),
    Unhold(work::Ref),
    Resolve(work::Resolve),
    Answer(work::Answer),
    Attempt(work::Attempt),
    Consent(work::Consent),
    Close(work::Close),
    Reopen(work::Reopen),
    Seal(work::Seal),
    Raise(work::Raise),
    Lower(work::Lower),
    Erase(work::Erase),
    Withdraw(work::Withdraw),
}

impl Case {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        Ok(match self {
            Self::New(new) => new.request(asker)?,
            Self::List(list) => list.request(asker)?,
            Self::Show(work::Ref { r#ref }) => Request::CaseShow { r#ref },
            Self::History(work::Ref { r#ref }) => Request::CaseHistory { r#ref },
            Self::Accept(work::Ref { r#ref }) => Request::edit(r#ref, Edit::Accept),
            Self::Unhold(work::Ref { r#ref }) => Request::edit(r#ref, Edit::Unhold),
            Self::Conflicts(work::Conflicts { r#ref }) => Request::CaseConflicts { r#ref },
            Self::Set(set) => set.request(asker)?,
            Self::Note(note) => note.request(asker)?,
            Self::Settle(settle) => settle.request(),
            Self::Triage(triage) => triage.request(asker)?,
            Self::Assign(assign) => assign.request(asker)?,
            Self::Act(act) => act.request(asker)?,
            Self::Hold(hold) => hold.request(asker)?,
            Self::Resolve(resolve) => resolve.request(asker)?,
            Self::Answer(answer) => answer.request(asker)?,
            Self::Attempt(attempt) => attempt.request(),
            Self::Consent(consent) => consent.request(),
            Self::Close(close) => close.request(asker)?,
            Self::Reopen(reopen) => reopen.request(asker)?,
            Self::Seal(seal) => seal.request(asker)?,
            Self::Raise(raise) => raise.request(asker)?,
            Self::Lower(lower) => lower.request(asker)?,
            Self::Erase(erase) => erase.request(),
            Self::Withdraw(work::Withdraw { r#ref, entry }) => Request::CaseWithdraw { r#ref, entry },
        })
    }
}

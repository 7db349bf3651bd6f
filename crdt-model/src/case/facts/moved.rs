//! A step of the life cycle.

use crate::case::facts::codec::{Code, Epoch, Opt, Seen};
use crate::case::facts::{Fact, FactId, fact};
use crate::case::status::Status;
use crate::cbor::{CborError, malformed};

fact! {
    /// A step of the life cycle: `[1, to, epoch, [seen…], reason|null]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MoveFact where check {
        /// The status it leads to; never `received`.
        pub to: Status as Code,
        /// How often the case had been reopened; a reopening names the epoch it starts.
        pub epoch: u32 as Epoch,
        /// Moves its author knew.
        pub seen: Vec<FactId> as Seen,
        /// Why it closes: a code, exactly when `to` is `closed`.
        pub reason: Option<String> as Opt<Code>,
    }
}

fn check(fact: &MoveFact) -> Result<(), CborError> {
    if fact.to == Status::Received || (fact.to == Status::Reopened && fact.epoch == 0) {
        return malformed("no such move");
    }
    if fact.reason.is_some() != (fact.to == Status::Closed) {
        return malformed("a closing has a reason, nothing else has");
    }
    Ok(())
}

impl Fact for MoveFact {
    fn gist(&self) -> Option<String> {
        let to = self.to.code();
        Some(self.reason.as_ref().map_or(to.to_owned(), |reason| format!("{to}:{reason}")))
    }

    fn seen(&self) -> &[FactId] {
        &self.seen
    }
}

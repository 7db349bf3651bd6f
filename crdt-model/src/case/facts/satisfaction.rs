//! What the person said of an answer.

use crate::case::facts::codec::{Code, Epoch, Seen, Time};
use crate::case::facts::{Fact, FactId, fact};
use crate::case::loop_closure::Satisfaction;

fact! {
    /// `[1, value, epoch, at_ms, [responses…], [seen…]]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SatisfactionFact {
        /// What the person said.
        pub value: Satisfaction as Code,
        /// In which epoch.
        pub epoch: u32 as Epoch,
        /// When they said it.
        pub at_ms: i64 as Time,
        /// Answers given before.
        pub responses: Vec<FactId> as Seen,
        /// Satisfaction facts its author knew.
        pub seen: Vec<FactId> as Seen,
    }
}

impl Fact for SatisfactionFact {
    fn gist(&self) -> Option<String> {
        Some(self.value.code().to_owned())
    }

    fn seen(&self) -> &[FactId] {
        &self.seen
    }
}

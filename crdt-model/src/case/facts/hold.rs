//! On hold, or no longer.

use crate::case::facts::codec::{Code, Opt, Seen, Time};
use crate::case::facts::{Fact, FactId, fact};

fact! {
    /// Hold or unhold: `[1, reason|null, at_ms, until_ms|null, [seen…]]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct HoldFact {
        /// What it waits for (taxonomy `hold_reason`); `None` lifts the holds seen.
        pub reason: Option<String> as Opt<Code>,
        /// From when.
        pub at_ms: i64 as Time,
        /// Until when, as foreseen.
        pub until_ms: Option<i64> as Opt<Time>,
        /// Holds and unholds its author knew.
        pub seen: Vec<FactId> as Seen,
    }
}

impl Fact for HoldFact {
    fn gist(&self) -> Option<String> {
        Some(self.reason.clone().unwrap_or_else(|| "lifted".to_owned()))
    }

    fn seen(&self) -> &[FactId] {
        &self.seen
    }
}

//! Consent to be contacted, as a code that everybody who works on the case can read.

use crate::case::facts::codec::{Plain, Seen};
use crate::case::facts::{Fact, FactId, fact};

fact! {
    /// `[1, allowed, [seen…]]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ContactFact {
        /// Whether the person may be called back.
        pub allowed: bool as Plain,
        /// Contact facts its author knew.
        pub seen: Vec<FactId> as Seen,
    }
}

impl Fact for ContactFact {
    fn gist(&self) -> Option<String> {
        Some(if self.allowed { "given" } else { "refused" }.to_owned())
    }

    fn seen(&self) -> &[FactId] {
        &self.seen
    }
}

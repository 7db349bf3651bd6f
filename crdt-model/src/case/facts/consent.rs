//! Consent, as told.

use std::fmt;

use crate::case::consent::Answer;
use crate::case::facts::codec::{Code, Opt, Seen, Text, Time};
use crate::case::facts::{Fact, FactId, SHORT_BYTES_MAX, fact};
use crate::values::Words;

fact! {
    /// `[1, purpose, answer, means|null, by|null, at_ms, [seen…]]`.
    #[derive(Clone, PartialEq, Eq, serde::Serialize)]
    pub struct ConsentFact {
        /// Taxonomy `consent_purpose`.
        pub purpose: String as Code,
        /// What the person said.
        pub answer: Answer as Code,
        /// Taxonomy `consent_means`.
        pub means: Option<String> as Opt<Code>,
        /// Who said it, if not the person.
        #[serde(rename = "by_whom")]
        pub by: Option<Words> as Opt<Text<SHORT_BYTES_MAX>>,
        /// When it was said.
        #[serde(skip)]
        pub at_ms: i64 as Time,
        /// Consents of this purpose its author knew.
        #[serde(skip)]
        pub seen: Vec<FactId> as Seen,
    }
}

impl Fact for ConsentFact {
    fn gist(&self) -> Option<String> {
        Some(format!("{}:{}", self.purpose, self.answer.code()))
    }

    fn seen(&self) -> &[FactId] {
        &self.seen
    }
}

impl fmt::Debug for ConsentFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentFact").field("purpose", &self.purpose).field("seen", &self.seen).finish_non_exhaustive()
    }
}

//! Who said what they think of an answer, and how.

use crate::case::facts::codec::{Code, Opt, Text};
use crate::case::facts::{Fact, SHORT_BYTES_MAX, fact};
use crate::values::Words;

fact! {
    /// `[1, by|null, means|null]`.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct SatisfactionDetail {
        /// Who spoke, if not the person: a group's spokesperson.
        pub by: Option<Words> as Opt<Text<SHORT_BYTES_MAX>>,
        /// How it was said.
        pub means: Option<String> as Opt<Code>,
    }
}

impl Fact for SatisfactionDetail {
    fn gist(&self) -> Option<String> {
        self.by.as_ref().map(|by| by.0.clone()).or_else(|| self.means.clone())
    }
}

//! Words and nothing else: a reason, a note, an allegation.

use crate::case::facts::codec::Text;
use crate::case::facts::{Fact, fact};
use crate::values::Words;

fact! {
    /// `[1, text]`.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct TextFact {
        /// The words.
        pub text: Words as Text,
    }
}

impl Fact for TextFact {
    fn gist(&self) -> Option<String> {
        Some(self.text.0.clone())
    }
}

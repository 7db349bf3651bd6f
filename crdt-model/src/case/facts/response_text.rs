//! What the person was told.

use crate::case::facts::codec::{Code, Opt, Text};
use crate::case::facts::{Fact, fact};
use crate::values::Words;

fact! {
    /// `[1, text, language|null]`.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct ResponseText {
        /// What the person was told.
        pub text: Words as Text,
        /// In which language.
        pub language: Option<String> as Opt<Code>,
    }
}

impl Fact for ResponseText {
    fn gist(&self) -> Option<String> {
        Some(self.text.0.clone())
    }
}

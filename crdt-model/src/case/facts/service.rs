//! A service for a person who was harmed: what they were offered, and what became of it.

use crate::case::facts::codec::{Code, Opt, Text, Time};
use crate::case::facts::{Fact, fact};
use crate::values::Words;
use crate::values::moment::serialize_ms;

/// What becomes of a service, in the order in which it does.
pub const SERVICE_ANSWERS: [&str; 5] = ["offered", "accepted", "received", "declined", "not_available"];

fact! {
    /// `[1, kind, answer, at_ms, name|null]`.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct ServiceFact {
        /// What kind of service: one of [`SERVICE_KINDS`](crate::taxonomy::own::SERVICE_KINDS).
        pub kind: String as Code,
        /// One of [`SERVICE_ANSWERS`].
        pub answer: String as Code,
        /// When that was said.
        #[serde(rename = "said_at", serialize_with = "serialize_ms")]
        pub at_ms: i64 as Time,
        /// Which one.
        pub name: Option<Words> as Opt<Text>,
    }
}

impl Fact for ServiceFact {
    fn gist(&self) -> Option<String> {
        Some(self.answer.clone())
    }
}

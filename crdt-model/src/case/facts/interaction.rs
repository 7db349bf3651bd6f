//! A contact, or an attempt.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::case::facts::codec::{Code, Opt, Plain, Time};
use crate::case::facts::{Fact, fact};
use crate::values::moment::rfc3339;

fact! {
    /// `[1, at_ms, channel|null, inward, purpose, outcome, language|null, ended_ms|null, first_contact]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct InteractionFact {
        /// When it began.
        pub at_ms: i64 as Time,
        /// Taxonomy `channel`.
        pub channel: Option<String> as Opt<Code>,
        /// From the person to us.
        pub inward: bool as Plain,
        /// `new`, `follow_up`, `answer`, `satisfaction`…
        pub purpose: String as Code,
        /// `answered`, `referred`, `cut`, or one of the attempt outcomes.
        pub outcome: String as Code,
        /// Language spoken.
        pub language: Option<String> as Opt<Code>,
        /// When it ended.
        pub ended_ms: Option<i64> as Opt<Time>,
        /// The first interaction of the case.
        pub first_contact: bool as Plain,
    }
}

/// Outcomes that make an interaction an attempt: nobody was reached.
pub const ATTEMPT_OUTCOMES: [&str; 4] = ["no_answer", "busy", "voicemail", "wrong_person"];

impl InteractionFact {
    /// Whether it reached nobody.
    pub fn is_attempt(&self) -> bool {
        ATTEMPT_OUTCOMES.contains(&self.outcome.as_str())
    }
}

impl Fact for InteractionFact {
    fn gist(&self) -> Option<String> {
        Some(self.outcome.clone())
    }
}

/// The JSON names both times first.
impl Serialize for InteractionFact {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut object = s.serialize_struct("Interaction", 8)?;
        object.serialize_field("started_at", &rfc3339(self.at_ms))?;
        object.serialize_field("ended_at", &self.ended_ms.map(rfc3339))?;
        object.serialize_field("channel", &self.channel)?;
        object.serialize_field("direction", if self.inward { "in" } else { "out" })?;
        object.serialize_field("purpose", &self.purpose)?;
        object.serialize_field("outcome", &self.outcome)?;
        object.serialize_field("language", &self.language)?;
        object.serialize_field("first_contact", &self.first_contact)?;
        object.end()
    }
}

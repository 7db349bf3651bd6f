//! Something done.

use crate::case::facts::codec::{Opt, Text, Time};
use crate::case::facts::{Fact, SHORT_BYTES_MAX, fact};
use crate::values::Words;
use crate::values::moment::{serialize_ms, serialize_ms_opt};

fact! {
    /// `[1, what, on_behalf_of|null, at_ms, due_ms|null]`.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct ActionFact {
        /// What was done.
        pub what: Words as Text,
        /// Who did it, when that is someone without the system.
        pub on_behalf_of: Option<Words> as Opt<Text<SHORT_BYTES_MAX>>,
        /// When.
        #[serde(rename = "done_at", serialize_with = "serialize_ms")]
        pub at_ms: i64 as Time,
        /// When the next step is due.
        #[serde(rename = "due", serialize_with = "serialize_ms_opt")]
        pub due_ms: Option<i64> as Opt<Time>,
    }
}

impl Fact for ActionFact {
    fn gist(&self) -> Option<String> {
        Some(self.what.0.clone())
    }
}

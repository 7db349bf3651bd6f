//! A body outside the mechanism was told of the case.

use crate::case::facts::codec::{Ascending, Code, Opt, Text, Time};
use crate::case::facts::{Fact, fact};
use crate::values::Words;
use crate::values::moment::serialize_ms;

/// Most fields that a notice names.
pub const NOTICE_FIELDS_MAX: usize = 64;

fact! {
    /// `[1, body, at_ms, means, [* field], text|null]`.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct NoticeFact {
        /// Code of the body.
        pub body: String as Code,
        /// When it was told.
        #[serde(rename = "told_at", serialize_with = "serialize_ms")]
        pub at_ms: i64 as Time,
        /// How: one of [`NOTICE_MEANS`](crate::edit::NOTICE_MEANS), or `handover`.
        pub means: String as Code,
        /// The fields of the case that it was told, ascending.
        pub fields: Vec<String> as Ascending<Code, NOTICE_FIELDS_MAX>,
        /// In which words, where somebody wrote them down.
        pub text: Option<Words> as Opt<Text>,
    }
}

impl Fact for NoticeFact {
    fn gist(&self) -> Option<String> {
        Some(self.body.clone())
    }
}

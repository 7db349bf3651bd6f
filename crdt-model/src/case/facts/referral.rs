//! How a referral goes on where no device can tell: sent outside the system, confirmed by telephone, returned.

use serde::Serialize;

use crate::case::facts::codec::{Code, Opt, Raw, Time};
use crate::case::facts::{Fact, FactId, fact};
use crate::values::moment::serialize_ms;

fact! {
    /// `[1, status, at_ms, means|null, of|null]`. Its words, whom it was sent to or why it came back, are the reason of the
    /// same id.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct ReferralFact {
        /// Taxonomy `referral_status`: one of [`SAID`].
        pub status: String as Code,
        /// When.
        #[serde(rename = "said_at", serialize_with = "serialize_ms")]
        pub at_ms: i64 as Time,
        /// By what it was sent: `email`, `phone`, `whatsapp`, `paper`.
        pub means: Option<String> as Opt<Code>,
        /// The referral of which it says something.
        pub of: Option<FactId> as Opt<Raw>,
    }
}

/// The states that people say. The others follow from receipts and from acts.
pub const SAID: [&str; 4] = ["sent_outside", "confirmed_by_phone", "misdirected", "need_info"];

impl Fact for ReferralFact {
    fn gist(&self) -> Option<String> {
        Some(self.status.clone())
    }
}

//! How a referral goes on where no device can tell: sent outside the system, confirmed by telephone, returned.

use serde::Serialize;

use crate::case::facts::codec::{Code, Opt, Raw, Time};
use crate::case::facts::{Dated, Fact, FactId, fact, written};
use crate::case::seen::Family;
use crate::values::moment::serialize_ms;

fact! {
    /// `[1, status, at_ms, means|null, of|null]`. Its words, whom it was sent to or why it came back, are the reason of the
    /// same id.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct ReferralFact {
        /// Taxonomy `referral_status`: `sent_outside`, `confirmed_by_phone`, `accepted` (by what was done there), or one of
        /// [`RETURN_REASONS`].
        pub status: String as Code,
        /// When.
        #[serde(rename = "said_at", serialize_with = "serialize_ms")]
        pub at_ms: i64 as Time,
        /// By what it was sent: `email`, `phone`, `whatsapp`, `paper`, `list`.
        pub means: Option<String> as Opt<Code>,
        /// The referral of which it says something.
        pub of: Option<FactId> as Opt<Raw>,
    }
}

/// Why a case comes back.
pub const RETURN_REASONS: [&str; 2] = ["misdirected", "need_info"];

impl ReferralFact {
    /// Whether the case came back by it.
    pub fn is_return(&self) -> bool {
        RETURN_REASONS.contains(&self.status.as_str())
    }
}

/// The last time a case was sent outside the system, if nobody there has confirmed that or done something.
pub fn unconfirmed(referrals: &Family<ReferralFact>) -> Option<(FactId, &Dated<ReferralFact>)> {
    let (id, sent) = written(referrals).into_iter().rfind(|(_, dated)| dated.fact.status == "sent_outside")?;
    let confirms =
        |fact: &ReferralFact| matches!(fact.status.as_str(), "confirmed_by_phone" | "accepted") && fact.of == Some(id);
    let is_confirmed = referrals.values().any(|dated| confirms(&dated.fact));
    (!is_confirmed).then_some((id, sent))
}

impl Fact for ReferralFact {
    fn gist(&self) -> Option<String> {
        Some(self.status.clone())
    }
}

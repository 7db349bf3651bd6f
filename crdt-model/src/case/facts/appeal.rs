//! The person was not satisfied, and the case goes to the next level; or they do not wish that.

use crate::case::facts::codec::{Code, Epoch, Number, Plain, Time};
use crate::case::facts::{Fact, fact};
use crate::values::moment::serialize_ms;

fact! {
    /// `[1, level, rank, within_h, epoch, at_ms, refused]`. The place of the level and its delay are those of the day: a case
    /// stays where it went, whatever becomes of the table.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct AppealFact {
        /// Code of the level.
        pub level: String as Code,
        /// Its place among the levels.
        pub rank: u32 as Number<20>,
        /// Hours until it answers.
        pub within_h: u32 as Number<8784>,
        /// The epoch that begins with it; of a refusal that in which it was offered.
        pub epoch: u32 as Epoch,
        /// When.
        #[serde(rename = "said_at", serialize_with = "serialize_ms")]
        pub at_ms: i64 as Time,
        /// It was offered, and the person does not wish it.
        pub refused: bool as Plain,
    }
}

impl Fact for AppealFact {
    fn gist(&self) -> Option<String> {
        Some(if self.refused { format!("{}:refused", self.level) } else { self.level.clone() })
    }
}

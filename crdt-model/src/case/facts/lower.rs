//! Sensitivity lowered.

use crate::case::facts::codec::{Ascending, Plain, Raw, Seen};
use crate::case::facts::{Fact, FactId, fact};
use crate::values::Level;

/// Most raises one lowering may name.
pub const RAISES_MAX: usize = 256;

fact! {
    /// `[1, level, [raises…], [seen…]]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LowerFact {
        /// What is left.
        pub level: Level as Plain,
        /// Every raise it lowers.
        pub raises: Vec<FactId> as Ascending<Raw, RAISES_MAX>,
        /// Lowerings its author knew.
        pub seen: Vec<FactId> as Seen,
    }
}

impl Fact for LowerFact {
    fn gist(&self) -> Option<String> {
        Some(self.level.code().to_owned())
    }

    fn seen(&self) -> &[FactId] {
        &self.seen
    }
}

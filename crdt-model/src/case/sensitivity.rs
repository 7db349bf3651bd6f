//! Sensitivity: raise-only. Lowering is an act that names every raise it has seen; a raise it has not seen stands.

use std::collections::BTreeSet;

use crate::case::fact::{FactId, LowerFact, RaiseFact};
use crate::case::seen::{Family, Seen, heads};

/// How much protection a case has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Ordinary.
    S0,
    /// Confidential: personal layer, fewer eyes.
    S1,
    /// Sensitive: a named audience only.
    S2,
    /// Very sensitive: sexual exploitation and abuse, children, retaliation.
    S3,
}

impl Level {
    /// All levels, ascending.
    pub const ALL: [Self; 4] = [Self::S0, Self::S1, Self::S2, Self::S3];

    /// `s0`…`s3`.
    pub fn code(self) -> &'static str {
        ["s0", "s1", "s2", "s3"][self as usize]
    }

    /// The level of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }

    /// Whether a case of this level is restricted to a named audience.
    pub fn restricted(self) -> bool {
        self >= Self::S2
    }
}

/// The level in force: the greatest raise no lowering has seen, or what the last lowerings left, whichever is more.
/// `None` when nobody has said anything.
pub fn effective(raises: &Family<RaiseFact>, lowers: &Family<LowerFact>) -> Option<Level> {
    let lowered: BTreeSet<FactId> = lowers.values().flat_map(|lower| lower.fact.raises.iter().copied()).collect();
    let standing = raises.iter().filter(|(id, _)| !lowered.contains(id)).map(|(_, raise)| raise.fact.level);
    let left = heads(lowers).into_iter().filter_map(|id| lowers.get(&id)).map(|lower| lower.fact.level);
    standing.chain(left).max()
}

impl Seen for LowerFact {
    fn seen(&self) -> &[FactId] {
        &self.seen
    }
}

//! How much protection a case has.

use serde::{Deserialize, Serialize};

/// How much protection a case has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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

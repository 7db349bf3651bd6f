//! Sensitivity raised.

use crate::case::facts::codec::Plain;
use crate::case::facts::{Fact, fact};
use crate::values::Level;

fact! {
    /// `[1, level]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RaiseFact {
        /// At least this.
        pub level: Level as Plain,
    }
}

impl Fact for RaiseFact {
    fn gist(&self) -> Option<String> {
        Some(self.level.code().to_owned())
    }
}

//! Someone who must not see the case.

use crate::case::facts::codec::Code;
use crate::case::facts::{Fact, fact};
use crate::values::Who;

fact! {
    /// `[1, who]`, `who` as `member:<hex>` or `role:<code>`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RecusalFact {
        /// Who must not see the case.
        pub who: Who as Code,
    }
}

impl Fact for RecusalFact {
    const OF_WHO: bool = true;

    fn gist(&self) -> Option<String> {
        Some(self.who.to_string())
    }
}

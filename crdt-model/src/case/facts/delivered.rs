//! That a case reached whom it was given to.

use crate::case::facts::codec::Raw;
use crate::case::facts::{Fact, fact};
use crate::values::EntryId;

fact! {
    /// `[1, entry: bstr 32]`: whoever signs this can read the case that this entry gave them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeliveredFact {
        /// The entry that gave it.
        pub entry: EntryId as Raw,
    }
}

impl Fact for DeliveredFact {}

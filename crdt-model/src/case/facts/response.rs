//! An answer was given.

use crate::case::facts::codec::{Epoch, Time};
use crate::case::facts::{Fact, fact};

fact! {
    /// `[1, epoch, at_ms]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ResponseFact {
        /// The epoch it answers in.
        pub epoch: u32 as Epoch,
        /// When the person was told.
        pub at_ms: i64 as Time,
    }
}

impl Fact for ResponseFact {}

//! The person was told what is being done, and by when they will have an answer.

use crate::case::facts::codec::{Epoch, Time};
use crate::case::facts::{Fact, fact};

fact! {
    /// `[1, epoch, at_ms, until_ms]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct InterimFact {
        /// The epoch in which it was told.
        pub epoch: u32 as Epoch,
        /// When the person was told.
        pub at_ms: i64 as Time,
        /// By when they were promised an answer.
        pub until_ms: i64 as Time,
    }
}

/// The longest time an answer is promised for, milliseconds: half a year.
pub const PROMISE_MAX_MS: i64 = 183 * 24 * 3_600_000;

impl Fact for InterimFact {}

//! Who could read an older generation: what was read cannot be unread.

use crate::case::facts::codec::{Ascending, Generation, Raw};
use crate::case::facts::{Fact, fact};
use crate::values::{DeviceId, MemberId};

/// Most members, and devices, one list of readers may name.
pub const EXPOSED_MAX: usize = 1024;

fact! {
    /// `[1, generation, [members…], [devices…]]`, both ascending.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct ExposedFact {
        /// The generation they could read.
        pub generation: u32 as Generation,
        /// Who could read the words.
        pub members: Vec<MemberId> as Ascending<Raw, EXPOSED_MAX>,
        /// Which devices could read codes and dates.
        pub devices: Vec<DeviceId> as Ascending<Raw, EXPOSED_MAX>,
    }
}

impl Fact for ExposedFact {
    fn gist(&self) -> Option<String> {
        Some(self.generation.to_string())
    }
}

//! Who first wrote what a generation restates.

use crate::case::facts::codec::{Ascending, Claimed, Number, Opt, Raw, Text};
use crate::case::facts::{Fact, fact};
use crate::case::schema::KEY_BYTES_MAX;
use crate::values::{DeviceId, EntryId, MemberId};

/// Most keys one origin may name.
pub const ORIGIN_KEYS_MAX: usize = 4096;
/// Places of origins in one entry.
pub const ORIGINS_MAX: u32 = 1 << 16;

fact! {
    /// Who first wrote some of the keys that the same entry restates: `[1, entry32, member16|null, device16, claimed_ms,
    /// n, [keys…]]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OriginFact {
        /// The entry of the older generation.
        pub entry: EntryId as Raw,
        /// Its author, where it named one.
        pub member: Option<MemberId> as Opt<Raw>,
        /// The device that wrote it.
        pub device: DeviceId as Raw,
        /// The time it claims.
        pub claimed_ms: i64 as Claimed,
        /// Its place among the origins of this entry.
        pub n: u32 as Number<{ ORIGINS_MAX - 1 }>,
        /// The keys restated, ascending.
        pub keys: Vec<String> as Ascending<Text<KEY_BYTES_MAX>, ORIGIN_KEYS_MAX>,
    }
}

impl Fact for OriginFact {
    const FOR_NODES: bool = true;
}

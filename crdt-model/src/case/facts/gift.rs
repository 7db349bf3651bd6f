//! Who was given the case, and its keys for them: read by nodes alone. See [`crate::seal::GiftOf`].

use crate::case::facts::codec::{Generation, Plain, Raw, Sealed};
use crate::case::facts::{Fact, FactId, fact};
use crate::cbor::{self, Canonical};
use crate::seal::GIVEN_BYTES_MAX;

fact! {
    /// A gift key, wrapped to whoever was given the case: `[1, term, epoch, to, enc, ct]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct GiftFact {
        /// The term it is for.
        pub term: u16 as Plain,
        /// Epoch of the site's audience it is derived from.
        pub epoch: u32 as Generation,
        /// A member, an audience of a site, or [`crate::seal::role_receiver`].
        pub to: [u8; 16] as Raw,
        /// The encapsulated key.
        pub enc: [u8; 32] as Raw,
        /// The gift key, sealed.
        pub ct: [u8; 48] as Raw,
    }
}

impl Fact for GiftFact {
    const FOR_NODES: bool = true;
}

fact! {
    /// Keys of the case, sealed under the gift key of that term and epoch: `[1, term, epoch, sealed]`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct GivenFact {
        /// The term.
        pub term: u16 as Plain,
        /// The epoch.
        pub epoch: u32 as Generation,
        /// A [`crate::seal::Given`].
        pub sealed: Vec<u8> as Sealed<GIVEN_BYTES_MAX>,
    }
}

impl Fact for GivenFact {
    const FOR_NODES: bool = true;
}

/// The id of such a fact: it follows from its bytes, so that what two givers write is one fact. `n` counts up where
/// somebody put another under that id.
pub fn gift_id(fact: &impl Canonical, n: u32) -> FactId {
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 gift fact id v1");
    hasher.update(&cbor::encode(fact)).update(&n.to_be_bytes());
    let mut id = [0; 8];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    FactId(id)
}

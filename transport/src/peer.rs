//! The name of a transport endpoint.

use std::{fmt, str::FromStr};

use libp2p::PeerId;

use crate::error::Error;

/// A transport endpoint, named by a key that is made anew at each start: it says nothing about the device behind it.
///
/// Shown as libp2p writes it (base58, `12D3KooW…`). The handshake above signs [`to_bytes`](Self::to_bytes) of both ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer(PeerId);

impl Peer {
    /// The bytes of the PeerId, 38 for the Ed25519 keys used here.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    ///
    /// [`Error::BadPeer`] if the bytes are no PeerId.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        PeerId::from_bytes(bytes).map(Self).map_err(|_| Error::BadPeer)
    }

    pub(crate) const fn new(id: PeerId) -> Self {
        Self(id)
    }

    #[cfg(test)]
    pub(crate) const fn id(&self) -> PeerId {
        self.0
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Peer({})", self.0)
    }
}

impl FromStr for Peer {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        PeerId::from_str(text).map(Self).map_err(|_| Error::BadPeer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_peer_survives_bytes_and_text() {
        let peer = Peer::new(PeerId::random());
        assert_eq!(Peer::from_bytes(&peer.to_bytes()).expect("its own bytes"), peer);
        assert_eq!(peer.to_string().parse::<Peer>().expect("its own text"), peer);
    }

    proptest! {
        #[test]
        fn only_the_bytes_of_a_peer_are_read_as_one(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(peer) = Peer::from_bytes(&bytes) {
                prop_assert_eq!(peer.to_bytes(), bytes);
            }
        }
    }
}

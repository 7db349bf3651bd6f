//! What a transport is started with.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::limits::Limits;

/// The network secret of an organisation: who does not have it gets no answer. A filter, not the lock on the cases.
///
/// Wiped when dropped; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Psk([u8; 32]);

impl Psk {
    /// Takes the 32 bytes of the secret.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Psk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Psk(..)")
    }
}

/// What [`Transport::start`](crate::Transport::start) needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// The organisation's network secret.
    pub psk: Psk,
    /// Where to listen: multiaddrs (`/ip4/0.0.0.0/tcp/4410`) or `ip:port`; port 0 picks a free one. Empty: dial only.
    pub listen: Vec<String>,
    /// Look for peers on the local network, and be found: tells everyone on it a random PeerId, an address and a port.
    pub mdns: bool,
    /// Bounds.
    pub limits: Limits,
}

impl Config {
    /// Listens on no address, looks for nobody, default limits.
    pub fn new(psk: Psk) -> Self {
        Self { psk, listen: Vec::new(), mdns: false, limits: Limits::default() }
    }
}

//! What mDNS heard on the local network. Anyone there can say anything: an address is a place to try, not a promise.

use std::{io, sync::Arc};

use tokio::sync::watch;

use crate::peer::Peer;

/// A peer heard on the local network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Who it says it is.
    pub peer: Peer,
    /// Where, as a multiaddr with `/p2p/…`, ready for [`dial`](crate::Transport::dial).
    pub addr: String,
}

/// Whether peers are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Mdns {
    /// The configuration says no.
    #[default]
    Off,
    /// Yes.
    On,
    /// The system does not allow it, and why. Dialling by address works.
    Failed(io::ErrorKind),
    /// Somebody invented thousands of peers, so that it was switched off until the next start.
    Flooded,
}

/// All that is known at one moment.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// Whether peers are looked for.
    pub mdns: Mdns,
    /// Those heard lately, at most `discovered_max`.
    pub found: Arc<[Found]>,
}

/// A view of what is discovered: always the newest state, never a backlog.
#[derive(Debug, Clone)]
pub struct Discoveries(watch::Receiver<Discovery>);

impl Discoveries {
    pub(crate) fn new(receiver: watch::Receiver<Discovery>) -> Self {
        Self(receiver)
    }

    /// What is known now.
    pub fn now(&self) -> Discovery {
        self.0.borrow().clone()
    }

    /// Waits until something changes; `None` when the transport has stopped.
    pub async fn changed(&mut self) -> Option<Discovery> {
        self.0.changed().await.ok()?;
        Some(self.0.borrow_and_update().clone())
    }
}

//! Counts the channels with each peer, in both directions together.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::peer::Peer;

/// The counter of one endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Slots {
    taken: Arc<Mutex<HashMap<Peer, u32>>>,
    per_peer: u32,
}

/// One channel's place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    taken: Arc<Mutex<HashMap<Peer, u32>>>,
    peer: Peer,
}

impl Slots {
    pub(crate) fn new(per_peer: u32) -> Self {
        Self { taken: Arc::default(), per_peer }
    }

    /// A place for one more channel with `peer`, or `None` if all are taken.
    pub(crate) fn take(&self, peer: Peer) -> Option<Slot> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.get(&peer).copied().unwrap_or(0);
        if count >= self.per_peer {
            return None;
        }
        taken.insert(peer, count + 1);
        Some(Slot { taken: self.taken.clone(), peer })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.peer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use libp2p::PeerId;

    use super::*;

    #[test]
    fn a_dropped_slot_can_be_taken_again_and_leaves_nothing_behind() {
        let slots = Slots::new(2);
        let (one, other) = (Peer::new(PeerId::random()), Peer::new(PeerId::random()));
        let first = slots.take(one).expect("free");
        let second = slots.take(one).expect("free");
        assert!(slots.take(one).is_none());
        assert!(slots.take(other).is_some());
        drop(first);
        assert!(slots.take(one).is_some());
        drop(second);
        assert!(slots.taken.lock().expect("not poisoned").is_empty());
    }
}

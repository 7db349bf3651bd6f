//! What two nodes that stay connected tell each other between sessions: one hash of all they would offer.
//!
//! ```text
//! 11 News [11, version, digest: 32]         8 Bye [8, code], as in a session
//!
//!   A ── Noise, handshake ── B              a channel that stays; either side may speak at any time
//!   │── News(a) ──────────▶  │  a = b: both know that they are equal, for 41 bytes
//!   │  ◀────────── News(b) ──│  a ≠ b: whoever *hears* something else than it holds starts a session of its own
//! ```
//!
//! The digest stands for what a [`Snapshot`] lists and so for what the next session would compare: it names no scope, no
//! device and no number. It goes to devices that passed the handshake, over a channel that is theirs alone, and is not
//! passed on: a node tells its own, once it holds what it tells of.

use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::sync::input::Snapshot;
use crate::sync::message::MessageError;
use crate::sync::report::Agreed;
use crate::values::OrgId;

/// Version of the announcement.
const NEWS_VERSION: u64 = 1;
const TAG: u64 = 11;
/// Longest frame on a line, bytes: a Bye with the longest code fits.
pub const NEWS_BYTES_MAX: usize = 128;

/// One announcement: whoever sends it would offer what this digest stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// From [`digest`].
    pub digest: [u8; 32],
}

/// Stands for everything a replica would offer, section bytes it lacks included: BLAKE3
/// derive_key("boucle 2026 news v1") over base ‖ u32be gaps ‖ gaps hash ‖ wants hash, where base is [`Agreed::hash`].
pub fn digest(org: &OrgId, snapshot: &Snapshot) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 news v1");
    hasher.update(&Agreed::new(&snapshot.frontiers).hash(org));
    hasher.update(&snapshot.gaps.count.to_be_bytes());
    hasher.update(&snapshot.gaps.hash);
    hasher.update(&snapshot.wants);
    *hasher.finalize().as_bytes()
}

impl News {
    /// The frame that carries it.
    pub fn to_frame(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads a frame.
    ///
    /// # Errors
    ///
    /// [`MessageError`] for anything but one canonical announcement of this version.
    pub fn from_frame(frame: &[u8]) -> Result<Self, MessageError> {
        if frame.len() > NEWS_BYTES_MAX {
            return Err(MessageError::TooLong { found: frame.len(), max: NEWS_BYTES_MAX });
        }
        Ok(cbor::decode(frame)?)
    }
}

impl Canonical for News {
    fn write(&self, w: &mut Writer) {
        w.arr(3).uint(TAG).uint(NEWS_VERSION).bstr(&self.digest);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(3)?;
        if r.u64()? != TAG {
            return malformed("not an announcement");
        }
        if r.u64()? != NEWS_VERSION {
            return malformed("unknown version of announcements");
        }
        Ok(Self { digest: r.fixed()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frontier::{Frontier, Tip};
    use crate::sync::message::{Gaps, Message};
    use crate::values::{ChainKey, DeviceId, EntryId, Incarnation, ScopeId};

    const ORG: OrgId = OrgId([9; 16]);

    fn snapshot(scope: u8, seq: u64) -> Snapshot {
        let chain = ChainKey { device: DeviceId([1; 16]), incarnation: Incarnation([2; 8]) };
        let frontier: Frontier = [(chain, Tip { seq, entry: EntryId([seq as u8; 32]) })].into_iter().collect();
        Snapshot::from(std::collections::BTreeMap::from([(ScopeId([scope; 16]), frontier)]))
    }

    #[test]
    fn an_announcement_is_encoded_as_frozen() {
        let news = News { digest: [7; 32] };
        let frame = news.to_frame();
        assert_eq!(frame[..5], [0x83, 11, 1, 0x58, 32]);
        assert_eq!(frame[5..], [7; 32]);
        assert_eq!(News::from_frame(&frame), Ok(news));
    }

    #[test]
    fn a_digest_tells_every_difference_a_session_would_see_and_nothing_else() {
        let held = snapshot(1, 5);
        assert_eq!(digest(&ORG, &held), digest(&ORG, &held.clone()));
        let mut empty_scope_beside = held.clone();
        empty_scope_beside.frontiers.insert(ScopeId([3; 16]), Frontier::new());
        assert_eq!(digest(&ORG, &held), digest(&ORG, &empty_scope_beside), "an empty scope says nothing");
        let with_gaps = Snapshot { gaps: Gaps { count: 1, hash: [1; 32] }, ..held.clone() };
        let with_wants = Snapshot { wants: [1; 32], ..held.clone() };
        let others = [snapshot(1, 6), snapshot(2, 5), Snapshot::default(), with_gaps, with_wants];
        assert!(others.iter().all(|other| digest(&ORG, other) != digest(&ORG, &held)));
        assert_ne!(digest(&OrgId([8; 16]), &held), digest(&ORG, &held));
    }

    #[test]
    fn no_message_of_a_session_passes_for_an_announcement() {
        let bye = Message::Bye { code: "double".into() }.to_frame();
        assert!(bye.len() <= NEWS_BYTES_MAX && News::from_frame(&bye).is_err());
        assert!(Message::from_frame(&News { digest: [7; 32] }.to_frame()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_one_announcement_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(news) = News::from_frame(&bytes) {
                prop_assert_eq!(news.to_frame(), bytes);
            }
        }
    }
}

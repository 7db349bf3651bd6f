//! Every default of the engine in one place. Those of connections, channels and frames are [`transport::Limits`].

use std::time::Duration;

/// Sessions that peers may have with us at once; further ones wait.
pub(super) const SERVED_MAX: usize = 16;
/// Sessions that one device may have with us at once; further ones are refused as busy.
pub(super) const SESSIONS_PER_DEVICE_MAX: usize = 4;
/// First and longest wait before a peer that did not answer is tried again.
pub(super) const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(20));
/// Longest wait before somebody heard on the network, who did not show its secret, is tried again: most often another
/// organisation, whose many nodes must not take up our calls.
pub(super) const STRANGER_BACKOFF: Duration = Duration::from_secs(300);
/// How long a stop waits for commits under way.
pub(super) const STOP_MAX: Duration = Duration::from_secs(5);
/// Peers called at once by a sync that names nobody.
pub(super) const REACHED_MAX: usize = 64;
/// Addresses with a keeper.
pub(super) const KEPT_MAX: usize = 256;
/// Addresses of which the last answer is remembered.
pub(super) const TRIED_MAX: usize = 256;

/// A step of the handshake takes no longer.
pub(super) const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(5);
/// Whoever has shaken hands says what it wants within this.
pub(super) const FIRST_FRAME: Duration = Duration::from_secs(20);
/// A peer that says nothing for so long, while it is its turn, is gone.
pub(super) const SILENCE: Duration = Duration::from_secs(60);
/// The last frames are given this long to leave.
pub(super) const GOODBYE: Duration = Duration::from_secs(10);
/// Frames read ahead of the session.
pub(super) const FRAMES_AHEAD: usize = 8;
/// What has arrived waits so long for what is announced to come behind it.
pub(super) const GATHER: Duration = Duration::from_millis(10);
/// Parts of what came that one round looks at, for what was given to somebody here.
pub(super) const LOOKED_PARTS: usize = 8;
/// Bytes of entries that go into one transaction.
pub(super) const BATCH_BYTES: usize = 4 << 20;
/// A peer that sends this many inadmissible entries in a session is not spoken to for a while.
pub(super) const REFUSED_MAX: u64 = 3;
/// How long.
pub(super) const BAN: Duration = Duration::from_secs(600);
/// Devices remembered as banned; beyond it the oldest is forgotten.
pub(super) const BANNED_MAX: usize = 1_024;

/// Entries a second taken from one device, beyond what it announced when it was last met with a full purse.
pub(super) const ENTRIES_PER_SECOND: u64 = 200;
/// What a device may save up, in seconds of that rate.
pub(super) const PURSE_SECONDS: u64 = 30;

/// Commits within this time share an announcement.
pub(super) const DEBOUNCE: Duration = Duration::from_millis(10);
/// Announcements are at least this far apart.
pub(super) const NEWS_APART: Duration = Duration::from_millis(100);
/// So many neighbours are told at once, the next so many a little later: the first hold it by then, and tell in turn, so
/// that not everybody fetches from one.
pub(super) const TOLD_AT_ONCE: usize = 4;
/// How much later.
pub(super) const TOLD_APART: Duration = Duration::from_millis(30);
/// An announcement is repeated this often: it says that the line lives, and repairs what was missed.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(10);
/// A line on which nothing was heard for so long is dead.
pub(super) const HEARD_WITHIN: Duration = Duration::from_secs(25);
/// Announcements heard on one line within a heartbeat; more is a fault of the peer.
pub(super) const NEWS_HEARD_MAX: u32 = 200;
/// While something is being fetched from one peer, the same is fetched from no other for so long.
pub(super) const FETCH_ALONE: Duration = Duration::from_secs(2);
/// First and longest wait after an announcement that brought nothing.
pub(super) const VAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

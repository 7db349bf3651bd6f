//! Who is unlocked in this process: recognised by the passphrase they gave, locked again when nobody uses their keys.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use crdt_model::values::MemberId;
use zeroize::Zeroizing;

use crate::error::Failure;
use crate::keys::keyring::Passphrase;
use crate::log::{Log, fresh, locked};

/// A time that only rises, also while the machine sleeps.
pub(crate) type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// The system's: on Linux one that counts the time asleep, so that a laptop opened after a night is locked at once.
pub(crate) fn system_clock() -> Clock {
    #[cfg(target_os = "linux")]
    return Arc::new(|| {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
    });
    #[cfg(not(target_os = "linux"))]
    {
        let began = std::time::Instant::now();
        Arc::new(move || began.elapsed())
    }
}

/// How a member's keys were last used.
struct Use {
    /// Requests under way.
    open: usize,
    last: Duration,
}

/// The unlocked members of one node.
pub(crate) struct Sessions {
    now: Clock,
    /// Unused for so long, keys go, milliseconds; 0: never.
    auto_lock_ms: AtomicU64,
    uses: Mutex<HashMap<MemberId, Use>>,
    /// Recognises the passphrase a member was unlocked with, under a key that dies with the process. Guessing by it costs
    /// next to nothing, so it goes when the member's keys go.
    tags: Mutex<HashMap<MemberId, Box<Zeroizing<[u8; 32]>>>>,
    tag_key: Box<Zeroizing<[u8; 32]>>,
}

/// A request under way: while it lives, the member is not locked for want of use.
pub(crate) struct InUse<'a> {
    sessions: &'a Sessions,
    member: MemberId,
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        let now = (self.sessions.now)();
        if let Some(held) = locked(&self.sessions.uses).get_mut(&self.member) {
            held.open = held.open.saturating_sub(1);
            held.last = now;
        }
    }
}

/// The thread that locks. Dropping it ends it.
pub(crate) struct Watch {
    _stop: mpsc::Sender<()>,
}

/// How often the watch looks, at least and at most.
const LOOKS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

impl Sessions {
    /// Nobody is unlocked.
    ///
    /// # Errors
    ///
    /// When the system gives no randomness.
    pub(crate) fn new(now: Clock) -> Result<Self, Failure> {
        Ok(Self {
            now,
            auto_lock_ms: AtomicU64::new(0),
            uses: Mutex::default(),
            tags: Mutex::default(),
            tag_key: Box::new(Zeroizing::new(fresh()?)),
        })
    }

    /// From now on keys go when nobody used them for so long; `None`: never.
    pub(crate) fn set_auto_lock(&self, after: Option<Duration>) {
        let ms = after.map_or(0, |after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX).max(1));
        self.auto_lock_ms.store(ms, Ordering::Relaxed);
    }

    fn auto_lock(&self) -> Option<Duration> {
        Some(self.auto_lock_ms.load(Ordering::Relaxed)).filter(|ms| *ms > 0).map(Duration::from_millis)
    }

    /// A request of this member begins.
    pub(crate) fn begin(&self, member: MemberId) -> InUse<'_> {
        let now = (self.now)();
        locked(&self.uses).entry(member).or_insert(Use { open: 0, last: now }).open += 1;
        InUse { sessions: self, member }
    }

    /// Locks who has been unlocked and unused for too long, except for requests under way. Gives how many.
    pub(crate) fn lock_idle(&self, log: &Log) -> usize {
        let Some(after) = self.auto_lock() else { return 0 };
        let now = (self.now)();
        // held throughout: whoever begins now finds their keys there, or finds them gone and is asked again
        let mut uses = locked(&self.uses);
        let mut count = 0;
        for member in log.unlocked() {
            let held = uses.entry(member).or_insert(Use { open: 0, last: now });
            if held.open == 0 && now.saturating_sub(held.last) >= after {
                uses.remove(&member);
                self.drop_keys(log, &member);
                count += 1;
            }
        }
        count
    }

    /// Locks a member. Requests of theirs that are under way end first; their keys go then.
    pub(crate) fn lock(&self, log: &Log, member: &MemberId) {
        locked(&self.uses).remove(member);
        self.drop_keys(log, member);
    }

    fn drop_keys(&self, log: &Log, member: &MemberId) {
        log.dismiss_reader(member);
        locked(&self.tags).remove(member);
    }

    /// Looks after unused keys until the watch is dropped or the home is closed.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub(crate) fn watch(self: &Arc<Self>, log: &Arc<Log>) -> Result<Option<Watch>, Failure> {
        let Some(after) = self.auto_lock() else { return Ok(None) };
        let (stop, stopped) = mpsc::channel();
        let (sessions, log) = (Arc::clone(self), Arc::downgrade(log));
        let every = (after / 4).clamp(LOOKS.0, LOOKS.1);
        std::thread::Builder::new()
            .name("boucle-lock".into())
            .spawn(move || {
                while stopped.recv_timeout(every) == Err(mpsc::RecvTimeoutError::Timeout) {
                    let Some(log) = log.upgrade() else { return };
                    sessions.lock_idle(&log);
                }
            })
            .map_err(|error| Failure::of_system(&error))?;
        Ok(Some(Watch { _stop: stop }))
    }

    /// Keeps what recognises the passphrase of a member who was unlocked with it.
    pub(crate) fn remember(&self, member: MemberId, passphrase: &str) {
        let tag = Box::new(Zeroizing::new(*self.tag(passphrase).as_bytes()));
        locked(&self.tags).insert(member, tag);
    }

    /// True when this is the passphrase the member was unlocked with.
    pub(crate) fn recognises(&self, member: &MemberId, passphrase: &str) -> bool {
        let tags = locked(&self.tags);
        // comparing hashes takes the same time whatever they are
        tags.get(member).is_some_and(|held| self.tag(passphrase) == blake3::Hash::from_bytes(***held))
    }

    /// True when somebody was unlocked with this passphrase.
    pub(crate) fn recognises_any(&self, passphrase: &str) -> bool {
        let tag = self.tag(passphrase);
        locked(&self.tags).values().any(|held| tag == blake3::Hash::from_bytes(***held))
    }

    fn tag(&self, passphrase: &str) -> blake3::Hash {
        blake3::keyed_hash(&self.tag_key, Passphrase::new(passphrase).meant().as_bytes())
    }
}

//! How fast one device may bring entries: a purse that fills at a steady rate. It delays, it refuses nothing.
//!
//! A device that is met with a full purse brings all it announced at once, however much: a first sync is not slowed. What
//! it brings then empties the purse, and further sessions are held to the rate until it has filled again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crdt_model::values::DeviceId;

use super::limits::{ENTRIES_PER_SECOND, PURSE_SECONDS};

/// Longest wait at once: the peer must not take it for silence.
const WAIT_MAX: Duration = Duration::from_secs(20);
/// Purses kept. One that is full again need not be.
const PURSES_MAX: usize = 4_096;

/// What devices may still bring.
#[derive(Debug, Default)]
pub(super) struct TokenBuckets(HashMap<DeviceId, TokenBucket>);

#[derive(Debug, Clone, Copy)]
struct TokenBucket {
    /// In debt when negative.
    entries: f64,
    at: Instant,
}

const RATE: f64 = ENTRIES_PER_SECOND as f64;
const FULL: f64 = (ENTRIES_PER_SECOND * PURSE_SECONDS) as f64;

impl TokenBucket {
    fn filled(self, now: Instant) -> Self {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * RATE;
        Self { entries: (self.entries + gained).min(FULL), at: now }
    }
}

impl TokenBuckets {
    /// A session begins: true when the device may bring all it announces, its purse being full.
    pub(super) fn is_full(&self, device: &DeviceId, now: Instant) -> bool {
        self.0.get(device).is_none_or(|purse| purse.filled(now).entries >= FULL)
    }

    /// How long what the device brought too fast is still to be waited out before anything is taken: it cannot shake it off
    /// by hanging up.
    pub(super) fn owed(&self, device: &DeviceId, now: Instant) -> Duration {
        self.0.get(device).map_or(Duration::ZERO, |purse| wait_of(purse.filled(now).entries))
    }

    /// The device has brought `entries`: how long to wait before more is taken. `free`: it was met with a full purse, and
    /// pays what it can.
    pub(super) fn pay(&mut self, device: DeviceId, entries: u64, free: bool, now: Instant) -> Duration {
        if self.0.len() >= PURSES_MAX && !self.0.contains_key(&device) {
            self.0.retain(|_, purse| purse.filled(now).entries < FULL);
        }
        let held = self.0.get(&device).map_or(TokenBucket { entries: FULL, at: now }, |purse| purse.filled(now));
        let left = held.entries - entries as f64;
        let left = if free { left.max(0.0) } else { left };
        if self.0.len() < PURSES_MAX || self.0.contains_key(&device) {
            self.0.insert(device, TokenBucket { entries: left, at: now });
        }
        wait_of(left)
    }
}

/// How long it takes to fill a purse in debt.
fn wait_of(entries: f64) -> Duration {
    Duration::from_secs_f64((-entries).max(0.0) / RATE).min(WAIT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: DeviceId = DeviceId([1; 16]);

    #[test]
    fn a_first_sync_of_any_size_is_not_delayed_and_what_follows_at_once_is_held_to_the_rate() {
        let (mut purses, now) = (TokenBuckets::default(), Instant::now());
        let free = purses.is_full(&PEER, now);
        assert!(free);
        for _ in 0..10 {
            assert_eq!(purses.pay(PEER, 100_000, free, now), Duration::ZERO);
        }
        let free = purses.is_full(&PEER, now);
        assert!(!free, "the next session is not free");
        assert_eq!(purses.pay(PEER, ENTRIES_PER_SECOND, free, now), Duration::from_secs(1));
        let later = now + Duration::from_secs(1);
        assert_eq!(purses.pay(PEER, 1, free, later), Duration::from_millis(5));
        assert!(
            purses.is_full(&PEER, later + Duration::from_secs(PURSE_SECONDS + 1)),
            "a quiet device is trusted again"
        );
    }

    #[test]
    fn one_who_works_is_never_delayed_and_one_who_floods_gets_the_rate_and_no_more() {
        let mut purses = TokenBuckets::default();
        let began = Instant::now();
        for second in 0..1_000 {
            let now = began + Duration::from_secs(second);
            assert_eq!(purses.pay(PEER, ENTRIES_PER_SECOND - 1, false, now), Duration::ZERO);
        }
        let flood = DeviceId([2; 16]);
        let (mut now, mut brought) = (began, 0);
        while now < began + Duration::from_secs(600) {
            brought += 1_000;
            now += purses.pay(flood, 1_000, false, now);
        }
        assert!(brought <= ENTRIES_PER_SECOND * (600 + PURSE_SECONDS + 20), "{brought}");
        assert!(brought >= ENTRIES_PER_SECOND * 600, "{brought}");
    }

    #[test]
    fn a_debt_outlives_the_session_that_made_it() {
        let (mut purses, now) = (TokenBuckets::default(), Instant::now());
        assert_eq!(purses.owed(&PEER, now), Duration::ZERO, "a stranger owes nothing");
        purses.pay(PEER, ENTRIES_PER_SECOND * (PURSE_SECONDS + 3), false, now);
        assert_eq!(purses.owed(&PEER, now), Duration::from_secs(3));
        assert_eq!(purses.owed(&PEER, now + Duration::from_secs(2)), Duration::from_secs(1));
        assert_eq!(purses.owed(&PEER, now + Duration::from_secs(4)), Duration::ZERO);
    }

    #[test]
    fn a_wait_is_never_taken_for_silence_and_purses_are_bounded() {
        let (mut purses, now) = (TokenBuckets::default(), Instant::now());
        assert_eq!(purses.pay(PEER, u64::MAX, false, now), WAIT_MAX);
        for n in 0..2 * PURSES_MAX as u64 {
            let mut device = [3; 16];
            device[..8].copy_from_slice(&n.to_be_bytes());
            purses.pay(DeviceId(device), 10_000, false, now);
        }
        assert!(purses.0.len() <= PURSES_MAX);
        assert!(purses.pay(PEER, 1, false, now) > Duration::ZERO, "who owes is not forgotten");
    }
}

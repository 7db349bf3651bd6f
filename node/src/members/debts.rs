//! Who of those who can do something does it, and when: what many nodes owe at once is not written by all of them.
//!
//! Everybody who can pay a debt puts all who can in one order, which differs from debt to debt: by a hash of the debt and of
//! who could pay it. The first ones pay as soon as they learn of it, each further one only if it is still owed a while
//! later. No node need know which others are at work; that two pay at once does no harm where both write the same bytes.
//!
//! When something was first seen to be owed is kept on the disk: a node that is only ever started for one command waits no
//! longer than one that runs.

use crate::error::Failure;
use crate::log::{Log, meta};
use crate::store::Space;

/// So many pay at once: with a single one, a key would wait for whoever is on leave.
const AT_ONCE: usize = 2;
/// How long each waits for the one before, milliseconds.
pub(crate) const WAIT_MS: i64 = 10 * 60_000;
/// Nobody waits longer than for this many.
pub(crate) const WAITS_MAX: usize = 12;
/// Debts of which a node remembers when it saw them first. What is beyond is remembered once others are paid.
const REMEMBERED_MAX: usize = 4_096;

/// Something owed, and for how many others this node waits before it pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Debt {
    what: [u8; 16],
    waits: usize,
}

impl Debt {
    /// A debt that these `others` could pay beside `me`; `nearest`, if it is among them, comes before all.
    pub(crate) fn new(
        what: &[&[u8]],
        me: &[u8; 16],
        nearest: Option<&[u8; 16]>,
        others: impl IntoIterator<Item = [u8; 16]>,
    ) -> Self {
        Self::in_order(AT_ONCE, what, me, nearest, others)
    }

    /// As [`new`](Self::new), where what two would do at once is not one thing: one begins.
    pub(crate) fn alone(what: &[&[u8]], me: &[u8; 16], others: impl IntoIterator<Item = [u8; 16]>) -> Self {
        Self::in_order(1, what, me, None, others)
    }

    fn in_order(
        at_once: usize,
        what: &[&[u8]],
        me: &[u8; 16],
        nearest: Option<&[u8; 16]>,
        others: impl IntoIterator<Item = [u8; 16]>,
    ) -> Self {
        let what = digest("boucle 2026 debt v1", what);
        let place = |who: &[u8; 16]| (Some(who) != nearest, digest("boucle 2026 debt order v1", &[&what, who]));
        let mine = place(me);
        let before = others.into_iter().filter(|other| other != me && place(other) < mine).count();
        Self { what, waits: (before + 1).saturating_sub(at_once).min(WAITS_MAX) }
    }

    fn waits_ms(&self) -> i64 {
        i64::try_from(self.waits).unwrap_or(i64::MAX).saturating_mul(WAIT_MS)
    }
}

fn digest(context: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    short
}

/// Which of all debts of this kind are to be paid now. What waits is remembered, what is no longer owed forgotten.
pub(crate) fn due(log: &Log, kind: &str, debts: &[Debt], now_ms: i64) -> Result<Vec<bool>, Failure> {
    let key = meta::owed(kind);
    let kept = log.store.read()?.get(Space::Meta, &key)?;
    let before = Seen::read(kept.as_deref().map_or(&[], Vec::as_slice));
    let mut after = Seen::default();
    let mut is_due = Vec::with_capacity(debts.len());
    for debt in debts {
        if debt.waits == 0 {
            is_due.push(true);
            continue;
        }
        // a clock that was ahead for a while holds nobody up
        let since_ms = before.since(&debt.what).map_or(now_ms, |since| since.min(now_ms));
        is_due.push(now_ms.saturating_sub(since_ms) >= debt.waits_ms());
        after.note(debt.what, since_ms);
    }
    if after != before {
        log.store.write(|tx| match after.0.is_empty() {
            true => tx.delete(Space::Meta, &key).map(drop),
            false => tx.put(Space::Meta, &key, &after.bytes()),
        })?;
    }
    Ok(is_due)
}

/// Since when what is owed: digests, each with Unix milliseconds, as 16 and 8 bytes, ascending.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen(std::collections::BTreeMap<[u8; 16], i64>);

impl Seen {
    fn read(bytes: &[u8]) -> Self {
        let (rows, _) = bytes.as_chunks::<24>();
        let row = |row: &[u8; 24]| {
            let (what, since) = row.split_first_chunk::<16>()?;
            Some((*what, i64::from_be_bytes(since.try_into().ok()?)))
        };
        Self(rows.iter().filter_map(row).collect())
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(what, since)| what.iter().copied().chain(since.to_be_bytes())).collect()
    }

    fn since(&self, what: &[u8; 16]) -> Option<i64> {
        self.0.get(what).copied()
    }

    fn note(&mut self, what: [u8; 16], since_ms: i64) {
        if self.0.len() < REMEMBERED_MAX {
            self.0.insert(what, since_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{Home, NOW};

    const WHO: [[u8; 16]; 12] = {
        let mut who = [[0; 16]; 12];
        let mut at = 0;
        while at < 12 {
            who[at] = [at as u8; 16];
            at += 1;
        }
        who
    };

    fn waits(what: u8, nearest: Option<&[u8; 16]>) -> Vec<usize> {
        WHO.iter().map(|me| Debt::new(&[&[what]], me, nearest, WHO).waits).collect()
    }

    #[test]
    fn two_pay_at_once_and_the_others_one_after_the_other_in_an_order_of_each_debt() {
        let mut orders = std::collections::BTreeSet::new();
        for what in 0..20 {
            let order = waits(what, None);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
            orders.insert(order);
            assert_eq!(waits(what, Some(&WHO[7]))[7], 0, "whoever is nearest comes first");
        }
        assert!(orders.len() > 15, "not the same ones pay everything");
        assert_eq!(Debt::new(&[b"x"], &WHO[0], None, []).waits, 0, "who is alone waits for nobody");
        let many = (0..200).map(|n| [n; 16]);
        assert!((0..200).all(|n| Debt::new(&[b"x"], &[n; 16], None, many.clone()).waits <= WAITS_MAX));
    }

    #[test]
    fn what_waits_is_remembered_across_restarts_until_it_is_no_longer_owed() {
        let home = Home::founded();
        let debt = |waits| Debt { what: [waits as u8; 16], waits };
        let debts = [debt(0), debt(1), debt(3)];
        let due = |debts: &[Debt], now_ms| due(&home.log, "test", debts, now_ms).expect("asked");
        assert_eq!(due(&debts, NOW), [true, false, false]);
        assert_eq!(due(&debts, NOW + WAIT_MS - 1), [true, false, false]);
        assert_eq!(due(&debts, NOW + WAIT_MS), [true, true, false], "since it was first seen");
        assert_eq!(due(&debts, NOW + 3 * WAIT_MS), [true, true, true]);
        assert_eq!(due(&[], NOW), Vec::<bool>::new());
        let key = meta::owed("test");
        assert!(home.log.store.read().expect("readable").get(Space::Meta, &key).expect("read").is_none(), "forgotten");
        assert_eq!(due(&debts, NOW + 3 * WAIT_MS), [true, false, false], "and begun anew");
        // seen by a clock that was years ahead
        assert_eq!(due(&debts, NOW), [true, false, false]);
        assert_eq!(due(&debts, NOW + WAIT_MS), [true, true, false]);
    }
}

//! On hold: a flag beside the status. While anyone's hold is not lifted by someone who saw it, the case is on hold.

use crate::case::facts::{Dated, FactId, HoldFact};
use crate::case::seen::{Family, heads};

/// The holds in force, in the order written.
pub fn standing(holds: &Family<HoldFact>) -> Vec<&Dated<HoldFact>> {
    let heads = heads(holds).into_iter().filter_map(|id| holds.get(&id));
    let mut standing: Vec<_> = heads.filter(|dated| dated.fact.reason.is_some()).collect();
    standing.sort_by_key(|dated| (dated.stamp.order, dated.stamp.entry));
    standing
}

/// How long the case waits for the person: what is over, and the wait that goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wait {
    /// Waits that ended, overlapping ones counted once, milliseconds.
    pub ended_ms: i64,
    /// Since when it waits now, Unix milliseconds, and the last claimed time that is surely part of that wait: what a
    /// clock behind the others is taken for.
    pub running_ms: Option<(i64, i64)>,
}

impl Wait {
    /// Milliseconds waited until `now_ms`.
    pub fn until(&self, now_ms: i64) -> i64 {
        let running = self.running_ms.map_or(0, |(from, at_least)| now_ms.max(at_least).saturating_sub(from));
        self.ended_ms.saturating_add(running)
    }
}

/// The waits for the person: overlapping holds count once.
pub fn wait_for_person(holds: &Family<HoldFact>) -> Wait {
    let of_person = holds.iter().filter(|(_, dated)| dated.fact.reason.as_deref() == Some("person"));
    let mut spans: Vec<(i64, Option<i64>)> =
        of_person.map(|(id, dated)| (dated.fact.at_ms, end_ms(holds, *id))).collect();
    spans.sort_unstable();
    let running = spans.iter().filter(|(_, end)| end.is_none()).map(|(from, _)| *from).min();
    let last_ms = spans.iter().filter_map(|(_, end)| *end).max();
    let mut wait =
        Wait { ended_ms: 0, running_ms: running.map(|from| (from, last_ms.map_or(from, |end| end.max(from)))) };
    let mut counted_until = i64::MIN;
    for (from, end) in spans {
        // from the start of the wait that goes on, all is one
        let end = end.into_iter().chain(running).min().unwrap_or(from);
        let from = from.max(counted_until);
        if end > from {
            wait.ended_ms = wait.ended_ms.saturating_add(end.saturating_sub(from));
            counted_until = end;
        }
    }
    wait
}

/// When a hold ended, or will: the first act that saw it, or the day until which it was foreseen.
fn end_ms(holds: &Family<HoldFact>, id: FactId) -> Option<i64> {
    let foreseen = holds.get(&id).and_then(|dated| dated.fact.until_ms);
    let after = holds.values().filter(|dated| dated.fact.seen.contains(&id));
    after.map(|dated| dated.fact.at_ms).chain(foreseen).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::seen::tests::dated;

    #[test]
    fn overlapping_waits_count_once() {
        let hold = |reason: Option<&str>, at_ms, seen: &[u8]| HoldFact {
            reason: reason.map(str::to_owned),
            at_ms,
            until_ms: None,
            seen: seen.iter().map(|n| FactId([*n; 8])).collect(),
        };
        let mut holds: Family<HoldFact> = [
            dated(1, hold(Some("person"), 100, &[])),
            dated(2, hold(Some("person"), 120, &[])),
            dated(3, hold(None, 150, &[1, 2])),
            dated(4, hold(Some("document"), 160, &[3])),
            dated(5, hold(Some("person"), 170, &[4])),
        ]
        .into();
        assert_eq!(wait_for_person(&holds).until(180), 50 + 10);
        assert_eq!(standing(&holds).len(), 1);
        holds.extend([dated(6, hold(None, 175, &[5]))]);
        assert_eq!(wait_for_person(&holds).until(i64::MAX), 50 + 5);
        assert!(standing(&holds).is_empty());
        let wild: Family<HoldFact> =
            [dated(1, hold(Some("person"), i64::MIN, &[])), dated(2, hold(None, i64::MAX, &[1]))].into();
        assert_eq!(wait_for_person(&wild).until(0), i64::MAX, "claimed times may be anything");
        let nested: Family<HoldFact> = [
            dated(1, hold(Some("person"), 100, &[])),
            dated(2, hold(Some("person"), 120, &[])),
            dated(3, hold(None, 150, &[2])),
        ]
        .into();
        let wait = wait_for_person(&nested);
        assert_eq!((wait.ended_ms, wait.running_ms), (0, Some((100, 150))));
        assert_eq!(
            (wait.until(130), wait.until(180)),
            (50, 80),
            "a clock behind the others counts what is surely over"
        );
    }
}

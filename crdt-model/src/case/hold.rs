//! On hold: a flag beside the status. While anyone's hold is not lifted by someone who saw it, the case is on hold.

use crate::case::fact::{Dated, FactId, HoldFact};
use crate::case::seen::{Family, Seen, heads};

/// The holds in force, in the order written.
pub fn standing(holds: &Family<HoldFact>) -> Vec<&Dated<HoldFact>> {
    let heads = heads(holds).into_iter().filter_map(|id| holds.get(&id));
    let mut standing: Vec<_> = heads.filter(|dated| dated.fact.reason.is_some()).collect();
    standing.sort_by_key(|dated| (dated.stamp.order, dated.stamp.entry));
    standing
}

/// Milliseconds until `now_ms` during which the case waited for the person: overlapping holds count once.
pub fn waited_for_person_ms(holds: &Family<HoldFact>, now_ms: i64) -> i64 {
    let mut spans: Vec<(i64, i64)> = holds
        .iter()
        .filter(|(_, dated)| dated.fact.reason.as_deref() == Some("person"))
        .map(|(id, dated)| (dated.fact.at_ms, end_ms(holds, *id).unwrap_or(now_ms)))
        .collect();
    spans.sort_unstable();
    let (mut total_ms, mut counted_until) = (0_i64, i64::MIN);
    for (from, until) in spans {
        let from = from.max(counted_until);
        if until > from {
            total_ms = total_ms.saturating_add(until.saturating_sub(from));
            counted_until = until;
        }
    }
    total_ms
}

/// When a hold ended: the first act that saw it.
fn end_ms(holds: &Family<HoldFact>, id: FactId) -> Option<i64> {
    let after = holds.values().filter(|dated| dated.fact.seen.contains(&id));
    after.map(|dated| dated.fact.at_ms).min()
}

impl Seen for HoldFact {
    fn seen(&self) -> &[FactId] {
        &self.seen
    }
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
        assert_eq!(waited_for_person_ms(&holds, 180), 50 + 10);
        assert_eq!(standing(&holds).len(), 1);
        holds.extend([dated(6, hold(None, 175, &[5]))]);
        assert_eq!(waited_for_person_ms(&holds, i64::MAX), 50 + 5);
        assert!(standing(&holds).is_empty());
        let wild: Family<HoldFact> =
            [dated(1, hold(Some("person"), i64::MIN, &[])), dated(2, hold(None, i64::MAX, &[1]))].into();
        assert_eq!(waited_for_person_ms(&wild, 0), i64::MAX, "claimed times may be anything");
    }
}

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

//! Satisfaction, and the one question the whole system is about: is the loop closed?
//!
//! It is when, in the current epoch, there is an answer, a `satisfied` said after it, and no `partly` or
//! `not_satisfied` that this `satisfied` had not seen; and when the closing reason is not in conflict.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::facts::{Dated, FactId, ResponseFact, SatisfactionFact};
use crate::case::seen::{Family, heads, past};

/// What the person said of the answer; a later variant is more cautious.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Satisfaction {
    /// Satisfied.
    Satisfied,
    /// Did not want to say.
    Declined,
    /// Partly.
    Partly,
    /// Not satisfied.
    NotSatisfied,
}

impl Satisfaction {
    /// All values, the more cautious later.
    pub const ALL: [Self; 4] = [Self::Satisfied, Self::Declined, Self::Partly, Self::NotSatisfied];

    /// The code.
    pub fn code(self) -> &'static str {
        ["satisfied", "declined", "partly", "not_satisfied"][self as usize]
    }

    /// The value of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.code() == code)
    }

    /// Whether it keeps the loop open.
    pub fn keeps_open(self) -> bool {
        matches!(self, Self::Partly | Self::NotSatisfied)
    }
}

/// `satisfied` facts looked at when there are also others: no honest case has as many at once.
const CANDIDATES_MAX: usize = 64;

/// The last word on satisfaction; among concurrent ones the most cautious.
pub fn last(said: &Family<SatisfactionFact>) -> Option<Satisfaction> {
    heads(said).into_iter().filter_map(|id| said.get(&id)).map(|dated| dated.fact.value).max()
}

/// Whether the person, in epoch `epoch`, said they are satisfied after an answer of that epoch and never took it back.
pub fn satisfied_after_answer(
    said: &Family<SatisfactionFact>,
    responses: &BTreeMap<FactId, Dated<ResponseFact>>,
    epoch: u32,
) -> bool {
    let open: BTreeSet<FactId> =
        said.iter().filter(|(_, dated)| dated.fact.value.keeps_open()).map(|(id, _)| *id).collect();
    let answered = |fact: &SatisfactionFact| {
        fact.responses.iter().any(|id| responses.get(id).is_some_and(|response| response.fact.epoch == epoch))
    };
    let counts =
        |fact: &SatisfactionFact| fact.value == Satisfaction::Satisfied && fact.epoch == epoch && answered(fact);
    let mut candidates: Vec<_> = said.iter().filter(|(_, dated)| counts(&dated.fact)).collect();
    candidates.sort_by_key(|(_, dated)| std::cmp::Reverse((dated.stamp.order, dated.stamp.entry)));
    if open.is_empty() {
        return !candidates.is_empty();
    }
    candidates.into_iter().take(CANDIDATES_MAX).any(|(id, _)| open.is_subset(&past(said, *id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::seen::tests::dated;

    fn said(n: u8, value: Satisfaction, epoch: u32, seen: &[u8]) -> (FactId, Dated<SatisfactionFact>) {
        let seen = seen.iter().map(|n| FactId([*n; 8])).collect();
        dated(n, SatisfactionFact { value, epoch, at_ms: 0, responses: vec![FactId([100; 8])], seen })
    }

    #[test]
    fn a_word_of_an_earlier_epoch_does_not_close_a_later_loop() {
        let responses = [dated(100, ResponseFact { epoch: 1, at_ms: 0 })].into();
        let earlier: Family<SatisfactionFact> = [said(1, Satisfaction::Satisfied, 0, &[])].into();
        assert!(!satisfied_after_answer(&earlier, &responses, 1));
        let now: Family<SatisfactionFact> = [said(1, Satisfaction::Satisfied, 1, &[])].into();
        assert!(satisfied_after_answer(&now, &responses, 1));
        assert!(!satisfied_after_answer(&now, &BTreeMap::new(), 1), "the answer was never given");
    }

    #[test]
    fn declining_to_say_more_takes_nothing_back_but_a_complaint_before_it_does() {
        let responses = [dated(100, ResponseFact { epoch: 0, at_ms: 0 })].into();
        let mut words: Family<SatisfactionFact> =
            [said(1, Satisfaction::Satisfied, 0, &[]), said(2, Satisfaction::Declined, 0, &[1])].into();
        assert!(satisfied_after_answer(&words, &responses, 0));
        words.extend([said(3, Satisfaction::Partly, 0, &[1]), said(4, Satisfaction::Declined, 0, &[2, 3])]);
        assert!(!satisfied_after_answer(&words, &responses, 0));
        assert_eq!(last(&words), Some(Satisfaction::Declined));
        words.extend([said(5, Satisfaction::Satisfied, 0, &[4])]);
        assert!(satisfied_after_answer(&words, &responses, 0));
    }
}

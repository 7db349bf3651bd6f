//! Somebody who reads a case asks another who does, and is answered.

use std::collections::BTreeSet;

use crate::case::collect::CaseFacts;
use crate::case::facts::codec::{Ascending, Code, Raw, Time};
use crate::case::facts::{CodeFacts, Dated, Fact, FactId, fact, written};
use crate::case::seen::Family;
use crate::layer::Stamp;
use crate::values::moment::serialize_ms;
use crate::values::{MemberId, Who};

/// Most questions that one answer names.
pub const ANSWERED_MAX: usize = 64;

fact! {
    /// `[1, who, at_ms, [* of]]`, `who` as `member:<hex>` or `role:<code>`. Its words are the note of the same id.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct QuestionFact {
        /// Who is asked; of an answer, who asked.
        pub who: Who as Code,
        /// When.
        #[serde(rename = "asked_at", serialize_with = "serialize_ms")]
        pub at_ms: i64 as Time,
        /// The questions that it answers, ascending; of a question none.
        #[serde(rename = "answers")]
        pub of: Vec<FactId> as Ascending<Raw, ANSWERED_MAX>,
    }
}

impl Fact for QuestionFact {
    const OF_WHO: bool = true;

    fn gist(&self) -> Option<String> {
        Some(self.who.to_string())
    }
}

/// The questions that nobody has answered, in the order written.
pub fn open(questions: &Family<QuestionFact>) -> Vec<(FactId, &Dated<QuestionFact>)> {
    let answered: BTreeSet<FactId> = questions.values().flat_map(|dated| dated.fact.of.iter().copied()).collect();
    let open = written(questions).into_iter();
    open.filter(|(id, dated)| dated.fact.of.is_empty() && !answered.contains(id)).collect()
}

/// The stamps of what people do in a case; nodes write the rest by themselves.
fn acts(facts: &CaseFacts) -> impl Iterator<Item = &Stamp> {
    fn of<T>(family: &Family<T>) -> impl Iterator<Item = &Stamp> {
        family.values().map(|dated| &dated.stamp)
    }
    let CodeFacts { moves, holds, responses, interims, referrals, questions, .. } = &facts.codes;
    let codes = of(moves).chain(of(holds)).chain(of(responses)).chain(of(interims)).chain(of(referrals));
    let words = facts.words.iter().flat_map(|words| {
        of(&words.notes).chain(of(&words.actions)).chain(of(&words.interactions)).chain(of(&words.notices))
    });
    codes.chain(of(questions)).chain(words)
}

/// Who asked and was answered, and has written nothing in the case since.
pub fn answered(facts: &CaseFacts) -> BTreeSet<MemberId> {
    let questions = &facts.codes.questions;
    let mut waits = BTreeSet::new();
    for (_, dated) in written(questions).into_iter().filter(|(_, dated)| !dated.fact.of.is_empty()) {
        if let Who::Member(asker) = dated.fact.who {
            waits.insert((asker, dated.stamp.order));
        }
    }
    let has_gone_on = |(asker, order): &(MemberId, u64)| {
        let is_theirs = |stamp: &Stamp| stamp.member == Some(*asker) && stamp.order > *order;
        acts(facts).any(is_theirs)
    };
    waits.into_iter().filter(|one| !has_gone_on(one)).map(|(asker, _)| asker).collect()
}

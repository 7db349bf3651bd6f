//! Consent: what the person allows now, from all they were heard to say.
//!
//! A refusal or a withdrawal stands until someone who had heard it hears "given": concurrent with "given", it wins.
//! `not_asked` says nothing either way and supersedes nothing.

use std::collections::BTreeMap;

use crate::case::facts::{ConsentFact, ContactFact};
use crate::case::seen::{Family, heads};

/// What the person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Nobody asked.
    NotAsked,
    /// Yes.
    Given,
    /// Yes once, no longer.
    Withdrawn,
    /// No.
    Refused,
}

impl Answer {
    /// All answers; the later one wins among concurrent ones.
    pub const ALL: [Self; 4] = [Self::NotAsked, Self::Given, Self::Withdrawn, Self::Refused];

    /// The code.
    pub fn code(self) -> &'static str {
        ["not_asked", "given", "withdrawn", "refused"][self as usize]
    }

    /// No, or no longer.
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::Refused | Self::Withdrawn)
    }

    /// The answer of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.code() == code)
    }
}

/// The consents that count for one purpose: those about it that say yes or no.
pub fn of_purpose(consents: &Family<ConsentFact>, purpose: &str) -> Family<ConsentFact> {
    let counts = |fact: &ConsentFact| fact.purpose == purpose && fact.answer != Answer::NotAsked;
    consents.iter().filter(|(_, dated)| counts(&dated.fact)).map(|(id, dated)| (*id, dated.clone())).collect()
}

/// What holds for each purpose anyone asked about, or said was not asked.
pub fn effective(consents: &Family<ConsentFact>) -> BTreeMap<String, Answer> {
    let mut by_purpose: BTreeMap<String, Answer> = BTreeMap::new();
    for consent in consents.values() {
        by_purpose.entry(consent.fact.purpose.clone()).or_insert(Answer::NotAsked);
    }
    for (purpose, answer) in &mut by_purpose {
        let family = of_purpose(consents, purpose);
        let heads = heads(&family).into_iter().filter_map(|id| family.get(&id).map(|dated| dated.fact.answer));
        *answer = heads.max().unwrap_or(Answer::NotAsked);
    }
    by_purpose
}

/// Whether the person may be contacted, from the code-only facts that everyone who works on the case can read.
pub fn contact(contacts: &Family<ContactFact>) -> Answer {
    let heads = heads(contacts).into_iter().filter_map(|id| contacts.get(&id));
    let answers = heads.map(|dated| if dated.fact.allowed { Answer::Given } else { Answer::Refused });
    answers.max().unwrap_or(Answer::NotAsked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::facts::FactId;
    use crate::case::seen::tests::dated;

    #[test]
    fn not_asked_takes_no_refusal_back_even_if_it_lists_it() {
        let fact = |answer, seen: &[u8]| ConsentFact {
            purpose: "record".into(),
            answer,
            means: None,
            by: None,
            at_ms: 0,
            seen: seen.iter().map(|n| FactId([*n; 8])).collect(),
        };
        let mut said: Family<ConsentFact> =
            [dated(1, fact(Answer::Refused, &[])), dated(2, fact(Answer::NotAsked, &[1]))].into();
        assert_eq!(effective(&said)["record"], Answer::Refused);
        said.extend([dated(3, fact(Answer::Given, &[1]))]);
        assert_eq!(effective(&said)["record"], Answer::Given);
    }
}

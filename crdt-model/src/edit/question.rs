//! Questions inside a case, and their answers.

use crate::case::Shape;
use crate::case::facts::{ANSWERED_MAX, Dated, FactId, FactKind, QuestionFact, TextFact, open_questions};
use crate::edit::EditRefusal;
use crate::edit::act::Act;
use crate::edit::referral::is_mine;
use crate::edit::verbs::said;
use crate::values::{Who, Words};

/// Asks somebody who reads the case.
pub(super) fn ask(act: &mut Act<'_>, of: &Who, text: &Words) -> Result<(), EditRefusal> {
    act.must_be_open()?;
    if let Who::Role(role) = of {
        act.known_code("questions", "role", role)?;
    }
    // a role of the author waits for the author, too: they name a person
    if matches!(of, Who::Role(role) if act.ctx.roles.contains(role)) || *of == Who::Member(act.ctx.member) {
        return Err(EditRefusal::AskedSelf);
    }
    write(act, text, Some((of.clone(), Vec::new())))
}

/// Adds a note. What is asked of its author and open is answered by it.
pub(super) fn note(act: &mut Act<'_>, text: &Words) -> Result<(), EditRefusal> {
    let me = act.ctx.member;
    // whoever does not read the case does not know what was asked
    let reads = act.layers.is_read || act.view.shape != Shape::Ordinary;
    let open = open_questions(&act.view.facts.codes.questions).into_iter().filter(|_| reads);
    let is_for_me = |(_, asked): &(FactId, &Dated<QuestionFact>)| is_mine(act, &asked.fact.who);
    let mine: Vec<_> = open.filter(is_for_me).filter(|(_, asked)| asked.stamp.member != Some(me)).collect();
    // who asked last is told; the others see it in the case
    let asker = mine.last().and_then(|(_, asked)| asked.stamp.member);
    let mut of: Vec<FactId> = mine.into_iter().map(|(id, _)| id).rev().take(ANSWERED_MAX).collect();
    of.sort_unstable();
    write(act, text, asker.map(|asker| (Who::Member(asker), of)))
}

fn write(act: &mut Act<'_>, text: &Words, question: Option<(Who, Vec<FactId>)>) -> Result<(), EditRefusal> {
    let fact = TextFact { text: said("text", text)? };
    let id = act.draft.id();
    act.draft.fact(FactKind::Note, id, &fact)?;
    let Some((who, of)) = question else { return Ok(()) };
    act.draft.fact(FactKind::Question, id, &QuestionFact { who, at_ms: act.ctx.now_ms, of })
}

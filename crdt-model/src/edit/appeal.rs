//! Levels of appeal: whoever is not satisfied can have the case looked at again, one level above.

use crate::case::Shape;
use crate::case::facts::{AppealFact, FactKind, MoveFact};
use crate::case::status::{EPOCH_MAX, Status};
use crate::edit::EditRefusal;
use crate::edit::act::Act;
use crate::taxonomy::OwnRow;
use crate::view;

/// Takes the case to the next level, where it begins anew; or records that the person does not wish that.
pub(super) fn appeal(act: &mut Act<'_>, refused: bool) -> Result<(), EditRefusal> {
    act.must_be_open()?;
    if act.view.shape != Shape::Ordinary {
        return Err(EditRefusal::SealedNoLevel);
    }
    if act.ctx.codes.own().levels().is_empty() {
        return Err(EditRefusal::NoLevels);
    }
    let work = act.work()?;
    if !work.answered {
        return Err(EditRefusal::NotAnswered);
    }
    if !view::is_unsatisfied(&act.view.facts.codes, work.standing.epoch) {
        return Err(EditRefusal::NotUnsatisfied);
    }
    let (epoch, seen) = (work.standing.epoch, act.moves_seen());
    let next = next_level(act).ok_or(EditRefusal::LastLevel)?;
    let (level, rank, within_h) = (next.code.clone(), next.rank.unwrap_or(0), next.within_h.unwrap_or(0));
    let epoch = if refused { epoch } else { epoch + 1 };
    if epoch > EPOCH_MAX {
        return Err(EditRefusal::EpochsExhausted);
    }
    let id = act.draft.id();
    let fact = AppealFact { level, rank, within_h, epoch, at_ms: act.ctx.now_ms, refused };
    act.draft.fact(FactKind::Appeal, id, &fact)?;
    match refused {
        true => Ok(()),
        // looked at anew: given to somebody, answered, and the person asked again
        false => {
            let id = act.draft.id();
            act.draft.fact(FactKind::Move, id, &MoveFact { to: Status::Reopened, epoch, seen, reason: None })
        }
    }
}

/// The level above that at which the case stands. A case begins at the first.
fn next_level<'a>(act: &Act<'a>) -> Option<&'a OwnRow> {
    let levels = act.ctx.codes.own().levels();
    let first = levels.first().and_then(|row| row.rank)?;
    let standing = act.view.work.as_ref().and_then(|work| work.level.as_ref()).map_or(first, |level| level.rank);
    levels.into_iter().find(|row| row.rank.is_some_and(|rank| rank > standing))
}

/// Nobody closes over the head of a person who is not satisfied before the next level was offered: they refused it, or there
/// is none above and it has answered.
pub(super) fn must_be_offered(act: &Act<'_>) -> Result<(), EditRefusal> {
    if act.view.shape != Shape::Ordinary || act.ctx.codes.own().levels().is_empty() {
        return Ok(());
    }
    let work = act.work()?;
    let refuses = |fact: &AppealFact, rank: u32| fact.refused && fact.epoch == work.standing.epoch && fact.rank >= rank;
    match next_level(act) {
        None if work.answered => Ok(()),
        None => Err(EditRefusal::NotAnswered),
        Some(next) => {
            let rank = next.rank.unwrap_or(0);
            match act.view.facts.codes.appeals.values().any(|dated| refuses(&dated.fact, rank)) {
                true => Ok(()),
                false => Err(EditRefusal::AppealFirst),
            }
        }
    }
}

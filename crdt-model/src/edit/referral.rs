//! What becomes of a case that was given to somebody: returned, sent outside the system, confirmed, asked about again.

use crate::case::Shape;
use crate::case::consent::Answer;
use crate::case::facts::{
    ActionFact, FactId, FactKind, InterimFact, PROMISE_MAX_MS, RETURN_REASONS, ReferralFact, ResponseText, TextFact,
    unconfirmed,
};
use crate::case::status::Status;
use crate::edit::act::Act;
use crate::edit::verbs::said;
use crate::edit::{EditRefusal, notice, question};
use crate::layer::Value;
use crate::taxonomy::{Listed, OwnTable};
use crate::values::{Moment, Who, Words};
use crate::view::Shown;

/// Ways by which a case goes to somebody without the system.
pub const OUTSIDE_MEANS: [&str; 5] = ["email", "phone", "whatsapp", "paper", "list"];
/// In which language a body is named in what is written down.
const LABELS: &str = "fr";
/// Where a case goes back to when nobody can tell who gave it.
const MANAGER: &str = "cfm_manager";

/// Gives the case back to whoever gave it: the wrong person has it, or something is missing. What was sent on from elsewhere goes
/// back to whoever sent it, also before anybody here has it.
pub(super) fn give_back(act: &mut Act<'_>, reason: &str, because: &Words) -> Result<(), EditRefusal> {
    act.must_be_open()?;
    if !RETURN_REASONS.contains(&reason) {
        return Err(EditRefusal::UnknownCode { field: "referrals", table: "referral_status" });
    }
    let is_nobodys = act.ctx.sender.is_some() && assignees(act).is_empty();
    if !is_nobodys {
        must_have_it(act)?;
    }
    // else the other would lose what only one gives back
    if assignees(act).len() > 1 {
        return Err(EditRefusal::AssigneeTorn);
    }
    let to = giver(act);
    if is_mine(act, &to) {
        return Err(EditRefusal::GivenByNobodyElse);
    }
    let because = said("reason", because)?;
    put_assignee(act, &to)?;
    if is_nobodys {
        act.step(Status::Assigned)?;
    }
    referral(act, reason, None, None, Some(because))
}

/// Answers the question with which what was sent on came back: whoever asked has it again.
pub(super) fn reply(act: &mut Act<'_>, text: &Words) -> Result<(), EditRefusal> {
    act.must_be_open()?;
    let asked_by = act.work()?.returned.as_ref().and_then(|returned| returned.origin.by);
    question::note(act, text)?;
    asked_by.map_or(Ok(()), |member| put_assignee(act, &Who::Member(member)))
}

/// Who gave the case to whoever has it, else who sent it on to here. Where nobody can tell, or they must not see it, the manager,
/// or of a sealed case the role that its category goes to.
fn giver(act: &Act<'_>) -> Who {
    let is_aside = |who: &Who| act.view.sealed.as_ref().is_ok_and(|sealed| sealed.recusals.contains(who));
    let me = Who::Member(act.ctx.member);
    let may = |who: &Who| *who != me && !is_aside(who);
    let sender = act.ctx.sender.map(Who::Member).filter(&may);
    // whoever gave it back here does not have it to give again
    let came_back = act.view.work.as_ref().is_some_and(|work| work.returned.is_some());
    let giver = act.view.assignment.as_ref().and_then(|given| given.sent.by).map(Who::Member);
    let giver = giver.filter(|_| !(came_back && sender.is_some()));
    let role = match act.view.shape {
        Shape::Ordinary => None,
        _ => act.view.text("category").and_then(|code| act.ctx.codes.category(code)).map(|facts| facts.refer_to),
    };
    let role = Who::Role(role.unwrap_or_else(|| MANAGER.to_owned()));
    giver.filter(&may).or(sender).unwrap_or(role)
}

/// Whether the case is theirs to take up, to hand on or to give back.
pub(super) fn must_have_it(act: &Act<'_>) -> Result<(), EditRefusal> {
    match assignees(act).as_slice() {
        [] => Err(EditRefusal::NotAssigned),
        all if all.iter().any(|who| is_mine(act, who)) => Ok(()),
        _ => Err(EditRefusal::NotYours),
    }
}

/// The first act of whoever was given the case takes it up. Who stands in for them accepts it, if they mean to keep it.
pub(super) fn take_up_by_working(act: &mut Act<'_>) -> Result<(), EditRefusal> {
    let waits = act.view.assignment.as_ref().is_some_and(|given| given.accepted.is_none());
    let is_closed = act.view.work.as_ref().is_none_or(|work| work.standing.status == Status::Closed);
    let is_reopened = act.view.work.as_ref().is_some_and(|work| work.standing.status == Status::Reopened);
    match assignees(act).as_slice() {
        [only] if (waits || is_reopened) && !is_closed && is_given_to_me(act, only) => {
            put_assignee(act, &Who::Member(act.ctx.member))?;
            act.write_move(Status::InProgress)
        }
        _ => Ok(()),
    }
}

/// Passes the case on to somebody without the system.
pub(super) fn send_outside(act: &mut Act<'_>, to: &Words, by: &str) -> Result<(), EditRefusal> {
    act.must_be_open()?;
    if !OUTSIDE_MEANS.contains(&by) {
        return Err(EditRefusal::UnknownCode { field: "referrals", table: "means" });
    }
    must_be_passed_on(act)?;
    let to = said("to", to)?;
    referral(act, "sent_outside", Some(by), None, Some(to))?;
    answered_for(act)
}

/// A case that is with others has somebody here who answers for it all the same: whoever sent it on, where nobody had it.
pub(super) fn answered_for(act: &mut Act<'_>) -> Result<(), EditRefusal> {
    if assignees(act).is_empty() {
        put_assignee(act, &Who::Member(act.ctx.member))?;
    }
    act.step(Status::Assigned)
}

/// Whether the person lets the case go to somebody without the system: of a sealed case only where they said so.
fn must_be_passed_on(act: &Act<'_>) -> Result<(), EditRefusal> {
    act.work()?;
    let account = act.view.account.as_ref();
    let account = account.map_err(|layer| EditRefusal::Withheld { field: "consents", layer: *layer })?;
    let said = |purpose: &str| account.consent.get(purpose).copied();
    let refused = ["refer_internal", "refer_external"].iter().any(|of| said(of).is_some_and(Answer::is_refusal));
    let is_sealed = act.view.shape != Shape::Ordinary;
    match refused || (is_sealed && said("refer_external") != Some(Answer::Given)) {
        true => Err(EditRefusal::NoReferralConsent),
        false => Ok(()),
    }
}

/// What somebody without the system does shows that the case reached them.
pub(super) fn taken_up_outside(act: &mut Act<'_>) -> Result<(), EditRefusal> {
    match unconfirmed(&act.view.facts.codes.referrals) {
        Some((of, _)) => referral(act, "accepted", None, Some(of), None),
        None => Ok(()),
    }
}

/// Somebody here spoke to whom it was sent outside, and they have it.
pub(super) fn confirm_outside(act: &mut Act<'_>) -> Result<(), EditRefusal> {
    act.work()?;
    let (of, _) = unconfirmed(&act.view.facts.codes.referrals).ok_or(EditRefusal::NotSentOutside)?;
    referral(act, "confirmed_by_phone", None, Some(of), None)
}

fn referral(
    act: &mut Act<'_>,
    status: &str,
    means: Option<&str>,
    of: Option<FactId>,
    words: Option<Words>,
) -> Result<(), EditRefusal> {
    let id = act.draft.id();
    let fact = ReferralFact { status: status.to_owned(), at_ms: act.ctx.now_ms, means: means.map(str::to_owned), of };
    act.draft.fact(FactKind::Referral, id, &fact)?;
    words.map_or(Ok(()), |text| act.draft.fact(FactKind::Reason, id, &TextFact { text }))
}

/// Whoever has the case was asked about it again.
pub(super) fn remind(act: &mut Act<'_>) -> Result<(), EditRefusal> {
    act.must_be_open()?;
    if matches!(act.view.shown("assignee"), Shown::Absent) && unconfirmed(&act.view.facts.codes.referrals).is_none() {
        return Err(EditRefusal::NotAssigned);
    }
    act.interaction(false, None, "reminder", "answered")
}

/// An inquiry outside took the case over: its audience alone says so, with the receipt.
pub(super) fn hand_over(act: &mut Act<'_>, to: &Words, receipt: &Words) -> Result<(), EditRefusal> {
    act.must_be_open()?;
    if act.view.shape == Shape::Ordinary {
        return Err(EditRefusal::OnlySealed);
    }
    // a body by whatever name it is typed; or somebody else
    let codes = act.ctx.codes;
    let body = match codes.own().listed(OwnTable::Body, &to.0) {
        Listed::Is(row) => Some(row),
        _ => None,
    };
    let to = body.map_or_else(|| to.clone(), |body| body.called(LABELS).into());
    let fact = ActionFact {
        what: said("receipt", receipt)?,
        on_behalf_of: Some(said("to", &to)?),
        at_ms: act.ctx.now_ms,
        due_ms: None,
    };
    let id = act.draft.id();
    act.draft.fact(FactKind::Action, id, &fact)?;
    body.map_or(Ok(()), |body| notice::tell(act, body, notice::HANDOVER, None))?;
    act.end("handed_over", None)
}

/// Tells the person what is being done, and by when they will have an answer: it is no answer.
pub(super) fn promise(
    act: &mut Act<'_>,
    text: Words,
    language: Option<&str>,
    until: Moment,
) -> Result<(), EditRefusal> {
    act.must_be_open()?;
    let until_ms = act.ctx.codes.zone().until_ms(until);
    let longest = act.ctx.now_ms.saturating_add(PROMISE_MAX_MS);
    if until_ms <= act.ctx.now_ms || until_ms > longest {
        return Err(EditRefusal::BadValue { field: "until", expected: "a day within half a year from now" });
    }
    let epoch = act.work()?.standing.epoch;
    let id = act.draft.id();
    act.draft.fact(FactKind::Interim, id, &InterimFact { epoch, at_ms: act.ctx.now_ms, until_ms })?;
    let language = language.or(act.view.text("spoken_language")).map(str::to_owned);
    act.draft.fact(FactKind::ResponseText, id, &ResponseText { text, language })
}

/// Who answers a case that nobody was given yet took it, did it and answers for it: an ordinary one, classified as such.
pub(super) fn settle_on_the_spot(act: &mut Act<'_>) -> Result<(), EditRefusal> {
    let work = act.work()?;
    let is_ordinary = act.view.shape == Shape::Ordinary && work.sensitivity.is_some_and(|level| !level.restricted());
    if work.ever_assigned || !is_ordinary || act.view.text("category").is_none() {
        return Ok(());
    }
    put_assignee(act, &Who::Member(act.ctx.member))?;
    act.write_move(Status::InProgress)
}

/// Whom the case is given to: several while that is in conflict.
pub(super) fn assignees(act: &Act<'_>) -> Vec<Who> {
    let shown = |shown: &Shown| match shown {
        Shown::Text(who) => who.parse::<Who>().ok(),
        _ => None,
    };
    match act.view.conflict("assignee") {
        Some(conflict) => conflict.values.iter().filter_map(|rival| shown(&rival.value)).collect(),
        None => shown(act.view.shown("assignee")).into_iter().collect(),
    }
}

/// Whether what is given to somebody is given to the author: by name, or by a role of theirs.
fn is_given_to_me(act: &Act<'_>, who: &Who) -> bool {
    match who {
        Who::Member(id) => *id == act.ctx.member,
        Who::Role(role) => act.ctx.roles.contains(role),
    }
}

/// The same, or in place of who is away.
pub(super) fn is_mine(act: &Act<'_>, who: &Who) -> bool {
    is_given_to_me(act, who) || matches!(who, Who::Member(id) if act.ctx.stands_in_for.contains(id))
}

pub(super) fn put_assignee(act: &mut Act<'_>, to: &Who) -> Result<(), EditRefusal> {
    let field = crate::edit::draft::known("assignee");
    let value = Value::Text(to.to_string());
    if act.holds_alone(field, &value) { Ok(()) } else { act.draft.put(field, value) }
}

//! Closing and reopening: the conditions of each reason, as far as the author can see.

use crate::case::Shape;
use crate::case::facts::{FactKind, MoveFact, TextFact};
use crate::case::loop_closure::Satisfaction;
use crate::case::status::{EPOCH_MAX, Status};
use crate::edit::act::Act;
use crate::edit::verbs::{said, said_opt};
use crate::edit::{DUPLICATE, EditRefusal, LinkKind, appeal, linked, linking};
use crate::values::Words;
use crate::view::Shown;

impl Act<'_> {
    pub(super) fn close(&mut self, reason: &str, because: Option<&Words>) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        may_close_as(self, reason)?;
        let because = said_opt("reason", because)?;
        // what was done with it, why it is not taken, what was offered
        if matches!(reason, "acknowledged" | "not_admissible" | "services_only") && because.is_none() {
            return Err(EditRefusal::WhyMissing);
        }
        if reason == "answered" && self.work()?.satisfaction.is_none() && because.is_none() {
            return Err(EditRefusal::WhyNotAsked);
        }
        if reason == DUPLICATE {
            linking::say_survivors(self)?;
        }
        self.end(reason, because)
    }

    /// Closes, under the conditions of every closing.
    pub(super) fn end(&mut self, reason: &str, because: Option<Words>) -> Result<(), EditRefusal> {
        let work = self.work()?;
        if self.view.text("type") == Some("complaint") && crate::view::never_assigned(work, reason) {
            return Err(EditRefusal::NeverAssigned);
        }
        let received = self.view.moment("received_at");
        if received.is_some_and(|moment| self.ctx.now_ms < self.ctx.codes.zone().from_ms(moment)) {
            return Err(EditRefusal::BeforeReceived);
        }
        let (epoch, seen) = (work.standing.epoch, self.moves_seen());
        let id = self.draft.id();
        let fact = MoveFact { to: Status::Closed, epoch, seen, reason: Some(reason.to_owned()) };
        self.draft.fact(FactKind::Move, id, &fact)?;
        because.map_or(Ok(()), |text| self.draft.fact(FactKind::Reason, id, &TextFact { text }))
    }

    pub(super) fn reopen(&mut self, reason: &Words) -> Result<(), EditRefusal> {
        let standing = &self.work()?.standing;
        if standing.status != Status::Closed {
            return Err(EditRefusal::NotClosed);
        }
        let epoch = standing.epoch + 1;
        if epoch > EPOCH_MAX {
            return Err(EditRefusal::EpochsExhausted);
        }
        let (reason, seen) = (said("reason", reason)?, self.moves_seen());
        let id = self.draft.id();
        self.draft.fact(FactKind::Move, id, &MoveFact { to: Status::Reopened, epoch, seen, reason: None })?;
        self.draft.fact(FactKind::Reason, id, &TextFact { text: reason })
    }
}

/// The conditions of one closing reason, as far as the author can see.
fn may_close_as(act: &Act<'_>, reason: &str) -> Result<(), EditRefusal> {
    act.known_code("closure", "closure", reason)?;
    let work = act.work()?;
    match reason {
        "satisfied" | "answered" if !work.answered => Err(EditRefusal::NotAnswered),
        // declined, partly, or not asked: what the person did say has a reason of its own
        "answered" => match work.satisfaction {
            Some(said @ (Satisfaction::Satisfied | Satisfaction::NotSatisfied)) => {
                Err(EditRefusal::SaidOtherwise { reason: said.code() })
            }
            _ => Ok(()),
        },
        "satisfied" if !work.satisfied => Err(EditRefusal::NotSatisfied),
        "not_satisfied" if work.responses.len() < 2 => act.must_manage().and(Err(EditRefusal::AnsweredOnce)),
        "not_satisfied" => act.must_manage().and_then(|()| appeal::must_be_offered(act)),
        "unreachable" => must_be_unreachable(act),
        "anonymous" => must_have_no_way_back(act),
        "out_of_scope" if !work.answered => Err(EditRefusal::NoDirection),
        "prank" if act.view.text("category") != Some("other.prank") => Err(EditRefusal::NotAPrank),
        "duplicate" => act.must_manage().and_then(|()| must_have_survivor(act)),
        "acknowledged" if work.expects_answer => Err(EditRefusal::AnswerExpected),
        "no_contact" => must_be_resolved(act).and_then(|()| must_have_refused(act)),
        // the person is told why, unless there is no way to
        "not_admissible" if !work.answered => {
            must_have_refused(act).or_else(|_| must_be_unnamed(act)).map_err(|_| EditRefusal::NotAnswered)
        }
        "services_only" if act.view.shape == Shape::Ordinary => Err(EditRefusal::OnlySealed),
        "acknowledged" | "not_admissible" | "services_only" => Ok(()),
        "handed_over" => Err(EditRefusal::OtherVerb { reason: "handed_over", verb: "case handover" }),
        "moved" => Err(EditRefusal::OtherVerb { reason: "moved", verb: "case move" }),
        "satisfied" | "withdrawn" | "out_of_scope" | "prank" => Ok(()),
        _ => Err(EditRefusal::UnknownCode { field: "closure", table: "closure" }),
    }
}

fn must_be_unreachable(act: &Act<'_>) -> Result<(), EditRefusal> {
    match &act.view.account {
        Err(layer) => Err(EditRefusal::Withheld { field: "interactions", layer: *layer }),
        Ok(account) if account.unreachable => Ok(()),
        Ok(account) => {
            let needed = act.ctx.codes.attempt_days();
            Err(EditRefusal::NotUnreachable { days: account.attempt_days, needed })
        }
    }
}

fn must_be_resolved(act: &Act<'_>) -> Result<(), EditRefusal> {
    match act.work()?.standing.before(Status::Resolved) {
        true => Err(EditRefusal::NotResolved),
        false => Ok(()),
    }
}

/// The person does not want to hear from us.
fn must_have_refused(act: &Act<'_>) -> Result<(), EditRefusal> {
    if act.work()?.contact.is_refusal() { Ok(()) } else { Err(EditRefusal::ContactAllowed) }
}

fn must_have_no_way_back(act: &Act<'_>) -> Result<(), EditRefusal> {
    must_be_resolved(act)?;
    must_be_unnamed(act)
}

/// Nobody knows who the person is, nor how to reach them.
fn must_be_unnamed(act: &Act<'_>) -> Result<(), EditRefusal> {
    for name in ["phone", "alt_contact"] {
        match act.view.shown(name) {
            Shown::Absent => {}
            Shown::Withheld(_) => return Err(EditRefusal::Withheld { field: name, layer: act.words_layer() }),
            _ => return Err(EditRefusal::NotAnonymous),
        }
    }
    if act.view.is_true("anonymous") { Ok(()) } else { Err(EditRefusal::NotAnonymous) }
}

/// Whether it says which case survives it.
fn must_have_survivor(act: &Act<'_>) -> Result<(), EditRefusal> {
    match act.view.shown("links") {
        Shown::Withheld(_) => Err(EditRefusal::Withheld { field: "links", layer: act.words_layer() }),
        Shown::List(links) if linked(links, LinkKind::DuplicateOf).next().is_some() => Ok(()),
        _ => Err(EditRefusal::NoSurvivor),
    }
}

//! Closing and reopening: the conditions of each reason, as far as the author can see.

use crate::case::Shape;
use crate::case::consent::Answer;
use crate::case::facts::{FactKind, MoveFact, TextFact};
use crate::case::loop_closure::Satisfaction;
use crate::case::status::{EPOCH_MAX, Status};
use crate::edit::EditRefusal;
use crate::edit::act::Act;
use crate::edit::verbs::{said, said_opt};
use crate::values::Words;
use crate::view::Shown;

impl Act<'_> {
    pub(super) fn close(&mut self, reason: &str, because: Option<&Words>) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        self.may_close_as(reason)?;
        let because = said_opt("reason", because)?;
        // what was done with it, why it is not taken, what was offered
        if matches!(reason, "acknowledged" | "not_admissible" | "services_only") && because.is_none() {
            return Err(EditRefusal::WhyMissing);
        }
        if reason == "answered" && self.work()?.satisfaction.is_none() && because.is_none() {
            return Err(EditRefusal::WhyNotAsked);
        }
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

    /// The conditions of one closing reason, as far as the author can see.
    fn may_close_as(&self, reason: &str) -> Result<(), EditRefusal> {
        self.known_code("closure", "closure", reason)?;
        let work = self.work()?;
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
            "not_satisfied" if work.responses.len() < 2 => self.must_manage().and(Err(EditRefusal::AnsweredOnce)),
            "not_satisfied" => self.must_manage(),
            "unreachable" => self.must_be_unreachable(),
            "anonymous" => self.must_have_no_way_back(),
            "out_of_scope" if !work.answered => Err(EditRefusal::NoDirection),
            "prank" if self.view.text("category") != Some("other.prank") => Err(EditRefusal::NotAPrank),
            "duplicate" => self.must_manage().and_then(|()| must_have_survivor(self)),
            "acknowledged" if work.expects_answer => Err(EditRefusal::AnswerExpected),
            "no_contact" => self.must_be_resolved().and_then(|()| self.must_have_refused()),
            // the person is told why, unless there is no way to
            "not_admissible" if !work.answered => {
                self.must_have_refused().or_else(|_| self.must_be_unnamed()).map_err(|_| EditRefusal::NotAnswered)
            }
            "services_only" if self.view.shape == Shape::Ordinary => Err(EditRefusal::OnlySealed),
            "acknowledged" | "not_admissible" | "services_only" => Ok(()),
            "handed_over" => Err(EditRefusal::OtherVerb { reason: "handed_over", verb: "case handover" }),
            "moved" => Err(EditRefusal::OtherVerb { reason: "moved", verb: "case move" }),
            "satisfied" | "withdrawn" | "out_of_scope" | "prank" => Ok(()),
            _ => Err(EditRefusal::UnknownCode { field: "closure", table: "closure" }),
        }
    }

    fn must_be_unreachable(&self) -> Result<(), EditRefusal> {
        match &self.view.account {
            Err(layer) => Err(EditRefusal::Withheld { field: "interactions", layer: *layer }),
            Ok(account) if account.unreachable => Ok(()),
            Ok(account) => {
                let needed = self.ctx.codes.attempt_days();
                Err(EditRefusal::NotUnreachable { days: account.attempt_days, needed })
            }
        }
    }

    fn must_be_resolved(&self) -> Result<(), EditRefusal> {
        match self.work()?.standing.before(Status::Resolved) {
            true => Err(EditRefusal::NotResolved),
            false => Ok(()),
        }
    }

    /// The person does not want to hear from us.
    fn must_have_refused(&self) -> Result<(), EditRefusal> {
        match self.work()?.contact {
            Answer::Refused | Answer::Withdrawn => Ok(()),
            _ => Err(EditRefusal::ContactAllowed),
        }
    }

    fn must_have_no_way_back(&self) -> Result<(), EditRefusal> {
        self.must_be_resolved()?;
        self.must_be_unnamed()
    }

    /// Nobody knows who the person is, nor how to reach them.
    fn must_be_unnamed(&self) -> Result<(), EditRefusal> {
        for name in ["phone", "alt_contact"] {
            match self.view.shown(name) {
                Shown::Absent => {}
                Shown::Withheld(_) => return Err(EditRefusal::Withheld { field: name, layer: self.words_layer() }),
                _ => return Err(EditRefusal::NotAnonymous),
            }
        }
        if self.view.is_true("anonymous") { Ok(()) } else { Err(EditRefusal::NotAnonymous) }
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

/// Whether it says which case survives it.
fn must_have_survivor(act: &Act<'_>) -> Result<(), EditRefusal> {
    match act.view.shown("links") {
        Shown::Withheld(_) => Err(EditRefusal::Withheld { field: "links", layer: act.words_layer() }),
        Shown::List(links) if links.iter().any(|link| link.starts_with("duplicate_of:")) => Ok(()),
        _ => Err(EditRefusal::NoSurvivor),
    }
}

//! What becomes of a case that was given to somebody: returned, sent outside the system, confirmed, asked about again.

use crate::case::Shape;
use crate::case::consent::Answer;
use crate::case::facts::{
    ActionFact, FactId, FactKind, InterimFact, MoveFact, ReferralFact, ResponseText, TextFact, written,
};
use crate::case::status::Status;
use crate::edit::EditRefusal;
use crate::edit::act::Act;
use crate::edit::verbs::said;
use crate::layer::Value;
use crate::values::{Moment, Who, Words};
use crate::view::Shown;

/// Ways by which a case goes to somebody without the system.
pub const OUTSIDE_MEANS: [&str; 4] = ["email", "phone", "whatsapp", "paper"];
/// Why a case comes back.
pub const RETURN_REASONS: [&str; 2] = ["misdirected", "need_info"];
/// Where a case goes back to when nobody can tell who gave it.
const MANAGER: &str = "cfm_manager";
/// The longest time an answer is promised for, milliseconds: half a year.
const PROMISE_MAX_MS: i64 = 183 * 24 * 3_600_000;

impl Act<'_> {
    /// Gives the case back to whoever gave it: the wrong person has it, or something is missing.
    pub(super) fn give_back(&mut self, reason: &str, because: &Words) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        if !RETURN_REASONS.contains(&reason) {
            return Err(EditRefusal::UnknownCode { field: "referrals", table: "referral_status" });
        }
        self.must_have_it()?;
        let me = Who::Member(self.ctx.member);
        let giver = self.view.assignment.as_ref().and_then(|given| given.sent.by).map(Who::Member);
        let to = giver.filter(|giver| *giver != me).unwrap_or_else(|| Who::Role(MANAGER.to_owned()));
        let because = said("reason", because)?;
        self.put_assignee(&to)?;
        self.referral(reason, None, None, Some(because)).map(drop)
    }

    /// Whether the case is theirs to take up, to hand on or to give back.
    pub(super) fn must_have_it(&self) -> Result<(), EditRefusal> {
        match self.assignees().as_slice() {
            [] => Err(EditRefusal::NotAssigned),
            all if all.iter().any(|who| self.is_mine(who)) => Ok(()),
            _ => Err(EditRefusal::NotYours),
        }
    }

    /// The first act of whoever was given the case takes it up.
    pub(super) fn take_up_by_working(&mut self) -> Result<(), EditRefusal> {
        let waits = self.view.assignment.as_ref().is_some_and(|given| given.accepted.is_none());
        let is_closed = self.view.work.as_ref().is_none_or(|work| work.standing.status == Status::Closed);
        match self.assignees().as_slice() {
            [only] if waits && !is_closed && self.is_mine(only) => {
                self.put_assignee(&Who::Member(self.ctx.member))?;
                self.write_move(Status::InProgress)
            }
            _ => Ok(()),
        }
    }

    /// Passes the case on to somebody without the system.
    pub(super) fn send_outside(&mut self, to: &Words, by: &str) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        if !OUTSIDE_MEANS.contains(&by) {
            return Err(EditRefusal::UnknownCode { field: "referrals", table: "means" });
        }
        let allowed = self.view.account.as_ref().ok().and_then(|account| account.consent.get("refer_external"));
        if matches!(allowed, Some(Answer::Refused | Answer::Withdrawn)) {
            return Err(EditRefusal::NoReferralConsent);
        }
        let to = said("to", to)?;
        self.referral("sent_outside", Some(by), None, Some(to))?;
        self.step(Status::Assigned)
    }

    /// Somebody here spoke to whom it was sent outside, and they have it.
    pub(super) fn confirm_outside(&mut self) -> Result<(), EditRefusal> {
        self.work()?;
        let of = self.unconfirmed().ok_or(EditRefusal::NotSentOutside)?;
        self.referral("confirmed_by_phone", None, Some(of), None).map(drop)
    }

    /// The last time it was sent outside the system, if nobody there has confirmed that.
    fn unconfirmed(&self) -> Option<FactId> {
        let referrals = written(&self.view.facts.codes.referrals);
        let (sent, _) = referrals.iter().rfind(|(_, dated)| dated.fact.status == "sent_outside")?;
        let is_confirmed = referrals
            .iter()
            .any(|(_, dated)| dated.fact.status == "confirmed_by_phone" && dated.fact.of == Some(*sent));
        (!is_confirmed).then_some(*sent)
    }

    fn referral(
        &mut self,
        status: &str,
        means: Option<&str>,
        of: Option<FactId>,
        words: Option<Words>,
    ) -> Result<FactId, EditRefusal> {
        let id = self.draft.id();
        let fact =
            ReferralFact { status: status.to_owned(), at_ms: self.ctx.now_ms, means: means.map(str::to_owned), of };
        self.draft.fact(FactKind::Referral, id, &fact)?;
        words.map_or(Ok(()), |text| self.draft.fact(FactKind::Reason, id, &TextFact { text }))?;
        Ok(id)
    }

    /// Whoever has the case was asked about it again.
    pub(super) fn remind(&mut self) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        if matches!(self.view.shown("assignee"), Shown::Absent) && self.unconfirmed().is_none() {
            return Err(EditRefusal::NotAssigned);
        }
        self.interaction(false, None, "reminder", "answered")
    }

    /// An inquiry outside took the case over: its audience alone says so, with the receipt.
    pub(super) fn hand_over(&mut self, to: &Words, receipt: &Words) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        if self.view.shape == Shape::Ordinary {
            return Err(EditRefusal::OnlySealed);
        }
        let fact = ActionFact {
            what: said("receipt", receipt)?,
            on_behalf_of: Some(said("to", to)?),
            at_ms: self.ctx.now_ms,
            due_ms: None,
        };
        let id = self.draft.id();
        self.draft.fact(FactKind::Action, id, &fact)?;
        let (epoch, seen) = (self.work()?.standing.epoch, self.moves_seen());
        let id = self.draft.id();
        let reason = Some("handed_over".to_owned());
        self.draft.fact(FactKind::Move, id, &MoveFact { to: Status::Closed, epoch, seen, reason })
    }

    /// Tells the person what is being done, and by when they will have an answer: it is no answer.
    pub(super) fn promise(&mut self, text: Words, language: Option<&str>, until: Moment) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        let until_ms = self.ctx.codes.zone().until_ms(until);
        let longest = self.ctx.now_ms.saturating_add(PROMISE_MAX_MS);
        if until_ms <= self.ctx.now_ms || until_ms > longest {
            return Err(EditRefusal::BadValue { field: "until", expected: "a day within half a year from now" });
        }
        let epoch = self.work()?.standing.epoch;
        let id = self.draft.id();
        self.draft.fact(FactKind::Interim, id, &InterimFact { epoch, at_ms: self.ctx.now_ms, until_ms })?;
        let language = language.or(self.view.text("spoken_language")).map(str::to_owned);
        self.draft.fact(FactKind::ResponseText, id, &ResponseText { text, language })
    }

    /// Who answers a case that nobody was given yet took it, did it and answers for it: an ordinary one, classified as such.
    pub(super) fn settle_on_the_spot(&mut self) -> Result<(), EditRefusal> {
        let work = self.work()?;
        let is_ordinary =
            self.view.shape == Shape::Ordinary && work.sensitivity.is_some_and(|level| !level.restricted());
        if work.ever_assigned || !is_ordinary || self.view.text("category").is_none() {
            return Ok(());
        }
        self.put_assignee(&Who::Member(self.ctx.member))?;
        self.write_move(Status::InProgress)
    }

    /// Whom the case is given to: several while that is in conflict.
    pub(super) fn assignees(&self) -> Vec<Who> {
        let shown = |shown: &Shown| match shown {
            Shown::Text(who) => who.parse::<Who>().ok(),
            _ => None,
        };
        match self.view.conflict("assignee") {
            Some(conflict) => conflict.values.iter().filter_map(|rival| shown(&rival.value)).collect(),
            None => shown(self.view.shown("assignee")).into_iter().collect(),
        }
    }

    /// Whether what is given to somebody is given to the author: by name, by a role of theirs, or in place of who is away.
    pub(super) fn is_mine(&self, who: &Who) -> bool {
        match who {
            Who::Member(id) => *id == self.ctx.member || self.ctx.stands_in_for.contains(id),
            Who::Role(role) => self.ctx.roles.contains(role),
        }
    }

    pub(super) fn put_assignee(&mut self, to: &Who) -> Result<(), EditRefusal> {
        let field = crate::edit::draft::known("assignee");
        let value = Value::Text(to.to_string());
        if self.holds_alone(field, &value) { Ok(()) } else { self.draft.put(field, value) }
    }
}

//! The verbs: each writes its facts, and the step of the status that goes with it.

use std::collections::BTreeSet;

use crate::case::Shape;
use crate::case::consent::{self, Answer};
use crate::case::facts::{
    ATTEMPT_OUTCOMES, ActionFact, ConsentFact, ContactFact, FactId, FactKind, HoldFact, InteractionFact, LowerFact,
    MoveFact, RAISES_MAX, RaiseFact, ResponseFact, ResponseText, SatisfactionDetail, SatisfactionFact, TextFact,
};
use crate::case::loop_closure::Satisfaction;
use crate::case::seen::{SEEN_MAX, frontier};
use crate::case::status::{EPOCH_MAX, Status};
use crate::edit::EditRefusal;
use crate::edit::act::{Act, LinkKind};
use crate::edit::draft::{self, is_blank, known, parse};
use crate::layer::Value;
use crate::values::{DocId, Level, Moment, Who, Words};
use crate::view::Shown;

/// Names that a view shows but nobody sets, with the verb that changes them.
pub(super) fn verb_of_derived(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "closure" => Some(("closure", "close")),
        "consent" => Some(("consent", "consent")),
        "satisfactions" | "answered" | "loop_closed" => Some(("loop_closed", "answer")),
        _ => None,
    }
}

/// A person's words; without any, the field is missing.
pub(super) fn said(field: &'static str, words: &Words) -> Result<Words, EditRefusal> {
    if is_blank(&words.0) {
        return Err(EditRefusal::Missing { fields: vec![field] });
    }
    draft::said(field, &words.0).map(Words)
}

/// A person's words, if there are any.
fn said_opt(field: &'static str, words: Option<&Words>) -> Result<Option<Words>, EditRefusal> {
    words.filter(|words| !is_blank(&words.0)).map(|words| said(field, words)).transpose()
}

impl Act<'_> {
    // ------------------------------------------------------------ helpers

    fn must_be_open(&self) -> Result<(), EditRefusal> {
        match self.work()?.standing.status {
            Status::Closed => Err(EditRefusal::Closed),
            _ => Ok(()),
        }
    }

    /// What a new move has seen. No move follows a closing within its epoch, so closings are heads until one settles them.
    pub(super) fn moves_seen(&self) -> Vec<FactId> {
        frontier(&self.view.facts.codes.moves)
    }

    /// Steps forward to `to`, unless the case is there or beyond.
    fn step(&mut self, to: Status) -> Result<(), EditRefusal> {
        let standing = &self.work()?.standing;
        if !standing.before(to) {
            return Ok(());
        }
        let (epoch, seen) = (standing.epoch, self.moves_seen());
        let id = self.draft.id();
        self.draft.fact(FactKind::Move, id, &MoveFact { to, epoch, seen, reason: None })
    }

    fn known_code(&self, field: &'static str, table: &'static str, code: &str) -> Result<(), EditRefusal> {
        if self.ctx.codes.knows(table, code) { Ok(()) } else { Err(EditRefusal::UnknownCode { field, table }) }
    }

    // ------------------------------------------------------------ adding information

    pub(super) fn note(&mut self, text: &Words) -> Result<(), EditRefusal> {
        let fact = TextFact { text: said("text", text)? };
        let id = self.draft.id();
        self.draft.fact(FactKind::Note, id, &fact)
    }

    pub(super) fn allege(&mut self, text: &Words) -> Result<(), EditRefusal> {
        let fact = TextFact { text: said("allegation", text)? };
        let id = self.draft.id();
        self.draft.fact(FactKind::Allegation, id, &fact)
    }

    pub(super) fn act(
        &mut self,
        what: &Words,
        on_behalf_of: Option<&Words>,
        due: Option<Moment>,
    ) -> Result<(), EditRefusal> {
        let fact = ActionFact {
            what: said("actions", what)?,
            on_behalf_of: said_opt("on_behalf_of", on_behalf_of)?,
            at_ms: self.ctx.now_ms,
            due_ms: due.map(|due| self.ctx.codes.zone().until_ms(due)),
        };
        let id = self.draft.id();
        self.draft.fact(FactKind::Action, id, &fact)
    }

    pub(super) fn attempt(&mut self, outcome: &str, channel: Option<&str>) -> Result<(), EditRefusal> {
        if !ATTEMPT_OUTCOMES.contains(&outcome) {
            return Err(EditRefusal::UnknownCode { field: "interactions", table: "attempt_outcome" });
        }
        self.interaction(false, channel, "follow_up", outcome)
    }

    pub(super) fn contact(
        &mut self,
        inward: bool,
        channel: Option<&str>,
        purpose: &str,
        outcome: &str,
    ) -> Result<(), EditRefusal> {
        if !["answered", "referred", "cut"].contains(&outcome) {
            return Err(EditRefusal::UnknownCode { field: "interactions", table: "interaction_outcome" });
        }
        self.interaction(inward, channel, purpose, outcome)
    }

    fn interaction(
        &mut self,
        inward: bool,
        channel: Option<&str>,
        purpose: &str,
        outcome: &str,
    ) -> Result<(), EditRefusal> {
        channel.map_or(Ok(()), |code| self.known_code("interactions", "channel", code))?;
        let fact = InteractionFact {
            at_ms: self.ctx.now_ms,
            channel: channel.map(str::to_owned),
            inward,
            purpose: purpose.to_owned(),
            outcome: outcome.to_owned(),
            language: None,
            ended_ms: None,
            first_contact: false,
        };
        let id = self.draft.id();
        self.draft.fact(FactKind::Interaction, id, &fact)
    }

    pub(super) fn consent(
        &mut self,
        purpose: &str,
        answer: &str,
        means: Option<&str>,
        by: Option<&Words>,
    ) -> Result<(), EditRefusal> {
        self.known_code("consents", "consent_purpose", purpose)?;
        means.map_or(Ok(()), |code| self.known_code("consents", "consent_means", code))?;
        let unknown = EditRefusal::UnknownCode { field: "consents", table: "consent_answer" };
        let answer = Answer::from_code(answer).ok_or(unknown)?;
        let says = answer != Answer::NotAsked;
        let known = self.view.facts.words.as_ref().ok().filter(|_| says);
        let seen = known.map(|words| frontier(&consent::of_purpose(&words.consents, purpose))).unwrap_or_default();
        let by = said_opt("by_whom", by)?;
        let id = self.draft.id();
        if says && purpose == "contact_back" {
            let fact =
                ContactFact { allowed: answer == Answer::Given, seen: frontier(&self.view.facts.codes.contacts) };
            self.draft.fact(FactKind::Contact, id, &fact)?;
        }
        let fact = ConsentFact {
            purpose: purpose.to_owned(),
            answer,
            means: means.map(str::to_owned),
            by,
            at_ms: self.ctx.now_ms,
            seen,
        };
        self.draft.fact(FactKind::Consent, id, &fact)
    }

    pub(super) fn link(&mut self, to: DocId, kind: LinkKind) -> Result<(), EditRefusal> {
        self.work()?;
        if to == self.view.case_id {
            return Err(EditRefusal::SelfLink);
        }
        let element = format!("{}:{to}", kind.code());
        if self.view.list("links").contains(&element) {
            return Ok(());
        }
        self.draft.element(known("links"), &element, true)
    }

    // ------------------------------------------------------------ classifying and handing out

    /// `said`: type, category, priority, project.
    pub(super) fn triage(
        &mut self,
        said: [(&'static str, Option<&str>); 4],
        sensitivity: Option<Level>,
    ) -> Result<(), EditRefusal> {
        let [case_type, (_, category), (_, priority), (_, project)] = said;
        self.must_be_open()?;
        let final_category = category.or(self.view.text("category")).map(str::to_owned);
        let mut missing = Vec::new();
        if final_category.as_deref().is_none_or(|code| code.trim().is_empty()) {
            missing.push("category");
        }
        let has_project = project.or(self.view.text("project")).is_some_and(|code| !code.trim().is_empty());
        if self.ctx.policy.project_at_triage && !has_project {
            missing.push("project");
        }
        let Some(final_category) = final_category.filter(|_| missing.is_empty()) else {
            return Err(EditRefusal::Missing { fields: missing });
        };
        let unknown = EditRefusal::UnknownCode { field: "category", table: "category" };
        let facts = self.ctx.codes.category(final_category.trim()).ok_or(unknown)?;
        let in_force = self.work()?.sensitivity;
        if let (Some(asked), Some(level)) = (sensitivity, in_force)
            && asked < level
        {
            return Err(EditRefusal::NotARaise { level });
        }
        let implied = priority.is_none() && *self.view.shown("priority") == Shown::Absent;
        let priority = if implied { Some(facts.priority.as_str()) } else { priority };
        let mut chosen = sensitivity.is_some_and(|asked| in_force.is_none_or(|level| asked > level));
        for (name, text) in [case_type, ("category", category), ("priority", priority), ("project", project)] {
            if let Some(text) = text {
                chosen |= self.set_register(known(name), text)?.is_some();
            }
        }
        self.raise_for_category(facts.sensitivity.max(sensitivity.unwrap_or(Level::S0)), chosen)?;
        self.step(Status::Triaged)
    }

    pub(super) fn assign(&mut self, to: &Who) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        if let Who::Role(role) = to {
            self.known_code("assignee", "role", role)?;
        }
        self.put_assignee(to)?;
        self.step(Status::Assigned)
    }

    fn put_assignee(&mut self, to: &Who) -> Result<(), EditRefusal> {
        let field = known("assignee");
        let value = Value::Text(to.to_string());
        if self.holds_alone(field, &value) {
            return Ok(());
        }
        self.draft.put(field, value)
    }

    pub(super) fn accept(&mut self) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        let shown = |shown: &Shown| match shown {
            Shown::Text(who) => who.parse::<Who>().ok(),
            _ => None,
        };
        let assignees: Vec<Who> = match self.view.conflict("assignee") {
            Some(conflict) => conflict.values.iter().filter_map(|rival| shown(&rival.value)).collect(),
            None => shown(self.view.shown("assignee")).into_iter().collect(),
        };
        let me = Who::Member(self.ctx.member);
        let mine = |who: &Who| match who {
            Who::Member(_) => *who == me,
            Who::Role(role) => self.ctx.roles.contains(role),
        };
        match assignees.as_slice() {
            [] => return Err(EditRefusal::NotAssigned),
            all if !all.iter().any(mine) => return Err(EditRefusal::NotYours),
            [only] if *only == me && !self.work()?.standing.before(Status::InProgress) => {
                return Err(EditRefusal::Accepted);
            }
            _ => {}
        }
        self.put_assignee(&me)?;
        self.step(Status::InProgress)
    }

    pub(super) fn hold(&mut self, reason: &str, until: Option<Moment>) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        self.known_code("hold", "hold_reason", reason)?;
        let until_ms = until.map(|until| self.ctx.codes.zone().until_ms(until));
        self.write_hold(Some(reason.to_owned()), until_ms)
    }

    pub(super) fn unhold(&mut self) -> Result<(), EditRefusal> {
        if self.work()?.hold.is_none() {
            return Err(EditRefusal::NotOnHold);
        }
        self.write_hold(None, None)
    }

    fn write_hold(&mut self, reason: Option<String>, until_ms: Option<i64>) -> Result<(), EditRefusal> {
        let seen = frontier(&self.view.facts.codes.holds);
        let id = self.draft.id();
        self.draft.fact(FactKind::Hold, id, &HoldFact { reason, at_ms: self.ctx.now_ms, until_ms, seen })
    }

    pub(super) fn raise(&mut self, to: Level, reason: &Words) -> Result<(), EditRefusal> {
        if let Some(level) = self.work()?.sensitivity.filter(|level| *level >= to) {
            return Err(EditRefusal::NotARaise { level });
        }
        if to.restricted() && self.view.shape == Shape::Ordinary {
            return Err(EditRefusal::NeedsSealing { level: to });
        }
        let reason = said("reason", reason)?;
        let id = self.draft.id();
        self.draft.fact(FactKind::Raise, id, &RaiseFact { level: to })?;
        self.draft.fact(FactKind::Reason, id, &TextFact { text: reason })
    }

    pub(super) fn lower(&mut self, to: Level, reason: &Words) -> Result<(), EditRefusal> {
        let in_force = self.work()?.sensitivity;
        self.must_manage()?;
        let Some(level) = in_force.filter(|level| *level > to) else {
            return Err(EditRefusal::NotALowering { level: to });
        };
        if level.restricted() && !to.restricted() && self.view.shape == Shape::Inside {
            return Err(EditRefusal::NeedsSealing { level });
        }
        let codes = &self.view.facts.codes;
        let lowered: BTreeSet<FactId> =
            codes.lowers.values().flat_map(|dated| dated.fact.raises.iter().copied()).collect();
        let raises: Vec<FactId> = codes.raises.keys().filter(|id| !lowered.contains(id)).copied().collect();
        if raises.len() > RAISES_MAX {
            return Err(EditRefusal::TooMany { field: "sensitivity" });
        }
        let fact = LowerFact { level: to, raises, seen: frontier(&codes.lowers) };
        let reason = said("reason", reason)?;
        let id = self.draft.id();
        self.draft.fact(FactKind::Lower, id, &fact)?;
        self.draft.fact(FactKind::Reason, id, &TextFact { text: reason })
    }

    // ------------------------------------------------------------ outcome, answer, satisfaction

    pub(super) fn resolve(&mut self, outcome: &str, text: &Words) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        self.must_read(known("resolution_text"))?;
        let text = said("resolution", text)?;
        let outcome = parse(known("resolution"), outcome, self.ctx.codes)?;
        for (field, value) in [(known("resolution"), outcome), (known("resolution_text"), Value::Text(text.0))] {
            if !self.holds_alone(field, &value) {
                self.draft.put(field, value)?;
            }
        }
        self.step(Status::Resolved)
    }

    pub(super) fn answer(
        &mut self,
        text: Option<&Words>,
        language: Option<&str>,
        satisfied: Option<&str>,
        by: Option<&Words>,
        means: Option<&str>,
    ) -> Result<(), EditRefusal> {
        let (text, by) = (said_opt("text", text)?, said_opt("by_whom", by)?);
        let satisfied = satisfied.map(|code| {
            let unknown = EditRefusal::UnknownCode { field: "satisfaction", table: "satisfaction" };
            Satisfaction::from_code(code).ok_or(unknown)
        });
        let satisfied = satisfied.transpose()?;
        means.map_or(Ok(()), |code| self.known_code("satisfaction", "consent_means", code))?;
        let answered = self.work()?.answered;
        let mut told = None;
        match (text, satisfied) {
            (Some(text), _) => told = Some(self.respond(text, language)?),
            (None, None) => return Err(EditRefusal::Missing { fields: vec!["text"] }),
            (None, Some(_)) if !answered => return Err(EditRefusal::NotAnswered),
            (None, Some(_)) => {}
        }
        if let Some(value) = satisfied {
            self.say(value, told, by, means)?;
        }
        self.step(Status::Responded)
    }

    /// The person may be told: they agreed, or nobody asked and the case is an ordinary one.
    fn must_have_contact(&self) -> Result<(), EditRefusal> {
        let strict = self.ctx.policy.contact_given || self.view.shape != Shape::Ordinary;
        match self.work()?.contact {
            Answer::Given => Ok(()),
            Answer::NotAsked if !strict => Ok(()),
            _ => Err(EditRefusal::NoContactConsent),
        }
    }

    fn respond(&mut self, text: Words, language: Option<&str>) -> Result<FactId, EditRefusal> {
        self.must_have_contact()?;
        let epoch = self.work()?.standing.epoch;
        let id = self.draft.id();
        self.draft.fact(FactKind::Response, id, &ResponseFact { epoch, at_ms: self.ctx.now_ms })?;
        let language = language.or(self.view.text("spoken_language")).map(str::to_owned);
        self.draft.fact(FactKind::ResponseText, id, &ResponseText { text, language })?;
        Ok(id)
    }

    fn say(
        &mut self,
        value: Satisfaction,
        told: Option<FactId>,
        by: Option<Words>,
        means: Option<&str>,
    ) -> Result<(), EditRefusal> {
        let epoch = self.work()?.standing.epoch;
        let codes = &self.view.facts.codes;
        let mut before: Vec<_> = codes.responses.iter().filter(|(_, dated)| dated.fact.epoch == epoch).collect();
        before.sort_by_key(|(_, dated)| std::cmp::Reverse(dated.stamp.order));
        let mut responses: Vec<FactId> = told.into_iter().chain(before.into_iter().map(|(id, _)| *id)).collect();
        responses.truncate(SEEN_MAX);
        responses.sort_unstable();
        let seen = frontier(&codes.satisfactions);
        let id = self.draft.id();
        let fact = SatisfactionFact { value, epoch, at_ms: self.ctx.now_ms, responses, seen };
        self.draft.fact(FactKind::Satisfaction, id, &fact)?;
        if by.is_none() && means.is_none() {
            return Ok(());
        }
        let detail = SatisfactionDetail { by, means: means.map(str::to_owned) };
        self.draft.fact(FactKind::SatisfactionDetail, id, &detail)
    }

    // ------------------------------------------------------------ closing and reopening

    pub(super) fn close(&mut self, reason: &str, because: Option<&Words>) -> Result<(), EditRefusal> {
        self.must_be_open()?;
        self.may_close_as(reason)?;
        let because = said_opt("reason", because)?;
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
            "duplicate" => self.must_manage().and_then(|()| self.must_have_survivor()),
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

    fn must_have_no_way_back(&self) -> Result<(), EditRefusal> {
        if self.work()?.standing.status.rank() < Status::Resolved.rank() {
            return Err(EditRefusal::NotResolved);
        }
        for name in ["phone", "alt_contact"] {
            match self.view.shown(name) {
                Shown::Absent => {}
                Shown::Withheld(_) => return Err(EditRefusal::Withheld { field: name, layer: self.words_layer() }),
                _ => return Err(EditRefusal::NotAnonymous),
            }
        }
        if self.view.is_true("anonymous") { Ok(()) } else { Err(EditRefusal::NotAnonymous) }
    }

    fn must_have_survivor(&self) -> Result<(), EditRefusal> {
        match self.view.shown("links") {
            Shown::Withheld(_) => Err(EditRefusal::Withheld { field: "links", layer: self.words_layer() }),
            Shown::List(links) if links.iter().any(|link| link.starts_with("duplicate_of:")) => Ok(()),
            _ => Err(EditRefusal::NoSurvivor),
        }
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

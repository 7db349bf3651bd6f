//! The birth of a case.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::consent::Answer;
use crate::case::facts::{
    ConsentFact, ContactFact, FactId, FactKind, InteractionFact, MoveFact, RaiseFact, RecusalFact, ResponseFact,
    ResponseText, SERVICE_ANSWERS, SatisfactionFact, ServiceFact, TextFact,
};
use crate::case::loop_closure::Satisfaction;
use crate::case::status::Status;
use crate::edit::draft::{Draft, is_blank, known, parse, said};
use crate::edit::{
    CALL_OUTCOMES, Creation, EditContext, EditOps, EditRefusal, GivenAnswer, GivenCall, GivenClosing, GivenService,
    NewCase, Recusal,
};
use crate::layer::Value;
use crate::taxonomy::own::SERVICE_KINDS;
use crate::values::{Level, Moment, Precision, Who, Words, is_code};
use crate::{cbor, name};

/// Operations of a new case. In a restricted one the open layer gets the mark, the week and the region, and nothing else.
pub(super) fn create(creation: &Creation, ctx: &EditContext<'_>) -> Result<EditOps, EditRefusal> {
    let Creation { new, birth } = creation;
    let level = level(new, ctx)?;
    must_say(creation)?;
    if let (Some(level), None) = (level, &birth.restricted)
        && level.restricted()
    {
        return Err(EditRefusal::MustBeRestricted { level });
    }
    let mut writer = Birthing { draft: Draft::new(birth.restricted.is_some(), ctx.entropy), ctx };
    writer.identity(creation)?;
    writer.fields(new)?;
    writer.facts(new, level)?;
    writer.consents(new)?;
    for given in &new.services {
        let (id, fact) = (writer.draft.id(), service(given, ctx.now_ms)?);
        writer.draft.fact(FactKind::Service, id, &fact)?;
    }
    if let Some(call) = &new.call {
        writer.call(new, call)?;
    }
    let responded = new.answer.as_ref().map(|answer| writer.answered(new, answer)).transpose()?;
    if let Some(closing) = &new.closed {
        writer.closed(new, closing, responded)?;
    }
    Ok(writer.draft.finish())
}

/// What is kept of a service that was offered.
pub(super) fn service(given: &GivenService, now_ms: i64) -> Result<ServiceFact, EditRefusal> {
    let unknown = |table| EditRefusal::UnknownCode { field: "services", table };
    if !SERVICE_KINDS.contains(&given.kind.as_str()) {
        return Err(unknown("service_kind"));
    }
    if !SERVICE_ANSWERS.contains(&given.answer.as_str()) {
        return Err(unknown("service_answer"));
    }
    let name = given.name.as_ref().filter(|name| !is_blank(&name.0));
    let name = name.map(|name| said("services", &name.0).map(Words)).transpose()?;
    Ok(ServiceFact { kind: given.kind.clone(), answer: given.answer.clone(), at_ms: now_ms, name })
}

fn must_say(creation: &Creation) -> Result<(), EditRefusal> {
    let Creation { new, birth } = creation;
    let said = [
        ("type", &new.case_type),
        ("channel", &new.channel),
        ("origin_node", &birth.origin_node),
        ("origin_site", &birth.origin_site),
        ("origin_org", &birth.origin_org),
        ("taxonomy_version", &birth.taxonomy_version),
    ];
    let mut fields: Vec<&'static str> =
        said.into_iter().filter(|(_, text)| text.trim().is_empty()).map(|(name, _)| name).collect();
    if birth.reference.is_none() && birth.provisional.is_none() {
        fields.push("ref");
    }
    if !fields.is_empty() {
        return Err(EditRefusal::Missing { fields });
    }
    if birth.restricted.is_some() && new.recuse.is_none() {
        return Err(EditRefusal::RecusalNotAsked);
    }
    Ok(())
}

/// The protection that the categories set, or more if that was asked for.
fn level(new: &NewCase, ctx: &EditContext<'_>) -> Result<Option<Level>, EditRefusal> {
    let mut level = None;
    for code in new.category.iter().chain(&new.other_categories) {
        let unknown = EditRefusal::UnknownCode { field: "category", table: "category" };
        level = level.max(Some(ctx.codes.category(code).ok_or(unknown)?.sensitivity));
    }
    if let Some(asked) = &new.sensitivity {
        let unknown = EditRefusal::UnknownCode { field: "sensitivity", table: "sensitivity" };
        level = level.max(Some(Level::from_code(asked).ok_or(unknown)?));
    }
    Ok(level)
}

struct Birthing<'a> {
    draft: Draft,
    ctx: &'a EditContext<'a>,
}

impl Birthing<'_> {
    /// Writes what the node says of the case; blanks are nothing.
    fn text(&mut self, name: &'static str, text: &str) -> Result<(), EditRefusal> {
        if is_blank(text) {
            return Ok(());
        }
        let value = parse(known(name), text, self.ctx.codes)?;
        self.draft.put(known(name), value)
    }

    fn identity(&mut self, creation: &Creation) -> Result<(), EditRefusal> {
        let birth = &creation.birth;
        if let Some(restricted) = &birth.restricted {
            self.draft.put(known("restricted"), Value::Bool(true))?;
            self.text("week", &restricted.week)?;
            self.text("region", &restricted.region)?;
            self.text("audience", &restricted.audience)?;
        }
        self.text("ref", birth.reference.as_deref().unwrap_or_default())?;
        self.text("provisional", birth.provisional.as_deref().unwrap_or_default())?;
        self.text("origin_node", &birth.origin_node)?;
        self.text("origin_site", &birth.origin_site)?;
        self.text("origin_org", &birth.origin_org)?;
        self.text("handling_site", birth.handling_site.as_ref().unwrap_or(&birth.origin_site))?;
        self.text("taxonomy_version", &birth.taxonomy_version)?;
        self.draft.put(known("created_by"), Value::Text(self.ctx.member.to_string()))?;
        if let Some((kind, from)) = birth.link {
            self.draft.element(known("links"), &format!("{}:{from}", kind.code()), true)?;
        }
        for member in &birth.shared_with {
            self.draft.element(known("shared_with"), &Who::Member(*member).to_string(), true)?;
        }
        self.draft.put(known("recorded_at"), Value::Int(self.ctx.now_ms))
    }

    /// What was said of each field. What was not said, or in blanks alone, follows from something else or stays absent.
    fn fields(&mut self, new: &NewCase) -> Result<(), EditRefusal> {
        for (field, told) in new.parts() {
            let value = match (field.name, told.value(field, self.ctx.codes)?) {
                ("external_ids", _) => {
                    self.external_ids(new)?;
                    None
                }
                ("other_categories", _) => {
                    self.other_categories(new)?;
                    None
                }
                (_, Some(value)) => Some(value),
                (name, None) => self.implied(name, new)?,
            };
            value.map_or(Ok(()), |value| self.draft.put(field, value))?;
        }
        Ok(())
    }

    /// What follows for a field of which nothing was said.
    fn implied(&self, name: &'static str, new: &NewCase) -> Result<Option<Value>, EditRefusal> {
        let codes = self.ctx.codes;
        let code = match name {
            "received_at" => {
                let now = Moment { at_ms: self.ctx.now_ms, precision: Precision::Minute };
                return Ok(Some(Value::Bytes(cbor::encode(&now))));
            }
            "priority" => new.category.as_ref().and_then(|code| codes.category(code)).map(|facts| facts.priority),
            "age_group" => new.age.and_then(|years| codes.age_group(years)),
            "disability" => new.disability_answers.and_then(|answers| codes.disability(answers)),
            _ => None,
        };
        code.map(|code| parse(known(name), &code, codes)).transpose()
    }

    fn other_categories(&mut self, new: &NewCase) -> Result<(), EditRefusal> {
        let others: BTreeSet<&String> =
            new.other_categories.iter().filter(|other| Some(*other) != new.category.as_ref()).collect();
        others.into_iter().try_for_each(|code| self.draft.element(known("other_categories"), code, true))
    }

    fn external_ids(&mut self, new: &NewCase) -> Result<(), EditRefusal> {
        let mut external: Vec<String> = Vec::new();
        for (system, id) in &new.external_ids {
            let system = system.trim();
            if !is_code(system) || system.contains(':') || is_blank(id) {
                return Err(EditRefusal::BadValue { field: "external_ids", expected: "SYSTEM:ID" });
            }
            let id = name::clean_id(id).map_err(|fault| EditRefusal::Name { field: "external_ids", fault })?;
            external.push(format!("{system}:{id}"));
        }
        external.sort_unstable();
        external.dedup();
        external.iter().try_for_each(|element| self.draft.element(known("external_ids"), element, true))
    }

    /// What is written as facts: protection, allegation, recusals.
    fn facts(&mut self, new: &NewCase, level: Option<Level>) -> Result<(), EditRefusal> {
        if let Some(level) = level {
            let id = self.draft.id();
            self.draft.fact(FactKind::Raise, id, &RaiseFact { level })?;
        }
        if let Some(words) = new.allegation.as_ref().filter(|words| !is_blank(&words.0)) {
            let text = Words(said("allegation", &words.0)?);
            let id = self.draft.id();
            self.draft.fact(FactKind::Allegation, id, &TextFact { text })?;
        }
        for words in new.notes.iter().filter(|words| !is_blank(&words.0)) {
            let text = Words(said("notes", &words.0)?);
            let id = self.draft.id();
            self.draft.fact(FactKind::Note, id, &TextFact { text })?;
        }
        for recusal in new.recuse.iter().flatten() {
            let who = match recusal {
                Recusal::Member(id) => Who::Member(*id),
                Recusal::Role(code) => Who::Role(code.clone()),
            };
            let id = self.draft.id();
            self.draft.fact(FactKind::Recusal, id, &RecusalFact { who })?;
        }
        Ok(())
    }

    fn consents(&mut self, new: &NewCase) -> Result<(), EditRefusal> {
        let mut last: BTreeMap<&str, FactId> = BTreeMap::new();
        for consent in &new.consents {
            let known_code = |field, table, code: &str| match self.ctx.codes.knows(table, code) {
                true => Ok(()),
                false => Err(EditRefusal::UnknownCode { field, table }),
            };
            known_code("consents", "consent_purpose", &consent.purpose)?;
            consent.means.iter().try_for_each(|means| known_code("consents", "consent_means", means))?;
            let unknown = EditRefusal::UnknownCode { field: "consents", table: "consent_answer" };
            let answer = Answer::from_code(&consent.answer).ok_or(unknown)?;
            let id = self.draft.id();
            let says = answer != Answer::NotAsked;
            let seen: Vec<FactId> = last.get(consent.purpose.as_str()).copied().into_iter().filter(|_| says).collect();
            if says && consent.purpose == "contact_back" {
                let fact = ContactFact { allowed: answer == Answer::Given, seen: seen.clone() };
                self.draft.fact(FactKind::Contact, id, &fact)?;
            }
            if says {
                last.insert(&consent.purpose, id);
            }
            let fact = ConsentFact {
                purpose: consent.purpose.clone(),
                answer,
                means: consent.means.clone(),
                by: None,
                at_ms: self.ctx.now_ms,
                seen,
            };
            self.draft.fact(FactKind::Consent, id, &fact)?;
        }
        Ok(())
    }

    /// The call in which it was told: over as the case is saved.
    fn call(&mut self, new: &NewCase, call: &GivenCall) -> Result<(), EditRefusal> {
        if !CALL_OUTCOMES.contains(&call.outcome.as_str()) {
            return Err(EditRefusal::UnknownCode { field: "interactions", table: "interaction_outcome" });
        }
        let now_ms = self.ctx.now_ms;
        let said_ms = new.received_at.map(|moment| self.ctx.codes.zone().from_ms(moment));
        let began_ms = call.lasted_ms.map(|lasted| now_ms.saturating_sub(lasted.max(0)));
        self.contact(new, began_ms.or(said_ms).unwrap_or(now_ms), began_ms.map(|_| now_ms), &call.outcome)
    }

    /// The contact in which a case was told.
    fn contact(&mut self, new: &NewCase, at_ms: i64, ended_ms: Option<i64>, outcome: &str) -> Result<(), EditRefusal> {
        let interaction = InteractionFact {
            at_ms,
            channel: Some(new.channel.trim().to_owned()),
            inward: new.initiative.as_deref() != Some("proactive"),
            purpose: "new".to_owned(),
            outcome: outcome.to_owned(),
            language: new.spoken_language.clone().filter(|said| is_code(said)),
            ended_ms,
            first_contact: true,
        };
        let id = self.draft.id();
        self.draft.fact(FactKind::Interaction, id, &interaction)
    }

    /// Answered while the person was there: the first-contact path.
    fn answered(&mut self, new: &NewCase, answer: &GivenAnswer) -> Result<FactId, EditRefusal> {
        let at_ms = new.received_at.map_or(self.ctx.now_ms, |moment| self.ctx.codes.zone().from_ms(moment));
        let response = self.draft.id();
        self.draft.fact(FactKind::Response, response, &ResponseFact { epoch: 0, at_ms })?;
        if let Some(words) = answer.text.as_ref().filter(|words| !is_blank(&words.0)) {
            let text = Words(said("answer", &words.0)?);
            let fact = ResponseText { text, language: new.spoken_language.clone() };
            self.draft.fact(FactKind::ResponseText, response, &fact)?;
        }
        if let Some(code) = &answer.satisfaction {
            let unknown = EditRefusal::UnknownCode { field: "satisfaction", table: "satisfaction" };
            let value = Satisfaction::from_code(code).ok_or(unknown)?;
            let id = self.draft.id();
            let fact = SatisfactionFact { value, epoch: 0, at_ms, responses: vec![response], seen: Vec::new() };
            self.draft.fact(FactKind::Satisfaction, id, &fact)?;
        }
        if new.call.is_none() {
            self.contact(new, at_ms, None, "answered")?;
        }
        let id = self.draft.id();
        self.draft.fact(
            FactKind::Move,
            id,
            &MoveFact { to: Status::Responded, epoch: 0, seen: Vec::new(), reason: None },
        )?;
        Ok(id)
    }

    /// Closed already where it comes from, after the move `responded`: under the conditions of closing.
    fn closed(&mut self, new: &NewCase, closing: &GivenClosing, responded: Option<FactId>) -> Result<(), EditRefusal> {
        let responded = responded.ok_or(EditRefusal::NotAnswered)?;
        let because = closing.because.as_ref().filter(|words| !is_blank(&words.0));
        let because = because.map(|words| said("reason", &words.0).map(Words)).transpose()?;
        match (closing.reason.as_str(), new.answer.as_ref().and_then(|answer| answer.satisfaction.as_deref())) {
            ("satisfied", Some("satisfied")) | ("answered", Some("partly" | "declined")) => {}
            ("satisfied", _) => return Err(EditRefusal::NotSatisfied),
            ("answered", None) if because.is_none() => return Err(EditRefusal::WhyNotAsked),
            ("answered", None) => {}
            ("answered", Some("satisfied")) => return Err(EditRefusal::SaidOtherwise { reason: "satisfied" }),
            ("answered", Some(_)) => return Err(EditRefusal::SaidOtherwise { reason: "not_satisfied" }),
            _ => return Err(EditRefusal::UnknownCode { field: "closure", table: "closure" }),
        }
        if new.received_at.is_some_and(|moment| self.ctx.now_ms < self.ctx.codes.zone().from_ms(moment)) {
            return Err(EditRefusal::BeforeReceived);
        }
        let id = self.draft.id();
        let reason = Some(closing.reason.clone());
        let fact = MoveFact { to: Status::Closed, epoch: 0, seen: vec![responded], reason };
        self.draft.fact(FactKind::Move, id, &fact)?;
        because.map_or(Ok(()), |text| self.draft.fact(FactKind::Reason, id, &TextFact { text }))
    }
}

//! The birth of a case.

use std::collections::BTreeMap;

use crate::case::consent::Answer;
use crate::case::facts::{
    ConsentFact, ContactFact, FactId, FactKind, InteractionFact, MoveFact, RaiseFact, RecusalFact, ResponseFact,
    ResponseText, SatisfactionFact, TextFact,
};
use crate::case::loop_closure::Satisfaction;
use crate::case::status::Status;
use crate::edit::draft::{Draft, is_blank, known, parse, said};
use crate::edit::{Creation, EditContext, EditOps, EditRefusal, GivenAnswer, GivenClosing, NewCase, Recusal};
use crate::layer::Value;
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
    writer.intake(new)?;
    writer.classification(new, level)?;
    writer.person(new)?;
    writer.content(new)?;
    writer.consents(new)?;
    let responded = new.answer.as_ref().map(|answer| writer.answered(new, answer)).transpose()?;
    if let Some(closing) = &new.closed {
        writer.closed(new, closing, responded)?;
    }
    Ok(writer.draft.finish())
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
    /// Writes what was said; what was not, or only blanks, stays absent.
    fn text(&mut self, name: &'static str, text: Option<&str>) -> Result<(), EditRefusal> {
        match text.filter(|text| !is_blank(text)) {
            Some(text) => {
                let value = parse(known(name), text, self.ctx.codes)?;
                self.draft.put(known(name), value)
            }
            None => Ok(()),
        }
    }

    fn words(&mut self, name: &'static str, words: &Option<Words>) -> Result<(), EditRefusal> {
        self.text(name, words.as_ref().map(|words| words.0.as_str()))
    }

    fn code(&mut self, name: &'static str, code: &Option<String>) -> Result<(), EditRefusal> {
        self.text(name, code.as_deref())
    }

    fn moment(&mut self, name: &'static str, moment: Option<Moment>) -> Result<(), EditRefusal> {
        moment.map_or(Ok(()), |moment| self.draft.put(known(name), Value::Bytes(cbor::encode(&moment))))
    }

    fn identity(&mut self, creation: &Creation) -> Result<(), EditRefusal> {
        let Creation { new, birth } = creation;
        if let Some(restricted) = &birth.restricted {
            self.draft.put(known("restricted"), Value::Bool(true))?;
            self.text("week", Some(&restricted.week))?;
            self.text("region", Some(&restricted.region))?;
            self.text("audience", Some(&restricted.audience))?;
        }
        self.code("ref", &birth.reference)?;
        self.code("provisional", &birth.provisional)?;
        self.text("origin_node", Some(&birth.origin_node))?;
        self.text("origin_site", Some(&birth.origin_site))?;
        self.text("origin_org", Some(&birth.origin_org))?;
        self.text("handling_site", Some(birth.handling_site.as_ref().unwrap_or(&birth.origin_site)))?;
        self.text("taxonomy_version", Some(&birth.taxonomy_version))?;
        self.draft.put(known("created_by"), Value::Text(self.ctx.member.to_string()))?;
        self.draft.put(known("recorded_at"), Value::Int(self.ctx.now_ms))?;
        self.code("import_batch", &new.import_batch)?;
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

    fn intake(&mut self, new: &NewCase) -> Result<(), EditRefusal> {
        let now = Moment { at_ms: self.ctx.now_ms, precision: Precision::Minute };
        self.moment("received_at", Some(new.received_at.unwrap_or(now)))?;
        self.text("channel", Some(&new.channel))?;
        self.code("formality", &new.formality)?;
        self.code("initiative", &new.initiative)?;
        self.code("session_id", &new.session_id)?;
        self.code("slip", &new.slip)?;
        self.code("stakeholder", &new.stakeholder)?;
        self.code("filer", &new.filer)?;
        self.number("group_size", new.group_size)?;
        self.code("spoken_language", &new.spoken_language)
    }

    fn number(&mut self, name: &'static str, number: Option<u32>) -> Result<(), EditRefusal> {
        number.map_or(Ok(()), |number| self.draft.put(known(name), Value::Int(i64::from(number))))
    }

    fn classification(&mut self, new: &NewCase, level: Option<Level>) -> Result<(), EditRefusal> {
        self.text("type", Some(&new.case_type))?;
        self.code("category", &new.category)?;
        let mut others: Vec<&String> =
            new.other_categories.iter().filter(|o| Some(*o) != new.category.as_ref()).collect();
        others.sort_unstable();
        others.dedup();
        others.into_iter().try_for_each(|code| self.draft.element(known("other_categories"), code, true))?;
        let of_category = new.category.as_ref().and_then(|code| self.ctx.codes.category(code));
        self.code("priority", &new.priority.clone().or(of_category.map(|facts| facts.priority)))?;
        if let Some(level) = level {
            let id = self.draft.id();
            self.draft.fact(FactKind::Raise, id, &RaiseFact { level })?;
        }
        self.code("project", &new.project)?;
        self.code("activity", &new.activity)?;
        self.code("partner", &new.partner)?;
        self.code("admin1", &new.admin1)?;
        self.code("admin2", &new.admin2)?;
        self.code("admin3", &new.admin3)?;
        self.words("locality", &new.locality)
    }

    fn person(&mut self, new: &NewCase) -> Result<(), EditRefusal> {
        if let Some(anonymous) = new.anonymous {
            self.draft.put(known("anonymous"), Value::Bool(anonymous))?;
        }
        self.words("reporter_name", &new.reporter_name)?;
        self.words("phone", &new.phone)?;
        self.words("alt_contact", &new.alt_contact)?;
        self.words("safe_contact", &new.safe_contact)?;
        self.words("recall_word", &new.recall_word)?;
        self.words("household_id", &new.household_id)?;
        self.words("card_no", &new.card_no)?;
        self.words("wallet_last4", &new.wallet_last4)?;
        self.words("sim_last4", &new.sim_last4)?;
        self.code("sex", &new.sex)?;
        let told = |code: &Option<String>| code.clone().filter(|code| !is_blank(code));
        let band = || new.age.and_then(|years| self.ctx.codes.age_group(years));
        let summary = || new.disability_answers.and_then(|answers| self.ctx.codes.disability(answers));
        let (band, summary) = (told(&new.age_group).or_else(band), told(&new.disability).or_else(summary));
        self.code("age_group", &band)?;
        self.number("age", new.age)?;
        self.code("disability", &summary)?;
        if let Some(answers) = new.disability_answers {
            let digits: String = answers.iter().map(|answer| char::from(b'0'.saturating_add(*answer))).collect();
            self.draft.put(known("disability_answers"), Value::Text(digits))?;
        }
        self.code("population_group", &new.population_group)?;
        self.code("relation_to_affected", &new.relation_to_affected)
    }

    fn content(&mut self, new: &NewCase) -> Result<(), EditRefusal> {
        self.words("summary", &new.summary)?;
        self.words("text", &new.text)?;
        self.words("expected_outcome", &new.expected_outcome)?;
        self.moment("incident_at", new.incident_at)?;
        self.words("incident_place", &new.incident_place)?;
        self.words("accused", &new.accused)?;
        if let Some(words) = new.allegation.as_ref().filter(|words| !is_blank(&words.0)) {
            let text = Words(said("allegation", &words.0)?);
            let id = self.draft.id();
            self.draft.fact(FactKind::Allegation, id, &TextFact { text })?;
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
        let interaction = InteractionFact {
            at_ms,
            channel: Some(new.channel.trim().to_owned()),
            inward: new.initiative.as_deref() != Some("proactive"),
            purpose: "new".to_owned(),
            outcome: "answered".to_owned(),
            language: new.spoken_language.clone(),
            ended_ms: None,
            first_contact: true,
        };
        let id = self.draft.id();
        self.draft.fact(FactKind::Interaction, id, &interaction)?;
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

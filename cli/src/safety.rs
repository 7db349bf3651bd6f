//! What is asked at a terminal before anything is saved that may have to be sealed: one question about what happened, then
//! what the words themselves call for. The safe answer is what Enter gives, or there is no default.

use crdt_model::edit::Edit;
use crdt_model::sensitive_words::Topic;
use crdt_model::taxonomy::TRIAGE;
use node::api::{Envelope, Request, SealOptions, Service};
use node::error::Failure;
use node::texts::Texts;
use serde_json::Value;

use crate::choice::{self, NO, UNKNOWN, YES};
use crate::render::case::still_read;
use crate::render::{WIDTH, text};
use crate::session::{World, ask_unlocked, seal_options};
use crate::{ask, recusal};

/// The type of a case in which somebody complains.
const COMPLAINT: &str = "complaint";

/// What a person at the terminal said of what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harm {
    Yes,
    No,
    Unknown,
}

/// Words that call for sealing, where they stand and whom they concern.
struct Hits {
    fields: String,
    /// The gravest.
    topic: Topic,
}

/// Asks what must be asked before the request is sent, and fills it in; of a case that is there, makes it one that seals.
///
/// # Errors
///
/// `safety_unanswered` at the end of input, with nothing saved; what the node and the terminal fail with.
pub(crate) fn before(
    service: &dyn Service,
    envelope: &mut Envelope,
    mut asks_accused: bool,
    texts: &Texts,
    world: &mut World<'_>,
) -> Result<(), Failure> {
    if !world.console.is_terminal() {
        return Ok(());
    }
    if let Request::CaseMove { r#ref, site, only_look: false } = &envelope.request {
        let look = Request::CaseMove { r#ref: r#ref.clone(), site: site.clone(), only_look: true };
        return moving(service, envelope, look, texts, world);
    }
    let classifies = matches!(&envelope.request, Request::CaseEdit { edit: Edit::Triage { .. }, .. });
    if classifies || has_free_text(&envelope.request) {
        let of = Box::new(envelope.request.clone());
        let told = asked(service, envelope, Request::WordsCheck { of }, texts, world)?;
        let sealed = told["restricted"] == true;
        // who must not see it is asked of whatever is about a colleague, before it is in a list that they read
        let says = seal_options(&mut envelope.request).is_none_or(|seal| seal.recuse.is_some());
        asks_accused |= told["colleague"] == true && !sealed && !says;
        if !sealed && !classifies {
            let hits = Hits::of(&told["sensitive_words"], texts);
            match &envelope.request {
                Request::CaseNew { .. } => new_case(envelope, hits.as_ref(), texts, world)?,
                _ => existing(envelope, hits.as_ref(), texts, world)?,
            }
        }
        let audience = seal_options(&mut envelope.request).and_then(|seal| seal.audience.clone());
        if !(sealed || asks_accused || audience.is_some()) {
            return Ok(());
        }
    }
    let accused = matches!(&envelope.request, Request::CaseNew { case, .. } if case.accused.is_some());
    let Some(seal) = seal_options(&mut envelope.request) else { return Ok(()) };
    let says = accused || seal.accused.is_some();
    // recusals were said: who is complained about is looked at all the same
    let looks = seal.recuse.is_some()
        && (says || matches!(envelope.request, Request::CaseNew { .. } | Request::CaseSeal { .. }));
    if !(asks_accused || looks) {
        return Ok(());
    }
    let knock = Request::BeforeAsking { seal: SealOptions::default() };
    asked(service, envelope, knock, texts, world)?;
    match asks_accused {
        true => recusal::ask(service, envelope, None, texts, world.console),
        false => recusal::check(service, envelope, texts, world.console),
    }
}

/// Says who could still read a case where it is, and asks whether it is to be moved. It has no default.
fn moving(
    service: &dyn Service,
    envelope: &mut Envelope,
    look: Request,
    texts: &Texts,
    world: &mut World<'_>,
) -> Result<(), Failure> {
    let told = asked(service, envelope, look, texts, world)?;
    for line in text::wrap(&still_read(&told, texts), WIDTH) {
        world.console.say(&line);
    }
    let args = [("site", text::clean_line(told["site"].as_str().unwrap_or_default()).into())];
    let question = ask::in_question(texts, &texts.with("ask-move-sure", &args));
    match choice::yes(world.console, texts, &question, None)? {
        true => Ok(()),
        false => Err(Failure::new("not_confirmed")),
    }
}

/// Asks the node something else first. Unlocked once is unlocked for what follows.
pub(crate) fn asked(
    service: &dyn Service,
    envelope: &mut Envelope,
    request: Request,
    texts: &Texts,
    world: &mut World<'_>,
) -> Result<Value, Failure> {
    let mut first = Envelope { request, ..envelope.clone() };
    let told = ask_unlocked(service, &mut first, &[], texts, world)?;
    (envelope.passphrase, envelope.member) = (first.passphrase, first.member);
    Ok(told)
}

/// A new case that its category does not seal.
fn new_case(envelope: &mut Envelope, hits: Option<&Hits>, texts: &Texts, world: &mut World<'_>) -> Result<(), Failure> {
    let Request::CaseNew { case, seal } = &mut envelope.request else { return Ok(()) };
    let harm = match case.case_type.trim() {
        COMPLAINT => harm(texts, world)?,
        _ => Harm::No,
    };
    let concerned = hits.map_or(TRIAGE, |hits| hits.topic.audience());
    let to = match (harm, hits) {
        (Harm::Yes, _) | (Harm::Unknown, Some(_)) => match case.category.is_none() {
            true => Some(TRIAGE),
            false => {
                let question = ask::in_question(texts, &texts.get("ask-leave-open"));
                let open = choice::yes(world.console, texts, &question, Some(false))?;
                (!open).then_some(concerned)
            }
        },
        (Harm::No, Some(hits)) => hits.sealed_to(texts, world)?,
        (_, None) => None,
    };
    if let Some(audience) = to {
        seal.audience = Some(audience.to_owned());
    }
    Ok(())
}

/// The one question before the words are looked at. It has no default.
fn harm(texts: &Texts, world: &mut World<'_>) -> Result<Harm, Failure> {
    let question = ask::in_question(texts, &texts.get("ask-harm"));
    let answers = [(YES, Harm::Yes), (NO, Harm::No), (UNKNOWN, Harm::Unknown)];
    choice::choose(world.console, texts, &question, &answers, None)
}

/// Words added to an ordinary case: it is sealed with them in it, or nothing is written.
fn existing(envelope: &mut Envelope, hits: Option<&Hits>, texts: &Texts, world: &mut World<'_>) -> Result<(), Failure> {
    let Some(hits) = hits else { return Ok(()) };
    let (Some((reference, edit)), Some(audience)) = (with_words(&envelope.request), hits.sealed_to(texts, world)?)
    else {
        return Ok(());
    };
    let (reference, then) = (reference.to_owned(), Some(edit.clone()));
    let reason = loop {
        let typed = ask::text(world.console, texts, &texts.get("ask-reason"))?;
        let typed = typed.ok_or_else(|| Failure::new("safety_unanswered"))?;
        if !typed.trim().is_empty() {
            break typed;
        }
    };
    let seal = SealOptions { audience: Some(audience.to_owned()), ..SealOptions::default() };
    envelope.request = Request::CaseSeal { r#ref: reference, reason: reason.into(), seal, then };
    Ok(())
}

impl Hits {
    fn of(found: &Value, texts: &Texts) -> Option<Self> {
        let found = found.as_array().filter(|found| !found.is_empty())?;
        let fields = found.iter().filter_map(|hit| hit["field"].as_str()).map(|field| texts.field(field).into_owned());
        let topics = found.iter().filter_map(|hit| hit["topic"].as_str().and_then(Topic::from_code));
        Some(Self { fields: fields.collect::<Vec<_>>().join(", "), topic: topics.min().unwrap_or(Topic::Other) })
    }

    /// The audience to seal to, if the person at the terminal seals. Sexual words and words of a child: Enter seals. Others
    /// have no default.
    fn sealed_to(&self, texts: &Texts, world: &mut World<'_>) -> Result<Option<&'static str>, Failure> {
        let audience = self.topic.audience();
        let topic = texts.code("topic", self.topic.code()).into_owned();
        let args = [("fields", self.fields.as_str().into()), ("topic", topic.into()), ("audience", audience.into())];
        if matches!(self.topic, Topic::Sea | Topic::Child) {
            let question = ask::in_question(texts, &texts.with("ask-seal-grave", &args));
            let seals = choice::yes(world.console, texts, &question, Some(true))?;
            return Ok(seals.then_some(audience));
        }
        let question = ask::in_question(texts, &texts.with("ask-seal-words", &args));
        let answers: [choice::Answer<'_, Option<&'static str>>; 3] = [
            (&["1", "s", "sceller", "scelle", "seal"], Some(audience)),
            (&["2", "m", "montrer", "montre", "show"], Some(TRIAGE)),
            (&["3", "c", "contexte", "context"], None),
        ];
        choice::choose(world.console, texts, &question, &answers, None)
    }
}

/// Requests whose words a person typed, and that are about an ordinary case as a rule.
fn has_free_text(request: &Request) -> bool {
    matches!(request, Request::CaseNew { .. }) || with_words(request).is_some()
}

/// An act on a case in words that a person typed.
fn with_words(request: &Request) -> Option<(&str, &Edit)> {
    let Request::CaseEdit { r#ref, edit, .. } = request else { return None };
    edit.has_words().then_some((r#ref.as_str(), edit))
}

//! The interview of a call: what is asked, in which order, and what is kept of it.
//!
//! ```text
//!  telephone or reference   looked up at once: a call about a case that is open goes into it
//!  a question               category, sex, language, answered: nothing is kept of the person
//!  everything else          what they say, category, urgent, what they allow, who they are, how to reach them safely, and once more
//!                           before it is saved
//! ```
//!
//! `<` goes back to the question before. Ctrl-C leaves: nothing was saved.

use crdt_model::edit::{ConsentAnswer, GivenAnswer, GivenClosing, NewCase};
use crdt_model::taxonomy::Taxonomy;
use crdt_model::values::Words;
use node::api::{Request, SealOptions};
use node::error::Failure;
use serde_json::Value;

use super::pick::{self, Chosen};
use super::{Desk, case};
use crate::ask;
use crate::choice::{self, NO, UNKNOWN, YES, plain};
use crate::render::{WIDTH, text};

/// The three questions of the consent script, each answered by itself.
const SCRIPT: [(&str, &str); 3] = [
    ("record", "front-consent-record"),
    ("refer_internal", "front-consent-refer"),
    ("contact_back", "front-consent-call"),
];
/// Digits of what is taken for a telephone, at least.
const PHONE_LEN_MIN: usize = 6;
/// A type of which the question of safety is not asked.
const NO_COMPLAINT: &str = "concern";
/// Earlier cases that are offered.
const EARLIER_MAX: u64 = 9;
/// Columns before what was said, in the recap.
const INDENT: usize = 27;
/// The oldest that somebody says they are.
const AGE_MAX: u32 = 120;

/// One question of the interview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Channel,
    Earlier,
    Type,
    Text,
    Category,
    Safety,
    Answered,
    Urgent,
    Consent,
    Name,
    Phone,
    Sex,
    Age,
    Language,
    Place,
    Safe,
    Recap,
}

/// What a question led to.
enum Went {
    On,
    Back,
    /// Everything is said: it is saved.
    Save,
    /// The call went into a case that was there.
    Elsewhere,
}

/// What was said so far.
#[derive(Default)]
struct Call {
    case: NewCase,
    /// The number that was typed to look for earlier cases.
    typed: Option<String>,
    /// What the language is called.
    language: Option<String>,
    /// Of a question: it was answered while the person was there.
    answered: bool,
    /// A question of the recap is asked again: the recap comes next.
    mending: bool,
    /// What sealing needs to know, as it was said.
    seal: SealOptions,
    /// The words and the category are those about which safety was asked.
    is_safe: bool,
}

impl Call {
    /// Somebody wants to know something, and nothing of it has to be sealed.
    fn is_question(&self) -> bool {
        self.case.case_type == "question" && self.seal.audience.is_none()
    }

    fn said(&self, purpose: &str) -> Option<&str> {
        self.case.consents.iter().rfind(|consent| consent.purpose == purpose).map(|consent| consent.answer.as_str())
    }

    /// Whether who the person is may be kept: they said so, or were not asked yet.
    fn keeps_person(&self) -> bool {
        matches!(self.said("record"), None | Some("given"))
    }

    /// The case as it is saved: what was said to a question that is not asked any more is not kept.
    fn kept(&self) -> NewCase {
        let steps = self.steps(true);
        let asks = |step: Step| steps.contains(&step);
        let mut case = self.case.clone();
        let words = [
            (Step::Text, &mut case.text),
            (Step::Name, &mut case.reporter_name),
            (Step::Phone, &mut case.phone),
            (Step::Safe, &mut case.safe_contact),
            (Step::Place, &mut case.locality),
        ];
        words.into_iter().filter(|(step, _)| !asks(*step)).for_each(|(_, words)| *words = None);
        if case.phone.is_none() {
            case.safe_contact = None;
        }
        case.age = case.age.filter(|_| asks(Step::Age));
        case.priority = case.priority.filter(|_| asks(Step::Urgent));
        case.anonymous = (asks(Step::Consent) && self.said("record") == Some("refused")).then_some(true);
        if !asks(Step::Consent) {
            case.consents.clear();
        }
        if !(asks(Step::Answered) && self.answered) {
            (case.answer, case.closed) = (None, None);
        }
        case
    }

    /// The questions, as far as what was said tells which.
    fn steps(&self, knows_channel: bool) -> Vec<Step> {
        use Step::{
            Age, Answered, Category, Channel, Consent, Earlier, Language, Name, Phone, Place, Recap, Safe, Safety, Sex,
            Text, Type, Urgent,
        };
        let rest: &[Step] = match (self.is_question(), self.answered) {
            (true, true) => &[Category, Sex, Language, Answered],
            (true, false) => {
                &[Category, Sex, Language, Answered, Text, Safety, Consent, Name, Phone, Place, Safe, Recap]
            }
            (false, _) => {
                &[Text, Category, Safety, Urgent, Consent, Name, Phone, Sex, Age, Language, Place, Safe, Recap]
            }
        };
        let is_of_person = |step: &Step| matches!(step, Name | Phone | Age | Safe);
        let all = [Channel, Earlier, Type].iter().chain(rest).copied();
        all.filter(|step| !(knows_channel && *step == Channel))
            .filter(|step| self.keeps_person() || !is_of_person(step))
            .collect()
    }
}

/// Takes a call, from its first question to the reference that is read out.
pub(super) fn take(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let mut call = Call { answered: true, ..Call::default() };
    let knows_channel = desk.channel.is_some();
    call.case.channel = desk.channel.clone().unwrap_or_default();
    let mut at = 0;
    loop {
        let steps = call.steps(knows_channel);
        let Some(step) = steps.get(at).copied() else { break };
        match asked(desk, &mut call, step)? {
            Went::Elsewhere => return Ok(()),
            Went::Save => break,
            Went::Back => {
                call.mending = false;
                at = at.saturating_sub(1);
            }
            // another kind of matter is asked other questions; who allows more is asked what that is about
            Went::On if call.mending && (step == Step::Type || (step == Step::Consent && call.keeps_person())) => {
                call.mending = false;
                at = call.steps(knows_channel).iter().position(|of| *of == step).unwrap_or(at) + 1;
            }
            Went::On if call.mending && step != Step::Recap => {
                call.mending = false;
                at = call.steps(knows_channel).iter().position(|of| *of == Step::Recap).unwrap_or(at + 1);
            }
            Went::On if step == Step::Recap => {
                // a number was typed there: that question again
                let steps = call.steps(knows_channel);
                at = mend(desk, &call, &steps)?.unwrap_or(at);
                call.mending = true;
            }
            Went::On => at += 1,
        }
        // a question that was answered is whole
        if call.is_question() && call.answered && step == Step::Answered {
            break;
        }
    }
    save(desk, call)
}

fn asked(desk: &mut Desk<'_, '_>, call: &mut Call, step: Step) -> Result<Went, Failure> {
    let taxonomy = Taxonomy::shipped();
    match step {
        Step::Channel => {
            let codes: Vec<&str> = taxonomy.channels.codes().collect();
            let went = coded(desk, "ask-channel-front", "channel", &codes, None, &mut call.case.channel)?;
            desk.channel = Some(call.case.channel.clone()).filter(|channel| !channel.is_empty());
            Ok(went)
        }
        Step::Earlier => earlier(desk, call),
        Step::Type => {
            let codes: Vec<&str> = taxonomy.case_types.codes().collect();
            let before = call.case.case_type.clone();
            let went = coded(desk, "ask-type-front", "case_type", &codes, None, &mut call.case.case_type)?;
            // of a complaint more is asked than of a thank-you
            call.is_safe &= before == call.case.case_type;
            Ok(went)
        }
        Step::Text => said(desk, call),
        Step::Category => category(desk, call),
        Step::Safety => {
            safety(desk, call)?;
            Ok(Went::On)
        }
        Step::Answered => answered(desk, call),
        Step::Urgent => {
            let question = ask::in_question(desk.texts, &desk.texts.get("front-urgent"));
            let urgent = choice::yes(desk.world.console, desk.texts, &question, Some(false))?;
            call.case.priority = urgent.then(|| "p1".to_owned());
            Ok(Went::On)
        }
        Step::Consent => consent(desk, call),
        Step::Name => {
            let typed = word(desk, "front-name")?;
            keep(&mut call.case.reporter_name, typed.as_deref());
            Ok(went_of(typed.as_deref()))
        }
        Step::Phone => phone(desk, call),
        Step::Sex => {
            let codes: Vec<&str> = taxonomy.sexes.codes().collect();
            let mut sex = call.case.sex.clone().unwrap_or_default();
            let went = coded(desk, "front-sex", "sex", &codes, None, &mut sex)?;
            call.case.sex = Some(sex).filter(|sex| !sex.is_empty());
            Ok(went)
        }
        Step::Age => age(desk, call),
        Step::Language => language(desk, call),
        Step::Place => {
            let typed = word(desk, "front-place")?;
            keep(&mut call.case.locality, typed.as_deref());
            Ok(went_of(typed.as_deref()))
        }
        Step::Safe if call.case.phone.is_none() => Ok(Went::On),
        Step::Safe => {
            let typed = word(desk, "front-safe")?;
            keep(&mut call.case.safe_contact, typed.as_deref());
            Ok(went_of(typed.as_deref()))
        }
        Step::Recap => recap(desk, call),
    }
}

/// One line, `<` to go back; `None` at the end of input leaves the interview.
fn word(desk: &mut Desk<'_, '_>, question: &str) -> Result<Option<String>, Failure> {
    match desk.line(question)? {
        Some(typed) => Ok(Some(typed.trim().to_owned())),
        None => Err(Failure::new("interrupted")),
    }
}

fn went_of(typed: Option<&str>) -> Went {
    if typed == Some("<") { Went::Back } else { Went::On }
}

/// Words in the place of those before; nothing typed keeps what stands.
fn keep(field: &mut Option<Words>, typed: Option<&str>) {
    match typed {
        None | Some("" | "<") => {}
        Some("-") => *field = None,
        Some(words) => *field = Some(words.into()),
    }
}

/// One code of a table by number or label. Nothing typed leaves what stands.
fn coded(
    desk: &mut Desk<'_, '_>,
    question: &str,
    table: &str,
    codes: &[&str],
    default: Option<usize>,
    field: &mut String,
) -> Result<Went, Failure> {
    let labels: Vec<String> = codes.iter().map(|code| desk.texts.called(table, code).into_owned()).collect();
    let must = table == "channel" || table == "case_type";
    loop {
        match pick::choose(desk, question, &labels, default)? {
            Chosen::Back => return Ok(Went::Back),
            Chosen::One(at) => {
                codes[at].clone_into(field);
                return Ok(Went::On);
            }
            Chosen::Blank if must && field.is_empty() => {}
            Chosen::Blank => return Ok(Went::On),
        }
    }
}

/// Earlier cases of whoever calls, before anything else.
fn earlier(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<Went, Failure> {
    let Some(typed) = word(desk, "front-earlier")?.filter(|typed| !typed.is_empty()) else { return Ok(Went::On) };
    if typed == "<" {
        return Ok(Went::Back);
    }
    let is_phone =
        !typed.chars().any(char::is_alphabetic) && typed.chars().filter(|c| c.is_numeric()).count() >= PHONE_LEN_MIN;
    call.typed = is_phone.then(|| typed.clone());
    let found = desk.ask(Request::Find { what: typed.as_str().into(), limit: Some(EARLIER_MAX) })?;
    if found.as_array().is_none_or(Vec::is_empty) {
        desk.say_text("front-nobody-yet");
        return Ok(Went::On);
    }
    desk.say_text("front-earlier-found");
    let Some(reference) = desk.pick_case("find", &found)? else { return Ok(Went::On) };
    let channel = call.case.channel.clone();
    desk.command(&["call", "log", "--case", &reference, "--channel", &channel])?;
    case::work_on(desk, &reference)?;
    Ok(Went::Elsewhere)
}

fn said(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<Went, Failure> {
    let Some(said) = ask::words(desk.world.console, desk.texts, "ask-text")? else {
        return Err(Failure::new("interrupted"));
    };
    if said.trim() == "<" {
        return Ok(Went::Back);
    }
    if !said.trim().is_empty() {
        call.case.text = Some(said.into());
        call.is_safe = false;
    }
    Ok(Went::On)
}

/// The group, then what it is; or a word of its label at once.
fn category(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<Went, Failure> {
    let taxonomy = Taxonomy::shipped();
    let groups: Vec<&str> = taxonomy.categories.codes().collect();
    let lang = desk.texts.asked();
    let label = |code: &str| taxonomy.categories.label(code, lang).to_owned();
    let labels: Vec<String> = groups.iter().map(|code| label(code)).collect();
    loop {
        for (label, n) in labels.iter().zip(1..) {
            desk.say(&format!("{n:>3}  {label}"));
        }
        let Some(typed) = word(desk, "front-group")?.filter(|typed| !typed.is_empty()) else { return Ok(Went::On) };
        if typed == "<" {
            return Ok(Went::Back);
        }
        let at = typed.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|at| *at < groups.len());
        let at = at.or_else(|| labels.iter().position(|label| plain(label).starts_with(&plain(&typed))));
        let Some(at) = at else {
            match desk.texts.meant("category", "category", &typed, false) {
                Ok(code) if taxonomy.sub_categories.contains(&code) => {
                    call.case.category = Some(code);
                    call.is_safe = false;
                    return Ok(Went::On);
                }
                Ok(_) => desk.say_text("ui-not-understood"),
                Err(refused) => desk.tell(Err(refused))?,
            }
            continue;
        };
        let codes: Vec<&str> = taxonomy
            .sub_categories
            .iter()
            .filter(|sub| sub.category == groups[at])
            .map(|sub| sub.code.as_str())
            .collect();
        let mut chosen = String::new();
        match coded(desk, "front-category", "category", &codes, None, &mut chosen)? {
            Went::Back => continue,
            _ => {
                if !chosen.is_empty() {
                    call.case.category = Some(chosen);
                    call.is_safe = false;
                }
            }
        }
        return Ok(Went::On);
    }
}

/// What must be asked before somebody else could read it: once for what was said.
fn safety(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<(), Failure> {
    if call.is_safe {
        return Ok(());
    }
    // what was to be sealed once stays so, whatever is corrected: who meant something else leaves, and begins anew
    let request = Request::CaseNew { case: Box::new(call.case.clone()), seal: call.seal.clone() };
    if let Request::CaseNew { case, seal } = desk.made_safe(request)? {
        (call.case, call.seal, call.is_safe) = (*case, seal, true);
    }
    Ok(())
}

/// Words that were said after the question of safety: a name, a place, how to reach somebody. They are looked at as the others
/// were, and nobody is asked that question twice.
fn safe_words(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<(), Failure> {
    let case = &call.case;
    let said_later = [&case.reporter_name, &case.locality, &case.safe_contact];
    if call.seal.audience.is_some() || said_later.iter().all(|words| words.is_none()) {
        return Ok(());
    }
    let later = NewCase {
        case_type: NO_COMPLAINT.to_owned(),
        channel: case.channel.clone(),
        category: case.category.clone(),
        reporter_name: case.reporter_name.clone(),
        locality: case.locality.clone(),
        safe_contact: case.safe_contact.clone(),
        ..NewCase::default()
    };
    let request = Request::CaseNew { case: Box::new(later), seal: call.seal.clone() };
    if let Request::CaseNew { case, seal } = desk.made_safe(request)? {
        call.case.accused = call.case.accused.take().or(case.accused);
        call.seal = seal;
    }
    Ok(())
}

/// Whether a question is answered already. Then it is whole, with what the person says of the answer.
fn answered(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<Went, Failure> {
    call.answered = case::yes(desk, "front-answered")?;
    if !call.answered {
        return Ok(Went::On);
    }
    if call.case.text.is_some() || call.case.reporter_name.is_some() || call.case.phone.is_some() {
        desk.say_text("front-question-drops");
        if !case::yes(desk, "front-question-drops-sure")? {
            call.answered = false;
            return Ok(Went::On);
        }
    }
    // nobody who asks is asked for more than whether that was what they wanted
    let satisfied = case::yes(desk, "front-satisfied-yes")?;
    let (said, reason) = if satisfied { ("satisfied", "satisfied") } else { ("partly", "answered") };
    call.case.answer = Some(GivenAnswer { text: None, satisfaction: Some(said.to_owned()) });
    call.case.closed = Some(GivenClosing { reason: reason.to_owned(), because: None });
    Ok(Went::Save)
}

/// The script, and each of its three answers by a key of its own.
fn consent(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<Went, Failure> {
    desk.say_text("front-script");
    let mut said: Vec<ConsentAnswer> = Vec::new();
    for (purpose, question) in SCRIPT {
        // nobody is called whose number is not kept
        if purpose == "contact_back" && said.first().is_some_and(|record| record.answer != "given") {
            continue;
        }
        let question = ask::in_question(desk.texts, &desk.texts.get(question));
        let answers = [(YES, "given"), (NO, "refused"), (UNKNOWN, "not_asked")];
        let answer = choice::choose(desk.world.console, desk.texts, &question, &answers, None)?;
        said.push(ConsentAnswer { purpose: purpose.to_owned(), answer: answer.to_owned(), means: None });
    }
    call.case.consents = said;
    if !call.keeps_person() {
        desk.say_text("front-not-kept");
    }
    Ok(Went::On)
}

/// The number that was looked up, or another one.
fn phone(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<Went, Failure> {
    let known = call.typed.clone().filter(|_| call.case.phone.is_none());
    let typed = match &known {
        Some(number) => {
            let question = desk.texts.with("front-phone-known", &[("phone", number.as_str().into())]);
            let question = ask::in_question(desk.texts, &question);
            let typed = ask::answer(desk.world.console, desk.texts, &question)?;
            let typed = typed.ok_or_else(|| Failure::new("interrupted"))?.trim().to_owned();
            if typed.is_empty() { number.clone() } else { typed }
        }
        None => word(desk, "front-phone")?.unwrap_or_default(),
    };
    keep(&mut call.case.phone, Some(&typed));
    Ok(went_of(Some(&typed)))
}

fn age(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<Went, Failure> {
    loop {
        let typed = word(desk, "front-age")?.unwrap_or_default();
        match typed.parse::<u32>() {
            _ if typed == "<" => return Ok(Went::Back),
            _ if typed.is_empty() => return Ok(Went::On),
            Ok(years) if years <= AGE_MAX => {
                call.case.age = Some(years);
                return Ok(Went::On);
            }
            _ => desk.say_text("ui-not-understood"),
        }
    }
}

/// The language they speak: that of the person before, where nothing is typed.
fn language(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<Went, Failure> {
    let shown = desk.ask(Request::TaxonomyShow)?;
    let rows: Vec<(String, String)> = shown["spoken_languages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| row["closed"] != true)
        .filter_map(|row| Some((row["code"].as_str()?.to_owned(), row["label"].as_str()?.to_owned())))
        .collect();
    if rows.is_empty() {
        let typed = word(desk, "front-language")?.unwrap_or_default();
        if typed == "<" {
            return Ok(Went::Back);
        }
        call.case.spoken_language = Some(typed).filter(|typed| !typed.is_empty()).or(desk.spoken.clone());
    } else {
        let labels: Vec<String> = rows.iter().map(|(_, label)| label.clone()).collect();
        let last = desk.spoken.as_ref().and_then(|code| rows.iter().position(|(of, _)| of == code));
        match pick::choose(desk, "front-language", &labels, last)? {
            Chosen::Back => return Ok(Went::Back),
            Chosen::Blank => {}
            Chosen::One(at) => {
                let (code, label) = rows[at].clone();
                (call.case.spoken_language, call.language) = (Some(code), Some(label));
            }
        }
    }
    desk.spoken.clone_from(&call.case.spoken_language);
    Ok(Went::On)
}

/// What is asked again by the number of its line, with what was said.
fn lines(desk: &Desk<'_, '_>, call: &Call, steps: &[Step]) -> Vec<(Step, String, String)> {
    let case = &call.kept();
    let words = |words: &Option<Words>| words.as_ref().map(|words| words.0.clone()).unwrap_or_default();
    let called = |table: &str, code: Option<&str>| code.map(|code| desk.texts.called(table, code).into_owned());
    let consents = SCRIPT.iter().filter_map(|(purpose, _)| {
        let said = desk.texts.code("consent", call.said(purpose)?);
        Some(format!("{}: {said}", desk.texts.code("purpose", purpose)))
    });
    let told = |step: &Step| {
        let (field, value) = match step {
            Step::Type => ("type", called("case_type", Some(&case.case_type))),
            Step::Text => ("text", Some(words(&case.text))),
            Step::Category => ("category", called("category", case.category.as_deref())),
            Step::Urgent => {
                let by_category = || desk.texts.get("front-by-category").into_owned();
                ("priority", Some(called("priority", case.priority.as_deref()).unwrap_or_else(by_category)))
            }
            Step::Consent => ("consents", Some(consents.clone().collect::<Vec<_>>().join(" · "))),
            Step::Name => ("reporter_name", Some(words(&case.reporter_name))),
            Step::Phone => ("phone", Some(words(&case.phone))),
            Step::Sex => ("sex", called("sex", case.sex.as_deref())),
            Step::Age => ("age", case.age.map(|years| years.to_string())),
            Step::Language => ("spoken_language", call.language.clone().or(case.spoken_language.clone())),
            Step::Place => ("locality", Some(words(&case.locality))),
            Step::Safe => ("safe_contact", Some(words(&case.safe_contact))),
            Step::Channel | Step::Earlier | Step::Answered | Step::Safety | Step::Recap => return None,
        };
        Some((*step, desk.texts.field(field).into_owned(), value.unwrap_or_default()))
    };
    steps.iter().filter_map(told).collect()
}

fn recap(desk: &mut Desk<'_, '_>, call: &Call) -> Result<Went, Failure> {
    let steps = call.steps(true);
    let lines = lines(desk, call, &steps);
    desk.say("");
    for ((_, label, value), n) in lines.iter().zip(1..) {
        let value = text::wrap(&text::clean_line(value), WIDTH - INDENT);
        desk.say(
            format!("{n:>3}  {}{}", text::pad(label, INDENT - 5), value.first().map_or("", |line| line)).trim_end(),
        );
        for line in value.iter().skip(1) {
            desk.say(&format!("{:INDENT$}{line}", ""));
        }
    }
    if is_to_be_sealed(call) {
        desk.say_text("front-will-be-sealed");
    }
    Ok(Went::On)
}

/// Whether the case will be read by an audience alone: by what was said of safety, or by its category.
fn is_to_be_sealed(call: &Call) -> bool {
    let of_category = call.case.category.as_deref().and_then(|code| Taxonomy::shipped().sub_categories.get(code));
    call.seal.audience.is_some() || of_category.is_some_and(|sub| sub.sensitivity.restricted())
}

/// Saves by Enter, or the place of the question whose number is typed.
fn mend(desk: &mut Desk<'_, '_>, call: &Call, steps: &[Step]) -> Result<Option<usize>, Failure> {
    let lines = lines(desk, call, &call.steps(true));
    loop {
        let typed = word(desk, "front-save")?.unwrap_or_default();
        let said = plain(&typed);
        if said.is_empty() || YES.contains(&said.as_str()) {
            return Ok(Some(steps.len()));
        }
        if NO.contains(&said.as_str()) {
            return Err(Failure::new("interrupted"));
        }
        let line = said.parse::<usize>().ok().and_then(|n| lines.get(n.checked_sub(1)?));
        match line.and_then(|(step, ..)| steps.iter().position(|of| of == step)) {
            Some(at) => return Ok(Some(at)),
            None => desk.say_text("ui-not-understood"),
        }
    }
}

/// Saves, and says what is read out to the person and what comes next.
fn save(desk: &mut Desk<'_, '_>, mut call: Call) -> Result<(), Failure> {
    call.case = call.kept();
    safety(desk, &mut call)?;
    safe_words(desk, &mut call)?;
    let call_was_sealed = is_to_be_sealed(&call);
    let request = Request::CaseNew { case: Box::new(call.case), seal: call.seal };
    let saved: Value = desk.ask(request)?;
    desk.show("case new", &saved)?;
    let Some(reference) = saved["ref"].as_str() else { return Ok(()) };
    if call_was_sealed {
        let line = desk.texts.with("front-sealed", &[("ref", reference.into())]);
        text::wrap(&line, WIDTH).iter().for_each(|line| desk.say(line));
        return Ok(());
    }
    let Ok(shown) = desk.ask(Request::CaseShow { r#ref: reference.to_owned() }) else { return Ok(()) };
    if shown["status"] == "closed" || shown["restricted"] == true {
        return Ok(());
    }
    // what nobody classified yet has no day
    let (key, due) = match shown["due_day"].as_str() {
        Some(due) => ("front-next", text::clean_line(due)),
        None => ("front-next-open", String::new()),
    };
    let line = desk.texts.with(key, &[("ref", reference.into()), ("due", due.into())]);
    text::wrap(&line, WIDTH).iter().for_each(|line| desk.say(line));
    Ok(())
}

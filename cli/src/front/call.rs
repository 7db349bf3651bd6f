//! The interview of a call: what is asked, in which order, and what is kept of it.
//!
//! ```text
//!  telephone or reference   looked up at once: a call about a case that is open goes into it
//!  a question               category, sex, language, answered: nothing is kept of the person
//!  everything else          what they say, category, urgent, what they allow, who they are, how to reach them safely, and once more
//!                           before it is saved
//! ```
//!
//! `<` goes back to the question before. Ctrl-C leaves: what was said is a draft for its writer, offered at the next call.

use std::time::Instant;

use crdt_model::edit::{ConsentAnswer, Edit, GivenAnswer, GivenCall, GivenClosing, NewCase};
use crdt_model::taxonomy::{TRIAGE, Taxonomy};
use crdt_model::values::Words;
use node::api::{CaseDraft, Request, SealOptions};
use node::error::Failure;
use serde_json::Value;

use super::pick::{self, Chosen};
use super::{Desk, case, harmed};
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
/// Audiences of what harms a person.
const OF_HARM: [&str; 3] = ["psea", "protection", TRIAGE];
/// Earlier cases that are offered.
const EARLIER_MAX: u64 = 9;
/// Characters of what was said, by which somebody knows an interrupted call again.
const GIST_CHARS_MAX: usize = 60;
/// Columns before what was said, in the recap, at least.
const INDENT: usize = 27;
/// The oldest that somebody says they are.
const AGE_MAX: u32 = 120;

/// Whether a question is about what the person allows.
fn is_consent(step: Step) -> bool {
    matches!(step, Step::Consent | Step::FollowUp)
}

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
    /// Of somebody who was harmed: whether they are safe now.
    Danger,
    /// What they are told before they tell more.
    Must,
    Whose,
    HarmedSex,
    HarmedAge,
    When,
    Services,
    FollowUp,
    Recap,
}

/// What a question led to.
pub(super) enum Went {
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
    /// It was interrupted before.
    resumed: bool,
    /// Who calls is known already: no earlier cases are looked for.
    is_known: bool,
    /// Somebody was harmed: what is asked is what helps them.
    harmed: bool,
    /// That was known from the first question on.
    harmed_first: bool,
    /// It belongs to the session that goes on, whose channel is known.
    in_session: bool,
    /// It is read off paper: nobody is there to be asked.
    on_paper: bool,
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
        case.priority = case.priority.filter(|_| asks(Step::Urgent) || asks(Step::When));
        if !asks(Step::When) {
            (case.reporter_is, case.happened) = (None, None);
            (case.harmed_sex, case.harmed_age_group) = (None, None);
            case.services.clear();
        }
        let asks_consent = asks(Step::Consent) || asks(Step::FollowUp);
        case.anonymous = (asks_consent && self.said("record") == Some("refused")).then_some(true);
        if !asks_consent {
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
            Age, Answered, Category, Channel, Consent, Danger, Earlier, FollowUp, HarmedAge, HarmedSex, Language, Must,
            Name, Phone, Place, Recap, Safe, Safety, Services, Sex, Text, Type, Urgent, When, Whose,
        };
        let rest: &[Step] = match (self.is_question(), self.answered) {
            _ if self.harmed && self.harmed_first => &[
                Danger, Must, Text, Category, Safety, Whose, HarmedSex, HarmedAge, Sex, Language, Place, When,
                Services, FollowUp, Name, Phone, Safe, Recap,
            ],
            _ if self.harmed => &[
                Text, Category, Safety, Danger, Must, Whose, HarmedSex, HarmedAge, Sex, Language, Place, When,
                Services, FollowUp, Name, Phone, Safe, Recap,
            ],
            _ if self.on_paper => &[Text, Category, Safety, Urgent, Name, Phone, Sex, Language, Place, Recap],
            (true, true) => &[Category, Sex, Language, Answered],
            (true, false) => {
                &[Category, Sex, Language, Answered, Text, Safety, Consent, Name, Phone, Place, Safe, Recap]
            }
            (false, _) => {
                &[Text, Category, Safety, Urgent, Consent, Name, Phone, Sex, Age, Language, Place, Safe, Recap]
            }
        };
        let is_told_by_others = self.case.reporter_is.as_deref().is_some_and(|who| who != "self");
        let is_of_person = |step: &Step| matches!(step, Name | Phone | Age | Safe);
        let all = [Channel, Earlier, Type].iter().chain(rest).copied();
        all.filter(|step| !(knows_channel && *step == Channel))
            .filter(|step| !((self.is_known || self.on_paper) && *step == Earlier))
            .filter(|step| self.keeps_person() || !is_of_person(step))
            .filter(|step| is_told_by_others || !matches!(step, HarmedSex | HarmedAge))
            // of somebody who speaks for another nothing is asked but how to reach them
            .filter(|step| !(self.harmed && is_told_by_others && *step == Sex))
            .collect()
    }
}

/// Takes a call, from its first question to the reference that is read out.
pub(super) fn take(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    match taken_up(desk)? {
        Some(call) => interview(desk, call),
        None => interview(desk, Call { answered: true, ..Call::default() }),
    }
}

/// What was interrupted before, if somebody goes on with it now.
fn taken_up(desk: &mut Desk<'_, '_>) -> Result<Option<Call>, Failure> {
    let draft = match &desk.draft {
        Some(draft) => draft.clone(),
        None => match serde_json::from_value::<Option<CaseDraft>>(desk.ask(Request::DraftShow)?) {
            Ok(Some(draft)) => draft,
            _ => return Ok(None),
        },
    };
    let said = draft.case.text.as_ref().or(draft.case.reporter_name.as_ref()).or(draft.typed.as_ref());
    let gist: String = clean(said).chars().take(GIST_CHARS_MAX).collect();
    let line = desk.texts.with("front-draft", &[("gist", gist.into())]);
    text::wrap(&line, WIDTH).iter().for_each(|line| desk.say(line));
    let question = ask::in_question(desk.texts, &desk.texts.get("front-draft-what"));
    let answers = [
        (&["r", "reprendre", "resume"][..], 'r'),
        (&["n", "nouveau", "new"], 'n'),
        (&["d", "detruire", "destroy"], 'd'),
    ];
    match choice::choose(desk.world.console, desk.texts, &question, &answers, None)? {
        'r' => {
            let CaseDraft { case, seal, harmed, typed } = draft;
            let typed = typed.map(|typed| typed.0);
            let in_session = case.session_id.is_some();
            Ok(Some(Call { case, seal, harmed, typed, in_session, is_known: true, resumed: true, ..Call::default() }))
        }
        'd' => {
            desk.draft = None;
            desk.ask(Request::DraftDestroy)?;
            Ok(None)
        }
        _ => Ok(None),
    }
}

fn clean(words: Option<&Words>) -> String {
    words.map(|words| text::clean_line(&words.0)).unwrap_or_default()
}

/// Keeps what was said of a call that ends before it is saved.
fn set_aside(desk: &mut Desk<'_, '_>, call: &Call) -> Result<(), Failure> {
    let case = &call.case;
    if case.text.is_none() && case.reporter_name.is_none() && case.category.is_none() {
        return Ok(());
    }
    let typed = call.typed.as_deref().map(Words::from);
    let draft = CaseDraft { case: case.clone(), seal: call.seal.clone(), harmed: call.harmed, typed };
    let kept = desk.ask(Request::DraftKeep(Box::new(draft.clone())))?;
    desk.draft = (kept["in_memory"] == true).then_some(draft);
    desk.say_text(if desk.draft.is_some() { "front-draft-in-memory" } else { "front-draft-kept" });
    Ok(())
}

/// Whoever called in vain is called back: reached, they say what they called for.
pub(super) fn call_back(desk: &mut Desk<'_, '_>, reference: &str, phone: Option<&str>) -> Result<(), Failure> {
    if !case::yes(desk, "front-reached")? {
        return desk.command(&["case", "attempt", reference]);
    }
    let (purpose, outcome) = ("follow_up".to_owned(), "answered".to_owned());
    desk.ask(Request::edit(
        reference,
        Edit::Contact { inward: false, channel: None, purpose, outcome, lasted_ms: None },
    ))?;
    interview(desk, Call { answered: true, typed: phone.map(str::to_owned), is_known: true, ..Call::default() })
}

/// A case of the session that goes on.
pub(super) fn in_session(desk: &mut Desk<'_, '_>, kind: &str) -> Result<(), Failure> {
    let (on_paper, channel) = (kind == "box", if kind == "event" { "desk" } else { kind });
    let case = NewCase { channel: channel.to_owned(), session_id: Some("@open".to_owned()), ..NewCase::default() };
    interview(desk, Call { answered: !on_paper, in_session: true, on_paper, case, ..Call::default() })
}

/// Asks, and saves; what ends before it is saved is kept as a draft.
fn interview(desk: &mut Desk<'_, '_>, mut call: Call) -> Result<(), Failure> {
    let done = go_through(desk, &mut call);
    match &done {
        Err(_) => set_aside(desk, &call)?,
        Ok(()) if call.resumed => {
            desk.draft = None;
            desk.ask(Request::DraftDestroy)?;
        }
        Ok(()) => {}
    }
    done
}

fn go_through(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<(), Failure> {
    let began = Instant::now();
    let knows_channel = desk.channel.is_some() || !call.case.channel.is_empty();
    if !call.in_session && call.case.channel.is_empty() {
        call.case.channel = desk.channel.clone().unwrap_or_default();
    }
    // what was interrupted is read again as a whole, and its lines are mended
    let mut at = match call.resumed {
        true => call.steps(knows_channel).iter().position(|step| *step == Step::Recap).unwrap_or(0),
        false => 0,
    };
    loop {
        let steps = call.steps(knows_channel);
        let Some(step) = steps.get(at).copied() else { break };
        match asked(desk, call, step)? {
            Went::Elsewhere => return Ok(()),
            Went::Save => break,
            Went::Back => {
                call.mending = false;
                at = at.saturating_sub(1);
            }
            // another kind of matter is asked other questions; who allows more is asked what that is about
            Went::On if call.mending && (step == Step::Type || (is_consent(step) && call.keeps_person())) => {
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
                at = mend(desk, call, &steps)?.unwrap_or(at);
                call.mending = true;
            }
            // what was said tells of harm: what is asked from here on is what helps
            Went::On if step == Step::Safety => {
                call.harmed |= !call.on_paper && tells_of_harm(call);
                at = call.steps(knows_channel).iter().position(|of| *of == step).unwrap_or(at) + 1;
            }
            Went::On => at += 1,
        }
        // a question that was answered is whole
        if call.is_question() && call.answered && step == Step::Answered {
            break;
        }
    }
    let lasted_ms = i64::try_from(began.elapsed().as_millis()).ok();
    call.case.call = (!call.on_paper).then(|| GivenCall { lasted_ms, outcome: "answered".to_owned() });
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
            let before = call.case.case_type.clone();
            let went = kind(desk, call)?;
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
        Step::Danger => harmed::danger(desk, &mut call.case),
        Step::Must => harmed::must(desk),
        Step::Whose => harmed::whose(desk, &mut call.case),
        Step::HarmedSex => {
            let codes: Vec<&str> = taxonomy.sexes.codes().collect();
            let mut sex = call.case.harmed_sex.clone().unwrap_or_default();
            let went = coded(desk, "front-harmed-sex", "sex", &codes, None, &mut sex)?;
            call.case.harmed_sex = Some(sex).filter(|sex| !sex.is_empty());
            Ok(went)
        }
        Step::HarmedAge => {
            let codes: Vec<&str> = taxonomy.age_groups.codes().filter(|code| *code != "unknown").collect();
            let mut age = call.case.harmed_age_group.clone().unwrap_or_default();
            let went = coded(desk, "front-harmed-age", "age_group", &codes, None, &mut age)?;
            call.case.harmed_age_group = Some(age).filter(|age| !age.is_empty());
            Ok(went)
        }
        Step::When => harmed::when(desk, &mut call.case),
        Step::Services => harmed::services(desk, &mut call.case),
        Step::FollowUp => harmed::follow_up(desk, &mut call.case),
        Step::Recap => recap(desk, call),
    }
}

/// What kind of matter it is. The last of the list is no type: somebody was harmed.
fn kind(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<Went, Failure> {
    let codes: Vec<&str> = Taxonomy::shipped().types_of_cases().collect();
    let mut labels: Vec<String> = codes.iter().map(|code| desk.texts.called("case_type", code).into_owned()).collect();
    labels.push(desk.texts.get("front-type-harmed").into_owned());
    loop {
        match pick::choose(desk, "ask-type-front", &labels, None)? {
            Chosen::Back => return Ok(Went::Back),
            Chosen::Blank if call.case.case_type.is_empty() => {}
            Chosen::Blank => return Ok(Went::On),
            Chosen::One(at) => {
                (call.harmed, call.harmed_first) = (at == codes.len(), at == codes.len());
                codes.get(at).copied().unwrap_or("complaint").clone_into(&mut call.case.case_type);
                return Ok(Went::On);
            }
        }
    }
}

/// Whether what was said is to be read by those alone who look after people that were harmed.
fn tells_of_harm(call: &Call) -> bool {
    let of_category = call.case.category.as_deref().and_then(|code| Taxonomy::shipped().audience_for(code));
    let to = call.seal.audience.as_deref().or(of_category.map(|audience| audience.code.as_str()));
    to.is_some_and(|audience| OF_HARM.contains(&audience))
}

/// One line, `<` to go back; `None` at the end of input leaves the interview.
pub(super) fn word(desk: &mut Desk<'_, '_>, question: &str) -> Result<Option<String>, Failure> {
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
    match plain(&typed).as_str() {
        "m" => return missed(desk, call),
        "x" => return of_no_case(desk, call),
        _ => {}
    }
    let is_phone =
        !typed.chars().any(char::is_alphabetic) && typed.chars().filter(|c| c.is_numeric()).count() >= PHONE_LEN_MIN;
    call.typed = is_phone.then(|| typed.clone());
    listed(desk, call, &typed)?;
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

/// What the lists on this machine say of whoever calls, and by one key what of it the case keeps.
fn listed(desk: &mut Desk<'_, '_>, call: &mut Call, typed: &str) -> Result<(), Failure> {
    let rows = desk.ask(Request::ReferenceFind { what: typed.into() })?;
    let Some(first) = rows.as_array().and_then(|rows| rows.first()) else { return Ok(()) };
    desk.show("reference find", &rows)?;
    if word(desk, "front-listed-copy")?.is_some_and(|said| plain(&said) == "c") {
        let said = |name: &str| first["fields"][name].as_str().map(Words::from);
        (call.case.card_no, call.case.household_id) = (said("card_no"), said("household_id"));
    }
    Ok(())
}

/// Somebody called, and nobody answered: they are called back.
fn missed(desk: &mut Desk<'_, '_>, call: &Call) -> Result<Went, Failure> {
    let Some(phone) = word(desk, "front-missed-phone")?.filter(|typed| typed != "<") else { return Ok(Went::Back) };
    note(desk, call, "missed", Some(phone.as_str().into()))
}

/// A wrong number, nobody who spoke, a prank, nothing to be done.
fn of_no_case(desk: &mut Desk<'_, '_>, call: &Call) -> Result<Went, Failure> {
    const KINDS: [&str; 4] = ["wrong_number", "silent", "prank", "answered"];
    let labels: Vec<String> = KINDS.iter().map(|code| desk.texts.code("outcome", code).into_owned()).collect();
    match pick::one(desk, "front-no-case-kind", &labels)? {
        Some(at) => note(desk, call, KINDS[at], None),
        None => {
            desk.say_text("front-nothing-noted");
            Ok(Went::Elsewhere)
        }
    }
}

/// Notes a call that led to no case; the menu comes next.
fn note(desk: &mut Desk<'_, '_>, call: &Call, outcome: &str, phone: Option<Words>) -> Result<Went, Failure> {
    let channel = Some(call.case.channel.clone()).filter(|channel| !channel.is_empty());
    let phone = phone.filter(|phone| !phone.0.trim().is_empty());
    let noted = desk.ask(Request::CallLog { outcome: outcome.to_owned(), phone, channel, at: None })?;
    desk.show("call log", &noted)?;
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
    // that somebody was harmed was said already: it is sealed, whatever was chosen
    if call.harmed_first && call.seal.audience.is_none() && !is_to_be_sealed(call) {
        call.seal.audience = Some(TRIAGE.to_owned());
    }
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
    let of_texts =
        |vocabulary: &str, code: Option<&str>| code.map(|code| desk.texts.code(vocabulary, code).into_owned());
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
            Step::Whose => ("reporter_is", of_texts("reporter-is", case.reporter_is.as_deref())),
            Step::When => ("happened", of_texts("happened", case.happened.as_deref())),
            Step::HarmedSex => ("harmed_sex", called("sex", case.harmed_sex.as_deref())),
            Step::HarmedAge => ("harmed_age_group", called("age_group", case.harmed_age_group.as_deref())),
            Step::Services => ("services", Some(harmed::told(desk.texts, &case.services))),
            Step::FollowUp => ("consents", Some(consents.clone().collect::<Vec<_>>().join(" · "))),
            Step::Channel | Step::Earlier | Step::Answered | Step::Safety | Step::Danger | Step::Must | Step::Recap => {
                return None;
            }
        };
        Some((*step, desk.texts.field(field).into_owned(), value.unwrap_or_default()))
    };
    steps.iter().filter_map(told).collect()
}

fn recap(desk: &mut Desk<'_, '_>, call: &Call) -> Result<Went, Failure> {
    let steps = call.steps(true);
    let lines = lines(desk, call, &steps);
    desk.say("");
    let indent = lines.iter().map(|(_, label, _)| text::width(label) + 7).max().unwrap_or(0).clamp(INDENT, WIDTH / 2);
    for ((_, label, value), n) in lines.iter().zip(1..) {
        let value = text::wrap(&text::clean_line(value), WIDTH - indent);
        desk.say(
            format!("{n:>3}  {}{}", text::pad(label, indent - 5), value.first().map_or("", |line| line)).trim_end(),
        );
        for line in value.iter().skip(1) {
            desk.say(&format!("{:indent$}{line}", ""));
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
fn save(desk: &mut Desk<'_, '_>, call: &mut Call) -> Result<(), Failure> {
    call.case = call.kept();
    safety(desk, call)?;
    safe_words(desk, call)?;
    let call_was_sealed = is_to_be_sealed(call);
    let request = Request::CaseNew { case: Box::new(call.case.clone()), seal: call.seal.clone() };
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

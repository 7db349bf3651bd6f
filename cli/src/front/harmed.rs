//! Somebody was harmed: what is asked is what helps them, and no more. No question is about detail, proof or a name; that they do
//! not know, or say nothing, is an answer.

use crdt_model::edit::{ConsentAnswer, GivenService, NewCase};
use crdt_model::taxonomy::own::SERVICE_KINDS;
use node::api::Request;
use node::error::Failure;
use node::texts::Texts;
use serde_json::Value;

use super::Desk;
use super::call::{Went, word};
use super::pick::{self, Chosen};
use crate::choice::{self, NO, UNKNOWN, YES, plain};
use crate::render::text::{clean_line, wrap};
use crate::{ask, render};

/// Kinds of services that are offered to everybody who was harmed.
const OFFERED: [&str; 4] = ["medical", "safety", "psychosocial", "legal"];
/// Bands of age of children.
const MINORS: [&str; 3] = ["0-4", "5-11", "12-17"];
/// What is offered first to somebody in danger.
const FIRST: [&str; 2] = ["safety", "medical"];

/// Whether they are safe now. In danger what helps at once comes first, and is read out.
pub(super) fn danger(desk: &mut Desk<'_, '_>, case: &mut NewCase) -> Result<Went, Failure> {
    let question = ask::in_question(desk.texts, &desk.texts.get("front-danger"));
    let answers = [(YES, Some(true)), (NO, Some(false)), (UNKNOWN, Some(false)), (&["<"][..], None)];
    let Some(is_safe) = choice::choose(desk.world.console, desk.texts, &question, &answers, None)? else {
        return Ok(Went::Back);
    };
    if !is_safe {
        case.priority = Some("p1".to_owned());
        let rows = offered(desk, None)?;
        let has_any = rows.iter().any(|row| FIRST.iter().any(|kind| row["kind"] == *kind));
        desk.say_text(if has_any { "front-danger-now" } else { "front-danger-alone" });
        for row in rows.iter().filter(|row| FIRST.iter().any(|kind| row["kind"] == *kind)) {
            say(desk, row);
        }
        duty_phone(desk)?;
    }
    Ok(Went::On)
}

/// One sentence before more is told.
pub(super) fn must(desk: &mut Desk<'_, '_>) -> Result<Went, Failure> {
    desk.say_text("front-must");
    Ok(if word(desk, "front-must-said")?.as_deref() == Some("<") { Went::Back } else { Went::On })
}

/// Who tells of it.
pub(super) fn whose(desk: &mut Desk<'_, '_>, case: &mut NewCase) -> Result<Went, Failure> {
    const WHO: [&str; 6] = ["self", "family", "witness", "leader", "staff", "other"];
    one_of(desk, "front-whose", "reporter-is", &WHO, &mut case.reporter_is)
}

/// How long ago, for what care can still do.
pub(super) fn when(desk: &mut Desk<'_, '_>, case: &mut NewCase) -> Result<Went, Failure> {
    const WHEN: [&str; 4] = ["within_72h", "within_120h", "earlier", "not_said"];
    let went = one_of(desk, "front-when", "happened", &WHEN, &mut case.happened)?;
    match case.happened.as_deref() {
        Some("within_72h") => {
            case.priority = Some("p1".to_owned());
            desk.say_text("front-within-72h");
        }
        Some("within_120h") => desk.say_text("front-within-120h"),
        _ => {}
    }
    Ok(went)
}

fn one_of(
    desk: &mut Desk<'_, '_>,
    question: &str,
    vocabulary: &str,
    codes: &[&str],
    field: &mut Option<String>,
) -> Result<Went, Failure> {
    let labels: Vec<String> = codes.iter().map(|code| desk.texts.code(vocabulary, code).into_owned()).collect();
    match pick::choose(desk, question, &labels, None)? {
        Chosen::Back => return Ok(Went::Back),
        Chosen::Blank => {}
        Chosen::One(at) => *field = Some(codes[at].to_owned()),
    }
    Ok(Went::On)
}

/// The services of that place, each offered, each with its answer.
pub(super) fn services(desk: &mut Desk<'_, '_>, case: &mut NewCase) -> Result<Went, Failure> {
    let near = case.locality.as_ref().map(|place| place.0.clone());
    let rows = offered(desk, near)?;
    case.services.clear();
    if rows.is_empty() {
        desk.say_text("front-no-services");
        duty_phone(desk)?;
        return Ok(Went::On);
    }
    let question = ask::in_question(desk.texts, &desk.texts.get("front-service"));
    let answers: [choice::Answer<'_, Option<&str>>; 4] = [
        (&["a", "accepte", "accepted"], Some("accepted")),
        (&["r", "d", "refuse", "declined"], Some("declined")),
        (&["p", "o", "propose", "offered"], Some("offered")),
        (&["<"], None),
    ];
    for kind in OFFERED {
        let of_kind: Vec<&Value> = rows.iter().filter(|row| row["kind"] == kind).collect();
        let Some(first) = of_kind.first() else { continue };
        for row in &of_kind {
            say(desk, row);
        }
        let Some(answer) = choice::choose(desk.world.console, desk.texts, &question, &answers, None)? else {
            return Ok(Went::Back);
        };
        let name = first["label"].as_str().map(Into::into);
        case.services.push(GivenService { kind: kind.to_owned(), answer: answer.to_owned(), name });
    }
    Ok(Went::On)
}

/// A name and a number only if they wish to be called, and by whom.
pub(super) fn follow_up(desk: &mut Desk<'_, '_>, case: &mut NewCase) -> Result<Went, Failure> {
    if case.harmed_age_group.as_deref().is_some_and(|band| MINORS.contains(&band)) {
        desk.say_text("front-child");
    }
    let question = ask::in_question(desk.texts, &desk.texts.get("front-follow-up"));
    let answers = [(YES, Some("given")), (NO, Some("refused")), (&["<"][..], None)];
    let Some(answer) = choice::choose(desk.world.console, desk.texts, &question, &answers, None)? else {
        return Ok(Went::Back);
    };
    let of = |purpose: &str| ConsentAnswer { purpose: purpose.to_owned(), answer: answer.to_owned(), means: None };
    case.consents = vec![of("record"), of("contact_back")];
    Ok(Went::On)
}

fn offered(desk: &mut Desk<'_, '_>, near: Option<String>) -> Result<Vec<Value>, Failure> {
    let rows = desk.ask(Request::Services { near, kind: None })?;
    Ok(rows.as_array().cloned().unwrap_or_default())
}

/// One service, as it is read out.
fn say(desk: &mut Desk<'_, '_>, row: &Value) {
    let part = |name: &str| clean_line(row[name].as_str().unwrap_or_default());
    let kind = desk.texts.code("service", row["kind"].as_str().unwrap_or_default()).into_owned();
    let mut line = format!("  {kind}: {}, {}", part("label"), part("place"));
    if !part("reach").is_empty() {
        line += &format!(" · {}", part("reach"));
    }
    if row["here"] == false {
        line += &format!(" ({})", desk.texts.get("front-service-elsewhere"));
    }
    if row["stale"] == true {
        line += &format!(" ({})", desk.texts.get("front-service-stale"));
    }
    wrap(&line, render::WIDTH).iter().for_each(|line| desk.say(line));
}

/// Whom the site telephones where nothing else helps.
fn duty_phone(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let routes = desk.ask(Request::RoutingShow { site: None })?;
    let phone = routes.as_array().into_iter().flatten().find_map(|row| row["duty_phone"].as_str());
    if let Some(phone) = phone {
        let line = desk.texts.with("front-duty-phone", &[("phone", clean_line(phone).into())]);
        desk.say(&line);
    }
    Ok(())
}

/// What was said of services, in one line.
pub(super) fn told(texts: &Texts, services: &[GivenService]) -> String {
    let one = |given: &GivenService| {
        format!("{}: {}", texts.code("service", &given.kind), texts.code("served", &given.answer))
    };
    let known = services.iter().filter(|given| SERVICE_KINDS.contains(&plain(&given.kind).as_str()));
    known.map(one).collect::<Vec<_>>().join(" · ")
}

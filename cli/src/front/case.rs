//! One case on the screen, and what can be done with it by one key.

use crdt_model::taxonomy::{KeptAs, Taxonomy};
use node::api::Request;
use node::error::Failure;
use serde_json::Value;

use super::Desk;
use crate::choice::plain;

/// A key, its text, and the command it runs on the case.
type Act = (&'static str, &'static str, &'static str);

/// What can be done with a case, in the order of the work.
const ACTS: [Act; 10] = [
    ("n", "front-act-note", "note"),
    ("p", "front-act-accept", "accept"),
    ("f", "front-act-act", "act"),
    ("s", "front-act-resolve", "resolve"),
    ("r", "front-act-answer", "answer"),
    ("t", "front-act-attempt", "attempt"),
    ("c", "front-act-close", "close"),
    ("a", "front-act-assign", "assign"),
    ("q", "front-act-ask", "ask"),
    ("h", "front-act-history", "history"),
];

/// Shows a case and does what is asked, until somebody goes back.
pub(super) fn work_on(desk: &mut Desk<'_, '_>, reference: &str) -> Result<(), Failure> {
    let shown = show(desk, reference)?;
    if Taxonomy::shipped().kept_as(shown["type"].as_str()) == KeptAs::Call {
        return match shown["status"].as_str() {
            Some("closed") => Ok(()),
            _ => super::call::call_back(desk, reference, shown["phone"].as_str()),
        };
    }
    loop {
        let offered: Vec<String> =
            ACTS.iter().map(|(key, text, _)| format!("{key} {}", desk.texts.get(text))).collect();
        for line in crate::render::text::wrap(&offered.join(" · "), crate::render::WIDTH) {
            desk.say(&line);
        }
        let Some(typed) = desk.line("front-act")? else { return Ok(()) };
        let said = plain(&typed);
        if said.is_empty() || typed.trim() == "<" {
            return Ok(());
        }
        let act = ACTS.iter().find(|(key, text, _)| said == *key || said == plain(&desk.texts.get(text)));
        match act {
            Some((_, _, "answer")) => answer(desk, reference)?,
            Some((_, _, "history")) => desk.command(&["case", "history", reference])?,
            Some((_, _, verb)) => desk.command(&["case", verb, reference])?,
            None => desk.say_text("ui-not-understood"),
        }
    }
}

fn show(desk: &mut Desk<'_, '_>, reference: &str) -> Result<Value, Failure> {
    let shown = desk.ask(Request::CaseShow { r#ref: reference.to_owned() })?;
    desk.show("case show", &shown)?;
    Ok(shown)
}

/// The answer, what the person says of it, and the end where that ends it: one act after another, each asked for.
fn answer(desk: &mut Desk<'_, '_>, reference: &str) -> Result<(), Failure> {
    let before = desk.ask(Request::CaseShow { r#ref: reference.to_owned() })?;
    let was_answered = before["answered"] == true;
    if !was_answered {
        desk.command(&["case", "answer", reference])?;
    }
    let shown = desk.ask(Request::CaseShow { r#ref: reference.to_owned() })?;
    if shown["answered"] != true {
        // refused, and told so
        return Ok(());
    }
    let Some(said) = satisfaction(desk)? else { return Ok(()) };
    desk.command(&["case", "answer", reference, "--satisfied", said])?;
    let reason = match said {
        "satisfied" => "satisfied",
        "declined" => "answered",
        _ => return Ok(()),
    };
    if is_satisfied_now(desk, reference, said)? && yes(desk, "front-close-now")? {
        desk.command(&["case", "close", reference, "--as", reason])?;
    }
    Ok(())
}

fn is_satisfied_now(desk: &mut Desk<'_, '_>, reference: &str, said: &str) -> Result<bool, Failure> {
    let shown: Value = desk.ask(Request::CaseShow { r#ref: reference.to_owned() })?;
    Ok(shown["satisfaction"] == said && shown["status"] != "closed")
}

/// What the person says of the answer; `None` where nobody asked them yet.
pub(super) fn satisfaction(desk: &mut Desk<'_, '_>) -> Result<Option<&'static str>, Failure> {
    const SAID: [&str; 4] = ["satisfied", "partly", "not_satisfied", "declined"];
    let labels: Vec<String> = SAID.iter().map(|code| desk.texts.code("satisfaction", code).into_owned()).collect();
    Ok(super::pick::one(desk, "front-satisfied", &labels)?.map(|at| SAID[at]))
}

/// Yes or no; Enter alone is yes, and nothing of safety hangs on it.
pub(super) fn yes(desk: &mut Desk<'_, '_>, question: &str) -> Result<bool, Failure> {
    let question = crate::ask::in_question(desk.texts, &desk.texts.get(question));
    crate::choice::yes(desk.world.console, desk.texts, &question, Some(true))
}

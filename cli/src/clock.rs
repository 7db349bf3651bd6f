//! A clock that is not believed is asked about before anything else: what a person tells after that is not lost by it.

use node::api::{Reply, Request};
use node::error::Failure;
use node::texts::{TextArg, Texts};
use serde_json::Value;

use crate::choice::{self, NO, YES};
use crate::commands::clock::time;
use crate::console::Console;
use crate::render::text;
use crate::{ask, when};

/// Words for "this machine's own clock is right", folded.
const RIGHT: &[&str] = &["ok", "juste", "right", "machine"];

/// Asks the node.
pub(crate) type AskNode<'a> = dyn FnMut(&mut dyn Console, Request) -> Reply + 'a;

/// What the clock is asked about for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// A home that is there.
    Home,
    /// One that is made next.
    NewHome,
}

/// Asks what is to be asked about the clock before something is written, and has the answer kept.
///
/// # Errors
///
/// `clock_wrong` at the end of input; what the node and the terminal fail with.
pub(crate) fn settle(
    console: &mut dyn Console,
    texts: &Texts,
    of: For,
    ask_node: &mut AskNode<'_>,
) -> Result<(), Failure> {
    let told = ask_node(console, Request::ClockShow { brief: true })?;
    if told["suspect"] == true {
        let question = texts.with("ask-clock", &args(&told));
        return until_set(console, texts, of, ask_node, &told, &question);
    }
    if told["ahead"] == true {
        let question = ask::in_question(texts, &texts.with("ask-clock-ahead", &args(&told)));
        return match ended(&told, choice::choose(console, texts, &question, &[(YES, true), (NO, false)], None))? {
            true => {
                ask_node(console, Request::ClockSet { at_ms: None, sure: true, before_home: of == For::NewHome })?;
                Ok(())
            }
            false => until_set(console, texts, of, ask_node, &told, &texts.get("ask-clock-time")),
        };
    }
    Ok(())
}

/// Asks for the date and the time until one is kept. What speaks against an answer is said; the same answer once more is
/// taken all the same.
fn until_set(
    console: &mut dyn Console,
    texts: &Texts,
    of: For,
    ask_node: &mut AskNode<'_>,
    told: &Value,
    question: &str,
) -> Result<(), Failure> {
    let question = ask::in_question(texts, question);
    let (mut shown, mut refused) = (question.clone(), None);
    loop {
        let typed = ended(told, choice::line(console, texts, &shown))?;
        let said = choice::plain(&typed);
        if said.is_empty() {
            shown.clone_from(&question);
            continue;
        }
        let at_ms = match time(&typed) {
            _ if RIGHT.contains(&said.as_str()) => None,
            Ok(at_ms) => Some(at_ms),
            Err(_) => {
                shown = format!("{}\n{question}", texts.get("ui-not-understood"));
                continue;
            }
        };
        // "this machine is right" is an answer to what speaks against it
        let sure = at_ms.is_none() || refused == Some(at_ms);
        match ask_node(console, Request::ClockSet { at_ms, sure, before_home: of == For::NewHome }) {
            Ok(_) => return Ok(()),
            Err(failure) if failure.code == "clock_wrong" => {
                refused = Some(at_ms);
                shown = format!("{}\n{question}", against(&failure, texts));
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// What speaks against an answer, in a line or two.
fn against(failure: &Failure, texts: &Texts) -> String {
    let arg = |name: &str| failure.args.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
    let args = [("evidence", arg("evidence").into()), ("than", short(arg("than")).into())];
    texts.with("ui-clock-against", &args)
}

/// Nobody answers: it is the clock that stops the command.
fn ended<T>(told: &Value, answer: Result<T, Failure>) -> Result<T, Failure> {
    answer.map_err(|failure| match failure.code {
        "safety_unanswered" => {
            let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let evidence = told["doubt"]["evidence"].as_str().unwrap_or("ahead").to_owned();
            let failure = Failure::new("clock_wrong").arg("now", of(&told["machine"])).arg("evidence", evidence);
            failure.arg("than", of(&told["doubt"]["than"]))
        }
        _ => failure,
    })
}

/// One warning beside what was only read: `None` where the clock is believed.
pub(crate) fn warning(told: &Value, texts: &Texts) -> Option<String> {
    let key = if told["suspect"] == true { "warning-clock-wrong" } else { return None };
    Some(texts.with(key, &args(told)))
}

/// What the texts about a clock name: what it says, what it lies before.
pub(crate) fn args(told: &Value) -> Vec<TextArg<'static>> {
    let of = |value: &Value| short(value.as_str().unwrap_or_default());
    let evidence = told["doubt"]["evidence"].as_str().unwrap_or_default().to_owned();
    vec![
        ("now", of(&told["machine"]).into()),
        ("believed", of(&told["now"]).into()),
        ("evidence", evidence.into()),
        ("than", of(&told["doubt"]["than"]).into()),
    ]
}

fn short(time: &str) -> String {
    when::shown(time).unwrap_or_else(|| text::clean_line(time))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::json;

    use super::*;
    use crate::console::script::Script;

    /// A node whose clock says 2000 until it is told better; gives what it was asked.
    fn settled(answers: &[&str], first: Value) -> (Result<(), Failure>, Vec<Request>, Vec<String>) {
        let asked = RefCell::new(Vec::new());
        let mut script = Script::with(answers);
        let certain = 1_795_990_200_000;
        let mut node = |_: &mut dyn Console, request: Request| {
            asked.borrow_mut().push(request.clone());
            match request {
                Request::ClockShow { .. } => Ok(first.clone()),
                Request::ClockSet { at_ms: Some(at_ms), sure: false, .. } if at_ms < certain => {
                    let failure = Failure::new("clock_wrong").arg("now", "x").arg("evidence", "own_entry");
                    Err(failure.arg("than", "2026-11-29T22:10:00Z"))
                }
                _ => Ok(json!({})),
            }
        };
        let result = settle(&mut script, &Texts::for_lang("en"), For::Home, &mut node);
        (result, asked.into_inner(), script.asked)
    }

    fn dead() -> Value {
        json!({"suspect": true, "machine": "2000-01-01T01:00:00Z", "now": "2026-11-29T22:10:00Z",
            "doubt": {"evidence": "own_entry", "than": "2026-11-29T22:10:00Z"}})
    }

    fn set(at_ms: Option<i64>, sure: bool) -> Request {
        Request::ClockSet { at_ms, sure, before_home: false }
    }

    const MINUTE_LATER: i64 = 1_795_990_260_000;

    #[test]
    fn an_empty_answer_is_none_and_one_before_what_is_certain_is_asked_again() {
        let answers = ["", "bla", "30d", "2026-11-29", "2026-11-28 08:00", "2026-11-29 22:11"];
        let (result, requests, asked) = settled(&answers, dead());
        assert_eq!(result, Ok(()));
        assert_eq!(requests[1..], [set(Some(1_795_852_800_000), false), set(Some(MINUTE_LATER), false)]);
        assert_eq!(asked.len(), 6);
        assert!(asked[0].contains("2000-01-01 01:00") && asked[0].contains("2026-11-29 22:10"), "{}", asked[0]);
        assert!(asked[5].contains("your own last entry"), "{}", asked[5]);
    }

    #[test]
    fn the_same_answer_once_more_or_the_word_that_the_machine_is_right_is_taken() {
        let (result, requests, _) = settled(&["2026-11-28 08:00", "2026-11-28 08:00"], dead());
        assert_eq!(result, Ok(()));
        assert_eq!(requests[1..], [set(Some(1_795_852_800_000), false), set(Some(1_795_852_800_000), true)]);
        let (result, requests, _) = settled(&["OK"], dead());
        assert_eq!((result, &requests[1..]), (Ok(()), &[set(None, true)][..]));
    }

    #[test]
    fn where_nobody_answers_the_clock_is_what_stops_the_command() {
        let (result, requests, _) = settled(&[""], dead());
        let failure = result.expect_err("the input ended");
        assert_eq!((failure.code, requests.len()), ("clock_wrong", 1));
        assert!(failure.args.contains(&("now", "2000-01-01T01:00:00Z".to_owned())), "{failure:?}");
    }

    #[test]
    fn a_clock_far_ahead_is_asked_about_and_a_believed_one_is_not() {
        let ahead = json!({"suspect": false, "ahead": true, "machine": "2126-11-29T22:10:00Z"});
        let (result, requests, asked) = settled(&["", "yes"], ahead.clone());
        assert_eq!((result, &requests[1..]), (Ok(()), &[set(None, true)][..]));
        assert!(asked[0].contains("2126"), "{asked:?}");
        let (result, requests, _) = settled(&["no", "2026-11-29 22:11"], ahead);
        assert_eq!((result, &requests[1..]), (Ok(()), &[set(Some(MINUTE_LATER), false)][..]));
        let (result, requests, asked) = settled(&[], json!({"suspect": false}));
        assert_eq!((result, requests.len(), asked.len()), (Ok(()), 1, 0));
    }
}

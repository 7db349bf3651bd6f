//! One act on many cases.

use crdt_model::edit::{Edit, NewCase, Telling, Whom};
use serde_json::{Value as Json, json};

use super::{Order, many};
use crate::list::CaseFilter;
use crate::list::todo::todo;
use crate::tests::{Home, NOW, case_id, complaint};

const DAY: i64 = 24 * 3_600_000;

fn does(home: &Home, filter: &CaseFilter, edit: &Edit, only_look: bool, now_ms: i64) -> Json {
    let order = Order { filter, edit, only_look, lang: "en" };
    home.with(|log, reader| many(log, reader, &order, now_ms, &mut |_, _| ())).expect("looked")
}

fn counts(reply: &Json) -> [u64; 5] {
    ["cases", "done", "unchanged", "refused", "sealed"].map(|name| reply[name].as_u64().unwrap_or_default())
}

fn assign_me() -> Edit {
    Edit::Assign { to: Whom::Typed("me".into()) }
}

fn all() -> CaseFilter {
    CaseFilter { site: Some("JER".into()), ..CaseFilter::default() }
}

/// Two ordinary cases, one that is closed, and one that is sealed.
fn office() -> (Home, Vec<String>) {
    let home = Home::founded();
    let cases: Vec<String> = (0..3).map(|_| case_id(&home.new_case(complaint()))).collect();
    let act =
        |edit: &Edit| home.with(|log, reader| crate::writes::act(log, reader, &cases[2], edit, NOW)).expect("done");
    act(&Edit::Answer(Telling { text: Some("x".into()), satisfied: Some("satisfied".into()), ..Telling::default() }));
    act(&Edit::Close { reason: "satisfied".into(), because: None });
    home.new_case(NewCase { category: Some("sea.abuse".into()), allegation: Some("x".into()), ..complaint() });
    (home, cases)
}

#[test]
fn a_trial_tells_what_would_be_done_and_writes_nothing() {
    let (home, _) = office();
    let before = home.entries().len();
    let tried = does(&home, &all(), &assign_me(), true, NOW);
    assert_eq!((counts(&tried), &tried["dry_run"]), ([3, 2, 0, 1, 1], &json!(true)), "{tried}");
    assert_eq!(home.entries().len(), before);
    let done = does(&home, &all(), &assign_me(), false, NOW);
    assert_eq!(counts(&done), counts(&tried), "{done}");
    assert_eq!(home.entries().len(), before + 2);
    let again = does(&home, &all(), &assign_me(), true, NOW);
    assert_eq!(counts(&again), [3, 0, 2, 1, 1]);
}

#[test]
fn what_one_case_refuses_keeps_no_other_from_it_and_says_why() {
    let (home, cases) = office();
    let close = Edit::Close { reason: "answered".into(), because: Some("x".into()) };
    let done = does(&home, &all(), &close, false, NOW);
    assert_eq!(counts(&done), [3, 0, 0, 3, 1], "{done}");
    let mut codes: Vec<&str> =
        done["refusals"].as_array().expect("a list").iter().filter_map(|row| row["code"].as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["case_closed", "not_answered", "not_answered"]);
    let messages: Vec<&str> =
        done["refusals"].as_array().into_iter().flatten().filter_map(|row| row["message"].as_str()).collect();
    assert!(messages.iter().filter(|message| message.contains("no answer was given")).count() == 2, "{done}");
    assert_eq!(cases.len(), 3);
}

#[test]
fn whoever_is_late_is_reminded_once_for_all_their_cases_and_nobody_is_named_to_them() {
    let (home, cases) = office();
    does(&home, &all(), &assign_me(), false, NOW);
    let late = CaseFilter { late: true, ..CaseFilter::default() };
    assert_eq!(counts(&does(&home, &late, &Edit::Remind, true, NOW))[0], 0, "nothing is late yet");
    let done = does(&home, &late, &Edit::Remind, false, NOW + 40 * DAY);
    assert_eq!(counts(&done)[..2], [2, 2], "{done}");
    let messages = done["messages"].as_array().expect("a list");
    assert_eq!(messages.len(), 1);
    assert_eq!((&messages[0]["to"], messages[0]["cases"].as_array().map(Vec::len)), (&json!("Rose"), Some(2)));
    assert!(messages[0]["cases"][0]["days"].as_u64().is_some_and(|days| days >= 40), "{done}");
    assert!(!done.to_string().contains("pas reçu"), "no words of anybody: {done}");
    let listed = home.with(|log, reader| todo(log, &log.shared(), reader, None, "fr", NOW + 40 * DAY)).expect("told");
    let tasks: Vec<&str> = listed.as_array().expect("a list").iter().filter_map(|row| row["task"].as_str()).collect();
    assert_eq!(tasks.iter().filter(|task| **task == "work").count(), 2, "{listed}");
    assert_eq!(cases.len(), 3);
}

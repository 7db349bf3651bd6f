//! Who is told of what, beside those who work on it.

use crdt_model::edit::{Edit, NewCase, Whom};
use crdt_model::values::{Level, Who, Words};
use serde_json::Value as Json;

use super::{REVIEWED_MS, WATCHED_MS, todo};
use crate::api::SealOptions;
use crate::error::Failure;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange};

/// References of the cases of a task.
fn lines(home: &Home, task: &str, now_ms: i64) -> Vec<String> {
    let rows = home.with(|log, reader| todo(log, &log.shared(), reader, None, "fr", now_ms)).expect("told");
    let of_task = |row: &&Json| row["task"] == task;
    let case = |row: &Json| row["case_id"].as_str().expect("a case").to_owned();
    rows.as_array().into_iter().flatten().filter(of_task).map(case).collect()
}

fn acts(home: &Home, case: &str, edit: &Edit) {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW)).expect("done");
}

#[test]
fn whoever_watches_a_category_is_told_of_its_outcomes_and_of_nothing_sealed_to_others() {
    let rose = Home::founded();
    let ali = confirmed(&rose, "JER", "focal_integrity", "Ali");
    let zoe = confirmed(&rose, "JER", "operator", "Zoe");
    for home in [&ali, &zoe] {
        exchange(&rose, home);
    }
    let new = |category: &str| case_id(&rose.new_case(NewCase { category: Some(category.into()), ..complaint() }));
    let [watched, unfinished, to_seal] = [0; 3].map(|_| new("payment.unauthorised_withdrawal"));
    let other = new("payment.late");
    let raise =
        Edit::Triage { case_type: None, category: None, priority: None, project: None, sensitivity: Some(Level::S2) };
    let options = SealOptions { audience: Some("psea".into()), recuse: Some(Vec::new()), ..SealOptions::default() };
    rose.with(|log, reader| crate::writes::act_with(log, reader, &to_seal, &raise, &options, NOW)).expect("sealed");
    for case in [&watched, &other, &to_seal] {
        acts(&rose, case, &Edit::Assign { to: Who::Member(rose.member).into() });
        acts(&rose, case, &Edit::Resolve { outcome: "resolved".into(), text: Words::from("fait") });
    }
    let told = |home: &Home, now_ms: i64| {
        exchange(&rose, home);
        lines(home, "resolved", now_ms)
    };
    assert_eq!(told(&ali, NOW), std::slice::from_ref(&watched), "not {unfinished}, {other} nor {to_seal}");
    assert!(told(&zoe, NOW).is_empty(), "her role watches nothing");
    // beside what there is to do with it: they work at that site too
    assert!(lines(&ali, "call_back", NOW).contains(&watched));
    assert!(lines(&rose, "call_back", NOW).contains(&watched) && lines(&rose, "resolved", NOW).is_empty());
    assert_eq!(told(&ali, NOW + WATCHED_MS), std::slice::from_ref(&watched));
    assert!(told(&ali, NOW + WATCHED_MS + 1).is_empty(), "a fortnight later it is no news");
}

fn asks(home: &Home, case: &str, of: &str) -> Result<Json, Failure> {
    let edit = Edit::Ask { of: Whom::Typed(of.into()), text: Words::from("Peut-on rouvrir la liste ?") };
    home.with(|log, reader| crate::writes::act(log, reader, case, &edit, NOW))
}

fn notes(home: &Home, case: &str, text: &str) {
    acts(home, case, &Edit::Note { text: Words::from(text) });
}

fn shown(home: &Home, case: &str) -> Json {
    let mut shown = home.show(case).expect("shown");
    crate::cases::tell_words(&mut shown);
    shown
}

#[test]
fn what_is_asked_in_a_case_waits_for_whoever_is_asked_and_the_answer_comes_back() {
    let rose = Home::founded();
    let [mia, ali, zoe] = [("cfm_manager", "Mia"), ("operator", "Ali"), ("operator", "Zoe")]
        .map(|(role, name)| confirmed(&rose, "JER", role, name));
    let meet = || {
        for _ in 0..2 {
            [&mia, &ali, &zoe].into_iter().for_each(|home| exchange(&rose, home));
        }
    };
    meet();
    let case = case_id(&ali.new_case(complaint()));
    meet();
    let before = lines(&ali, "work", NOW).len() + lines(&ali, "refer", NOW).len();
    let told = asks(&ali, &case, "cfm_manager").expect("asked");
    assert_eq!(told["to"], "cfm_manager", "{told}");
    meet();
    assert_eq!(lines(&mia, "question", NOW), std::slice::from_ref(&case));
    assert!(lines(&zoe, "question", NOW).is_empty() && lines(&ali, "question", NOW).is_empty());
    // what somebody else notes is no answer, nor what the asker adds
    notes(&zoe, &case, "Vu.");
    notes(&ali, &case, "Trois familles sont concernées.");
    meet();
    assert_eq!(lines(&mia, "question", NOW), std::slice::from_ref(&case));
    assert!(lines(&ali, "replied", NOW).is_empty());
    // what whoever was asked notes is
    notes(&mia, &case, "Oui, jusqu'au 15.");
    meet();
    assert!(lines(&mia, "question", NOW).is_empty());
    assert_eq!(lines(&ali, "replied", NOW), std::slice::from_ref(&case));
    assert!(lines(&zoe, "replied", NOW).is_empty(), "she did not ask");
    assert!(lines(&ali, "replied", NOW + REVIEWED_MS + 1).is_empty(), "a week later it is no news");
    let questions = shown(&ali, &case)["questions"].clone();
    let said: Vec<_> = ["by", "who", "text"].map(|name| questions[1][name].as_str().expect("said").to_owned()).into();
    assert_eq!(said, ["Mia", "Ali", "Oui, jusqu'au 15."], "{questions}");
    assert_eq!(questions[1]["answers"][0], questions[0]["id"], "{questions}");
    // whoever goes on has read it
    notes(&ali, &case, "Rouverte.");
    assert!(lines(&ali, "replied", NOW).is_empty());
    assert_eq!(lines(&ali, "work", NOW).len() + lines(&ali, "refer", NOW).len(), before);
    assert_eq!(ali.verify()["problems"], serde_json::json!([]));
}

#[test]
fn a_question_goes_to_nobody_who_does_not_read_the_case_or_must_not_see_it() {
    let rose = Home::founded();
    let ali = confirmed(&rose, "JER", "operator", "Ali");
    let [cash, nadia, sam] = [("focal_cash", "Theo"), ("focal_psea", "Nadia"), ("focal_psea", "Sam")]
        .map(|(role, name)| confirmed(&rose, "JER", role, name));
    for home in [&ali, &cash, &nadia, &sam, &ali] {
        exchange(&rose, home);
    }
    let case = case_id(&ali.new_case(complaint()));
    let refused = |home: &Home, case: &str, of: &str| asks(home, case, of).expect_err("refused").code;
    assert_eq!(refused(&ali, &case, "Theo"), "asked_cannot_read");
    assert_eq!(refused(&ali, &case, "focal_cash"), "asked_cannot_read");
    assert_eq!(refused(&ali, &case, "me"), "asked_self");
    let share = Edit::Share { with: Whom::Typed("Theo".into()), stop: false };
    acts(&ali, &case, &share);
    asks(&ali, &case, "Theo").expect("he was given it");
    exchange(&rose, &ali);
    exchange(&rose, &cash);
    assert_eq!(lines(&cash, "question", NOW), std::slice::from_ref(&case));

    // of a sealed one only its audience answers, and nobody who is set aside from it
    let sealed = case_id(&rose.new_case(complaint()));
    let options =
        SealOptions { audience: Some("psea".into()), recuse: Some(vec!["Sam".into()]), ..SealOptions::default() };
    let seal = |log: &crate::log::Log, reader: &mut crate::log::Reader| {
        crate::writes::case_seal_with(log, reader, &sealed, &Words::from("à sceller"), None, &options, NOW)
    };
    rose.with(seal).expect("sealed");
    exchange(&rose, &nadia);
    assert_eq!(refused(&nadia, &sealed, "Ali"), "asked_cannot_read");
    assert_eq!(refused(&nadia, &sealed, "Sam"), "assignee_recused");
}

#[test]
fn what_is_to_be_done_next_is_due_when_whoever_has_the_case_said() {
    const DAY: i64 = crate::clock::DAY_MS;
    let rose = Home::founded();
    let case = case_id(&rose.new_case(complaint()));
    acts(&rose, &case, &Edit::Assign { to: Who::Member(rose.member).into() });
    acts(&rose, &case, &Edit::Accept);
    let due = || {
        let rows = rose.with(|log, reader| todo(log, &log.shared(), reader, None, "fr", NOW)).expect("told");
        let row = rows.as_array().into_iter().flatten().find(|row| row["task"] == "work").cloned().expect("a line");
        row["due_at"].as_str().expect("a time").to_owned()
    };
    let answer = due();
    let in_a_day = crdt_model::values::Moment { at_ms: NOW + DAY, precision: crdt_model::values::Precision::Minute };
    let act = |due| Edit::Act { what: Words::from("appelé l'agence"), on_behalf_of: None, due };
    acts(&rose, &case, &act(Some(in_a_day)));
    let next = due();
    assert!(next < answer, "{next} comes before {answer}");
    let late = crate::api::CaseFilter { late: true, count: true, ..Default::default() };
    let count = |now_ms| {
        let told = rose.with(|log, reader| crate::list::query::list(log, &log.shared(), reader, &late, now_ms));
        told.expect("counted")["count"].clone()
    };
    assert_eq!((count(NOW), count(NOW + DAY + 60_000)), (0.into(), 1.into()));
    let clocks = rose.show(&case).expect("shown")["clocks"].clone();
    assert_eq!(clocks[0]["step"], "act", "{clocks}");
    // the next thing done is that step
    acts(&rose, &case, &act(None));
    assert_eq!((due(), count(NOW + DAY + 60_000)), (answer, 0.into()));
}

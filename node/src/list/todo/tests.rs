//! Who is told of what, beside those who work on it.

use crdt_model::edit::{Edit, NewCase};
use crdt_model::values::{Level, Who, Words};
use serde_json::Value as Json;

use super::{WATCHED_MS, todo};
use crate::api::SealOptions;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange};

/// References of the cases of a task.
fn lines(home: &Home, task: &str, now_ms: i64) -> Vec<String> {
    let rows = home.with(|log, reader| todo(log, &log.shared(), reader, None, now_ms)).expect("told");
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

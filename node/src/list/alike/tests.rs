//! Which pairs are proposed, by what their rows say.

use std::time::{Duration, Instant};

use crdt_model::edit::{Edit, NewCase};
use crdt_model::values::{Moment, Precision, Words};
use serde_json::Value as Json;

use super::*;
use crate::tests::{Home, NOW, case_id, complaint};

const DAY_MS: i64 = 86_400_000;

fn on(day: i64, new: NewCase) -> NewCase {
    NewCase { received_at: Some(Moment { at_ms: NOW + day * DAY_MS, precision: Precision::Minute }), ..new }
}

fn of(name: &str, phone: &str) -> NewCase {
    let said = |text: &str| (!text.is_empty()).then(|| Words::from(text));
    NewCase { reporter_name: said(name), phone: said(phone), ..complaint() }
}

fn pairs(home: &Home) -> Vec<Json> {
    let told = home.with(|log, reader| duplicates(log, &log.shared(), reader, None, NOW)).expect("looked");
    told.as_array().cloned().unwrap_or_default()
}

/// Why two cases are proposed; the same whichever way it is asked.
fn why(one: NewCase, other: NewCase) -> Vec<String> {
    let home = Home::founded();
    let first = case_id(&home.new_case(on(-40, one)));
    let reply = home.new_case(on(-30, other));
    let text = |value: &Json| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let found = pairs(&home);
    let reasons = found.first().map(|pair| text(&pair["why"])).unwrap_or_default();
    let told = reply["duplicates"][0].clone();
    assert_eq!(text(&told["why"]), reasons);
    if !reasons.is_empty() {
        assert_eq!((told["older"].as_bool(), told["case_id"].as_str()), (Some(true), Some(first.as_str())));
        assert_eq!((found.len(), found[0]["of"]["case_id"].as_str()), (1, Some(first.as_str())));
    }
    reasons
}

#[test]
fn one_person_one_category_one_place_within_a_fortnight_is_proposed() {
    let none: [&str; 0] = [];
    assert_eq!(why(of("", "+509 3712 3456"), of("", "00509-37-12-34-56")), ["phone"]);
    // the name speaks where one of the two is known by nothing better
    assert_eq!(why(of("Inventée Une", "37123456"), of("INVENTEE  une", "+50937123456 / 44556677")), ["phone"]);
    assert_eq!(why(of("Inventée Une", ""), of("inventee une", "37123456")), ["name"]);
    assert_eq!(why(of("Inventée Une", "44556677"), of("Inventée Une", "37123456")), none, "two telephones, two people");
    assert_eq!(why(of("Ana", ""), of("Ana", "")), none, "too short to tell anybody by");
    let house = |id: &str| NewCase { household_id: Some(Words::from(id)), ..complaint() };
    assert_eq!(why(house("HH-0012"), house("hh 0012")), ["household"]);
    let of_kind = |category: &str| NewCase { category: Some(category.into()), ..of("", "37123456") };
    assert_eq!(why(of_kind("payment.not_received"), of_kind("info.calendar")), none);
    let at = |admin1: &str, admin2: &str| {
        let code = |code: &str| (!code.is_empty()).then(|| code.to_owned());
        NewCase { admin1: code(admin1), admin2: code(admin2), ..of("", "37123456") }
    };
    assert_eq!(why(at("GA", "JER"), at("GA", "PES")), none);
    assert_eq!(why(at("GA", "JER"), at("GA", "")), ["phone"]);
    assert_eq!(why(at("GA", ""), at("SU", "")), none);
    assert_eq!(why(at("", "JER"), at("GA", "")), ["phone"]);
}

#[test]
fn the_days_count_and_what_is_closed_on_both_sides_is_left_alone() {
    let home = Home::founded();
    let cases: Vec<String> = [-60, -46, -31].map(|day| case_id(&home.new_case(on(day, of("", "37123456"))))).into();
    let found = pairs(&home);
    assert_eq!(found.len(), 1, "14 days, not 15");
    assert_eq!(
        (found[0]["case_id"].as_str(), found[0]["of"]["case_id"].as_str()),
        (Some(&*cases[1]), Some(&*cases[0]))
    );
    let close = |case: &str| {
        let answer = Edit::Answer(crdt_model::edit::Telling {
            text: Some("x".into()),
            satisfied: Some("satisfied".into()),
            ..Default::default()
        });
        for edit in [answer, Edit::Close { reason: "satisfied".into(), because: None }] {
            home.with(|log, reader| crate::writes::act(log, reader, case, &edit, NOW)).expect("done");
        }
    };
    close(&cases[0]);
    assert_eq!(pairs(&home).len(), 1, "a complaint may come back");
    close(&cases[1]);
    assert!(pairs(&home).is_empty());
}

#[test]
fn what_many_share_tells_nobody_apart() {
    let home = Home::founded();
    (0..SHARED_MAX).for_each(|_| drop(home.new_case(on(-20, of("", "37123456")))));
    assert_eq!(pairs(&home).len(), SHARED_MAX * (SHARED_MAX - 1) / 2);
    home.new_case(on(-20, of("", "37123456")));
    assert_eq!(pairs(&home).len(), (SHARED_MAX + 1) * SHARED_MAX / 2, "each has sixteen others");
    let last = home.new_case(on(-20, of("", "37123456")));
    assert!(pairs(&home).is_empty(), "the telephone of a committee");
    assert!(last["duplicates"].as_array().is_some_and(Vec::is_empty));
}

/// Lookups in a list of a hundred thousand cases, and what an edit adds to the index.
#[test]
fn a_hundred_thousand_cases_are_looked_through_at_once() {
    const CASES: u32 = 100_000;
    let home = Home::founded();
    let case = home.new_case(on(-20, of("", "37123456")));
    let mut list = Projection::default();
    home.with(|_, reader| {
        let doc = rows(reader).number_of(case_id(&case).parse().expect("an id")).expect("listed");
        list.rows = vec![rows(reader).rows[doc as usize]; CASES as usize];
        Ok(())
    })
    .expect("looked");
    for n in 0..CASES {
        list.rows[n as usize].case_id.0[..4].copy_from_slice(&n.to_be_bytes());
        let persons = vec![key(PHONE, &(n % 60_000).to_be_bytes()), key(NAME, &(n % 70_000).to_be_bytes())];
        list.beside.insert(n, Beside { persons, ..Beside::default() });
    }
    list.index();
    let timed = |what: &str, most_ms: u64, act: &mut dyn FnMut()| {
        let start = Instant::now();
        act();
        let took = start.elapsed();
        println!("{what}: {took:?}");
        // a busy machine and a build without optimisation: the bound is for what grows, not for what is fast
        assert!(took < Duration::from_millis(20 * most_ms), "{what}: {took:?}");
    };
    let index = list.index.take().expect("made");
    timed("one case", 50, &mut || drop(list.pairs_of(&index.alike, 77)));
    timed("all pairs", 50, &mut || assert!(!list.all_pairs(&index.alike).is_empty()));
    list.index = Some(index);
    let (row, beside) = (list.rows[77], list.beside[&77].clone());
    timed("an edit", 1, &mut || {
        list.put(crate::list::Fresh { doc: 77, row, said: None, beside: beside.clone() });
    });
}

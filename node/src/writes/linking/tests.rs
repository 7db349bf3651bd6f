//! Two cases that are one matter, at two nodes.

use crdt_model::edit::{Edit, NewCase, Telling};
use crdt_model::values::Words;
use serde_json::{Value as Json, json};

use crate::api::SealOptions;
use crate::error::Failure;
use crate::list::alike::duplicates;
use crate::list::todo::todo;
use crate::members::new_site;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange};

fn told(name: &str, phone: &str) -> NewCase {
    NewCase {
        reporter_name: Some(Words::from(name)),
        phone: Some(Words::from(phone)),
        text: Some(Words::from(format!("mots de {name}"))),
        ..complaint()
    }
}

fn acts(home: &Home, case: &str, edit: &Edit) -> Json {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW)).expect("done")
}

fn links(home: &Home, one: &str, other: &str, kind: &str) -> Result<Json, Failure> {
    home.with(|log, reader| super::link(log, reader, [one, other], kind, NOW))
}

fn merges(home: &Home, one: &str, into: &str) -> Result<Json, Failure> {
    home.with(|log, reader| super::merge(log, reader, [one, into], NOW))
}

fn unmerges(home: &Home, case: &str) -> Result<Json, Failure> {
    home.with(|log, reader| super::unmerge(log, reader, case, NOW))
}

/// What `case show` prints.
fn sees(home: &Home, case: &str) -> Json {
    home.with(|log, reader| {
        let shared = log.shared();
        let loaded = crate::list::find_case(log, &shared, reader, case)?;
        let mut shown = crate::cases::show(&shared, &loaded, NOW);
        let mut halves = Vec::new();
        super::tell(log, &shared, reader, &loaded.view(NOW), &mut halves, &mut shown, NOW)?;
        shown["halves"] = Json::Array(halves);
        Ok(shown)
    })
    .expect("found")
}

/// What `case history` prints.
fn history(home: &Home, case: &str) -> Vec<Json> {
    let rows = home.with(|log, reader| {
        let shared = log.shared();
        let loaded = crate::list::find_case(log, &shared, reader, case)?;
        let mut rows = crate::cases::history(&shared, &loaded);
        super::add_histories(log, &shared, reader, &loaded.view(NOW), &mut rows, NOW);
        Ok(rows)
    });
    rows.expect("found").as_array().cloned().unwrap_or_default()
}

fn pairs(home: &Home, of: Option<&str>) -> Vec<Json> {
    let rows = home.with(|log, reader| duplicates(log, &log.shared(), reader, of, NOW)).expect("looked");
    rows.as_array().cloned().unwrap_or_default()
}

fn tasks(home: &Home) -> Vec<(String, String)> {
    let rows = home.with(|log, reader| todo(log, &log.shared(), reader, None, "fr", NOW)).expect("looked");
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    rows.as_array().into_iter().flatten().map(|row| (text(&row["task"]), text(&row["case_id"]))).collect()
}

/// Two managers of one site, equal.
fn office() -> (Home, Home) {
    let rose = Home::founded();
    let ali = confirmed(&rose, "JER", "cfm_manager", "Ali");
    exchange(&rose, &ali);
    (rose, ali)
}

fn new_pair(home: &Home) -> [String; 2] {
    [told("Inventée Une", "+509 0000 0001"), told("Inventée Deux", "+509 0000 0002")]
        .map(|new| case_id(&home.new_case(new)))
}

#[test]
fn a_merge_keeps_both_histories_and_who_waits_for_an_answer() {
    let (rose, ali) = office();
    let [first, second] = [
        NewCase { group_size: Some(12), ..told("Inventée Une", "+509 0000 0001") },
        told("Inventée Deux", "+509 0000 0002"),
    ]
    .map(|new| case_id(&rose.new_case(new)));
    acts(&rose, &first, &Edit::Note { text: Words::from("une note de la première") });
    let reply = merges(&rose, &first, &second).expect("merged");
    assert_eq!((&reply["status"], &reply["into_case_id"]), (&json!("closed"), &json!(second)), "{reply}");
    assert_eq!((&reply["warnings"], &reply["unread_at"]), (&json!([]), &Json::Null));
    exchange(&rose, &ali);
    for home in [&rose, &ali] {
        let (gone, goes_on) = (sees(home, &first), sees(home, &second));
        assert_eq!((&gone["closure"], &gone["loop_closed"]), (&json!("duplicate"), &json!(false)));
        assert_eq!((&goes_on["status"], &goes_on["loop_closed"]), (&json!("received"), &json!(false)));
        let half = |shown: &Json| (shown["halves"][0]["kind"].clone(), shown["halves"][0]["merged"].clone());
        assert_eq!(half(&gone), (json!("duplicate_of"), json!(true)));
        assert_eq!(half(&goes_on), (json!("merged"), json!(true)));
        assert_eq!(goes_on["people"]["concerned"], json!(13));
        let other = &goes_on["people"]["others"][0];
        assert_eq!((&other["case_id"], &other["told"]), (&json!(first), &json!(false)));
        assert_eq!(other["phone"], json!("+509 0000 0001"));
        assert_eq!(gone["people"], Json::Null);
        let rows = history(home, &second);
        let of_first: Vec<&Json> = rows.iter().filter(|row| row["merged"]["case_id"] == json!(first)).collect();
        assert!(of_first.iter().any(|row| row["value"] == "une note de la première"));
        assert!(rows.iter().any(|row| row["merged"].is_null() && row["value"] == "mots de Inventée Deux"));
        assert_eq!(of_first.len(), history(home, &first).len(), "all of it");
    }
    // once there is something to tell, the person of the first is to be called as well
    assert!(!tasks(&ali).contains(&("call_back".into(), first.clone())));
    acts(
        &ali,
        &second,
        &Edit::Answer(Telling {
            text: Some("réparé".into()),
            satisfied: Some("satisfied".into()),
            ..Telling::default()
        }),
    );
    acts(&ali, &second, &Edit::Close { reason: "satisfied".into(), because: None });
    assert!(tasks(&ali).contains(&("call_back".into(), first.clone())), "{:?}", tasks(&ali));
    acts(&ali, &first, &Edit::Answer(Telling { text: Some("réparé".into()), ..Telling::default() }));
    assert!(!tasks(&ali).contains(&("call_back".into(), first.clone())));
    assert_eq!(sees(&ali, &second)["people"]["others"][0]["told"], json!(true));
    assert_eq!(sees(&ali, &first)["loop_closed"], json!(false), "nobody asked the first what they think");
}

#[test]
fn an_unmerge_opens_the_case_again_and_ends_both_links() {
    let (rose, ali) = office();
    let [first, second] = new_pair(&rose);
    merges(&rose, &first, &second).expect("merged");
    exchange(&rose, &ali);
    let reply = unmerges(&ali, &first).expect("taken apart");
    assert_eq!((&reply["status"], reply["out_of"].as_array().map(Vec::len)), (&json!("reopened"), Some(1)), "{reply}");
    exchange(&rose, &ali);
    for home in [&rose, &ali] {
        for case in [&first, &second] {
            let shown = sees(home, case);
            assert_eq!((&shown["links"], &shown["halves"], &shown["people"]), (&json!([]), &json!([]), &Json::Null));
        }
        assert_eq!(sees(home, &first)["epoch"], json!(1));
    }
    assert_eq!(unmerges(&ali, &first).expect_err("once").code, "not_merged");
}

#[test]
fn two_nodes_that_merge_two_cases_into_each_other_lose_neither() {
    for order in [false, true] {
        let (rose, ali) = office();
        let [first, second] = new_pair(&rose);
        exchange(&rose, &ali);
        merges(&rose, &first, &second).expect("merged");
        merges(&ali, &second, &first).expect("merged the other way");
        match order {
            true => exchange(&rose, &ali),
            false => exchange(&ali, &rose),
        }
        for home in [&rose, &ali] {
            for case in [&first, &second] {
                let shown = sees(home, case);
                assert_eq!(shown["status"], json!("received"), "{shown}");
                assert_eq!(shown["conflicts"][0]["field"], json!("links"));
                assert!(shown["conflicts"][0]["values"][0]["linked"]["ref"].is_string(), "{}", shown["conflicts"]);
            }
            let settle = |case: &String| tasks(home).iter().any(|(task, of)| of == case && task != "review");
            assert!(settle(&first) && settle(&second), "{:?}", tasks(home));
        }
        unmerges(&ali, &second).expect("the second goes on");
        exchange(&rose, &ali);
        for home in [&rose, &ali] {
            assert_eq!(sees(home, &first)["closure"], json!("duplicate"));
            assert_eq!(
                (&sees(home, &second)["status"], &sees(home, &second)["conflicts"]),
                (&json!("reopened"), &json!([]))
            );
        }
    }
}

#[test]
fn a_circle_of_three_is_seen_and_undone() {
    let (rose, ali) = office();
    let bo = confirmed(&rose, "JER", "cfm_manager", "Bo");
    let all: Vec<String> = ["1", "2", "3"].map(|n| case_id(&rose.new_case(told(&format!("Inventée {n}"), "")))).into();
    exchange(&rose, &ali);
    exchange(&rose, &bo);
    for (home, from, into) in [(&rose, 0, 1), (&ali, 1, 2), (&bo, 2, 0)] {
        merges(home, &all[from], &all[into]).expect("merged");
    }
    for _ in 0..2 {
        exchange(&rose, &ali);
        exchange(&rose, &bo);
    }
    let to_settle = |home: &Home| tasks(home).iter().filter(|(task, _)| task == "settle").count();
    assert_eq!(to_settle(&ali), 3, "{:?}", tasks(&ali));
    unmerges(&ali, &all[1]).expect("it goes on");
    exchange(&rose, &ali);
    assert_eq!(to_settle(&rose), 0);
    // the others lead to it
    assert_eq!(sees(&rose, &all[1])["people"]["others"].as_array().map(Vec::len), Some(2));
    let of: std::collections::BTreeSet<String> =
        history(&rose, &all[1]).iter().filter_map(|row| row["merged"]["case_id"].as_str().map(str::to_owned)).collect();
    assert_eq!(of.len(), 2);
}

#[test]
fn nothing_is_merged_into_what_is_closed_nor_by_whoever_does_not_manage() {
    let (rose, _) = office();
    let op = confirmed(&rose, "JER", "operator", "Olga");
    let [first, second] = new_pair(&rose);
    exchange(&rose, &op);
    let before = op.entries().len();
    assert_eq!(merges(&op, &first, &second).expect_err("refused").code, "manager_only");
    assert_eq!(merges(&op, &first, &first).expect_err("refused").code, "self_link");
    assert_eq!(op.entries().len(), before, "refused, nothing is written");
    // whoever does not decide says so
    links(&op, &first, &second, "duplicate").expect("said");
    exchange(&rose, &op);
    assert_eq!(sees(&rose, &second)["halves"][0]["merged"], json!(false));
    assert_eq!(sees(&rose, &first)["status"], json!("received"));
    acts(
        &rose,
        &second,
        &Edit::Answer(Telling { text: Some("x".into()), satisfied: Some("satisfied".into()), ..Telling::default() }),
    );
    acts(&rose, &second, &Edit::Close { reason: "satisfied".into(), because: None });
    let before = rose.entries().len();
    assert_eq!(merges(&rose, &first, &second).expect_err("refused").code, "survivor_closed");
    let close = Edit::Close { reason: "duplicate".into(), because: None };
    let closed = rose.with(|log, reader| crate::writes::act(log, reader, &first, &close, NOW));
    assert_eq!(closed.expect_err("nor so").code, "survivor_closed");
    assert_eq!(rose.entries().len(), before, "neither half is written");
    assert_eq!(links(&rose, &first, &second, "x").expect_err("refused").code, "bad_value");
}

/// Whoever reads ordinary cases alone must not learn from one that a sealed one exists.
#[test]
fn an_ordinary_case_never_names_a_sealed_one() {
    let (rose, ali) = office();
    let [open, sealed] = new_pair(&rose);
    let options = |audience: &str, recuse: &[&str]| SealOptions {
        recuse: Some(recuse.iter().map(|name| (*name).to_owned()).collect()),
        audience: Some(audience.into()),
        ..SealOptions::default()
    };
    let reason = Words::from("grave");
    let seals = |case: &str, options: &SealOptions| {
        rose.with(|log, reader| crate::writes::case_seal(log, reader, case, &reason, options, NOW)).expect("sealed")
    };
    seals(&sealed, &options("psea", &[]));
    exchange(&rose, &ali);
    let seen_before = sees(&ali, &open);
    assert_eq!(merges(&rose, &open, &sealed).expect_err("refused").code, "merge_across_seal");
    assert_eq!(merges(&rose, &sealed, &open).expect_err("refused").code, "merge_across_seal");
    for (one, other) in [(&open, &sealed), (&sealed, &open)] {
        let reply = links(&rose, one, other, "duplicate").expect("linked");
        assert_eq!(
            (&reply["sealed_side"], &reply["warnings"]),
            (&json!(true), &json!(["link_on_sealed_side"])),
            "{reply}"
        );
        exchange(&rose, &ali);
        assert_eq!(sees(&ali, &open), seen_before, "whoever reads one alone sees nothing new");
        assert_eq!(history(&ali, &open).len(), history(&rose, &open).len());
        assert!(!history(&rose, &open).iter().any(|row| row["fields"][0] == "links"));
        assert_eq!(sees(&rose, &sealed)["halves"].as_array().map(Vec::len), Some(1));
        assert_eq!(sees(&rose, &open)["halves"][0]["case_id"], json!(sealed), "whoever reads both sees it from either");
    }
    assert_eq!(links(&ali, &open, &sealed, "related").expect_err("not open to Ali").code, "outside_audience");
    // two sealed to different people
    let other = case_id(&rose.new_case(told("Inventée Trois", "")));
    seals(&other, &options("psea", &["Ali"]));
    assert_eq!(links(&rose, &other, &sealed, "related").expect_err("refused").code, "link_would_tell");
    assert_eq!(merges(&rose, &other, &sealed).expect_err("refused").code, "link_would_tell");
    // and to the same
    let same = case_id(&rose.new_case(told("Inventée Quatre", "")));
    seals(&same, &options("psea", &[]));
    merges(&rose, &same, &sealed).expect("merged");
    assert_eq!(sees(&rose, &sealed)["people"]["concerned"], json!(2));
    exchange(&rose, &ali);
    assert!(!sees(&ali, &sealed).to_string().contains("Quatre"));
}

#[test]
fn one_external_id_at_two_nodes_is_one_proposal_until_somebody_judged_it() {
    let (rose, ali) = office();
    let with_id = |name: &str, id: &str| NewCase { external_ids: vec![("kobo".into(), id.into())], ..told(name, "") };
    let first = case_id(&rose.new_case(with_id("Une", "u1")));
    let reply = ali.new_case(NewCase { category: Some("info.calendar".into()), ..with_id("Deux", " u1 ") });
    let second = case_id(&reply);
    assert_eq!(reply["duplicates"], json!([]), "nothing has come yet");
    exchange(&rose, &ali);
    for home in [&rose, &ali] {
        let found = pairs(home, None);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["why"], json!(["external_id"]));
        assert_eq!(pairs(home, Some(&first)), found);
        assert_eq!(pairs(home, Some(&second)), found);
        let named = [sees(home, &first), sees(home, &second)].map(|shown| shown["duplicates"][0]["case_id"].clone());
        assert_eq!(named, [json!(second), json!(first)]);
        assert!(tasks(home).iter().any(|(task, _)| task == "duplicates"));
    }
    links(&ali, &first, &second, "related").expect("two matters");
    exchange(&rose, &ali);
    for home in [&rose, &ali] {
        assert!(pairs(home, None).is_empty(), "judged once, it is not proposed again, on any node");
        assert!(sees(home, &first)["duplicates"].is_null());
        assert!(!tasks(home).iter().any(|(task, _)| task == "duplicates"));
    }
}

#[test]
fn a_sealed_case_is_proposed_to_those_alone_who_read_both() {
    let (rose, ali) = office();
    let open = case_id(&rose.new_case(told("Inventée Une", "+509 0000 0001")));
    let sealed = case_id(&rose.new_case(told("Inventée Une", "0000-0001")));
    let options = SealOptions { recuse: Some(vec![]), audience: Some("psea".into()), ..SealOptions::default() };
    let reason = Words::from("grave");
    rose.with(|log, reader| crate::writes::case_seal(log, reader, &sealed, &reason, &options, NOW)).expect("sealed");
    exchange(&rose, &ali);
    assert_eq!(pairs(&rose, Some(&open)).len(), 1);
    assert!(pairs(&ali, Some(&open)).is_empty() && pairs(&ali, None).is_empty());
    let reply = ali.new_case(told("Inventée Une", "50900000001"));
    let named: Vec<&Json> = reply["duplicates"].as_array().into_iter().flatten().map(|row| &row["case_id"]).collect();
    assert_eq!(named, [&json!(open)], "the sealed one is told to nobody who cannot read it");
}

#[test]
fn a_case_that_goes_on_elsewhere_is_no_duplicate_of_itself() {
    let (rose, _) = office();
    rose.with(|log, reader| crate::members::site_add(log, reader, new_site("PES", "Péstel", "office", None)))
        .expect("added");
    let case = case_id(&rose.new_case(told("Inventée Une", "+509 0000 0001")));
    rose.with(|log, reader| crate::writes::moving::move_case(log, reader, &case, "PES", false, NOW)).expect("moved");
    assert!(pairs(&rose, None).is_empty());
}

#[test]
fn whoever_waits_is_not_forgotten_where_the_case_moves_on() {
    let (rose, _) = office();
    rose.with(|log, reader| crate::members::site_add(log, reader, new_site("PES", "Péstel", "office", None)))
        .expect("added");
    let [first, second] = new_pair(&rose);
    merges(&rose, &first, &second).expect("merged");
    let moved = rose.with(|log, reader| crate::writes::moving::move_case(log, reader, &second, "PES", false, NOW));
    let moved = moved.expect("moved")["moved"]["case_id"].as_str().expect("born").to_owned();
    assert_eq!(sees(&rose, &moved)["people"]["others"][0]["case_id"], json!(first));
    assert!(history(&rose, &moved).iter().any(|row| row["merged"]["case_id"] == json!(first)));
    assert!(!tasks(&rose).contains(&("call_back".into(), first.clone())), "it has no answer yet");
    acts(&rose, &moved, &Edit::Answer(Telling { text: Some("réparé".into()), ..Telling::default() }));
    assert!(tasks(&rose).contains(&("call_back".into(), first.clone())), "{:?}", tasks(&rose));
}

#[test]
fn whoever_goes_on_is_told_where_the_merged_case_is_not_read() {
    let (rose, _) = office();
    rose.with(|log, reader| crate::members::site_add(log, reader, new_site("PES", "Péstel", "office", None)))
        .expect("added");
    let mia = confirmed(&rose, "PES", "cfm_manager", "Mia");
    let second = case_id(&mia.new_case(told("Inventée Deux", "")));
    exchange(&rose, &mia);
    let first = case_id(&rose.new_case(told("Inventée Une", "+509 0000 0001")));
    let reply = merges(&rose, &first, &second).expect("merged");
    assert_eq!((&reply["unread_at"], &reply["warnings"]), (&json!("PES"), &json!(["merged_unread"])), "{reply}");
    exchange(&rose, &mia);
    let seen = sees(&mia, &second);
    assert!(!seen.to_string().contains("0000 0001"), "no key goes with a link");
    assert_eq!(seen["people"]["others"][0]["phone"], json!({"withheld": "personal"}), "{}", seen["people"]);
}

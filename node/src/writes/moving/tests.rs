//! A case that moves: whole, under one reference, and it goes on there.

use crdt_model::case::facts::{FactId, FactKind, MoveFact};
use crdt_model::case::schema::element_key;
use crdt_model::case::status::Status;
use crdt_model::cbor;
use crdt_model::edit::{ConsentAnswer, Edit, EditOps, NewCase, Whom};
use crdt_model::layer::{LayerOp, Value};
use crdt_model::values::Words;
use serde_json::{Value as Json, json};

use crate::error::Failure;
use crate::log::{Log, Reader};
use crate::members::new_site;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange};

const WORDS: &str = "le pont est coupé depuis mardi";

fn moves(home: &Home, case: &str, site: &str) -> Result<Json, Failure> {
    home.with(|log, reader| super::move_case(log, reader, case, site, false, NOW))
}

fn acts(home: &Home, case: &str, edit: &Edit) {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW)).expect("done");
}

fn shows(home: &Home, case: &str) -> Result<Json, Failure> {
    home.with(|log: &Log, reader: &mut Reader| {
        let shared = log.shared();
        let loaded = crate::list::find_case(log, &shared, reader, case)?;
        let mut shown = crate::cases::show(&shared, &loaded, NOW);
        shown["halves"] = json!(super::halves(log, &shared, reader, &loaded, NOW));
        Ok(shown)
    })
}

fn sees(home: &Home, case: &str) -> Json {
    shows(home, case).expect("found")
}

fn told() -> NewCase {
    NewCase { text: Some(WORDS.into()), reporter_name: Some("Inventée Fictive".into()), ..complaint() }
}

fn note(text: &str) -> Edit {
    Edit::Note { text: text.into() }
}

/// The founder at JER, an operator at MNK, a manager at PES, who reads her own site alone.
fn network() -> (Home, Home, Home) {
    let rose = Home::founded();
    for (code, kind) in [("MNK", "office"), ("PES", "office"), ("PAR", "partner")] {
        rose.with(|log, reader| crate::members::site_add(log, reader, new_site(code, code, kind, None)))
            .expect("added");
    }
    let ali = confirmed(&rose, "MNK", "operator", "Ali");
    let mia = confirmed(&rose, "PES", "operator", "Mia");
    for home in [&ali, &mia, &ali, &mia] {
        for _ in 0..2 {
            exchange(&rose, home);
            home.housekeeping();
            rose.housekeeping();
        }
    }
    (rose, ali, mia)
}

/// The reference of a case.
fn mark(home: &Home, case: &str) -> String {
    sees(home, case)["ref"].as_str().expect("it has one").to_owned()
}

#[test]
fn a_moved_case_goes_on_whole_under_its_reference_and_the_old_one_ends() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    let mark = mark(&ali, &case);
    acts(&ali, &case, &note("elle a rappelé"));
    acts(&ali, &case, &Edit::Assign { to: Whom::Typed("Ali".into()) });
    acts(&ali, &case, &Edit::Accept);
    let said = moves(&ali, &mark, "pes").expect("moved");
    let moved = said["moved"]["case_id"].as_str().expect("born").to_owned();
    assert_ne!(moved, case);
    let still = said["readers"].to_string();
    assert!(still.contains("Rose") && !still.contains("Mia"), "who else could read it still can: {said}");
    exchange(&ali, &mia);
    exchange(&ali, &rose);
    let seen = sees(&mia, &mark);
    assert_eq!((&seen["case_id"], &seen["text"], &seen["ref"]), (&json!(moved), &json!(WORDS), &json!(mark)));
    assert_eq!(seen["reporter_name"], json!("Inventée Fictive"));
    assert!(seen.to_string().contains("elle a rappelé"), "{seen}");
    assert_eq!((&seen["origin_site"], &seen["handling_site"]), (&json!("MNK"), &json!("PES")));
    assert_eq!((&seen["assignee"], &seen["status"]), (&Json::Null, &json!("received")), "nobody there has it yet");
    assert_eq!(seen["halves"][0]["kind"], "moved_from", "{seen}");
    let history = mia.with(|log, reader| {
        let loaded = crate::list::find_case(log, &log.shared(), reader, &mark)?;
        Ok(crate::cases::history(&log.shared(), &loaded))
    });
    assert!(history.expect("told").to_string().contains("Ali"), "who first said it is told");

    // where it was, it is closed, and says where it goes on
    let old = sees(&ali, &case);
    assert_eq!((&old["status"], &old["closure"]), (&json!("closed"), &json!("moved")), "{old}");
    assert_eq!(old["text"], json!(WORDS), "nothing was taken out of it");
    assert_eq!((&old["halves"][0]["kind"], &old["halves"][0]["site"]), (&json!("moved_to"), &json!("PES")));
    for home in [&rose, &ali, &mia] {
        assert_eq!(sees(home, &mark)["case_id"], json!(moved), "the reference means the one that goes on");
        assert_eq!(sees(home, &format!("{mark}@MNK"))["case_id"], json!(case));
        assert_eq!(home.verify()["problems"], json!([]));
    }
    // what the person tells the old site goes where the case is
    acts(&ali, &mark, &note("elle attend toujours"));
    exchange(&ali, &mia);
    assert!(sees(&mia, &mark).to_string().contains("elle attend toujours"));
    acts(&mia, &mark, &note("on y va demain"));
    acts(&mia, &mark, &Edit::Assign { to: Whom::Typed("me".into()) });
    acts(&mia, &mark, &Edit::Accept);
    acts(&mia, &mark, &Edit::Resolve { outcome: "resolved".into(), text: Words::from("le pont est rouvert") });
    exchange(&mia, &ali);
    let seen = sees(&ali, &mark);
    assert_eq!(seen["status"], "resolved");
    assert!(!seen.to_string().contains("on y va demain"), "Ali reads his own words there, and nobody else's: {seen}");
}

/// Until nobody writes anything more.
fn meet(one: &Home, other: &Home) {
    for _ in 0..2 {
        exchange(one, other);
        one.housekeeping();
        other.housekeeping();
    }
    exchange(one, other);
}

#[test]
fn what_was_written_in_ignorance_of_a_move_is_said_again_where_the_case_goes_on() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    let mark = mark(&ali, &case);
    exchange(&ali, &rose);
    moves(&rose, &case, "PES").expect("moved");
    // neither has heard of it
    acts(&ali, &case, &note("elle a rappelé hier"));
    acts(&ali, &case, &Edit::Assign { to: Whom::Typed("Ali".into()) });
    acts(&ali, &case, &Edit::Set { values: vec![("incident_place".into(), "au pont".into())] });
    meet(&rose, &mia);
    acts(&mia, &mark, &Edit::Set { values: vec![("incident_place".into(), "au marché".into())] });
    // he hears of it, and his own node says it again: he reads nothing else there
    meet(&rose, &ali);
    meet(&ali, &mia);
    let seen = sees(&mia, &mark);
    assert!(seen.to_string().contains("elle a rappelé hier"), "{seen}");
    assert_eq!(seen["conflicts"][0]["field"], "incident_place", "nothing she saw was overwritten: {seen}");
    assert_eq!(seen["assignee"], Json::Null, "whom the old site gave it to is of the old site");
    let notes = |home: &Home| sees(home, &mark)["notes"].as_array().map(Vec::len);
    assert_eq!(notes(&mia), Some(1));
    meet(&ali, &rose);
    meet(&rose, &mia);
    assert_eq!((notes(&mia), notes(&rose)), (Some(1), Some(1)), "it is said once");
    // what was settled there does not come back
    acts(&mia, &mark, &Edit::Settle { field: "incident_place".into(), pick: 1 });
    meet(&mia, &rose);
    acts(&ali, &format!("{mark}@MNK"), &note("encore un mot"));
    meet(&ali, &rose);
    meet(&rose, &mia);
    let seen = sees(&mia, &mark);
    assert_eq!((&seen["conflicts"], notes(&mia)), (&json!([]), Some(2)), "{seen}");
    let before = mia.fingerprint();
    for _ in 0..2 {
        meet(&ali, &rose);
        meet(&rose, &mia);
    }
    assert_eq!(mia.fingerprint(), before, "and then nobody writes more");
    for home in [&rose, &ali, &mia] {
        assert_eq!(home.verify()["problems"], json!([]));
    }
}

#[test]
fn the_words_of_somebody_who_is_not_there_are_carried_on_by_whoever_reads_both_sites() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    let mark = mark(&ali, &case);
    exchange(&ali, &rose);
    moves(&rose, &case, "PES").expect("moved");
    acts(&ali, &case, &note("elle a rappelé hier"));
    // his words come, he hears of nothing any more
    exchange(&ali, &rose);
    rose.housekeeping();
    exchange(&rose, &mia);
    assert!(sees(&mia, &mark).to_string().contains("elle a rappelé hier"));
    meet(&ali, &rose);
    meet(&rose, &mia);
    assert_eq!(sees(&mia, &mark)["notes"].as_array().map(Vec::len), Some(1), "he does not say it once more");
}

#[test]
fn an_old_half_that_was_reopened_or_closed_otherwise_is_left_to_people() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    let mark = mark(&ali, &case);
    exchange(&ali, &rose);
    moves(&rose, &case, "PES").expect("moved");
    exchange(&ali, &rose);
    acts(&rose, &case, &Edit::Reopen { reason: "elle est revenue ici".into() });
    acts(&rose, &case, &note("au guichet"));
    meet(&rose, &mia);
    assert!(!sees(&mia, &format!("{mark}@PES")).to_string().contains("au guichet"));
    assert_eq!(shows(&rose, &mark).expect_err("both go on").code, "ref_ambiguous");
}

#[test]
fn what_a_moved_case_says_keeps_who_said_it_first_and_when() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    let mark = mark(&ali, &case);
    let earlier = NOW - 3_600_000;
    ali.with(|log, reader| crate::writes::act(log, reader, &case, &note("elle a rappelé"), earlier)).expect("noted");
    exchange(&ali, &rose);
    moves(&rose, &mark, "PES").expect("moved");
    exchange(&rose, &mia);
    let note_of = |home: &Home, case: &str| {
        let history = home.with(|log, reader| {
            let loaded = crate::list::find_case(log, &log.shared(), reader, case)?;
            Ok(crate::cases::history(&log.shared(), &loaded))
        });
        let history = history.expect("told");
        let mut rows = history.as_array().expect("rows").iter();
        let row = rows.rfind(|row| row["fields"].to_string().contains("notes")).expect("the note").clone();
        (row["by"].clone(), row["at"].clone(), row["entry"].clone())
    };
    let first = note_of(&ali, &case);
    assert_eq!((&first.0, note_of(&mia, &mark)), (&json!("Ali"), first.clone()));
}

#[test]
fn looking_moves_nothing() {
    let (_, ali, _) = network();
    let case = case_id(&ali.new_case(told()));
    let look = ali.with(|log, reader| super::move_case(log, reader, &case, "PES", true, NOW)).expect("told");
    assert!(look["moved"].is_null() && look["readers"].to_string().contains("Rose"), "{look}");
    assert_eq!((&sees(&ali, &case)["status"], &sees(&ali, &case)["halves"]), (&json!("received"), &json!([])));
}

#[test]
fn what_two_had_set_stays_in_conflict_and_is_said_where_it_goes_on() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    exchange(&ali, &rose);
    let set = |text: &str| Edit::Set { values: vec![("incident_place".into(), text.into())] };
    acts(&ali, &case, &set("au pont"));
    acts(&rose, &case, &set("au marché"));
    exchange(&ali, &rose);
    let mark = mark(&ali, &case);
    moves(&rose, &case, "PES").expect("moved");
    exchange(&rose, &mia);
    let seen = sees(&mia, &mark);
    assert_eq!(seen["conflicts"][0]["field"], "incident_place", "{seen}");
    assert!(seen["conflicts"].to_string().contains("au pont") && seen["conflicts"].to_string().contains("au marché"));
    assert_eq!(mia.verify()["problems"], json!([]));
}

#[test]
fn who_was_given_a_case_does_not_move_it_and_what_was_refused_stays() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    acts(&ali, &case, &Edit::Assign { to: Whom::Typed("Mia".into()) });
    exchange(&ali, &mia);
    assert_eq!(sees(&mia, &case)["text"], json!(WORDS), "it was given to her");
    assert_eq!(moves(&mia, &case, "PES").expect_err("not hers").code, "only_site_reader");
    assert_eq!(moves(&ali, &case, "MNK").expect_err("it is there").code, "already_there");
    assert_eq!(moves(&ali, &case, "PAR").expect_err("a partner").code, "move_to_partner");
    assert_eq!(moves(&ali, &case, "XXX").expect_err("no site").code, "site_not_found");
    let refused = ConsentAnswer { purpose: "refer_internal".into(), answer: "refused".into(), means: None };
    let case = case_id(&rose.new_case(NewCase { consents: vec![refused], ..told() }));
    assert_eq!(moves(&rose, &case, "PES").expect_err("refused").code, "consent_refuses_referral");
}

#[test]
fn two_who_move_one_case_leave_two_that_both_go_on() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    let mark = mark(&ali, &case);
    exchange(&ali, &rose);
    moves(&ali, &case, "PES").expect("moved");
    moves(&rose, &case, "JER").expect("moved");
    exchange(&ali, &rose);
    exchange(&rose, &mia);
    for _ in 0..2 {
        meet(&ali, &rose);
        meet(&rose, &mia);
    }
    for site in ["PES", "JER"] {
        assert_eq!(sees(&rose, &format!("{mark}@{site}"))["status"], "received", "it goes on at {site}");
    }
    let old = sees(&rose, &case);
    assert_eq!((&old["status"], old["halves"].as_array().map(Vec::len)), (&json!("closed"), Some(2)), "{old}");
    assert_eq!(shows(&rose, &mark).expect_err("either may be meant").code, "ref_ambiguous");
    assert_eq!(sees(&rose, &format!("{mark}@PES"))["text"], json!(WORDS));
    assert_eq!(sees(&rose, &format!("{mark}@JER"))["text"], json!(WORDS));
}

#[test]
fn a_case_that_moves_twice_is_found_where_it_is() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    let mark = mark(&ali, &case);
    moves(&ali, &mark, "PES").expect("moved");
    exchange(&ali, &mia);
    moves(&mia, &mark, "MNK").expect("moved back");
    exchange(&mia, &ali);
    exchange(&ali, &rose);
    let seen = sees(&ali, &mark);
    assert_eq!((&seen["text"], &seen["handling_site"]), (&json!(WORDS), &json!("MNK")), "{seen}");
    assert_eq!(seen["halves"].as_array().map(Vec::len), Some(1), "only where it comes from: {seen}");
    assert_eq!(shows(&rose, &format!("{mark}@MNK")).expect_err("it was there twice").code, "ref_ambiguous");
}

#[test]
fn a_sealed_case_moves_sealed_and_keeps_whom_it_is_from() {
    let (rose, ali, mia) = network();
    let sealed =
        NewCase { category: Some("integrity.fraud".into()), accused: Some("le chef du bureau".into()), ..told() };
    let case = case_id(
        &rose
            .with(|log, reader| crate::writes::case_new(log, reader, sealed, Some(&["Mia".to_owned()]), NOW))
            .expect("written"),
    );
    let mark = mark(&rose, &case);
    exchange(&rose, &ali);
    assert_eq!(moves(&ali, &case, "PES").expect_err("shut").code, "outside_audience");
    let moved = moves(&rose, &mark, "PES").expect("moved")["moved"]["case_id"].as_str().expect("born").to_owned();
    exchange(&rose, &mia);
    let seen = sees(&rose, &mark);
    assert_eq!((&seen["case_id"], &seen["text"]), (&json!(moved), &json!(WORDS)), "{seen}");
    assert_eq!(seen["accused"], json!("le chef du bureau"));
    assert!(seen["recusals"].to_string().contains("Mia"), "{seen}");
    let open = sees(&mia, &moved);
    assert_eq!((&open["status"], &open["restricted"]), (&json!("restricted"), &json!(true)), "{open}");
    for kept in [WORDS, "chef du bureau", mark.as_str(), "MNK"] {
        assert!(!open.to_string().contains(kept), "{kept}: {open}");
    }
    for home in [&rose, &mia] {
        assert_eq!(home.verify()["problems"], json!([]));
    }
}

/// Whoever opens the codes of a case writes into them that it moved to one of theirs, under its reference: the reference goes
/// on meaning the true one, or either, and nobody's words follow.
#[test]
fn a_move_that_somebody_made_up_leads_nobody_and_nothing_away() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    let mark = mark(&ali, &case);
    exchange(&ali, &mia);
    // at hers, with the true reference, and closed where it was
    let forged = case_id(&mia.new_case(NewCase { text: Some("à moi".into()), ..complaint() }));
    let forge = |home: &Home, at: &str, ops: Vec<(String, Value)>| {
        home.with(|log, reader| {
            let shared = log.shared();
            let loaded = crate::list::find_case(log, &shared, reader, at)?;
            let mut entropy = crate::log::entropy()?;
            let open = ops.into_iter().map(|(key, value)| LayerOp::Put { key, value }).collect();
            let edit = EditOps { open, ..EditOps::default() };
            let deps = crate::writes::deps(log, &loaded);
            let write = crate::writes::Write::on(loaded, deps, edit, crate::writes::SensitiveKey::None);
            log.commit(|tx| crate::writes::append_edit(log, tx, &shared, reader, write, NOW, &mut entropy).map(drop))
        })
        .expect("written");
    };
    let closing = MoveFact { to: Status::Closed, epoch: 0, seen: Vec::new(), reason: Some("moved".into()) };
    let closed = (FactKind::Move.key(FactId([7; 8])), Value::Bytes(cbor::encode(&closing)));
    let there = element_key("moved", &format!("to:{forged}")).expect("a key");
    forge(&mia, &case, vec![closed, (there, Value::Bool(true))]);
    let back = element_key("moved", &format!("from:{case}")).expect("a key");
    forge(&mia, &forged, vec![(back, Value::Bool(true))]);
    meet(&mia, &ali);
    meet(&mia, &rose);
    acts(&ali, &case, &note("elle a rappelé"));
    for _ in 0..2 {
        meet(&ali, &mia);
        meet(&rose, &mia);
    }
    for home in [&mia, &rose] {
        let seen = sees(home, &forged).to_string();
        assert!(!seen.contains("elle a rappelé") && !seen.contains(WORDS), "{seen}");
    }
    assert_eq!(sees(&ali, &mark)["case_id"], json!(case));
    assert!(
        !ali.with(|log, reader| {
            let loaded = crate::list::find_case(log, &log.shared(), reader, &case)?;
            Ok(crate::cases::moved::is_moved_away(log, &log.shared(), &loaded))
        })
        .expect("asked")
    );
}

#[test]
fn words_of_the_old_site_reach_a_case_that_was_sealed_where_it_goes_on() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    let mark = mark(&ali, &case);
    exchange(&ali, &rose);
    moves(&rose, &case, "PES").expect("moved");
    exchange(&rose, &mia);
    let seal = crate::api::SealOptions { recuse: Some(vec![]), audience: Some("psea".into()), ..Default::default() };
    let reason = Words::from("cela s'est aggravé");
    mia.with(|log, reader| crate::writes::case_seal(log, reader, &mark, &reason, &seal, NOW)).expect("sealed");
    acts(&ali, &case, &note("elle a rappelé hier"));
    meet(&mia, &rose);
    meet(&ali, &rose);
    let moved = sees(&rose, &format!("{mark}@MNK"))["halves"][0]["case_id"].as_str().expect("named").to_owned();
    let seen = sees(&rose, &moved);
    assert!(seen["restricted"] == json!(true) && seen.to_string().contains("elle a rappelé hier"), "{seen}");
    meet(&rose, &mia);
    assert!(!sees(&mia, &moved).to_string().contains("elle a rappelé hier"), "its audience alone");
}

#[test]
fn a_case_with_many_long_words_moves_and_is_carried_on_in_parts() {
    let (rose, ali, mia) = network();
    let case = case_id(&ali.new_case(told()));
    let mark = mark(&ali, &case);
    let long = |n: usize| note(&format!("mot {n} {}", "long ".repeat(6_000)));
    (0..10).for_each(|n| acts(&ali, &case, &long(n)));
    exchange(&ali, &rose);
    moves(&rose, &case, "PES").expect("moved");
    (10..20).for_each(|n| acts(&ali, &case, &long(n)));
    meet(&ali, &rose);
    meet(&rose, &mia);
    let seen = sees(&mia, &mark);
    assert_eq!(seen["notes"].as_array().map(Vec::len), Some(20));
    assert_eq!(mia.verify()["problems"], json!([]));
}

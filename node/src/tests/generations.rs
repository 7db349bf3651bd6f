//! Sealing late, between homes: who reads what, who is told, and what is carried over.

use crdt_model::edit::{Edit, NewCase};
use crdt_model::values::Words;
use serde_json::{Value as Json, json};

use super::{Home, NOW, case_id, complaint, exchange};
use crate::api::SealOptions;
use crate::error::Failure;

fn seal(audience: &str, recuse: &[&str]) -> SealOptions {
    let recuse = recuse.iter().map(|name| (*name).to_owned()).collect();
    SealOptions { recuse: Some(recuse), audience: Some(audience.to_owned()), ..SealOptions::default() }
}

fn seals(home: &Home, case: &str, options: &SealOptions) -> Result<Json, Failure> {
    home.with(|log, reader| crate::writes::case_seal(log, reader, case, &Words::from("it is grave"), options, NOW))
}

fn does(home: &Home, case: &str, edit: &Edit) -> Result<Json, Failure> {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW))
}

fn notes(home: &Home, case: &str, text: &str) {
    does(home, case, &Edit::Note { text: Words::from(text) }).expect("noted");
}

fn digest(home: &Home) -> Json {
    home.with(|log, reader| crate::cases::digest(log, &log.shared(), reader)).expect("digest")
}

fn status(home: &Home) -> Json {
    home.with(|log, reader| crate::health::status::status(log, &log.shared(), Some(reader), "fr", NOW)).expect("status")
}

/// A member of an audience: confirmed by the coordination after the six words.
pub(crate) fn confirmed(founder: &Home, site: &str, role: &str, name: &str) -> Home {
    let home = founder.invited(site, role, name);
    exchange(founder, &home);
    confirm(founder, name);
    exchange(founder, &home);
    home
}

/// Confirms somebody who was met, by the six words.
pub(crate) fn confirm(founder: &Home, name: &str) {
    let told = founder.with(|log, reader| crate::members::member_confirm(log, reader, name, &[])).expect("the words");
    let words: Vec<String> = told["words"]
        .as_array()
        .map(|words| words.iter().filter_map(Json::as_str).map(str::to_owned).collect())
        .or_else(|| told["words"].as_str().map(|words| words.split_whitespace().map(str::to_owned).collect()))
        .expect("six words");
    founder.with(|log, reader| crate::members::member_confirm(log, reader, name, &words)).expect("confirmed");
}

/// Founder, an operator of a site, and a focal point of the audience `psea`, all equal.
fn three() -> (Home, Home, Home) {
    let founder = Home::founded();
    founder.site("PES");
    let operator = founder.invited("PES", "operator", "Ali");
    exchange(&founder, &operator);
    let focal = confirmed(&founder, "JER", "focal_psea", "Nadia");
    exchange(&operator, &focal);
    exchange(&founder, &operator);
    (founder, operator, focal)
}

#[test]
fn a_case_sealed_late_is_restricted_for_all_and_whole_for_its_audience() {
    let (founder, operator, focal) = three();
    let case = case_id(&operator.new_case(complaint()));
    notes(&operator, &case, "what the person added");
    does(
        &operator,
        &case,
        &Edit::Triage { case_type: None, category: None, priority: None, project: None, sensitivity: None },
    )
    .expect("triaged");
    exchange(&operator, &focal);
    assert_eq!(focal.show(&case).expect("shown")["status"], "triaged", "codes are open before");
    assert!(!focal.show(&case).expect("shown").to_string().contains("what the person added"));

    assert_eq!(
        seals(&operator, &case, &SealOptions::default()).expect_err("who works here?").code,
        "recusal_not_asked"
    );
    let reply = seals(&operator, &case, &seal("psea", &[])).expect("sealed");
    assert_eq!((&reply["generation"], &reply["audience"]), (&json!(1), &json!("psea")));
    assert_eq!((&reply["status"], &reply["readable"]), (&json!("restricted"), &json!(false)));

    // the sealing machine reads it no more, at once; the old bytes are still in its store
    let shown = operator.show(&case).expect("shown");
    assert_eq!((&shown["restricted"], &shown["status"]), (&json!(true), &json!("restricted")));
    assert!(!shown.to_string().contains("what the person added"));
    assert_eq!(seals(&operator, &case, &seal("psea", &[])).expect_err("sealed").code, "outside_audience");

    exchange(&operator, &focal);
    exchange(&operator, &founder);
    let inside = focal.show(&case).expect("shown");
    assert_eq!((&inside["status"], &inside["sensitivity"]), (&json!("triaged"), &json!("s2")));
    assert_eq!(inside["text"], "pas reçu");
    assert_eq!(inside["notes"][0]["text"], "what the person added");
    assert_eq!(inside["notes"][0]["by"], "Ali", "as first recorded");
    let exposed = &inside["exposed"][0];
    assert!(exposed["members"].to_string().contains("Ali") && exposed["members"].to_string().contains("Rose"));
    assert!(!exposed["members"].to_string().contains("Nadia"), "she could not read it before");
    assert!(exposed["devices"].as_array().is_some_and(|devices| devices.len() >= 3));
    assert!(inside["reasons"].to_string().contains("it is grave"));
    assert!(!inside.to_string().contains("old_keys"));

    // the audience works on, and all nodes stay equal and clean
    notes(&focal, &case, "seen by the focal point");
    exchange(&focal, &operator);
    exchange(&founder, &focal);
    for home in [&founder, &operator, &focal] {
        assert_eq!(home.verify()["ok"], true, "{}", home.verify());
    }
    assert!(!operator.show(&case).expect("shown").to_string().contains("seen by"));
    assert_eq!(digest(&founder), digest(&focal), "both are of every audience or of this one");
    let listed = operator
        .with(|log, reader| {
            let filter = crate::api::CaseFilter { status: vec!["restricted".into()], ..Default::default() };
            crate::list::query::list(log, &log.shared(), reader, &filter, NOW)
        })
        .expect("listed");
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let history = operator
        .with(|log, reader| {
            let shared = log.shared();
            let loaded = crate::list::find_case(log, &shared, reader, &case)?;
            Ok(crate::cases::history(&shared, &loaded))
        })
        .expect("history");
    assert!(!history.to_string().contains("what the person added"), "{history}");
}

#[test]
fn what_was_written_in_ignorance_reaches_the_audience_and_its_author_is_told() {
    let (founder, operator, focal) = three();
    let second = founder.invited("PES", "operator", "Bea");
    exchange(&founder, &second);
    // Bea has worked here before: her colleagues hold the key of what she writes for the site
    second.new_case(complaint());
    exchange(&second, &operator);
    let case = case_id(&operator.new_case(complaint()));
    exchange(&operator, &founder);
    exchange(&founder, &second);
    exchange(&founder, &focal);
    // Bea, offline, adds to the case; Ali seals it meanwhile
    notes(&second, &case, "said to Bea in ignorance");
    seals(&operator, &case, &seal("psea", &[])).expect("sealed");
    exchange(&operator, &second);
    let late = status(&second)["late_edits"].clone();
    assert_eq!((&late[0]["case_id"], &late[0]["state"]), (&json!(case), &json!("waiting")));
    let own = second.with(|log, reader| {
        crate::writes::reclassify::own_late(log, &log.shared(), reader, Some(case.parse().expect("an id")))
    });
    assert_eq!(own.expect("told").len(), 1, "as `case show` tells it");
    assert_eq!(status(&operator)["late_edits"], json!([]), "told to its author alone");
    // the focal point reads no ordinary case of that site: the sealed layer brought her the keys of this one
    exchange(&second, &focal);
    let inside = focal.show(&case).expect("shown");
    let told = inside["notes"].as_array().into_iter().flatten().find(|note| note["text"] == "said to Bea in ignorance");
    assert_eq!(told.expect("carried over")["by"], "Bea", "{inside}");
    exchange(&focal, &second);
    assert_eq!(status(&second)["late_edits"][0]["state"], "with_audience");
    assert!(!second.show(&case).expect("shown").to_string().contains("in ignorance"));
    for home in [&operator, &second, &focal] {
        assert_eq!(home.verify()["ok"], true, "{}", home.verify());
    }
}

#[test]
fn what_the_audience_cannot_open_waits_until_one_of_it_can() {
    let (founder, operator, focal) = three();
    let second = founder.invited("PES", "operator", "Bea");
    exchange(&founder, &second);
    let case = case_id(&operator.new_case(complaint()));
    exchange(&operator, &founder);
    exchange(&founder, &second);
    // her first words ever: nobody who seals can know the key of her installation
    notes(&second, &case, "her first words");
    seals(&operator, &case, &seal("psea", &[])).expect("sealed");
    exchange(&operator, &second);
    exchange(&second, &focal);
    assert!(!focal.show(&case).expect("shown").to_string().contains("her first words"));
    notes(&focal, &case, "working on");
    exchange(&focal, &second);
    assert_eq!(status(&second)["late_edits"][0]["state"], "waiting", "no act of the audience hides that");
    // the founder is of the audience and reads the site's ordinary cases
    exchange(&second, &founder);
    exchange(&founder, &focal);
    let inside = focal.show(&case).expect("shown").to_string();
    assert!(inside.contains("her first words") && inside.contains("working on"));
    exchange(&focal, &second);
    assert_eq!(status(&second)["late_edits"][0]["state"], "with_audience");
}

#[test]
fn who_is_recused_reads_nothing_of_what_is_sealed_late() {
    let (founder, operator, focal) = three();
    let case = case_id(&operator.new_case(complaint()));
    seals(&operator, &case, &seal("psea", &["Rose"])).expect("sealed");
    // the capturing machine adds to what it sealed, for the same readers
    notes(&operator, &case, "added after sealing");
    exchange(&operator, &founder);
    exchange(&operator, &focal);
    let inside = focal.show(&case).expect("shown");
    assert!(inside["recusals"].to_string().contains("Rose"));
    assert_eq!(inside["notes"][0]["text"], "added after sealing");
    let outside = founder.show(&case).expect("shown");
    assert_eq!(outside["status"], "restricted");
    assert!(!outside.to_string().contains("added after sealing"));
}

#[test]
fn raising_and_triage_seal_and_the_audience_opens_again() {
    let (founder, operator, focal) = three();
    let case = case_id(&operator.new_case(complaint()));
    let raise = Edit::Raise { to: crdt_model::values::Level::S3, reason: Words::from("told more") };
    let asked =
        operator.with(|log, reader| crate::writes::act(log, reader, &case, &raise, NOW)).expect_err("asked first");
    assert_eq!(asked.code, "recusal_not_asked");
    operator
        .with(|log, reader| crate::writes::act_with(log, reader, &case, &raise, &seal("psea", &[]), NOW))
        .expect("raised and sealed");
    exchange(&operator, &focal);
    let inside = focal.show(&case).expect("shown");
    assert_eq!((&inside["sensitivity"], &inside["restricted"]), (&json!("s3"), &json!(true)));

    let other = case_id(&operator.new_case(complaint()));
    let triage = Edit::Triage {
        case_type: None,
        category: Some("sea.abuse".into()),
        priority: None,
        project: None,
        sensitivity: None,
    };
    let options = SealOptions { recuse: Some(vec![]), ..SealOptions::default() };
    let reply = operator
        .with(|log, reader| crate::writes::act_with(log, reader, &other, &triage, &options, NOW))
        .expect("triaged");
    assert_eq!(reply["audience"], "psea", "the category's own");
    exchange(&operator, &focal);
    assert_eq!(focal.show(&other).expect("shown")["category"], "sea.abuse");

    // nobody else lowers it; the audience does, and it is open for the site again
    let lower = Edit::Lower { to: crdt_model::values::Level::S0, reason: Words::from("a mistake") };
    assert_eq!(does(&operator, &case, &lower).expect_err("outside").code, "outside_audience");
    let opened = does(&focal, &case, &lower).expect("opened");
    assert_eq!((&opened["generation"], &opened["restricted"]), (&json!(2), &json!(false)));
    exchange(&focal, &founder);
    exchange(&founder, &operator);
    let shown = operator.show(&case).expect("shown");
    assert_eq!((&shown["restricted"], &shown["sensitivity"]), (&json!(false), &json!("s0")));
    assert_eq!(shown["reporter_name"], operator.show(&case).expect("shown")["reporter_name"]);
    for home in [&founder, &operator, &focal] {
        assert_eq!(home.verify()["ok"], true, "{}", home.verify());
    }
}

#[test]
fn an_undecided_letter_is_opened_by_its_triage_and_read_by_its_site() {
    let (founder, operator, _focal) = three();
    let letter = NewCase {
        case_type: "complaint".into(),
        channel: "letter".into(),
        text: Some(Words::from("mon nom n'est pas sur la liste")),
        ..NewCase::default()
    };
    let reply =
        operator.with(|log, reader| crate::writes::case_new(log, reader, letter, Some(&[]), NOW)).expect("kept");
    assert_eq!(reply["restricted"], true, "{reply}");
    let case = case_id(&reply);
    exchange(&operator, &founder);
    let triage = Edit::Triage {
        case_type: None,
        category: Some("payment.not_received".into()),
        priority: None,
        project: None,
        sensitivity: None,
    };
    let opened = does(&founder, &case, &triage).expect("classified");
    assert_eq!((&opened["status"], &opened["restricted"]), (&json!("triaged"), &json!(false)));
    exchange(&founder, &operator);
    let shown = operator.show(&case).expect("shown");
    assert_eq!((&shown["text"], &shown["sensitivity"]), (&json!("mon nom n'est pas sur la liste"), &json!("s0")));
    assert_eq!(operator.verify()["ok"], true, "{}", operator.verify());
    // and it is sealed late after all
    seals(&operator, &case, &seal("psea", &[])).expect("sealed again");
    assert_eq!(operator.show(&case).expect("shown")["status"], "restricted");
}

#[test]
fn nobody_outside_opens_a_sealed_case_or_writes_it_anew() {
    let (founder, operator, focal) = three();
    let case = case_id(&operator.new_case(complaint()));
    let before = operator.with(|log, reader| {
        let shared = log.shared();
        crate::list::find_case(log, &shared, reader, &case)
    });
    let before = before.expect("loaded");
    seals(&operator, &case, &seal("psea", &[])).expect("sealed");
    exchange(&operator, &focal);
    // a changed program writes the next generation all the same, from what it kept
    operator.forge_generation(&before, &case, 2);
    exchange(&operator, &focal);
    for home in [&operator, &focal] {
        let shown = home.show(&case).expect("shown");
        assert_eq!(shown["restricted"], true, "the forged generation counts nowhere");
        let problems = home.verify()["problems"].to_string();
        assert!(problems.contains("generation_authority"), "{problems}");
    }
    assert_eq!(focal.show(&case).expect("shown")["text"], "pas reçu");
    // nor does it keep the audience from working on: nobody follows it by accident
    notes(&focal, &case, "all the same");
    let shown = focal.show(&case).expect("shown");
    assert_eq!(shown["notes"][0]["text"], "all the same", "{shown}");
    // and it counts no more where what would witness against it was destroyed
    exchange(&focal, &founder);
    let lower = Edit::Lower { to: crdt_model::values::Level::S0, reason: Words::from("a mistake") };
    does(&focal, &case, &lower).expect("opened");
    exchange(&focal, &founder);
    erases(&founder, &focal, &case);
    exchange(&focal, &operator);
    exchange(&focal, &founder);
    for home in [&founder, &operator, &focal] {
        let shown = home.show(&case).expect("shown");
        assert_eq!((&shown["restricted"], &shown["text"]), (&json!(false), &json!("pas reçu")), "{shown}");
        assert_eq!(shown["notes"][0]["text"], "all the same");
        // nor is its author blamed any more: who sealed an ordinary case in ignorance of the erasure looks the same
        assert_eq!(home.verify()["problems"], json!([]));
    }
}

/// Two signatures: one proposes, the other has heard it and approves.
fn erases(one: &Home, other: &Home, case: &str) {
    let erase = |home: &Home, approve| {
        home.with(|log, reader| crate::writes::erase::case_erase(log, reader, case, approve, false))
    };
    erase(one, false).expect("proposed");
    exchange(one, other);
    assert_eq!(erase(other, true).expect("approved")["erased"], true);
}

#[test]
fn what_one_sealed_who_may_not_open_stays_sealed_and_whole_when_what_came_before_is_erased() {
    let (founder, operator, focal) = three();
    let all = [&founder, &operator, &focal];
    let meet = || {
        exchange(&operator, &founder);
        exchange(&focal, &founder);
        exchange(&operator, &founder);
    };
    let case = case_id(&operator.new_case(complaint()));
    seals(&operator, &case, &seal("psea", &[])).expect("sealed");
    meet();
    erases(&founder, &focal, &case);
    meet();
    for home in all {
        assert_eq!(home.show(&case).expect("shown")["restricted"], true);
        assert_eq!(home.verify()["ok"], true, "{}", home.verify());
    }
    assert_eq!(focal.show(&case).expect("shown")["text"], "pas reçu");
    // opened and erased once more: its first generation is gone, and so is the one that sealed it
    let lower = Edit::Lower { to: crdt_model::values::Level::S0, reason: Words::from("a mistake") };
    does(&focal, &case, &lower).expect("opened");
    meet();
    erases(&founder, &focal, &case);
    meet();
    let newcomer = founder.invited("PES", "operator", "Chi");
    exchange(&founder, &newcomer);
    for home in all {
        let shown = home.show(&case).expect("shown");
        assert_eq!((&shown["restricted"], &shown["text"]), (&json!(false), &json!("pas reçu")), "{shown}");
    }
    for home in all.into_iter().chain([&newcomer]) {
        assert_eq!(home.verify()["ok"], true, "{}", home.verify());
    }
}

#[test]
fn two_who_seal_in_ignorance_of_each_other_lose_nothing_when_one_alone_was_heard_before_the_erasure() {
    for by_the_founder in [false, true] {
        let (founder, operator, focal) = three();
        let second = founder.invited("PES", "operator", "Bea");
        exchange(&founder, &second);
        second.new_case(complaint());
        exchange(&second, &operator);
        let case = case_id(&operator.new_case(complaint()));
        exchange(&operator, &founder);
        exchange(&founder, &second);
        seals(&second, &case, &seal("psea", &[])).expect("sealed");
        match by_the_founder {
            // her device signs at once
            true => {
                seals(&founder, &case, &seal("psea", &[])).expect("sealed");
                exchange(&founder, &focal);
                focal
                    .with(|log, reader| crate::writes::erase::case_erase(log, reader, &case, true, false))
                    .expect("approved");
            }
            false => {
                seals(&operator, &case, &seal("psea", &[])).expect("sealed");
                exchange(&operator, &founder);
                exchange(&founder, &focal);
                erases(&founder, &focal, &case);
            }
        }
        exchange(&second, &focal);
        exchange(&focal, &founder);
        both_sealed(&founder, &focal, &case);
    }
}

fn both_sealed(founder: &Home, focal: &Home, case: &str) {
    for home in [founder, focal] {
        let shown = home.show(case).expect("shown");
        assert_eq!((&shown["restricted"], &shown["text"]), (&json!(true), &json!("pas reçu")), "{shown}");
        assert_eq!(shown["reasons"].as_array().map(Vec::len), Some(2), "both said why: {shown}");
        assert_eq!(home.verify()["ok"], true, "{}", home.verify());
    }
}

#[test]
fn an_allegation_never_leaves_the_sealed_layer() {
    let (founder, operator, focal) = three();
    let new = NewCase {
        case_type: "complaint".into(),
        channel: "committee".into(),
        category: Some("sea.abuse".into()),
        allegation: Some(Words::from("what happened")),
        ..NewCase::default()
    };
    let case = case_id(&operator.new_case(new));
    exchange(&operator, &founder);
    exchange(&founder, &focal);
    let lower = Edit::Lower { to: crdt_model::values::Level::S0, reason: Words::from("a mistake") };
    assert_eq!(does(&focal, &case, &lower).expect_err("refused").code, "allegation_inside");
}

#[test]
fn who_joins_an_audience_later_gets_nothing_of_a_case_that_someone_is_recused_from() {
    let (founder, operator, focal) = three();
    let new = NewCase {
        case_type: "complaint".into(),
        channel: "committee".into(),
        category: Some("sea.abuse".into()),
        allegation: Some(Words::from("what happened")),
        ..NewCase::default()
    };
    let recused = ["operator".to_owned()];
    let reply =
        operator.with(|log, reader| crate::writes::case_new(log, reader, new, Some(&recused), NOW)).expect("kept");
    let case = case_id(&reply);
    exchange(&operator, &focal);
    exchange(&operator, &founder);
    let later = confirmed(&founder, "JER", "focal_psea", "Pria");
    exchange(&founder, &focal);
    // neither the second nor the third segment is hers: written by one reader, then by another
    notes(&focal, &case, "by Nadia, later");
    exchange(&focal, &founder);
    notes(&founder, &case, "by Rose, later");
    exchange(&founder, &focal);
    exchange(&focal, &later);
    for home in [&founder, &focal] {
        let inside = home.show(&case).expect("shown").to_string();
        assert!(inside.contains("by Nadia, later") && inside.contains("by Rose, later"), "{inside}");
    }
    let outside = later.show(&case).expect("shown");
    assert_eq!(outside["status"], "restricted", "{outside}");
    assert!(!outside.to_string().contains("later"));
    assert_eq!(later.verify()["ok"], true, "{}", later.verify());
    // a case nobody is recused from is hers too
    let open = case_id(
        &operator
            .with(|log, reader| {
                let new = NewCase { category: Some("sea.abuse".into()), ..complaint() };
                crate::writes::case_new(log, reader, new, Some(&[]), NOW)
            })
            .expect("kept"),
    );
    exchange(&operator, &later);
    assert_eq!(later.show(&open).expect("shown")["text"], "pas reçu");
}

#[test]
fn a_case_is_sealed_and_opened_as_often_as_it_must_be() {
    let (founder, operator, focal) = three();
    let case = case_id(&operator.new_case(complaint()));
    let lower = Edit::Lower { to: crdt_model::values::Level::S0, reason: Words::from("a mistake") };
    for _ in 0..3 {
        seals(&operator, &case, &seal("psea", &[])).expect("sealed");
        exchange(&operator, &focal);
        does(&focal, &case, &lower).expect("opened");
        exchange(&focal, &founder);
        exchange(&founder, &operator);
    }
    let raise = Edit::Raise { to: crdt_model::values::Level::S3, reason: Words::from("told more") };
    operator
        .with(|log, reader| crate::writes::act_with(log, reader, &case, &raise, &seal("psea", &[]), NOW))
        .expect("raised and sealed");
    exchange(&operator, &focal);
    let inside = focal.show(&case).expect("shown");
    assert_eq!((&inside["text"], &inside["sensitivity"]), (&json!("pas reçu"), &json!("s3")));
    for home in [&operator, &focal] {
        assert_eq!(home.show(&case).expect("shown")["restricted"], true);
        assert_eq!(home.verify()["ok"], true, "{}", home.verify());
    }
}

/// Everything this member can open of what the store holds.
fn readable(home: &Home) -> Vec<u8> {
    let entries = home.entries();
    home.with(|_, reader| {
        let mut all = Vec::new();
        for bytes in &entries {
            let entry = crdt_model::entry::Entry::decode(bytes).expect("stored");
            for layer in reader.keychain.open_entry(&entry).layers {
                if let crdt_model::document::Opened::Plain(plain) = layer {
                    all.extend(plain.change);
                }
            }
        }
        Ok(all)
    })
    .expect("opened")
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[test]
fn what_was_sealed_late_is_destroyed_once_two_have_signed_and_never_comes_back() {
    const CANARY: &str = "zqxlatekanari";
    let (founder, operator, focal) = three();
    let case = case_id(&operator.new_case(NewCase { text: Some(Words::from(CANARY)), ..complaint() }));
    exchange(&operator, &founder);
    exchange(&founder, &focal);
    let old = operator.entries();
    // the founder, rank 1, seals: her device gives the first of the two signatures
    seals(&founder, &case, &seal("psea", &["Ali"])).expect("sealed");
    exchange(&founder, &operator);
    exchange(&founder, &focal);
    assert!(!operator.show(&case).expect("shown").to_string().contains(CANARY), "hidden at once");
    assert!(holds(&readable(&operator), CANARY), "before: the bytes are still there, and this test can find them");
    let waiting = status(&focal)["erasures_to_approve"].clone();
    assert_eq!(waiting, json!([{"case_id": case, "generation": 0}]));
    // one signature never erases, and nobody signs twice or without the rank
    let erase = |home: &Home, approve| {
        home.with(|log, reader| crate::writes::erase::case_erase(log, reader, &case, approve, false))
    };
    assert_eq!(erase(&founder, true).expect_err("own").code, "nothing_to_approve");
    assert_eq!(erase(&founder, false).expect_err("twice").code, "second_signature_needed");
    assert_eq!(erase(&operator, true).expect_err("rank 4").code, "not_permitted");
    assert!(holds(&readable(&founder), CANARY));

    let done = erase(&focal, true).expect("approved");
    assert_eq!(done["erased"], true);
    exchange(&focal, &operator);
    exchange(&operator, &founder);
    assert!(!holds(&readable(&operator), CANARY), "after: nothing of it on the machine that took it down");
    assert!(holds(&readable(&focal), CANARY) && holds(&readable(&founder), CANARY), "the audience has it, sealed");
    assert_eq!(focal.show(&case).expect("shown")["text"], CANARY);
    assert_eq!((operator.fingerprint(), focal.fingerprint()), (founder.fingerprint(), founder.fingerprint()));
    for home in [&founder, &operator, &focal] {
        assert_eq!(home.verify()["ok"], true, "{}", home.verify());
    }
    // an old bundle brings it back neither to who had it nor to a newcomer
    crate::log::admission::ingest(&operator.log, &old, None, NOW).expect("ingested");
    assert!(!holds(&readable(&operator), CANARY));
    let newcomer = founder.invited("PES", "operator", "Chi");
    exchange(&founder, &newcomer);
    crate::log::admission::ingest(&newcomer.log, &old, None, NOW).expect("ingested");
    assert!(!holds(&readable(&newcomer), CANARY));
    assert_eq!(erase(&focal, true).expect_err("done").code, "nothing_to_erase");
    // and the case can be written anew further
    let lower = Edit::Lower { to: crdt_model::values::Level::S0, reason: Words::from("a mistake") };
    does(&focal, &case, &lower).expect("opened");
    exchange(&focal, &operator);
    assert_eq!(operator.show(&case).expect("shown")["text"], CANARY);
}

/// As [`three`], and a second operator of the site.
fn four() -> (Home, Home, Home, Home) {
    let (founder, operator, focal) = three();
    let omar = founder.invited("PES", "operator", "Omar");
    for _ in 0..3 {
        exchange(&founder, &omar);
        exchange(&founder, &operator);
        exchange(&operator, &omar);
    }
    (founder, operator, focal, omar)
}

/// Entries of `from` that `to` lacks, without their sections.
fn headers_only(from: &Home, to: &Home) {
    let held = to.entries();
    let bare = from.entries().into_iter().filter(|bytes| !held.contains(bytes)).map(|bytes| {
        let mut entry = crdt_model::entry::Entry::decode(&bytes).expect("an entry");
        (0..4).for_each(|layer| entry.drop_section(layer));
        entry.encode()
    });
    let bare: Vec<Vec<u8>> = bare.collect();
    assert!(!bare.is_empty());
    crate::log::admission::ingest(&to.log, &bare, Some(from.log.device), NOW).expect("ingested");
}

#[test]
fn what_had_not_come_when_a_case_was_sealed_is_carried_into_it_and_not_erased() {
    let (founder, operator, focal, omar) = four();
    let case = case_id(&operator.new_case(complaint()));
    exchange(&operator, &omar);
    assert_eq!(omar.show(&case).expect("shown")["text"], "pas reçu");
    // the line drops when the header of a note has come, and not the note
    notes(&operator, &case, "what the person added");
    headers_only(&operator, &omar);
    seals(&omar, &case, &seal("psea", &[])).expect("sealed all the same");
    // and a note written on top of it by whoever has it
    notes(&operator, &case, "and once more");
    exchange(&omar, &operator);
    for _ in 0..2 {
        exchange(&operator, &focal);
        exchange(&operator, &founder);
        exchange(&focal, &founder);
        focal.housekeeping();
    }
    let inside = focal.show(&case).expect("shown");
    let told = inside["notes"].to_string();
    assert!(told.contains("what the person added") && told.contains("and once more"), "{inside}");
    assert_eq!(inside["text"], "pas reçu");
    for home in [&founder, &operator, &omar, &focal] {
        assert_eq!(home.verify()["problems"], json!([]));
    }
}

#[test]
fn a_case_of_which_something_is_missing_is_not_opened() {
    let (founder, operator, focal) = three();
    let case = case_id(&operator.new_case(complaint()));
    seals(&operator, &case, &seal("psea", &[])).expect("sealed");
    exchange(&operator, &focal);
    exchange(&operator, &founder);
    notes(&founder, &case, "what only she heard");
    headers_only(&founder, &focal);
    let lower = Edit::Lower { to: crdt_model::values::Level::S0, reason: Words::from("a mistake") };
    assert_eq!(does(&focal, &case, &lower).expect_err("not whole").code, "case_incomplete");
    exchange(&founder, &focal);
    does(&focal, &case, &lower).expect("opened");
    assert!(focal.show(&case).expect("shown")["notes"].to_string().contains("only she heard"));
}

#[test]
fn whoever_takes_back_what_others_have_built_on_takes_nothing_of_theirs_with_it() {
    let (founder, operator, focal, omar) = four();
    let case = case_id(&operator.new_case(complaint()));
    exchange(&operator, &omar);
    // a header goes out without its words, others work on, and then it is taken back
    let before = operator.entries();
    notes(&operator, &case, "never to be read");
    let note = operator.entries().into_iter().find(|bytes| !before.contains(bytes)).expect("a new entry");
    let note = crdt_model::entry::Entry::decode(&note).expect("an entry").id().to_string();
    headers_only(&operator, &omar);
    notes(&omar, &case, "what Omar heard");
    operator
        .with(|log, reader| crate::writes::withdraw::withdraw(log, reader, &case, Some(&note), NOW))
        .expect("taken back");
    exchange(&omar, &operator);
    exchange(&operator, &founder);
    exchange(&founder, &focal);
    for home in [&omar, &operator] {
        let shown = home.show(&case).expect("shown");
        assert!(shown["notes"].to_string().contains("what Omar heard"), "{shown}");
        assert!(!shown.to_string().contains("never to be read"), "{shown}");
        assert_eq!(shown["text"], "pas reçu");
    }
    assert_eq!(digest(&omar), digest(&operator));
    notes(&omar, &case, "and work goes on");
    exchange(&omar, &operator);
    assert!(operator.show(&case).expect("shown")["notes"].to_string().contains("work goes on"));
}

#[test]
fn whoever_cannot_be_given_a_case_with_a_recusal_is_told_of() {
    let (founder, operator, _focal) = three();
    for n in 0..9 {
        confirmed(&founder, "JER", "focal_psea", &format!("F{n}"));
    }
    exchange(&founder, &operator);
    let told = |recuse: &[&str]| {
        let case = case_id(&operator.new_case(complaint()));
        seals(&operator, &case, &seal("psea", recuse)).expect("sealed")["warnings"].to_string()
    };
    assert!(told(&["F3"]).contains("readers_left_out"));
    assert!(!told(&[]).contains("readers_left_out"), "the audience has one key for all");
}

/// Of a case about a colleague that is not sealed by its category, whoever is named is kept from it: it is sealed, to those
/// who look into what staff do.
#[test]
fn naming_somebody_in_a_case_about_a_colleague_seals_it_to_the_audience_of_conduct() {
    let founder = Home::founded();
    let operator = confirmed(&founder, "JER", "operator", "Ali");
    exchange(&founder, &operator);
    let about = |category: &str| NewCase { category: Some(category.into()), ..complaint() };
    let new = |new: NewCase, recuse: &[String]| {
        operator.with(|log, reader| crate::writes::case_new(log, reader, new, Some(recuse), NOW)).expect("written")
    };
    let audience = |told: Json| {
        assert_eq!(told["restricted"], json!(true), "{told}");
        exchange(&operator, &founder);
        founder.show(&case_id(&told)).expect("found")["audience"].clone()
    };
    assert_eq!(new(about("conduct.disrespect"), &[])["restricted"], json!(false), "nobody is named");
    assert_eq!(audience(new(about("conduct.disrespect"), &["Ali".to_owned()])), json!("conduct"));
    let accused = NewCase { accused: Some("l'agent du guichet".into()), ..about("conduct.disrespect") };
    assert_eq!(audience(new(accused, &[])), json!("conduct"));
    let told = new(about("payment.not_received"), &["Ali".to_owned()]);
    assert_eq!(audience(told), json!("triage"), "of any case");

    // and of one that is there already, once somebody classifies it
    let case = case_id(&operator.new_case(NewCase { category: None, ..complaint() }));
    let triage = Edit::Triage {
        category: Some("conduct.disrespect".into()),
        case_type: None,
        sensitivity: None,
        priority: None,
        project: None,
    };
    let seal = SealOptions { recuse: Some(vec!["hr".to_owned()]), ..SealOptions::default() };
    let told = operator.with(|log, reader| crate::writes::act_with(log, reader, &case, &triage, &seal, NOW));
    let told = told.expect("classified");
    assert_eq!((&told["restricted"], &told["audience"]), (&json!(true), &json!("conduct")), "{told}");
    assert_eq!(operator.show(&case).expect("found")["status"], "restricted", "it is for the audience alone");
}

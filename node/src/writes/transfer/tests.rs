//! What goes on to others, and what comes back.

use crdt_model::document::Opened;
use crdt_model::edit::{ConsentAnswer, Edit, NewCase};
use crdt_model::values::Words;
use serde_json::{Value as Json, json};

use super::Transfer;
use crate::error::Failure;
use crate::log::{Log, Reader};
use crate::members::new_site;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange};

const WORDS: &str = "le pont est coupé depuis mardi";
const NAME: &str = "Inventée Fictive";

fn refers(home: &Home, case: &str, to: &str, fields: &[&str], text: Option<&str>) -> Result<Json, Failure> {
    let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    let text = text.map(Words::from);
    let fields = (!fields.is_empty()).then_some(fields.as_slice());
    home.with(|log, reader| super::refer(log, reader, case, &Transfer { to, fields, text: text.as_ref() }, NOW))
}

fn acts(home: &Home, case: &str, edit: &Edit) {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW)).expect("done");
}

fn sees(home: &Home, case: &str) -> Json {
    let show = |log: &Log, reader: &mut Reader| {
        let shared = log.shared();
        let loaded = crate::list::find_case(log, &shared, reader, case)?;
        let mut shown = crate::cases::show(&shared, &loaded, NOW);
        shown["halves"] = json!(super::halves(log, &shared, reader, &loaded.view(NOW), NOW));
        Ok(shown)
    };
    home.with(show).expect("found")
}

fn with_consent(answers: &[(&str, &str)]) -> NewCase {
    let answer = |(purpose, answer): &(&str, &str)| ConsentAnswer {
        purpose: (*purpose).into(),
        answer: (*answer).into(),
        means: None,
    };
    NewCase {
        consents: answers.iter().map(answer).collect(),
        text: Some(WORDS.into()),
        reporter_name: Some(NAME.into()),
        phone: Some("+509 0000 0001".into()),
        ..complaint()
    }
}

/// The founder at JER, an operator at MNK, a manager at PES, a focal point at the partner PAR.
fn network() -> (Home, Home, Home, Home) {
    let rose = Home::founded();
    for (code, kind) in [("MNK", "office"), ("PES", "office"), ("PAR", "partner")] {
        rose.with(|log, reader| crate::members::site_add(log, reader, new_site(code, code, kind, None)))
            .expect("added");
    }
    let ali = confirmed(&rose, "MNK", "operator", "Ali");
    let mia = confirmed(&rose, "PES", "cfm_manager", "Mia");
    let paul = confirmed(&rose, "PAR", "cfm_manager", "Paul");
    for home in [&ali, &mia, &paul, &ali, &mia] {
        for _ in 0..2 {
            exchange(&rose, home);
            home.housekeeping();
            rose.housekeeping();
        }
    }
    (rose, ali, mia, paul)
}

#[test]
fn what_was_chosen_goes_to_the_other_site_and_its_outcome_comes_back() {
    let (_, ali, mia, paul) = network();
    let case = case_id(&ali.new_case(with_consent(&[])));
    // as long as nothing is chosen nothing goes
    let told = refers(&ali, &case, "PES", &[], None).expect("told");
    assert!(told["sent"].is_null() && told["choices"].as_array().is_some_and(|all| all.contains(&json!("phone"))));
    let told = refers(&ali, &case, "PES", &["text", "phone"], None).expect("sent");
    let other = told["sent"]["case_id"].as_str().expect("born").to_owned();
    assert!(told["fields"].to_string().contains(WORDS), "it is shown: {told}");
    exchange(&ali, &mia);
    exchange(&ali, &paul);
    let seen = sees(&mia, &other);
    assert_eq!((&seen["text"], &seen["phone"]), (&json!(WORDS), &json!("+509 0000 0001")), "{seen}");
    assert_eq!(seen["reporter_name"], Json::Null, "only what was chosen");
    assert_eq!(seen["halves"][0]["kind"], "referred_from", "{seen}");
    assert!(sees(&mia, &case)["text"]["withheld"] == "personal", "no key of the sender's site went along");
    assert!(sees(&paul, &other)["text"]["withheld"] == "personal", "nor is it anybody else's");

    acts(&mia, &other, &Edit::Assign { to: crdt_model::edit::Whom::Typed("me".into()) });
    acts(&mia, &other, &Edit::Accept);
    acts(&mia, &other, &Edit::Resolve { outcome: "resolved".into(), text: Words::from("réparé le 12") });
    exchange(&mia, &ali);
    let half = sees(&ali, &case)["halves"][0].clone();
    assert_eq!(
        (&half["kind"], &half["site"], &half["status"]),
        (&json!("referred_to"), &json!("PES"), &json!("resolved"))
    );
    assert_eq!(half["text"], json!("réparé le 12"), "{half}");
    for home in [&ali, &mia, &paul] {
        assert_eq!(home.verify()["problems"], json!([]));
    }
}

#[test]
fn never_more_goes_than_the_person_allowed() {
    let (_, ali, mia, paul) = network();
    let case = case_id(&ali.new_case(with_consent(&[("refer_internal", "refused")])));
    assert_eq!(refers(&ali, &case, "PES", &["text"], None).expect_err("refused").code, "field_kept_back");
    assert_eq!(refers(&ali, &case, "PES", &["type"], None).expect_err("words of the operator").code, "missing");
    let told = refers(&ali, &case, "PES", &["all"], Some("quelqu'un attend un virement")).expect("sent");
    let other = told["sent"]["case_id"].as_str().expect("born").to_owned();
    exchange(&ali, &mia);
    let seen = sees(&mia, &other).to_string();
    assert!(seen.contains("quelqu'un attend un virement"), "{seen}");
    for kept in [WORDS, NAME, "0000 0001"] {
        assert!(!seen.contains(kept), "{kept}: {seen}");
    }

    // to a partner nobody is named who was not asked
    let case = case_id(&ali.new_case(with_consent(&[])));
    let told = refers(&ali, &case, "PAR", &["all"], None).expect("sent");
    assert!(told["kept_back"].to_string().contains("reporter_name"), "{told}");
    let other = told["sent"]["case_id"].as_str().expect("born").to_owned();
    exchange(&ali, &paul);
    let seen = sees(&paul, &other).to_string();
    assert!(seen.contains(WORDS) && !seen.contains(NAME), "{seen}");
    let case = case_id(&ali.new_case(with_consent(&[("refer_external", "given")])));
    let told = refers(&ali, &case, "PAR", &["all"], None).expect("sent");
    let other = told["sent"]["case_id"].as_str().expect("born").to_owned();
    exchange(&ali, &paul);
    assert!(sees(&paul, &other).to_string().contains(NAME));
}

#[test]
fn a_sealed_case_goes_to_persons_and_to_nobody_who_is_set_aside() {
    let (rose, _, mia, paul) = network();
    let sealed = rose.with(|log, reader| {
        let mut new = complaint();
        new.category = Some("sea.abuse".into());
        new.text = Some(WORDS.into());
        crate::writes::case_new(log, reader, new, Some(&["Mia".to_owned()]), NOW)
    });
    let case = case_id(&sealed.expect("sealed"));
    assert_eq!(refers(&rose, &case, "Mia", &["all"], None).expect_err("refused").code, "assignee_recused");
    let told = refers(&rose, &case, "Paul", &["all"], None).expect("sent");
    let other = told["sent"]["case_id"].as_str().expect("born").to_owned();
    exchange(&rose, &paul);
    exchange(&rose, &mia);
    assert_eq!(sees(&paul, &other)["text"], json!(WORDS));
    assert_eq!(sees(&paul, &case)["status"], "restricted");
    for half in [&case, &other] {
        let seen = sees(&mia, half);
        assert!(seen["status"] == "restricted" && !seen.to_string().contains(WORDS), "{seen}");
    }
    acts(&paul, &other, &Edit::Note { text: Words::from("pris en charge") });
    exchange(&paul, &rose);
    assert!(sees(&rose, &other).to_string().contains("pris en charge"), "the sender hears of it");
}

/// Of the sections of words and allegations of a case that this home holds: how many there are, and how many its member opens.
fn held_and_opened(home: &Home, case: &str) -> (usize, usize) {
    let look = |log: &Log, reader: &mut Reader| {
        let shared = log.shared();
        let loaded = crate::list::find_case(log, &shared, reader, case)?;
        let entries = log.entries(&log.store.read()?, &loaded.scope, &loaded.doc)?;
        for entry in &entries {
            reader.keychain.absorb_grant(&log.org, entry);
        }
        let opened: Vec<_> = entries.iter().map(|entry| reader.keychain.open_entry(entry)).collect();
        let words = || opened.iter().flat_map(|entry| &entry.layers[1..]);
        let held = words().filter(|layer| !matches!(layer, Opened::Absent | Opened::Missing)).count();
        let open = words().filter(|layer| matches!(layer, Opened::Plain(_))).count();
        Ok(json!([held, open]))
    };
    let told = home.with(look).expect("looked");
    let number = |at: usize| usize::try_from(told[at].as_u64().expect("a number")).expect("small");
    (number(0), number(1))
}

#[test]
fn whoever_is_set_aside_holds_every_byte_and_reads_nothing() {
    let (rose, ali, _, paul) = network();
    let nadia = confirmed(&rose, "PES", "focal_psea", "Nadia");
    let hana = confirmed(&rose, "PES", "focal_psea", "Hana");
    for home in [&nadia, &hana, &ali, &nadia, &hana] {
        for _ in 0..2 {
            exchange(&rose, home);
            home.housekeeping();
            rose.housekeeping();
        }
    }
    // the administrator who founded it all, and one of the audience
    let aside = ["Rose".to_owned(), "Nadia".to_owned()];
    let sealed = ali.with(|log, reader| {
        let mut new = complaint();
        new.category = Some("sea.abuse".into());
        new.allegation = Some(WORDS.into());
        crate::writes::case_new(log, reader, new, Some(&aside), NOW)
    });
    let case = case_id(&sealed.expect("sealed"));
    let all = [&rose, &ali, &nadia, &hana, &paul];
    let share = || {
        for _ in 0..2 {
            for home in all {
                exchange(&ali, home);
                home.housekeeping();
            }
        }
    };
    share();
    acts(&hana, &case, &Edit::Note { text: Words::from("entendue") });
    exchange(&hana, &ali);
    share();
    let sent = refers(&hana, &case, "Paul", &["all"], None).expect("sent");
    let other = sent["sent"]["case_id"].as_str().expect("born").to_owned();
    exchange(&hana, &ali);
    share();
    for half in [&case, &other] {
        let (held, opened) = held_and_opened(&hana, half);
        assert!(opened > 0, "whoever is of it reads it: {half}");
        for home in [&rose, &nadia] {
            assert_eq!(held_and_opened(home, half), (held, 0), "{half}");
            assert_eq!(sees(home, half)["status"], "restricted");
        }
    }
    assert_eq!(refers(&hana, &case, "Rose", &["all"], None).expect_err("refused").code, "assignee_recused");
}

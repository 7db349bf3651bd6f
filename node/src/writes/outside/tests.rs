use crdt_model::edit::{Edit, NewCase};
use crdt_model::values::Words;
use serde_json::{Value as Json, json};

use crate::api::SealOptions;
use crate::error::Failure;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange};

fn does(home: &Home, case: &str, edit: &Edit) -> Result<Json, Failure> {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW))
}

fn note(text: &str) -> Edit {
    Edit::Note { text: Words::from(text) }
}

/// Everything that a stranger to a case is told they may add.
fn additions(word: &str) -> [Edit; 4] {
    [
        note(word),
        Edit::Act { what: Words::from(word), on_behalf_of: None, due: None },
        Edit::Attempt { outcome: "no_answer".into(), channel: None },
        Edit::Consent { purpose: "record".into(), answer: "given".into(), means: Some("oral".into()), by: None },
    ]
}

/// The founder, who reads every audience, two operators of a site and a focal point of the audience `psea`.
fn four() -> (Home, Home, Home, Home) {
    let founder = Home::founded();
    founder.site("PES");
    let (ali, zoe) = (founder.invited("PES", "operator", "Ali"), founder.invited("PES", "operator", "Zoé"));
    let nadia = confirmed(&founder, "JER", "focal_psea", "Nadia");
    for home in [&ali, &zoe, &nadia, &ali] {
        exchange(&founder, home);
    }
    (founder, ali, zoe, nadia)
}

/// A case that the founder took down and that `psea` reads, without whoever is named.
fn sealed(founder: &Home, recuse: &[&str]) -> String {
    let new = NewCase { category: Some("sea.abuse".into()), allegation: Some(Words::from("told")), ..complaint() };
    let recuse: Vec<String> = recuse.iter().map(|name| (*name).to_owned()).collect();
    let told = founder.with(|log, reader| crate::writes::case_new(log, reader, new, Some(&recuse), NOW));
    case_id(&told.expect("taken down"))
}

fn shown(home: &Home, case: &str) -> String {
    home.show(case).expect("shown").to_string()
}

#[test]
fn whoever_has_a_role_adds_to_a_case_they_cannot_read_and_only_its_audience_reads_that() {
    let (founder, ali, zoe, nadia) = four();
    let case = sealed(&founder, &[]);
    exchange(&founder, &ali);
    let refused = does(&ali, &case, &Edit::Accept).expect_err("not of the audience");
    assert_eq!(refused.code, "outside_audience", "whose hint names what is accepted below");
    for edit in additions("CANARY at the well") {
        let told = does(&ali, &case, &edit).expect("added");
        assert_eq!((&told["restricted"], &told["status"]), (&json!(true), &json!("restricted")), "{edit:?}");
    }
    assert!(!shown(&ali, &case).contains("CANARY"), "not even by who wrote it");
    for home in [&founder, &nadia, &zoe] {
        exchange(&ali, home);
    }
    for home in [&founder, &nadia] {
        let inside = home.show(&case).expect("shown");
        assert_eq!(
            (&inside["notes"][0]["text"], &inside["notes"][0]["by"]),
            (&json!("CANARY at the well"), &json!("Ali"))
        );
        assert_eq!(inside["actions"].as_array().map(Vec::len), Some(1), "{inside}");
        assert_eq!(inside["interactions"].as_array().map(Vec::len), Some(1), "{inside}");
        assert!(inside["consents"].to_string().contains("given"), "{inside}");
    }
    assert!(!shown(&zoe, &case).contains("CANARY"));

    // the audience works on after it, and others add on
    does(&nadia, &case, &note("seen by the audience")).expect("noted");
    exchange(&nadia, &zoe);
    does(&zoe, &case, &note("CANARY too")).expect("added");
    exchange(&zoe, &nadia);
    exchange(&nadia, &founder);
    exchange(&founder, &ali);
    assert_eq!(founder.show(&case).expect("shown")["notes"].as_array().map(Vec::len), Some(3));
    assert_eq!(nadia.show(&case).expect("shown")["notes"].as_array().map(Vec::len), Some(3));
    for home in [&founder, &ali, &zoe, &nadia] {
        assert_eq!(home.verify()["ok"], true, "{}", home.verify());
    }
    assert!(!shown(&ali, &case).contains("CANARY") && !shown(&zoe, &case).contains("CANARY"));
}

#[test]
fn what_is_added_to_a_case_sealed_late_reaches_whom_it_is_sealed_to_then() {
    let (founder, ali, zoe, nadia) = four();
    let case = case_id(&ali.new_case(complaint()));
    let options = SealOptions { recuse: Some(vec![]), audience: Some("psea".into()), ..SealOptions::default() };
    let seal = |log: &crate::log::Log, reader: &mut crate::log::Reader| {
        crate::writes::case_seal(log, reader, &case, &Words::from("grave"), &options, NOW)
    };
    assert_eq!(ali.with(seal).expect("sealed")["generation"], 1);
    exchange(&ali, &zoe);
    does(&zoe, &case, &note("CANARY after")).expect("added");
    exchange(&zoe, &nadia);
    exchange(&zoe, &founder);
    exchange(&zoe, &ali);
    assert!(shown(&nadia, &case).contains("CANARY after") && shown(&founder, &case).contains("CANARY after"));
    assert!(!shown(&ali, &case).contains("CANARY") && !shown(&zoe, &case).contains("CANARY"));
}

#[test]
fn what_somebody_adds_who_is_set_aside_is_in_no_view_of_the_audience() {
    let (founder, ali, zoe, nadia) = four();
    let case = sealed(&founder, &["Ali"]);
    exchange(&founder, &ali);
    exchange(&founder, &zoe);
    let refused = Edit::Consent { purpose: "record".into(), answer: "refused".into(), means: None, by: None };
    // nothing tells them: their node cannot know
    for edit in [note("CANARY of the accused"), refused] {
        does(&ali, &case, &edit).expect("taken");
    }
    does(&zoe, &case, &note("of a colleague")).expect("added");
    exchange(&ali, &nadia);
    exchange(&zoe, &nadia);
    exchange(&nadia, &founder);
    for home in [&nadia, &founder] {
        let inside = home.show(&case).expect("shown");
        assert_eq!(inside["notes"].as_array().map(Vec::len), Some(1), "{inside}");
        assert_eq!(inside["notes"][0]["text"], "of a colleague");
        assert!(!inside.to_string().contains("CANARY") && !inside["consents"].to_string().contains("refused"));
        let problems = home.verify()["problems"].to_string();
        assert!(problems.contains("recused"), "told where faults are: {problems}");
    }
    assert!(!shown(&ali, &case).contains("told"), "and still reads nothing");
    // what the audience adds beside it is whole
    does(&nadia, &case, &note("of the audience")).expect("noted");
    exchange(&nadia, &founder);
    assert_eq!(founder.show(&case).expect("shown")["notes"].as_array().map(Vec::len), Some(2));
}

//! What goes on to others, and what comes back.

use crdt_model::case::schema::element_key;
use crdt_model::document::Opened;
use crdt_model::edit::{ConsentAnswer, Edit, EditOps, LinkKind, NewCase, Whom};
use crdt_model::layer::{LayerOp, Value};
use crdt_model::taxonomy::{Capture, Coded, Taxonomy};
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
    refers_at(home, (case, to), fields, text, NOW)
}

fn refers_at(
    home: &Home,
    (case, to): (&str, &str),
    fields: &[&str],
    text: Option<&str>,
    now_ms: i64,
) -> Result<Json, Failure> {
    let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    let text = text.map(Words::from);
    let fields = (!fields.is_empty()).then_some(fields.as_slice());
    home.with(|log, reader| super::refer(log, reader, case, &Transfer { to, fields, text: text.as_ref() }, now_ms))
}

fn tries(home: &Home, case: &str, edit: &Edit) -> Result<Json, Failure> {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW))
}

fn acts(home: &Home, case: &str, edit: &Edit) -> Json {
    tries(home, case, edit).expect("done")
}

fn assigns(home: &Home, case: &str, who: &str) -> Json {
    acts(home, case, &Edit::Assign { to: Whom::Typed(who.into()) })
}

fn share(with: &str, stop: bool) -> Edit {
    Edit::Share { with: Whom::Typed(with.into()), stop }
}

fn resolved(text: &str) -> Edit {
    Edit::Resolve { outcome: "resolved".into(), text: Words::from(text) }
}

/// The other half of a case that was sent on.
fn born(told: &Json) -> String {
    told["sent"]["case_id"].as_str().expect("born").to_owned()
}

fn meet_all(rose: &Home, homes: &[&Home]) {
    for home in homes.iter().chain(homes) {
        for _ in 0..2 {
            exchange(rose, home);
            home.housekeeping();
            rose.housekeeping();
        }
    }
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
    for (code, name, kind) in
        [("MNK", "Mankono", "office"), ("PES", "Péstel", "office"), ("PAR", "Partenaire", "partner")]
    {
        rose.with(|log, reader| crate::members::site_add(log, reader, new_site(code, name, kind, None)))
            .expect("added");
    }
    let ali = confirmed(&rose, "MNK", "operator", "Ali");
    let mia = confirmed(&rose, "PES", "cfm_manager", "Mia");
    let paul = confirmed(&rose, "PAR", "cfm_manager", "Paul");
    meet_all(&rose, &[&ali, &mia, &paul]);
    (rose, ali, mia, paul)
}

#[test]
fn what_was_chosen_goes_to_the_other_site_and_its_outcome_comes_back() {
    let (_, ali, mia, paul) = network();
    let case = case_id(&ali.new_case(with_consent(&[])));
    // as long as nothing is chosen nothing goes
    let told = refers(&ali, &case, "PES", &[], None).expect("told");
    let choices = told["choices"].as_array().expect("a list");
    assert!(told["sent"].is_null() && choices.contains(&json!("phone")), "{told}");
    let always = told["fields"].as_array().expect("a list").iter().map(|row| &row["field"]);
    assert!(always.clone().any(|field| field == "type") && always.clone().all(|field| !choices.contains(field)));
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

    let told = assigns(&mia, &other, "me");
    assert_eq!((&told["warnings"], &told["sender_site"]), (&json!(["sender_reads"]), &json!("MNK")), "{told}");
    assert_eq!(acts(&mia, &other, &Edit::Accept)["warnings"], json!([]), "once");
    acts(&mia, &other, &resolved("réparé le 12"));
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
    let refused = refers(&ali, &case, "PES", &["text"], None).expect_err("refused");
    assert_eq!(refused.code, "field_kept_back");
    let said = |name: &str| refused.args.iter().find(|(arg, _)| *arg == name).map(|(_, value)| value.as_str());
    assert_eq!((said("purpose"), said("answer")), (Some("refer_internal"), Some("refused")), "{refused:?}");
    let refused = refers(&ali, &case, "PES", &["type"], None).expect_err("words of the operator");
    assert_eq!(refused.code, "own_words_needed");
    let told = refers(&ali, &case, "PES", &["all"], Some("quelqu'un attend un virement")).expect("sent");
    let other = told["sent"]["case_id"].as_str().expect("born").to_owned();
    exchange(&ali, &mia);
    let seen = sees(&mia, &other).to_string();
    assert!(seen.contains("quelqu'un attend un virement"), "{seen}");
    for kept in [WORDS, NAME, "0000 0001"] {
        assert!(!seen.contains(kept), "{kept}: {seen}");
    }

    // the outcome comes back: nothing of the person goes to where the case came from that is not there
    assert_eq!(assigns(&mia, &other, "me")["warnings"], json!(["sender_reads"]));
    acts(&mia, &other, &resolved("versé le 12"));
    exchange(&mia, &ali);
    let half = sees(&ali, &case)["halves"][0].clone();
    assert_eq!((&half["status"], &half["text"]), (&json!("resolved"), &json!("versé le 12")), "{half}");
    // and nobody else is given it
    let refused = tries(&mia, &other, &Edit::Assign { to: Whom::Typed("Paul".into()) }).expect_err("refused");
    assert_eq!(refused.code, "consent_refuses_referral");

    // to a partner nobody is named who was not asked
    let case = case_id(&ali.new_case(with_consent(&[])));
    let told = refers(&ali, &case, "PAR", &["all"], None).expect("sent");
    let kept = json!({"field": "reporter_name", "purpose": "refer_external", "answer": "not_asked"});
    assert!(told["kept_back"].as_array().is_some_and(|all| all.contains(&kept)), "{told}");
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
    meet_all(&rose, &[&nadia, &hana, &ali]);
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

#[test]
fn a_sealed_case_goes_no_further_than_the_person_allowed_but_to_its_audience() {
    let (rose, _, mia, paul) = network();
    let hana = confirmed(&rose, "PES", "focal_psea", "Hana");
    meet_all(&rose, &[&hana, &mia, &paul]);
    let sealed = |answers: &[(&str, &str)]| {
        let new = NewCase { category: Some("sea.abuse".into()), ..with_consent(answers) };
        case_id(&rose.with(|log, reader| crate::writes::case_new(log, reader, new, Some(&[]), NOW)).expect("sealed"))
    };
    let arrives = |home: &Home, told: &Json| {
        exchange(&rose, home);
        sees(home, &born(told)).to_string()
    };
    let own = "quelqu'un attend un appel";
    let bounded = |case: &str, to: &str, home: &Home| {
        assert_eq!(refers(&rose, case, to, &["all"], None).expect_err("refused").code, "own_words_needed", "{to}");
        assert_eq!(refers(&rose, case, to, &["text"], Some(own)).expect_err("refused").code, "field_kept_back", "{to}");
        let seen = arrives(home, &refers(&rose, case, to, &["all"], Some(own)).expect("sent"));
        assert!(seen.contains(own) && seen.contains("sea.abuse"), "{to}: {seen}");
        for kept in [WORDS, NAME, "0000 0001"] {
            assert!(!seen.contains(kept), "{to}: {kept}: {seen}");
        }
    };
    for answer in ["refused", "withdrawn"] {
        let case = sealed(&[("refer_internal", answer), ("share_identity_in_sensitive", "given")]);
        bounded(&case, "Mia", &mia);
        bounded(&case, "Paul", &paul);
        // whoever is of the audience reads what is said anyway, and not of whom
        let seen = arrives(&hana, &refers(&rose, &case, "Hana", &["all"], None).expect("sent"));
        assert!(seen.contains(WORDS) && !seen.contains(NAME), "{seen}");
    }
    let case = sealed(&[("refer_external", "refused"), ("share_identity_in_sensitive", "given")]);
    bounded(&case, "Paul", &paul);
    let seen = arrives(&mia, &refers(&rose, &case, "Mia", &["all"], None).expect("sent"));
    assert!(seen.contains(WORDS) && seen.contains(NAME), "of the organisation, and allowed: {seen}");
    // who the person is goes to a partner if both were allowed
    let case = sealed(&[("share_identity_in_sensitive", "given")]);
    let told = refers(&rose, &case, "Paul", &["all"], None).expect("sent");
    let kept = json!({"field": "reporter_name", "purpose": "refer_external", "answer": "not_asked"});
    assert!(told["kept_back"].as_array().is_some_and(|all| all.contains(&kept)), "{told}");
    let seen = arrives(&paul, &told);
    assert!(seen.contains(WORDS) && !seen.contains(NAME), "{seen}");
    let case = sealed(&[("share_identity_in_sensitive", "given"), ("refer_external", "given")]);
    assert!(arrives(&paul, &refers(&rose, &case, "Paul", &["all"], None).expect("sent")).contains(NAME));
}

#[test]
fn a_share_with_the_senders_site_ends_by_hand_and_stays_ended() {
    let (_, ali, mia, _) = network();
    let case = case_id(&ali.new_case(with_consent(&[])));
    let other = born(&refers(&ali, &case, "PES", &["text"], None).expect("sent"));
    exchange(&ali, &mia);
    assigns(&mia, &other, "me");
    assert_eq!(sees(&mia, &other)["shared_with"], json!(["MNK"]));
    // whoever means to let a site read sends the case on to it
    let refused = tries(&mia, &other, &share("Partenaire", false)).expect_err("refused");
    assert_eq!((refused.code, refused.args[0].1.as_str()), ("share_is_for_persons", "PAR"));
    assert_eq!(tries(&mia, &other, &share("PAR", true)).expect_err("refused").code, "not_shared");
    let told = acts(&mia, &other, &share("mankono", true));
    assert_eq!((&told["with"], &told["stopped"]), (&json!("MNK"), &json!(true)), "{told}");
    assert_eq!(sees(&mia, &other)["shared_with"], json!([]));
    for edit in [Edit::Accept, resolved("réparé le 12")] {
        let told = acts(&mia, &other, &edit);
        assert_eq!((&told["warnings"], &told["sender_site"]), (&json!([]), &Json::Null), "{told}");
    }
    assert_eq!(sees(&mia, &other)["shared_with"], json!([]));
    exchange(&mia, &ali);
    assert!(!sees(&ali, &other).to_string().contains("réparé"), "{}", sees(&ali, &other));
}

#[test]
fn a_site_that_was_to_handle_a_case_handles_it_no_longer() {
    let (_, ali, mia, _) = network();
    let case = case_id(&ali.new_case(with_consent(&[])));
    acts(&ali, &case, &Edit::Set { values: vec![("handling_site".into(), "PES".into())] });
    exchange(&ali, &mia);
    assert_eq!(sees(&mia, &case)["text"], json!(WORDS));
    acts(&ali, &case, &share("PES", true));
    assert_eq!(sees(&ali, &case)["handling_site"], json!("MNK"));
    acts(&ali, &case, &Edit::Note { text: Words::from("plus pour eux") });
    exchange(&ali, &mia);
    assert!(!sees(&mia, &case).to_string().contains("plus pour eux"));
    assert_eq!(tries(&ali, &case, &share("MNK", true)).expect_err("its own site").code, "not_shared");
}

/// A case that a member takes down for another site, of no other case.
fn taken_down_for(home: &Home, site: &str, new: NewCase) -> String {
    let told = home.with(|log, reader| {
        let shared = log.shared();
        let restricted = Some(None);
        let intake = crate::writes::Intake {
            recuse: Some(&[]),
            not_them: &[],
            site,
            capture: Capture::Entered,
            restricted,
            codes_stand: true,
        };
        let prepared = crate::writes::prepare(log, &shared, &reader.member(), new, &intake)?;
        let mut entropy = crate::log::entropy()?;
        let created = log.commit(|tx| crate::writes::create(log, tx, &shared, reader, &prepared, NOW, &mut entropy))?;
        Ok(json!({"case_id": created.case_id}))
    });
    case_id(&told.expect("taken down"))
}

#[test]
fn only_its_birth_says_where_a_case_came_from() {
    let (_, ali, mia, _) = network();
    let own = case_id(&ali.new_case(with_consent(&[])));
    let forged = || Edit::Link { to: own.parse().expect("an id"), kind: LinkKind::ReferredFrom };
    // whoever took it down says later that it was sent on; those who read nothing of it say nothing
    let refused = [("refer_internal", "refused")];
    let taken = taken_down_for(&ali, "PES", with_consent(&refused));
    acts(&ali, &taken, &forged());
    exchange(&ali, &mia);
    let mias = case_id(&mia.new_case(with_consent(&refused)));
    exchange(&mia, &ali);
    let refused = ali.with(|log, reader| crate::writes::act(log, reader, &mias, &forged(), NOW));
    assert_eq!(refused.expect_err("not theirs").code, "case_not_read");
    exchange(&ali, &mia);
    for case in [&taken, &mias] {
        let told = assigns(&mia, case, "me");
        assert_eq!((&told["warnings"], &sees(&mia, case)["shared_with"]), (&json!([]), &json!([])), "{told}");
        acts(&mia, case, &resolved("réparé le 12"));
    }
    exchange(&mia, &ali);
    assert!(!sees(&ali, &mias).to_string().contains("réparé"));
    assert!(!sees(&ali, &taken).to_string().contains("réparé"));
}

#[test]
fn whoever_cannot_be_sent_a_case_is_told_which_command_gives_it_to_them() {
    let (_, ali, mia, paul) = network();
    let case = case_id(&ali.new_case(with_consent(&[])));
    let refused = |to: &str, fields: &[&str]| refers(&ali, &case, to, fields, None).expect_err("refused");
    let said = |failure: &Failure, name: &str| {
        failure.args.iter().find(|(arg, _)| *arg == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let french = |failure: &Failure| crate::texts::Texts::for_lang("fr").error(failure).1.unwrap_or_default();
    for (to, kind) in [("Mia", "member"), ("focal_cash", "member"), ("Paul", "partner")] {
        let failure = refused(to, &[]);
        assert_eq!((failure.code, said(&failure, "kind").as_str()), ("refer_is_for_sites", kind), "{to}");
    }
    assert!(french(&refused("mia", &[])).contains("boucle case assign"), "{}", french(&refused("mia", &[])));
    assert!(french(&refused("Paul", &[])).contains("--to PAR`"), "{}", french(&refused("Paul", &[])));
    let unknown = refused("Pestle", &[]);
    assert_eq!((unknown.code, said(&unknown, "near").as_str()), ("site_not_found", "PES (Péstel)"));
    let told = refers(&ali, &case, "pestel", &[], None).expect("by its name");
    assert_eq!(told["to"], json!("PES"));
    // a field that there is not, or that nobody is sent, is told with those there are
    for field in ["phon", "notes", "slip"] {
        let failure = refused("PES", &[field]);
        assert_eq!(failure.code, "unknown_field", "{field}");
    }
    assert!(french(&refused("PES", &["phon"])).contains("Téléphone (phone)"), "{}", french(&refused("PES", &["phon"])));
    drop((mia, paul));
}

#[test]
fn a_case_that_moved_on_is_of_the_site_it_moved_to() {
    let (rose, ali, mia, _) = network();
    let case = case_id(&ali.new_case(with_consent(&[])));
    let other = born(&refers(&ali, &case, "PES", &["text"], None).expect("sent"));
    exchange(&ali, &mia);
    let told = mia.with(|log, reader| crate::writes::moving::move_case(log, reader, &other, "JER", false, NOW));
    let moved = told.expect("moved")["moved"]["case_id"].as_str().expect("born").to_owned();
    exchange(&mia, &rose);
    // whoever moved it restates where it came from: that is nobody's birth
    let told = assigns(&rose, &moved, "me");
    assert!(told["sender_site"].is_null() && sees(&rose, &moved)["shared_with"] == json!([]), "{told}");
    // what is handled elsewhere no longer is handled where it lies now, not where it was born
    acts(&rose, &moved, &Edit::Set { values: vec![("handling_site".into(), "MNK".into())] });
    acts(&rose, &moved, &share("MNK", true));
    assert_eq!(sees(&rose, &moved)["handling_site"], json!("JER"));
}

#[test]
fn those_a_sealed_case_was_sent_to_read_what_the_others_of_them_add() {
    let (rose, ali, mia, paul) = network();
    let xenia = confirmed(&rose, "MNK", "security", "Xénia");
    let yann = confirmed(&rose, "PES", "security", "Yann");
    meet_all(&rose, &[&xenia, &yann, &xenia]);
    let new =
        NewCase { category: Some("sea.abuse".into()), ..with_consent(&[("share_identity_in_sensitive", "given")]) };
    let case =
        case_id(&rose.with(|log, reader| crate::writes::case_new(log, reader, new, Some(&[]), NOW)).expect("sealed"));
    let other = born(&refers(&rose, &case, "security", &["all"], None).expect("sent"));
    meet_all(&rose, &[&xenia, &yann]);
    acts(&xenia, &other, &Edit::Note { text: Words::from("je passe demain") });
    meet_all(&rose, &[&xenia, &yann]);
    for home in [&xenia, &yann, &rose] {
        assert!(sees(home, &other).to_string().contains("je passe demain"), "{}", sees(home, &other));
    }
    meet_all(&rose, &[&ali, &mia, &paul]);
    for home in [&ali, &mia, &paul] {
        assert!(!sees(home, &other).to_string().contains("je passe demain"));
    }
}

/// Whoever registers a case, or seals it once more with their own program, cannot have it read by whom they name.
#[test]
fn nobody_names_themselves_as_whom_a_sealed_case_is_for() {
    let (rose, ali, mia, _) = network();
    let case = case_id(&ali.new_case(with_consent(&[])));
    let forged = |home: &Home| {
        let key = element_key("shared_with", &format!("member:{}", home.member)).expect("a key");
        home.with(|log, reader| {
            let shared = log.shared();
            let loaded = crate::list::find_case(log, &shared, reader, &case)?;
            let mut entropy = crate::log::entropy()?;
            let put = LayerOp::Put { key, value: Value::Bool(true) };
            let edit = EditOps { open: vec![put], ..EditOps::default() };
            let deps = crate::writes::deps(log, &loaded);
            let write = crate::writes::Write::on(loaded, deps, edit, crate::writes::SensitiveKey::None);
            log.commit(|tx| crate::writes::append_edit(log, tx, &shared, reader, write, NOW, &mut entropy).map(drop))
        })
        .expect("written");
    };
    meet_all(&rose, &[&ali, &mia]);
    forged(&mia);
    meet_all(&rose, &[&ali, &mia]);
    let seal = crate::api::SealOptions { recuse: Some(vec![]), audience: Some("psea".into()), ..Default::default() };
    let reason = Words::from("cela s'est aggravé");
    ali.with(|log, reader| crate::writes::case_seal(log, reader, &case, &reason, &seal, NOW)).expect("sealed");
    meet_all(&rose, &[&ali, &mia]);
    acts(&rose, &case, &Edit::Note { text: Words::from("je passe demain") });
    meet_all(&rose, &[&ali, &mia]);
    assert!(sees(&rose, &case).to_string().contains("je passe demain"), "the control");
    assert!(!sees(&mia, &case).to_string().contains("je passe demain"));
    let made_for = rose
        .with(|log, reader| Ok(crate::writes::made_for(&*crate::list::find_case(log, &log.shared(), reader, &case)?)));
    assert_eq!(made_for.expect("asked"), []);
}

fn gives_back(reason: &str, words: &str) -> Edit {
    Edit::Return { reason: reason.into(), because: Words::from(words) }
}

fn notes(text: &str) -> Edit {
    Edit::Note { text: Words::from(text) }
}

/// What waits on somebody: what is to be done with which case.
fn todo_at(home: &Home, now_ms: i64) -> Vec<(String, String)> {
    let told = home.with(|log, reader| crate::list::todo::todo(log, &log.shared(), reader, None, "fr", now_ms));
    let part = |line: &Json, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    told.expect("told")
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| (part(line, "task"), part(line, "case_id")))
        .collect()
}

fn line(task: &str, case: &str) -> (String, String) {
    (task.to_owned(), case.to_owned())
}

const DAY: i64 = 86_400_000;

#[test]
fn a_half_that_came_back_with_a_question_waits_on_its_sender_and_the_answer_reaches_who_asked() {
    // a site, and a partner: of which only what is meant for it is known
    for to in ["PES", "PAR"] {
        let (rose, ali, mia, paul) = network();
        let there = if to == "PES" { &mia } else { &paul };
        let case = case_id(&ali.new_case(with_consent(&[("refer_internal", "refused")])));
        let other = born(&refers(&ali, &case, to, &["all"], Some("quelqu'un attend un virement")).expect("sent"));
        exchange(&ali, there);
        assigns(there, &other, "me");
        acts(there, &other, &Edit::Accept);
        let told = acts(there, &other, &gives_back("need_info", "De quel quartier ?"));
        assert!(!told["warnings"].to_string().contains("nobody"), "{told}");
        meet_all(&rose, &[&ali, there]);
        assert!(todo_at(&ali, NOW).contains(&line("returned", &case)), "{to}: {:?}", todo_at(&ali, NOW));
        for days in [0, 5, 30] {
            let (ours, theirs) = (todo_at(&ali, NOW + days * DAY), todo_at(there, NOW + days * DAY));
            assert!(ours.iter().all(|(_, of)| *of != other), "one line, on the sender's own case: {ours:?}");
            assert!(theirs.iter().all(|(_, of)| *of != other), "{to}, {days} days: {theirs:?}");
        }
        let half = sees(&ali, &case)["halves"][0].clone();
        assert_eq!(half["returned"], json!({"why": "need_info", "text": "De quel quartier ?"}), "{half}");

        let told = acts(&ali, &case, &notes("Du quartier Sud"));
        assert!(told["warnings"].to_string().contains("went_there_too"), "{told}");
        assert_eq!(told["half"]["site"], json!(to));
        assert!(!todo_at(&ali, NOW).contains(&line("returned", &case)));
        meet_all(&rose, &[&ali, there]);
        assert!(sees(there, &other).to_string().contains("Du quartier Sud"), "{}", sees(there, &other));
        assert!(todo_at(there, NOW).contains(&line("accept", &other)), "{:?}", todo_at(there, NOW));
        // it was the answer to one question: what is noted from then on stays
        acts(&ali, &case, &notes("pour nous seuls"));
        meet_all(&rose, &[&ali, there]);
        assert!(!sees(there, &other).to_string().contains("pour nous seuls"));
        // asked again, it can be answered there as well
        acts(there, &other, &gives_back("need_info", "Quel jour ?"));
        meet_all(&rose, &[&ali, there]);
        acts(&ali, &other, &notes("Mardi"));
        meet_all(&rose, &[&ali, there]);
        assert!(sees(there, &other).to_string().contains("Mardi"));
        assert!(todo_at(there, NOW).contains(&line("accept", &other)));
        for home in [&ali, there] {
            assert_eq!(home.verify()["problems"], json!([]), "{to}");
        }
    }
}

#[test]
fn a_half_that_is_not_for_them_comes_back_before_anybody_took_it_up() {
    let (rose, ali, _, paul) = network();
    let case = case_id(&ali.new_case(with_consent(&[])));
    let other = born(&refers(&ali, &case, "PAR", &["text"], None).expect("sent"));
    exchange(&ali, &paul);
    acts(&paul, &other, &gives_back("misdirected", "Pas notre zone"));
    assert!(todo_at(&paul, NOW).iter().all(|(_, of)| *of != other), "{:?}", todo_at(&paul, NOW));
    meet_all(&rose, &[&ali, &paul]);
    assert!(todo_at(&ali, NOW).contains(&line("returned", &case)), "{:?}", todo_at(&ali, NOW));
    // nothing was asked: what the sender notes is theirs
    acts(&ali, &case, &notes("à revoir"));
    meet_all(&rose, &[&ali, &paul]);
    assert!(!sees(&paul, &other).to_string().contains("à revoir"));
    // sent on to others later, it waits on them
    refers_at(&ali, (&case, "PES"), &["text"], None, NOW + 1).expect("sent");
    assert!(!todo_at(&ali, NOW).contains(&line("returned", &case)));
}

#[test]
fn what_was_sent_on_is_with_others_until_its_outcome_is_back_and_the_person_answered() {
    let (rose, ali, _, paul) = network();
    let case = case_id(&ali.new_case(with_consent(&[("contact_back", "given")])));
    let other = born(&refers(&ali, &case, "PAR", &["text"], None).expect("sent"));
    let seen = sees(&ali, &case);
    assert_eq!((&seen["status"], &seen["assignee"]), (&json!("assigned"), &json!("Ali")), "{seen}");
    assert!(!seen["clocks"].to_string().contains("refer"), "{seen}");
    assert_eq!(todo_at(&ali, NOW), [line("work", &case)]);
    meet_all(&rose, &[&ali, &paul]);
    assert_eq!(todo_at(&paul, NOW), [line("refer", &other)]);
    assigns(&paul, &other, "me");
    acts(&paul, &other, &resolved("versé le 12"));
    meet_all(&rose, &[&ali, &paul]);
    assert_eq!(todo_at(&ali, NOW), [line("call_back", &case)]);
    let told = crdt_model::edit::Telling { text: Some(Words::from("versé le 12")), came: true, ..Default::default() };
    acts(&ali, &case, &Edit::Answer(told));
    assert!(!todo_at(&ali, NOW).contains(&line("call_back", &case)), "{:?}", todo_at(&ali, NOW));
}

/// Something that a field of its kind can hold.
fn sample(field: &crdt_model::case::schema::Field) -> Option<Json> {
    use crdt_model::case::schema::Kind;
    Some(match (field.name, field.kind) {
        ("spoken_language", _) => json!("ht"),
        ("category", _) => json!("payment.not_received"),
        ("other_categories", _) => json!(["payment.partial"]),
        ("sex", _) => json!("f"),
        ("age_group", _) => json!("18-29"),
        (_, Kind::CodeOf(table)) => json!(crate::cases::codes_of(Taxonomy::shipped(), table)?.first()?),
        (_, Kind::OneOf(codes)) => json!(codes[0]),
        (_, Kind::Bool) => json!(false),
        (_, Kind::Int(least, _)) => json!(least + 1),
        (_, Kind::WgAnswers) => json!([1, 2, 3, 4, 1, 2]),
        (_, Kind::Words(_)) => json!("mots inventés"),
        (_, Kind::Code | Kind::Listed(_)) => json!("HT01"),
        _ => return None,
    })
}

#[test]
fn every_field_that_can_go_is_shown_with_what_goes() {
    let (_, ali, mia, _) = network();
    let given = ["refer_internal", "refer_external"].map(|purpose| (purpose, "given"));
    let mut case = serde_json::to_value(with_consent(&given)).expect("a case");
    let mut expected = Vec::new();
    for field in super::sendable() {
        if let Some(value) = sample(field) {
            // required fields are told
            case[field.name] = if field.name == "channel" { case["channel"].clone() } else { value };
        }
        expected.push(field.name);
    }
    let moment = json!(crdt_model::values::Moment { at_ms: NOW - DAY, precision: crdt_model::values::Precision::Day });
    (case["received_at"], case["incident_at"]) = (moment.clone(), moment);
    case["accused"] = Json::Null;
    let new: NewCase = serde_json::from_value(case).expect("a case");
    let case = case_id(&ali.new_case(new));
    let held = sees(&ali, &case);
    let told = refers(&ali, &case, "PES", &["all"], None).expect("sent");
    exchange(&ali, &mia);
    let arrived = sees(&mia, &born(&told));
    let rows = told["fields"].as_array().expect("rows");
    let place = ["admin1", "admin2", "admin3", "locality"];
    let of = |seen: &Json, name: &str| {
        let value = if place.contains(&name) { &seen["location"][name] } else { &seen[name] };
        // the sealed part of every case is closed to its site
        if value["withheld"].is_string() { Json::Null } else { value.clone() }
    };
    let mut unseen = Vec::new();
    for name in expected {
        let row = rows.iter().find(|row| row["field"] == name).map(|row| row["value"].clone());
        match of(&arrived, name) {
            Json::Null => assert!(row.is_none(), "{name} is shown as sent: {row:?}"),
            there => {
                assert_eq!(there, of(&held, name), "{name} goes as it is");
                assert_eq!(row, Some(there), "{name} goes, so it is shown");
                continue;
            }
        }
        unseen.push(name);
    }
    assert_eq!(unseen, ["accused"], "nothing else is left out of this test");
}

#[test]
fn nothing_goes_without_a_word_to_where_nobody_reads() {
    let (rose, ali, mia, paul) = network();
    for (code, parent) in [("REG", None), ("GEN", Some("REG")), ("ISO", None)] {
        let kind = if code == "REG" { "region" } else { "office" };
        rose.with(|log, reader| crate::members::site_add(log, reader, new_site(code, code, kind, parent)))
            .expect("added");
    }
    let cam = confirmed(&rose, "GEN", "focal_cash", "Cam");
    let dan = confirmed(&rose, "ISO", "focal_cash", "Dan");
    // whoever reads there is not confirmed yet
    let eve = rose.invited("ISO", "cfm_manager", "Eve");
    let reg = confirmed(&rose, "REG", "cfm_manager", "Rita");
    let all = [&ali, &mia, &paul, &cam, &dan, &eve, &reg];
    meet_all(&rose, &all);
    let reads = |home: &Home, site: &str| {
        home.with(|log, _| Ok(json!(format!("{:?}", crate::members::reach::read_from(&log.shared().roster, site)))))
            .expect("asked")
    };
    let case = case_id(&ali.new_case(with_consent(&[])));
    let moves = |home: &Home, case: &str, site: &str| {
        home.with(|log, reader| crate::writes::moving::move_case(log, reader, case, site, true, NOW))
    };
    assert_eq!((reads(&ali, "PES"), reads(&ali, "GEN")), (json!("There"), json!("Above")));
    let told = refers(&ali, &case, "GEN", &["text"], None).expect("sent, and said");
    assert_eq!(told["warnings"], json!(["read_from_above"]), "{told}");
    let told = moves(&ali, &case, "GEN").expect("looked");
    assert_eq!(told["warnings"], json!(["read_from_above"]), "{told}");
    assert_eq!(refers(&ali, &case, "PES", &["text"], None).expect("sent")["warnings"], json!([]));
    // the founder coordinates all of it; without that nobody reads there
    match reads(&ali, "ISO").as_str() {
        Some("Above") => {
            assert_eq!(refers(&ali, &case, "ISO", &[], None).expect("told")["warnings"], json!(["read_from_above"]))
        }
        _ => assert_eq!(refers(&ali, &case, "ISO", &[], None).expect_err("refused").code, "nobody_reads_there"),
    }
    rose.with(|log, reader| crate::members::site_add(log, reader, new_site("PAB", "PAB", "partner", None)))
        .expect("added");
    meet_all(&rose, &[&ali]);
    // a partner's site is read by nobody above
    let refused = refers(&ali, &case, "PAB", &["text"], None).expect_err("refused");
    assert_eq!(refused.code, "nobody_reads_there", "{refused:?}");
    assert_eq!(refers(&ali, &case, "PAR", &["text"], None).expect("sent")["warnings"], json!([]));
}

#[test]
fn what_goes_outside_goes_with_a_text_that_names_nobody() {
    let (_, ali, _, _) = network();
    let case = case_id(&ali.new_case(with_consent(&[])));
    acts(&ali, &case, &Edit::Outside { to: Words::from("La mairie"), by: "paper".into() });
    for (lang, part) in [("fr", "Merci"), ("en", "We ask you")] {
        let told = ali
            .with(|log, reader| {
                let shared = log.shared();
                super::handout(log, &shared, reader, &case, lang, NOW).map(Json::from)
            })
            .expect("told");
        let text = told.as_str().expect("text");
        let mark = sees(&ali, &case)["ref"].as_str().expect("a reference").to_owned();
        let label = Taxonomy::shipped().sub_categories.get("payment.not_received").expect("known").label(lang);
        assert!([mark.as_str(), label, part].iter().all(|part| text.contains(part)), "{text}");
        for kept in [WORDS, NAME, "0000 0001"] {
            assert!(!text.contains(kept), "{text}");
        }
    }
}

use crdt_model::edit::{ConsentAnswer, NewCase, Telling, Whom};
use crdt_model::values::Words;

use super::*;
use crate::api::{CaseFilter, SealOptions};
use crate::log::Reader;
use crate::members::absence::Away;
use crate::members::new_site;
use crate::members::routing::RouteChange;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange};

fn does(home: &Home, case: &str, edit: &Edit) -> Result<Json, Failure> {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW))
}

fn assigns(home: &Home, case: &str, who: &str) -> Result<Json, Failure> {
    home.with(|log, reader| {
        let to = crate::cases::who(&log.shared(), reader, who)?;
        crate::writes::act(log, reader, case, &Edit::Assign { to: to.into() }, NOW)
    })
}

/// The code of a refusal, and everything it says.
#[track_caller]
fn refused(told: Result<Json, Failure>) -> (&'static str, String) {
    let failure = told.expect_err("refused");
    let said = format!("{:?} {:?}", failure.args, failure.where_);
    (failure.code, said)
}

fn warnings(told: &Json) -> Vec<&str> {
    told["warnings"].as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

fn list(home: &Home, change: impl FnOnce(&mut CaseFilter)) -> Json {
    let mut filter = CaseFilter::default();
    change(&mut filter);
    home.with(|log, reader| crate::list::query::list(log, &log.shared(), reader, &filter, NOW)).expect("listed")
}

fn count(home: &Home, change: impl FnOnce(&mut CaseFilter)) -> u64 {
    let told = list(home, |filter| {
        filter.count = true;
        change(filter);
    });
    told["count"].as_u64().expect("a count")
}

fn not_delivered(home: &Home) -> u64 {
    let counted = count(home, |filter| filter.not_delivered = true);
    let look =
        |log: &Log, reader: &mut Reader| crate::health::status::status(log, &log.shared(), Some(reader), "fr", NOW);
    assert_eq!(home.with(look).expect("status")["undelivered"], json!(counted), "one number everywhere");
    let rows = list(home, |_| {});
    let marked = rows.as_array().into_iter().flatten().filter(|row| row["undelivered"] == true).count();
    assert_eq!(marked as u64, counted, "the list marks those it counts");
    assert_eq!(home.verify()["problems"], json!([]));
    counted
}

fn refusing(purpose: &str) -> NewCase {
    let answer = ConsentAnswer { purpose: purpose.into(), answer: "refused".into(), means: None };
    NewCase { consents: vec![answer], ..complaint() }
}

/// The founder at JER, a region REG with a manager; sites PES and MNK below it, each with a confirmed operator.
fn network() -> (Home, Home, Home, Home) {
    let rose = Home::founded();
    rose.with(|log, reader| crate::members::site_add(log, reader, new_site("REG", "Région", "region", None)))
        .expect("added");
    for site in ["PES", "MNK"] {
        rose.with(|log, reader| crate::members::site_add(log, reader, new_site(site, site, "office", Some("REG"))))
            .expect("added");
    }
    let mia = confirmed(&rose, "REG", "cfm_manager", "Mia");
    let ali = confirmed(&rose, "PES", "operator", "Ali");
    let bea = confirmed(&rose, "MNK", "operator", "Bea");
    for other in [&mia, &ali, &bea] {
        exchange(&rose, other);
    }
    for other in [&mia, &ali] {
        exchange(&rose, other);
    }
    (rose, mia, ali, bea)
}

#[test]
fn a_role_that_nobody_holds_is_told_counted_and_named() {
    let (rose, mia, ali, _) = network();
    let case = case_id(&ali.new_case(complaint()));
    let told = assigns(&ali, &case, "hr").expect("it is done all the same");
    assert_eq!((warnings(&told), &told["assignee"]), (vec!["nobody_in_role"], &json!("hr")), "{told}");
    let near = told["near_roles"].as_array().expect("near roles");
    assert_eq!(near[0], json!({"role": "cfm_manager", "member": "Mia", "site": "REG", "confirmed": true}), "{told}");
    assert!(near.iter().any(|row| row["role"] == "coordinator" && row["member"] == "Rose"), "{told}");
    assert_eq!(not_delivered(&ali), 1);
    exchange(&ali, &mia);
    assert_eq!(not_delivered(&mia), 1, "whoever reads the list");
    let found =
        mia.with(|log, reader| Ok(crate::health::doctor::to_nobody(log, reader))).expect("looked").expect("found");
    assert_eq!(found.args, [("n", "1".to_owned()), ("who", "hr (1)".to_owned())]);

    // somebody comes who holds it: unconfirmed at first
    let hana = rose.invited("JER", "hr", "Hana");
    exchange(&rose, &hana);
    exchange(&rose, &ali);
    assert_eq!(not_delivered(&ali), 1, "nobody made sure who that is");
    let told = assigns(&ali, &case, "hr").expect("again");
    assert_eq!(warnings(&told), ["nobody_confirmed_in_role"]);
    assert_eq!(told["near_roles"][0]["member"], "Hana", "{told}");
    // a case in somebody's hands is not lost, and a closed one waits for nobody
    assert_eq!(warnings(&assigns(&ali, &case, "me").expect("mine")), Vec::<&str>::new());
    assert_eq!(not_delivered(&ali), 0);
    assigns(&ali, &case, "focal_cash").expect("to nobody again");
    assert_eq!(not_delivered(&ali), 1);
    does(&ali, &case, &Edit::Set { values: vec![("category".into(), Words::from("other.prank"))] }).expect("set");
    does(&ali, &case, &Edit::Close { reason: "prank".into(), because: None }).expect("closed");
    assert_eq!(not_delivered(&ali), 0);
    let told = does(&ali, &case, &Edit::Reopen { reason: Words::from("encore") }).expect("reopened");
    assert_eq!(warnings(&told), ["nobody_in_role"], "opened again it waits for nobody again");
}

#[test]
fn a_role_held_elsewhere_and_one_that_cannot_read_are_told() {
    let (_, _, ali, bea) = network();
    let case = case_id(&ali.new_case(complaint()));
    exchange(&ali, &bea);
    // operators hold it at PES: the site of the case
    assert_eq!(warnings(&assigns(&ali, &case, "operator").expect("done")), Vec::<&str>::new());
    let rose = Home::founded();
    rose.site("PES");
    rose.site("MNK");
    let cash = confirmed(&rose, "MNK", "focal_cash", "Cam");
    let pat = confirmed(&rose, "PES", "operator", "Pat");
    let elsewhere = case_id(&pat.new_case(complaint()));
    let told = assigns(&pat, &elsewhere, "focal_cash").expect("done");
    assert_eq!(warnings(&told), ["role_elsewhere", "assignee_cannot_read"]);
    assert_eq!(told["near_roles"].as_array().map(Vec::len), Some(2), "Cam, and who answers for PES: {told}");
    let case = case_id(&rose.new_case(complaint()));
    for who in ["focal_cash", "Cam"] {
        assert_eq!(warnings(&assigns(&rose, &case, who).expect("done")), Vec::<&str>::new(), "the keys go along");
    }
    assert_eq!(not_delivered(&rose), 1, "it is on its way to Cam");
    let told = refused(assigns(&rose, &case, "focal_cahs"));
    assert!(told.0 == "member_not_found" && told.1.contains("focal_cash"), "{told:?}");
    exchange(&rose, &cash);
    assert_eq!(not_delivered(&rose), 0, "it arrived, and Cam reads it");
    assert_eq!(count(&cash, |filter| filter.assignee = Some("me".into())), 1);
}

#[test]
fn what_waits_for_a_role_i_hold_is_mine() {
    let (rose, mia, ali, bea) = network();
    let [one, two, three] = [0; 3].map(|_| case_id(&ali.new_case(complaint())));
    for (case, who) in [(&one, "operator"), (&two, "Ali"), (&three, "cfm_manager")] {
        assigns(&ali, case, who).expect("assigned");
    }
    for other in [&rose, &mia, &bea] {
        exchange(&ali, other);
    }
    let of = |home: &Home, who: &str| count(home, |filter| filter.assignee = Some(who.into()));
    assert_eq!([of(&ali, "me"), of(&mia, "me"), of(&rose, "me")], [2, 1, 0]);
    assert_eq!([of(&ali, "Ali"), of(&ali, "operator"), of(&ali, "cfm_manager")], [1, 1, 1], "a name is one person's");
    let grouped = list(&ali, |filter| {
        filter.assignee = Some("me".into());
        filter.group_by = vec!["assignee".into()];
    });
    assert_eq!(grouped.as_array().map(Vec::len), Some(2), "{grouped}");
    // before the membership has come, by the invitation
    let new = rose.invited("PES", "operator", "Zoé");
    let case = case_id(&new.new_case(complaint()));
    assigns(&new, &case, "operator").expect("assigned");
    assert_eq!(of(&new, "me"), 1);
    assert_eq!(count(&new, |filter| filter.not_delivered = true), 0, "of who there is nothing is known yet");
}

#[test]
fn nobody_who_is_set_aside_is_given_the_case() {
    let (rose, _, ali, _) = network();
    let nadia = confirmed(&rose, "JER", "focal_psea", "Nadia");
    let seals = |home: &Home, case: &str, recuse: &[&str]| {
        let recuse = Some(recuse.iter().map(|name| (*name).to_owned()).collect());
        let options = SealOptions { recuse, audience: Some("psea".into()), ..SealOptions::default() };
        home.with(|log, reader| crate::writes::case_seal(log, reader, case, &Words::from("grave"), &options, NOW))
            .expect("sealed")
    };
    let case = case_id(&rose.new_case(complaint()));
    seals(&rose, &case, &["Nadia", "operator"]);
    for who in ["Nadia", "operator", "Ali", "focal_psea"] {
        let (code, said) = refused(assigns(&rose, &case, who));
        assert_eq!(code, "assignee_recused", "{who}");
        assert!(said.contains(who), "{said}");
    }
    let watchers = |roles: &str| Edit::Set { values: vec![("watchers".into(), Words::from(roles))] };
    assert_eq!(refused(does(&rose, &case, &watchers("hr,operator"))).0, "assignee_recused");
    does(&rose, &case, &watchers("hr")).expect("nobody of it is set aside");
    assigns(&rose, &case, "me").expect("who reads it");

    // who is set aside learns nothing of it, nor does anybody outside
    exchange(&rose, &ali);
    exchange(&rose, &nadia);
    for home in [&ali, &nadia] {
        let (code, said) = refused(assigns(home, &case, "Nadia"));
        assert!(["outside_audience", "recused"].contains(&code) && !said.contains("Nadia"), "{code} {said}");
    }

    // another id of the same person
    let twin = rose.invited("JER", "operator", "NADIA");
    exchange(&rose, &twin);
    let case = case_id(&rose.new_case(complaint()));
    let old = nadia.member.to_string();
    seals(&rose, &case, &[&old]);
    let id = twin.member.to_string();
    assert_eq!(refused(assigns(&rose, &case, &id)).0, "assignee_recused");
}

#[test]
fn sealing_takes_the_case_from_whoever_is_set_aside_by_it() {
    let (rose, _, ali, _) = network();
    let [person, role] = [0; 2].map(|_| case_id(&ali.new_case(complaint())));
    exchange(&ali, &rose);
    assigns(&rose, &person, "Ali").expect("assigned");
    assigns(&rose, &role, "operator").expect("assigned");
    let watchers = vec![("watchers".to_owned(), Words::from("operator,hr"))];
    does(&rose, &role, &Edit::Set { values: watchers }).expect("watched");
    let seals = |case: &str, recuse: &str| {
        let options =
            SealOptions { recuse: Some(vec![recuse.into()]), audience: Some("psea".into()), ..SealOptions::default() };
        rose.with(|log, reader| crate::writes::case_seal(log, reader, case, &Words::from("grave"), &options, NOW))
            .expect("sealed");
        rose.show(case).expect("shown")
    };
    let shown = seals(&person, "Ali");
    assert_eq!((&shown["assignee"], &shown["waiting_on"]), (&Json::Null, &json!("assignment")), "{shown}");
    let shown = seals(&role, "operator");
    assert_eq!((&shown["assignee"], &shown["watchers"]), (&Json::Null, &json!(["hr"])), "{shown}");
    // somebody else's stays
    let other = case_id(&rose.new_case(complaint()));
    assigns(&rose, &other, "coordinator").expect("assigned");
    assert_eq!(seals(&other, "Ali")["assignee"], "coordinator");
}

#[test]
fn a_conflict_is_not_settled_for_whoever_may_not_be_given_the_case() {
    let (rose, mia, ali, _) = network();
    let case = case_id(&ali.new_case(complaint()));
    exchange(&ali, &rose);
    exchange(&rose, &mia);
    assigns(&ali, &case, "Bea").expect("nothing was refused yet");
    assigns(&mia, &case, "Mia").expect("a reader");
    exchange(&ali, &mia);
    let refuses = Edit::Consent { purpose: "refer_internal".into(), answer: "refused".into(), means: None, by: None };
    does(&mia, &case, &refuses).expect("said");
    let shown = mia.show(&case).expect("shown");
    let settle = |name: &str| {
        let values = shown["conflicts"][0]["values"].as_array().expect("two");
        let rival = values.iter().find(|value| value["value"] == name).expect("a rival");
        let pick = rival["pick"].as_u64().expect("a number") as usize;
        does(&mia, &case, &Edit::Settle { field: "assignee".into(), pick })
    };
    assert_eq!(refused(settle("Bea")).0, "consent_refuses_referral");
    settle("Mia").expect("settled");

    // sealed with the conflict in it, and one of the two set aside: nothing is left to settle for them
    let case = case_id(&ali.new_case(complaint()));
    exchange(&ali, &rose);
    assigns(&ali, &case, "Ali").expect("assigned");
    assigns(&rose, &case, "Rose").expect("assigned");
    exchange(&ali, &rose);
    let options =
        SealOptions { recuse: Some(vec!["Ali".into()]), audience: Some("psea".into()), ..SealOptions::default() };
    rose.with(|log, reader| crate::writes::case_seal(log, reader, &case, &Words::from("grave"), &options, NOW))
        .expect("sealed");
    let shown = rose.show(&case).expect("shown");
    assert_eq!((&shown["assignee"], &shown["conflicts"]), (&json!("Rose"), &json!([])), "{shown}");
}

#[test]
fn what_was_refused_to_be_passed_on_stays_with_its_readers() {
    let (rose, mia, ali, _bea) = network();
    let case = case_id(&ali.new_case(refusing("refer_internal")));
    exchange(&ali, &rose);
    exchange(&rose, &mia);
    for who in ["Bea", "hr", "focal_cash", "operator"] {
        let (code, said) = refused(assigns(&ali, &case, who));
        assert_eq!(code, "consent_refuses_referral", "{who}: operators of another site do not read it either");
        assert!(said.contains("refer_internal") && said.contains(who), "{said}");
    }
    let set = |field: &str, value: &str| Edit::Set { values: vec![(field.into(), Words::from(value))] };
    for edit in [set("watchers", "focal_cash"), set("site", "MNK"), set("handling_site", "REG")] {
        assert_eq!(refused(does(&ali, &case, &edit)).0, "consent_refuses_referral");
    }
    does(&ali, &case, &set("site", "PES")).expect("where it is");
    for who in ["me", "Mia", "Rose", "cfm_manager", "coordinator"] {
        assigns(&ali, &case, who).expect(who);
    }
    // taken back, and given again
    let consent =
        |answer: &str| Edit::Consent { purpose: "refer_internal".into(), answer: answer.into(), means: None, by: None };
    does(&ali, &case, &consent("given")).expect("asked again");
    assigns(&ali, &case, "focal_cash").expect("the last word counts");
    does(&ali, &case, &consent("withdrawn")).expect("taken back");
    assert_eq!(refused(assigns(&ali, &case, "Bea")).0, "consent_refuses_referral");

    // an audience is told in any case, and only that
    let sealed = rose.with(|log, reader| {
        let mut new = refusing("refer_internal");
        new.category = Some("sea.abuse".into());
        crate::writes::case_new(log, reader, new, Some(&[]), NOW)
    });
    let sealed = case_id(&sealed.expect("kept"));
    let nadia = confirmed(&rose, "JER", "focal_psea", "Nadia");
    assigns(&rose, &sealed, "Nadia").expect("of the audience");
    assigns(&rose, &sealed, "focal_psea").expect("its role");
    for who in ["Ali", "Mia", "hr"] {
        assert_eq!(refused(assigns(&rose, &sealed, who)).0, "consent_refuses_referral", "{who}");
    }
    exchange(&rose, &nadia);
    assert_eq!(count(&nadia, |filter| filter.assignee = Some("me".into())), 1);

    // to somebody else's people, a word of its own
    rose.with(|log, reader| crate::members::site_add(log, reader, new_site("PAR", "Partenaire", "partner", None)))
        .expect("added");
    let paul = confirmed(&rose, "PAR", "partner_focal", "Paul");
    exchange(&rose, &paul);
    exchange(&rose, &ali);
    let case = case_id(&ali.new_case(refusing("refer_external")));
    let (code, said) = refused(assigns(&ali, &case, "Paul"));
    assert!(code == "consent_refuses_referral" && said.contains("refer_external"), "{code} {said}");
    assigns(&ali, &case, "Bea").expect("of the organisation");
}

#[test]
fn me_is_whoever_asks_in_every_language() {
    let home = Home::founded();
    home.with(|log, reader| {
        for word in ["me", "Me", "moi", "MOI"] {
            let who = crate::cases::who(&log.shared(), reader, word).expect("understood");
            assert_eq!(who, Who::Member(reader.member()), "{word}");
        }
        Ok(json!({}))
    })
    .expect("all of them");
    assert_eq!(count(&home, |filter| filter.assignee = Some("moi".into())), 0, "a list knows it, too");
}

#[test]
fn nobody_is_told_that_they_took_a_sealed_case_by_answering_it() {
    let home = Home::founded();
    let answers = |case: &str| {
        let edit = Edit::Answer(Telling { text: Some(Words::from("dit")), came: true, ..Telling::default() });
        does(&home, case, &edit).expect("answered")["warnings"].to_string()
    };
    let open = case_id(&home.new_case(complaint()));
    assert!(answers(&open).contains("settled_on_the_spot"));
    let sealed = NewCase { category: Some("sea.abuse".into()), allegation: Some(Words::from("dit")), ..complaint() };
    let sealed = case_id(&home.new_case(sealed));
    assert!(!answers(&sealed).contains("settled_on_the_spot"));
}

/// What is on somebody's list: task, case, whether it is late.
fn todo(home: &Home, now_ms: i64) -> Vec<(String, String, bool)> {
    let told = home
        .with(|log, reader| crate::list::todo::todo(log, &log.shared(), reader, None, "fr", now_ms))
        .expect("listed");
    let line = |line: &Json| {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        (text("task"), text("case_id"), line["late"] == true)
    };
    told.as_array().into_iter().flatten().map(line).collect()
}

fn task_of(home: &Home, case: &str, now_ms: i64) -> Option<String> {
    todo(home, now_ms).into_iter().find(|(_, of, _)| of == case).map(|(task, ..)| task)
}

/// The founder, who is in every audience; a PSEA focal point; an operator of the founder's site.
fn of_psea() -> (Home, Home, Home) {
    let rose = Home::founded();
    let nadia = confirmed(&rose, "JER", "focal_psea", "Nadia");
    let ali = confirmed(&rose, "JER", "operator", "Ali");
    for _ in 0..2 {
        exchange(&rose, &nadia);
        exchange(&rose, &ali);
    }
    (rose, nadia, ali)
}

fn seals_for_psea(home: &Home, case: &str) {
    let options = SealOptions { recuse: Some(Vec::new()), audience: Some("psea".into()), ..SealOptions::default() };
    home.with(|log, reader| crate::writes::case_seal(log, reader, case, &Words::from("grave"), &options, NOW))
        .expect("sealed");
}

fn assignee(home: &Home, case: &str) -> Option<String> {
    home.with(|log, reader| {
        let loaded = crate::list::find_case(log, &log.shared(), reader, case)?;
        Ok(loaded.view(NOW).text("assignee").map(str::to_owned))
    })
    .expect("found")
}

#[test]
fn sealing_hands_a_case_on_to_whoever_can_open_it() {
    let (rose, nadia, ali) = of_psea();
    let case = case_id(&ali.new_case(complaint()));
    exchange(&ali, &rose);
    assigns(&rose, &case, "Ali").expect("assigned");
    seals_for_psea(&rose, &case);
    assert_eq!(assignee(&rose, &case).as_deref(), Some("role:focal_psea"));
    for other in [&nadia, &ali] {
        exchange(&rose, other);
    }
    assert_eq!(task_of(&nadia, &case, NOW).as_deref(), Some("accept"));
    assert_eq!(task_of(&ali, &case, NOW), None);
    // who can open it keeps it
    let kept = case_id(&rose.new_case(complaint()));
    assigns(&rose, &kept, "Nadia").expect("assigned");
    seals_for_psea(&rose, &kept);
    exchange(&rose, &nadia);
    assert_eq!(assignee(&rose, &kept), Some(Who::Member(nadia.member).to_string()));
    assert_eq!(task_of(&nadia, &kept, NOW).as_deref(), Some("accept"));
}

#[test]
fn a_sealed_case_in_the_hands_of_somebody_outside_waits_for_everybody_who_can_open_it() {
    let (rose, nadia, ali) = of_psea();
    let case = case_id(&ali.new_case(complaint()));
    exchange(&ali, &rose);
    // apart: one seals it, one gives it to themselves
    assigns(&ali, &case, "me").expect("assigned");
    seals_for_psea(&rose, &case);
    for other in [&ali, &nadia, &rose] {
        exchange(&rose, other);
    }
    assert_eq!(assignee(&rose, &case), Some(Who::Member(ali.member).to_string()), "what came late is carried over");
    for home in [&rose, &nadia] {
        assert_eq!(task_of(home, &case, NOW).as_deref(), Some("refer"));
    }
    assert_eq!(not_delivered(&rose), 1);
    assert_eq!(task_of(&ali, &case, NOW), None);
    does(&nadia, &case, &Edit::Assign { to: Who::Member(nadia.member).into() }).expect("taken");
    assert_eq!(task_of(&nadia, &case, NOW).as_deref(), Some("work"));
}

#[test]
fn a_sealed_case_is_given_to_nobody_who_cannot_open_it() {
    let (rose, nadia, ali) = of_psea();
    let sealed = case_id(&rose.new_case(NewCase { category: Some("sea.abuse".into()), ..complaint() }));
    exchange(&rose, &nadia);
    for who in ["Ali", "operator", "hr"] {
        let (code, said) = refused(assigns(&nadia, &sealed, who));
        assert_eq!(code, "assignee_outside_audience", "{who}");
        assert!(said.contains(who) && said.contains("psea"), "{said}");
    }
    // by itself it goes to a role of the audience
    let auto = Edit::Assign { to: crdt_model::edit::Whom::Typed(Words::from("auto")) };
    does(&nadia, &sealed, &auto).expect("assigned");
    assert_eq!(assignee(&nadia, &sealed).as_deref(), Some("role:focal_psea"));
    assigns(&nadia, &sealed, "Rose").expect("of the audience");
    drop(ali);
}

#[test]
fn a_sealed_case_that_is_late_comes_up_to_the_others_of_its_audience_alone() {
    let (rose, nadia, ali) = of_psea();
    let hugo = confirmed(&rose, "JER", "head_of_unit", "Hugo");
    let sealed = case_id(&rose.new_case(NewCase { category: Some("sea.abuse".into()), ..complaint() }));
    for other in [&nadia, &hugo, &ali] {
        exchange(&rose, other);
    }
    assigns(&nadia, &sealed, "Rose").expect("assigned");
    for other in [&nadia, &hugo, &ali] {
        exchange(&rose, other);
    }
    let later = NOW + 40 * 86_400_000;
    assert_eq!(task_of(&rose, &sealed, later).as_deref(), Some("accept"));
    assert_eq!(task_of(&nadia, &sealed, NOW), None, "not yet");
    assert_eq!(todo(&nadia, later), [("late".to_owned(), sealed.clone(), true)]);
    for home in [&hugo, &ali] {
        assert_eq!(task_of(home, &sealed, later), None);
    }
}

/// As [`network`], with a partner PAR below REG and its focal point.
fn with_partner() -> (Home, Home, Home, Home) {
    let (rose, mia, ali, _) = network();
    rose.with(|log, reader| {
        crate::members::site_add(log, reader, new_site("PAR", "Partenaire", "partner", Some("REG")))
    })
    .expect("added");
    let paul = confirmed(&rose, "PAR", "partner_focal", "Paul");
    for home in [&paul, &ali, &mia] {
        exchange(&rose, home);
    }
    (rose, mia, ali, paul)
}

#[test]
fn a_partner_is_given_no_case_but_its_own_whoever_asks_and_by_whatever_act() {
    let (rose, mia, ali, paul) = with_partner();
    let share = |with: &str| Edit::Share { with: Whom::Typed(with.into()), stop: false };
    let set = |field: &str, to: &str| Edit::Set { values: vec![(field.into(), Words::from(to))] };
    // also where the person allows it: it is a transfer that shows what goes
    let given = ConsentAnswer { purpose: "refer_external".into(), answer: "given".into(), means: None };
    let case = case_id(&ali.new_case(NewCase { consents: vec![given], ..complaint() }));
    let of_region = case_id(&mia.new_case(complaint()));
    for (home, case) in [(&ali, &case), (&mia, &of_region)] {
        for who in ["Paul", "partner_focal"] {
            let (code, said) = refused(assigns(home, case, who));
            assert!(code == "partner_by_transfer" && said.contains("PAR"), "{who}: {code} {said}");
            assert_eq!(refused(does(home, case, &share(who))).0, "partner_by_transfer", "{who}");
        }
        assert_eq!(refused(does(home, case, &set("watchers", "partner_focal"))).0, "partner_by_transfer");
        assert_eq!(refused(does(home, case, &set("handling_site", "PAR"))).0, "partner_by_transfer");
    }
    assigns(&ali, &case, "Mia").expect("of the organisation");
    // nor by what is routed, nor for somebody who is away
    let route = |to: Who| {
        let change = RouteChange { category: None, to: Some(Some(to)), ..RouteChange::default() };
        rose.with(|log, reader| crate::members::routing::routing_set(log, reader, "PES", &change))
    };
    for to in [Who::Member(paul.member), Who::Role("partner_focal".into())] {
        assert_eq!(refused(route(to)).0, "partner_by_transfer");
    }
    let away = |home: &Home, name: &str, deputy: &str| {
        home.with(|log, reader| {
            let order = Away { name, until: Some("2099-01-01"), deputy: Some(deputy) };
            crate::members::absence::away(log, reader, &order, NOW)
        })
    };
    assert_eq!(refused(away(&ali, "me", "Paul")).0, "partner_by_transfer");
    let pia = confirmed(&rose, "PAR", "partner_focal", "Pia");
    exchange(&rose, &paul);
    away(&paul, "me", "Pia").expect("of the same partner");
    // and what is the partner's own stays as it was
    let own = case_id(&paul.new_case(complaint()));
    assigns(&paul, &own, "Pia").expect("their own");
    drop(pia);
}

#[test]
fn whom_nobody_within_reach_of_a_case_can_take_up_is_not_proposed() {
    let (rose, _, ali, bea) = network();
    let auto = |home: &Home, case: &str| {
        let told = does(home, case, &Edit::Assign { to: Whom::Typed("auto".into()) })?;
        Ok::<_, Failure>((home.show(case)?["assignee"].clone(), told))
    };
    // the category goes to focal_cash, whom nobody bears: the manager above gets it
    let case = case_id(&ali.new_case(complaint()));
    assert_eq!(auto(&ali, &case).expect("assigned").0, json!("cfm_manager"));
    // borne elsewhere it reaches nobody here
    let cam = confirmed(&rose, "MNK", "focal_cash", "Cam");
    for home in [&ali, &bea, &cam] {
        exchange(&rose, home);
    }
    let case = case_id(&ali.new_case(complaint()));
    assert_eq!(auto(&ali, &case).expect("assigned").0, json!("cfm_manager"));
    let case = case_id(&bea.new_case(complaint()));
    assert_eq!(auto(&bea, &case).expect("assigned").0, json!("focal_cash"), "of its own site");
    // what a site says counts where it reaches somebody
    let set = |role: &str| {
        let change = RouteChange { category: None, to: Some(Some(Who::Role(role.into()))), ..RouteChange::default() };
        rose.with(|log, reader| crate::members::routing::routing_set(log, reader, "PES", &change)).expect("said")
    };
    assert_eq!(set("hr")["warnings"], json!(["route_to_nobody"]));
    assert_eq!(set("cfm_manager")["warnings"], json!([]), "borne above");
    assert_eq!(set("operator")["warnings"], json!([]));
    exchange(&rose, &ali);
    let case = case_id(&ali.new_case(complaint()));
    assert_eq!(auto(&ali, &case).expect("assigned").0, json!("operator"));
    set("hr");
    exchange(&rose, &ali);
    let case = case_id(&ali.new_case(complaint()));
    assert_eq!(auto(&ali, &case).expect("assigned").0, json!("cfm_manager"));
    // nobody at all
    let alone = Home::founded();
    let case = case_id(&alone.new_case(complaint()));
    assert_eq!(refused(auto(&alone, &case).map(|(_, told)| told)).0, "no_route");
}

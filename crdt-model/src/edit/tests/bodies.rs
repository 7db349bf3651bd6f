//! Bodies outside the mechanism: who is owed notice, and what they are told.

use super::own::row;
use super::*;
use crate::edit::ToTell;

fn hq() -> OwnRow {
    OwnRow {
        within_h: Some(24),
        reach: Some("hq@example.org".into()),
        audiences: vec!["integrity".into()],
        sensitivities: vec!["s2".into(), "s3".into()],
        fields: ["category", "reporter_name", "allegation", "phone", "admin1"].map(str::to_owned).into(),
        ..row("hq", "Le siège")
    }
}

fn donor() -> OwnRow {
    let projects = vec!["PSARA".into()];
    OwnRow { within_h: Some(72), projects, fields: vec!["category".into()], ..row("donor", "Bailleur") }
}

fn notify(body: &str) -> Edit {
    Edit::Notify { body: body.into(), by: "phone".into(), text: Some("CANARY told".into()) }
}

fn owed(replica: &Replica) -> Vec<(String, i64)> {
    let work = replica.view().work.expect("readable");
    work.notices.iter().map(|owed| (owed.body.clone(), (owed.due_ms - owed.from_ms) / HOUR)).collect()
}

fn told(replica: &Replica) -> Vec<(String, Vec<String>)> {
    let words = replica.view().facts.words.expect("readable");
    words.notices.values().map(|dated| (dated.fact.body.clone(), dated.fact.fields.clone())).collect()
}

#[test]
fn notice_is_owed_until_the_body_was_told_whatever_becomes_of_the_case() {
    let mut fraud = restricted();
    assert_eq!(owed(&fraud), [], "there are no bodies yet");
    keeps(&[(OwnTable::Body, hq()), (OwnTable::Body, donor())]);
    assert_eq!(owed(&fraud), [("hq".to_owned(), 24), ("donor".to_owned(), 72)]);
    let outside = Replica { sensitive: false, ..fraud.colleague(3) };
    assert_eq!(outside.view().work, None, "whoever does not read it hears nothing of it");
    fraud.does(notify("le siege"));
    assert_eq!(owed(&fraud), [("donor".to_owned(), 72)]);
    fraud.does(assign(1)).does(Edit::Accept);
    fraud.does(Edit::Handover { to: "CANARY an inquiry".into(), receipt: "CANARY".into() });
    assert_eq!(owed(&fraud), [("donor".to_owned(), 72)], "no closing takes it away");
    fraud.does(notify("donor"));
    assert_eq!(owed(&fraud), []);
    // an ordinary case of another project owes nothing; without its words nobody knows
    let mut ordinary = born(NewCase { project: None, ..new_case() });
    assert_eq!(owed(&ordinary), []);
    ordinary.does(set("project", "psara"));
    assert_eq!(owed(&ordinary), [("donor".to_owned(), 72)]);
    assert_eq!(owed(&Replica { personal: false, ..ordinary.clone() }), []);
}

#[test]
fn a_case_that_was_recorded_before_a_body_was_declared_is_owed_to_it_only_while_it_is_open() {
    let rows = [(OwnTable::Body, donor())];
    let mut case = born(new_case());
    let Shown::Time(recorded_ms) = *case.view().shown("recorded_at") else { panic!("every case says when") };
    let owed_by = |replica: &Replica| {
        let notices = replica.view().work.expect("readable").notices;
        notices.first().map(|owed| (owed.from_ms, owed.due_ms))
    };
    declares(&rows, "donor", recorded_ms);
    let (from_ms, due_ms) = owed_by(&case).expect("it was declared when the case was recorded");
    assert!(from_ms <= recorded_ms && due_ms == from_ms + 72 * HOUR, "from receipt on");
    let later = recorded_ms + 1_000 * HOUR;
    declares(&rows, "donor", later);
    assert_eq!(owed_by(&case), Some((later, later + 72 * HOUR)), "open: from the declaration on, not late at once");
    case.does(assign(1)).does(answer(Some("CANARY"), Some("satisfied")));
    case.does(Edit::Close { reason: "satisfied".into(), because: None });
    assert_eq!(owed_by(&case), None, "closed: it is of the past");
    declares(&rows, "donor", recorded_ms);
    assert_eq!(owed_by(&case), Some((from_ms, due_ms)), "no closing takes away what was owed");
}

#[test]
fn who_the_person_is_goes_only_with_their_consent_to_that() {
    keeps(&[(OwnTable::Body, hq())]);
    let mut fraud = restricted();
    let tells = |replica: &Replica| ToTell::of(&replica.view(), &hq());
    assert_eq!(tells(&fraud).goes, ["category", "allegation"], "the case says nothing of a place");
    assert_eq!(tells(&fraud).kept_back, ["reporter_name", "phone"]);
    fraud.does(notify("hq"));
    fraud.does(consent("share_identity_in_sensitive", "given"));
    assert_eq!(tells(&fraud).kept_back, Vec::<&str>::new());
    fraud.does(notify("hq"));
    fraud.does(consent("share_identity_in_sensitive", "withdrawn"));
    fraud.does(notify("hq"));
    let mut told: Vec<Vec<String>> = told(&fraud).into_iter().map(|(_, fields)| fields).collect();
    told.sort_by_key(Vec::len);
    let least = ["allegation", "category"].map(str::to_owned);
    let all = ["allegation", "category", "phone", "reporter_name"].map(str::to_owned);
    assert_eq!(told, [least.to_vec(), least.to_vec(), all.to_vec()]);
}

#[test]
fn handing_over_to_a_body_tells_it_and_to_anybody_else_it_does_not() {
    keeps(&[(OwnTable::Body, hq())]);
    for (to, named, is_told) in [("HQ", "Le siège", true), ("CANARY the police", "CANARY the police", false)] {
        let mut fraud = restricted();
        fraud.does(assign(1)).does(Edit::Accept);
        fraud.does(Edit::Handover { to: to.into(), receipt: "CANARY".into() });
        let words = fraud.view().facts.words.expect("readable");
        let by = words.actions.values().filter_map(|dated| dated.fact.on_behalf_of.clone()).next();
        assert_eq!(by.map(|words| words.0).as_deref(), Some(named));
        assert_eq!(owed(&fraud).is_empty(), is_told);
    }
}

#[test]
fn what_cannot_be_notified_is_refused() {
    let mut fraud = restricted();
    assert_eq!(fraud.refused(notify("hq")), "not_listed", "there are no bodies");
    keeps(&[(OwnTable::Body, hq()), (OwnTable::Body, OwnRow { closed: true, ..donor() })]);
    assert_eq!(fraud.refused(notify("CANARY")), "not_listed");
    assert_eq!(fraud.refused(notify("donor")), "not_offered");
    assert_eq!(fraud.refused(Edit::Notify { body: "hq".into(), by: "pigeon".into(), text: None }), "unknown_code");
    assert_eq!(Replica { sensitive: false, ..fraud.colleague(3) }.refused(notify("hq")), "outside_audience");
    let ordinary = born(new_case());
    assert_eq!(Replica { personal: false, ..ordinary }.refused(notify("hq")), "withheld");
}

#[test]
fn two_who_tell_a_body_apart_leave_two_notices_and_none_is_owed() {
    keeps(&[(OwnTable::Body, hq())]);
    let mut a = restricted();
    let mut b = a.colleague(2);
    a.does(notify("hq"));
    b.does(notify("hq"));
    let (mut one, mut other) = (a.clone(), b.clone());
    one.sync_from(&b);
    other.sync_from(&a);
    assert_eq!(one.digest(), other.digest());
    assert_eq!((told(&one).len(), owed(&one)), (2, Vec::new()));
}

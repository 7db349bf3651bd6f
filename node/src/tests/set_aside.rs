//! Who is complained about gets no key, on whatever way the case comes in; and what nobody may read is held, not lost.

use crdt_model::edit::Edit;
use serde_json::json;

use super::*;
use crate::api::node::Node;
use crate::api::{Envelope, Request, SealOptions, Secret, Service};
use crate::store::{MemberSpace, Space};
use crate::tests::generations::confirmed;

/// A canary of what was said.
const SAID: &str = "zqxce qui est dit";

fn sealing(recuse: &[&str], accused: &str, not_them: &[&str]) -> SealOptions {
    let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    SealOptions {
        recuse: Some(names(recuse)),
        audience: Some("psea".into()),
        accused: (!accused.is_empty()).then(|| accused.into()),
        not_them: names(not_them),
    }
}

/// A case for `psea` as a script brings it.
fn captured(home: &Home, recuse: &[&str], accused: &str, not_them: &[&str]) -> Json {
    let mut seal = sealing(recuse, accused, not_them);
    let case = NewCase { text: Some(Words::from(SAID)), category: None, accused: seal.accused.take(), ..complaint() };
    home.with(|log, reader| crate::writes::case_new_with(log, reader, case, &seal, NOW)).expect("kept")
}

fn reads(home: &Home, case: &Json) -> bool {
    home.show(&case_id(case)).is_ok_and(|shown| shown.to_string().contains(SAID))
}

/// A founder, two focal points and an operator, who have all met.
fn four() -> (Home, Home, Home, Home) {
    let founder = Home::founded();
    let ana = confirmed(&founder, "JER", "focal_psea", "Ana Paul");
    let nadia = confirmed(&founder, "JER", "focal_psea", "Nadia");
    let operator = founder.invited("JER", "operator", "Ali");
    for home in [&operator, &ana, &nadia, &operator] {
        exchange(&founder, home);
    }
    (founder, ana, nadia, operator)
}

#[test]
fn a_member_with_the_name_of_who_is_complained_about_gets_no_key() {
    let (founder, ana, nadia, operator) = four();
    for accused in
        ["Ana\u{a0}Paul", "ANA PAUL du magasin", "Anna Paul", "Paul, un gardien", "paul ana", "A\u{301}na Paul"]
    {
        let case = captured(&operator, &[], accused, &[]);
        assert_eq!(
            (&case["set_aside"], &case["restricted"]),
            (&json!(["Ana Paul"]), &json!(true)),
            "{accused}: {case}"
        );
        assert!(case["warnings"].to_string().contains("set_aside_by_name"), "{case}");
        for home in [&ana, &nadia, &founder] {
            exchange(&operator, home);
        }
        assert!(!reads(&ana, &case) && reads(&nadia, &case) && reads(&founder, &case), "{accused}");
    }
    // somebody else, or said to be
    for (accused, not_them) in [("Paul Robert", &[][..]), ("un agent", &[]), ("Ana Paul", &["ana  paul"])] {
        let case = captured(&operator, &[], accused, not_them);
        assert_eq!(case["set_aside"], Json::Null, "{accused}: {case}");
        exchange(&operator, &ana);
        assert!(reads(&ana, &case), "{accused}");
    }
    // a role, by its label
    let label = crdt_model::taxonomy::Taxonomy::shipped().roles.label("focal_psea", "fr").to_owned();
    let case = captured(&operator, &[], &label, &[]);
    exchange(&operator, &ana);
    exchange(&operator, &founder);
    assert!(!reads(&ana, &case) && reads(&founder, &case), "{label}");
}

#[test]
fn what_is_sealed_late_is_kept_from_who_is_complained_about() {
    let (founder, ana, nadia, operator) = four();
    type Act<'a> = &'a dyn Fn(&Log, &mut Reader, &str) -> Result<Json, Failure>;
    let acts: [Act<'_>; 3] = [
        &|log, reader, case| {
            crate::writes::case_seal(log, reader, case, &"parce que".into(), &sealing(&[], "Ana Paul", &[]), NOW)
        },
        &|log, reader, case| {
            let raise = Edit::Raise { to: crdt_model::values::Level::S3, reason: "dit".into() };
            crate::writes::act_with(log, reader, case, &raise, &sealing(&[], "Ana Paul", &[]), NOW)
        },
        &|log, reader, case| {
            let category = Some("sea.abuse".to_owned());
            let triage = Edit::Triage { case_type: None, category, priority: None, project: None, sensitivity: None };
            crate::writes::act_with(log, reader, case, &triage, &sealing(&[], "Ana Paul", &[]), NOW)
        },
    ];
    for (n, act) in acts.iter().enumerate() {
        let case = operator.new_case(NewCase { text: Some(SAID.into()), ..complaint() });
        let sealed = operator.with(|log, reader| act(log, reader, &case_id(&case))).expect("sealed");
        assert_eq!(sealed["set_aside"], json!(["Ana Paul"]), "{n}: {sealed}");
        for home in [&ana, &nadia, &founder] {
            exchange(&operator, home);
        }
        assert!(!reads(&ana, &case) && reads(&nadia, &case), "{n}");
    }
}

#[test]
fn before_the_first_sync_a_member_is_set_aside_by_the_name_as_it_is_spelled() {
    let founder = Home::founded();
    let ana = confirmed(&founder, "JER", "focal_psea", "Ana Paul");
    let newcomer = founder.invited("JER", "operator", "Ali");
    let case = captured(&newcomer, &[], "c'est Ana Paul, du magasin", &[]);
    assert_eq!(case["set_aside"], json!(["Ana Paul"]), "{case}");
    exchange(&founder, &newcomer);
    exchange(&founder, &ana);
    assert!(!reads(&ana, &case) && reads(&founder, &case));
}

#[test]
fn when_everybody_is_set_aside_the_record_is_held_shown_to_nobody_and_given_to_the_first_who_may_read_it() {
    let founder = Home::founded();
    let operator = founder.invited("JER", "operator", "Ali");
    exchange(&founder, &operator);
    let before = operator.new_case(complaint());
    let kept = captured(&operator, &["Rose"], "", &[]);
    assert_eq!((&kept["held"], &kept["case_id"]), (&json!(true), &Json::Null), "{kept}");
    let mark = kept["ref"].as_str().expect("a reference").to_owned();
    // the case before it is not what `@last` means now
    let last = operator.show("@last").expect_err("no case is the last");
    assert_eq!(last.code, "no_last_case");
    exchange(&founder, &operator);
    for home in [&operator, &founder] {
        assert_eq!(home.show(&mark).expect_err("no command shows it").code, "ref_not_found");
        let all = home
            .with(|log, reader| crate::list::query::list(log, &log.shared(), reader, &Default::default(), NOW))
            .expect("a list");
        assert!(!all.to_string().contains(&mark) && !all.to_string().contains(SAID), "{all}");
        let outbox = home.with(|log, reader| crate::writes::withdraw::outbox(log, reader)).expect("an outbox");
        assert!(!outbox.to_string().contains(&mark), "{outbox}");
    }
    let status = |home: &Home| {
        home.with(|log, reader| crate::health::status::status(log, &log.shared(), Some(reader), "fr", NOW))
            .expect("a status")
    };
    assert_eq!((&status(&operator)["held"], &status(&founder)["held"]), (&json!(1), &json!(0)));
    // under the member's own key as well
    let snapshot = operator.log.store.read().expect("readable");
    for space in Space::ALL {
        for (_, value) in snapshot.list(space).expect("readable") {
            assert!(!String::from_utf8_lossy(&value).contains(SAID), "{space:?}");
        }
    }
    drop(snapshot);

    // whoever bears the name of who was set aside is nobody to give it to
    let second = founder.invited("JER", "focal_psea", "Rose");
    exchange(&founder, &second);
    let id = second.member.to_string()[..8].to_owned();
    let told = founder.with(|log, reader| crate::members::member_confirm(log, reader, &id, &[])).expect("the words");
    let words = told["words"].as_array().expect("six").iter().filter_map(Json::as_str).map(str::to_owned);
    let words: Vec<String> = words.collect();
    founder.with(|log, reader| crate::members::member_confirm(log, reader, &id, &words)).expect("confirmed");
    exchange(&founder, &second);
    exchange(&founder, &operator);
    assert_eq!(status(&operator)["held"], 1);
    let nadia = confirmed(&founder, "JER", "focal_psea", "Nadia");
    for home in [&operator, &nadia, &second, &founder] {
        exchange(&operator, home);
    }
    let given = nadia.show(&mark).expect("given, under the reference that was promised");
    assert!(given.to_string().contains(SAID) && given["audience"] == "psea", "{given}");
    let given = json!({"case_id": given["case_id"]});
    assert!(!reads(&founder, &given) && !reads(&second, &given) && !reads(&operator, &given));
    assert_eq!(status(&operator)["held"], 0);
    // nothing of it is left beside the case
    let access = operator.reader().lock().expect("unlocked").secrets.store_access();
    let snapshot = operator.log.store.read().expect("readable");
    for (key, value) in snapshot.list_member(MemberSpace::Rows, &access).expect("readable") {
        assert!(!key.starts_with(b"held/") && !String::from_utf8_lossy(&value).contains(SAID));
    }
    drop(snapshot);
    for home in [&operator, &founder, &nadia] {
        assert_eq!(home.verify()["problems"], json!([]));
    }
    assert_eq!(operator.show(&case_id(&before)).expect("shown")["ref"], before["ref"]);
}

#[test]
fn a_case_with_nobody_left_in_its_audience_goes_to_another_that_may_hold_it_or_stays_as_it_was() {
    let founder = Home::founded();
    let nadia = confirmed(&founder, "JER", "focal_psea", "Nadia");
    let operator = founder.invited("JER", "operator", "Ali");
    exchange(&founder, &operator);
    exchange(&nadia, &operator);
    let everybody = ["Rose", "Nadia"];
    let case = operator.new_case(complaint());
    let entries = operator.entries();
    let seal = |who: &[&str]| {
        let seal = sealing(who, "", &[]);
        operator
            .with(|log, reader| crate::writes::case_seal(log, reader, &case_id(&case), &"parce que".into(), &seal, NOW))
    };
    let refused = seal(&everybody).expect_err("nobody could read it");
    assert_eq!(refused.code, "everybody_set_aside");
    assert_eq!(operator.entries(), entries, "nothing was written");
    assert_eq!(operator.show(&case_id(&case)).expect("shown")["restricted"], false);
    // the focal point of another audience takes it
    let paul = confirmed(&founder, "JER", "hr", "Paul");
    exchange(&founder, &operator);
    let sealed = seal(&everybody).expect("sealed");
    assert_eq!(sealed["audience"], "conduct", "{sealed}");
    exchange(&operator, &paul);
    exchange(&operator, &founder);
    exchange(&operator, &nadia);
    let shown = |home: &Home| home.show(&case_id(&case)).expect("shown")["status"] != "restricted";
    assert!(shown(&paul) && !shown(&founder) && !shown(&nadia));
}

#[test]
fn what_was_held_is_given_by_the_next_command_of_who_took_it_down_and_survives_until_then() {
    let founder = Home::founded();
    let operator = founder.invited("JER", "operator", "Ali");
    exchange(&founder, &operator);
    let kept = captured(&operator, &["administrator"], "", &[]);
    assert_eq!(kept["held"], true, "{kept}");
    let nadia = confirmed(&founder, "JER", "focal_psea", "Nadia");
    // what came while nobody was unlocked
    crate::log::admission::ingest(&operator.log, &founder.entries(), Some(founder.log.device), NOW).expect("ingested");
    let Home { log, folder, .. } = operator;
    let path = log.home.clone();
    drop(log);
    let node = Node::open(&path).expect("a node");
    let ask = |request: Request| {
        let passphrase = Some(Secret::new("a long enough passphrase".into()));
        let envelope =
            Envelope { lang: "en".into(), member: Some("Ali".into()), passphrase, now_ms: Some(NOW), request };
        node.handle(envelope, &mut |_| {}).expect("answered")
    };
    assert_eq!(ask(Request::Status)["held"], 0);
    let told = ask(Request::Outbox);
    let given = told["captured"].as_array().expect("rows").iter().find(|row| row["ref"] == kept["ref"]);
    assert!(given.is_some(), "{told}");
    drop((node, nadia, folder));
}

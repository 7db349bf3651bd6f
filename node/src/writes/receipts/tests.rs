//! How far a case got, from giver to receiver.

use crdt_model::edit::Edit;
use crdt_model::entry::{Entry, Kind};
use crdt_model::receipt::Receipt;
use crdt_model::values::Words;

use super::*;
use crate::api::{CaseFilter, SealOptions};
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange, passphrase};

const MINUTE: i64 = 60_000;

fn does(home: &Home, case: &str, edit: &Edit, now_ms: i64) -> Json {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, now_ms)).expect("done")
}

fn assigns(home: &Home, case: &str, who: &str, now_ms: i64) {
    let to = home.with(|log, reader| cases::who(&log.shared(), reader, who)).expect("somebody");
    does(home, case, &Edit::Assign { to: to.into() }, now_ms);
}

/// What `case show` tells of how far a case got.
fn far(home: &Home, case: &str) -> Json {
    home.with(|log, reader| {
        let shared = log.shared();
        let loaded = list::find_case(log, &shared, reader, case)?;
        delivery(log, &shared, &loaded)
    })
    .expect("told")
}

/// The times of it, in minutes from now on.
fn times(home: &Home, case: &str) -> [Option<i64>; 4] {
    let far = far(home, case);
    ["sent_at", "stored_at", "delivered_at", "accepted_at"].map(|name| {
        let after = |minute: &i64| far[name] == rfc3339(NOW + minute * MINUTE);
        let found = (0..60).find(after);
        assert_eq!(found.is_none(), far[name].is_null(), "{name}: {far}");
        found
    })
}

fn carry(from: &Home, to: &Home) {
    crate::log::admission::ingest(&to.log, &from.entries(), Some(from.log.device), NOW).expect("ingested");
}

fn confirms(home: &Home, now_ms: i64) -> bool {
    arrivals::look(&home.log, arrivals::LOOK_MAX, now_ms).expect("looked")
}

fn delivers(home: &Home, now_ms: i64) -> bool {
    home.with(|log, reader| deliver(log, reader, now_ms)).expect("looked")
}

fn locks(home: &Home) {
    assert!(home.log.dismiss_reader(&home.member));
}

fn unlocks(home: &Home) {
    let secrets = home.log.keyring().unlock_member(Some(home.member), &passphrase()).expect("their passphrase");
    home.log.admit_reader(secrets);
}

/// Entries of receipts that a home holds, by the device that wrote them.
fn receipts_held(home: &Home) -> BTreeMap<DeviceId, usize> {
    let mut by_device = BTreeMap::new();
    for bytes in home.entries() {
        let entry = Entry::decode(&bytes).expect("an entry");
        if entry.header().kind == Kind::Receipt {
            assert!(Receipt::read_from(&entry).is_some(), "it can be read");
            *by_device.entry(entry.header().device).or_default() += 1;
        }
    }
    by_device
}

fn undelivered(home: &Home) -> u64 {
    let told = home
        .with(|log, reader| crate::health::status::status(log, &log.shared(), Some(reader), "fr", NOW))
        .expect("a status")["undelivered"]
        .as_u64()
        .expect("a count");
    let filter = CaseFilter { not_delivered: true, count: true, ..CaseFilter::default() };
    let listed = home.with(|log, reader| list::query::list(log, &log.shared(), reader, &filter, NOW));
    assert_eq!(listed.expect("listed")["count"], told, "one number everywhere");
    assert_eq!(home.verify()["problems"], json!([]));
    told
}

fn on_the_way(home: &Home) -> Json {
    home.with(outbox).expect("an outbox")["assigned"].clone()
}

/// The founder, and a manager of her site.
fn two() -> (Home, Home) {
    let rose = Home::founded();
    let mia = confirmed(&rose, "JER", "cfm_manager", "Mia");
    exchange(&rose, &mia);
    (rose, mia)
}

#[test]
fn the_four_times_of_an_assignment_are_told_as_it_goes() {
    let (rose, mia) = two();
    let case = case_id(&rose.new_case(complaint()));
    assert_eq!(far(&rose, &case), Json::Null, "nobody was given it");
    assigns(&rose, &case, "Mia", NOW);
    assert_eq!(times(&rose, &case), [Some(0), None, None, None]);
    assert_eq!((far(&rose, &case)["left"].clone(), undelivered(&rose)), (json!(false), 1));
    assert_eq!(on_the_way(&rose)[0]["to"], "Mia");

    // it comes to her machine, which is locked
    locks(&mia);
    carry(&rose, &mia);
    assert!(confirms(&mia, NOW + MINUTE));
    assert!(!confirms(&mia, NOW + MINUTE), "once");
    carry(&mia, &rose);
    assert_eq!(times(&rose, &case), [Some(0), Some(1), None, None]);
    assert_eq!((far(&rose, &case)["left"].clone(), undelivered(&rose)), (json!(true), 1), "nobody has read it");
    assert_eq!(on_the_way(&rose)[0]["stored_at"], rfc3339(NOW + MINUTE));

    // she unlocks it
    unlocks(&mia);
    assert!(delivers(&mia, NOW + 2 * MINUTE));
    assert!(!delivers(&mia, NOW + 2 * MINUTE), "once");
    carry(&mia, &rose);
    assert_eq!(times(&rose, &case), [Some(0), Some(1), Some(2), None]);
    assert_eq!((undelivered(&rose), undelivered(&mia), on_the_way(&rose)), (0, 0, Json::Null));

    does(&mia, &case, &Edit::Accept, NOW + 3 * MINUTE);
    exchange(&mia, &rose);
    for home in [&rose, &mia] {
        assert_eq!(times(home, &case), [Some(0), Some(1), Some(2), Some(3)]);
        let far = far(home, &case);
        assert_eq!([&far["to"], &far["by"], &far["delivered_to"], &far["accepted_by"]], ["Mia", "Rose", "Mia", "Mia"]);
    }
    let history = home_history(&rose, &case);
    assert!(history.as_array().into_iter().flatten().any(|row| row["act"] == "delivered" && row["by"] == "Mia"));

    // receipts answer no receipts: one was written, by one device
    assert_eq!(receipts_held(&rose), BTreeMap::from([(mia.log.device, 1)]));
    let before = rose.fingerprint();
    exchange(&mia, &rose);
    assert_eq!(rose.fingerprint(), before);
}

fn home_history(home: &Home, case: &str) -> Json {
    home.with(|log, reader| {
        let shared = log.shared();
        let loaded = list::find_case(log, &shared, reader, case)?;
        Ok(cases::history(&shared, &loaded))
    })
    .expect("a history")
}

#[test]
fn one_receipt_covers_many_cases_and_a_later_one_what_came_since() {
    let (rose, mia) = two();
    let cases: Vec<String> = (0..5).map(|_| case_id(&rose.new_case(complaint()))).collect();
    cases[..4].iter().for_each(|case| assigns(&rose, case, "Mia", NOW));
    exchange(&rose, &mia);
    assert_eq!(receipts_held(&rose), BTreeMap::from([(mia.log.device, 1)]));
    assert_eq!(undelivered(&rose), 0);
    assigns(&rose, &cases[4], "cfm_manager", NOW);
    assert_eq!(undelivered(&rose), 1);
    exchange(&rose, &mia);
    assert_eq!(receipts_held(&rose), BTreeMap::from([(mia.log.device, 2)]));
    let told = far(&rose, &cases[4]);
    assert_eq!((&told["to"], &told["delivered_to"]), (&json!("cfm_manager"), &json!("Mia")));
    // who accepts it stands in its place, and whom it was given to is still told
    does(&mia, &cases[4], &Edit::Accept, NOW);
    exchange(&rose, &mia);
    let told = far(&rose, &cases[4]);
    assert_eq!((&told["to"], &told["accepted_by"]), (&json!("cfm_manager"), &json!("Mia")));
    assert_eq!(receipts_held(&rose), BTreeMap::from([(mia.log.device, 2)]), "taking a case gives it to nobody");
}

#[test]
fn every_holder_of_a_role_confirms_and_all_fall_quiet() {
    let rose = Home::founded();
    let homes: Vec<Home> =
        ["Ali", "Bea", "Cam"].into_iter().map(|name| confirmed(&rose, "JER", "operator", name)).collect();
    let meet = || {
        for _ in 0..2 {
            homes.iter().for_each(|home| exchange(&rose, home));
        }
    };
    meet();
    let case = case_id(&rose.new_case(complaint()));
    assigns(&rose, &case, "operator", NOW);
    meet();
    let held = receipts_held(&rose);
    assert_eq!(held, homes.iter().map(|home| (home.log.device, 1)).collect());
    let said = home_history(&rose, &case);
    let said = said.as_array().into_iter().flatten().filter(|row| row["act"] == "delivered").count();
    assert_eq!(said, 1, "who finds it said says it no more");
    let before: Vec<Json> = homes.iter().map(Home::fingerprint).collect();
    meet();
    assert_eq!(homes.iter().map(Home::fingerprint).collect::<Vec<_>>(), before);
    assert!(homes.iter().all(|home| undelivered(home) == 0));
}

#[test]
fn what_arrives_where_it_cannot_be_read_is_stored_and_not_delivered() {
    let rose = Home::founded();
    rose.site("MNK");
    // nobody made sure who Cam is: no key of the case goes along
    let cam = rose.invited("MNK", "focal_cash", "Cam");
    exchange(&rose, &cam);
    let case = case_id(&rose.new_case(complaint()));
    assigns(&rose, &case, "Cam", NOW);
    exchange(&rose, &cam);
    assert_eq!(times(&rose, &case), [Some(0), Some(0), None, None]);
    assert_eq!(undelivered(&rose), 1);
    // a receipt of somebody else's device says nothing of theirs
    let dan = confirmed(&rose, "JER", "operator", "Dan");
    let other = case_id(&rose.new_case(complaint()));
    assigns(&rose, &other, "Cam", NOW);
    assigns(&rose, &case_id(&rose.new_case(complaint())), "Dan", NOW);
    exchange(&rose, &dan);
    assert_eq!(receipts_held(&rose).get(&dan.log.device), Some(&1));
    assert_eq!(times(&rose, &other), [Some(0), None, None, None]);
}

#[test]
fn whoever_is_given_a_case_of_another_site_says_that_it_arrived_once_they_read_it() {
    let rose = Home::founded();
    rose.site("MNK");
    let cam = confirmed(&rose, "MNK", "focal_cash", "Cam");
    let case = case_id(&rose.new_case(complaint()));
    assigns(&rose, &case, "focal_cash", NOW);
    exchange(&rose, &cam);
    assert_eq!(times(&rose, &case), [Some(0), Some(0), Some(0), None]);
    assert_eq!((undelivered(&rose), undelivered(&cam)), (0, 0));
    exchange(&rose, &cam);
}

#[test]
fn a_role_receives_on_the_line_of_the_site_it_is_held_at() {
    let rose = Home::founded();
    ["PES", "MNK"].into_iter().for_each(|site| rose.site(site));
    let pat = confirmed(&rose, "PES", "operator", "Pat");
    let cam = confirmed(&rose, "MNK", "focal_cash", "Cam");
    exchange(&rose, &pat);
    let case = case_id(&pat.new_case(complaint()));
    assigns(&pat, &case, "focal_cash", NOW);
    exchange(&pat, &cam);
    assert_eq!(times(&pat, &case), [Some(0), None, None, None]);
    assert_eq!((undelivered(&pat), receipts_held(&pat)), (1, BTreeMap::new()));
}

#[test]
fn of_a_sealed_case_its_audience_alone_says_and_sees_that_it_arrived() {
    let rose = Home::founded();
    rose.site("PES");
    let ali = confirmed(&rose, "PES", "operator", "Ali");
    let nadia = confirmed(&rose, "JER", "focal_psea", "Nadia");
    exchange(&rose, &ali);
    let case = case_id(&ali.new_case(complaint()));
    let seal = SealOptions { recuse: Some(vec![]), audience: Some("psea".to_owned()), ..SealOptions::default() };
    ali.with(|log, reader| crate::writes::case_seal(log, reader, &case, &Words::from("grave"), &seal, NOW))
        .expect("sealed");
    for home in [&rose, &nadia] {
        exchange(&ali, home);
    }
    exchange(&rose, &nadia);
    assigns(&rose, &case, "Nadia", NOW);
    assert_eq!(undelivered(&rose), 1);
    exchange(&rose, &nadia);
    exchange(&rose, &ali);
    assert_eq!(times(&rose, &case), [Some(0), None, Some(0), None], "no receipt names what is sealed");
    assert_eq!((undelivered(&rose), undelivered(&nadia)), (0, 0));
    assert!(receipts_held(&rose).is_empty());
    // from outside there is nothing to see of it
    assert_eq!((far(&ali, &case), undelivered(&ali)), (Json::Null, 0));
    let shared = ali.log.shared();
    let loaded = ali.with(|log, reader| list::find_case(log, &log.shared(), reader, &case)).expect("found");
    let open = loaded.document.states[0].as_ref().expect("the mark");
    let keys: Vec<&str> = open.keys().map(String::as_str).collect();
    assert_eq!(keys, ["region", "restricted", "week"], "and the open layer names nobody");
    assert!(!cases::show(&shared, &loaded, NOW).to_string().contains("Nadia"));
    exchange(&rose, &nadia);
}

#[test]
fn whom_a_case_waited_for_confirms_it_when_they_come() {
    let rose = Home::founded();
    let case = case_id(&rose.new_case(complaint()));
    assigns(&rose, &case, "cfm_manager", NOW);
    assert_eq!(undelivered(&rose), 1, "nobody holds the role");
    let mia = confirmed(&rose, "JER", "cfm_manager", "Mia");
    exchange(&rose, &mia);
    assert_eq!(times(&rose, &case), [Some(0), Some(0), Some(0), None]);
    assert_eq!(undelivered(&rose), 0);
}

#[test]
fn somebody_else_on_the_same_machine_has_it_once_they_unlock_it() {
    let rose = Home::founded();
    let told = rose
        .with(|log, reader| crate::members::invite(log, reader, "JER", "cfm_manager", None, None, NOW))
        .expect("invited");
    let text = told["invitation"].as_str().expect("a code");
    let joined = crate::members::join(&rose.log.home, Some(&*rose.log), text, "Mia", &passphrase(), NOW);
    joined.expect("joined");
    let mia = *rose.log.unlocked().iter().find(|member| **member != rose.member).expect("Mia");
    let case = case_id(&rose.new_case(complaint()));
    assigns(&rose, &case, "Mia", NOW);
    assert!(!confirms(&rose, NOW + MINUTE), "no other device wrote it");
    assert_eq!(times(&rose, &case), [Some(0), Some(0), None, None]);
    assert!(!delivers(&rose, NOW + MINUTE), "not hers to say");
    let reader = rose.log.reader(&mia).expect("unlocked");
    let mut reader = crate::log::locked(&reader);
    rose.log.refresh_reader(&mut reader).expect("keys");
    assert!(deliver(&rose.log, &mut reader, NOW + 2 * MINUTE).expect("looked"));
    drop(reader);
    assert_eq!(times(&rose, &case), [Some(0), Some(0), Some(2), None]);
}

#[test]
fn a_part_that_is_missing_holds_a_receipt_back_until_it_comes() {
    let (rose, mia) = two();
    let held = mia.entries();
    let case = case_id(&rose.new_case(complaint()));
    assigns(&rose, &case, "Mia", NOW);
    let fresh: Vec<Vec<u8>> = rose.entries().into_iter().filter(|bytes| !held.contains(bytes)).collect();
    let bare = fresh.iter().map(|bytes| {
        let mut entry = Entry::decode(bytes).expect("an entry");
        (0..3).for_each(|layer| entry.drop_section(layer));
        entry.encode()
    });
    let bare: Vec<Vec<u8>> = bare.collect();
    crate::log::admission::ingest(&mia.log, &bare, Some(rose.log.device), NOW).expect("ingested");
    assert!(!confirms(&mia, NOW), "headers are no case");
    let sections: Vec<_> = fresh
        .iter()
        .map(|bytes| Entry::decode(bytes).expect("an entry"))
        .map(|entry| {
            let of = |(at, bytes): (usize, &Option<Vec<u8>>)| Some((entry.header().sections[at].layer, bytes.clone()?));
            crdt_model::sync::message::SectionsOf {
                entry: entry.id(),
                sections: entry.sections().iter().enumerate().filter_map(of).collect(),
            }
        })
        .collect();
    let source = crate::log::admission::Source {
        from: Some(rose.log.device),
        scope: Some(crdt_model::roster::site_scope(&rose.log.org, "JER")),
    };
    crate::log::admission::sections::fill_from(&mia.log, &sections, source, NOW).expect("filled");
    assert!(confirms(&mia, NOW), "now it is held");
    exchange(&rose, &mia);
    assert_eq!(undelivered(&rose), 0);
}

#[test]
fn a_receipt_that_waits_for_what_stands_before_it_is_written_after_a_restart_too() {
    let (rose, mia) = two();
    let held = mia.entries();
    rose.new_case(complaint());
    let before: Vec<Vec<u8>> = rose.entries();
    let missing = before.iter().rfind(|bytes| !held.contains(bytes)).expect("a birth").clone();
    let case = case_id(&rose.new_case(complaint()));
    assigns(&rose, &case, "Mia", NOW);
    let fresh = rose.entries().into_iter().filter(|bytes| !held.contains(bytes) && *bytes != missing);
    let fresh: Vec<Vec<u8>> = fresh.collect();
    crate::log::admission::ingest(&mia.log, &fresh, Some(rose.log.device), NOW).expect("ingested");
    assert!(!confirms(&mia, NOW), "something stands before it");
    *crate::log::locked(&mia.log.kept).of() = arrivals::Looking::default();
    crate::log::admission::ingest(&mia.log, &[missing], Some(rose.log.device), NOW).expect("ingested");
    assert!(confirms(&mia, NOW), "now it is held from the beginning");
    exchange(&rose, &mia);
    assert_eq!(undelivered(&rose), 0);
}

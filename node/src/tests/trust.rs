//! What a newcomer does before it has met anyone, and invitations that fell into other hands.

use crdt_model::edit::Edit;
use crdt_model::roster::Invitation;
use crdt_model::seal::Secret;

use super::*;
use crate::api::SealOptions;
use crate::tests::generations::confirmed;

/// The text of an invitation of the founder's.
fn invitation(founder: &Home, role: &str) -> String {
    let told =
        founder.with(|log, reader| crate::members::invite(log, reader, "JER", role, None, None, NOW)).expect("invited");
    told["invitation"].as_str().expect("a text").to_owned()
}

/// A new home on this text.
fn joined(text: &str, name: &str) -> Home {
    let folder = TempDir::new().expect("a folder");
    let (log, _) = members::join(&folder.path().join("home"), None, text, name, &passphrase(), NOW).expect("joined");
    let log = log.expect("a new home");
    let member = log.unlocked()[0];
    Home { log: Arc::new(log), member, folder }
}

fn alarms(home: &Home) -> Vec<Json> {
    crate::writes::tampering::alarms(&home.log, &home.log.shared()).expect("alarms")
}

fn codes(home: &Home) -> Vec<String> {
    alarms(home).iter().map(|alarm| alarm["code"].as_str().expect("a code").to_owned()).collect()
}

/// A case for the audience `psea`, captured with these recusals.
fn captured(home: &Home, text: &str, recuse: &[&str]) -> Result<Json, Failure> {
    let case = NewCase { text: Some(Words::from(text)), category: None, ..complaint() };
    let recuse = recuse.iter().map(|name| (*name).to_owned()).collect();
    let seal = SealOptions { audience: Some("psea".into()), recuse: Some(recuse), ..SealOptions::default() };
    home.with(|log, reader| crate::writes::case_new_with(log, reader, case, &seal, NOW))
}

fn reads(home: &Home, case: &Json, text: &str) -> bool {
    home.show(&case_id(case)).is_ok_and(|shown| shown.to_string().contains(text))
}

#[test]
fn a_case_taken_before_the_first_sync_is_seen_at_other_sites_and_blames_nobody() {
    let founder = Home::founded();
    founder.site("BOM");
    let newcomer = founder.invited("JER", "operator", "Marie");
    let case = case_id(&newcomer.new_case(complaint()));
    let readers: Vec<Home> = [("BOM", "operator"), ("BOM", "coordinator"), ("JER", "focal_cash"), ("BOM", "meal")]
        .into_iter()
        .map(|(site, role)| founder.invited(site, role, &format!("Awa {role}")))
        .collect();
    exchange(&founder, &newcomer);
    let triage = Edit::Set { values: vec![("locality".to_owned(), Words::from("Jean-Rabel"))] };
    founder.with(|log, reader| crate::writes::act(log, reader, &case, &triage, NOW)).expect("set");
    founder
        .with(|log, reader| crate::writes::act(log, reader, &case, &crdt_triage("payment.not_received"), NOW))
        .expect("classified");
    for reader in readers.iter().chain([&newcomer]) {
        exchange(&founder, reader);
    }
    for reader in readers.iter().chain([&newcomer, &founder]) {
        let told = reader.verify();
        assert_eq!(told["problems"], serde_json::json!([]), "{told}");
        let shown = reader.show(&case).expect("the case is there");
        assert!(shown.to_string().contains("payment.not_received"), "{shown}");
    }
}

fn crdt_triage(category: &str) -> Edit {
    Edit::Triage { case_type: None, category: Some(category.into()), priority: None, sensitivity: None, project: None }
}

#[test]
fn an_altered_invitation_is_found_out_and_its_keys_are_used_no_more() {
    // what is altered; the cases that must be taken again: the ordinary one, the restricted one
    type Alter = fn(&mut Invitation);
    let alterations: [(&str, Alter, [bool; 2]); 4] = [
        ("audience", |told| key_of(told, "psea").pk = Secret([7; 32]).kem_public(), [false, true]),
        ("site", |told| key_of(told, "site/JER").pk = Secret([7; 32]).kem_public(), [false, false]),
        ("open", |told| told.open.iter_mut().for_each(|open| open.key = Secret([7; 32])), [true, true]),
        ("address", |told| told.addresses.push("/ip4/192.0.2.9/tcp/4410".into()), [false, false]),
    ];
    for (what, alter, lost) in alterations {
        let founder = Home::founded();
        let mut told = Invitation::from_text(&invitation(&founder, "operator")).expect("an invitation");
        alter(&mut told);
        let newcomer = joined(&told.to_text(), "Ali");
        let ordinary = newcomer.new_case(complaint());
        let restricted = captured(&newcomer, "le chef a exigé", &[]).expect("captured");
        assert!(codes(&newcomer).is_empty(), "{what}: nothing can be known yet");
        exchange(&founder, &newcomer);

        assert_eq!(codes(&newcomer), ["altered_here"], "{what}");
        assert_eq!(codes(&founder), ["altered_elsewhere"], "{what}");
        let retake: Vec<Json> = alarms(&newcomer)[0]["retake"].as_array().expect("a list").clone();
        let mut expected: Vec<Json> = [&ordinary, &restricted]
            .into_iter()
            .zip(lost)
            .filter(|(_, lost)| *lost)
            .map(|(c, _)| c["ref"].clone())
            .collect();
        expected.sort_by_key(Json::to_string);
        let mut found = retake.clone();
        found.sort_by_key(Json::to_string);
        assert_eq!(found, expected, "{what}");
        // what was only granted wrongly is granted rightly
        assert!(reads(&founder, &ordinary, "pas reçu") || lost[0], "{what}: the personal layer");
        assert!(reads(&founder, &restricted, "le chef a exigé") || lost[1], "{what}: the sealed one");
        // nobody is confirmed on it
        let refused =
            founder.with(|log, reader| crate::members::member_confirm(log, reader, "Ali", &[])).expect_err("refused");
        assert_eq!(refused.code, "invitation_altered");
        // and what is written from now on reaches those it is for
        let (later, sealed) =
            (newcomer.new_case(complaint()), captured(&newcomer, "encore lui", &[]).expect("captured"));
        exchange(&founder, &newcomer);
        assert!(reads(&founder, &later, "pas reçu") && reads(&founder, &sealed, "encore lui"), "{what}");
        assert_eq!(founder.verify()["problems"], serde_json::json!([]), "{what}");
    }
}

fn key_of<'a>(told: &'a mut Invitation, name: &str) -> &'a mut crdt_model::roster::AudienceKey {
    told.audiences.iter_mut().find(|key| key.name == name).expect("named")
}

#[test]
fn somebody_is_recused_before_the_first_sync() {
    let founder = Home::founded();
    let focal = confirmed(&founder, "JER", "focal_psea", "Nadia");
    let newcomer = joined(&invitation(&founder, "operator"), "Ali");
    let by_name = captured(&newcomer, "sur Rose", &["rose "]).expect("by name");
    let by_role = captured(&newcomer, "sur l'administration", &["administrator"]).expect("by role");
    let of_none = captured(&newcomer, "sur un relais", &["relay"]).expect("a role nobody has");
    // a name that is nobody's here may be somebody's under another spelling
    let refused = captured(&newcomer, "sur Rosa", &["Rosa"]).expect_err("unknown");
    assert_eq!(refused.code, "recusal_unknown");
    let alone = captured(&newcomer, "sur tous", &["Rose", "Nadia"]).expect("nobody is left: it is held");
    assert_eq!((&alone["held"], &alone["case_id"]), (&Json::Bool(true), &Json::Null));
    for reader in [&founder, &focal] {
        exchange(reader, &newcomer);
    }
    exchange(&founder, &focal);
    assert!(!reads(&founder, &by_name, "sur Rose") && reads(&focal, &by_name, "sur Rose"));
    assert!(!reads(&founder, &by_role, "administration") && reads(&focal, &by_role, "administration"));
    assert!(reads(&founder, &of_none, "un relais") && reads(&focal, &of_none, "un relais"));
}

#[test]
fn an_invitation_tells_nobodys_name() {
    let founder = Home::founded();
    confirmed(&founder, "JER", "focal_psea", "Nadia");
    let told = Invitation::from_text(&invitation(&founder, "operator")).expect("an invitation");
    assert_eq!(told.people.len(), 2);
    let bytes = crdt_model::cbor::encode(&told);
    for name in ["Rose", "Nadia"] {
        assert!(!bytes.windows(name.len()).any(|at| at.eq_ignore_ascii_case(name.as_bytes())));
    }
}

#[test]
fn who_copies_an_invitation_does_not_silence_its_holder() {
    let founder = Home::founded();
    let text = invitation(&founder, "operator");
    let (honest, copy) = (joined(&text, "Ali"), joined(&text, "Ali"));
    exchange(&founder, &honest);
    exchange(&founder, &copy);
    exchange(&founder, &honest);
    let mut of_honest = codes(&honest);
    of_honest.sort_unstable();
    assert_eq!(of_honest, ["suspended_elsewhere", "suspended_here"]);
    assert_eq!(codes(&founder), ["suspended_elsewhere", "suspended_elsewhere"]);
    // it goes on writing, and is told
    let case = honest.new_case(complaint());
    assert!(case["warnings"].to_string().contains("suspended"), "{case}");
    // the name is two people's: the digits are asked for
    let refused =
        founder.with(|log, reader| crate::members::member_confirm(log, reader, "Ali", &[])).expect_err("two of them");
    assert_eq!(refused.code, "member_ambiguous");
    let id = honest.member.to_string();
    let words =
        founder.with(|log, reader| crate::members::member_confirm(log, reader, &id[..8], &[])).expect("the words");
    let words: Vec<String> =
        words["words"].as_array().expect("six").iter().filter_map(Json::as_str).map(str::to_owned).collect();
    founder.with(|log, reader| crate::members::member_confirm(log, reader, &id[..8], &words)).expect("confirmed");
    exchange(&founder, &honest);
    assert!(codes(&honest).is_empty() && codes(&founder).is_empty());
    assert!(reads(&founder, &case, "pas reçu"), "nothing of it was lost");
    // the other hears that it counts no more, and cannot be confirmed
    exchange(&founder, &copy);
    assert_eq!(codes(&copy), ["void_here"]);
    let refused =
        copy.with(|log, reader| crate::writes::case_new(log, reader, complaint(), Some(&[]), NOW)).expect_err("void");
    assert_eq!(refused.code, "member_void");
    let other = copy.member.to_string();
    let refused =
        founder.with(|log, reader| crate::members::member_confirm(log, reader, &other[..8], &[])).expect_err("void");
    assert_eq!(refused.code, "member_void");
}

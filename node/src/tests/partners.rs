//! A partner's cases: who reads them, and by which key they are sealed.

use crdt_model::cbor;
use crdt_model::entry::{Entry, LAYER_GRANT};
use crdt_model::layer::Layer;
use crdt_model::roster::audience_of_name;
use crdt_model::seal::{Secret, StreamGrant, case_key, open_section};

use super::*;
use crate::tests::generations::confirmed;

fn partner_site(home: &Home, code: &str, parent: &str) {
    home.with(|log, reader| crate::members::site_add(log, reader, new_site(code, code, "partner", Some(parent))))
        .expect("added");
}

fn region(home: &Home, code: &str) {
    home.with(|log, reader| crate::members::site_add(log, reader, new_site(code, code, "region", None)))
        .expect("added");
}

fn says(text: &str) -> NewCase {
    NewCase { text: Some(Words::from(text)), ..complaint() }
}

fn reads(home: &Home, case: &str, text: &str) -> bool {
    home.show(case).is_ok_and(|shown| shown.to_string().contains(text))
}

/// Every key that a home's member holds or can come by: of streams, audiences and scopes, of grants in the log.
fn all_keys(home: &Home) -> Vec<Secret> {
    home.with(|log, reader| {
        let shared = log.shared();
        let scopes = shared.roster.scopes();
        let keychain = &reader.keychain;
        let mut keys: Vec<Secret> = keychain.audience_secrets().cloned().collect();
        for scope in &scopes {
            keys.extend(keychain.streams_of(scope).map(|(_, key)| key.clone()));
            keys.extend((1..4).filter_map(|epoch| keychain.open_key(scope, epoch).cloned()));
        }
        for bytes in home.entries() {
            let Ok(entry) = Entry::decode(&bytes) else { continue };
            let header = entry.header();
            let chain = (&log.org, &header.scope, &header.device, &header.incarnation);
            let grant = entry.section(LAYER_GRANT).and_then(|(_, bytes)| cbor::decode::<StreamGrant>(bytes).ok());
            let opened =
                grant.iter().flat_map(|grant| keychain.audience_secrets().map(move |key| grant.open(chain, key)));
            keys.extend(opened.flatten());
        }
        Ok(keys)
    })
    .expect("looked")
}

/// How many of the personal sections of a case, as `at` holds them, open under some key of `home`, or one derived from it
/// for the case.
fn opened_by_force(home: &Home, at: &Home, case: &str) -> usize {
    let keys = all_keys(home);
    let entries = at.entries();
    let of_case = entries.iter().filter_map(|bytes| Entry::decode(bytes).ok());
    let of_case = of_case.filter(|entry| entry.header().doc.to_string() == case);
    let opens = |entry: &Entry| {
        let Some((named, bytes)) = entry.section(Layer::Personal.code()) else { return false };
        let (aad, layer, generation) = (entry.header().aad(), Layer::Personal.code(), named.generation);
        keys.iter().any(|key| {
            let derived = case_key(key, &entry.header().doc, generation, 0);
            [key, &derived].into_iter().any(|key| open_section(key, bytes, &aad, layer, generation).is_ok())
        })
    };
    of_case.filter(opens).count()
}

fn epoch(home: &Home, site: &str) -> u32 {
    let audience = audience_of_name(&home.log.org, &format!("site/{site}"));
    let shared = home.log.shared();
    let current = shared.roster.audiences[&audience].current().expect("opened");
    current.epoch
}

#[test]
fn a_partners_cases_are_read_there_and_by_nobody_above() {
    let rose = Home::founded();
    region(&rose, "REG");
    let cora = confirmed(&rose, "JER", "coordinator", "Cora");
    let mia = confirmed(&rose, "REG", "cfm_manager", "Mia");
    partner_site(&rose, "PAR", "REG");
    let paul = rose.invited("PAR", "partner_focal", "Paul");
    let early = case_id(&paul.new_case(says("avant la rencontre")));
    exchange(&rose, &paul);
    assert_eq!(epoch(&paul, "PAR"), 1, "nobody was confirmed there yet");
    assert!(reads(&rose, &early, "avant la rencontre"), "who made the site holds its first key");
    assert!(reads(&paul, &early, "avant la rencontre"));

    let words = rose.with(|log, reader| crate::members::member_confirm(log, reader, "Paul", &[])).expect("words");
    let words: Vec<String> =
        words["words"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
    rose.with(|log, reader| crate::members::member_confirm(log, reader, "Paul", &words)).expect("confirmed");
    exchange(&rose, &paul);
    assert_eq!((epoch(&paul, "PAR"), epoch(&rose, "PAR")), (2, 2), "at once, by the first who is confirmed");
    let later = case_id(&paul.new_case(says("entre nous")));
    for other in [&rose, &cora, &mia] {
        exchange(&paul, other);
    }
    assert!(reads(&paul, &later, "entre nous") && reads(&paul, &early, "avant la rencontre"));
    assert!(opened_by_force(&paul, &paul, &later) > 0, "the control: trying all keys does open what one may read");
    for (name, other) in [("Rose", &rose), ("Cora", &cora), ("Mia", &mia)] {
        let shown = other.show(&later).expect("it is there").to_string();
        assert!(!shown.contains("entre nous") && shown.contains("withheld"), "{name}: {shown}");
        assert_eq!(opened_by_force(other, &paul, &later), 0, "{name} tries every key on the bytes");
    }
    assert_eq!(opened_by_force(&cora, &paul, &early), 0, "who did not make the site never held a key of it");

    // whoever comes later to the partner reads all of it, once confirmed; and quiet comes
    let pia = confirmed(&rose, "PAR", "partner_focal", "Pia");
    exchange(&pia, &paul);
    exchange(&rose, &paul);
    exchange(&paul, &pia);
    assert!(reads(&pia, &later, "entre nous") && reads(&pia, &early, "avant la rencontre"));
    assert_eq!(epoch(&pia, "PAR"), 2, "one key, not one for each who comes");
    let hers = case_id(&pia.new_case(says("elle aussi")));
    exchange(&pia, &paul);
    assert!(reads(&paul, &hers, "elle aussi"));

    // the partner reads nothing of the others, who read each other as before
    let own = case_id(&rose.new_case(says("chez nous")));
    exchange(&rose, &paul);
    exchange(&rose, &cora);
    assert!(!reads(&paul, &own, "chez nous") && opened_by_force(&paul, &rose, &own) == 0);
    assert!(reads(&cora, &own, "chez nous"));
    for home in [&rose, &cora, &mia, &paul, &pia] {
        assert_eq!(home.verify()["problems"], serde_json::json!([]));
    }
}

#[test]
fn a_partners_focal_at_a_site_of_the_organisation_reads_nothing_there() {
    let rose = Home::founded();
    let paul = confirmed(&rose, "JER", "partner_focal", "Paul");
    let own = case_id(&rose.new_case(says("chez nous")));
    exchange(&rose, &paul);
    assert!(!reads(&paul, &own, "chez nous"));
    assert_eq!((opened_by_force(&paul, &rose, &own), epoch(&rose, "JER")), (0, 1));
}

#[test]
fn what_is_sealed_of_a_partners_case_lists_who_held_its_first_key() {
    let rose = Home::founded();
    partner_site(&rose, "PAR", "JER");
    let cora = confirmed(&rose, "JER", "coordinator", "Cora");
    let paul = rose.invited("PAR", "partner_focal", "Paul");
    let case = case_id(&paul.new_case(says("avant")));
    exchange(&rose, &paul);
    let options = crate::api::SealOptions { recuse: Some(Vec::new()), ..Default::default() };
    rose.with(|log, reader| crate::writes::case_seal(log, reader, &case, &Words::from("parce que"), &options, NOW))
        .expect("sealed");
    let shown = rose.show(&case).expect("shown");
    let exposed = shown["exposed"].to_string();
    assert!(exposed.contains("Rose"), "{exposed}");
    assert!(!exposed.contains(&format!("{}", cora.member)) && !exposed.contains("Cora"), "{exposed}");
}

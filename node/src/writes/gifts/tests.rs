//! Who reads a case that was given, and who does not.

use crdt_model::case::facts::{FactId, FactKind, GiftFact, GivenFact};
use crdt_model::case::schema::element_key;
use crdt_model::cbor;
use crdt_model::edit::{ConsentAnswer, Edit, EditOps, NewCase};
use crdt_model::layer::{LayerOp, Value};
use crdt_model::seal::{self, GiftOf, Secret};
use crdt_model::values::Words;
use serde_json::{Value as Json, json};

use crate::error::Failure;
use crate::keys::keychain::GiftFacts;
use crate::log::{Log, Reader};
use crate::members::new_site;
use crate::tests::generations::{confirm, confirmed};
use crate::tests::{Home, NOW, case_id, complaint, exchange};

const WORDS: &str = "le pont est coupé depuis mardi";

fn acts(home: &Home, case: &str, edit: &Edit) -> Result<Json, Failure> {
    home.with(|log, reader| crate::writes::act(log, reader, case, edit, NOW))
}

fn assigns(home: &Home, case: &str, who: &str) -> Json {
    let edit = Edit::Assign { to: crdt_model::edit::Whom::Typed(who.into()) };
    acts(home, case, &edit).expect("assigned")
}

fn notes(home: &Home, case: &str, words: &str) {
    acts(home, case, &Edit::Note { text: Words::from(words) }).expect("noted");
}

/// All that a reader sees of a case.
fn sees(home: &Home, case: &str) -> String {
    let show = |log: &Log, reader: &mut Reader| {
        let shared = log.shared();
        let loaded = crate::list::find_case(log, &shared, reader, case)?;
        Ok(crate::cases::show(&shared, &loaded, NOW))
    };
    home.with(show).expect("found").to_string()
}

#[track_caller]
fn reads(home: &Home, case: &str, words: &str) {
    assert!(sees(home, case).contains(words), "{words:?} is not read: {}", sees(home, case));
}

#[track_caller]
fn reads_not(home: &Home, case: &str, words: &str) {
    let seen = sees(home, case);
    assert!(!seen.contains(words) && seen.contains("withheld"), "{words:?} is read: {seen}");
}

/// Meets both ways, each side writing what it owes, until nothing is owed.
fn meet(one: &Home, other: &Home) {
    for _ in 0..3 {
        exchange(one, other);
        one.housekeeping();
        other.housekeeping();
    }
    exchange(one, other);
}

fn new_case(home: &Home, words: &str) -> String {
    case_id(&home.new_case(NewCase { text: Some(words.into()), ..complaint() }))
}

/// The founder and an operator at JER, and at PES below REG a focal point and an operator: confirmed, and met.
struct Network {
    rose: Home,
    ali: Home,
    zoe: Home,
    bea: Home,
}

impl Network {
    fn new() -> Self {
        let rose = Home::founded();
        let add = |code, kind, parent| {
            rose.with(|log, reader| crate::members::site_add(log, reader, new_site(code, code, kind, parent)))
                .expect("added");
        };
        add("REG", "region", None);
        add("PES", "office", Some("REG"));
        add("MNK", "office", Some("REG"));
        let ali = confirmed(&rose, "MNK", "operator", "Ali");
        let zoe = confirmed(&rose, "PES", "focal_cash", "Zoé");
        let bea = confirmed(&rose, "PES", "operator", "Bea");
        for home in [&ali, &zoe, &bea, &ali, &zoe] {
            meet(&rose, home);
        }
        Self { rose, ali, zoe, bea }
    }
}

#[test]
fn whoever_is_assigned_a_case_reads_it_and_no_other() {
    let Network { rose, ali, zoe, bea } = Network::new();
    let (case, other) = (new_case(&ali, WORDS), new_case(&ali, "une autre affaire"));
    notes(&ali, &case, "il faut y aller");
    let told = assigns(&ali, &case, "Zoé");
    assert_eq!(told["warnings"], json!([]), "{told}");
    exchange(&ali, &zoe);
    for words in [WORDS, "il faut y aller"] {
        reads(&zoe, &case, words);
    }
    reads_not(&zoe, &other, "une autre affaire");
    exchange(&ali, &bea);
    reads_not(&bea, &case, WORDS);
    assert_eq!(zoe.verify()["problems"], json!([]));

    // she works it offline; those who read it by role read what she writes, and she what they write
    acts(&zoe, &case, &Edit::Accept).expect("accepted");
    notes(&zoe, &case, "le virement est parti");
    notes(&ali, &case, "elle a rappelé");
    meet(&ali, &zoe);
    for home in [&ali, &zoe] {
        reads(home, &case, "le virement est parti");
        reads(home, &case, "elle a rappelé");
    }
    // a third who reads by role writes later, from another machine
    meet(&ali, &rose);
    notes(&rose, &case, "bien reçu au siège");
    exchange(&rose, &zoe);
    reads(&zoe, &case, "bien reçu au siège");
    assert!(!zoe.housekeeping() && !rose.housekeeping(), "nothing is owed");
}

#[test]
fn nothing_written_after_the_end_of_an_assignment_opens() {
    let Network { rose, ali, zoe, bea } = Network::new();
    let case = new_case(&ali, WORDS);
    assigns(&ali, &case, "Zoé");
    exchange(&ali, &zoe);
    assigns(&ali, &case, "Bea");
    notes(&ali, &case, "après");
    exchange(&ali, &zoe);
    exchange(&ali, &bea);
    reads(&zoe, &case, WORDS);
    assert!(!sees(&zoe, &case).contains("après"), "{}", sees(&zoe, &case));
    for words in [WORDS, "après"] {
        reads(&bea, &case, words);
    }
    // whoever had not heard of the end writes for both; whoever has does not
    meet(&ali, &rose);
    notes(&rose, &case, "du siège");
    exchange(&rose, &zoe);
    exchange(&rose, &bea);
    assert!(!sees(&zoe, &case).contains("du siège"));
    reads(&bea, &case, "du siège");
    // given again, she reads all
    assigns(&rose, &case, "Zoé");
    exchange(&rose, &zoe);
    for words in [WORDS, "après", "du siège"] {
        reads(&zoe, &case, words);
    }
    meet(&rose, &bea);
    notes(&rose, &case, "sans Bea");
    exchange(&rose, &bea);
    assert!(!sees(&bea, &case).contains("sans Bea"));
}

#[test]
fn endings_that_did_not_see_each_other_end_both() {
    let Network { rose, ali, zoe, bea } = Network::new();
    let case = new_case(&ali, WORDS);
    assigns(&ali, &case, "Zoé");
    meet(&ali, &rose);
    assigns(&ali, &case, "Bea");
    assigns(&rose, &case, "cfm_manager");
    meet(&ali, &rose);
    let settle = Edit::Settle { field: "assignee".into(), pick: 1 };
    let held = |home: &Home| serde_json::from_str::<Json>(&sees(home, &case)).expect("json");
    assert_eq!(held(&ali)["conflicts"].as_array().map(Vec::len), Some(1), "{}", held(&ali));
    acts(&ali, &case, &settle).expect("settled");
    assigns(&ali, &case, "me");
    notes(&ali, &case, "personne d'autre");
    for home in [&zoe, &bea] {
        exchange(&ali, home);
        assert!(!sees(home, &case).contains("personne d'autre"));
    }
}

#[test]
fn nobody_gives_a_case_to_themselves() {
    let Network { ali, zoe, bea, .. } = Network::new();
    let case = new_case(&ali, WORDS);
    exchange(&ali, &zoe);
    let me = Edit::Assign { to: crdt_model::edit::Whom::Typed("me".into()) };
    assert_eq!(acts(&zoe, &case, &me).expect_err("not hers").code, "case_not_read");
    meet(&ali, &zoe);
    reads_not(&zoe, &case, WORDS);
    // nor does whoever reads by a gift alone give it on
    let given = new_case(&ali, "confié à Zoé");
    assigns(&ali, &given, "Zoé");
    exchange(&ali, &zoe);
    assigns(&zoe, &given, "Bea");
    meet(&ali, &zoe);
    exchange(&ali, &bea);
    reads_not(&bea, &given, "confié à Zoé");
}

#[test]
fn a_role_that_was_given_a_case_reads_it_whoever_comes_to_hold_it() {
    let Network { rose, ali, zoe, bea } = Network::new();
    let case = new_case(&ali, WORDS);
    assigns(&ali, &case, "focal_logistics");
    meet(&ali, &rose);
    exchange(&rose, &zoe);
    reads_not(&zoe, &case, WORDS);
    let fred = confirmed(&rose, "REG", "focal_logistics", "Fred");
    meet(&rose, &fred);
    reads(&fred, &case, WORDS);
    // taken up, it stays open to whoever took it up, on the word that gave it to the role
    acts(&fred, &case, &Edit::Accept).expect("his role's");
    meet(&rose, &fred);
    notes(&rose, &case, "pour Fred");
    exchange(&rose, &fred);
    reads(&fred, &case, "pour Fred");
    exchange(&rose, &bea);
    reads_not(&bea, &case, WORDS);
}

#[test]
fn what_the_person_refused_to_have_passed_on_is_given_to_nobody() {
    let Network { rose, ali, zoe, .. } = Network::new();
    let case = new_case(&ali, WORDS);
    assigns(&ali, &case, "Zoé");
    exchange(&ali, &zoe);
    let refused = Edit::Consent { purpose: "refer_internal".into(), answer: "withdrawn".into(), means: None, by: None };
    acts(&ali, &case, &refused).expect("told");
    notes(&ali, &case, "elle ne veut plus");
    meet(&ali, &rose);
    notes(&rose, &case, "compris");
    exchange(&rose, &zoe);
    for words in ["elle ne veut plus", "compris"] {
        assert!(!sees(&zoe, &case).contains(words), "{words}");
    }
    let answer = ConsentAnswer { purpose: "refer_internal".into(), answer: "refused".into(), means: None };
    let case = case_id(&ali.new_case(NewCase { consents: vec![answer], text: Some("non".into()), ..complaint() }));
    let to = crdt_model::edit::Whom::Typed("Zoé".into());
    assert_eq!(acts(&ali, &case, &Edit::Assign { to }).expect_err("refused").code, "consent_refuses_referral");
}

#[test]
fn a_refusal_stands_already_in_the_act_that_records_it() {
    let Network { ali, .. } = Network::new();
    let case = new_case(&ali, WORDS);
    let loaded = ali.with(|log, reader| crate::list::find_case(log, &log.shared(), reader, &case)).expect("found");
    let writes = |answer: &str| {
        let edit = Edit::Consent { purpose: "refer_internal".into(), answer: answer.into(), means: None, by: None };
        let ops = ali.with(|log, reader| crate::writes::ops_on(&log.shared(), reader, &loaded, &edit, NOW));
        ops.expect("asked").expect("written")
    };
    let bars = |ops: &EditOps| super::Bars::of(&loaded, ops).internal;
    assert_eq!([bars(&EditOps::default()), bars(&writes("refused")), bars(&writes("given"))], [false, true, false]);
}

#[test]
fn two_who_took_over_for_their_role_at_once_both_read_until_somebody_picks() {
    let Network { rose, ali, .. } = Network::new();
    let yann = confirmed(&rose, "REG", "focal_cash", "Yann");
    let xenia = confirmed(&rose, "REG", "focal_cash", "Xénia");
    for home in [&yann, &xenia, &ali, &yann, &xenia] {
        meet(&rose, home);
    }
    let case = new_case(&ali, WORDS);
    assigns(&ali, &case, "focal_cash");
    for home in [&yann, &xenia] {
        meet(&ali, home);
        reads(home, &case, WORDS);
        acts(home, &case, &Edit::Accept).expect("neither knows of the other");
    }
    for home in [&yann, &xenia, &yann] {
        meet(&ali, home);
    }
    notes(&ali, &case, "elle attend");
    for home in [&yann, &xenia] {
        meet(&ali, home);
        reads(home, &case, "elle attend");
    }
    // what either picks is the word of neither's giver
    let settle = |pick| Edit::Settle { field: "assignee".into(), pick };
    assert_eq!(acts(&yann, &case, &settle(1)).expect_err("refused").code, "only_site_reader");
    acts(&ali, &case, &settle(1)).expect("settled");
    for home in [&yann, &xenia] {
        meet(&ali, home);
    }
    notes(&ali, &case, "elle a rappelé");
    for home in [&yann, &xenia] {
        meet(&ali, home);
    }
    let picked = [&yann, &xenia].into_iter().filter(|home| sees(home, &case).contains("elle a rappelé")).count();
    assert_eq!(picked, 1, "whoever was picked reads on, the other one no more");
}

const DAY: i64 = 24 * 3_600_000;

/// Says that a member is away for ten days, or back.
fn away(by: &Home, name: &str, deputy: Option<&str>) -> Result<Json, Failure> {
    let until = crdt_model::zone::Zone::UTC.day_of(NOW + 10 * DAY).to_string();
    let order = crate::members::absence::Away { name, until: deputy.map(|_| until.as_str()), deputy };
    by.with(|log, reader| crate::members::absence::away(log, reader, &order, NOW))
}

/// As [`meet`], on another day.
fn meet_at(one: &Home, other: &Home, now_ms: i64) {
    for _ in 0..3 {
        for (from, to) in [(one, other), (other, one)] {
            let entries = from.entries();
            crate::log::admission::ingest(&to.log, &entries, Some(from.log.device), now_ms).expect("ingested");
            to.housekeeping_at(now_ms);
        }
    }
}

#[test]
fn whoever_stands_in_reads_what_the_absent_has_and_no_longer_than_that() {
    let Network { rose, ali, zoe, bea } = Network::new();
    let (case, other) = (new_case(&ali, WORDS), new_case(&ali, "une autre affaire"));
    assigns(&ali, &case, "Zoé");
    for home in [&zoe, &bea] {
        meet(&ali, home);
    }
    reads_not(&bea, &case, WORDS);
    // she says it herself, and nobody of the site has to do anything
    let told = away(&zoe, "me", Some("Bea")).expect("said");
    assert_eq!(told["deputy"], json!("Bea"), "{told}");
    meet(&rose, &zoe);
    meet(&rose, &ali);
    meet(&ali, &bea);
    reads(&bea, &case, WORDS);
    reads_not(&bea, &other, "une autre affaire");
    // what is given to her meanwhile goes to both; the reply says so
    let next = new_case(&ali, "pendant son absence");
    let told = assigns(&ali, &next, "Zoé");
    assert_eq!(told["warnings"], json!(["assignee_away_deputy"]), "{told}");
    meet(&ali, &bea);
    reads(&bea, &next, "pendant son absence");
    let mine = |home: &Home| {
        let filter = crate::api::CaseFilter { assignee: Some("me".into()), ..Default::default() };
        let list = home.with(|log, reader| crate::list::query::list(log, &log.shared(), reader, &filter, NOW));
        list.expect("listed").to_string()
    };
    assert!(mine(&bea).contains(&next), "it waits for whoever stands in");
    // she takes it over, and goes on reading it once the absent is back; the other one ends for her
    acts(&bea, &next, &Edit::Accept).expect("accepted");
    meet(&ali, &bea);
    away(&zoe, "me", None).expect("said");
    meet(&rose, &zoe);
    for home in [&rose, &zoe, &bea] {
        meet(&ali, home);
    }
    notes(&ali, &case, "elle est de retour");
    notes(&ali, &next, "à qui l'a pris");
    for home in [&zoe, &bea] {
        meet(&ali, home);
    }
    reads(&zoe, &case, "elle est de retour");
    assert!(!sees(&bea, &case).contains("elle est de retour"), "{}", sees(&bea, &case));
    assert!(!mine(&bea).contains(&case));
    reads(&bea, &next, "à qui l'a pris");
    for home in [&rose, &ali, &zoe, &bea] {
        assert_eq!(home.verify()["problems"], json!([]));
    }
}

#[test]
fn an_absence_ends_by_itself_after_its_last_day() {
    let Network { rose, ali, zoe, bea } = Network::new();
    away(&zoe, "me", Some("Bea")).expect("said");
    meet(&rose, &zoe);
    for home in [&ali, &bea] {
        meet(&rose, home);
    }
    let case = new_case(&ali, WORDS);
    assigns(&ali, &case, "Zoé");
    meet(&ali, &bea);
    reads(&bea, &case, WORDS);
    let later = NOW + 12 * DAY;
    let edit = Edit::Note { text: Words::from("après le congé") };
    ali.with(|log, reader| crate::writes::act(log, reader, &case, &edit, later)).expect("noted");
    let terms: Vec<_> = gift_facts(&ali, &case).gifts.iter().map(|gift| (gift.term, gift.to)).collect();
    assert!(terms.iter().any(|(term, _)| *term == 1), "{terms:?}");
    meet_at(&ali, &bea, later);
    meet_at(&ali, &zoe, later);
    // nor by taking over what was given after that
    let next = new_case(&ali, "une autre affaire");
    let given = Edit::Assign { to: crdt_model::edit::Whom::Typed("Zoé".into()) };
    ali.with(|log, reader| crate::writes::act(log, reader, &next, &given, later)).expect("assigned");
    meet_at(&ali, &bea, later);
    let taken = Edit::Assign { to: crdt_model::edit::Whom::Typed("me".into()) };
    let refused = bea.with(|log, reader| crate::writes::act(log, reader, &next, &taken, later));
    assert_eq!(refused.expect_err("not hers any more").code, "case_not_read");
    meet_at(&ali, &bea, later);
    reads_not(&bea, &next, "une autre affaire");
    assert!(!sees(&bea, &case).contains("après le congé"));
    reads(&zoe, &case, "après le congé");
}

#[test]
fn nobody_makes_themselves_the_deputy_of_another() {
    let Network { rose, ali, zoe, bea } = Network::new();
    let case = new_case(&ali, WORDS);
    assigns(&ali, &case, "Zoé");
    assert!(["not_permitted", "not_in_reach"].contains(&away(&bea, "Zoé", Some("Bea")).expect_err("refused").code));
    assert_eq!(away(&zoe, "me", Some("Zoé")).expect_err("herself").code, "deputy_unfit");
    assert_eq!(away(&zoe, "me", Some("Personne")).expect_err("nobody").code, "member_not_found");
    // a program that does not ask
    let text = "1 2027-12-01 ".to_owned() + &bea.member.to_string();
    let key = format!("away/{}", zoe.member);
    bea.with(|log, reader| crate::members::write_staff(log, reader, &[(key, text)], NOW)).expect("written");
    meet(&rose, &bea);
    meet(&rose, &ali);
    assert!(ali.log.shared().absences.is_empty(), "it was not hers to say");
    meet(&ali, &bea);
    reads_not(&bea, &case, WORDS);
    // who manages her and does not read the case gives nothing by it
    let nadia = confirmed(&rose, "REG", "administrator", "Nadia");
    for home in [&nadia, &ali, &bea, &nadia] {
        meet(&rose, home);
    }
    away(&nadia, "Zoé", Some("Bea")).expect("said");
    meet(&rose, &nadia);
    meet(&rose, &ali);
    meet(&ali, &bea);
    reads_not(&bea, &case, WORDS);
    acts(&bea, &case, &Edit::Accept).expect("her program lets her");
    meet(&ali, &bea);
    reads_not(&bea, &case, WORDS);
    assigns(&ali, &case, "Zoé");
    // whoever manages her may
    away(&rose, "Zoé", Some("Bea")).expect("said");
    meet(&rose, &ali);
    meet(&ali, &bea);
    reads(&bea, &case, WORDS);
}

#[test]
fn an_unconfirmed_member_gets_the_case_once_somebody_made_sure_who_it_is() {
    let Network { rose, ali, .. } = Network::new();
    let hugo = rose.invited("PES", "focal_cash", "Hugo");
    exchange(&hugo, &rose);
    exchange(&rose, &ali);
    let case = new_case(&ali, WORDS);
    let told = assigns(&ali, &case, "Hugo");
    assert_eq!(told["warnings"], json!(["assignee_unconfirmed"]), "{told}");
    meet(&ali, &rose);
    exchange(&rose, &hugo);
    reads_not(&hugo, &case, WORDS);
    confirm(&rose, "Hugo");
    meet(&rose, &hugo);
    reads(&hugo, &case, WORDS);
}

#[test]
fn the_site_that_is_to_handle_a_case_reads_it() {
    let Network { rose, ali, bea, .. } = Network::new();
    let case = new_case(&ali, WORDS);
    let set = Edit::Set { values: vec![("handling_site".into(), "PES".into())] };
    acts(&ali, &case, &set).expect("set");
    exchange(&ali, &bea);
    reads(&bea, &case, WORDS);
    notes(&bea, &case, "nous nous en occupons");
    meet(&bea, &rose);
    reads(&rose, &case, "nous nous en occupons");
}

#[test]
fn a_case_is_shared_and_shared_no_longer() {
    let Network { rose, ali, zoe, bea } = Network::new();
    let case = new_case(&ali, WORDS);
    let share = |who: &str, stop| Edit::Share { with: crdt_model::edit::Whom::Typed(who.into()), stop };
    assert_eq!(acts(&ali, &case, &share("Zoé", true)).expect_err("refused").code, "not_shared");
    let told = acts(&ali, &case, &share("Zoé", false)).expect("shared");
    assert_eq!(told["warnings"], json!([]), "{told}");
    exchange(&ali, &zoe);
    reads(&zoe, &case, WORDS);
    assert!(sees(&ali, &case).contains(r#""shared_with":["Zoé"]"#), "{}", sees(&ali, &case));
    // whoever the case is shared with does not share it further
    let told = acts(&zoe, &case, &share("Bea", false)).expect("by word alone");
    assert_eq!(told["warnings"], json!(["assignee_cannot_read"]), "{told}");
    meet(&zoe, &ali);
    exchange(&ali, &bea);
    reads_not(&bea, &case, WORDS);
    acts(&ali, &case, &share("Zoé", true)).expect("ended");
    notes(&ali, &case, "plus pour Zoé");
    exchange(&ali, &zoe);
    assert!(!sees(&zoe, &case).contains("plus pour Zoé"));

    // whoever was given it stands among those who could read it
    let seal = crate::api::SealOptions { recuse: Some(Vec::new()), ..Default::default() };
    let sealed =
        rose.with(|log, reader| crate::writes::case_seal(log, reader, &case, &Words::from("grave"), &seal, NOW));
    assert!(sealed.is_err(), "not here yet");
    meet(&ali, &rose);
    rose.with(|log, reader| crate::writes::case_seal(log, reader, &case, &Words::from("grave"), &seal, NOW))
        .expect("sealed");
    let seen: Json = serde_json::from_str(&sees(&rose, &case)).expect("json");
    let exposed = seen["exposed"][0]["members"].to_string();
    assert!(exposed.contains("Zoé") && !exposed.contains("Bea"), "{seen}");
    assert_eq!(acts(&rose, &case, &share("Bea", false)).expect_err("refused").code, "shared_by_audience");
}

/// Writes these facts into a case as they are: what a changed program of somebody who may take cases down can do.
fn forges(home: &Home, case: &str, facts: &[(FactKind, Vec<u8>)]) {
    let forge = |log: &Log, reader: &mut Reader| {
        let shared = log.shared();
        let loaded = crate::list::find_case(log, &shared, reader, case)?;
        let mut entropy = crate::log::entropy()?;
        let put = |(kind, bytes): &(FactKind, Vec<u8>)| LayerOp::Put {
            key: kind.key(FactId(entropy.bytes())),
            value: Value::Bytes(bytes.clone()),
        };
        let ops = EditOps { open: facts.iter().map(put).collect(), ..EditOps::default() };
        let write = crate::writes::Write {
            scope: loaded.scope,
            doc: loaded.doc,
            ops,
            deps: crate::writes::deps(log, &loaded),
            birth: false,
            week_start_ms: None,
            sensitive: crate::writes::SensitiveKey::None,
            generation: loaded.document.generation,
            current: Some(loaded),
            salt: [0; 8],
            alone: false,
        };
        log.commit(|tx| crate::writes::append_edit(log, tx, &shared, reader, write, NOW, &mut entropy))?;
        Ok(json!({}))
    };
    home.with(forge).expect("written");
}

/// The gift facts of a case, as they stand in its open layer.
fn gift_facts(home: &Home, case: &str) -> GiftFacts {
    let look = |log: &Log, reader: &mut Reader| {
        let loaded = crate::list::find_case(log, &log.shared(), reader, case)?;
        Ok(GiftFacts::of(loaded.document.states[0].as_ref().expect("open")))
    };
    home.with(look).expect("looked")
}

#[test]
fn a_false_gift_hides_no_true_one() {
    let Network { rose, ali, zoe, bea } = Network::new();
    let case = new_case(&ali, WORDS);
    exchange(&ali, &bea);
    exchange(&ali, &zoe);
    // somebody who reads nothing writes what looks like a gift to her; once the true one is known, one with its point, too
    let gift = |enc, ct| GiftFact { term: 0, epoch: 1, to: zoe.member.0, enc, ct };
    forges(&bea, &case, &[(FactKind::Gift, cbor::encode(&gift([9; 32], [7; 48])))]);
    meet(&bea, &ali);
    assigns(&ali, &case, "Zoé");
    exchange(&ali, &bea);
    let held = gift_facts(&bea, &case).gifts;
    let (own, key) = (zoe.member.0, held.iter().find(|fact| fact.enc != [9; 32]).expect("the true one"));
    assert_eq!(key.to, own);
    let false_ones: Vec<_> = (0..8).map(|n| (FactKind::Gift, cbor::encode(&gift(key.enc, [n; 48])))).collect();
    forges(&bea, &case, &false_ones);
    exchange(&bea, &zoe);
    reads(&zoe, &case, WORDS);
    meet(&ali, &rose);
    assert_eq!(rose.verify()["problems"], json!([]));
}

#[test]
fn nobody_seals_their_key_under_a_gift_key_that_another_made_up() {
    let Network { rose, ali, zoe, bea } = Network::new();
    let case = new_case(&ali, WORDS);
    assigns(&ali, &case, "Zoé");
    exchange(&ali, &zoe);
    exchange(&ali, &bea);
    let shared = zoe.log.shared();
    let scope = shared.roster.sites["MNK"].scope;
    let doc = case.parse().expect("an id");
    let of = GiftOf { org: &zoe.log.org, scope: &scope, doc: &doc, generation: 0, term: 0, epoch: 1 };
    let pk = shared.roster.members[&zoe.member].keys.x;
    let (enc, ct) = seal::wrap_gift(&Secret([5; 32]), &of, (&zoe.member.0, &pk)).expect("a point");
    let made_up = GiftFact { term: 0, epoch: 1, to: zoe.member.0, enc, ct };
    forges(&bea, &case, &[(FactKind::Gift, cbor::encode(&made_up))]);
    exchange(&bea, &zoe);
    let before = gift_facts(&zoe, &case).given.len();
    notes(&zoe, &case, "écrit par Zoé");
    assert_eq!(gift_facts(&zoe, &case).given.len(), before, "her key goes under no key of his");
    // nor does the next term's key go under this one's because somebody says that there is something
    let promised = GivenFact { term: 1, epoch: 1, sealed: vec![3; 64] };
    forges(&zoe, &case, &[(FactKind::Given, cbor::encode(&promised))]);
    meet(&zoe, &ali);
    notes(&ali, &case, "encore pour elle");
    meet(&ali, &rose);
    assigns(&ali, &case, "Bea");
    notes(&ali, &case, "plus pour elle");
    meet(&ali, &zoe);
    let seen = sees(&zoe, &case);
    assert!(seen.contains("encore pour elle") && !seen.contains("plus pour elle"), "{seen}");
}

#[test]
fn nobody_keeps_a_case_by_naming_themselves() {
    let Network { ali, zoe, bea, .. } = Network::new();
    let case = new_case(&ali, WORDS);
    assigns(&ali, &case, "Zoé");
    exchange(&ali, &zoe);
    let share = Edit::Share { with: crdt_model::edit::Whom::Typed("me".into()), stop: false };
    acts(&zoe, &case, &share).expect("by word alone");
    meet(&zoe, &ali);
    assigns(&ali, &case, "Bea");
    notes(&ali, &case, "sans Zoé");
    meet(&ali, &zoe);
    assert!(!sees(&zoe, &case).contains("sans Zoé"), "{}", sees(&zoe, &case));
    exchange(&ali, &bea);
    reads(&bea, &case, "sans Zoé");
}

#[test]
fn twelve_readers_in_lockstep_fall_quiet_in_three_rounds() {
    let Network { rose, ali, zoe, .. } = Network::new();
    let readers: Vec<Home> = (0..12).map(|n| confirmed(&rose, "REG", "cfm_manager", &format!("Lecteur {n}"))).collect();
    for home in readers.iter().chain(&readers) {
        meet(&rose, home);
    }
    // a word that its giver's node could not follow: everybody's to make good
    let case = new_case(&ali, WORDS);
    let hugo = rose.invited("PES", "focal_cash", "Hugo");
    meet(&rose, &hugo);
    exchange(&rose, &ali);
    assigns(&ali, &case, "Hugo");
    confirm(&rose, "Hugo");
    let share = |from: &[&Home]| {
        for one in from {
            for other in from {
                exchange(one, other);
            }
        }
    };
    let homes: Vec<&Home> = readers.iter().chain([&rose, &ali, &hugo, &zoe]).collect();
    let mut wrote = Vec::new();
    for _ in 0..4 {
        share(&homes);
        wrote.push(homes.iter().filter(|home| home.housekeeping()).count());
    }
    assert_eq!(wrote[3], 0, "{wrote:?}");
    reads(&hugo, &case, WORDS);
    let gifts = hugo.with(|log, reader| {
        let loaded = crate::list::find_case(log, &log.shared(), reader, &case)?;
        let open = loaded.document.states[0].as_ref().expect("open");
        Ok(json!(open.keys().filter(|key| key.starts_with("gift/") || key.starts_with("given/")).count()))
    });
    assert_eq!(gifts.expect("looked"), json!(2), "twelve made one and the same gift");
}

#[test]
fn of_a_case_that_nobody_was_given_nothing_is_asked_again() {
    let rose = Home::founded();
    let owing = || {
        rose.housekeeping();
        let snapshot = rose.log.store.read().expect("read");
        snapshot.list(crate::store::Space::Owing).expect("listed").len()
    };
    let case = case_id(&rose.new_case(complaint()));
    rose.new_case(complaint());
    assert_eq!(owing(), 0, "each is worked on at its own site");
    assigns(&rose, &case, "me");
    assert_eq!(owing(), 1);
}

#[test]
fn what_is_written_here_is_marked_where_it_is_written() {
    let rose = Home::founded();
    let owing = || {
        let snapshot = rose.log.store.read().expect("read");
        snapshot.list(crate::store::Space::Owing).expect("listed").len()
    };
    let case = case_id(&rose.new_case(complaint()));
    assert_eq!(owing(), 0);
    assigns(&rose, &case, "me");
    assert_eq!(owing(), 1, "before anything looked at what came");
    rose.new_case(NewCase { category: Some("sea.abuse".into()), allegation: Some("x".into()), ..complaint() });
    assert_eq!(owing(), 2, "a sealed case");
    // what was looked at finds the same
    rose.housekeeping();
    assert_eq!(owing(), 2);
}

/// Whatever an older program, or a hostile one, writes into a case: no key of it is made for a partner.
#[test]
fn no_key_of_a_case_is_made_for_a_partner_whatever_names_it() {
    let Network { rose, ali, .. } = Network::new();
    rose.with(|log, reader| crate::members::site_add(log, reader, new_site("PAR", "Partenaire", "partner", None)))
        .expect("added");
    let paul = confirmed(&rose, "PAR", "partner_focal", "Paul");
    let pia = confirmed(&rose, "PAR", "cfm_manager", "Pia");
    meet(&rose, &ali);
    let set = |field: &str, element: &str| (element_key(field, element).expect("a key"), Value::Bool(true));
    let names = [
        ("assignee".to_owned(), Value::Text(format!("member:{}", paul.member))),
        set("shared_with", &format!("member:{}", pia.member)),
        set("shared_with", "role:partner_focal"),
        set("shared_with", "site:PAR"),
        set("watchers", "partner_focal"),
        ("handling_site".to_owned(), Value::Text("PAR".to_owned())),
    ];
    // one by one, and all of them at once
    let mut all: Vec<Vec<(String, Value)>> = names.iter().map(|one| vec![one.clone()]).collect();
    all.push(names.to_vec());
    for puts in all {
        let case = new_case(&ali, WORDS);
        ali.with(|log, reader| {
            let shared = log.shared();
            let loaded = crate::list::find_case(log, &shared, reader, &case)?;
            let mut entropy = crate::log::entropy()?;
            let open = puts.iter().map(|(key, value)| LayerOp::Put { key: key.clone(), value: value.clone() });
            let ops = EditOps { open: open.collect(), ..EditOps::default() };
            let deps = crate::writes::deps(log, &loaded);
            let write = crate::writes::Write::on(loaded, deps, ops, crate::writes::SensitiveKey::None);
            log.commit(|tx| crate::writes::append_edit(log, tx, &shared, reader, write, NOW, &mut entropy).map(drop))
        })
        .expect("written");
        notes(&ali, &case, "encore");
        for home in [&rose, &paul, &pia, &rose] {
            meet(&ali, home);
        }
        assert!(gift_facts(&ali, &case).gifts.is_empty(), "{puts:?}");
        for home in [&paul, &pia] {
            reads_not(home, &case, WORDS);
            reads_not(home, &case, "encore");
        }
    }
    // the control: somebody of the organisation gets the key
    let zoe = confirmed(&rose, "JER", "focal_cash", "Zita");
    meet(&rose, &ali);
    let case = new_case(&ali, WORDS);
    assigns(&ali, &case, "Zita");
    meet(&ali, &zoe);
    assert!(!gift_facts(&ali, &case).gifts.is_empty());
}

//! What a person refused is not kept.

use crdt_model::edit::{ConsentAnswer, Edit};
use crdt_model::taxonomy::Taxonomy;

use super::*;

fn told(consent: Option<&str>, anonymous: Option<bool>) -> NewCase {
    let answer = |answer: &str| ConsentAnswer { purpose: "record".into(), answer: answer.to_owned(), means: None };
    NewCase {
        text: Some(Words::from("La carte ne marche pas.")),
        reporter_name: Some(Words::from("Marie Canari")),
        phone: Some(Words::from("+509 3700 0000")),
        card_no: Some(Words::from("HT-77-CANARI")),
        age: Some(34),
        consents: consent.map(answer).into_iter().collect(),
        anonymous,
        external_ids: vec![("SCOPE".into(), "HT-88-CANARI".into())],
        ..complaint()
    }
}

#[test]
fn who_refuses_to_be_recorded_leaves_a_case_that_says_nobody() {
    let home = Home::founded();
    let made = home.new_case(told(Some("refused"), None));
    assert_eq!(
        made["dropped"],
        serde_json::json!(["reporter_name", "phone", "card_no", "age", "external_ids"]),
        "{made}"
    );
    assert!(made["warnings"].to_string().contains("identity_dropped"), "{made}");
    let shown = home.show(&case_id(&made)).expect("the case");
    for gone in ["Canari", "3700", "CANARI"] {
        assert!(!shown.to_string().contains(gone), "{shown}");
    }
    let band = Taxonomy::shipped().age_group_for(34);
    assert!(shown["reporter"]["age"].is_null() && shown.to_string().contains(band), "{shown}");
    assert!(shown.to_string().contains("ne marche pas"), "{shown}");

    // who stays unknown is not named; who was not asked, or agreed, is
    let made = home.new_case(told(None, Some(true)));
    assert_eq!(made["dropped"], serde_json::json!(["reporter_name"]), "{made}");
    for consent in [None, Some("given"), Some("not_asked")] {
        let made = home.new_case(told(consent, None));
        assert_eq!(made["dropped"], serde_json::json!([]), "{made}");
        assert!(home.show(&case_id(&made)).expect("the case").to_string().contains("Marie Canari"));
    }
}

#[test]
fn who_refuses_afterwards_is_told_to_still_stand_there() {
    let home = Home::founded();
    let case = case_id(&home.new_case(told(Some("given"), None)));
    let consent = |answer: &str| {
        let edit = Edit::Consent { purpose: "record".into(), answer: answer.to_owned(), means: None, by: None };
        home.with(|log, reader| crate::writes::act(log, reader, &case, &edit, NOW)).expect("recorded")["warnings"]
            .to_string()
    };
    assert!(!consent("given").contains("identity_kept"));
    assert!(consent("withdrawn").contains("identity_kept"));
    let values = ["reporter_name", "phone", "card_no"].map(|field| (field.to_owned(), Words::from(""))).to_vec();
    home.with(|log, reader| crate::writes::act(log, reader, &case, &Edit::Set { values }, NOW)).expect("cleared");
    assert!(!consent("withdrawn").contains("identity_kept"));
}

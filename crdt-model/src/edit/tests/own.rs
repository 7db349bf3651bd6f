//! What the tables that an organisation keeps itself do to acts.

use super::*;

pub(super) fn row(code: &str, label: &str) -> OwnRow {
    let mut row = OwnRow { code: code.into(), ..OwnRow::default() };
    row.label.put("fr", label);
    row
}

#[test]
fn a_field_takes_any_code_until_its_table_has_a_row_and_then_the_code_of_what_is_named() {
    let mut replica = born(new_case());
    replica.does(set("partner", "whatever"));
    keeps(&[(OwnTable::Partner, row("ONG", "L'association")), (OwnTable::Outcome, row("paid", "Payé"))]);
    assert_eq!(replica.view().text("partner"), Some("whatever"), "what was said stands");
    replica.does(set("partner", "l'ASSOCIATION"));
    assert_eq!(replica.view().text("partner"), Some("ONG"));
    assert_eq!(replica.refused(set("partner", "CANARY-other")), "not_listed");
    replica.does(set("project", "as-free-as-before")).does(set("partner", ""));
    replica.does(triage(None)).does(assign(1)).does(Edit::Accept);
    assert_eq!(replica.refused(Edit::Resolve { outcome: "nonsense".into(), text: "x".into() }), "not_listed");
    replica.does(Edit::Resolve { outcome: "Payé".into(), text: "x".into() });
    assert_eq!(replica.view().text("resolution"), Some("paid"));
}

#[test]
fn a_closed_row_is_not_taken_and_stays_where_it_is() {
    keeps(&[(OwnTable::Project, row("PSARA", "Projet"))]);
    let mut replica = born(new_case());
    keeps(&[(OwnTable::Project, OwnRow { closed: true, ..row("PSARA", "Projet") })]);
    assert_eq!(replica.refused(set("project", "psara")), "not_offered");
    assert_eq!(replica.view().text("project"), Some("PSARA"));
    replica.does(set("partner", "X"));
}

#[test]
fn a_new_case_says_codes_and_keeps_what_no_field_takes_as_notes() {
    keeps(&[(OwnTable::SpokenLanguage, row("ht", "Kreyòl"))]);
    let mut new = NewCase {
        spoken_language: Some(" kreyol ".into()),
        notes: vec!["langue: CANARY".into()],
        answer: Some(GivenAnswer { text: Some("told".into()), satisfaction: None }),
        ..new_case()
    };
    new.put_codes(&SampleCodes).expect("known");
    let replica = born(new.clone());
    let view = replica.view();
    assert_eq!(view.text("spoken_language"), Some("ht"));
    let words = view.facts.words.expect("readable");
    assert_eq!(words.notes.values().map(|dated| dated.fact.text.0.as_str()).collect::<Vec<_>>(), ["langue: CANARY"]);
    assert!(view.facts.codes.holds.is_empty());
    new.spoken_language = Some("klingon".into());
    assert_eq!(new.put_codes(&SampleCodes).expect_err("unknown").code(), "not_listed");
}

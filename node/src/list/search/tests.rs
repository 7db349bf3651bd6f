//! What cases are found by, and for whom.

use crdt_model::edit::{Edit, NewCase};
use crdt_model::values::Words;
use serde_json::Value as Json;

use super::{Sought, find, marks};
use crate::api::SealOptions;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange};

/// Who a case is of, as its line tells, and by what it was found.
fn finds(home: &Home, typed: &str) -> Vec<(String, String)> {
    let rows = home.with(|log, reader| find(log, &log.shared(), reader, typed, None, NOW)).expect("looked");
    let text = |row: &Json, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    rows.as_array().into_iter().flatten().map(|row| (text(row, "case_id"), text(row, "by"))).collect()
}

fn found(home: &Home, typed: &str, by: &str) -> Vec<String> {
    let found = finds(home, typed);
    assert!(found.iter().all(|(_, of)| of == by), "{typed}: {found:?}");
    found.into_iter().map(|(case, _)| case).collect()
}

fn of_marie() -> NewCase {
    NewCase {
        reporter_name: Some("Marie-Ange Désir".into()),
        phone: Some("+509 37 41 22 90".into()),
        household_id: Some("HH-0042".into()),
        external_ids: vec![("kobo".into(), "uuid:77-AB".into())],
        text: Some("Je n'ai pas reçu le transfert de novembre à l'agence du marché.".into()),
        recall_word: Some("papaye".into()),
        ..complaint()
    }
}

#[test]
fn a_telephone_in_any_form_an_id_a_name_or_words_lead_to_the_cases_of_a_person() {
    let home = Home::founded();
    let marie = case_id(&home.new_case(of_marie()));
    let other = NewCase { reporter_name: Some("Jean Baptiste".into()), phone: Some("37412291".into()), ..complaint() };
    let other = case_id(&home.new_case(other));
    for typed in [
        "37412290",
        "+509 37 41 22 90",
        "0050937412290",
        "(509) 3741-2290",
        "tel 37412290",
        "٣٧٤١٢٢٩٠",
        " 37 41 22 90 ",
    ] {
        assert_eq!(found(&home, typed, "phone"), std::slice::from_ref(&marie), "{typed}");
    }
    for typed in ["uuid:77-AB", "kobo:uuid:77-AB", "uuid77ab", "HH-0042", "hh 0042"] {
        assert_eq!(found(&home, typed, "external_id"), std::slice::from_ref(&marie), "{typed}");
    }
    // accents, case, the order of the words, a part of the name, a letter off or left out
    for typed in ["Marie-Ange Désir", "desir marie", "DESIR", "Mari Desir", "Dezir", "marie ange"] {
        assert_eq!(found(&home, typed, "name"), std::slice::from_ref(&marie), "{typed}");
    }
    for typed in ["transfert novembre", "AGENCE marche", "transfert Desir"] {
        assert_eq!(found(&home, typed, "words"), std::slice::from_ref(&marie), "{typed}");
    }
    assert_eq!(found(&home, "Baptiste", "name"), [other]);
    for typed in ["37412292", "Marie Baptiste", "transfert octobre", "HH-0043", "papaye", "je", "…", "…:…"] {
        assert_eq!(finds(&home, typed), [], "{typed}");
    }
    // a note is found as soon as it is there, and after everything was read from the disk again
    home.with(|log, reader| {
        let note = Edit::Note { text: Words::from("Vue devant l'entrepôt.") };
        crate::writes::act(log, reader, &marie, &note, NOW)
    })
    .expect("noted");
    assert_eq!(found(&home, "entrepot", "words"), std::slice::from_ref(&marie));
    let reference = home.show(&marie).expect("shown")["ref"].as_str().map(str::to_owned);
    if let Some(reference) = reference {
        assert_eq!(found(&home, &reference, "ref"), [marie]);
    }
}

#[test]
fn the_open_cases_come_first_and_the_newest_of_them() {
    let home = Home::founded();
    let new = |received: &str| {
        let received_at = crdt_model::values::Moment::parse(received);
        case_id(&home.new_case(NewCase { received_at, category: Some("other.prank".into()), ..of_marie() }))
    };
    let [oldest, newest, closed] = ["2025-01-03", "2025-03-03", "2025-05-03"].map(new);
    let close = Edit::Close { reason: "prank".into(), because: None };
    home.with(|log, reader| crate::writes::act(log, reader, &closed, &close, NOW)).expect("closed");
    assert_eq!(found(&home, "37412290", "phone"), [newest.clone(), oldest.clone(), closed]);
    let first = home.with(|log, reader| find(log, &log.shared(), reader, "Désir", Some(1), NOW)).expect("looked");
    assert_eq!(first.as_array().map(Vec::len), Some(1));
    let nothing = home.with(|log, reader| find(log, &log.shared(), reader, " ", None, NOW)).expect_err("refused");
    assert_eq!(nothing.code, "missing");
}

#[test]
fn nobody_finds_what_they_do_not_read() {
    let rose = Home::founded();
    let [ali, nadia, cash] = [("operator", "Ali"), ("focal_psea", "Nadia"), ("focal_cash", "Theo")]
        .map(|(role, name)| confirmed(&rose, "JER", role, name));
    let meet = || [&ali, &nadia, &cash, &ali].into_iter().for_each(|home| exchange(&rose, home));
    meet();
    let case = case_id(&rose.new_case(of_marie()));
    meet();
    assert_eq!(found(&ali, "Désir", "name"), std::slice::from_ref(&case));
    assert_eq!(finds(&cash, "Désir"), [], "he reads no words of that site");
    let options = SealOptions { audience: Some("psea".into()), recuse: Some(Vec::new()), ..SealOptions::default() };
    rose.with(|log, reader| {
        crate::writes::case_seal_with(log, reader, &case, &Words::from("à sceller"), None, &options, NOW)
    })
    .expect("sealed");
    meet();
    for typed in ["Désir", "37412290", "transfert novembre", "HH-0042"] {
        assert_eq!(finds(&ali, typed), [], "{typed}");
    }
    assert_eq!(found(&nadia, "37412290", "phone"), [case], "she is of its audience");
}

#[test]
fn what_is_shared_by_chance_is_opened_and_not_told() {
    // the tokens of two marks may be one; the marks are not
    let home = Home::founded();
    let case = case_id(&home.new_case(of_marie()));
    let loaded = home.with(|log, reader| crate::list::find_case(log, &log.shared(), reader, &case)).expect("found");
    let of_case = marks(&loaded.view(NOW));
    assert!(Sought::of("Désir").finds(&of_case).is_some() && Sought::of("Toussaint").finds(&of_case).is_none());
    assert!(!of_case.iter().any(|(_, what)| what.contains("papaye")), "a recall word is found by nobody");
}

//! Routing from a table: whole or not at all.

use serde_json::{Value as Json, json};

use super::routing_import;
use crate::error::Failure;
use crate::members::routing::routing;
use crate::tests::Home;

fn imports(home: &Home, text: &[u8]) -> Result<Json, Failure> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("circuits.csv").display().to_string();
    std::fs::write(&path, text).expect("written");
    home.with(|log, reader| routing_import(log, reader, &path, "en"))
}

fn told(home: &Home) -> Json {
    home.with(|log, _| routing(log, None)).expect("told")
}

#[test]
fn a_table_in_either_language_is_said_once_and_again_changes_nothing() {
    let home = Home::founded();
    home.site("BOM");
    let french = "Site;Catégorie;Pour;Permanence;Autre téléphone\r\n\
                  JER;payment;focal_cash;'+509 22 33 44 55;\r\n\
                  ;;;;\r\n\
                  BOM;*;coordinator;;3344 5566\r\n\
                  JER;;supervisor;;\r\n";
    let done = imports(&home, french.as_bytes()).expect("said");
    assert_eq!((&done["rows"], &done["changed"], &done["unchanged"]), (&json!(3), &json!(3), &json!(0)));
    let all = told(&home);
    let has = |site: &str, category: Json, what: &str, value: &str| {
        let is_it = |row: &&Json| row["site"] == site && row["category"] == category && row[what] == value;
        assert!(all.as_array().expect("rows").iter().any(|row| is_it(&row)), "{site} {category} {what}: {all}");
    };
    has("JER", json!("payment"), "to", "focal_cash");
    has("JER", json!("*"), "to", "supervisor");
    has("BOM", json!("*"), "to", "coordinator");
    has("JER", Json::Null, "duty_phone", "+509 22 33 44 55");
    has("BOM", Json::Null, "alternate_phone", "3344 5566");
    let before = home.entries().len();
    let english = "to,duty_phone,SITE,Category\nfocal_cash,+509 22 33 44 55,jer,Payment\n";
    for again in [french, english] {
        let done = imports(&home, again.as_bytes()).expect("read");
        assert_eq!(done["changed"], 0, "{again}");
    }
    assert_eq!(home.entries().len(), before, "nothing is said twice");
    assert_eq!(imports(&home, b"site;to\nJER;-\n").expect("taken back")["changed"], 1);
    assert_ne!(told(&home), all);
}

#[test]
fn one_row_that_is_wrong_keeps_all_from_being_written_and_is_named_with_its_column() {
    let home = Home::founded();
    let before = (home.entries().len(), told(&home));
    let good = "site;category;to;duty_phone;alternate_phone\nJER;payment;focal_cash;;\n";
    for (row, code, column) in [
        ("XYZ;payment;focal_cash;;", "site_not_found", "Site"),
        (";payment;focal_cash;;", "site_not_found", "Site"),
        ("JER;nothing;focal_cash;;", "not_in_taxonomy", "Category"),
        ("JER;integrity.fraud;focal_cash;;", "route_sealed", "Category"),
        ("JER;targeting;nobody_here;;", "member_not_found", "For"),
        ("JER;targeting;;abc;", "bad_value", "Duty telephone"),
        ("JER;targeting;;;abc", "bad_value", "Other telephone"),
    ] {
        let refused = imports(&home, format!("{good}{row}\n").as_bytes()).expect_err(row);
        assert_eq!(refused.code, code, "{row}");
        let place = |name: &str| refused.where_.iter().find(|(at, _)| *at == name).map(|(_, value)| value.as_str());
        assert_eq!((place("row"), place("column")), (Some("3"), Some(column)), "{row}");
    }
    let twice = imports(&home, format!("{good}JER;payment;coordinator;;\n").as_bytes()).expect_err("two for one");
    assert_eq!(twice.code, "routing_twice");
    for text in ["", "a;b\n1;2\n", "site;category\nJER;payment\n"] {
        assert_eq!(imports(&home, text.as_bytes()).expect_err("no titles").code, "routing_no_header", "{text:?}");
    }
    let long = format!("site;to\n{}", "JER;focal_cash\n".repeat(2_001));
    assert_eq!(imports(&home, long.as_bytes()).expect_err("too long").code, "too_many_rows");
    assert_eq!((home.entries().len(), told(&home)), before, "nothing was written");
}

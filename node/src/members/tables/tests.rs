use crdt_model::layer::Value;
use crdt_model::taxonomy::{OwnRow, OwnTable, Statement};

use super::*;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, exchange};

fn set(home: &Home, table: &str, code: &str, adds: bool, change: RowChange) -> Result<Json, Failure> {
    home.with(|log, reader| {
        let order = RowOrder { table, code, change: &change, adds, lang: "fr" };
        super::set(log, reader, &order, NOW)
    })
}

fn named(label: &str) -> RowChange {
    RowChange { labels: vec![label.into()], ..RowChange::default() }
}

fn own(home: &Home, table: OwnTable) -> Vec<(String, String, bool)> {
    let shared = home.log.shared();
    let row = |row: &OwnRow| (row.code.clone(), row.called("fr").to_owned(), row.closed);
    shared.own.rows(table).iter().map(row).collect()
}

#[test]
fn two_who_change_one_row_apart_end_with_the_same_and_the_later_word_counts() {
    let rose = Home::founded();
    rose.site("PES");
    let ali = confirmed(&rose, "PES", "cfm_manager", "Ali");
    set(&rose, "project", "CASH", true, named("Transferts")).expect("added");
    exchange(&rose, &ali);
    set(&rose, "project", "CASH", false, named("Argent")).expect("changed");
    set(&ali, "project", "CASH", false, RowChange { closed: Some(true), ..RowChange::default() }).expect("changed");
    set(&ali, "project", "cash", false, named("Cash")).expect("changed again");
    set(&ali, "partner", "ONG", true, named("ONG")).expect("added");
    exchange(&rose, &ali);
    // said twice, it is above what was said once
    assert_eq!(own(&rose, OwnTable::Project), [("CASH".to_owned(), "Cash".to_owned(), true)]);
    for table in OwnTable::ALL {
        assert_eq!(own(&rose, table), own(&ali, table), "{table:?}");
    }
    assert_eq!(rose.verify()["ok"], true);
}

#[test]
fn what_somebody_says_of_a_row_who_may_not_keep_its_table_counts_nowhere() {
    let rose = Home::founded();
    rose.site("PES");
    let ali = confirmed(&rose, "PES", "cfm_manager", "Ali");
    let odile = confirmed(&rose, "PES", "operator", "Odile");
    set(&rose, "project", "CASH", true, named("Transferts")).expect("added");
    exchange(&rose, &odile);
    // past the refusal, as a changed program would write it
    let forge = |home: &Home, table: OwnTable, row: OwnRow| {
        let said = Statement { n: 9, row };
        let facts = [(said.key(table), Value::Bytes(said.bytes()))];
        home.with(|log, reader| super::super::write_knowledge(log, reader, tables_doc(&log.org), &facts, NOW))
            .expect("written");
        home.log.refresh().expect("read");
    };
    let cash = rose.log.shared().own.rows(OwnTable::Project)[0].clone();
    forge(&odile, OwnTable::Project, OwnRow { closed: true, ..cash.clone() });
    // who manages people does not say who is told of cases
    forge(&ali, OwnTable::Body, OwnRow { code: "mine".into(), ..cash });
    exchange(&rose, &odile);
    exchange(&rose, &ali);
    for home in [&rose, &ali, &odile] {
        assert_eq!(own(home, OwnTable::Project), [("CASH".to_owned(), "Transferts".to_owned(), false)]);
        assert_eq!(own(home, OwnTable::Body), []);
    }
}

#[test]
fn a_row_that_cannot_be_is_refused_and_nothing_is_written() {
    let rose = Home::founded();
    set(&rose, "place", "ht08", true, named("Grand'Anse")).expect("codes of places are capitals");
    assert_eq!(own(&rose, OwnTable::Place)[0].0, "HT08");
    let before = rose.log.store.rows();
    let level = |rank, hours| RowChange { rank, within_h: hours, ..named("Comité") };
    for (table, code, adds, change, why) in [
        ("projet", "A", true, named("A"), "not_in_taxonomy"),
        ("project", "a b", true, named("A"), "bad_value"),
        ("project", "A", true, RowChange::default(), "bad_value"),
        ("project", "A", true, RowChange { labels: vec!["zz=A".into(), "\u{1b}".into()], ..named("A") }, "bad_value"),
        ("project", "A", false, named("A"), "row_not_found"),
        ("place", "HT08", true, named("A"), "row_exists"),
        ("place", "HT0811", true, RowChange { parent: Some("HT99".into()), ..named("A") }, "not_in_taxonomy"),
        ("project", "A", true, RowChange { within_h: Some(3), ..named("A") }, "bad_value"),
        ("level", "comite", true, level(None, Some(72)), "bad_value"),
        ("level", "comite", true, level(Some(1), None), "bad_value"),
        ("body", "hq", true, RowChange { audiences: vec!["nobody".into()], ..named("A") }, "not_in_taxonomy"),
        ("body", "hq", true, RowChange { fields: vec!["colour".into()], ..named("A") }, "unknown_field"),
    ] {
        assert_eq!(set(&rose, table, code, adds, change).expect_err("refused").code, why, "{table} {code}");
        assert!(rose.log.store.rows() == before, "{table} {code} wrote something");
    }
}

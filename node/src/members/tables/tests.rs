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
fn no_place_lies_in_itself_and_no_two_levels_have_one_rank() {
    let rose = Home::founded();
    let inside = |parent: &str| RowChange { parent: Some(parent.into()), ..named("A") };
    let level = |rank| RowChange { rank: Some(rank), within_h: Some(72), ..named("Comité") };
    set(&rose, "place", "A", true, named("Ouest")).expect("added");
    set(&rose, "place", "B", true, inside("A")).expect("added");
    set(&rose, "place", "C", true, inside("B")).expect("added");
    set(&rose, "level", "one", true, level(1)).expect("added");
    let before = rose.log.store.rows();
    for (table, code, adds, change, why) in [
        ("place", "A", false, inside("C"), "place_in_circle"),
        ("place", "A", false, inside("B"), "place_in_circle"),
        ("level", "other", true, level(1), "level_rank_taken"),
    ] {
        assert_eq!(set(&rose, table, code, adds, change).expect_err("refused").code, why, "{table} {code}");
    }
    assert!(rose.log.store.rows() == before, "nothing was written");
    set(&rose, "place", "C", false, inside("A")).expect("not in a circle");
    set(&rose, "level", "one", false, RowChange { closed: Some(true), ..RowChange::default() }).expect("closed");
    set(&rose, "level", "other", true, level(1)).expect("its rank is free");
}

#[test]
fn what_is_wrong_with_a_file_is_said_without_what_stands_in_it() {
    let (rose, folder) = (Home::founded(), tempfile::tempdir().expect("a folder"));
    let path = folder.path().join("tables.toml").display().to_string();
    for (text, french, english) in [
        ("# un\nAwa CANARY 66 11 22 33\n", "la ligne 2 n'est pas du TOML", "line 2 is not TOML"),
        ("[[CANARY]]\ncode = 'A'\n", "une table ou un réglage inconnu", "an unknown table or setting"),
        ("[[place]]\ncode = 'A CANARY'\nlabel = {fr = 'x'}\n", "« code » ne convient pas", "“code” will not do"),
        ("[[place]]\ncode = 'A'\nCANARY = 3\nlabel = {fr = 'x'}\n", "place A : un réglage", "place A: a setting"),
        ("[[level]]\ncode = 'a'\nlabel = {fr = 'CANARY'}\nrank = 99\n", "« rank »", "“rank”"),
    ] {
        std::fs::write(&path, text).expect("written");
        let failure = rose.with(|log, reader| import(log, reader, &path, NOW)).expect_err("refused");
        for (lang, said) in [("fr", french), ("en", english)] {
            let (message, _) = crate::texts::Texts::for_lang(lang).error(&failure);
            assert!(message.contains(said) && !message.contains("CANARY"), "{message}");
        }
        assert!(!format!("{failure:?}").contains("CANARY"), "{failure:?}");
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

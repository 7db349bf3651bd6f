use proptest::prelude::*;

use super::*;
use crate::taxonomy::Taxonomy;

fn row(code: &str, label: &str) -> OwnRow {
    let mut labels = Labels::default();
    labels.put("fr", label);
    OwnRow { code: code.into(), label: labels, ..OwnRow::default() }
}

fn level(code: &str, rank: u32) -> OwnRow {
    OwnRow { rank: Some(rank), within_h: Some(72), ..row(code, code) }
}

fn body() -> OwnRow {
    OwnRow {
        within_h: Some(24),
        reach: Some("+509 3700 0000".into()),
        audiences: vec!["psea".into()],
        sensitivities: vec!["s3".into()],
        projects: vec!["CASH".into()],
        fields: vec!["category".into(), "admin1".into()],
        ..row("hq", "Siège")
    }
}

fn tables(said: &[(OwnTable, u32, OwnRow)]) -> OwnTables {
    let by = MemberId([1; 16]);
    OwnTables::none().with(said.iter().map(|(table, n, row)| (*table, Statement { n: *n, row: row.clone() }, by)))
}

#[test]
fn while_a_table_is_empty_its_field_is_free() {
    let own = tables(&[(OwnTable::Project, 0, row("CASH", "Transferts"))]);
    assert_eq!(own.listed(OwnTable::Partner, "ONG-X"), Listed::Free);
    assert_eq!(own.listed(OwnTable::Project, "vivres"), Listed::Unknown);
}

#[test]
fn a_row_is_meant_by_its_code_its_label_or_another_name_however_they_are_typed() {
    let cash = OwnRow { also: vec!["Argent".into()], ..row("CASH", "Transferts monétaires") };
    let own = tables(&[(OwnTable::Project, 0, cash), (OwnTable::Project, 0, row("VIV", "Vivres"))]);
    for typed in ["CASH", "cash", " cash ", "transferts monetaires", "TRANSFERTS MONÉTAIRES", "argent"] {
        assert_eq!(own.find(OwnTable::Project, typed).map(|row| row.code.as_str()), Some("CASH"), "{typed}");
    }
    let near: Vec<_> = own.near(OwnTable::Project, "cach").into_iter().map(|row| row.code.as_str()).collect();
    assert_eq!(near, ["CASH"]);
    let all: Vec<_> = own.near(OwnTable::Project, "zzzzzz").into_iter().map(|row| row.code.as_str()).collect();
    assert_eq!(all, ["CASH", "VIV"]);
}

#[test]
fn a_closed_row_is_not_offered_and_gives_its_name_to_the_one_that_is() {
    let old = OwnRow { closed: true, ..row("CASH-1", "Transferts") };
    let own = tables(&[(OwnTable::Project, 0, old), (OwnTable::Project, 0, row("CASH-2", "Transferts"))]);
    assert_eq!(own.find(OwnTable::Project, "transferts").map(|row| row.code.as_str()), Some("CASH-2"));
    assert!(matches!(own.listed(OwnTable::Project, "cash-1"), Listed::Closed(_)));
    assert_eq!(own.near(OwnTable::Project, "cash").len(), 1);
    let two = tables(&[(OwnTable::Project, 0, row("A", "Eau")), (OwnTable::Project, 0, row("B", "Eau"))]);
    assert_eq!(two.listed(OwnTable::Project, "eau"), Listed::Unknown, "two are called so");
}

#[test]
fn a_statement_reads_back_and_a_row_that_its_table_may_not_have_does_not() {
    for (table, row) in [
        (OwnTable::Body, body()),
        (OwnTable::Level, level("commune", 2)),
        (OwnTable::Place, OwnRow { parent: Some("HT08".into()), ..row("HT0811", "Jérémie") }),
    ] {
        let said = Statement { n: 7, row };
        assert_eq!(Statement::read(&said.key(table), &said.bytes()).expect("reads"), (table, said));
    }
    let refused = |table: OwnTable, row: OwnRow| {
        let said = Statement { n: 0, row };
        assert!(Statement::read(&said.key(table), &said.bytes()).is_err(), "{said:?}");
    };
    refused(OwnTable::Place, row("ht08", "Grand'Anse"));
    refused(OwnTable::Project, OwnRow { label: Labels::default(), ..row("A", "a") });
    refused(OwnTable::Project, row("a/b", "a"));
    refused(OwnTable::Project, OwnRow { within_h: Some(3), ..row("A", "a") });
    refused(OwnTable::Level, OwnRow { rank: Some(21), ..level("x", 1) });
    refused(OwnTable::Level, OwnRow { within_h: None, ..level("x", 1) });
    refused(OwnTable::Body, OwnRow { sensitivities: vec!["s9".into()], ..body() });
    refused(OwnTable::Body, OwnRow { reach: Some("\u{1b}[2J".into()), ..body() });
    assert!(Statement::read("row/project", &Statement { n: 0, row: body() }.bytes()).is_err());
    assert!(Statement::read("row/nope/A", &Statement { n: 0, row: body() }.bytes()).is_err());
}

#[test]
fn notice_is_owed_where_audience_sensitivity_and_project_all_fit() {
    let hq = body();
    assert!(hq.is_owed(Some("psea"), Some(Level::S3), Some("cash")));
    assert!(!hq.is_owed(Some("conduct"), Some(Level::S3), Some("CASH")));
    assert!(!hq.is_owed(Some("psea"), Some(Level::S2), Some("CASH")));
    assert!(!hq.is_owed(Some("psea"), Some(Level::S3), None));
    assert!(!OwnRow { closed: true, ..body() }.is_owed(Some("psea"), Some(Level::S3), Some("CASH")));
    assert!(!OwnRow { within_h: Some(24), ..row("police", "Police") }.is_owed(None, Some(Level::S3), None));
}

#[test]
fn levels_stand_in_the_order_of_their_ranks() {
    let own = tables(&[(OwnTable::Level, 0, level("z", 1)), (OwnTable::Level, 0, level("a", 3))]);
    assert_eq!(own.levels().into_iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["z", "a"]);
}

#[test]
fn the_shipped_tables_hold_outcomes_and_languages_and_nothing_of_any_organisation() {
    let own = &Taxonomy::shipped().own;
    for empty in [OwnTable::Project, OwnTable::Partner, OwnTable::Place, OwnTable::Body, OwnTable::Level] {
        assert!(own.rows(empty).is_empty(), "{empty:?}");
    }
    for typed in
        ["Arabe soudanais", "kanembou", "boudouma", "sango", "mbaye", "zaghawa", "haoussa", "peulh", "hadjaraï"]
    {
        assert!(matches!(own.listed(OwnTable::SpokenLanguage, typed), Listed::Is(_)), "{typed}");
    }
    assert_eq!(own.find(OwnTable::SpokenLanguage, "creole haitien").map(|row| row.code.as_str()), Some("ht"));
    assert!(own.get(OwnTable::Outcome, "resolved").is_some());
}

#[test]
fn a_file_of_these_tables_reads_back() {
    let own = tables(&[(OwnTable::Body, 0, body()), (OwnTable::Level, 0, level("commune", 1))]);
    assert_eq!(OwnTables::parse(&own.to_toml()).expect("reads"), own);
    let shipped = &Taxonomy::shipped().own;
    assert_eq!(&OwnTables::parse(&shipped.to_toml()).expect("reads"), shipped);
    let fault = |text: &str| OwnTables::parse(text).expect_err("refused").to_string();
    assert!(fault("[[projet]]\ncode = \"A\"").contains("did you mean project?"));
    assert!(
        fault("[[project]]\ncode = \"A\"\nlabel = {fr = \"a\"}\n[[project]]\ncode = \"a\"\nlabel = {fr = \"b\"}")
            .contains("used twice")
    );
    assert!(fault("[[place]]\ncode = \"ht\"\nlabel = {fr = \"a\"}").contains("code `ht`"));
}

proptest! {
    /// Of each row the greatest statement counts, whatever the order in which they come and however often.
    #[test]
    fn the_order_of_statements_changes_nothing(
        said in proptest::collection::vec((0u32..3, 0usize..3, 0u8..3, any::<bool>()), 1..12),
        seed in any::<u64>(),
    ) {
        let statement = |(n, at, by, closed): &(u32, usize, u8, bool)| {
            let row = OwnRow { closed: *closed, ..row(["A", "B", "C"][*at], if *by == 0 { "x" } else { "y" }) };
            (OwnTable::Project, Statement { n: *n, row }, MemberId([*by; 16]))
        };
        let all: Vec<_> = said.iter().map(statement).collect();
        let mut other = all.clone();
        other.extend(all.iter().take(3).cloned());
        let mut turn = seed;
        other.sort_by_cached_key(|_| {
            turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            turn >> 33
        });
        prop_assert_eq!(OwnTables::none().with(all), OwnTables::none().with(other));
    }

    #[test]
    fn arbitrary_bytes_are_no_statement_and_nothing_panics(key in "\\PC{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Statement::read(&key, &bytes);
        let _ = Statement::read("row/body/A", &bytes);
        let _ = OwnTables::parse(&key);
    }
}

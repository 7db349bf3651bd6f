//! The list equals a scan of all cases, whatever came in between.

use crdt_model::edit::{Edit, NewCase};
use crdt_model::values::{Who, Words};
use crdt_model::view::CaseView;
use serde_json::{Value as Json, json};

mod asked;
mod lines;
mod rows;
mod zones;

use super::row::{audience_of, is_under_way};
use super::*;
use crate::api::CaseFilter;
use crate::testkit::{Home, NOW, carry, founded, joined, two_equal};

fn case(n: usize) -> NewCase {
    NewCase {
        case_type: ["complaint", "question"][n % 2].into(),
        channel: ["hotline", "committee", "whatsapp"][n % 3].into(),
        category: [None, Some("payment.not_received"), Some("info.calendar"), Some("integrity.fraud")][n % 4]
            .map(str::to_owned),
        text: Some(Words::from("rien")),
        project: n.is_multiple_of(5).then(|| "PSARA".to_owned()),
        external_ids: if n.is_multiple_of(3) { vec![("kobo".to_owned(), format!("u{n}"))] } else { Vec::new() },
        ..NewCase::default()
    }
}

fn new(home: &Home, n: usize) -> String {
    let told = home
        .act(|log, reader| crate::writes::case_new(log, reader, case(n), Some(&[]), NOW + n as i64))
        .expect("a case");
    told["ref"].as_str().expect("a reference").to_owned()
}

/// What a scan of every case gives, by case.
fn scan(home: &Home, now_ms: i64) -> BTreeMap<DocId, Json> {
    home.act(|log, reader| {
        let shared = log.shared();
        let all = crate::cases::load_all(log, &shared, reader).expect("readable");
        let bearers = Bearers::of(log, &shared);
        let readable = all.iter().filter(|loaded| loaded.is_readable());
        let line = |view: &CaseView| {
            let is_missed = bearers.miss(view.text("assignee"), view.status_code(), audience_of(view));
            lines::line_of(view, is_missed || is_under_way(view), &shared)
        };
        readable.map(|loaded| (loaded.doc, line(&loaded.view(now_ms)))).collect()
    })
}

/// What the list gives, by case.
fn listed(home: &Home, now_ms: i64) -> BTreeMap<DocId, Json> {
    home.act(|log, reader| {
        let shared = log.shared();
        crate::list::catch_up(log, &shared, reader).expect("caught up");
        let projection = &*super::rows(reader);
        projection.listed().map(|row| (row.case_id, projection.line(row, &shared, now_ms))).collect()
    })
}

fn assert_equal(home: &Home) {
    for now_ms in [0, NOW, NOW + 40 * 86_400_000] {
        assert_eq!(listed(home, now_ms), scan(home, now_ms));
    }
    assert!(finds_by_index(home).is_none_or(|is_whole| is_whole), "the index tells what the rows do");
}

/// Whether the index is what it would be made anew; none where no case was looked for.
fn finds_by_index(home: &Home) -> Option<bool> {
    home.act(|_, reader| {
        let list = super::rows(reader);
        list.index.as_ref().map(|index| *index == super::Index::of(&list.rows, &list.beside))
    })
}

/// Forgets what is in memory: what a new process starts with.
fn restarted(home: &Home) {
    home.act(|_, reader| {
        *super::rows(reader) = Projection::default();
        crate::cases::cache(reader).clear();
    });
}

#[test]
fn the_list_equals_a_scan_after_edits_syncs_and_restarts() {
    let (rose, ali) = two_equal();
    let refs: Vec<String> = (0..90).map(|n| new(&rose, n)).collect();
    assert_equal(&rose);
    restarted(&rose);
    assert_equal(&rose);
    carry(&rose, &ali);
    assert_equal(&ali);
    // both edit apart: conflicts, holds that move the date, closings
    let ordinary: Vec<&String> = refs.iter().enumerate().filter(|(n, _)| n % 4 == 1).map(|(_, mark)| mark).collect();
    for (n, mark) in ordinary.iter().enumerate() {
        for (home, who) in [(&rose, 0), (&ali, 1)] {
            let act = |edit: &Edit| {
                home.act(|log, reader| crate::writes::act(log, reader, mark, edit, NOW + 1_000 + who)).map(drop)
            };
            act(&Edit::Assign { to: Who::Role(["operator", "focal_cash"][who as usize].into()).into() })
                .expect("assigned");
            if n % 2 == 0 {
                act(&Edit::Hold { reason: "person".into(), until: None }).expect("held");
            }
        }
    }
    assert_equal(&rose);
    assert_eq!(finds_by_index(&rose), Some(true), "cases were looked for");
    carry(&ali, &rose);
    carry(&rose, &ali);
    assert_equal(&rose);
    restarted(&rose);
    assert_equal(&rose);
    assert_equal(&ali);
    let conflicts = listed(&rose, NOW).values().filter(|line| line["conflicts"] != 0).count();
    assert!(conflicts >= ordinary.len(), "the assignments are in conflict");
}

#[test]
fn a_newcomer_changes_no_row_and_builds_none_again() {
    let rose = founded();
    (0..70).for_each(|n| drop(new(&rose, n)));
    assert_equal(&rose);
    let before = rose.act(|_, reader| (super::rows(reader).rows.clone(), super::rows(reader).basis.clone()));
    let ali = joined(&rose.invite("operator"), "Ali");
    carry(&ali, &rose);
    let (rows, basis) = before;
    rose.act(|log, reader| {
        let shared = log.shared();
        crate::list::catch_up(log, &shared, reader).expect("caught up");
        assert_ne!(super::rows(reader).basis, basis, "somebody has come");
        let (old, new) = (basis.as_ref().expect("taken"), super::rows(reader).basis.as_ref().expect("taken"));
        assert!(new.is_grown_from(old) && !old.is_grown_from(new));
        assert_eq!(super::rows(reader).rows[..rows.len()], rows);
    });
    assert_equal(&rose);
}

#[test]
fn what_is_open_to_the_audience_alone_is_not_saved() {
    let rose = founded();
    (0..80).for_each(|n| drop(new(&rose, n)));
    rose.act(|log, reader| {
        let shared = log.shared();
        crate::list::catch_up(log, &shared, reader).expect("caught up");
        let inside = super::rows(reader).listed().filter(|row| row.is(INSIDE)).count();
        assert!(inside >= 20, "undecided cases and frauds are open to the founder");
        assert!(super::rows(reader).unsaved.len() < SAVE_ROWS_MIN, "so many rows are saved");
        let mut list = std::mem::take(super::rows(reader));
        super::save_rows(log, reader, &mut list).expect("saved");
        *super::rows(reader) = list;
        let saved = crate::list::read_rows(&log.store.read().expect("readable"), reader).expect("read").expect("saved");
        for row in saved.listed().filter(|row| row.is(INSIDE)) {
            assert_eq!(row.status(), "restricted");
            assert_eq!((row.mark.text(&saved.words), row.received_at(), row.word(1)), (None, None, strings::NONE));
        }
        assert!(
            saved.rows.iter().zip(&*super::rows(reader).rows).all(|(a, b)| a.to_save().keys == b.keys || a.is(INSIDE))
        );
    });
    restarted(&rose);
    assert_equal(&rose);
}

#[test]
fn from_outside_a_restricted_case_a_line_says_where_and_when_alone() {
    let (rose, ali) = two_equal();
    (0..8).for_each(|n| drop(new(&rose, n)));
    carry(&rose, &ali);
    let lines = listed(&ali, NOW);
    let outside: Vec<&Json> = lines.values().filter(|line| line["status"] == "restricted").collect();
    assert!(!outside.is_empty(), "the frauds are open to the founder alone");
    for line in outside {
        assert_eq!(lines::said(line), ["case_id", "status", "restricted", "week", "region"]);
    }
}

#[test]
fn every_field_of_a_line_can_be_grouped_and_sorted_by() {
    let rose = founded();
    (0..24).for_each(|n| drop(new(&rose, n)));
    assert_equal(&rose);
    rose.act(|log, reader| {
        let shared = log.shared();
        let all = crate::list::query::list(log, &shared, reader, &CaseFilter::default(), NOW).expect("listed");
        let fields: Vec<String> = all[0].as_object().expect("an object").keys().cloned().collect();
        for field in fields {
            for sort in [field.clone(), format!("-{field}")] {
                let filter = CaseFilter { sort: Some(sort), ..CaseFilter::default() };
                let whole = crate::list::query::list(log, &shared, reader, &filter, NOW).expect("sorted");
                let first = CaseFilter { limit: Some(7), ..filter };
                let first = crate::list::query::list(log, &shared, reader, &first, NOW).expect("sorted");
                assert_eq!(first.as_array().expect("lines"), &whole.as_array().expect("lines")[..7], "{field}");
            }
            let filter = CaseFilter { group_by: vec![field.clone()], ..CaseFilter::default() };
            let groups = crate::list::query::list(log, &shared, reader, &filter, NOW).expect("grouped");
            let sum: u64 = groups.as_array().expect("groups").iter().filter_map(|g| g["count"].as_u64()).sum();
            assert_eq!(sum, 24, "{field}");
            for group in groups.as_array().expect("groups") {
                let same = all.as_array().expect("lines").iter().filter(|line| line[&field] == group[&field]).count();
                assert_eq!(group["count"], json!(same), "{field}");
            }
        }
        let unknown = CaseFilter { sort: Some("colour".into()), ..CaseFilter::default() };
        assert_eq!(
            crate::list::query::list(log, &shared, reader, &unknown, NOW).expect_err("no such field").code,
            "unknown_field"
        );
    });
}

#[test]
fn ids_of_other_systems_are_known_after_a_restart_and_where_they_arrived() {
    let (rose, ali) = two_equal();
    (0..72).for_each(|n| drop(new(&rose, n)));
    let known = |home: &Home| -> BTreeSet<ExternalId> {
        home.act(|log, reader| {
            let shared = log.shared();
            crate::list::catch_up(log, &shared, reader).expect("caught up");
            super::rows(reader).external_ids().collect()
        })
    };
    let expected: BTreeSet<ExternalId> = (0..72).step_by(3).map(|n| external_id("kobo", &format!("u{n}"))).collect();
    assert_eq!(known(&rose), expected);
    restarted(&rose);
    assert_eq!(known(&rose), expected);
    carry(&rose, &ali);
    assert!(!known(&ali).is_empty() && known(&ali).is_subset(&expected));
}

#[test]
fn damaged_rows_are_made_anew() {
    let rose = founded();
    (0..66).for_each(|n| drop(new(&rose, n)));
    assert_equal(&rose);
    for damage in [&[9_u8][..], &[], &[1; 40]] {
        rose.act(|log, reader| {
            let access = reader.secrets.store_access();
            let put = log.commit_quietly(|tx| Ok(tx.put_member(MemberSpace::Cases, &access, b"head", damage)?));
            put.expect("written");
        });
        restarted(&rose);
        assert_equal(&rose);
    }
}

#[test]
fn references_are_found_as_typed() {
    let rose = founded();
    let refs: Vec<String> = (0..20).map(|n| new(&rose, n)).collect();
    let find = |typed: &str| {
        rose.act(|log, reader| {
            let shared = log.shared();
            crate::list::find_case(log, &shared, reader, typed).map(|loaded| loaded.doc)
        })
    };
    for mark in &refs {
        let doc = find(mark).expect("found");
        let digits: String = mark.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(find(&digits).expect("by its digits"), doc);
        assert_eq!(find(&mark.to_lowercase()).expect("in small letters"), doc);
        assert_eq!(find(&mark[mark.len() - 5..]).expect("by its ending"), doc);
        assert_eq!(find(&doc.to_string()).expect("by its id"), doc);
        assert_eq!(find(&doc.to_string()[..8]).expect("by the digits that lists show"), doc);
    }
    let last = find("@last").expect("the last");
    assert_eq!(last, find(refs.last().expect("some")).expect("found"));
    assert_eq!(find("REG-100-99999-99").expect_err("no such").code, "ref_check_digits");
    assert_eq!(find("ZZZ").expect_err("no such").code, "ref_not_found");
    assert_eq!(find("-0").map_err(|failure| failure.code), Err("ref_not_found"), "too short to mean anything");
}

//! What is kept of what was said: words as they are, names and ids in their one form, and what follows from an answer.

use super::*;
use crate::case::facts::written;

/// Ways an answer comes into a case.
#[derive(Debug, Clone, Copy)]
enum Way {
    Created,
    Set,
    Settled,
}

fn told(way: Way, answers: &[(&str, &str)]) -> Replica {
    let age = |text: &str| NewCase { age: text.parse().ok(), ..new_case() };
    let find = |name: &str| answers.iter().find(|(field, _)| *field == name).map(|(_, text)| (*text).to_owned());
    let six = |text: String| <[u8; 6]>::try_from(text.bytes().map(|b| b - b'0').collect::<Vec<u8>>()).expect("six");
    match way {
        Way::Created => born(NewCase {
            age_group: find("age_group"),
            disability: find("disability"),
            disability_answers: find("disability_answers").map(six),
            ..age(&find("age").unwrap_or_default())
        }),
        Way::Set => {
            let mut replica = born(new_case());
            let values = answers.iter().map(|(field, text)| ((*field).to_owned(), Words::from(*text))).collect();
            replica.does(Edit::Set { values });
            replica
        }
        Way::Settled => {
            let mut a = born(new_case());
            let mut b = a.colleague(2);
            let values = answers.iter().map(|(field, text)| ((*field).to_owned(), Words::from(*text))).collect();
            a.does(Edit::Set { values });
            b.does(set("age", "70")).does(set("disability_answers", "111111"));
            a.sync_from(&b);
            for (field, text) in answers {
                let view = a.view();
                let Some(conflict) = view.conflict(field) else { continue };
                let is_told = |value: &Shown| match value {
                    Shown::Int(n) => n.to_string() == *text,
                    Shown::Text(said) => said == text,
                    _ => false,
                };
                let rival = conflict.values.iter().find(|rival| is_told(&rival.value)).expect("one of them");
                a.does(Edit::Settle { field: (*field).to_owned(), pick: rival.pick });
            }
            a
        }
    }
}

#[test]
fn what_follows_from_an_answer_is_written_whatever_way_the_answer_comes_in() {
    for way in [Way::Created, Way::Set, Way::Settled] {
        for (answers, field, follows) in [
            (&[("age", "12")][..], "age_group", "child"),
            (&[("age", "34")], "age_group", "adult"),
            (&[("disability_answers", "113101")], "disability", "yes"),
            (&[("disability_answers", "211111")], "disability", "no"),
            (&[("age", "34"), ("disability_answers", "113101")], "disability", "yes"),
            // said in the same act, the band stands
            (&[("age", "34"), ("age_group", "unknown")], "age_group", "unknown"),
            (&[("disability_answers", "113101"), ("disability", "unknown")], "disability", "unknown"),
        ] {
            let view = told(way, answers).view();
            assert_eq!(view.text(field), Some(follows), "{way:?} {answers:?}");
            assert!(view.conflict(field).is_none(), "{way:?} {answers:?}: nothing is left to choose");
        }
    }
}

#[test]
fn a_told_age_outdoes_the_band_that_was_there_and_taken_back_leaves_it() {
    let mut replica = born(NewCase { age_group: Some("child".into()), ..new_case() });
    replica.does(set("age", "40"));
    assert_eq!(replica.view().text("age_group"), Some("adult"));
    // told again, it is told: a band that an older program did not write follows now
    replica.does(set("age_group", "")).does(set("age", "40"));
    assert_eq!(replica.view().text("age_group"), Some("adult"));
    replica.does(set("age", ""));
    assert_eq!(replica.view().text("age_group"), Some("adult"));
    let mut blank = born(NewCase { age: Some(5), age_group: Some(" ".into()), ..new_case() });
    assert_eq!(blank.view().text("age_group"), Some("child"), "blanks say nothing");
    assert!(blank.perform(&set("age", "5")).expect("said again").is_empty());
}

#[test]
fn words_are_kept_as_they_were_said_and_lines_end_in_one_way() {
    for text in ["  before and after \n\n", "\tx", "e\u{301}", "role:abc", "\u{202e}abc", "a\u{200b}b", "=1+1"] {
        let said = || Some(Words::from(text));
        let mut replica = born(NewCase { summary: said(), locality: said(), ..new_case() });
        replica.does(set("text", text)).does(Edit::Note { text: text.into() });
        replica.does(Edit::Act { what: text.into(), on_behalf_of: said(), due: None });
        replica.does(assign(1)).does(Edit::Resolve { outcome: "done".into(), text: text.into() });
        let view = replica.view();
        for field in ["summary", "locality", "text", "resolution_text"] {
            assert_eq!(view.text(field), Some(text), "{field}");
        }
        let words = view.facts.words.expect("readable");
        let (note, action) = (&written(&words.notes)[0].1.fact, &written(&words.actions)[0].1.fact);
        assert_eq!((&*note.text.0, &*action.what.0), (text, text));
        assert_eq!(action.on_behalf_of.as_ref().map(|words| &*words.0), Some(text));
    }
    let mut replica = born(new_case());
    replica.does(set("text", "a\r\nb\rc\u{b}d\u{85}\n"));
    assert_eq!(replica.view().text("text"), Some("a\nb\nc\nd\n\n"));
}

#[test]
fn a_control_character_is_refused_with_its_place_and_never_left_out() {
    let mut replica = born(new_case());
    for edit in [
        set("summary", "ab\u{1b}[2J"),
        set("text", "\u{0}"),
        Edit::Note { text: "a\u{9b}".into() },
        Edit::Act { what: "a\u{7}".into(), on_behalf_of: None, due: None },
        Edit::Act { what: "a".into(), on_behalf_of: Some("\u{7f}".into()), due: None },
        Edit::Allege { text: "\u{84}a".into() },
        Edit::Raise { to: Level::S1, reason: "a\u{8}".into() },
    ] {
        assert_eq!(replica.refused(edit.clone()), "control_character", "{edit:?}");
    }
    let refused = replica.perform(&set("summary", "aé\u{1b}"));
    assert_eq!(refused, Err(EditRefusal::ControlCharacter { field: "summary", character: '\u{1b}', at: 3 }));
    let new = NewCase { text: Some("a\u{e}".into()), ..new_case() };
    assert_eq!(Replica::new(1).refused(create(new, false)), "control_character");
}

#[test]
fn tags_and_ids_have_one_form() {
    let mut replica = born(NewCase {
        external_ids: vec![
            ("paper".into(), "N\u{b0} e\u{301}1".into()),
            ("paper".into(), " N\u{b0}\u{a0}é1".into()),
            ("paper".into(), "N\u{b0} É1".into()),
        ],
        ..new_case()
    });
    assert_eq!(replica.view().list("external_ids"), ["paper:N\u{b0} É1", "paper:N\u{b0} é1"]);
    replica.does(set("tags", "de\u{301}ja\u{300} vu,Déjà\u{a0}vu,autre"));
    assert_eq!(replica.view().list("tags"), ["autre", "déjà vu"]);
    assert!(replica.perform(&set("tags", "DEJA VU, Autre")).expect("said again").is_empty());
    assert_eq!(replica.refused(set("tags", "de\u{200b}ja")), "name_invisible");
    assert_eq!(replica.refused(set("tags", "d\u{435}ja")), "name_mixed_scripts");
    let hidden = NewCase { external_ids: vec![("paper".into(), "1\u{200b}".into())], ..new_case() };
    assert_eq!(Replica::new(1).refused(create(hidden, false)), "name_invisible");
}

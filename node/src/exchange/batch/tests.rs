//! Lists for those without a node.

use crdt_model::edit::{ConsentAnswer, Edit, NewCase};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::{Calls, In, Out, batch_calls, batch_in, batch_list, batch_out};
use crate::error::Failure;
use crate::list::CaseFilter;
use crate::list::todo::todo;
use crate::tests::{Home, NOW, case_id, complaint};

const DAY: i64 = 24 * 3_600_000;

fn may(purpose: &str, answer: &str) -> ConsentAnswer {
    ConsentAnswer { purpose: purpose.into(), answer: answer.into(), means: None }
}

/// A complaint of somebody with a name and a telephone.
fn named(phone: &str, consents: Vec<ConsentAnswer>) -> NewCase {
    NewCase {
        reporter_name: Some("CANARY nom".into()),
        phone: Some(phone.into()),
        consents,
        received_at: None,
        ..complaint()
    }
}

fn order<'a>(
    path: &'a str,
    to: &'a crdt_model::values::Words,
    filter: &'a CaseFilter,
    fields: &'a [String],
) -> Out<'a> {
    Out { filter, to, purpose: None, fields, confidential: false, due_in_ms: None, path, only_look: false, lang: "fr" }
}

fn goes_out(home: &Home, path: &str, fields: &[&str], only_look: bool) -> Result<Json, Failure> {
    let (to, filter) = ("Agent Moov".into(), CaseFilter::default());
    let fields: Vec<String> = fields.iter().map(|name| (*name).to_owned()).collect();
    let order = Out { only_look, ..order(path, &to, &filter, &fields) };
    home.with(|log, reader| batch_out(log, reader, &order, NOW, &mut |_| ()))
}

fn comes_back(
    home: &Home,
    path: &str,
    answers: &[(&str, &str)],
    takes: &[(u64, String)],
    now_ms: i64,
) -> Result<Json, Failure> {
    let answers: Vec<_> = answers.iter().map(|(word, code)| ((*word).to_owned(), (*code).to_owned())).collect();
    let order = In { path, encoding: None, to: None, answers: &answers, takes, only_look: false, lang: "fr" };
    home.with(|log, reader| batch_in(log, reader, &order, now_ms, &mut |_| ()))
}

fn path(folder: &TempDir) -> String {
    folder.path().join("liste.csv").display().to_string()
}

/// The list as whoever has it fills it in: what stands in the last three cells of the row of each case.
fn filled(path: &str, answers: &[(&str, [&str; 3])]) {
    let text = std::fs::read_to_string(path).expect("there");
    let line = |line: &str| match answers.iter().find(|(case, _)| !case.is_empty() && line.contains(case)) {
        Some((_, cells)) => format!(
            "{}{}",
            line.strip_suffix(";;;").expect("three blank cells"),
            [""].iter().chain(cells).copied().collect::<Vec<_>>().join(";")
        ),
        None => line.to_owned(),
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    std::fs::write(path, lines.join("\r\n")).expect("written");
}

fn counts(reply: &Json, names: &[&str]) -> Vec<u64> {
    names.iter().map(|name| reply[*name].as_u64().unwrap_or_default()).collect()
}

const BACK: [&str; 5] = ["done", "resolved", "unchanged", "refused", "unmatched_n"];

#[test]
fn a_list_says_only_what_the_person_allows_and_a_sealed_case_is_never_in_it() {
    let (home, folder) = (Home::founded(), tempfile::tempdir().expect("a folder"));
    let allowed = home.new_case(named("+23566112233", vec![may("refer_external", "given")]));
    let unasked = home.new_case(named("+23566445566", Vec::new()));
    home.new_case(named("+23566778899", vec![may("refer_external", "refused")]));
    home.new_case(NewCase {
        category: Some("sea.abuse".into()),
        allegation: Some("CANARY faits".into()),
        ..complaint()
    });
    home.new_case(NewCase { category: Some("payment.agent_fee".into()), ..complaint() });
    home.new_case(NewCase { category: None, ..complaint() });
    let path = path(&folder);
    let fields = ["phone", "reporter_name", "text"];
    let before = home.entries().len();
    let trial = goes_out(&home, &path, &fields, true).expect("looked");
    assert_eq!((home.entries().len(), std::fs::exists(&path).expect("looked")), (before, false));
    let told = goes_out(&home, &path, &fields, false).expect("out");
    let left_out = json!({"sealed": 1, "confidential": 1, "unclassified": 1, "consent": 1});
    assert_eq!((&told["cases"], &told["left_out"]), (&json!(2), &left_out), "{told}");
    assert_eq!((&trial["cases"], &trial["left_out"]), (&told["cases"], &told["left_out"]));
    assert_eq!(told["identity_kept_back"], 1);
    let text = std::fs::read_to_string(&path).expect("there");
    let row = |case: &Json| text.lines().find(|line| line.contains(case["ref"].as_str().expect("one"))).expect("a row");
    assert!(row(&allowed).contains("66112233") && row(&allowed).contains("CANARY nom"), "{text}");
    assert!(!text.contains("66445566") && row(&unasked).contains("pas reçu"), "{text}");
    assert!(!text.contains("66778899") && !text.contains("CANARY faits"), "{text}");
    // it says whose it is, whom it is for, and what is to become of it
    for said in ["Agent Moov", told["batch"].as_str().expect("a number"), "Propriétaire", "détruire"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    // each case says that it was sent; so none goes out twice
    let shown = home.show(&case_id(&allowed)).expect("shown");
    assert_eq!(shown["referrals"][0]["means"], "list", "{shown}");
    let again = goes_out(&home, &folder.path().join("2.csv").display().to_string(), &fields, true).expect("looked");
    assert_eq!((&again["cases"], &again["left_out"]["out_already"]), (&json!(0), &json!(2)));
    let empty = goes_out(&home, &folder.path().join("2.csv").display().to_string(), &fields, false);
    assert_eq!(empty.expect_err("nothing to send").code, "batch_empty");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    // and no list is written over
    let taken = goes_out(&home, &path, &fields, false).expect_err("there is one");
    assert!(["batch_empty", "file_exists"].contains(&taken.code));
}

#[test]
fn an_answer_is_noted_once_on_behalf_of_whoever_gave_it_and_resolves_the_case() {
    let (home, folder) = (Home::founded(), tempfile::tempdir().expect("a folder"));
    let cases: Vec<Json> = (0..3).map(|_| home.new_case(complaint())).collect();
    let marks: Vec<&str> = cases.iter().map(|case| case["ref"].as_str().expect("one")).collect();
    let path = path(&folder);
    goes_out(&home, &path, &["text"], false).expect("out");
    filled(&path, &[(marks[0], ["Versé", "12/11", "au guichet"]), (marks[1], ["En cours", "", ""])]);
    // what an answer means is asked before anything is written
    let before = home.entries().len();
    let asked = comes_back(&home, &path, &[], &[], NOW + DAY).expect("looked");
    assert_eq!((&asked["dry_run"], home.entries().len()), (&json!(true), before), "{asked}");
    let unknown: Vec<&str> =
        asked["unknown_answers"].as_array().into_iter().flatten().filter_map(|one| one["answer"].as_str()).collect();
    assert_eq!(unknown, ["En cours", "Versé"]);
    let told = comes_back(&home, &path, &[("versé", "paid"), ("En cours", "-")], &[], NOW + DAY).expect("back");
    assert_eq!((counts(&told, &BACK), &told["open"]), (vec![2, 1, 0, 0, 0], &json!(1)), "{told}");
    let shown = home.show(&case_id(&cases[0])).expect("shown");
    assert_eq!((&shown["status"], &shown["resolution"]["outcome"]), (&json!("resolved"), &json!("paid")), "{shown}");
    assert_eq!(shown["actions"][0]["on_behalf_of"], "Agent Moov", "{shown}");
    assert_eq!(shown["actions"][0]["what"], "Versé (12/11) – au guichet");
    assert_eq!(home.show(&case_id(&cases[1])).expect("shown")["status"], "assigned");
    // twice changes nothing; what was said of an answer is remembered
    let entries = home.entries().len();
    let again = comes_back(&home, &path, &[], &[], NOW + 2 * DAY).expect("back");
    assert_eq!((counts(&again, &BACK), home.entries().len()), (vec![0, 0, 2, 0, 0], entries), "{again}");
    let lists = home.with(|log, reader| batch_list(log, reader, NOW + 2 * DAY)).expect("listed");
    assert_eq!((&lists["batches"][0]["cases"], &lists["batches"][0]["back"]), (&json!(3), &json!(2)), "{lists}");
    assert_eq!((&lists["receivers"][0]["answered"], &lists["receivers"][0]["median_days"]), (&json!(2), &json!(1)));
}

#[test]
fn a_row_that_answers_otherwise_or_on_no_day_is_refused_with_its_line() {
    let (home, folder) = (Home::founded(), tempfile::tempdir().expect("a folder"));
    let cases: Vec<Json> = (0..3).map(|_| home.new_case(complaint())).collect();
    let marks: Vec<&str> = cases.iter().map(|case| case["ref"].as_str().expect("one")).collect();
    let path = path(&folder);
    goes_out(&home, &path, &[], false).expect("out");
    filled(
        &path,
        &[
            (marks[0], ["Payé", "12/11/2026", ""]),
            (marks[1], ["Payé", "32/13/2026", ""]),
            (marks[2], ["Payé", "lundi dernier", ""]),
        ],
    );
    // somebody copied a line and changed it
    let text = std::fs::read_to_string(&path).expect("there");
    let line = text.lines().find(|line| line.contains(marks[0])).expect("a line");
    std::fs::write(&path, format!("{text}\r\n{}\r\n{line}\r\n", line.replace("Payé", "Refusé"))).expect("written");
    let answers = [("Payé", "paid"), ("Refusé", "-")];
    let told = comes_back(&home, &path, &answers, &[], NOW + DAY).expect("back");
    assert_eq!((&told["done"], &told["unchanged"], &told["refused"]), (&json!(2), &json!(1), &json!(2)), "{told}");
    let refusals = told["refusals"].as_array().expect("a list");
    let codes: Vec<&str> = refusals.iter().filter_map(|row| row["code"].as_str()).collect();
    assert_eq!(codes, ["batch_no_day", "batch_answered_twice"], "{told}");
    let first = text.lines().position(|line| line.contains(marks[0])).expect("a line") + 1;
    let message = refusals[1]["message"].as_str().expect("words");
    assert!(message.contains(&format!("ligne {first} ")), "{message}");
    assert!(refusals.iter().all(|row| row["row"].is_u64() && row["ref"].is_string()), "{told}");
    assert_eq!(home.show(&case_id(&cases[1])).expect("shown")["status"], "assigned", "nothing is taken from it");
}

#[test]
fn a_late_list_is_one_line_and_not_one_of_each_case() {
    let (home, folder) = (Home::founded(), tempfile::tempdir().expect("a folder"));
    let marks: Vec<Json> = (0..2).map(|_| home.new_case(complaint())["ref"].clone()).collect();
    let path = path(&folder);
    let waiting = |at: i64| {
        let told = home.with(|log, reader| {
            let shared = log.shared();
            todo(log, &shared, reader, None, "fr", at)
        });
        let told = told.expect("told");
        let task = |line: &Json| line["task"].as_str().unwrap_or_default().to_owned();
        told.as_array().into_iter().flatten().map(task).collect::<Vec<_>>()
    };
    goes_out(&home, &path, &[], false).expect("out");
    assert!(!waiting(NOW + DAY).contains(&"confirm".to_owned()), "{:?}", waiting(NOW + DAY));
    assert_eq!(waiting(NOW + 8 * DAY).iter().filter(|task| *task == "batch").count(), 1);
    filled(
        &path,
        &[(marks[0].as_str().expect("one"), ["Payé", "", ""]), (marks[1].as_str().expect("one"), ["Payé", "", ""])],
    );
    comes_back(&home, &path, &[("Payé", "paid")], &[], NOW + 8 * DAY).expect("back");
    assert!(!waiting(NOW + 9 * DAY).contains(&"batch".to_owned()));
    // both are ready to be told
    assert_eq!(waiting(NOW + 9 * DAY), ["call_back", "call_back"]);
}

#[test]
fn a_row_without_its_reference_is_asked_about_and_never_guessed() {
    let (home, folder) = (Home::founded(), tempfile::tempdir().expect("a folder"));
    let given = || vec![may("refer_external", "given")];
    let lost = home.new_case(named("+235 66 11 22 33", given()));
    let other = home.new_case(named("+235 66 99 88 77", given()));
    let stranger = home.new_case(complaint());
    let path = path(&folder);
    goes_out(&home, &path, &["phone"], false).expect("out");
    let late = home.new_case(complaint());
    let mark = |case: &Json| case["ref"].as_str().expect("one").to_owned();
    filled(
        &path,
        &[(&mark(&lost), ["Payé", "", ""]), (&mark(&other), ["Payé", "", ""]), (&mark(&stranger), ["Payé", "", ""])],
    );
    // somebody typed the list anew: one reference is gone, one is of a case that was never on it
    let text = std::fs::read_to_string(&path).expect("there");
    let text =
        text.replace(&mark(&lost), "").replace(&mark(&stranger), &mark(&late)).replace("66 11 22 33", "٦٦١١٢٢٣٣");
    std::fs::write(&path, text).expect("written");
    let told = comes_back(&home, &path, &[("Payé", "paid")], &[], NOW + DAY).expect("back");
    assert_eq!(counts(&told, &BACK), [1, 1, 0, 0, 2], "{told}");
    let unmatched = told["unmatched"].as_array().expect("a list");
    let of = |why: &str| unmatched.iter().find(|row| row["why"] == why).expect("it is told");
    assert_eq!(of("not_on_the_list")["proposed"], json!([]), "{told}");
    assert_eq!(of("no_reference")["proposed"], json!([mark(&lost)]), "{told}");
    assert_eq!(home.show(&case_id(&lost)).expect("shown")["status"], "assigned");
    let row = of("no_reference")["row"].as_u64().expect("a row");
    let told = comes_back(&home, &path, &[], &[(row, mark(&lost))], NOW + DAY).expect("back");
    assert_eq!(counts(&told, &BACK), [1, 1, 1, 0, 1], "{told}");
    assert_eq!(home.show(&case_id(&lost)).expect("shown")["status"], "resolved");
}

#[test]
fn who_is_to_be_told_stands_in_a_list_to_print_and_nobody_who_may_not_be_gone_to() {
    let (home, folder) = (Home::founded(), tempfile::tempdir().expect("a folder"));
    let given = || vec![may("contact_back", "given")];
    let person = |name: &str, change: fn(&mut NewCase)| {
        let mut new = NewCase { reporter_name: Some(name.into()), consents: given(), ..complaint() };
        change(&mut new);
        let case = case_id(&home.new_case(new));
        let edit = Edit::Resolve { outcome: "paid".into(), text: "CANARY réponse".into() };
        home.with(|log, reader| crate::writes::act(log, reader, &case, &edit, NOW)).expect("resolved");
    };
    person("Awa Invente", |_| ());
    person("Bineta Invente", |new| new.safe_contact = Some("CANARY le soir seulement".into()));
    person("Chantal Invente", |new| new.consents = vec![may("contact_back", "refused")]);
    person("Dado Invente", |new| new.category = Some("payment.agent_fee".into()));
    home.new_case(named("+23566112233", given()));
    let path = path(&folder);
    let calls = || {
        let (filter, lang) = (CaseFilter::default(), "fr");
        home.with(|log, reader| batch_calls(log, reader, &Calls { filter: &filter, path: &path, lang }, NOW))
    };
    let told = calls().expect("written");
    let left_out = json!({"confidential": 1, "no_contact": 1, "safe_contact": 1});
    assert_eq!((&told["cases"], &told["left_out"]), (&json!(1), &left_out), "{told}");
    let text = std::fs::read_to_string(&path).expect("there");
    assert!(text.contains("Awa;") && text.contains("CANARY réponse"), "{text}");
    assert!(
        ["Invente", "Bineta", "Chantal", "Dado", "soir", "66112233"].iter().all(|word| !text.contains(word)),
        "{text}"
    );
    assert_eq!(calls().expect_err("there is one").code, "file_exists");
}

#[test]
fn a_file_that_is_no_list_is_refused_and_changes_nothing() {
    let (home, folder) = (Home::founded(), tempfile::tempdir().expect("a folder"));
    home.new_case(complaint());
    let path = path(&folder);
    let before = home.entries().len();
    for (text, code) in [
        ("a;b;c\r\n1;2;3\r\n", "batch_no_header"),
        ("", "batch_no_header"),
        ("Référence;Réponse\r\nJER-104-00193-54;Payé\r\n", "batch_of_whom"),
    ] {
        std::fs::write(&path, text).expect("written");
        let refused = comes_back(&home, &path, &[], &[], NOW).expect_err("no list");
        assert_eq!(refused.code, code, "{text:?}");
    }
    let gone = comes_back(&home, &folder.path().join("x.csv").display().to_string(), &[], &[], NOW);
    assert!(gone.is_err());
    assert_eq!(home.entries().len(), before);
    let field = goes_out(&home, &path, &["fone"], false).expect_err("no field");
    assert_eq!(field.code, "unknown_field");
    for of_sealed in ["allegation", "accused"] {
        assert_eq!(goes_out(&home, &path, &[of_sealed], false).expect_err("never").code, "unknown_field");
    }
}

//! A wrong file is taken back while nothing of it has left, and what has is said.

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

const SAMPLE: &str = include_str!("../../cli/src/demo/kobo.csv");

fn sample() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), SAMPLE).expect("a temporary file can be written");
    file
}

/// The batch of an import, and how many cases it made.
fn import(home: &Home, file: &std::path::Path) -> (String, u64) {
    let told = home.command("import --as kobo").arg(file.display().to_string()).run().ok();
    (told["batch"].as_str().expect("a batch").to_owned(), told["created"].as_u64().expect("a count"))
}

fn count(home: &Home) -> Value {
    home.ok("case list --count")["count"].clone()
}

#[test]
fn a_file_is_taken_back_whole_sealed_rows_too_and_comes_in_again() {
    let (org, file) = (Org::founded(), sample());
    // an operator cannot open the three sealed cases of the file, and captured them here
    let ali = org.join("JER", "operator", "Ali");
    let (batch, created) = import(&ali, file.path());
    assert_eq!((created, count(&ali)), (31, json!(31)));
    let shown = ali.ok("import --undo");
    assert_eq!((&shown["batches"][0]["batch"], &shown["batches"][0]["cases"]), (&json!(batch), &json!(31)), "{shown}");
    assert_eq!(ali.ok("outbox")["captured"].as_array().map(Vec::len), Some(3));

    let undone = ali.ok(&format!("import --undo {batch}"));
    assert_eq!(undone, json!({"batch": batch, "withdrawn": 31, "left": [], "edited": []}));
    assert_eq!((count(&ali), ali.ok("verify")["ok"].clone()), (json!(0), json!(true)));
    assert_eq!(ali.ok("outbox")["captured"], json!([]));
    // once more changes nothing
    assert_eq!(ali.ok(&format!("import --undo {batch}"))["withdrawn"], 0);

    let (again, created) = import(&ali, file.path());
    assert_eq!((created, count(&ali)), (31, json!(31)));
    assert_ne!(batch, again);
    // nobody else ever hears of what was taken back
    let rose = &org.rose;
    sync_until_equal(&[rose, &ali], &[(1, 0)]);
    org.confirm("Ali");
    sync_until_equal(&[rose, &ali], &[(1, 0)]);
    assert_eq!((count(rose), rose.ok("verify")["ok"].clone()), (json!(31), json!(true)));
}

#[test]
fn what_has_left_or_was_worked_on_is_kept_and_named() {
    let (org, file) = (Org::founded(), sample());
    let (batch, _) = import(&org.rose, file.path());
    let rows = org.rose.ok("case list");
    let row =
        rows.as_array().expect("a list").iter().find(|row| row["status"] == "received").expect("an ordinary case");
    let mark = row["ref"].as_str().expect("a reference");
    org.rose.command(&format!("case note {mark} --text -")).stdin("Inventé.").run().ok();
    let undone = org.rose.ok(&format!("import --undo {batch}"));
    assert_eq!(undone, json!({"batch": batch, "withdrawn": 30, "left": [], "edited": [mark]}));
    assert_eq!((count(&org.rose), org.rose.show(mark)["ref"].clone()), (json!(1), json!(mark)));

    // a second import, and a stick that carries it away
    let (batch, created) = import(&org.rose, file.path());
    assert_eq!(created, 30, "the kept case is not made twice");
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("all.boucle").display().to_string();
    org.rose.command("bundle export").arg(bundle).run().ok();
    let undone = org.rose.ok(&format!("import --undo {batch}"));
    assert_eq!((&undone["withdrawn"], undone["left"].as_array().map(Vec::len)), (&json!(0), Some(30)), "{undone}");
    assert_eq!(count(&org.rose), json!(31));
    let words = org.rose.command(&format!("--lang fr import --undo {batch}")).in_words().run();
    assert!(words.stdout.contains("déjà partis") && words.stdout.contains("30 gardés"), "{words}");
}

#[test]
fn an_import_of_nobody_of_another_or_of_a_dry_run_is_not_undone() {
    let (home, file) = (Home::init("PAM", "JER", "Rose"), sample());
    home.cmd("import --undo 123").refused(3, "batch_not_found");
    let dry = home.command("import --as kobo --dry-run").arg(file.path().display().to_string()).run().ok();
    assert_eq!((&dry["batch"], home.ok("import --undo")), (&Value::Null, json!({"batches": []})));
    let (batch, _) = import(&home, file.path());
    let refused = home.cmd("import --undo 123").refused(3, "batch_not_found");
    assert!(refused["hint"].as_str().is_some_and(|hint| hint.contains(&batch)), "{refused}");
    home.cmd(&format!("import x.csv --as kobo --undo {batch}")).refused(2, "usage_conflict");
    home.cmd("import x.csv").refused(2, "usage_missing");
    assert_eq!(count(&home), json!(31));
    // all that the import said of it is found again from a case
    let rows = home.ok("case list");
    let row =
        rows.as_array().expect("a list").iter().find(|row| row["status"] == "received").expect("an ordinary case");
    assert_eq!(home.show(row["case_id"].as_str().expect("an id"))["import_batch"], json!(batch));
}

#[test]
fn one_imported_case_taken_back_alone_comes_in_again_and_leaves_its_import() {
    let (home, file) = (Home::init("PAM", "JER", "Rose"), sample());
    let (batch, _) = import(&home, file.path());
    let rows = home.ok("case list");
    let row =
        rows.as_array().expect("a list").iter().find(|row| row["status"] == "received").expect("an ordinary case");
    let mark = row["ref"].as_str().expect("a reference");
    let history = home.ok(&format!("case history {mark}"));
    let entry = history[0]["entry"].as_str().expect("an entry");
    assert_eq!(home.ok(&format!("case withdraw {mark} {entry}"))["case_withdrawn"], true);
    assert_eq!(home.ok("import --undo")["batches"][0]["cases"], 30);
    let (_, created) = import(&home, file.path());
    assert_eq!(created, 1, "the row of what was taken back makes its case anew");
    assert_eq!(home.ok(&format!("import --undo {batch}"))["withdrawn"], 30);
    assert_eq!(count(&home), json!(1));
}

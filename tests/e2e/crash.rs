//! SIGKILL at any moment: a command happened or it did not. The crash suite at size is a program of its own; here the
//! same promise is kept in the inner loop.

use std::fmt::Write;
use std::time::Duration;

use e2e::Home;
use serde_json::json;

/// Rows of the file: several batches of the import.
const ROWS: u64 = 450;
/// Moments of the kill after the start, milliseconds: spread over the start, the batches and the end.
const MOMENTS_MS: [u64; 8] = [3, 20, 60, 110, 190, 310, 520, 900];

/// A file in the shape of a KoboToolbox export, every row a case of its own. Generated, no real person.
fn sheet() -> tempfile::NamedTempFile {
    let mut text = String::from("\"_uuid\";\"end\";\"accueil/canal\";\"retour/type_retour\";\"retour/description\"\n");
    for row in 0..ROWS {
        let (day, minute) = (1 + row % 28, row % 60);
        writeln!(
            text,
            "\"u{row}\";\"2024-06-{day:02}T16:{minute:02}:00.000-04:00\";\"sms\";\"plainte\";\"Inventé {row}.\""
        )
        .expect("a String takes all");
    }
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), text).expect("a temporary file can be written");
    file
}

#[test]
fn an_import_killed_at_any_moment_and_run_again_gives_every_row_once() {
    let (home, file) = (Home::init("PAM", "JER", "Rose"), sheet());
    let import = home.command("import --as kobo").arg(file.path().display().to_string());
    let mut held = 0;
    for moment in MOMENTS_MS {
        match import.clone().spawn().within(Duration::from_millis(moment)) {
            // the wait is for the end; that it was too short is the point
            Err(under_way) => under_way.kill(),
            Ok(done) => drop(done.ok()),
        }
        let count = home.ok("case list --count")["count"].as_u64().expect("a count");
        assert!((held..=ROWS).contains(&count), "nothing that was there is lost: {held}, then {count}");
        held = count;
    }
    let last = import.run().ok();
    assert_eq!((&last["created"], &last["unchanged"]), (&json!(ROWS - held), &json!(held)));
    assert_eq!(home.ok("case list --count"), json!({"count": ROWS}));
    let rows = home.ok("case list");
    let references: std::collections::BTreeSet<String> =
        rows.as_array().expect("a list").iter().map(|row| row["ref"].to_string()).collect();
    assert_eq!(references.len() as u64, ROWS, "no reference was given twice");
    assert_eq!(home.ok("verify")["ok"], true);
}

#[test]
fn an_import_taken_back_and_killed_meanwhile_is_taken_back_by_the_next_try() {
    let (home, file) = (Home::init("PAM", "JER", "Rose"), sheet());
    let told = home.command("import --as kobo").arg(file.path().display().to_string()).run().ok();
    let batch = told["batch"].as_str().expect("a batch");
    let undo = home.command(&format!("import --undo {batch}"));
    let mut held = ROWS;
    for moment in [20, 110, 310, 520] {
        match undo.clone().spawn().within(Duration::from_millis(moment)) {
            Err(under_way) => under_way.kill(),
            Ok(done) => drop(done.ok()),
        }
        let count = home.ok("case list --count")["count"].as_u64().expect("a count");
        assert!(count <= held, "what was taken back stays so: {held}, then {count}");
        held = count;
    }
    assert_eq!(undo.run().ok()["withdrawn"], json!(held));
    assert_eq!(home.ok("case list --count"), json!({"count": 0}));
    assert_eq!(home.ok("verify")["ok"], true);
}

#[test]
fn a_case_that_was_acknowledged_survives_the_kill_that_follows() {
    let home = Home::init("PAM", "JER", "Rose");
    let new = home.command("case new --type complaint --channel hotline");
    let mut acknowledged = 0;
    for moment in [4, 12, 25, 40, 60, 90, 130] {
        match new.clone().spawn().within(Duration::from_millis(moment)) {
            Err(under_way) => under_way.kill(),
            Ok(done) => {
                done.ok();
                acknowledged += 1;
            }
        }
        let count = home.ok("case list --count")["count"].as_u64().expect("a count");
        assert!(count >= acknowledged, "{acknowledged} acknowledged, {count} there");
    }
    assert_eq!(home.ok("verify")["ok"], true);
}

/// Kills `begin` at several moments; what follows must make the home, or find it made (`whole`: exit status and code).
fn made_in_the_end(begin: &str, whole: (i32, &str)) {
    for moment in [2, 8, 15, 25, 40, 70] {
        let home = Home::empty("Rose");
        let command = home.command(begin);
        match command.clone().spawn().within(Duration::from_millis(moment)) {
            Ok(done) => drop(done.ok()),
            Err(under_way) => {
                under_way.kill();
                let again = command.run();
                if !again.status.success() {
                    // it had happened
                    again.refused(whole.0, whole.1);
                }
            }
        }
        assert_eq!(home.ok("verify")["ok"], true, "killed after {moment} ms");
        home.new_case("Inventé.");
    }
}

#[test]
fn a_founding_that_was_killed_is_begun_again() {
    made_in_the_end("init --org PAM --site JER", (1, "already_initialised"));
}

#[test]
fn a_joining_that_was_killed_is_begun_again() {
    let invitation = Home::init("PAM", "JER", "Zoe").invite("JER", "operator");
    made_in_the_end(&format!("join {invitation}"), (7, "invitation_used"));
}

//! A machine whose clock is wrong loses no complaint, dates none wrongly in silence, and accuses nobody else.

use std::process::Command;

use e2e::{Home, Org, now_s, sync_until_equal};
use serde_json::Value;

const NEW: &str = "case new --type complaint --channel hotline --category payment.not_received --text -";
/// A hundred years, seconds.
const CENTURY_S: i64 = 3_153_600_000;

/// How far a machine is off whose battery is dead: its clock says 2000-01-01 01:00.
fn dead_s() -> i64 {
    946_684_800 + 3_600 - now_s()
}

/// The minute that lies so many seconds after now: `2026-11-29T22:10Z`, as the suites' machine says it.
fn minute(after_s: i64) -> String {
    let of = format!("@{}", now_s() + after_s);
    let said = Command::new("date").args(["-u", "-d", &of, "+%Y-%m-%dT%H:%M:00Z"]).output().expect("`date` is here");
    String::from_utf8(said.stdout).expect("ASCII").trim().to_owned()
}

/// A home with one case, written while the clock was right.
fn home() -> Home {
    let home = Home::init("PAM", "REG", "Rose");
    home.new_case("Inventé.");
    home
}

fn year_of(case: &Value) -> String {
    case["received_at"].as_str().expect("a time").chars().take(4).collect()
}

fn dates(home: &Home) -> Vec<String> {
    let listed = home.ok("case list");
    listed.as_array().expect("a list").iter().map(year_of).collect()
}

fn alarms(home: &Home) -> Vec<Value> {
    let status = home.ok("status");
    assert_eq!(status["clock"]["suspect"], false, "{status}");
    status["alarms"].as_array().expect("a list").clone()
}

#[test]
fn a_dead_battery_is_asked_about_before_anything_is_told_and_once() {
    let (home, off) = (home(), dead_s());
    let asks = "What are the date and the time now?";
    let ended = home
        .command("case note @last")
        .clock_off(off)
        .at_terminal()
        .answer(asks, "")
        .answer(asks, "2001-05-05 10:00")
        .wait_for("before your own last entry")
        .answer(asks, &minute(60))
        .text("Note:", "Dit au téléphone.")
        .end();
    assert!(ended.status.success(), "{ended}");
    assert!(ended.stdout.contains("2000-01-01"), "{ended}");
    // the next command asks nothing
    let ended = home.command("case note @last").clock_off(off).at_terminal().text("Note:", "Et encore.").end();
    assert!(ended.status.success() && !ended.stdout.contains(asks), "{ended}");
    // nor does a script
    home.command(NEW).stdin("Inventé aussi.").clock_off(off).run().ok();
    let (year, next_year) = (minute(0)[..4].to_owned(), minute(120)[..4].to_owned());
    assert_eq!(dates(&home), [year.clone(), year.clone()]);
    let recent = home.command("case list --since 1h --count").clock_off(off).run().ok();
    assert_eq!(recent["count"], 2, "relative times count from the time that is believed");
    let shown = home.command("clock show").clock_off(off).run().ok();
    assert!(shown["offset_ms"].as_i64().is_some_and(|ms| ms > 0) && shown["suspect"] == false, "{shown}");
    // the machine is set right: nothing is added to its clock any more
    let note = home.command("case note @last --text -").stdin("Guéri.").run().ok();
    assert!(note["warnings"].to_string().contains("clock_mended"), "{note}");
    assert_eq!(home.ok("clock show")["offset_ms"], 0);
    // a year is looked for where a time stands: an entry's name is digits too
    let history = home.ok("case history @last");
    let told: Vec<_> = history.as_array().expect("a list").iter().map(|row| &row["at"]).collect();
    let this_year = |at: &&Value| at.as_str().is_some_and(|at| at.starts_with(&year) || at.starts_with(&next_year));
    assert!(!told.is_empty() && told.iter().all(this_year), "{history}");
}

#[test]
fn without_a_terminal_a_dead_battery_is_refused_with_what_to_do_and_nothing_is_written() {
    let (home, off) = (home(), dead_s());
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("in.csv"), "a;b\n1;2\n").expect("written");
    let held = || ["fingerprint", "digest", "outbox", "site list", "words show"].map(|line| home.ok(line));
    let before = held();
    let lines = [
        NEW.to_owned(),
        "case note @last --text -".to_owned(),
        "case set @last project=P1".to_owned(),
        "case accept @last".to_owned(),
        "site add JER --name Jeremie --kind office".to_owned(),
        "words add kamba".to_owned(),
        format!("invite --site REG --role operator --out {}", file("inv")),
        format!("import {} --as kobo", file("in.csv")),
        format!("bundle export {}", file("out.boucle")),
        format!("bundle import {}", file("in.csv")),
        format!("carry {}", folder.path().display()),
    ];
    for line in &lines {
        let error = home.command(line).stdin("Inventé.").clock_off(off).run().refused(1, "clock_wrong");
        assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("boucle clock set ")), "{error}");
        assert!(error["message"].as_str().is_some_and(|said| said.contains("2000-01-01")), "{error}");
    }
    assert_eq!(held(), before, "a refused command wrote");
    assert!(!folder.path().join("inv").exists() && !folder.path().join("out.boucle").exists());
    // what only reads goes on, with one warning
    let listed = home.command("case list").clock_off(off).run();
    assert!(listed.status.success() && listed.json().as_array().is_some_and(|rows| rows.len() == 1), "{listed}");
    assert_eq!(listed.stderr.matches("clock_wrong").count(), 1, "{listed}");
    let status = home.command("status").clock_off(off).run().ok();
    assert_eq!(status["clock"]["suspect"], true, "{status}");
    // a new home has the program's date to go by
    let new = Home::empty("Zoe");
    let init = new.command("init --org PAM --site REG").clock_off(off).run();
    init.refused(1, "clock_wrong");
    assert!(!new.folder().join("keys.boucle").exists());
    // one command, and everything goes on
    home.command(&format!("clock set {}", minute(60))).clock_off(off).run().ok();
    home.command(NEW).stdin("Inventé aussi.").clock_off(off).run().ok();
    assert_eq!(dates(&home).len(), 2);
}

#[test]
fn an_entry_of_2126_warns_its_writer_and_names_its_device_elsewhere_until_that_is_seen_to() {
    let org = Org::founded();
    let odile = org.join("REG", "operator", "Odile");
    let jean = org.join("JER", "operator", "Jean");
    sync_until_equal(&[&org.rose, &odile, &jean], &[(1, 0), (2, 0)]);
    let made = odile.command(NEW).stdin("Inventé.").clock_off(CENTURY_S).run().ok();
    assert!(made["warnings"].to_string().contains("clock_ahead"), "{made}");
    let case = made["ref"].as_str().expect("a reference");
    // its own machine goes on, and says what it wrote
    odile.new_case("Inventé aussi.");
    assert_eq!(alarms(&odile)[0]["code"], "entry_ahead_here");
    sync_until_equal(&[&org.rose, &odile, &jean], &[(1, 0), (2, 0)]);

    let told = alarms(&org.rose);
    let [alarm] = told.as_slice() else { panic!("one device: {told:?}") };
    assert_eq!(
        (&alarm["code"], &alarm["member"], &alarm["site"]),
        (&"entry_ahead".into(), &"Odile".into(), &"REG".into())
    );
    assert_eq!(&alarm["ref"], case);
    assert!(alarm["at"].as_str().is_some_and(|at| at.starts_with("21")), "{alarm}");
    let doctor = org.rose.ok("doctor");
    let checks: Vec<&Value> = doctor["checks"].as_array().expect("a list").iter().collect();
    assert!(checks.iter().any(|check| check["check"] == "clock_entries_off" && check["state"] == "warn"), "{doctor}");
    assert_eq!(doctor["ok"], true, "{doctor}");
    let shown = org.rose.command("status").in_words().run().stdout;
    assert!(shown.contains("Odile") && shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    // nor does it stand before all others, or wait in silence until 2126
    let listed = org.rose.ok("case list");
    let last = listed.as_array().and_then(|rows| rows.last()).expect("two cases");
    assert_eq!((&last["ref"], &last["overdue"]), (&case.into(), &true.into()), "{listed}");

    org.rose.command("clock accept Jean").run().refused(3, "nothing_to_accept");
    let seen = org.rose.ok("clock accept Odile");
    assert_eq!(seen["accepted"][0]["member"], "Odile", "{seen}");
    assert_eq!(alarms(&org.rose), Vec::<Value>::new());
    assert_eq!(org.rose.ok("clock show")["entries"][0]["accepted"], true);
    org.rose.ok(&format!("case set {case} received_at={}", &minute(0)[..10]));
    assert_eq!(alarms(&org.rose), Vec::<Value>::new(), "seen to is seen to");
    // others see to it themselves; another wrong spell is told again, as one line
    assert_eq!(alarms(&jean).len(), 1, "what Rose has seen to Jean has not");
    for years in [50, 51] {
        odile.command(NEW).stdin("Encore.").clock_off(CENTURY_S / 100 * years).run().ok();
    }
    sync_until_equal(&[&org.rose, &odile], &[(1, 0)]);
    let told = alarms(&org.rose);
    assert_eq!((told.len(), &told[0]["member"], &told[0]["entries"]), (1, &"Odile".into(), &2.into()), "{told:?}");
}

#[test]
fn a_node_that_runs_judges_by_its_own_clock_and_is_set_right_over_its_socket() {
    let (home, off) = (home(), dead_s());
    let running = home.start_from(home.command("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns").clock_off(off));
    home.command(NEW).stdin("Inventé.").run().refused(1, "clock_wrong");
    home.ok(&format!("clock set {}", minute(60)));
    home.new_case("Inventé aussi.");
    let year = minute(0)[..4].to_owned();
    assert_eq!(dates(&home), [year.clone(), year.clone()]);
    // it has said on standard error that its clock is not believed
    running.kill();
}

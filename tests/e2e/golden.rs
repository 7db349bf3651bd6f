//! The golden home: a store as an earlier version wrote it opens in this one, and says the same.
//!
//! `tests/data/golden-home` holds the two files of one node, the store compressed. Its passphrase is that of the suites
//! and costs what the suites' do (8 MiB, one pass): the cost stands in the key file, so that the shipped program opens it
//! as well. To make it anew, which only a version that refuses older stores may do:
//!
//! ```text
//! cargo test --locked -p e2e --test suites golden_home_made_anew -- --ignored
//! INSTA_UPDATE=always cargo test --locked -p e2e --test suites golden_home_says
//! ```

use std::path::{Path, PathBuf};

use e2e::{Home, ORDINARY_ACTS, Org, sync_until_equal};
use serde_json::Value;

const KEYS: &str = "keys.boucle";
const STORE: &str = "store.redb";
const PACKED: &str = "store.redb.zst";
/// Some days, weeks and a year after it was made, seconds.
const LATER_S: i64 = 400 * 86_400;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/golden-home")
}

/// A copy to work on.
fn unpacked(into: &Path) -> Home {
    std::fs::create_dir_all(into).expect("a folder of its own");
    std::fs::copy(golden().join(KEYS), into.join(KEYS)).expect("the golden home has a key file");
    let packed = std::fs::File::open(golden().join(PACKED)).expect("the golden home has a store");
    let store = zstd::decode_all(packed).expect("packed by the suites");
    std::fs::write(into.join(STORE), store).expect("own files can be written");
    #[cfg(unix)]
    for file in [KEYS, STORE] {
        use std::os::unix::fs::PermissionsExt;
        let own = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(into.join(file), own).expect("own files can be closed to others");
    }
    Home::at(into, "Rose")
}

/// Puts out what depends on the day on which it is read.
fn without_today(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            // what a case on hold is due moves on with the days
            let on_hold = fields.get("hold").is_some_and(|hold| !hold.is_null());
            for (name, held) in fields.iter_mut() {
                match name.as_str() {
                    "age_ms" | "overdue" => *held = "<today>".into(),
                    "due_at" | "due_day" if on_hold => *held = "<today>".into(),
                    _ => without_today(held),
                }
            }
        }
        Value::Array(rows) => rows.iter_mut().for_each(without_today),
        _ => {}
    }
}

/// What a command prints, on a machine whose clock is ahead by so much.
fn told(home: &Home, line: &str, ahead_s: i64) -> Value {
    let command = home.command(line);
    let done = if ahead_s == 0 { command } else { command.clock_off(ahead_s) }.run();
    assert!(done.status.success(), "{done}");
    let mut told = done.json();
    without_today(&mut told);
    told
}

/// By name, what the home says of all it holds.
fn everything(home: &Home, ahead_s: i64) -> Vec<(String, String)> {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON is text");
    let mut list = told(home, "case list", ahead_s);
    // in the order of what is due, which moves as well
    list.as_array_mut().into_iter().for_each(|rows| rows.sort_by_key(|row| row["case_id"].to_string()));
    let mut all = Vec::new();
    for case in list.as_array().expect("a list") {
        let id = case["case_id"].as_str().expect("every case has an id");
        let (shown, history) =
            (told(home, &format!("case show {id}"), ahead_s), told(home, &format!("case history {id}"), ahead_s));
        all.push((format!("case-{}", &id[..8]), format!("{}\n\n{}", pretty(&shown), pretty(&history))));
    }
    let lines = ["verify", "digest", "fingerprint", "site list", "audience list", "outbox"];
    let rest = lines.map(|line| format!("$ boucle {line}\n{}", pretty(&told(home, line, ahead_s))));
    all.push(("the-rest".to_owned(), rest.join("\n\n")));
    all.push(("case-list".to_owned(), pretty(&list)));
    all
}

#[test]
fn the_golden_home_says_what_it_said_when_it_was_made() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let home = unpacked(&folder.path().join("home"));
    let all = everything(&home, 0);
    assert!(all.len() >= 8, "six cases and more: {}", all.len());
    assert_eq!(home.ok("verify")["ok"], true);
    // not a word of it depends on the day it is read
    let later = unpacked(&folder.path().join("later"));
    assert!(everything(&later, LATER_S) == all, "a year later it says something else");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, said) in &all {
            insta::assert_snapshot!(name.as_str(), said);
        }
    });
    // and it is a home to work in
    let case = home.new_case("Inventé, d'une version plus récente.");
    assert_eq!(home.show(&case)["text"], "Inventé, d'une version plus récente.");
    assert_eq!(home.ok("verify")["ok"], true);
}

#[test]
#[ignore = "writes tests/data/golden-home"]
fn golden_home_made_anew() {
    let org = Org::founded();
    let (ali, nadia) = (org.join("JER", "cfm_manager", "Ali"), org.join("JER", "focal_psea", "Nadia"));
    let rose = &org.rose;
    sync_until_equal(&[rose, &ali, &nadia], &[(1, 0), (2, 0)]);
    org.confirm("Ali");
    org.confirm("Nadia");
    let meet = || sync_until_equal(&[rose, &ali, &nadia], &[(1, 0), (2, 0), (1, 0)]);
    meet();
    closed(&ali);
    // nobody has chosen between two values
    let torn = ali.new_case("Inventé, deux fois.");
    meet();
    ali.ok(&format!("case set {torn} project=vivres"));
    rose.ok(&format!("case set {torn} project=transferts"));
    // sealed from the start
    ali.new_allegation("Inventé, scellé.");
    // sealed late, opened again, and what lay open before erased by two
    let erased = ali.new_case("Inventé, effacé.");
    let said = |home: &Home, line: String| home.command(&line).stdin("Inventé.").run().ok();
    said(&ali, format!("case seal {erased} --reason - --audience psea --no-recusal"));
    meet();
    said(&nadia, format!("case lower {erased} --to s0 --reason -"));
    meet();
    rose.ok(&format!("case erase {erased}"));
    meet();
    nadia.ok(&format!("case erase --approve {erased}"));
    // forms, a case that waits, and one that is more than ordinary
    let forms = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(forms.path(), include_str!("../data/import/consent-1-0.csv")).expect("written");
    rose.command("import --as kobo").arg(forms.path().display().to_string()).run().ok();
    rose.new_case("Inventé, en attente.");
    rose.ok("case hold @last --for person");
    ali.new_case("Inventé, relevé.");
    said(&ali, "case raise @last --to s1 --reason -".to_owned());
    meet();
    pack(rose);
}

/// A case with every ordinary act.
fn closed(home: &Home) {
    let new = "case new --type complaint --channel hotline --category payment.not_received";
    home.ok(&format!("{new} --reporter-name Invente --phone +50900000001 --sex f --text Inventé."));
    for line in std::iter::once("case set @last project=vivres").chain(ORDINARY_ACTS) {
        home.ok(line);
    }
}

fn pack(home: &Home) {
    std::fs::create_dir_all(golden()).expect("a folder of the suites");
    std::fs::copy(home.folder().join(KEYS), golden().join(KEYS)).expect("copied");
    let store = std::fs::read(home.folder().join(STORE)).expect("nobody has it open");
    let packed = zstd::encode_all(store.as_slice(), 19).expect("packed in memory");
    assert!(packed.len() < 200_000, "small enough for the tree: {}", packed.len());
    std::fs::write(golden().join(PACKED), packed).expect("written");
}

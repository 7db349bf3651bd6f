//! Files that mislead: what becomes of each, through the real binary. Invented, no real person.

use std::path::{Path, PathBuf};

use e2e::{Home, Output};
use serde_json::{Value, json};

/// What must become of one file.
struct Expected {
    file: &'static str,
    created: u64,
    rejected: &'static [&'static str],
    sealed: u64,
    /// Rows whose words call for sealing, with their topic.
    words: &'static [(u64, &'static str)],
    /// Codes of remarks.
    remarks: &'static [&'static str],
    /// What the cases say, by their texts.
    kept: &'static [&'static str],
    /// What none of them says.
    never: &'static [&'static str],
}

const NOTHING: Expected =
    Expected { file: "", created: 0, rejected: &[], sealed: 0, words: &[], remarks: &[], kept: &[], never: &[] };

const FILES: [Expected; 8] = [
    Expected {
        file: "two-columns-one-field.csv",
        created: 1,
        words: &[(1, "sea")],
        remarks: &["columns_joined"],
        kept: &["rien\\nL'agent a demandé des faveurs sexuelles"],
        ..NOTHING
    },
    Expected {
        file: "second-column-same-name.csv",
        created: 1,
        words: &[(1, "sea")],
        remarks: &["column_twice", "columns_joined"],
        kept: &["rien\\nL'agent a demandé des faveurs sexuelles"],
        ..NOTHING
    },
    Expected {
        file: "shift-open-quote.csv",
        created: 2,
        rejected: &["wrong_cell_count"],
        kept: &["Texte 1", "Texte 3"],
        never: &["Texte 2", "2026-03-02t20"],
        ..NOTHING
    },
    Expected { file: "sensitive-flag.csv", created: 2, sealed: 1, kept: &["Texte 2"], ..NOTHING },
    Expected {
        file: "cp1256-arabic.csv",
        created: 2,
        words: &[(2, "sea")],
        kept: &["شكوى عن عدم استلام الدفع", "تعرضت للتحرش من موظف"],
        ..NOTHING
    },
    Expected { file: "bad-time.csv", rejected: &["bad_time"], ..NOTHING },
    Expected { file: "consent-1-0.csv", created: 2, kept: &["Texte 1", "Texte 2"], ..NOTHING },
    Expected { file: "na-cells.csv", created: 1, kept: &["Texte 1"], never: &["n/a"], ..NOTHING },
];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/import").join(name)
}

fn import_at(home: &Home, file: &Path) -> Output {
    home.command("import --as kobo").arg(file.display().to_string()).run()
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(|one| one["code"].as_str()).collect()
}

/// All that the cases of a home say to its member.
fn shown(home: &Home) -> String {
    let rows = home.ok("case list");
    let cases = rows.as_array().expect("a list").iter();
    cases.map(|row| home.show(row["case_id"].as_str().expect("an id")).to_string()).collect()
}

#[test]
fn each_file_that_misleads_comes_in_whole_or_is_refused_and_said() {
    for expected in FILES {
        let home = Home::init("PAM", "JER", "Rose");
        let done = import_at(&home, &data(expected.file));
        let told = done.json();
        let name = expected.file;
        assert_eq!(done.status.code(), Some(if expected.rejected.is_empty() { 0 } else { 7 }), "{name}: {done}");
        let count = |key: &str| told[key].as_u64();
        assert_eq!(
            (count("created"), count("sealed")),
            (Some(expected.created), Some(expected.sealed)),
            "{name}: {told}"
        );
        assert_eq!(codes(&told["errors"]), expected.rejected, "{name}: {told}");
        let words = told["sensitive_words"].as_array().expect("a list").iter();
        let words: Vec<_> =
            words.map(|hit| (hit["row"].as_u64().unwrap_or(0), hit["topic"].as_str().unwrap_or(""))).collect();
        assert_eq!(words, expected.words, "{name}: {told}");
        for code in expected.remarks {
            assert!(codes(&told["warnings"]).contains(code), "{name}: {code}: {told}");
        }
        let cases = shown(&home);
        for kept in expected.kept {
            assert!(cases.contains(kept), "{name}: {kept}: {cases}");
        }
        for never in expected.never {
            assert!(!cases.contains(never), "{name}: {never}: {cases}");
        }
    }
}

#[test]
fn the_corrected_file_brings_what_was_refused_and_nothing_twice() {
    let home = Home::init("PAM", "JER", "Rose");
    import_at(&home, &data("shift-open-quote.csv"));
    let told = import_at(&home, &data("shift-open-quote-corrected.csv")).ok();
    assert_eq!((&told["created"], &told["unchanged"]), (&json!(1), &json!(2)), "{told}");
    assert_eq!(home.ok("case list --count")["count"], 3);
}

#[test]
fn a_date_that_is_not_understood_says_what_is_in_both_languages_and_in_the_file() {
    let home = Home::init("PAM", "JER", "Rose");
    let rejects = home.folder().with_extension("rejects.csv");
    for (lang, said) in [("fr", "date illisible : la ligne n'est pas reprise"), ("en", "date not understood")] {
        let command =
            home.command(&format!("--lang {lang} import --as kobo")).arg(data("bad-time.csv").display().to_string());
        let done = command.arg("--rejects").arg(rejects.display().to_string()).in_words().run();
        let words = done.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(said) && words.contains("2026-03-13") && !words.contains('$'), "{done}");
        let kept = std::fs::read_to_string(&rejects).expect("a file of rejects");
        assert!(kept.contains(said) && !kept.contains('$'), "{kept}");
    }
    std::fs::remove_file(&rejects).expect("the file of rejects was written");
}

const HEADER: &str = "_uuid;end;canal;type_retour;consentement;categories;description";

/// A file of rows below [`HEADER`] and more columns; each row gets an id and a time.
fn file_of(folder: &tempfile::TempDir, more: &str, rows: &[&str]) -> PathBuf {
    let path = folder.path().join("rows.csv");
    let rows: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(n, row)| format!("00000000-0000-4000-8000-{n:012};2026-03-01T09:{n:02}:00Z;hotline;plainte;{row}"))
        .collect();
    std::fs::write(&path, format!("{HEADER}{more}\n{}\n", rows.join("\n"))).expect("a temporary file can be written");
    path
}

#[test]
fn a_rejected_row_of_something_grave_is_said_first() {
    let (home, folder) = (Home::init("PAM", "JER", "Rose"), tempfile::tempdir().expect("a folder"));
    let file = file_of(
        &folder,
        "",
        &[
            "peut-etre;sim_perdue;La carte est perdue.",
            "peut-etre;eas;Inventé.",
            "oui;sim_perdue;Inventé.",
            "peut-etre;sim_perdue;Il a violé sa fille.",
        ],
    );
    let done = import_at(&home, &file);
    let told = done.json();
    let errors = told["errors"].as_array().expect("a list").iter();
    let errors: Vec<_> = errors.map(|one| (one["row"].as_u64(), one["grave"].as_bool())).collect();
    assert_eq!(errors, [(Some(2), Some(true)), (Some(4), Some(true)), (Some(1), Some(false))], "{told}");
    assert!(told["errors"][0]["message"].as_str().is_some_and(|text| text.contains("[values.consent]")), "{told}");
    let words = import_at(&home, &file);
    assert!(!words.stdout.contains("fille"), "never the words: {words}");
    let words = home.command("--lang fr import --as kobo").arg(file.display().to_string()).in_words().run();
    let told = words.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let at = |text: &str| told.find(text).unwrap_or_else(|| panic!("{text}: {words}"));
    assert!(at("fait grave") < at("ligne 2 ") && at("ligne 4 ") < at("ligne 1 "), "{words}");
}

/// The file says closed and not why: the case is closed where an answer stands, and no loop is.
#[test]
fn closed_at_the_source_is_closed_here_only_with_an_answer() {
    let (home, folder) = (Home::init("PAM", "JER", "Rose"), tempfile::tempdir().expect("a folder"));
    let more = ";statut;reponse_donnee;satisfaction";
    let file = file_of(
        &folder,
        more,
        &[
            "oui;sim_perdue;Un;Clôturé;Voici.;",
            "oui;sim_perdue;Deux;cloture;;",
            "oui;sim_perdue;Trois;en_cours;Voici.;",
            "oui;sim_perdue;Quatre;FERME;Voici.;partiellement",
            "oui;sim_perdue;Cinq;closed;Voici.;satisfait",
            "oui;sim_perdue;Six;clos;Voici.;non_satisfait",
            "oui;eas;Sept;clos;Voici.;",
        ],
    );
    let told = import_at(&home, &file).ok();
    assert_eq!((&told["created"], &told["sealed"]), (&json!(7), &json!(1)), "{told}");
    let rows = home.ok("case list");
    let mut found: Vec<(String, Value, Value, Value)> = Vec::new();
    for row in rows.as_array().expect("a list") {
        let case = home.show(row["case_id"].as_str().expect("an id"));
        assert_ne!((&case["text"], &case["status"]), (&json!("Sept"), &json!("closed")), "what is sealed stays open");
        if let Some(text) = case["text"].as_str().filter(|text| *text != "Sept") {
            found.push((text.to_owned(), case["status"].clone(), case["closure"].clone(), case["loop_closed"].clone()));
            assert_eq!(case["alarms"].as_array().map_or(0, Vec::len), 0, "{case}");
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let row = |text: &str, status: &str, closure: Option<&str>, closed: bool| {
        (text.to_owned(), json!(status), json!(closure), json!(closed))
    };
    assert_eq!(
        found,
        [
            row("Cinq", "closed", Some("satisfied"), true),
            row("Deux", "received", None, false),
            row("Quatre", "closed", Some("answered"), false),
            row("Six", "responded", None, false),
            row("Trois", "responded", None, false),
            row("Un", "closed", Some("answered"), false),
        ]
    );
    let remarks = told["warnings"].as_array().expect("a list").iter();
    let remarks: Vec<_> = remarks
        .filter(|one| one["code"].as_str().is_some_and(|code| code.starts_with("closed_")))
        .map(|one| (one["row"].as_u64(), one["code"].as_str()))
        .collect();
    assert_eq!(
        remarks,
        [
            (Some(2), Some("closed_unanswered")),
            (Some(6), Some("closed_stays_open")),
            (Some(7), Some("closed_stays_open"))
        ],
        "{told}"
    );
    // the source opens and closes: the same file again changes nothing
    assert_eq!(import_at(&home, &file).ok()["unchanged"], 7);
    assert_eq!(home.ok("verify")["ok"], true);
}

#[test]
fn a_person_closes_as_answered_and_says_why_nobody_was_asked() {
    let home = Home::init("PAM", "JER", "Rose");
    let case = home.new_case("Inventé.");
    home.cmd(&format!("case close {case} --as answered --reason x")).refused(1, "not_answered");
    home.command(&format!("case answer {case} --text -")).stdin("Voici.").run().ok();
    home.cmd(&format!("case close {case} --as answered")).refused(1, "why_not_asked");
    assert_eq!(home.show(&case)["status"], "responded");
    home.command(&format!("case close {case} --as answered --reason -")).stdin("Parti du camp.").run().ok();
    let shown = home.show(&case);
    assert_eq!(
        (&shown["status"], &shown["closure"], &shown["loop_closed"]),
        (&json!("closed"), &json!("answered"), &json!(false))
    );
    assert!(shown.to_string().contains("Parti du camp."), "{shown}");
    let other = home.new_case("Inventé aussi.");
    home.command(&format!("case answer {other} --satisfied yes --text -")).stdin("Voici.").run().ok();
    let refused = home.cmd(&format!("case close {other} --as answered")).refused(1, "said_otherwise");
    assert!(refused["hint"].as_str().is_some_and(|hint| hint.contains("--as satisfied")), "{refused}");
}

#[test]
fn letters_of_an_unknown_table_are_refused_and_the_table_can_be_said() {
    let (home, folder) = (Home::init("PAM", "JER", "Rose"), tempfile::tempdir().expect("a folder"));
    let path = folder.path().join("rows.csv");
    // Windows-1251: "Мне не выдали деньги"
    let text = b"\xcc\xed\xe5 \xed\xe5 \xe2\xfb\xe4\xe0\xeb\xe8 \xe4\xe5\xed\xfc\xe3\xe8";
    let row = b"00000000-0000-4000-8000-000000000001;2026-03-01T09:00:00Z;hotline;plainte;oui;sim_perdue;";
    std::fs::write(&path, [HEADER.as_bytes(), b"\n", row, text, b"\n"].concat()).expect("a file can be written");
    let refused = import_at(&home, &path).refused(7, "text_looks_wrong");
    assert!(refused["hint"].as_str().is_some_and(|hint| hint.contains("--encoding")), "{refused}");
    assert_eq!(home.ok("case list --count")["count"], 0);
    let line = home.command("import --as kobo --encoding nonsense").arg(path.display().to_string());
    line.run().refused(2, "encoding_unknown");
    let line = home.command("import --as kobo --encoding windows-1251").arg(path.display().to_string());
    let told = line.run().ok();
    assert_eq!((&told["created"], &told["encoding"]), (&json!(1), &json!("windows-1251")), "{told}");
    assert!(shown(&home).contains("Мне не выдали деньги"));
}

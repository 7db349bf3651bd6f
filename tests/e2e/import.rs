//! A KoboToolbox file comes in whole or not at all, row by row, once.

use std::fmt::Write;

use e2e::{Home, Org};
use serde_json::{Value, json};

/// The sample of the guide: generated, no real person (`docs/`, import samples, 01).
const SAMPLE: &str = include_str!("../../cli/src/demo/kobo.csv");

/// The sample in a file of its own.
fn sample() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), SAMPLE).expect("a temporary file can be written");
    file
}

fn import(home: &Home, file: &std::path::Path) -> e2e::Output {
    home.command("import --as kobo").arg(file.display().to_string()).run()
}

/// The counts that the contract promises.
fn counts(summary: &Value) -> Value {
    let names = ["rows", "created", "unchanged", "updated", "skipped", "rejected", "sealed", "duplicates_proposed"];
    names.iter().map(|name| ((*name).to_owned(), summary[*name].clone())).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn the_sample_gives_its_31_cases_once() {
    let org = Org::founded();
    let file = sample();
    let first = import(&org.rose, file.path()).ok();
    let expected = json!({"rows": 32, "created": 31, "unchanged": 1, "updated": 0, "skipped": 0, "rejected": 0,
                          "sealed": 3, "duplicates_proposed": 1});
    assert_eq!(counts(&first), expected);
    assert_eq!(org.rose.ok("case list --count"), json!({"count": 31}));
    let digest = org.rose.digest();

    let second = import(&org.rose, file.path()).ok();
    let expected = json!({"rows": 32, "created": 0, "unchanged": 32, "updated": 0, "skipped": 0, "rejected": 0,
                          "sealed": 0, "duplicates_proposed": 0});
    assert_eq!(counts(&second), expected);
    assert_eq!(org.rose.digest(), digest, "the same file again changes nothing");
    assert_eq!(org.rose.ok("verify")["ok"], true);
}

#[test]
fn a_dry_run_tells_the_same_and_writes_nothing() {
    let org = Org::founded();
    let (file, before) = (sample(), e2e::fingerprints(&org.rose));
    let path = file.path().display().to_string();
    let told = org.rose.command("import --as kobo --dry-run").arg(path).run().ok();
    assert_eq!((&told["created"], &told["sealed"], &told["dry_run"]), (&json!(31), &json!(3), &json!(true)));
    assert_eq!(e2e::fingerprints(&org.rose), before);
    assert_eq!(org.rose.ok("case list --count"), json!({"count": 0}));
}

#[test]
fn a_dry_run_leaves_every_file_of_the_home_but_the_store_as_it_was() {
    let home = Home::init("PAM", "JER", "Rose");
    let keys = |home: &Home| {
        let files = home.files().into_iter().filter(|(path, _)| !path.ends_with("store.redb"));
        files.collect::<Vec<_>>()
    };
    // the first command after the founding may raise a counter
    home.ok("case list --count");
    let (before, file) = (keys(&home), sample());
    home.command("import --as kobo --dry-run").arg(file.path().display().to_string()).run().ok();
    assert_eq!(keys(&home), before, "not even the counter of the key-slot file");
}

#[test]
fn a_submission_changed_since_is_told_and_the_case_stays_as_it_is_here() {
    let home = Home::init("PAM", "JER", "Rose");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("rows.csv");
    let write = |text: &str, more: &str| {
        let rows = format!(
            "_uuid;end;canal;type;categories;description;{more}\r\n\
             a1;2024-06-15T16:51:43.000-04:00;sms;plainte;sim_perdue;{text};x\r\n"
        );
        std::fs::write(&file, rows).expect("a temporary file can be written");
    };
    write("Inventé.", "colonne");
    assert_eq!(import(&home, &file).ok()["created"], 1);
    let digest = home.digest();
    // another shape of the same is the same
    write("Inventé.", "autre_colonne");
    let same = import(&home, &file).ok();
    assert_eq!((&same["unchanged"], &same["warnings"]), (&json!(1), &json!([])), "{same}");
    write("Inventé, puis changé.", "colonne");
    let changed = import(&home, &file).ok();
    assert_eq!((&changed["unchanged"], &changed["updated"]), (&json!(1), &json!(0)), "{changed}");
    assert_eq!(changed["warnings"][0]["code"], "changed_since", "{changed}");
    assert_eq!(home.digest(), digest);
}

#[test]
fn any_export_is_accounted_for_row_by_row_and_comes_in_once() {
    use node::exchange::import::kobo::generate::{Fate, Shape, Table};
    let home = Home::init("PAM", "JER", "Rose");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("export.csv");
    for seed in 0..3 {
        let table = Table::new(seed, 120, seed % 2 == 0);
        let of = |fate: fn(&Fate) -> bool| table.rows.iter().filter(|row| fate(&row.fate)).count();
        let created = of(|fate| matches!(fate, Fate::Created { .. }));
        let sealed = of(|fate| matches!(fate, Fate::Created { sealed: true }));
        for (turn, shape) in [seed, seed + 100, seed + 200].into_iter().enumerate() {
            std::fs::write(&file, table.file(&Shape::new(shape, table.narrow)))
                .expect("a temporary file can be written");
            let done = import(&home, &file);
            let told = done.json();
            let count = |name: &str| told[name].as_u64().expect("a count");
            let all = ["created", "unchanged", "updated", "skipped", "rejected"].map(count).iter().sum::<u64>();
            assert_eq!(all, count("rows"), "{told}");
            let expected = if turn == 0 { (created, sealed) } else { (0, 0) };
            assert_eq!((count("created"), count("sealed")), (expected.0 as u64, expected.1 as u64), "{told}");
            assert_eq!(count("rejected") as usize, of(|fate| *fate == Fate::Rejected), "{told}");
            assert_eq!(done.status.code(), Some(if count("rejected") > 0 { 7 } else { 0 }));
        }
    }
    assert_eq!(home.ok("verify")["ok"], true);
}

#[test]
fn sealed_rows_show_an_operator_no_more_than_that_they_are_there() {
    let org = Org::founded();
    let ali = org.join("JER", "operator", "Ali");
    import(&ali, sample().path()).ok();
    let rows = ali.ok("case list");
    let rows = rows.as_array().expect("a list");
    let (sealed, ordinary): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row["status"] == "restricted");
    assert_eq!((sealed.len(), ordinary.len()), (3, 28));
    for row in sealed {
        // the importer may know the reference; nothing that was said, and not what it is about
        for field in ["category", "channel", "type", "sensitivity", "received_at", "satisfaction", "assignee"] {
            assert!(!row[field].is_string(), "{field}: {row}");
        }
        let case = row["case_id"].as_str().expect("a row names its case");
        let shown = ali.cmd(&format!("case show {case}"));
        let words = format!("{}{}", shown.stdout, shown.stderr);
        for secret in ["transférer au point focal", "sea.abuse", "integrity.fraud", "+5090000", "GA-"] {
            assert!(!words.contains(secret), "{secret}: {words}");
        }
    }
}

#[test]
fn a_bad_row_goes_to_the_rejects_file_and_the_others_are_kept() {
    let org = Org::founded();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, rejects) = (folder.path().join("rows.csv"), folder.path().join("rejects.csv"));
    let mut text = String::from("\"_uuid\";\"end\";\"accueil/canal\";\"retour/type_retour\";\"retour/description\"\n");
    for (id, channel) in [("a1", "sms"), ("a2", "pigeon"), ("a3", "comite")] {
        writeln!(text, "\"{id}\";\"2024-06-15T16:51:43.000-04:00\";\"{channel}\";\"plainte\";\"Inventé.\"")
            .expect("a String takes all");
    }
    std::fs::write(&file, text).expect("a temporary file can be written");
    let mut command = org.rose.command("import --as kobo").arg(file.display().to_string());
    command = command.arg("--rejects").arg(rejects.display().to_string());
    let done = command.run();
    assert_eq!(done.status.code(), Some(7), "{done}");
    let summary = done.json();
    assert_eq!((&summary["created"], &summary["rejected"]), (&json!(2), &json!(1)), "{summary}");
    let kept = std::fs::read_to_string(&rejects).expect("the rejects file was written");
    assert_eq!(kept.lines().count(), 2, "a header and the row: {kept}");
    // a French Excel opens it right, and it repeats no cell
    assert!(kept.starts_with("\u{feff}row;line;field;code;reason\r\n2;3;canal;unmapped_value;"), "{kept}");
    assert!(!kept.contains("pigeon") && !kept.contains("Invent"), "{kept}");
    let error = &summary["errors"][0];
    assert_eq!((&error["row"], &error["line"], &error["field"]), (&json!(2), &json!(3), &json!("canal")), "{summary}");
    assert_eq!(org.rose.ok("case list --count"), json!({"count": 2}));
}

/// Free texts of rows that nobody had sealed are looked at: which row and field, and the case to be sealed, never the
/// word. It blocks nothing, and a row that is sealed anyway has nothing to warn of.
#[test]
fn a_sensitive_word_in_a_row_names_the_row_the_field_and_the_case() {
    let home = Home::init("PAM", "JER", "Rose");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, rejects) = (folder.path().join("rows.csv"), folder.path().join("rejects.csv"));
    let mut text = String::from("_uuid;end;canal;type;categories;description\r\n");
    for (id, category, words) in [
        ("a1", "sim_perdue", "La carte est perdue."),
        ("a2", "sim_perdue", "Elle a été violée au site."),
        ("a3", "eas_fournisseur", "Elle a été violée au site."),
    ] {
        writeln!(text, "{id};2024-06-15T16:51:43.000-04:00;sms;plainte;{category};{words}\r").expect("a String");
    }
    std::fs::write(&file, &text).expect("a temporary file can be written");
    let line = |more: &str| {
        let command = home.command(&format!("import --as kobo {more}")).arg(file.display().to_string());
        command.arg("--rejects").arg(rejects.display().to_string())
    };
    let dry = line("--dry-run").run().ok();
    let of = |told: &Value| {
        let all = told["warnings"].as_array().expect("a list").iter();
        all.filter(|warning| warning["code"] == "sensitive_words").cloned().collect::<Vec<_>>()
    };
    let told = of(&dry);
    assert_eq!((told.len(), &told[0]["row"], &told[0]["field"]), (1, &json!(2), &json!("text")), "{dry}");
    assert_eq!(told[0]["case_id"], Value::Null, "nothing was written: {dry}");

    let done = line("").run();
    let summary = done.ok();
    assert_eq!((&summary["created"], &summary["sealed"]), (&json!(3), &json!(1)), "{summary}");
    let told = of(&summary);
    assert_eq!((told.len(), &told[0]["row"]), (1, &json!(2)), "{summary}");
    assert!(told[0]["message"].as_str().is_some_and(|message| message.contains("seal")), "{summary}");
    assert!(!summary.to_string().contains("viol"), "{summary}");
    assert!(!rejects.exists(), "nothing was rejected");
    // the case it names is the one to be sealed
    let case = told[0]["case_id"].as_str().expect("the case of the row");
    let seal = home.command(&format!("case seal {case} --no-recusal --audience psea --reason -"));
    assert_eq!(seal.stdin("Inventé.").run().ok()["restricted"], true);

    let other = Home::init("PAM", "JER", "Rose");
    let told = other.command("import --as kobo").arg(file.display().to_string()).in_words().run();
    let shown = told.stdout.replace('\n', " ");
    assert!(told.status.success() && shown.contains("row 2, ") && shown.contains("boucle case seal "), "{told}");
    assert!(!shown.contains("viol"), "{told}");
}

/// A file of these columns and rows.
fn file_of(folder: &tempfile::TempDir, name: &str, header: &str, rows: &[String]) -> std::path::PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, format!("{header}\r\n{}\r\n", rows.join("\r\n"))).expect("a temporary file can be written");
    path
}

/// What may cost somebody their safety is not behind what only lacks an age, however much of that there is.
#[test]
fn the_rows_to_be_sealed_end_the_answer_whole_whatever_else_there_is_to_remark() {
    let home = Home::init("PAM", "JER", "Rose");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let row = |n: usize, text: &str, more: &str| {
        format!("u-{n};2024-06-15T16:51:43.000-04:00;sms;plainte;sim_perdue;?;{text};{more}")
    };
    let mut rows: Vec<String> = (1..=60).map(|n| row(n, "La carte est perdue.", "")).collect();
    rows[40] = row(41, "Il m'a touchée.", "");
    rows[50] = row(51, "La carte est perdue.", "ils violent les filles");
    let file = file_of(&folder, "rows.csv", "_uuid;end;canal;type;categories;age;description;precisez", &rows);
    let told = import(&home, &file).ok();
    let found = told["sensitive_words"].as_array().expect("a list");
    let shape = |found: &Value| (found["row"].clone(), found["field"].clone(), found["topic"].clone());
    let expected = [(json!(41), json!("text"), json!("sea")), (json!(51), json!("precisez"), json!("sea"))];
    assert_eq!(found.iter().map(shape).collect::<Vec<_>>(), expected, "{told}");
    assert_eq!((&found[1]["taken_over"], &found[0]["audience"]), (&json!(false), &json!("psea")));
    assert_eq!(told["warnings"][0]["code"], "sensitive_words", "{told}");
    assert_eq!(told["ignored"], json!([{"column": "precisez", "rows": 1}]));
    assert!(!told.to_string().contains("touch"), "never the word: {told}");

    let other = Home::init("PAM", "JER", "Rose");
    let shown = other.command("import --as kobo").arg(file.display().to_string()).in_words().run();
    let lines: Vec<&str> = shown.stdout.lines().map(str::trim).collect();
    let commands: Vec<&&str> = lines.iter().filter(|line| line.starts_with("boucle case seal ")).collect();
    assert_eq!(commands.len(), 2, "{shown}");
    assert_eq!(lines.last(), commands.last().copied(), "{shown}");
    // the command is the one to type
    let command = commands[0].strip_prefix("boucle ").expect("a command");
    let sealed = other.command(&format!("{command} --no-recusal --reason -")).stdin("Inventé.").run().ok();
    assert_eq!(sealed["restricted"], true, "{sealed}");
}

/// KoboToolbox gives an edited submission a new `_uuid` and keeps `meta/rootUuid`.
#[test]
fn a_submission_edited_at_the_source_is_told_and_not_doubled() {
    let home = Home::init("PAM", "JER", "Rose");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let header = "_uuid;meta/rootUuid;end;canal;type;categories;description";
    let row = |uuid: &str, root: &str, category: &str, text: &str| {
        format!("{uuid};{root};2024-06-15T16:51:43.000-04:00;sms;plainte;{category};{text}")
    };
    let first = [row("u-1", "uuid:u-1", "sim_perdue", "Inventé."), row("s-1", "uuid:s-1", "eas", "Inventé.")];
    let told = import(&home, &file_of(&folder, "first.csv", header, &first)).ok();
    assert_eq!((&told["created"], &told["sealed"]), (&json!(2), &json!(1)), "{told}");
    assert_eq!(told["warnings"][0]["code"], "sealed_elsewhere", "{told}");
    let edited = [row("u-2", "uuid:u-1", "sim_perdue", "Changé."), row("s-2", "uuid:s-1", "eas", "Changé.")];
    let told = import(&home, &file_of(&folder, "edited.csv", header, &edited)).ok();
    assert_eq!((&told["created"], &told["unchanged"]), (&json!(0), &json!(2)), "{told}");
    let codes: Vec<&Value> = told["warnings"].as_array().expect("a list").iter().map(|w| &w["code"]).collect();
    assert_eq!(codes, ["changed_since", "sealed_edited"], "{told}");
    let told = import(&home, &file_of(&folder, "first.csv", header, &first)).ok();
    assert_eq!(told["warnings"][0]["code"], "sealed_not_compared", "{told}");
    assert_eq!(home.ok("case list --count")["count"], 2);
}

#[test]
fn two_complaints_under_one_id_are_not_one_and_pairs_name_their_cases() {
    let home = Home::init("PAM", "JER", "Rose");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let header = "_uuid;end;canal;type;categories;telephone;description";
    let row = |uuid: &str, text: &str| {
        format!("{uuid};2024-06-15T16:51:43.000-04:00;sms;plainte;sim_perdue;+50900001234;{text}")
    };
    let rows = [row("u-1", "Inventé."), row("u-1", "Tout autre chose."), row("u-1", "Inventé."), row("u-2", "Encore.")];
    let file = file_of(&folder, "rows.csv", header, &rows);
    let rejects = folder.path().join("rejects.csv");
    let done = home.command("import --as kobo").arg(file.display().to_string());
    let done = done.arg("--rejects").arg(rejects.display().to_string()).run();
    let told = done.json();
    assert_eq!(done.status.code(), Some(7), "{done}");
    let counts = ["created", "unchanged", "rejected"].map(|name| told[name].as_u64());
    assert_eq!(counts, [Some(2), Some(1), Some(1)], "{told}");
    let kept = std::fs::read_to_string(&rejects).expect("a rejects file");
    assert!(kept.contains("\r\n2;3;_uuid;repeat_differs;"), "{kept}");
    let pair = &told["duplicates"][0];
    assert_eq!(pair["rows"], json!([1, 4]), "{told}");
    for mark in pair["refs"].as_array().expect("two references") {
        home.show(mark.as_str().expect("a reference"));
    }
}

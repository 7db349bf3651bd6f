//! What people typed, through the real program: words come back as they were typed, a passphrase and a name are one in
//! whatever bytes.

use std::process::{Command, Stdio};

use e2e::{Home, PASSPHRASE, program};
use serde_json::{Value, json};

/// Texts that look like what the program itself writes, or that something on the way might trim, compose or obey.
fn nasty(home: &Home) -> Vec<String> {
    let members = home.ok("member list");
    let own = members[0]["id"].as_str().expect("an id").to_owned();
    let mut texts = [
        "role:hotline",
        "role:abc",
        "{\"withheld\":\"personal\"}",
        "  deux blancs  ",
        "\n\nligne\n\n\nautre\n",
        "e\u{301}te\u{301}",
        "\u{202e}abc \u{200f}عربي",
        "pa\u{200b}s vu\u{feff}",
        "=1+1",
        "2026-11-21T21:18:13.512Z",
        r"C:\u{1b}",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.extend([own.clone(), format!("member:{own}"), home.member().to_owned(), "x".repeat(30_000)]);
    texts
}

#[test]
fn words_come_back_as_they_were_typed_in_every_view() {
    let home = Home::init("PAM", "JER", "Rose");
    for text in nasty(&home) {
        // the one line end of a pipe is the shell's
        let case = home.new_case(&format!("{text}\n"));
        home.command("case note").arg(&case).arg("-").stdin(format!("{text}\r\n")).run().ok();
        if text.len() < 4096 {
            home.command("case set").arg(&case).arg("summary=-").stdin(format!("{text}\n")).run().ok();
        }
        let shown = home.show(&case);
        assert_eq!((&shown["text"], &shown["notes"][0]["text"]), (&json!(text), &json!(text)));
        assert_eq!(shown["notes"][0]["by"], "Rose");
        let history = home.ok(&format!("case history {case}"));
        let said: Vec<&Value> =
            history.as_array().expect("rows").iter().filter(|row| row["value"] == json!(text)).collect();
        assert!(said.len() >= 2, "{text:?}: {history}");
        if text.len() >= 4096 {
            continue;
        }
        assert_eq!(shown["summary"], json!(text));
        // for people: nothing a terminal obeys, and nothing left out
        for view in ["show", "history"] {
            let told = home.command(&format!("case {view} {case}")).in_words().run();
            assert!(told.stdout.chars().all(|c| c == '\n' || !crdt_model::name::is_unseen(c)), "{told}");
            let letters = |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>();
            let plain = text.chars().all(|c| c == '\n' || (c != '\\' && !crdt_model::name::is_unseen(c)));
            assert!(!plain || letters(&told.stdout).contains(&letters(text.trim())), "{view} {text:?}: {told}");
        }
    }
    for refused in ["a\u{1b}[2Jb", "a\u{0}b"] {
        let case = home.new_case("x");
        let note = home.command("case note").arg(&case).arg("-").stdin(refused).run();
        assert_eq!(note.refused(2, "control_character")["where"]["ref"], json!(case));
    }
}

#[test]
fn what_follows_from_an_answer_is_kept_whatever_way_it_comes_in() {
    let home = Home::init("PAM", "JER", "Rose");
    let new = |rest: &str| {
        let line =
            format!("case new --type complaint --channel hotline --category payment.not_received --text x {rest}");
        home.ok(&line)["case_id"].as_str().expect("an id").to_owned()
    };
    let record = |answers: Value| {
        let mut record = json!({"type": "complaint", "channel": "hotline", "category": "payment.not_received"});
        record.as_object_mut().expect("an object").extend(answers.as_object().expect("answers").clone());
        let made = home.command("case new --from-json -").stdin(record.to_string()).run().ok();
        made["case_id"].as_str().expect("an id").to_owned()
    };
    let set = |assignments: &str| {
        let case = new("");
        home.ok(&format!("case set {case} {assignments}"));
        case
    };
    let cases = [
        new("--age 34 --disability 1,1,3,1,0,1"),
        record(json!({"age": 34, "disability_answers": [1, 1, 3, 1, 0, 1]})),
        set("age=34 disability_answers=113101"),
    ];
    let first = home.show(&cases[0]);
    assert!(first["age_group"].is_string(), "{first}");
    for case in &cases {
        let shown = home.show(case);
        assert_eq!((&shown["age_group"], &shown["disability"]), (&first["age_group"], &json!("yes")), "{shown}");
    }
    assert_eq!(home.show(&new("--age 34 --age-group unknown"))["age_group"], "unknown", "said in the same act");
}

/// A command with a variable of the environment as bytes.
#[cfg(unix)]
fn with_env(home: &Home, line: &str, variable: &str, value: &[u8]) -> std::process::Output {
    use std::os::unix::ffi::OsStrExt;
    let mut command = Command::new(program());
    command.env_clear().env("BOUCLE_HOME", home.folder()).env("BOUCLE_LANG", "en").env("BOUCLE_TEST_CHEAP_KDF", "1");
    command.env("BOUCLE_PASSPHRASE", PASSPHRASE).env(variable, std::ffi::OsStr::from_bytes(value));
    command.arg("--json").args(line.split_whitespace()).stdin(Stdio::null()).output().expect("it runs")
}

#[test]
fn a_passphrase_is_one_whatever_keyboard_file_or_system_it_comes_from() {
    let (composed, decomposed) =
        ("été forêt drôle pâté", "e\u{301}te\u{301} fore\u{302}t dro\u{302}le pa\u{302}te\u{301}");
    let home = Home::empty("Rose");
    home.command("init --org PAM --site JER").passphrase(composed).run().ok();
    for typed in [composed, decomposed, "été\u{a0}forêt drôle pâté"] {
        home.command("case list").passphrase(typed).run().ok();
    }
    home.command("case list").passphrase("été  forêt drôle pâté").run().refused(4, "wrong_passphrase");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("phrase.txt");
    let utf16 = |text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        [mark.to_vec(), text.encode_utf16().flat_map(bytes).collect()].concat()
    };
    let written = [
        format!("\u{feff}{composed}\r\n").into_bytes(),
        format!("{decomposed}\n").into_bytes(),
        utf16(&format!("{composed}\r\n"), [0xff, 0xfe], u16::to_le_bytes),
        utf16(composed, [0xfe, 0xff], u16::to_be_bytes),
    ];
    for bytes in written {
        std::fs::write(&file, &bytes).expect("written");
        let line = format!("case list --passphrase-file {}", file.display());
        home.command(&line).passphrase("").run().ok();
    }
    std::fs::write(&file, b"\xe9t\xe9 for\xeat dr\xf4le").expect("written");
    let line = format!("case list --passphrase-file {}", file.display());
    home.command(&line).passphrase("").run().refused(7, "not_utf8");
    let other = Home::empty("Rose");
    let hidden = other.command("init --org PAM --site JER").passphrase("une phrase\u{200b} assez longue").run();
    hidden.refused(2, "passphrase_invisible");
    assert!(!other.folder().join("keys.boucle").exists());
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    let home = Home::init("PAM", "JER", "Rose");
    for variable in ["BOUCLE_PASSPHRASE", "BOUCLE_MEMBER", "BOUCLE_LANG"] {
        let refused = with_env(&home, "case list", variable, b"Ros\xe9");
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{variable}: {told}");
        assert!(told.contains("env_not_utf8") && told.contains(variable), "{told}");
    }
}

#[test]
fn a_name_is_one_in_whatever_bytes_and_a_hidden_one_is_refused() {
    let home = Home::init("PAM", "JER", "Ana\u{a0}Paul");
    assert_eq!(home.ok("member list")[0]["member"], "Ana Paul");
    let case = home.new_case("x");
    for typed in ["ana paul", "ANA\u{202f}PAUL", "A\u{301}na Paul"] {
        home.command("case list").member(typed).run().ok();
        home.command("case assign").arg(&case).arg(typed).run().ok();
        assert_eq!(home.show(&case)["assignee"], "Ana Paul");
        assert_eq!(home.command("case list --count --assignee").arg(typed).run().ok(), json!({"count": 1}));
    }
    let invitation = home.invite("JER", "operator");
    for (name, code) in [
        ("Ro\u{200b}se", "name_invisible"),
        ("R\u{43e}se", "name_mixed_scripts"),
        ("me", "name_reserved"),
        ("operator", "name_reserved"),
        ("deadbeef", "name_reserved"),
    ] {
        let other = Home::empty(name);
        other.command("join").arg(&invitation).run().refused(2, code);
        assert!(!other.folder().exists(), "{name:?}");
    }
    let twice = Home::join(&invitation, "ana  PAUL");
    assert_eq!(twice.ok("status")["members"][0]["name"], "ana PAUL");
}

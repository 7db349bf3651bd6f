//! The binary as a process: exit statuses, streams, languages. What commands do is tested where they are.

use std::process::{Command, Output, Stdio};

fn boucle(args: &[&str]) -> Output {
    let home = std::env::temp_dir().join("boucle-no-such-home");
    Command::new(env!("CARGO_BIN_EXE_boucle"))
        .args(args)
        .env_clear()
        .env("BOUCLE_HOME", home)
        .stdin(Stdio::null())
        .output()
        .expect("the binary was built")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn wrong_usage_exits_two_with_one_line_in_french() {
    let done = boucle(&["case", "frobnicate"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(done.stdout.is_empty());
    assert_eq!(text(&done.stderr).lines().next(), Some("erreur : commande inconnue : frobnicate"));
}

#[test]
fn what_is_missing_is_listed_as_json_when_asked_for() {
    let done = boucle(&["--json", "--lang", "en", "case", "new", "--type", "complaint"]);
    assert_eq!(done.status.code(), Some(2));
    let error: serde_json::Value = serde_json::from_slice(&done.stderr).expect("one document");
    assert_eq!(error["error"]["code"], "usage_missing");
    assert_eq!(error["error"]["message"], "missing: --channel");
}

#[test]
fn help_is_on_standard_output_and_says_nothing_else() {
    let done = boucle(&["--lang", "en", "case", "answer", "--help"]);
    assert!(done.status.success() && done.stderr.is_empty());
    let shown = text(&done.stdout);
    assert!(shown.starts_with("Record the answer given") && shown.contains("said of it (yes, partly, no,"), "{shown}");
    assert!(!shown.contains('\x1b'));
}

#[test]
fn a_reader_that_leaves_is_met_in_silence() -> std::io::Result<()> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_boucle"))
        .arg("--help")
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    drop(child.stdout.take());
    let done = child.wait_with_output()?;
    assert!(done.status.success() && done.stderr.is_empty(), "{}", text(&done.stderr));
    Ok(())
}

#[test]
fn a_passphrase_file_that_is_not_there_is_named() {
    let done = boucle(&["--lang", "en", "status", "--passphrase-file", "/no/such/file"]);
    assert_eq!(done.status.code(), Some(3));
    assert_eq!(text(&done.stderr).lines().next(), Some("error: no such file: /no/such/file"));
}

//! `boucle demo` as a user runs it: it passes, leaves nothing, and fails when what it says does not hold. That each of
//! its checks can fail is tested beside them, in `src/demo/checks/tests.rs`.
//!
//! Each run founds an organisation with four members on three nodes. Built with the feature `testing` the guesses at
//! their passphrases are cheap; without it they cost what they cost everywhere.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What the story promises, in its order.
const PROMISES: [&str; 13] = [
    "import",
    "import-again",
    "both-edits",
    "settled",
    "office-cannot",
    "focal-can",
    "loop",
    "bundle",
    "same-entries",
    "same-digest",
    "quiet",
    "verified",
    "clean",
];

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A demonstration whose temporary files go to `temp`.
fn demo(temp: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_boucle"));
    command.arg("demo").args(args).env_clear().env("TMPDIR", temp).env("BOUCLE_TEST_CHEAP_KDF", "1");
    command.stdin(Stdio::null());
    command
}

fn claims(run: &Output) -> Result<Vec<(String, bool)>, serde_json::Error> {
    let document: Value = serde_json::from_slice(&run.stdout)?;
    let claims = document["claims"].as_array().into_iter().flatten();
    Ok(claims.map(|claim| (claim["claim"].as_str().unwrap_or("?").to_owned(), claim["ok"] == true)).collect())
}

/// No file in `temp`, and no process that was told of it.
fn assert_nothing_is_left(temp: &Path, after: &str) -> std::io::Result<()> {
    assert_eq!(std::fs::read_dir(temp)?.count(), 0, "files are left after {after}");
    assert_nothing_runs(temp, after)
}

/// No process that was told of `temp`.
fn assert_nothing_runs(temp: &Path, after: &str) -> std::io::Result<()> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Ok(()) };
    for process in processes.flatten() {
        let Ok(line) = std::fs::read(process.path().join("cmdline")) else { continue };
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        let told = line.contains(&*temp.to_string_lossy()) && line.contains("boucle");
        assert!(!told, "a process is left after {after}: {line}");
    }
    Ok(())
}

#[test]
fn every_claim_holds_and_nothing_is_left() -> Outcome {
    let temp = tempfile::tempdir()?;
    let run = demo(temp.path(), &["--json"]).output()?;
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(run.stderr.is_empty());
    let told = claims(&run)?;
    assert!(told.iter().all(|(_, ok)| *ok), "{told:?}");
    let told: Vec<String> = told.into_iter().map(|(name, _)| name).collect();
    assert_eq!(told, PROMISES);
    let document: Value = serde_json::from_slice(&run.stdout)?;
    assert_eq!((&document["ok"], &document["folder"]), (&Value::Bool(true), &Value::Null));
    assert!(document["counts"].as_array().is_some_and(|counts| counts.iter().any(|row| row["status"] == "closed")));
    Ok(assert_nothing_is_left(temp.path(), "a whole story")?)
}

#[test]
fn people_read_a_page_in_their_language_and_can_look_at_what_was_kept() -> Outcome {
    let (temp, kept) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let folder = kept.path().join("story");
    let run = demo(temp.path(), &["--lang", "en", "--keep", &folder.to_string_lossy()]).output()?;
    let shown = String::from_utf8(run.stdout)?;
    assert_eq!(run.status.code(), Some(0), "{shown}{}", String::from_utf8_lossy(&run.stderr));
    assert!(shown.lines().count() <= 30, "{shown}");
    assert!(
        shown.lines().all(|line| line.chars().count() <= 80 || line.contains(&*folder.to_string_lossy())),
        "{shown}"
    );
    // A pipe is no terminal: no signs that it might not show.
    assert_eq!(shown.lines().filter(|line| line.starts_with("   ok ")).count(), PROMISES.len(), "{shown}");
    assert!(shown.contains("three nodes") && !shown.contains("demo-") && !shown.contains('✓'), "{shown}");
    assert_nothing_is_left(temp.path(), "a kept story")?;
    let looked = Command::new(env!("CARGO_BIN_EXE_boucle"))
        .args(["--json", "--member", "Paule", "--home"])
        .arg(folder.join("coordination"))
        .args(["case", "list", "--category", "sea.abuse", "--count"])
        .env_clear()
        .env("BOUCLE_PASSPHRASE", "demonstration Paule")
        .output()?;
    assert_eq!(serde_json::from_slice::<Value>(&looked.stdout)?["count"], 2, "{looked:?}");
    Ok(())
}

/// Words that lie on a disk of the office before the story begins there: its search must find them.
#[test]
fn a_promise_that_does_not_hold_ends_the_story_in_failure_by_its_name() -> Outcome {
    let (temp, kept) = (tempfile::tempdir()?, tempfile::tempdir()?);
    std::fs::create_dir(kept.path().join("sous-bureau"))?;
    std::fs::write(kept.path().join("sous-bureau/copie.txt"), "tourterelle-4719")?;
    let run = demo(temp.path(), &["--json", "--keep", &kept.path().to_string_lossy()]).output()?;
    let errors = String::from_utf8(run.stderr.clone())?;
    assert_eq!(run.status.code(), Some(1), "{errors}");
    let told = claims(&run)?;
    let (broken, held) = told.split_last().ok_or("nothing was claimed")?;
    assert_eq!(broken, &("office-cannot".to_owned(), false), "{told:?} {errors}");
    assert!(held.iter().all(|(_, ok)| *ok), "{told:?}");
    let error: Value = serde_json::from_str(&errors)?;
    assert_eq!(error["error"]["code"], "demo_failed");
    let message = error["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("office-cannot") && message.contains("copie.txt"), "{errors}");
    assert_nothing_is_left(temp.path(), "a promise that does not hold")?;
    Ok(assert_nothing_runs(kept.path(), "a promise that does not hold")?)
}

#[test]
fn a_step_that_is_refused_stops_the_story_and_says_which() -> Outcome {
    let (temp, kept) = (tempfile::tempdir()?, tempfile::tempdir()?);
    // where the first home should be there is a file
    std::fs::write(kept.path().join("coordination"), "")?;
    let run = demo(temp.path(), &["--json", "--keep", &kept.path().to_string_lossy()]).output()?;
    assert_eq!((run.status.code(), claims(&run)?), (Some(1), Vec::new()));
    let error: Value = serde_json::from_slice(&run.stderr)?;
    assert_eq!(error["error"]["code"], "demo_stopped");
    assert!(error["error"]["message"].as_str().is_some_and(|message| message.contains("boucle init")), "{error}");
    Ok(assert_nothing_is_left(temp.path(), "a step that is refused")?)
}

#[test]
fn an_interrupted_story_leaves_nothing() -> Outcome {
    let temp = tempfile::tempdir()?;
    let mut child = demo(temp.path(), &["--lang", "en"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
    // Three nodes run by the time the second line is told.
    while let Some(line) = lines.next().transpose()? {
        if line.starts_with("1.") {
            break;
        }
    }
    let pid = rustix::process::Pid::from_raw(child.id().cast_signed()).ok_or("no process id")?;
    rustix::process::kill_process(pid, rustix::process::Signal::INT)?;
    let mut errors = String::new();
    child.stderr.take().ok_or("no standard error")?.read_to_string(&mut errors)?;
    assert_eq!(child.wait()?.code(), Some(1), "{errors}");
    assert_eq!(errors, "error: the demonstration was interrupted; nothing is left\n");
    Ok(assert_nothing_is_left(temp.path(), "an interruption")?)
}

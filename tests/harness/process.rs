//! One process, and what it left.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// No command of a suite takes longer, on the slowest machine that runs them.
pub const WAIT: Duration = Duration::from_secs(120);

/// The program under test: `BOUCLE_UNDER_TEST` (a release build, say), else the one that Cargo built for the suites.
pub fn program() -> PathBuf {
    let named = ["BOUCLE_UNDER_TEST", "CARGO_BIN_EXE_boucle-under-test", "NEXTEST_BIN_EXE_boucle-under-test"];
    if let Some(path) = named.iter().find_map(std::env::var_os) {
        return path.into();
    }
    // target/debug/deps/suites-0123 stands below target/debug/boucle-under-test
    let own = std::env::current_exe().expect("a test has a path");
    let found = own.ancestors().skip(1).map(|dir| dir.join("boucle-under-test")).find(|path| path.is_file());
    found.expect("cargo builds the binaries of a package before its tests run")
}

/// What a process left.
#[derive(Debug)]
pub struct Output {
    /// The command line, for messages.
    pub line: String,
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// The JSON that a command which succeeded printed: one document, and not a word on standard error.
    pub fn ok(&self) -> Value {
        assert!(self.status.success(), "{self}");
        assert!(self.stderr.is_empty(), "done, yet something is on standard error: {self}");
        self.json()
    }

    /// The one document on standard output, however the command ended.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("not one document: {error}: {self}"))
    }

    /// The error of a command that was refused with `--json`: this exit status, this code, one line on standard error,
    /// a message that says something, and nothing on standard output.
    pub fn refused(&self, exit: i32, code: &str) -> Value {
        self.ended(exit);
        assert_eq!(self.stderr.lines().count(), 1, "one line: {self}");
        let error: Value =
            serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("not one document: {error}: {self}"));
        let error = error["error"].clone();
        assert_eq!(error["code"], code, "{self}");
        assert!(error["message"].as_str().is_some_and(is_a_sentence), "{self}");
        assert!(error["hint"].is_null() || error["hint"].as_str().is_some_and(is_a_sentence), "{self}");
        assert!(error["where"].is_object(), "{self}");
        error
    }

    /// The lines of a command that was refused without `--json`: `error: …` and perhaps one `hint: …`.
    pub fn refused_in_words(&self, exit: i32) -> (String, Option<String>) {
        self.ended(exit);
        let lines: Vec<&str> = self.stderr.lines().collect();
        let error = lines.first().and_then(|line| line.strip_prefix("error: ")).filter(|line| is_a_sentence(line));
        let error = error.unwrap_or_else(|| panic!("no error line: {self}"));
        let hint = lines.get(1).map(|line| {
            let hint = line.strip_prefix("hint: ").filter(|line| is_a_sentence(line));
            hint.unwrap_or_else(|| panic!("neither error nor hint: {self}")).to_owned()
        });
        assert!(lines.len() <= 2, "an error and a hint at most: {self}");
        (error.to_owned(), hint)
    }

    fn ended(&self, exit: i32) {
        assert_eq!(self.status.code(), Some(exit), "{self}");
        assert!(!self.stderr.contains("panicked"), "{self}");
        assert!(self.stdout.is_empty(), "failed, yet something is on standard output: {self}");
    }
}

/// Words, with every argument put in: a text that lacks one shows its name in braces. A character that cannot be seen is
/// written `\u{1b}`, which is no hole.
fn is_a_sentence(text: &str) -> bool {
    let mut parts = text.split("\\u{");
    let first = parts.next().unwrap_or_default().to_owned();
    let after = |part: &str| {
        let digits = part.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(part.len());
        part[digits..].strip_prefix('}').unwrap_or(part).to_owned()
    };
    let words = parts.fold(first, |words, part| words + &after(part));
    !words.trim().is_empty() && !words.contains(['{', '}', '\u{2068}', '\u{2069}'])
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` ({})\n{}{}", self.line, self.status, self.stdout, self.stderr)
    }
}

/// A process under way. Killed when dropped before it ended.
pub struct Spawned {
    line: String,
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Spawned {
    /// Starts it with both outputs captured. Words for standard input are written whole.
    pub(crate) fn start(mut command: Command, stdin: Option<&str>) -> Self {
        let line = format!("{command:?}");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{line}: {error}"));
        if let (Some(words), Some(mut pipe)) = (stdin.map(str::to_owned), child.stdin.take()) {
            // a process that fails before it reads leaves a broken pipe behind
            std::thread::spawn(move || pipe.write_all(words.as_bytes()));
        }
        let stdout = drained(child.stdout.take().expect("piped above"));
        let stderr = drained(child.stderr.take().expect("piped above"));
        Self { line, child, stdout, stderr }
    }

    /// Waits for the end.
    pub fn output(self) -> Output {
        self.within(WAIT).unwrap_or_else(|spawned| panic!("still at work after {WAIT:?}: {}", spawned.line))
    }

    /// Waits at most so long; gives itself back if that was too short.
    ///
    /// # Errors
    ///
    /// When the process is still at work.
    pub fn within(mut self, wait: Duration) -> Result<Output, Self> {
        // both pipes are closed when it ends: the wait is for that, not for time to pass
        let Ok(stdout) = self.stdout.recv_timeout(wait) else { return Err(self) };
        let stderr = self.stderr.recv_timeout(WAIT).unwrap_or_default();
        let status = self.child.wait().expect("a child can be waited for");
        Ok(Output { line: self.line.clone(), status, stdout, stderr })
    }

    /// SIGKILL: the power cut of a process.
    pub fn kill(mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everything a pipe brings, once it is closed.
fn drained(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}

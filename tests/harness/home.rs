//! A node's folder, and the person at it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::clock;
use crate::process::{Output, Spawned, program};
use crate::{AtTerminal, Doomed, RunningNode};

/// What everybody types here.
pub const PASSPHRASE: &str = "sept mots choisis pour les essais seulement";

/// Every ordinary act on the last case, in an order in which each is possible: a note first, its closing last.
pub const ORDINARY_ACTS: [&str; 13] = [
    "case note @last --text Inventé.",
    "case consent @last contact_back given --means oral",
    "case triage @last --category targeting.exclusion --priority p1",
    "case assign @last me",
    "case accept @last",
    "case act @last --text Appelé.",
    "case attempt @last --outcome no_answer",
    "case hold @last --for person",
    "case unhold @last",
    "case resolve @last --text Payé.",
    "case answer @last --text Payé.",
    "case answer @last --satisfied yes",
    "case close @last --as satisfied",
];

/// A folder for one node, made or not yet, and who works there by default.
#[derive(Debug)]
pub struct Home {
    folder: PathBuf,
    member: String,
    /// Removed at the end.
    _own: Option<TempDir>,
}

impl Home {
    /// An empty folder of its own for `member`: nothing was founded or joined.
    pub fn empty(member: &str) -> Self {
        let own = tempfile::Builder::new().prefix("boucle-e2e-").tempdir().expect("a temporary folder");
        Self { folder: own.path().join("home"), member: member.to_owned(), _own: Some(own) }
    }

    /// A home in this folder, which is left alone at the end.
    pub fn at(folder: &Path, member: &str) -> Self {
        Self { folder: folder.to_owned(), member: member.to_owned(), _own: None }
    }

    /// A new organisation with one site.
    pub fn init(org: &str, site: &str, member: &str) -> Self {
        let home = Self::empty(member);
        home.command("init").arg("--org").arg(org).arg("--site").arg(site).run().ok();
        home
    }

    /// A home made by invitation.
    pub fn join(invitation: &str, member: &str) -> Self {
        let home = Self::empty(member);
        home.command("join").arg(invitation).run().ok();
        home
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Who works here.
    pub fn member(&self) -> &str {
        &self.member
    }

    /// The text of a fresh invitation.
    pub fn invite(&self, site: &str, role: &str) -> String {
        let made = self.cmd(&format!("invite --site {site} --role {role}")).ok();
        made["invitation"].as_str().expect("invite prints the invitation").to_owned()
    }

    /// One command with `--json`, from its words separated by spaces.
    pub fn cmd(&self, line: &str) -> Output {
        self.command(line).run()
    }

    /// What a command prints that must succeed.
    pub fn ok(&self, line: &str) -> Value {
        self.cmd(line).ok()
    }

    /// A command to be completed: arguments with spaces, standard input, another person.
    pub fn command(&self, line: &str) -> Invocation {
        Invocation {
            home: self.folder.clone(),
            args: line.split_whitespace().map(str::to_owned).collect(),
            member: Some(self.member.clone()),
            passphrase: Some(PASSPHRASE.to_owned()),
            stdin: None,
            json: true,
            space: None,
            stall: None,
            traced: None,
            limit: None,
            log: None,
            zone: "UTC".to_owned(),
            cheap: true,
            clock_off_s: None,
        }
    }

    /// `boucle run` on a loopback port of the system's choice, without looking for peers.
    pub fn start(&self) -> RunningNode {
        self.start_with("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns")
    }

    /// `boucle run` in other words.
    pub fn start_with(&self, line: &str) -> RunningNode {
        RunningNode::start(self.command(line))
    }

    /// `boucle run` inside a network namespace.
    pub fn start_inside(&self, space: &str, line: &str) -> RunningNode {
        RunningNode::start(self.command(line).inside(space))
    }

    /// `boucle run` as said.
    pub fn start_from(&self, invocation: Invocation) -> RunningNode {
        RunningNode::start(invocation)
    }

    /// A new ordinary case: its reference.
    pub fn new_case(&self, text: &str) -> String {
        let line = "case new --type complaint --channel hotline --category payment.not_received --text -";
        reference(&self.command(line).stdin(text).run().ok())
    }

    /// A case of sexual exploitation, sealed to the audience that handles it, nobody recused: its id. Invented.
    pub fn new_allegation(&self, text: &str) -> String {
        let line = "case new --type complaint --channel hotline --category sea.abuse --no-recusal --allegation -";
        let made = self.command(line).stdin(text).run().ok();
        made["case_id"].as_str().expect("case new prints the id").to_owned()
    }

    /// The digest of everything the member may read.
    pub fn digest(&self) -> String {
        self.ok("digest")["digest"].as_str().expect("digest prints one").to_owned()
    }

    /// The case as `case show` prints it.
    pub fn show(&self, case: &str) -> Value {
        self.ok(&format!("case show {case}"))
    }

    /// Contents of every file in the folder, by name.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let listed = std::fs::read_dir(&self.folder).expect("the home is a folder");
        let paths = listed.map(|entry| entry.expect("the home can be listed").path());
        // sockets are no files; in the queue's there is never anything
        let files = paths.filter(|path| path.is_file() && !path.ends_with("node.lock"));
        files.map(|path| (path.clone(), std::fs::read(&path).expect("own files can be read"))).collect()
    }
}

/// The reference in what `case new` prints.
fn reference(made: &Value) -> String {
    made["ref"].as_str().expect("case new prints the reference").to_owned()
}

/// A command line that is put together. The environment is empty but for what is said here.
#[derive(Debug, Clone)]
pub struct Invocation {
    home: PathBuf,
    args: Vec<String>,
    member: Option<String>,
    passphrase: Option<String>,
    stdin: Option<String>,
    json: bool,
    /// The network namespace it runs in; `None`: this process's own.
    space: Option<String>,
    /// At which operation of its store it hangs, and the file that is told how many there were.
    stall: Option<(u64, Option<PathBuf>)>,
    /// Logs all it can to standard error, and has this folder for its temporary files.
    traced: Option<PathBuf>,
    /// A limit of `ulimit`: its letter and value.
    limit: Option<(char, u64)>,
    /// What is logged to standard error.
    log: Option<String>,
    /// The machine's zone (`TZ`).
    zone: String,
    /// Passphrases cost next to nothing.
    cheap: bool,
    /// How far the machine's clock is off, seconds.
    clock_off_s: Option<i64>,
}

impl Invocation {
    /// One more argument, as it is.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Words on standard input.
    #[must_use]
    pub fn stdin(mut self, words: impl Into<String>) -> Self {
        self.stdin = Some(words.into());
        self
    }

    /// Somebody else at the same device.
    #[must_use]
    pub fn member(mut self, name: &str) -> Self {
        self.member = Some(name.to_owned());
        self
    }

    /// Another passphrase; none at all when empty.
    #[must_use]
    pub fn passphrase(mut self, typed: &str) -> Self {
        self.passphrase = Some(typed.to_owned()).filter(|typed| !typed.is_empty());
        self
    }

    /// For people, in English, instead of `--json`.
    #[must_use]
    pub fn in_words(mut self) -> Self {
        self.json = false;
        self
    }

    /// In a network namespace, which only root may enter.
    #[must_use]
    pub fn inside(mut self, space: &str) -> Self {
        self.space = Some(space.to_owned());
        self
    }

    /// Stops at the n-th write or sync of its store and hangs there, to be killed; tells `count` how many there were.
    #[must_use]
    pub fn stalling(mut self, n: u64, count: Option<&Path>) -> Self {
        self.stall = Some((n, count.map(Path::to_owned)));
        self
    }

    /// Logs all it can to standard error, and has this folder for its temporary files.
    #[must_use]
    pub fn traced(mut self, temporary: &Path) -> Self {
        self.traced = Some(temporary.to_owned());
        self
    }

    /// With what the system gives limited: the letter of `ulimit` and its value.
    #[must_use]
    pub fn limited(mut self, letter: char, value: u64) -> Self {
        self.limit = Some((letter, value));
        self
    }

    /// Logs this to standard error.
    #[must_use]
    pub fn logging(mut self, filter: &str) -> Self {
        self.log = Some(filter.to_owned());
        self
    }

    /// On a machine whose clock shows the hours of this zone.
    #[must_use]
    pub fn in_zone(mut self, zone: &str) -> Self {
        self.zone = zone.to_owned();
        self
    }

    /// With passphrases as dear as people's.
    #[must_use]
    pub fn dear(mut self) -> Self {
        self.cheap = false;
        self
    }

    /// On a machine whose clock is off by so much, seconds.
    #[must_use]
    pub fn clock_off(mut self, seconds: i64) -> Self {
        self.clock_off_s = Some(seconds);
        self
    }

    /// As a process to be started.
    pub(crate) fn into_command(self) -> Command {
        let mut command = match &self.space {
            None if self.limit.is_some() => {
                let (letter, value) = self.limit.unwrap_or_default();
                // becomes the program itself
                let mut command = Command::new("/bin/sh");
                command.args(["-c", &format!("ulimit -{letter} {value} && exec \"$0\" \"$@\"")]).arg(program());
                command
            }
            None => Command::new(program()),
            Some(space) => {
                // becomes the program itself: signals reach it
                let mut command = Command::new("ip");
                command.args(["netns", "exec", space]).arg(program());
                command
            }
        };
        command.env_clear().env("BOUCLE_HOME", &self.home).env("BOUCLE_LANG", "en").env("TZ", &self.zone);
        if self.cheap {
            command.env("BOUCLE_TEST_CHEAP_KDF", "1");
        }
        if let Some(seconds) = self.clock_off_s {
            command.env("LD_PRELOAD", clock::library()).env("CLOCK_OFF", seconds.to_string());
        }
        command.envs(self.log.iter().map(|filter| ("BOUCLE_LOG", filter)));
        if self.json {
            command.arg("--json");
        }
        if let Some((n, count)) = &self.stall {
            command.env("BOUCLE_TEST_STALL_AT", n.to_string());
            command.envs(count.iter().map(|path| ("BOUCLE_TEST_STALL_COUNT", path)));
        }
        if let Some(temporary) = &self.traced {
            command.env("BOUCLE_LOG", "trace").env("TMPDIR", temporary);
        }
        command.args(&self.args);
        command.envs(self.passphrase.map(|typed| ("BOUCLE_PASSPHRASE", typed)));
        command.envs(self.member.map(|name| ("BOUCLE_MEMBER", name)));
        command
    }

    /// Starts it.
    pub fn spawn(mut self) -> Spawned {
        let stdin = self.stdin.take();
        Spawned::start(self.into_command(), stdin.as_deref())
    }

    /// Starts it, to be killed where it hangs.
    pub fn doomed(self) -> Doomed {
        Doomed::start(self.into_command())
    }

    /// Starts it on a terminal, for a person in English.
    pub fn at_terminal(self) -> AtTerminal {
        self.at_terminal_of("xterm")
    }

    /// Starts it on a terminal of this kind (`TERM`; empty: none is named).
    pub fn at_terminal_of(self, term: &str) -> AtTerminal {
        AtTerminal::start(&self.in_words().into_command(), term, "exec ", "")
    }

    /// Starts it on a terminal of so many columns.
    pub fn at_terminal_narrow(self, columns: u16) -> AtTerminal {
        AtTerminal::start(&self.in_words().into_command(), "xterm", &format!("stty cols {columns}; exec "), "")
    }

    /// Starts it on a terminal, and after it these commands of a shell, on the same terminal.
    pub fn at_terminal_then(self, commands: &str) -> AtTerminal {
        AtTerminal::start(&self.in_words().into_command(), "xterm", "", &format!("; {commands}"))
    }

    /// Runs it to its end.
    pub fn run(self) -> Output {
        self.spawn().output()
    }
}

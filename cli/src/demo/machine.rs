//! One machine of the story: a home, the commands typed at it, and the node that runs there.
//!
//! Everything goes through the program itself, as a user would type it: a process a command, `--json` on standard
//! output. Passphrases go by the environment of that one process, people's words by its standard input. Every wait has
//! an end, and a machine that is dropped leaves no process.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use node::error::{Failure, IoOperation};
use serde_json::Value;

use super::checks::unmet;

/// A command that takes longer has failed.
const COMMAND_MAX: Duration = Duration::from_secs(60);
/// A node that does not serve by then has failed.
const READY_MAX: Duration = Duration::from_secs(30);
/// A process that has not stopped by then is ended.
const STOP_MAX: Duration = Duration::from_secs(5);
/// Between two looks at a process.
const LOOK_EVERY: Duration = Duration::from_millis(4);
/// Bytes read from one stream of a process.
const OUTPUT_BYTES_MAX: u64 = 16 << 20;
/// The user's own settings, which are not the story's.
const SETTINGS: [&str; 5] = ["BOUCLE_HOME", "BOUCLE_MEMBER", "BOUCLE_LANG", "BOUCLE_LOG", "BOUCLE_PASSPHRASE"];
/// The node listens on loopback, on a port of the system's choice.
const RUN: &str = "run --listen /ip4/127.0.0.1/tcp/0 --no-mdns";

/// The program, the folder it works in, and whether it was told to stop.
#[derive(Clone)]
pub(super) struct Boucle {
    pub(super) program: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) lang: String,
    pub(super) interrupted: Arc<AtomicBool>,
}

/// The passphrase of a member. The organisation is thrown away: it protects nobody, and `--keep` prints it.
pub(super) fn passphrase(member: &str) -> String {
    format!("demonstration {member}")
}

/// A machine: one home.
pub(super) struct Machine {
    boucle: Boucle,
    pub(super) home: PathBuf,
    /// Who usually sits here.
    pub(super) member: &'static str,
    /// The node at work, and where it listens.
    running: Option<(Process, String)>,
    /// Sockets that nodes here have answered on.
    pub(super) sockets: Vec<PathBuf>,
    /// Nodes that ended in order.
    pub(super) ended: usize,
}

impl Machine {
    pub(super) fn new(boucle: &Boucle, name: &str, member: &'static str) -> Self {
        let home = boucle.folder.join(name);
        Self { boucle: boucle.clone(), home, member, running: None, sockets: Vec::new(), ended: 0 }
    }

    /// One command by the one who sits here.
    pub(super) fn ask(&self, line: &str) -> Result<Value, Failure> {
        self.ask_as(self.member, line)
    }

    /// One command by a member.
    pub(super) fn ask_as(&self, member: &str, line: &str) -> Result<Value, Failure> {
        self.command(member, line, "")?.map_err(|refusal| refusal.failure(line))
    }

    /// One command whose words come by standard input.
    pub(super) fn ask_with(&self, line: &str, words: &str) -> Result<Value, Failure> {
        self.command(self.member, line, words)?.map_err(|refusal| refusal.failure(line))
    }

    /// The code that a command is refused with; none if it is done.
    pub(super) fn refusal(&self, line: &str) -> Result<String, Failure> {
        Ok(self.command(self.member, line, "")?.err().map(|refusal| refusal.code).unwrap_or_default())
    }

    fn command(&self, member: &str, line: &str, words: &str) -> Result<Result<Value, Refusal>, Failure> {
        let mut process = self.spawn(member, line, words)?;
        let ended = process.end(COMMAND_MAX, &self.boucle.interrupted);
        let otherwise = if ended.is_none() { TOO_SLOW } else { "not_json" };
        let told = ended.filter(ExitStatus::success).and_then(|_| {
            let out: String = process.out.iter().collect();
            serde_json::from_str(&out).ok()
        });
        self.unless_interrupted()?;
        Ok(told.ok_or_else(|| Refusal::of(process, otherwise)))
    }

    fn unless_interrupted(&self) -> Result<(), Failure> {
        match self.boucle.interrupted.load(Ordering::Relaxed) {
            true => Err(Failure::new("demo_interrupted")),
            false => Ok(()),
        }
    }

    fn spawn(&self, member: &str, line: &str, words: &str) -> Result<Process, Failure> {
        self.unless_interrupted()?;
        let mut command = Command::new(&self.boucle.program);
        for name in SETTINGS {
            command.env_remove(name);
        }
        command.env("BOUCLE_PASSPHRASE", passphrase(member)).current_dir(&self.boucle.folder);
        command.arg("--home").arg(&self.home).args(["--json", "--lang", &self.boucle.lang, "--member", member]);
        command.args(line.split_whitespace());
        Process::start(&mut command, words).map_err(|e| Failure::io(IoOperation::Read, &self.boucle.program, &e))
    }

    /// Runs the node until [`stop`](Self::stop).
    pub(super) fn run(&mut self) -> Result<(), Failure> {
        let process = self.spawn(self.member, RUN, "")?;
        let until = Instant::now() + READY_MAX;
        let line = loop {
            match process.out.recv_timeout(LOOK_EVERY) {
                Err(mpsc::RecvTimeoutError::Timeout) if Instant::now() < until => self.unless_interrupted()?,
                said => break said.unwrap_or_default(),
            }
        };
        let ready: Value = serde_json::from_str(&line).unwrap_or_default();
        let (true, Some(address)) = (ready["ready"] == true, ready["listening"][0].as_str()) else {
            self.unless_interrupted()?;
            return Err(Refusal::of(process, "not_ready").failure(RUN));
        };
        if let Ok(socket) = std::fs::read_to_string(self.home.join("node.sock.path")) {
            self.sockets.push(PathBuf::from(socket.trim()));
        }
        self.running = Some((process, address.to_owned()));
        Ok(())
    }

    /// Ends the node as `systemctl stop` would: asked first, and in time.
    pub(super) fn stop(&mut self) -> Result<(), Failure> {
        let Some((mut process, _)) = self.running.take() else { return Ok(()) };
        match process.stop() {
            Some(status) if status.success() => self.ended += 1,
            _ => return Err(Refusal::of(process, "still_running").failure(RUN)),
        }
        Ok(())
    }

    /// Reconciles with another machine: what the `sync` command says of it.
    pub(super) fn sync_with(&self, other: &Self) -> Result<Value, Failure> {
        let (_, address) = other.running.as_ref().ok_or_else(|| unmet(format!("{} does not run", other.member)))?;
        let reply = self.ask(&format!("sync {address}"))?;
        match reply["peers"].as_array().map(Vec::as_slice) {
            Some([peer]) if peer["equal"] == true => Ok(peer.clone()),
            _ => Err(unmet(format!("{} and {} are not equal after a sync", self.member, other.member))),
        }
    }
}

/// What is wrong with a command that did not end in time.
const TOO_SLOW: &str = "too_slow";

/// Why a command did not do it.
struct Refusal {
    /// The code of its error, or how it ended.
    code: String,
    message: String,
}

impl Refusal {
    /// What a process says of why. `otherwise`: what is wrong with one that ended well.
    fn of(mut process: Process, otherwise: &str) -> Self {
        let status = process.stop();
        let err: String = process.err.iter().collect();
        let told: Value = serde_json::from_str(&err).unwrap_or_default();
        let error = &told["error"];
        if let (Some(code), Some(message)) = (error["code"].as_str(), error["message"].as_str()) {
            return Self { code: code.to_owned(), message: message.to_owned() };
        }
        let code = match status {
            Some(status) if !status.success() && otherwise != TOO_SLOW => status.to_string(),
            _ => otherwise.to_owned(),
        };
        Self { code, message: err.chars().take(200).collect() }
    }

    /// The failure of the story. The verb alone is named: what follows it may be anything.
    fn failure(self, line: &str) -> Failure {
        let verb: Vec<&str> = line.split_whitespace().take(2).take_while(|word| !word.starts_with('-')).collect();
        unmet(format!("boucle {}: {}: {}", verb.join(" "), self.code, self.message))
    }
}

/// A process and the lines it says. When it is dropped it is asked to stop, and ended if it does not.
struct Process {
    child: Child,
    out: mpsc::Receiver<String>,
    err: mpsc::Receiver<String>,
}

impl Process {
    fn start(command: &mut Command, words: &str) -> std::io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (out, err) = (lines(child.stdout.take()), lines(child.stderr.take()));
        if let Some(mut stdin) = child.stdin.take() {
            // A command that refuses before it reads says why by itself.
            let _ = stdin.write_all(words.as_bytes());
        }
        Ok(Self { child, out, err })
    }

    /// How it ended; `None` when it did not in time, or before somebody interrupted.
    fn end(&mut self, at_most: Duration, interrupted: &AtomicBool) -> Option<ExitStatus> {
        let until = Instant::now() + at_most;
        let waits = || Instant::now() < until && !interrupted.load(Ordering::Relaxed);
        loop {
            match self.child.try_wait() {
                Ok(None) if waits() => std::thread::sleep(LOOK_EVERY),
                ended => return ended.ok().flatten(),
            }
        }
    }

    /// Asks it to stop. A process that has been waited for is not asked: its id may be another's by now.
    fn stop(&mut self) -> Option<ExitStatus> {
        let pid = rustix::process::Pid::from_raw(self.child.id().cast_signed());
        if let (Ok(None), Some(pid)) = (self.child.try_wait(), pid) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let ended = self.end(STOP_MAX, &AtomicBool::new(false));
        if ended.is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        ended
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The lines of a stream, read on a thread of its own so that no pipe fills up.
fn lines(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let Some(stream) = stream else { return };
        let lines = BufReader::new(stream.take(OUTPUT_BYTES_MAX)).lines();
        // What was read before an error is still worth showing.
        let _ = lines.map_while(Result::ok).try_for_each(|line| send.send(line + "\n"));
    });
    receive
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(program: &str) -> Machine {
        let (folder, interrupted) = (std::env::temp_dir(), Arc::new(AtomicBool::new(false)));
        let boucle = Boucle { program: program.into(), folder, lang: "fr".into(), interrupted };
        Machine::new(&boucle, "nowhere", "Rose")
    }

    fn why(failure: Failure) -> String {
        assert_eq!(failure.code, "demo_stopped");
        failure.args[0].1.clone()
    }

    #[test]
    fn a_command_that_says_no_json_has_failed() {
        let failure = machine("/bin/echo").ask("status").expect_err("echo prints its arguments");
        assert_eq!(why(failure), "boucle status: not_json: ");
    }

    #[test]
    fn a_node_that_never_serves_is_told_by_how_it_ended() {
        let mut machine = machine("/bin/false");
        let failure = machine.run().expect_err("it ends at once");
        assert_eq!(why(failure), "boucle run: exit status: 1: ");
        assert!(machine.stop().is_ok() && machine.ended == 0);
    }

    #[test]
    fn an_error_in_json_is_named_by_its_code_and_never_with_its_arguments() {
        let said = r#"echo '{"error":{"code":"locked","message":"no passphrase for Rose"}}' >&2; exit 4"#;
        let refusal = || {
            let mut process = Process::start(Command::new("/bin/sh").args(["-c", said]), "").expect("a shell is here");
            assert!(process.end(COMMAND_MAX, &AtomicBool::new(false)).is_some());
            Refusal::of(process, "-")
        };
        assert_eq!(why(refusal().failure("case note REF -")), "boucle case note: locked: no passphrase for Rose");
        assert_eq!(why(refusal().failure("sync --x")), "boucle sync: locked: no passphrase for Rose");
    }

    #[test]
    fn a_command_that_does_not_end_in_time_was_too_slow() {
        let process = Process::start(Command::new("/bin/sleep").arg("60"), "").expect("sleep is here");
        assert_eq!(why(Refusal::of(process, TOO_SLOW).failure("status")), "boucle status: too_slow: ");
    }

    #[test]
    fn somebody_who_interrupts_does_not_wait_for_a_command() {
        let mut process = Process::start(Command::new("/bin/sleep").arg("60"), "").expect("sleep is here");
        assert!(process.end(COMMAND_MAX, &AtomicBool::new(true)).is_none());
        assert!(process.stop().is_some(), "asked to stop, it stops");
    }

    #[test]
    fn nothing_is_started_once_told_to_stop() {
        let mut machine = machine("/bin/echo");
        machine.boucle.interrupted.store(true, Ordering::Relaxed);
        assert_eq!(machine.ask("status").expect_err("interrupted").code, "demo_interrupted");
        assert_eq!(machine.run().expect_err("interrupted").code, "demo_interrupted");
    }
}

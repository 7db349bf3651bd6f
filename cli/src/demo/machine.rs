//! One machine of the story: a home, the commands typed at it, and the node that runs there.
//!
//! Everything goes through the program itself, as a user would type it: a process a command, `--json` on standard
//! output. Passphrases go by the environment of that one process, people's words by its standard input. Every wait has
//! an end, and a machine that is dropped leaves no process.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use node::error::{Failure, IoOperation};
use serde_json::Value;

use super::claim::Broken;

/// A command that takes longer has failed.
const COMMAND_MAX: Duration = Duration::from_secs(60);
/// A node that does not serve by then has failed.
const READY_MAX: Duration = Duration::from_secs(30);
/// A node that has not stopped by then is ended.
const STOP_MAX: Duration = Duration::from_secs(5);
/// Between two looks at a process.
const LOOK_EVERY: Duration = Duration::from_millis(4);
/// Bytes read from one stream of a command.
const OUTPUT_BYTES_MAX: u64 = 16 << 20;
/// The user's own settings, which are not the story's.
const SETTINGS: [&str; 5] = ["BOUCLE_HOME", "BOUCLE_MEMBER", "BOUCLE_LANG", "BOUCLE_LOG", "BOUCLE_PASSPHRASE"];

/// The program, and whether it was told to stop.
#[derive(Clone)]
pub(super) struct Boucle {
    pub(super) program: PathBuf,
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
    running: Option<Running>,
    /// Sockets that nodes here have answered on.
    sockets: Vec<PathBuf>,
    /// Nodes that were started, and those that ended in order.
    pub(super) started: usize,
    pub(super) ended: usize,
}

impl Machine {
    pub(super) fn new(boucle: &Boucle, home: PathBuf, member: &'static str) -> Self {
        let (running, sockets) = (None, Vec::new());
        Self { boucle: boucle.clone(), home, member, running, sockets, started: 0, ended: 0 }
    }

    /// The home's folder name.
    pub(super) fn name(&self) -> String {
        self.home.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// One command by the one who sits here.
    pub(super) fn ask(&self, args: &[&str]) -> Result<Value, Broken> {
        self.ask_as(self.member, args)
    }

    /// One command by a member.
    pub(super) fn ask_as(&self, member: &str, args: &[&str]) -> Result<Value, Broken> {
        self.command(member, args, None)
    }

    /// One command whose words come by standard input.
    pub(super) fn ask_with(&self, args: &[&str], words: &str) -> Result<Value, Broken> {
        self.command(self.member, args, Some(words))
    }

    fn boucle(&self, member: &str, args: &[&str]) -> Command {
        let mut command = Command::new(&self.boucle.program);
        for name in SETTINGS {
            command.env_remove(name);
        }
        command.env("BOUCLE_PASSPHRASE", passphrase(member));
        command.arg("--home").arg(&self.home).args(["--json", "--lang", &self.boucle.lang, "--member", member]);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn command(&self, member: &str, args: &[&str], words: Option<&str>) -> Result<Value, Broken> {
        if self.boucle.interrupted.load(Ordering::Relaxed) {
            return Err(Broken::Interrupted);
        }
        let mut command = self.boucle(member, args);
        if words.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut child = Ended(command.spawn().map_err(|error| self.not_started(&error))?);
        let (out, err) = (collect(child.0.stdout.take()), collect(child.0.stderr.take()));
        if let (Some(mut stdin), Some(words)) = (child.0.stdin.take(), words) {
            // A command that refuses before it reads says why by itself.
            let _ = stdin.write_all(words.as_bytes());
        }
        let ended = self.wait(&mut child.0, COMMAND_MAX)?;
        drop(child);
        let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
        match ended {
            Some(status) if status.success() => serde_json::from_slice(&out)
                .map_err(|_| failed(args, "not_json", "standard output is no JSON document".to_owned())),
            _ if self.boucle.interrupted.load(Ordering::Relaxed) => Err(Broken::Interrupted),
            ended => Err(refused(args, ended, &out, &err)),
        }
    }

    /// Until the process ends; `None` when it did not in time.
    fn wait(&self, child: &mut Child, at_most: Duration) -> Result<Option<ExitStatus>, Broken> {
        let until = Instant::now() + at_most;
        loop {
            match child.try_wait().map_err(|error| self.not_started(&error))? {
                Some(status) => return Ok(Some(status)),
                None if self.boucle.interrupted.load(Ordering::Relaxed) => return Err(Broken::Interrupted),
                None if Instant::now() >= until => return Ok(None),
                None => std::thread::sleep(LOOK_EVERY),
            }
        }
    }

    fn not_started(&self, error: &std::io::Error) -> Broken {
        Failure::io(IoOperation::Read, &self.boucle.program, error).into()
    }

    /// Runs the node on loopback, on a port of the system's choice.
    pub(super) fn run(&mut self) -> Result<(), Broken> {
        let args = ["run", "--listen", "/ip4/127.0.0.1/tcp/0", "--no-mdns"];
        let mut child = Ended(self.boucle(self.member, &args).spawn().map_err(|error| self.not_started(&error))?);
        self.started += 1;
        let err = collect(child.0.stderr.take());
        let first = first_line(child.0.stdout.take());
        let until = Instant::now() + READY_MAX;
        let line = loop {
            match first.recv_timeout(LOOK_EVERY) {
                Ok(line) => break line,
                Err(mpsc::RecvTimeoutError::Disconnected) => break String::new(),
                Err(_) if self.boucle.interrupted.load(Ordering::Relaxed) => return Err(Broken::Interrupted),
                Err(_) if Instant::now() >= until => break String::new(),
                Err(_) => {}
            }
        };
        let ready: Value = serde_json::from_str(&line).unwrap_or_default();
        let (true, Some(address)) = (ready["ready"] == true, ready["listening"][0].as_str()) else {
            let ended = child.0.try_wait().ok().flatten();
            drop(child);
            return Err(refused(&args, ended, line.as_bytes(), &err.join().unwrap_or_default()));
        };
        if let Ok(socket) = std::fs::read_to_string(self.home.join("node.sock.path")) {
            self.sockets.push(PathBuf::from(socket.trim()));
        }
        self.running = Some(Running { child, address: address.to_owned() });
        Ok(())
    }

    /// Where the node listens, while it runs.
    pub(super) fn address(&self) -> Result<&str, Broken> {
        let running = self.running.as_ref().ok_or_else(|| Broken::Unmet(format!("{} does not run", self.name())))?;
        Ok(&running.address)
    }

    /// Ends the node as `systemctl stop` would: asked first, and in time.
    pub(super) fn stop(&mut self) -> Result<(), Broken> {
        let Some(mut running) = self.running.take() else { return Ok(()) };
        running.child.terminate();
        let until = Instant::now() + STOP_MAX;
        loop {
            match running.child.0.try_wait().map_err(|error| self.not_started(&error))? {
                Some(status) if status.success() => break,
                Some(status) => return Err(failed(&["run"], "ended", status.to_string())),
                None if Instant::now() >= until => return Err(failed(&["run"], "still_running", self.name())),
                None => std::thread::sleep(LOOK_EVERY),
            }
        }
        self.ended += 1;
        Ok(())
    }

    /// Reconciles with another machine: what the `sync` command says of it.
    pub(super) fn sync_with(&self, other: &Self) -> Result<Value, Broken> {
        let reply = self.ask(&["sync", other.address()?])?;
        match reply["peers"].as_array().map(Vec::as_slice) {
            Some([peer]) if peer["equal"] == true => Ok(peer.clone()),
            peers => {
                Err(Broken::Unmet(format!("sync {}: {} peers, not equal", self.name(), peers.map_or(0, <[_]>::len))))
            }
        }
    }

    /// A socket of a node of this machine that still stands on the disk.
    pub(super) fn socket_left(&self) -> Option<&Path> {
        self.sockets.iter().map(PathBuf::as_path).find(|socket| socket.exists())
    }
}

/// A node at work.
struct Running {
    child: Ended,
    address: String,
}

impl Drop for Running {
    /// On every way out the node is asked first.
    fn drop(&mut self) {
        self.child.terminate();
        let until = Instant::now() + STOP_MAX;
        while Instant::now() < until && matches!(self.child.0.try_wait(), Ok(None)) {
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// A process that does not outlive this value.
struct Ended(Child);

impl Ended {
    /// Asks it to stop. A process that has been waited for is not asked: its id may be another's by now.
    fn terminate(&mut self) {
        if let (Ok(None), Some(pid)) = (self.0.try_wait(), rustix::process::Pid::from_raw(self.0.id().cast_signed())) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// Everything a stream says, read on a thread of its own so that no pipe fills up.
fn collect(stream: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            // What was read before an error is still worth showing.
            let _ = stream.take(OUTPUT_BYTES_MAX).read_to_end(&mut bytes);
        }
        bytes
    })
}

/// The first line of a stream; the rest is read and dropped.
fn first_line(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let Some(stream) = stream else { return };
        let mut lines = BufReader::new(stream.take(OUTPUT_BYTES_MAX));
        let mut line = String::new();
        if lines.read_line(&mut line).is_ok() && !line.is_empty() {
            let _ = send.send(line);
        }
        drop(send);
        let _ = std::io::copy(&mut lines, &mut std::io::sink());
    });
    receive
}

fn failed(args: &[&str], code: &str, message: String) -> Broken {
    // The verb alone: what follows it may be anything.
    let verb: Vec<&str> = args.iter().take(2).take_while(|word| !word.starts_with('-')).copied().collect();
    Broken::Command { command: verb.join(" "), code: code.to_owned(), message }
}

/// What a command that did not do it says of why.
fn refused(args: &[&str], ended: Option<ExitStatus>, out: &[u8], err: &[u8]) -> Broken {
    let told: Value = serde_json::from_slice(err).unwrap_or_default();
    if let (Some(code), Some(message)) = (told["error"]["code"].as_str(), told["error"]["message"].as_str()) {
        return failed(args, code, message.to_owned());
    }
    let code = ended.map_or_else(|| "too_slow".to_owned(), |status| status.to_string());
    let said = if err.is_empty() { out } else { err };
    let said: String = String::from_utf8_lossy(said).chars().take(200).collect();
    failed(args, &code, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(program: &str) -> Machine {
        let interrupted = Arc::new(AtomicBool::new(false));
        let boucle = Boucle { program: program.into(), lang: "fr".into(), interrupted };
        Machine::new(&boucle, "/nowhere/region".into(), "Rose")
    }

    #[test]
    fn a_command_that_says_no_json_has_failed() {
        let broken = machine("/bin/echo").ask(&["status"]).expect_err("echo prints its arguments");
        assert!(matches!(&broken, Broken::Command { command, code, .. } if command == "status" && code == "not_json"));
    }

    #[test]
    fn a_node_that_never_serves_is_told_by_how_it_ended() {
        let mut machine = machine("/bin/false");
        assert!(matches!(machine.run(), Err(Broken::Command { command, .. }) if command == "run"));
        assert!(machine.address().is_err() && machine.stop().is_ok());
    }

    #[test]
    fn an_error_in_json_is_named_by_its_code_and_never_with_its_arguments() {
        let err = br#"{"error":{"code":"locked","message":"no passphrase for Rose"}}"#;
        let Broken::Command { command, code, .. } = refused(&["case", "note"], None, b"", err) else { panic!() };
        assert_eq!((command.as_str(), code.as_str()), ("case note", "locked"));
        let Broken::Command { command, .. } = refused(&["sync", "--x"], None, b"", err) else { panic!() };
        assert_eq!(command, "sync");
    }

    #[test]
    fn nothing_is_started_once_told_to_stop() {
        let machine = machine("/bin/echo");
        machine.boucle.interrupted.store(true, Ordering::Relaxed);
        assert!(matches!(machine.ask(&["status"]), Err(Broken::Interrupted)));
    }
}

//! The node in the background: `boucle unlock` starts it where none runs, as an agent for keys does, and `boucle lock` ends it
//! once nobody is let in any more.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use node::api::{Envelope, Request, SealOptions, client};
use node::error::{Code, Failure};
use node::texts::Texts;
use serde_json::Value;

use crate::session::{World, ask_unlocked};

/// Where the node in the background reads the passphrase: no other process sees it there.
const FROM_STDIN: &str = "/dev/stdin";

/// Whoever is to be let in is let in here first, where they can be asked; then a node of its own is started for them.
///
/// # Errors
///
/// What keeps them out; what keeps a node from starting.
pub(crate) fn start(
    home: &Path,
    envelope: &mut Envelope,
    texts: &Texts,
    world: &mut World<'_>,
) -> Result<bool, Failure> {
    if client::try_connect(home).is_some() {
        return Ok(false);
    }
    let service = world.backend.open(home)?;
    let request = Request::BeforeAsking { seal: SealOptions::default() };
    let mut ask = Envelope { request, ..envelope.clone() };
    ask_unlocked(&*service, &mut ask, &[], texts, world)?;
    (envelope.member, envelope.passphrase) = (ask.member, ask.passphrase);
    // a node that runs has let them in already
    if client::try_connect(home).is_some() {
        return Ok(false);
    }
    drop(service);
    world.backend.rest();
    world.backend.start_in_background(home, envelope)?;
    Ok(true)
}

/// Starts this program as the node of a home, and waits until it serves.
pub(crate) fn spawn(home: &Path, envelope: &Envelope) -> Result<(), Failure> {
    started(home, envelope, &["run".as_ref(), "--background".as_ref()]).map(drop)
}

/// Has the node make a key file, by starting it once with one.
///
/// # Errors
///
/// What keeps it from starting.
pub(crate) fn make_key_file(home: &Path, keyfile: &Path, envelope: &Envelope) -> Result<(), Failure> {
    let args: [&OsStr; 6] = [
        "run".as_ref(),
        "--no-mdns".as_ref(),
        "--unattended".as_ref(),
        "--keyfile".as_ref(),
        keyfile.as_os_str(),
        "--listen=/ip4/127.0.0.1/tcp/0".as_ref(),
    ];
    let mut child = started(home, envelope, &args)?;
    let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        // Gone already: then it says so by its status.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    child.wait().map(drop).map_err(|error| Failure::of_system(&error))
}

/// The program with these arguments, once it serves.
fn started(home: &Path, envelope: &Envelope, args: &[&OsStr]) -> Result<Child, Failure> {
    let of_system = |error: std::io::Error| Failure::of_system(&error);
    let mut command = Command::new(std::env::current_exe().map_err(of_system)?);
    command.arg("--home").arg(home).args(["--json", "--lang", &envelope.lang]);
    if let Some(member) = &envelope.member {
        command.args(["--member", member]);
    }
    command.args(["--passphrase-file", FROM_STDIN]).args(args).env_remove("BOUCLE_PASSPHRASE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Ctrl-C here is not meant for it
    let mut child = command.process_group(0).spawn().map_err(of_system)?;
    if let (Some(mut stdin), Some(passphrase)) = (child.stdin.take(), &envelope.passphrase) {
        // one that is gone already says why
        let _ = stdin.write_all(passphrase.expose().as_bytes());
    }
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line).map_err(of_system)?;
    }
    if serde_json::from_str::<Value>(&line).is_ok_and(|ready| ready["ready"] == true) {
        return Ok(child);
    }
    let mut told = String::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            told = line;
        }
    }
    let _ = child.wait();
    let code = serde_json::from_str::<Value>(&told).ok().and_then(|told| Code::find(told["error"]["code"].as_str()?));
    let failure = Failure::new(code.map_or("not_running", |code| code.code));
    Err(failure.arg("home", home.display()).arg("member", envelope.member.as_deref().unwrap_or_default()))
}

/// Once it serves, it writes to nobody any more: whoever started it is gone.
pub(crate) fn let_go() {
    let Ok(nowhere) = std::fs::File::options().write(true).open("/dev/null") else { return };
    let _ = rustix::stdio::dup2_stdout(&nowhere);
    let _ = rustix::stdio::dup2_stderr(&nowhere);
}

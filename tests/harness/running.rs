//! `boucle run` as a process.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

use serde_json::Value;

use crate::home::Invocation;
use crate::process::WAIT;

/// A node that serves. Dropping it stops it by SIGTERM and checks that it ends in good order: exit status 0, nothing on
/// standard error.
pub struct RunningNode {
    child: Child,
    killed: bool,
    ready: Value,
    /// Closed when the process closes standard output.
    lines: Receiver<String>,
    stderr: Receiver<String>,
}

impl RunningNode {
    /// Starts it and waits for the line that says it is ready.
    pub(crate) fn start(invocation: Invocation) -> Self {
        let mut command = invocation.into_command();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program under test can be started");
        let (send, lines) = channel();
        let stdout = child.stdout.take().expect("piped above");
        std::thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| send.send(line))
        });
        let (send, stderr) = channel();
        let mut pipe = child.stderr.take().expect("piped above");
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            send.send(String::from_utf8_lossy(&bytes).into_owned())
        });
        let Ok(line) = lines.recv_timeout(WAIT) else {
            let _ = child.kill();
            let said = stderr.recv_timeout(WAIT).unwrap_or_default();
            panic!("`run` never said that it is ready: {said}");
        };
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, killed: false, ready, lines, stderr }
    }

    /// The first line on standard output.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// The multiaddress it listens on.
    pub fn address(&self) -> String {
        let first = self.ready["listening"].get(0).and_then(Value::as_str);
        first.expect("a node that is ready listens").to_owned()
    }

    /// The same as `host:port`.
    pub fn host_port(&self) -> String {
        let address = self.address();
        let parts: Vec<&str> = address.split('/').collect();
        match parts.as_slice() {
            ["", "ip4", host, "tcp", port, ..] => format!("{host}:{port}"),
            _ => panic!("not an address on loopback: {address}"),
        }
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for it to end by itself, in good order.
    pub fn ended(mut self) {
        let ended = self.wait();
        self.killed = true;
        assert_eq!(ended, Ok(()), "it ends by itself");
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
        self.killed = true;
    }

    /// SIGTERM, and the end.
    fn stop(&mut self) -> Result<(), String> {
        let id = self.child.id().to_string();
        let told = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &id]).status();
        if !told.is_ok_and(|status| status.success()) {
            return Err("could not be told to stop".to_owned());
        }
        self.wait()
    }

    fn wait(&mut self) -> Result<(), String> {
        // the pipe is closed when the process ends; lines in between are of no interest
        loop {
            match self.lines.recv_timeout(WAIT) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => return Err("it goes on".to_owned()),
            }
        }
        let Ok(said) = self.stderr.recv_timeout(WAIT) else { return Err("it goes on".to_owned()) };
        match self.child.wait() {
            Ok(status) if status.success() && said.is_empty() => Ok(()),
            Ok(status) => Err(format!("{status}: {said}")),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for RunningNode {
    fn drop(&mut self) {
        if self.killed {
            return;
        }
        let stopped = self.stop();
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Err(error) = stopped {
            assert!(std::thread::panicking(), "`run` did not stop in good order: {error}");
        }
    }
}

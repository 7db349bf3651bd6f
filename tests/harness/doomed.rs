//! A process that hangs at a chosen write of its store, and is killed there.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use crate::process::WAIT;

/// What a doomed process does.
#[derive(Debug)]
pub enum Sign {
    /// A line on standard output.
    Line(String),
    /// It hangs at this operation of its store (`write 17`, `sync 18`): whatever transaction was open still is.
    Stalled(String),
    /// It came to its end before.
    Ended,
}

/// A process started with [`stalling`](crate::Invocation::stalling). Killed when dropped.
pub struct Doomed {
    child: Child,
    signs: Receiver<Sign>,
}

impl Doomed {
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program under test can be started");
        let (send, signs) = channel();
        let (stdout, stderr) = (child.stdout.take().expect("piped above"), child.stderr.take().expect("piped above"));
        let say = send.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some(at) = line.strip_prefix("stalled at ") {
                    // nobody listens any more: it was killed
                    let _ = say.send(Sign::Stalled(at.to_owned()));
                }
            }
        });
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = send.send(Sign::Line(line));
            }
            let _ = send.send(Sign::Ended);
        });
        Self { child, signs }
    }

    /// The next sign, however long it takes.
    pub fn next(&self) -> Sign {
        self.within(WAIT).expect("a process says something, hangs where it was told to, or ends")
    }

    /// The next sign, if it comes in time.
    pub fn within(&self, wait: Duration) -> Option<Sign> {
        match self.signs.recv_timeout(wait) {
            Ok(sign) => Some(sign),
            Err(RecvTimeoutError::Disconnected) => Some(Sign::Ended),
            Err(RecvTimeoutError::Timeout) => None,
        }
    }

    /// Runs on until it hangs or ends; gives where it hung, and the lines before.
    pub fn run(&self) -> (Option<String>, Vec<String>) {
        let mut lines = Vec::new();
        loop {
            match self.next() {
                Sign::Line(line) => lines.push(line),
                Sign::Stalled(at) => return (Some(at), lines),
                Sign::Ended => return (None, lines),
            }
        }
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! A person at a terminal: questions are waited for, answers typed or pasted.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::process::{Output, WAIT};

/// A process whose three streams are one terminal, as `script` of util-linux makes it. Killed when dropped before it
/// ended.
pub struct AtTerminal {
    line: String,
    child: Child,
    keys: Option<ChildStdin>,
    screen: Receiver<Vec<u8>>,
    /// All that was shown.
    shown: Vec<u8>,
    /// Where the last answer was typed.
    read: usize,
}

impl AtTerminal {
    pub(crate) fn start(command: &Command, term: &str, before: &str, after: &str) -> Self {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let quoted: Vec<String> =
            words.map(|word| format!("'{}'", word.to_string_lossy().replace('\'', "'\\''"))).collect();
        let line = quoted.join(" ");
        let whole = format!("{before}{line}{after}");
        let mut script = Command::new("script");
        script.args(["-qefc", &whole, "/dev/null"]).env_clear().env("NO_COLOR", "1");
        script.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        script.envs(Some(term).filter(|term| !term.is_empty()).map(|term| ("TERM", term)));
        script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = script.spawn().expect("`script` of util-linux is here");
        let keys = child.stdin.take();
        let mut pipe = child.stdout.take().expect("piped above");
        let (send, screen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = pipe.read(&mut bytes) {
                if send.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { line, child, keys, screen, shown: Vec::new(), read: 0 }
    }

    /// Waits until this is asked, then types the answer.
    #[must_use]
    pub fn answer(self, question: &str, answer: &str) -> Self {
        self.keys(question, format!("{answer}\n").as_bytes())
    }

    /// Waits until this is asked, then types words of several lines and the empty line that ends them.
    #[must_use]
    pub fn text(self, question: &str, words: &str) -> Self {
        self.keys(question, format!("{words}\n\n").as_bytes())
    }

    /// Waits until this is asked, then pastes as terminals with marks do, and goes on with these keys.
    #[must_use]
    pub fn paste(self, question: &str, pasted: &str, keys: &str) -> Self {
        self.keys(question, format!("\x1b[200~{pasted}\x1b[201~{keys}").as_bytes())
    }

    /// Waits until this is shown, then sends the bytes as they are. Empty: waits for nothing.
    #[must_use]
    pub fn keys(mut self, shown: &str, bytes: &[u8]) -> Self {
        self = self.wait_for(shown);
        self.read = self.shown.len();
        let keys = self.keys.as_mut().expect("open until the end");
        keys.write_all(bytes).and_then(|()| keys.flush()).expect("the terminal takes what is typed");
        self
    }

    /// Waits until this is shown.
    #[must_use]
    pub fn wait_for(mut self, shown: &str) -> Self {
        while !String::from_utf8_lossy(&self.shown[self.read..]).contains(shown) {
            match self.screen.recv_timeout(WAIT) {
                Ok(bytes) => self.shown.extend(bytes),
                Err(_) => panic!("never asked “{shown}”: {}\n{}", self.line, String::from_utf8_lossy(&self.shown)),
            }
        }
        self
    }

    /// The process at work on the terminal.
    pub fn id(&self) -> u32 {
        let children = |id: u32| std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let mut id = self.child.id();
        while let Some(child) = children(id).split_whitespace().next().and_then(|child| child.parse().ok()) {
            id = child;
        }
        id
    }

    /// Waits for the end. What was shown, with what was typed in between, stands as standard output.
    pub fn end(mut self) -> Output {
        loop {
            match self.screen.recv_timeout(WAIT) {
                Ok(bytes) => self.shown.extend(bytes),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(_) => panic!("still at work: {}\n{}", self.line, String::from_utf8_lossy(&self.shown)),
            }
        }
        self.keys = None;
        let status = self.child.wait().expect("a child can be waited for");
        let stdout = String::from_utf8_lossy(&self.shown).replace('\r', "");
        Output { line: self.line.clone(), status, stdout, stderr: String::new() }
    }
}

impl Drop for AtTerminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

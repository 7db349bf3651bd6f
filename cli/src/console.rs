//! The person at the terminal, if there is one.

mod editor;
mod keys;
pub(crate) mod tty;

use std::io::{self, IsTerminal, Read};

use editor::{Editor, Shape};
use node::api::Secret;

/// Whoever answers questions: the terminal, or a script in tests.
pub(crate) trait Console {
    /// True when questions can be asked: standard input and standard error are both a terminal.
    fn is_terminal(&self) -> bool;

    /// Asks on standard error and reads one line, without its end: what was pasted in several stands side by side. `None`
    /// at the end of input, `Interrupted` after Ctrl-C.
    fn ask(&mut self, question: &str) -> io::Result<Option<String>>;

    /// Asks for words that may have several lines, ended by an empty one. Letters and blanks are as they were typed or
    /// pasted; control codes are not taken. `None` at the end of input, `Interrupted` after Ctrl-C.
    fn ask_text(&mut self, question: &str) -> io::Result<Option<String>>;

    /// Throws away what was typed before the next question is shown: an answer nobody was asked for is none.
    fn discard_typed_ahead(&mut self);

    /// Asks for a passphrase, which is not shown.
    fn ask_secret(&mut self, question: &str) -> io::Result<Secret>;

    /// Says something that wants no answer.
    fn say(&mut self, _: &str) {}

    /// No question comes any more, and the work goes on: the terminal is the person's again.
    fn let_go(&mut self) {}

    /// Reads standard input to its end, at most `bytes_max`; fails when there is more or it is not UTF-8.
    fn read_all(&mut self, bytes_max: u64) -> io::Result<String>;
}

/// The process's own terminal.
#[derive(Default)]
pub(crate) struct Terminal {
    editor: Editor,
    /// A passphrase was typed since the last question: whatever was typed while it was tried is no answer.
    tried: bool,
}

impl Terminal {
    fn question(&mut self, question: &str, shape: Shape) -> io::Result<Option<String>> {
        if std::mem::take(&mut self.tried) {
            self.editor.discard();
        }
        self.editor.answer(question, shape)
    }
}

impl Console for Terminal {
    fn is_terminal(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        self.question(question, Shape::Line)
    }

    fn ask_text(&mut self, question: &str) -> io::Result<Option<String>> {
        self.question(question, Shape::Lines)
    }

    fn discard_typed_ahead(&mut self) {
        self.editor.discard();
    }

    fn ask_secret(&mut self, question: &str) -> io::Result<Secret> {
        self.tried = true;
        self.editor.secret(question).map(Secret::new)
    }

    fn read_all(&mut self, bytes_max: u64) -> io::Result<String> {
        if io::stdin().is_terminal() {
            // a terminal cuts lines of its own: key by key it does not
            return self.editor.whole().and_then(|text| read_bounded(text.as_bytes(), bytes_max));
        }
        read_bounded(io::stdin().lock(), bytes_max)
    }

    fn say(&mut self, text: &str) {
        tty::show(&format!("{text}\n"));
    }

    fn let_go(&mut self) {
        tty::let_go();
    }
}

/// Text of at most `bytes_max` bytes.
///
/// # Errors
///
/// `FileTooLarge` when there is more, `InvalidData` when it is not UTF-8.
pub(crate) fn read_bounded(from: impl Read, bytes_max: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
pub(crate) mod script {
    use super::*;

    /// Answers from a list; records what was asked.
    #[derive(Default)]
    pub(crate) struct Script {
        pub(crate) terminal: bool,
        pub(crate) answers: std::collections::VecDeque<String>,
        pub(crate) stdin: String,
        /// The first that is typed or piped in is not UTF-8.
        pub(crate) latin1: bool,
        pub(crate) asked: Vec<String>,
    }

    impl Script {
        pub(crate) fn with(answers: &[&str]) -> Self {
            Self { terminal: true, answers: answers.iter().map(|a| (*a).to_owned()).collect(), ..Self::default() }
        }
    }

    impl Console for Script {
        fn is_terminal(&self) -> bool {
            self.terminal
        }

        fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
            self.asked.push(question.to_owned());
            if std::mem::take(&mut self.latin1) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            Ok(self.answers.pop_front())
        }

        fn ask_text(&mut self, question: &str) -> io::Result<Option<String>> {
            self.ask(question)
        }

        fn discard_typed_ahead(&mut self) {}

        fn ask_secret(&mut self, question: &str) -> io::Result<Secret> {
            Ok(Secret::new(self.ask(question)?.unwrap_or_default()))
        }

        fn read_all(&mut self, bytes_max: u64) -> io::Result<String> {
            if self.latin1 {
                return Err(io::ErrorKind::InvalidData.into());
            }
            read_bounded(self.stdin.as_bytes(), bytes_max)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_bounded_to_the_byte() {
        assert_eq!(read_bounded(&b"1234"[..], 4).expect("fits"), "1234");
        assert_eq!(read_bounded(&b"12345"[..], 4).expect_err("one too many").kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(
            read_bounded("12é45".as_bytes(), 3).expect_err("cut in a letter").kind(),
            io::ErrorKind::FileTooLarge
        );
        assert_eq!(read_bounded(&b"\xff"[..], 4).expect_err("Latin-1").kind(), io::ErrorKind::InvalidData);
    }
}

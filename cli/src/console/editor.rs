//! One answer at a terminal: keys become words, arrows edit them.
//!
//! What comes first in one go, typed ahead or pasted, is read here and belongs to the question, its line ends included. The
//! line editor takes over where somebody goes on typing. A terminal that cannot move its cursor has no line editor.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Behavior, ColorMode, Config, Helper};

use super::keys::{self, Key, Parser};
use super::tty;

/// Bytes of one answer, at most; the node's own bounds are tighter.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// What comes in one go comes within this time.
const ONE_GO: Duration = Duration::from_millis(25);
/// A paste whose end does not come for so long has none.
const PASTE_ENDS_WITHIN: Duration = Duration::from_secs(2);
/// Terminals that cannot move their cursor.
const PLAIN: &[&str] = &["", "dumb", "cons25", "emacs", "unknown"];

/// What kind of answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Line,
    /// Ended by an empty line.
    Lines,
}

/// Reads answers; keeps what was typed ahead of the next question.
#[derive(Default)]
pub(super) struct Editor {
    parser: Parser,
    ahead: VecDeque<Key>,
}

impl Editor {
    /// Throws away what was typed ahead.
    pub(super) fn discard(&mut self) {
        tty::discard();
        self.parser = Parser::default();
        self.ahead.clear();
    }

    /// Shows the question and reads the answer. `None` at the end of input.
    ///
    /// # Errors
    ///
    /// `Interrupted` after Ctrl-C, `InvalidData` for what is not UTF-8, `FileTooLarge`; what the terminal fails with.
    pub(super) fn answer(&mut self, question: &str, shape: Shape) -> io::Result<Option<String>> {
        let plain = is_plain();
        let _asking = tty::asking(!plain);
        let prompt = ask(question, shape, tty::columns());
        let answer = match self.first(shape, plain)? {
            First::Whole(answer) => answer,
            First::Begun(text) => {
                tty::show("\r\x1b[K");
                let text = edited(&prompt, &text, shape)?;
                if shape == Shape::Lines {
                    // what a terminal without marks pasted after the empty line answers no other question
                    self.discard();
                }
                Some(text)
            }
        };
        let clean = match shape {
            Shape::Line => keys::one_line,
            Shape::Lines => keys::several_lines,
        };
        Ok(answer.map(|text| clean(&text)))
    }

    /// Shows the question and reads a line that is not shown.
    ///
    /// # Errors
    ///
    /// As [`answer`](Self::answer).
    pub(super) fn secret(&mut self, question: &str) -> io::Result<String> {
        let _asking = tty::asking(!is_plain());
        ask(question, Shape::Line, tty::columns());
        let mut secret = String::new();
        loop {
            match self.next()? {
                Key::Char(c) => secret.push(c),
                Key::Paste(text) => secret.push_str(text.trim_end_matches('\n')),
                Key::Backspace => drop(secret.pop()),
                Key::Clear => secret.clear(),
                Key::Interrupt => return Err(self.interrupted()),
                Key::Enter => break,
                Key::End if secret.is_empty() => break,
                Key::End => {}
            }
        }
        tty::show("\r\n");
        Ok(secret)
    }

    /// All that is typed until Ctrl-D.
    ///
    /// # Errors
    ///
    /// As [`answer`](Self::answer).
    pub(super) fn whole(&mut self) -> io::Result<String> {
        let _asking = tty::asking(!is_plain());
        let mut text = String::new();
        loop {
            let shown = match self.next()? {
                Key::End => break,
                Key::Interrupt => return Err(self.interrupted()),
                Key::Enter => "\n".to_owned(),
                Key::Char(c) => c.to_string(),
                Key::Paste(pasted) => pasted,
                key => {
                    erase(&mut text, &key, true);
                    continue;
                }
            };
            tty::show(&shown);
            text += &shown;
            bounded(&text)?;
        }
        tty::show("\n");
        Ok(keys::clean(&text))
    }

    /// What is typed or pasted first; on a plain terminal that is all there is.
    fn first(&mut self, shape: Shape, plain: bool) -> io::Result<First> {
        let mut text = String::new();
        loop {
            if self.ahead.is_empty() && !text.is_empty() && !plain {
                return Ok(First::Begun(text));
            }
            match self.next()? {
                Key::Char(c) => {
                    text.push(c);
                    if plain {
                        tty::show(c.encode_utf8(&mut [0; 4]));
                    }
                }
                Key::Paste(pasted) => {
                    if plain {
                        tty::show(&pasted);
                    }
                    text += &pasted;
                }
                // an empty line inside what comes in one go is one of its lines
                Key::Enter if shape == Shape::Lines && !text.is_empty() && !self.ends(&text)? => {
                    text.push('\n');
                    if plain {
                        tty::show("\n");
                    }
                }
                Key::Enter => return Ok(First::whole(Some(text), plain)),
                Key::End if text.is_empty() => return Ok(First::whole(None, plain)),
                Key::End if shape == Shape::Lines => return Ok(First::whole(Some(text), plain)),
                Key::End => {}
                Key::Interrupt => return Err(self.interrupted()),
                key => erase(&mut text, &key, plain),
            }
            bounded(&text).inspect_err(|_| self.discard())?;
        }
    }

    /// True where Enter ends a text: on an empty line, with nothing behind it.
    fn ends(&mut self, text: &str) -> io::Result<bool> {
        if !keys::at_empty_line(text) {
            return Ok(false);
        }
        if self.ahead.is_empty() && tty::is_waiting(Duration::ZERO) {
            self.fill()?;
        }
        Ok(self.ahead.is_empty())
    }

    fn next(&mut self) -> io::Result<Key> {
        loop {
            if let Some(key) = self.ahead.pop_front() {
                return Ok(key);
            }
            self.fill()?;
        }
    }

    /// Waits for keys, and takes all that come in one go.
    fn fill(&mut self) -> io::Result<()> {
        let mut bytes = [0; 4096];
        let mut wait = Duration::ZERO;
        loop {
            let ended = wait > Duration::ZERO && !tty::is_waiting(wait);
            if !ended {
                let n = tty::read(&mut bytes)?;
                if n == 0 {
                    self.ahead.push_back(Key::End);
                    return Ok(());
                }
                self.parser.feed(&bytes[..n]);
                // keys and passphrases are what was typed
                bytes.fill(0);
            }
            loop {
                match self.parser.next(ended) {
                    Ok(Some(key)) => self.ahead.push_back(key),
                    Ok(None) => break,
                    Err(keys::NotUtf8) => {
                        self.discard();
                        return Err(io::ErrorKind::InvalidData.into());
                    }
                }
            }
            if self.parser.held() > ANSWER_BYTES_MAX || self.ahead.len() > ANSWER_BYTES_MAX {
                self.discard();
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            if ended {
                return Ok(());
            }
            wait = if self.parser.is_pasting() { PASTE_ENDS_WITHIN } else { ONE_GO };
        }
    }

    fn interrupted(&mut self) -> io::Error {
        self.discard();
        tty::show("\r\n");
        io::ErrorKind::Interrupted.into()
    }
}

/// What came first.
enum First {
    /// The answer.
    Whole(Option<String>),
    /// Its beginning: somebody goes on typing.
    Begun(String),
}

impl First {
    fn whole(answer: Option<String>, shown: bool) -> Self {
        if !shown && let Some(text) = &answer {
            tty::show(&keys::clean(text));
        }
        tty::show("\n");
        Self::Whole(answer)
    }
}

/// Backspace, or the line again.
fn erase(text: &mut String, key: &Key, shown: bool) {
    let line = text.rfind('\n').map_or(0, |at| at + 1);
    let end = match key {
        Key::Clear => line,
        Key::Backspace => text.char_indices().next_back().map_or(0, |(at, _)| at),
        _ => return,
    };
    // lines above stay on the screen as they were
    let gone = text[end.max(line).min(text.len())..].chars().count();
    text.truncate(end.max(line));
    if shown {
        tty::show(&"\u{8} \u{8}".repeat(gone));
    }
}

fn bounded(text: &str) -> io::Result<()> {
    if text.len() > ANSWER_BYTES_MAX { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(()) }
}

/// True where the line editor cannot work.
fn is_plain() -> bool {
    let term = std::env::var("TERM").unwrap_or_default().to_lowercase();
    PLAIN.contains(&term.as_str()) || !tty::governs()
}

/// Shows the question; what stands before the answer on its line.
fn ask(question: &str, shape: Shape, columns: usize) -> String {
    let mut lines: Vec<String> = question.lines().flat_map(|line| wrapped(line, columns)).collect();
    let last = match shape {
        Shape::Line => lines.pop().map(|last| last + " "),
        Shape::Lines => None,
    };
    let last = last.unwrap_or_default();
    let above: String = lines.iter().map(|line| format!("{line}\n")).collect();
    tty::show(&(above + &last));
    last
}

/// A line at most so many columns wide, cut between words.
fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let room = columns.saturating_sub(1).max(8);
    let (mut lines, mut rest) = (Vec::new(), line);
    while rest.chars().count() > room {
        let end = rest.char_indices().nth(room).map_or(rest.len(), |(at, _)| at);
        let cut = rest[..end].rfind(' ').filter(|at| !rest[..*at].trim().is_empty());
        let (head, tail) = rest.split_at(cut.unwrap_or(end));
        lines.push(head.to_owned());
        rest = tail.trim_start_matches(' ');
    }
    lines.push(rest.to_owned());
    lines
}

/// The line editor, with what was typed so far.
fn edited(prompt: &str, text: &str, shape: Shape) -> io::Result<String> {
    let config = Config::builder()
        .auto_add_history(false)
        .max_history_size(0)
        .map_err(failed)?
        .behavior(Behavior::PreferTerm)
        .bracketed_paste(true)
        // what shows no colours leaves control codes to the terminal: see `Words`
        .color_mode(ColorMode::Enabled)
        .bell_style(rustyline::config::BellStyle::None)
        .build();
    let history = MemHistory::with_config(&config);
    let mut editor = rustyline::Editor::with_history(config, history).map_err(failed)?;
    editor.set_helper(Some(Words(shape)));
    editor.readline_with_initial(prompt, (text, "")).or_else(|error| match error {
        // Ctrl-D on an answer made empty
        ReadlineError::Eof => Ok(String::new()),
        other => Err(failed(other)),
    })
}

fn failed(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Interrupted | ReadlineError::Signal(_) => io::ErrorKind::Interrupted.into(),
        ReadlineError::Io(error) => error,
        ReadlineError::Errno(error) => error.into(),
        other => io::Error::other(other),
    }
}

/// How words are edited: what Enter means, and that no control code reaches the terminal.
struct Words(Shape);

impl Validator for Words {
    fn validate(&self, ctx: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match self.0 {
            Shape::Lines if !keys::at_empty_line(ctx.input()) => ValidationResult::Incomplete,
            _ => ValidationResult::Valid(None),
        })
    }
}

impl Highlighter for Words {
    fn highlight<'l>(&self, line: &'l str, _pos: usize) -> std::borrow::Cow<'l, str> {
        match line.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
            true => keys::clean(line).into(),
            false => line.into(),
        }
    }
}

impl Completer for Words {
    type Candidate = String;
}

impl Hinter for Words {
    type Hint = String;
}

impl Helper for Words {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_wider_than_the_window_is_cut_between_words() {
        let question = "Quand et comment joindre sans risque (vide : non dit) :";
        let lines = wrapped(question, 20);
        assert!(lines.iter().all(|line| line.chars().count() < 20), "{lines:?}");
        assert_eq!(lines.join(" "), question);
        assert_eq!(wrapped("abc", 80), ["abc"]);
        assert_eq!(wrapped("", 80), [""]);
        assert_eq!(wrapped("anticonstitutionnel", 10).concat(), "anticonstitutionnel");
        assert_eq!(wrapped("    anticonstitutionnel", 10).concat(), "    anticonstitutionnel");
    }
}

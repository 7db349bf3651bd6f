//! Fills in what a command line left out: by asking on a terminal, or by listing what is missing.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;

use crdt_model::name;
use crdt_model::taxonomy::Taxonomy;
use crdt_model::values::Words;
use node::api::{SealOptions, Secret, check_code, known_zone};
use node::error::{Failure, IoOperation};
use node::texts::Texts;
use zeroize::Zeroizing;

use crate::choice::plain;
use crate::codes;
use crate::console::{Console, read_bounded};
use crate::error;

/// Bytes a text may have on its way in; the node's own bounds are tighter.
const TEXT_BYTES_MAX: u64 = 1024 * 1024;
/// Bytes of what a person said, as a case takes it: longer is told while it can still be said otherwise.
const TEXT_WORDS_MAX: usize = 64 * 1024;
/// The same for every other answer.
const WORDS_MAX: usize = crdt_model::case::facts::WORDS_BYTES_MAX;
/// Bytes of a whole record (`--from-json`).
pub(crate) const RECORD_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// What an option says that stands without its value: ask for it. No argument of a process can be this.
pub(crate) const ASK: &str = "\0";
/// Questions whose answer may have several lines: people's words, as long as they come.
const TEXTS: &[&str] = &[
    "ask-text",
    "ask-allegation",
    "ask-note",
    "ask-what",
    "ask-reason",
    "ask-answer",
    "ask-outcome-text",
    "ask-refer-text",
];
/// Bytes of a passphrase file.
const PASSPHRASE_BYTES_MAX: u64 = 4096;

/// Collects answers for one command. Without a terminal, everything missing is named at once by [`Asker::finish`].
pub(crate) struct Asker<'a> {
    pub(crate) console: &'a mut dyn Console,
    pub(crate) texts: &'a Texts,
    /// Unix milliseconds; what relative times count from.
    pub(crate) now_ms: i64,
    /// `--member`: the one who acts, or the one to be made by `init` and `join`.
    pub(crate) member: Option<String>,
    /// `--lang`, if it was given.
    pub(crate) lang: Option<String>,
    /// What a command line said of sealing: looked at before the first question.
    pub(crate) seal: SealOptions,
    /// What happens before the first question: see [`crate::door`].
    pub(crate) before: Option<&'a mut Before<'a>>,
    /// Nearly all that the command needs is asked for on a terminal.
    pub(crate) interview: bool,
    /// Texts of the questions asked, whatever the answer.
    pub(crate) asked: Vec<String>,
    /// `--accused` stood alone: who is complained about is asked once the rest is known.
    pub(crate) ask_accused: bool,
    missing: Vec<String>,
    stdin_read: bool,
}

/// Lets a person in, or says why not.
pub(crate) type Before<'a> = dyn FnMut(&SealOptions, &mut dyn Console) -> Result<(), Failure> + 'a;

impl<'a> Asker<'a> {
    pub(crate) fn new(console: &'a mut dyn Console, texts: &'a Texts, now_ms: i64) -> Self {
        Self {
            console,
            texts,
            now_ms,
            member: None,
            lang: None,
            seal: SealOptions::default(),
            before: None,
            interview: false,
            asked: Vec::new(),
            ask_accused: false,
            missing: Vec::new(),
            stdin_read: false,
        }
    }

    /// A code or a name that must be there: given, or asked for until something is typed. Empty when it is missing,
    /// which [`Asker::finish`] reports.
    pub(crate) fn required(&mut self, given: Option<String>, option: &str, question: &str) -> Result<String, Failure> {
        if let Some(value) = given.filter(|value| value != ASK && !value.trim().is_empty()) {
            return Ok(value);
        }
        if !self.console.is_terminal() {
            self.missing.push(option.to_owned());
            return Ok(String::new());
        }
        loop {
            match self.question(question)? {
                Some(answer) if answer.is_empty() => {}
                Some(answer) => return Ok(answer),
                None => return Err(Failure::new("usage_missing").arg("missing", option)),
            }
        }
    }

    /// As [`Asker::required`], where an answer at the terminal must be a code of this field: another is told, with those
    /// that may be meant, and asked for again.
    pub(crate) fn required_code(
        &mut self,
        given: Option<String>,
        option: &str,
        question: &str,
        field: &'static str,
    ) -> Result<String, Failure> {
        let meant = |texts: &Texts, answer: &str| code_meant(texts, field, answer);
        self.shown(given, option, question, "", &meant)
    }

    /// As [`Asker::required`], where the answers are the codes of a table: on a terminal they are shown by their labels, and a
    /// number, a label or a code is taken.
    pub(crate) fn one_of(
        &mut self,
        given: Option<String>,
        option: &str,
        question: &str,
        (field, table): (&'static str, &'static str),
    ) -> Result<String, Failure> {
        let codes = Taxonomy::shipped().codes_of(table).unwrap_or_default();
        let lines = numbered(codes.iter().map(|code| self.texts.called(table, code)));
        let meant = |texts: &Texts, answer: &str| match by_number(&codes, answer) {
            Some(code) => Ok(code.to_owned()),
            None => texts.meant(field, table, answer, false),
        };
        self.shown(given, option, question, &lines, &meant)
    }

    /// The same of a few words that no table holds.
    pub(crate) fn one_of_few(
        &mut self,
        given: Option<String>,
        option: &str,
        question: &str,
        (vocabulary, codes): (&str, &[&'static str]),
    ) -> Result<String, Failure> {
        let texts = self.texts;
        let called = |code: &'static str| texts.code(vocabulary, code);
        let lines = numbered(codes.iter().copied().map(called));
        let meant = |texts: &Texts, answer: &str| {
            let said = plain(answer);
            let is_meant = |code: &&&str| said == plain(code) || said == plain(&texts.code(vocabulary, code));
            let found = by_number(codes, &said).or_else(|| codes.iter().find(is_meant).copied());
            let near = codes.iter().copied().map(called).collect::<Vec<_>>().join(", ");
            let refused = || Failure::new("usage_bad_value").arg("option", option).arg("expected", near);
            found.map(str::to_owned).ok_or_else(refused)
        };
        match given.filter(|given| given != ASK && !given.trim().is_empty()) {
            Some(given) => meant(texts, &given),
            None => self.shown(None, option, question, &lines, &meant),
        }
    }

    /// Asks with the answers there are, until one of them is meant.
    fn shown(
        &mut self,
        given: Option<String>,
        option: &str,
        question: &str,
        answers: &str,
        meant: &dyn Fn(&Texts, &str) -> Result<String, Failure>,
    ) -> Result<String, Failure> {
        let unsaid = given.as_ref().is_none_or(|value| value == ASK || value.trim().is_empty());
        if !(unsaid && self.console.is_terminal()) {
            return self.required(given, option, question);
        }
        let question_line = in_question(self.texts, &self.texts.get(question));
        let mut refused = None;
        loop {
            let answer = self.ask(&told(self.texts, refused.as_ref(), &format!("{answers}{question_line}")))?;
            self.asked.push(question.to_owned());
            match answer.as_deref().map(str::trim) {
                Some("") => {}
                Some(answer) => match meant(self.texts, answer) {
                    Ok(code) => return Ok(code),
                    Err(failure) => refused = Some(failure),
                },
                None => return Err(Failure::new("usage_missing").arg("missing", option)),
            }
        }
    }

    /// In which zone an organisation counts days and weeks: on a terminal this machine's is proposed, and kept by Enter.
    pub(crate) fn zone(&mut self, own: String) -> Result<String, Failure> {
        if !self.console.is_terminal() {
            return Ok(own);
        }
        let mut refused = None;
        loop {
            match self.question_after("ask-zone-founding", &own, refused.as_ref())? {
                Some(answer) if !answer.is_empty() => match known_zone(&answer) {
                    Ok(zone) => return Ok(zone),
                    Err(failure) => refused = Some(failure),
                },
                _ => return Ok(own),
            }
        }
    }

    /// Words that must be there: like [`Asker::required`], and `-` reads standard input.
    pub(crate) fn required_words(
        &mut self,
        given: Option<String>,
        option: &str,
        question: &str,
    ) -> Result<Words, Failure> {
        match given {
            Some(dash) if dash == "-" => self.stdin(option),
            Some(value) if value != ASK && !value.trim().is_empty() => Ok(Words(value)),
            _ if !self.console.is_terminal() => {
                self.miss(option);
                Ok(Words::default())
            }
            _ => loop {
                match self.question_words(question)? {
                    Some(answer) if answer.trim().is_empty() => {}
                    Some(answer) => return Ok(Words(answer)),
                    None => return Err(Failure::new("usage_missing").arg("missing", option)),
                }
            },
        }
    }

    /// Words that may be there: given, `-` for standard input, asked for where the option stands alone, or absent.
    pub(crate) fn words(
        &mut self,
        given: Option<String>,
        option: &str,
        question: &str,
    ) -> Result<Option<Words>, Failure> {
        match given.as_deref() {
            Some("-") => self.stdin(option).map(Some),
            Some(ASK) if !self.console.is_terminal() => {
                self.miss(option);
                Ok(None)
            }
            Some(ASK) => Ok(self.question_words(question)?.filter(|answer| !answer.trim().is_empty()).map(Words)),
            _ => Ok(given.map(Words)),
        }
    }

    /// Words that are asked for on a terminal and may be left blank.
    pub(crate) fn offered(
        &mut self,
        given: Option<String>,
        option: &str,
        question: &str,
    ) -> Result<Option<Words>, Failure> {
        let unsaid = given.is_none() && self.console.is_terminal();
        self.words(given.or_else(|| unsaid.then(|| ASK.to_owned())), option, question)
    }

    /// A code of this field that is asked for on a terminal, until it is one, and may be left blank.
    pub(crate) fn offered_code(
        &mut self,
        given: Option<String>,
        question: &str,
        field: &'static str,
    ) -> Result<Option<String>, Failure> {
        if given.is_some() || !self.console.is_terminal() {
            return Ok(given);
        }
        let mut refused = None;
        loop {
            let answer = self.question_after(question, "", refused.as_ref())?.filter(|answer| !answer.is_empty());
            match answer.map(|answer| code_meant(self.texts, field, &answer)).transpose() {
                Ok(code) => return Ok(code),
                Err(failure) => refused = Some(failure),
            }
        }
    }

    /// Standard input, once per command, without its last line end: that one is the shell's, others are the person's.
    pub(crate) fn stdin(&mut self, option: &str) -> Result<Words, Failure> {
        let mut text = self.stdin_text(option, TEXT_BYTES_MAX)?;
        text.truncate(without_line_end(&text).len());
        Ok(Words(text))
    }

    /// Standard input as it is.
    pub(crate) fn stdin_text(&mut self, option: &str, bytes_max: u64) -> Result<String, Failure> {
        if std::mem::replace(&mut self.stdin_read, true) {
            return Err(Failure::new("stdin_twice"));
        }
        if self.console.is_terminal() {
            self.console.say(&self.texts.get("ui-until-end"));
        }
        self.console.read_all(bytes_max).map_err(|error| match error.kind() {
            std::io::ErrorKind::FileTooLarge => {
                Failure::new("too_long").arg("field", option).arg("bytes_max", bytes_max)
            }
            std::io::ErrorKind::InvalidData => Failure::new("not_utf8"),
            std::io::ErrorKind::Interrupted => Failure::new("interrupted"),
            _ => Failure::new("file_not_readable").arg("file", "-").because(&error),
        })
    }

    /// Fails when something required was neither given nor could be asked for, naming all of it.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        match self.missing.as_slice() {
            [] => Ok(()),
            missing => {
                let failure = Failure::new("usage_missing").arg("missing", missing.join(", "));
                Err(if self.interview { failure.arg("interview", "yes") } else { failure })
            }
        }
    }

    /// Notes something missing that only a terminal could have given.
    pub(crate) fn miss(&mut self, option: &str) {
        self.missing.push(option.to_owned());
    }

    fn question(&mut self, key: &str) -> Result<Option<String>, Failure> {
        self.question_after(key, "", None)
    }

    /// Asks for a person's words: they are kept as they are typed, blanks and all.
    fn question_words(&mut self, key: &str) -> Result<Option<String>, Failure> {
        if TEXTS.contains(&key) {
            return self.question(key);
        }
        let question = in_question(self.texts, &self.texts.get(key));
        let answer = self.ask(&question)?;
        self.asked.push(key.to_owned());
        Ok(answer)
    }

    /// Asks, after saying what was wrong with the last answer. A code or a name comes without the blanks around it, words
    /// as they are.
    fn question_after(&mut self, key: &str, codes: &str, refused: Option<&Failure>) -> Result<Option<String>, Failure> {
        let answer = match TEXTS.contains(&key) {
            true => {
                self.let_in()?;
                words(self.console, self.texts, key)?
            }
            false => {
                let question = in_question(self.texts, &self.texts.with(key, &[("codes", codes.into())]));
                self.ask(&told(self.texts, refused, &question))?.map(|answer| answer.trim().to_owned())
            }
        };
        self.asked.push(key.to_owned());
        Ok(answer)
    }

    /// One of a few answers, asked for until it is understood. Before the first question the person is let in.
    ///
    /// # Errors
    ///
    /// `safety_unanswered` at the end of input; what the terminal fails with.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        key: &str,
        answers: &[crate::choice::Answer<'_, T>],
        default: Option<T>,
    ) -> Result<T, Failure> {
        if let Some(before) = self.before.take() {
            before(&self.seal, self.console)?;
        }
        let question = in_question(self.texts, &self.texts.get(key));
        crate::choice::choose(self.console, self.texts, &question, answers, default)
    }

    /// Asks a question as it stands. Before the first one the person is let in.
    pub(crate) fn ask(&mut self, question: &str) -> Result<Option<String>, Failure> {
        self.let_in()?;
        answer(self.console, self.texts, question)
    }

    fn let_in(&mut self) -> Result<(), Failure> {
        match self.before.take() {
            Some(before) => before(&self.seal, self.console),
            None => Ok(()),
        }
    }
}

/// The code of a field that a person means by it or by its whole label.
fn code_meant(texts: &Texts, field: &'static str, answer: &str) -> Result<String, Failure> {
    let mut code = answer.to_owned();
    codes::known(texts, field, field, Some(&mut code))?;
    check_code(Taxonomy::shipped(), field, &code).map(|()| code)
}

/// Answers to choose from, each with its number.
fn numbered<'t>(labels: impl Iterator<Item = Cow<'t, str>>) -> String {
    labels.zip(1..).map(|(label, number)| format!("  {number} {label}\n")).collect()
}

/// The code that a number stands for, from 1.
fn by_number<'c>(codes: &[&'c str], answer: &str) -> Option<&'c str> {
    codes.get(answer.parse::<usize>().ok()?.checked_sub(1)?).copied()
}

/// The question with its mark: `Canal :`, `Channel:`.
pub(crate) fn in_question(texts: &Texts, question: &str) -> String {
    texts.with("ui-question", &[("question", question.into())])
}

/// The question, after what was wrong with the last answer.
pub(crate) fn told(texts: &Texts, refused: Option<&Failure>, question: &str) -> String {
    let said = refused.map(|failure| error::report(failure, texts, false, false));
    said.unwrap_or_default() + question
}

/// Asks a question as it stands, again where the terminal sends what is not UTF-8. `None` at the end of input.
///
/// # Errors
///
/// `interrupted` after Ctrl-C; what the terminal fails with.
pub(crate) fn answer(console: &mut dyn Console, texts: &Texts, question: &str) -> Result<Option<String>, Failure> {
    until_taken(texts, question, WORDS_MAX, &mut |question| console.ask(question))
}

/// Asks for words of several lines, ended by an empty one: `question` is its text without the mark. Nothing is taken off
/// the words but line ends at the end. `None` at the end of input.
///
/// # Errors
///
/// As [`answer`].
pub(crate) fn text(console: &mut dyn Console, texts: &Texts, question: &str) -> Result<Option<String>, Failure> {
    text_within(console, texts, question, WORDS_MAX)
}

fn text_within(
    console: &mut dyn Console,
    texts: &Texts,
    question: &str,
    bytes_max: usize,
) -> Result<Option<String>, Failure> {
    let question = texts.with("ui-question-text", &[("question", question.into())]);
    until_taken(texts, &question, bytes_max, &mut |question| console.ask_text(question))
}

/// Asks for people's words by the key of the question: of several lines where they may be long, else of one.
///
/// # Errors
///
/// As [`answer`].
pub(crate) fn words(console: &mut dyn Console, texts: &Texts, key: &str) -> Result<Option<String>, Failure> {
    let question = texts.get(key);
    match TEXTS.contains(&key) {
        true => text_within(console, texts, &question, if key == "ask-text" { TEXT_WORDS_MAX } else { WORDS_MAX }),
        false => {
            let answer = answer(console, texts, &in_question(texts, &question))?;
            Ok(answer.map(|answer| answer.trim().to_owned()))
        }
    }
}

/// Asks, and again after an answer that cannot be taken, having told why.
fn until_taken(
    texts: &Texts,
    question: &str,
    bytes_max: usize,
    ask: &mut dyn FnMut(&str) -> io::Result<Option<String>>,
) -> Result<Option<String>, Failure> {
    let mut refused = None;
    loop {
        match ask(&told(texts, refused.as_ref(), question)) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => refused = Some(Failure::new("not_utf8")),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => refused = Some(too_long(TEXT_BYTES_MAX)),
            Err(error) => return Err(terminal_failed(&error)),
            Ok(Some(words)) if words.len() > bytes_max => refused = Some(too_long(bytes_max as u64)),
            Ok(answer) => return Ok(answer),
        }
    }
}

fn too_long(bytes_max: u64) -> Failure {
    Failure::new("too_long").arg("field", "text").arg("bytes_max", bytes_max)
}

/// Why a question has no answer.
fn terminal_failed(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::Interrupted => Failure::new("interrupted"),
        _ => Failure::new("unexpected").because(error),
    }
}

/// A text file of at most `bytes_max` bytes.
///
/// # Errors
///
/// Failures that name the file.
pub(crate) fn read_file(path: &Path, bytes_max: u64) -> Result<String, Failure> {
    let file = std::fs::File::open(path).map_err(|error| Failure::io(IoOperation::Read, path, &error))?;
    read_bounded(file, bytes_max).map_err(|error| match error.kind() {
        std::io::ErrorKind::FileTooLarge => {
            Failure::new("too_long").arg("field", path.display()).arg("bytes_max", bytes_max).at("file", path.display())
        }
        std::io::ErrorKind::InvalidData => {
            Failure::new("not_utf8").arg("file", path.display()).at("file", path.display())
        }
        _ => Failure::io(IoOperation::Read, path, &error),
    })
}

/// A text without the line end at its end, if it has one.
fn without_line_end(text: &str) -> &str {
    let line = text.strip_suffix('\n').unwrap_or(text);
    line.strip_suffix('\r').unwrap_or(line)
}

/// The passphrase from its file or from the environment, if one of them has it. One line end is not part of it, nor is
/// the mark that some editors begin a file with.
///
/// # Errors
///
/// When the file cannot be read; `env_not_utf8` for a variable that is no text.
pub(crate) fn given_passphrase(file: Option<&Path>, env: Option<OsString>) -> Result<Option<Secret>, Failure> {
    let text = match (file, env) {
        (Some(path), _) => passphrase_file(path)?,
        (None, Some(value)) => Secret::new(value.into_string().map_err(|_| env_not_utf8("BOUCLE_PASSPHRASE"))?),
        (None, None) => return Ok(None),
    };
    let line = without_line_end(text.expose());
    Ok((!line.is_empty()).then(|| Secret::new(line.to_owned())))
}

/// A variable of the environment that is no text: taken for absent it would be asked for, or another language spoken.
pub(crate) fn env_not_utf8(variable: &str) -> Failure {
    Failure::new("env_not_utf8").arg("variable", variable)
}

/// The text of a passphrase file: UTF-8, or UTF-16 with its mark, as some editors of Windows save it. Nothing of it stays
/// in memory but what is given back.
fn passphrase_file(path: &Path) -> Result<Secret, Failure> {
    let fail = |error: std::io::Error| Failure::io(IoOperation::Read, path, &error);
    let file = std::fs::File::open(path).map_err(fail)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(PASSPHRASE_BYTES_MAX as usize + 1));
    file.take(PASSPHRASE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > PASSPHRASE_BYTES_MAX {
        let failure = Failure::new("too_long").arg("field", path.display()).arg("bytes_max", PASSPHRASE_BYTES_MAX);
        return Err(failure.at("file", path.display()));
    }
    let text = decoded(&bytes).ok_or_else(|| Failure::new("not_utf8").arg("file", path.display()));
    text.map_err(|failure| failure.at("file", path.display()))
}

fn decoded(bytes: &[u8]) -> Option<Secret> {
    let utf16 = |units: &mut dyn Iterator<Item = u16>| {
        // three bytes a unit at most: nothing is copied while it grows
        let mut text = Zeroizing::new(String::with_capacity(3 * bytes.len() / 2));
        char::decode_utf16(units).try_for_each(|read| read.map(|c| text.push(c))).ok()?;
        Some(Secret::new(std::mem::take(&mut *text)))
    };
    let pairs = |rest: &[u8]| rest.len().is_multiple_of(2);
    match bytes {
        [0xff, 0xfe, rest @ ..] if pairs(rest) => {
            utf16(&mut rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])))
        }
        [0xfe, 0xff, rest @ ..] if pairs(rest) => {
            utf16(&mut rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])))
        }
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => std::str::from_utf8(rest).ok().map(|text| Secret::new(text.to_owned())),
    }
}

/// A passphrase for a new member, typed twice.
///
/// # Errors
///
/// `passphrases_differ`; what the terminal fails with.
pub(crate) fn new_passphrase(console: &mut dyn Console, texts: &Texts) -> Result<Secret, Failure> {
    let first = passphrase(console, texts, &texts.get("ask-passphrase-new"), None)?;
    let again = passphrase(console, texts, &texts.get("ask-passphrase-again"), None)?;
    let same = name::passphrase(first.expose()) == name::passphrase(again.expose());
    if same { Ok(first) } else { Err(Failure::new("passphrases_differ")) }
}

/// Asks for a passphrase, after saying why the last one was refused.
///
/// # Errors
///
/// What the terminal fails with; nothing typed counts as missing.
pub(crate) fn passphrase(
    console: &mut dyn Console,
    texts: &Texts,
    question: &str,
    refused: Option<&Failure>,
) -> Result<Secret, Failure> {
    let question = told(texts, refused, &in_question(texts, question));
    let typed = console.ask_secret(&question).map_err(|error| terminal_failed(&error))?;
    if typed.is_empty() {
        return Err(Failure::new("usage_missing").arg("missing", "--passphrase-file"));
    }
    Ok(typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::script::Script;

    #[test]
    fn without_a_terminal_everything_missing_is_named_at_once() {
        let (mut script, texts) = (Script::default(), Texts::for_lang("en"));
        let mut asker = Asker::new(&mut script, &texts, 0);
        assert!(asker.required(None, "--type", "ask-type").is_ok());
        assert!(asker.required(Some("  ".into()), "--channel", "ask-channel").is_ok());
        let failure = asker.finish().expect_err("two are missing");
        assert_eq!(texts.error(&failure).0, "missing: --type, --channel");
        assert!(script.asked.is_empty());
    }

    #[test]
    fn on_a_terminal_it_insists_until_an_answer_or_the_end_of_input() {
        let texts = Texts::for_lang("fr");
        let mut script = Script::with(&["", "  ", "hotline"]);
        let mut asker = Asker::new(&mut script, &texts, 0);
        assert_eq!(asker.required(None, "--channel", "ask-channel"), Ok("hotline".to_owned()));
        assert_eq!(asker.required(None, "--type", "ask-type").expect_err("the script ended").code, "usage_missing");
        assert_eq!(script.asked.len(), 4);
        assert_eq!(script.asked[0], "Canal (code) :");
    }

    #[test]
    fn a_dash_reads_standard_input_once() {
        let texts = Texts::for_lang("fr");
        let mut script = Script { stdin: "Pa gen dlo.\nDepi twa jou.\n".into(), ..Script::default() };
        let mut asker = Asker::new(&mut script, &texts, 0);
        let words = asker.words(Some("-".into()), "--text", "ask-text").expect("stdin is there");
        assert_eq!(words, Some(Words::from("Pa gen dlo.\nDepi twa jou.")));
        let again = asker.words(Some("-".into()), "--phone", "ask-phone");
        assert_eq!(again.expect_err("read already").code, "stdin_twice");
    }

    #[test]
    fn what_is_not_utf8_is_rejected_with_what_to_do() -> std::io::Result<()> {
        let texts = Texts::for_lang("en");
        let mut script = Script { latin1: true, ..Script::default() };
        let mut asker = Asker::new(&mut script, &texts, 0);
        let failure = asker.words(Some("-".into()), "--text", "ask-text").expect_err("Latin-1");
        assert_eq!((failure.code, failure.exit.code()), ("not_utf8", 7));
        let (message, hint) = texts.error(&failure);
        assert!(message.contains("not UTF-8") && hint.is_some_and(|hint| hint.contains("iconv")), "{message}");
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("case.json");
        std::fs::write(&file, b"{\"text\": \"d\xe9j\xe0\"}")?;
        let failure = read_file(&file, 100).expect_err("Latin-1");
        assert_eq!((failure.code, failure.exit.code()), ("not_utf8", 7));
        assert!(texts.error(&failure).0.contains("case.json"));

        // a terminal that sends it is told, and asked again
        let mut script = Script { latin1: true, ..Script::with(&["hotline"]) };
        let mut asker = Asker::new(&mut script, &texts, 0);
        assert_eq!(asker.required(None, "--channel", "ask-channel"), Ok("hotline".to_owned()));
        assert!(script.asked[1].contains("not UTF-8"), "{:?}", script.asked);
        Ok(())
    }

    #[test]
    fn an_option_without_its_value_is_asked_for_on_a_terminal_and_missing_elsewhere() {
        let (texts, alone) = (Texts::for_lang("en"), || Some(ASK.to_owned()));
        let mut script = Script::with(&["near the old well", ""]);
        let mut asker = Asker::new(&mut script, &texts, 0);
        let words = asker.words(alone(), "--location", "ask-location");
        assert_eq!(words, Ok(Some(Words::from("near the old well"))));
        assert_eq!(asker.words(alone(), "--location", "ask-location"), Ok(None), "blank: not said");
        assert_eq!(asker.finish(), Ok(()));
        let mut script = Script::default();
        let mut asker = Asker::new(&mut script, &texts, 0);
        assert_eq!(asker.words(alone(), "--location", "ask-location"), Ok(None));
        assert_eq!(asker.required(alone(), "--reason", "ask-reason"), Ok(String::new()));
        let failure = asker.finish().expect_err("nobody to ask");
        assert_eq!(failure.args, [("missing", "--location, --reason".to_owned())]);
    }

    #[test]
    fn a_passphrase_file_wins_over_the_environment_and_loses_one_line_end() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("phrase");
        std::fs::write(&file, "cinq mots bien choisis ici \r\n")?;
        let got = given_passphrase(Some(&file), Some("autre".into())).expect("the file is there");
        assert_eq!(got, Some(Secret::new("cinq mots bien choisis ici ".into())));
        assert_eq!(given_passphrase(None, Some("".into())), Ok(None));
        std::fs::write(&file, "x".repeat(5000))?;
        assert_eq!(given_passphrase(Some(&file), None).expect_err("no passphrase is that long").code, "too_long");
        Ok(())
    }

    #[test]
    fn a_new_passphrase_is_typed_twice_alike() {
        let texts = Texts::for_lang("fr");
        assert!(new_passphrase(&mut Script::with(&["a b c d e", "a b c d e"]), &texts).is_ok());
        let differ = new_passphrase(&mut Script::with(&["a b c d e", "a b c d f"]), &texts);
        assert_eq!(differ.expect_err("they differ").code, "passphrases_differ");
    }
}

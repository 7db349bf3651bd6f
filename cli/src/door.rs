//! Letting a person in: who acts, and their passphrase. On a terminal that comes before the first question, so that a
//! passphrase mistyped costs none of the answers.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use node::api::{Envelope, Reply, Request, SealOptions, Secret, Service};
use node::error::Failure;
use node::texts::Texts;

use crate::backend::Backend;
use crate::console::Console;
use crate::progress::Bar;
use crate::render::text::clean_line;
use crate::{ask, clock};

/// How often a passphrase is asked for before a command gives up.
const TRIES: u8 = 3;

/// What was typed to be let in.
#[derive(Debug, Default)]
pub(crate) struct Door {
    typed: u8,
}

impl Door {
    /// Asks for the passphrase of someone who has one.
    pub(crate) fn passphrase(
        &mut self,
        console: &mut dyn Console,
        texts: &Texts,
        member: Option<&str>,
    ) -> Result<Secret, Failure> {
        self.typed += 1;
        ask::passphrase(console, texts, &whose(texts, member), None)
    }

    /// Answers what the node asks of whoever acts. A passphrase that was typed and refused is asked for again; one from
    /// the environment or a file is not.
    ///
    /// # Errors
    ///
    /// The failure itself, when there is nothing to answer; what the terminal fails with.
    pub(crate) fn answer(
        &mut self,
        failure: Failure,
        member: &mut Option<String>,
        passphrase: &mut Option<Secret>,
        console: &mut dyn Console,
        texts: &Texts,
    ) -> Result<(), Failure> {
        match failure.code {
            "locked" if passphrase.is_none() => {
                *passphrase = Some(self.passphrase(console, texts, self::member(&failure))?);
            }
            "wrong_passphrase" if (1..TRIES).contains(&self.typed) => {
                self.typed += 1;
                // what was typed while it was tried was typed for something else
                console.discard_typed_ahead();
                *passphrase =
                    Some(ask::passphrase(console, texts, &whose(texts, self::member(&failure)), Some(&failure))?);
            }
            "member_not_named" if member.is_none() => {
                let named = failure.args.iter().find(|(name, _)| *name == "members").map_or("", |(_, names)| names);
                let question = texts.with("ask-who-acts", &[("members", clean_line(named).into())]);
                let answer = ask::answer(console, texts, &ask::in_question(texts, &question))?;
                let answer = answer.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
                *member = Some(answer.ok_or(failure)?);
            }
            _ => return Err(failure),
        }
        Ok(())
    }
}

/// Whose passphrase a failure is about, where that is known.
pub(crate) fn member(failure: &Failure) -> Option<&str> {
    failure.args.iter().find(|(name, _)| *name == "member").map(|(_, member)| member.as_str())
}

/// The question for the passphrase of somebody, without its mark.
fn whose(texts: &Texts, member: Option<&str>) -> String {
    match member.filter(|member| !member.is_empty()) {
        Some(member) => texts.with("ask-passphrase-of", &[("member", clean_line(member).into())]),
        None => texts.get("ask-passphrase").into_owned(),
    }
}

/// Opens the member's session before the first question of a command.
pub(crate) struct Opening<'a> {
    pub(crate) backend: &'a dyn Backend,
    pub(crate) home: Option<PathBuf>,
    pub(crate) lang: String,
    /// Who acts, once that is known.
    pub(crate) member: Option<String>,
    /// The passphrase that opened the session, if one was needed.
    pub(crate) passphrase: Option<Secret>,
    /// Where it is said that a passphrase is tried.
    pub(crate) err: &'a mut dyn Write,
    /// That is a terminal.
    pub(crate) err_terminal: bool,
    /// A clock that is not believed is asked about before anything else.
    pub(crate) clock: bool,
}

impl Opening<'_> {
    /// Lets the person in, and has what they said of sealing looked at. The home is let go again: while somebody types,
    /// others may work.
    ///
    /// # Errors
    ///
    /// Whatever would have the command refused after all the questions.
    pub(crate) fn open(&mut self, seal: &SealOptions, console: &mut dyn Console, texts: &Texts) -> Result<(), Failure> {
        let service = self.service()?;
        self.ask(&*service, Request::BeforeAsking { seal: seal.clone() }, console, texts)?;
        if !self.clock {
            return Ok(());
        }
        clock::settle(console, texts, clock::For::Home, &mut |console, request| {
            self.ask(&*service, request, console, texts)
        })
    }

    /// The time that the node takes for now, Unix milliseconds: what relative times count from.
    ///
    /// # Errors
    ///
    /// What the node and the terminal fail with.
    pub(crate) fn now_ms(&mut self, console: &mut dyn Console, texts: &Texts) -> Result<Option<i64>, Failure> {
        let service = self.service()?;
        Ok(self.ask(&*service, Request::ClockShow { brief: true }, console, texts)?["now_ms"].as_i64())
    }

    fn service(&self) -> Result<Arc<dyn Service>, Failure> {
        let home = self.home.as_ref().ok_or_else(|| Failure::new("no_home_folder"))?;
        self.backend.open(home)
    }

    /// Asks the node, and lets the person in where it says so.
    fn ask(&mut self, service: &dyn Service, request: Request, console: &mut dyn Console, texts: &Texts) -> Reply {
        let mut door = Door::default();
        loop {
            let envelope = Envelope {
                lang: self.lang.clone(),
                member: self.member.clone(),
                passphrase: self.passphrase.clone(),
                now_ms: None,
                request: request.clone(),
            };
            let reply = {
                let mut bar = Bar::new(self.err, texts, self.err_terminal);
                service.handle(envelope, &mut |step| bar.step(&step))
            };
            match reply {
                Err(failure) if console.is_terminal() => {
                    door.answer(failure, &mut self.member, &mut self.passphrase, console, texts)?;
                }
                reply => return reply,
            }
        }
    }
}

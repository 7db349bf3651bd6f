//! `boucle` alone on a terminal: a menu, so that a shift needs no command.
//!
//! It asks the node what a command would ask, and for everything that a command asks for by itself it runs that command, in
//! this process: whoever was let in once stays so until the person changes or the menu ends.

mod call;
mod case;
mod harmed;
mod pick;
mod session;

use std::path::PathBuf;

use node::api::{CaseDraft, Envelope, Reply, Request, SealOptions, Secret};
use node::error::Failure;
use node::texts::Texts;
use serde_json::Value;

use crate::output::{self, Format};
use crate::render::text::clean_line;
use crate::render::{self, WIDTH, text};
use crate::session::{self as commands, World};
use crate::{ask, error, safety, when};

/// Where somebody works with the menu: what was said once a shift, and to whom the questions go.
pub(crate) struct Desk<'d, 'w> {
    world: &'d mut World<'w>,
    texts: &'d Texts,
    home: PathBuf,
    /// Who acts; asked for by the node where several work here.
    member: Option<String>,
    /// How what comes in comes, as was said last.
    channel: Option<String>,
    /// The language of the last person.
    spoken: Option<String>,
    /// What was being written down when somebody was interrupted, where it must not come to the disk.
    draft: Option<CaseDraft>,
}

/// What the menu offers: the key, its text, and what waits there.
struct Offer {
    key: &'static str,
    text: &'static str,
    waits: String,
}

/// The menu, until somebody leaves it. The exit status is 0: what fails inside is told there.
///
/// # Errors
///
/// Where nobody can be let in; when the terminal fails.
pub(crate) fn run(home: PathBuf, texts: &Texts, world: &mut World<'_>) -> Result<u8, Failure> {
    let member =
        (world.env)("BOUCLE_MEMBER").and_then(|member| member.into_string().ok()).filter(|name| !name.is_empty());
    let mut desk = Desk { world, texts, home, member, channel: None, spoken: None, draft: None };
    loop {
        let (head, offers) = desk.offers()?;
        let mut shown = format!("\n{head}\n\n");
        for offer in &offers {
            let label = texts.get(offer.text);
            let gap = 40_usize.saturating_sub(text::width(&label));
            let line = format!("  {}  {label}{}{}", offer.key, " ".repeat(gap), offer.waits);
            shown += &format!("{}\n", line.trim_end());
        }
        desk.say(shown.trim_end_matches('\n'));
        desk.world.backend.rest();
        let Some(typed) = desk.line("front-choose")? else { return Ok(0) };
        let done = match typed.trim() {
            "" => Ok(()),
            "0" | "q" | "Q" => return Ok(0),
            "1" => call::take(&mut desk),
            "2" => desk.find(),
            "3" => desk.work_list(&CALLS),
            "4" => desk.work_list(&[]),
            "5" => session::sit(&mut desk, "desk"),
            "6" => session::sit(&mut desk, "box"),
            "7" => desk.command(&["carry"]),
            "8" => desk.change_person(),
            "9" => desk.command(&["sync"]),
            "?" => desk.command(&["--help"]),
            _ => {
                desk.say_text("ui-not-understood");
                Ok(())
            }
        };
        desk.tell(done)?;
    }
}

/// Tasks for which somebody is called.
const CALLS: [&str; 3] = ["call_back", "acknowledge", "ask"];
/// Lines that are offered at once.
const LINES_MAX: usize = 20;

impl Desk<'_, '_> {
    /// What stands above the menu, and what it offers.
    fn offers(&mut self) -> Result<(String, Vec<Offer>), Failure> {
        let status = self.ask(Request::Status)?;
        let rows = self.ask(Request::Todo { limit: None })?;
        let count = |is: &dyn Fn(&Value) -> bool| rows.as_array().into_iter().flatten().filter(|row| is(row)).count();
        let calls = count(&|row| CALLS.iter().any(|task| row["task"] == *task));
        let (all, late) = (count(&|_| true), count(&|row| row["late"] == true));
        let only_here = status["only_here"]["entries"].as_u64().unwrap_or(0);
        let number = |n: usize| if n == 0 { String::new() } else { n.to_string() };
        let list = match late {
            0 => number(all),
            late => self.texts.with("front-late", &[("n", all.into()), ("late", late.into())]),
        };
        let unshared = match only_here {
            0 => String::new(),
            n => self.texts.with("front-unshared", &[("n", n.into())]),
        };
        let offer = |key, text, waits| Offer { key, text, waits };
        let offers = vec![
            offer("1", "front-call", String::new()),
            offer("2", "front-find", String::new()),
            offer("3", "front-call-back", number(calls)),
            offer("4", "front-list", list),
            offer("5", "front-desk", String::new()),
            offer("6", "front-box", String::new()),
            offer("7", "front-stick", unshared),
            offer("8", "front-person", String::new()),
            offer("9", "front-sync", String::new()),
            offer("0", "front-leave", String::new()),
        ];
        let part = |name: &str| clean_line(status[name].as_str().unwrap_or_default());
        let who = self.member.clone().or_else(|| only_member(&status)).unwrap_or_default();
        let head = [part("org"), part("site"), clean_line(&who)];
        let head: Vec<String> = head.into_iter().filter(|part| !part.is_empty()).collect();
        Ok((head.join(" – "), offers))
    }

    /// Asks the node, and lets whoever acts in where it says so.
    fn ask(&mut self, request: Request) -> Reply {
        let (service, mut envelope) = (self.world.backend.open(&self.home)?, self.envelope(request));
        let passphrase = self.passphrase()?;
        let mut tried = envelope.clone();
        let reply = match service.handle(tried.clone(), &mut |_| {}) {
            // who gave it by the environment is not asked for it
            Err(failure) if failure.code == "locked" && passphrase.is_some() => {
                tried.passphrase = passphrase;
                commands::ask_unlocked(&*service, &mut tried, &[], self.texts, self.world)
            }
            Err(_) => commands::ask_unlocked(&*service, &mut envelope, &[], self.texts, self.world),
            reply => reply,
        };
        self.member = tried.member.or(envelope.member).or(self.member.take());
        reply
    }

    /// What is to be written, after all was asked that must be asked before.
    fn made_safe(&mut self, request: Request) -> Result<Request, Failure> {
        let (service, mut envelope) = (self.world.backend.open(&self.home)?, self.envelope(request));
        safety::before(&*service, &mut envelope, false, self.texts, self.world)?;
        Ok(envelope.request)
    }

    fn envelope(&self, request: Request) -> Envelope {
        let lang = self.texts.asked().to_owned();
        Envelope { lang, member: self.member.clone(), passphrase: None, now_ms: None, request }
    }

    fn passphrase(&self) -> Result<Option<Secret>, Failure> {
        ask::given_passphrase(None, (self.world.env)("BOUCLE_PASSPHRASE"))
    }

    /// Runs a command as if it were typed, in the name of whoever works here.
    fn command(&mut self, words: &[&str]) -> Result<(), Failure> {
        let mut args: Vec<std::ffi::OsString> = vec!["boucle".into(), "--home".into(), self.home.clone().into()];
        args.extend(["--lang".into(), self.texts.asked().into()]);
        if let Some(member) = &self.member {
            args.extend(["--member".into(), member.into()]);
        }
        args.extend(words.iter().map(Into::into));
        let world = World {
            env: self.world.env,
            console: &mut *self.world.console,
            out: &mut *self.world.out,
            err: &mut *self.world.err,
            out_terminal: self.world.out_terminal,
            err_terminal: self.world.err_terminal,
            now_ms: when::now_ms(),
            backend: self.world.backend,
            arm: self.world.arm,
        };
        // what it did, and what was refused, it has told
        commands::command(args, world);
        Ok(())
    }

    /// Cases by a telephone, a reference, a name or words.
    fn find(&mut self) -> Result<(), Failure> {
        let Some(typed) = self.line("ask-find")?.filter(|typed| !typed.trim().is_empty()) else { return Ok(()) };
        let found = self.ask(Request::Find { what: typed.as_str().into(), limit: Some(LINES_MAX as u64) })?;
        if found.as_array().is_some_and(|rows| rows.len() == LINES_MAX) {
            self.say_text("front-more-found");
        }
        match self.pick_case("find", &found)? {
            Some(reference) => case::work_on(self, &reference),
            None => Ok(()),
        }
    }

    /// What waits, all of it or those tasks alone: a number opens the case.
    fn work_list(&mut self, tasks: &[&str]) -> Result<(), Failure> {
        loop {
            let rows = self.ask(Request::Todo { limit: None })?;
            let is_wanted = |row: &&Value| tasks.is_empty() || tasks.iter().any(|task| row["task"] == *task);
            let mut rows: Vec<Value> = rows.as_array().into_iter().flatten().filter(is_wanted).cloned().collect();
            let more = rows.len().saturating_sub(LINES_MAX);
            rows.truncate(LINES_MAX);
            if more > 0 {
                let line = self.texts.with("front-more", &[("n", more.into())]);
                self.say(&line);
            }
            match self.pick_case("todo", &Value::Array(rows))? {
                Some(reference) => case::work_on(self, &reference)?,
                None => return Ok(()),
            }
        }
    }

    /// One of the cases listed, by its number; nothing typed: none. A list without cases is shown and no more.
    fn pick_case(&mut self, name: &str, rows: &Value) -> Result<Option<String>, Failure> {
        let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
        let shown = render::numbered(name, rows, self.texts, commands::paint(self.world));
        self.say(shown.trim_end_matches('\n'));
        if rows.is_empty() {
            return Ok(None);
        }
        loop {
            let Some(typed) = self.line("front-number")? else { return Ok(None) };
            if typed.trim().is_empty() || typed.trim() == "<" {
                return Ok(None);
            }
            let row = typed.trim().parse::<usize>().ok().and_then(|n| rows.get(n.checked_sub(1)?));
            match row.map(|row| row["ref"].as_str().or(row["case_id"].as_str())) {
                Some(Some(reference)) => return Ok(Some(reference.to_owned())),
                // a line that is no case: a command says what to do with it
                Some(None) => self.say_text("front-no-case"),
                None => self.say_text("ui-not-understood"),
            }
        }
    }

    /// Somebody else works here now; whoever was let in is shut out.
    fn change_person(&mut self) -> Result<(), Failure> {
        let status = self.ask(Request::Status)?;
        let names: Vec<String> = status["members"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|member| member["name"].as_str().map(str::to_owned))
            .collect();
        let Some(at) = pick::one(self, "front-who", &names)? else { return Ok(()) };
        (self.channel, self.spoken, self.draft) = (None, None, None);
        // the new person comes in before the others go out: a node in the background ends once nobody is there
        self.member = Some(names[at].clone());
        let came_in = self.ask(Request::BeforeAsking { seal: SealOptions::default() });
        let here = self.ask(Request::Status)?;
        let others: Vec<String> = here["members"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|member| member["unlocked"] == true)
            .filter_map(|member| member["name"].as_str().map(str::to_owned))
            .filter(|name| came_in.is_err() || *name != names[at])
            .collect();
        for name in others {
            self.member = Some(name);
            self.ask(Request::Lock)?;
        }
        self.member = Some(names[at].clone());
        came_in.map(drop)
    }

    /// One line in answer to a question; `None` at the end of input.
    fn line(&mut self, question: &str) -> Result<Option<String>, Failure> {
        let question = ask::in_question(self.texts, &self.texts.get(question));
        ask::answer(self.world.console, self.texts, &question)
    }

    fn say(&mut self, text: &str) {
        self.world.console.say(text);
    }

    fn say_text(&mut self, key: &str) {
        for line in text::wrap(&self.texts.get(key), WIDTH) {
            self.say(&line);
        }
    }

    /// Shows the reply to a request as a command does.
    fn show(&mut self, name: &str, value: &Value) -> Result<(), Failure> {
        let paint = commands::paint(self.world);
        commands::written(output::print(self.world.out, name, value, Format::Human, self.texts, paint))
    }

    /// Tells what failed; the menu goes on. Whoever pressed Ctrl-C is back at the menu.
    fn tell(&mut self, done: Result<(), Failure>) -> Result<(), Failure> {
        let Err(failure) = done else { return Ok(()) };
        if failure.code == "interrupted" {
            self.say_text("front-interrupted");
            return Ok(());
        }
        let report = error::report(&failure, self.texts, false, false);
        self.say(report.trim_end_matches('\n'));
        Ok(())
    }
}

/// Whoever works here alone.
fn only_member(status: &Value) -> Option<String> {
    match status["members"].as_array().map(Vec::as_slice) {
        Some([only]) => only["name"].as_str().map(str::to_owned),
        _ => None,
    }
}

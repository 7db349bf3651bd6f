//! One command from its arguments to its exit status.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::FromArgMatches;
use clap::error::ErrorKind;
use crdt_model::edit::Edit;
use node::api::{Envelope, Reply, Request, RowChange, SealOptions, Service};
use node::error::{Exit, Failure, IoOperation};
use node::texts::Texts;
use serde_json::Value;

use crate::args::{Cli, Global};
use crate::ask::{self, Asker};
use crate::backend::{self, Backend};
use crate::commands::Action;
use crate::console::{Console, Terminal, tty};
use crate::door::{self, Door, Opening};
use crate::output::{self, Format};
use crate::progress::Bar;
use crate::render::case::alike_lines;
use crate::render::text::{self, clean_line};
use crate::render::{Paint, WIDTH};
use crate::{
    background, batch, choice, clock, demo, error, front, help, recusal, run, safety, service, slips, when, wipe,
};

/// Everything outside a command that it may use: the process's own, or a test's.
pub(crate) struct World<'a> {
    pub(crate) env: &'a dyn Fn(&str) -> Option<OsString>,
    pub(crate) console: &'a mut dyn Console,
    pub(crate) out: &'a mut dyn Write,
    pub(crate) err: &'a mut dyn Write,
    /// Standard output is a terminal.
    pub(crate) out_terminal: bool,
    /// Standard error is a terminal.
    pub(crate) err_terminal: bool,
    pub(crate) now_ms: i64,
    pub(crate) backend: &'a dyn Backend,
    /// Starts listening for the word to stop: from then on it is not missed.
    pub(crate) arm: &'a dyn Fn() -> io::Result<run::Wait>,
}

/// What is never logged, whatever was asked for.
const QUIET: &str = "automerge=off";

/// The process: its exit status.
pub(crate) fn main(args: Vec<OsString>) -> u8 {
    node::keys::memory::at_start();
    let filter = tracing_subscriber::EnvFilter::try_from_env("BOUCLE_LOG").unwrap_or_default();
    // Automerge logs hashes of changes: whoever guesses a word could confirm the guess by them
    let filter = filter.add_directive(QUIET.parse().unwrap_or_default());
    // A second subscriber cannot be: this is the process's first line.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).try_init();
    // What a panic says may hold a person's words, and a damaged file can make a library panic where we catch it: its
    // place goes to the log, and people read an error as of any other kind.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(place, "panic");
    }));
    // before anything that takes time: a passphrase is typed as soon as the command is
    let _terminal = tty::hold();
    std::panic::catch_unwind(|| in_this_process(args.clone())).unwrap_or_else(|_| {
        let env = |name: &str| std::env::var_os(name);
        let early = Early::scan(&args, &env);
        let report = error::report(&Failure::new("unexpected"), &Texts::for_lang(&early.lang), early.json, false);
        // Nobody left to tell.
        let _ = io::stderr().write_all(report.as_bytes());
        Exit::Failed.code()
    })
}

fn in_this_process(args: Vec<OsString>) -> u8 {
    let mut out = io::stdout();
    let world = World {
        env: &|name| std::env::var_os(name),
        console: &mut Terminal::default(),
        out_terminal: out.is_terminal(),
        err_terminal: io::stderr().is_terminal(),
        out: &mut out,
        err: &mut io::stderr(),
        now_ms: when::now_ms(),
        backend: &backend::Local::default(),
        arm: &run::arm,
    };
    command(args, world)
}

/// One command: its exit status.
pub(crate) fn command(args: Vec<OsString>, mut world: World<'_>) -> u8 {
    let early = Early::scan(&args, world.env);
    let texts = Texts::for_lang(&early.lang);
    let relative = counts_from_now(&args);
    if args.len() <= 1
        && let Some(home) = front_home(&mut world)
    {
        let done = early.speaks().and_then(|()| front::run(home, &texts, &mut world));
        return done.unwrap_or_else(|failure| told(&failure, &texts, &early, &mut world));
    }
    let outcome = early.speaks().and_then(|()| parse(args, &texts, &mut world)).and_then(|parsed| match parsed {
        Some(cli) => execute(cli, relative, &texts, &mut world),
        None => Ok(0),
    });
    outcome.unwrap_or_else(|failure| told(&failure, &texts, &early, &mut world))
}

/// Tells what failed: the exit status.
fn told(failure: &Failure, texts: &Texts, early: &Early, world: &mut World<'_>) -> u8 {
    let report = error::report(failure, texts, early.json, early.verbose);
    // Nobody left to tell.
    let _ = world.err.write_all(report.as_bytes());
    failure.exit.code()
}

/// The home of whoever sits at a terminal and typed nothing but the name of the program, if there is one.
fn front_home(world: &mut World<'_>) -> Option<PathBuf> {
    let sits_there = world.console.is_terminal() && world.out_terminal;
    let home =
        sits_there.then(|| (world.env)("BOUCLE_HOME").map(PathBuf::from).filter(|home| !home.as_os_str().is_empty()));
    let home = home?.or_else(|| backend::default_home(&|name| (world.env)(name).map(PathBuf::from)))?;
    node::home::wipe::is_home(&home).then_some(home)
}

/// What must be known before the command line is understood: how to speak of a mistake in it.
struct Early {
    /// By `--lang` or `BOUCLE_LANG`: a wish. `LANG` is only how the machine is set.
    asked: Option<String>,
    /// Which of them.
    asked_by: &'static str,
    lang: String,
    json: bool,
    verbose: bool,
    /// A variable of ours that is not UTF-8.
    unreadable: Option<&'static str>,
}

impl Early {
    /// A language somebody asked for and nobody has written is refused: what they read would be French. So is a variable
    /// of ours that is no text: what it says would not be heeded.
    fn speaks(&self) -> Result<(), Failure> {
        if let Some(variable) = self.unreadable {
            return Err(ask::env_not_utf8(variable));
        }
        match self.asked.as_deref().filter(|asked| !Texts::knows(asked)) {
            None => Ok(()),
            Some(_) => Err(Failure::new("usage_bad_value").arg("option", self.asked_by).arg("expected", "fr, en")),
        }
    }

    fn scan(args: &[OsString], env: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let texts: Vec<&str> =
            args.iter().skip(1).map_while(|arg| arg.to_str()).take_while(|arg| *arg != "--").collect();
        let after = texts.iter().position(|arg| *arg == "--lang").and_then(|at| texts.get(at + 1)).copied();
        let given = texts.iter().find_map(|arg| arg.strip_prefix("--lang=")).or(after).map(str::to_owned);
        let from = |name| env(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty());
        Self {
            asked_by: if given.is_some() { "--lang" } else { "BOUCLE_LANG" },
            asked: given.clone().or_else(|| from("BOUCLE_LANG")),
            lang: given.or_else(|| from("BOUCLE_LANG")).or_else(|| from("LANG")).unwrap_or_else(|| "fr".to_owned()),
            unreadable: ["BOUCLE_LANG", "BOUCLE_MEMBER"]
                .into_iter()
                .find(|name| env(name).is_some_and(|value| value.to_str().is_none())),
            json: texts.iter().any(|arg| matches!(*arg, "--json" | "--jsonl")),
            verbose: texts.iter().any(|arg| matches!(*arg, "-v" | "-vv" | "--verbose")),
        }
    }
}

/// The command line understood; `None` when it asked for help or the version, which is printed.
fn parse(args: Vec<OsString>, texts: &Texts, world: &mut World<'_>) -> Result<Option<Cli>, Failure> {
    let mut command = help::command(texts).term_width(WIDTH);
    if args.len() <= 1 {
        let shown = command.render_help().to_string();
        return written(world.out.write_all(shown.as_bytes())).map(|()| None);
    }
    let words: Vec<String> = args.iter().skip(1).filter_map(|arg| arg.to_str().map(str::to_owned)).collect();
    let parsed = command.try_get_matches_from_mut(args).and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => Ok(Some(cli)),
        Err(asked) if asked.exit_code() == 0 => {
            written(world.out.write_all(asked.to_string().as_bytes())).map(|()| None)
        }
        // a group without its command says what there is in it
        Err(refused)
            if refused.kind() == ErrorKind::MissingSubcommand && !words.iter().any(|word| word == "--json") =>
        {
            let shown = help::of_group(&command, &words).render_help().to_string();
            written(world.out.write_all(shown.as_bytes())).map(|()| None)
        }
        Err(refused) => Err(error::from_clap(&refused, &help::of_group(&command, &words))),
    }
}

/// Whether something on the command line may count from now: `--since 7d`, or a record whose times are not known yet.
fn counts_from_now(args: &[OsString]) -> bool {
    let counts = |text: &str| {
        let value = text.split_once('=').map_or(text, |(_, value)| value);
        text.starts_with("--from-json") || when::duration_ms("", Some(value)).is_ok()
    };
    args.iter().skip(1).filter_map(|arg| arg.to_str()).any(counts)
}

/// `relative`: something of it may count from now.
fn execute(cli: Cli, relative: bool, texts: &Texts, world: &mut World<'_>) -> Result<u8, Failure> {
    let Cli { global, command } = cli;
    let passphrase = || {
        let env = (world.env)("BOUCLE_PASSPHRASE");
        ask::given_passphrase(global.passphrase_file.as_deref(), env)
    };
    let format = match (global.json, global.jsonl) {
        (_, true) => Format::JsonLines,
        (true, _) => Format::Json,
        _ => Format::Human,
    };
    let asks_clock = format == Format::Human && world.console.is_terminal();
    if asks_clock && command.makes_home() {
        clock_of_new_home(&home(&global, world)?, texts, world)?;
    }
    let mut opening = Opening {
        backend: world.backend,
        home: home(&global, world).ok(),
        lang: texts.asked().to_owned(),
        member: global.member.clone(),
        passphrase: None,
        err: &mut *world.err,
        err_terminal: world.err_terminal,
        clock: asks_clock,
    };
    let mut now_ms = world.now_ms;
    if relative && command.is_of_a_member() {
        opening.passphrase = passphrase()?;
        // what a node cannot tell now it says once it is asked in earnest
        now_ms = opening.now_ms(world.console, texts).ok().flatten().unwrap_or(now_ms);
    }
    let mut open = |seal: &SealOptions, console: &mut dyn Console| {
        if opening.passphrase.is_none() {
            opening.passphrase = passphrase()?;
        }
        opening.open(seal, console, texts)
    };
    let mut asker = Asker::new(world.console, texts, now_ms);
    asker.lang = global.lang.clone();
    asker.member.clone_from(&global.member);
    if command.is_of_a_member() {
        asker.before = Some(&mut open);
    }
    let action = command.action(&mut asker)?;
    let asked = Asked { questions: std::mem::take(&mut asker.asked), accused: asker.ask_accused, format };
    let Opening { member, passphrase: typed, .. } = opening;
    let mut paper = None;
    let (request, file) = match action {
        Action::Ask(request) => (request, None),
        Action::Service(order) => {
            let value = service::run(&order, &home(&global, world)?, texts, world)?;
            let name = if matches!(order, service::Order::Install(_)) { "service install" } else { "service remove" };
            return show(world, name, &value, format, texts);
        }
        Action::Print(request, how) => {
            paper = Some(how);
            (request, None)
        }
        Action::Run(mut options, on_event, in_background) => {
            (options.member, options.passphrase) = (global.member.clone(), passphrase()?);
            let (json, verbose) = (global.json || global.jsonl, global.verbose > 0);
            let how = run::How { options, on_event, json, verbose, in_background };
            return run::run(&home(&global, world)?, how, texts, world).map(|()| 0);
        }
        // before anything else that may fail
        Action::Wipe { yes } => {
            let value = wipe::wipe(&home(&global, world)?, yes, texts.asked())?;
            return show(world, "wipe", &value, format, texts).map_err(|failure| done_not_printed(&value, failure));
        }
        Action::Write(request, file) => {
            let file = std::path::absolute(&file).map_err(|e| Failure::io(IoOperation::Write, &file, &e))?;
            (request, Some(file))
        }
        Action::Completions(shell) => {
            return written(world.out.write_all(&help::completions(shell, texts))).map(|()| 0);
        }
        Action::Man(folder) => {
            let n = help::manual(&folder, texts).map_err(|error| Failure::io(IoOperation::Write, &folder, &error))?;
            let args = [("n", n.into()), ("folder", folder.display().to_string().into())];
            return written(writeln!(world.out, "{}", texts.with("done-man", &args))).map(|()| 0);
        }
        Action::Demo(story) => return demo::tell(&story, global.json || global.jsonl, texts, world).map(|()| 0),
    };
    let home = home(&global, world)?;
    let name = request.name();
    let passphrase = typed.map_or_else(passphrase, |typed| Ok(Some(typed)))?;
    let mut envelope = Envelope { lang: texts.asked().to_owned(), member, passphrase, now_ms: None, request };
    if envelope.request.makes_member() && envelope.passphrase.is_none() {
        if !world.console.is_terminal() {
            return Err(Failure::new("usage_missing").arg("missing", "--passphrase-file"));
        }
        envelope.passphrase = Some(ask::new_passphrase(world.console, texts)?);
    }
    if matches!(envelope.request, Request::PassphraseChange { .. }) {
        let mut opening = Opening {
            backend: world.backend,
            home: Some(home.clone()),
            lang: envelope.lang.clone(),
            member: envelope.member.take(),
            passphrase: envelope.passphrase.take(),
            err: &mut *world.err,
            err_terminal: world.err_terminal,
            clock: false,
        };
        ask_new_passphrase(&mut envelope.request, &mut opening, texts, world.console)?;
        (envelope.member, envelope.passphrase) = (opening.member, opening.passphrase);
    }
    let changes = !envelope.request.only_reads();
    let started = envelope.request == Request::Unlock && background::start(&home, &mut envelope, texts, world)?;
    let service = world.backend.open(&home)?;
    let asked_for = paper.is_some().then(|| envelope.request.clone());
    let mut value = ask_node(&*service, envelope, &asked, texts, world)?;
    if let (Some(request), Some(how)) = (&asked_for, &paper) {
        return print_paper((request, &value), how, format, texts, world);
    }
    if started {
        value["started"] = Value::Bool(true);
    }
    if let Some(file) = file {
        write_private(&file, &value)?;
        let done = texts.with("done-support-file", &[("file", file.display().to_string().into())]);
        return written(match format {
            Format::Human => writeln!(world.out, "{done}"),
            _ => writeln!(world.out, "{}", serde_json::json!({"file": file})),
        })
        .map(|()| 0);
    }
    if global.verbose > 0 {
        warn_of_memory(texts, world);
    }
    let shown = show(world, name, &value, format, texts);
    if name == "case new" && format == Format::Human {
        for line in alike_lines(&value, texts, Paint { width: WIDTH, ..Paint::PLAIN }) {
            // Nobody left to tell.
            let _ = writeln!(world.err, "{line}");
        }
    }
    shown.map_err(|failure| if changes { done_not_printed(&value, failure) } else { failure })
}

/// It was done, and only the answer is lost: whoever takes that for a failure has it done twice.
fn done_not_printed(value: &Value, failure: Failure) -> Failure {
    let case = value["ref"].as_str().unwrap_or_default();
    Failure { causes: failure.causes, ..Failure::new("done_not_printed").arg("case", case) }
}

/// How standard output is painted.
pub(crate) fn paint(world: &World<'_>) -> Paint {
    let no_color = (world.env)("NO_COLOR").is_some_and(|value| !value.is_empty());
    Paint::of(world.out_terminal, no_color)
}

/// Prints a reply: the exit status it asks for.
fn show(world: &mut World<'_>, name: &str, value: &Value, format: Format, texts: &Texts) -> Result<u8, Failure> {
    let paint = paint(world);
    written(output::print(world.out, name, value, format, texts, paint))?;
    Ok(output::exit_status(name, value))
}

/// What the system does not let us do for the secrets in memory, with `-v`.
pub(crate) fn warn_of_memory(texts: &Texts, world: &mut World<'_>) {
    for code in node::keys::memory::in_force().missing() {
        let message = texts.code("warning", code);
        // Nobody left to tell.
        let _ = writeln!(world.err, "{}", texts.with("ui-warning", &[("message", message.into_owned().into())]));
    }
}

/// A change of passphrase: on a terminal the present one is asked for and tried, then the new one asked for twice.
fn ask_new_passphrase(
    request: &mut Request,
    opening: &mut Opening<'_>,
    texts: &Texts,
    console: &mut dyn Console,
) -> Result<(), Failure> {
    let Request::PassphraseChange { new } = request else { return Ok(()) };
    if !console.is_terminal() {
        return match new.is_empty() {
            true => Err(Failure::new("usage_missing").arg("missing", "--new-passphrase-file")),
            false => Ok(()),
        };
    }
    opening.open(&SealOptions::default(), console, texts)?;
    if opening.passphrase.is_none() {
        // let in by a node that runs: whoever finds an unlocked machine does not get to choose its passphrase
        opening.passphrase = Some(Door::default().passphrase(console, texts, opening.member.as_deref())?);
    }
    if new.is_empty() {
        console.discard_typed_ahead();
        *new = ask::new_passphrase(console, texts)?;
    }
    Ok(())
}

/// Asks, once what it says is looked at.
fn ask_node(
    service: &dyn Service,
    mut envelope: Envelope,
    asked: &Asked,
    texts: &Texts,
    world: &mut World<'_>,
) -> Reply {
    let request = &envelope.request;
    let asks = asked.format == Format::Human && world.console.is_terminal();
    let makes_member = request.makes_member();
    if asks && request.needs_clock() && !makes_member {
        // whoever has to be let in is let in here
        safety::asked(service, &mut envelope, Request::ClockShow { brief: true }, texts, world)?;
        let mut node = asking(service, &envelope);
        clock::settle(world.console, texts, clock::For::Home, &mut |_, request| node(request))?;
    }
    safety::before(service, &mut envelope, asked.accused, texts, world)?;
    if asks {
        settle_answers(service, &mut envelope, texts, world)?;
    }
    let reply = ask_unlocked(service, &mut envelope, &asked.questions, texts, world);
    if reply.is_ok() && !tells_clock(&envelope.request) {
        warn_of_clock(&mut asking(service, &envelope), asked.format, texts, world.err);
    }
    reply
}

/// Before the answers of a list are taken over: trials, until nothing is left to be asked about them.
fn settle_answers(
    service: &dyn Service,
    envelope: &mut Envelope,
    texts: &Texts,
    world: &mut World<'_>,
) -> Result<(), Failure> {
    let of_trial = |envelope: &mut Envelope, is: bool| {
        if let Request::BatchIn { only_look, .. } = &mut envelope.request {
            *only_look = is;
        }
    };
    if !matches!(envelope.request, Request::BatchIn { only_look: false, .. }) {
        return Ok(());
    }
    loop {
        of_trial(envelope, true);
        let trial = ask_unlocked(service, envelope, &[], texts, world);
        of_trial(envelope, false);
        if !batch::asks_more(&mut envelope.request, &trial?, world.console, texts)? {
            return Ok(());
        }
    }
}

/// Asks a node something else in the name of whoever asked this.
fn asking<'a>(service: &'a dyn Service, of: &Envelope) -> impl FnMut(Request) -> Reply + use<'a> {
    let (lang, member, passphrase) = (of.lang.clone(), of.member.clone(), of.passphrase.clone());
    move |request| {
        let (lang, member, passphrase) = (lang.clone(), member.clone(), passphrase.clone());
        service.handle(Envelope { lang, member, passphrase, now_ms: None, request }, &mut |_| {})
    }
}

/// Requests beside whose answer nothing need be said of the clock: they say it, are refused because of it, or have nothing to
/// do with a home.
fn tells_clock(request: &Request) -> bool {
    let of_clock = matches!(request, Request::ClockShow { .. } | Request::Status | Request::Doctor { .. });
    let of_home = request.only_reads() || matches!(request, Request::Sync { .. });
    of_clock || !of_home || matches!(request, Request::SupportFile { .. } | Request::TaxonomyShow)
}

/// One warning where something was only read and the clock is not believed. With `--json` it is a document of its own on
/// standard error.
pub(crate) fn warn_of_clock(
    node: &mut dyn FnMut(Request) -> Reply,
    format: Format,
    texts: &Texts,
    err: &mut dyn Write,
) {
    let Ok(told) = node(Request::ClockShow { brief: true }) else { return };
    let Some(message) = clock::warning(&told, texts) else { return };
    let line = match format {
        Format::Human => text::wrapped(&texts.with("ui-warning", &[("message", message.into())])),
        _ => serde_json::json!({"warning": {"code": "clock_wrong", "message": message}}).to_string(),
    };
    // Nobody left to tell.
    let _ = writeln!(err, "{line}");
}

/// Before a home is made: the clock is asked about first, where none is there yet.
fn clock_of_new_home(home: &std::path::Path, texts: &Texts, world: &mut World<'_>) -> Result<(), Failure> {
    let service = world.backend.open(home)?;
    let envelope = Envelope {
        lang: texts.asked().to_owned(),
        member: None,
        passphrase: None,
        now_ms: None,
        request: Request::ClockShow { brief: true },
    };
    let mut node = asking(&*service, &envelope);
    if node(envelope.request).is_err() {
        // there is one: whoever joins it is told once that is tried
        return Ok(());
    }
    clock::settle(world.console, texts, clock::For::NewHome, &mut |_, request| node(request))
}

/// What was asked before the request was whole, or is to be asked still.
struct Asked {
    /// How it is answered: questions about the clock are for people.
    format: Format,
    /// Texts of the questions asked.
    questions: Vec<String>,
    /// `--accused` stood alone: who is complained about is to be asked.
    accused: bool,
}

/// Asks, and on a terminal answers what the node turns out to need: the passphrase, the recusals. What was `asked` before
/// and left blank is not asked again.
pub(crate) fn ask_unlocked(
    service: &dyn Service,
    envelope: &mut Envelope,
    asked: &[String],
    texts: &Texts,
    world: &mut World<'_>,
) -> Reply {
    let mut door = Door::default();
    // what was said of sealing before anybody was asked
    let mut before = seal_options(&mut envelope.request).cloned();
    let mut interviewed = false;
    let mut adds = false;
    loop {
        let reply = {
            let mut bar = Bar::new(world.err, texts, world.err_terminal);
            service.handle(envelope.clone(), &mut |step| bar.step(&step))
        };
        let Err(failure) = reply else { return reply };
        if failure.code == "locked"
            && let Some(keyless) = keyless(&mut envelope.request)
            && !*keyless
        {
            // what can be looked at without a passphrase is worth looking at
            let may_ask = world.console.is_terminal() && envelope.passphrase.is_none();
            // no answer: without
            let given =
                may_ask.then(|| door.passphrase(world.console, texts, door::member(&failure))).and_then(Result::ok);
            *keyless = given.is_none();
            envelope.passphrase = given;
            continue;
        }
        if !world.console.is_terminal() {
            return Err(failure);
        }
        match failure.code {
            "recusal_not_asked" if seal_options(&mut envelope.request).is_some_and(|seal| seal.recuse.is_none()) => {
                interviewed = true;
                recusal::ask(service, envelope, None, texts, world.console)?;
                ask_allegation(&mut envelope.request, asked, world.console, texts)?;
            }
            // everybody who could read it: whoever said that is asked anew
            "everybody_set_aside" if interviewed => {
                if let (Some(seal), Some(before)) = (seal_options(&mut envelope.request), &before) {
                    seal.clone_from(before);
                }
                recusal::ask(service, envelope, Some(&failure), texts, world.console)?;
            }
            // whose words they are only a person knows
            "own_not_said" if matches!(&envelope.request, Request::ImportMessages { own, .. } if own.is_empty()) => {
                let said = ask_own(&failure, world.console, texts)?;
                if let Request::ImportMessages { own, .. } = &mut envelope.request {
                    own.push(said);
                }
            }
            // once: whoever declines, or adds something else, is told what is missing
            "not_listed" if !adds && may_add(&failure) => {
                adds = true;
                add_to_table(service, envelope, &failure, world.console, texts)?;
            }
            "needs_sealing" => match sealing_category(&envelope.request) {
                Some(mut triage) if wants_sealing(&failure, world.console, texts)? => {
                    before = seal_options(&mut triage).cloned();
                    envelope.request = triage;
                }
                _ => return Err(failure),
            },
            "several_sticks" => match &mut envelope.request {
                Request::Carry { path: path @ None } => *path = Some(ask_stick(&failure, world.console, texts)?),
                _ => return Err(failure),
            },
            "withdraw_which" => match &mut envelope.request {
                Request::CaseWithdraw { entry, .. } if entry.is_none() => {
                    *entry = Some(pick_entry(world.console, texts, &failure)?);
                }
                _ => return Err(failure),
            },
            _ => door.answer(failure, &mut envelope.member, &mut envelope.passphrase, world.console, texts)?,
        }
    }
}

/// Which of the senders of a chat is ours: by number or by name; nothing typed: none.
fn ask_own(failure: &Failure, console: &mut dyn Console, texts: &Texts) -> Result<String, Failure> {
    let named = failure.args.iter().find(|(name, _)| *name == "names").map_or("", |(_, names)| names.as_str());
    let names: Vec<&str> = named.lines().collect();
    for (name, n) in names.iter().zip(1..) {
        console.say(&format!("{n:>3}  {}", clean_line(name)));
    }
    let typed = ask::answer(console, texts, &ask::in_question(texts, &texts.get("ask-import-own")))?;
    let typed = typed.ok_or_else(|| Failure::new("interrupted"))?.trim().to_owned();
    let by_number = typed.parse::<usize>().ok().and_then(|n| names.get(n.checked_sub(1)?));
    Ok(match by_number {
        Some(name) => (*name).to_owned(),
        None if typed.is_empty() => "-".to_owned(),
        None => typed,
    })
}

fn may_add(failure: &Failure) -> bool {
    failure.args.contains(&("may_add", "yes".to_owned()))
}

/// Asks whether what is in no table is to be added to it, and adds it. Enter adds nothing: most of the time it was mistyped.
fn add_to_table(
    service: &dyn Service,
    envelope: &Envelope,
    failure: &Failure,
    console: &mut dyn Console,
    texts: &Texts,
) -> Result<(), Failure> {
    let arg =
        |wanted: &str| failure.args.iter().find(|(name, _)| *name == wanted).map_or("", |(_, value)| value.as_str());
    let (table, value) = (arg("table").to_owned(), arg("value").to_owned());
    let args = [("value", value.as_str().into()), ("near", arg("near").into()), ("table", table.as_str().into())];
    let question = ask::in_question(texts, &texts.with("ask-add-listed", &args));
    if !choice::yes(console, texts, &question, Some(false))? {
        return Err(failure.clone());
    }
    let mut asker = Asker::new(console, texts, 0);
    let code = match value.as_str() {
        "…" => asker.required(None, "CODE", "ask-row-code")?,
        code => code.to_owned(),
    };
    let label = asker.required(None, "--label", "ask-row-label")?;
    let change = RowChange { labels: vec![label], ..RowChange::default() };
    asking(service, envelope)(Request::TaxonomySet { table, code, change, adds: true }).map(drop)
}

/// One of the sticks the node found, by its number.
fn ask_stick(failure: &Failure, console: &mut dyn Console, texts: &Texts) -> Result<String, Failure> {
    let named = failure.args.iter().find(|(name, _)| *name == "folders").map_or("", |(_, folders)| folders);
    let folders: Vec<&str> = named.split("; ").collect();
    let choices: Vec<String> = (1..).zip(&folders).map(|(n, folder)| format!("{n}: {}", clean_line(folder))).collect();
    let question = texts.with("ask-stick", &[("choices", choices.join(", ").into())]);
    let at = choice::number(console, texts, &ask::in_question(texts, &question), folders.len())?;
    Ok(folders[at].to_owned())
}

fn keyless(request: &mut Request) -> Option<&mut bool> {
    match request {
        Request::Doctor { keyless, .. } | Request::SupportFile { keyless, .. } => Some(keyless),
        _ => None,
    }
}

/// A file only its owner reads.
/// Prints paper: on standard output, or as a page into a file that is not there yet.
fn print_paper(
    (request, value): (&Request, &Value),
    how: &slips::Printed,
    format: Format,
    texts: &Texts,
    world: &mut World<'_>,
) -> Result<u8, Failure> {
    let told = slips::print(request, value, how, texts)?;
    let Some(out) = &how.out else {
        return match format {
            Format::Human => written(world.out.write_all(told.as_bytes())).map(|()| 0),
            _ => show(world, request.name(), value, format, texts),
        };
    };
    let path = std::path::absolute(out).map_err(|e| Failure::io(IoOperation::Write, out, &e))?;
    write_new(&path, &told)?;
    let done = texts.with("done-slips-print", &[("file", path.display().to_string().into())]);
    written(match format {
        Format::Human => writeln!(world.out, "{done}"),
        _ => writeln!(world.out, "{}", serde_json::json!({"file": path})),
    })
    .map(|()| 0)
}

fn write_private(path: &std::path::Path, value: &serde_json::Value) -> Result<(), Failure> {
    write_new(path, &format!("{value:#}\n"))
}

fn write_new(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    let fail = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::new("file_exists").arg("file", path.display()).at("file", path.display())
        }
        _ => Failure::io(IoOperation::Write, path, &error),
    };
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(fail)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // a file that holds half of it, or nothing, helps nobody and is in the way of the next
        let _ = std::fs::remove_file(path);
    }
    written.map_err(fail)
}

pub(crate) fn seal_options(request: &mut Request) -> Option<&mut SealOptions> {
    match request {
        Request::CaseNew { seal, .. }
        | Request::CaseEdit { seal, edit: Edit::Triage { .. }, .. }
        | Request::CaseSeal { seal, .. }
        | Request::CaseRaise { seal, .. } => Some(seal),
        _ => None,
    }
}

/// What is alleged, of a new case, in the person's words: asked with who is complained about, may be left blank.
fn ask_allegation(
    request: &mut Request,
    asked: &[String],
    console: &mut dyn Console,
    texts: &Texts,
) -> Result<(), Failure> {
    const QUESTION: &str = "ask-allegation";
    let Request::CaseNew { case, .. } = request else { return Ok(()) };
    if case.allegation.is_some() || asked.iter().any(|asked| asked == QUESTION) {
        return Ok(());
    }
    let answer = ask::words(console, texts, QUESTION)?.filter(|answer| !answer.trim().is_empty());
    case.allegation = answer.map(Into::into);
    Ok(())
}

/// A category that an ordinary case cannot have, as the act that seals the case for it. With other fields beside it the
/// person says first what comes first: after the sealing those may be out of reach.
fn sealing_category(request: &Request) -> Option<Request> {
    let Request::CaseEdit { r#ref, edit: Edit::Set { values }, .. } = request else { return None };
    let [(field, category)] = values.as_slice() else { return None };
    let category = Some(category.0.trim().to_owned());
    let triage = Edit::Triage { category, case_type: None, sensitivity: None, priority: None, project: None };
    (field == "category").then(|| Request::edit(r#ref, triage))
}

/// Enter seals the case; to leave it as it is takes a word.
fn wants_sealing(failure: &Failure, console: &mut dyn Console, texts: &Texts) -> Result<bool, Failure> {
    let level = failure.args.iter().find(|(name, _)| *name == "level").map_or("", |(_, level)| level);
    let question = ask::in_question(texts, &texts.with("ask-seal-category", &[("level", level.into())]));
    choice::yes(console, texts, &question, Some(true))
}

/// One of the entries that can be taken back, by its number in the list. Nothing typed takes back nothing.
fn pick_entry(console: &mut dyn Console, texts: &Texts, failure: &Failure) -> Result<String, Failure> {
    let listed = failure.args.iter().find(|(name, _)| *name == "entries").map_or("", |(_, list)| list.as_str());
    let entries: Vec<&str> = listed.split("; ").collect();
    let mut question = String::new();
    for (n, entry) in (1..).zip(&entries) {
        question += &format!("{n:>4}  {}\n", clean_line(entry));
    }
    question += &ask::in_question(texts, &texts.get("ui-withdraw-pick"));
    let id = |typed: &str| {
        let at = choice::plain(typed).parse::<usize>().ok()?.checked_sub(1)?;
        entries.get(at)?.split(' ').next().map(str::to_owned)
    };
    let chosen = choice::until(console, texts, &question, &|typed| id(typed).map(Some), Some(None))?;
    chosen.ok_or_else(|| failure.clone())
}

/// The node's folder.
fn home(global: &Global, world: &World<'_>) -> Result<PathBuf, Failure> {
    let named = global.home.clone().filter(|home| !home.as_os_str().is_empty());
    named
        .or_else(|| backend::default_home(&|name| (world.env)(name).map(PathBuf::from)))
        .ok_or_else(|| Failure::new("no_home_folder"))
}

/// A reader that left (`boucle case list | head`) is no failure.
pub(crate) fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let mut failure = Failure::new("file_not_writable").arg("file", "-").because(&error);
            failure.exit = Exit::Failed;
            Err(failure)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests;

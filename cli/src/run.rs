//! `boucle run`: be the node until told to stop.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use node::api::socket::Server;
use node::api::{Envelope, Progress, Ready, Reply, Request, RunOptions, Runtime, Service};
use node::error::Failure;
use node::texts::Texts;
use serde_json::Value;

use crate::background;
use crate::door::Door;
use crate::events;
use crate::output::Format;
use crate::progress::Bar;
use crate::render;
use crate::render::text::clean_line;
use crate::session::{World, paint, warn_of_clock, warn_of_memory, written};

/// How much of what waits is told as it starts.
const FIRST: u64 = 3;

/// How to be the node.
pub(crate) struct How {
    pub(crate) options: RunOptions,
    /// What is run when more waits on somebody here.
    pub(crate) on_event: Option<String>,
    pub(crate) json: bool,
    pub(crate) verbose: bool,
    /// For the time somebody is let in: `unlock` started it.
    pub(crate) in_background: bool,
}

/// Opens the home, serves, says so on the first line of standard output, and stops when told to.
pub(crate) fn run(
    home: &Path,
    How { options, on_event, json, verbose, in_background }: How,
    texts: &Texts,
    world: &mut World<'_>,
) -> Result<(), Failure> {
    let runtime = world.backend.runtime(home)?;
    // Before anybody can read that we are ready: who stops us at once still finds us orderly.
    let wait = (world.arm)().map_err(|error| Failure::of_system(&error))?;
    let ready = start(&*runtime, options, texts, world)?;
    tell_of_clock(&*runtime, json, texts, world);
    world.console.let_go();
    if verbose {
        warn_of_memory(texts, world);
    }
    let service = Arc::new(UntilWiped { node: runtime.clone(), wiped: AtomicBool::new(false), in_background });
    let _watch = match on_event {
        Some(command) => {
            let failed = texts.get("ui-on-event-failed").into_owned();
            Some(events::watch(runtime.clone(), command, failed).map_err(|error| Failure::of_system(&error))?)
        }
        None => None,
    };
    let result = serve(home, service.clone(), &ready, wait, (json, in_background), texts, world);
    if service.wiped.load(Ordering::SeqCst) {
        // no farewell to anybody: what is left in memory goes with the process
        return result;
    }
    let stopped = runtime.stop();
    result.and(stopped)
}

/// It serves with a clock that is not believed too: somebody may stand there with a complaint. Said once.
fn tell_of_clock(runtime: &dyn Runtime, json: bool, texts: &Texts, world: &mut World<'_>) {
    let lang = texts.asked().to_owned();
    let mut node = |request| {
        let envelope = Envelope { lang: lang.clone(), member: None, passphrase: None, now_ms: None, request };
        runtime.handle(envelope, &mut |_| {})
    };
    warn_of_clock(&mut node, if json { Format::Json } else { Format::Human }, texts, world.err);
}

/// Answers as the node does; a process whose home was wiped ends, and one in the background once everybody left.
struct UntilWiped {
    node: Arc<dyn Runtime>,
    wiped: AtomicBool,
    in_background: bool,
}

impl Service for UntilWiped {
    fn handle(&self, envelope: Envelope, on_progress: &mut dyn FnMut(Progress)) -> Reply {
        let wipes = matches!(envelope.request, Request::Wipe { .. });
        let leaves = self.in_background && envelope.request == Request::Lock;
        let reply = self.node.handle(envelope, on_progress);
        let is_done = reply.is_ok() && (wipes || (leaves && nobody_is_let_in(&reply)));
        if is_done {
            self.wiped.store(wipes, Ordering::SeqCst);
            // the way every end comes; the answer still leaves, the socket waits for it
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM);
        }
        reply
    }
}

/// Whether the reply to `lock` names nobody who is still let in.
fn nobody_is_let_in(reply: &Reply) -> bool {
    let members = reply.as_ref().ok().and_then(|told| told["members"].as_array());
    members.into_iter().flatten().all(|member| member["unlocked"] != true)
}

/// Starts; on a terminal asks for the passphrase when the node says it needs one.
fn start(
    runtime: &dyn Runtime,
    mut options: RunOptions,
    texts: &Texts,
    world: &mut World<'_>,
) -> Result<Ready, Failure> {
    let mut door = Door::default();
    loop {
        let started = {
            let mut bar = Bar::new(world.err, texts, world.err_terminal);
            if options.passphrase.is_some() {
                bar.checking();
            }
            runtime.start(&options)
        };
        match started {
            Err(failure) if world.console.is_terminal() => {
                door.answer(failure, &mut options.member, &mut options.passphrase, world.console, texts)?;
            }
            started => return started,
        }
    }
}

fn serve(
    home: &Path,
    service: Arc<dyn Service>,
    ready: &Ready,
    wait: Wait,
    (json, in_background): (bool, bool),
    texts: &Texts,
    world: &mut World<'_>,
) -> Result<(), Failure> {
    // Dropped before the node stops: who is connected still gets an answer.
    let _server = Server::start(home, service.clone())?;
    let line = if world.out_terminal && !json {
        let addresses = ready.listening.iter().chain(&ready.web).map(|address| clean_line(address));
        texts.with("ui-ready", &[("addresses", addresses.collect::<Vec<_>>().join("  ").into())])
    } else {
        serde_json::to_string(ready).map_err(|error| Failure::new("unexpected").because(&error))?
    };
    written(writeln!(world.out, "{line}").and_then(|()| world.out.flush()))?;
    if in_background {
        background::let_go();
    }
    if world.out_terminal && !json {
        tell_first(&*service, texts, world)?;
    }
    wait().map_err(|error| Failure::new("unexpected").because(&error))
}

/// What waits on whoever starts the node, the first of it: on a terminal alone, for a log keeps what is written to it.
fn tell_first(service: &dyn Service, texts: &Texts, world: &mut World<'_>) -> Result<(), Failure> {
    let request = Request::Todo { limit: Some(FIRST) };
    let envelope = Envelope { lang: texts.asked().to_owned(), member: None, passphrase: None, now_ms: None, request };
    // where several are unlocked, nobody is told of the others' work
    let Ok(Value::Array(rows)) = service.handle(envelope, &mut |_| {}) else { return Ok(()) };
    let paint = paint(world);
    written(write!(world.out, "{}", render::todo_first(&rows, texts, paint)).and_then(|()| world.out.flush()))
}

/// Blocks until the process is told to stop.
pub(crate) type Wait = Box<dyn FnOnce() -> io::Result<()> + Send>;

/// Takes over SIGTERM and SIGINT; what is returned waits for one of them, also for one that came in between.
///
/// # Errors
///
/// When no handler can be installed.
pub(crate) fn arm() -> io::Result<Wait> {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut terminate, mut interrupt) = {
        let _entered = runtime.enter();
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)
    };
    Ok(Box::new(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
        Ok(())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_comes_before_the_wait_is_not_missed() -> io::Result<()> {
        let wait = arm()?;
        let told = std::process::Command::new("kill").args(["-TERM", &std::process::id().to_string()]).status()?;
        assert!(told.success());
        wait()
    }
}

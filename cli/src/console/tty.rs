//! The terminal itself: nothing typed is shown unless a question shows it, and whatever ends the command, the person has
//! their terminal back as it was, without the rest of what was pasted.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcgetpgrp,
    tcgetsid, tcsetattr,
};
use tokio::signal::unix::{SignalKind, signal};

/// A paste that is still coming when the command ends is waited for so long, at most.
const PASTE_ENDS_WITHIN: Duration = Duration::from_secs(2);
/// Quiet for so long: it has ended.
const QUIET: Duration = Duration::from_millis(100);
const BRACKETS_ON: &str = "\x1b[?2004h";
const BRACKETS_OFF: &str = "\x1b[?2004l";

/// The terminal as it was found.
struct Held {
    found: Termios,
    /// Somebody was asked something: what is typed ahead was typed for us.
    asked: bool,
    /// Pastes come between marks.
    brackets: bool,
}

static HELD: Mutex<Option<Held>> = Mutex::new(None);
static WATCHED: Once = Once::new();

fn held() -> MutexGuard<'static, Option<Held>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While it lives, what is typed is not shown, and no line of it is too long.
pub(crate) struct Hold(());

impl Drop for Hold {
    fn drop(&mut self) {
        let_go();
    }
}

/// Takes the terminal, if standard input is one and is ours.
pub(crate) fn hold() -> Hold {
    let mut held = held();
    if held.is_none()
        && let Some(found) = ours()
        && tcsetattr(io::stdin(), OptionalActions::Now, &with_keys(&found, io::stderr().is_terminal())).is_ok()
    {
        *held = Some(Held { found, asked: false, brackets: false });
        WATCHED.call_once(watch);
    }
    Hold(())
}

/// The state of standard input, where it is a terminal that this process may set: a job in the background would be
/// stopped for it.
fn ours() -> Option<Termios> {
    let found = tcgetattr(io::stdin()).ok()?;
    tcgetpgrp(io::stdin()).is_ok_and(|group| group == rustix::process::getpgrp()).then_some(found).or_else(|| {
        // no terminal that governs us: there are no jobs in the background
        (!governs()).then(|| tcgetattr(io::stdin()).ok()).flatten()
    })
}

/// True where standard input is the terminal that governs this process: `/dev/tty`.
pub(super) fn governs() -> bool {
    tcgetsid(io::stdin()).is_ok()
}

/// Key by key, unseen if `unseen`.
fn with_keys(found: &Termios, unseen: bool) -> Termios {
    let mut modes = found.clone();
    modes.local_modes.remove(LocalModes::ICANON);
    // a pasted text keeps its line ends
    modes.input_modes.remove(InputModes::ICRNL | InputModes::INLCR | InputModes::IGNCR | InputModes::ISTRIP);
    if unseen {
        modes.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
    }
    modes.special_codes[SpecialCodeIndex::VMIN] = 1;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    modes
}

/// Gives the terminal back. What was typed ahead of a question that nobody asked any more goes nowhere.
pub(crate) fn let_go() {
    let Some(Held { found, asked, brackets }) = held().take() else { return };
    if ours().is_none() {
        return;
    }
    if brackets {
        show(BRACKETS_OFF);
    }
    if asked {
        drain();
    }
    let when = if asked { OptionalActions::Flush } else { OptionalActions::Now };
    // a terminal that went away needs nothing back
    let _ = tcsetattr(io::stdin(), when, &found);
}

/// Reads away what is typed ahead; if there is any, until no more comes: a paste arrives in pieces.
fn drain() {
    let until = Instant::now() + PASTE_ENDS_WITHIN;
    if !is_waiting(Duration::ZERO) {
        return;
    }
    let mut bytes = [0; 4096];
    while Instant::now() < until && is_waiting(QUIET) {
        match rustix::io::read(io::stdin(), &mut bytes) {
            Ok(1..) => {}
            _ => return,
        }
    }
}

/// Throws away what was typed ahead.
pub(super) fn discard() {
    // what is no terminal has nothing typed ahead
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
}

/// True once something is typed, within `wait`.
pub(super) fn is_waiting(wait: Duration) -> bool {
    let stdin = io::stdin();
    let wait = Timespec { tv_sec: wait.as_secs().cast_signed(), tv_nsec: wait.subsec_nanos().into() };
    poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&wait)).is_ok_and(|ready| ready > 0)
}

/// Waits for what is typed.
pub(super) fn read(bytes: &mut [u8]) -> io::Result<usize> {
    loop {
        match rustix::io::read(io::stdin(), &mut *bytes) {
            Err(rustix::io::Errno::INTR) => {}
            // a terminal that went away
            Err(rustix::io::Errno::IO) => return Ok(0),
            read => return Ok(read?),
        }
    }
}

/// Writes to the person.
pub(super) fn show(text: &str) {
    let mut stderr = io::stderr().lock();
    // nobody left to tell
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// A question is asked: until it is answered, Ctrl-C is a key. `brackets`: a paste comes between marks.
pub(super) fn asking(brackets: bool) -> Asking {
    if let Some(held) = held().as_mut() {
        held.asked = true;
        held.brackets |= brackets;
    }
    if brackets {
        show(BRACKETS_ON);
    }
    signals(false);
    Asking(())
}

/// While it lives, a question is open.
pub(super) struct Asking(());

impl Drop for Asking {
    fn drop(&mut self) {
        signals(true);
    }
}

fn signals(on: bool) {
    let Some(mut modes) = ours() else { return };
    modes.local_modes.set(LocalModes::ISIG, on);
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, &modes);
}

/// Columns of the window.
pub(super) fn columns() -> usize {
    match rustix::termios::tcgetwinsize(io::stderr()) {
        Ok(size) if size.ws_col > 0 => size.ws_col.into(),
        _ => 80,
    }
}

/// Whoever ends the command from outside leaves the terminal as it was found, too.
fn watch() {
    // without it the shell has to put the terminal right: no reason not to work
    let _ = std::thread::Builder::new().name("terminal".to_owned()).spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let on = |kind| signal(kind);
            let kinds = (SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup(), SignalKind::quit());
            let (Ok(mut int), Ok(mut term), Ok(mut hup), Ok(mut quit)) =
                (on(kinds.0), on(kinds.1), on(kinds.2), on(kinds.3))
            else {
                return;
            };
            loop {
                let (number, always) = tokio::select! {
                    _ = int.recv() => (2, false),
                    _ = term.recv() => (15, false),
                    _ = hup.recv() => (1, true),
                    _ = quit.recv() => (3, true),
                };
                // a node that serves ends in good order by itself
                if always || held().is_some() {
                    let_go();
                    std::process::exit(128 + number);
                }
            }
        });
    });
}

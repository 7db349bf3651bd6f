//! `run --on-event CMD`: a command of the house is run when more waits on somebody here than before.
//!
//! It is told which kinds of task grew and by how many, in its environment, and nothing of any case: `BOUCLE_EVENT` (codes of
//! `todo`, with commas), `BOUCLE_COUNT` (how many more), `BOUCLE_WAITING` (how many in all).

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use node::api::{Runtime, Waiting};

/// How often is looked.
const LOOKS: Duration = Duration::from_secs(2);
/// How long the command may take.
const COMMAND_MAX: Duration = Duration::from_secs(60);
/// What the command is not told: it may be any program.
const SECRETS: [&str; 2] = ["BOUCLE_PASSPHRASE", "BOUCLE_MEMBER"];

/// The thread that looks. Dropping it ends it.
pub(crate) struct Watch {
    _stop: Sender<()>,
}

/// Begins to look. `failed` is said on standard error, once, when the command does not start or ends with another status than 0.
///
/// # Errors
///
/// When the system gives no thread.
pub(crate) fn watch(runtime: Arc<dyn Runtime>, command: String, failed: String) -> io::Result<Watch> {
    let (stop, stopped) = channel();
    std::thread::Builder::new().name("boucle-events".into()).spawn(move || {
        let mut before = runtime.waiting();
        let mut failed = Some(failed);
        while stopped.recv_timeout(LOOKS) == Err(RecvTimeoutError::Timeout) {
            let now = runtime.waiting();
            if let Some(event) = grown(&before, &now) {
                let is_done = tell(&command, &event);
                if let Some(said) = failed.take_if(|_| !is_done) {
                    // nobody left to tell
                    let _ = writeln!(io::stderr(), "{said}");
                }
            }
            before = now;
        }
    })?;
    Ok(Watch { _stop: stop })
}

/// What there is more of.
#[derive(Debug, PartialEq, Eq)]
struct Event {
    kinds: String,
    more: u64,
    waiting: u64,
}

/// What grew. Where others are unlocked than before, what waits on them is nothing new.
fn grown(before: &Waiting, now: &Waiting) -> Option<Event> {
    if before.members != now.members {
        return None;
    }
    let more = |(task, n): (&&'static str, &u64)| {
        let more = n.saturating_sub(before.tasks.get(task).copied().unwrap_or_default());
        (more > 0).then_some((*task, more))
    };
    let grown: BTreeMap<&str, u64> = now.tasks.iter().filter_map(more).collect();
    (!grown.is_empty()).then(|| Event {
        kinds: grown.keys().copied().collect::<Vec<_>>().join(","),
        more: grown.values().sum(),
        waiting: now.tasks.values().sum(),
    })
}

/// Runs the command. A node goes on without it. Whether it went well.
fn tell(command: &str, event: &Event) -> bool {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for name in SECRETS {
        shell.env_remove(name);
    }
    shell
        .env("BOUCLE_EVENT", &event.kinds)
        .env("BOUCLE_COUNT", event.more.to_string())
        .env("BOUCLE_WAITING", event.waiting.to_string());
    match shell.spawn() {
        Ok(child) => end(child),
        Err(error) => {
            tracing::warn!(kind = ?error.kind(), "the command of --on-event does not start");
            false
        }
    }
}

/// Waits for it, for so long at most. Whether it went well.
fn end(mut child: Child) -> bool {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(None) if begun.elapsed() <= COMMAND_MAX => std::thread::sleep(Duration::from_millis(50)),
            Ok(None) => {
                tracing::warn!("the command of --on-event took too long, and was ended");
                // it may have ended by itself meanwhile
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
            Ok(Some(status)) => return status.success(),
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(members: u64, tasks: &[(&'static str, u64)]) -> Waiting {
        Waiting { members, tasks: tasks.iter().copied().collect() }
    }

    #[test]
    fn a_command_that_fails_is_known() {
        let event = Event { kinds: "accept".into(), more: 1, waiting: 1 };
        assert!(tell("test \"$BOUCLE_EVENT\" = accept", &event));
        for failing in ["exit 3", "no-such-command-of-the-house"] {
            assert!(!tell(failing, &event), "{failing}");
        }
    }

    #[test]
    fn an_event_tells_what_grew_and_nothing_else() {
        let before = waits(1, &[("accept", 2), ("late", 1)]);
        let event = grown(&before, &waits(1, &[("accept", 4), ("call_back", 1), ("late", 0)]));
        assert_eq!(event, Some(Event { kinds: "accept,call_back".into(), more: 3, waiting: 5 }));
        assert_eq!(grown(&before, &before), None);
        assert_eq!(grown(&before, &waits(1, &[("accept", 1)])), None);
        // somebody else was let in
        assert_eq!(grown(&before, &waits(2, &[("accept", 9)])), None);
    }
}

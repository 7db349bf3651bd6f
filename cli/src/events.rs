//! `run --on-event CMD`: a command of the house is run when more waits on somebody here than before.
//!
//! It is told which kinds of task grew and by how many, in its environment, and nothing of any case: `BOUCLE_EVENT` (codes of
//! `todo`, with commas), `BOUCLE_COUNT` (how many more), `BOUCLE_WAITING` (how many in all).

use std::collections::BTreeMap;
use std::io;
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

/// Begins to look.
///
/// # Errors
///
/// When the system gives no thread.
pub(crate) fn watch(runtime: Arc<dyn Runtime>, command: String) -> io::Result<Watch> {
    let (stop, stopped) = channel();
    std::thread::Builder::new().name("boucle-events".into()).spawn(move || {
        let mut before = runtime.waiting();
        while stopped.recv_timeout(LOOKS) == Err(RecvTimeoutError::Timeout) {
            let now = runtime.waiting();
            if let Some(event) = grown(&before, &now) {
                tell(&command, &event);
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

/// Runs the command. What becomes of it is its own affair: a node goes on without it.
fn tell(command: &str, event: &Event) {
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
        Err(error) => tracing::warn!(kind = ?error.kind(), "the command of --on-event does not start"),
    }
}

/// Waits for it, for so long at most.
fn end(mut child: Child) {
    let begun = Instant::now();
    while matches!(child.try_wait(), Ok(None)) {
        if begun.elapsed() > COMMAND_MAX {
            tracing::warn!("the command of --on-event took too long, and was ended");
            // it may have ended by itself meanwhile
            let _ = child.kill();
            let _ = child.wait();
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(members: u64, tasks: &[(&'static str, u64)]) -> Waiting {
        Waiting { members, tasks: tasks.iter().copied().collect() }
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

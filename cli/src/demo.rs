//! `boucle demo`: the whole story on one machine, with three real nodes on loopback.
//!
//! The story drives this very program as a user would: a process a command, its JSON read ([`machine`]). What it
//! promises is checked before it is said ([`checks`]), and the first thing that does not hold ends it in failure. Nothing
//! stays behind unless `--keep` names a folder.

mod checks;
mod machine;
mod story;
mod tell;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use node::error::{Failure, IoOperation};
use node::texts::Texts;
use serde_json::json;
use tempfile::TempDir;

use crate::commands::demo::Demo;
use crate::session::World;
use checks::Checked;
use machine::{Boucle, Machine, passphrase};
use story::Story;
use tell::Teller;

/// Tells the story; the folder with the homes is removed unless `--keep` names one.
///
/// # Errors
///
/// `demo_failed` with the first claim that does not hold, `demo_stopped` when a step in between failed,
/// `demo_interrupted` after a signal.
pub(crate) fn tell(demo: &Demo, json: bool, texts: &Texts, world: &mut World<'_>) -> Result<(), Failure> {
    let began = Instant::now();
    let program = std::env::current_exe().map_err(|error| Failure::new("unexpected").because(&error))?;
    world.console.let_go();
    let interrupted = watch_signals(world)?;
    let (folder, scratch) = folder(demo.keep.as_deref())?;
    let boucle = Boucle { program, folder: folder.clone(), lang: texts.asked().to_owned(), interrupted };
    let mut teller = Teller::new(json, texts, world);
    // A story that broke off has dropped its machines: no node is left running, and `scratch` goes with this function.
    let outcome = Story::new(&boucle, &folder, &mut teller).tell().and_then(|machines| {
        teller.claim("demo-clean", clean(machines, &folder, scratch))?;
        teller.say_counts()
    });
    if let (Ok(()), Some(keep)) = (&outcome, &demo.keep) {
        let args = [("folder", keep.display().to_string().into()), ("passphrase", passphrase("Rose").into())];
        teller.say("demo-kept", &args)?;
    }
    let seconds = began.elapsed().as_secs().max(1);
    if outcome.is_ok() {
        teller.say("demo-done", &[("seconds", seconds.into())])?;
    }
    teller.finish(json!({
        "ok": outcome.is_ok(), "elapsed_ms": u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "folder": demo.keep.as_ref().map(|keep| keep.display().to_string()),
    }))?;
    outcome
}

/// Becomes true when this process is told to stop: the story then ends as after a failure, and cleans up.
fn watch_signals(world: &World<'_>) -> Result<Arc<AtomicBool>, Failure> {
    let wait = (world.arm)().map_err(|error| Failure::new("unexpected").because(&error))?;
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    let watching = std::thread::Builder::new().name("boucle-demo-signals".into()).spawn(move || {
        if wait().is_ok() {
            flag.store(true, Ordering::Relaxed);
        }
    });
    watching.map(|_| interrupted).map_err(|error| Failure::of_system(&error))
}

/// Where the homes are; beside it what removes them, unless they are kept.
fn folder(keep: Option<&Path>) -> Result<(PathBuf, Option<TempDir>), Failure> {
    let Some(keep) = keep else {
        let made = tempfile::Builder::new().prefix("boucle-demo-").tempdir();
        let scratch = made.map_err(|error| Failure::io(IoOperation::Write, &std::env::temp_dir(), &error))?;
        return Ok((scratch.path().to_owned(), Some(scratch)));
    };
    std::fs::create_dir_all(keep).map_err(|error| Failure::io(IoOperation::Write, keep, &error))?;
    let whole = std::path::absolute(keep).map_err(|error| Failure::io(IoOperation::Read, keep, &error))?;
    Ok((whole, None))
}

/// Stops the nodes, removes the homes, and looks whether anything is left.
fn clean(mut machines: [Machine; 3], folder: &Path, scratch: Option<TempDir>) -> Checked {
    machines.iter_mut().try_for_each(Machine::stop)?;
    let mut gone: Vec<&Path> = machines.iter().flat_map(|machine| &machine.sockets).map(PathBuf::as_path).collect();
    let kept = scratch.is_none();
    if let Some(scratch) = scratch {
        scratch.close().map_err(|error| Failure::io(IoOperation::Write, folder, &error))?;
        gone.push(folder);
    }
    checks::clean(machines.iter().map(|machine| machine.ended).sum(), kept, &gone)
}

//! `boucle demo`: the whole story on one machine, with three real nodes on loopback.
//!
//! The story drives this very program as a user would: a process a command, its JSON read ([`machine`]). What it
//! promises is a list of [`claim`]s, each checked before it is said; `--sabotage` breaks the world under one of them,
//! and the story must then end in failure. Nothing stays behind unless `--keep` names a folder.

pub(crate) mod claim;
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

use crate::commands::demo::Demo;
use crate::session::World;
use claim::{Broken, Claim, Held, holds, same};
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
    let boucle = Boucle { program, lang: texts.asked().to_owned(), interrupted: watch_signals()? };
    let mut teller = Teller::new(json, texts, world);
    let folder = Folder::open(demo.keep.as_deref())?;
    let told = Story::new(&boucle, folder.path(), demo.sabotage, &mut teller).and_then(|mut story| {
        story.found()?;
        story.import()?;
        story.apart()?;
        story.together()?;
        story.close_a_loop()?;
        story.carry()?;
        story.compare()?;
        Ok(story.into_machines())
    });
    // A story that broke off has dropped its machines: no node is left running, and the folder goes with `folder`.
    let outcome = told.and_then(|machines| {
        let cleaned = clean(machines, folder, demo.sabotage);
        teller.claim(Claim::Clean, cleaned)?;
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
fn watch_signals() -> Result<Arc<AtomicBool>, Failure> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let (flag, (armed, is_armed)) = (Arc::clone(&interrupted), std::sync::mpsc::channel());
    let watching = std::thread::Builder::new().name("boucle-demo-signals".into()).spawn(move || {
        let wait = match crate::run::arm() {
            Ok(wait) => wait,
            Err(error) => return drop(armed.send(Err(error))),
        };
        let _ = armed.send(Ok(()));
        if wait().is_ok() {
            flag.store(true, Ordering::Relaxed);
        }
    });
    watching.map_err(|error| Failure::of_system(&error))?;
    match is_armed.recv() {
        Ok(Ok(())) => Ok(interrupted),
        Ok(Err(error)) => Err(Failure::new("unexpected").because(&error)),
        Err(error) => Err(Failure::new("unexpected").because(&error)),
    }
}

/// Where the homes are.
enum Folder {
    Kept(PathBuf),
    Scratch(tempfile::TempDir),
}

impl Folder {
    fn open(keep: Option<&Path>) -> Result<Self, Failure> {
        if let Some(keep) = keep {
            std::fs::create_dir_all(keep).map_err(|error| Failure::io(IoOperation::Write, keep, &error))?;
            let whole = std::path::absolute(keep).map_err(|error| Failure::io(IoOperation::Read, keep, &error))?;
            return Ok(Self::Kept(whole));
        }
        let temp = std::env::temp_dir();
        let made = tempfile::Builder::new().prefix("boucle-demo-").tempdir();
        made.map(Self::Scratch).map_err(|error| Failure::io(IoOperation::Write, &temp, &error))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Scratch(temp) => temp.path(),
        }
    }
}

/// Stops the nodes, removes the homes, and looks whether anything is left.
fn clean(mut machines: Vec<Machine>, folder: Folder, sabotage: Option<Claim>) -> Result<Held, Broken> {
    // Sabotage: the first node goes on running.
    let spared = usize::from(sabotage == Some(Claim::Clean));
    for machine in machines.iter_mut().skip(spared) {
        machine.stop()?;
    }
    let (path, kept) = (folder.path().to_owned(), matches!(folder, Folder::Kept(_)));
    if let Folder::Scratch(temp) = folder {
        temp.close().map_err(|error| Failure::io(IoOperation::Write, &path, &error))?;
    }
    let (started, ended) = (machines.iter().map(|m| m.started).sum::<usize>(), machines.iter().map(|m| m.ended).sum());
    same("nodes ended", ended, started)?;
    for machine in &machines {
        let left = machine.socket_left().map(|socket| socket.display().to_string());
        same("socket", left.as_deref().unwrap_or("-"), "-")?;
    }
    holds("the folder is still there", kept || !path.exists())?;
    Ok(Held(vec![("nodes_ended", ended.into()), ("kept", if kept { "yes".into() } else { "no".into() })]))
}

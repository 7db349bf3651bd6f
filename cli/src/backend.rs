//! Who answers: the node that holds the home, or one opened in this process.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use node::Node;
use node::api::{Envelope, Progress, Reply, Request, Runtime, Service, client};
use node::error::Failure;
use node::home::lock::{self, Hold};
use node::texts::Texts;

use crate::background;

/// When this program was committed, Unix milliseconds: see `build.rs`. 0, which means unknown, where that is no number.
fn built_ms() -> i64 {
    env!("BOUCLE_COMMITTED").parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000)).unwrap_or(0)
}

/// Where services come from: the machine, or a fake in tests.
pub(crate) trait Backend {
    /// Whoever can answer for this home.
    ///
    /// # Errors
    ///
    /// When the home cannot be opened.
    fn open(&self, home: &Path) -> Result<Arc<dyn Service>, Failure>;

    /// A node in this process, for `run`.
    ///
    /// # Errors
    ///
    /// When the home cannot be opened, `already_running` when another process holds it.
    fn runtime(&self, home: &Path) -> Result<Arc<dyn Runtime>, Failure>;

    /// Starts a node of its own for this home, with whoever is named let in.
    ///
    /// # Errors
    ///
    /// What keeps it from starting; `not_running` where none can be started.
    fn start_in_background(&self, home: &Path, _envelope: &Envelope) -> Result<(), Failure> {
        Err(Failure::new("not_running").arg("home", home.display()))
    }

    /// Lets others work on the home while nothing is asked of it: whoever was let in stays so.
    fn rest(&self) {}
}

/// This machine.
#[derive(Default)]
pub(crate) struct Local {
    /// The node of this process, once one was needed: who was let in stays so until the command ends.
    here: Mutex<Option<Arc<Queued>>>,
}

impl Backend for Local {
    fn start_in_background(&self, home: &Path, envelope: &Envelope) -> Result<(), Failure> {
        background::spawn(home, envelope)
    }

    fn rest(&self) {
        if let Some(here) = &*self.here.lock().unwrap_or_else(PoisonError::into_inner) {
            here.rest();
        }
    }

    fn open(&self, home: &Path) -> Result<Arc<dyn Service>, Failure> {
        if let Some(client) = client::try_connect(home) {
            return Ok(Arc::new(client));
        }
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = here.as_ref().filter(|held| held.home == home) {
            return Ok(held.clone());
        }
        let queued = Arc::new(Queued {
            node: Node::open(home)?.built(built_ms()),
            home: home.to_owned(),
            hold: Mutex::new(None),
        });
        *here = Some(queued.clone());
        Ok(queued)
    }

    fn runtime(&self, home: &Path) -> Result<Arc<dyn Runtime>, Failure> {
        let runs = || client::try_connect(home).is_some();
        let running = || Failure::new("already_running").arg("home", home.display());
        if runs() {
            return Err(running());
        }
        let hold = lock::take(home, &mut || tell_of_waiting(&lang(), home), &runs);
        let hold = hold.map_err(|failure| if runs() { running() } else { failure })?;
        let node = Arc::new(Node::open(home)?.built(built_ms()));
        // until the process ends
        std::mem::forget(hold);
        Ok(node)
    }
}

/// The node in this process, once no other works on the home.
struct Queued {
    // dropped before the hold: the next one finds the files closed
    node: Node,
    home: PathBuf,
    hold: Mutex<Option<Hold>>,
}

impl Queued {
    fn rest(&self) {
        let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        self.node.rest();
        *hold = None;
    }
}

impl Service for Queued {
    fn handle(&self, envelope: Envelope, on_progress: &mut dyn FnMut(Progress)) -> Reply {
        let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        // who wipes or locks waits for nobody
        let waits = !matches!(envelope.request, Request::Wipe { .. } | Request::Lock | Request::TaxonomyShow);
        if waits && hold.is_none() {
            let served = || client::try_connect(&self.home).is_some();
            match lock::take(&self.home, &mut || tell_of_waiting(&envelope.lang, &self.home), &served) {
                Ok(held) => *hold = held,
                // a node has started meanwhile
                Err(failure) => match client::try_connect(&self.home) {
                    Some(client) => return client.handle(envelope, on_progress),
                    None if matches!(envelope.request, Request::Doctor { .. } | Request::SupportFile { .. }) => {}
                    None => return Err(failure),
                },
            }
        }
        let asks = matches!(
            envelope.request,
            Request::BeforeAsking { .. } | Request::WordsCheck { .. } | Request::ClockShow { brief: true }
        );
        let reply = self.node.handle(envelope, on_progress);
        if asks || reply.is_err() {
            // while somebody looks for their passphrase or answers a question, others may work
            self.node.rest();
            *hold = None;
        }
        reply
    }
}

/// The language that `run` speaks before it has read its options.
fn lang() -> String {
    let from = |name| std::env::var(name).ok().filter(|lang| !lang.is_empty());
    from("BOUCLE_LANG").or_else(|| from("LANG")).unwrap_or_else(|| "fr".to_owned())
}

fn tell_of_waiting(lang: &str, home: &Path) {
    let args = [("home", home.display().to_string().into())];
    // Nobody left to tell.
    let _ = writeln!(std::io::stderr(), "{}", Texts::for_lang(lang).with("ui-home-waiting", &args));
}

/// The home when none is named: `boucle` in the platform's folder for a user's data.
pub(crate) fn default_home(env: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| env(name).filter(|path| path.is_absolute());
    let data = if cfg!(target_os = "macos") {
        absolute("HOME").map(|home| home.join("Library").join("Application Support"))
    } else if cfg!(windows) {
        absolute("APPDATA")
    } else {
        absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local").join("share")))
    };
    data.map(|data| data.join("boucle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_default_home_follows_the_platform() {
        let env = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value))
        };
        let both = env(&[("XDG_DATA_HOME", "/data"), ("HOME", "/home/a")]);
        assert_eq!(default_home(&both), Some("/data/boucle".into()));
        let relative = env(&[("XDG_DATA_HOME", "data"), ("HOME", "/home/a")]);
        assert_eq!(default_home(&relative), Some("/home/a/.local/share/boucle".into()));
        assert_eq!(default_home(&env(&[])), None);
    }
}

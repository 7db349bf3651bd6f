//! One process at a time works on a home; the others wait, first come first served.
//!
//! A lock on a file of its own is taken before the keys are read and kept until the process has ended: what one process
//! reads of the two files of a home, no other changes meanwhile. Whoever waits stands in the system's own queue.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::error::Failure;
use crate::keys::keyring::KEYRING_FILE;

/// The file whose lock it is; empty.
pub const LOCK_FILE: &str = "node.lock";
/// After so long it is said that one waits.
const TELL: Duration = Duration::from_secs(2);
/// After so long one gives up.
const WAIT: Duration = Duration::from_secs(60);
/// How often one looks whether a node answers by now.
const LOOK: Duration = Duration::from_millis(250);

/// The right to work on a home, until it is dropped.
#[derive(Debug)]
pub struct Hold {
    /// Its lock goes with it.
    _file: File,
}

/// Waits for the home. `told` is called once if that takes long; `served` says that a node has come that answers for the
/// home, so that nobody need wait for it to end. `None` where there is no home yet, or no lock can be had on its disk.
///
/// # Errors
///
/// `home_in_use` after a minute, and at once where `served`.
pub fn take(home: &Path, told: &mut dyn FnMut(), served: &dyn Fn() -> bool) -> Result<Option<Hold>, Failure> {
    take_within(home, WAIT, told, served)
}

fn take_within(
    home: &Path,
    wait: Duration,
    told: &mut dyn FnMut(),
    served: &dyn Fn() -> bool,
) -> Result<Option<Hold>, Failure> {
    if !home.join(KEYRING_FILE).exists() {
        return Ok(None);
    }
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // a disk that takes no file will be complained of by whoever writes to it
    let Ok(file) = options.open(home.join(LOCK_FILE)) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => return Ok(Some(Hold { _file: file })),
        Err(TryLockError::Error(_)) => return Ok(None),
        Err(TryLockError::WouldBlock) => {}
    }
    let (sender, receiver) = mpsc::channel();
    let queued = std::thread::Builder::new().name("queue".to_owned()).spawn(move || {
        if file.lock().is_ok() {
            // nobody waits any more: dropped with its lock
            let _ = sender.send(file);
        }
    });
    queued.map_err(|error| Failure::of_system(&error))?;
    let (since, mut said) = (Instant::now(), false);
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(file) => return Ok(Some(Hold { _file: file })),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(None),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
        if served() || since.elapsed() >= wait {
            return Err(Failure::new("home_in_use").arg("home", home.display()));
        }
        if !said && since.elapsed() >= TELL {
            said = true;
            told();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> tempfile::TempDir {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join(KEYRING_FILE), b"x").expect("written");
        home
    }

    #[test]
    fn whoever_comes_second_waits_for_the_first() {
        let home = home();
        let first = take(home.path(), &mut || (), &|| false).expect("free").expect("a lock");
        let second = std::thread::scope(|scope| {
            let path = home.path();
            let waiting = scope.spawn(move || take(path, &mut || (), &|| false));
            drop(first);
            waiting.join().expect("no panic")
        });
        assert!(second.expect("free again").is_some());
    }

    #[test]
    fn nobody_waits_for_ever_nor_for_a_node_that_answers() {
        let home = home();
        let _first = take(home.path(), &mut || (), &|| false).expect("free").expect("a lock");
        let refused = take_within(home.path(), Duration::ZERO, &mut || (), &|| false).expect_err("refused");
        assert_eq!(refused.code, "home_in_use");
        assert_eq!(take(home.path(), &mut || (), &|| true).expect_err("answered there").code, "home_in_use");
    }

    #[test]
    fn where_no_home_is_nothing_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(take(folder.path(), &mut || (), &|| false).expect("nothing to wait for").is_none());
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
    }
}

//! The panic wipe: what must be gone before somebody takes the machine.
//!
//! ```text
//! 1. keys.boucle: overwritten, cut to nothing, removed        a few milliseconds; without it nothing else opens
//! 2. keys in the memory of a running node                     it is asked over the socket, and ends
//! 3. the store and the rest of ours, removed                  best effort
//! ```
//! No passphrase is asked: under duress nobody should have to type one. It works on damaged and on locked homes: nothing
//! is opened. Not promised: on flash a laboratory may find the old key file; it is still under the cost of its
//! passphrases. A key file for unattended starts lies elsewhere and is destroyed by hand.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::keys::keyring::{self, KEYRING_FILE};
use crate::store::STORE_FILE;

/// Files of ours begin with one of these: the file itself, what is left of its making, what was set aside.
const OURS: [&str; 4] = [KEYRING_FILE, STORE_FILE, "node.sock", crate::home::lock::LOCK_FILE];

/// What a wipe did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wiped {
    /// The key-slot file is gone.
    pub keys: bool,
    /// Time from the beginning until it was.
    pub keys_within: Duration,
    /// Files removed, by name.
    pub removed: Vec<String>,
    /// Files that could not be removed, by name.
    pub left: Vec<String>,
}

impl Wiped {
    /// As `--json` prints it.
    pub fn json(&self) -> Json {
        let micros = u64::try_from(self.keys_within.as_micros()).unwrap_or(u64::MAX);
        json!({
            "wiped": self.keys && self.left.is_empty(), "keys": self.keys, "keys_us": micros,
            "removed": self.removed, "left": self.left,
        })
    }
}

/// True if something of ours is in the folder.
pub fn is_home(home: &Path) -> bool {
    !ours(home).is_empty()
}

/// The first step alone: the key-slot file, as fast as the disk allows.
pub fn keys(home: &Path) -> Wiped {
    let began = Instant::now();
    let path = home.join(KEYRING_FILE);
    let was = path.symlink_metadata().is_ok();
    if let Err(error) = keyring::wipe(&path) {
        tracing::warn!(%error, "wiping");
    }
    let gone = path.symlink_metadata().is_err();
    let removed = if was && gone { vec![KEYRING_FILE.to_owned()] } else { Vec::new() };
    Wiped { keys: gone, keys_within: began.elapsed(), removed, left: Vec::new() }
}

/// The third step: everything of ours in the folder, and the folder if nothing else is in it. The keys once more, should
/// somebody have written them meanwhile.
pub fn rest(home: &Path, mut wiped: Wiped) -> Wiped {
    wiped.keys = keys(home).keys;
    for path in ours(home) {
        // cut first: a disk that is told which blocks are free may forget them
        let _ = std::fs::OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(0));
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match std::fs::remove_file(&path) {
            Ok(()) if !wiped.removed.contains(&name) => wiped.removed.push(name),
            Ok(()) => {}
            Err(_) => wiped.left.push(name),
        }
    }
    let _ = std::fs::remove_dir(home);
    wiped
}

/// All that can be done without a running node.
pub fn wipe(home: &Path) -> Wiped {
    rest(home, keys(home))
}

fn ours(home: &Path) -> Vec<PathBuf> {
    let Ok(listed) = std::fs::read_dir(home) else { return Vec::new() };
    let mut found: Vec<PathBuf> = listed
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()))
        .filter(|entry| OURS.iter().any(|prefix| entry.file_name().to_string_lossy().starts_with(prefix)))
        .map(|entry| entry.path())
        .collect();
    // the store before the socket: whoever looks still finds the node that ends
    found.sort();
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_of_ours_goes_and_nothing_else() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = dir.path().join("home");
        std::fs::create_dir(&home).expect("made");
        assert!(!is_home(&home) && !is_home(&dir.path().join("none")));
        let ours = ["keys.boucle", "keys.boucle.tmp", "store.redb", "store.redb.new", "store.redb.1", "node.sock.path"];
        for name in ours {
            std::fs::write(home.join(name), b"damaged beyond reading").expect("written");
        }
        std::fs::write(home.join("notes of somebody.txt"), b"theirs").expect("written");
        std::fs::create_dir(home.join("store.redb.d")).expect("made");
        let wiped = wipe(&home);
        assert!(wiped.keys && wiped.left.is_empty(), "{wiped:?}");
        let mut names: Vec<String> = ours.iter().map(|name| (*name).to_owned()).collect();
        names.retain(|name| name != "keys.boucle.tmp");
        for name in &names {
            assert!(wiped.removed.contains(name), "{name}: {wiped:?}");
        }
        let left: Vec<_> = std::fs::read_dir(&home).expect("listed").flatten().map(|e| e.file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(wiped.keys_within < Duration::from_millis(100), "{wiped:?}");
        // twice is harmless
        assert!(wipe(&home).keys);
    }

    #[test]
    fn a_home_of_which_nothing_else_is_left_goes_too() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = dir.path().join("home");
        std::fs::create_dir(&home).expect("made");
        std::fs::write(home.join("store.redb"), b"keys lost long ago").expect("written");
        assert!(wipe(&home).keys);
        assert!(!home.exists());
    }
}

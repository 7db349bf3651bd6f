//! What keeps secrets out of files the program did not write: core dumps, swap, other processes' eyes.
//!
//! Best effort: a system that refuses does not stop the program. What is in force is told by [`in_force`], for `doctor`
//! and `-v`.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Failure;

/// Pages asked to be kept in memory, and those the system refused.
static KEPT: AtomicU64 = AtomicU64::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// What protects the memory of this process now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hygiene {
    /// A crash leaves no image of the memory.
    pub core_dumps_off: bool,
    /// Other processes of the same user cannot read the memory. `None` where the system has no such switch.
    pub unreadable: Option<bool>,
    /// Keys that were kept out of swap.
    pub keys_kept: u64,
    /// Keys for which the system refused that: its limit of locked memory is too low.
    pub keys_refused: u64,
    /// Some swap is in use. `None` where that cannot be told. Whether it is encrypted cannot be told either.
    pub swap: Option<bool>,
}

impl Hygiene {
    /// Codes of what is missing, for a warning: `core_dumps`, `readable`, `keys_in_swap`.
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if !self.core_dumps_off {
            missing.push("core_dumps");
        }
        if self.unreadable == Some(false) {
            missing.push("readable");
        }
        if self.keys_refused > 0 && self.swap != Some(false) {
            missing.push("keys_in_swap");
        }
        missing
    }
}

/// First thing in `main`: no core dumps, no reading of this process by others. Failing to is told by [`in_force`].
pub fn at_start() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        let _ = setrlimit(Resource::Core, none);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// Keeps the pages under a key out of swap, for as long as the process lives: other keys lie beside it, and what is
/// unlocked once is unlocked for all. The allocator gives the same pages to the next keys.
pub(crate) fn keep_in_memory<T>(key: &T) {
    match region::lock(std::ptr::from_ref(key), size_of::<T>().max(1)) {
        Ok(guard) => {
            std::mem::forget(guard);
            KEPT.fetch_add(1, Ordering::Relaxed);
        }
        Err(_) => {
            REFUSED.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Memory that a request may need beside what its passphrase takes, bytes.
const ROOM: usize = 32 << 20;

/// Fails where the system would not give the memory for ordinary work: whoever runs out of it in the middle is aborted, and
/// says nothing of use.
///
/// # Errors
///
/// `memory_short`.
pub fn require_room() -> Result<(), Failure> {
    // reserved and given back untouched
    match region::alloc(ROOM, region::Protection::NONE) {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::new("memory_short").arg("needed_mb", ROOM >> 20)),
    }
}

/// Fails where the system would not open so many more files: what then goes wrong inside a library names something else.
///
/// # Errors
///
/// `too_many_files`.
#[cfg(unix)]
pub fn require_handles(count: usize) -> Result<(), Failure> {
    let opened: Result<Vec<_>, _> = (0..count).map(|_| std::fs::File::open("/dev/null")).collect();
    match opened {
        Err(error) => Failure::of_lack(&error).map_or(Ok(()), Err),
        Ok(_) => Ok(()),
    }
}

/// Fails where the system would not give so many more threads: a runtime that gets none panics.
///
/// # Errors
///
/// `no_threads`, or what else the system says.
pub fn require_threads(count: usize) -> Result<(), Failure> {
    let gate = std::sync::Mutex::new(());
    let closed = gate.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    std::thread::scope(|scope| {
        let wait = || drop(gate.lock());
        let made: Result<Vec<_>, _> =
            (0..count).map(|_| std::thread::Builder::new().spawn_scoped(scope, wait)).collect();
        drop(closed);
        made.map(drop).map_err(|error| Failure::of_system(&error))
    })
}

/// What is in force in this process.
pub fn in_force() -> Hygiene {
    #[cfg(unix)]
    let core_dumps_off = rustix::process::getrlimit(rustix::process::Resource::Core).current == Some(0);
    #[cfg(not(unix))]
    let core_dumps_off = false;
    #[cfg(target_os = "linux")]
    let unreadable = {
        use rustix::process::{DumpableBehavior, dumpable_behavior};
        Some(matches!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable)))
    };
    #[cfg(not(target_os = "linux"))]
    let unreadable = None;
    // the first line names the columns
    let swap = std::fs::read_to_string("/proc/swaps").ok().map(|text| text.lines().count() > 1);
    Hygiene {
        core_dumps_off,
        unreadable,
        keys_kept: KEPT.load(Ordering::Relaxed),
        keys_refused: REFUSED.load(Ordering::Relaxed),
        swap,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_counted_and_what_is_missing_is_told() {
        let before = in_force();
        keep_in_memory(&[0_u8; 32]);
        let after = in_force();
        assert!(after.keys_kept + after.keys_refused > before.keys_kept + before.keys_refused);
        let all = Hygiene { core_dumps_off: true, unreadable: Some(true), keys_kept: 9, keys_refused: 0, swap: None };
        assert!(all.missing().is_empty());
        let none =
            Hygiene { core_dumps_off: false, unreadable: Some(false), keys_kept: 0, keys_refused: 1, swap: Some(true) };
        assert_eq!(none.missing(), ["core_dumps", "readable", "keys_in_swap"]);
        // what cannot be swapped need not be kept from it
        assert!(Hygiene { swap: Some(false), keys_refused: 1, ..all }.missing().is_empty());
    }

    #[test]
    fn what_an_ordinary_machine_has_is_enough() {
        assert_eq!((require_room(), require_threads(4), require_handles(16)), (Ok(()), Ok(()), Ok(())));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn locked_pages_show_in_the_kernels_account() {
        let locked = || {
            let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
            let line = status.lines().find_map(|line| line.strip_prefix("VmLck:")).expect("told").to_owned();
            line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
        };
        let key = crate::keys::keyring::Secret::new([7; 32]);
        let told = in_force();
        if told.keys_refused == 0 {
            assert!(locked() >= 4, "a page at least");
        }
        drop(key);
    }
}

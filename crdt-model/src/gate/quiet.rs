//! Catching a panic of the CRDT library without printing it: the message of a panic may quote what it choked on.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// The library panicked. Nothing of the panic is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Panicked;

/// Runs `attempt`; a panic inside becomes [`Panicked`] and prints nothing.
///
/// The first call wraps the process's panic hook in one that stays silent on a thread which is inside `caught`, and is
/// otherwise the hook that was there. A hook installed later replaces ours: panics then print, and are still caught.
///
/// What `attempt` was changing must be dropped after a panic: it may be half changed.
pub(crate) fn caught<T>(attempt: impl FnOnce() -> T) -> Result<T, Panicked> {
    HOOK.call_once(|| {
        let inner = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !CATCHING.try_with(Cell::get).unwrap_or(false) {
                inner(info);
            }
        }));
    });
    let outer = CATCHING.replace(true);
    let result = catch_unwind(AssertUnwindSafe(attempt));
    CATCHING.set(outer);
    result.map_err(|_| Panicked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_an_error_and_the_next_attempt_works() {
        assert_eq!(caught(|| panic!("quoted words")).map(|(): ()| 0), Err(Panicked));
        assert_eq!(caught(|| 3), Ok(3));
        assert!(!CATCHING.get());
    }

    #[test]
    fn nested_attempts_stay_silent_to_the_outermost() {
        let outer = caught(|| {
            let inner = caught(|| panic!("inner"));
            assert!(CATCHING.get());
            inner.map(|(): ()| 1)
        });
        assert_eq!(outer, Ok(Err(Panicked)));
    }
}

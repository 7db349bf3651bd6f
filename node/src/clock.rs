//! The clock of the machine, read in one place.

use std::time::{SystemTime, UNIX_EPOCH};

/// A day, milliseconds.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Unix milliseconds by this machine; 0 before 1970.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX))
}

//! A machine whose clock is wrong.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// Unix seconds by this machine's own clock.
pub fn now_s() -> i64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock of the suites is right");
    i64::try_from(age.as_secs()).expect("not so far")
}

/// What shifts the clock of a process, built beside the suites. The program has no such thing in it: whatever it can be
/// made to believe, anybody who sets the machine's clock can make it believe too.
pub(crate) fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let own = std::env::current_exe().expect("a test has a path");
        let built = own.with_file_name("clock-of-suites.so");
        // several suites may build it at once
        let fresh = own.with_file_name(format!("clock-of-suites-{}.so", std::process::id()));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/clock.c");
        let done = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&fresh).arg(source).status();
        assert!(done.expect("a C compiler is here").success());
        std::fs::rename(&fresh, &built).expect("beside it");
        built
    })
}

//! Gives the program the date of its commit: no clock is right that lies before.
//!
//! `SOURCE_DATE_EPOCH` where it is set, else the last commit of this tree, else the date kept below: a source archive has no
//! commits. A build for development asks once and not after each commit, since that would build everything anew; an older
//! date is as true, and only bears less witness.

use std::path::Path;
use std::process::Command;

/// No copy of these sources is older: 2026-11-29T00:00:00Z, Unix seconds.
const KEPT: i64 = 1_795_910_400;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.trim().parse::<i64>().ok());
    let seconds = given.or_else(committed).filter(|seconds| *seconds > 0).unwrap_or(KEPT);
    println!("cargo:rustc-env=BOUCLE_COMMITTED={seconds}");
}

/// When the tree that this package lies in was last committed; `None` outside of it, or without `git`.
fn committed() -> Option<i64> {
    let package = std::env::var("CARGO_MANIFEST_DIR").ok()?;
    let tree = Path::new(&package).parent()?;
    // a copy of the sources inside some other tree has not that tree's date
    if Path::new(&git(tree, &["rev-parse", "--show-toplevel"])?).canonicalize().ok()? != tree.canonicalize().ok()? {
        return None;
    }
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let log = tree.join(git(tree, &["rev-parse", "--git-path", "logs/HEAD"])?);
        if log.exists() {
            println!("cargo:rerun-if-changed={}", log.display());
        }
    }
    git(tree, &["log", "-1", "--format=%ct"])?.parse().ok()
}

fn git(tree: &Path, args: &[&str]) -> Option<String> {
    let told = Command::new("git").arg("-C").arg(tree).args(args).output().ok().filter(|told| told.status.success())?;
    Some(String::from_utf8(told.stdout).ok()?.trim().to_owned())
}

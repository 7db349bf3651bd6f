//! `boucle support-file`: what a technician far away needs, and nothing of a case.
//!
//! A closed list of what may be in it: codes of findings with their counts, versions, sizes, ages, timings, numbers of
//! things. Never a name, a site's code, a reference, a path, a device's id, a key, an address (unless asked for): what is
//! not on the list below cannot get in by being added elsewhere.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Instant;

use serde_json::{Value as Json, json};

use super::{Examined, Finding, disk};
use crate::clock::{self, DAY_MS};
use crate::error::Failure;
use crate::keys::keyring::KEYRING_FILE;
use crate::log::{Log, locked};
use crate::members;
use crate::reply::Reply;
use crate::store::STORE_FILE;
use crate::sync::peers;
use crate::texts::Texts;

/// Arguments of findings that are counts, sizes, ages or codes of this program.
const SHOWN: &[&str] = &[
    "n",
    "hours",
    "days",
    "free_mb",
    "store_mb",
    "kind",
    "name",
    "slots",
    "mib",
    "passes",
    "counter",
    "entries",
    "reason",
    "audiences",
];
/// Failures that are remembered.
const RECENT_MAX: usize = 50;

/// The last failures of this process, by code.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<VecDeque<(&'static str, &'static str, i64)>>);

impl Recent {
    /// A request of this name failed.
    pub(crate) fn note(&self, request: &'static str, failure: &Failure, now_ms: i64) {
        let mut held = locked(&self.0);
        if held.len() == RECENT_MAX {
            held.pop_front();
        }
        held.push_back((request, failure.code, now_ms));
    }

    fn json(&self, now_ms: i64) -> Json {
        let held = locked(&self.0);
        held.iter()
            .map(|(request, code, at)| json!({"command": request, "error": code, "seconds_ago": (now_ms - at) / 1000}))
            .collect()
    }
}

/// The file as JSON. `addresses`: those of this machine on its network may be in it, too.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn support_file(examined: &Examined<'_>, lang: &str, recent: &Recent, addresses: bool) -> Reply {
    let texts = Texts::for_lang(lang);
    let (home, now_ms) = (examined.home, examined.now_ms);
    let begun = Instant::now();
    let findings = super::findings(examined, false, &mut |_| {});
    let looked_ms = ms(begun);
    let shown = |name: &str| SHOWN.contains(&name) || (addresses && name.starts_with("address"));
    let finding = |finding: &Finding| {
        let args = finding.args.iter().filter(|(name, _)| shown(name));
        let found: serde_json::Map<String, Json> =
            args.map(|(name, value)| ((*name).to_owned(), super::number_or_text(value))).collect();
        json!({"check": finding.code, "state": finding.state.as_str(), "found": found})
    };
    let mut file = json!({
        "read_me": texts.get("support-read-me"),
        "program": {"version": env!("CARGO_PKG_VERSION"), "debug": cfg!(debug_assertions)},
        "machine": {
            "system": std::env::consts::OS, "processor": std::env::consts::ARCH, "kernel": kernel(),
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
        },
        "checks": findings.iter().map(finding).collect::<Vec<_>>(),
        "bytes": {"store": disk::size_of(&home.join(STORE_FILE)), "keys": disk::size_of(&home.join(KEYRING_FILE))},
        "running": !examined.listening.is_empty(),
        "recent_failures": recent.json(clock::now_ms()),
        "timings_ms": {"checks": looked_ms},
    });
    if let Some(log) = &examined.log {
        let begun = Instant::now();
        file["held"] = held(log, now_ms)?;
        file["timings_ms"]["counts"] = ms(begun).into();
    }
    Ok(file)
}

fn ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The system's release, `6.1.0-18-amd64`.
fn kernel() -> String {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    release.trim().chars().filter(|c| c.is_ascii_graphic()).take(60).collect()
}

/// Numbers of things, and how long ago each peer was met.
fn held(log: &Log, now_ms: i64) -> Result<Json, Failure> {
    let shared = log.shared();
    let snapshot = log.store.read()?;
    let scopes: Vec<Json> = snapshot
        .scopes()
        .iter()
        .map(|scope| {
            let (chains, entries) = snapshot.chains_of(scope).fold((0, 0), |(n, sum), c| (n + 1u64, sum + c.tip_seq));
            let kind = members::scope_name(log, &shared, scope);
            // `site/JER`: the kind alone
            let kind = kind.split('/').next().filter(|k| matches!(*k, "membership" | "knowledge" | "site" | "pair"));
            json!({"kind": kind, "chains": chains, "entries": entries})
        })
        .collect();
    let peers: Vec<Json> = peers::peers(log)?
        .iter()
        .map(|peer| json!({"days_ago": (now_ms - peer.last_sync_ms) / DAY_MS, "equal": peer.equal}))
        .collect();
    Ok(json!({
        "sites": shared.roster.sites.len(), "members": shared.roster.members.len(),
        "devices": shared.roster.devices.len(), "forks": shared.forks.len(), "scopes": scopes, "peers": peers,
        "members_here": log.keyring().members().count(), "unlocked": log.unlocked().len(),
    }))
}

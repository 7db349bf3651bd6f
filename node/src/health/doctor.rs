//! `boucle doctor`: what is well here, what is not, and what to do about it.
//!
//! Every part is looked at as far as it lets itself be looked at: a home that is locked, damaged or in use still gets its
//! machine, its disk, its network and its key-slot file examined. Nothing is repaired and nothing is sent.
//!
//! A finding is a code with counts and places, never anything of a case; its words are `doctor-<code>` and, where
//! something can be done, `doctor-<code>-advice`. All codes stand once in [`FINDINGS`].

mod disk;
mod keys;
mod machine;
mod org;
mod support;

use std::path::Path;
use std::sync::Arc;

use crdt_model::values::MemberId;
use serde_json::{Value as Json, json};

pub(crate) use support::{Recent, support_file};

#[cfg(test)]
pub(crate) use org::{to_nobody, zones};

use crate::clock::Judged;
use crate::error::Failure;
use crate::keys::keyring::KEYRING_FILE;
use crate::log::{Log, Reader, locked};
use crate::reply::Progress;
use crate::store::STORE_FILE;
use crate::texts::Texts;

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// As it should be.
    Ok,
    /// Works, and deserves a look.
    Warn,
    /// Does not work, or is not safe.
    Bad,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) code: &'static str,
    pub(crate) state: State,
    pub(crate) args: Vec<(&'static str, String)>,
}

impl Finding {
    fn new(state: State, code: &'static str) -> Self {
        debug_assert!(FINDINGS.iter().any(|(known, _)| *known == code), "{code} has no words");
        Self { code, state, args: Vec::new() }
    }

    fn ok(code: &'static str) -> Self {
        Self::new(State::Ok, code)
    }

    fn warn(code: &'static str) -> Self {
        Self::new(State::Warn, code)
    }

    fn bad(code: &'static str) -> Self {
        Self::new(State::Bad, code)
    }

    fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// What it is about: the first word of its code.
    fn area(&self) -> &'static str {
        self.code.split('_').next().unwrap_or(self.code)
    }

    fn json(&self, texts: &Texts) -> Json {
        let found: serde_json::Map<String, Json> =
            self.args.iter().map(|(name, value)| ((*name).to_owned(), number_or_text(value))).collect();
        let (message, advice) = texts.finding(self.code, &self.args);
        json!({
            "area": self.area(), "check": self.code, "state": self.state.as_str(), "found": found,
            "message": message, "advice": advice,
        })
    }
}

fn number_or_text(value: &str) -> Json {
    match value.parse::<u64>() {
        Ok(number) if number.to_string() == value => number.into(),
        _ => value.into(),
    }
}

/// Every code, and the arguments its words may use.
pub(crate) const FINDINGS: &[(&str, &[&str])] = &[
    ("clock_ok", &["now"]),
    ("clock_behind_program", &["now", "than"]),
    ("clock_behind_files", &["now", "than"]),
    ("clock_behind_entry", &["now", "than"]),
    ("clock_unsure", &["now", "than"]),
    ("clock_corrected", &["now", "machine"]),
    ("clock_ahead", &["now"]),
    ("clock_entries_off", &["who", "site", "at", "n"]),
    ("clock_alone", &[]),
    ("home_ok", &["home"]),
    ("home_missing", &["home"]),
    ("home_open_to_others", &["file"]),
    ("home_of_another", &["file"]),
    ("disk_ok", &["free_mb", "store_mb"]),
    ("disk_low", &["free_mb", "store_mb"]),
    ("disk_full", &["free_mb", "store_mb"]),
    ("disk_without_permissions", &["kind"]),
    ("disk_remote", &["kind"]),
    ("disk_in_memory", &["kind"]),
    ("disk_encrypted", &[]),
    ("disk_plain", &[]),
    ("disk_unknown", &[]),
    ("network_ok", &["address"]),
    ("network_none", &[]),
    ("network_listening", &["addresses"]),
    ("network_not_running", &[]),
    ("network_no_port", &[]),
    ("network_firewall", &["name"]),
    ("discovery_ok", &[]),
    ("discovery_impossible", &[]),
    ("discovery_heard", &["n", "who"]),
    ("discovery_alone", &[]),
    ("discovery_off", &[]),
    ("discovery_failed", &["why"]),
    ("keys_ok", &["slots", "mib", "passes"]),
    ("keys_cheap", &["mib", "passes"]),
    ("keys_incarnation", &["incarnation", "counter"]),
    ("keys_damaged", &[]),
    ("keys_too_new", &[]),
    ("keys_unreadable", &[]),
    ("keys_dumpable", &[]),
    ("keys_not_dumpable", &[]),
    ("keys_in_swap", &[]),
    ("store_ok", &["entries", "store_mb"]),
    ("store_locked", &["store_mb"]),
    ("store_missing", &[]),
    ("store_in_use", &[]),
    ("store_unfinished", &[]),
    ("store_failed", &["reason"]),
    ("store_waiting", &["n"]),
    ("store_refused", &["n"]),
    ("store_verified", &["entries"]),
    ("store_space", &["stored_mb", "free_mb"]),
    ("store_problems", &["n"]),
    ("cases_to_nobody", &["n", "who"]),
    ("zones_unknown", &["n", "sites"]),
    ("peers_ok", &["n", "days"]),
    ("peers_never", &[]),
    ("peers_long_ago", &["n", "days"]),
    ("peers_unequal", &["n"]),
    ("members_ok", &["n"]),
    ("members_unconfirmed", &["n"]),
    ("members_suspended", &["n"]),
    ("members_altered", &["n"]),
    ("invitation_reused", &["n"]),
    ("members_invited_falsely", &[]),
    ("members_invited_without_right", &["by"]),
    ("audiences_ok", &[]),
    ("audiences_few", &["audiences"]),
];

/// Codes of what is found of the members.
#[cfg(test)]
pub(crate) fn findings_of_members(log: &crate::log::Log) -> Vec<&'static str> {
    org::members(log).into_iter().map(|finding| finding.code).collect()
}

/// A home, as far as whoever asks is let in.
pub(crate) struct Examined<'a> {
    pub(crate) home: &'a Path,
    /// Who asks, where they could be let in; else why not.
    pub(crate) opened: Result<(Arc<Log>, MemberId), Failure>,
    /// The home, if it is open.
    pub(crate) log: Option<Arc<Log>>,
    pub(crate) judged: Judged,
    /// Unix milliseconds.
    pub(crate) now_ms: i64,
    /// Addresses it serves at.
    pub(crate) listening: Vec<String>,
    /// Who can be reached, of a node that runs.
    pub(crate) reach: Option<Json>,
}

/// `boucle doctor`.
pub(crate) fn doctor(examined: &Examined<'_>, lang: &str, deep: bool, on_progress: &mut dyn FnMut(Progress)) -> Json {
    let texts = Texts::for_lang(lang);
    let findings = findings(examined, deep, on_progress);
    let worst = findings.iter().map(|finding| finding.state).max().unwrap_or(State::Ok);
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    json!({
        "ok": worst != State::Bad, "warn": count(State::Warn), "bad": count(State::Bad),
        "checks": findings.iter().map(|finding| finding.json(&texts)).collect::<Vec<_>>(),
    })
}

/// Everything found.
fn findings(examined: &Examined<'_>, deep: bool, on_progress: &mut dyn FnMut(Progress)) -> Vec<Finding> {
    let Examined { home, opened, log, judged, now_ms, listening, reach } = examined;
    let mut found = machine::clock(home, judged, log.is_some());
    found.extend(disk::home(home));
    found.extend(machine::network(listening));
    found.extend(reach.as_ref().and_then(machine::discovery));
    found.extend(keys::keys(home));
    let store_mb = disk::megabytes(disk::size_of(&home.join(STORE_FILE)));
    match (opened, log) {
        (Ok((log, member)), _) => {
            found.extend(of_device(log, store_mb, deep, *now_ms));
            if let Some(reader) = log.reader(member) {
                found.extend(of_member(log, &mut locked(&reader), deep, *now_ms, on_progress));
            }
        }
        // open, and nobody of those who asked is unlocked
        (Err(_), Some(log)) => found.extend(of_device(log, store_mb, deep, *now_ms)),
        (Err(failure), None) => found.extend(match failure.code {
            // nothing to open, which is told already
            _ if !home.join(KEYRING_FILE).exists() => None,
            _ if !home.join(STORE_FILE).exists() => Some(Finding::bad("store_missing")),
            _ => Some(closed(failure, store_mb)),
        }),
    }
    found
}

/// What the device's own keys tell of an open home.
fn of_device(log: &Log, store_mb: u64, deep: bool, now_ms: i64) -> Vec<Finding> {
    let mut found = org::store(log, store_mb);
    found.extend(org::pages(log, store_mb, deep));
    found.extend(org::members(log));
    found.extend(org::zones(log));
    found.extend(org::peers(log, now_ms));
    found
}

/// What a member's keys tell beside.
fn of_member(
    log: &Log,
    reader: &mut Reader,
    deep: bool,
    now_ms: i64,
    on_progress: &mut dyn FnMut(Progress),
) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(org::entries_off(log, reader, now_ms));
    found.extend(org::to_nobody(log, reader));
    if deep {
        let mut told = |done, total| on_progress(Progress { what: "entries".into(), done, total: Some(total) });
        found.push(org::verified(log, reader, &mut told));
        found.extend(org::space(log));
    }
    found
}

/// Why a home does not open.
fn closed(failure: &Failure, store_mb: u64) -> Finding {
    match failure.code {
        "locked" => Finding::warn("store_locked").arg("store_mb", store_mb),
        "home_in_use" => Finding::warn("store_in_use"),
        "not_initialised" => Finding::bad("store_unfinished"),
        code => Finding::bad("store_failed").arg("reason", code),
    }
}

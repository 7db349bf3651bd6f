//! An open home: its store, whom it met, who is in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::clock::DAY_MS;
use crate::error::Failure;
use crate::exchange::bundle;
use crate::health::astray;
use crate::health::verify;
use crate::list;
use crate::log::{Log, Reader};
use crate::members;
use crate::members::called;
use crate::sync::peers;
use crate::writes::tampering;

use super::{Finding, closed};

/// Not having met anybody for so long deserves a word: days.
const LONG_DAYS: i64 = 7;

/// What the store says of itself: every chain's tip is read and decoded.
pub(super) fn store(log: &Log, store_mb: u64) -> Vec<Finding> {
    let look = || -> Result<Vec<Finding>, Failure> {
        let snapshot = log.store.read()?;
        let mut entries = 0;
        for chain in snapshot.chains().filter(|chain| chain.tip_seq > 0) {
            entries += chain.tip_seq;
            let tip = snapshot.entry_in(&chain.key, chain.tip_seq)?;
            let tip = tip.ok_or_else(|| Failure::new("home_damaged").arg("file", crate::store::STORE_FILE))?;
            log.decode(&tip.bytes)?;
        }
        let mut found = vec![Finding::ok("store_ok").arg("entries", entries).arg("store_mb", store_mb)];
        let counts = snapshot.staging_counts()?;
        let waiting = counts.pending + counts.aside;
        if waiting > 0 {
            found.push(Finding::warn("store_waiting").arg("n", waiting));
        }
        if counts.quarantine > 0 {
            found.push(Finding::warn("store_refused").arg("n", counts.quarantine));
        }
        Ok(found)
    };
    look().unwrap_or_else(|failure| vec![closed(&failure, store_mb)])
}

/// Up to this size all pages of the store are visited without being asked for, MB: a moment on an old laptop.
const PAGES_MB_MAX: u64 = 256;

/// A file in which some page is not what was written.
pub(super) fn pages(log: &Log, store_mb: u64, deep: bool) -> Option<Finding> {
    let damaged = (deep || store_mb <= PAGES_MB_MAX) && !log.store.is_sound();
    damaged.then(|| Finding::bad("store_failed").arg("reason", "home_damaged"))
}

/// Everything checked again.
pub(super) fn verified(log: &Log, reader: &mut Reader, told: &mut dyn FnMut(u64, u64)) -> Finding {
    let shared = log.shared();
    match verify::verify(log, &shared, reader, told) {
        Ok(report) if report["ok"] == true => Finding::ok("store_verified").arg("entries", &report["entries"]),
        Ok(report) => Finding::bad("store_problems").arg("n", report["problems"].as_array().map_or(0, Vec::len)),
        Err(failure) => Finding::bad("store_failed").arg("reason", failure.code),
    }
}

/// What the file holds, and what of it is free or in pieces: it is used again before the file grows.
pub(super) fn space(log: &Log) -> Option<Finding> {
    let space = log.store.space().ok()?;
    let mb = super::disk::megabytes;
    Some(Finding::ok("store_space").arg("stored_mb", mb(space.stored)).arg("free_mb", mb(space.free)))
}

/// Entries dated when it was not, a line a device: its clock was wrong, and nobody else's.
pub(super) fn entries_off(log: &Log, reader: &mut Reader, now_ms: i64) -> Vec<Finding> {
    let told = |alarm: &Json, name: &str| alarm[name].as_str().unwrap_or_default().to_owned();
    let alarms = astray::astray_alarms(log, &log.shared(), reader, now_ms).unwrap_or_default();
    let finding = |alarm: Json| {
        let finding =
            Finding::warn("clock_entries_off").arg("who", told(&alarm, "member")).arg("at", told(&alarm, "at"));
        finding.arg("site", told(&alarm, "site")).arg("n", alarm["entries"].as_u64().unwrap_or(0))
    };
    alarms.into_iter().map(finding).collect()
}

/// Cases given to a role that nobody holds, or to somebody who is not there any more: for whom, and how many.
pub(crate) fn to_nobody(log: &Log, reader: &mut Reader) -> Option<Finding> {
    let shared = log.shared();
    list::catch_up(log, &shared, reader).ok()?;
    let waiting = list::rows(reader).missed();
    let n: usize = waiting.values().sum();
    let who = waiting.iter().map(|(who, n)| format!("{} ({n})", called::named(&shared, who)));
    let who = who.collect::<Vec<_>>().join(", ");
    (n > 0).then(|| Finding::warn("cases_to_nobody").arg("n", n).arg("who", who))
}

/// Sites that count days in a zone of which this program has no rules: here they count as the site above does.
pub(crate) fn zones(log: &Log) -> Option<Finding> {
    let shared = log.shared();
    let unknown: Vec<String> = shared.roster.unknown_zones().map(|(site, zone)| format!("{site} ({zone})")).collect();
    let n = unknown.len();
    (n > 0).then(|| Finding::warn("zones_unknown").arg("n", n).arg("sites", unknown.join(", ")))
}

/// Whom this device met, when, and how they parted.
pub(super) fn peers(log: &Log, now_ms: i64) -> Vec<Finding> {
    let Ok(peers) = peers::peers(log) else { return Vec::new() };
    // who is met by stick alone is met
    let by_bundle = bundle::heard_by_bundle(log).unwrap_or_default();
    let met: BTreeMap<String, i64> = by_bundle.into_iter().map(|(device, ms)| (device.to_string(), ms)).collect();
    let devices: BTreeSet<_> = peers.iter().map(|peer| peer.device.clone()).chain(met.keys().cloned()).collect();
    let Some(last) = peers.iter().map(|peer| peer.last_sync_ms).chain(met.into_values()).max() else {
        return vec![Finding::warn("peers_never")];
    };
    let days = (now_ms - last).max(0) / DAY_MS;
    let met = match days > LONG_DAYS {
        true => Finding::warn("peers_long_ago"),
        false => Finding::ok("peers_ok"),
    };
    let mut found = vec![met.arg("n", devices.len()).arg("days", days)];
    let unequal = peers.iter().filter(|peer| !peer.equal).count();
    if unequal > 0 {
        found.push(Finding::warn("peers_unequal").arg("n", unequal));
    }
    found
}

/// Newcomers nobody confirmed, and audiences too few people can open.
pub(super) fn members(log: &Log) -> Vec<Finding> {
    let list = members::member_list(log);
    let members = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let holds = |name: &str| members.iter().filter(|member| member[name] == true).count();
    let (confirmed, suspended, revoked) = (holds("confirmed"), holds("suspended"), holds("revoked"));
    let uninvited = members.iter().filter(|member| member["standing"] == "uninvited").count();
    let waiting = members.len().saturating_sub(confirmed + suspended + revoked + uninvited);
    let mut found = vec![Finding::ok("members_ok").arg("n", confirmed)];
    if waiting > 0 {
        found.push(Finding::warn("members_unconfirmed").arg("n", waiting));
    }
    if suspended > 0 {
        found.push(Finding::warn("members_suspended").arg("n", suspended));
    }
    let is_altered = |here: bool| {
        let of = members.iter().filter(|member| member["altered"] == true && member["revoked"] == false);
        of.filter(|member| (member["here"] == true) == here).count()
    };
    if is_altered(true) > 0 {
        found.push(Finding::bad("members_invited_falsely"));
    }
    if is_altered(false) > 0 {
        found.push(Finding::warn("members_altered").arg("n", is_altered(false)));
    }
    let alarms = tampering::alarms(log, &log.shared()).unwrap_or_default();
    if let Some(alarm) = alarms.iter().find(|alarm| alarm["code"] == "invitation_void_here") {
        let by = alarm["by"].as_str().unwrap_or_default();
        found.push(Finding::bad("members_invited_without_right").arg("by", by));
    }
    let reused = alarms.iter().filter(|alarm| alarm["code"] == "invitation_reused").count();
    if reused > 0 {
        found.push(Finding::warn("invitation_reused").arg("n", reused));
    }
    let audiences = members::audience_list(log, "fr");
    let few: Vec<&str> = audiences
        .as_array()
        .into_iter()
        .flatten()
        .filter(|audience| audience["members"].as_array().is_none_or(|members| members.len() < 2))
        .filter_map(|audience| audience["audience"].as_str())
        .collect();
    found.push(match few.is_empty() {
        true => Finding::ok("audiences_ok"),
        false => Finding::warn("audiences_few").arg("audiences", few.join(", ")),
    });
    found
}

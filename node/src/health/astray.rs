//! Entries dated when it was not: each tells of the clock of the device that wrote it, and of no other.
//!
//! A time is claimed inside the sealed part of an entry. So only those who read a case hear of it, and the membership,
//! whose entries claim no time, is never meant.

use std::collections::BTreeMap;

use crdt_model::values::moment::rfc3339;
use crdt_model::values::{DeviceId, EntryId};
use serde_json::{Value as Json, json};

use crate::clock::Limits;
use crate::clock::{DAY_MS, PROGRAM_NOT_BEFORE_MS};
use crate::error::Failure;
use crate::list;
use crate::log::now;
use crate::log::{Log, Reader, Shared};
use crate::members;
use crate::reply::Reply;
use crate::store::{Fields, Snapshot, Space};

/// Cases looked through for such entries, the furthest off first.
const CASES_MAX: usize = 200;
/// Devices told of at once.
const DEVICES_MAX: usize = 20;
/// Spans of claimed times kept for a device; beyond them the two nearest become one.
const SPANS_MAX: usize = 16;
const VERSION: u8 = 1;

/// What one device dated when it was not.
struct Astray {
    /// Claimed times with the entries that claim them, in any order.
    entries: Vec<(i64, EntryId, String)>,
}

/// Spans of claimed times that somebody has looked at.
#[derive(Default)]
struct Looked(Vec<(i64, i64)>);

fn looked_key(device: &DeviceId) -> Vec<u8> {
    [b"clock-looked/".as_slice(), &device.0].concat()
}

impl Looked {
    fn of(snapshot: &Snapshot, device: &DeviceId) -> Result<Self, Failure> {
        let held = snapshot.get(Space::Meta, &looked_key(device))?;
        Ok(held.and_then(|bytes| Self::decode(&bytes)).unwrap_or_default())
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut f = Fields(bytes);
        if f.u8()? != VERSION {
            return None;
        }
        let mut spans = Vec::new();
        while !f.0.is_empty() {
            spans.push((f.take().map(i64::from_be_bytes)?, f.take().map(i64::from_be_bytes)?));
        }
        Some(Self(spans))
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        for (from, to) in &self.0 {
            out.extend_from_slice(&from.to_be_bytes());
            out.extend_from_slice(&to.to_be_bytes());
        }
        out
    }

    /// Whether a time belongs to what was looked at: to a span, or to the day before or after it. What a device wrote in
    /// the same wrong days comes bit by bit.
    fn has(&self, at_ms: i64) -> bool {
        let near = |(from, to): &(i64, i64)| (from.saturating_sub(DAY_MS)..=to.saturating_add(DAY_MS)).contains(&at_ms);
        self.0.iter().any(near)
    }

    fn add(&mut self, at_ms: i64) {
        self.0.push((at_ms, at_ms));
        self.0.sort_unstable();
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for (from, to) in self.0.drain(..) {
            match spans.last_mut() {
                Some(last) if from <= last.1.saturating_add(DAY_MS) => last.1 = last.1.max(to),
                _ => spans.push((from, to)),
            }
        }
        while spans.len() > SPANS_MAX {
            let gap = |n: &usize| spans[n + 1].0.abs_diff(spans[*n].1);
            let Some(nearest) = (0..spans.len() - 1).min_by_key(gap) else { break };
            let (_, to) = spans.remove(nearest + 1);
            spans[nearest].1 = to;
        }
        self.0 = spans;
    }
}

/// Between which times entries may be dated: up to a day after now. Where this clock is not believed itself, it bears
/// witness against nobody, and only what no program of this age can have written counts.
fn limits(log: &Log, now_ms: i64) -> Result<Limits, Failure> {
    let (judged, built_ms) = (now::judged(log)?, now::machine(log).built_ms);
    let to_ms = if judged.doubt.is_some() { judged.horizon_ms } else { now_ms.saturating_add(DAY_MS) };
    let from_ms = if built_ms > 0 { PROGRAM_NOT_BEFORE_MS - 7 * DAY_MS } else { i64::MIN };
    Ok(Limits { from_ms, to_ms: to_ms.max(from_ms) })
}

/// Entries of cases this reader reads that are dated when it was not, by the device that wrote them.
fn astray(log: &Log, shared: &Shared, reader: &mut Reader, now_ms: i64) -> Result<BTreeMap<DeviceId, Astray>, Failure> {
    list::catch_up(log, shared, reader)?;
    let limits = limits(log, now_ms)?;
    let snapshot = log.store.read()?;
    let mut found: BTreeMap<DeviceId, Astray> = BTreeMap::new();
    for (scope, doc) in list::rows(reader).dated_off(limits, CASES_MAX) {
        let loaded = list::load_numbered(log, &snapshot, shared, reader, scope, doc)?;
        let view = loaded.view(now_ms);
        let mark = view.mark().map_or_else(|| doc.short(), str::to_owned);
        let written = loaded.document.history.iter().map(|written| &written.stamp);
        for stamp in written.filter(|stamp| limits.is_off(stamp.claimed_ms)) {
            let of = found.entry(stamp.device).or_insert_with(|| Astray { entries: Vec::new() });
            if !of.entries.iter().any(|(_, entry, _)| *entry == stamp.entry) {
                of.entries.push((stamp.claimed_ms, stamp.entry, mark.clone()));
            }
        }
    }
    Ok(found)
}

/// One line a device, for people: which entry of whose machine is dated when.
fn astray_line(
    log: &Log,
    shared: &Shared,
    device: &DeviceId,
    entries: &[&(i64, EntryId, String)],
    now_ms: i64,
) -> Json {
    let furthest = entries.iter().max_by_key(|(at_ms, ..)| at_ms.abs_diff(now_ms));
    let Some((at_ms, entry, case)) = furthest else { return Json::Null };
    let ids: Vec<_> = shared.people_at(device).map(|(id, _)| *id).collect();
    let site = ids.first().map(|id| members::own_site(shared, id));
    let cases: std::collections::BTreeSet<&str> = entries.iter().map(|(_, _, case)| case.as_str()).collect();
    let here = *device == log.device;
    let code = match (*at_ms > now_ms, here) {
        (true, false) => "entry_ahead",
        (true, true) => "entry_ahead_here",
        (false, false) => "entry_behind",
        (false, true) => "entry_behind_here",
    };
    let name = if ids.is_empty() { device.short() } else { shared.names_of(ids.into_iter()) };
    json!({
        "code": code, "member": name, "id": device.short(), "device": device, "site": site, "at": rfc3339(*at_ms),
        "entry": entry, "ref": case, "entries": entries.len(), "cases": cases.len(),
    })
}

/// What was not looked at yet of entries dated when it was not: one line a device.
pub(crate) fn astray_alarms(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    now_ms: i64,
) -> Result<Vec<Json>, Failure> {
    let found = astray(log, shared, reader, now_ms)?;
    let snapshot = log.store.read()?;
    let mut lines = Vec::new();
    for (device, astray) in &found {
        let looked = Looked::of(&snapshot, device)?;
        let fresh: Vec<_> = astray.entries.iter().filter(|(at_ms, ..)| !looked.has(*at_ms)).collect();
        if !fresh.is_empty() && lines.len() < DEVICES_MAX {
            lines.push(astray_line(log, shared, device, &fresh, now_ms));
        }
    }
    Ok(lines)
}

/// `entries` of `boucle clock show`: those looked at too.
pub(crate) fn astray_json(log: &Log, shared: &Shared, reader: &mut Reader) -> Reply {
    let now_ms = now::now_ms(log);
    let found = astray(log, shared, reader, now_ms)?;
    let snapshot = log.store.read()?;
    let mut lines = Vec::new();
    for (device, astray) in found.iter().take(DEVICES_MAX) {
        let looked = Looked::of(&snapshot, device)?;
        let mut line = astray_line(log, shared, device, &astray.entries.iter().collect::<Vec<_>>(), now_ms);
        line["accepted"] = json!(astray.entries.iter().all(|(at_ms, ..)| looked.has(*at_ms)));
        lines.push(line);
    }
    Ok(Json::Array(lines))
}

/// `boucle clock accept`: somebody has looked at them. `who`: a member, a site or the first digits of a device; absent:
/// all.
pub(crate) fn clock_accept(log: &Log, reader: &mut Reader, who: Option<&str>) -> Reply {
    let shared = log.shared();
    let now_ms = now::now_ms(log);
    let found = astray(log, &shared, reader, now_ms)?;
    let mut accepted = Vec::new();
    for (device, astray) in &found {
        let line = astray_line(log, &shared, device, &astray.entries.iter().collect::<Vec<_>>(), now_ms);
        if who.is_none_or(|who| is_meant(&shared, device, &line, who)) {
            accepted.push((device, astray, line));
        }
    }
    if accepted.is_empty() {
        return Err(Failure::new("nothing_to_accept"));
    }
    log.commit_quietly(|tx| {
        for (device, astray, _) in &accepted {
            let key = looked_key(device);
            let held = tx.get(Space::Meta, &key)?.and_then(|bytes| Looked::decode(&bytes));
            let mut looked = held.unwrap_or_default();
            astray.entries.iter().for_each(|(at_ms, ..)| looked.add(*at_ms));
            tx.put(Space::Meta, &key, &looked.encode())?;
        }
        Ok::<_, Failure>(())
    })?;
    Ok(json!({"accepted": accepted.into_iter().map(|(.., line)| line).collect::<Vec<_>>()}))
}

fn is_meant(shared: &Shared, device: &DeviceId, line: &Json, who: &str) -> bool {
    /// Digits that name a device, at least.
    const DIGITS_MIN: usize = 4;
    let who = who.trim();
    let named = shared.called(who, shared.roster.members.keys());
    let bears = named.iter().filter_map(|id| shared.roster.members.get(id)).any(|member| member.device == *device);
    let is_site = line["site"].as_str().is_some_and(|site| site.eq_ignore_ascii_case(who));
    let begins = who.len() >= DIGITS_MIN && device.to_string().starts_with(&who.to_ascii_lowercase());
    bears || is_site || begins
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR_MS: i64 = 366 * DAY_MS;

    #[test]
    fn what_was_looked_at_stays_so_and_another_wrong_spell_is_new() {
        let mut looked = Looked::default();
        assert!(!looked.has(100 * YEAR_MS));
        looked.add(100 * YEAR_MS);
        looked.add(100 * YEAR_MS + DAY_MS);
        let kept = Looked::decode(&looked.encode()).expect("what was written is read");
        assert_eq!(kept.0, [(100 * YEAR_MS, 100 * YEAR_MS + DAY_MS)]);
        assert!(kept.has(100 * YEAR_MS + 2 * DAY_MS) && kept.has(100 * YEAR_MS - DAY_MS));
        assert!(!kept.has(100 * YEAR_MS + 3 * DAY_MS) && !kept.has(60 * YEAR_MS));
    }

    #[test]
    fn spans_are_bounded_and_whatever_was_looked_at_stays_looked_at() {
        let mut looked = Looked::default();
        let times: Vec<i64> = (0..100).map(|n| n * n * 10 * DAY_MS).collect();
        for (n, at_ms) in times.iter().enumerate() {
            looked.add(*at_ms);
            assert!(looked.0.len() <= SPANS_MAX);
            assert!(times[..=n].iter().all(|at_ms| looked.has(*at_ms)));
        }
    }

    #[test]
    fn other_bytes_are_as_if_nothing_was_looked_at() {
        for bytes in [&[][..], &[2], &[1, 0], &[1; 16]] {
            assert!(Looked::decode(bytes).is_none_or(|looked| looked.0.is_empty()), "{bytes:?}");
        }
    }
}

//! The node at a glance: `status`, `fingerprint`.

use crdt_model::values::ChainKey;
use serde_json::{Value as Json, json};

use crate::cases;
use crate::clock::DAY_MS;
use crate::error::Failure;
use crate::health::astray;
use crate::list;
use crate::list::Counts;
use crate::log::now;
use crate::log::{Log, Reader, Shared, meta};
use crate::members;
use crate::store::Space;
use crate::sync::gaps;
use crate::sync::peers;
use crate::writes::erase;
use crate::writes::held;
use crate::writes::reclassify;
use crate::writes::tampering;
use crate::writes::withdraw;

/// Lines of `todo` that are told at a glance.
const TODO_FIRST: u64 = 3;

/// Per scope: entries, tips, frontier hash.
pub(crate) fn fingerprint(log: &Log, shared: &Shared) -> Result<Json, Failure> {
    let snapshot = log.store.read()?;
    let mut scopes = shared.roster.scopes();
    for scope in cases::case_scopes(log, shared) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let mut rows = Vec::with_capacity(scopes.len());
    for scope in scopes {
        let frontier = log.frontier(&snapshot, shared, &scope)?;
        let hash = data_encoding::HEXLOWER.encode(&frontier.hash(&log.org, &scope));
        rows.push(json!({
            "scope": members::scope_name(log, shared, &scope), "id": scope,
            "entries": frontier.entries(), "tips": frontier.len(), "fingerprint": hash,
        }));
    }
    Ok(Json::Array(rows))
}

/// Who works on this machine, and who is unlocked.
pub(crate) fn members_json(log: &Log, shared: &Shared) -> Json {
    let unlocked = log.unlocked();
    let members = shared.here.iter();
    members.map(|id| json!({"name": shared.name(id), "unlocked": unlocked.contains(id)})).collect()
}

/// `boucle status`.
pub(crate) fn status(
    log: &Log,
    shared: &Shared,
    reader: Option<&mut Reader>,
    lang: &str,
    now_ms: i64,
) -> Result<Json, Failure> {
    let members = members_json(log, shared);
    let site = shared.here.first().map(|member| members::own_site(shared, member)).unwrap_or_default();
    let (mut late, mut astray, mut todo) = (Vec::new(), Vec::new(), Json::Null);
    let counts = match reader {
        None => None,
        Some(reader) => {
            late = reclassify::own_late(log, shared, reader, None)?;
            list::catch_up(log, shared, reader)?;
            astray = astray::astray_alarms(log, shared, reader, now_ms)?;
            todo = list::todo::todo(log, shared, reader, Some(TODO_FIRST), lang, now_ms)?;
            Some(list::rows(reader).counts(now_ms))
        }
    };
    let of_cases = |count: fn(&Counts) -> usize| counts.as_ref().map_or(0, count);
    let gaps = gaps::open_gaps(log, &log.store.read()?, shared)?.len();
    let (only_here, oldest) = only_here(log, now_ms)?;
    let alarms: Vec<Json> = tampering::alarms(log, shared)?.into_iter().chain(astray).collect();
    Ok(json!({
        "org": shared.org_name, "org_id": log.org, "device": log.device,
        "site": site, "zone": shared.roster.zone_of(&site).name(), "members": members, "peers": peers::peers_json(log, now_ms)?,
        "clock": now::judged(log)?.glance(),
        "only_here": {"entries": only_here, "oldest": oldest},
        "sections_missing": gaps,
        "held": held::held_back(log)?,
        "cases": of_cases(|c| c.cases), "undelivered": of_cases(|c| c.undelivered), "conflicts": of_cases(|c| c.conflicts),
        "overdue": of_cases(|c| c.overdue), "todo": todo,
        "alarms": alarms, "late_edits": late, "erasures_to_approve": erase::to_approve(log, shared)?,
    }))
}

/// Own entries that no peer is known to hold, and since when: the time of the last sync, or of the first own entry.
fn only_here(log: &Log, now_ms: i64) -> Result<(u64, Json), Failure> {
    let snapshot = log.store.read()?;
    let held = withdraw::held_by_peers(log, &snapshot)?;
    let mut only = 0;
    for chain in snapshot.chains().filter(|chain| chain.key.device == log.device) {
        let key = ChainKey { device: chain.key.device, incarnation: chain.key.incarnation };
        let there = held.get(&(chain.key.scope, key)).and_then(|seen| seen.iter().max()).copied().unwrap_or(0);
        only += chain.tip_seq.saturating_sub(there);
    }
    let oldest = snapshot.get(Space::Meta, meta::OLDEST_HERE)?;
    let oldest = oldest.and_then(|bytes| bytes.as_slice().try_into().ok()).map(i64::from_be_bytes);
    // by a clock that was ahead then: it is not known since when
    let oldest = oldest.filter(|since_ms| *since_ms <= now_ms.saturating_add(DAY_MS));
    Ok((only, json!(oldest.filter(|_| only > 0).map(crdt_model::values::moment::rfc3339))))
}

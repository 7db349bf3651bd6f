//! The node at a glance: `status`, `fingerprint`.

use crdt_model::frontier::ChainKey;
use serde_json::{Value as Json, json};

use crate::clock::DAY_MS;
use crate::error::Failure;
use crate::list::Counts;
use crate::log::{Log, Reader, Shared, meta};
use crate::store::Space;

impl Log {
    /// Per scope: entries, tips, frontier hash.
    pub(crate) fn fingerprint(&self, shared: &Shared) -> Result<Json, Failure> {
        let snapshot = self.store.read()?;
        let mut scopes = shared.roster.scopes();
        for scope in self.case_scopes(shared) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        let mut rows = Vec::with_capacity(scopes.len());
        for scope in scopes {
            let frontier = self.frontier(&snapshot, shared, &scope)?;
            let hash = data_encoding::HEXLOWER.encode(&frontier.hash(&self.org, &scope));
            rows.push(json!({
                "scope": self.scope_name(shared, &scope), "id": scope,
                "entries": frontier.entries(), "tips": frontier.len(), "fingerprint": hash,
            }));
        }
        Ok(Json::Array(rows))
    }

    /// Name of a scope, also before the membership has arrived.
    pub(crate) fn scope_name(&self, shared: &Shared, scope: &crdt_model::id::ScopeId) -> String {
        let own = shared.invitations.iter().map(|i| &i.site);
        own.into_iter()
            .find(|site| crdt_model::roster::site_scope(&self.org, site) == *scope)
            .map_or_else(|| shared.roster.scope_name(scope), |site| format!("site/{site}"))
    }

    /// Who works on this machine, and who is unlocked.
    pub(crate) fn members_json(&self, shared: &Shared) -> Json {
        let unlocked = self.unlocked();
        let members = shared.here.iter();
        members.map(|id| json!({"name": shared.name(id), "unlocked": unlocked.contains(id)})).collect()
    }

    /// `boucle status`.
    pub(crate) fn status(&self, shared: &Shared, reader: Option<&mut Reader>, now_ms: i64) -> Result<Json, Failure> {
        let members = self.members_json(shared);
        let site = shared.here.first().map(|member| self.own_site(shared, member)).unwrap_or_default();
        let (mut late, mut astray) = (Vec::new(), Vec::new());
        let counts = match reader {
            None => None,
            Some(reader) => {
                late = self.own_late(shared, reader, None)?;
                self.catch_up(shared, reader)?;
                astray = self.astray_alarms(shared, reader, now_ms)?;
                Some(reader.projection.counts(now_ms))
            }
        };
        let of_cases = |count: fn(&Counts) -> usize| counts.as_ref().map_or(0, count);
        let gaps = self.open_gaps(&self.store.read()?, shared)?.len();
        let (only_here, oldest) = self.only_here(now_ms)?;
        let alarms: Vec<Json> = self.alarms(shared)?.into_iter().chain(astray).collect();
        Ok(json!({
            "org": shared.org_name, "org_id": self.org, "device": self.device,
            "site": site, "zone": shared.roster.zone_of(&site).name(), "members": members, "peers": self.peers_json(now_ms)?,
            "clock": self.judged()?.glance(),
            "only_here": {"entries": only_here, "oldest": oldest},
            "sections_missing": gaps,
            "held": self.held_back()?,
            "cases": of_cases(|c| c.cases), "undelivered": of_cases(|c| c.undelivered), "conflicts": of_cases(|c| c.conflicts),
            "overdue": of_cases(|c| c.overdue),
            "alarms": alarms, "late_edits": late, "erasures_to_approve": self.to_approve(shared)?,
        }))
    }

    /// Own entries that no peer is known to hold, and since when: the time of the last sync, or of the first own entry.
    fn only_here(&self, now_ms: i64) -> Result<(u64, Json), Failure> {
        let snapshot = self.store.read()?;
        let held = self.held_by_peers(&snapshot)?;
        let mut only = 0;
        for chain in snapshot.chains().filter(|chain| chain.key.device == self.device) {
            let key = ChainKey { device: chain.key.device, incarnation: chain.key.incarnation };
            let there = held.get(&(chain.key.scope, key)).and_then(|seen| seen.iter().max()).copied().unwrap_or(0);
            only += chain.tip_seq.saturating_sub(there);
        }
        let oldest = snapshot.get(Space::Meta, meta::OLDEST_HERE)?;
        let oldest = oldest.and_then(|bytes| bytes.as_slice().try_into().ok()).map(i64::from_be_bytes);
        // by a clock that was ahead then: it is not known since when
        let oldest = oldest.filter(|since_ms| *since_ms <= now_ms.saturating_add(DAY_MS));
        Ok((only, json!(oldest.filter(|_| only > 0).map(crdt_model::case::moment::rfc3339))))
    }
}

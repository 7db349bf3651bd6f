//! What the verdicts of kept rows rest on: whether a changed membership leaves them as they are.

use std::collections::{BTreeMap, BTreeSet};

use crdt_model::roster::{Standing, site_scope};
use crdt_model::taxonomy::OwnTable;
use crdt_model::values::{DeviceId, EntryId, Incarnation, MemberId, ScopeId};
use crdt_model::zone::RULES;

use crate::log::Shared;
use crate::store::Fields;

/// A text of 255 bytes at most, after its length.
fn put_text(out: &mut Vec<u8>, text: &str) {
    let text = &text.as_bytes()[..text.len().min(255)];
    out.push(text.len() as u8);
    out.extend_from_slice(text);
}

fn take_text(f: &mut Fields<'_>) -> Option<String> {
    let len = f.u8()?;
    Some(std::str::from_utf8(f.bytes(usize::from(len))?).ok()?.to_owned())
}

/// A member as verdicts ask for one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Judged {
    device: DeviceId,
    join: EntryId,
    is_void: bool,
    /// Entries that gave the roles held.
    roles: BTreeSet<EntryId>,
}

/// The membership, forks and taxonomy that rows were judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Basis {
    taxonomy: String,
    members: BTreeMap<MemberId, Judged>,
    forks: BTreeMap<(ScopeId, DeviceId, Incarnation), u64>,
    /// Version of the rules of zones.
    rules: String,
    /// In which zone the cases of a scope count days, and in which hours their clocks run.
    zones: BTreeMap<ScopeId, String>,
}

impl Basis {
    pub(super) fn of(shared: &Shared) -> Self {
        let member = |(id, member): (&MemberId, &crdt_model::roster::Member)| {
            let standing = Judged {
                device: member.device,
                join: member.join,
                is_void: member.standing == Standing::Void,
                roles: member.roles.iter().map(|held| held.by).collect(),
            };
            (*id, standing)
        };
        let sites = shared.roster.sites.values().map(|site| site.scope);
        let invited = shared.invitations.iter().map(|invitation| site_scope(&shared.roster.org, &invitation.site));
        // 64 bytes and 160: see `ZONE_BYTES_MAX` and `HOURS_BYTES_MAX`
        let zone = |scope: ScopeId| {
            let (zone, hours) = (shared.zone_at(&scope), shared.hours_at(&scope));
            (scope, format!("{zone}{}", hours.map_or_else(String::new, |hours| format!(" {hours}"))))
        };
        Self {
            // bodies set clocks
            taxonomy: format!("{} {:x?}", shared.taxonomy.version, shared.own.digest(OwnTable::Body)),
            members: shared.roster.members.iter().map(member).collect(),
            forks: shared.forks.iter().map(|((s, c), seq)| ((*s, c.device, c.incarnation), *seq)).collect(),
            rules: RULES.to_owned(),
            zones: sites.chain(invited).map(zone).collect(),
        }
    }

    /// True if nothing that was good under `held` can have become void or be of another day: everybody is still who they
    /// were, with at least the roles they had, no chain is cut that was not, and no site counts in another zone or works at other hours.
    pub(super) fn is_grown_from(&self, held: &Self) -> bool {
        let still = |(id, was): (&MemberId, &Judged)| {
            self.members.get(id).is_some_and(|is| {
                (is.device, is.join, is.is_void) == (was.device, was.join, was.is_void)
                    && is.roles.is_superset(&was.roles)
            })
        };
        let counts_alike = |(scope, was): (&ScopeId, &String)| self.zones.get(scope) == Some(was);
        self.taxonomy == held.taxonomy
            && self.rules == held.rules
            && self.forks == held.forks
            && held.zones.iter().all(counts_alike)
            && held.members.iter().all(still)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        put_text(out, &self.taxonomy);
        out.extend_from_slice(&(self.members.len() as u32).to_be_bytes());
        for (id, member) in &self.members {
            out.extend_from_slice(&id.0);
            out.extend_from_slice(&member.device.0);
            out.extend_from_slice(&member.join.0);
            out.push(u8::from(member.is_void));
            out.extend_from_slice(&(member.roles.len() as u32).to_be_bytes());
            member.roles.iter().for_each(|role| out.extend_from_slice(&role.0));
        }
        out.extend_from_slice(&(self.forks.len() as u32).to_be_bytes());
        for ((scope, device, incarnation), seq) in &self.forks {
            out.extend_from_slice(&scope.0);
            out.extend_from_slice(&device.0);
            out.extend_from_slice(&incarnation.0);
            out.extend_from_slice(&seq.to_be_bytes());
        }
        put_text(out, &self.rules);
        out.extend_from_slice(&(self.zones.len() as u32).to_be_bytes());
        for (scope, zone) in &self.zones {
            out.extend_from_slice(&scope.0);
            put_text(out, zone);
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut f = Fields(bytes);
        let taxonomy = take_text(&mut f)?;
        let (mut members, mut forks) = (BTreeMap::new(), BTreeMap::new());
        for _ in 0..f.u32()? {
            let id = MemberId(f.take()?);
            let (device, join, is_void) = (DeviceId(f.take()?), EntryId(f.take()?), f.u8()? != 0);
            let roles: Option<BTreeSet<EntryId>> = (0..f.u32()?).map(|_| f.take().map(EntryId)).collect();
            members.insert(id, Judged { device, join, is_void, roles: roles? });
        }
        for _ in 0..f.u32()? {
            let chain = (ScopeId(f.take()?), DeviceId(f.take()?), Incarnation(f.take()?));
            forks.insert(chain, f.u64()?);
        }
        let (rules, mut zones) = (take_text(&mut f)?, BTreeMap::new());
        for _ in 0..f.u32()? {
            let scope = ScopeId(f.take()?);
            zones.insert(scope, take_text(&mut f)?);
        }
        f.end(Self { taxonomy, members, forks, rules, zones })
    }
}

//! What the verdicts of kept rows rest on: whether a changed membership leaves them as they are.

use std::collections::{BTreeMap, BTreeSet};

use crdt_model::id::{DeviceId, EntryId, Incarnation, MemberId, ScopeId};
use crdt_model::roster::Standing;
use crdt_model::taxonomy::Taxonomy;

use crate::core::Shared;
use crate::store::Fields;

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
        Self {
            taxonomy: Taxonomy::shipped().version.clone(),
            members: shared.roster.members.iter().map(member).collect(),
            forks: shared.forks.iter().map(|((s, c), seq)| ((*s, c.device, c.incarnation), *seq)).collect(),
        }
    }

    /// True if nothing that was good under `held` can have become void: everybody is still who they were, with at least
    /// the roles they had, and no chain is cut that was not.
    pub(super) fn is_grown_from(&self, held: &Self) -> bool {
        let still = |(id, was): (&MemberId, &Judged)| {
            self.members.get(id).is_some_and(|is| {
                (is.device, is.join, is.is_void) == (was.device, was.join, was.is_void)
                    && is.roles.is_superset(&was.roles)
            })
        };
        self.taxonomy == held.taxonomy && self.forks == held.forks && held.members.iter().all(still)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.taxonomy.len().min(255) as u8);
        out.extend_from_slice(&self.taxonomy.as_bytes()[..self.taxonomy.len().min(255)]);
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
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut f = Fields(bytes);
        let len = f.u8()?;
        let taxonomy = std::str::from_utf8(f.bytes(usize::from(len))?).ok()?.to_owned();
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
        f.end(Self { taxonomy, members, forks })
    }
}

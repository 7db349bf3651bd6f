//! Who may sign an erasure: judged at what the signature's own `auth` knows, so that nothing that comes later makes it
//! count or undoes it.

use std::collections::BTreeMap;

use super::{HeldRole, Member, Past, Pick, Roster, role_profile};
use crate::taxonomy::Capabilities;
use crate::values::{DeviceId, EntryId, MemberId, ScopeId};

/// What a signature under an erasure is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Eraser {
    /// Beside one that erases: of somebody confirmed in a role from which audiences take their members.
    Seconds,
    /// One of two: of somebody confirmed in a role that may erase at the document's site.
    Erases,
}

/// The Confirms that count, by Invite.
pub(super) type Picks = BTreeMap<EntryId, Vec<Pick>>;

/// Of the Confirms of one Invite that `known` accepts, the one that counts: one that knows another changes nothing; of the
/// rest that by the most senior author, then that of the lowest id.
pub(super) fn picked<'p>(of_invite: &'p [Pick], past: &Past, known: impl Fn(&EntryId) -> bool) -> Option<&'p Pick> {
    let held = || of_invite.iter().filter(|pick| known(&pick.id));
    let is_first = |pick: &&Pick| !held().any(|other| other.id != pick.id && past.contains(&pick.id, &other.id));
    held().filter(is_first).min_by_key(|pick| (pick.rank, pick.id))
}

impl Roster {
    /// What the signature of a device under an erasure in this scope is worth, as an entry with this `auth` could know;
    /// `None` for nothing, and while part of `auth` is not held.
    pub fn eraser_at(&self, device: &DeviceId, scope: &ScopeId, auth: &[EntryId]) -> Option<Eraser> {
        self.eraser(|_, member| member.device == *device, scope, auth)
    }

    /// As [`eraser_at`](Self::eraser_at), of one member of a device.
    pub fn eraser_of(&self, member: &MemberId, scope: &ScopeId, auth: &[EntryId]) -> Option<Eraser> {
        self.eraser(|id, _| id == member, scope, auth)
    }

    /// Whether somebody was confirmed, as an entry with this `auth` could know.
    pub fn confirmed_at(&self, member: &MemberId, auth: &[EntryId]) -> bool {
        let (rights, past) = (self.rights(), self.past.closure(auth));
        past.is_some_and(|past| {
            let held = rights.members.get(member);
            held.is_some_and(|held| rights.is_confirmed(held, |entry| past.contains(entry)))
        })
    }

    fn eraser(
        &self,
        is_meant: impl Fn(&MemberId, &Member) -> bool,
        scope: &ScopeId,
        auth: &[EntryId],
    ) -> Option<Eraser> {
        let rights = self.rights();
        let past = self.past.closure(auth)?;
        let known = |entry: &EntryId| past.contains(entry);
        let site = &rights.sites.values().find(|site| site.scope == *scope)?.op.code;
        if !rights.tree.has(site, known) {
            return None;
        }
        let meant = rights.members.iter().filter(|(id, member)| is_meant(id, member) && known(&member.join));
        meant
            .filter(|(_, member)| rights.is_confirmed(member, known))
            .flat_map(|(_, member)| member.roles.iter().filter(|held| known(&held.by)))
            .filter_map(|held| rights.worth(held, site, known))
            .max()
    }

    fn worth(&self, held: &HeldRole, site: &str, known: impl Fn(&EntryId) -> bool) -> Option<Eraser> {
        let profile = role_profile(&held.role)?;
        let erases = profile.capabilities.contains(Capabilities::ERASE);
        if erases && self.role_reaches(held, &profile, site, known) {
            return Some(Eraser::Erases);
        }
        // an audience is the organisation's: whoever may be of one sees the cases sealed to it, of whatever site
        (!profile.audiences.is_empty()).then_some(Eraser::Seconds)
    }

    /// Founded, or confirmed by an entry that `known` accepts.
    fn is_confirmed(&self, member: &Member, known: impl Fn(&EntryId) -> bool) -> bool {
        let of_invite = self.picks.get(&member.invite).map_or(&[][..], Vec::as_slice);
        member.invite == EntryId::ZERO
            || picked(of_invite, &self.past, known).is_some_and(|pick| pick.join == member.join)
    }

    /// The membership as the pasts of its entries alone make it: no Join is void in it because another was confirmed.
    fn rights(&self) -> &Self {
        self.rights.as_deref().unwrap_or(self)
    }
}

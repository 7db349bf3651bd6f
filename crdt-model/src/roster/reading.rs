//! Who reads the personal layer of which site, by the roles held. No reading crosses the border of a partner, inwards or
//! outwards.

use super::{HeldRole, Member, Roster, role_profile};
use crate::taxonomy::PersonalReach;
use crate::values::{DeviceId, EntryId, MemberId};

/// What a membership says of who reads which site.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'r>(&'r Roster);

impl<'r> Reading<'r> {
    /// By this membership.
    pub fn of(roster: &'r Roster) -> Self {
        Self(roster)
    }

    /// Whether a site is a partner's, or lies below one, by all that is known now.
    pub fn is_partners(&self, site: &str) -> bool {
        self.0.tree.is_partners(site, |_| true)
    }

    /// Whether a role held at `at` opens the personal layer of a site's cases, by all that is known now.
    pub fn by_role(&self, role: &str, at: &str, site: &str) -> bool {
        self.by_role_in(role, at, site, |_| true)
    }

    /// As [`by_role`](Self::by_role), by the entries that `known` accepts.
    fn by_role_in(&self, role: &str, at: &str, site: &str, known: impl Fn(&EntryId) -> bool) -> bool {
        let Some(profile) = role_profile(role) else { return false };
        let tree = &self.0.tree;
        match profile.reads_personal {
            PersonalReach::None => false,
            PersonalReach::PartnerSite => at == site && tree.is_partners(site, known),
            PersonalReach::OwnSite => at == site,
            PersonalReach::Region => tree.is_under(site, at, &known) && tree.same_house(site, at, known),
            PersonalReach::All => tree.same_house(site, at, known),
        }
    }

    /// Whether a role held opens the personal layer of whatever is made below `site`, but a partner's, by all that is known
    /// now.
    pub fn below(&self, held: &HeldRole, site: &str) -> bool {
        let reach = role_profile(&held.role).map(|profile| profile.reads_personal);
        matches!(reach, Some(PersonalReach::Region | PersonalReach::All)) && self.by_role(&held.role, &held.site, site)
    }

    /// Whether somebody opens the personal layer of a site's cases by one of their roles, by all that is known now.
    pub fn by_member(&self, member: &Member, site: &str) -> bool {
        member.roles.iter().any(|held| self.by_role(&held.role, &held.site, site))
    }

    /// Whether some member of a device opens the personal layer of a site's cases, by all that is known now.
    pub fn by_device(&self, device: &DeviceId, site: &str) -> bool {
        self.0.members.values().any(|member| member.device == *device && self.by_member(member, site))
    }

    /// Whether a member of a device opens the personal layer of a site's cases, was confirmed, and passes `test`, by the
    /// entries that `known` accepts.
    pub(super) fn by_confirmed_in(
        &self,
        device: &DeviceId,
        site: &str,
        known: impl Fn(&EntryId) -> bool,
        test: impl Fn(&MemberId) -> bool,
    ) -> bool {
        let confirmed = |member: &Member| {
            let confirms = self.0.confirms.get(&member.join).map_or(&[][..], Vec::as_slice);
            member.invite == EntryId::ZERO || confirms.iter().any(&known)
        };
        self.0.members.iter().any(|(id, member)| {
            let here = member.device == *device && known(&member.join) && !self.0.void_joins.contains(&member.join);
            let reads = |held: &HeldRole| known(&held.by) && self.by_role_in(&held.role, &held.site, site, &known);
            here && confirmed(member) && member.roles.iter().any(reads) && test(id)
        })
    }
}

//! How far a role reaches: the site it is held at and the sites below it; everywhere, for one that makes sites and is held
//! at the root.
//!
//! Which site is below which is what the Site entries of a past say. Of several with one code, one that knows another
//! changes nothing. Those that do not know of each other are all asked: the site is below only where each of them says so,
//! so nobody widens a reach by writing a site again.

use std::collections::{BTreeMap, BTreeSet};

use super::{HeldRole, Member, Past, Roster, SiteKind, SiteOp, role_profile};
use crate::taxonomy::{Capabilities, RoleProfile};
use crate::values::{DeviceId, EntryId, MemberId};

/// Sites nested deeper than this are in nobody's reach but the root's: what is a circle, too.
pub(super) const DEPTH_MAX: usize = 64;

/// Every Site entry that counts and knew of no other with its code.
#[derive(Debug, Clone, Default)]
pub(super) struct SiteTree(BTreeMap<String, Vec<SiteEntry>>);

#[derive(Debug, Clone)]
struct SiteEntry {
    entry: EntryId,
    parent: Option<String>,
    is_partner: bool,
}

impl SiteTree {
    /// Takes in an entry, all of whose past was taken in.
    pub(super) fn add(&mut self, entry: EntryId, site: &SiteOp, past: &Past) {
        let of_code = self.0.entry(site.code.clone()).or_default();
        if !of_code.iter().any(|other| past.contains(&entry, &other.entry)) {
            let is_partner = site.kind == SiteKind::Partner;
            of_code.push(SiteEntry { entry, parent: site.parent.clone(), is_partner });
        }
    }

    /// Whether some entry that `known` accepts makes this site.
    pub(super) fn has(&self, site: &str, known: impl Fn(&EntryId) -> bool) -> bool {
        self.0.get(site).is_some_and(|of_code| of_code.iter().any(|site| known(&site.entry)))
    }

    /// Whether `site` is `top` or below it, by all the entries that `known` accepts.
    pub(super) fn is_under(&self, site: &str, top: &str, known: impl Fn(&EntryId) -> bool) -> bool {
        let mut level = BTreeSet::from([site]);
        for _ in 0..DEPTH_MAX {
            level.remove(top);
            if level.is_empty() {
                return true;
            }
            let mut above = BTreeSet::new();
            for site in level {
                let mut entries = self.0.get(site).into_iter().flatten().filter(|site| known(&site.entry)).peekable();
                if entries.peek().is_none() {
                    return false;
                }
                for entry in entries {
                    let Some(parent) = &entry.parent else { return false };
                    above.insert(parent.as_str());
                }
            }
            level = above;
        }
        false
    }

    /// Whose a site is, by all the entries that `known` accepts: the nearest partner's at it or above it, or `None` for the
    /// organisation's own. Where entries tell different things of it, all of them.
    fn houses<'a>(&'a self, site: &'a str, known: impl Fn(&EntryId) -> bool) -> BTreeSet<Option<&'a str>> {
        let mut houses = BTreeSet::new();
        let mut level = BTreeSet::from([site]);
        for _ in 0..DEPTH_MAX {
            let mut above = BTreeSet::new();
            for site in level {
                let mut entries = self.0.get(site).into_iter().flatten().filter(|site| known(&site.entry)).peekable();
                if entries.peek().is_none() {
                    houses.insert(None);
                }
                for entry in entries {
                    let parent = entry.parent.as_deref().filter(|_| !entry.is_partner);
                    above.extend(parent);
                    if parent.is_none() {
                        houses.insert(entry.is_partner.then_some(site));
                    }
                }
            }
            if above.is_empty() {
                return houses;
            }
            level = above;
        }
        houses.insert(None);
        houses
    }

    /// Whether some entry that `known` accepts says that a site is a partner's, or lies below one.
    pub(super) fn is_partners(&self, site: &str, known: impl Fn(&EntryId) -> bool) -> bool {
        self.houses(site, known).iter().any(Option::is_some)
    }

    /// Whether two sites are of one house, beyond doubt: no border of a partner lies between them.
    pub(super) fn same_house(&self, one: &str, other: &str, known: impl Fn(&EntryId) -> bool) -> bool {
        let (one_of, other_of) = (self.houses(one, &known), self.houses(other, &known));
        one == other || (one_of.len() == 1 && one_of == other_of)
    }
}

impl Roster {
    /// Whether a site is `top` or below it, by all that is known now.
    pub fn is_under(&self, site: &str, top: &str) -> bool {
        self.tree.is_under(site, top, |_| true)
    }

    /// Whether a site is the founding's, above all others.
    pub(super) fn is_root(&self, site: &str) -> bool {
        self.founding.as_ref().is_some_and(|founding| founding.site == site)
    }

    /// Whether a role held reaches a site, by the entries that `known` accepts.
    pub(super) fn role_reaches(
        &self,
        held: &HeldRole,
        profile: &RoleProfile,
        site: &str,
        known: impl Fn(&EntryId) -> bool,
    ) -> bool {
        let everywhere = profile.capabilities.contains(Capabilities::MANAGE_ORG) && self.is_root(&held.site);
        everywhere || self.tree.is_under(site, &held.site, known)
    }

    /// The most senior rank of a member's roles that give `right` and reach a site, by the entries that `known` accepts.
    fn rank_with(
        &self,
        member: &Member,
        right: Capabilities,
        site: &str,
        known: impl Fn(&EntryId) -> bool,
    ) -> Option<u8> {
        let reaching = |held: &HeldRole| {
            let profile = role_profile(&held.role).filter(|profile| profile.capabilities.contains(right))?;
            self.role_reaches(held, &profile, site, &known).then_some(profile.rank)
        };
        member.roles.iter().filter(|held| known(&held.by)).filter_map(reaching).min()
    }

    /// The most senior rank by which a device manages the people of a site, by the entries that `known` accepts.
    pub(super) fn managing_rank(&self, device: &DeviceId, site: &str, known: impl Fn(&EntryId) -> bool) -> Option<u8> {
        self.device_rank(device, Capabilities::MANAGE_SITE, site, known)
    }

    /// The most senior rank by which a device has `right` at a site, by the entries that `known` accepts.
    pub(super) fn device_rank(
        &self,
        device: &DeviceId,
        right: Capabilities,
        site: &str,
        known: impl Fn(&EntryId) -> bool,
    ) -> Option<u8> {
        let here = self.members.values().filter(|member| member.device == *device && known(&member.join));
        here.filter(|member| !self.void_joins.contains(&member.join))
            .filter_map(|member| self.rank_with(member, right, site, &known))
            .min()
    }

    /// Whether a role of this member gives `right` at a site, by all that is known now.
    pub fn has_reach(&self, member: &MemberId, right: Capabilities, site: &str) -> bool {
        self.members.get(member).is_some_and(|member| self.rank_with(member, right, site, |_| true).is_some())
    }

    /// Whether this member manages people of a rank at a site, by all that is known now.
    pub fn manages(&self, member: &MemberId, site: &str, rank: u8) -> bool {
        let managing = |member| self.rank_with(member, Capabilities::MANAGE_SITE, site, |_| true);
        self.members.get(member).and_then(managing).is_some_and(|managing| managing <= rank)
    }

    /// Members in good standing who manage people of a rank at a site, by all that is known now: those at the root last.
    pub fn managers_of(&self, site: &str, rank: u8) -> Vec<MemberId> {
        let managing = |member: &Member| self.rank_with(member, Capabilities::MANAGE_SITE, site, |_| true);
        let mut found: Vec<(bool, MemberId)> = self
            .members
            .iter()
            .filter(|(_, member)| member.is_live() && managing(member).is_some_and(|managing| managing <= rank))
            .map(|(id, member)| (self.is_root(member.site()), *id))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect()
    }
}

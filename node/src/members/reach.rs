//! Whom a case can reach: who reads what goes to a site, who is there to take a role up, and what stays away from a partner.

use crdt_model::roster::{HeldRole, Member, Reading, Roster, Standing};
use crdt_model::values::Who;

use super::is_near;
use crate::error::Failure;

/// Whether whoever holds this role works for somebody else.
pub(crate) fn is_partner_role(role: &str) -> bool {
    matches!(role, "partner_focal" | "partner_operator")
}

/// Whether a member works for a partner, by any of their roles.
pub(crate) fn is_partner(roster: &Roster, member: &Member) -> bool {
    member.roles.iter().any(|held| is_of_partner(roster, held))
}

fn is_of_partner(roster: &Roster, held: &HeldRole) -> bool {
    is_partner_role(&held.role) || Reading::of(roster).is_partners(&held.site)
}

/// Whether somebody works for a partner, and a case of this site is not that partner's own: to them it goes by a transfer alone.
pub(crate) fn is_foreign(roster: &Roster, who: &Who, site: &str) -> bool {
    match who {
        Who::Member(id) => roster.members.get(id).is_some_and(|member| is_foreign_member(roster, member, site)),
        Who::Role(role) => is_partner_role(role) && !Reading::of(roster).is_partners(site),
    }
}

/// The same, of a member.
pub(crate) fn is_foreign_member(roster: &Roster, member: &Member, site: &str) -> bool {
    let is_own = |held: &HeldRole| Reading::of(roster).is_partners(site) && roster.is_under(site, &held.site);
    is_partner(roster, member)
        && !member.roles.iter().filter(|held| is_of_partner(roster, held)).any(is_own)
        && !super::reads_site(roster, member, site)
}

/// The site at which a member works for a partner.
pub(crate) fn partner_site<'r>(roster: &'r Roster, who: &Who) -> Option<&'r str> {
    let at = |member: &'r Member| member.roles.iter().find(|held| is_of_partner(roster, held)).map(|held| &*held.site);
    match who {
        Who::Member(id) => roster.members.get(id).and_then(at),
        Who::Role(role) => {
            roster.members.values().find(|member| member.is_live() && member.has_role(role)).and_then(at)
        }
    }
}

/// Whether two members work for one partner.
pub(crate) fn are_of_one_partner(roster: &Roster, one: &Member, other: &Member) -> bool {
    let sites = |member: &Member| -> Vec<String> {
        let held = member.roles.iter().filter(|held| is_of_partner(roster, held));
        held.map(|held| held.site.clone()).collect()
    };
    let others = sites(other);
    sites(one).iter().any(|site| others.iter().any(|other| is_near(roster, site, other)))
}

/// From where what goes to a site is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ReadFrom {
    /// Nobody who is confirmed reads it.
    Nowhere,
    /// Only from sites above.
    Above,
    /// There.
    There,
}

/// From where the cases of a site are read, by confirmed members.
pub(crate) fn read_from(roster: &Roster, site: &str) -> ReadFrom {
    let reading = Reading::of(roster);
    let confirmed = roster.members.values().filter(|member| is_confirmed(member));
    let held = confirmed.flat_map(|member| &member.roles).filter(|held| reading.by_role(&held.role, &held.site, site));
    let from = held.map(|held| if held.site == site { ReadFrom::There } else { ReadFrom::Above });
    from.max().unwrap_or(ReadFrom::Nowhere)
}

/// Whether a case of a site reaches somebody who can work on it: a confirmed member, or one who holds the role at that site or
/// on its line. Before the membership has come nobody is missed.
pub(crate) fn is_within_reach(roster: &Roster, who: &Who, site: &str) -> bool {
    if roster.founding.is_none() {
        return true;
    }
    let may = |member: &Member| is_confirmed(member) && !is_foreign_member(roster, member, site);
    match who {
        Who::Member(id) => roster.members.get(id).is_some_and(may),
        Who::Role(role) => {
            let is_it = |held: &HeldRole| held.role == *role && is_near(roster, site, &held.site);
            roster.members.values().any(|member| may(member) && member.roles.iter().any(is_it))
        }
    }
}

/// Whether somebody confirmed holds a role at a site or above it: whoever is there gets what is routed to it.
pub(crate) fn is_held_at(roster: &Roster, role: &str, site: &str) -> bool {
    let is_it = |held: &HeldRole| held.role == role && roster.is_under(site, &held.site);
    roster.members.values().any(|member| is_confirmed(member) && member.roles.iter().any(is_it))
}

fn is_confirmed(member: &Member) -> bool {
    member.is_live() && member.standing == Standing::Confirmed
}

/// Whether what goes to a site is read there. `Some`: what to warn of.
///
/// # Errors
///
/// `nobody_reads_there`: it would go without a word to where nobody can read it.
pub(crate) fn must_be_read(roster: &Roster, site: &str) -> Result<Option<&'static str>, Failure> {
    match read_from(roster, site) {
        ReadFrom::There => Ok(None),
        ReadFrom::Above => Ok(Some("read_from_above")),
        ReadFrom::Nowhere => Err(Failure::new("nobody_reads_there").arg("site", site).at("site", site)),
    }
}

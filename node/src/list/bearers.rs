//! Who there is behind an assignee: what tells a case that waits for nobody.

use std::collections::{BTreeMap, BTreeSet};

use crdt_model::roster::Standing;
use crdt_model::seal;
use crdt_model::taxonomy::Coded;
use crdt_model::values::MemberId;
use crdt_model::values::Who;

use crate::log::{Log, Shared};
use crate::members;

/// Who there is behind a name or a role, at best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Behind {
    /// Nobody, or only those who were shut out.
    Nobody,
    /// Somebody of whom nobody made sure yet.
    Unconfirmed,
    /// Somebody who was confirmed.
    Confirmed,
}

/// Who can be given something, by the membership. Before any of it has come nobody is missed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bearers {
    is_known: bool,
    members: BTreeMap<MemberId, Behind>,
    roles: BTreeMap<String, Behind>,
    /// Who holds each audience, by its code.
    audiences: BTreeMap<String, Inside>,
}

/// Who opens what is sealed to an audience.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Inside {
    members: BTreeSet<MemberId>,
    /// Roles of them.
    roles: BTreeSet<String>,
}

/// Everybody in the assignee of a row: more than one while it is in conflict, whoever is shown first.
pub(super) fn rivals(assignee: &str) -> impl Iterator<Item = &str> {
    assignee.split(' ')
}

impl Bearers {
    pub(crate) fn of(log: &Log, shared: &Shared) -> Self {
        let roster = &shared.roster;
        let mut bearers = Self { is_known: roster.founding.is_some(), ..Self::default() };
        for audience in shared.taxonomy.audiences.iter() {
            let members = members::audience_members(log, shared, &seal::named_audience(&log.org, audience.code()));
            let held = members.iter().filter_map(|id| roster.members.get(id)).flat_map(|member| &member.roles);
            let roles = held.map(|held| held.role.clone()).collect();
            bearers
                .audiences
                .insert(audience.code().to_owned(), Inside { members: members.into_iter().collect(), roles });
        }
        for (id, member) in &roster.members {
            let behind = match member.standing {
                Standing::Confirmed => Behind::Confirmed,
                Standing::Unconfirmed => Behind::Unconfirmed,
                Standing::Suspended | Standing::Void => Behind::Nobody,
            };
            bearers.members.insert(*id, behind);
            for held in &member.roles {
                let best = bearers.roles.entry(held.role.clone()).or_insert(behind);
                *best = behind.max(*best);
            }
        }
        bearers
    }

    pub(crate) fn behind(&self, who: &Who) -> Behind {
        let known = match who {
            _ if !self.is_known => Some(&Behind::Confirmed),
            Who::Member(id) => self.members.get(id),
            Who::Role(role) => self.roles.get(role),
        };
        known.copied().unwrap_or(Behind::Nobody)
    }

    /// Whether a case with this assignee and status waits for somebody who is not there: nobody at all, or somebody
    /// unconfirmed who has not taken it up. Of a sealed case, whoever does not hold its `audience` is nobody.
    pub(crate) fn miss(&self, assignee: Option<&str>, status: &str, audience: Option<&str>) -> bool {
        let rivals = assignee.into_iter().flat_map(rivals).filter_map(|who| who.parse().ok());
        // of several, one who is there will do
        let best = rivals.map(|who| if self.opens(&who, audience) { self.behind(&who) } else { Behind::Nobody }).max();
        let best = match best {
            Some(best) => best,
            None if audience.is_some() && self.is_known => Behind::Nobody,
            None => return false,
        };
        match status {
            "assigned" => best != Behind::Confirmed,
            "in_progress" | "reopened" => best == Behind::Nobody,
            _ => false,
        }
    }

    /// Whether somebody can open what is sealed to an audience; of a role, whether one of its holders can.
    fn opens(&self, who: &Who, audience: Option<&str>) -> bool {
        let Some(inside) = audience.filter(|_| self.is_known).and_then(|code| self.audiences.get(code)) else {
            return true;
        };
        match who {
            Who::Member(id) => inside.members.contains(id),
            Who::Role(role) => inside.roles.contains(role),
        }
    }
}

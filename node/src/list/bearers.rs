//! Who there is behind an assignee: what tells a case that waits for nobody.

use std::collections::BTreeMap;

use crdt_model::roster::{Roster, Standing};
use crdt_model::values::MemberId;
use crdt_model::values::Who;

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
}

/// Everybody in the assignee of a row: more than one while it is in conflict, whoever is shown first.
pub(super) fn rivals(assignee: &str) -> impl Iterator<Item = &str> {
    assignee.split(' ')
}

impl Bearers {
    pub(crate) fn of(roster: &Roster) -> Self {
        let mut bearers = Self { is_known: roster.founding.is_some(), ..Self::default() };
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
    /// unconfirmed who has not taken it up.
    pub(crate) fn miss(&self, assignee: Option<&str>, status: &str) -> bool {
        let rivals = assignee.into_iter().flat_map(rivals);
        // of several, one who is there will do
        let Some(best) = rivals.filter_map(|who| Some(self.behind(&who.parse().ok()?))).max() else { return false };
        match status {
            "assigned" => best != Behind::Confirmed,
            "in_progress" | "reopened" => best == Behind::Nobody,
            _ => false,
        }
    }
}

//! To whom a case can go on: an ordinary one to a site, a sealed one to persons.

use std::collections::{BTreeMap, BTreeSet};

use crdt_model::case::Shape;
use crdt_model::roster::{Member, Reading, Roster, Standing};
use crdt_model::seal::{GRANT_SLOTS, named_audience};
use crdt_model::taxonomy::TRIAGE;
use crdt_model::values::{MemberId, Who};
use crdt_model::view::CaseView;

use crate::cases::{self, Loaded};
use crate::error::Failure;
use crate::log::{Log, Reader, Shared};
use crate::members;
use crate::members::called::{named, site_typed};
use crate::members::reach::must_be_read;
use crate::writes::assigning::{case_site, holders, is_partner, is_partner_role, is_set_aside};

/// Where the other half is born, and who reads it.
pub(super) struct Receiver {
    pub(super) site: String,
    /// Somebody of another organisation gets it.
    pub(super) is_partner: bool,
    /// As people call it.
    pub(super) called: String,
    /// Of a sealed case: the keys of those who get it, the sender's among them.
    pub(super) keys: Option<Vec<[u8; 32]>>,
    /// Who they are.
    pub(super) persons: Vec<MemberId>,
    /// Of a sealed case: all who get it read it anyway.
    pub(super) is_of_audience: bool,
    /// What is to be said of who reads there.
    pub(super) warning: Option<&'static str>,
}

/// The receiver that somebody names.
///
/// # Errors
///
/// `site_not_found`, `site_ambiguous`, `refer_is_for_sites`, `already_there`, `nobody_reads_there`; of a sealed case `sealed_to_persons`,
/// `member_not_found`, `assignee_recused`, `nobody_to_receive`, `readers_too_many`.
pub(super) fn find(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: &Loaded,
    view: &CaseView,
    to: &str,
) -> Result<Receiver, Failure> {
    match view.shape {
        Shape::Ordinary => site(shared, reader, loaded, to),
        _ => persons(log, shared, reader, view, to),
    }
}

fn site(shared: &Shared, reader: &Reader, loaded: &Loaded, to: &str) -> Result<Receiver, Failure> {
    let code =
        members::known_site(shared, to).map_err(|unknown| given_otherwise(shared, reader, to).unwrap_or(unknown))?;
    if code == case_site(shared, loaded) {
        return Err(Failure::new("already_there").arg("site", &code));
    }
    let code = members::routing::open_site(shared, &code)?;
    let is_partner = Reading::of(&shared.roster).is_partners(&code);
    Ok(Receiver {
        warning: must_be_read(&shared.roster, &code)?,
        is_partner,
        called: code.clone(),
        site: code,
        keys: None,
        persons: Vec::new(),
        is_of_audience: false,
    })
}

/// Why an ordinary case is not sent on to somebody whom `to` names, and which command gives it to them.
fn given_otherwise(shared: &Shared, reader: &Reader, to: &str) -> Option<Failure> {
    let roster = &shared.roster;
    let who = cases::who(shared, reader, to).ok()?;
    let member = match &who {
        Who::Member(id) => roster.members.get(id).filter(|member| is_partner(roster, member)),
        Who::Role(role) if is_partner_role(role) => holders(roster, role).map(|(_, member)| member).next(),
        Who::Role(_) => None,
    };
    let called = named(shared, &who.to_string());
    let refused = Failure::new("refer_is_for_sites").arg("who", called);
    Some(match member {
        Some(member) => refused.arg("kind", "partner").arg("site", member.site()),
        None => refused.arg("kind", "member").arg("site", "-"),
    })
}

fn persons(log: &Log, shared: &Shared, reader: &Reader, view: &CaseView, to: &str) -> Result<Receiver, Failure> {
    let roster = &shared.roster;
    let not_a_site = |code: String| Failure::new("sealed_to_persons").arg("site", code);
    let code = site_typed(to);
    if roster.sites.contains_key(&code) {
        return Err(not_a_site(code));
    }
    let who = cases::who(shared, reader, to)
        .map_err(|unknown| members::known_site(shared, to).map_or(unknown, not_a_site))?;
    let called = named(shared, &who.to_string());
    let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.clone()).unwrap_or_default();
    if is_set_aside(shared, &recusals, &who) {
        return Err(Failure::new("assignee_recused").arg("who", called));
    }
    let get = |id: &MemberId| !is_set_aside(shared, &recusals, &Who::Member(*id));
    let receivers = confirmed(roster, &who, get);
    let me = reader.member();
    let others = || receivers.iter().filter(|(id, _)| ***id != me);
    let Some((_, first)) = others().next() else {
        return Err(Failure::new("nobody_to_receive").arg("who", called));
    };
    if receivers.len() >= GRANT_SLOTS {
        let most = GRANT_SLOTS - 1;
        return Err(Failure::new("readers_too_many").arg("n", receivers.len()).arg("most", most));
    }
    let own = roster.members.get(&me).map(|held| held.keys.x);
    let mut keys: Vec<[u8; 32]> = receivers.values().map(|held| held.keys.x).chain(own).collect();
    keys.sort_unstable();
    keys.dedup();
    let audience = named_audience(&log.org, view.text("audience").unwrap_or(TRIAGE));
    let inside = members::audience_members(log, shared, &audience);
    Ok(Receiver {
        site: first.site().to_owned(),
        is_partner: others().any(|(_, held)| is_partner(roster, held)),
        called,
        keys: Some(keys),
        persons: receivers
            .keys()
            .map(|id| **id)
            .chain(std::iter::once(me))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        is_of_audience: others().all(|(id, _)| inside.contains(id)),
        warning: None,
    })
}

/// The confirmed members meant who may get the case.
fn confirmed<'r>(roster: &'r Roster, who: &Who, get: impl Fn(&MemberId) -> bool) -> BTreeMap<&'r MemberId, &'r Member> {
    let confirmed = roster.members.iter().filter(|(id, held)| held.standing == Standing::Confirmed && get(id));
    let is_meant = |(id, held): &(&MemberId, &Member)| match who {
        Who::Member(one) => one == *id,
        Who::Role(role) => held.has_role(role),
    };
    confirmed.filter(is_meant).collect()
}

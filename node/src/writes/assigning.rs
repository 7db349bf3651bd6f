//! To whom a case may be given, and whether it gets there.
//!
//! Two things refuse: whoever must not see a case is not given it, and what the person refused to have passed on stays
//! with those who read it anyway. Everything else is done and told: a role that nobody holds, somebody who cannot open it.

use std::collections::BTreeSet;

use crdt_model::case::Shape;
use crdt_model::edit::{Edit, Recusal, Whom};
use crdt_model::roster::said;
use crdt_model::roster::{HeldRole, Member, Reading, Roster, Standing, role_profile};
use crdt_model::values::{MemberId, Who};
use crdt_model::view::{CaseView, Shown};
use crdt_model::{name, seal};
use serde_json::{Value as Json, json};

use crate::cases::Loaded;
pub(super) use crate::cases::case_site;
use crate::error::Failure;
use crate::list::{Bearers, Behind};
use crate::log::{Log, Reader, Shared};
use crate::members;
use crate::members::called;
use crate::members::reach::{is_foreign, is_within_reach, partner_site};
pub(super) use crate::members::reach::{is_partner, is_partner_role};
use crate::members::spoken;
use crate::members::{is_near, reads_site, role_reads_site};
use crate::writes;
use crate::writes::{gifts, made_for};

/// Purposes of consent that passing a case on rests on.
pub(super) const INTERNAL: &str = "refer_internal";
pub(super) const EXTERNAL: &str = "refer_external";
/// Who gets a case of a site where its category's role is borne by nobody.
const MANAGER: &str = "cfm_manager";

/// Who a case that nobody has would go to.
pub(crate) struct Suggestion {
    pub(crate) who: Who,
    /// `routing` of the site, or the `taxonomy`; `manager`, where nobody bears the role that the taxonomy names; `language`, where one
    /// alone of those who bear it speaks the language of the person.
    pub(crate) by: &'static str,
    /// The one meant is away, and named this one.
    pub(crate) stands_in_for: Option<MemberId>,
}

/// Who a case goes to by what is said of its site, or else by its category. Whoever is away is skipped: whom they
/// named stands in, and without anybody the category decides. Whom the case does not reach is skipped too: where nobody bears
/// the role of its category, the manager of the site gets it. What is sealed goes to a role of its audience.
pub(crate) fn suggested(
    log: &Log,
    shared: &Shared,
    loaded: &Loaded,
    view: &CaseView,
    now_ms: i64,
) -> Option<Suggestion> {
    let category = view.text("category");
    match view.shape {
        Shape::Ordinary => {}
        Shape::Inside => {
            let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.as_slice()).unwrap_or_default();
            let who = role_inside(log, shared, view.text("audience")?, category, recusals)?;
            return Some(Suggestion { who, by: "taxonomy", stands_in_for: None });
        }
        Shape::Outside => return None,
    }
    let site = case_site(shared, loaded);
    let reached = |who: &Who| is_within_reach(&shared.roster, who, site) && !is_foreign(&shared.roster, who, site);
    let main = category.and_then(|code| shared.taxonomy.sub_categories.get(code)).map(|sub| sub.category.as_str());
    let routed = said::route(&shared.roster, site, category, main).and_then(|who| who.parse::<Who>().ok());
    let of_site = routed.and_then(|who| {
        let Who::Member(id) = &who else { return Some((who, None)) };
        let is_here = shared.roster.members.get(id).is_some_and(Member::is_live);
        match shared.away(id, now_ms) {
            _ if !is_here => None,
            None => Some((who, None)),
            Some(away) => away.deputy.map(|deputy| (Who::Member(deputy), Some(*id))),
        }
    });
    let of_site = of_site.filter(|(who, _)| reached(who));
    let of_site = of_site.map(|(who, stands_in_for)| Suggestion { who, by: "routing", stands_in_for });
    let by_category = || {
        let sub = shared.taxonomy.sub_categories.get(category?)?;
        let to = [(sub.refer_to.as_str(), "taxonomy"), (MANAGER, "manager")];
        let mut to = to.into_iter().map(|(role, by)| (Who::Role(role.to_owned()), by));
        let (who, by) = to.find(|(who, _)| reached(who))?;
        match only_speaker(shared, view, &who, site, now_ms) {
            Some(member) => Some(Suggestion { who: Who::Member(member), by: "language", stands_in_for: None }),
            None => Some(Suggestion { who, by, stands_in_for: None }),
        }
    };
    of_site.or_else(by_category)
}

/// Of several at hand who bear a role, the one who speaks the language of the person, where no other of them does.
fn only_speaker(shared: &Shared, view: &CaseView, who: &Who, site: &str, now_ms: i64) -> Option<MemberId> {
    let (Who::Role(role), Some(language)) = (who, view.text("spoken_language")) else { return None };
    let bears = |held: &HeldRole| held.role == *role && is_near(&shared.roster, site, &held.site);
    let speak = spoken::speakers(shared, language, now_ms, |member| member.roles.iter().any(bears));
    let mut speak = speak.into_iter();
    let first = speak.next()?;
    speak.next().is_none().then_some(first)
}

/// Who speaks the language of the person of a case, where the reader does not: as a line of `todo` says it.
pub(crate) fn speakers(shared: &Shared, loaded: &Loaded, reader: &Reader, lang: &str, now_ms: i64) -> Json {
    let view = loaded.view(now_ms);
    let site = view.text("handling_site").unwrap_or_else(|| case_site(shared, loaded));
    spoken::in_place_of(shared, &reader.member(), Some(site), view.text("spoken_language"), lang, now_ms)
}

/// The same, of a case that nobody has and that is not at its end.
pub(crate) fn suggested_for_nobodys(log: &Log, shared: &Shared, loaded: &Loaded, now_ms: i64) -> Option<Suggestion> {
    let view = loaded.view(now_ms);
    let is_open = matches!(view.status_code(), "received" | "triaged" | "reopened");
    let is_nobodys = is_open && given_to(&view).is_empty();
    is_nobodys.then(|| suggested(log, shared, loaded, &view, now_ms)).flatten()
}

/// The role of an audience that a case sealed to it goes to: the one its category names, else another; one that somebody
/// holds who opens the case and is not set aside from it.
pub(super) fn role_inside(
    log: &Log,
    shared: &Shared,
    audience: &str,
    category: Option<&str>,
    recusals: &[Who],
) -> Option<Who> {
    let named = category.and_then(|code| shared.taxonomy.sub_categories.get(code)).map(|sub| sub.refer_to.as_str());
    let takes = |role: &&str| is_of_audience(role, audience);
    let roles = named.into_iter().chain(shared.taxonomy.roles.codes()).filter(takes);
    let mut roles = roles.map(|role| Who::Role(role.to_owned()));
    roles.find(|role| holds_audience(log, shared, audience, recusals, role) && !is_set_aside(shared, recusals, role))
}

/// Whether somebody opens what is sealed to an audience, by the membership or by the invitation. Of a role, whether one of its
/// holders does who is not set aside.
pub(super) fn holds_audience(log: &Log, shared: &Shared, audience: &str, recusals: &[Who], who: &Who) -> bool {
    let inside = writes::holders(log, shared, audience);
    inside.iter().any(|holder| match who {
        Who::Member(id) => holder.member == *id,
        Who::Role(role) => {
            holder.roles.iter().any(|held| held == role) && !is_set_aside(shared, recusals, &Who::Member(holder.member))
        }
    })
}

/// Whether a role is one that an audience takes its members from, whoever holds it.
fn is_of_audience(role: &str, audience: &str) -> bool {
    role_profile(role).is_some_and(|profile| profile.audiences.iter().any(|of| of == audience))
}

/// Who has a case, rivals included.
pub(super) fn assignees(view: &CaseView) -> Vec<Who> {
    match view.conflict("assignee") {
        Some(conflict) => conflict.values.iter().filter_map(|rival| who_of(&rival.value)).collect(),
        None => who_of(view.shown("assignee")).into_iter().collect(),
    }
}

/// Refuses to put a sealed case into hands that cannot open it.
///
/// # Errors
///
/// `assignee_outside_audience`.
fn must_open_it(
    log: &Log,
    shared: &Shared,
    me: &MemberId,
    loaded: &Loaded,
    view: &CaseView,
    edit: &Edit,
    mark: &str,
) -> Result<(), Failure> {
    let assigns =
        matches!(edit, Edit::Assign { .. }) || matches!(edit, Edit::Settle { field, .. } if field == "assignee");
    let Some(audience) = view.text("audience").filter(|_| assigns && view.shape == Shape::Inside) else {
        return Ok(());
    };
    let made_for = made_for(loaded);
    let opens = |who: &Who| match who {
        Who::Member(id) if id == me || made_for.contains(id) => true,
        // a role that nobody holds yet: whoever comes to it is of the audience
        Who::Role(role) if is_of_audience(role, audience) => true,
        who => holds_audience(log, shared, audience, &[], who),
    };
    match handed_to(edit, view, me).into_iter().find(|who| !opens(who)) {
        None => Ok(()),
        Some(who) => {
            let who = called::named(shared, &who.to_string());
            let refused = Failure::new("assignee_outside_audience").arg("who", who).arg("audience", audience);
            Err(refused.arg("ref", mark).at("ref", mark))
        }
    }
}

/// Roles that answer for whatever nobody else does, the nearest to the people first.
const ANSWERABLE: [&str; 3] = ["cfm_manager", "coordinator", "administrator"];
/// Holders of near roles that a reply names.
const NEAR_MAX: usize = 5;

/// Recusals as the case holds them.
pub(crate) fn whos(recusals: &[Recusal]) -> Vec<Who> {
    let who = |recusal: &Recusal| match recusal {
        Recusal::Member(id) => Who::Member(*id),
        Recusal::Role(role) => Who::Role(role.clone()),
    };
    recusals.iter().map(who).collect()
}

/// Whom a case names as set aside, as a new one is told it.
pub(super) fn as_recusals(whos: &[Who]) -> Vec<Recusal> {
    let recusal = |who: &Who| match who {
        Who::Member(id) => Recusal::Member(*id),
        Who::Role(role) => Recusal::Role(role.clone()),
    };
    whos.iter().map(recusal).collect()
}

/// Everybody a case is given to now: who is to work on it, rivals included, and roles that follow it.
pub(crate) fn given_to(view: &CaseView) -> Vec<Who> {
    let watchers = view.list("watchers").iter().map(|role| Who::Role(role.clone()));
    let shared_with = view.list("shared_with").iter().filter_map(|who| who.parse().ok());
    assignees(view).into_iter().chain(watchers).chain(shared_with).collect()
}

fn who_of(shown: &Shown) -> Option<Who> {
    match shown {
        Shown::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// What a number of `case conflicts` stands for.
fn picked<'v>(view: &'v CaseView, field: &str, pick: usize) -> Option<&'v Shown> {
    let rivals = &view.conflict(field)?.values;
    rivals.iter().find(|rival| rival.pick == pick).map(|rival| &rival.value)
}

/// Whom an act gives the case to.
fn handed_to(edit: &Edit, view: &CaseView, me: &MemberId) -> Vec<Who> {
    match edit {
        Edit::Settle { field, pick } if field == "assignee" => {
            picked(view, field, *pick).and_then(who_of).into_iter().collect()
        }
        Edit::Set { values } => {
            let watchers = values.iter().filter(|(field, _)| field == "watchers");
            let roles = watchers.flat_map(|(_, roles)| roles.0.split(',').map(str::trim));
            let held = view.list("watchers");
            let fresh = roles.filter(|role| !role.is_empty() && held.iter().all(|held| held != role));
            fresh.map(|role| Who::Role(role.to_owned())).collect()
        }
        other => other.given_to(&Who::Member(*me)).into_iter().collect(),
    }
}

/// The site an act gives the work on a case to.
fn moved_to<'e>(edit: &'e Edit, view: &'e CaseView) -> Option<&'e str> {
    let is_site = |field: &str| matches!(field, "site" | "handling_site");
    let site = match edit {
        Edit::Settle { field, pick } if is_site(field) => match picked(view, "handling_site", *pick)? {
            Shown::Text(site) => Some(site.as_str()),
            _ => None,
        },
        Edit::Set { values } => values.iter().find(|(field, _)| is_site(field)).map(|(_, site)| site.0.trim()),
        _ => None,
    };
    site.filter(|site| !site.is_empty())
}

/// Where somebody stands who would be given a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Reads it by their role.
    Reads,
    /// Of the organisation, and does not.
    Outside,
    /// Of a partner, and does not.
    Partner,
}

/// Refuses an act that gives the case to somebody who must not see it, or passes on what the person refused to have
/// passed on.
///
/// # Errors
///
/// `assignee_recused`, `assignee_outside_audience`, `asked_cannot_read`, `consent_refuses_referral`, `only_site_reader`,
/// `partner_by_transfer`.
pub(crate) fn may_hand_out(
    log: &Log,
    shared: &Shared,
    me: &MemberId,
    loaded: &Loaded,
    (view, now_ms): (&CaseView, i64),
    edit: &Edit,
    mark: &str,
) -> Result<(), Failure> {
    let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.as_slice()).unwrap_or_default();
    must_not_set_aside(shared, me, recusals, view, edit, mark)?;
    // a gift rests on the word of whoever reads the site: of others' it would be lost to whom they pick
    let site = case_site(shared, loaded);
    let is_pick = matches!(edit, Edit::Settle { field, .. } if field == "assignee");
    let reads = shared.roster.members.get(me).is_none_or(|held| reads_site(&shared.roster, held, site));
    if is_pick && view.shape == Shape::Ordinary && !reads {
        return Err(Failure::new("only_site_reader").arg("site", site).arg("ref", mark).at("ref", mark));
    }
    must_allow(log, shared, me, (loaded, view), edit, mark)?;
    must_open_it(log, shared, me, loaded, view, edit, mark)?;
    must_read_to_answer(log, shared, me, loaded, (view, now_ms), edit, mark)?;
    match view.shape {
        Shape::Ordinary => stays_from_partners(shared, me, view, edit, site),
        _ => Ok(()),
    }
    .map_err(|refused| refused.arg("ref", mark).at("ref", mark))
}

/// Refuses a question to somebody who does not read the case: nobody would answer it.
///
/// # Errors
///
/// `asked_cannot_read`.
fn must_read_to_answer(
    log: &Log,
    shared: &Shared,
    me: &MemberId,
    loaded: &Loaded,
    (view, now_ms): (&CaseView, i64),
    edit: &Edit,
    mark: &str,
) -> Result<(), Failure> {
    let Edit::Ask { of: Whom::Found(who), .. } = edit else { return Ok(()) };
    let roster = &shared.roster;
    let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.as_slice()).unwrap_or_default();
    let is_there = match (view.shape, view.text("audience"), who) {
        (Shape::Ordinary, ..) => {
            let opens = opening_it(log, shared, me, loaded, (view, now_ms), who);
            match who {
                // before the membership has come, nobody can tell
                _ if roster.founding.is_none() => true,
                Who::Member(id) => roster.members.get(id).is_some_and(|member| opens((id, member))),
                Who::Role(role) => holders(roster, role).any(opens),
            }
        }
        (_, _, Who::Member(id)) if made_for(loaded).contains(id) => true,
        (_, Some(audience), who) => holds_audience(log, shared, audience, recusals, who),
        (_, None, _) => false,
    };
    if is_there { Ok(()) } else { Err(cannot_read(shared, who, mark)) }
}

/// The same, of a case that is sealed with the question in it.
///
/// # Errors
///
/// `asked_cannot_read`.
pub(super) fn must_be_inside(
    log: &Log,
    shared: &Shared,
    audience: &str,
    recuse: &[Recusal],
    edit: &Edit,
    mark: &str,
) -> Result<(), Failure> {
    match edit {
        Edit::Ask { of: Whom::Found(who), .. } if !holds_audience(log, shared, audience, &whos(recuse), who) => {
            Err(cannot_read(shared, who, mark))
        }
        _ => Ok(()),
    }
}

fn cannot_read(shared: &Shared, who: &Who, mark: &str) -> Failure {
    let who = called::named(shared, &who.to_string());
    Failure::new("asked_cannot_read").arg("who", who).arg("ref", mark).at("ref", mark)
}

/// Who opens a case, of those whom a member or a role means: by their role at its site, or because it was given to them.
fn opening_it<'a>(
    log: &'a Log,
    shared: &'a Shared,
    me: &'a MemberId,
    loaded: &'a Loaded,
    (view, now_ms): (&'a CaseView, i64),
    who: &'a Who,
) -> impl Fn((&MemberId, &Member)) -> bool + 'a {
    let site = case_site(shared, loaded);
    let is_given = gifts::is_given(log, shared, loaded, who, now_ms);
    move |(id, member)| {
        let place = place_of(log, shared, me, loaded, view, &Who::Member(*id));
        // the secret of a role goes to those who hold it on the line of the site
        let near = |held: &HeldRole| is_near(&shared.roster, site, &held.site);
        let gets = is_given && (matches!(who, Who::Member(_)) || member.roles.iter().any(near));
        member.is_live() && (gets || place == Place::Reads)
    }
}

/// Refuses an act that passes on what the person refused to have passed on.
///
/// # Errors
///
/// `consent_refuses_referral`.
fn must_allow(
    log: &Log,
    shared: &Shared,
    me: &MemberId,
    (loaded, view): (&Loaded, &CaseView),
    edit: &Edit,
    mark: &str,
) -> Result<(), Failure> {
    let refused = |purpose: &str| {
        // who cannot read what was said of it gives the case by word alone: no key goes with it
        let said = view.account.as_ref().ok().and_then(|account| account.consent.get(purpose));
        said.is_some_and(|said| said.is_refusal())
    };
    let (internal, external) = (refused(INTERNAL), refused(EXTERNAL));
    if !internal && !external {
        return Ok(());
    }
    let against = |place: Place| match place {
        Place::Reads => None,
        Place::Partner if external => Some(EXTERNAL),
        Place::Outside | Place::Partner => internal.then_some(INTERNAL),
    };
    let whom = handed_to(edit, view, me).into_iter().map(|who| {
        let place = place_of(log, shared, me, loaded, view, &who);
        (called::named(shared, &who.to_string()), place)
    });
    let site = moved_to(edit, view).filter(|site| !is_its_site(shared, loaded, view, site)).map(|site| {
        let is_partner = Reading::of(&shared.roster).is_partners(site);
        (site.to_owned(), if is_partner { Place::Partner } else { Place::Outside })
    });
    for (who, place) in whom.chain(site) {
        if let Some(purpose) = against(place) {
            let refused = Failure::new("consent_refuses_referral").arg("who", who).arg("purpose", purpose);
            return Err(refused.arg("ref", mark).at("ref", mark));
        }
    }
    Ok(())
}

/// Refuses an act that gives an ordinary case to a partner whose case it is not: what a partner needs is sent to it, field by
/// field, and no more than the person allows.
///
/// # Errors
///
/// `partner_by_transfer`.
fn stays_from_partners(
    shared: &Shared,
    me: &MemberId,
    view: &CaseView,
    edit: &Edit,
    site: &str,
) -> Result<(), Failure> {
    let roster = &shared.roster;
    if let Some(who) = handed_to(edit, view, me).into_iter().find(|who| is_foreign(roster, who, site)) {
        return Err(by_transfer(shared, &who));
    }
    match moved_to(edit, view).filter(|to| *to != site && Reading::of(roster).is_partners(to)) {
        Some(to) => Err(Failure::new("partner_by_transfer").arg("who", to).arg("site", to).arg("of", "case")),
        None => Ok(()),
    }
}

/// Why a partner is not given a case: who it is, and the site of theirs that it can be sent to.
fn by_transfer(shared: &Shared, who: &Who) -> Failure {
    let site = partner_site(&shared.roster, who).unwrap_or("-");
    let called = called::named(shared, &who.to_string());
    Failure::new("partner_by_transfer").arg("who", called).arg("site", site).arg("of", "case")
}

/// Refuses an act that gives the case to somebody set aside from it. Only who reads the case gets so far: the refusal
/// tells nobody else who that is.
///
/// # Errors
///
/// `assignee_recused`.
pub(crate) fn must_not_set_aside(
    shared: &Shared,
    me: &MemberId,
    recusals: &[Who],
    view: &CaseView,
    edit: &Edit,
    mark: &str,
) -> Result<(), Failure> {
    let asked = match edit {
        Edit::Ask { of: Whom::Found(who), .. } => Some(who.clone()),
        _ => None,
    };
    let mut whom = handed_to(edit, view, me).into_iter().chain(asked);
    let aside = whom.find(|who| is_set_aside(shared, recusals, who));
    match aside {
        None => Ok(()),
        Some(who) => {
            let who = called::named(shared, &who.to_string());
            Err(Failure::new("assignee_recused").arg("who", who).arg("ref", mark).at("ref", mark))
        }
    }
}

/// Whether somebody must not see a case: themselves, under whichever of their ids, or by a role they hold. A role,
/// where it is named itself or nobody who holds it may.
pub(crate) fn is_set_aside(shared: &Shared, recusals: &[Who], who: &Who) -> bool {
    let named = |id: &MemberId| shared.names.get(id);
    let is_same = |one: &MemberId, other: &MemberId| {
        one == other || named(one).zip(named(other)).is_some_and(|(one, other)| name::same(one, other))
    };
    let is_aside = |id: &MemberId| {
        recusals.iter().any(|recusal| match recusal {
            Who::Member(aside) => is_same(aside, id),
            Who::Role(role) => shared.roster.members.get(id).is_some_and(|member| member.has_role(role)),
        })
    };
    match who {
        Who::Member(id) => is_aside(id),
        Who::Role(role) => {
            let mut holders = holders(&shared.roster, role).map(|(id, _)| id).peekable();
            recusals.contains(who) || (holders.peek().is_some() && holders.all(is_aside))
        }
    }
}

/// True for the site that a case lies at, or where it is worked on.
fn is_its_site(shared: &Shared, loaded: &Loaded, view: &CaseView, site: &str) -> bool {
    site == case_site(shared, loaded) || view.text("handling_site") == Some(site)
}

/// Where somebody stands who would be given this case. A role stands where the farthest of its holders does; one that
/// nobody holds, where its holders at the site would.
fn place_of(log: &Log, shared: &Shared, me: &MemberId, loaded: &Loaded, view: &CaseView, who: &Who) -> Place {
    let (roster, site) = (&shared.roster, case_site(shared, loaded));
    let audience = (view.shape != Shape::Ordinary).then(|| view.text("audience").unwrap_or_default());
    let inside = audience.map(|code| members::audience_members(log, shared, &seal::named_audience(&log.org, code)));
    let of_member = |(id, member): (&MemberId, &Member)| {
        let reads = match &inside {
            Some(inside) => inside.contains(id),
            None => reads_site(roster, member, site),
        };
        match reads {
            true => Place::Reads,
            false if is_partner(roster, member) => Place::Partner,
            false => Place::Outside,
        }
    };
    let by_role = |role: &str| {
        let reads = match audience {
            Some(code) => role_profile(role).is_some_and(|profile| profile.audiences.iter().any(|of| of == code)),
            None => role_reads_site(roster, role, site, site),
        };
        match reads {
            true => Place::Reads,
            false if is_partner_role(role) => Place::Partner,
            false => Place::Outside,
        }
    };
    match who {
        Who::Member(id) => match roster.members.get(id) {
            Some(member) => of_member((id, member)),
            // a newcomer before its membership has come reads what it wrote itself
            None if id == me => Place::Reads,
            None => Place::Outside,
        },
        Who::Role(role) => holders(roster, role).map(of_member).max().unwrap_or_else(|| by_role(role)),
    }
}

/// Says in a reply to whom the case went, if it does not get there or cannot be opened there: `to`, else whoever is
/// assigned. Nothing of it refuses.
pub(crate) fn tell_of_assignee(
    log: &Log,
    shared: &Shared,
    me: &MemberId,
    loaded: &Loaded,
    (view, now_ms): (&CaseView, i64),
    to: Option<Who>,
    reply: &mut Json,
) {
    if shared.roster.founding.is_none() || view.status_code() == "closed" {
        return;
    }
    let to = to.or_else(|| who_of(view.shown("assignee"))).filter(|who| *who != Who::Member(*me));
    let Some(who) = to else { return };
    let site = case_site(shared, loaded);
    let behind = Bearers::of(log, shared).behind(&who);
    let opens = opening_it(log, shared, me, loaded, (view, now_ms), &who);
    let mut codes = Vec::new();
    match (&who, behind) {
        (Who::Role(_), Behind::Nobody) => codes.push("nobody_in_role"),
        (Who::Role(_), Behind::Unconfirmed) => codes.push("nobody_confirmed_in_role"),
        (Who::Member(_), Behind::Nobody) => codes.push("assignee_shut_out"),
        (Who::Member(_), Behind::Unconfirmed) => codes.push("assignee_unconfirmed"),
        (Who::Role(role), Behind::Confirmed) => {
            let near = |held: &HeldRole| held.role == *role && is_near(&shared.roster, site, &held.site);
            let mut live = holders(&shared.roster, role).filter(|(_, member)| member.is_live());
            // an audience sits wherever it sits
            if view.shape == Shape::Ordinary && !live.any(|(_, member)| member.roles.iter().any(near)) {
                codes.push("role_elsewhere");
            }
            if !holders(&shared.roster, role).any(&opens) {
                codes.push("assignee_cannot_read");
            }
        }
        (Who::Member(id), Behind::Confirmed) => {
            if !shared.roster.members.get(id).is_some_and(|member| opens((id, member))) {
                codes.push("assignee_cannot_read");
            }
        }
    }
    if let Who::Member(id) = &who
        && let Some(away) = shared.away(id, now_ms)
    {
        codes.push(if away.deputy.is_some() { "assignee_away_deputy" } else { "assignee_away" });
    }
    if codes.is_empty() {
        return;
    }
    let near = codes.iter().any(|code| code.contains("role"));
    if let Some(warnings) = reply["warnings"].as_array_mut() {
        warnings.extend(codes.into_iter().map(Json::from));
    }
    reply["assignee"] = json!(called::named(shared, &who.to_string()));
    if let (Who::Role(role), true) = (&who, near) {
        let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.as_slice()).unwrap_or_default();
        reply["near_roles"] = near_roles(shared, role, site, recusals);
    }
}

/// Who could be given what a role was to get, the nearest first: whoever holds it elsewhere or is not confirmed, who
/// shares an audience with it, who answers for the site. `[{"role", "member", "site", "confirmed"}]`.
fn near_roles(shared: &Shared, role: &str, site: &str, recusals: &[Who]) -> Json {
    let audiences = |role: &str| role_profile(role).map(|profile| profile.audiences).unwrap_or_default();
    let wanted = audiences(role);
    let shares = |other: &&str| audiences(other).iter().any(|audience| wanted.contains(audience));
    let sharing = shared.taxonomy.roles.codes().filter(|other| *other != role).filter(shares);
    let mut seen = BTreeSet::new();
    let mut rows: Vec<(bool, Json)> = Vec::new();
    for near in std::iter::once(role).chain(sharing).chain(ANSWERABLE) {
        for (id, member) in holders(&shared.roster, near) {
            let is_confirmed = member.standing == Standing::Confirmed;
            let may_get = member.is_live() && (is_confirmed || near == role);
            let aside = || is_set_aside(shared, recusals, &Who::Member(*id));
            if !may_get || aside() || !seen.insert(*id) {
                continue;
            }
            let held = member.roles.iter().filter(|held| held.role == near);
            let at = held.clone().find(|held| is_near(&shared.roster, site, &held.site)).or(held.clone().next());
            let at = at.map_or("", |held| held.site.as_str());
            let row = json!({"role": near, "member": shared.name(id), "site": at, "confirmed": is_confirmed});
            rows.push((!is_near(&shared.roster, site, at), row));
        }
    }
    // of the same site's line first, in the order found
    rows.sort_by_key(|(far, _)| *far);
    rows.into_iter().take(NEAR_MAX).map(|(_, row)| row).collect()
}

/// Members who hold a role and were not shut out for good.
pub(super) fn holders<'r>(roster: &'r Roster, role: &str) -> impl Iterator<Item = (&'r MemberId, &'r Member)> {
    roster.members.iter().filter(move |(_, member)| member.standing != Standing::Void && member.has_role(role))
}

#[cfg(test)]
mod tests;

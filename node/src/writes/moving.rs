//! A case moves to another site: it is written anew in that site's scope, under its own reference, and ends as moved where
//! it was.
//!
//! Whoever could read the old one still can, so that is said before anything is written. Only who reads the case by role, or
//! is of the audience of a sealed one, moves it: what is written anew says only what its writer could read.

use std::collections::BTreeSet;
use std::sync::Arc;

use crdt_model::case::Shape;
use crdt_model::edit::moving::{Relocation, carry_on, moved_away, moved_halves, relocate};
use crdt_model::edit::{EditContext, EditOps, EditRefusal};
use crdt_model::layer::{LayerOp, Stamp};
use crdt_model::roster::{Member, Reading, Standing, site_scope};
use crdt_model::seal::birth_doc;
use crdt_model::taxonomy::Capabilities;
use crdt_model::time::IsoWeek;
use crdt_model::values::{DocId, MemberId, ScopeId, Who};
use crdt_model::view::CaseView;
use serde_json::{Value as Json, json};

use super::assigning::{INTERNAL, case_site, is_set_aside};
use super::reclassify::{Anew, could_read, is_whole, write_anew};
use super::{Author, Write, append_edit, deps, made_for, open_stream, refusal, region_of, sealed_readers};
use super::{mark_urgent, week_received};
use crate::cases::moved::{born_by, moved_by, of_audience};
use crate::cases::{self, Loaded};
use crate::error::Failure;
use crate::list;
use crate::log::{Log, Reader, Shared, entropy, fresh, meta};
use crate::members;
use crate::members::debts::{self, Debt};
use crate::members::reach::must_be_read;
use crate::members::reads_site;
use crate::store::Space;

/// Moves a case to another site; with `only_look` says who could still read it where it is, and moves nothing. Reply: `{"ref",
/// "case_id", "from", "site", "moved": {"case_id"} / null, "readers": [{"member", "site"}], "warnings"}`.
///
/// # Errors
///
/// `site_not_found`, `already_there`, `nobody_reads_there`, `case_closed`, `case_incomplete`, `move_to_partner`, `only_site_reader`,
/// `consent_refuses_referral`, and what refuses any act.
pub(crate) fn move_case(
    log: &Log,
    reader: &mut Reader,
    typed: &str,
    site: &str,
    only_look: bool,
    now_ms: i64,
) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let loaded = list::find_case(log, &shared, reader, typed)?;
    let view = loaded.view(now_ms);
    let mark = view.mark().unwrap_or(typed).to_owned();
    let at = |failure: Failure| failure.arg("ref", &mark).at("ref", &mark);
    let site = members::routing::open_site(&shared, site)?;
    may_move(log, &shared, reader, &loaded, &view, &site).map_err(at)?;
    // a sealed case goes on to its audience, wherever that is
    let warning = match view.shape {
        Shape::Ordinary => must_be_read(&shared.roster, &site).map_err(at)?,
        _ => None,
    };
    let refuse = |error: EditRefusal| refusal(shared.taxonomy, &error, &mark);
    let is_sealed = view.shape == Shape::Inside;
    let week = is_sealed.then(|| week_received(&loaded.zone, view.moment("received_at"), now_ms));
    let author = Author::of(&shared, reader, loaded.codes(), now_ms);
    let ctx = author.on(Some(&loaded), fresh()?);
    let mark_of = |week: IsoWeek| (week.to_string(), region_of(&shared, &site));
    let persons = if is_sealed { made_for(&loaded) } else { Vec::new() };
    let to = Relocation { site: site.clone(), mark: week.map(mark_of), persons };
    let anew = relocate(&to, &ctx).map_err(refuse)?;
    let still = still_read(log, &shared, &loaded, &view, reader.member());
    let mut reply = json!({
        "ref": mark, "case_id": loaded.doc, "from": case_site(&shared, &loaded), "site": site, "moved": Json::Null,
        "readers": still, "warnings": warning.into_iter().collect::<Json>(),
    });
    if only_look {
        return Ok(reply);
    }
    let mut entropy = entropy()?;
    let readers = match is_sealed {
        true => Some(sealed_readers(log, &shared, reader, &loaded, &view)?),
        false => None,
    };
    let scope = site_scope(&log.org, &site);
    let is_urgent = view.text("priority") == Some(super::URGENT);
    let moved = log.commit(|tx| {
        open_stream(log, tx, &shared, reader, &scope, &mut entropy)?;
        let (incarnation, salt) = (log.incarnation(), entropy.bytes());
        let seq = log.next_position(tx, &scope, incarnation).seq;
        let doc = birth_doc(&log.org, &scope, &log.device, &incarnation, seq, &salt);
        let place = Anew {
            scope,
            doc,
            deps: Vec::new(),
            generation: 0,
            salt,
            week_start_ms: week.map(|week| week.monday().midnight_ms()),
            readers: readers.clone(),
        };
        write_anew(log, tx, &shared, reader, place, anew, now_ms, &mut entropy)?;
        if is_urgent {
            mark_urgent(tx, &scope, &incarnation, seq)?;
        }
        let ctx = EditContext { entropy: entropy.bytes(), ..ctx };
        let ops = moved_away(doc, &ctx).map_err(refuse)?;
        let sensitive = super::sensitive_key(log, &shared, reader, &loaded, &ops, &view, &mut entropy)?;
        let write = Write::on(Arc::clone(&loaded), deps(log, &loaded), ops, sensitive);
        append_edit(log, tx, &shared, reader, write, now_ms, &mut entropy)?;
        tx.put(Space::Meta, &meta::last_case(&reader.member()), &doc.0)?;
        Ok(doc)
    })?;
    log.refresh_reader(reader)?;
    reply["moved"] = json!({"case_id": moved});
    Ok(reply)
}

/// Whether this member may move the case there.
fn may_move(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: &Arc<Loaded>,
    view: &CaseView,
    site: &str,
) -> Result<(), Failure> {
    let (roster, me) = (&shared.roster, reader.member());
    let from = case_site(shared, loaded);
    match (view.shape, &view.account) {
        (Shape::Outside, _) => return Err(crate::writes::outside::refusal(log, shared, reader, loaded)),
        (_, Err(_)) => return Err(Failure::new("withheld").arg("field", "text")),
        _ => {}
    }
    if view.status_code() == "closed" {
        return Err(Failure::new("case_closed"));
    }
    if site == from {
        return Err(Failure::new("already_there").arg("site", site));
    }
    if Reading::of(roster).is_partners(site) {
        return Err(Failure::new("move_to_partner").arg("site", site));
    }
    // on anybody else's word no reference would follow
    let is_confirmed = |held: &&Member| held.standing == Standing::Confirmed;
    let held = roster.members.get(&me).filter(is_confirmed);
    match view.shape {
        Shape::Ordinary if !held.is_some_and(|held| reads_site(roster, held, from)) => {
            return Err(Failure::new("only_site_reader").arg("site", from));
        }
        Shape::Inside if !of_audience(log, shared, loaded).contains(&me) => {
            return Err(Failure::new("outside_audience"));
        }
        _ => {}
    }
    // whoever reads there may not read it here: that is passing it on
    let refused = view.account.as_ref().ok().and_then(|account| account.consent.get(INTERNAL));
    if view.shape == Shape::Ordinary && refused.is_some_and(|said| said.is_refusal()) {
        return Err(Failure::new("consent_refuses_referral").arg("who", site).arg("purpose", INTERNAL));
    }
    if !is_whole(log, shared, reader, loaded)? || !loaded.document.late.is_empty() {
        return Err(Failure::new("case_incomplete"));
    }
    Ok(())
}

/// Everybody beside `me` who could read the case until now, and so can still: members by name, with their sites.
fn still_read(log: &Log, shared: &Shared, loaded: &Loaded, view: &CaseView, me: MemberId) -> Vec<Json> {
    let mut members: BTreeSet<MemberId> = match view.shape {
        Shape::Ordinary => could_read(log, shared, loaded),
        _ => of_audience(log, shared, loaded).into_iter().collect(),
    };
    let exposed = view.facts.sealed.as_ref().map(|sealed| sealed.exposed.iter()).into_iter().flatten();
    members.extend(exposed.flat_map(|(_, dated)| dated.fact.members.iter().copied()));
    let told = members.into_iter().filter(|id| *id != me && shared.roster.members.contains_key(id));
    let mut rows: Vec<(String, String)> = told.map(|id| (members::own_site(shared, &id), shared.name(&id))).collect();
    rows.sort();
    rows.into_iter().map(|(site, name)| json!({"member": name, "site": site})).collect()
}

// ------------------------------------------------------------------ what came late

/// A moved case to which something was written that is not yet said where it goes on.
struct Late {
    old: Arc<Loaded>,
    new: Arc<Loaded>,
    changes: Vec<EditOps>,
    /// This member's own words: nobody else can be waited for.
    is_own: bool,
}

/// What came of carrying on.
#[derive(Default)]
pub(super) struct CarriedOn {
    pub(super) wrote: bool,
    /// Cases of which others are waited for, or whose other half has not come yet.
    pub(super) left: Vec<(ScopeId, DocId)>,
}

/// Whether a case ended here because it goes on elsewhere.
pub(super) fn has_moved(loaded: &Loaded) -> bool {
    moved_halves(&loaded.layers()).iter().any(|(kind, _)| *kind == "moved_to")
}

/// Says again, where moved cases go on, what was written to them by whoever had not heard of it. Everybody says their own
/// words; those of others whoever reads both sites, one after the other.
///
/// # Errors
///
/// When the store cannot be read or written.
pub(super) fn carry_on_all(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    moved: Vec<Arc<Loaded>>,
    now_ms: i64,
) -> Result<CarriedOn, Failure> {
    let mut done = CarriedOn::default();
    if moved.is_empty() || members::require(shared, &reader.member(), Capabilities::INTAKE).is_err() {
        return Ok(done);
    }
    let mut late = Vec::new();
    for old in moved {
        // one case that cannot be carried on holds up no other
        match late_of(log, shared, reader, &old, now_ms) {
            Ok((found, is_missing)) => {
                if is_missing {
                    done.left.push((old.scope, old.doc));
                }
                late.extend(found);
            }
            Err(failure) => tracing::warn!(code = failure.code, "late words of a moved case were not looked at"),
        }
    }
    let debts = late.iter().map(|late| {
        let others = if late.is_own { Vec::new() } else { read_both(log, shared, &late.old, &late.new) };
        let what: [&[u8]; 3] = [b"moved", &late.old.doc.0, &late.new.doc.0];
        Debt::alone(&what, &reader.member().0, others.into_iter().map(|id| id.0))
    });
    let debts: Vec<Debt> = debts.collect();
    let due = debts::due(log, &format!("moved/{}", reader.member()), &debts, now_ms)?;
    for (late, is_due) in late.into_iter().zip(due) {
        let at = (late.old.scope, late.old.doc);
        if !is_due {
            done.left.push(at);
            continue;
        }
        match carry_on_one(log, shared, reader, late, now_ms) {
            Ok(()) => done.wrote = true,
            Err(failure) => tracing::warn!(code = failure.code, "late words of a moved case were not carried on"),
        }
    }
    Ok(done)
}

/// What of a moved case is to be said again by this reader, and whether a half of it has not come yet.
fn late_of(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    old: &Arc<Loaded>,
    now_ms: i64,
) -> Result<(Vec<Late>, bool), Failure> {
    let view = old.view(now_ms);
    let is_moved = view.work.as_ref().is_some_and(|work| work.standing.closure.as_deref() == Some("moved"));
    let me = reader.member();
    let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.as_slice()).unwrap_or_default();
    let says = |purpose: &str| view.account.as_ref().ok().and_then(|account| account.consent.get(purpose));
    let is_refused = says(INTERNAL).is_some_and(|said| said.is_refusal());
    let is_barred = is_refused && view.shape == Shape::Ordinary;
    // what was reopened, or closed otherwise by somebody else, a person decides on
    if !is_moved || is_barred || view.account.is_err() || is_set_aside(shared, recusals, &Who::Member(me)) {
        return Ok((Vec::new(), false));
    }
    let (mut late, mut is_missing) = (Vec::new(), false);
    for (_, doc) in moved_halves(&old.layers()).into_iter().filter(|(kind, _)| *kind == "moved_to") {
        let Some(put) = moved_by(log, shared, old, doc) else { continue };
        let Ok(new) = list::find_case(log, shared, reader, &doc.to_string()) else {
            is_missing = true;
            continue;
        };
        let new_view = new.view(now_ms);
        // it was born by whoever moved the old one, and is no partner's
        // of a sealed case written anew its birth does not say so any more
        let is_theirs = new.document.generation > 0 || born_by(&new, old.doc) == Some(put.member);
        let is_ours = !Reading::of(&shared.roster).is_partners(case_site(shared, &new));
        let fits = new_view.shape == view.shape || (view.shape == Shape::Ordinary && new_view.shape == Shape::Inside);
        if !fits || !is_theirs || !is_ours {
            continue;
        }
        let then = cases::load_at(log, shared, reader, old, &[put.entry])?;
        // who does not read all that is there says their own words alone: those they can read there
        let all = new.reads_words() && read_both(log, shared, old, &new).contains(&me);
        for is_own in [true, false].into_iter().filter(|is_own| *is_own || all) {
            // what was said again once is not said once more, whatever became of it there
            let is_said = |stamp: &Stamp, key: &str| {
                let says = |op: &LayerOp| matches!(op, LayerOp::Put { key: put, .. } if put == key);
                let mut of_entry = new.document.history.iter().filter(|written| written.stamp.entry == stamp.entry);
                of_entry.any(|written| written.ops.iter().any(says))
            };
            let is_due = |stamp: &Stamp, key: &str| (stamp.member == Some(me)) == is_own && !is_said(stamp, key);
            let changes = carry_on(&old.layers(), &then.layers(), &new.layers(), &is_due, fresh()?);
            let changes = changes.map_err(|error| refusal(shared.taxonomy, &error, ""))?;
            if !changes.is_empty() {
                late.push(Late { old: Arc::clone(old), new: Arc::clone(&new), changes, is_own });
            }
        }
    }
    Ok((late, is_missing))
}

/// Confirmed members who read a case both where it was and where it goes on.
fn read_both(log: &Log, shared: &Shared, old: &Loaded, new: &Loaded) -> Vec<MemberId> {
    let roster = &shared.roster;
    if new.layers().restricted() {
        let reads = |id: &MemberId| match old.layers().restricted() {
            true => of_audience(log, shared, old).contains(id),
            false => roster.members.get(id).is_some_and(|held| reads_site(roster, held, case_site(shared, old))),
        };
        return of_audience(log, shared, new).into_iter().filter(reads).collect();
    }
    let sites = [case_site(shared, old), case_site(shared, new)];
    let reads = |held: &Member| sites.iter().all(|site| reads_site(roster, held, site));
    let confirmed = roster.members.iter().filter(|(_, held)| held.standing == Standing::Confirmed && reads(held));
    confirmed.map(|(id, _)| *id).collect()
}

fn carry_on_one(log: &Log, shared: &Shared, reader: &mut Reader, late: Late, now_ms: i64) -> Result<(), Failure> {
    let Late { new, changes, .. } = late;
    let view = new.view(now_ms);
    let mut entropy = entropy()?;
    log.commit(|tx| {
        for ops in changes {
            let sensitive = super::sensitive_key(log, shared, reader, &new, &ops, &view, &mut entropy)?;
            let write = Write { alone: true, ..Write::on(Arc::clone(&new), deps(log, &new), ops, sensitive) };
            append_edit(log, tx, shared, reader, write, now_ms, &mut entropy)?;
        }
        Ok(())
    })?;
    log.refresh_reader(reader)
}

/// Where a case went, and where it came from: as [`halves`](super::transfer::halves) of what was sent on.
pub(crate) fn halves(log: &Log, shared: &Shared, reader: &mut Reader, loaded: &Loaded, now_ms: i64) -> Vec<Json> {
    let mut rows = Vec::new();
    for (kind, doc) in moved_halves(&loaded.layers()) {
        let mut row = json!({"kind": kind, "case_id": doc});
        if let Ok(other) = list::find_case(log, shared, reader, &doc.to_string()) {
            let seen = other.view(now_ms);
            row["ref"] = json!(seen.mark());
            row["site"] = json!(case_site(shared, &other));
            row["status"] = json!(seen.status_code());
            row["restricted"] = json!(seen.shape != Shape::Ordinary);
        }
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests;

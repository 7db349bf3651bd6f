//! Two cases that are one matter, or are said to be two: linked, merged, taken apart. Each half is written in its own case.
//!
//! A half names the other case to whoever reads it. So an ordinary case never names a sealed one: of such a pair the sealed half
//! alone is written, and whoever reads both sees the link from either side. Two sealed cases name each other only where the same
//! people read both.

use std::collections::BTreeSet;
use std::sync::Arc;

use crdt_model::case::Shape;
use crdt_model::case::status::Status;
use crdt_model::edit::{Edit, LinkKind, linked};
use crdt_model::taxonomy::Capabilities;
use crdt_model::values::{DocId, EntryId};
use crdt_model::view::{CaseView, Shown};
use serde_json::{Value as Json, json};

use super::assigning::case_site;
use super::{Write, after, append_edit, at_heads, made_for, ops_on, outside, refusal, sensitive_key};
use crate::cases::{self, Loaded};
use crate::error::Failure;
use crate::list;
use crate::list::alike::proposed_for;
use crate::log::{Log, Reader, Shared, entropy, meta};
use crate::members;
use crate::members::reads_site;
use crate::store::Space;

/// Cases merged into one that are looked at, with those merged into them.
const MERGED_MAX: usize = 64;
/// Cases looked at to find those, and links told of one case.
const LOOKED_MAX: usize = 256;
/// Documents that a case moved through that are looked at.
const MOVES_MAX: usize = 8;
/// Kinds of links that people make between two cases.
const BETWEEN: [LinkKind; 4] = [LinkKind::DuplicateOf, LinkKind::Merged, LinkKind::Related, LinkKind::SplitFrom];

/// One of two cases, as whoever links them reads it.
struct Half {
    loaded: Arc<Loaded>,
    deps: Vec<EntryId>,
    view: CaseView,
    mark: String,
}

impl Half {
    /// The case a person means: they read its words, else they could not tell what it is.
    fn find(log: &Log, shared: &Shared, reader: &mut Reader, typed: &str, now_ms: i64) -> Result<Self, Failure> {
        let loaded = list::find_case(log, shared, reader, typed)?;
        let (loaded, deps) = at_heads(log, shared, reader, loaded)?;
        let view = loaded.view(now_ms);
        let mark = view.mark().unwrap_or(typed).to_owned();
        let refused = match (view.shape, &view.account) {
            (Shape::Outside, _) => Some(outside::refusal(log, shared, reader, &loaded)),
            (_, Err(_)) => Some(Failure::new("withheld").arg("field", "links")),
            _ => None,
        };
        match refused {
            Some(failure) => Err(failure.arg("ref", &mark).at("ref", &mark)),
            None => Ok(Self { loaded, deps, view, mark }),
        }
    }

    fn is_sealed(&self) -> bool {
        self.view.shape != Shape::Ordinary
    }

    /// Whether this case may name the other to those who read it.
    fn may_name(&self, other: &Self) -> bool {
        match (self.is_sealed(), other.is_sealed()) {
            (_, false) => true,
            (false, true) => false,
            (true, true) => {
                let recused = |half: &Self| -> BTreeSet<String> {
                    let sealed = half.view.sealed.as_ref();
                    sealed.map(|sealed| sealed.recusals.iter().map(ToString::to_string).collect()).unwrap_or_default()
                };
                let made_for = |half: &Self| made_for(&half.loaded).into_iter().collect::<BTreeSet<_>>();
                self.view.text("audience") == other.view.text("audience")
                    && recused(self) == recused(other)
                    && made_for(self) == made_for(other)
            }
        }
    }
}

/// Two different cases.
fn pair(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    [one, other]: [&str; 2],
    now_ms: i64,
) -> Result<[Half; 2], Failure> {
    members::require(shared, &reader.member(), Capabilities::INTAKE)?;
    let halves = [Half::find(log, shared, reader, one, now_ms)?, Half::find(log, shared, reader, other, now_ms)?];
    if halves[0].loaded.doc == halves[1].loaded.doc {
        let mark = &halves[0].mark;
        return Err(Failure::new("self_link").arg("ref", mark).at("ref", mark));
    }
    Ok(halves)
}

/// Writes an act on each of some cases: on all of them, or on none.
fn write_all(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    acts: &[(&Half, Edit)],
    last: DocId,
    now_ms: i64,
) -> Result<(), Failure> {
    let mut all = Vec::new();
    for (half, edit) in acts {
        let ops = ops_on(shared, reader, &half.loaded, edit, now_ms)?;
        let ops = ops.map_err(|error| refusal(shared.taxonomy, &error, &half.mark))?;
        if !ops.is_empty() {
            all.push((*half, ops));
        }
    }
    let mut entropy = entropy()?;
    log.commit(|tx| {
        for (half, ops) in all {
            let sensitive = sensitive_key(log, shared, reader, &half.loaded, &ops, &half.view, &mut entropy)?;
            let write = Write::on(Arc::clone(&half.loaded), half.deps.clone(), ops, sensitive);
            append_edit(log, tx, shared, reader, write, now_ms, &mut entropy)?;
        }
        Ok(tx.put(Space::Meta, &meta::last_case(&reader.member()), &last.0)?)
    })
}

/// `case link`: says that two cases are one matter (`duplicate`), or that they are two that have to do with each other
/// (`related`). Reply: that of the acts, with `{"kind", "with", "sealed_side"}`; `sealed_side` tells that the sealed one of the
/// two alone names the other.
///
/// # Errors
///
/// `self_link`, `link_would_tell`, `still_merged`, `bad_value`, and what refuses any act.
pub(crate) fn link(log: &Log, reader: &mut Reader, typed: [&str; 2], kind: &str, now_ms: i64) -> Result<Json, Failure> {
    let kind = match kind {
        "duplicate" => LinkKind::DuplicateOf,
        "related" => LinkKind::Related,
        _ => return Err(Failure::new("bad_value").arg("field", "--as").arg("expected", "duplicate, related")),
    };
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let shared = log.shared();
    let [this, that] = pair(log, &shared, reader, typed, now_ms)?;
    let link = |to: &Half, kind| Edit::Link { to: to.loaded.doc, kind };
    let mut acts = Vec::new();
    if this.may_name(&that) {
        acts.push((&this, link(&that, kind)));
    }
    if that.may_name(&this) {
        acts.push((&that, link(&this, kind.of_other_half())));
    }
    if acts.is_empty() {
        return Err(would_tell(&this, &that));
    }
    let sealed_side = acts.len() == 1;
    write_all(log, &shared, reader, &acts, this.loaded.doc, now_ms)?;
    let mut reply = after(log, &shared, reader, &this.loaded, &this.mark, None, now_ms)?;
    reply["kind"] = json!(kind.code());
    reply["with"] = json!(that.mark);
    reply["sealed_side"] = json!(sealed_side);
    if sealed_side {
        warn(&mut reply, "link_on_sealed_side");
    }
    Ok(reply)
}

fn would_tell(this: &Half, that: &Half) -> Failure {
    Failure::new("link_would_tell").arg("ref", &this.mark).arg("other", &that.mark).at("ref", &this.mark)
}

fn warn(reply: &mut Json, code: &str) {
    if let Some(warnings) = reply["warnings"].as_array_mut() {
        warnings.push(code.into());
    }
}

/// `case merge`: the first case ends as a duplicate of the second, which goes on. Nothing of either is taken away, and the person
/// of the first is still to be told. Reply: that of the acts on the first case, with `{"into", "into_case_id", "unread_at"}`;
/// `unread_at`: the site whose readers go on with the case and do not read the first.
///
/// # Errors
///
/// `self_link`, `merge_across_seal`, `link_would_tell`, `survivor_closed`, `case_closed`, `manager_only`, and what refuses any
/// act.
pub(crate) fn merge(log: &Log, reader: &mut Reader, typed: [&str; 2], now_ms: i64) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let shared = log.shared();
    let [this, into] = pair(log, &shared, reader, typed, now_ms)?;
    if this.is_sealed() != into.is_sealed() {
        let failure = Failure::new("merge_across_seal").arg("ref", &this.mark).arg("other", &into.mark);
        return Err(failure.at("ref", &this.mark));
    }
    if !(this.may_name(&into) && into.may_name(&this)) {
        return Err(would_tell(&this, &into));
    }
    let acts = [(&this, Edit::Merge { into: into.loaded.doc }), (&into, Edit::Absorb { from: this.loaded.doc })];
    write_all(log, &shared, reader, &acts, into.loaded.doc, now_ms)?;
    let mut reply = after(log, &shared, reader, &this.loaded, &this.mark, None, now_ms)?;
    reply["into"] = json!(into.mark);
    reply["into_case_id"] = json!(into.loaded.doc);
    let unread_at = unread_at(&shared, &this, &into);
    if unread_at.is_some() {
        warn(&mut reply, "merged_unread");
    }
    reply["unread_at"] = json!(unread_at);
    Ok(reply)
}

/// The site where the case goes on, if somebody who reads its ordinary cases does not read the one merged into it.
fn unread_at(shared: &Shared, this: &Half, into: &Half) -> Option<String> {
    let (from, to) = (case_site(shared, &this.loaded), case_site(shared, &into.loaded));
    if this.is_sealed() || from == to {
        return None;
    }
    let mut readers =
        shared.roster.members.values().filter(|held| held.is_live() && reads_site(&shared.roster, held, to));
    readers.any(|held| !reads_site(&shared.roster, held, from)).then(|| to.to_owned())
}

/// `case unmerge`: takes a case out of those it was merged into; it is open again. Reply: that of the acts, with `{"out_of":
/// [reference]}`.
///
/// # Errors
///
/// `not_merged`, and what refuses any act.
pub(crate) fn unmerge(log: &Log, reader: &mut Reader, typed: &str, now_ms: i64) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let this = Half::find(log, &shared, reader, typed, now_ms)?;
    let mut survivors = Vec::new();
    for doc in linked(this.view.list("links"), LinkKind::DuplicateOf).take(MERGED_MAX) {
        // what is not here, or is not open to whoever takes them apart, leads to a case that says that it is open
        survivors.extend(Half::find(log, &shared, reader, &doc.to_string(), now_ms).ok());
    }
    let release = |half| (half, Edit::Release { from: this.loaded.doc });
    let acts: Vec<(&Half, Edit)> =
        std::iter::once((&this, Edit::Unmerge)).chain(survivors.iter().map(release)).collect();
    write_all(log, &shared, reader, &acts, this.loaded.doc, now_ms)?;
    let mut reply = after(log, &shared, reader, &this.loaded, &this.mark, None, now_ms)?;
    reply["out_of"] = survivors.iter().map(|half| half.mark.as_str()).collect();
    Ok(reply)
}

/// Whether a case may be closed as a duplicate: one of those that it names goes on. Else nobody would work on either.
///
/// # Errors
///
/// `survivor_closed`.
pub(super) fn must_go_on(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    edit: &Edit,
    view: &CaseView,
    now_ms: i64,
) -> Result<(), Failure> {
    let is_duplicate = matches!(edit, Edit::Close { reason, .. } if reason == "duplicate");
    let survivors: Vec<DocId> = linked(view.list("links"), LinkKind::DuplicateOf).take(MERGED_MAX).collect();
    if !is_duplicate || survivors.is_empty() {
        return Ok(());
    }
    let goes_on = |doc: &DocId| {
        let seen = list::find_case(log, shared, reader, &doc.to_string()).ok().map(|loaded| loaded.view(now_ms));
        seen.and_then(|seen| seen.work).is_some_and(|work| work.standing.status != Status::Closed)
    };
    if survivors.iter().any(goes_on) { Ok(()) } else { Err(Failure::new("survivor_closed")) }
}

// ------------------------------------------------------------------ shown

/// Says in what `case show` prints whom a case is linked to, who waits behind it, and which cases may be the same matter.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn tell(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    view: &CaseView,
    told: &mut Vec<Json>,
    shown: &mut Json,
    now_ms: i64,
) -> Result<(), Failure> {
    told.extend(halves(log, shared, reader, view, now_ms));
    let people = people(log, shared, reader, view, now_ms);
    if !people.is_null() {
        shown["people"] = people;
    }
    name_conflicts(log, shared, reader, &mut shown["conflicts"], now_ms);
    let duplicates = proposed_for(log, shared, reader, view.case_id, now_ms)?;
    if !duplicates.is_empty() {
        shown["duplicates"] = Json::Array(duplicates);
    }
    Ok(())
}

/// What others call a case by: its own id, and those of the documents that it moved here from.
fn names_of(log: &Log, shared: &Shared, reader: &mut Reader, view: &CaseView, now_ms: i64) -> BTreeSet<DocId> {
    let before = |view: &CaseView| -> Vec<DocId> {
        view.list("moved").iter().filter_map(|half| half.strip_prefix("from:")?.parse().ok()).collect()
    };
    let (mut names, mut todo) = (BTreeSet::from([view.case_id]), before(view));
    while let Some(doc) = todo.pop().filter(|_| names.len() < MOVES_MAX) {
        if names.insert(doc)
            && let Ok(loaded) = list::find_case(log, shared, reader, &doc.to_string())
        {
            todo.extend(before(&loaded.view(now_ms)));
        }
    }
    names
}

/// Whether a case names one of these as the one that survives it; of whom it names, whoever cannot read its words learns nothing.
fn names(view: &CaseView, into: &BTreeSet<DocId>) -> bool {
    match view.shown("links") {
        Shown::Withheld(_) => true,
        _ => linked(view.list("links"), LinkKind::DuplicateOf).any(|doc| into.contains(&doc)),
    }
}

/// Whether a case counts as merged into one of these: it ended as a duplicate, and names it.
fn is_merged_into(view: &CaseView, into: &BTreeSet<DocId>) -> bool {
    let closure = view.work.as_ref().and_then(|work| work.standing.closure.as_deref());
    closure == Some("duplicate") && names(view, into)
}

/// The cases linked to one by people, as far as this reader sees them: `[{"kind", "case_id", "ref", "site", "status",
/// "merged"}]`.
fn halves(log: &Log, shared: &Shared, reader: &mut Reader, view: &CaseView, now_ms: i64) -> Vec<Json> {
    let own = names_of(log, shared, reader, view, now_ms);
    let mut links: Vec<(LinkKind, DocId)> =
        view.list("links").iter().filter_map(|link| LinkKind::parse(link)).collect();
    // what the other half alone says
    let named_by = own.iter().flat_map(|id| list::rows(reader).named_by(*id)).collect::<Vec<_>>();
    for (kind, doc) in named_by.into_iter().map(|(kind, doc)| (kind.of_other_half(), doc)) {
        if links.iter().all(|(_, named)| *named != doc) && !own.contains(&doc) {
            links.push((kind, doc));
        }
    }
    let mut rows = Vec::new();
    for (kind, doc) in links.into_iter().filter(|(kind, _)| BETWEEN.contains(kind)).take(LOOKED_MAX) {
        let mut row = json!({"kind": kind.code(), "case_id": doc});
        if let Ok(other) = list::find_case(log, shared, reader, &doc.to_string()) {
            let seen = other.view(now_ms);
            // the other was taken out, and this half has not heard of it; an ordinary case names no sealed one anyway
            let may_name = view.shape == Shape::Ordinary || seen.shape == Shape::Inside;
            if kind == LinkKind::Merged && seen.shape != Shape::Outside && may_name && !names(&seen, &own) {
                continue;
            }
            if seen.shape != Shape::Outside {
                row["ref"] = json!(seen.mark());
                row["site"] = json!(case_site(shared, &other));
                row["status"] = json!(seen.status_code());
                row["merged"] = json!(match kind {
                    LinkKind::Merged => is_merged_into(&seen, &own),
                    LinkKind::DuplicateOf => is_merged_into(view, &BTreeSet::from([doc])),
                    _ => false,
                });
            }
        }
        rows.push(row);
    }
    rows
}

/// The cases merged into one, and those merged into them, as far as this reader sees them.
fn merged_into(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    of: &CaseView,
    now_ms: i64,
) -> Vec<(Arc<Loaded>, CaseView)> {
    let mut own = names_of(log, shared, reader, of, now_ms);
    let (mut seen, mut found) = (own.clone(), Vec::new());
    let mut todo: Vec<DocId> = linked(of.list("links"), LinkKind::Merged).collect();
    let named_by = |reader: &mut Reader, ids: &BTreeSet<DocId>| -> Vec<DocId> {
        let named = ids.iter().flat_map(|id| list::rows(reader).named_by(*id));
        named.filter(|(kind, _)| *kind == LinkKind::DuplicateOf).map(|(_, doc)| doc).collect()
    };
    todo.extend(named_by(reader, &own));
    while let Some(doc) = todo.pop().filter(|_| found.len() < MERGED_MAX && seen.len() < LOOKED_MAX) {
        if !seen.insert(doc) {
            continue;
        }
        let Ok(other) = list::find_case(log, shared, reader, &doc.to_string()) else { continue };
        let view = other.view(now_ms);
        if is_merged_into(&view, &own) {
            let names = names_of(log, shared, reader, &view, now_ms);
            todo.extend(linked(view.list("links"), LinkKind::Merged).chain(named_by(reader, &names)));
            own.extend(names);
            found.push((other, view));
        }
    }
    found
        .sort_by_key(|(_, view): &(_, CaseView)| (view.moment("received_at").map(|moment| moment.at_ms), view.case_id));
    found
}

/// Who waits behind a case into which others were merged: how many people, and whom of the others to tell. `{"concerned": n,
/// "others": [{"ref", "case_id", "reporter_name", "phone", "safe_contact", "contact_consent", "told"}]}`; null where none was
/// merged into it.
fn people(log: &Log, shared: &Shared, reader: &mut Reader, view: &CaseView, now_ms: i64) -> Json {
    let merged = merged_into(log, shared, reader, view, now_ms);
    if merged.is_empty() {
        return Json::Null;
    }
    let size = |view: &CaseView| match view.shown("group_size") {
        Shown::Int(n) => (*n).max(1),
        _ => 1,
    };
    let concerned: i64 = merged.iter().map(|(_, merged)| size(merged)).fold(size(view), i64::saturating_add);
    let row = |view: &CaseView| {
        let work = view.work.as_ref();
        json!({
            "ref": view.mark(), "case_id": view.case_id, "reporter_name": view.shown("reporter_name"),
            "phone": view.shown("phone"), "safe_contact": view.shown("safe_contact"),
            "contact_consent": work.map(|work| work.contact),
            "told": work.is_some_and(|work| work.answered || !work.expects_answer),
        })
    };
    json!({"concerned": concerned, "others": merged.iter().map(|(_, view)| row(view)).collect::<Vec<_>>()})
}

/// Says in conflicts what the cases that they name are called: `{"linked": {"kind", "case_id", "ref", "site"}}` beside a value.
pub(crate) fn name_conflicts(log: &Log, shared: &Shared, reader: &mut Reader, conflicts: &mut Json, now_ms: i64) {
    for conflict in conflicts.as_array_mut().into_iter().flatten().filter(|conflict| conflict["field"] == "links") {
        for value in conflict["values"].as_array_mut().into_iter().flatten() {
            let Some((kind, doc)) = value["value"].as_str().and_then(LinkKind::parse) else { continue };
            let other = list::find_case(log, shared, reader, &doc.to_string()).ok();
            let mark = other.as_ref().and_then(|other| other.view(now_ms).mark().map(str::to_owned));
            let site = other.as_ref().map(|other| case_site(shared, other));
            value["linked"] = json!({"kind": kind.code(), "case_id": doc, "ref": mark, "site": site});
        }
    }
}

/// Adds to the history of a case those of the cases merged into it, one after the other, each line with `"merged": {"ref",
/// "case_id"}`.
pub(crate) fn add_histories(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    view: &CaseView,
    history: &mut Json,
    now_ms: i64,
) {
    for (loaded, merged) in merged_into(log, shared, reader, view, now_ms) {
        let Json::Array(rows) = cases::history(shared, &loaded) else { continue };
        let of = json!({"ref": merged.mark(), "case_id": merged.case_id});
        let rows = rows.into_iter().map(|mut row| {
            row["merged"] = of.clone();
            row
        });
        if let Some(all) = history.as_array_mut() {
            all.extend(rows);
        }
    }
}

#[cfg(test)]
mod tests;

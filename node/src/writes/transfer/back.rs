//! What comes back of a case that was sent on: its half is given to the site it came from, which so hears how it ends.

use std::sync::Arc;

use crdt_model::case::Shape;
use crdt_model::case::schema;
use crdt_model::edit::{Edit, EditOps, LinkKind, Telling, linked};
use crdt_model::layer::{Layer, LayerOp, Value};
use crdt_model::roster::Member;
use crdt_model::values::{DocId, MemberId, Who};
use crdt_model::view::{CaseView, Origin};
use serde_json::{Value as Json, json};

use crate::cases::Loaded;
use crate::error::Failure;
use crate::list;
use crate::log::{Log, Reader, Shared};
use crate::members::reads_site;
use crate::writes::assigning::case_site;
use crate::writes::ops_on;

/// The reason for which a half comes back with a question.
const NEED_INFO: &str = "need_info";
/// Halves of one case that are looked at for one that asks.
const HALVES_MAX: usize = 64;

/// The site that sent an ordinary case on to where it lies: that of [`sender`], where it is another.
pub(in crate::writes) fn sender_site(shared: &Shared, loaded: &Loaded) -> Option<String> {
    let roster = &shared.roster;
    let sender = roster.members.get(&sender(shared, loaded)?)?;
    let is_elsewhere = !loaded.layers().restricted() && !reads_site(roster, sender, case_site(shared, loaded));
    is_elsewhere.then(|| sender.site().to_owned())
}

/// Who sent a case on to where it lies: whoever signed its birth, which names the other half. Only the birth says so, and only of
/// a case that was not written anew, there or elsewhere: a link or an author that somebody added later says nothing, nor does what
/// whoever wrote it anew restates.
pub(in crate::writes) fn sender(shared: &Shared, loaded: &Loaded) -> Option<MemberId> {
    let document = &loaded.document;
    // the first in order of a case's first generation is its birth, and such an order is nobody's whom another restates
    let is_birth = |order: u64| document.generation == 0 && order == 0;
    let written = || document.history.iter().filter(|written| is_birth(written.stamp.order));
    if written().any(|written| written.ops.iter().any(is_moved)) {
        return None;
    }
    let layer = if loaded.layers().restricted() { Layer::Sensitive } else { Layer::Personal };
    let birth = written().find(|written| written.layer == layer && written.ops.iter().any(is_sent))?;
    birth.stamp.member.filter(|id| shared.roster.members.get(id).is_some_and(Member::is_live))
}

/// Whether a case came back with a question to this reader, who sent it on: to them, or to whom they stand in for.
pub(in crate::writes) fn asks(shared: &Shared, reader: &Reader, loaded: &Loaded, view: &CaseView, now_ms: i64) -> bool {
    let returned = view.work.as_ref().and_then(|work| work.returned.as_ref());
    let me = reader.member();
    let is_me = |sender: MemberId| sender == me || shared.stands_in_for(&me, now_ms).contains(&sender);
    returned.is_some_and(|returned| returned.why == NEED_INFO)
        && sender(shared, loaded).is_some_and(|sender| {
            is_me(sender) && view.text("assignee").and_then(|who| who.parse::<Who>().ok()) == Some(Who::Member(sender))
        })
}

/// The answer to the question with which the other half of a case came back: what the sender notes on their own half, or tells the
/// person, goes there too. With the half it is written to. Not where several came back: then nobody can tell which is answered.
pub(in crate::writes) fn reply_there(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    view: &CaseView,
    edit: &Edit,
    now_ms: i64,
) -> Result<Option<(Arc<Loaded>, EditOps)>, Failure> {
    let text = match edit {
        Edit::Note { text } => text,
        Edit::Answer(Telling { text: Some(text), interim_until: None, .. }) => text,
        _ => return Ok(None),
    };
    if view.shape != Shape::Ordinary {
        return Ok(None);
    }
    let sent: Vec<DocId> = linked(view.list("links"), LinkKind::ReferredTo).take(HALVES_MAX).collect();
    let mut asking = Vec::new();
    for doc in sent {
        let Ok(half) = list::find_case(log, shared, reader, &doc.to_string()) else { continue };
        let seen = half.view(now_ms);
        // of which they say the same, both
        let is_half = linked(seen.list("links"), LinkKind::ReferredFrom).any(|of| of == view.case_id);
        if is_half && seen.shape == Shape::Ordinary && asks(shared, reader, &half, &seen, now_ms) {
            asking.push(half);
        }
    }
    let [half] = asking.as_slice() else { return Ok(None) };
    let ops = ops_on(shared, reader, half, &Edit::Reply { text: text.clone() }, now_ms)?;
    Ok(ops.ok().map(|ops| (Arc::clone(half), ops)))
}

/// Whether an operation names the case that this one was sent of.
fn is_sent(op: &LayerOp) -> bool {
    let from = element_of(op, "links").unwrap_or_default();
    from.split_once(':').is_some_and(|(kind, _)| kind == LinkKind::ReferredFrom.code())
}

/// Whether an operation says that a case moved.
fn is_moved(op: &LayerOp) -> bool {
    element_of(op, "moved").is_some()
}

fn element_of(op: &LayerOp, name: &str) -> Option<String> {
    let LayerOp::Put { key, .. } = op else { return None };
    match schema::slot(key)? {
        schema::Slot::Element(field, element) if field.name == name => Some(element),
        _ => None,
    }
}

/// Gives the sender's site the half that was sent to us, with the act by which somebody here takes it up, or gives it back. The site, where
/// that is done. Not where it was taken back once: whoever did so decides.
pub(in crate::writes) fn answer_back(
    shared: &Shared,
    loaded: &Loaded,
    view: &CaseView,
    me: &MemberId,
    edit: &Edit,
    ops: &mut EditOps,
) -> Option<String> {
    let takes_up = matches!(
        edit,
        Edit::Accept | Edit::Assign { .. } | Edit::Act { .. } | Edit::Resolve { .. } | Edit::Return { .. }
    );
    let roster = &shared.roster;
    let reads = |member: &Member| reads_site(roster, member, case_site(shared, loaded));
    if !takes_up || view.shape != Shape::Ordinary || !roster.members.get(me).is_some_and(reads) {
        return None;
    }
    let from = sender_site(shared, loaded)?;
    let key = schema::element_key("shared_with", &format!("site:{from}"))?;
    if loaded.document.states[0].as_ref().is_some_and(|open| open.contains_key(&key)) || was_stopped(loaded, &key) {
        return None;
    }
    ops.open.push(LayerOp::Put { key, value: Value::Bool(true) });
    Some(from)
}

fn was_stopped(loaded: &Loaded, share: &str) -> bool {
    let mut open = loaded.document.history.iter().filter(|written| written.layer == Layer::Open);
    open.any(|written| written.ops.iter().any(|op| matches!(op, LayerOp::Delete { key } if key == share)))
}

/// Why a half came back, and in which words: `{"why", "text"}`; null where it did not.
fn returned(seen: &CaseView) -> Json {
    let Some(back) = seen.work.as_ref().and_then(|work| work.returned.as_ref()) else { return Json::Null };
    let of = seen.facts.codes.referrals.iter().filter(|(_, dated)| dated.fact.is_return());
    let last = of.filter(|(_, dated)| Origin::from(&dated.stamp) == back.origin).map(|(id, _)| id).next();
    let words = last.and_then(|id| seen.facts.words.as_ref().ok()?.reasons.get(id));
    json!({"why": back.why, "text": words.map(|said| said.fact.text.0.clone())})
}

/// The other halves of a case, as far as this reader sees them: `[{"kind", "case_id", "ref", "site", "status", "outcome",
/// "text", "returned": {"why", "text"} / null}]`.
pub(crate) fn halves(log: &Log, shared: &Shared, reader: &mut Reader, view: &CaseView, now_ms: i64) -> Vec<Json> {
    let kinds = [LinkKind::ReferredTo, LinkKind::ReferredFrom];
    let links = view.list("links").iter().filter_map(|link| link.split_once(':'));
    let mut rows = Vec::new();
    for (kind, doc) in links.filter(|(kind, _)| kinds.iter().any(|known| known.code() == *kind)) {
        let mut row = json!({"kind": kind, "case_id": doc});
        if let Ok(other) = list::find_case(log, shared, reader, doc) {
            let seen = other.view(now_ms);
            let told = serde_json::to_value(&seen).unwrap_or(Json::Null);
            row["ref"] = json!(seen.mark());
            row["site"] = json!(case_site(shared, &other));
            row["status"] = json!(seen.status_code());
            row["outcome"] = told["resolution"]["outcome"].clone();
            row["text"] = told["resolution"]["text"].clone();
            row["returned"] = if kind == LinkKind::ReferredTo.code() { returned(&seen) } else { Json::Null };
        }
        rows.push(row);
    }
    rows
}

/// Says in the lines of a history what the cases that it names are called: `{"linked": {"kind", "case_id", "ref", "site"}}`.
pub(crate) fn name_linked(log: &Log, shared: &Shared, reader: &mut Reader, history: &mut Json, now_ms: i64) {
    for row in history.as_array_mut().into_iter().flatten() {
        let Some((kind, doc)) = row["value"].as_str().and_then(|link| link.split_once(':')) else { continue };
        let kind = match row["fields"][0].as_str() {
            Some("links") => kind.to_owned(),
            Some("moved") => format!("moved_{kind}"),
            _ => continue,
        };
        let other = list::find_case(log, shared, reader, doc).ok();
        let mark = other.as_ref().and_then(|other| other.view(now_ms).mark().map(str::to_owned));
        let site = other.as_ref().map(|other| case_site(shared, other));
        row["linked"] = json!({"kind": kind, "case_id": doc, "ref": mark, "site": site});
    }
}

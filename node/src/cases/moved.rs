//! Whether a case went to another site: on whose word.
//!
//! Anybody who opens the codes of a case can write into them, also that it moved, though they read none of its words. So a
//! reference follows, and what was written late goes along, only where somebody wrote it who may move the case.

use crdt_model::case::schema;
use crdt_model::document::{ORDER_BITS, Written};
use crdt_model::edit::moving::moved_halves;
use crdt_model::layer::{Layer, LayerOp, Stamp};
use crdt_model::roster::Standing;
use crdt_model::seal::named_audience;
use crdt_model::taxonomy::TRIAGE;
use crdt_model::values::{DocId, EntryId, MemberId, Who};

use super::{Loaded, case_site};
use crate::log::{Log, Shared};
use crate::members::{self, reads_site};

/// An entry that names another half of a case, and who signed it.
pub(crate) struct MovedBy {
    pub(crate) entry: EntryId,
    pub(crate) member: MemberId,
}

/// By which entry a case went to another, if somebody wrote it who may move it: a confirmed member who reads the site by role,
/// or one of the audience of a sealed case.
pub(crate) fn moved_by(log: &Log, shared: &Shared, old: &Loaded, to: DocId) -> Option<MovedBy> {
    let may = |put: &MovedBy| {
        let Some(held) = shared.roster.members.get(&put.member) else { return false };
        let reads = match old.layers().restricted() {
            true => of_audience(log, shared, old).contains(&put.member),
            false => reads_site(&shared.roster, held, case_site(shared, old)),
        };
        held.standing == Standing::Confirmed && reads
    };
    entries_of(old, &format!("to:{to}")).into_iter().find(may)
}

/// The entries that name another half, `to:<doc>` or `from:<doc>`.
fn entries_of(loaded: &Loaded, half: &str) -> Vec<MovedBy> {
    let Some(key) = schema::element_key("moved", half) else { return Vec::new() };
    let is_it = |op: &LayerOp| matches!(op, LayerOp::Put { key: put, .. } if *put == key);
    let puts = loaded.document.history.iter().filter(|written| written.ops.iter().any(is_it));
    let by = |put: &Written| Some(MovedBy { entry: put.stamp.entry, member: signer(loaded, put.layer, &put.stamp)? });
    puts.filter_map(by).collect()
}

/// Who signed the birth of a case that says that it came from another.
pub(crate) fn born_by(new: &Loaded, old: DocId) -> Option<MemberId> {
    let key = schema::element_key("moved", &format!("from:{old}"))?;
    let is_it = |op: &LayerOp| matches!(op, LayerOp::Put { key: put, .. } if *put == key);
    // what nothing stands before is the birth
    let mut births = new.document.history.iter().filter(|written| written.stamp.order == 0);
    births.find(|written| written.ops.iter().any(is_it))?.stamp.member
}

/// Whether a case that says so went to another site.
pub(crate) fn is_moved_away(log: &Log, shared: &Shared, old: &Loaded) -> bool {
    let halves = moved_halves(&old.layers()).into_iter().filter(|(kind, _)| *kind == "moved_to");
    halves.into_iter().any(|(_, doc)| moved_by(log, shared, old, doc).is_some())
}

/// Members who read a sealed case: of its audience, and not set aside.
pub(crate) fn of_audience(log: &Log, shared: &Shared, loaded: &Loaded) -> Vec<MemberId> {
    let view = loaded.view(0);
    let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.as_slice()).unwrap_or_default();
    let audience = named_audience(&log.org, view.text("audience").unwrap_or(TRIAGE));
    let is_aside = |id: &MemberId| {
        recusals.iter().any(|who| match who {
            Who::Member(aside) => aside == id,
            Who::Role(role) => shared.roster.members.get(id).is_some_and(|held| held.has_role(role)),
        })
    };
    let mut members = members::audience_members(log, shared, &audience);
    members.retain(|id| !is_aside(id));
    members
}

/// Who signed the entry that a value stands in. Where the entry says that another wrote it first, the stamp names that one: it
/// is the signer who answers for what follows from it.
pub(crate) fn signer(loaded: &Loaded, layer: Layer, stamp: &Stamp) -> Option<MemberId> {
    let place = |stamp: &Stamp| stamp.order >> ORDER_BITS;
    let is_own = |stamp: &Stamp| stamp.order == place(stamp) << ORDER_BITS;
    if is_own(stamp) {
        return stamp.member;
    }
    let mut of_entry = loaded.document.history.iter().filter(|written| written.layer == layer);
    of_entry.find(|written| place(&written.stamp) == place(stamp) && is_own(&written.stamp))?.stamp.member
}

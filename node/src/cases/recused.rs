//! What somebody added to a sealed case who is set aside from it.
//!
//! Whoever is set aside is not told so, and their own node does not know it: from outside it lets them add like anybody
//! else. So it is the audience's nodes that leave such an addition out of what they show and count. It stays among the
//! entries: what others built after it is not touched, and it is told as a fault.

use std::collections::HashMap;

use crdt_model::case::facts::SealedFacts;
use crdt_model::document::{DocEntry, Document, Fault, Opened};
use crdt_model::layer::Layer;
use crdt_model::roster::Roster;
use crdt_model::seal::FLAG_DROP_BOX;
use crdt_model::values::{EntryId, MemberId, Who};

/// The code of the fault.
const RECUSED: &str = "recused";

/// Takes what members who are set aside left in the case out of its sealed layer, as far as this reader opens that.
pub(super) fn leave_out(document: &mut Document, opened: &[DocEntry], roster: &Roster) {
    const SEALED: usize = Layer::Sensitive as usize;
    let Some(state) = document.states[SEALED].as_ref() else { return };
    let recusals = SealedFacts::of(state, &mut Vec::new()).recusals;
    if recusals.is_empty() {
        return;
    }
    let is_aside = |id: &MemberId| {
        recusals.values().any(|recusal| match &recusal.fact.who {
            Who::Member(member) => member == id,
            Who::Role(role) => roster.members.get(id).is_some_and(|held| held.has_role(role)),
        })
    };
    let left: HashMap<EntryId, MemberId> = opened
        .iter()
        .filter_map(|entry| match &entry.layers[SEALED] {
            Opened::Plain(plain) if plain.flags & FLAG_DROP_BOX != 0 => Some((entry.id, plain.member)),
            _ => None,
        })
        .filter(|(id, member)| document.counted.contains(id) && is_aside(member))
        .collect();
    if left.is_empty() {
        return;
    }
    if let Some(state) = &mut document.states[SEALED] {
        for cells in state.values_mut() {
            cells.retain(|cell| !left.contains_key(&cell.stamp.entry));
        }
        state.retain(|_, cells| !cells.is_empty());
    }
    document.history.retain(|written| written.layer != Layer::Sensitive || !left.contains_key(&written.stamp.entry));
    document.faults.extend(left.into_iter().map(|(entry, member)| Fault {
        entry,
        layer: Some(Layer::Sensitive),
        member: Some(member),
        step: "authority",
        code: RECUSED.to_owned(),
        waiting: false,
    }));
}

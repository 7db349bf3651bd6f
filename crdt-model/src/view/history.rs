//! What was done to a case, act by act: also what later writes replaced.

use crate::case::fact::FactKind;
use crate::case::schema::{self, Slot};
use crate::id::EntryId;
use crate::layer::{Layer, LayerOp, Stamp};
use crate::view::fold::shown;
use crate::view::{Origin, Shown};

/// One operation of an entry that was judged good, with its origin.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// Where it comes from.
    pub stamp: Stamp,
    /// Where it was written.
    pub layer: Layer,
    /// What was written.
    pub op: &'a LayerOp,
}

/// One line of the history of a case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct HistoryItem {
    /// The entry.
    pub entry: EntryId,
    /// `set`, `clear`, `add`, `remove`, or the kind of a fact: `move`, `note`, `consent`…
    pub act: &'static str,
    /// The field.
    pub field: &'static str,
    /// What was written to a register, or which element; absent for facts and deletions of registers. For a fact, its
    /// id: the view has the rest.
    pub value: Shown,
    /// Where it was written.
    pub layer: Layer,
    /// Its origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// The history of a case from everything written to it, in the order of entries. Keys that are no field's are left out.
pub fn history(written: &[Written<'_>]) -> Vec<HistoryItem> {
    let mut items: Vec<(u64, HistoryItem)> =
        written.iter().filter_map(|write| Some((write.stamp.order, item(write)?))).collect();
    items.sort_by(|(a, left), (b, right)| {
        (a, left.entry, left.layer, left.field).cmp(&(b, right.entry, right.layer, right.field))
    });
    items.into_iter().map(|(_, item)| item).collect()
}

fn item(write: &Written<'_>) -> Option<HistoryItem> {
    let (key, put) = match write.op {
        LayerOp::Put { key, value } => (key, Some(value)),
        LayerOp::Delete { key } => (key, None),
    };
    let slot = schema::slot(key)?;
    let field = slot.field();
    let (act, value) = match (slot, put) {
        (Slot::Single(_), Some(value)) => ("set", shown(field, value)),
        (Slot::Single(_), None) => ("clear", Shown::Absent),
        (Slot::Element(_, element), Some(_)) => ("add", Shown::Text(element)),
        (Slot::Element(_, element), None) => ("remove", Shown::Text(element)),
        (Slot::Fact(_, kind, id), Some(_)) => (FactKind::prefix(kind), Shown::Text(id.to_string())),
        (Slot::Fact(..), None) => return None,
    };
    let origin = Origin::from(&write.stamp);
    Some(HistoryItem { entry: write.stamp.entry, act, field: field.name, value, layer: write.layer, origin })
}

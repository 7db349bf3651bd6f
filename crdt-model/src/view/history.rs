//! What was done to a case, act by act: also what later writes replaced.

use crate::case::facts::FactId;
use crate::case::schema::{self, Slot};
use crate::layer::{Layer, LayerOp, Stamp, Value};
use crate::values::EntryId;
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
    /// What was written to a register; which element; the gist of a fact (`closed:satisfied`, `record:given`, the words of
    /// a note); absent for the deletion of a register.
    pub value: Shown,
    /// Which fact, for those who want all of it from the view.
    pub fact: Option<FactId>,
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
    let (act, value, fact) = match (slot, put) {
        (Slot::Single(_), Some(value)) => ("set", shown(field, value), None),
        (Slot::Single(_), None) => ("clear", Shown::Absent, None),
        (Slot::Element(_, element), Some(_)) => ("add", Shown::Text(element), None),
        (Slot::Element(_, element), None) => ("remove", Shown::Text(element), None),
        (Slot::Fact(_, kind, id), Some(Value::Bytes(bytes))) if !kind.is_for_nodes() => {
            let gist = kind.gist(bytes).ok()?;
            (kind.prefix(), gist.map_or(Shown::Absent, Shown::Text), Some(id))
        }
        (Slot::Fact(..), _) => return None,
    };
    let origin = Origin::from(&write.stamp);
    Some(HistoryItem { entry: write.stamp.entry, act, field: field.name, value, fact, layer: write.layer, origin })
}

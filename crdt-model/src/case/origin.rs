//! Who first wrote what a new generation restates.
//!
//! A generation says everything anew, in entries of whoever seals or opens the case. Beside what it restates stand
//! [`OriginFact`]s: entry, author, device and claimed time of each part, as the sealing node recorded them. Views show
//! these in place of the restating entry's own, and keep the old order among what one entry restates.

use std::collections::HashMap;

use crate::case::facts::{FactKind, OriginFact};
use crate::cbor;
use crate::document::Written;
use crate::layer::{LayerOp, LayerState, Stamp, Value};
use crate::values::EntryId;

/// Origins of one layer: by restating entry and key.
type Origins = HashMap<EntryId, HashMap<String, Stamp>>;

/// Puts the stamps of first writing in place of those of restating, in states and history.
pub(crate) fn restore(states: &mut [Option<LayerState>; 3], history: &mut Vec<Written>) {
    for (layer, state) in crate::layer::Layer::ALL.into_iter().zip(states) {
        let Some(state) = state else { continue };
        let origins = origins(state);
        if origins.is_empty() {
            continue;
        }
        for (key, cells) in state.iter_mut() {
            for cell in cells.iter_mut() {
                if let Some(first) = origins.get(&cell.stamp.entry).and_then(|of| of.get(key)) {
                    cell.stamp = *first;
                }
            }
            cells.sort_by(|a, b| {
                (a.stamp.order, a.stamp.entry, &a.value).cmp(&(b.stamp.order, b.stamp.entry, &b.value))
            });
        }
        let (restating, others): (Vec<Written>, Vec<Written>) =
            history.drain(..).partition(|w| w.layer == layer && origins.contains_key(&w.stamp.entry));
        *history = others;
        history.extend(restating.into_iter().flat_map(|written| apart(written, &origins)));
    }
    history.sort_by_key(|written| (written.stamp.order, written.layer));
}

fn origins(state: &LayerState) -> Origins {
    let mut origins = Origins::new();
    for (_, cells) in crate::case::collect::under(state, FactKind::Origin.prefix()) {
        for cell in cells {
            let Value::Bytes(bytes) = &cell.value else { continue };
            let Ok(fact) = cbor::decode::<OriginFact>(bytes) else { continue };
            let stamp = Stamp {
                entry: fact.entry,
                order: cell.stamp.order + 1 + u64::from(fact.n),
                claimed_ms: fact.claimed_ms,
                member: fact.member,
                device: fact.device,
            };
            let of = origins.entry(cell.stamp.entry).or_default();
            of.extend(fact.keys.into_iter().map(|key| (key, stamp)));
        }
    }
    origins
}

/// What one entry restates, by who first wrote it; what it says itself first.
fn apart(written: Written, origins: &Origins) -> Vec<Written> {
    let of = &origins[&written.stamp.entry];
    let (layer, own) = (written.layer, written.stamp);
    let mut parts: std::collections::BTreeMap<u64, Written> = std::collections::BTreeMap::new();
    for op in written.ops {
        let (LayerOp::Put { key, .. } | LayerOp::Delete { key }) = &op;
        let stamp = of.get(key).copied().unwrap_or(own);
        let part = parts.entry(stamp.order).or_insert_with(|| Written { stamp, layer, ops: Vec::new() });
        part.ops.push(op);
    }
    parts.into_values().collect()
}

//! The readable state of a case as bytes: equal for equal readers with equal content, whatever the order of arrival.

use std::collections::BTreeSet;

use crate::case::{CaseLayers, Shape, schema};
use crate::cbor::{Writer, WriterExt};
use crate::layer::{Layer, LayerState, Value};

/// Canonical bytes of everything the reader can see: every field, all rivals, all facts. They depend on values alone,
/// not on entry ids, authors, order or the time of day, so a value written again changes nothing.
///
/// `["boucle case digest 1", case_id, [layer, [[key, [value…]]…]]…]`, keys and values ascending.
pub fn digest_bytes(layers: &CaseLayers<'_>) -> Vec<u8> {
    let mut w = Writer::new(Vec::new());
    let readable: Vec<(Layer, &LayerState)> =
        Layer::ALL.into_iter().filter_map(|layer| Some((layer, layers.layer(layer)?))).collect();
    w.arr(2 + readable.len()).text("boucle case digest 1").bstr(layers.case_id.as_bytes());
    for (layer, state) in readable {
        let keys: Vec<_> = state.iter().filter(|(key, cells)| !cells.is_empty() && read(layers, layer, key)).collect();
        w.arr(2).uint(u64::from(layer.code())).arr(keys.len());
        for (key, cells) in keys {
            let values: BTreeSet<&Value> = cells.iter().map(|cell| &cell.value).collect();
            w.arr(2).text(key).arr(values.len());
            for value in values {
                write_value(&mut w, value);
            }
        }
    }
    w.into_writer()
}

/// Whether the view of this reader looks at `key` of `layer` at all.
fn read(layers: &CaseLayers<'_>, layer: Layer, key: &str) -> bool {
    let Some(slot) = schema::slot(key) else { return false };
    let outside = layers.shape() == Shape::Outside;
    schema::lies_in(slot.field(), layer, layers.restricted()) && !(outside && layer != Layer::Open)
}

fn write_value(w: &mut Writer, value: &Value) {
    match value {
        Value::Bool(value) => w.boolean(*value),
        Value::Int(value) => w.sint(*value),
        Value::Text(value) => w.text(value),
        Value::Bytes(value) => w.bstr(value),
    };
}

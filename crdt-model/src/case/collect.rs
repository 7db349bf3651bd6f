//! From root keys to typed facts: what folds read.

use crate::case::CaseLayers;
use crate::case::facts::{CodeFacts, Dated, FactKind, SealedFacts, WordFacts};
use crate::case::seen::Family;
use crate::cbor::{self, Canonical};
use crate::layer::{Cell, Layer, LayerState, Value};

/// Something that honest software does not write. The case is shown all the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Alarm {
    /// `fact_rewritten`, `constant_rewritten`, `malformed`, `out_of_place`, `epoch_jump`, `closed_unmet`,
    /// `closed_never_assigned`.
    pub code: &'static str,
    /// The field it concerns; empty for a key that is no field's.
    pub field: &'static str,
}

/// All facts of a case that a reader can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFacts {
    /// Codes and dates.
    pub codes: CodeFacts,
    /// Words, or the layer they are withheld in.
    pub words: Result<WordFacts, Layer>,
    /// For the audience, or the layer they are withheld in.
    pub sealed: Result<SealedFacts, Layer>,
    /// What was amiss.
    pub alarms: Vec<Alarm>,
}

impl CaseFacts {
    /// None that anybody could open.
    pub(crate) fn withheld() -> Self {
        let (words, sealed) = (Err(Layer::Personal), Err(Layer::Sensitive));
        Self { codes: CodeFacts::default(), words, sealed, alarms: Vec::new() }
    }

    /// Reads them. From outside a restricted case there are none.
    pub fn of(layers: &CaseLayers<'_>) -> Self {
        let mut alarms = Vec::new();
        let codes = layers.reading(Layer::Open).map(|layer| CodeFacts::of(layer, &mut alarms)).unwrap_or_default();
        let words = layers.reading(Layer::Personal).map(|layer| WordFacts::of(layer, &mut alarms));
        let sealed = layers.reading(Layer::Sensitive).map(|layer| SealedFacts::of(layer, &mut alarms));
        Self { codes, words, sealed, alarms }
    }
}

/// The cells of a root key in the order of their entries. (They come in that order; a caller that errs does no harm.)
pub(crate) fn in_order(cells: &[Cell]) -> Vec<&Cell> {
    let mut cells: Vec<&Cell> = cells.iter().collect();
    cells.sort_by(|a, b| (a.stamp.order, a.stamp.entry, &a.value).cmp(&(b.stamp.order, b.stamp.entry, &b.value)));
    cells
}

/// The keys `prefix/…` of a layer.
pub(crate) fn under<'a>(layer: &'a LayerState, prefix: &str) -> impl Iterator<Item = (&'a str, &'a [Cell])> {
    let prefix = format!("{prefix}/");
    let keys = layer.range(prefix.clone()..).take_while(move |(key, _)| key.starts_with(&prefix));
    keys.map(|(key, cells)| (key.as_str(), cells.as_slice()))
}

/// The facts of one kind in a layer.
pub(crate) fn family<T: Canonical>(layer: &LayerState, kind: FactKind, alarms: &mut Vec<Alarm>) -> Family<T> {
    let mut alarm = |code| alarms.push(Alarm { code, field: kind.field().name });
    let mut family = Family::new();
    for (key, cells) in under(layer, kind.prefix()) {
        let cells = in_order(cells);
        if cells.iter().any(|cell| cell.value != cells[0].value) {
            alarm("fact_rewritten");
        }
        let id = key.split_once('/').and_then(|(_, id)| id.parse().ok());
        let fact = cells.first().and_then(|cell| match &cell.value {
            Value::Bytes(bytes) => cbor::decode::<T>(bytes).ok().map(|fact| Dated { fact, stamp: cell.stamp }),
            _ => None,
        });
        match (id, fact) {
            (Some(id), Some(fact)) => drop(family.insert(id, fact)),
            _ => alarm("malformed"),
        }
    }
    family
}

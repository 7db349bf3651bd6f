//! From root keys to typed facts: what folds read.

use crate::case::CaseLayers;
use crate::case::facts::{
    ActionFact, AttachmentFact, ConsentFact, ContactFact, Dated, ExposedFact, FactKind, HoldFact, InteractionFact,
    LowerFact, MoveFact, OldKeysFact, RaiseFact, RecusalFact, ResponseFact, ResponseText, SatisfactionDetail,
    SatisfactionFact, TextFact,
};
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

/// Facts of codes and dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeFacts {
    /// Steps of the life cycle.
    pub moves: Family<MoveFact>,
    /// Holds and unholds.
    pub holds: Family<HoldFact>,
    /// Sensitivity raised.
    pub raises: Family<RaiseFact>,
    /// Sensitivity lowered.
    pub lowers: Family<LowerFact>,
    /// Whether the person may be contacted.
    pub contacts: Family<ContactFact>,
    /// Answers given.
    pub responses: Family<ResponseFact>,
    /// What the person said of them.
    pub satisfactions: Family<SatisfactionFact>,
}

/// Facts that hold words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordFacts {
    /// Consents as told.
    pub consents: Family<ConsentFact>,
    /// Why, by the id of the open act.
    pub reasons: Family<TextFact>,
    /// Contacts and attempts.
    pub interactions: Family<InteractionFact>,
    /// Things done.
    pub actions: Family<ActionFact>,
    /// Notes.
    pub notes: Family<TextFact>,
    /// What was told, by the id of the answer.
    pub response_texts: Family<ResponseText>,
    /// Who said it, by the id of the satisfaction.
    pub satisfaction_details: Family<SatisfactionDetail>,
    /// Files.
    pub attachments: Family<AttachmentFact>,
    /// Scans of the paper.
    pub paper_scans: Family<AttachmentFact>,
}

/// Facts for the named audience alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealedFacts {
    /// The allegation and its additions.
    pub allegations: Family<TextFact>,
    /// Who must not see the case.
    pub recusals: Family<RecusalFact>,
    /// Who could read it before it was sealed.
    pub exposed: Family<ExposedFact>,
    /// Keys of its older generations.
    pub old_keys: Family<OldKeysFact>,
}

impl CodeFacts {
    /// All of them, of one layer.
    pub fn of(layer: &LayerState, alarms: &mut Vec<Alarm>) -> Self {
        Self {
            moves: family(layer, FactKind::Move, "status", alarms),
            holds: family(layer, FactKind::Hold, "hold", alarms),
            raises: family(layer, FactKind::Raise, "sensitivity", alarms),
            lowers: family(layer, FactKind::Lower, "sensitivity", alarms),
            contacts: family(layer, FactKind::Contact, "contact_consent", alarms),
            responses: family(layer, FactKind::Response, "responses", alarms),
            satisfactions: family(layer, FactKind::Satisfaction, "satisfaction", alarms),
        }
    }
}

impl WordFacts {
    /// All of them, of one layer.
    pub fn of(layer: &LayerState, alarms: &mut Vec<Alarm>) -> Self {
        Self {
            consents: family(layer, FactKind::Consent, "consents", alarms),
            reasons: family(layer, FactKind::Reason, "reasons", alarms),
            interactions: family(layer, FactKind::Interaction, "interactions", alarms),
            actions: family(layer, FactKind::Action, "actions", alarms),
            notes: family(layer, FactKind::Note, "notes", alarms),
            response_texts: family(layer, FactKind::ResponseText, "responses", alarms),
            satisfaction_details: family(layer, FactKind::SatisfactionDetail, "satisfaction", alarms),
            attachments: family(layer, FactKind::Attachment, "attachments", alarms),
            paper_scans: family(layer, FactKind::PaperScan, "paper_scan", alarms),
        }
    }
}

impl SealedFacts {
    /// All of them, of one layer.
    pub fn of(layer: &LayerState, alarms: &mut Vec<Alarm>) -> Self {
        Self {
            allegations: family(layer, FactKind::Allegation, "allegation", alarms),
            recusals: family(layer, FactKind::Recusal, "recusals", alarms),
            exposed: family(layer, FactKind::Exposed, "exposed", alarms),
            old_keys: family(layer, FactKind::OldKeys, "old_keys", alarms),
        }
    }
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

fn family<T: Canonical>(layer: &LayerState, kind: FactKind, field: &'static str, alarms: &mut Vec<Alarm>) -> Family<T> {
    let mut family = Family::new();
    for (key, cells) in under(layer, kind.prefix()) {
        let cells = in_order(cells);
        if cells.iter().any(|cell| cell.value != cells[0].value) {
            alarms.push(Alarm { code: "fact_rewritten", field });
        }
        let id = key.split_once('/').and_then(|(_, id)| id.parse().ok());
        let fact = cells.first().and_then(|cell| match &cell.value {
            Value::Bytes(bytes) => cbor::decode::<T>(bytes).ok().map(|fact| Dated { fact, stamp: cell.stamp }),
            _ => None,
        });
        match (id, fact) {
            (Some(id), Some(fact)) => drop(family.insert(id, fact)),
            _ => alarms.push(Alarm { code: "malformed", field }),
        }
    }
    family
}

//! What was done to a case, act by act: also what later writes replaced.

use crate::case::facts::{
    ActionFact, AttachmentFact, ConsentFact, ContactFact, ExposedFact, FactId, FactKind, HoldFact, InteractionFact,
    LowerFact, MoveFact, RaiseFact, RecusalFact, ResponseText, SatisfactionDetail, SatisfactionFact, TextFact,
};
use crate::case::schema::{self, Slot};
use crate::cbor::{self, CborError};
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
    if matches!(slot, Slot::Fact(_, FactKind::Origin | FactKind::OldKeys, _)) {
        return None;
    }
    let (act, value, fact) = match (slot, put) {
        (Slot::Single(_), Some(value)) => ("set", shown(field, value), None),
        (Slot::Single(_), None) => ("clear", Shown::Absent, None),
        (Slot::Element(_, element), Some(_)) => ("add", Shown::Text(element), None),
        (Slot::Element(_, element), None) => ("remove", Shown::Text(element), None),
        (Slot::Fact(_, kind, id), Some(Value::Bytes(bytes))) => {
            let gist = gist(kind, bytes).ok()?;
            (kind.prefix(), gist.map_or(Shown::Absent, Shown::Text), Some(id))
        }
        (Slot::Fact(..), _) => return None,
    };
    let origin = Origin::from(&write.stamp);
    Some(HistoryItem { entry: write.stamp.entry, act, field: field.name, value, fact, layer: write.layer, origin })
}

/// What a fact says, in one text; nothing where its kind says it all.
fn gist(kind: FactKind, bytes: &[u8]) -> Result<Option<String>, CborError> {
    Ok(Some(match kind {
        FactKind::Move => {
            let fact: MoveFact = cbor::decode(bytes)?;
            fact.reason.map_or(fact.to.code().to_owned(), |reason| format!("{}:{reason}", fact.to.code()))
        }
        FactKind::Reason | FactKind::Note | FactKind::Allegation => cbor::decode::<TextFact>(bytes)?.text.0,
        FactKind::Hold => cbor::decode::<HoldFact>(bytes)?.reason.unwrap_or_else(|| "lifted".to_owned()),
        FactKind::Raise => cbor::decode::<RaiseFact>(bytes)?.level.code().to_owned(),
        FactKind::Lower => cbor::decode::<LowerFact>(bytes)?.level.code().to_owned(),
        FactKind::Consent => {
            let fact: ConsentFact = cbor::decode(bytes)?;
            format!("{}:{}", fact.purpose, fact.answer.code())
        }
        FactKind::Contact if cbor::decode::<ContactFact>(bytes)?.allowed => "given".to_owned(),
        FactKind::Contact => "refused".to_owned(),
        FactKind::Response => return Ok(None),
        FactKind::ResponseText => cbor::decode::<ResponseText>(bytes)?.text.0,
        FactKind::Satisfaction => cbor::decode::<SatisfactionFact>(bytes)?.value.code().to_owned(),
        FactKind::SatisfactionDetail => {
            let fact: SatisfactionDetail = cbor::decode(bytes)?;
            return Ok(fact.by.map(|by| by.0).or(fact.means));
        }
        FactKind::Interaction => cbor::decode::<InteractionFact>(bytes)?.outcome,
        FactKind::Action => cbor::decode::<ActionFact>(bytes)?.what.0,
        FactKind::Recusal => cbor::decode::<RecusalFact>(bytes)?.who.to_string(),
        FactKind::Exposed => cbor::decode::<ExposedFact>(bytes)?.generation.to_string(),
        FactKind::Origin | FactKind::OldKeys => return Ok(None),
        FactKind::Attachment | FactKind::PaperScan => {
            data_encoding::HEXLOWER.encode(&cbor::decode::<AttachmentFact>(bytes)?.hash)
        }
    }))
}

//! Operations under construction: each goes to the layer where its field lies in this case.

use std::fmt;

use crate::case::Codes;
use crate::case::facts::{DeliveredFact, FactId, FactKind, OriginFact};
use crate::case::schema::{self, Field, Kind};
use crate::cbor::{self, Canonical};
use crate::edit::EditRefusal;
use crate::layer::{Layer, LayerOp, Value};
use crate::name;
use crate::taxonomy::{Listed, OwnTable};
use crate::values::{EntryId, Moment};

/// What one act writes, layer by layer. A layer without operations gets padding.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EditOps {
    /// To the open layer.
    pub open: Vec<LayerOp>,
    /// To the personal layer.
    pub personal: Vec<LayerOp>,
    /// To the sensitive layer.
    pub sensitive: Vec<LayerOp>,
}

impl EditOps {
    /// The operations of one layer.
    pub fn layer(&self, layer: Layer) -> &[LayerOp] {
        match layer {
            Layer::Open => &self.open,
            Layer::Personal => &self.personal,
            Layer::Sensitive => &self.sensitive,
        }
    }

    /// Whether the act changes nothing: no entry is needed.
    pub fn is_empty(&self) -> bool {
        Layer::ALL.into_iter().all(|layer| self.layer(layer).is_empty())
    }

    /// That the case reached whoever signs this: `entry` gave it to them.
    ///
    /// # Errors
    ///
    /// None: what it writes is within the bounds of the schema.
    pub fn delivered(restricted: bool, entry: EntryId, entropy: [u8; 32]) -> Result<Self, EditRefusal> {
        let mut draft = Draft::new(restricted, entropy);
        let id = draft.id();
        draft.fact(FactKind::Delivered, id, &DeliveredFact { entry })?;
        Ok(draft.finish())
    }

    /// Whether the act writes or deletes the key.
    pub(super) fn touches(&self, layer: Layer, key: &str) -> bool {
        let of = |op: &LayerOp| match op {
            LayerOp::Put { key, .. } | LayerOp::Delete { key } => key.clone(),
        };
        self.layer(layer).iter().any(|op| of(op) == key)
    }

    /// Adds what another act writes. In a new generation there is nothing to delete yet.
    pub(super) fn extend(&mut self, other: Self) {
        for layer in Layer::ALL {
            for op in other.layer(layer).iter().filter(|op| matches!(op, LayerOp::Put { .. })) {
                self.push(layer, op.clone());
            }
        }
    }

    fn push(&mut self, layer: Layer, op: LayerOp) {
        match layer {
            Layer::Open => self.open.push(op),
            Layer::Personal => self.personal.push(op),
            Layer::Sensitive => self.sensitive.push(op),
        }
    }
}

/// Counts only: keys of sets hold what a person said.
impl fmt::Debug for EditOps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EditOps")
            .field("open", &self.open.len())
            .field("personal", &self.personal.len())
            .field("sensitive", &self.sensitive.len())
            .finish()
    }
}

/// Operations of one act on one case.
pub(super) struct Draft {
    restricted: bool,
    entropy: [u8; 32],
    ids: u64,
    ops: EditOps,
}

impl Draft {
    pub(super) fn new(restricted: bool, entropy: [u8; 32]) -> Self {
        Self { restricted, entropy, ids: 0, ops: EditOps::default() }
    }

    pub(super) fn finish(self) -> EditOps {
        self.ops
    }

    /// What is written so far.
    pub(super) fn so_far(&self) -> &EditOps {
        &self.ops
    }

    /// Says a value again in the layer where it now lies. It passed the schema when it was first written.
    pub(super) fn restate(&mut self, layer: Layer, key: String, value: Value) {
        self.ops.push(layer, LayerOp::Put { key, value });
    }

    /// Says who first wrote what is restated in a layer.
    pub(super) fn origin(&mut self, layer: Layer, origin: &OriginFact) -> Result<(), EditRefusal> {
        let key = FactKind::Origin.key(self.id());
        let value = Value::Bytes(cbor::encode(origin));
        schema::check_put(layer, &key, &value)?;
        self.ops.push(layer, LayerOp::Put { key, value });
        Ok(())
    }

    /// A fact id of this act: no two are alike while `entropy` is never used twice.
    pub(super) fn id(&mut self) -> FactId {
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 fact ids v1");
        hasher.update(&self.entropy).update(&self.ids.to_be_bytes());
        self.ids += 1;
        let mut id = [0; 8];
        id.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        FactId(id)
    }

    /// Writes a register or a constant.
    pub(super) fn put(&mut self, field: &'static Field, value: Value) -> Result<(), EditRefusal> {
        let layer = schema::place_of(field, self.restricted);
        schema::check_put(layer, field.name, &value).map_err(|_| refused(field))?;
        self.ops.push(layer, LayerOp::Put { key: field.name.to_owned(), value });
        Ok(())
    }

    /// Empties a register.
    pub(super) fn clear(&mut self, field: &'static Field) {
        let layer = schema::place_of(field, self.restricted);
        self.ops.push(layer, LayerOp::Delete { key: field.name.to_owned() });
    }

    /// Adds an element to a set, or takes it away.
    pub(super) fn element(&mut self, field: &'static Field, element: &str, add: bool) -> Result<(), EditRefusal> {
        let layer = schema::place_of(field, self.restricted);
        let key = schema::element_key(field.name, element).ok_or_else(|| refused(field))?;
        schema::check_put(layer, &key, &Value::Bool(true)).map_err(|_| refused(field))?;
        let op = if add { LayerOp::Put { key, value: Value::Bool(true) } } else { LayerOp::Delete { key } };
        self.ops.push(layer, op);
        Ok(())
    }

    /// Adds a fact.
    pub(super) fn fact<T: Canonical>(&mut self, kind: FactKind, id: FactId, fact: &T) -> Result<(), EditRefusal> {
        let field = kind.field();
        let layer = schema::place_of(field, self.restricted);
        let key = kind.key(id);
        let value = Value::Bytes(cbor::encode(fact));
        schema::check_put(layer, &key, &value).map_err(|_| refused(field))?;
        self.ops.push(layer, LayerOp::Put { key, value });
        Ok(())
    }
}

/// The field of a name that this program itself writes.
pub(super) fn known(name: &'static str) -> &'static Field {
    schema::field(name).expect("named in the schema: a test walks all names used")
}

/// Whether nothing is said: blanks alone are nothing.
pub(super) fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// What ends a line besides the line feed: of other systems, of old printers, and what a word processor breaks lines with.
const LINE_ENDS: [char; 4] = ['\r', '\u{b}', '\u{c}', '\u{85}'];

/// A person's words as they are kept: as they were said, blanks and all. A line ends in one way, whatever the system; what
/// a terminal would obey is refused, for it would have to be left out.
///
/// # Errors
///
/// [`EditRefusal::ControlCharacter`].
pub(super) fn said(field: &'static str, text: &str) -> Result<String, EditRefusal> {
    match control_character(text) {
        Some((at, character)) => Err(EditRefusal::ControlCharacter { field, character, at }),
        None => Ok(text.replace("\r\n", "\n").replace(LINE_ENDS, "\n")),
    }
}

/// The first character of a text that no case keeps, for a terminal would obey it; and which of its characters that is,
/// counted from 1. Ends of lines are kept, and tabs.
pub fn control_character(text: &str) -> Option<(usize, char)> {
    let kept = |c: char| !c.is_control() || c == '\n' || c == '\t' || LINE_ENDS.contains(&c);
    (1..).zip(text.chars()).find(|(_, c)| !kept(*c))
}

/// A name that is an element of a set, in the form names are kept in.
///
/// # Errors
///
/// [`EditRefusal::Name`].
pub(super) fn named(field: &'static str, text: &str) -> Result<String, EditRefusal> {
    name::clean(text).map_err(|fault| EditRefusal::Name { field, fault })
}

fn refused(field: &'static Field) -> EditRefusal {
    match field.kind {
        Kind::Words(bytes_max) | Kind::Element(bytes_max, _) => EditRefusal::TooLong { field: field.name, bytes_max },
        Kind::Fact => EditRefusal::TooLong { field: field.name, bytes_max: crate::case::facts::WORDS_BYTES_MAX },
        _ => EditRefusal::BadValue { field: field.name, expected: expected(field.kind) },
    }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Mark | Kind::Bool => "true or false",
        Kind::Int(..) => "a whole number within bounds",
        Kind::Code | Kind::CodeOf(_) | Kind::Listed(_) => "a code without spaces",
        Kind::OneOf(_) => "one of its codes",
        Kind::Words(_) | Kind::Element(..) | Kind::Fact => "text",
        Kind::Time | Kind::Moment => "a date (2026-11-21, 2026-11) or a time (2026-11-21T09:30:00+01:00)",
        Kind::WgAnswers => "six digits from 0 to 4",
        Kind::Who | Kind::Member => "a member or a role",
    }
}

/// The code that a table of the organisation's own has for what was typed.
///
/// # Errors
///
/// The table has rows and none of them is meant, or one that is offered no more.
pub(super) fn listed(
    field: &'static str,
    table: OwnTable,
    text: &str,
    codes: &dyn Codes,
) -> Result<String, EditRefusal> {
    let own = codes.own();
    match own.listed(table, text) {
        Listed::Is(row) => Ok(row.code.clone()),
        Listed::Closed(row) if codes.stand_as_told() => Ok(row.code.clone()),
        Listed::Free => Ok(text.to_owned()),
        Listed::Unknown if codes.stand_as_told() => Ok(text.to_owned()),
        Listed::Closed(row) => Err(EditRefusal::NotOffered { field, table, code: row.code.clone() }),
        Listed::Unknown => {
            let near = own.near(table, text).into_iter().map(|row| row.code.clone()).collect();
            Err(EditRefusal::NotListed { field, table, typed: text.into(), near })
        }
    }
}

/// What `text` means for `field`.
///
/// # Errors
///
/// It is not of the field's type, too long, or no code of the taxonomy in force.
pub(super) fn parse(field: &'static Field, text: &str, codes: &dyn Codes) -> Result<Value, EditRefusal> {
    let text = match field.kind {
        Kind::Words(_) => said(field.name, text)?,
        _ => text.trim().to_owned(),
    };
    let bad = || EditRefusal::BadValue { field: field.name, expected: expected(field.kind) };
    let value = match field.kind {
        Kind::Mark | Kind::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" => Value::Bool(true),
            "false" | "no" => Value::Bool(false),
            _ => return Err(bad()),
        },
        Kind::Int(..) | Kind::Time => Value::Int(text.parse().map_err(|_| bad())?),
        Kind::Moment => Value::Bytes(cbor::encode(&Moment::parse(&text).ok_or_else(bad)?)),
        Kind::CodeOf(table) if !codes.knows(table, &text) => {
            return Err(EditRefusal::UnknownCode { field: field.name, table });
        }
        Kind::Listed(table) => Value::Text(listed(field.name, table, &text, codes)?),
        Kind::CodeOf(_) | Kind::Code | Kind::OneOf(_) | Kind::Words(_) | Kind::WgAnswers | Kind::Who | Kind::Member => {
            Value::Text(text)
        }
        Kind::Element(..) | Kind::Fact => return Err(bad()),
    };
    let layer = schema::place_of(field, false);
    schema::check_put(layer, field.name, &value).map_err(|_| refused(field))?;
    Ok(value)
}

//! The one table of fields: name, layer, how it merges, what it may hold. The import gate, the view, the digest and
//! `case set` all read it.
//!
//! | merge | root key | value |
//! |---|---|---|
//! | constant, register | the field's name | one scalar |
//! | set | `name/<element>`, the element percent-escaped | `true`; removing is a Delete |
//! | facts | `kind/<16 hexadecimal digits>` | canonical CBOR ([`crate::case::facts`]) |
//!
//! A gate sees one change at a time: it also asks [`may_supersede`] when a write names predecessors, and [`birth_only`]
//! when a change is not the first of its document. What slips through (two authors writing one constant at once) shows
//! as an alarm in the view.

mod fields;

pub use fields::{FIELDS, NewCase};

use crate::case::facts::{FactId, FactKind};
use crate::cbor;
use crate::layer::{Layer, Value};
use crate::taxonomy::OwnTable;
use crate::values::moment::in_range;
use crate::values::{MemberId, Moment, Who, is_clean, is_code};

/// Most bytes of a root key.
pub const KEY_BYTES_MAX: usize = 200;
/// Which of several concurrent values is displayed. A conflict is shown in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// The last in the order of entries.
    Last,
    /// The smallest code: the more urgent priority.
    Smallest,
    /// True: who may wish to stay unknown does.
    True,
    /// The category with the greatest sensitivity.
    MoreSensitive,
}

/// How concurrent writes add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Written once; a second value is an alarm.
    Constant,
    /// All concurrent values are kept.
    Register(Display),
    /// Add-wins set.
    Set,
    /// Immutable facts, folded.
    Facts(FactKind),
}

/// What one root key may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` and nothing else.
    Mark,
    /// True or false.
    Bool,
    /// A whole number within bounds.
    Int(i64, i64),
    /// A code of the organisation's own: a site, a project, a session.
    Code,
    /// A code of this table of the taxonomy.
    CodeOf(&'static str),
    /// A code of this table that the organisation keeps; any code, while the table is empty.
    Listed(OwnTable),
    /// One of these codes.
    OneOf(&'static [&'static str]),
    /// A person's words, at most so many bytes.
    Words(usize),
    /// A claimed time, Unix milliseconds.
    Time,
    /// A time as told, with its precision.
    Moment,
    /// Six digits 0–4: the Washington Group Short Set.
    WgAnswers,
    /// A member or a role.
    Who,
    /// A member.
    Member,
    /// Element of a set, at most so many bytes unescaped; with a table where it is a code of the taxonomy.
    Element(usize, Option<&'static str>),
    /// A fact.
    Fact,
}

/// How a person changes a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// `case set`.
    Free,
    /// `case set`, but never to nothing.
    Required,
    /// Written at birth or by the system.
    Never,
    /// By this verb.
    Verb(&'static str),
}

/// Whether a field says who the person is. What does is not kept where they do not wish to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// It does not.
    None,
    /// It does, or tells how to find them.
    Person,
    /// It is their name: not kept either where they wish to stay unknown.
    Name,
}

/// One field of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Name in JSON.
    pub name: &'static str,
    /// Layer in an ordinary case; in a restricted one everything but the mark is sensitive.
    pub layer: Layer,
    /// How concurrent writes add up.
    pub merge: Merge,
    /// What it may hold.
    pub kind: Kind,
    /// How a person changes it.
    pub setting: Setting,
    /// Whether it says who the person is.
    pub identity: Identity,
}

const P: Layer = Layer::Open;
const R: Layer = Layer::Personal;
const S: Layer = Layer::Sensitive;
const CODE: Kind = Kind::Code;

/// A field that says nothing of who somebody is, and has no name yet.
const fn plain(layer: Layer, merge: Merge, kind: Kind, setting: Setting) -> Field {
    Field { name: "", layer, merge, kind, setting, identity: Identity::None }
}

const fn constant(layer: Layer, kind: Kind) -> Field {
    plain(layer, Merge::Constant, kind, Setting::Never)
}

const fn register(layer: Layer, kind: Kind) -> Field {
    plain(layer, Merge::Register(Display::Last), kind, Setting::Free)
}

const fn required(kind: Kind) -> Field {
    plain(P, Merge::Register(Display::Last), kind, Setting::Required)
}

const fn shown(kind: Kind, display: Display) -> Field {
    plain(P, Merge::Register(display), kind, Setting::Free)
}

const fn by(verb: &'static str, field: Field) -> Field {
    Field { setting: Setting::Verb(verb), ..field }
}

const fn set(layer: Layer, element: Kind, setting: Setting) -> Field {
    plain(layer, Merge::Set, element, setting)
}

pub(crate) const fn facts(name: &'static str, layer: Layer, kind: FactKind, verb: &'static str) -> Field {
    Field { name, ..plain(layer, Merge::Facts(kind), Kind::Fact, Setting::Verb(verb)) }
}

impl Field {
    /// It says who the person is, or how to find them.
    const fn identity(self) -> Self {
        Self { identity: Identity::Person, ..self }
    }

    /// It is the person's name.
    const fn name(self) -> Self {
        Self { identity: Identity::Name, ..self }
    }
}

/// Where restated content comes from: beside what it tells of, in any layer of an ordinary case.
pub const ORIGINS: &str = "origins";

/// Fields that a generation writes of itself and the next does not restate.
pub const OF_ONE_GENERATION: [&str; 6] = [ORIGINS, "exposed", "old_keys", "audience", "recusals", "gifts"];

/// Fields that make the mark of a restricted case: they stay open.
pub const MARK: [&str; 3] = ["restricted", "week", "region"];

/// The field of a name. Where a name covers a code and its words (`responses`), the open part.
pub fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

/// Up to three field names close to `name`, the closest first: for an error message.
pub fn near(name: &str) -> Vec<&'static str> {
    let name: String = name.chars().take(64).collect();
    let settable = |field: &&Field| matches!(field.setting, Setting::Free | Setting::Required);
    let mut near: Vec<(usize, &'static str)> = FIELDS
        .iter()
        .filter(settable)
        .map(|field| (strsim::levenshtein(&name, field.name), field.name))
        .filter(|(distance, candidate)| *distance <= 2.max(candidate.len() / 2))
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Where a field of ordinary layer `ordinary` lies.
pub fn placed(ordinary: Layer, restricted: bool) -> Layer {
    if restricted { Layer::Sensitive } else { ordinary }
}

/// Where `field` lies.
pub fn place_of(field: &Field, restricted: bool) -> Layer {
    if MARK.contains(&field.name) { Layer::Open } else { placed(field.layer, restricted) }
}

/// Whether `field` of such a case may lie in `layer`.
pub fn lies_in(field: &Field, layer: Layer, restricted: bool) -> bool {
    place_of(field, restricted) == layer || (field.name == ORIGINS && !restricted)
}

/// The root key of an element of a set; `None` if it is empty or too long.
pub fn element_key(field: &str, element: &str) -> Option<String> {
    let mut key = format!("{field}/");
    for byte in element.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte) {
            key.push(char::from(byte));
        } else {
            key.push_str(&format!("%{byte:02x}"));
        }
    }
    (!element.is_empty() && key.len() <= KEY_BYTES_MAX).then_some(key)
}

/// The element of an escaped key part; `None` unless it is the one way to write it.
fn element_of(field: &str, escaped: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next()?, rest.next()?];
            bytes.push(*data_encoding::HEXLOWER.decode(&hex).ok()?.first()?);
        } else {
            bytes.push(byte);
        }
    }
    let element = String::from_utf8(bytes).ok()?;
    let key = element_key(field, &element)?;
    (key.strip_prefix(field)?.strip_prefix('/')? == escaped).then_some(element)
}

/// What a root key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// A constant or a register.
    Single(&'static Field),
    /// An element of a set.
    Element(&'static Field, String),
    /// A fact.
    Fact(&'static Field, FactKind, FactId),
}

impl Slot {
    /// The field it belongs to.
    pub fn field(&self) -> &'static Field {
        match self {
            Self::Single(field) | Self::Element(field, _) | Self::Fact(field, _, _) => field,
        }
    }
}

/// What `key` stands for, in any layer; `None` if no field writes it.
pub fn slot(key: &str) -> Option<Slot> {
    if key.len() > KEY_BYTES_MAX {
        return None;
    }
    let Some((prefix, rest)) = key.split_once('/') else {
        let single = |field: &&Field| matches!(field.merge, Merge::Constant | Merge::Register(_)) && field.name == key;
        return FIELDS.iter().find(single).map(Slot::Single);
    };
    FIELDS.iter().find_map(|field| match field.merge {
        Merge::Facts(kind) if kind.prefix() == prefix => rest.parse().ok().map(|id| Slot::Fact(field, kind, id)),
        Merge::Set if field.name == prefix => element_of(prefix, rest).map(|element| Slot::Element(field, element)),
        _ => None,
    })
}

/// Why an operation is not one of a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaFault {
    /// No field writes this key in this layer.
    #[error("no field writes this key in the {0:?} layer")]
    Key(Layer),
    /// The value is not of the field's type.
    #[error("{field}: not of its type")]
    Type {
        /// The field.
        field: &'static str,
    },
    /// The value is too long, out of bounds or not in its one form.
    #[error("{field}: out of bounds or not in its one form")]
    Bounds {
        /// The field.
        field: &'static str,
    },
    /// Facts and constants are never taken away.
    #[error("{field}: cannot be deleted")]
    Delete {
        /// The field.
        field: &'static str,
    },
}

impl SchemaFault {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(_) => "schema_key",
            Self::Type { .. } => "schema_type",
            Self::Bounds { .. } => "schema_bounds",
            Self::Delete { .. } => "schema_delete",
        }
    }
}

/// What `key` stands for in `layer`: its ordinary layer, or the sensitive one, where all but the mark may lie.
fn slot_in(layer: Layer, key: &str) -> Result<Slot, SchemaFault> {
    let slot = slot(key).ok_or(SchemaFault::Key(layer))?;
    let field = slot.field();
    let here = lies_in(field, layer, false) || lies_in(field, layer, true);
    if here { Ok(slot) } else { Err(SchemaFault::Key(layer)) }
}

/// Whether a case may have `value` at `key` of `layer`.
///
/// # Errors
///
/// No such key in this layer, a value of another type, out of bounds, or a fact that is not canonical.
pub fn check_put(layer: Layer, key: &str, value: &Value) -> Result<(), SchemaFault> {
    let slot = slot_in(layer, key)?;
    let field = slot.field();
    match &slot {
        Slot::Single(_) => check_scalar(field, value),
        Slot::Element(_, element) => check_element(field, element, value),
        Slot::Fact(_, kind, _) => match value {
            Value::Bytes(bytes) => kind.check(bytes).map_err(|_| SchemaFault::Bounds { field: field.name }),
            _ => Err(SchemaFault::Type { field: field.name }),
        },
    }
}

/// Whether `key` of `layer` may be deleted: registers and elements of sets may.
///
/// # Errors
///
/// No such key in this layer, or a fact or constant.
pub fn check_delete(layer: Layer, key: &str) -> Result<(), SchemaFault> {
    let field = slot_in(layer, key)?.field();
    match field.merge {
        Merge::Register(_) | Merge::Set => Ok(()),
        Merge::Constant | Merge::Facts(_) => Err(SchemaFault::Delete { field: field.name }),
    }
}

/// Whether a write at `key` may name predecessors: not where a second value would be a rewriting of what was said.
pub fn may_supersede(key: &str) -> bool {
    let single = slot(key).map(|slot| slot.field().merge);
    matches!(single, Some(Merge::Register(_) | Merge::Set))
}

/// Whether `key` may only be written by the first change of its document. (`ref` may come later: a case is saved
/// before its number exists.)
pub fn birth_only(key: &str) -> bool {
    slot(key).is_some_and(|slot| slot.field().merge == Merge::Constant && slot.field().name != "ref")
}

fn check_element(field: &'static Field, element: &str, value: &Value) -> Result<(), SchemaFault> {
    let Kind::Element(max, table) = field.kind else { return Err(SchemaFault::Type { field: field.name }) };
    if *value != Value::Bool(true) {
        return Err(SchemaFault::Type { field: field.name });
    }
    let fits = element.len() <= max && is_clean(element) && (table.is_none() || is_code(element));
    if fits { Ok(()) } else { Err(SchemaFault::Bounds { field: field.name }) }
}

fn check_scalar(field: &'static Field, value: &Value) -> Result<(), SchemaFault> {
    let fits = match (field.kind, value) {
        (Kind::Mark, Value::Bool(value)) => *value,
        (Kind::Bool, Value::Bool(_)) => true,
        (Kind::Int(min, max), Value::Int(value)) => (min..=max).contains(value),
        (Kind::Time, Value::Int(at_ms)) => in_range(*at_ms),
        (Kind::Moment, Value::Bytes(bytes)) => cbor::decode::<Moment>(bytes).is_ok(),
        (Kind::Code | Kind::CodeOf(_) | Kind::Listed(_), Value::Text(code)) => is_code(code),
        (Kind::OneOf(codes), Value::Text(code)) => codes.contains(&code.as_str()),
        (Kind::Words(max), Value::Text(text)) => (1..=max).contains(&text.len()) && is_clean(text),
        (Kind::WgAnswers, Value::Text(text)) => is_wg_answers(text),
        (Kind::Who, Value::Text(who)) => who.parse::<Who>().is_ok(),
        (Kind::Member, Value::Text(hex)) => hex.parse::<MemberId>().is_ok_and(|id| id.to_string() == *hex),
        _ => return Err(SchemaFault::Type { field: field.name }),
    };
    if fits { Ok(()) } else { Err(SchemaFault::Bounds { field: field.name }) }
}

/// Six digits 0 (not answered) to 4.
pub fn is_wg_answers(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| (b'0'..=b'4').contains(&byte))
}

#[cfg(test)]
mod tests;

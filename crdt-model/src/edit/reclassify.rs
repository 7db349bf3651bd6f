//! Writing a case anew, as a generation of another shape: sealing it late, or opening it.
//!
//! ```text
//!   cells of the old generation ── another layer ──▶ restated: key, value, who first wrote it
//!                                      │
//!                 the act itself, on the case as it will be (raise, triage, lower…)
//!                                      ▼
//!   birth: mark, recusals, who could read it, what is restated, its origins     one more entry per further rival
//! ```
//!
//! Facts keep their ids: two people who seal one case without knowing of each other restate the same facts, and their
//! generations are one. What nobody had chosen between stays in conflict.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::assignment::ASSIGNEE;
use crate::case::collect::in_order;
use crate::case::facts::{
    ExposedFact, FactKind, LowerFact, OldKeysFact, OriginFact, RAISES_MAX, RaiseFact, RecusalFact, TextFact,
};
use crate::case::schema::{self, MARK, OF_ONE_GENERATION, Slot};
use crate::case::seen::frontier;
use crate::case::{CaseLayers, Shape, sensitivity};
use crate::cbor;
use crate::edit::act::{EditContext, RestrictedBirth};
use crate::edit::draft::{Draft, is_blank, known, parse};
use crate::edit::verbs::said;
use crate::edit::{Edit, EditOps, EditRefusal, Recusal};
use crate::layer::{Cell, Layer, LayerOp, LayerState, Stamp, Value};
use crate::values::{DeviceId, EntryId, Level, Who, Words};
use crate::view::{self, CaseView};

/// A case to be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Audience, week and region.
    pub mark: RestrictedBirth,
    /// Who must not see it; asked, if nobody.
    pub recuse: Vec<Recusal>,
    /// Who is complained about, in words.
    pub accused: Option<Words>,
    /// Who could read it until now.
    pub exposed: ExposedFact,
    /// Keys of what may still be written to the old generation.
    pub old_keys: Option<OldKeysFact>,
    /// Of those the case was given to, whoever must not see it: that it was given to them is not said again.
    pub set_aside: Vec<Who>,
    /// Of those who had the case, or get it back by the act that goes with the sealing, whoever cannot open it then.
    pub outside: Vec<Who>,
    /// Who has it in their place. `None`: nobody, it waits for whoever holds the audience.
    pub hands_to: Option<Who>,
}

/// What goes with the new generation.
#[derive(Debug, Clone, Copy)]
pub enum GenerationChange<'a> {
    /// The case is sealed, at least at this level.
    Seal {
        /// How.
        seal: &'a Seal,
        /// At least this sensitive.
        level: Level,
        /// Why.
        reason: &'a Words,
        /// An act on the case once sealed: what was typed when the words called for sealing.
        edit: Option<&'a Edit>,
    },
    /// The case is sealed because an act asks for it.
    SealFor {
        /// How.
        seal: &'a Seal,
        /// The act: raise, triage.
        edit: &'a Edit,
    },
    /// Its audience opens the case.
    Open {
        /// What is left of its sensitivity.
        level: Level,
        /// Why.
        reason: Option<&'a Words>,
        /// An act on the case once open: triage.
        edit: Option<&'a Edit>,
    },
}

/// What a new generation writes: its first entry, and one for each further rival of what was in conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewriting {
    /// The first entry.
    pub birth: EditOps,
    /// More, each a change that stands alone.
    pub rivals: Vec<EditOps>,
}

/// One value said anew.
pub(super) struct Restated {
    pub(super) layer: Layer,
    pub(super) key: String,
    pub(super) value: Value,
    pub(super) stamp: Stamp,
}

/// The operations of a new generation, on the case as its author can read it.
///
/// # Errors
///
/// An [`EditRefusal`]: what must be restated is withheld, the case is of that shape already, holds an allegation and so is
/// not opened, or the act that goes with it is refused.
pub fn rewrite(turning: GenerationChange<'_>, ctx: &EditContext<'_>) -> Result<Rewriting, EditRefusal> {
    let layers = ctx.case.ok_or(EditRefusal::NoCase)?;
    let view = view::fold(&layers, ctx.now_ms, ctx.codes);
    let seal = match turning {
        GenerationChange::Seal { seal, .. } | GenerationChange::SealFor { seal, .. } => Some(seal),
        GenerationChange::Open { .. } => None,
    };
    may_turn(&layers, &view, seal.is_some())?;
    let mut batches = restate(&layers, seal.is_some(), &is_of_one_generation, &|_| true);
    if let Some(seal) = seal {
        forget(&mut batches, &|who| seal.set_aside.contains(who));
    }
    let mut draft = Draft::new(seal.is_some(), ctx.entropy);
    if let Some(seal) = seal {
        write_seal(&mut draft, seal, ctx)?;
    }
    let facts = &view.facts;
    match turning {
        GenerationChange::Seal { level, reason, .. } => {
            let in_force = sensitivity::effective(&facts.codes.raises, &facts.codes.lowers);
            let id = draft.id();
            let level = level.max(Level::S2).max(in_force.unwrap_or(Level::S2));
            draft.fact(FactKind::Raise, id, &RaiseFact { level })?;
            draft.fact(FactKind::Reason, id, &TextFact { text: said("reason", reason)? })?;
        }
        GenerationChange::SealFor { .. } => {}
        GenerationChange::Open { level, reason, .. } => {
            let raises: Vec<_> = facts.codes.raises.keys().copied().collect();
            if raises.len() > RAISES_MAX {
                return Err(EditRefusal::TooMany { field: "sensitivity" });
            }
            let id = draft.id();
            draft.fact(FactKind::Lower, id, &LowerFact { level, raises, seen: frontier(&facts.codes.lowers) })?;
            if let Some(reason) = reason {
                draft.fact(FactKind::Reason, id, &TextFact { text: said("reason", reason)? })?;
            }
        }
    }
    let edit = match turning {
        GenerationChange::SealFor { edit, .. } => Some(edit),
        GenerationChange::Open { edit, .. } | GenerationChange::Seal { edit, .. } => edit,
    };
    let mut act = match edit {
        Some(edit) => act_on_new(edit, &layers, &batches, &draft, ctx)?,
        None => EditOps::default(),
    };
    for batch in &mut batches {
        batch.retain(|restated| !act.touches(restated.layer, &restated.key));
    }
    batches.retain(|batch| !batch.is_empty());
    if let Some(seal) = seal {
        hand_on(seal, view.text(ASSIGNEE).is_some(), &mut draft, &mut batches, &mut act)?;
    }
    let mut batches = by_size(batches).into_iter();
    say_again(&mut draft, batches.next().unwrap_or_default())?;
    let mut birth = draft.finish();
    birth.extend(act);
    let rivals = batches.enumerate().map(|(n, batch)| {
        let mut draft = Draft::new(seal.is_some(), entropy_of(ctx, n as u64 + 2));
        say_again(&mut draft, batch).map(|()| draft.finish())
    });
    Ok(Rewriting { birth, rivals: rivals.collect::<Result<_, _>>()? })
}

/// What is still in an older generation and not in this one, to be written into it as a change that stands alone: so
/// what both sides set is a conflict, and nothing that was seen is overwritten. `late` are the entries to carry; the
/// first of the results names them all, even those of which nothing is left. Nothing gives the case to somebody of whom
/// `is_set_aside` says that they must not see it.
///
/// # Errors
///
/// [`EditRefusal::OutsideAudience`] from outside.
pub fn carry(
    old: &CaseLayers<'_>,
    late: &[Stamp],
    new: &CaseLayers<'_>,
    is_set_aside: &dyn Fn(&Who) -> bool,
    entropy: [u8; 32],
) -> Result<Vec<EditOps>, EditRefusal> {
    if new.shape() == Shape::Outside {
        return Err(EditRefusal::OutsideAudience);
    }
    let of_late = |stamp: &Stamp| late.iter().any(|late| late.entry == stamp.entry);
    let mut batches = restate(old, new.restricted(), &is_of_one_generation, &of_late);
    forget(&mut batches, is_set_aside);
    for batch in &mut batches {
        batch.retain(|restated| {
            let held = new.layer(restated.layer).and_then(|layer| layer.get(&restated.key));
            !held.is_some_and(|cells| cells.iter().any(|cell| cell.value == restated.value))
                && !schema::birth_only(&restated.key)
        });
    }
    batches.retain(|batch| !batch.is_empty());
    if batches.is_empty() {
        batches.push(Vec::new());
    }
    let batches = by_size(batches);
    let mut all = Vec::with_capacity(batches.len());
    for (n, batch) in batches.into_iter().enumerate() {
        let mut draft = Draft::new(new.restricted(), numbered(entropy, n as u64));
        if n == 0 {
            let told: BTreeSet<EntryId> = batch.iter().map(|restated| restated.stamp.entry).collect();
            // an entry of which nothing is left is named all the same
            for (at, stamp) in late.iter().filter(|stamp| !told.contains(&stamp.entry)).enumerate() {
                let n = u32::try_from(told.len() + at).unwrap_or(u32::MAX);
                draft.origin(new.placed(Layer::Open), &origin(stamp, n, Vec::new()))?;
            }
        }
        say_again(&mut draft, batch)?;
        all.push(draft.finish());
    }
    Ok(all)
}

fn may_turn(layers: &CaseLayers<'_>, view: &CaseView, seals: bool) -> Result<(), EditRefusal> {
    match (view.shape, seals) {
        (Shape::Outside, _) => return Err(EditRefusal::OutsideAudience),
        (Shape::Inside, true) => return Err(EditRefusal::Sealed),
        (Shape::Ordinary, false) => return Err(EditRefusal::NotSealed),
        (Shape::Ordinary, true) if layers.read(Layer::Personal).is_none() => {
            return Err(EditRefusal::Withheld { field: "text", layer: Layer::Personal });
        }
        _ => {}
    }
    let allegation = |key: &String| {
        let field = schema::slot(key).map(|slot| slot.field());
        field.is_some_and(|field| field.layer == Layer::Sensitive && !OF_ONE_GENERATION.contains(&field.name))
    };
    if !seals && layers.sensitive.is_some_and(|layer| layer.keys().any(allegation)) {
        return Err(EditRefusal::AllegationInside);
    }
    Ok(())
}

fn entropy_of(ctx: &EditContext<'_>, n: u64) -> [u8; 32] {
    numbered(ctx.entropy, n)
}

/// Entropy of the `n`-th entry of one act: no two of its facts have one id.
pub(super) fn numbered(entropy: [u8; 32], n: u64) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 rewriting v1");
    hasher.update(&entropy).update(&n.to_be_bytes());
    *hasher.finalize().as_bytes()
}

fn write_seal(draft: &mut Draft, seal: &Seal, ctx: &EditContext<'_>) -> Result<(), EditRefusal> {
    draft.put(known("restricted"), Value::Bool(true))?;
    let mark = [("week", &seal.mark.week), ("region", &seal.mark.region), ("audience", &seal.mark.audience)];
    for (name, text) in mark {
        let value = parse(known(name), text, ctx.codes)?;
        draft.put(known(name), value)?;
    }
    for recusal in &seal.recuse {
        let who = match recusal {
            Recusal::Member(id) => Who::Member(*id),
            Recusal::Role(code) => Who::Role(code.clone()),
        };
        let id = draft.id();
        draft.fact(FactKind::Recusal, id, &RecusalFact { who })?;
    }
    if let Some(accused) = seal.accused.as_ref().filter(|words| !is_blank(&words.0)) {
        let value = parse(known("accused"), &accused.0, ctx.codes)?;
        draft.put(known("accused"), value)?;
    }
    let id = draft.id();
    draft.fact(FactKind::Exposed, id, &seal.exposed)?;
    if let Some(keys) = &seal.old_keys {
        let id = draft.id();
        draft.fact(FactKind::OldKeys, id, keys)?;
    }
    Ok(())
}

/// What another generation says for itself.
fn is_of_one_generation(field: &schema::Field) -> bool {
    OF_ONE_GENERATION.contains(&field.name)
}

/// What the layers hold, as the layers of another document or generation will: one list for the first value of each key, one
/// for the second, and so on. Without the mark, and without fields of which `is_left` says so.
pub(super) fn restate(
    layers: &CaseLayers<'_>,
    restricted: bool,
    is_left: &dyn Fn(&schema::Field) -> bool,
    keep: &dyn Fn(&Stamp) -> bool,
) -> Vec<Vec<Restated>> {
    let mut batches: Vec<Vec<Restated>> = Vec::new();
    for layer in Layer::ALL {
        let Some(state) = layers.layer(layer) else { continue };
        for (key, cells) in state {
            let Some(field) = schema::slot(key).map(|slot| slot.field()) else { continue };
            if MARK.contains(&field.name) || is_left(field) || !schema::lies_in(field, layer, layers.restricted()) {
                continue;
            }
            let mut values: BTreeSet<&Value> = BTreeSet::new();
            for cell in in_order(cells).into_iter().filter(|cell| keep(&cell.stamp)) {
                // only a birth says what stands from the birth on
                if !values.insert(&cell.value) || (values.len() > 1 && schema::birth_only(key)) {
                    continue;
                }
                if batches.len() < values.len() {
                    batches.push(Vec::new());
                }
                batches[values.len() - 1].push(Restated {
                    layer: schema::place_of(field, restricted),
                    key: key.clone(),
                    value: cell.value.clone(),
                    stamp: cell.stamp,
                });
            }
        }
    }
    batches
}

/// Most bytes of keys and values that one entry says again: a change holds them twice over, with what names them.
const BATCH_BYTES_MAX: usize = 96 * 1024;

/// The same, each part small enough for one entry; what only a birth says stays in the first one.
pub(super) fn by_size(batches: Vec<Vec<Restated>>) -> Vec<Vec<Restated>> {
    let mut parts = Vec::with_capacity(batches.len());
    for mut batch in batches {
        batch.sort_by_key(|restated| !schema::birth_only(&restated.key));
        let (mut part, mut bytes) = (Vec::new(), 0);
        for restated in batch {
            let value = match &restated.value {
                Value::Text(text) => text.len(),
                Value::Bytes(bytes) => bytes.len(),
                Value::Int(_) | Value::Bool(_) => 8,
            };
            let more = restated.key.len() + value;
            if bytes + more > BATCH_BYTES_MAX && !part.is_empty() {
                parts.push(std::mem::take(&mut part));
                bytes = 0;
            }
            bytes += more;
            part.push(restated);
        }
        parts.push(part);
    }
    parts
}

/// Leaves out that the case was given to whoever must not see it.
fn forget(batches: &mut Vec<Vec<Restated>>, is_set_aside: &dyn Fn(&Who) -> bool) {
    let given_to = |restated: &Restated| match schema::slot(&restated.key)? {
        Slot::Single(field) if field.name == "assignee" => match &restated.value {
            Value::Text(who) => who.parse::<Who>().ok(),
            _ => None,
        },
        Slot::Element(field, role) if field.name == "watchers" => Some(Who::Role(role)),
        Slot::Element(field, who) if field.name == "shared_with" => who.parse().ok(),
        // who must not see the case is never forgotten
        Slot::Fact(_, kind, _) if kind.is_of_who() && kind != FactKind::Recusal => match &restated.value {
            Value::Bytes(bytes) => kind.gist(bytes).ok()??.parse().ok(),
            _ => None,
        },
        _ => None,
    };
    for batch in batches.iter_mut() {
        batch.retain(|restated| !given_to(restated).is_some_and(|who| is_set_aside(&who)));
    }
    batches.retain(|batch| !batch.is_empty());
}

/// A case that is sealed is in nobody's hands who cannot open it: where nobody else has it, it goes to whom the seal names.
fn hand_on(
    seal: &Seal,
    was_given: bool,
    draft: &mut Draft,
    batches: &mut Vec<Vec<Restated>>,
    act: &mut EditOps,
) -> Result<(), EditRefusal> {
    let is_outside = |key: &str, value: &Value| {
        let who = |text: &str| text.parse::<Who>().is_ok_and(|who| seal.outside.contains(&who));
        key == ASSIGNEE && matches!(value, Value::Text(text) if who(text))
    };
    let gives = |op: &LayerOp| matches!(op, LayerOp::Put { key, .. } if key == ASSIGNEE);
    let is_given = was_given || Layer::ALL.into_iter().any(|layer| act.layer(layer).iter().any(gives));
    for ops in [&mut act.open, &mut act.personal, &mut act.sensitive] {
        ops.retain(|op| !matches!(op, LayerOp::Put { key, value } if is_outside(key, value)));
    }
    for batch in batches.iter_mut() {
        batch.retain(|restated| !is_outside(&restated.key, &restated.value));
    }
    batches.retain(|batch| !batch.is_empty());
    let has_it = batches.iter().flatten().any(|restated| restated.key == ASSIGNEE)
        || Layer::ALL.into_iter().any(|layer| act.layer(layer).iter().any(gives));
    match &seal.hands_to {
        Some(who) if is_given && !has_it => draft.put(known(ASSIGNEE), Value::Text(who.to_string())),
        _ => Ok(()),
    }
}

fn origin(stamp: &Stamp, n: u32, keys: Vec<String>) -> OriginFact {
    OriginFact { entry: stamp.entry, member: stamp.member, device: stamp.device, claimed_ms: stamp.claimed_ms, n, keys }
}

/// Says values again, and where they come from.
pub(super) fn say_again(draft: &mut Draft, batch: Vec<Restated>) -> Result<(), EditRefusal> {
    let places: BTreeSet<(u64, EntryId)> = batch.iter().map(|r| (r.stamp.order, r.stamp.entry)).collect();
    let mut origins: BTreeMap<(usize, Layer), (Stamp, Vec<String>)> = BTreeMap::new();
    for restated in batch {
        let n = places.iter().position(|place| *place == (restated.stamp.order, restated.stamp.entry)).unwrap_or(0);
        let of = origins.entry((n, restated.layer)).or_insert_with(|| (restated.stamp, Vec::new()));
        of.1.push(restated.key.clone());
        draft.restate(restated.layer, restated.key, restated.value);
    }
    for ((n, layer), (stamp, mut keys)) in origins {
        keys.sort_unstable();
        draft.origin(layer, &origin(&stamp, u32::try_from(n).unwrap_or(u32::MAX), keys))?;
    }
    Ok(())
}

/// The act, on the case as it will be once it is written anew.
fn act_on_new(
    edit: &Edit,
    layers: &CaseLayers<'_>,
    batches: &[Vec<Restated>],
    draft: &Draft,
    ctx: &EditContext<'_>,
) -> Result<EditOps, EditRefusal> {
    let own = Stamp {
        entry: EntryId::ZERO,
        order: u64::MAX,
        claimed_ms: ctx.now_ms,
        member: Some(ctx.member),
        device: DeviceId([0; 16]),
    };
    let mut states: [LayerState; 3] = Default::default();
    for restated in batches.iter().flatten() {
        let cells = states[usize::from(restated.layer.code())].entry(restated.key.clone()).or_default();
        cells.push(Cell { value: restated.value.clone(), stamp: restated.stamp });
    }
    for layer in Layer::ALL {
        for op in draft.so_far().layer(layer) {
            let LayerOp::Put { key, value } = op else { continue };
            let cells = states[usize::from(layer.code())].entry(key.clone()).or_default();
            cells.push(Cell { value: value.clone(), stamp: own });
        }
    }
    let [open, personal, sensitive] = &states;
    let new = CaseLayers {
        case_id: layers.case_id,
        open,
        personal: Some(personal),
        sensitive: Some(sensitive),
        is_read: true,
    };
    let ctx = EditContext { case: Some(new), entropy: entropy_of(ctx, 1), ..*ctx };
    edit.to_ops(&ctx)
}

/// The keys of older generations that this one passes on.
pub fn old_keys_of(layers: &CaseLayers<'_>) -> Vec<OldKeysFact> {
    let facts = layers.reading(Layer::Sensitive).ok().filter(|_| layers.restricted());
    let keys = facts.into_iter().flat_map(|layer| crate::case::collect::under(layer, FactKind::OldKeys.prefix()));
    keys.flat_map(|(_, cells)| cells)
        .filter_map(|cell| match &cell.value {
            Value::Bytes(bytes) => cbor::decode(bytes).ok(),
            _ => None,
        })
        .collect()
}

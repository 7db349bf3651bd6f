//! Moving a case: a document of its own is born in the other site's scope, and the one it was ends as `moved`.
//!
//! Nothing is taken out of the old one: whoever could read it still can. The new one says everything again, with who first
//! said it, but for what is of the old site: who was to work on it there, who followed it, whom it was given to, and the
//! two steps of the status that say so. Each names the other.

use crate::case::facts::{FactKind, MoveFact};
use crate::case::schema::{self, OF_ONE_GENERATION, ORIGINS, Slot};
use crate::case::status::Status;
use crate::case::{CaseLayers, Shape};
use crate::cbor;
use crate::edit::act::{Act, EditContext};
use crate::edit::draft::{Draft, known};
use crate::edit::reclassify::{Restated, Rewriting, by_size, numbered, restate, say_again};
use crate::edit::{EditOps, EditRefusal};
use crate::layer::{Layer, Stamp, Value};
use crate::values::{DocId, MemberId, Who};

/// Fields that are of the site a case was worked on at.
const OF_THE_SITE: [&str; 6] = ["assignee", "watchers", "shared_with", "handling_site", "moved", "deliveries"];
/// Of a sealed case, what another document says for itself: it has no earlier generation.
const OF_THE_DOCUMENT: [&str; 3] = [ORIGINS, "gifts", "old_keys"];

/// Where a case goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocation {
    /// Code of the site where it will be worked on.
    pub site: String,
    /// Week and region of the mark, if the case is sealed.
    pub mark: Option<(String, String)>,
    /// The persons a sealed case was made for.
    pub persons: Vec<MemberId>,
}

/// What the new document says.
///
/// # Errors
///
/// An [`EditRefusal`]: what must be said again is withheld, the author must not see the case, the case is closed.
pub fn relocate(to: &Relocation, ctx: &EditContext<'_>) -> Result<Rewriting, EditRefusal> {
    let layers = ctx.case.ok_or(EditRefusal::NoCase)?;
    let act = Act::new(ctx, layers)?;
    let (restricted, standing) = (layers.restricted(), &act.work()?.standing);
    if act.view.shape == Shape::Ordinary && layers.read(Layer::Personal).is_none() {
        return Err(EditRefusal::Withheld { field: "text", layer: Layer::Personal });
    }
    if standing.status == Status::Closed {
        return Err(EditRefusal::Closed);
    }
    let is_left = |field: &schema::Field| OF_THE_SITE.contains(&field.name) || OF_THE_DOCUMENT.contains(&field.name);
    let mut batches = restate(&layers, restricted, &is_left, &|_| true);
    if matches!(standing.status, Status::Assigned | Status::InProgress) {
        for batch in &mut batches {
            batch.retain(|restated| !gives_it(restated));
        }
    }
    batches.retain(|batch| !batch.is_empty());
    let mut draft = Draft::new(restricted, ctx.entropy);
    if let Some((week, region)) = &to.mark {
        draft.put(known("restricted"), Value::Bool(true))?;
        draft.put(known("week"), Value::Text(week.clone()))?;
        draft.put(known("region"), Value::Text(region.clone()))?;
    }
    draft.put(known("handling_site"), Value::Text(to.site.clone()))?;
    draft.element(known("moved"), &format!("from:{}", layers.case_id), true)?;
    for member in &to.persons {
        draft.element(known("shared_with"), &Who::Member(*member).to_string(), true)?;
    }
    let mut batches = by_size(batches).into_iter();
    say_again(&mut draft, batches.next().unwrap_or_default())?;
    let rivals = batches.enumerate().map(|(n, batch)| {
        let mut draft = Draft::new(restricted, numbered(ctx.entropy, n as u64 + 2));
        say_again(&mut draft, batch).map(|()| draft.finish())
    });
    Ok(Rewriting { birth: draft.finish(), rivals: rivals.collect::<Result<_, _>>()? })
}

/// As [`gives_it`], or a step that says that the case goes on elsewhere.
fn is_of_site(restated: &Restated) -> bool {
    let moved = |fact: &MoveFact| fact.to == Status::Closed && fact.reason.as_deref() == Some("moved");
    gives_it(restated) || step(restated).is_some_and(|fact| moved(&fact))
}

/// A step that gave the case to somebody of the site, or by which they took it up.
fn gives_it(restated: &Restated) -> bool {
    step(restated).is_some_and(|fact| matches!(fact.to, Status::Assigned | Status::InProgress))
}

fn step(restated: &Restated) -> Option<MoveFact> {
    let Some(Slot::Fact(_, FactKind::Move, _)) = schema::slot(&restated.key) else { return None };
    let Value::Bytes(bytes) = &restated.value else { return None };
    cbor::decode(bytes).ok()
}

/// How the old document ends: closed as `moved`, naming the new one.
///
/// # Errors
///
/// As [`relocate`].
pub fn moved_away(to: DocId, ctx: &EditContext<'_>) -> Result<EditOps, EditRefusal> {
    let layers = ctx.case.ok_or(EditRefusal::NoCase)?;
    let mut act = Act::new(ctx, layers)?;
    let (epoch, seen) = (act.work()?.standing.epoch, act.moves_seen());
    let id = act.draft.id();
    let fact = MoveFact { to: Status::Closed, epoch, seen, reason: Some("moved".into()) };
    act.draft.fact(FactKind::Move, id, &fact)?;
    act.draft.element(known("moved"), &format!("to:{to}"), true)?;
    Ok(act.draft.finish())
}

/// What was written to the old document by whoever had not heard of the move, to be said again in the new one as changes that
/// stand alone: what both say is a conflict. `then` is the old document as whoever moved it saw it. `is_due` tells of a value's
/// key and who first wrote it whether it is to be said again. Nothing of what the new one holds already, and nothing where all
/// is said.
///
/// # Errors
///
/// None that the schema does not make.
pub fn carry_on(
    old: &CaseLayers<'_>,
    then: &CaseLayers<'_>,
    new: &CaseLayers<'_>,
    is_due: &dyn Fn(&Stamp, &str) -> bool,
    entropy: [u8; 32],
) -> Result<Vec<EditOps>, EditRefusal> {
    let restricted = new.restricted();
    let is_left = |field: &schema::Field| OF_THE_SITE.contains(&field.name) || OF_ONE_GENERATION.contains(&field.name);
    // in whatever layer: one of them may have been sealed since
    let holds = |layers: &CaseLayers<'_>, restated: &Restated| {
        let held = Layer::ALL.into_iter().filter_map(|layer| layers.layer(layer)?.get(&restated.key)).flatten();
        held.into_iter().any(|cell| cell.value == restated.value)
    };
    let mut batches = restate(old, restricted, &is_left, &|_| true);
    for batch in &mut batches {
        batch.retain(|restated| {
            let is_known = holds(then, restated) || holds(new, restated);
            let is_due = is_due(&restated.stamp, &restated.key);
            is_due && !is_known && !schema::birth_only(&restated.key) && restated.key != "ref" && !is_of_site(restated)
        });
    }
    batches.retain(|batch| !batch.is_empty());
    let changes = by_size(batches).into_iter().enumerate().map(|(n, batch)| {
        let mut draft = Draft::new(restricted, numbered(entropy, n as u64));
        say_again(&mut draft, batch).map(|()| draft.finish())
    });
    changes.collect()
}

/// The other halves that a case names as moved: where it went, and where it came from.
pub fn moved_halves(layers: &CaseLayers<'_>) -> Vec<(&'static str, DocId)> {
    let Ok(state) = layers.reading(Layer::Open) else { return Vec::new() };
    let halves = state.keys().filter_map(|key| match schema::slot(key)? {
        Slot::Element(field, element) if field.name == "moved" => {
            let (kind, doc) = element.split_once(':')?;
            let kind = match kind {
                "to" => "moved_to",
                "from" => "moved_from",
                _ => return None,
            };
            Some((kind, doc.parse().ok()?))
        }
        _ => None,
    });
    halves.collect()
}

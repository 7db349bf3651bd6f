//! The assignment in force: to whom a case was given, and how far that got.
//!
//! ```text
//!  sent       somebody gives the case to somebody else              the register `assignee`
//!  stored     a device of theirs holds the entry                    receipts: crate::receipt
//!  delivered  their node, unlocked, can read the case               the fact `delivered`, which names the entry
//!  accepted   they take the work up                                 the act `accept`, or any later step of theirs
//! ```
//!
//! What the case itself tells is here; whether it was stored, only chain positions tell. Who takes a case for themselves
//! is given nothing. Who accepts what a role was given takes its place in the register: the assignment is still the
//! role's, and accepted.

use crate::case::CaseLayers;
use crate::case::collect::in_order;
use crate::case::facts::CodeFacts;
use crate::case::status::Status;
use crate::document::Written;
use crate::layer::{Cell, Layer, LayerOp, Stamp, Value};
use crate::values::{EntryId, MemberId, Who};
use crate::view::Origin;

/// The root key of who does the work.
pub const ASSIGNEE: &str = "assignee";

/// A case given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// To whom.
    pub to: Who,
    /// The entry that gave it.
    pub entry: EntryId,
    /// By whom, when, on which device.
    pub sent: Origin,
    /// The first who said that they can read it.
    pub delivered: Option<Origin>,
    /// Who took it up first.
    pub accepted: Option<Origin>,
}

/// One write of the register.
struct Given {
    to: Who,
    stamp: Stamp,
}

impl Given {
    fn of(value: &Value, stamp: Stamp) -> Option<Self> {
        let Value::Text(who) = value else { return None };
        Some(Self { to: who.parse().ok()?, stamp })
    }

    /// Taken by whoever wrote it.
    fn is_own(&self) -> bool {
        matches!(&self.to, Who::Member(to) if Some(*to) == self.stamp.member)
    }
}

/// Whether a member holds a role.
pub type Holds<'a> = &'a dyn Fn(&MemberId, &str) -> bool;

/// The assignment in force of a case, as far as this reader can open it. `history`: everything written to it, in its order;
/// without it, an assignment to a role that somebody accepted is not known any more. `holds`: by the membership as it is now.
pub fn in_force(
    layers: &CaseLayers<'_>,
    facts: &CodeFacts,
    history: &[Written],
    holds: Holds<'_>,
) -> Option<Assignment> {
    let cells = layers.reading(Layer::Open).ok()?.get(ASSIGNEE)?;
    let shown = displayed(cells)?;
    let now = Given::of(&shown.value, shown.stamp)?;
    let (given, taken) = if now.is_own() {
        // taken up, or only taken
        let accepts = |stamp: &Stamp, to: Status| stamp.entry == now.stamp.entry && to == Status::InProgress;
        facts.moves.values().find(|dated| accepts(&dated.stamp, dated.fact.to))?;
        (before(history, &now)?, Some(Origin::from(&now.stamp)))
    } else {
        (now, None)
    };
    let accepted = taken.or_else(|| taken_up(facts, &given));
    let delivered = delivered(facts, &given, holds).or(accepted);
    let Given { to, stamp } = given;
    Some(Assignment { to, entry: stamp.entry, sent: Origin::from(&stamp), delivered, accepted })
}

/// The value that is displayed of several: the last that nobody wrote before.
fn displayed(cells: &[Cell]) -> Option<&Cell> {
    let cells = in_order(cells);
    let first = |cell: &&&Cell| cells.iter().find(|other| other.value == cell.value) == Some(*cell);
    cells.iter().rfind(first).copied()
}

/// What stood in the register before somebody took it up.
fn before(history: &[Written], now: &Given) -> Option<Given> {
    let earlier = history.iter().filter(|written| written.stamp.order < now.stamp.order);
    let puts = earlier.flat_map(|written| written.ops.iter().map(|op| (written.stamp, op)));
    let last = puts.filter_map(|(stamp, op)| match op {
        LayerOp::Put { key, value } if key == ASSIGNEE => Given::of(value, stamp),
        _ => None,
    });
    last.max_by_key(|given| given.stamp.order).filter(|given| !given.is_own())
}

/// The receiver's first step after it that takes the work up.
fn taken_up(facts: &CodeFacts, given: &Given) -> Option<Origin> {
    let Who::Member(to) = given.to else { return None };
    let is_theirs = |stamp: &Stamp| stamp.member == Some(to) && stamp.order > given.stamp.order;
    let steps = facts
        .moves
        .values()
        .filter(|dated| dated.fact.to.rank() >= Status::InProgress.rank() && is_theirs(&dated.stamp));
    steps.min_by_key(|dated| (dated.stamp.order, dated.stamp.entry)).map(|dated| Origin::from(&dated.stamp))
}

/// The first word of a receiver that it reached them: of the member it was given to, or of somebody who holds the role. Who
/// gives a case to a role of their own has it already.
fn delivered(facts: &CodeFacts, given: &Given, holds: Holds<'_>) -> Option<Origin> {
    let is_receiver = |member: MemberId| match &given.to {
        Who::Member(to) => *to == member,
        Who::Role(role) => holds(&member, role),
    };
    if given.stamp.member.is_some_and(is_receiver) {
        return Some(Origin::from(&given.stamp));
    }
    let said = facts
        .deliveries
        .values()
        .filter(|dated| dated.fact.entry == given.stamp.entry && dated.stamp.member.is_some_and(is_receiver));
    said.min_by_key(|dated| (dated.stamp.claimed_ms, dated.stamp.entry)).map(|dated| Origin::from(&dated.stamp))
}

#[cfg(test)]
mod tests;

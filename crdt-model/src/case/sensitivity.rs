//! Sensitivity: raise-only. Lowering is an act that names every raise it has seen; a raise it has not seen stands.

use std::collections::BTreeSet;

use crate::case::facts::{FactId, LowerFact, RaiseFact};
use crate::case::seen::{Family, heads};
use crate::values::Level;

/// The level in force: the greatest raise no lowering has seen, or what the last lowerings left, whichever is more.
/// `None` when nobody has said anything.
pub fn effective(raises: &Family<RaiseFact>, lowers: &Family<LowerFact>) -> Option<Level> {
    let lowered: BTreeSet<FactId> = lowers.values().flat_map(|lower| lower.fact.raises.iter().copied()).collect();
    let standing = raises.iter().filter(|(id, _)| !lowered.contains(id)).map(|(_, raise)| raise.fact.level);
    let left = heads(lowers).into_iter().filter_map(|id| lowers.get(&id)).map(|lower| lower.fact.level);
    standing.chain(left).max()
}

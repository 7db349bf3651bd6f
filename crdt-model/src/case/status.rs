//! Status: the greatest (epoch, rank) of all moves, a join of a total order.
//!
//! `received 10 → triaged 20 → assigned 30 → in_progress 40 → resolved 60 → responded 70 → closed 90`; `reopened` starts
//! the next epoch at 15. A stale forward move never lowers a status; a reopening beats a closing, seen or not.

use crate::case::facts::{Dated, FactId, MoveFact};
use crate::case::seen::{Family, heads};

/// Greatest epoch a move may name: no case is reopened as often.
pub const EPOCH_MAX: u32 = 65_535;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Written down.
    Received,
    /// Opened again after a closing.
    Reopened,
    /// Classified.
    Triaged,
    /// Given to someone.
    Assigned,
    /// Taken up.
    InProgress,
    /// Settled; the person does not know yet.
    Resolved,
    /// The person was told.
    Responded,
    /// Finished, for a reason.
    Closed,
}

impl Status {
    /// All statuses, by rank.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Reopened,
        Self::Triaged,
        Self::Assigned,
        Self::InProgress,
        Self::Resolved,
        Self::Responded,
        Self::Closed,
    ];

    /// Place within an epoch.
    pub fn rank(self) -> u8 {
        [10, 15, 20, 30, 40, 60, 70, 90][self as usize]
    }

    /// The code.
    pub fn code(self) -> &'static str {
        ["received", "reopened", "triaged", "assigned", "in_progress", "resolved", "responded", "closed"][self as usize]
    }

    /// The status of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

/// Closing reasons, the most cautious first: what keeps a case in the figures comes before what takes it out of them.
const CAUTION: [&str; 15] = [
    "not_satisfied",
    "unreachable",
    "no_contact",
    "withdrawn",
    "anonymous",
    "not_admissible",
    "out_of_scope",
    "services_only",
    "handed_over",
    "answered",
    "acknowledged",
    "satisfied",
    "moved",
    "duplicate",
    "prank",
];

/// Order in which concurrent closing reasons are shown: the first is the one displayed. A reason we do not know comes
/// first.
pub fn caution(reason: &str) -> (usize, &str) {
    (CAUTION.iter().position(|known| *known == reason).map_or(0, |place| place + 1), reason)
}

/// What all moves add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// How often the case was reopened.
    pub epoch: u32,
    /// Where it stands in this epoch.
    pub status: Status,
    /// The closing reason displayed, while closed.
    pub closure: Option<String>,
    /// All closing reasons no closing move has settled, the most cautious first; more than one is a conflict.
    pub closures: Vec<FactId>,
    /// Some move names an epoch that nobody opened.
    pub epoch_jump: bool,
}

impl Standing {
    /// Where it stands, as the total order sees it.
    pub fn position(&self) -> (u32, u8) {
        (self.epoch, self.status.rank())
    }

    /// Whether `status`, in the current epoch, would be a step forward.
    pub fn before(&self, status: Status) -> bool {
        self.status.rank() < status.rank()
    }
}

/// Adds up all moves. Without any the case is `received`.
pub fn fold(moves: &Family<MoveFact>) -> Standing {
    let top = moves.values().map(|dated| (dated.fact.epoch, dated.fact.to.rank(), dated.fact.to)).max();
    let (epoch, _, status) = top.unwrap_or((0, 0, Status::Received));
    let reopenings = moves.values().filter(|dated| dated.fact.to == Status::Reopened);
    let opened: std::collections::BTreeSet<u32> = reopenings.map(|dated| dated.fact.epoch).collect();
    let closures = if status == Status::Closed { closures(moves, epoch) } else { Vec::new() };
    let reason = |id: &FactId| moves.get(id).and_then(|dated| dated.fact.reason.clone());
    Standing {
        epoch,
        status,
        closure: closures.first().and_then(reason),
        closures,
        epoch_jump: epoch > 0 && !(1..=epoch).all(|step| opened.contains(&step)),
    }
}

/// As [`fold`], without the closings for this reason in the epoch that it ends in.
pub fn fold_without(moves: &Family<MoveFact>, reason: &str) -> Standing {
    let Standing { epoch, .. } = fold(moves);
    let is_left_out =
        |fact: &MoveFact| fact.epoch == epoch && fact.to == Status::Closed && fact.reason.as_deref() == Some(reason);
    let kept = moves.iter().filter(|(_, dated)| !is_left_out(&dated.fact));
    fold(&kept.map(|(id, dated)| (*id, dated.clone())).collect())
}

/// One closing move per reason that no other closing of this epoch has seen.
fn closures(moves: &Family<MoveFact>, epoch: u32) -> Vec<FactId> {
    let closing = |fact: &MoveFact| fact.epoch == epoch && fact.to == Status::Closed;
    let closings: Family<MoveFact> =
        moves.iter().filter(|(_, dated)| closing(&dated.fact)).map(|(id, dated)| (*id, dated.clone())).collect();
    let reason = |id: &FactId| closings.get(id).and_then(|dated| dated.fact.reason.as_deref()).unwrap_or_default();
    let order = |id: &FactId| closings.get(id).map(|dated: &Dated<MoveFact>| (dated.stamp.order, dated.stamp.entry));
    let mut heads: Vec<FactId> = heads(&closings).into_iter().collect();
    heads.sort_by(|a, b| caution(reason(a)).cmp(&caution(reason(b))).then_with(|| order(a).cmp(&order(b))));
    heads.dedup_by(|a, b| reason(a) == reason(b));
    heads
}

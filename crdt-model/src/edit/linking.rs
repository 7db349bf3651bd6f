//! Links between cases: said to be one matter, said to be two, merged into one, and taken apart again.
//!
//! ```text
//!   link A B --as duplicate     A: duplicate_of B                     B: merged A
//!   link A B --as related       A: related B                          B: related A
//!   merge A B                   A: duplicate_of B, closed duplicate   B: merged A
//!   unmerge A                   A: no such link, reopened             B: no such link
//! ```
//!
//! Each half lies in its own document. What one case is counts by what it says itself: it is merged into another while it is
//! closed as `duplicate` and names the other by `duplicate_of`. A link `merged` only leads to a case that may say so. Two
//! cases that were merged into each other are both open: see [`torn`].

use crate::case::status::{self, EPOCH_MAX, Status};
use crate::edit::EditRefusal;
use crate::edit::act::Act;
use crate::edit::draft::known;
use crate::edit::referral;
use crate::values::DocId;

/// How two cases are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// The other case survives this one.
    DuplicateOf,
    /// They have to do with each other, and are two.
    Related,
    /// This one was part of the other.
    SplitFrom,
    /// The other is a duplicate of this one.
    Merged,
    /// What was sent on to others of this one.
    ReferredTo,
    /// This one was sent by others, of the other.
    ReferredFrom,
}

/// What people say of two cases that may be one: the last of these takes the place of the others.
const JUDGED: [LinkKind; 3] = [LinkKind::DuplicateOf, LinkKind::Related, LinkKind::Merged];

impl LinkKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::DuplicateOf, Self::Related, Self::SplitFrom, Self::Merged, Self::ReferredTo, Self::ReferredFrom];

    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::DuplicateOf => "duplicate_of",
            Self::Related => "related",
            Self::SplitFrom => "split_from",
            Self::Merged => "merged",
            Self::ReferredTo => "referred_to",
            Self::ReferredFrom => "referred_from",
        }
    }

    /// What the other half says, where people link two cases; the same kind where only one half says anything.
    pub fn of_other_half(self) -> Self {
        match self {
            Self::DuplicateOf => Self::Merged,
            Self::Merged => Self::DuplicateOf,
            Self::ReferredTo => Self::ReferredFrom,
            Self::ReferredFrom => Self::ReferredTo,
            Self::Related | Self::SplitFrom => self,
        }
    }

    /// A link as a case holds it.
    fn element(self, to: DocId) -> String {
        format!("{}:{to}", self.code())
    }

    /// The kind and the other case of a link as a case holds it; `None` for what this program does not know.
    pub fn parse(element: &str) -> Option<(Self, DocId)> {
        let (code, doc) = element.split_once(':')?;
        let kind = Self::ALL.into_iter().find(|kind| kind.code() == code)?;
        Some((kind, doc.parse().ok()?))
    }
}

/// The cases that links of one kind lead to.
pub fn linked(links: &[String], kind: LinkKind) -> impl Iterator<Item = DocId> {
    links.iter().filter_map(|link| LinkKind::parse(link)).filter(move |(of, _)| *of == kind).map(|(_, doc)| doc)
}

/// A case that stands in two links of opposite meaning: whether it was merged into the other or the other into it, two people
/// said differently. Where it is closed as a duplicate that closing does not count, so that neither of the two is lost; a
/// person ends one of the links.
pub fn torn(links: &[String]) -> Option<DocId> {
    let merged: Vec<DocId> = linked(links, LinkKind::Merged).collect();
    linked(links, LinkKind::DuplicateOf).find(|doc| merged.contains(doc))
}

/// The closing reason.
pub(crate) const DUPLICATE: &str = "duplicate";

/// Adds a link. What was said of these two before makes room for it, but for a merging: that is undone by its own act.
pub(super) fn link(act: &mut Act<'_>, to: DocId, kind: LinkKind) -> Result<(), EditRefusal> {
    act.work()?;
    let replaces = JUDGED.contains(&kind) && kind != LinkKind::DuplicateOf;
    if replaces && holds(act, to, LinkKind::DuplicateOf) && was_merged(act) {
        return Err(EditRefusal::StillMerged);
    }
    say(act, to, kind)?;
    if kind == LinkKind::ReferredTo { referral::answered_for(act) } else { Ok(()) }
}

/// Says a link, and takes away what was said of the two before.
fn say(act: &mut Act<'_>, to: DocId, kind: LinkKind) -> Result<(), EditRefusal> {
    if holds(act, to, kind) { make_room(act, to, kind) } else { say_anew(act, to, kind) }
}

/// As [`say`], also where it was said already: whoever takes away the earlier word elsewhere, at this moment, leaves this one.
fn say_anew(act: &mut Act<'_>, to: DocId, kind: LinkKind) -> Result<(), EditRefusal> {
    make_room(act, to, kind)?;
    act.draft.element(known("links"), &kind.element(to), true)
}

fn make_room(act: &mut Act<'_>, to: DocId, kind: LinkKind) -> Result<(), EditRefusal> {
    if to == act.view.case_id {
        return Err(EditRefusal::SelfLink);
    }
    let mut others = JUDGED.into_iter().filter(|other| JUDGED.contains(&kind) && *other != kind);
    others.try_for_each(|other| unlink(act, to, other))
}

fn holds(act: &Act<'_>, to: DocId, kind: LinkKind) -> bool {
    act.view.list("links").contains(&kind.element(to))
}

fn unlink(act: &mut Act<'_>, to: DocId, kind: LinkKind) -> Result<(), EditRefusal> {
    if holds(act, to, kind) { act.draft.element(known("links"), &kind.element(to), false) } else { Ok(()) }
}

/// Whether the case ended as a duplicate by its own steps, also while it is torn and so open.
fn was_merged(act: &Act<'_>) -> bool {
    status::fold(&act.view.facts.codes.moves).closure.as_deref() == Some(DUPLICATE)
}

/// Merges the case into another: it ends as its duplicate.
pub(super) fn merge(act: &mut Act<'_>, into: DocId) -> Result<(), EditRefusal> {
    act.must_be_open()?;
    act.must_manage()?;
    act.must_read(known("links"))?;
    say_anew(act, into, LinkKind::DuplicateOf)?;
    act.end(DUPLICATE, None)
}

/// Says again which cases survive one that is closed as their duplicate: the closing does not stand without them.
pub(super) fn say_survivors(act: &mut Act<'_>) -> Result<(), EditRefusal> {
    let survivors: Vec<DocId> = linked(act.view.list("links"), LinkKind::DuplicateOf).collect();
    survivors.into_iter().try_for_each(|doc| say_anew(act, doc, LinkKind::DuplicateOf))
}

/// Takes in another case. Who takes in must be open: else nobody would work on either.
pub(super) fn absorb(act: &mut Act<'_>, from: DocId) -> Result<(), EditRefusal> {
    if act.work()?.standing.status == Status::Closed {
        return Err(EditRefusal::SurvivorClosed);
    }
    act.must_read(known("links"))?;
    // closed, and open only because it is torn
    if was_merged(act) {
        reopen(act)?;
    }
    say_anew(act, from, LinkKind::Merged)
}

/// Takes the case out of those it was merged into: it is open again.
pub(super) fn unmerge(act: &mut Act<'_>) -> Result<(), EditRefusal> {
    act.work()?;
    act.must_read(known("links"))?;
    let survivors: Vec<DocId> = linked(act.view.list("links"), LinkKind::DuplicateOf).collect();
    if survivors.is_empty() || !was_merged(act) {
        return Err(EditRefusal::NotMerged);
    }
    survivors.into_iter().try_for_each(|doc| unlink(act, doc, LinkKind::DuplicateOf))?;
    reopen(act)
}

/// Ends the link to a case that is taken out of this one.
pub(super) fn release(act: &mut Act<'_>, from: DocId) -> Result<(), EditRefusal> {
    act.work()?;
    unlink(act, from, LinkKind::Merged)
}

fn reopen(act: &mut Act<'_>) -> Result<(), EditRefusal> {
    let epoch = act.work()?.standing.epoch + 1;
    if epoch > EPOCH_MAX {
        return Err(EditRefusal::EpochsExhausted);
    }
    act.write_step(Status::Reopened, epoch)
}

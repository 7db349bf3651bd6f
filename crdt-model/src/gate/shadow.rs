//! Whether Automerge can really hold a set of changes: the alarm behind the gates (G6).

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, Change, ROOT, ReadDoc, ScalarValue};

use super::quiet::caught;

/// What went wrong when changes were tried on a document of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ShadowAlarm {
    /// The changes they build on could not be applied: the alarm is about those.
    #[error("the base cannot be built")]
    Base,
    /// A change cannot be read.
    #[error("a change cannot be read")]
    Unreadable,
    /// Applying panicked.
    #[error("applying panicked")]
    ApplyPanicked,
    /// Automerge refused a change.
    #[error("a change was refused")]
    Refused,
    /// A change waits for another that is not there.
    #[error("a change was queued for want of a dependency")]
    Queued,
    /// The document cannot be saved and loaded again.
    #[error("the document does not load again")]
    Reload,
    /// The document loads with other heads.
    #[error("the document loads with other heads")]
    HeadsDiffer,
    /// The next local edit fails or panics.
    #[error("the next local edit fails")]
    Edit,
}

impl ShadowAlarm {
    /// A stable snake_case name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Unreadable => "unreadable",
            Self::ApplyPanicked => "apply_panicked",
            Self::Refused => "refused",
            Self::Queued => "queued",
            Self::Reload => "reload",
            Self::HeadsDiffer => "heads_differ",
            Self::Edit => "edit",
        }
    }
}

/// Builds a document from `base`, applies `new`, saves, loads, compares heads, and takes one local edit.
///
/// Both are raw change bytes, dependencies first. For changes that passed [`check_change`](super::check_change): a
/// panic is caught, but no bound is set on what hostile bytes may expand to. Costs about a millisecond for a case; an
/// alarm freezes the document in the views of this node and is never a verdict.
///
/// # Errors
///
/// The first [`ShadowAlarm`].
pub fn shadow_apply(base: &[&[u8]], new: &[&[u8]]) -> Result<(), ShadowAlarm> {
    let mut doc = Automerge::new();
    let built = caught(|| read(base).is_some_and(|changes| doc.apply_changes(changes).is_ok()));
    if built != Ok(true) {
        return Err(ShadowAlarm::Base);
    }
    let changes = caught(|| read(new)).ok().flatten().ok_or(ShadowAlarm::Unreadable)?;
    caught(|| doc.apply_changes(changes)).map_err(|_| ShadowAlarm::ApplyPanicked)?.map_err(|_| ShadowAlarm::Refused)?;
    let whole = caught(|| doc.get_missing_deps(&[]).is_empty()).map_err(|_| ShadowAlarm::ApplyPanicked)?;
    if !whole {
        return Err(ShadowAlarm::Queued);
    }
    reloads(&doc)?;
    caught(|| edit(&mut doc)).ok().flatten().ok_or(ShadowAlarm::Edit)?;
    reloads(&doc).map_err(|_| ShadowAlarm::Edit)
}

fn read(changes: &[&[u8]]) -> Option<Vec<Change>> {
    changes.iter().map(|bytes| Change::try_from(*bytes).ok()).collect()
}

fn reloads(doc: &Automerge) -> Result<(), ShadowAlarm> {
    let loaded = caught(|| Automerge::load(&doc.save()).ok()).ok().flatten().ok_or(ShadowAlarm::Reload)?;
    if loaded.get_heads() == doc.get_heads() { Ok(()) } else { Err(ShadowAlarm::HeadsDiffer) }
}

/// What a user would do next: write one key.
fn edit(doc: &mut Automerge) -> Option<()> {
    doc.set_actor(ActorId::from(*b"boucle shadow 01"));
    let mut transaction = doc.transaction();
    transaction.put(ROOT, "shadow", ScalarValue::Int(1)).ok()?;
    let (hash, _) = transaction.commit_with(CommitOptions::default().with_time(0));
    hash.map(|_| ())
}

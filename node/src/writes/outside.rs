//! Adding to a sealed case that one cannot read.
//!
//! Whoever has a role may be told something that belongs into a case sealed to others, and must be able to record it. Whom the
//! case is sealed to, they do not know, and must not. So what they add goes under a fresh key into the *drop box* of the
//! case: a point in the grant of its birth, whose secret everybody can derive who holds the key granted there, and nobody
//! else. Neither the writer nor whoever was set aside when the case was sealed reads it.

use crdt_model::cbor;
use crdt_model::entry::{Entry, LAYER_GRANT};
use crdt_model::seal::{self, GRANT_SLOTS, GrantSection};

use crate::cases::{self, Loaded, captured_key};
use crate::error::Failure;
use crate::log::{Log, Reader, Shared};
use crate::store::MemberSpace;

/// The KEM keys that somebody outside seals to: those of the readers for whom they took the case down, else its drop boxes.
/// None: the case was sealed by a program that made no drop boxes.
pub(super) fn readers(log: &Log, shared: &Shared, reader: &Reader, loaded: &Loaded) -> Result<Vec<[u8; 32]>, Failure> {
    let key = captured_key(&loaded.doc, loaded.document.generation);
    let kept = log.store.read()?.get_member(MemberSpace::Rows, &reader.secrets.store_access(), &key)?;
    match kept {
        Some(kept) => Ok(kept.chunks_exact(32).filter_map(|pk| pk.try_into().ok()).collect()),
        None => drop_boxes(log, shared, loaded),
    }
}

/// The drop boxes of the births that the case counts from. What anybody else granted in it is no place to leave a word:
/// they may have granted it to whomever they liked.
fn drop_boxes(log: &Log, shared: &Shared, loaded: &Loaded) -> Result<Vec<[u8; 32]>, Failure> {
    let counted = &loaded.document.counted;
    let snapshot = log.store.read()?;
    let entries = cases::case_entries(log, &snapshot, shared, &loaded.scope, &loaded.doc)?;
    let is_birth =
        |entry: &&Entry| counted.contains(&entry.id()) && !entry.header().deps.iter().any(|dep| counted.contains(dep));
    let boxes = entries.iter().filter(is_birth).filter_map(|birth| {
        let (_, section) = birth.section(LAYER_GRANT)?;
        cbor::decode::<GrantSection>(section).ok()?.drop_box()
    });
    Ok(boxes.filter(seal::is_kem_public).take(GRANT_SLOTS).collect())
}

/// Why somebody outside may not do this to a sealed case. It names the acts they may do only where they may.
pub(super) fn refusal(log: &Log, shared: &Shared, reader: &Reader, loaded: &Loaded) -> Failure {
    let adds = readers(log, shared, reader, loaded).is_ok_and(|keys| !keys.is_empty());
    Failure::new(if adds { "outside_audience" } else { "outside_for_good" })
}

#[cfg(test)]
mod tests;

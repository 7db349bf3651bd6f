//! Marks beside the log, in the space `meta`: what they say follows from entries, and saves looking through them all.
//!
//! | key | what it marks | written by |
//! |---|---|---|
//! | `turned/` | a document with more than one generation | the observers of an append |
//! | `erasing/` | a document with an erasure not yet acted on | the observers of an append |
//! | `erased/` | what is erased of a document | who acts on an erasure |
//! | `assigned/` | a case that members here may have to confirm | who looks at what came |
//! | `urgent/` | own entries that wait for nothing | who writes one |
//! | `withdrawals/` | own entries that were taken back and not offered yet | who takes one back |

use std::collections::BTreeMap;

use crdt_model::entry::{Header, Kind, LAYER_CARRIED};
use crdt_model::values::{DocId, Incarnation, ScopeId};

use super::{Log, locked};
use crate::error::Failure;
use crate::store::{self, LISTED, Snapshot, Space, StoreError, TURNED, Tx};

/// The marks that are listed, as one version of the store has them: read once, and again only after one was written.
#[derive(Default)]
pub(crate) struct Listed {
    version: Option<u64>,
    marks: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// A mark: what stands behind the beginning of its key, and its value.
pub(crate) type Mark = (Vec<u8>, Vec<u8>);

/// All marks that begin so, one of [`LISTED`], with what stands behind that beginning.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn listed(log: &Log, snapshot: &Snapshot, prefix: &'static [u8]) -> Result<Vec<Mark>, StoreError> {
    debug_assert!(LISTED.contains(&prefix), "only those are kept up to date");
    let version = Some(snapshot.listed_version());
    let mut kept = locked(&log.kept);
    let held: &mut Listed = kept.of();
    if held.version != version {
        let all = snapshot.list(Space::Meta)?.into_iter();
        let marks = all.filter(|(key, _)| LISTED.iter().any(|begins| key.starts_with(begins)));
        let marks = marks.map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
        *held = Listed { version, marks };
    }
    let from = held.marks.range(prefix.to_vec()..).take_while(|(key, _)| key.starts_with(prefix));
    Ok(from.map(|(key, value)| (key[prefix.len()..].to_vec(), value.clone())).collect())
}

/// Key of the mark of a document.
pub(crate) fn doc_key(prefix: &[u8], scope: &ScopeId, doc: &DocId) -> Vec<u8> {
    [prefix, &scope.0, &doc.0].concat()
}

/// Documents with a mark that begins so, each with the mark's value.
pub(crate) fn marked_docs(
    log: &Log,
    snapshot: &Snapshot,
    prefix: &'static [u8],
) -> Result<Vec<(ScopeId, DocId, Vec<u8>)>, StoreError> {
    let marked = |(rest, value): Mark| {
        let (scope, doc) = rest.split_first_chunk::<16>()?;
        Some((ScopeId(*scope), DocId(doc.try_into().ok()?), value))
    };
    Ok(listed(log, snapshot, prefix)?.into_iter().filter_map(marked).collect())
}

/// Marks a document whose entry of a later generation is appended: those few are looked at for what came late.
pub(crate) fn note_generation(tx: &mut Tx<'_>, header: &Header) -> Result<(), Failure> {
    let is_edit = header.content_kind() == Some(Kind::Edit);
    if is_edit && header.sections.iter().any(|s| s.layer != LAYER_CARRIED && s.generation > 0) {
        let key = doc_key(TURNED, &header.scope, &header.doc);
        if tx.get(Space::Meta, &key)?.is_none() {
            tx.put(Space::Meta, &key, &[1])?;
        }
    }
    Ok(())
}

/// Documents with more than one generation.
pub(crate) fn turned(log: &Log) -> Result<Vec<(ScopeId, DocId)>, Failure> {
    Ok(marked_docs(log, &log.store.read()?, TURNED)?.into_iter().map(|(scope, doc, _)| (scope, doc)).collect())
}

/// Marks kept of one chain: the last ones.
pub(crate) const PER_CHAIN_MAX: usize = 64;

/// Key of the urgent entries of an own chain: they and what stands before them wait for nothing.
fn own_key(scope: &ScopeId, incarnation: &Incarnation) -> Vec<u8> {
    format!("urgent/{scope}/{incarnation}").into_bytes()
}

fn seqs(bytes: &[u8]) -> Vec<u64> {
    bytes.as_chunks::<8>().0.iter().map(|seq| u64::from_be_bytes(*seq)).collect()
}

/// Marks an own entry as urgent.
pub(crate) fn mark_urgent(
    tx: &mut Tx<'_>,
    scope: &ScopeId,
    incarnation: &Incarnation,
    seq: u64,
) -> Result<(), StoreError> {
    let key = own_key(scope, incarnation);
    let held = tx.get(Space::Meta, &key)?;
    let mut bytes = held.map(|bytes| bytes.to_vec()).unwrap_or_default();
    bytes.extend(seq.to_be_bytes());
    let from = bytes.len().saturating_sub(8 * PER_CHAIN_MAX);
    tx.put(Space::Meta, &key, &bytes[from..])
}

/// Urgent entries of an own chain.
pub(crate) fn own_urgent(snapshot: &store::Snapshot, key: &store::ChainKey) -> Result<Vec<u64>, Failure> {
    let held = snapshot.get(Space::Meta, &own_key(&key.scope, &key.incarnation))?;
    Ok(held.map(|bytes| seqs(&bytes)).unwrap_or_default())
}

/// Key of the withdrawals of an own chain that were not offered yet: pairs of a withdrawn entry's seq and its withdrawal's.
fn withdrawals_key(chain: &store::ChainKey) -> Vec<u8> {
    format!("withdrawals/{}/{}", chain.scope, chain.incarnation).into_bytes()
}

/// Notes that the entry at `by` takes back the one at `seq`: neither is offered without the other.
pub(crate) fn note_withdrawal(tx: &mut Tx<'_>, chain: &store::ChainKey, seq: u64, by: u64) -> Result<(), StoreError> {
    let key = withdrawals_key(chain);
    let offered = tx.chain(chain).map_or(0, |chain| chain.offered_seq);
    let held = tx.get(Space::Meta, &key)?;
    let mut pairs = held.map(|bytes| read_pairs(&bytes)).unwrap_or_default();
    pairs.retain(|(_, by)| *by > offered);
    pairs.push((seq, by));
    tx.put(
        Space::Meta,
        &key,
        &pairs.iter().flat_map(|(a, b)| [a.to_be_bytes(), b.to_be_bytes()].concat()).collect::<Vec<_>>(),
    )
}

pub(crate) fn read_pairs(bytes: &[u8]) -> Vec<(u64, u64)> {
    let halves = |pair: &[u8; 16]| {
        let (seq, by) = pair.split_first_chunk::<8>()?;
        Some((u64::from_be_bytes(*seq), u64::from_be_bytes(by.try_into().ok()?)))
    };
    bytes.as_chunks::<16>().0.iter().filter_map(halves).collect()
}

/// The withdrawals of an own chain that were not offered yet: pairs of a withdrawn entry's seq and its withdrawal's.
pub(crate) fn withdrawals(snapshot: &Snapshot, chain: &store::ChainKey) -> Result<Vec<(u64, u64)>, StoreError> {
    let held = snapshot.get(Space::Meta, &withdrawals_key(chain))?;
    Ok(held.map(|bytes| read_pairs(&bytes)).unwrap_or_default())
}

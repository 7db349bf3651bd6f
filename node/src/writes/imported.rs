//! What an import brought: noted with each case, in the transaction that makes it.

use crdt_model::values::{DocId, MemberId, ScopeId};
use serde::{Deserialize, Serialize};

use crate::error::Failure;
use crate::store::{Space, Tx};

/// Before the name of an import, in the space of imported rows: their own keys begin with the name of a system.
pub(crate) const PREFIX: &[u8] = b"\0batch/";

/// One import.
#[derive(Serialize, Deserialize)]
pub(crate) struct Batch {
    pub(crate) member: MemberId,
    pub(crate) at_ms: i64,
}

/// What is noted of a case that an import brought.
#[derive(Serialize, Deserialize)]
pub(crate) struct Brought {
    /// Its reference.
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) scope: ScopeId,
    /// The key of its row in the space of imported rows.
    pub(crate) row: String,
}

pub(crate) fn batch_key(batch: &str) -> Vec<u8> {
    [PREFIX, batch.as_bytes()].concat()
}

pub(crate) fn case_key(batch: &str, case: &DocId) -> Vec<u8> {
    [PREFIX, batch.as_bytes(), b"/", &case.0].concat()
}

/// Whether a key of the space of imported rows is the note of this case.
pub(crate) fn is_note_of(key: &[u8], case: &DocId) -> bool {
    key.starts_with(PREFIX) && key.ends_with(&[b"/".as_slice(), &case.0].concat())
}

/// Notes an import, in the first transaction that writes something of it.
pub(crate) fn note_batch(tx: &mut Tx<'_>, batch: &str, (member, at_ms): (MemberId, i64)) -> Result<(), Failure> {
    let head = batch_key(batch);
    if tx.get(Space::Imported, &head)?.is_none() {
        tx.put(Space::Imported, &head, &bytes(&Batch { member, at_ms })?)?;
    }
    Ok(())
}

/// Notes that an import brought a case, in the transaction that makes it.
pub(crate) fn note_brought(
    tx: &mut Tx<'_>,
    batch: &str,
    of: (MemberId, i64),
    case: &DocId,
    brought: &Brought,
) -> Result<(), Failure> {
    note_batch(tx, batch, of)?;
    Ok(tx.put(Space::Imported, &case_key(batch, case), &bytes(brought)?)?)
}

fn bytes(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|_| Failure::new("unexpected"))
}

//! What somebody was writing down when they were interrupted: kept for them alone, until they take it up or destroy it.
//!
//! One that would be sealed never comes to the disk: it lives until it is saved or its writer locks.

use crdt_model::edit::NewCase;
use crdt_model::values::Words;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use zeroize::{Zeroize, Zeroizing};

use super::SealOptions;
use crate::error::Failure;
use crate::log::{Log, Reader};
use crate::reply::Reply;
use crate::store::MemberSpace;

/// Name, among the member's own values, of the draft.
const KEY: &[u8] = b"draft";
/// Bytes of one at most.
const DRAFT_BYTES_MAX: usize = 256 * 1024;

/// A case as far as it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseDraft {
    /// What was said.
    pub case: NewCase,
    /// What sealing needs, as far as it was said.
    pub seal: SealOptions,
    /// Somebody was harmed.
    pub harmed: bool,
    /// The telephone that was typed to look for earlier cases.
    pub typed: Option<Words>,
}

/// A draft that never comes to the disk.
#[derive(Default)]
struct InMemory(Option<Zeroizing<Vec<u8>>>);

/// Keeps a draft, in the place of the one before. Reply: `{"kept", "in_memory"}`.
///
/// # Errors
///
/// `too_many` of a very long one; when the store cannot be written.
pub(crate) fn keep(log: &Log, reader: &mut Reader, draft: &CaseDraft) -> Reply {
    let mut bytes = Zeroizing::new(serde_json::to_vec(draft).map_err(|_| Failure::new("unexpected"))?);
    if bytes.len() > DRAFT_BYTES_MAX {
        bytes.zeroize();
        return Err(Failure::new("too_many").arg("field", "text"));
    }
    let shared = log.shared();
    let case = &draft.case;
    let categories = case.category.iter().chain(&case.other_categories).map(String::as_str);
    let is_sealed = draft.harmed
        || draft.seal.audience.is_some()
        || draft.seal.accused.is_some()
        || draft.seal.recuse.is_some()
        || case.allegation.is_some()
        || case.accused.is_some()
        || shared.taxonomy.sensitivity_of(categories).restricted();
    // what nobody has looked at yet may tell of anything
    let is_sealed = is_sealed || !super::sensitive_words::words_in_new(log, case)?.is_empty();
    let access = reader.secrets.store_access();
    log.commit_quietly(|tx| match is_sealed {
        true => Ok(tx.delete_member(MemberSpace::Rows, &access, KEY).map(drop)?),
        false => Ok(tx.put_member(MemberSpace::Rows, &access, KEY, &bytes)?),
    })?;
    reader.kept.of::<InMemory>().0 = is_sealed.then_some(bytes);
    Ok(json!({"kept": true, "in_memory": is_sealed}))
}

/// The draft, as it was kept, or `null`.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn show(log: &Log, reader: &mut Reader) -> Reply {
    let access = reader.secrets.store_access();
    let kept = match &reader.kept.of::<InMemory>().0 {
        Some(bytes) => serde_json::from_slice::<CaseDraft>(bytes).ok(),
        None => {
            let bytes = log.store.read()?.get_member(MemberSpace::Rows, &access, KEY)?;
            bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok())
        }
    };
    kept.map_or(Ok(Json::Null), |draft: CaseDraft| serde_json::to_value(draft).map_err(|_| Failure::new("unexpected")))
}

/// Destroys it. Reply: `{"kept": false}`.
///
/// # Errors
///
/// When the store cannot be written.
pub(crate) fn destroy(log: &Log, reader: &mut Reader) -> Reply {
    let access = reader.secrets.store_access();
    reader.kept.of::<InMemory>().0 = None;
    if log.store.read()?.get_member(MemberSpace::Rows, &access, KEY)?.is_some() {
        log.commit_quietly(|tx| Ok(tx.delete_member(MemberSpace::Rows, &access, KEY).map(drop)?))?;
    }
    Ok(json!({"kept": false}))
}

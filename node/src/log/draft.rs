//! An entry of this device's before it has a place in its chain.

use crdt_model::compose::{EntryPlan, SectionPlan, compose};
use crdt_model::entry::{Entry, Kind};
use crdt_model::seal::Entropy;
use crdt_model::values::{DocId, EntryId, Incarnation, ScopeId};
use ed25519_dalek::SigningKey;

use super::{Log, append, not_composed};
use crate::error::Failure;
use crate::store::Tx;

/// What is to be written. Place, device and organisation follow from the log.
pub(crate) struct Draft {
    pub(crate) scope: ScopeId,
    pub(crate) kind: Kind,
    pub(crate) doc: DocId,
    /// The chain it is written into. Read before the transaction: who renews it waits for this very transaction.
    pub(crate) incarnation: Incarnation,
    pub(crate) auth: Vec<EntryId>,
    pub(crate) deps: Vec<EntryId>,
    pub(crate) sections: Vec<SectionPlan>,
}

impl Draft {
    /// Puts the entry at the end of its chain. `author`: the member's key, where a member answers for what is sealed in it.
    ///
    /// # Errors
    ///
    /// `act_too_large`, `cannot_be_granted`, and what [`append`] fails with.
    pub(crate) fn append(
        self,
        log: &Log,
        tx: &mut Tx<'_>,
        author: Option<&SigningKey>,
        entropy: &mut Entropy,
    ) -> Result<Entry, Failure> {
        let Self { scope, kind, doc, incarnation, auth, deps, sections } = self;
        let place = log.next_position(tx, &scope, incarnation);
        let (org, device) = (log.org, log.device);
        let plan = EntryPlan { org, scope, kind, doc, device, incarnation, place, auth, deps, sections };
        let entry = compose(&plan, &log.device_ed, author, entropy).map_err(not_composed)?;
        append(tx, &entry)?;
        Ok(entry)
    }
}

/// One section that everybody may read.
pub(crate) fn clear(bytes: Vec<u8>) -> Vec<SectionPlan> {
    vec![SectionPlan::Clear { layer: 0, bytes }]
}

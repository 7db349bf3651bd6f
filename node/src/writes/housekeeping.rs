//! What a node does by itself once it knows more: it writes what the others miss.

use crdt_model::entry::AUTH_MAX;
use crdt_model::roster::Operation;
use crdt_model::values::DeviceId;

use super::{arrivals, gifts, held, receipts, reclassify, tampering};
use crate::error::Failure;
use crate::log::{Log, Reader, Shared};
use crate::members;
use crate::members::debts::{self, Debt};

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Something was written.
    pub(crate) wrote: bool,
    /// Something is owed that others are waited for to write: to be looked at again though nothing new has come.
    pub(crate) waits: bool,
}

/// What a node does by itself once it knows more, where no session looks at what came: [`of_membership`], and then at what came.
pub(crate) fn housekeeping(log: &Log, reader: &mut Reader, now_ms: i64) -> Result<Kept, Failure> {
    let mut kept = of_membership(log, reader, now_ms)?;
    let shared = log.shared();
    let is_let_in = shared.roster.members.get(&reader.member()).is_some_and(|member| !member.uninvited);
    if shared.roster.founding.is_some() && is_let_in {
        kept.wrote |= arrivals::look(log, arrivals::LOOK_IN_PASSING, now_ms)?;
        kept.wrote |= gifts::give_owed(log, reader, gifts::LOOK_IN_PASSING, now_ms)?.wrote;
        kept.wrote |= receipts::deliver(log, reader, now_ms)?;
    }
    Ok(kept)
}

/// What this reader's node owes the others: its name, the key of a partner's site, wraps of keys, a Merge when heads abound, and word of
/// what was given to its members. What others owe as well is written by one after the other.
pub(crate) fn of_membership(log: &Log, reader: &mut Reader, now_ms: i64) -> Result<Kept, Failure> {
    log.refresh_reader(reader)?;
    let wrote = members::publish_name(log, reader, now_ms)?;
    let mut kept = Kept { wrote, waits: false };
    let shared = log.shared();
    let Some(member) = shared.roster.members.get(&reader.member()) else { return Ok(kept) };
    if shared.roster.founding.is_none() {
        return Ok(kept);
    }
    if member.uninvited {
        kept.wrote |= tampering::keep_lost(log, &shared, reader, member, now_ms)?;
        return Ok(kept);
    }
    let (epochs, epochs_wait) = members::due_epochs(log, &shared, reader, now_ms)?;
    let (owed, wraps_wait) = members::due_wraps(log, &shared, reader, now_ms)?;
    kept.waits |= epochs_wait || wraps_wait;
    let due = epochs.into_iter().chain(owed);
    let mut operations: Vec<(Operation, Option<Vec<u8>>)> = due.map(|op| (op, None)).collect();
    if shared.roster.heads.len() > AUTH_MAX && operations.is_empty() {
        match may_merge(log, &shared, now_ms)? {
            true => operations.push((Operation::Merge, None)),
            false => kept.waits = true,
        }
    }
    if !operations.is_empty() {
        log.append_membership(operations)?;
        log.refresh_reader(reader)?;
        kept.wrote = true;
    }
    members::drop_spent_grants(log)?;
    kept.wrote |= tampering::mend_altered(log, &shared, reader, now_ms)?;
    kept.wrote |= reclassify::rewrap_all_late(log, &shared, reader, now_ms)?;
    kept.wrote |= held::deliver_held(log, reader)? > 0;
    Ok(kept)
}

/// Whether this node is to join the heads of the membership. Whoever wrote one of them is at work, and comes first:
/// if all joined them at once, there would be as many heads as before.
fn may_merge(log: &Log, shared: &Shared, now_ms: i64) -> Result<bool, Failure> {
    let snapshot = log.store.read()?;
    let mut authors: Vec<DeviceId> = Vec::new();
    for head in &shared.roster.heads {
        if let Some(stored) = snapshot.entry(head)? {
            authors.push(log.decode(&stored.bytes)?.header().device);
        }
    }
    drop(snapshot);
    let merge = Debt::new(&[b"merge"], &log.device.0, None, authors.into_iter().map(|device| device.0));
    let due = debts::due(log, "merge", &[merge], now_ms)?;
    Ok(due == [true])
}

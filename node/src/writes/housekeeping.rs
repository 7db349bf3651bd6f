//! What a node does by itself once it knows more: it writes what the others miss.

use crdt_model::entry::AUTH_MAX;
use crdt_model::roster::Operation;

use super::{held, reclassify, tampering};
use crate::error::Failure;
use crate::log::{Log, Reader};
use crate::members;

/// What this reader's node owes the others: its name, wraps of newer keys, a Merge when heads abound. Returns
/// whether something was written.
pub(crate) fn housekeeping(log: &Log, reader: &mut Reader, now_ms: i64) -> Result<bool, Failure> {
    log.refresh_reader(reader)?;
    let mut wrote = members::publish_name(log, reader, now_ms)?;
    let shared = log.shared();
    let Some(member) = shared.roster.members.get(&reader.member()) else { return Ok(wrote) };
    if shared.roster.founding.is_none() {
        return Ok(wrote);
    }
    if member.uninvited {
        return Ok(wrote | tampering::keep_lost(log, &shared, reader, member, now_ms)?);
    }
    let owed = members::missing_key_wraps(log, &shared, reader)?;
    let merge = shared.roster.heads.len() > AUTH_MAX;
    let mut operations: Vec<(Operation, Option<Vec<u8>>)> = owed.into_iter().map(|op| (op, None)).collect();
    if operations.is_empty() && merge {
        operations.push((Operation::Merge, None));
    }
    if !operations.is_empty() {
        log.append_membership(operations)?;
        log.refresh_reader(reader)?;
        wrote = true;
    }
    members::drop_spent_grants(log)?;
    wrote |= tampering::mend_altered(log, &shared, reader, now_ms)?;
    wrote |= reclassify::rewrap_all_late(log, &shared, reader, now_ms)?;
    wrote |= held::deliver_held(log, reader)? > 0;
    Ok(wrote)
}

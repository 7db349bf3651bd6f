//! References reserved for paper: a slip that is handed out, or lies beside a box, bears one, and the case that is typed from it
//! later is called so.

use crdt_model::reference::{Reference, SiteCode, Typed};
use crdt_model::taxonomy::Capabilities;
use serde_json::json;

use crate::error::Failure;
use crate::log::{Log, Reader};
use crate::members;
use crate::reply::Reply;
use crate::store::{Space, Tx};

/// Slips printed at once, at most.
pub const SLIPS_MAX: u32 = 500;
/// Reserved references that wait to be used, at most: of more, the oldest are given up, and their numbers used by nobody.
const WAITING_MAX: usize = 5_000;
/// Under this name lie the counters of reserved references, ascending, four bytes each.
const RESERVED: &[u8] = b"slips";

fn reserved(tx: &mut Tx<'_>) -> Result<Vec<u32>, Failure> {
    let held = tx.get(Space::Counters, RESERVED)?;
    let (numbers, _) = held.as_ref().map_or(&[][..], |held| held.as_slice()).as_chunks::<4>();
    Ok(numbers.iter().map(|bytes| u32::from_be_bytes(*bytes)).collect())
}

fn keep(tx: &mut Tx<'_>, numbers: &[u32]) -> Result<(), Failure> {
    let from = numbers.len().saturating_sub(WAITING_MAX);
    let bytes: Vec<u8> = numbers[from..].iter().flat_map(|number| number.to_be_bytes()).collect();
    Ok(tx.put(Space::Counters, RESERVED, &bytes)?)
}

/// Reserves references. Reply: `{"site", "slips": [reference]}`.
///
/// # Errors
///
/// `bad_value` for none or more than [`SLIPS_MAX`]; `no_numbers_left`; who may not record.
pub(crate) fn reserve(log: &Log, reader: &Reader, count: u32) -> Reply {
    if !(1..=SLIPS_MAX).contains(&count) {
        return Err(Failure::new("bad_value").arg("field", "--count").arg("expected", format!("1–{SLIPS_MAX}")));
    }
    let _writer = log.lock_writer();
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let site = members::own_site(&shared, &reader.member());
    let slips = log.commit_quietly(|tx| {
        let mut waiting = reserved(tx)?;
        let mut slips = Vec::new();
        for _ in 0..count {
            let number = super::next_number(log, tx, &shared)?.ok_or_else(|| Failure::new("no_numbers_left"))?;
            slips.push(reference(&site, number)?);
            waiting.push(number.1);
        }
        keep(tx, &waiting)?;
        Ok(slips)
    })?;
    Ok(json!({"site": site, "slips": slips}))
}

fn reference(site: &str, (node, counter): (u32, u32)) -> Result<String, Failure> {
    let site: SiteCode = site.parse().map_err(|_| Failure::new("bad_site_code").arg("site", site))?;
    let reference = Reference::new(site, node, counter);
    reference.map(|reference| reference.to_string()).map_err(|error| Failure::new("no_numbers_left").because(&error))
}

/// Takes the reserved reference that a case is called by. `None`: the slip was reserved by no one here.
///
/// # Errors
///
/// `slip_used` where the number is this node's and was used.
pub(crate) fn take(tx: &mut Tx<'_>, nodes: &[u32], slip: &str) -> Result<Option<(u32, u32)>, Failure> {
    let number = match Typed::parse(slip) {
        Ok(Typed::Reference(reference)) => reference.number(),
        Ok(Typed::Number(number)) => number,
        _ => return Ok(None),
    };
    let (node, counter) = (number.node(), number.counter());
    if !nodes.contains(&node) {
        return Ok(None);
    }
    let mut waiting = reserved(tx)?;
    let Some(at) = waiting.iter().position(|number| *number == counter) else {
        return Err(Failure::new("slip_used").arg("slip", slip.trim()));
    };
    waiting.remove(at);
    keep(tx, &waiting)?;
    Ok(Some((node, counter)))
}

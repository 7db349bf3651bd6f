//! The time that this node takes: its machine's clock, judged by what the home keeps of it.

use crate::clock::{Judged, Kept, Machine};
use crate::error::Failure;
use crate::log::{Log, locked};
use crate::store::Tx;

pub(crate) fn machine(log: &Log) -> Machine {
    locked(&log.machine).clone()
}

pub(crate) fn set_machine(log: &Log, machine: Machine) {
    *locked(&log.machine) = machine;
}

/// The clock as it is now.
pub(crate) fn judged(log: &Log) -> Result<Judged, Failure> {
    Ok(machine(log).judge(&Kept::of(&log.store.read()?)?))
}

/// The time that the node takes for what it does by itself: what is believed, else the newest certain one.
pub(crate) fn now_ms(log: &Log) -> i64 {
    // a store that cannot be read stops whoever asked soon enough
    judged(log).map_or_else(|_| machine(log).read().wall_ms, |judged| judged.now_ms)
}

/// A time by which something may expire: a doubtful one ends nothing, the newest certain time stands in for it.
pub(crate) fn for_expiry(log: &Log, now_ms: i64) -> i64 {
    let built_ms = machine(log).built_ms;
    match log.store.read().map_err(Failure::from).and_then(|snapshot| Kept::of(&snapshot)) {
        Ok(kept) if now_ms > kept.horizon(built_ms) => kept.newest_certain(built_ms).unwrap_or(now_ms),
        _ => now_ms,
    }
}

/// Keeps, in the transaction that writes entries, that they were written now; an offset that holds no more goes.
pub(crate) fn note_written(log: &Log, tx: &mut Tx<'_>) -> Result<(), Failure> {
    let mut kept = Kept::of_tx(tx)?;
    let judged = machine(log).judge(&kept);
    if judged.doubt.is_some() {
        return Ok(());
    }
    if judged.mended {
        tracing::info!("the machine's clock is right again: the offset is dropped");
        kept.offset = None;
    }
    match kept.written_at(judged.now_ms, judged.horizon_ms) {
        Some(kept) => kept.keep(tx),
        None if judged.mended => kept.keep(tx),
        None => Ok(()),
    }
}

pub(crate) fn keep_clock(log: &Log, kept: &Kept) -> Result<(), Failure> {
    log.commit_quietly(|tx| kept.keep(tx))
}

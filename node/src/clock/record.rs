//! What a home keeps of its clock, as one value of its store: see STORAGE.

use crdt_model::values::EntryId;

use super::{Boot, Kept, Offset, Own, Reading};
use crate::error::Failure;
use crate::store::{Fields, Snapshot, Space, Tx};

/// Its key in the space `Meta`.
const KEY: &[u8] = b"clock";
const VERSION: u8 = 1;
/// Nothing.
const NONE: i64 = i64::MIN;
/// A newer time is kept once it is newer by so much, milliseconds: far less than clocks may differ.
const GRAIN_MS: i64 = 60_000;

impl Kept {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        let mut number = |value: Option<i64>| out.extend_from_slice(&value.unwrap_or(NONE).to_be_bytes());
        number(self.written_ms);
        number(self.vouched_ms);
        number(self.refuted_ms);
        number(self.own.map(|own| own.at_ms));
        number(self.offset.map(|offset| offset.ms));
        number(self.offset.map(|offset| offset.set.wall_ms));
        let boot = self.offset.and_then(|offset| offset.set.boot);
        number(boot.map(|boot| boot.ms));
        out.extend_from_slice(&boot.map_or([0; 16], |boot| boot.id));
        out.extend_from_slice(&self.own.map_or([0; 32], |own| own.entry.0));
        out
    }

    /// Reads what [`encode`](Self::encode) wrote; `None` for anything else.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut f = Fields(bytes);
        if f.u8()? != VERSION {
            return None;
        }
        let mut number = || f.take().map(i64::from_be_bytes).map(|value| (value != NONE).then_some(value));
        let (written_ms, vouched_ms, refuted_ms) = (number()?, number()?, number()?);
        let (own_ms, offset_ms, set_ms, boot_ms) = (number()?, number()?, number()?, number()?);
        let (id, entry) = (f.take()?, EntryId(f.take()?));
        let boot = boot_ms.map(|ms| Boot { id, ms });
        let offset = offset_ms.zip(set_ms);
        f.end(Self {
            offset: offset.map(|(ms, wall_ms)| Offset { ms, set: Reading { wall_ms, boot } }),
            own: own_ms.map(|at_ms| Own { at_ms, entry }),
            written_ms,
            vouched_ms,
            refuted_ms,
        })
    }

    /// As kept. What cannot be read is as if nothing was known: a clock is no reason to shut people out of their cases.
    fn read(value: Option<impl AsRef<[u8]>>) -> Self {
        value.and_then(|bytes| Self::decode(bytes.as_ref())).unwrap_or_default()
    }

    pub(crate) fn of(snapshot: &Snapshot) -> Result<Self, Failure> {
        Ok(Self::read(snapshot.get(Space::Meta, KEY)?.as_deref()))
    }

    pub(crate) fn of_tx(tx: &mut Tx<'_>) -> Result<Self, Failure> {
        Ok(Self::read(tx.get(Space::Meta, KEY)?.as_deref()))
    }

    pub(crate) fn keep(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        Ok(tx.put(Space::Meta, KEY, &self.encode())?)
    }

    /// That something is written at this time; `None` where that need not be kept.
    pub(crate) fn written_at(mut self, now_ms: i64, horizon_ms: i64) -> Option<Self> {
        let is_new = self.written_ms.is_none_or(|held| gives_way(held, now_ms, horizon_ms));
        self.written_ms = Some(now_ms);
        is_new.then_some(self)
    }

    /// That an own entry claims this time; `None` where that need not be kept.
    fn claimed(mut self, at_ms: i64, entry: EntryId, horizon_ms: i64) -> Option<Self> {
        let is_new = self.own.is_none_or(|own| gives_way(own.at_ms, at_ms, horizon_ms));
        self.own = Some(Own { at_ms, entry });
        is_new.then_some(self)
    }
}

/// Whether a time held gives way to another: to a newer one. From `horizon_ms` on a time is doubtful, and gives way to any.
fn gives_way(held_ms: i64, at_ms: i64, horizon_ms: i64) -> bool {
    at_ms >= held_ms.saturating_add(GRAIN_MS) || held_ms > horizon_ms
}

/// Keeps, in the transaction that appends it, when an own entry says it was written.
pub(crate) fn note_own(tx: &mut Tx<'_>, at_ms: i64, entry: EntryId, built_ms: i64) -> Result<(), Failure> {
    let kept = Kept::of_tx(tx)?;
    match kept.claimed(at_ms, entry, kept.horizon(built_ms)) {
        Some(kept) => kept.keep(tx),
        None => Ok(()),
    }
}

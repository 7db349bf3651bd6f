//! The outside of a change, read by hand so that every bound holds before a parser that trusts its input sees a byte.
//!
//! What Automerge 0.12 does with hostile bytes, and what this file therefore settles first:
//!
//! - a run-length column may announce any number of values in a few bytes: the action column drives the reader's loop
//!   (2⁶² operations in 12 bytes), the predecessor counts drive a vector;
//! - the announced length of a key is allocated before it is compared with what is there (up to 1 GB);
//! - the deflate bit of a column makes it a column the reader refuses at best, and unknown columns are only logged;
//! - a compressed chunk expands without a bound, and a chunk may be a whole document.
//!
//! After [`Envelope::read`]: one uncompressed change chunk that fills the bytes, only the eight columns that root
//! scalars need, each at most once and in order, with 1 to [`OPS_MAX`] operations and at most [`PREDS_MAX`]
//! predecessors. Memory used here and by the reader afterwards is a small multiple of [`CHANGE_BYTES_MAX`].

use automerge::ChangeHash;

use super::{CHANGE_BYTES_MAX, ChangeFault, OPS_MAX, PREDS_MAX};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHUNK_CHANGE: u8 = 0x01;
const CHECKSUM_BYTES: usize = 4;
const HASH_BYTES: usize = 32;

const COL_KEY: u64 = 0x15;
const COL_INSERT: u64 = 0x34;
const COL_ACTION: u64 = 0x42;
const COL_VALUE_META: u64 = 0x56;
const COL_VALUE: u64 = 0x57;
const COL_PRED_COUNT: u64 = 0x70;
const COL_PRED_ACTOR: u64 = 0x71;
const COL_PRED_COUNTER: u64 = 0x73;

/// The columns of a change that puts and deletes scalars at root keys: `id << 4 | type`, deflate bit (8) unset.
const COLUMNS: [u64; 8] =
    [COL_KEY, COL_INSERT, COL_ACTION, COL_VALUE_META, COL_VALUE, COL_PRED_COUNT, COL_PRED_ACTOR, COL_PRED_COUNTER];

/// What stands around the operations of a change.
pub(super) struct Envelope<'b> {
    pub(super) deps: Vec<ChangeHash>,
    pub(super) actor: &'b [u8],
    pub(super) seq: u64,
    pub(super) start_op: u64,
    pub(super) timestamp: i64,
    pub(super) message: &'b [u8],
    pub(super) other_actors: Vec<&'b [u8]>,
    /// Bytes behind the columns.
    pub(super) extra: &'b [u8],
    /// Number of operations, 1 to [`OPS_MAX`].
    pub(super) ops: u64,
}

impl<'b> Envelope<'b> {
    /// Reads the outside of one change chunk.
    pub(super) fn read(bytes: &'b [u8]) -> Result<Self, ChangeFault> {
        if bytes.len() > CHANGE_BYTES_MAX {
            return Err(ChangeFault::TooLarge { found: bytes.len() });
        }
        let mut r = Bytes(bytes);
        if r.take(MAGIC.len())? != MAGIC {
            return Err(ChangeFault::BadMagic);
        }
        r.take(CHECKSUM_BYTES)?;
        let kind = r.byte()?;
        if kind != CHUNK_CHANGE {
            return Err(ChangeFault::ChunkType { found: kind });
        }
        let mut body = Bytes(r.prefixed()?);
        if !r.0.is_empty() {
            return Err(ChangeFault::TrailingBytes);
        }
        Self::read_body(&mut body)
    }

    fn read_body(r: &mut Bytes<'b>) -> Result<Self, ChangeFault> {
        // Counts are not trusted: each turn of these loops takes at least one byte or ends in an error.
        let mut deps = Vec::new();
        for _ in 0..r.unsigned()? {
            let hash = r.take(HASH_BYTES)?;
            deps.push(ChangeHash(hash.try_into().map_err(|_| ChangeFault::Truncated)?));
        }
        let actor = r.prefixed()?;
        let seq = r.unsigned()?;
        let start_op = r.unsigned()?;
        let timestamp = r.signed()?;
        let message = r.prefixed()?;
        let mut other_actors = Vec::new();
        for _ in 0..r.unsigned()? {
            other_actors.push(r.prefixed()?);
        }
        let ops = read_columns(r)?;
        Ok(Self { deps, actor, seq, start_op, timestamp, message, other_actors, extra: r.0, ops })
    }
}

/// Reads the table of columns, then the columns; counts what they will expand to.
fn read_columns(r: &mut Bytes<'_>) -> Result<u64, ChangeFault> {
    let mut table: Vec<(u64, u64)> = Vec::with_capacity(COLUMNS.len());
    for _ in 0..r.unsigned()? {
        let (spec, len) = (r.unsigned()?, r.unsigned()?);
        if !COLUMNS.contains(&spec) {
            return Err(ChangeFault::ForeignColumn { spec });
        }
        if table.last().is_some_and(|(last, _)| *last >= spec) {
            return Err(ChangeFault::ColumnOrder);
        }
        table.push((spec, len));
    }
    let (mut ops, mut keys, mut metas, mut preds) = (0, 0, 0, 0);
    for (spec, len) in table {
        let column = Bytes(r.take(usize::try_from(len).map_err(|_| ChangeFault::Truncated)?)?);
        match spec {
            COL_ACTION => ops = count_integers(column, OPS_MAX, ChangeFault::TooManyOps)?.values,
            COL_VALUE_META => metas = count_integers(column, OPS_MAX, ChangeFault::TooManyOps)?.values,
            COL_KEY => keys = count_keys(column)?,
            COL_PRED_COUNT => {
                let counted = count_integers(column, OPS_MAX, ChangeFault::TooManyOps)?;
                if counted.sum > PREDS_MAX {
                    return Err(ChangeFault::TooManyPreds);
                }
                preds = counted.values;
            }
            // Read only as far as the columns above ask for; their runs are integers and booleans.
            _ => {}
        }
    }
    if ops == 0 {
        return Err(ChangeFault::NoOps);
    }
    if keys != ops || metas != ops || preds != ops {
        return Err(ChangeFault::ColumnCounts);
    }
    Ok(ops)
}

/// What a run-length column of integers expands to.
struct Counted {
    values: u64,
    sum: u64,
}

fn count_integers(mut r: Bytes<'_>, max: u64, over: ChangeFault) -> Result<Counted, ChangeFault> {
    let (mut values, mut sum) = (0_u64, 0_u64);
    while let Some(run) = r.run()? {
        values = values.saturating_add(run.length);
        if values > max {
            return Err(over);
        }
        let literals = if run.literal { run.length } else { 1 };
        let repeats = if run.literal { 1 } else { run.length };
        for _ in 0..literals {
            sum = sum.saturating_add(r.unsigned()?.saturating_mul(repeats));
        }
    }
    Ok(Counted { values, sum })
}

fn count_keys(mut r: Bytes<'_>) -> Result<u64, ChangeFault> {
    let mut values = 0_u64;
    while let Some(run) = r.run()? {
        values = values.saturating_add(run.length);
        if values > OPS_MAX {
            return Err(ChangeFault::TooManyOps);
        }
        for _ in 0..if run.literal { run.length } else { 1 } {
            r.prefixed()?;
        }
    }
    Ok(values)
}

/// One run of a run-length column: `literal` values that follow one by one, or one value repeated.
struct Run {
    length: u64,
    literal: bool,
}

/// A reader of LEB128 as Automerge writes it, which knows only the shortest form.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, n: usize) -> Result<&'b [u8], ChangeFault> {
        let (head, rest) = self.0.split_at_checked(n).ok_or(ChangeFault::Truncated)?;
        self.0 = rest;
        Ok(head)
    }

    fn byte(&mut self) -> Result<u8, ChangeFault> {
        Ok(self.take(1)?[0])
    }

    fn prefixed(&mut self) -> Result<&'b [u8], ChangeFault> {
        let len = usize::try_from(self.unsigned()?).map_err(|_| ChangeFault::Truncated)?;
        self.take(len)
    }

    fn unsigned(&mut self) -> Result<u64, ChangeFault> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                break;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                let shortest = shift == 0 || byte != 0;
                return if shortest { Ok(value) } else { Err(ChangeFault::BadInteger) };
            }
        }
        Err(ChangeFault::BadInteger)
    }

    fn signed(&mut self) -> Result<i64, ChangeFault> {
        let (mut value, mut previous) = (0_i64, 0_u8);
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte != 0 && byte != 0x7f {
                break;
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let negative = byte & 0x40 != 0;
                if negative && shift < 57 {
                    value |= -1 << (shift + 7);
                }
                let padding = (byte == 0 && previous & 0x40 == 0) || (byte == 0x7f && previous & 0x40 != 0);
                return if shift > 0 && padding { Err(ChangeFault::BadInteger) } else { Ok(value) };
            }
            previous = byte;
        }
        Err(ChangeFault::BadInteger)
    }

    /// The next run, or `None` at the end. Runs of nulls do not occur in the columns read here.
    fn run(&mut self) -> Result<Option<Run>, ChangeFault> {
        if self.0.is_empty() {
            return Ok(None);
        }
        match self.signed()? {
            0 => Err(ChangeFault::BadRun),
            n => Ok(Some(Run { length: n.unsigned_abs(), literal: n < 0 })),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leb_signed(mut value: i64) -> Vec<u8> {
        let mut out = Vec::new();
        loop {
            let byte = (value & 0x7f) as u8;
            value >>= 7;
            if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
                out.push(byte);
                return out;
            }
            out.push(byte | 0x80);
        }
    }

    fn leb_unsigned(mut value: u64) -> Vec<u8> {
        let mut out = Vec::new();
        while value > 0x7f {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
        out
    }

    proptest! {
        #[test]
        fn integers_are_read_as_written(signed: i64, unsigned: u64, cut in 0_u32..64) {
            let (signed, unsigned) = (signed >> cut, unsigned >> cut);
            let bytes = leb_signed(signed);
            let mut r = Bytes(&bytes);
            prop_assert_eq!(r.signed(), Ok(signed));
            prop_assert!(r.0.is_empty());
            let bytes = leb_unsigned(unsigned);
            let mut r = Bytes(&bytes);
            prop_assert_eq!(r.unsigned(), Ok(unsigned));
            prop_assert!(r.0.is_empty());
        }

        #[test]
        fn what_is_read_is_the_only_form(bytes in proptest::collection::vec(any::<u8>(), 1..12)) {
            let mut r = Bytes(&bytes);
            if let Ok(value) = r.unsigned() {
                prop_assert_eq!(leb_unsigned(value), bytes[..bytes.len() - r.0.len()].to_vec());
            }
            let mut r = Bytes(&bytes);
            if let Ok(value) = r.signed() {
                prop_assert_eq!(leb_signed(value), bytes[..bytes.len() - r.0.len()].to_vec());
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut framed = MAGIC.to_vec();
            framed.extend([0, 0, 0, 0, CHUNK_CHANGE]);
            framed.extend(leb_unsigned(bytes.len() as u64));
            framed.extend(&bytes);
            let _ = Envelope::read(&bytes);
            let _ = Envelope::read(&framed);
        }
    }

    #[test]
    fn extremes_of_integers_are_read() {
        for value in [i64::MIN, i64::MIN + 1, -65, -64, -1, 0, 63, 64, i64::MAX] {
            assert_eq!(Bytes(&leb_signed(value)).signed(), Ok(value));
        }
        for value in [0, 127, 128, u64::MAX - 1, u64::MAX] {
            assert_eq!(Bytes(&leb_unsigned(value)).unsigned(), Ok(value));
        }
        assert_eq!(Bytes(&[0x80, 0x00]).unsigned(), Err(ChangeFault::BadInteger));
        assert_eq!(Bytes(&[0xff; 11]).unsigned(), Err(ChangeFault::BadInteger));
    }
}

//! Mutants of valid changes: random damage to bytes and columns, false headers, false operations. All have a right
//! checksum.

use std::num::NonZeroU64;

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::{Change, ExpandedChange, ObjType, ScalarValue};

use crate::raw::{RawChange, repair};
use crate::world::{CLERK, DRIVER, NOBODY, OFFICER, World};

/// SplitMix64: small, fast, and the same on every machine.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 for `n` = 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn byte(&mut self) -> u8 {
        self.pick(&[0, 1, 2, 3, 0x7d, 0x7e, 0x7f, 0x80, 0xff, self.0 as u8, (self.0 >> 8) as u8])
    }

    /// A number near `value`, or at an end of its range.
    fn number(&mut self, value: u64) -> u64 {
        let far = [0, 1, 2, 1 << 20, 1 << 31, u64::from(u32::MAX) - 1, u64::from(u32::MAX), 1 << 32, u64::MAX];
        match self.below(4) {
            0 => value.wrapping_add(1),
            1 => value.wrapping_sub(1),
            2 => value.wrapping_add(self.below(9) as u64),
            _ => self.pick(&far),
        }
    }
}

/// A mutant of `bytes`, a valid change on the whole of `world`.
pub(crate) fn mutant(rng: &mut Rng, bytes: &[u8], world: &World) -> Vec<u8> {
    let mut mutant = match rng.below(8) {
        0 => damage(rng, bytes.to_vec()),
        1 | 2 => {
            let mut raw = RawChange::parse(bytes);
            header(rng, &mut raw, world);
            raw.bytes()
        }
        3 | 4 => {
            let mut raw = RawChange::parse(bytes);
            columns(rng, &mut raw);
            raw.bytes()
        }
        _ => {
            let mut change = Change::try_from(bytes).expect("a valid change").decode();
            for _ in 0..=rng.below(2) {
                operations(rng, &mut change, world);
            }
            Change::from(change).raw_bytes().to_vec()
        }
    };
    // Some are damaged twice, in different ways.
    if rng.below(16) == 0 {
        mutant = damage(rng, mutant);
    }
    repair(&mut mutant);
    mutant
}

/// Random damage to a string of bytes.
fn damage(rng: &mut Rng, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=rng.below(3) {
        let at = rng.below(bytes.len());
        match rng.below(7) {
            _ if bytes.is_empty() => bytes.push(rng.byte()),
            0 | 1 => bytes[at] ^= 1 << rng.below(8),
            2 => bytes[at] = rng.byte(),
            3 => bytes.insert(at, rng.byte()),
            4 => drop(bytes.remove(at)),
            5 => bytes.truncate(at),
            _ => {
                let (from, len) = (rng.below(bytes.len()), rng.below(12));
                let part = bytes[from..(from + len).min(bytes.len())].to_vec();
                let end = (at + rng.below(12)).min(bytes.len());
                bytes.splice(at..end, part);
            }
        }
    }
    bytes
}

/// A false word in the header.
fn header(rng: &mut Rng, raw: &mut RawChange, world: &World) {
    let known = world.changes[rng.below(world.changes.len())].hash().0;
    match rng.below(16) {
        0 => raw.seq = rng.number(raw.seq),
        1 | 2 => raw.start_op = rng.number(raw.start_op),
        3 => raw.deps.push(known),
        4 => {
            raw.deps.push(known);
            raw.deps.sort();
            raw.deps.dedup();
        }
        5 => drop(raw.deps.pop()),
        6 => raw.deps.clear(),
        7 => raw.deps.push(rng.pick(&[[0; 32], [0xff; 32]])),
        8 => raw.deps.reverse(),
        9 => raw.other_actors.push(rng.pick(&[CLERK, OFFICER, DRIVER, NOBODY]).0.to_vec()),
        10 => drop(raw.other_actors.pop()),
        11 => {
            std::mem::swap(&mut raw.seq, &mut raw.start_op);
            raw.other_actors.reverse();
        }
        12 => raw.timestamp = rng.pick(&[1, -1, i64::MAX, i64::MIN]),
        13 => raw.message = damage(rng, b"message".to_vec()),
        14 => raw.extra = damage(rng, vec![1, 1, 1]),
        _ => raw.actor = rng.pick(&[CLERK, OFFICER, DRIVER, NOBODY]).0.to_vec(),
    }
}

/// Damage to the columns, with lengths kept right.
fn columns(rng: &mut Rng, raw: &mut RawChange) {
    let (a, b) = (rng.below(raw.columns.len()), rng.below(raw.columns.len()));
    match rng.below(10) {
        0 => {
            let column = raw.columns[a].clone();
            raw.columns.insert(a, column);
        }
        1 => drop(raw.columns.remove(a)),
        2 => {
            let data = raw.columns[a].1.clone();
            raw.columns[a].1 = std::mem::replace(&mut raw.columns[b].1, data);
        }
        3 => {
            raw.columns[a].0 = rng.pick(&[0x01, 0x02, 0x13, 0x15, 0x1d, 0x34, 0x42, 0x4a, 0x56, 0x57, 0x70, 0x94, 0xa5])
        }
        4 => raw.columns[a].1.extend_from_within(..),
        _ => raw.columns[a].1 = damage(rng, std::mem::take(&mut raw.columns[a].1)),
    }
}

/// False operations in a change that is otherwise as Automerge would write it.
fn operations(rng: &mut Rng, change: &mut ExpandedChange, world: &World) {
    let at = rng.below(change.operations.len());
    match rng.below(12) {
        0 => {
            let op = change.operations[at].clone();
            change.operations.push(op);
        }
        1 if change.operations.len() > 1 => drop(change.operations.remove(at)),
        2 => {
            let other = rng.below(change.operations.len());
            change.operations.swap(at, other);
        }
        3 => change.start_op = NonZeroU64::new(rng.number(change.start_op.get())).unwrap_or(NonZeroU64::MIN),
        _ => operation(rng, &mut change.operations[at], world),
    }
}

fn operation(rng: &mut Rng, op: &mut Op, world: &World) {
    let mut preds: Vec<_> = op.pred.iter().cloned().collect();
    match rng.below(12) {
        0 | 1 => op.key = some_key(rng),
        2 => op.key = Key::Seq(if rng.below(2) == 0 { ElementId::Head } else { ElementId::Id(some_id(rng, world)) }),
        3 => op.action = some_action(rng),
        4 | 5 => op.action = OpType::Put(some_scalar(rng)),
        6 => op.action = OpType::Delete,
        7 => op.insert = true,
        8 => op.obj = ObjectId::Id(some_id(rng, world)),
        9 => drop(preds.pop()),
        10 if !preds.is_empty() => preds.push(preds[0].clone()),
        _ => preds.push(some_id(rng, world)),
    }
    op.pred = preds.into();
}

fn some_key(rng: &mut Rng) -> Key {
    Key::from(rng.pick(&["", "status", "round", "flag", "fact/1", "slip/3", "a/new/key", "\u{0}", &"k".repeat(201)]))
}

/// The id of an operation that exists, mostly.
fn some_id(rng: &mut Rng, world: &World) -> OpId {
    let change = &world.changes[rng.below(world.changes.len())];
    let counter = change.start_op() + rng.below(change.ops().len()) as u64;
    match rng.below(6) {
        0 => OpId(rng.number(counter) & i64::MAX as u64, change.actor().0.into()),
        1 => OpId(counter, rng.pick(&[CLERK, OFFICER, DRIVER, NOBODY]).0.into()),
        _ => OpId(counter, change.actor().0.into()),
    }
}

fn some_action(rng: &mut Rng) -> OpType {
    let kinds = [
        OpType::Make(ObjType::Map),
        OpType::Make(ObjType::List),
        OpType::Make(ObjType::Text),
        OpType::Increment(rng.next() as i64),
        OpType::MarkEnd(true),
    ];
    rng.pick(&kinds)
}

fn some_scalar(rng: &mut Rng) -> ScalarValue {
    let scalars = [
        ScalarValue::Null,
        ScalarValue::Boolean(true),
        ScalarValue::Int(rng.next() as i64),
        ScalarValue::Uint(rng.next()),
        ScalarValue::F64(f64::NAN),
        ScalarValue::counter(7),
        ScalarValue::Timestamp(7),
        ScalarValue::Str("other words".into()),
        ScalarValue::Str("".into()),
        ScalarValue::Bytes(vec![0; rng.below(300)]),
        ScalarValue::Unknown { type_code: 11, bytes: vec![1, 2] },
    ];
    rng.pick(&scalars)
}

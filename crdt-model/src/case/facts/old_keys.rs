//! Keys of an older generation's words.

use crate::case::facts::Fact;
use crate::case::facts::codec::{head, read_head};
use crate::cbor::{Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::seal::Secret;
use crate::values::{DeviceId, Incarnation};

/// Most chains whose keys a new generation passes on.
pub const OLD_KEYS_MAX: usize = 64;

/// `[1, generation, [[device16, incarnation8, key32]…]]`, ascending: with these the audience reads what was still
/// written to the older generation by someone who had not heard of this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldKeysFact {
    /// The generation they open.
    pub generation: u32,
    /// The personal key of each chain.
    pub keys: Vec<(DeviceId, Incarnation, Secret)>,
}

impl Canonical for OldKeysFact {
    fn write(&self, w: &mut Writer) {
        head(w, 2);
        w.uint(u64::from(self.generation)).arr(self.keys.len());
        for (device, incarnation, key) in &self.keys {
            w.arr(3).bstr(&device.0).bstr(&incarnation.0).bstr(&key.0);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 2)?;
        let mut fact = Self { generation: r.u32()?, keys: Vec::new() };
        for _ in 0..r.arr_max(OLD_KEYS_MAX as u64)? {
            r.arr_of(3)?;
            fact.keys.push((DeviceId(r.fixed()?), Incarnation(r.fixed()?), Secret(r.fixed()?)));
        }
        // a secret has no order of its own
        let in_order = |pair: &[(DeviceId, Incarnation, Secret)]| {
            (pair[0].0, pair[0].1, &pair[0].2.0) < (pair[1].0, pair[1].1, &pair[1].2.0)
        };
        if fact.keys.windows(2).all(in_order) { Ok(fact) } else { malformed("not ascending") }
    }
}

impl Fact for OldKeysFact {
    const FOR_NODES: bool = true;
}
